#include "ask.h"
#include "key.h"
#include <hg/hash.h>
#include <hg/log.h>
#include <hg/metric.h>

#define MAX_ADOPTED_FIELDS 64u

static const struct hg_str quote = { "\"", 1 };

static void set_computed(struct hg_send *s, const char hex[INDEX_TAG_HEX])
{
	char tag[INDEX_TAG_HEX + 2];

	tag[0] = quote.p[0];
	memcpy(tag + 1, hex, INDEX_TAG_HEX - 1);
	tag[INDEX_TAG_HEX] = quote.p[0];
	hg_send_set_header(s, "If-None-Match", (struct hg_str){ tag, INDEX_TAG_HEX + 1 });
}

/* Whose tag it is: the algorithm hashes Accept as well, and one token may ask about one copy with
 * several (key_near_send). Cookies, which it also hashes, never go up. 0: nobody's. */
static uint64_t asker_of(uint64_t token, struct hg_str accept)
{
	uint64_t words[3] = { token }, asker[2];

	if (!token)
		return 0;
	hg_hash128(accept.p, accept.n, (uint8_t *)&words[1]);
	hg_hash128(words, sizeof(words), (uint8_t *)asker);
	return asker[0] ? asker[0] : 1;
}

static uint64_t asker_of_send(const struct hg_send *s)
{
	return asker_of(hg_send_token(s), hg_send_header(s, "accept"));
}

static uint64_t asker_of_reply(const struct hg_request *r, const struct hg_reply *reply)
{
	return asker_of(hg_reply_token(reply), hg_request_header(r, "accept"));
}

/* The hash is of what GitHub sends before any content coding. */
static bool is_hashable(const struct ask *a, const struct hg_stored *kept)
{
	return hg_stored_body(kept).n <= a->max_bytes &&
	       !hg_stored_header(kept, "content-encoding").n;
}

static bool has_body(const struct hg_stored *kept, struct hg_str body)
{
	struct hg_str mine = hg_stored_body(kept);

	return mine.p == body.p || hg_str_is(mine, body);
}

static bool compute(const struct ask *a, const struct hg_send *s, const struct hg_stored *kept,
	char ret_hex[INDEX_TAG_HEX])
{
	return is_hashable(a, kept) &&
	       hg_send_model_tag(s, hg_stored_header(kept, "vary"), hg_stored_body(kept), ret_hex);
}

/* The tag that the body would have for who pays: remembered, or computed now. */
static bool find_computed(const struct ask *a, const struct hg_send *s, const struct index_key *key,
	const struct index_found *found, char ret_hex[INDEX_TAG_HEX])
{
	uint64_t asker = asker_of_send(s);

	if (!asker || found->terms.model == INDEX_OPAQUE)
		return false;
	if (index_find_tag(a->index, key, found->version, asker, ret_hex))
		return true;
	if (!compute(a, s, found->kept, ret_hex))
		return false;
	index_put_tag(a->index, key, found->version, asker, ret_hex, a->max_tags);
	return true;
}

/* Once for each body, when the token asks that was given its tag. */
static void check_model(const struct ask *a, const struct hg_send *s, const struct index_key *key,
	const struct index_found *found, struct hg_str own)
{
	char hex[INDEX_TAG_HEX];

	if (found->terms.model != INDEX_UNKNOWN || !compute(a, s, found->kept, hex))
		return;
	struct hg_str bare =
		hg_str_starts(own, HG_STR("W/")) ? (struct hg_str){ own.p + 2, own.n - 2 } : own;
	bool holds = bare.n == INDEX_TAG_HEX + 1 && bare.p[0] == '"' &&
	             memcmp(bare.p + 1, hex, INDEX_TAG_HEX - 1) == 0;
	index_set_model(a->index, key, found->version, holds ? INDEX_OK : INDEX_OPAQUE);
	if (!holds)
		hg_series_add(a->mismatches, 1);
}

static void ask_about_own(const struct ask *a, struct hg_send *s, const struct index_key *key,
	const struct index_found *found, bool may_compute)
{
	struct hg_str own = hg_stored_header(found->kept, "etag");
	bool is_givens = found->terms.token == hg_send_token(s);
	char hex[INDEX_TAG_HEX];

	if (!own.n)
		return;
	if (may_compute && !is_givens && find_computed(a, s, key, found, hex)) {
		set_computed(s, hex);
		return;
	}
	if (may_compute && is_givens && hg_send_token(s))
		check_model(a, s, key, found, own);
	hg_send_set_header(s, "If-None-Match", own);
}

/* The copy is not held for it: it has its own readers, and is asked for whole when it has gone.
 * `own` NULL: the asker has none. */
static bool ask_about_near(const struct ask *a, struct hg_send *s, const struct hg_stored *own)
{
	struct index_key near, copy;
	struct index_found found;
	char hex[INDEX_TAG_HEX];

	if (!hg_send_token(s) || !key_near_send(s, &near) ||
		!model_find_near(a->model, &near, &copy) || !index_find(a->index, &copy, &found))
		return false;
	bool asks = !(own && has_body(own, hg_stored_body(found.kept))) &&
	            find_computed(a, s, &copy, &found, hex);
	if (asks)
		set_computed(s, hex);
	hg_stored_unref(found.kept);
	return asks;
}

void ask_set_tag(const struct ask *a, struct hg_send *s, const struct index_key *key,
	int64_t now_us, int64_t hold_until_us)
{
	struct index_found found;
	bool may_compute = a->is_on && !model_rests(a->model, hg_send_route(s), now_us);

	if (index_hold(a->index, key, hold_until_us, &found)) {
		if (!may_compute || !found.terms.is_common || !ask_about_near(a, s, found.kept))
			ask_about_own(a, s, key, &found, may_compute);
		hg_stored_unref(found.kept);
	} else if (may_compute) {
		(void)ask_about_near(a, s, NULL);
	}
}

/* -- what came --------------------------------------------------------------------------------- */

void ask_note(const struct ask *a, struct hg_str route, bool held)
{
	if (!held)
		hg_series_add(a->mismatches, 1);
	if (model_note(a->model, route, held, hg_now().mono_us, a->rest_us))
		hg_log(a->self, HG_LOG_WARN,
			"tags of route=%.*s do not follow the model: none is computed for_s=%lld",
			(int)route.n, route.p, (long long)(a->rest_us / 1000000));
}

static bool confirm_near(const struct ask *a, const struct hg_request *r,
	const struct hg_reply *reply, const struct index_key *near, struct ask_found *ret_found)
{
	uint64_t token = hg_reply_token(reply);
	struct index_key copy;

	if (!token || !model_find_near(a->model, near, &copy) ||
		!index_confirm(a->index, &copy, hg_reply_header(reply, "etag"),
			asker_of_reply(r, reply), &ret_found->found))
		return false;
	/* its own tag says nothing to a token that was not given it */
	if (ret_found->found.is_computed || ret_found->found.terms.token == token)
		return true;
	hg_stored_unref(ret_found->found.kept);
	return false;
}

bool ask_confirm(const struct ask *a, struct hg_request *r, const struct hg_reply *reply,
	const struct index_key *key, const struct index_key *near, struct ask_found *ret_found)
{
	ret_found->is_near = false;
	if (!index_confirm(a->index, key, hg_reply_header(reply, "etag"), asker_of_reply(r, reply),
		    &ret_found->found)) {
		if (!near || !confirm_near(a, r, reply, near, ret_found))
			return false;
		ret_found->is_near = true;
	}
	if (ret_found->found.is_computed)
		ask_note(a, hg_request_route(r), true);
	return true;
}

/* What describes the body, and a 304 does not repeat. The rest was said to somebody else. */
static const char *const of_body[] = { "Content-Type", "Content-Language", "X-GitHub-Media-Type",
	"Cache-Control", "Vary", "Last-Modified" };

struct hg_stored *ask_adopt(const struct hg_stored *kept, struct hg_reply *reply)
{
	struct hg_field all[MAX_ADOPTED_FIELDS];
	uint32_t n, n_all = 0;
	const struct hg_field *said = hg_reply_headers(reply, &n);

	/* Link is about what he sees beside this page. */
	if (n > MAX_ADOPTED_FIELDS - sizeof(of_body) / sizeof(*of_body) ||
		(hg_stored_header(kept, "link").n && !hg_reply_header(reply, "link").n))
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		if (!hg_str_is_nocase(said[i].name, HG_STR("content-type")))
			all[n_all++] = said[i];
	uint32_t n_said = n_all;
	for (size_t i = 0; i < sizeof(of_body) / sizeof(*of_body); i++) {
		struct hg_str name = hg_str(of_body[i]), value = hg_stored_header(kept, of_body[i]);
		bool is_said = false;
		for (uint32_t j = 0; j < n_said; j++)
			is_said |= hg_str_is_nocase(all[j].name, name);
		if (value.n && !is_said)
			all[n_all++] = (struct hg_field){ name, value };
	}
	return hg_stored_make(hg_stored_status(kept), all, n_all, hg_stored_body(kept));
}

/* Has the answer the body of this copy? If it was asked about with a computed tag, that is none. */
static bool note_if_equal(const struct ask *a, const struct hg_request *r,
	const struct hg_reply *reply, const struct index_key *key, const struct index_found *copy)
{
	uint64_t token = hg_reply_token(reply);
	char hex[INDEX_TAG_HEX];

	if (!has_body(copy->kept, hg_reply_body(reply)))
		return false;
	if (copy->terms.token != token &&
		index_find_tag(a->index, key, copy->version, asker_of_reply(r, reply), hex))
		ask_note(a, hg_request_route(r), false);
	return true;
}

bool ask_note_whole(const struct ask *a, const struct hg_request *r, const struct hg_reply *reply,
	const struct index_key *key, const struct index_key *near)
{
	struct index_found found;
	struct index_key others;
	bool is_common = false;

	if (!a->is_on || !hg_reply_token(reply))
		return false;
	if (index_find(a->index, key, &found)) {
		/* the old body, though others' was asked about: his is another */
		is_common = !note_if_equal(a, r, reply, key, &found) && found.terms.is_common;
		hg_stored_unref(found.kept);
	}
	if (near && model_find_near(a->model, near, &others) &&
		memcmp(&others, key, sizeof(others)) != 0 &&
		index_find(a->index, &others, &found)) {
		is_common |= note_if_equal(a, r, reply, &others, &found);
		hg_stored_unref(found.kept);
	}
	return is_common;
}
