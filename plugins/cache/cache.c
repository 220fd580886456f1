/*
 * cache - answers reads from memory, and asks GitHub for a 304 where it may not.
 *
 *     LOOKUP  fresh, and enough so for the client's Cache-Control (wishes.h): answered. Else the
 *             plugin takes over the validators. A full last page is looked behind (behind.h)
 *     SEND    a kept copy, whoever has it: its ETag for who pays is asked for (ask.h; a 304 costs
 * no budget) HEAD    304: the copy is answered; 200: asked to be kept; 401, 403 (but no limit's),
 * 404, 410, 451: dropped; a write marks its path and parents, when it begins and when it ends
 * (marks.h) KEEP    the whole reply is put into the index
 *
 * A GraphQL query is a read as well: kept for `graphql_for`, never revalidated (GitHub has no 304
 * for it), and not answered from memory after a write of the same scope, whatever that was about.
 *
 * Fresh for: the seed's table by family (repositories 300 s, workflows 60, runners 30, jobs 15,
 * rate_limit 5); everything else is revalidated each time. GitHub's X-Poll-Interval makes it
 * longer. One scope never sees another's copy.
 *
 * Thread: fronts and dispatcher; the index has leaf locks.   Without it every read goes to GitHub.
 */
#include "ask.h"
#include "behind.h"
#include "key.h"
#include "marks.h"
#include "pages.h"
#include "wishes.h"
#include "writes.h"
#include <hg/mem.h>
#include <hg/plugin.h>
#include <inttypes.h>
#include <stdio.h>

#define SEC INT64_C(1000000)
#define HOLD_US (120 * SEC) /* longer than any deadline between SEND and HEAD */

enum family { REPOSITORIES, WORKFLOWS, RUNNERS, JOBS, RATE_LIMIT, OTHER, GRAPHQL, FAMILIES };

static const char *const family_names[FAMILIES] = { "repositories", "workflows", "runners", "jobs",
	"rate_limit", "other", "graphql" };

enum outcome { HIT, MISS, REVALIDATED, BYPASS, OUTCOMES };

static const char *const behind_names[BEHIND_WHATS] = { "nothing", "page", "unknown", "untagged" };

static const char *const outcome_names[OUTCOMES] = { "hit", "miss", "revalidated", "bypass" };

struct cache_conf {
	uint64_t max_bytes;
	uint64_t max_entry_bytes;
	bool etag_model;
	uint64_t max_model_bytes;
	int64_t max_model_tags, model_rest_us, page_look_every_us, page_look_wait_us;
	int64_t ttl_repositories_us, ttl_workflows_us, ttl_runners_us, ttl_jobs_us,
		ttl_rate_limit_us, graphql_for_us, poll_most_us;
};

struct cache {
	struct index *index;
	struct marks *marks;
	struct ask ask; /* its index is the one above, its model is owned */
	uint64_t max_entry_bytes;
	int64_t ttl_us[FAMILIES], poll_most_us, look_every_us, look_wait_us;
	struct hg_series *answers[FAMILIES][OUTCOMES];
	struct hg_series *looks[BEHIND_WHATS];
	struct hg_series *entries, *bytes, *evicted;
};

/* What LOOKUP found out about a request, for HEAD and KEEP. */
struct visit {
	struct index_key key;
	enum family family;
	bool is_stale; /* a copy was there */
	uint64_t mark; /* the writes before it asked */
	struct index_key near;
	bool has_near;
	struct hg_str link; /* of the page, when there is one behind; {0} else */
	bool asked_whole;   /* once more: its answer says nothing of the tag that was asked with */
};

static const struct hg_option cache_options[] = {
	HG_BYTES(struct cache_conf, max_bytes, "256MiB", "1MiB", "1024GiB", HG_OPT_LIVE,
		"Memory for kept replies: heads, bodies and index."),
	HG_BYTES(struct cache_conf, max_entry_bytes, "8MiB", "1KiB", "1GiB", HG_OPT_LIVE,
		"Replies with larger bodies are not kept."),
	HG_BOOL(struct cache_conf, etag_model, "true", HG_OPT_LIVE,
		"Ask about a copy that came by another token with the tag that GitHub would give "
		"this one: a 304 proves that it sees the same."),
	HG_BYTES(struct cache_conf, max_model_bytes, "1MiB", "1KiB", "64MiB", HG_OPT_LIVE,
		"No tag is computed of a larger body: that takes about a millisecond for a MiB."),
	HG_INT(struct cache_conf, max_model_tags, "8", "1", "64", HG_OPT_LIVE,
		"Computed tags that are remembered with a copy, one for each token and Accept."),
	HG_USEC(struct cache_conf, model_rest_us, "1h", "1s", "7d", HG_OPT_LIVE,
		"How long none is computed for a route where GitHub had others three times."),
	HG_USEC(struct cache_conf, page_look_every_us, "60s", "0", "1d", HG_OPT_LIVE,
		"How often GitHub is asked what is behind a full last page, for a read of it; 0: "
		"never."),
	HG_USEC(struct cache_conf, page_look_wait_us, "2s", "1ms", "1min", HG_OPT_LIVE,
		"How long that read waits for it at most."),
	HG_USEC(struct cache_conf, ttl_repositories_us, "300s", "0", "1d", HG_OPT_LIVE,
		"How long a repository or a list of repositories is fresh."),
	HG_USEC(struct cache_conf, ttl_workflows_us, "60s", "0", "1d", HG_OPT_LIVE,
		"How long workflows and workflow runs are fresh."),
	HG_USEC(struct cache_conf, ttl_runners_us, "30s", "0", "1d", HG_OPT_LIVE,
		"How long runners are fresh."),
	HG_USEC(struct cache_conf, ttl_jobs_us, "15s", "0", "1d", HG_OPT_LIVE,
		"How long jobs are fresh."),
	HG_USEC(struct cache_conf, ttl_rate_limit_us, "5s", "0", "1h", HG_OPT_LIVE,
		"How long GitHub's answer to /rate_limit is fresh."),
	HG_USEC(struct cache_conf, poll_most_us, "10min", "0", "1d", HG_OPT_LIVE,
		"How much of GitHub's X-Poll-Interval is obeyed at most; 0: nothing of it."),
	HG_USEC(struct cache_conf, graphql_for_us, "0", "0", "1h", HG_OPT_LIVE,
		"How long the answer to a GraphQL query is kept for who asked; 0: not at all."),
	{ 0 },
};

static const struct hg_metric cache_metrics[] = {
	{ .name = "cache_answers_total",
		.type = HG_COUNTER,
		.labels = "family,outcome",
		.help = "Reads by how they were answered." },
	{ .name = "cache_entries", .type = HG_GAUGE, .help = "Kept replies." },
	{ .name = "cache_bytes",
		.type = HG_GAUGE,
		.help = "Memory of kept replies and their index." },
	{ .name = "cache_evicted_entries",
		.type = HG_GAUGE,
		.help = "Entries that made room since start." },
	{ .name = "cache_page_looks_total",
		.type = HG_COUNTER,
		.labels = "found",
		.help = "Looks behind full last pages, by what was there." },
	{ .name = "etag_model_mismatch_total",
		.type = HG_COUNTER,
		.help = "Tags of GitHub's that were not those that its algorithm gives." },
	{ 0 },
};

static void count(struct cache *c, enum family f, enum outcome o)
{
	hg_series_add(c->answers[f][o], 1);
}

static void show_size(struct cache *c)
{
	struct index_state state;

	index_look(c->index, &state);
	hg_series_set(c->entries, (double)state.entries);
	hg_series_set(c->bytes, (double)state.bytes);
	hg_series_set(c->evicted, (double)state.evicted);
}

/* -- life -------------------------------------------------------------------------------------- */

static int cache_start(void *self, const void *conf, struct hg_err *err)
{
	struct cache *c = self;
	const struct cache_conf *o = conf;

	(void)err;
	c->index = index_new(o->max_bytes);
	c->marks = marks_new();
	c->ask = (struct ask){ .index = c->index,
		.model = model_new(),
		.is_on = o->etag_model,
		.max_bytes = o->max_model_bytes,
		.max_tags = (uint32_t)o->max_model_tags,
		.rest_us = o->model_rest_us,
		.mismatches = hg_series_find(self, "etag_model_mismatch_total", NULL),
		.self = self };
	c->max_entry_bytes = o->max_entry_bytes;
	c->ttl_us[REPOSITORIES] = o->ttl_repositories_us;
	c->ttl_us[WORKFLOWS] = o->ttl_workflows_us;
	c->ttl_us[RUNNERS] = o->ttl_runners_us;
	c->ttl_us[JOBS] = o->ttl_jobs_us;
	c->ttl_us[RATE_LIMIT] = o->ttl_rate_limit_us;
	c->ttl_us[GRAPHQL] = o->graphql_for_us;
	c->poll_most_us = o->poll_most_us;
	c->look_every_us = o->etag_model ? o->page_look_every_us : 0;
	c->look_wait_us = o->page_look_wait_us;
	for (int f = 0; f < FAMILIES; f++)
		for (int a = 0; a < OUTCOMES; a++)
			c->answers[f][a] = hg_series_find(self, "cache_answers_total",
				(const char *[]){ family_names[f], outcome_names[a] });
	for (int w = 0; w < BEHIND_WHATS; w++)
		c->looks[w] = hg_series_find(
			self, "cache_page_looks_total", (const char *[]){ behind_names[w] });
	c->entries = hg_series_find(self, "cache_entries", NULL);
	c->bytes = hg_series_find(self, "cache_bytes", NULL);
	c->evicted = hg_series_find(self, "cache_evicted_entries", NULL);
	return 0;
}

/* A reload empties nothing. Writes that are still under way in the old instance mark for both. */
static int cache_adopt(void *self, void *old_self, struct hg_err *err)
{
	struct cache *c = self;
	struct cache *old = old_self;
	uint64_t max_bytes = index_max_bytes(c->index);

	(void)err;
	index_unref(c->index);
	c->index = index_ref(old->index);
	index_set_max_bytes(c->index, max_bytes);
	marks_unref(c->marks);
	c->marks = marks_ref(old->marks);
	c->ask.index = c->index;
	model_unref(c->ask.model);
	c->ask.model = model_ref(old->ask.model);
	return 0;
}

static void cache_stop(void *self)
{
	struct cache *c = self;

	index_unref(c->index);
	marks_unref(c->marks);
	model_unref(c->ask.model);
}

/* -- phases ------------------------------------------------------------------------------------ */

static enum family family_of(const struct hg_request *r)
{
	struct hg_str name = hg_request_family(r);
	int f = 0;

	while (f < OTHER && !hg_str_is(name, hg_str(family_names[f])))
		f++;
	return (enum family)f;
}

static void read_wishes(const struct hg_request *r, struct wishes *ret_wishes)
{
	uint32_t n;
	const struct hg_field *fields = hg_request_headers(r, &n);

	wishes_read(fields, n, ret_wishes);
}

/* Fresh by its family's time, and by what the client says is fresh enough. max-age=0 asks GitHub
 * also for what came in this very second. */
static bool is_young(int64_t age_us, int64_t ttl_us, const struct wishes *w)
{
	return age_us < ttl_us && !w->wants_fresh && age_us / SEC <= w->max_age_s &&
	       w->max_age_s > 0 && w->min_fresh_s <= (ttl_us - age_us) / SEC;
}

/* "hit; ttl=240": for each hit, so without printf. */
static void word_hit(char status[64], int64_t ttl_s)
{
	static const char lead[] = "hit; ttl=";
	char digits[20];
	size_t at = sizeof(digits), n;
	uint64_t v = ttl_s > 0 ? (uint64_t)ttl_s : 0;

	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	n = sizeof(digits) - at;
	memcpy(status, lead, sizeof(lead) - 1);
	memcpy(status + sizeof(lead) - 1, digits + at, n);
	status[sizeof(lead) - 1 + n] = '\0';
}

/* A copy is fresh as long as its family is, and as GitHub wants not to be asked again. */
static int64_t ttl_of(const struct cache *c, enum family family, const struct index_terms *terms)
{
	int64_t ttl_us = c->ttl_us[family];

	return terms->fresh_us > ttl_us ? terms->fresh_us : ttl_us;
}

static enum hg_verdict answer_fresh(struct cache *c, struct hg_request *r, enum family family,
	const struct index_found *found, int64_t age_us)
{
	char status[64];

	word_hit(status, (ttl_of(c, family, &found->terms) - age_us) / SEC);
	hg_request_answer_with(r, found->kept, status, age_us / SEC);
	count(c, family, HIT);
	return HG_ANSWERED;
}

static bool is_query(const struct hg_request *r)
{
	uint8_t body[16];

	return hg_request_is_graphql_query(r, body);
}

static bool is_write(const struct hg_request *r)
{
	return !hg_request_is_safe(r) && !is_query(r);
}

static enum hg_verdict refuse_unkept(struct hg_request *r)
{
	hg_request_refuse(r, 504, "not_kept", -1,
		"The request says only-if-cached, and no fresh copy is kept.");
	return HG_REFUSED;
}

/* Remembers what to do with the reply. */
static void begin_visit(struct cache *c, struct hg_request *r, const struct visit *visit)
{
	struct visit *v = hg_request_alloc(r, sizeof(*v));

	*v = *visit;
	v->has_near = v->family != GRAPHQL && key_near_request(r, &v->near);
	*hg_request_slot(r, c) = v;
	if (v->family != GRAPHQL)
		hg_request_own_validators(r);
}

/* What is behind the page is known, or could not be found out. */
static enum hg_verdict on_behind(
	void *self, struct hg_request *r, void *arg, enum behind_what what, struct hg_str link)
{
	struct cache *c = self;
	struct visit *v = arg;

	hg_series_add(c->looks[what], 1);
	if (r) {
		if (what == BEHIND_NOTHING || what == BEHIND_UNTAGGED)
			ask_note(&c->ask, hg_request_route(r), what == BEHIND_NOTHING);
		if (what == BEHIND_PAGE) {
			char *own = hg_request_alloc(r, link.n);
			memcpy(own, link.p, link.n);
			v->link = (struct hg_str){ own, link.n };
		}
		begin_visit(c, r, v);
	}
	hg_free(v);
	return HG_NEXT;
}

/* A last page that is full: whether it still is the last is asked for first. */
static enum hg_verdict begin_question(struct cache *c, struct hg_request *r,
	const struct visit *visit, const struct index_found *found)
{
	int64_t now_us = hg_now().mono_us;

	if (visit->is_stale && found->terms.is_full && c->look_every_us > 0 &&
		!model_rests(c->ask.model, hg_request_route(r), now_us) &&
		index_claim_look(c->index, &visit->key, now_us, c->look_every_us)) {
		struct visit *v = hg_alloc(sizeof(*v));
		*v = *visit;
		if (behind_look(c, r, hg_stored_header(found->kept, "link"), c->look_wait_us,
			    on_behind, v))
			return HG_WAIT;
		hg_free(v);
	}
	begin_visit(c, r, visit);
	return HG_NEXT;
}

static enum hg_verdict look_up(struct cache *c, struct hg_request *r, enum family family)
{
	struct index_found found = { 0 };
	uint64_t mark = marks_now(c->marks);
	struct index_key key;
	struct wishes w;

	read_wishes(r, &w);
	if (!key_of_request(r, &key)) {
		count(c, family, BYPASS);
		return w.only_kept ? refuse_unkept(r) : HG_NEXT;
	}

	bool is_kept = index_find(c->index, &key, &found);
	int64_t now_us = hg_now().mono_us, age_us = now_us - found.terms.validated_at_us;
	bool is_fresh = is_kept && is_young(age_us, ttl_of(c, family, &found.terms), &w) &&
	                !writes_came_since(c->marks, r, family == GRAPHQL, found.terms.mark);
	enum hg_verdict verdict = HG_NEXT;

	if (is_fresh) {
		verdict = answer_fresh(c, r, family, &found, age_us);
	} else if (w.only_kept) {
		count(c, family, MISS);
		verdict = refuse_unkept(r);
	} else if (hg_request_is_head(r) || w.no_store) {
		count(c, family, BYPASS); /* its reply has no body to keep, or may not be kept */
	} else {
		struct visit visit = {
			.key = key, .family = family, .is_stale = is_kept, .mark = mark
		};
		verdict = begin_question(c, r, &visit, &found);
	}
	hg_stored_unref(found.kept);
	return verdict;
}

static enum hg_verdict cache_on_lookup(void *self, struct hg_request *r)
{
	struct cache *c = self;

	if (is_write(r)) {
		writes_begin(c->marks, r, hg_request_slot(r, c));
		return HG_NEXT;
	}
	if (!is_query(r))
		return look_up(c, r, family_of(r));
	return c->ttl_us[GRAPHQL] > 0 ? look_up(c, r, GRAPHQL) : HG_NEXT;
}

static uint64_t word_of(const struct index_key *key)
{
	uint64_t word;

	memcpy(&word, key->bytes, sizeof(word));
	return word;
}

/* GitHub's 304 can not be believed there: it comes although there is something new. */
static bool has_false_304s(struct hg_str path)
{
	static const struct hg_str end = { "/notifications", 14 };

	return path.n >= end.n && memcmp(path.p + path.n - end.n, end.p, end.n) == 0;
}

static void cache_on_send(void *self, struct hg_send *s)
{
	struct cache *c = self;
	struct index_key key;
	uint8_t body[16];

	if (behind_set_tag(s))
		return;
	bool is_kept_query = c->ttl_us[GRAPHQL] > 0 && hg_send_is_graphql_query(s, body);
	if ((!hg_send_owns_validators(s) && !is_kept_query) || !key_of_send(s, &key))
		return;
	marks_note_sent(c->marks, word_of(&key));
	if (is_kept_query || has_false_304s(hg_send_path(s)))
		return; /* no tag is asked for */
	int64_t now_us = hg_now().mono_us;
	ask_set_tag(&c->ask, s, &key, now_us, now_us + HOLD_US);
}

/* The writes that the reply has seen for certain: those before this reader asked, and before the
 * question went out that it may have joined. */
static uint64_t mark_of_reply(const struct cache *c, const struct visit *v)
{
	uint64_t sent = marks_sent(c->marks, word_of(&v->key));

	return sent < v->mark ? sent : v->mark;
}

/* "X-Poll-Interval: 60": not to be asked again for that long. */
static int64_t poll_us(const struct cache *c, const struct hg_stored *kept)
{
	struct hg_str value = hg_stored_header(kept, "x-poll-interval");
	int64_t us = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return 0;
		us = us * 10 + (value.p[i] - '0') * SEC;
		if (us > c->poll_most_us)
			return c->poll_most_us;
	}
	return us;
}

static struct index_terms terms_of(const struct cache *c, const struct visit *v,
	const struct hg_stored *kept, const struct hg_reply *reply)
{
	return (struct index_terms){ .validated_at_us = hg_now().mono_us,
		.mark = mark_of_reply(c, v),
		.fresh_us = poll_us(c, kept),
		.token = hg_reply_token(reply) };
}

/* The gateway's own token asked, on behalf of all who have none. */
static bool is_pool_s(const struct hg_request *r, const struct hg_reply *reply)
{
	struct hg_scope asker = hg_request_scope(r), payer = hg_reply_credential(reply);

	return hg_reply_token(reply) && memcmp(&asker, &payer, sizeof(asker)) != 0;
}

static bool is_full(
	const struct hg_request *r, const struct hg_reply *reply, const struct hg_stored *kept)
{
	return is_pool_s(r, reply) && !page_has_next(hg_stored_header(kept, "link")) &&
	       page_is_full(hg_request_query(r), hg_stored_body(kept));
}

/* The own copy under the newer head. Its tag stays the one that GitHub first gave it, to whomever:
 * clients hold that. */
static struct hg_stored *renew(struct cache *c, struct hg_reply *reply, const struct visit *v,
	const struct index_found *found)
{
	if (found->is_computed)
		hg_reply_set_header(reply, "ETag", hg_stored_header(found->kept, "etag"));
	if (v->link.n && !page_has_next(hg_reply_header(reply, "link")))
		hg_reply_set_header(reply, "Link", v->link);

	struct hg_stored *kept = hg_stored_renew(found->kept, reply);
	struct index_terms terms = terms_of(c, v, kept, reply);
	terms.token = found->terms.token;
	terms.model = found->terms.model;
	terms.is_full = found->terms.is_full && !page_has_next(hg_stored_header(kept, "link"));
	terms.is_common = found->terms.is_common;
	index_renew(c->index, &v->key, found->kept, kept, &terms);
	return kept;
}

/* Somebody else's copy becomes the asker's own. Others go on asking about the first one: it has the
 * tags that 304s under way are about. */
static struct hg_stored *adopt(struct cache *c, const struct hg_request *r, struct hg_reply *reply,
	const struct visit *v, const struct index_found *found)
{
	struct hg_stored *kept = ask_adopt(found->kept, reply);

	if (!kept)
		return NULL;
	struct index_terms terms = terms_of(c, v, kept, reply);
	terms.is_full = is_full(r, reply, kept);
	terms.is_common = true;
	index_put(c->index, &v->key, kept, &terms);
	show_size(c);
	return kept;
}

/* GitHub says that the copy still holds: it is what the client gets. */
static enum hg_verdict answer_revalidated(
	struct cache *c, struct hg_request *r, struct hg_reply *reply, struct visit *v)
{
	struct hg_stored *kept = NULL;
	struct ask_found asked;

	if (ask_confirm(&c->ask, r, reply, &v->key, v->has_near ? &v->near : NULL, &asked)) {
		kept = asked.is_near ? adopt(c, r, reply, v, &asked.found)
		                     : renew(c, reply, v, &asked.found);
		hg_stored_unref(asked.found.kept);
	}
	if (!kept) { /* another instance may have asked; else it is asked again */
		v->asked_whole = true;
		return HG_NEXT;
	}
	hg_request_answer_with(r, kept,
		v->is_stale ? "fwd=stale; fwd-status=304; stored"
			    : "fwd=uri-miss; fwd-status=304; stored",
		0);
	hg_stored_unref(kept);
	count(c, v->family, REVALIDATED);
	return HG_ANSWERED;
}

static bool may_be_kept(const struct cache *c, const struct hg_reply *reply, enum family family)
{
	struct hg_str cc = hg_reply_header(reply, "cache-control");

	if (hg_reply_status(reply) != 200 || (cc.n && memmem(cc.p, cc.n, "no-store", 8)))
		return false;
	return (hg_reply_header(reply, "etag").n && family != GRAPHQL) || c->ttl_us[family] > 0;
}

/* A limit's refusal is about who asks too much, and says nothing about the copy: of 403 those with
 * Retry-After, with nothing left, or with the field that only limits send. */
static bool is_limit(const struct hg_reply *reply)
{
	return hg_reply_header(reply, "retry-after").n ||
	       hg_str_is(hg_reply_header(reply, "x-ratelimit-remaining"), HG_STR("0")) ||
	       hg_reply_header(reply, "gh-limited-by").n;
}

/* It is gone, or not for these eyes any more. Failures (5xx) say neither. */
static bool ends_copy(const struct hg_reply *reply)
{
	switch (hg_reply_status(reply)) {
	case 401:
	case 404:
	case 410:
	case 451:
		return true;
	case 403:
		return !is_limit(reply);
	default:
		return false;
	}
}

static enum hg_verdict cache_on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	struct cache *c = self;
	struct visit *v = *hg_request_slot(r, self);
	int status = hg_reply_status(reply);
	char params[80];

	if (is_write(r)) {
		writes_end(c->marks, r, hg_request_slot(r, c));
		return HG_NEXT;
	}
	if (!v)
		return HG_NEXT;
	if (status == 304)
		return answer_revalidated(c, r, reply, v);

	bool keep = may_be_kept(c, reply, v->family);
	if (keep)
		hg_reply_keep(reply, c->max_entry_bytes);
	else if (ends_copy(reply))
		index_drop(c->index, &v->key);
	/* whether there are errors in an answer to GraphQL is not known yet */
	(void)snprintf(params, sizeof(params), "fwd=%s; fwd-status=%d%s",
		v->is_stale ? "stale" : "uri-miss", status,
		keep && v->family != GRAPHQL ? "; stored" : "");
	hg_request_set_cache_status(r, params);
	count(c, v->family, MISS);
	return HG_NEXT;
}

static void cache_on_keep(void *self, struct hg_request *r, const struct hg_reply *reply)
{
	struct cache *c = self;
	const struct visit *v = *hg_request_slot(r, self);

	if (!v || !may_be_kept(c, reply, v->family))
		return;
	bool is_common = !v->asked_whole && v->family != GRAPHQL &&
	                 ask_note_whole(&c->ask, r, reply, &v->key, v->has_near ? &v->near : NULL);
	struct hg_stored *kept = hg_stored_new(reply, hg_reply_body(reply));
	struct index_terms terms = terms_of(c, v, kept, reply);
	terms.is_full = is_full(r, reply, kept);
	terms.is_common = is_common;
	index_put(c->index, &v->key, kept, &terms);
	if (v->has_near)
		model_put_near(c->ask.model, &v->near, &v->key);
	hg_stored_unref(kept);
	show_size(c);
}

/* A write that got no head may have been executed all the same. */
static void cache_on_done(void *self, struct hg_request *r)
{
	struct cache *c = self;

	if (is_write(r))
		writes_end(c->marks, r, hg_request_slot(r, c));
}

/* -- admin ------------------------------------------------------------------------------------- */

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct cache *c = self;
	struct index_state state;

	(void)args;
	(void)err;
	index_look(c->index, &state);
	double n[OUTCOMES] = { 0 }, all = 0;
	for (int f = 0; f < FAMILIES; f++) {
		for (int o = 0; o < OUTCOMES; o++)
			n[o] += hg_series_read(c->answers[f][o]);
	}
	for (int o = 0; o < OUTCOMES; o++)
		all += n[o];
	hg_answer_printf(out, "{\"hit_share\":%.4f,\"hits\":%.0f,\"misses\":%.0f",
		all > 0 ? (n[HIT] + n[REVALIDATED]) / all : 0.0, n[HIT], n[MISS]);
	hg_answer_printf(out,
		",\"bytes\":%" PRIu64 ",\"max_bytes\":%" PRIu64 ",\"entries\":%" PRIu64
		",\"evicted\":%" PRIu64,
		state.bytes, index_max_bytes(c->index), state.entries, state.evicted);
	hg_answer_printf(
		out, ",\"revalidated\":%.0f,\"bypassed\":%.0f}", n[REVALIDATED], n[BYPASS]);
	return 0;
}

static int run_flush(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct cache *c = self;

	index_clear(c->index);
	show_size(c);
	return show_state(self, args, out, err);
}

static const struct hg_command cache_commands[] = {
	{ .name = "state", .run = show_state, .about = "Hits, entries, bytes, bound." },
	{ .name = "flush", .changes = 1, .run = run_flush, .about = "Forgets all kept replies." },
	{ 0 },
};

static const struct hg_plugin cache_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "cache",
	.about = "Answers safe requests from memory.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct cache),
	.conf_size = sizeof(struct cache_conf),
	.options = cache_options,
	.metrics = cache_metrics,
	.commands = cache_commands,
	.start = cache_start,
	.adopt = cache_adopt,
	.stop = cache_stop,
	.on_lookup = cache_on_lookup,
	.on_send = cache_on_send,
	.on_head = cache_on_head,
	.on_keep = cache_on_keep,
	.on_done = cache_on_done,
};
HG_PLUGIN_EXPORT(cache_plugin)
