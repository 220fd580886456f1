/*
 * day_wire - what is between the dispatcher and the GitHub of test_day.c: who is who, and the
 * transfers, from send to their last event. Also checks each send: what is left of a budget, a
 * client's max_upstream, the gap between writes, and that nobody better was passed.
 *
 *     CONNECT   some; others go over a connection that is there
 *     ARRIVE    at GitHub, 2 to 12 ms later, one of 200 up to a second; from here on it counts
 *     WORK      as long as GitHub takes
 *     HEAD      at once, or up to 9 s late
 *     BODY      in pieces, to its end
 *
 * A transfer that is aborted after it has left goes on as a ghost.
 */
#pragma once
#include "rig.h"
#include "day_github.h"
#include "day_order.h"

#define IDENTITIES 200u
#define POOLED 6u
#define BACKLOGGED (IDENTITIES - 1)
#define CREDENTIALS 8u
#define TOKENS (CREDENTIALS + IDENTITIES - POOLED)
#define SKEW_US 300000 /* our wall clock is ahead of GitHub's */
#define TEAMS 12u      /* that share the pool */
#define CLIENTS (2 * IDENTITIES + TEAMS)
#define WRITES_MOST 400000u

enum fate {
	FATE_WHOLE,
	FATE_UNCHANGED,  /* 304 */
	FATE_NO_CONNECT, /* nothing left */
	FATE_CLOSED,     /* no head */
	FATE_SILENT,     /* the answer is lost on its way */
	FATE_BROKEN,     /* 502 */
	FATE_CUT,        /* in the body */
};

enum stage { CONNECT, ARRIVE, WORK, HEAD, BODY };

/* One transfer, from send to its last event; goes on as a ghost when it was aborted. */
struct transfer {
	struct hg_heap_node due;
	struct hg_flight *flight; /* NULL: aborted */
	struct identity *identity;
	const struct kind *kind;
	enum fate fate;
	enum stage stage;
	unsigned pieces, client;
	int64_t sent_cost, cost; /* as we think; as GitHub counts */
	int64_t worked_us, remaining, reset_s;
};

struct client {
	char name[16];
	uint32_t weight, max_upstream;
	unsigned n_on_wire;
	int64_t n_asked, n_ended, points; /* points: sent, while it is measured */
};

/* Somebody that will leave. */
struct leaver {
	struct hg_heap_node due;
	struct hg_ticket *ticket;
};

struct day {
	struct rig rig;
	struct hg_dice dice;
	struct identity identities[IDENTITIES];
	struct hg_secret *tokens[TOKENS];
	struct client clients[CLIENTS + 1]; /* the last: hubgate itself */
	int64_t last_write_us[IDENTITIES];  /* that was sent */
	struct hg_heap transfers, leavers;
	int64_t began_us, next_arrival_us, next_storm_us, began_storm_us;
	uint64_t n_submitted, n_ended, n_whole, n_told_later, n_left, n_sent, n_retried, n_aborted;
	uint64_t n_by_class[HG_CLASSES];
	unsigned n_storms, n_writes;
	uint8_t executed[WRITES_MOST];
	struct {
		unsigned row, identity, left;
	} storm;
};

static struct day day;
static inline int64_t below(int64_t n)
{
	return hg_dice_below(&day.dice, n);
}

static inline int64_t between(int64_t from, int64_t to)
{
	return from + below(to - from);
}

static inline bool chance(int per_mille)
{
	return below(1000) < per_mille;
}

static inline int64_t github_wall_us(void)
{
	return day.rig.now.wall_us - SKEW_US;
}

/* -- who --------------------------------------------------------------------------------------- */

/* Of the pool's tokens. */
static const unsigned identity_of_credential[CREDENTIALS] = { 0, 0, 1, 1, 2, 3, 4, 5 };

static inline unsigned identity_of(const struct hg_flight *f)
{
	unsigned i = CREDENTIALS;

	if (f->ask.token)
		memcpy(&i, f->ask.scope.bytes, sizeof(i));
	else
		while (i-- && day.tokens[i] != f->token)
			;
	assert_true(i < TOKENS && day.tokens[i] == f->token);
	return i < CREDENTIALS ? identity_of_credential[i] : i - CREDENTIALS + POOLED;
}

static inline bool is_poor(unsigned identity)
{
	return identity >= POOLED ? identity % 5 == 0 : identity == 4;
}

static inline void found_identities(void)
{
	static const int64_t rich[BUCKETS] = { 5000, 30, 5000 }, poor[BUCKETS] = { 60, 10, 100 };

	for (unsigned i = 0; i < IDENTITIES; i++)
		github_begin(&day.identities[i], i, is_poor(i) ? poor : rich);
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct client *c = &day.clients[i];
		(void)snprintf(c->name, sizeof(c->name), "client-%u", i);
		c->weight = 1 + i % 3;
		c->max_upstream = i % 4 == 3 ? 2 + i % 9 : 0;
	}
	for (unsigned i = 2 * BACKLOGGED; i < 2 * IDENTITIES; i++)
		day.clients[i].max_upstream = 0;
	day.clients[2 * BACKLOGGED].weight = 3;
	day.clients[2 * BACKLOGGED + 1].weight = 1;
}

/* -- the transport ----------------------------------------------------------------------------- */

static inline enum fate draw_fate(const struct kind *k)
{
	int64_t x = below(1000);

	if (k == &kinds[NAMES])
		return FATE_WHOLE; /* else it does not know whose token it is */
	if (x < 200)
		return k->is_read && k->bucket != GRAPHQL && x < 150 ? FATE_UNCHANGED : FATE_WHOLE;
	return x < 205   ? FATE_NO_CONNECT
	       : x < 209 ? FATE_CLOSED
	       : x < 211 ? FATE_SILENT
	       : x < 220 ? FATE_BROKEN
	       : x < 224 ? FATE_CUT
	                 : FATE_WHOLE;
}

static const struct kind *kind_of(const struct hg_flight *f)
{
	uint64_t i;

	if (f->errand)
		return &kinds[NAMES];
	assert_true(hg_parse_u64(f->ask.id, &i) && i < KINDS);
	return &kinds[i];
}

/* What better classes have is not touched: by GitHub's count, all that is on its way included, but
 * for what nobody could know of. */
static inline void check_budget(const struct transfer *x)
{
	const struct hg_flight *f = x->flight;
	const struct hg_ledger *l = f->ledger;
	const struct budget *b = &x->identity->budgets[x->kind->bucket];
	static const int64_t reserves[HG_CLASSES] = { 0, 5, 10, 30 };
	int64_t kept = reserves[f->klass] * b->limit / 100;
	int64_t unknown = l->lost[0].points + l->lost[1].points;

	if (!hg_ledger_is_known(l) || (l->over && github_wall_us() < b->ends_us))
		return;
	if (kept > b->limit - x->sent_cost)
		kept = b->limit - x->sent_cost;
	if (github_left(b, github_wall_us()) - x->sent_cost + unknown < kept)
		fail_msg("identity %u: class %s left %lld of %lld %s points, and must leave %lld",
			x->identity->number, hg_class_name(f->klass),
			(long long)(github_left(b, github_wall_us()) - x->sent_cost),
			(long long)b->limit, bucket_names[x->kind->bucket], (long long)kept);
}

static inline void check_client(const struct client *c)
{
	assert_true(c->max_upstream == 0 || c->n_on_wire <= c->max_upstream);
}

static inline void check_gap(const struct transfer *x)
{
	int64_t now_us = day.rig.now.mono_us, *last_us = &day.last_write_us[x->identity->number];

	if (x->kind->is_read)
		return;
	assert_true(now_us - *last_us >= day.rig.snapshot.secondary.write_gap_us);
	*last_us = now_us;
}

static inline unsigned client_of(const struct hg_flight *f)
{
	uint64_t i;

	if (f->errand)
		return CLIENTS;
	assert_true(hg_parse_u64(hg_str(f->share->name + strlen("client-")), &i) && i < CLIENTS);
	return (unsigned)i;
}

/* The most that one of this line may cost. */
static inline uint32_t dearest_of(const struct hg_line *line)
{
	bool is_graphql = !strcmp(line->resource, bucket_names[GRAPHQL]);

	return (uint32_t)kinds[is_graphql ? QUERIES : REPO].most_cost;
}

static inline void on_send(void *arg, struct hg_flight *f)
{
	struct transfer *x = hg_alloc0(sizeof(*x));
	int64_t connects_us = chance(100) ? between(20000, 60000) : 0;
	(void)arg;

	x->flight = f;
	f->transfer = x;
	x->identity = &day.identities[identity_of(f)];
	x->kind = kind_of(f);
	x->fate = draw_fate(x->kind);
	x->stage = connects_us ? CONNECT : ARRIVE;
	x->sent_cost = f->cost;
	x->client = client_of(f);
	day.clients[x->client].n_on_wire++;
	day.clients[x->client].points += f->cost;
	day.n_sent++;
	day.n_retried += f->tries > 1;
	check_budget(x);
	check_client(&day.clients[x->client]);
	check_gap(x);
	github_leaves(x->identity, x->kind, x->sent_cost);
	order_check_sent(day.rig.d, f, dearest_of(f->line), &day.rig.now);
	hg_heap_move(&day.transfers, &x->due,
		day.rig.now.mono_us +
			(connects_us ? connects_us : between(2000, chance(5) ? SECOND : 12000)));
}

static inline void lands(struct transfer *x)
{
	x->flight = NULL;
	day.clients[x->client].n_on_wire--;
}

static inline void on_abort(void *arg, struct hg_flight *f)
{
	(void)arg;
	lands(f->transfer); /* what has left goes on at GitHub all the same */
	day.n_aborted++;
}

static inline void on_pause(void *arg, struct hg_flight *f, bool paused)
{
	(void)arg, (void)f, (void)paused;
}

static inline void go_on(struct transfer *x, enum stage stage, int64_t in_us)
{
	x->stage = stage;
	hg_heap_move(&day.transfers, &x->due, day.rig.now.mono_us + in_us);
}

static inline void end_transfer(struct transfer *x, int code, bool sent)
{
	struct hg_flight *f = x->flight;

	if (f) {
		lands(x);
		hg_dispatcher_on_end(day.rig.d, f, code, sent, code ? "broken" : "", &day.rig.now);
	}
	hg_free(x);
}

/* A write that GitHub has done must never come once more. */
static inline void execute(const struct transfer *x)
{
	struct hg_str n = x->flight->ask.query;
	uint64_t write;

	if (x->kind->is_read)
		return;
	assert_true(hg_parse_u64(n, &write) && write < WRITES_MOST);
	assert_int_equal(day.executed[write]++, 0);
}

static inline void arrive(struct transfer *x)
{
	const struct budget *b = &x->identity->budgets[x->kind->bucket];
	int64_t now_us = day.rig.now.mono_us;

	if (!x->flight || x->fate == FATE_NO_CONNECT) { /* nothing left */
		github_misses(x->identity, x->kind, x->sent_cost);
		end_transfer(x, HG_EIO, false);
		return;
	}
	execute(x);
	x->cost = x->fate == FATE_UNCHANGED ? 0 : chance(500) ? x->sent_cost : 1;
	github_arrives(x->identity, x->kind, x->sent_cost, x->cost, now_us, github_wall_us());
	x->remaining = b->limit - b->used;
	x->reset_s = b->ends_us / SECOND + below(3) - 1;
	x->worked_us = x->kind->mean_us / 2 + below(x->kind->mean_us);
	if (!x->flight->connected)
		hg_dispatcher_on_connected(day.rig.d, x->flight, &day.rig.now);
	go_on(x, WORK, x->worked_us);
}

static inline struct hg_head *head_of(const struct transfer *x)
{
	int status = x->fate == FATE_BROKEN ? 502 : x->fate == FATE_UNCHANGED ? 304 : 200;
	char texts[3][24];

	if (status == 502)
		return rig_head(502, NULL); /* the edge knows nothing of limits */
	snprintf(texts[0], 24, "%lld", (long long)x->identity->budgets[x->kind->bucket].limit);
	snprintf(texts[1], 24, "%lld", (long long)x->remaining);
	snprintf(texts[2], 24, "%lld", (long long)x->reset_s);
	return rig_head(status, "x-ratelimit-limit", texts[0], "x-ratelimit-remaining", texts[1],
		"x-ratelimit-reset", texts[2], "x-ratelimit-resource",
		bucket_names[x->kind->bucket], NULL);
}

static inline void give_head(struct transfer *x)
{
	if (!x->flight || x->fate == FATE_CLOSED) {
		end_transfer(x, HG_EIO, true);
		return;
	}
	if (x->fate == FATE_SILENT) { /* until the dispatcher has enough of it */
		go_on(x, HEAD, SECOND);
		return;
	}
	struct hg_head *h = head_of(x);
	hg_dispatcher_on_head(day.rig.d, x->flight, h, &day.rig.now);
	hg_head_unref(h);
	x->pieces = chance(700) ? 0 : (unsigned)below(4);
	if (x->kind->bucket == GRAPHQL || x->kind == &kinds[NAMES])
		x->pieces = 1;
	go_on(x, BODY, x->pieces ? between(10, 5000) : 0);
}

static inline void give_piece(struct transfer *x)
{
	char text[300] = "{\"data\":null}";
	size_t n = sizeof(text);

	if (x->kind == &kinds[NAMES])
		n = (size_t)snprintf(text, n, "{\"id\":%u}", x->identity->number);
	else if (x->kind->bucket == GRAPHQL)
		n = strlen(text);
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ text, n });

	hg_dispatcher_on_chunk(day.rig.d, x->flight, c, &day.rig.now);
	hg_chunk_unref(c);
	x->pieces--;
	go_on(x, BODY, between(10, 50000));
}

static inline void step(struct transfer *x)
{
	hg_heap_remove(&day.transfers, &x->due);
	switch (x->stage) {
	case CONNECT:
		if (x->flight && x->fate != FATE_NO_CONNECT)
			hg_dispatcher_on_connected(day.rig.d, x->flight, &day.rig.now);
		go_on(x, ARRIVE, between(2000, 12000));
		return;
	case ARRIVE:
		arrive(x);
		return;
	case WORK:
		github_is_done(x->identity, x->kind, x->worked_us, day.rig.now.mono_us);
		if (chance(10)) {
			go_on(x, HEAD, between(0, 9 * SECOND));
			return;
		}
		give_head(x);
		return;
	case HEAD:
		give_head(x);
		return;
	case BODY:
		if (x->flight && x->pieces)
			give_piece(x);
		else
			end_transfer(x, x->fate == FATE_CUT ? HG_EIO : 0, true);
		return;
	}
}
