/*
 * Any bytes as a JSON body. The first byte chooses the bases, the second how the input is cut.
 *
 * Must hold: one output, in one piece or in many, however cut; a piece that "may leave as it is"
 * adds nothing; without the base nothing changes; length and count of replacements agree; JSON
 * stays JSON, and differs from what went in only in strings of `url` and `*_url` that begin with a
 * base, which then begin with the client's (jansson is the judge); what changed is changed back by
 * writing the bases the other way round, where the client's did not occur before.
 */
#include <jansson.h>
#include <stdlib.h>

#include "front/rewrite_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FROM "https://api.github.com"
#define UPLOADS "https://uploads.github.com"

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void choose(struct hg_rewrite *w, unsigned char how)
{
	static const char *const prefixes[] = { "", "/api/v3", "/api", "/gw" };
	static const char *const bases[] = { FROM, "https://g/api/v3", "h", "http://a" };
	static const char *const uploads[] = { NULL, "http://a/up" };
	struct hg_snapshot s = { .n_upstreams = 1,
		.upstreams[0] = {
			.base_url = bases[how & 3], .uploads_url = uploads[how >> 4 & 1] } };

	bool is_githubs = how & 64 && how & 3; /* not where that is the upstream */

	hg_rewrite_init(w, &s, 0, how & 32, is_githubs,
		is_githubs ? HG_STR("api.github.com") : HG_STR("localhost:1"),
		hg_str(prefixes[how >> 2 & 3]));
	check(hg_rewrite_is_on(w));
}

static uint64_t stream(
	const struct hg_rewrite *w, struct hg_text *out, const char *in, size_t n, size_t each)
{
	struct hg_rewrite_json j;

	hg_rewrite_json_init(&j, w);
	for (size_t at = 0; at < n; at += each) {
		size_t n_piece = n - at < each ? n - at : each, before = out->n;
		char one[1], *piece = n_piece > 1 ? malloc(n_piece) : one;
		check(piece != NULL);
		memcpy(piece, in + at, n_piece);
		if (!hg_rewrite_json_next(&j, (struct hg_str){ piece, n_piece }, out)) {
			check(out->n == before);
			hg_text_add(out, (struct hg_str){ piece, n_piece });
		}
		check(j.held <= 2 * HG_REWRITE_BASE_BYTES && j.depth <= HG_REWRITE_JSON_DEPTH);
		if (piece != one)
			free(piece);
	}
	hg_rewrite_json_end(&j, out);
	return j.n_replaced;
}

static bool begins(const char *text, struct hg_str base)
{
	return base.n && strncmp(text, base.p, base.n) == 0 &&
	       strchr("/{?#", text[base.n]) != NULL; /* or its NUL */
}

static bool is_member(const char *key)
{
	size_t n = key ? strlen(key) : 0;

	return n >= 3 && strcmp(key + n - 3, "url") == 0 && (n == 3 || key[n - 4] == '_');
}

/* What the string must have become; NULL: it must be the same. */
static char *expected(const struct hg_rewrite *w, const char *key, const char *text)
{
	struct hg_str base = w->from, uploads = hg_str(w->uploads_from);
	bool at_base = begins(text, base), at_uploads = begins(text, uploads);
	struct hg_text out;

	if (!is_member(key) || (!at_base && !at_uploads))
		return NULL;
	hg_text_init(&out);
	if (at_uploads && (!at_base || uploads.n > base.n)) {
		hg_text_add(&out,
			w->is_githubs ? HG_STR(UPLOADS) : (struct hg_str){ w->to, w->root_n });
		hg_text_add(&out, w->is_githubs ? HG_STR("") : HG_STR("/api/uploads"));
		hg_text_add(&out, hg_str(text + uploads.n));
	} else {
		hg_text_add(&out, hg_str(w->to));
		hg_text_add(&out, hg_str(text + base.n));
	}
	return out.p;
}

/* A key or a URL with escapes looks the same to jansson, so `escapes` excuses what has not changed.
 */
static void compare(
	const struct hg_rewrite *w, const char *key, const json_t *a, const json_t *b, bool escapes)
{
	check(json_typeof(a) == json_typeof(b));
	if (json_is_string(a)) {
		const char *was = json_string_value(a), *is = json_string_value(b);
		char *wanted = expected(w, key, was);
		bool same = strcmp(was, is) == 0;
		check(wanted ? strcmp(wanted, is) == 0 || (same && escapes) : same);
		free(wanted);
	} else if (json_is_array(a)) {
		check(json_array_size(a) == json_array_size(b));
		for (size_t i = 0; i < json_array_size(a); i++)
			compare(w, NULL, json_array_get(a, i), json_array_get(b, i), escapes);
	} else if (json_is_object(a)) {
		const char *name;
		json_t *value;
		check(json_object_size(a) == json_object_size(b));
		json_object_foreach((json_t *)a, name, value)
		{
			const json_t *other = json_object_get(b, name);
			check(other != NULL);
			compare(w, name, value, other, escapes);
		}
	} else {
		check(json_equal(a, b));
	}
}

static void judge(const struct hg_rewrite *w, struct hg_str in, struct hg_str out)
{
	const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
	json_t *a = json_loadb(in.p, in.n, flags, NULL);

	/* jansson 2.14 overlooks a NUL behind a number; to us that is no JSON, and nothing is
	 * changed from there on */
	if (!a || memchr(in.p, 0, in.n)) {
		json_decref(a);
		return;
	}
	json_t *b = json_loadb(out.p, out.n, flags, NULL);
	check(b != NULL);
	compare(w, NULL, a, b, memchr(in.p, '\\', in.n) != NULL);
	json_decref(a);
	json_decref(b);
}

static bool has(struct hg_str text, struct hg_str part)
{
	return part.n && text.n && memmem(text.p, text.n, part.p, part.n);
}

/* localhost:1 -> the base: what was written must be found and undone. */
static void check_way_back(const struct hg_rewrite *w, struct hg_str in, struct hg_str out)
{
	struct hg_rewrite back = { .to = "" };
	struct hg_text again;

	if (has(in, w->is_githubs ? HG_STR("//api.github.com") : HG_STR("//localhost:1")) ||
		w->uploads_from[0] || w->from.n >= sizeof(back.to))
		return;
	back.from = hg_str(w->to);
	memcpy(back.to, w->from.p, w->from.n);
	hg_text_init(&again);
	check(hg_rewrite_json_whole(&back, out, &again));
	check(hg_str_is(hg_text_str(&again), in));
	hg_text_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hg_text whole, cut;
	struct hg_rewrite w;

	if (size < 2)
		return 0;
	choose(&w, data[0]);
	struct hg_str in = { (const char *)data + 2, size - 2 };
	hg_text_init(&whole);
	hg_text_init(&cut);
	bool differs = hg_rewrite_json_whole(&w, in, &whole);
	check(differs || whole.n == 0);
	if (!differs)
		hg_text_add(&whole, in);
	if (!has(in, w.from) && !has(in, hg_str(w.uploads_from)))
		check(!differs);

	for (size_t each = 1; each <= in.n; each = each == 1 ? 2 + data[1] : in.n + 1) {
		hg_text_clear(&cut);
		check((stream(&w, &cut, in.p, in.n, each) > 0) == differs);
		check(hg_str_is(hg_text_str(&cut), hg_text_str(&whole)));
	}
	if (differs)
		check_way_back(&w, in, hg_text_str(&whole));
	judge(&w, in, hg_text_str(&whole));
	hg_text_fini(&whole);
	hg_text_fini(&cut);
	return 0;
}
