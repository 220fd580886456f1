#include "front/trace_context.h"

#include <string.h>

enum {
	PARENT_CHARS = 55, /* of version 00 */
	TRACE_ID_AT = 3,
	TRACE_ID_CHARS = 32,
	PARENT_ID_AT = 36,
	PARENT_ID_CHARS = 16,
	FLAGS_AT = 53,
	STATE_CHARS_MAX = 512,
	STATE_MEMBERS_MAX = 32,
	KEY_CHARS_MAX = 256,
	VALUE_CHARS_MAX = 256,
};

/* -- traceparent ------------------------------------------------------------------------------- */

static bool is_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	}
	return true;
}

static bool is_id(const char *p, size_t n)
{
	size_t zeros = 0;

	while (zeros < n && p[zeros] == '0')
		zeros++;
	return zeros < n && is_hex(p, n);
}

bool hg_traceparent_is_valid(struct hg_str s)
{
	if (s.n < PARENT_CHARS || !is_hex(s.p, 2) || memcmp(s.p, "ff", 2) == 0)
		return false;
	if (s.p[2] != '-' || s.p[PARENT_ID_AT - 1] != '-' || s.p[FLAGS_AT - 1] != '-')
		return false;
	if (!is_id(s.p + TRACE_ID_AT, TRACE_ID_CHARS) ||
		!is_id(s.p + PARENT_ID_AT, PARENT_ID_CHARS) || !is_hex(s.p + FLAGS_AT, 2))
		return false;
	if (s.n == PARENT_CHARS)
		return true;
	return memcmp(s.p, "00", 2) != 0 && s.p[PARENT_CHARS] == '-'; /* of a later version */
}

/* -- tracestate -------------------------------------------------------------------------------- */

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("_-*/@", c));
}

static bool is_member(struct hg_str s)
{
	const char *equals = memchr(s.p, '=', s.n);
	size_t n_key = equals ? (size_t)(equals - s.p) : 0;
	size_t n_value = equals ? s.n - n_key - 1 : 0;

	if (!n_key || n_key > KEY_CHARS_MAX || !n_value || n_value > VALUE_CHARS_MAX)
		return false;
	if (!is_key_char(s.p[0]) || strchr("_-*/@", s.p[0]))
		return false;
	for (size_t i = 0; i < n_key; i++) {
		if (!is_key_char(s.p[i]))
			return false;
	}
	for (size_t i = n_key + 1; i < s.n; i++) {
		if (s.p[i] < 0x20 || s.p[i] > 0x7e || s.p[i] == '=')
			return false;
	}
	return true;
}

static struct hg_str trimmed(const char *p, size_t n)
{
	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return (struct hg_str){ p, n };
}

bool hg_tracestate_is_valid(struct hg_str s)
{
	uint32_t n = 0;

	if (!s.n || s.n > STATE_CHARS_MAX)
		return false;
	for (size_t i = 0; i <= s.n;) {
		const char *comma = memchr(s.p + i, ',', s.n - i);
		size_t len = comma ? (size_t)(comma - s.p) - i : s.n - i;
		struct hg_str member = trimmed(s.p + i, len);
		if (member.n && (++n > STATE_MEMBERS_MAX || !is_member(member)))
			return false;
		i += len + 1;
	}
	return n > 0;
}

/* -- fields ------------------------------------------------------------------------------------ */

bool hg_trace_context_is_field(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("traceparent")) ||
	       hg_str_is_nocase(name, HG_STR("tracestate"));
}

static struct hg_str joined(struct hg_arena *arena, struct hg_str a, struct hg_str b)
{
	char *p = hg_arena_alloc(arena, a.n + b.n + 1);

	memcpy(p, a.p, a.n);
	p[a.n] = ',';
	memcpy(p + a.n + 1, b.p, b.n);
	return (struct hg_str){ p, a.n + b.n + 1 };
}

void hg_trace_context_read(const struct hg_field *fields, uint32_t n, struct hg_arena *arena,
	struct hg_trace_context *ret_context)
{
	struct hg_trace_context c = { 0 };
	uint32_t n_parents = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct hg_field *f = &fields[i];
		if (f->name.n == sizeof("traceparent") - 1 &&
			hg_str_is_nocase(f->name, HG_STR("traceparent"))) {
			c.parent = f->value;
			n_parents++;
		} else if (f->name.n == sizeof("tracestate") - 1 && c.state.n <= STATE_CHARS_MAX &&
			   hg_str_is_nocase(f->name, HG_STR("tracestate"))) {
			c.state = c.state.p ? joined(arena, c.state, f->value) : f->value;
		}
	}
	if (n_parents != 1 || !hg_traceparent_is_valid(c.parent))
		c = (struct hg_trace_context){ 0 };
	else if (!hg_tracestate_is_valid(c.state))
		c.state = (struct hg_str){ 0 };
	*ret_context = c;
}

struct hg_str hg_trace_context_id(const struct hg_trace_context *c)
{
	if (!c->parent.p)
		return (struct hg_str){ 0 };
	return (struct hg_str){ c->parent.p + TRACE_ID_AT, TRACE_ID_CHARS };
}
