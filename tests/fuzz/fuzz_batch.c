/*
 * Any bytes as the body of a batch. The first byte chooses how many items it may have and whether
 * a base is known.
 *
 * Must hold: a body that is refused says a status, a word and a sentence, and gives nothing. Each
 * item that is taken becomes one request and nothing behind it: with this method, target and body,
 * the batch's own Host and Authorization once, and otherwise only fields that cross to GitHub, as
 * the item gave them. If the target is refused, it is refused alone as well. jansson finds the
 * same items in the body.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "front/batch_ask.h"
#include "front/fields.h"
#include "front/http1.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hg_batch_who who = { .host = { "localhost:3001", 14 },
	.authorization = { "Bearer x", 8 },
	.id = { "outer", 5 },
	.klass = HG_CLASS_HIGH };
static const struct hg_http1_limits wide = { 1u << 20, HG_HTTP1_MAX_FIELDS, 1u << 20, 4u << 10,
	8u << 10 };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_refusal(const struct hg_batch_no *no)
{
	static const struct {
		int status;
		const char *code;
	} rows[] = { { 400, "bad_json" }, { 422, "no_requests" }, { 413, "too_many_in_batch" },
		{ 422, "bad_item" } };
	bool is_known = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		is_known |= rows[i].status == no->status && strcmp(rows[i].code, no->code) == 0;
	check(is_known && no->detail[0] && memchr(no->detail, 0, sizeof(no->detail)));
}

static struct hg_str field_of(const struct hg_http1_head *h, const char *name)
{
	struct hg_str found = { 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < h->n_fields; i++)
		if (hg_str_is_nocase(h->fields[i].name, hg_str(name))) {
			found = h->fields[i].value;
			n++;
		}
	check(n <= 1);
	return found;
}

static struct hg_str without_blanks(struct hg_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static void check_fields(const struct hg_http1_head *h, const struct hg_batch_ask *ask)
{
	static const char *const ours[] = { "host", "authorization", "x-request-id",
		"x-hubgate-priority", "x-hubgate-deadline", "content-length" };
	uint32_t n = 0;

	check(hg_str_is(field_of(h, "host"), who.host));
	check(hg_str_is(field_of(h, "authorization"), who.authorization));
	check(hg_str_is(field_of(h, "x-request-id"), HG_STR("outer.7")));
	for (uint32_t i = 0; i < 6; i++)
		n += field_of(h, ours[i]).p != NULL;
	n += ask->has_body && !ask->has_type; /* the content-type that is added */
	for (uint32_t i = 0; i < ask->n_fields; i++) {
		char name[256];
		if (ask->fields[i].name.n >= sizeof(name))
			continue;
		memcpy(name, ask->fields[i].name.p, ask->fields[i].name.n);
		name[ask->fields[i].name.n] = '\0';
		check(hg_field_goes_up(ask->fields[i].name));
		check(hg_str_is(field_of(h, name), without_blanks(ask->fields[i].value)));
	}
	check(h->n_fields == n + ask->n_fields);
}

/* It must be the target alone that can not be asked for. */
static void check_bad_target(const struct hg_http1_head *h, const struct hg_batch_ask *ask)
{
	struct hg_http1_head alone;
	struct hg_text text;
	size_t used;

	hg_text_init(&text);
	hg_text_printf(
		&text, "GET %.*s HTTP/1.0\r\nHost: h\r\n\r\n", (int)ask->target.n, ask->target.p);
	hg_http1_head_clear(&alone);
	check(hg_http1_parse(&alone, text.p, text.n, &wide, &used) == HG_HTTP1_BAD);
	check(alone.bad.status == h->bad.status && strcmp(alone.bad.reason, h->bad.reason) == 0);
	hg_text_fini(&text);
}

static void check_ask(const struct hg_batch_ask *ask)
{
	struct hg_http1_head h;
	struct hg_text out;
	size_t used;

	check(!ask->id.p || (hg_json_is_valid(ask->id) && hg_json_kind(ask->id) == HG_JSON_STRING));
	hg_text_init(&out);
	hg_batch_render(&out, ask, 7, &who);
	hg_http1_head_clear(&h);
	if (hg_http1_parse(&h, out.p, out.n, &wide, &used) == HG_HTTP1_DONE) {
		struct hg_str body = { out.p + used, out.n - used };
		check(hg_str_is(h.method, ask->method) && h.method_id != HG_HTTP1_OTHER);
		check(hg_str_is(h.target, ask->target) && !h.keep_alive && h.minor == 0);
		check(h.framing == (ask->has_body ? HG_HTTP1_LENGTH : HG_HTTP1_NO_BODY));
		check(h.content_length == body.n);
		check(hg_str_is(body, ask->has_body ? ask->body : (struct hg_str){ "", 0 }));
		check_fields(&h, ask);
	} else {
		check_bad_target(&h, ask);
	}
	hg_text_fini(&out);
}

static void check_like_jansson(struct hg_str body, const struct hg_batch_ask *asks, uint32_t n)
{
	json_t *root = json_loadb(body.p, body.n, JSON_ALLOW_NUL, NULL);

	if (!root)
		return; /* numbers that are too large for it, halves of surrogate pairs */
	json_t *list = json_object_get(root, "requests");
	check(json_object_size(root) == 1 && json_array_size(list) == n);
	for (uint32_t i = 0; i < n; i++) {
		json_t *item = json_array_get(list, i), *value;
		const char *path = json_string_value(json_object_get(item, "path"));
		const char *method = json_string_value(json_object_get(item, "method"));
		check(!path || hg_str_is(asks[i].target, hg_str(path)));
		check(hg_str_is(asks[i].method, hg_str(method ? method : "GET")));
		check(json_object_size(json_object_get(item, "headers")) == asks[i].n_fields);
		value = json_object_get(item, "body");
		check(asks[i].has_body == (value && !json_is_null(value)));
		if (json_is_string(value))
			check(hg_str_is(asks[i].body, (struct hg_str){ json_string_value(value),
							      json_string_length(value) }));
	}
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct hg_str body = { (const char *)data + 1, size - 1 };
	struct hg_str base = data[0] & 1 ? HG_STR("http://localhost:3001") : (struct hg_str){ 0 };
	int64_t max = data[0] & 2 ? 100 : 2;
	const struct hg_batch_ask *asks = NULL;
	struct hg_batch_no no = { 0 };
	struct hg_arena arena;
	uint32_t n = 0;

	hg_arena_init(&arena);
	if (hg_batch_read(&arena, body, max, base, &asks, &n, &no) < 0) {
		check(!asks && !n);
		check_refusal(&no);
	} else {
		check(n > 0 && n <= max);
		for (uint32_t i = 0; i < n; i++)
			check_ask(&asks[i]);
		check_like_jansson(body, asks, n);
	}
	hg_arena_fini(&arena);
	return 0;
}
