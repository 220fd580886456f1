/*
 * A day of traffic through the dispatcher in a few seconds: a discrete-event simulation.
 *
 * GitHub is a model that counts windows per credential and resource by its own clock, is now and
 * then slow, broken or silent, and refuses what is over the limit. Clients come at random, in
 * bursts, in all classes, ask for the same things, and leave. Each seed is another day; what must
 * hold is checked at each send, each answer and each simulated minute.
 */
#include "rig.h"
#include "base/log.h"

#define MIN (60 * SEC)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define TOKENS 4 /* the gateway's own and three clients' */
#define POSTS_MOST 16384
#define SKEW_US 300000 /* our wall clock is ahead of GitHub's */

/* -- GitHub ------------------------------------------------------------------------------------ */

struct window {
	int64_t limit, length_us;
	int64_t used, ends_us; /* GitHub's wall */
	uint64_t n_counted, n_refused;
};

enum { CORE, SEARCH, RESOURCES };
static const char *const resource_names[RESOURCES] = { "core", "search" };

enum fate {
	FATE_WHOLE,
	FATE_UNCHANGED,  /* 304 */
	FATE_NO_CONNECT, /* nothing left */
	FATE_CLOSED,     /* no head */
	FATE_SILENT,     /* never an answer */
	FATE_BROKEN,     /* 502 */
	FATE_SLOW_DOWN,  /* secondary limit */
	FATE_CUT,        /* in the body */
	FATE_STALLED,    /* in the body */
};

enum stage { CONNECT, ARRIVE, HEAD, BODY, END };

/* One transfer, from send to its last event; goes on as a ghost when it was aborted. */
struct transfer {
	struct hg_heap_node due;
	struct hg_flight *flight;       /* NULL: aborted */
	unsigned token, resource, post; /* post: 0 = a read */
	enum fate fate;
	enum stage stage;
	unsigned pieces;
	int status;
	int64_t remaining, reset_s; /* as counted on arrival */
};

/* A client that leaves, or one that comes. */
struct client {
	struct hg_heap_node due;
	struct hg_ticket *ticket;
};

struct sim {
	struct rig rig;
	struct hg_dice dice;
	struct window windows[TOKENS][RESOURCES];
	struct hg_secret *tokens[TOKENS];
	struct hg_heap transfers, clients;
	unsigned on_wire[TOKENS];
	uint64_t n_submitted, n_ended, n_whole, n_left, n_sent, n_aborted, n_retry_after;
	uint64_t n_by_class[HG_CLASSES];
	unsigned n_posts;
	uint8_t executed[POSTS_MOST];
	int64_t next_arrival_us;
};

static struct sim sim;

static int64_t random_us(int64_t from_us, int64_t to_us)
{
	return from_us + hg_dice_below(&sim.dice, to_us - from_us);
}

static bool chance(int per_mille)
{
	return hg_dice_below(&sim.dice, 1000) < per_mille;
}

static enum fate draw_fate(bool is_read)
{
	static const struct {
		enum fate fate;
		int per_mille;
	} odds[] = { { FATE_NO_CONNECT, 8 }, { FATE_CLOSED, 8 }, { FATE_SILENT, 5 },
		{ FATE_BROKEN, 15 }, { FATE_SLOW_DOWN, 1 }, { FATE_CUT, 5 }, { FATE_STALLED, 2 },
		{ FATE_UNCHANGED, 150 } };

	for (unsigned i = 0; i < sizeof(odds) / sizeof(odds[0]); i++)
		if (chance(odds[i].per_mille) && (is_read || odds[i].fate != FATE_UNCHANGED))
			return odds[i].fate;
	return FATE_WHOLE;
}

static unsigned token_of(const struct hg_flight *f)
{
	for (unsigned i = 0; i < TOKENS; i++)
		if (f->token == sim.tokens[i])
			return i;
	fail_msg("no such token");
	return 0;
}

/* -- the transport ----------------------------------------------------------------------------- */

/* Not held by a limit of its route. */
static const struct hg_flight *oldest_that_may_go(const struct hg_queue *q, unsigned c)
{
	const struct hg_flight *f;
	int64_t until_us;

	HG_LIST_EACH(&q->classes[c], f, queued)
	{
		if (!hg_queue_is_held(f, &until_us))
			return f;
	}
	return NULL;
}

/* No better class waits in the same ledger, ageing counted: it could have gone instead. */
static void check_order(const struct hg_flight *f)
{
	int64_t now_us = sim.rig.now.mono_us;

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		const struct hg_flight *waits = oldest_that_may_go(&f->line->queue, c);
		if (waits)
			assert_true(
				hg_queue_counts_as(waits, now_us) >= hg_queue_counts_as(f, now_us));
	}
}

static void on_send(void *arg, struct hg_flight *f)
{
	struct transfer *x = hg_alloc0(sizeof(*x));
	(void)arg;

	x->flight = f;
	x->token = token_of(f);
	x->resource = hg_str_is(f->ask.resource, HG_STR("search")) ? SEARCH : CORE;
	if (!f->ask.is_safe) {
		uint64_t post;
		struct hg_str digits = { f->ask.path.p + 6, f->ask.path.n - 6 }; /* /post/ */
		assert_true(hg_parse_u64(digits, &post));
		x->post = (unsigned)post;
	}
	x->fate = draw_fate(f->ask.is_safe);
	f->transfer = x;
	hg_heap_move(&sim.transfers, &x->due,
		sim.rig.now.mono_us + (x->fate == FATE_NO_CONNECT ? SEC : random_us(100, 30000)));
	check_order(f);
	sim.n_sent++;
	sim.on_wire[x->token]++;
	assert_true(sim.on_wire[x->token] <= sim.rig.snapshot.dispatch.max_concurrent);
}

static void on_abort(void *arg, struct hg_flight *f)
{
	struct transfer *x = f->transfer;
	(void)arg;

	x->flight = NULL; /* what has left is counted by GitHub all the same */
	sim.on_wire[x->token]--;
	sim.n_aborted++;
}

static void on_pause(void *arg, struct hg_flight *f, bool paused)
{
	(void)arg, (void)f, (void)paused;
}

/* GitHub gets it: counts it, or refuses it. */
static void arrive(struct transfer *x)
{
	struct window *w = &sim.windows[x->token][x->resource];
	int64_t github_us = sim.rig.now.wall_us - SKEW_US;

	if (x->fate == FATE_SLOW_DOWN) {
		x->status = 403;
		return;
	}
	if (github_us >= w->ends_us) {
		w->ends_us = (github_us / SEC + 1) * SEC + w->length_us;
		w->used = 0;
	}
	x->status = x->fate == FATE_BROKEN ? 502 : x->fate == FATE_UNCHANGED ? 304 : 200;
	if (w->used >= w->limit) {
		x->status = 403;
		x->fate = FATE_WHOLE;
		w->n_refused++;
	} else if (x->status != 304) {
		w->used++;
		w->n_counted++;
		if (x->post)
			assert_int_equal(sim.executed[x->post]++, 0); /* never twice */
	}
	x->remaining = w->limit - w->used;
	x->reset_s = w->ends_us / SEC + hg_dice_below(&sim.dice, 3) - 1;
}

static struct hg_head *head_of(const struct transfer *x)
{
	char texts[3][24];

	if (x->fate == FATE_SLOW_DOWN)
		return rig_head(403, "Retry-After", "20", NULL);
	if (x->status == 502)
		return rig_head(502, NULL); /* the edge knows nothing of limits */
	snprintf(texts[0], 24, "%lld", (long long)sim.windows[x->token][x->resource].limit);
	snprintf(texts[1], 24, "%lld", (long long)x->remaining);
	snprintf(texts[2], 24, "%lld", (long long)x->reset_s);
	return rig_head(x->status, "x-ratelimit-limit", texts[0], "x-ratelimit-remaining", texts[1],
		"x-ratelimit-reset", texts[2], "x-ratelimit-resource", resource_names[x->resource],
		NULL);
}

static void end_transfer(struct transfer *x, int code, bool sent)
{
	struct hg_flight *f = x->flight;

	hg_free(x);
	if (!f)
		return;
	sim.on_wire[token_of(f)]--;
	hg_dispatcher_on_end(sim.rig.d, f, code, sent, code ? "broken" : "", &sim.rig.now);
}

static void go_on(struct transfer *x, enum stage stage, int64_t in_us)
{
	x->stage = stage;
	hg_heap_move(&sim.transfers, &x->due, sim.rig.now.mono_us + in_us);
}

static void give_piece(struct transfer *x)
{
	static const char bytes[300];
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ bytes, sizeof(bytes) });

	hg_dispatcher_on_chunk(sim.rig.d, x->flight, c, &sim.rig.now);
	hg_chunk_unref(c);
}

static void step(struct transfer *x)
{
	const struct hg_now *now = &sim.rig.now;

	hg_heap_remove(&sim.transfers, &x->due);
	switch (x->stage) {
	case CONNECT:
		if (x->fate == FATE_NO_CONNECT || !x->flight) {
			end_transfer(x, HG_EIO, false);
			return;
		}
		hg_dispatcher_on_connected(sim.rig.d, x->flight, now);
		go_on(x, ARRIVE, random_us(5000, 50000));
		return;
	case ARRIVE:
		arrive(x);
		go_on(x, HEAD, random_us(20000, chance(20) ? 9 * SEC : 800000));
		return;
	case HEAD:
		if (x->fate == FATE_CLOSED || !x->flight) {
			end_transfer(x, HG_EIO, true);
			return;
		}
		if (x->fate == FATE_SILENT) { /* until the dispatcher has enough of it */
			go_on(x, HEAD, SEC);
			return;
		}
		struct hg_head *h = head_of(x);
		hg_dispatcher_on_head(sim.rig.d, x->flight, h, now);
		hg_head_unref(h);
		x->pieces = (unsigned)hg_dice_below(&sim.dice, 6);
		go_on(x, BODY, random_us(10, 5000));
		return;
	case BODY:
		if (!x->flight || x->pieces == 0) {
			end_transfer(x, x->fate == FATE_CUT ? HG_EIO : 0, true);
			return;
		}
		if (x->fate != FATE_STALLED) {
			give_piece(x);
			x->pieces--;
		}
		go_on(x, BODY, random_us(10, 50000));
		return;
	case END:
		return;
	}
}

/* -- clients ----------------------------------------------------------------------------------- */

static void on_news(struct hg_ticket *t)
{
	struct hg_head_note note;
	struct hg_chunk *c;
	struct hg_ticket_end end;
	struct hg_head *h = hg_ticket_take_head(t, &note);

	if (h)
		t->arg = (void *)(intptr_t)h->status;
	hg_head_unref(h);
	while ((c = hg_ticket_take_chunk(t)))
		hg_chunk_unref(c);
	hg_dispatcher_resume(sim.rig.d, t, &sim.rig.now);
	if (!hg_ticket_take_end(t, &end))
		return;
	sim.n_ended++;
	sim.n_whole += end.code == 0;
	assert_true(end.code != 0 || t->arg);     /* whole: with a head */
	assert_true(t->arg || end.status >= 429); /* or an answer made by hubgate */
	if (end.status == 429) {
		sim.n_retry_after++;
		assert_true(end.retry_after_s > 0);
	}
	hg_ticket_unref(t);
}

static enum hg_class draw_class(void)
{
	int64_t x = hg_dice_below(&sim.dice, 100);

	return x < 5    ? HG_CLASS_CRITICAL
	       : x < 25 ? HG_CLASS_HIGH
	       : x < 60 ? HG_CLASS_NORMAL
	                : HG_CLASS_LOW;
}

static void come(void)
{
	struct hg_ticket *t = hg_ticket_new(sim.rig.loop, &sim.rig.snapshot, on_news, NULL);
	unsigned token = (unsigned)hg_dice_below(&sim.dice, TOKENS + 2) % TOKENS;
	bool is_search = chance(150), is_read = is_search || !chance(100);
	int64_t patience_us = chance(100) ? 10 * SEC : chance(50) ? 2 * HOUR : MIN;

	t->ask.id = HG_STR("sim");
	t->ask.method = is_read ? HG_STR("GET") : HG_STR("POST");
	if (is_read)
		t->ask.path =
			hg_arena_printf(&t->arena, "/read/%d", (int)hg_dice_below(&sim.dice, 60));
	else
		t->ask.path = hg_arena_printf(&t->arena, "/post/%u", ++sim.n_posts);
	assert_true(sim.n_posts < POSTS_MOST);
	t->ask.resource = hg_str(resource_names[is_search ? SEARCH : CORE]);
	t->ask.route = is_search ? HG_STR("GET /search") : HG_STR("GET /read/{n}");
	t->ask.is_safe = is_read;
	t->ask.klass = draw_class();
	t->ask.cost = 1;
	t->ask.arrived_us = sim.rig.now.mono_us;
	t->ask.deadline_us = sim.rig.now.mono_us + patience_us;
	if (token) {
		t->ask.token = hg_secret_ref(sim.tokens[token]);
		t->ask.scope.bytes[0] = (uint8_t)token;
	}
	sim.n_submitted++;
	sim.n_by_class[t->ask.klass]++;
	if (chance(200)) { /* will leave */
		struct client *c = hg_alloc0(sizeof(*c));
		c->ticket = hg_ticket_ref(t);
		hg_heap_move(&sim.clients, &c->due, sim.rig.now.mono_us + random_us(0, 20 * SEC));
	}
	hg_dispatcher_submit(sim.rig.d, hg_ticket_ref(t), &sim.rig.now);
}

static void leave(struct client *c)
{
	struct hg_ticket *t = c->ticket;

	hg_heap_remove(&sim.clients, &c->due);
	if (t->state != HG_TICKET_ENDED) { /* then no news comes any more */
		sim.n_left++;
		hg_dispatcher_cancel(sim.rig.d, t, &sim.rig.now);
		hg_ticket_unref(t);
	}
	hg_ticket_unref(t);
	hg_free(c);
}

/* Quiet hours and busy ones, and every ten minutes a crowd. */
static void arrivals(int64_t began_us)
{
	int64_t now_us = sim.rig.now.mono_us - began_us;
	int hour = (int)(now_us / HOUR);
	int64_t mean_us = hour % 6 == 0 ? 20 * SEC : hour % 6 == 5 ? SEC : 6 * SEC;
	int crowd = chance(8) ? 60 : 1;

	for (int i = 0; i < crowd; i++)
		come();
	sim.next_arrival_us = sim.rig.now.mono_us + random_us(0, 2 * mean_us);
}

/* -- a day ------------------------------------------------------------------------------------- */

static void each_minute(void)
{
	const struct hg_dispatcher *d = sim.rig.d;
	const struct hg_ticket *t;

	rig_settle(&sim.rig);
	hg_dispatcher_check(d);
	assert_int_equal(sim.n_submitted, sim.n_ended + sim.n_left + d->n_tickets); /* none lost */
	HG_LIST_EACH(&d->tickets, t, all)
	{
		if (t->state != HG_TICKET_STREAMING)
			assert_true(t->ask.deadline_us > sim.rig.now.mono_us);
	}
	for (unsigned i = 0; i < TOKENS; i++)
		for (unsigned j = 0; j < RESOURCES; j++)
			assert_int_equal(sim.windows[i][j].n_refused, 0); /* never over the limit */
}

static int64_t earliest(const struct hg_heap *h, int64_t so_far_us)
{
	const struct hg_heap_node *n = hg_heap_first(h);

	return n && n->key < so_far_us ? n->key : so_far_us;
}

static void run_day(int64_t length_us)
{
	struct rig *r = &sim.rig;
	int64_t began_us = r->now.mono_us, ends_us = began_us + length_us;
	int64_t minute_us = began_us + MIN, next_us = INT64_MAX;
	struct hg_heap_node *n;

	sim.next_arrival_us = began_us;
	while (r->now.mono_us < ends_us || r->d->n_tickets || hg_heap_first(&sim.transfers)) {
		int64_t at_us = earliest(&sim.transfers, earliest(&sim.clients, next_us));
		if (sim.next_arrival_us < at_us)
			at_us = sim.next_arrival_us;
		if (minute_us < at_us)
			at_us = minute_us;
		if (at_us < r->now.mono_us)
			at_us = r->now.mono_us;
		r->now.wall_us += at_us - r->now.mono_us;
		r->now.mono_us = at_us;

		while ((n = hg_heap_first(&sim.transfers)) && n->key <= at_us)
			step(HG_CONTAINER(n, struct transfer, due));
		while ((n = hg_heap_first(&sim.clients)) && n->key <= at_us)
			leave(HG_CONTAINER(n, struct client, due));
		if (sim.next_arrival_us <= at_us)
			arrivals(began_us);
		if (at_us >= ends_us)
			sim.next_arrival_us = INT64_MAX;
		next_us = hg_dispatcher_turn(r->d, &r->now);
		assert_true(next_us > at_us); /* or it would turn without end */
		if (at_us >= minute_us) {
			each_minute();
			minute_us += MIN;
		}
		assert_true(at_us < ends_us + 4 * HOUR); /* all ends, some time */
	}
	while ((n = hg_heap_first(&sim.clients)))
		leave(HG_CONTAINER(n, struct client, due));
	each_minute();
}

/* A straight line without a burst: paces whatever is above its share of the window. */
static int64_t line_wait_us(void *self, const struct hg_strategy_view *v)
{
	double gone = 1.0 - (double)v->resets_in_us / (double)v->window_us;
	int64_t interval_us = v->window_us / v->limit;
	(void)self;

	if (v->resets_in_us <= 0 || (double)v->used < gone * (double)v->limit ||
		v->last_paced_at_us == INT64_MIN)
		return 0;
	int64_t next_us = v->last_paced_at_us + interval_us;
	return next_us > v->now_us ? next_us - v->now_us : 0;
}

static double line_allowance(void *self, const struct hg_strategy_view *v)
{
	(void)self;
	return v->resets_in_us <= 0 ? 1.0 : 1.0 - (double)v->resets_in_us / (double)v->window_us;
}

static const struct hg_strategy line = {
	.size = sizeof(line), .wait_us = line_wait_us, .allowance = line_allowance
};

static void begin(uint64_t seed, bool paced)
{
	static const int64_t core_limits[TOKENS] = { 500, 60, 150, 300 };
	const struct hg_transport transport = { NULL, on_send, on_abort, on_pause, NULL };

	memset(&sim, 0, sizeof(sim));
	sim.dice.state = seed;
	rig_init(&sim.rig);
	sim.rig.d->transport = transport;
	sim.rig.snapshot.dispatch.max_concurrent = 8;
	sim.rig.snapshot.dispatch.max_tickets = 300;
	rig_reconfigure(&sim.rig);
	if (paced)
		rig_pace(&sim.rig, &line);
	hg_dispatcher_seed(sim.rig.d, seed);
	hg_heap_init(&sim.transfers);
	hg_heap_init(&sim.clients);
	sim.tokens[0] = sim.rig.snapshot.upstreams[0].credentials[0].token;
	for (unsigned i = 1; i < TOKENS; i++)
		sim.tokens[i] = hg_secret_new(HG_STR("a client's"));
	for (unsigned i = 0; i < TOKENS; i++) {
		sim.windows[i][CORE] = (struct window){ core_limits[i], HOUR, 0, 0, 0, 0 };
		sim.windows[i][SEARCH] = (struct window){ 10, MIN, 0, 0, 0, 0 };
	}
}

static void finish(void)
{
	for (unsigned i = 1; i < TOKENS; i++)
		hg_secret_unref(sim.tokens[i]);
	hg_heap_fini(&sim.transfers);
	hg_heap_fini(&sim.clients);
	rig_fini(&sim.rig);
}

/* That the day was one: budgets ran out, clients left, things broke, most of it went well. */
static void check_that_it_was_a_real_day(void)
{
	assert_true(sim.n_submitted > 10000);
	assert_true(sim.n_sent > 5000);
	assert_true(sim.n_aborted > 50);
	assert_true(sim.n_left > 100);
	assert_true(sim.n_whole > sim.n_submitted / 2);
	assert_true(sim.n_retry_after > 100);
	for (unsigned c = 0; c < HG_CLASSES; c++)
		assert_true(sim.n_by_class[c] > 500);
	for (unsigned i = 0; i < TOKENS; i++)
		assert_true(sim.windows[i][CORE].n_counted > (uint64_t)sim.windows[i][CORE].limit);
	print_message("asked %llu, sent %llu, whole %llu, told to come back %llu, left %llu\n",
		(unsigned long long)sim.n_submitted, (unsigned long long)sim.n_sent,
		(unsigned long long)sim.n_whole, (unsigned long long)sim.n_retry_after,
		(unsigned long long)sim.n_left);
}

static void simulate(uint64_t seed, bool paced)
{
	begin(seed, paced);
	run_day(DAY);
	check_that_it_was_a_real_day();
	finish();
}

static void a_day_without_a_strategy_keeps_every_promise(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		simulate(seed, false);
}

static void a_paced_day_keeps_every_promise(void **state)
{
	(void)state;
	for (uint64_t seed = 11; seed <= 12; seed++)
		simulate(seed, true);
}

static void drop_line(void *arg, const char *text, size_t n)
{
	(void)arg, (void)text, (void)n;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_without_a_strategy_keeps_every_promise),
		cmocka_unit_test(a_paced_day_keeps_every_promise),
	};

	hg_log_set_sink(drop_line, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
