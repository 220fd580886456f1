#include "front/resource.h"
#include "base/list.h"
#include "base/map.h"
#include "base/text.h"
#include <hg/mem.h>
#include <jansson.h>
#include <pthread.h>

#define LEARNED_FOR_US (INT64_C(300) * 1000000)
#define NONE_FOR_US (INT64_C(30) * 1000000)

enum {
	MAX_ID_DIGITS = 19,
	MAX_RULE_BYTES = 512,
};

/* -- one spelling ------------------------------------------------------------------------------ */

/* First segments, and how many names follow: GitHub does not tell A from a in them. */
static const struct root {
	const char *word;
	uint32_t n_names;
} roots[] = {
	{ "repos", 2 },
	{ "networks", 2 },
	{ "orgs", 1 },
	{ "users", 1 },
	{ "enterprises", 1 },
};

static uint32_t names_after(struct hg_str first)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (hg_str_is(first, hg_str(roots[i].word)))
			return roots[i].n_names;
	return 0;
}

/* The segment that begins behind the slash at `at`. */
static struct hg_str segment_at(struct hg_str path, size_t at)
{
	const char *from = path.p + at + 1;
	size_t left = path.n - at - 1;
	const char *slash = left ? memchr(from, '/', left) : NULL;

	return (struct hg_str){ from, slash ? (size_t)(slash - from) : left };
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool stays_encoded(int byte)
{
	return byte == '/' || byte == '\\' || byte == '%';
}

/* Percent-decoding of all but three bytes. */
static struct hg_str decode(struct hg_arena *arena, struct hg_str path)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = hg_arena_alloc(arena, path.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < path.n; i++) {
		int high = path.p[i] == '%' && i + 2 < path.n ? hex_value(path.p[i + 1]) : -1;
		int low = high >= 0 ? hex_value(path.p[i + 2]) : -1;
		if (low < 0) {
			out[n++] = path.p[i];
			continue;
		}
		int byte = high << 4 | low;
		i += 2;
		if (!stays_encoded(byte)) {
			out[n++] = (char)byte;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[high];
		out[n++] = hex[low];
	}
	out[n] = '\0';
	return (struct hg_str){ out, n };
}

/* Small letters; false when it holds what no name does. `*` is a rule's. */
static bool fold(struct hg_str segment)
{
	char *p = (char *)segment.p;
	bool is_name = segment.n > 0;

	for (size_t i = 0; i < segment.n; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] |= 0x20;
		is_name &= (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9') ||
		           (p[i] && strchr("-_.*[]", p[i]));
	}
	return is_name;
}

/* False: odd. */
static bool fold_names(struct hg_str path)
{
	struct hg_str first = segment_at(path, 0);
	size_t at = first.n + 1;

	if (!first.n)
		return true; /* "/" */
	if (!fold(first))
		return false;
	for (uint32_t i = names_after(first); i && at < path.n; i--) {
		struct hg_str name = segment_at(path, at);
		if (!fold(name))
			return false;
		at += name.n + 1;
	}
	return true;
}

static bool is_number(struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n <= MAX_ID_DIGITS && (s.n == 1 || s.p[0] != '0');
}

void hg_resource_of(struct hg_arena *arena, struct hg_str path, struct hg_resource *ret_resource)
{
	struct hg_resource r = { .path = decode(arena, path) };

	if (!path.n) { /* refused before anybody looked where it goes */
		r.kind = HG_RESOURCE_ODD;
		*ret_resource = r;
		return;
	}
	struct hg_str first = segment_at(r.path, 0);
	size_t at = first.n + 1;

	if (!fold_names(r.path)) {
		r.kind = HG_RESOURCE_ODD;
	} else if (at < r.path.n) {
		struct hg_str second = segment_at(r.path, at);
		bool by_id = hg_str_is(first, HG_STR("repositories")) ||
		             hg_str_is(first, HG_STR("organizations")) ||
		             (hg_str_is(first, HG_STR("user")) && second.n && second.p[0] >= '0' &&
				     second.p[0] <= '9');
		if (by_id && !is_number(second)) {
			r.kind = HG_RESOURCE_ODD; /* "01" is 1 to some */
		} else if (by_id) {
			size_t id_n = at + 1 + second.n;
			r.kind = HG_RESOURCE_BY_ID;
			r.id = (struct hg_str){ r.path.p, id_n };
			r.rest = (struct hg_str){ r.path.p + id_n, r.path.n - id_n };
		}
	}
	*ret_resource = r;
}

struct hg_str hg_resource_named(
	struct hg_arena *arena, const struct hg_resource *r, struct hg_str name)
{
	return hg_arena_printf(
		arena, "%.*s%.*s", (int)name.n, name.p, (int)r->rest.n, r->rest.p ? r->rest.p : "");
}

/* -- rules ------------------------------------------------------------------------------------- */

/* In any case: what a client asks for there is held against rules without the prefix. */
static bool is_below(struct hg_str rule, struct hg_str prefix)
{
	return rule.n >= prefix.n && strncasecmp(rule.p, prefix.p, prefix.n) == 0 &&
	       (rule.n == prefix.n || rule.p[prefix.n] == '/');
}

struct hg_str hg_rule_parse(struct hg_arena *arena, struct hg_str text, struct hg_err *err)
{
	struct hg_str none = { 0 };

	if (!text.n || text.p[0] != '/' || text.n > MAX_RULE_BYTES) {
		(void)hg_err_set(err, HG_EINVAL, "a path begins with / and has at most %d bytes",
			MAX_RULE_BYTES);
		return none;
	}
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || strchr("?#%\\", text.p[i])) {
			(void)hg_err_set(err, HG_EINVAL,
				"a path is written without query, blanks and percent signs");
			return none;
		}
	struct hg_str rule = hg_arena_copy(arena, text);
	size_t at = 0;
	for (; at < rule.n; at += segment_at(rule, at).n + 1) {
		struct hg_str s = segment_at(rule, at);
		bool is_last = at + s.n + 1 == rule.n;
		if ((!s.n && rule.n > 1) || hg_str_is(s, HG_STR(".")) ||
			hg_str_is(s, HG_STR(".."))) {
			(void)hg_err_set(err, HG_EINVAL, "an empty segment, . or ..");
			return none;
		}
		if (s.n && memmem(s.p, s.n, "**", 2) && !(is_last && s.n == 2)) {
			(void)hg_err_set(err, HG_EINVAL, "** is a last segment of its own");
			return none;
		}
	}
	if (is_below(rule, HG_STR("/api/v3")) || is_below(rule, HG_STR("/api/uploads"))) {
		(void)hg_err_set(err, HG_EINVAL,
			"is written as api.github.com knows it, without /api/v3 or /api/uploads");
		return none;
	}
	if (is_below(rule, HG_STR("/graphql")) || is_below(rule, HG_STR("/api/graphql"))) {
		(void)hg_err_set(err, HG_EINVAL,
			"GraphQL is not decided by paths: write `graphql: true` for it");
		return none;
	}
	if (!fold_names(rule)) {
		(void)hg_err_set(err, HG_EINVAL, "no owner or repository is called so");
		return none;
	}
	if (hg_str_starts(rule, HG_STR("/repositories/")) ||
		hg_str_starts(rule, HG_STR("/organizations/"))) {
		(void)hg_err_set(err, HG_EINVAL,
			"is decided by name: write /repos/OWNER/NAME/** or /orgs/NAME/**");
		return none;
	}
	return rule;
}

bool hg_rule_is_everything(struct hg_str rule)
{
	return hg_str_is(rule, HG_STR("/**"));
}

/* "ci-*" against "ci-linux". What was left encoded in a segment may stand for a slash: no star
 * reaches over it. */
static bool segment_fits(struct hg_str rule, struct hg_str s)
{
	size_t r = 0, i = 0, star = SIZE_MAX, back = 0;

	if (memchr(rule.p, '*', rule.n) && s.n && memchr(s.p, '%', s.n))
		return false;
	while (i < s.n) {
		if (r < rule.n && rule.p[r] == '*') {
			star = ++r;
			back = i;
		} else if (r < rule.n && rule.p[r] == s.p[i]) {
			r++;
			i++;
		} else if (star != SIZE_MAX) {
			r = star;
			i = ++back;
		} else {
			return false;
		}
	}
	while (r < rule.n && rule.p[r] == '*')
		r++;
	return r == rule.n && s.n > 0;
}

bool hg_rule_allows(struct hg_str rule, struct hg_str path)
{
	size_t r = 0, at = 0;

	while (r < rule.n) {
		struct hg_str want = segment_at(rule, r);
		bool is_last = r + want.n + 1 == rule.n;
		if (is_last && hg_str_is(want, HG_STR("**")))
			return true;
		if (at >= path.n)
			return false;
		struct hg_str got = segment_at(path, at);
		if (is_last && hg_str_is(want, HG_STR("*")))
			return got.n > 0;
		if (want.n ? !segment_fits(want, got) : got.n > 0)
			return false;
		r += want.n + 1;
		at += got.n + 1;
	}
	return at >= path.n;
}

/* -- what IDs mean ----------------------------------------------------------------------------- */

struct learned {
	struct hg_list link; /* in the order of use, latest first */
	struct hg_text key;  /* number of the upstream and ID */
	struct hg_str name;  /* owned; p NULL: there is none */
	int64_t until_us;
};

struct hg_resources {
	pthread_mutex_t lock; /* a leaf */
	struct hg_map *by_id;
	struct hg_list used;
	uint32_t n, max;
};

struct hg_resources *hg_resources_new(uint32_t max)
{
	struct hg_resources *s = hg_alloc0(sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	s->by_id = hg_map_new();
	hg_list_init(&s->used);
	s->max = max;
	return s;
}

static void drop(struct hg_resources *s, struct learned *l)
{
	(void)hg_map_take(s->by_id, hg_text_str(&l->key));
	hg_list_remove(&l->link);
	s->n--;
	hg_text_fini(&l->key);
	hg_free((char *)l->name.p);
	hg_free(l);
}

void hg_resources_free(struct hg_resources *s)
{
	struct learned *l;

	if (!s)
		return;
	while ((l = HG_LIST_FIRST(&s->used, struct learned, link)))
		drop(s, l);
	hg_map_free(s->by_id);
	pthread_mutex_destroy(&s->lock);
	hg_free(s);
}

enum hg_learned hg_resources_find(struct hg_resources *s, uint32_t upstream, struct hg_str id,
	int64_t now_us, struct hg_arena *arena, struct hg_str *ret_name)
{
	struct hg_str key = hg_arena_printf(arena, "%u%.*s", upstream, (int)id.n, id.p);
	enum hg_learned found = HG_LEARNED_NOT;

	pthread_mutex_lock(&s->lock);
	struct learned *l = hg_map_find(s->by_id, key);
	if (l && l->until_us <= now_us) {
		drop(s, l);
	} else if (l) {
		hg_list_remove(&l->link);
		hg_list_add_first(&s->used, &l->link);
		found = l->name.p ? HG_LEARNED_NAME : HG_LEARNED_NONE;
		if (l->name.p)
			*ret_name = hg_arena_copy(arena, l->name);
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

void hg_resources_put(struct hg_resources *s, uint32_t upstream, struct hg_str id,
	struct hg_str name, int64_t now_us)
{
	struct learned *l = hg_alloc0(sizeof(*l));

	hg_text_init(&l->key);
	hg_text_printf(&l->key, "%u%.*s", upstream, (int)id.n, id.p);
	l->until_us = now_us + (name.p ? LEARNED_FOR_US : NONE_FOR_US);
	if (name.p)
		l->name = (struct hg_str){ hg_strndup(name.p, name.n), name.n };

	pthread_mutex_lock(&s->lock);
	struct learned *old = hg_map_find(s->by_id, hg_text_str(&l->key));
	if (old)
		drop(s, old);
	else if (s->n == s->max)
		drop(s, HG_CONTAINER(s->used.prev, struct learned, link));
	(void)hg_map_put(s->by_id, hg_text_str(&l->key), l);
	hg_list_init(&l->link);
	hg_list_add_first(&s->used, &l->link);
	s->n++;
	pthread_mutex_unlock(&s->lock);
}

uint32_t hg_resources_n(struct hg_resources *s)
{
	pthread_mutex_lock(&s->lock);
	uint32_t n = s->n;
	pthread_mutex_unlock(&s->lock);
	return n;
}

struct hg_str hg_resource_name_in(struct hg_arena *arena, struct hg_str id, struct hg_str body)
{
	bool is_repo = hg_str_starts(id, HG_STR("/repositories/"));
	bool is_org = hg_str_starts(id, HG_STR("/organizations/"));
	json_t *root = json_loadb(body.p ? body.p : "", body.n, 0, NULL);
	const char *name =
		json_string_value(json_object_get(root, is_repo ? "full_name" : "login"));
	struct hg_str found = { 0 };

	if (name) {
		struct hg_resource r;
		struct hg_str path = hg_arena_printf(arena, "%s%s",
			is_repo  ? "/repos/"
			: is_org ? "/orgs/"
				 : "/users/",
			name);
		unsigned slashes = 0;
		for (size_t i = 0; i < path.n; i++)
			slashes += path.p[i] == '/';
		hg_resource_of(arena, path, &r);
		if (r.kind == HG_RESOURCE_NAMED && slashes == (is_repo ? 3 : 2))
			found = r.path;
	}
	json_decref(root);
	return found;
}
