#include "pool_rig.h"
#include <hg/strategy.h>

/* A strategy that writes down what it is asked and told. */
static struct {
	struct hg_strategy_view asked, told;
	unsigned n_asked, n_told;
	uint32_t points;
	int64_t wait_us;
	double allowance;
	struct hg_outlook outlook;
} s;

static int64_t wait_us(void *self, const struct hg_strategy_view *v)
{
	(void)self;
	s.asked = *v;
	s.n_asked++;
	return s.wait_us;
}

static double allowance(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return s.allowance;
}

static void spent(void *self, const struct hg_strategy_view *v, uint32_t points)
{
	(void)self;
	s.told = *v;
	s.n_told++;
	s.points = points;
}

static void outlook(void *self, const struct hg_strategy_view *v, struct hg_outlook *ret)
{
	(void)self, (void)v;
	*ret = s.outlook;
	ret->size = sizeof(*ret);
}

static const struct hg_strategy watcher = { .size = sizeof(struct hg_strategy),
	.wait_us = wait_us,
	.allowance = allowance,
	.spent = spent,
	.outlook = outlook };

/* Another one, that is told nothing. */
static int64_t others_wait_us;

static int64_t as_said(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return others_wait_us;
}

static const struct hg_strategy other = { .size = sizeof(struct hg_strategy), .wait_us = as_said };

static int begin_watched(void **state)
{
	setup(state);
	memset(&s, 0, sizeof(s));
	s.outlook.predicted_exhaustion_us = INT64_MAX;
	add_token("a"), begin();
	rig_pace(&rig, &watcher);
	set_budget(0, 5000, 4000, 600);
	return 0;
}

static struct hg_ticket *ask_as(enum hg_class klass, const char *path)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, klass);

	rig_submit(&rig, t);
	return t;
}

/* -- who is asked about ------------------------------------------------------------------------ */

static void only_normal_and_low_are_asked_about(void **state)
{
	(void)state;
	static const char *const paths[HG_CLASSES] = { "/critical", "/high", "/normal", "/low" };

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		s.n_asked = 0;
		struct hg_ticket *t = ask_as((enum hg_class)c, paths[c]);
		assert_int_equal(s.n_asked > 0, c > HG_CLASS_HIGH);
		hg_ticket_unref(t);
	}
}

static void nobody_is_asked_about_a_budget_that_is_not_known(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/search/code", HG_CLASS_LOW);

	t->ask.resource = HG_STR("code_search");
	rig_submit(&rig, t);
	assert_int_equal(t->state, HG_TICKET_SENT);
	assert_int_equal(s.n_asked, 0);
	assert_int_equal(s.n_told, 0);
	hg_ticket_unref(t);
}

/* -- what it sees ------------------------------------------------------------------------------ */

static void it_sees_the_budget(void **state)
{
	(void)state;
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");

	assert_int_equal(s.asked.size, sizeof(s.asked));
	assert_int_equal(s.asked.limit, 5000);
	assert_int_equal(s.asked.used, 1000);
	assert_int_equal(s.asked.window_us, 3600 * SEC);
	assert_int_equal(s.asked.resets_in_us, 600 * SEC);
	assert_true(s.asked.last_paced_at_us == INT64_MIN);
	assert_int_equal(s.asked.now_us, rig.now.mono_us);
	assert_int_equal(s.asked.wall_us, rig.now.wall_us);
	assert_int_equal(s.asked.after_limit_hit, 0);
	hg_ticket_unref(t);
}

static void it_sees_whose_turn_it_is(void **state)
{
	(void)state;
	rig.snapshot.dispatch.reserve_normal = 0.1;
	s.wait_us = SEC;
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/x", HG_CLASS_NORMAL);
	t->ask.cost = 3;
	rig_submit(&rig, t);
	assert_int_equal(s.asked.klass, HG_CLASS_NORMAL);
	assert_int_equal(s.asked.cost, 3);
	assert_int_equal(s.asked.kept, 500);
	assert_int_equal(s.asked.queued, 1);
	struct hg_ticket *low = ask_as(HG_CLASS_LOW, "/low");
	assert_int_equal(s.asked.klass, HG_CLASS_LOW); /* asked about last */
	assert_int_equal(s.asked.queued, 2);           /* that one and what is better */
	hg_ticket_unref(t);
	hg_ticket_unref(low);
}

static void it_sees_that_github_said_no_in_this_window(void **state)
{
	(void)state;
	core_of(0)->was_refused = true;
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");

	assert_int_equal(s.asked.after_limit_hit, 1);
	hg_ticket_unref(t);
}

static void a_ledger_has_the_same_name_after_a_restart_and_a_clients_has_none(void **state)
{
	(void)state;
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");
	uint64_t ledger = s.asked.ledger;

	assert_true(ledger == UINT64_C(0x39a954ae0f24892e)); /* main, a, core */
	hg_ticket_unref(t);
	teardown(NULL), begin_watched(NULL);
	t = ask_as_client("/y");
	rig_reply(&rig, 0, rig_limits(200, 5000, 4000, WALL / SEC + 600));
	rig_expect_whole(t, 200);
	t = rig_ticket(&rig, "GET", "/z", HG_CLASS_LOW);
	t->ask.token = hg_secret_new(HG_STR("ghp_of_a_client"));
	t->ask.scope.bytes[0] = 1;
	rig_submit(&rig, t);
	assert_int_equal(s.asked.limit, 5000);
	assert_true(s.asked.ledger == 0);
	hg_ticket_unref(t);
}

/* -- what it says ------------------------------------------------------------------------------ */

static void who_is_to_wait_is_asked_about_again_when_it_said(void **state)
{
	(void)state;
	s.wait_us = 3 * SEC;
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");

	assert_int_equal(rig.n_sent, 0);
	rig_advance(&rig, 3 * SEC - 1);
	s.wait_us = -5; /* as good as none */
	rig_advance(&rig, 1);
	assert_int_equal(rig.n_sent, 1);
	hg_ticket_unref(t);
}

static void only_what_goes_above_the_curve_counts_as_paced(void **state)
{
	(void)state;
	s.allowance = 0.3; /* 1,500 of 5,000: used are 1,000 */
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");
	assert_true(core_of(0)->last_paced_us == INT64_MIN);
	s.allowance = 0.2;
	struct hg_ticket *high = ask_as(HG_CLASS_HIGH, "/y");
	assert_true(core_of(0)->last_paced_us == INT64_MIN); /* not its business */
	struct hg_ticket *u = ask_as(HG_CLASS_LOW, "/z");
	assert_true(core_of(0)->last_paced_us == rig.now.mono_us);
	hg_ticket_unref(t);
	hg_ticket_unref(high);
	hg_ticket_unref(u);
}

static void it_is_told_what_every_class_spends_after_it_was_taken(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/x", HG_CLASS_CRITICAL);

	t->ask.cost = 3;
	rig_submit(&rig, t);
	assert_int_equal(s.n_told, 1);
	assert_int_equal(s.points, 3);
	assert_int_equal(s.told.used, 1003);
	hg_ticket_unref(t);
}

static void one_that_can_only_wait_is_asked_nothing_else(void **state)
{
	(void)state;
	static const struct hg_strategy old = { /* made before the others were thought of */
		.size = offsetof(struct hg_strategy, interval_us),
		.wait_us = wait_us,
		.allowance = allowance,
		.spent = spent,
		.outlook = outlook
	};

	rig_pace(&rig, &old);
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");
	rig_reply(&rig, 0, rig_limits(200, 5000, 3999, WALL / SEC + 600));
	rig_expect_whole(t, 200);
	assert_true(s.n_asked > 0);
	assert_int_equal(s.n_told, 0);
}

/* -- which one --------------------------------------------------------------------------------- */

static void add_other(int64_t wait)
{
	others_wait_us = wait;
	rig.snapshot.strategies[1] = (struct hg_strategy_row){ "other",
		{ .size = sizeof(struct hg_provider), .vtable = &other } };
	rig.snapshot.n_strategies = 2;
}

static struct hg_ticket *ask_by(const char *strategy, const char *path)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, HG_CLASS_LOW);

	t->ask.strategy = hg_str(strategy);
	rig_submit(&rig, t);
	return t;
}

static void a_request_may_ask_for_another_and_what_it_spends_is_told_to_the_one_in_force(
	void **state)
{
	(void)state;
	add_other(SEC);
	struct hg_ticket *t = ask_by("other", "/x"), *u = ask_by("no such", "/y");
	assert_int_equal(t->state, HG_TICKET_QUEUED);
	assert_int_equal(u->state, HG_TICKET_SENT); /* by the one in force */
	assert_int_equal(s.n_told, 1);
	others_wait_us = 0;
	rig_advance(&rig, SEC);
	assert_int_equal(t->state, HG_TICKET_SENT);
	assert_int_equal(s.n_told, 2);
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

static void one_that_is_set_by_hand_holds_until_the_next_configuration(void **state)
{
	(void)state;
	add_other(SEC);
	assert_false(hg_dispatcher_set_strategy(rig.d, HG_STR("no such")));
	assert_true(hg_dispatcher_set_strategy(rig.d, HG_STR("other")));
	struct hg_ticket *t = ask_as(HG_CLASS_LOW, "/x");
	assert_int_equal(t->state, HG_TICKET_QUEUED);
	rig_reconfigure(&rig);
	rig_turn(&rig);
	assert_int_equal(t->state, HG_TICKET_SENT);
	hg_ticket_unref(t);
}

/* -- what is ahead ----------------------------------------------------------------------------- */

static void go_through(unsigned i)
{
	struct hg_ticket *t = ask_as(HG_CLASS_HIGH, "/x");

	rig_reply(&rig, i, rig_limits(200, 5000, 3900 - i, WALL / SEC + 600));
	rig_expect_whole(t, 200);
}

static void an_end_before_the_reset_is_told_once_when_it_is_sure(void **state)
{
	(void)state;
	s.outlook = (struct hg_outlook){ .predicted_exhaustion_us = 300 * SEC, .confidence = 0.4 };
	go_through(0);
	assert_int_equal(n_news, 0); /* a guess */
	s.outlook.confidence = 0.5;
	s.outlook.predicted_exhaustion_us = 600 * SEC;
	go_through(1);
	assert_int_equal(n_news, 0); /* it lasts */
	s.outlook.predicted_exhaustion_us = 599 * SEC;
	go_through(2);
	go_through(3);
	assert_int_equal(told("ratelimit.exhaustion"), 1);
	assert_told("ratelimit.exhaustion", "\"exhausted_at\":\"2027-01-15T08:09:59Z\"");
}

static void nothing_is_told_of_a_clients_own_budget(void **state)
{
	(void)state;
	s.outlook = (struct hg_outlook){ .predicted_exhaustion_us = 1, .confidence = 1 };
	struct hg_ticket *t = ask_as_client("/x");

	rig_reply(&rig, 0, rig_limits(200, 60, 1, WALL / SEC + 600));
	rig_expect_whole(t, 200);
	assert_int_equal(n_news, 0);
}

static void nobody_looks_ahead_without_a_strategy_or_a_budget(void **state)
{
	(void)state;
	struct hg_outlook ret;
	const struct hg_ledger *search =
		hg_identity_ledger(credential(0)->identity, HG_STR("search"));

	assert_true(hg_pace_outlook(rig.d, core_of(0), &rig.now, &ret));
	assert_false(hg_pace_outlook(rig.d, search, &rig.now, &ret));
	rig_pace(&rig, &other);
	assert_false(hg_pace_outlook(rig.d, core_of(0), &rig.now, &ret));
	rig.snapshot.n_strategies = 0;
	assert_false(hg_pace_outlook(rig.d, core_of(0), &rig.now, &ret));
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin_watched, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(only_normal_and_low_are_asked_about),
		T(nobody_is_asked_about_a_budget_that_is_not_known),
		T(it_sees_the_budget),
		T(it_sees_whose_turn_it_is),
		T(it_sees_that_github_said_no_in_this_window),
		T(a_ledger_has_the_same_name_after_a_restart_and_a_clients_has_none),
		T(who_is_to_wait_is_asked_about_again_when_it_said),
		T(only_what_goes_above_the_curve_counts_as_paced),
		T(it_is_told_what_every_class_spends_after_it_was_taken),
		T(one_that_can_only_wait_is_asked_nothing_else),
		T(a_request_may_ask_for_another_and_what_it_spends_is_told_to_the_one_in_force),
		T(one_that_is_set_by_hand_holds_until_the_next_configuration),
		T(an_end_before_the_reset_is_told_once_when_it_is_sure),
		T(nothing_is_told_of_a_clients_own_budget),
		T(nobody_looks_ahead_without_a_strategy_or_a_budget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
