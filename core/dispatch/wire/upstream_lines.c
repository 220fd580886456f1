#include "dispatch/wire/upstream_lines.h"
#include "base/bug.h"
#include "base/secret.h"
#include "ticket/upload.h"
#include <hg/mem.h>

/* credential, Expect, Transfer-Encoding, Accept, Content-Type, traceparent, tracestate */
#define MAX_OWN_LINES 7u

static void make_room(struct hg_upstream_lines *l, size_t bytes, uint32_t items)
{
	if (bytes > l->room) {
		hg_free(l->bytes); /* cleared: nothing in it */
		l->bytes = hg_alloc(bytes);
		l->room = bytes;
	}
	if (items > l->room_items) {
		hg_free(l->items);
		l->items = hg_alloc(items * sizeof(*l->items));
		l->room_items = items;
	}
}

static void add(struct hg_upstream_lines *l, struct hg_str piece)
{
	HG_BUG_ON(l->room - l->n < piece.n + 1);
	if (piece.n)
		memcpy(l->bytes + l->n, piece.p, piece.n);
	l->n += piece.n;
	l->bytes[l->n] = '\0';
}

static void begin_line(struct hg_upstream_lines *l)
{
	HG_BUG_ON(l->n_items == l->room_items);
	struct curl_slist *item = &l->items[l->n_items++];
	*item = (struct curl_slist){ .data = l->bytes + l->n };
	if (l->n_items > 1)
		item[-1].next = item;
}

static void end_line(struct hg_upstream_lines *l)
{
	l->n++; /* the NUL stays */
}

static void add_line(struct hg_upstream_lines *l, const char *line)
{
	begin_line(l);
	add(l, hg_str(line));
	end_line(l);
}

static void add_field(struct hg_upstream_lines *l, const struct hg_field *f)
{
	begin_line(l);
	add(l, f->name);
	/* curl's spelling of a field with an empty value */
	add(l, f->value.n ? HG_STR(": ") : HG_STR(";"));
	add(l, f->value);
	end_line(l);
}

static void add_credential(
	struct hg_upstream_lines *l, const struct hg_flight *f, struct hg_str token)
{
	begin_line(l);
	add(l, HG_STR("Authorization: "));
	add(l, hg_flight_scheme(f));
	add(l, HG_STR(" "));
	add(l, token);
	end_line(l);
}

/* What curl would add by itself. */
static void add_absences(struct hg_upstream_lines *l, const struct hg_flight *f)
{
	bool has_accept = false, has_type = false;

	add_line(l, "Expect:");
	if (f->ask.upload && hg_upload_length(f->ask.upload) < 0)
		add_line(l, "Transfer-Encoding: chunked");
	else if (f->ask.body.n || f->ask.upload)
		add_line(l, "Transfer-Encoding:");
	for (uint32_t i = 0; i < f->n_fields; i++) {
		has_accept |= hg_str_is_nocase(f->fields[i].name, HG_STR("accept"));
		has_type |= hg_str_is_nocase(f->fields[i].name, HG_STR("content-type"));
	}
	if (!has_accept)
		add_line(l, "Accept:");
	if (!has_type)
		add_line(l, "Content-Type:");
}

struct curl_slist *hg_upstream_lines_make(struct hg_upstream_lines *l, const struct hg_flight *f)
{
	struct hg_str token = { 0 };
	size_t bytes = MAX_OWN_LINES * sizeof("Transfer-Encoding: chunked");

	if (f->token && !f->ask.url.n) /* another host must not see it */
		token.p = hg_secret_bytes(f->token, &token.n);
	const struct hg_field trace[] = { { HG_STR("traceparent"), f->ask.traceparent },
		{ HG_STR("tracestate"), f->ask.tracestate } };
	for (uint32_t i = 0; i < 2; i++)
		bytes += trace[i].name.n + trace[i].value.n + sizeof(": ");
	for (uint32_t i = 0; i < f->n_fields; i++)
		bytes += f->fields[i].name.n + f->fields[i].value.n + sizeof(": ");
	hg_upstream_lines_clear(l);
	make_room(l, bytes + token.n, f->n_fields + MAX_OWN_LINES);
	for (uint32_t i = 0; i < f->n_fields; i++)
		add_field(l, &f->fields[i]);
	for (uint32_t i = 0; i < 2; i++) {
		if (trace[i].value.n)
			add_field(l, &trace[i]);
	}
	if (token.p)
		add_credential(l, f, token);
	add_absences(l, f);
	return l->items;
}

void hg_upstream_lines_clear(struct hg_upstream_lines *l)
{
	if (l->n)
		explicit_bzero(l->bytes, l->n);
	l->n = 0;
	l->n_items = 0;
}

void hg_upstream_lines_fini(struct hg_upstream_lines *l)
{
	hg_upstream_lines_clear(l);
	hg_free(l->bytes);
	hg_free(l->items);
	*l = (struct hg_upstream_lines){ 0 };
}
