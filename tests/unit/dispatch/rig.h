/*
 * rig - a dispatcher on a held clock, with a transport that only writes down what it was told.
 *
 * Each step ends in hg_dispatcher_check, so a broken invariant fails the test at once.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <hg/mem.h>
#include "base/secret.h"
#include "base/text.h"
#include "dispatch/dispatcher_state.h"
#include <hg/strategy.h>

#define SEC 1000000ll
#define WALL (1800000000ll * SEC) /* the rig begins at this moment */
#ifndef RIG_SENT_MOST             /* a test that sends without end says more */
#define RIG_SENT_MOST 256
#endif

struct rig {
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_snapshot snapshot;
	struct hg_view *view;
	struct hg_dispatcher *d;
	struct hg_now now;
	int64_t next_us;
	struct hg_flight *sent[RIG_SENT_MOST]; /* in order; NULL when over */
	unsigned n_sent, n_aborted, n_pauses, n_resumes, n_feeds, n_unused;
};

static inline void rig_send(void *arg, struct hg_flight *f)
{
	struct rig *r = arg;
	assert_true(r->n_sent < RIG_SENT_MOST);
	r->sent[r->n_sent++] = f;
}

static inline void rig_over(struct rig *r, const struct hg_flight *f)
{
	for (unsigned i = 0; i < r->n_sent; i++)
		if (r->sent[i] == f)
			r->sent[i] = NULL;
}

static inline void rig_abort(void *arg, struct hg_flight *f)
{
	struct rig *r = arg;
	r->n_aborted++;
	rig_over(r, f);
}

static inline void rig_pause(void *arg, struct hg_flight *f, bool paused)
{
	struct rig *r = arg;
	(void)f;
	if (paused)
		r->n_pauses++;
	else
		r->n_resumes++;
}

static inline void rig_feed(void *arg, struct hg_flight *f)
{
	struct rig *r = arg;

	(void)f;
	r->n_feeds++;
}

static inline void rig_unused(struct hg_snapshot *s)
{
	((struct rig *)s->owner)->n_unused++;
}

static inline void rig_configure(struct rig *r, struct hg_snapshot *s)
{
	*s = (struct hg_snapshot){
		.generation = 1,
		.upstreams = { { .name = "main",
			.connect_timeout_us = 5 * SEC,
			.first_byte_timeout_us = 12 * SEC,
			.total_timeout_us = 30 * SEC,
			.stall_timeout_us = 15 * SEC,
			.http2 = true,
			.credentials = { { .alias = "main" } } } },
		.n_upstreams = 1,
		.dispatch = { .deadline_us = 60 * SEC,
			.max_tickets = 1000,
			.max_concurrent = 90,
			.share_bytes = 1000,
			.window_bytes = 500,
			.retries = 3 },
		.secondary.keep = true,
		.on_unused = rig_unused,
		.owner = r,
	};
	atomic_init(&s->refs, 1);
}

static inline void rig_init(struct rig *r)
{
	const struct hg_transport transport = { r, rig_send, rig_abort, rig_pause, rig_feed };

	*r = (struct rig){ .now = { 1000 * SEC, WALL } };
	r->clock = hg_clock_new_held(r->now);
	r->loop = hg_loop_new(r->clock, HG_THREAD_HOST, "rig", 16);
	rig_configure(r, &r->snapshot);
	r->snapshot.upstreams[0].credentials[0].token = hg_secret_new(HG_STR("ghp_of_the_rig"));
	hg_snapshot_set_origins(&r->snapshot);
	r->view = hg_view_new();
	r->d = hg_dispatcher_new(&r->snapshot, &transport, r->view);
	hg_dispatcher_seed(r->d, 1);
}

/* All that hangs on the loop runs; the owner of tickets hears its news. */
static inline void rig_settle(struct rig *r)
{
	while (hg_loop_turn(r->loop))
		;
}

static inline void rig_fini(struct rig *r)
{
	hg_dispatcher_free(r->d);
	rig_settle(r);
	hg_view_free(r->view);
	hg_loop_free(r->loop);
	hg_clock_free(r->clock);
	hg_secret_unref(r->snapshot.upstreams[0].credentials[0].token);
}

static inline void rig_turn(struct rig *r)
{
	r->next_us = hg_dispatcher_turn(r->d, &r->now);
	hg_dispatcher_check(r->d);
	rig_settle(r);
}

/* Time goes on from one moment that the dispatcher asked for to the next. */
static inline void rig_advance(struct rig *r, int64_t by_us)
{
	int64_t end_us = r->now.mono_us + by_us;

	rig_turn(r);
	while (r->next_us <= end_us) {
		int64_t at_us = r->next_us > r->now.mono_us ? r->next_us : r->now.mono_us;
		r->now.wall_us += at_us - r->now.mono_us;
		r->now.mono_us = at_us;
		rig_turn(r);
	}
	r->now.wall_us += end_us - r->now.mono_us;
	r->now.mono_us = end_us;
	rig_turn(r);
}

static inline void rig_on_news(struct hg_ticket *t)
{
	(void)t;
}

/* Not submitted yet; the caller's reference. */
static inline struct hg_ticket *rig_ticket(
	struct rig *r, const char *method, const char *path, enum hg_class klass)
{
	struct hg_ticket *t = hg_ticket_new(r->loop, &r->snapshot, rig_on_news, NULL);

	t->ask.id = hg_arena_copy(&t->arena, hg_str(path));
	t->ask.client = HG_STR("local");
	t->ask.method = hg_arena_copy(&t->arena, hg_str(method));
	t->ask.path = hg_arena_copy(&t->arena, hg_str(path));
	t->ask.route = t->ask.path;
	t->ask.resource = HG_STR("core");
	t->ask.klass = klass;
	t->ask.cost = 1;
	t->ask.arrived_us = r->now.mono_us;
	t->ask.deadline_us = r->now.mono_us + 60 * SEC;
	t->ask.is_safe = !strcmp(method, "GET") || !strcmp(method, "HEAD");
	return t;
}

static inline void rig_submit(struct rig *r, struct hg_ticket *t)
{
	hg_dispatcher_submit(r->d, hg_ticket_ref(t), &r->now);
	rig_turn(r);
}

static inline struct hg_ticket *rig_ask(struct rig *r, const char *method, const char *path)
{
	struct hg_ticket *t = rig_ticket(r, method, path, HG_CLASS_HIGH);
	rig_submit(r, t);
	return t;
}

/* "name", "value", …, NULL */
static inline struct hg_head *rig_head(int status, ...)
{
	struct hg_field fields[16];
	uint32_t n = 0;
	const char *name;
	va_list args;

	va_start(args, status);
	while ((name = va_arg(args, const char *)))
		fields[n++] = (struct hg_field){ hg_str(name), hg_str(va_arg(args, const char *)) };
	va_end(args);
	return hg_head_new(status, fields, n);
}

static inline struct hg_head *rig_limits(
	int status, int64_t limit, int64_t remaining, int64_t reset_s)
{
	char texts[3][24];

	snprintf(texts[0], 24, "%lld", (long long)limit);
	snprintf(texts[1], 24, "%lld", (long long)remaining);
	snprintf(texts[2], 24, "%lld", (long long)reset_s);
	return rig_head(status, "X-RateLimit-Limit", texts[0], "X-RateLimit-Remaining", texts[1],
		"X-RateLimit-Reset", texts[2], "X-RateLimit-Resource", "core", NULL);
}

/* The i-th send gets this head (taken over), and nothing more yet. */
static inline void rig_answer(struct rig *r, unsigned i, struct hg_head *head)
{
	assert_true(i < r->n_sent && r->sent[i]);
	hg_dispatcher_on_connected(r->d, r->sent[i], &r->now);
	hg_dispatcher_on_head(r->d, r->sent[i], head, &r->now);
	hg_head_unref(head);
	rig_turn(r);
}

static inline void rig_piece(struct rig *r, unsigned i, size_t n_bytes)
{
	char bytes[4096] = { 0 };
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ bytes, n_bytes });

	assert_true(i < r->n_sent && r->sent[i]);
	hg_dispatcher_on_chunk(r->d, r->sent[i], c, &r->now);
	hg_chunk_unref(c);
	rig_turn(r);
}

static inline void rig_end(struct rig *r, unsigned i, int code, bool sent)
{
	struct hg_flight *f = r->sent[i];

	assert_non_null(f);
	rig_over(r, f);
	hg_dispatcher_on_end(r->d, f, code, sent, code ? "it broke" : "", &r->now);
	rig_turn(r);
}

static inline void rig_reply(struct rig *r, unsigned i, struct hg_head *head)
{
	rig_answer(r, i, head);
	rig_piece(r, i, 10);
	rig_end(r, i, 0, true);
}

/* -- what the owner got ------------------------------------------------------------------------ */

/* Of its head; -1: none came. Taken once, remembered in t->arg. */
static inline int rig_status(struct hg_ticket *t)
{
	struct hg_head_note note;
	struct hg_head *h = hg_ticket_take_head(t, &note);

	if (h)
		t->arg = (void *)(intptr_t)h->status;
	hg_head_unref(h);
	return t->arg ? (int)(intptr_t)t->arg : -1;
}

static inline uint64_t rig_body(struct hg_ticket *t)
{
	struct hg_chunk *c;
	uint64_t n = 0;

	rig_status(t); /* comes first */
	while ((c = hg_ticket_take_chunk(t))) {
		n += c->n;
		hg_chunk_unref(c);
	}
	return n;
}

static inline struct hg_ticket_end rig_end_of(struct hg_ticket *t)
{
	struct hg_ticket_end end = { .code = 1 };

	rig_body(t);
	if (!hg_ticket_take_end(t, &end))
		fail_msg("the ticket has not ended");
	return end;
}

static inline bool rig_has_ended(const struct hg_ticket *t)
{
	return t->state == HG_TICKET_ENDED;
}

static inline void rig_expect_whole(struct hg_ticket *t, int status)
{
	assert_int_equal(rig_status(t), status);
	assert_int_equal(rig_end_of(t).code, 0);
	hg_ticket_unref(t);
}

static inline void rig_expect_refused(struct hg_ticket *t, int status, const char *word)
{
	struct hg_ticket_end end = rig_end_of(t);

	assert_int_equal(rig_status(t), -1);
	assert_int_equal(end.status, status);
	assert_string_equal(end.word, word);
	hg_ticket_unref(t);
}

/* The gateway's own pool at an upstream of the newest snapshot, and the first of its payers. */
static inline struct hg_pool *rig_pool_at(struct rig *r, uint32_t upstream)
{
	return hg_pools_find(
		&r->d->pools, &(struct hg_ask){ .upstream = upstream }, r->d->snapshot);
}

static inline struct hg_credential *rig_own_at(struct rig *r, uint32_t upstream)
{
	return rig_pool_at(r, upstream)->payers[0].credential;
}

static inline struct hg_credential *rig_own(struct rig *r)
{
	return rig_own_at(r, 0);
}

/* What was changed in its snapshot is in force. */
static inline void rig_reconfigure(struct rig *r)
{
	hg_dispatcher_adopt(r->d, &r->snapshot);
}

/* Everybody is paced by it. */
static inline void rig_pace(struct rig *r, const struct hg_strategy *strategy)
{
	r->snapshot.strategies[0] = (struct hg_strategy_row){ "paced",
		{ .size = sizeof(struct hg_provider), .vtable = strategy } };
	r->snapshot.n_strategies = 1;
	r->snapshot.strategy = r->d->strategy = 0;
}

static inline struct hg_ledger *rig_core(struct rig *r)
{
	return hg_identity_ledger(rig_own(r)->identity, HG_STR("core"));
}

/* One request goes through, so that the budget is known. */
static inline void rig_learn(struct rig *r, int64_t limit, int64_t remaining, int64_t reset_in_s)
{
	struct hg_ticket *t = rig_ask(r, "GET", "/learn");

	rig_reply(r, r->n_sent - 1, rig_limits(200, limit, remaining, WALL / SEC + reset_in_s));
	rig_expect_whole(t, 200);
}
