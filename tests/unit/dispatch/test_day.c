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
 * address sanitizer it has 12 hours, for the same.
 */
#include "day_clients.h"
#include "base/log.h"
#include <hg/fake.h>

#if defined(__SANITIZE_ADDRESS__) /* half a day takes as long there */
#define LENGTH (DAY / 2)
#else
#define LENGTH DAY
#endif

const struct hg_plugin *hg_plugin_table(void);

static struct hg_fake *strategies;

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
	s->secondary = (struct hg_secondary_conf){ .keep = true,
		.route_points = 850,
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
	assert_true(n_full[CORE] > 10 * hours && n_full[GRAPHQL] > hours / 2);
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
