/*
 * Any bytes as a client key's rule and, behind a newline, as the path of a request that http1
 * accepts.
 *
 * Must hold: the canonical path has as many segments as the path and says the same again; no dot
 * segment is in it, and large and small letters, an encoded byte and the prefixes of an Enterprise
 * Server make no difference where GitHub knows none; an ID is a number without a leading zero. A
 * rule that is taken stays as it is when it is read again, allows what a slower reader allows, and
 * never what is odd; it names a path as api.github.com knows it, and none of GraphQL's.
 */
#include <stdlib.h>

#include "base/text.h"
#include "front/http1.h"
#include "front/resource.h"
#include "ticket/github_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t count(struct hg_str s, char c)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* The first segment, its slash taken off; the rest begins with the next slash. */
static struct hg_str cut_segment(struct hg_str *path)
{
	const char *from = path->p + 1;
	const char *slash = path->n > 1 ? memchr(from, '/', path->n - 1) : NULL;
	struct hg_str s = { from, slash ? (size_t)(slash - from) : path->n - 1 };

	path->p += s.n + 1;
	path->n -= s.n + 1;
	return s;
}

/* -- paths ------------------------------------------------------------------------------------- */

static bool is_accepted(struct hg_str path)
{
	struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;
	struct hg_http1_head h;
	struct hg_text line;
	size_t used;

	hg_text_init(&line);
	hg_text_add(&line, HG_STR("GET "));
	hg_text_add(&line, path);
	hg_text_add(&line, HG_STR(" HTTP/1.1\r\nHost: h\r\n\r\n"));
	hg_http1_head_clear(&h);
	bool is = hg_http1_parse(&h, line.p, line.n, &limits, &used) == HG_HTTP1_DONE &&
	          hg_str_is(h.path, path);
	hg_text_fini(&line);
	return is;
}

static void check_same(const struct hg_resource *a, const struct hg_resource *b)
{
	check(a->kind == b->kind);
	if (a->kind == HG_RESOURCE_ODD)
		return;
	check(hg_str_is(a->path, b->path));
	if (a->kind == HG_RESOURCE_BY_ID)
		check(hg_str_is(a->id, b->id) && hg_str_is(a->rest, b->rest));
}

static void check_segments(struct hg_str path)
{
	while (path.n) {
		struct hg_str s = cut_segment(&path);
		check(!hg_str_is(s, HG_STR(".")) && !hg_str_is(s, HG_STR("..")));
		check(s.n || !path.n); /* empty at the end only */
	}
}

static void check_id(const struct hg_resource *r)
{
	struct hg_str id = r->id, root = cut_segment(&id), number = cut_segment(&id);

	check(!id.n && number.n && (number.p[0] != '0' || number.n == 1));
	for (size_t i = 0; i < number.n; i++)
		check(number.p[i] >= '0' && number.p[i] <= '9');
	check(hg_str_is(root, HG_STR("repositories")) || hg_str_is(root, HG_STR("user")) ||
		hg_str_is(root, HG_STR("organizations")));
	check(r->id.n + r->rest.n == r->path.n && r->rest.p == r->path.p + r->id.n);
	check(!r->rest.n || r->rest.p[0] == '/');
}

/* Every byte of it encoded, slashes excepted. */
static struct hg_str encode(struct hg_arena *arena, struct hg_str path)
{
	static const char hex[] = "0123456789abcdef";
	char *out = hg_arena_alloc(arena, 3 * path.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		if (c == '/' || c == '%') { /* what stays encoded is so already */
			out[n++] = (char)c;
			for (int k = 0; c == '%' && k < 2 && i + 1 < path.n; k++)
				out[n++] = path.p[++i];
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return (struct hg_str){ out, n };
}

static void check_faces(struct hg_arena *arena, struct hg_str path)
{
	static const char *const prefixes[] = { "/api/v3", "/api/uploads" };
	struct hg_face plain, face;
	struct hg_resource r, again;

	hg_github_face(path, &plain);
	hg_resource_of(arena, plain.path, &r);
	for (size_t i = 0; !plain.prefix.n && i < 2; i++) {
		hg_github_face(
			hg_arena_printf(arena, "%s%.*s", prefixes[i], (int)path.n, path.p), &face);
		check(hg_str_is(face.prefix, hg_str(prefixes[i])));
		hg_resource_of(arena, face.path, &again);
		check_same(&r, &again);
	}
}

static void check_path(struct hg_arena *arena, struct hg_str path, struct hg_resource *ret_resource)
{
	struct hg_resource r, again;

	hg_resource_of(arena, path, &r);
	*ret_resource = r;
	check(count(r.path, '/') == count(path, '/'));
	check(r.path.n && r.path.p[0] == '/' && r.path.n <= path.n);
	check_faces(arena, path);
	if (r.kind == HG_RESOURCE_ODD)
		return;
	check_segments(r.path);
	hg_resource_of(arena, r.path, &again);
	check_same(&r, &again);
	hg_resource_of(arena, encode(arena, r.path), &again);
	check_same(&r, &again);
	if (r.kind == HG_RESOURCE_BY_ID) {
		check_id(&r);
		struct hg_str named = hg_resource_named(arena, &r, HG_STR("/repos/o/r"));
		check(named.n == 10 + r.rest.n && hg_str_starts(named, HG_STR("/repos/o/r")));
	}
}

/* -- rules ------------------------------------------------------------------------------------- */

static bool star_fits(struct hg_str rule, struct hg_str s)
{
	if (!rule.n)
		return !s.n;
	if (rule.p[0] != '*')
		return s.n && s.p[0] == rule.p[0] &&
		       star_fits((struct hg_str){ rule.p + 1, rule.n - 1 },
			       (struct hg_str){ s.p + 1, s.n - 1 });
	for (size_t i = 0; i <= s.n; i++)
		if (star_fits((struct hg_str){ rule.p + 1, rule.n - 1 },
			    (struct hg_str){ s.p + i, s.n - i }))
			return true;
	return false;
}

/* Segment by segment, by trying. */
static bool allows(struct hg_str rule, struct hg_str path)
{
	while (rule.n) {
		struct hg_str want = cut_segment(&rule);
		if (!rule.n && hg_str_is(want, HG_STR("**")))
			return true;
		if (!path.n)
			return false;
		struct hg_str got = cut_segment(&path);
		if (!rule.n && hg_str_is(want, HG_STR("*")))
			return got.n > 0;
		if (count(want, '*') && (!got.n || count(got, '%')))
			return false;
		if (!star_fits(want, got))
			return false;
	}
	return !path.n;
}

static bool has_prefix_nocase(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0 &&
	       (s.n == prefix.n || s.p[prefix.n] == '/');
}

static void check_rule(struct hg_arena *arena, struct hg_str rule, const struct hg_resource *r)
{
	struct hg_str again = hg_rule_parse(arena, rule, NULL);

	check(hg_str_is(again, rule));
	check_segments(rule);
	check(!has_prefix_nocase(rule, HG_STR("/api/v3")));
	check(!has_prefix_nocase(rule, HG_STR("/api/uploads")));
	check(!has_prefix_nocase(rule, HG_STR("/graphql")));
	check(!has_prefix_nocase(rule, HG_STR("/api/graphql")));
	if (hg_rule_is_everything(rule))
		check(hg_rule_allows(rule, r->path));
	if (count(rule, '*') <= 4) /* trying takes long */
		check(hg_rule_allows(rule, r->path) == allows(rule, r->path));
}

/* What is named without stars is allowed by a rule of the same words. */
static void check_own_rule(struct hg_arena *arena, const struct hg_resource *r)
{
	struct hg_str rule = hg_rule_parse(arena, r->path, NULL);

	if (rule.p)
		check(count(rule, '*') ||
			(hg_str_is(rule, r->path) && hg_rule_allows(rule, r->path)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hg_str text = { (const char *)data, size }, path = text;
	const char *newline = size ? memchr(text.p, '\n', size) : NULL;
	struct hg_err err = HG_ERR_INIT;
	struct hg_resource r;
	struct hg_arena arena;

	if (newline) {
		text.n = (size_t)(newline - text.p);
		path = (struct hg_str){ newline + 1, size - text.n - 1 };
	}
	hg_arena_init(&arena);
	struct hg_str rule = hg_rule_parse(&arena, text, &err);
	check(rule.p || err.text[0]);
	if (is_accepted(path)) {
		check_path(&arena, path, &r);
		if (rule.p && r.kind == HG_RESOURCE_NAMED)
			check_rule(&arena, rule, &r);
		if (r.kind == HG_RESOURCE_NAMED)
			check_own_rule(&arena, &r);
	}
	hg_arena_fini(&arena);
	return 0;
}
