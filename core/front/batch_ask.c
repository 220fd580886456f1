#include "front/batch_ask.h"
#include "front/fields.h"
#include "front/http1.h"
#include "base/json.h"
#include "ticket/ticket.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	MAX_ID_BYTES = 256,
	MAX_FIELDS = 32,
	MAX_SHOWN = 40, /* of a client's word in an answer */
};

struct reading {
	struct hg_arena *arena;
	struct hg_str base;
	struct hg_batch_no *no;
	uint32_t index;
};

/* -- saying no --------------------------------------------------------------------------------- */

static int refuse(struct hg_batch_no *no, int status, const char *code, const char *detail)
{
	no->status = status;
	no->code = code;
	(void)snprintf(no->detail, sizeof(no->detail), "%s", detail);
	return HG_EINVAL;
}

__attribute__((format(printf, 2, 3))) static int refuse_item(
	const struct reading *in, const char *fmt, ...)
{
	struct hg_batch_no *no = in->no;
	va_list args;

	no->status = 422;
	no->code = "bad_item";
	int n = snprintf(no->detail, sizeof(no->detail), "requests[%" PRIu32 "]: ", in->index);
	va_start(args, fmt);
	(void)vsnprintf(no->detail + n, sizeof(no->detail) - (size_t)n, fmt, args);
	va_end(args);
	return HG_EINVAL;
}

static int shown(struct hg_str s)
{
	return (int)(s.n < MAX_SHOWN ? s.n : MAX_SHOWN);
}

/* -- members ----------------------------------------------------------------------------------- */

static int read_string(
	const struct reading *in, const char *name, struct hg_str value, struct hg_str *ret_text)
{
	if (hg_json_kind(value) != HG_JSON_STRING)
		return refuse_item(in, "%s is no string", name);
	*ret_text = hg_json_text(in->arena, value);
	return 0;
}

static int read_id(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	if (hg_json_kind(value) != HG_JSON_STRING || value.n > MAX_ID_BYTES)
		return refuse_item(in, "id is no string, or longer than %d bytes", MAX_ID_BYTES);
	ask->id = value;
	return 0;
}

static int read_method(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
		NULL };

	if (read_string(in, "method", value, &ask->method) < 0)
		return HG_EINVAL;
	for (const char *const *m = methods; *m; m++)
		if (hg_str_is(ask->method, hg_str(*m)))
			return 0;
	return refuse_item(in, "method is none of GET, HEAD, POST, PUT, PATCH, DELETE");
}

static int read_target(const struct reading *in, struct hg_str target, struct hg_batch_ask *ask)
{
	if (ask->target.p)
		return refuse_item(in, "it has both path and url");
	if (!target.n || target.p[0] != '/' || (target.n > 1 && target.p[1] == '/'))
		return refuse_item(in, "the path must begin with one slash");
	for (size_t i = 0; i < target.n; i++)
		if (target.p[i] <= ' ' || target.p[i] > '~' || target.p[i] == '#')
			return refuse_item(in, "a byte in the path must be percent-encoded");
	ask->target = target;
	return 0;
}

static int read_path(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	struct hg_str path;

	if (read_string(in, "path", value, &path) < 0)
		return HG_EINVAL;
	return read_target(in, path, ask);
}

static int read_url(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	struct hg_str url, base = in->base;

	if (read_string(in, "url", value, &url) < 0)
		return HG_EINVAL;
	if (!base.n || url.n <= base.n || strncasecmp(url.p, base.p, base.n) != 0 ||
		url.p[base.n] != '/')
		return refuse_item(in, "url is not below the base that the batch was sent to");
	return read_target(in, (struct hg_str){ url.p + base.n, url.n - base.n }, ask);
}

static int read_field(const struct reading *in, struct hg_str name, struct hg_str value,
	struct hg_field *fields, uint32_t n)
{
	if (hg_json_kind(value) != HG_JSON_STRING)
		return refuse_item(in, "a header's value is no string");
	struct hg_field f = { hg_json_text(in->arena, name), hg_json_text(in->arena, value) };
	if (!hg_http1_is_field_name(f.name) || !hg_field_goes_up(f.name))
		return refuse_item(
			in, "header \"%.*s\" may not be given here", shown(f.name), f.name.p);
	if (!hg_http1_is_field_value(f.value))
		return refuse_item(in, "header \"%.*s\" has a value that can not be sent",
			shown(f.name), f.name.p);
	for (uint32_t i = 0; i < n; i++)
		if (hg_str_is_nocase(fields[i].name, f.name))
			return refuse_item(
				in, "header \"%.*s\" comes twice", shown(f.name), f.name.p);
	fields[n] = f;
	return 0;
}

static int read_headers(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	struct hg_field *fields = hg_arena_alloc(in->arena, MAX_FIELDS * sizeof(*fields));
	struct hg_str name, one;
	struct hg_json at;
	uint32_t n = 0;

	if (!hg_json_open(&at, value) || !at.is_object)
		return refuse_item(in, "headers is no object");
	while (hg_json_next(&at, &name, &one)) {
		if (n == MAX_FIELDS)
			return refuse_item(in, "it has more than %d headers", MAX_FIELDS);
		if (read_field(in, name, one, fields, n) < 0)
			return HG_EINVAL;
		ask->has_type |= hg_str_is_nocase(fields[n].name, HG_STR("content-type"));
		n++;
	}
	ask->fields = fields;
	ask->n_fields = n;
	return 0;
}

static int read_body(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	enum hg_json_kind kind = hg_json_kind(value);

	ask->has_body = kind != HG_JSON_NULL;
	ask->body = kind == HG_JSON_STRING ? hg_json_text(in->arena, value) : value;
	return 0;
}

static int read_priority(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	struct hg_str word;

	if (read_string(in, "priority", value, &word) < 0)
		return HG_EINVAL;
	ask->has_class = hg_class_parse(word, &ask->klass);
	return ask->has_class ? 0
	                      : refuse_item(in, "priority is none of critical, high, normal, low");
}

static int read_deadline(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask)
{
	uint64_t s;
	int64_t us;

	if (read_string(in, "deadline", value, &ask->deadline) < 0)
		return HG_EINVAL;
	if (hg_parse_u64(ask->deadline, &s) ? s > 0 : hg_parse_usec(ask->deadline, &us) && us > 0)
		return 0;
	return refuse_item(in, "deadline is no time as \"10s\"");
}

static const struct {
	const char *name;
	int (*read)(const struct reading *in, struct hg_str value, struct hg_batch_ask *ask);
} members[] = {
	{ "id", read_id },
	{ "method", read_method },
	{ "path", read_path },
	{ "url", read_url },
	{ "headers", read_headers },
	{ "body", read_body },
	{ "priority", read_priority },
	{ "deadline", read_deadline },
};

enum { N_MEMBERS = sizeof(members) / sizeof(*members) };

/* -- items ------------------------------------------------------------------------------------- */

static int read_member(const struct reading *in, struct hg_str name, struct hg_str value,
	uint32_t *seen, struct hg_batch_ask *ask)
{
	for (uint32_t i = 0; i < N_MEMBERS; i++) {
		if (!hg_json_name_is(name, hg_str(members[i].name)))
			continue;
		if (*seen & 1u << i)
			return refuse_item(in, "%s comes twice", members[i].name);
		*seen |= 1u << i;
		return members[i].read(in, value, ask);
	}
	return refuse_item(in, "there is no member %.*s", shown(name), name.p);
}

static int read_item(const struct reading *in, struct hg_str item, struct hg_batch_ask *ask)
{
	struct hg_json at;
	struct hg_str name, value;
	uint32_t seen = 0;

	*ask = (struct hg_batch_ask){ .method = HG_STR("GET") };
	if (!hg_json_open(&at, item) || !at.is_object)
		return refuse_item(in, "it is no object");
	while (hg_json_next(&at, &name, &value))
		if (read_member(in, name, value, &seen, ask) < 0)
			return HG_EINVAL;
	return ask->target.p ? 0 : refuse_item(in, "it has no path");
}

static int open_requests(struct hg_str body, struct hg_json *ret_at, struct hg_batch_no *no)
{
	struct hg_json at;
	struct hg_str name, value, list = { 0 };

	if (!hg_json_is_valid(body))
		return refuse(no, 400, "bad_json", "The body is not JSON.");
	if (!hg_json_open(&at, body) || !at.is_object)
		return refuse(no, 422, "no_requests", "The body is no object.");
	while (hg_json_next(&at, &name, &value)) {
		if (list.p || !hg_json_name_is(name, HG_STR("requests")))
			return refuse(no, 422, "no_requests",
				"The body has one member, the list \"requests\".");
		list = value;
	}
	if (!list.p || !hg_json_open(ret_at, list) || ret_at->is_object)
		return refuse(no, 422, "no_requests", "There is no list \"requests\".");
	return 0;
}

static uint32_t count(struct hg_json at, int64_t max)
{
	struct hg_str name, value;
	uint32_t n = 0;

	while (n <= max && hg_json_next(&at, &name, &value))
		n++;
	return n;
}

int hg_batch_read(struct hg_arena *arena, struct hg_str body, int64_t max, struct hg_str base,
	const struct hg_batch_ask **ret_asks, uint32_t *ret_n, struct hg_batch_no *ret_no)
{
	struct reading in = { .arena = arena, .base = base, .no = ret_no };
	struct hg_json at;
	struct hg_str name, value;

	if (open_requests(body, &at, ret_no) < 0)
		return HG_EINVAL;
	uint32_t n = count(at, max);
	if (!n)
		return refuse(ret_no, 422, "no_requests", "The list \"requests\" is empty.");
	if (n > max) {
		(void)refuse(ret_no, 413, "too_many_in_batch", "");
		(void)snprintf(ret_no->detail, sizeof(ret_no->detail),
			"A batch has at most %" PRId64 " requests.", max);
		return HG_EINVAL;
	}
	struct hg_batch_ask *asks = hg_arena_alloc(arena, n * sizeof(*asks));
	for (; hg_json_next(&at, &name, &value); in.index++)
		if (read_item(&in, value, &asks[in.index]) < 0)
			return HG_EINVAL;
	*ret_asks = asks;
	*ret_n = n;
	return 0;
}

/* -- as bytes ---------------------------------------------------------------------------------- */

static void add_field(struct hg_text *out, struct hg_str name, struct hg_str value)
{
	if (!value.p)
		return;
	hg_text_add(out, name);
	hg_text_add(out, HG_STR(": "));
	hg_text_add(out, value);
	hg_text_add(out, HG_STR("\r\n"));
}

void hg_batch_render(struct hg_text *out, const struct hg_batch_ask *ask, uint32_t index,
	const struct hg_batch_who *who)
{
	enum hg_class klass = ask->has_class ? ask->klass : who->klass;

	hg_text_add(out, ask->method);
	hg_text_add_char(out, ' ');
	hg_text_add(out, ask->target);
	hg_text_add(out, HG_STR(" HTTP/1.0\r\n"));
	add_field(out, HG_STR("Host"), who->host);
	add_field(out, HG_STR("Authorization"), who->authorization);
	hg_text_printf(out, "X-Request-Id: %.*s.%" PRIu32 "\r\n", (int)who->id.n, who->id.p, index);
	add_field(out, HG_STR("X-Hubgate-Priority"), hg_str(hg_class_name(klass)));
	add_field(
		out, HG_STR("X-Hubgate-Deadline"), ask->deadline.p ? ask->deadline : who->deadline);
	add_field(out, HG_STR("X-Hubgate-Strategy"), who->strategy);
	for (uint32_t i = 0; i < ask->n_fields; i++)
		add_field(out, ask->fields[i].name, ask->fields[i].value);
	if (ask->has_body) {
		if (!ask->has_type)
			add_field(out, HG_STR("Content-Type"), HG_STR("application/json"));
		hg_text_printf(out, "Content-Length: %zu\r\n", ask->body.n);
	}
	hg_text_add(out, HG_STR("\r\n"));
	if (ask->has_body)
		hg_text_add(out, ask->body);
}
