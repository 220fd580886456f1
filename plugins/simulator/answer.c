#include "answer.h"

#include <stdarg.h>
#include <stdio.h>

#include <hg/mem.h>

struct hg_str sim_request_header(const struct sim_request *rq, const char *name)
{
	for (uint32_t i = 0; i < rq->n_fields; i++)
		if (hg_str_is_nocase(rq->fields[i].name, hg_str(name)))
			return rq->fields[i].value;
	return (struct hg_str){ 0 };
}

void sim_answer_init(struct sim_answer *a)
{
	*a = (struct sim_answer){ .stall_after_bytes = -1, .cut_after_bytes = -1 };
}

void sim_answer_fini(struct sim_answer *a)
{
	for (uint32_t i = 0; i < a->n_fields; i++) {
		hg_free((char *)a->fields[i].name.p);
		hg_free((char *)a->fields[i].value.p);
	}
	hg_free(a->body);
	sim_answer_init(a);
}

void sim_answer_set(struct sim_answer *a, const char *name, const char *value)
{
	struct hg_str v = { hg_strndup(value, strlen(value)), strlen(value) };

	for (uint32_t i = 0; i < a->n_fields; i++) {
		if (hg_str_is_nocase(a->fields[i].name, hg_str(name))) {
			hg_free((char *)a->fields[i].value.p);
			a->fields[i].value = v;
			return;
		}
	}
	if (a->n_fields == SIM_ANSWER_FIELDS) {
		hg_free((char *)v.p);
		return;
	}
	struct hg_field *f = &a->fields[a->n_fields++];
	f->name = (struct hg_str){ hg_strndup(name, strlen(name)), strlen(name) };
	f->value = v;
}

void sim_answer_setf(struct sim_answer *a, const char *name, const char *fmt, ...)
{
	char value[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	sim_answer_set(a, name, value);
}

void sim_answer_drop(struct sim_answer *a, const char *name)
{
	for (uint32_t i = 0; i < a->n_fields; i++) {
		if (!hg_str_is_nocase(a->fields[i].name, hg_str(name)))
			continue;
		hg_free((char *)a->fields[i].name.p);
		hg_free((char *)a->fields[i].value.p);
		a->n_fields--;
		memmove(&a->fields[i], &a->fields[i + 1], (a->n_fields - i) * sizeof(a->fields[0]));
		return;
	}
}

struct hg_str sim_answer_header(const struct sim_answer *a, const char *name)
{
	for (uint32_t i = 0; i < a->n_fields; i++)
		if (hg_str_is_nocase(a->fields[i].name, hg_str(name)))
			return a->fields[i].value;
	return (struct hg_str){ 0 };
}

void sim_answer_put_body(struct sim_answer *a, char *body, size_t n)
{
	hg_free(a->body);
	a->body = body;
	a->body_bytes = n;
}
