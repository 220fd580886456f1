#include "one_rig.h"

/* -- order and concurrency --------------------------------------------------------------------- */

static void classes_go_in_order_and_first_come_first_within_one(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		enum hg_class klass;
	} rows[] = { { "/low", HG_CLASS_LOW }, { "/normal", HG_CLASS_NORMAL },
		{ "/high1", HG_CLASS_HIGH }, { "/high2", HG_CLASS_HIGH },
		{ "/critical", HG_CLASS_CRITICAL } };
	static const char *const order[] = { "/critical", "/high1", "/high2", "/normal", "/low" };
	struct hg_ticket *t[5];

	rig_learn(&rig, 5000, 4999, 3600);
	rig.snapshot.dispatch.max_concurrent = 0;
	rig_reconfigure(&rig);
	for (unsigned i = 0; i < 5; i++) {
		t[i] = rig_ticket(&rig, "GET", rows[i].path, rows[i].klass);
		rig_submit(&rig, t[i]);
	}
	rig.snapshot.dispatch.max_concurrent = 5;
	rig_reconfigure(&rig);
	hg_dispatcher_adopt(rig.d, &rig.snapshot);
	rig_turn(&rig);
	assert_int_equal(rig.n_sent, 6);
	for (unsigned i = 0; i < 5; i++)
		assert_true(hg_str_is(rig.sent[i + 1]->ask.path, hg_str(order[i])));
	for (unsigned i = 0; i < 5; i++) {
		rig_reply(&rig, i + 1, rig_head(200, NULL));
		hg_ticket_unref(t[i]);
	}
}

/* Nor refused, nor when it has aged past them: until the reset it can not have enough. */
static void one_that_costs_more_than_is_left_holds_nobody_up_who_asks_for_less(void **state)
{
	(void)state;
	rig_learn(&rig, 100, 15, 3600);
	struct hg_ticket *dear = rig_ticket(&rig, "GET", "/dear", HG_CLASS_LOW);
	dear->ask.cost = 20;
	dear->ask.deadline_us = rig.now.mono_us + 7200 * SEC;
	rig_submit(&rig, dear);
	rig_advance(&rig, 100 * SEC); /* it counts as high */
	assert_int_equal(rig.n_sent, 1);

	struct hg_ticket *cheap = rig_ask(&rig, "GET", "/cheap");
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_limits(200, 100, 14, WALL / SEC + 3600));
	rig_expect_whole(cheap, 200);
	rig_advance(&rig, 3503 * SEC);
	assert_int_equal(rig.n_sent, 3);
	assert_true(hg_str_is(rig.sent[2]->ask.path, HG_STR("/dear")));
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(dear, 200);
}

/* What is under way may turn out free; until then what it needs is not taken from it. */
static void nobody_takes_what_one_waits_for_that_is_under_way(void **state)
{
	(void)state;
	rig_learn(&rig, 100, 20, 3600);
	struct hg_ticket *under_way = rig_ask(&rig, "GET", "/under_way");
	struct hg_ticket *dear = rig_ticket(&rig, "GET", "/dear", HG_CLASS_HIGH);
	dear->ask.cost = 20;
	rig_submit(&rig, dear);
	struct hg_ticket *cheap = rig_ticket(&rig, "GET", "/cheap", HG_CLASS_NORMAL);
	rig_submit(&rig, cheap);
	assert_int_equal(rig.n_sent, 2);

	rig_reply(&rig, 1, rig_limits(304, 100, 20, WALL / SEC + 3600));
	rig_expect_whole(under_way, 304);
	assert_int_equal(rig.n_sent, 3);
	assert_true(hg_str_is(rig.sent[2]->ask.path, HG_STR("/dear")));
	rig_reply(&rig, 2, rig_limits(200, 100, 1, WALL / SEC + 3600));
	rig_expect_whole(dear, 200);
	assert_int_equal(rig.n_sent, 4);
	rig_reply(&rig, 3, rig_head(200, NULL));
	rig_expect_whole(cheap, 200);
}

static void who_asks_for_less_waits_for_one_answer_and_no_longer(void **state)
{
	(void)state;
	rig_learn(&rig, 100, 20, 3600);
	struct hg_ticket *under_way = rig_ask(&rig, "GET", "/under_way");
	struct hg_ticket *dear = rig_ticket(&rig, "GET", "/dear", HG_CLASS_HIGH);
	dear->ask.cost = 20;
	dear->ask.deadline_us = rig.now.mono_us + 7200 * SEC;
	rig_submit(&rig, dear);
	struct hg_ticket *cheap = rig_ticket(&rig, "GET", "/cheap", HG_CLASS_NORMAL);
	rig_submit(&rig, cheap);
	assert_int_equal(rig.n_sent, 2);

	rig_reply(&rig, 1, rig_limits(200, 100, 19, WALL / SEC + 3600)); /* it was not free */
	rig_expect_whole(under_way, 200);
	assert_int_equal(rig.n_sent, 3);
	assert_true(hg_str_is(rig.sent[2]->ask.path, HG_STR("/cheap")));
	rig_reply(&rig, 2, rig_limits(200, 100, 18, WALL / SEC + 3600));
	rig_expect_whole(cheap, 200);
	rig_advance(&rig, 3603 * SEC);
	assert_int_equal(rig.n_sent, 4);
	assert_true(hg_str_is(rig.sent[3]->ask.path, HG_STR("/dear")));
	hg_ticket_unref(dear);
}

/* It gets its turn again when its client has room; meanwhile it holds nobody. */
static void one_that_stands_lets_pass_when_its_client_has_gone_elsewhere(void **state)
{
	(void)state;
	rig_learn(&rig, 100, 20, 3600);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/under_way");
	struct hg_ticket *dear = rig_ticket(&rig, "GET", "/dear", HG_CLASS_HIGH);
	struct hg_ticket *elsewhere = rig_ticket(&rig, "GET", "/e", HG_CLASS_HIGH);
	dear->ask.cost = 20;
	dear->ask.client = elsewhere->ask.client = HG_STR("one");
	dear->ask.max_upstream = elsewhere->ask.max_upstream = 1;
	elsewhere->ask.token = hg_secret_new(HG_STR("ghp_of_a_client"));
	elsewhere->ask.scope.bytes[0] = 1;
	rig_submit(&rig, dear);
	struct hg_ticket *cheap = rig_ask(&rig, "GET", "/cheap");
	assert_int_equal(rig.n_sent, 2);
	rig_submit(&rig, elsewhere);
	assert_int_equal(rig.n_sent, 4);
	assert_true(hg_str_is(rig.sent[2]->ask.path, HG_STR("/e")));
	assert_true(hg_str_is(rig.sent[3]->ask.path, HG_STR("/cheap")));
	hg_ticket_unref(t);
	hg_ticket_unref(dear);
	hg_ticket_unref(elsewhere);
	hg_ticket_unref(cheap);
}

static void no_more_than_max_concurrent_are_on_the_wire(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 2;
	rig_reconfigure(&rig);
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b"),
			 *c = rig_ask(&rig, "GET", "/c");

	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 0, rig_head(200, NULL));
	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
	rig_expect_whole(c, 200);
}

static void an_unknown_budget_is_felt_by_a_few_first(void **state)
{
	(void)state;
	struct hg_ticket *t[10];
	char path[8];

	for (unsigned i = 0; i < 10; i++) {
		snprintf(path, sizeof(path), "/%u", i);
		t[i] = rig_ask(&rig, "GET", path);
	}
	assert_int_equal(rig.n_sent, HG_LEDGER_FEELERS);
	rig_answer(&rig, 0, rig_head(200, NULL)); /* a GHES without limits: nothing stops */
	assert_int_equal(rig.n_sent, 10);
	for (unsigned i = 0; i < 10; i++)
		hg_ticket_unref(t[i]);
}

/* -- budget ------------------------------------------------------------------------------------ */

static void an_empty_budget_parks_until_its_reset(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 30);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	assert_int_equal(t->state, HG_TICKET_PARKED);
	rig_advance(&rig, 30 * SEC);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, 2 * SEC); /* a second for GitHub's clock, up to one of jitter */
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_limits(200, 5000, 4999, WALL / SEC + 3630));
	rig_expect_whole(t, 200);
}

static void a_wait_past_the_deadline_is_answered_at_once_and_honestly(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 100);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	struct hg_ticket_end end = rig_end_of(t);

	assert_int_equal(end.status, 429);
	assert_string_equal(end.word, "no_budget");
	assert_in_range(end.retry_after_s, 101, 103);
	assert_non_null(strstr(end.text, "core"));
	assert_non_null(strstr(end.text, "main"));
	assert_non_null(strstr(end.text, "2027-01-15T08:01:4")); /* the reset and its jitter */
	/* who comes back when told so is served */
	rig_advance(&rig, end.retry_after_s * SEC);
	struct hg_ticket *again = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 2);
	hg_ticket_unref(t);
	hg_ticket_unref(again);
}

static void what_waits_when_the_budget_ends_is_told_too(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 1, 100);
	struct hg_ticket *goes = rig_ask(&rig, "GET", "/a"), *waits = rig_ask(&rig, "GET", "/b");

	assert_int_equal(waits->state, HG_TICKET_QUEUED); /* the first may turn out free */
	rig_reply(&rig, 1, rig_limits(200, 5000, 0, WALL / SEC + 100));
	rig_expect_whole(goes, 200);
	rig_expect_refused(waits, 429, "no_budget");
}

static void a_free_304_leaves_the_last_point_to_the_next(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 1, 100);
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b");

	rig_reply(&rig, 1, rig_limits(304, 5000, 1, WALL / SEC + 100));
	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 2, rig_limits(200, 5000, 0, WALL / SEC + 100));
	rig_expect_whole(a, 304);
	rig_expect_whole(b, 200);
}

static void an_empty_budget_stops_only_its_resource(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 30);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/search/code", HG_CLASS_LOW);

	t->ask.resource = HG_STR("code_search");
	rig_submit(&rig, t);
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
}

static void a_resource_that_github_names_is_remembered_for_the_route(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/sbom");

	rig_reply(&rig, 0,
		rig_head(200, "x-ratelimit-limit", "100", "x-ratelimit-remaining", "0",
			"x-ratelimit-reset", "1800000040", "x-ratelimit-resource",
			"dependency_sbom", NULL));
	rig_expect_whole(a, 200);
	assert_false(hg_ledger_is_known(rig_core(&rig)));
	assert_int_equal(rig_core(&rig)->in_flight, 0);
	struct hg_ticket *b = rig_ask(&rig, "GET", "/sbom"), *c = rig_ask(&rig, "GET", "/else");
	assert_int_equal(b->state, HG_TICKET_PARKED);
	assert_int_equal(c->state, HG_TICKET_SENT);
	hg_ticket_unref(b);
	hg_ticket_unref(c);
}

static void the_cap_per_hour_stops_and_opens_again(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_requests_per_hour = 1;
	rig_reconfigure(&rig);
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b");

	rig_expect_refused(b, 429, "no_budget");
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(a, 200);
	rig_advance(&rig, 3600 * SEC);
	struct hg_ticket *c = rig_ask(&rig, "GET", "/c");
	assert_int_equal(rig.n_sent, 2);
	hg_ticket_unref(c);
}

static void a_clients_own_token_pays_for_itself(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 30);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);
	struct hg_head_note note;

	t->ask.token = hg_secret_new(HG_STR("ghp_of_a_client"));
	t->ask.scope.bytes[0] = 1;
	rig_submit(&rig, t);
	assert_int_equal(rig.n_sent, 2);
	assert_ptr_equal(rig.sent[1]->token, t->ask.token);
	rig_answer(&rig, 1, rig_limits(200, 60, 59, WALL / SEC + 3600));
	struct hg_head *h = hg_ticket_take_head(t, &note);
	assert_int_equal(note.limit, 60);
	assert_int_equal(rig_core(&rig)->limit, 5000);
	hg_head_unref(h);
	rig_end(&rig, 1, 0, true);
	hg_ticket_unref(t);
}

/* -- strategy ---------------------------------------------------------------------------------- */

static int64_t two_seconds_apart(void *self, const struct hg_strategy_view *v)
{
	(void)self;
	if (v->last_paced_at_us == INT64_MIN)
		return 0;
	int64_t next_us = v->last_paced_at_us + 2 * SEC;
	return next_us > v->now_us ? next_us - v->now_us : 0;
}

static double nothing_allowed(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return 0;
}

static const struct hg_strategy slow = { .size = sizeof(struct hg_strategy),
	.wait_us = two_seconds_apart,
	.allowance = nothing_allowed };

static void normal_is_paced_and_high_is_not(void **state)
{
	(void)state;
	rig_pace(&rig, &slow);
	rig_learn(&rig, 5000, 4000, 3600);
	struct hg_ticket *t[4];
	static const char *const paths[] = { "/a", "/b", "/c", "/d" };

	for (unsigned i = 0; i < 3; i++) {
		t[i] = rig_ticket(&rig, "GET", paths[i], HG_CLASS_NORMAL);
		rig_submit(&rig, t[i]);
	}
	assert_int_equal(rig.n_sent, 2);
	t[3] = rig_ask(&rig, "GET", "/d");
	assert_int_equal(rig.n_sent, 3);
	rig_advance(&rig, 2 * SEC - 1);
	assert_int_equal(rig.n_sent, 3);
	rig_advance(&rig, 1);
	assert_int_equal(rig.n_sent, 4);
	rig_advance(&rig, 2 * SEC);
	assert_int_equal(rig.n_sent, 5);
	for (unsigned i = 0; i < 4; i++)
		hg_ticket_unref(t[i]);
}

static void a_paced_ticket_that_can_not_wait_is_told_at_once(void **state)
{
	(void)state;
	rig_pace(&rig, &slow);
	rig_learn(&rig, 5000, 4000, 3600);
	struct hg_ticket *a = rig_ticket(&rig, "GET", "/a", HG_CLASS_NORMAL);
	struct hg_ticket *b = rig_ticket(&rig, "GET", "/b", HG_CLASS_NORMAL);

	b->ask.deadline_us = rig.now.mono_us + SEC;
	rig_submit(&rig, a);
	rig_submit(&rig, b);
	rig_expect_refused(b, 429, "no_budget");
	hg_ticket_unref(a);
}

static void the_cap_is_not_for_clients_tokens(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_requests_per_hour = 1;
	rig_reconfigure(&rig);
	struct hg_ticket *t[2];
	static const char *const paths[] = { "/a", "/b" };

	for (unsigned i = 0; i < 2; i++) {
		t[i] = rig_ticket(&rig, "GET", paths[i], HG_CLASS_HIGH);
		t[i]->ask.token = hg_secret_new(HG_STR("ghp_of_a_client"));
		t[i]->ask.scope.bytes[0] = 1;
		rig_submit(&rig, t[i]);
	}
	assert_int_equal(rig.n_sent, 2);
	hg_ticket_unref(t[0]);
	hg_ticket_unref(t[1]);
}

/* Answered by a 304 without any word about limits. */
static int64_t left_after_a_bare_304(bool is_authorized)
{
	int64_t left;

	if (!is_authorized) {
		hg_secret_unref(rig.snapshot.upstreams[0].credentials[0].token);
		rig.snapshot.upstreams[0].credentials[0].token = NULL;
		hg_snapshot_set_origins(&rig.snapshot);
		hg_dispatcher_adopt(rig.d, &rig.snapshot);
	}
	rig_learn(&rig, 60, 50, 3600);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	rig_reply(&rig, 1, rig_head(304, NULL));
	left = hg_ledger_remaining(rig_core(&rig));
	rig_expect_whole(t, 304);
	return left;
}

static void a_304_is_free_for_a_token(void **state)
{
	(void)state;
	assert_int_equal(left_after_a_bare_304(true), 50);
}

static void a_304_without_a_token_is_not_free(void **state)
{
	(void)state;
	assert_int_equal(left_after_a_bare_304(false), 49);
}

static void a_paced_ticket_whose_turn_does_not_come_is_told_of_the_budget(void **state)
{
	(void)state;
	rig_pace(&rig, &slow);
	rig_learn(&rig, 5000, 4000, 3600);
	struct hg_ticket *t[40];
	char path[8];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/%u", i);
		t[i] = rig_ticket(&rig, "GET", path, HG_CLASS_LOW);
		rig_submit(&rig, t[i]);
	}
	for (unsigned i = 0; i < 60; i++) {
		rig_advance(&rig, SEC);
		for (unsigned j = 1; j < rig.n_sent; j++)
			if (rig.sent[j])
				rig_reply(&rig, j, rig_head(200, NULL));
	}
	rig_expect_whole(t[0], 200);
	rig_expect_whole(t[28], 200);
	rig_expect_refused(t[39], 429, "no_budget");
	for (unsigned i = 1; i < 39; i++)
		if (i != 28)
			hg_ticket_unref(t[i]);
}

/* -- reserves ---------------------------------------------------------------------------------- */

static void set_reserves(double low, double normal, double high)
{
	rig.snapshot.dispatch.reserve_low = low;
	rig.snapshot.dispatch.reserve_normal = normal;
	rig.snapshot.dispatch.reserve_high = high;
	rig_reconfigure(&rig);
	hg_dispatcher_adopt(rig.d, &rig.snapshot);
}

static struct hg_ticket *ask_as(enum hg_class klass, const char *path, int64_t deadline_us)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, klass);

	t->ask.deadline_us = rig.now.mono_us + deadline_us;
	rig_submit(&rig, t);
	return t;
}

static void each_class_stops_at_its_reserve(void **state)
{
	static const struct {
		int64_t remaining;
		unsigned n_go; /* of critical, high, normal, low */
	} rows[] = { { 31, 4 }, { 30, 3 }, { 11, 3 }, { 10, 2 }, { 6, 2 }, { 5, 1 }, { 1, 1 },
		{ 0, 0 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_ticket *t[HG_CLASSES];
		char path[16];
		rig_fini(&rig);
		rig_init(&rig);
		set_reserves(0.3, 0.1, 0.05);
		rig_learn(&rig, 100, rows[i].remaining, 100);
		/* the least first: each of them alone with what there is */
		for (unsigned c = HG_CLASSES; c-- > 0;) {
			unsigned sent = rig.n_sent;
			(void)snprintf(path, sizeof(path), "/%u", c);
			t[c] = ask_as((enum hg_class)c, path, 300 * SEC);
			assert_int_equal(rig.n_sent - sent, c < rows[i].n_go);
			if (c < rows[i].n_go)
				rig_reply(&rig, sent,
					rig_limits(304, 100, rows[i].remaining, WALL / SEC + 100));
			else
				assert_int_equal(t[c]->state, HG_TICKET_PARKED);
		}
		unsigned sent = rig.n_sent;
		rig_advance(&rig, 103 * SEC); /* all is handed back */
		assert_int_equal(rig.n_sent - sent, HG_CLASSES - rows[i].n_go);
		for (unsigned k = sent; k < rig.n_sent; k++)
			rig_reply(&rig, k, rig_limits(200, 100, 90, WALL / SEC + 3700));
		for (unsigned c = 0; c < HG_CLASSES; c++)
			hg_ticket_unref(t[c]);
	}
}

static void who_can_not_wait_for_the_reset_is_told_at_once(void **state)
{
	(void)state;
	set_reserves(0.3, 0.1, 0.05);
	rig_learn(&rig, 100, 20, 100);
	struct hg_ticket *patient = ask_as(HG_CLASS_LOW, "/patient", 300 * SEC);
	struct hg_ticket *hasty = ask_as(HG_CLASS_LOW, "/hasty", 60 * SEC);

	assert_int_equal(patient->state, HG_TICKET_PARKED);
	struct hg_ticket_end end = rig_end_of(hasty);
	assert_int_equal(end.status, 429);
	assert_true(end.retry_after_s >= 101 && end.retry_after_s <= 103);
	assert_non_null(strstr(end.text, "Class low stops at 30 % of the core budget"));
	assert_non_null(strstr(end.text, "20 of 100 are left"));
	hg_ticket_unref(hasty);
	hg_ticket_unref(patient);
}

static void age_does_not_open_a_reserve(void **state)
{
	(void)state;
	set_reserves(0.3, 0.1, 0.05);
	rig_learn(&rig, 100, 20, 1000);
	struct hg_ticket *low = ask_as(HG_CLASS_LOW, "/low", 3000 * SEC);

	rig_advance(&rig, 300 * SEC); /* it counts as high by now, but in the order alone */
	assert_int_equal(low->state, HG_TICKET_PARKED);
	struct hg_ticket *normal = ask_as(HG_CLASS_NORMAL, "/normal", 60 * SEC);
	assert_int_equal(normal->state, HG_TICKET_SENT);
	rig_reply(&rig, 1, rig_limits(200, 100, 19, WALL / SEC + 1000));
	hg_ticket_unref(low);
	rig_expect_whole(normal, 200);
}

static void a_better_class_that_joins_takes_it_past_the_reserve(void **state)
{
	(void)state;
	set_reserves(0.3, 0.1, 0.05);
	rig_learn(&rig, 100, 20, 1000);
	struct hg_ticket *low = ask_as(HG_CLASS_LOW, "/same", 3000 * SEC);
	assert_int_equal(low->state, HG_TICKET_PARKED);
	struct hg_ticket *high = ask_as(HG_CLASS_HIGH, "/same", 60 * SEC);

	assert_int_equal(low->state, HG_TICKET_SENT);
	rig_reply(&rig, 1, rig_limits(200, 100, 19, WALL / SEC + 1000));
	rig_expect_whole(low, 200);
	rig_expect_whole(high, 200);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(classes_go_in_order_and_first_come_first_within_one),
		T(one_that_costs_more_than_is_left_holds_nobody_up_who_asks_for_less),
		T(nobody_takes_what_one_waits_for_that_is_under_way),
		T(who_asks_for_less_waits_for_one_answer_and_no_longer),
		T(one_that_stands_lets_pass_when_its_client_has_gone_elsewhere),
		T(no_more_than_max_concurrent_are_on_the_wire),
		T(an_unknown_budget_is_felt_by_a_few_first),
		T(an_empty_budget_parks_until_its_reset),
		T(a_wait_past_the_deadline_is_answered_at_once_and_honestly),
		T(what_waits_when_the_budget_ends_is_told_too),
		T(a_free_304_leaves_the_last_point_to_the_next),
		T(an_empty_budget_stops_only_its_resource),
		T(a_resource_that_github_names_is_remembered_for_the_route),
		T(the_cap_per_hour_stops_and_opens_again),
		T(a_clients_own_token_pays_for_itself),
		T(normal_is_paced_and_high_is_not),
		T(a_paced_ticket_that_can_not_wait_is_told_at_once),
		T(the_cap_is_not_for_clients_tokens),
		T(a_304_is_free_for_a_token),
		T(a_304_without_a_token_is_not_free),
		T(a_paced_ticket_whose_turn_does_not_come_is_told_of_the_budget),
		T(each_class_stops_at_its_reserve),
		T(who_can_not_wait_for_the_reset_is_told_at_once),
		T(age_does_not_open_a_reserve),
		T(a_better_class_that_joins_takes_it_past_the_reserve),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
