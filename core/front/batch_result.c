#include "front/batch_result.h"
#include "front/http1.h"
#include "base/json.h"
#include <inttypes.h>
#include <openssl/evp.h>

enum { ENCODE_AT_ONCE = 3 * 4096 };

/* -- a reply in parts -------------------------------------------------------------------------- */

struct parts {
	int status;
	struct hg_str lines; /* "Name: value\r\n" each */
	struct hg_str body;
};

/* False: its head is not all there. */
static bool take_apart(struct hg_str reply, struct parts *ret)
{
	const char *end = reply.n ? memmem(reply.p, reply.n, "\r\n\r\n", 4) : NULL;
	const char *line = end ? memmem(reply.p, reply.n, "\r\n", 2) : NULL;
	uint64_t status;

	if (!line || line - reply.p < 12 ||
		!hg_parse_u64((struct hg_str){ reply.p + 9, 3 }, &status))
		return false;
	ret->status = (int)status;
	ret->lines = (struct hg_str){ line + 2, (size_t)(end - line) };
	if (line == end)
		ret->lines.n = 0;
	ret->body = (struct hg_str){ end + 4, reply.n - (size_t)(end + 4 - reply.p) };
	return true;
}

static bool next_field(struct hg_str *lines, struct hg_str *ret_name, struct hg_str *ret_value)
{
	const char *end = lines->n ? memmem(lines->p, lines->n, "\r\n", 2) : NULL;
	const char *colon = end ? memchr(lines->p, ':', (size_t)(end - lines->p)) : NULL;

	if (!colon)
		return false;
	const char *value = colon + 1;
	while (value < end && *value == ' ')
		value++;
	*ret_name = (struct hg_str){ lines->p, (size_t)(colon - lines->p) };
	*ret_value = (struct hg_str){ value, (size_t)(end - value) };
	lines->n -= (size_t)(end + 2 - lines->p);
	lines->p = end + 2;
	return true;
}

static struct hg_str find_field(const struct parts *p, struct hg_str wanted)
{
	struct hg_str lines = p->lines, name, value;

	while (next_field(&lines, &name, &value))
		if (hg_str_is_nocase(name, wanted))
			return value;
	return (struct hg_str){ 0 };
}

/* Of the exchange, not of the answer. */
static bool is_framing(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("connection")) ||
	       hg_str_is_nocase(name, HG_STR("content-length")) ||
	       hg_str_is_nocase(name, HG_STR("transfer-encoding"));
}

/* -- headers: names in small letters, values of one name joined -------------------------------- */

/* Did a field before `upto` have this name? */
static bool is_repeated(struct hg_str lines, struct hg_str wanted, const char *upto)
{
	struct hg_str name, value;

	while (next_field(&lines, &name, &value) && name.p < upto)
		if (hg_str_is_nocase(name, wanted))
			return true;
	return false;
}

static void add_name(struct hg_text *out, struct hg_str name)
{
	hg_text_add_char(out, '"');
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		hg_text_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
	hg_text_add(out, HG_STR("\":"));
}

static void add_values(struct hg_text *out, struct hg_str lines, struct hg_str wanted)
{
	struct hg_str name, value;
	struct hg_text joined;

	hg_text_init(&joined);
	while (next_field(&lines, &name, &value)) {
		if (!hg_str_is_nocase(name, wanted))
			continue;
		if (joined.n)
			hg_text_add(&joined, HG_STR(", "));
		hg_text_add(&joined, value);
	}
	hg_text_add_json(out, hg_text_str(&joined));
	hg_text_fini(&joined);
}

static void add_headers(struct hg_text *out, const struct parts *p)
{
	struct hg_str lines = p->lines, name, value;
	bool first = true;

	hg_text_add(out, HG_STR("\"headers\":{"));
	while (next_field(&lines, &name, &value)) {
		if (is_framing(name) || is_repeated(p->lines, name, name.p))
			continue;
		if (!first)
			hg_text_add_char(out, ',');
		first = false;
		add_name(out, name);
		add_values(out,
			(struct hg_str){ name.p, p->lines.n - (size_t)(name.p - p->lines.p) },
			name);
	}
	hg_text_add_char(out, '}');
}

/* -- data -------------------------------------------------------------------------------------- */

/* Line ends can only stand between the tokens of JSON: a blank means the same. */
static void add_on_one_line(struct hg_text *out, struct hg_str json)
{
	size_t from = out->n;

	hg_text_add(out, json);
	for (size_t i = from; i < out->n; i++)
		if (out->p[i] == '\n' || out->p[i] == '\r')
			out->p[i] = ' ';
}

static void add_base64(struct hg_text *out, struct hg_str bytes)
{
	unsigned char line[ENCODE_AT_ONCE / 3 * 4 + 1];

	hg_text_add_char(out, '"');
	while (bytes.n) {
		size_t n = bytes.n < ENCODE_AT_ONCE ? bytes.n : ENCODE_AT_ONCE;
		int made = EVP_EncodeBlock(line, (const unsigned char *)bytes.p, (int)n);
		hg_text_add(out, (struct hg_str){ (const char *)line, (size_t)made });
		bytes.p += n;
		bytes.n -= n;
	}
	hg_text_add(out, HG_STR("\",\"encoding\":\"base64\""));
}

/* Text that a string of JSON does not blow up: a control byte takes six there. */
static bool is_text(struct hg_str s)
{
	size_t n_control = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		n_control += c < 0x20 && c != '\n' && c != '\r' && c != '\t';
	}
	return n_control <= s.n / 16 && hg_json_is_utf8(s);
}

static bool is_encoded(const struct parts *p)
{
	struct hg_str coding = find_field(p, HG_STR("content-encoding"));

	return coding.n && !hg_str_is_nocase(coding, HG_STR("identity"));
}

static bool is_json(const struct parts *p)
{
	struct hg_str type = find_field(p, HG_STR("content-type"));

	return type.n && memmem(type.p, type.n, "json", 4) && !is_encoded(p) &&
	       hg_json_is_valid(p->body);
}

static void add_data(struct hg_text *out, const struct parts *p)
{
	hg_text_add(out, HG_STR(",\"data\":"));
	if (!p->body.n)
		hg_text_add(out, HG_STR("null"));
	else if (is_json(p))
		add_on_one_line(out, p->body);
	else if (!is_encoded(p) && is_text(p->body))
		hg_text_add_json(out, p->body);
	else
		add_base64(out, p->body);
}

/* -- results ----------------------------------------------------------------------------------- */

static bool find_string(struct hg_str object, struct hg_str name, struct hg_str *ret_value)
{
	return hg_json_find(object, name, ret_value) == 1 &&
	       hg_json_kind(*ret_value) == HG_JSON_STRING;
}

/* GitHub's errors and ours have `message`; ours a `type` by which they are known, and a `code`. */
static void add_reason(struct hg_text *out, const struct parts *p)
{
	struct hg_str body = is_json(p) ? p->body : HG_STR("null"), value;
	struct hg_str type, wait = find_field(p, HG_STR("retry-after"));
	uint64_t wait_s;

	hg_text_printf(out, "{\"status\":%d,\"message\":", p->status);
	if (find_string(body, HG_STR("message"), &value))
		hg_text_add(out, value);
	else
		hg_text_add_json(out, hg_str(hg_http1_reason(p->status)));
	hg_text_add(out, HG_STR(",\"code\":"));
	if (find_string(body, HG_STR("type"), &type) &&
		hg_str_starts(type, HG_STR("\"urn:hubgate:")) &&
		find_string(body, HG_STR("code"), &value))
		hg_text_add(out, value);
	else
		hg_text_add(out, HG_STR("\"github\""));
	if (hg_parse_u64(wait, &wait_s))
		hg_text_printf(out, ",\"retry_after\":%" PRIu64, wait_s);
	hg_text_add_char(out, ',');
	add_headers(out, p);
	add_data(out, p);
	hg_text_add_char(out, '}');
}

static void add_value(struct hg_text *out, const struct parts *p)
{
	hg_text_printf(out, "{\"status\":%d,", p->status);
	add_headers(out, p);
	add_data(out, p);
	hg_text_add_char(out, '}');
}

static void add_lost(struct hg_text *out, bool is_too_large)
{
	if (is_too_large)
		hg_text_add(
			out, HG_STR("{\"status\":502,\"message\":\"The replies of this batch "
				    "take more memory than they may.\",\"code\":\"too_large\"}"));
	else
		hg_text_add(out, HG_STR("{\"status\":502,\"message\":\"The reply was cut before "
					"its end.\",\"code\":\"cut\"}"));
}

void hg_batch_result_add(struct hg_text *out, const struct hg_batch_result *in)
{
	struct parts p;
	bool is_there = in->is_whole && !in->is_too_large && take_apart(in->reply, &p);

	hg_text_printf(out, "{\"index\":%" PRIu32, in->index);
	if (in->id.p) {
		hg_text_add(out, HG_STR(",\"id\":"));
		hg_text_add(out, in->id);
	}
	if (is_there && p.status < 400) {
		hg_text_add(out, HG_STR(",\"status\":\"fulfilled\",\"value\":"));
		add_value(out, &p);
	} else {
		hg_text_add(out, HG_STR(",\"status\":\"rejected\",\"reason\":"));
		if (is_there)
			add_reason(out, &p);
		else
			add_lost(out, in->is_too_large);
	}
	hg_text_add_char(out, '}');
}
