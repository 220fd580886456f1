/*
 * A day of a company, through the dispatcher and the strategies of plugins/ratelimit: 24 hours, 200
 * identities, 200 requests an hour each, 960,000 in all, and a GitHub that counts exactly
 * (day_github.h): one refusal for a limit that it publishes fails the test.
 *
 *     0 … 5     the pool: eight tokens, of which two times two are one user's (once that is
 *               configured, once GitHub has to say it), and two see only some owners' repositories
 *     6 … 198   clients' own tokens, two clients each; every fifth has small budgets
 *     199       two clients that always have more to ask, with weights 3 and 1
 *
 * Requests come at random, with quiet hours and busy ones; every ten minutes somebody has a storm
 * of one kind, each larger than a limit. Answers come late, out of order, broken, or not at all;
 * clients lose patience and leave. At each send: nothing is above a limit, a reserve or a client's
 * max_upstream, writes keep their gap, and nobody better was passed (day_order.h). Each simulated
 * minute: no ticket is lost or late, nobody who could go waits, and hg_dispatcher_check.
 *
 * The day is another with each seed, and must hold for any. It takes about 20 s of work; with the
 * address sanitizer it has 6 hours, for the same.
 */
#include "day_wire.h"
#include "base/log.h"
#include <hg/fake.h>

#define DAY (24 * HOUR)
#define REQUESTS (24ll * IDENTITIES * 200)
#define STORM_US (10 * MINUTE) /* from one to the next */

#if defined(__SANITIZE_ADDRESS__) /* it is slow: the night only */
#define LENGTH (DAY / 4)
#else
#define LENGTH DAY
#endif

const struct hg_plugin *hg_plugin_table(void);

static struct hg_fake *strategies;

/* -- clients ----------------------------------------------------------------------------------- */

static void on_news(struct hg_ticket *t)
{
	struct hg_head_note note;
	struct hg_chunk *c;
	struct hg_ticket_end end;
	struct hg_head *h = hg_ticket_take_head(t, &note);
	struct client *client = t->arg;

	hg_head_unref(h);
	while ((c = hg_ticket_take_chunk(t)))
		hg_chunk_unref(c);
	if (!hg_ticket_take_end(t, &end))
		return;
	day.n_ended++;
	day.n_whole += end.code == 0;
	client->n_ended++;
	assert_true(end.code == 0 || end.code == HG_EIO || end.code == HG_ETIMEOUT ||
		    end.status == 429 || end.status == 503);
	if (end.status == 429) {
		day.n_told_later++;
		assert_true(end.retry_after_s > 0);
	}
	hg_ticket_unref(t);
}

static enum hg_class draw_class(void)
{
	int64_t x = below(100);

	return x < 5    ? HG_CLASS_CRITICAL
	       : x < 25 ? HG_CLASS_HIGH
	       : x < 60 ? HG_CLASS_NORMAL
	                : HG_CLASS_LOW;
}

static unsigned draw_kind(void)
{
	int64_t x = below(1000);

	return x < 450   ? REPO
	       : x < 650 ? ISSUES
	       : x < 690 ? SEARCHES
	       : x < 780 ? QUERIES
	       : x < 800 ? SLOW_QUERIES
	       : x < 815 ? MUTATIONS
	       : x < 860 ? PATCHES
	       : x < 900 ? COMMENTS
	                 : USERS;
}

/* Where it goes: reads are often equal, writes never. */
static void aim(struct hg_ticket *t, unsigned kind, int64_t variants)
{
	static const char *const owners[] = { "acme", "umbrella", "initech" };
	const char *owner = owners[below(3)];
	const struct kind *k = &kinds[kind];
	unsigned n = (unsigned)below(variants);

	t->ask.id = hg_arena_printf(&t->arena, "%u", kind); /* so that it is known again */
	t->ask.method = hg_str(k->method);
	t->ask.route = hg_str(k->route);
	t->ask.resource = hg_str(bucket_names[k->bucket]);
	t->ask.is_safe = k->is_read;
	t->ask.is_content = k->is_content;
	t->ask.cost = (uint32_t)between(1, k->most_cost + 1);
	t->ask.retries_most = 3;
	if (!k->is_read)
		t->ask.query = hg_arena_printf(&t->arena, "%u", day.n_writes++);
	assert_true(day.n_writes < WRITES_MOST);
	if (k->bucket == GRAPHQL) {
		t->ask.path = HG_STR("/graphql");
		t->ask.entrance = HG_GITHUB_GRAPHQL;
		t->ask.graphql.is_read = true;
		t->ask.graphql.is_query = k->is_read;
		memcpy(t->ask.graphql.body, &n, sizeof(n));
	} else {
		t->ask.path = hg_arena_printf(&t->arena, "%s/%s/r%u/%u",
			k->bucket == CORE ? "/repos" : "/search", owner, n, kind);
	}
}

static void pay(struct hg_ticket *t, unsigned identity, struct client *c)
{
	unsigned token = identity - POOLED + CREDENTIALS;

	t->ask.client = hg_str(c->name);
	t->ask.share = c->weight;
	t->ask.max_upstream = c->max_upstream;
	t->arg = c;
	if (identity < POOLED)
		return;
	t->ask.token = hg_secret_ref(day.tokens[token]);
	memcpy(t->ask.scope.bytes, &token, sizeof(token));
}

static struct hg_ticket *come(unsigned identity, unsigned client, unsigned kind, int64_t variants)
{
	struct hg_ticket *t = hg_ticket_new(day.rig.loop, &day.rig.snapshot, on_news, NULL);

	aim(t, kind, variants);
	pay(t, identity, &day.clients[client]);
	t->ask.klass = draw_class();
	t->ask.arrived_us = day.rig.now.mono_us;
	t->ask.deadline_us = day.rig.now.mono_us + (chance(100)         ? 10 * SECOND
							   : chance(50) ? 2 * HOUR
									: MINUTE);
	return t;
}

static void submit(struct hg_ticket *t)
{
	day.n_submitted++;
	day.n_by_class[t->ask.klass]++;
	((struct client *)t->arg)->n_asked++;
	if (chance(30)) { /* will leave */
		struct leaver *l = hg_alloc0(sizeof(*l));
		l->ticket = hg_ticket_ref(t);
		hg_heap_move(&day.leavers, &l->due, day.rig.now.mono_us + between(0, 20 * SECOND));
	}
	hg_dispatcher_submit(day.rig.d, hg_ticket_ref(t), &day.rig.now);
}

static void leave(struct leaver *l)
{
	struct hg_ticket *t = l->ticket;

	hg_heap_remove(&day.leavers, &l->due);
	if (t->state != HG_TICKET_ENDED) { /* then no news comes any more */
		day.n_left++;
		((struct client *)t->arg)->n_ended++;
		hg_dispatcher_cancel(day.rig.d, t, &day.rig.now);
		hg_ticket_unref(t);
	}
	hg_ticket_unref(t);
	hg_free(l);
}

static unsigned a_client_of(unsigned identity)
{
	return identity < POOLED ? 2 * IDENTITIES + (unsigned)below(TEAMS)
	                         : 2 * identity + (unsigned)below(2);
}

/* Storms and backlogs are part of the 200 an hour. */
static void arrivals(void)
{
	static const char *const labels[] = { "conservative", "adaptive", "aggressive" };
	unsigned identity = (unsigned)below(BACKLOGGED);
	int64_t hour = (day.rig.now.mono_us - day.began_us) / HOUR;
	int64_t mean_us = DAY / (REQUESTS * 153 / 200);
	struct hg_ticket *t = come(identity, a_client_of(identity), draw_kind(), 40);

	if (chance(100))
		t->ask.strategy = hg_str(labels[below(3)]);
	submit(t);
	mean_us = hour % 4 == 0 ? mean_us * 3 / 2 : hour % 4 == 3 ? mean_us * 3 / 4 : mean_us;
	day.next_arrival_us = day.rig.now.mono_us + below(2 * mean_us);
}

/* More of one kind than a limit allows, within seconds. */
static void storm(void)
{
	static const struct {
		unsigned kind;
		unsigned n;
	} storms[] = { { REPO, 1100 }, { COMMENTS, 600 }, { QUERIES, 2200 }, { USERS, 500 },
		{ SLOW_QUERIES, 200 }, { PATCHES, 300 }, { SEARCHES, 100 } };
	unsigned i = day.n_storms++ % (sizeof(storms) / sizeof(storms[0]));
	unsigned identity = (unsigned)between(POOLED, BACKLOGGED);

	if (is_poor(identity))
		identity++;
	for (unsigned n = 0; n < storms[i].n; n++) {
		struct hg_ticket *t = come(identity, 2 * identity + n % 2, storms[i].kind, 1000000);
		t->ask.deadline_us = day.rig.now.mono_us + 20 * MINUTE;
		if (storms[i].kind == QUERIES) {
			t->ask.cost = 1;
			t->ask.klass = HG_CLASS_HIGH;
		}
		submit(t);
	}
	day.next_storm_us += STORM_US;
}

/* Identity 199's clients never have less than this waiting. */
static void keep_backlog(void)
{
	for (unsigned i = 2 * BACKLOGGED; i < 2 * BACKLOGGED + 2; i++)
		while (day.clients[i].n_asked - day.clients[i].n_ended < 80) {
			struct hg_ticket *t = come(BACKLOGGED, i, ISSUES, 1000000);
			t->ask.klass = HG_CLASS_NORMAL;
			t->ask.deadline_us = day.rig.now.mono_us + 3 * HOUR;
			submit(t);
		}
}

/* -- a day ------------------------------------------------------------------------------------- */

/* Over an hour they have had three points to one, as their weights are. */
static void check_shares(int64_t minute)
{
	struct client *three = &day.clients[2 * BACKLOGGED], *one = three + 1;

	if (minute % 60 == 0) {
		if (minute > 60) {
			double ratio = (double)three->points / (double)one->points;
			assert_true(one->points > 500);
			assert_true(ratio > 3 * 0.95 && ratio < 3 * 1.05);
		}
		three->points = one->points = 0;
	}
}

static void each_minute(int64_t minute)
{
	const struct hg_dispatcher *d = day.rig.d;
	const struct hg_pool *pool;
	const struct hg_ticket *t;
	const struct hg_line *line;

	hg_dispatcher_check(d);
	assert_int_equal(day.n_submitted, day.n_ended + day.n_left + d->n_tickets); /* none lost */
	HG_LIST_EACH(&d->tickets, t, all)
	{
		if (t->state != HG_TICKET_STREAMING)
			assert_true(t->ask.deadline_us > day.rig.now.mono_us);
	}
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		HG_LIST_EACH(&pool->lines, line, link)
		{
			order_check_rest(d, line, dearest_of(line), &day.rig.now);
		}
	}
	check_shares(minute);
}

static int64_t earliest(const struct hg_heap *h, int64_t so_far_us)
{
	const struct hg_heap_node *n = hg_heap_first(h);

	return n && n->key < so_far_us ? n->key : so_far_us;
}

static void move_to(int64_t at_us)
{
	struct rig *r = &day.rig;

	if (at_us <= r->now.mono_us)
		return;
	r->now.wall_us += at_us - r->now.mono_us;
	r->now.mono_us = at_us;
}

/* All that the world does at this moment. */
static void happen(int64_t ends_us)
{
	int64_t now_us = day.rig.now.mono_us;
	struct hg_heap_node *n;

	while ((n = hg_heap_first(&day.transfers)) && n->key <= now_us)
		step(HG_CONTAINER(n, struct transfer, due));
	while ((n = hg_heap_first(&day.leavers)) && n->key <= now_us)
		leave(HG_CONTAINER(n, struct leaver, due));
	if (now_us >= ends_us) {
		day.next_arrival_us = day.next_storm_us = INT64_MAX;
		return;
	}
	if (day.next_arrival_us <= now_us)
		arrivals();
	if (day.next_storm_us <= now_us)
		storm();
}

static void run(int64_t length_us)
{
	struct rig *r = &day.rig;
	int64_t ends_us = r->now.mono_us + length_us, second_us = r->now.mono_us + SECOND;
	int64_t next_us = INT64_MAX, seconds = 0;
	struct hg_heap_node *n;

	day.began_us = day.next_arrival_us = r->now.mono_us;
	day.next_storm_us = r->now.mono_us + MINUTE;
	while (r->now.mono_us < ends_us || r->d->n_tickets || hg_heap_first(&day.transfers)) {
		int64_t at_us = earliest(&day.transfers, earliest(&day.leavers, next_us));
		int64_t ours_us[] = { day.next_arrival_us, day.next_storm_us, second_us };
		for (unsigned i = 0; i < 3; i++)
			if (ours_us[i] < at_us)
				at_us = ours_us[i];
		move_to(at_us);
		happen(ends_us);
		next_us = hg_dispatcher_turn(r->d, &r->now);
		assert_true(next_us > r->now.mono_us); /* or it would turn without end */
		if (r->now.mono_us < second_us)
			continue;
		rig_settle(r);
		if (r->now.mono_us < ends_us)
			keep_backlog();
		next_us = hg_dispatcher_turn(r->d, &r->now);
		second_us += SECOND;
		if (++seconds % 60 == 0)
			each_minute(seconds / 60);
		assert_true(r->now.mono_us < ends_us + 4 * HOUR); /* all ends, some time */
	}
	while ((n = hg_heap_first(&day.leavers)))
		leave(HG_CONTAINER(n, struct leaver, due));
	rig_settle(r);
}

static void fill_pool(struct hg_upstream_conf *u)
{
	static const char *const acme[] = { "acme" }, *const both[] = { "acme", "umbrella" };
	static const char *const names[CREDENTIALS] = { "a", "a" };
	static const char *const aliases[CREDENTIALS] = { "c0", "c1", "c2", "c3", "c4", "c5", "c6",
		"c7" };

	for (unsigned i = 0; i < CREDENTIALS; i++) {
		struct hg_credential_conf *c = &u->credentials[i];
		c->alias = aliases[i];
		c->identity = names[i];
		c->token = day.tokens[i];
	}
	u->credentials[5].owners = (struct hg_option_list){ .n = 1, .items = acme };
	u->credentials[6].owners = (struct hg_option_list){ .n = 2, .items = both };
	u->n_credentials = CREDENTIALS;
}

static void choose_strategies(struct hg_snapshot *s)
{
	static const char *const labels[] = { "adaptive", "conservative", "aggressive" };

	for (unsigned i = 0; i < 3; i++) {
		s->strategies[i].label = labels[i];
		assert_true(hg_fake_service(
			strategies, HG_STRATEGY, labels[i], &s->strategies[i].provider));
	}
	s->n_strategies = 3;
	s->strategy = 0;
}

static void begin(uint64_t seed)
{
	const struct hg_transport transport = { NULL, on_send, on_abort, on_pause, NULL };
	struct hg_snapshot *s = &day.rig.snapshot;
	char text[32];

	memset(&day, 0, sizeof(day));
	memset(&peaks, 0, sizeof(peaks));
	day.dice.state = seed;
	rig_init(&day.rig);
	day.rig.d->transport = transport;
	hg_secret_unref(s->upstreams[0].credentials[0].token);
	for (unsigned i = 0; i < TOKENS; i++) {
		(void)snprintf(text, sizeof(text), "ghp_%u", i);
		day.tokens[i] = hg_secret_new(hg_str(text));
	}
	s->dispatch.max_tickets = 20000;
	s->dispatch.share_bytes = 1 << 20;
	s->dispatch.window_bytes = 1 << 20;
	s->dispatch.reserve_low = 0.3;
	s->dispatch.reserve_normal = 0.1;
	s->dispatch.reserve_high = 0.05;
	s->secondary = (struct hg_secondary_conf){ .route_points = 850,
		.graphql_points = 1900,
		.cpu_us = 80 * SECOND,
		.cpu_graphql_us = 50 * SECOND,
		.content_a_minute = 70,
		.content_an_hour = 450,
		.write_gap_us = SECOND / 2 }; /* a minute's content would never be too much */
	fill_pool(&s->upstreams[0]);
	choose_strategies(s);
	hg_snapshot_set_origins(s);
	rig_reconfigure(&day.rig);
	hg_dispatcher_seed(day.rig.d, seed);
	hg_heap_init(&day.transfers);
	hg_heap_init(&day.leavers);
	for (unsigned i = 0; i < IDENTITIES; i++)
		day.last_write_us[i] = INT64_MIN / 2;
	found_identities();
}

static void finish(void)
{
	rig_fini(&day.rig);
	for (unsigned i = 1; i < TOKENS; i++)
		hg_secret_unref(day.tokens[i]);
	for (unsigned i = 0; i < IDENTITIES; i++)
		github_end(&day.identities[i]);
	hg_heap_fini(&day.transfers);
	hg_heap_fini(&day.leavers);
}

static void print_day(const uint64_t n_full[BUCKETS])
{
	print_message("asked %llu, sent %llu, whole %llu, told to come back %llu, left %llu, "
		      "retried %llu, aborted %llu\n",
		(unsigned long long)day.n_submitted, (unsigned long long)day.n_sent,
		(unsigned long long)day.n_whole, (unsigned long long)day.n_told_later,
		(unsigned long long)day.n_left, (unsigned long long)day.n_retried,
		(unsigned long long)day.n_aborted);
	print_message("most: at once %lld, route %lld, GraphQL %lld, time %lld s (GraphQL %lld s), "
		      "new things %lld a minute, %lld an hour; full windows %llu %llu %llu\n",
		(long long)peaks.at_once, (long long)peaks.route, (long long)peaks.graphql,
		(long long)(peaks.cpu / SECOND), (long long)(peaks.cpu_graphql / SECOND),
		(long long)peaks.content_minute, (long long)peaks.content_hour,
		(unsigned long long)n_full[CORE], (unsigned long long)n_full[SEARCH],
		(unsigned long long)n_full[GRAPHQL]);
}

/* That the day was one: each limit was met, budgets ran out, things broke, most of it went well. */
static void check_that_it_was_a_real_day(void)
{
	uint64_t n_full[BUCKETS] = { 0 }, hours = LENGTH / HOUR;

	for (unsigned i = 0; i < IDENTITIES; i++)
		for (unsigned b = 0; b < BUCKETS; b++)
			n_full[b] += day.identities[i].budgets[b].n_full;
	print_day(n_full);
	assert_true(day.n_submitted > hours * 200 * IDENTITIES * 9 / 10);
	assert_true(day.n_whole > day.n_submitted * 9 / 10);
	assert_true(day.n_told_later > 500 * hours);
	assert_true(day.n_left > 200 * hours);
	assert_true(day.n_retried > 200 * hours);
	assert_true(day.n_aborted > 50 * hours);
	for (unsigned c = 0; c < HG_CLASSES; c++)
		assert_true(day.n_by_class[c] > 1000 * hours);
	assert_true(n_full[CORE] > 10 * hours && n_full[GRAPHQL] > hours);
	assert_true(peaks.at_once >= 90);
	assert_true(peaks.route >= 845 && peaks.graphql >= 1890);
	assert_true(peaks.cpu > 60 * SECOND && peaks.cpu_graphql > 35 * SECOND);
	assert_true(peaks.content_minute >= 69 && peaks.content_hour >= 445);
}

static void nothing_goes_wrong_on_a_day_of_two_hundred_identities(void **state)
{
	begin(*(const uint64_t *)*state);
	run(LENGTH);
	check_that_it_was_a_real_day();
	finish();
}

static int start_strategies(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	strategies = hg_fake_new(
		&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table() } }, &err);
	return strategies ? 0 : -1;
}

static int stop_strategies(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	return hg_fake_free(strategies, &err);
}

static void drop_line(void *arg, const char *text, size_t n)
{
	(void)arg, (void)text, (void)n;
}

/* unit-dispatch-day [SEED]: another day. */
int main(int argc, char **argv)
{
	static uint64_t seed = 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate_setup_teardown(
			nothing_goes_wrong_on_a_day_of_two_hundred_identities, start_strategies,
			stop_strategies, &seed),
	};

	if (argc > 1 && !hg_parse_u64(hg_str(argv[1]), &seed))
		return 2;
	hg_log_set_sink(drop_line, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
