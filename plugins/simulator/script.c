#include "script.h"

#include <stdio.h>

#include <hg/mem.h>

#include "text.h"

#define MAX_DELAY_MS 3600000

static const char *text_of(json_t *o, const char *name, const char *deflt)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : deflt;
}

/* A whole number in 0…max; `deflt` when absent. False: something else. */
static bool number_of(json_t *o, const char *name, int64_t deflt, int64_t max, int64_t *ret)
{
	json_t *v = json_object_get(o, name);

	*ret = v ? json_integer_value(v) : deflt;
	return !v || (json_is_integer(v) && *ret >= 0 && *ret <= max);
}

static bool headers_are_fine(json_t *headers)
{
	const char *name;
	json_t *value;

	if (!headers)
		return true;
	if (!json_is_object(headers))
		return false;
	json_object_foreach(headers, name, value)
	{
		const char *text = json_string_value(value);
		if (!*name || strpbrk(name, "\r\n: ") || !text || strpbrk(text, "\r\n"))
			return false;
	}
	return true;
}

static const char *const known[] = { "status", "headers", "body", "free", "close", "delay_ms",
	"stall_after_bytes", "stall_ms", "cut_after_bytes", "chunked", "cpu_ms" };

static const char *unknown_member(json_t *answer)
{
	const char *name;
	json_t *value;

	json_object_foreach(answer, name, value)
	{
		size_t i = 0;
		while (i < sizeof(known) / sizeof(known[0]) && strcmp(name, known[i]) != 0)
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			return name;
	}
	return NULL;
}

static void free_script(struct sim_script *s)
{
	hg_free(s->method);
	hg_free(s->path);
	hg_free(s->body);
	json_decref(s->headers);
}

/* Used ones stay to be shown until their room is needed. */
static void drop_used(struct sim_world *w)
{
	uint32_t n = 0;

	if (w->n_scripts < SIM_SCRIPTS)
		return;
	for (uint32_t i = 0; i < w->n_scripts; i++) {
		if (w->scripts[i].used < w->scripts[i].times)
			w->scripts[n++] = w->scripts[i];
		else
			free_script(&w->scripts[i]);
	}
	w->n_scripts = n;
}

bool sim_script_put(struct sim_world *w, json_t *row, const char **ret_why)
{
	json_t *match = json_object_get(row, "match");
	json_t *answer = json_object_get(row, "answer");
	json_t *headers = json_object_get(answer, "headers");
	json_t *body = json_object_get(answer, "body");
	int64_t times, status, delay, stall_after, stall, cut, cpu;

	*ret_why = "answer must be an object of status, headers, body, free, close, delay_ms, "
		   "stall_after_bytes, stall_ms, cut_after_bytes, chunked, cpu_ms";
	if (!json_is_object(answer) || unknown_member(answer))
		return false;
	*ret_why = "headers must be an object of names to strings without line ends";
	if (!headers_are_fine(headers))
		return false;
	*ret_why = "a number is out of its range";
	if (!number_of(row, "times", 1, INT64_MAX, &times) ||
		!number_of(answer, "status", 0, 599, &status) ||
		!number_of(answer, "delay_ms", 0, MAX_DELAY_MS, &delay) ||
		!number_of(answer, "stall_after_bytes", -1, INT64_MAX, &stall_after) ||
		!number_of(answer, "stall_ms", 0, MAX_DELAY_MS, &stall) ||
		!number_of(answer, "cut_after_bytes", -1, INT64_MAX, &cut) ||
		!number_of(answer, "cpu_ms", -1, MAX_DELAY_MS, &cpu) || (status && status < 200))
		return false;
	drop_used(w);
	*ret_why = "too many scripts are waiting";
	if (w->n_scripts == SIM_SCRIPTS)
		return false;

	w->scripts = sim_grow(w->scripts, w->n_scripts, &w->cap_scripts, sizeof(*w->scripts));
	struct sim_script *s = &w->scripts[w->n_scripts++];
	const char *method = text_of(match, "method", "*"), *path = text_of(match, "path", "*");
	*s = (struct sim_script){ .method = hg_strndup(method, strlen(method)),
		.path = hg_strndup(path, strlen(path)),
		.times = (uint64_t)times,
		.status = (int)status,
		.is_free = json_is_true(json_object_get(answer, "free")),
		.close = json_is_true(json_object_get(answer, "close")),
		.chunked = json_is_true(json_object_get(answer, "chunked")),
		.headers = json_incref(headers),
		.delay_us = delay * 1000,
		.stall_after_bytes = stall_after,
		.stall_us = stall * 1000,
		.cut_after_bytes = cut,
		.cpu_us = cpu < 0 ? -1 : cpu * 1000 };
	if (stall && stall_after < 0)
		s->stall_after_bytes = 0;
	if (json_is_string(body)) {
		s->body = hg_strndup(json_string_value(body), json_string_length(body));
		s->body_bytes = json_string_length(body);
	} else if (body && !json_is_null(body)) {
		char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
		s->body_bytes = strlen(text);
		s->body = hg_strndup(text, s->body_bytes);
		free(text);
	}
	return true;
}

static bool fits(const struct sim_script *s, const struct sim_request *rq, struct hg_str target)
{
	return s->used < s->times && sim_text_glob(s->method, rq->method) &&
	       sim_text_glob(s->path, strchr(s->path, '?') ? target : rq->path);
}

struct sim_script *sim_script_take(struct sim_world *w, const struct sim_request *rq)
{
	struct sim_script *taken = NULL;
	struct sim_text target = { 0 };

	if (w->n_scripts == 0)
		return NULL;
	sim_text_add(&target, rq->path.p, rq->path.n);
	if (rq->query.n)
		sim_text_printf(&target, "?%.*s", (int)rq->query.n, rq->query.p);
	for (uint32_t i = 0; i < w->n_scripts && !taken; i++)
		if (fits(&w->scripts[i], rq, (struct hg_str){ target.p, target.n }))
			taken = &w->scripts[i];
	sim_text_fini(&target);
	if (taken)
		taken->used++;
	return taken;
}

void sim_script_deliver(const struct sim_script *s, struct sim_answer *out)
{
	out->delay_us += s->delay_us;
	out->stall_after_bytes = s->stall_after_bytes;
	out->stall_us = s->stall_us;
	out->cut_after_bytes = s->cut_after_bytes;
	out->close = s->close;
	out->chunked = s->chunked;
}

void sim_scripts_clear(struct sim_world *w)
{
	for (uint32_t i = 0; i < w->n_scripts; i++)
		free_script(&w->scripts[i]);
	hg_free(w->scripts);
	w->scripts = NULL;
	w->n_scripts = w->cap_scripts = 0;
}

json_t *sim_scripts_show(const struct sim_world *w)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < w->n_scripts; i++) {
		const struct sim_script *s = &w->scripts[i];
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:I, s:I, s:i}", "method", s->method, "path",
				      s->path, "times", (json_int_t)s->times, "used",
				      (json_int_t)s->used, "status", s->status));
	}
	return rows;
}
