#include "pool_rig.h"
#include <hg/strategy.h>

/* -- what is said ------------------------------------------------------------------------------ */

static void make_empty(void)
{
	set_budget(0, 5000, 0, 100);
}

static void close_it(void)
{
	const struct hg_rate rate = { .reset_s = WALL / SEC + 100 };

	hg_ledger_close(core_of(0), &rate, &rig.now, &rig.d->dice);
}

static void block(void)
{
	hg_identity_block(credential(0)->identity, 100 * SEC, rig.now.mono_us, &rig.d->dice);
}

static void cap(void)
{
	credential(0)->identity->max_per_hour = 1;
	hg_identity_count(credential(0)->identity, rig.now.mono_us - 3500 * SEC);
}

static void put_out(void)
{
	credential(0)->health = HG_HEALTH_OUT;
	credential(0)->ask_us = rig.now.mono_us + 100 * SEC;
	hg_care_for(rig.d, credential(0), &rig.now);
}

static void break_it(void)
{
	const struct hg_dispatch_conf conf = { .breaker_failures = 1,
		.breaker_open_us = 100 * SEC };

	(void)hg_breaker_settle(&credential(0)->identity->site->breaker, &conf, false,
		rig.now.mono_us, rig.now.mono_us, &rig.d->dice);
}

static void reserve(void)
{
	rig.snapshot.dispatch.reserve_high = 0.5;
	begin();
	set_budget(0, 5000, 2000, 100);
}

/* A window slides: the point that is used falls out after a minute and two seconds. */
static void use_up_the_route(void)
{
	const struct hg_spend spend = { .route = HG_STR("/x"), .points = 1 };
	struct hg_secondary *s = credential(0)->identity->secondary;

	rig.snapshot.secondary.route_points = 1;
	begin();
	hg_secondary_take(s, &spend, rig.now.mono_us);
	hg_secondary_settle(s, &spend, rig.now.mono_us, 0, rig.now.mono_us);
}

static const struct {
	void (*stop)(void);
	int64_t from_s, to_s; /* Retry-After */
	int status;
	const char *word, *text;
} rows[] = {
	{ make_empty, 101, 103, 429, "no_budget",
		"The core budget of credential a (5000) is spent; there is more at 2027-" },
	{ close_it, 101, 103, 429, "no_budget",
		"GitHub says that the core budget of credential a is spent; next try at 2027-" },
	{ block, 100, 102, 429, "upstream_limited",
		"GitHub asked credential a to slow down (secondary rate limit); next try at "
		"2027-" },
	{ cap, 100, 100, 429, "no_budget",
		"max_requests_per_hour (1) of credential a is reached; next at 2027-" },
	{ put_out, 100, 100, 503, "no_credential",
		"GitHub does not take credential a: it is expired, revoked or wrong, or could not "
		"be minted; it is asked again at 2027-" },
	{ break_it, 100, 110, 503, "upstream_down",
		"Upstream main failed several times in a row; next try at 2027-" },
	{ reserve, 101, 103, 429, "no_budget",
		"Class high stops at 50 % of the core budget of credential a, and 2000 of 5000 are "
		"left; there is more at 2027-" },
	{ use_up_the_route, 60, 63, 429, "upstream_limited",
		"One more now would exceed what GitHub allows credential a (secondary rate limit); "
		"next at 2027-" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void begin_with_stop(unsigned i)
{
	teardown(NULL), setup(NULL);
	add_token("a"), begin();
	rows[i].stop();
}

static void who_can_not_wait_is_told_why_and_until_when(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_ROWS; i++) {
		begin_with_stop(i);
		struct hg_ticket *t = ask_until("/x", 50 * SEC);
		struct hg_ticket_end end = rig_end_of(t);
		assert_int_equal(end.code, HG_EAGAIN);
		assert_int_equal(end.status, rows[i].status);
		assert_string_equal(end.word, rows[i].word);
		assert_in_range(end.retry_after_s, rows[i].from_s, rows[i].to_s);
		assert_memory_equal(end.text, rows[i].text, strlen(rows[i].text));
		assert_non_null(strstr(end.text, "Z, after the deadline."));
		hg_ticket_unref(t);
	}
}

static void who_comes_back_when_told_so_is_served(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_ROWS; i++) {
		begin_with_stop(i);
		struct hg_ticket *t = ask_until("/x", 50 * SEC);
		int64_t after_s = rig_end_of(t).retry_after_s;
		hg_ticket_unref(t);
		rig_advance(&rig, after_s * SEC);
		if (has_errand(HG_ERRAND_ASK))
			rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
		t = ask_until("/x", 50 * SEC);
		assert_int_equal(t->state, HG_TICKET_SENT);
		hg_ticket_unref(t);
	}
}

static void who_can_wait_goes_when_it_opens(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_ROWS; i++) {
		begin_with_stop(i);
		struct hg_ticket *t = ask_until("/x", 200 * SEC);
		assert_true(t->state == HG_TICKET_PARKED || t->state == HG_TICKET_QUEUED);
		rig_advance(&rig, (rows[i].from_s - 2) * SEC);
		assert_int_equal(t->state == HG_TICKET_SENT, false);
		rig_advance(&rig, (rows[i].to_s - rows[i].from_s + 2) * SEC);
		if (has_errand(HG_ERRAND_ASK))
			rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
		assert_int_equal(t->state, HG_TICKET_SENT);
		hg_ticket_unref(t);
	}
}

static void a_deadline_at_the_very_moment_is_too_late(void **state)
{
	(void)state;
	add_token("a"), begin();
	put_out();
	struct hg_ticket *late = ask_until("/x", 100 * SEC);
	struct hg_ticket *in_time = ask_until("/y", 100 * SEC + 1);

	rig_expect_refused(late, 503, "no_credential");
	assert_int_equal(in_time->state, HG_TICKET_PARKED);
	hg_ticket_unref(in_time);
}

/* -- coming and going while it stands ---------------------------------------------------------- */

static void what_opens_early_lets_those_who_wait_go(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 0, 100);
	struct hg_ticket *t = ask_until("/x", 200 * SEC);

	assert_int_equal(t->state, HG_TICKET_PARKED);
	core_of(0)->theirs = 10; /* as a window that began anew */
	hg_dispatcher_look_at_all_of(rig.d, credential(0)->identity);
	rig_turn(&rig);
	assert_int_equal(t->state, HG_TICKET_SENT);
	hg_ticket_unref(t);
}

static void what_stands_longer_than_was_known_is_told_to_those_who_wait(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 0, 100);
	struct hg_ticket *t = ask_until("/x", 200 * SEC);

	hg_identity_block(credential(0)->identity, 300 * SEC, rig.now.mono_us, &rig.d->dice);
	hg_dispatcher_look_at_all_of(rig.d, credential(0)->identity);
	rig_turn(&rig);
	rig_expect_refused(t, 429, "upstream_limited");
}

static void what_stands_longer_for_the_same_reason_is_told_too(void **state)
{
	(void)state;
	add_token("a"), begin();
	block();
	struct hg_ticket *t = ask_until("/x", 200 * SEC);
	assert_int_equal(t->state, HG_TICKET_PARKED);
	hg_identity_block(credential(0)->identity, 300 * SEC, rig.now.mono_us, &rig.d->dice);
	hg_dispatcher_look_at_all_of(rig.d, credential(0)->identity);
	rig_turn(&rig);
	rig_expect_refused(t, 429, "upstream_limited");
}

static void one_that_leaves_while_it_stands_is_forgotten(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 0, 100);
	struct hg_ticket *t = ask_until("/x", 200 * SEC);

	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_advance(&rig, 200 * SEC);
	assert_int_equal(rig.n_sent, 0);
	hg_ticket_unref(t);
}

static void of_those_who_share_it_only_the_hasty_are_told(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 0, 100);
	struct hg_ticket *t = ask_until("/x", 200 * SEC), *hasty = ask_until("/x", 50 * SEC);

	rig_expect_refused(hasty, 429, "no_budget");
	assert_int_equal(t->state, HG_TICKET_PARKED);
	hg_ticket_unref(t);
}

/* -- early, in a paced queue ------------------------------------------------------------------- */

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

static int64_t every_two_seconds(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return 2 * SEC;
}

static const struct hg_strategy slow = { .size = sizeof(struct hg_strategy),
	.wait_us = two_seconds_apart,
	.allowance = nothing_allowed,
	.interval_us = every_two_seconds };

static void begin_paced(unsigned n_tokens)
{
	add_token("a");
	if (n_tokens > 1)
		add_token("b");
	begin();
	rig_pace(&rig, &slow);
	for (unsigned i = 0; i < n_tokens; i++)
		set_budget(i, 5000, 4000, 3600);
}

static struct hg_ticket *ask_paced(unsigned i, enum hg_class klass, int64_t deadline_in_us)
{
	char path[24];

	(void)snprintf(path, sizeof(path), "/%u", i);
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, klass);
	t->ask.deadline_us = rig.now.mono_us + deadline_in_us;
	rig_submit(&rig, t);
	return t;
}

/* Each waits 20 s at most. How many of 30 were let in; they go, all but `n_vain`. */
static unsigned let_in(unsigned n_vain)
{
	struct hg_ticket *t[30];
	unsigned n = 0;

	for (unsigned i = 0; i < 30; i++) {
		t[i] = ask_paced(i, HG_CLASS_NORMAL, 20 * SEC);
		n += !rig_has_ended(t[i]);
	}
	for (unsigned i = n; i < 30; i++) { /* the last ones, with a word when to come again */
		struct hg_ticket_end end = rig_end_of(t[i]);
		assert_string_equal(end.word, "no_budget");
		assert_in_range(end.retry_after_s, 20, 22);
		hg_ticket_unref(t[i]);
	}
	for (unsigned s = 0; s < 20; s++) {
		for (unsigned i = 0; i < rig.n_sent; i++)
			if (rig.sent[i])
				rig_reply(&rig, i, rig_head(200, NULL));
		rig_advance(&rig, SEC);
	}
	for (unsigned i = 0; i < n - n_vain; i++)
		rig_expect_whole(t[i], 200);
	for (unsigned i = n - n_vain; i < n; i++)
		rig_expect_refused(t[i], 429, "no_budget");
	return n;
}

static void who_would_not_have_its_turn_is_told_at_once_and_all_others_have_it(void **state)
{
	(void)state;
	begin_paced(1);
	assert_int_equal(let_in(0), 10); /* one goes at once, then at 2, 4 … 18 s */
}

static void two_payers_let_twice_as_many_in(void **state)
{
	(void)state;
	begin_paced(2);
	/* When each of them has its turn is not foreseen: as if one a second went. */
	assert_int_equal(let_in(1), 20 + 1);
}

static void who_is_told_early_hears_how_many_are_ahead(void **state)
{
	(void)state;
	struct hg_ticket *t[6];

	begin_paced(1);
	for (unsigned i = 0; i < 6; i++)
		t[i] = ask_paced(i, HG_CLASS_NORMAL, 60 * SEC);
	struct hg_ticket *hasty = ask_paced(6, HG_CLASS_NORMAL, 9 * SEC);
	struct hg_ticket_end end = rig_end_of(hasty);
	assert_int_equal(end.retry_after_s, 12); /* the first of them goes in two seconds */
	assert_non_null(
		strstr(end.text, "Class normal is paced: 3999 of 5000 of the core budget "
				 "of credential a are left until its reset, and 5 are ahead"));
	hg_ticket_unref(hasty);
	for (unsigned i = 0; i < 6; i++)
		hg_ticket_unref(t[i]);
}

static void nobody_is_told_early_where_nothing_is_paced(void **state)
{
	(void)state;
	struct hg_ticket *t[6];

	begin_paced(1);
	rig.snapshot.dispatch.max_concurrent = 1; /* they wait for another reason */
	begin();
	for (unsigned i = 0; i < 6; i++)
		t[i] = ask_paced(i, HG_CLASS_HIGH, 1 * SEC);
	for (unsigned i = 1; i < 6; i++)
		assert_int_equal(t[i]->state, HG_TICKET_QUEUED);
	for (unsigned i = 0; i < 6; i++)
		hg_ticket_unref(t[i]);
}

static void nobody_is_told_early_when_one_of_the_payers_is_not_paced(void **state)
{
	(void)state;
	struct hg_ticket *t[6];

	rig.snapshot.dispatch.max_concurrent = 1;
	begin_paced(2);
	core_of(1)->heard = false; /* nothing is known of it, and it is not paced */
	core_of(1)->limit = core_of(1)->theirs = core_of(1)->spent = 0;
	for (unsigned i = 0; i < 6; i++)
		t[i] = ask_paced(i, HG_CLASS_NORMAL, 1 * SEC);
	for (unsigned i = 2; i < 6; i++)
		assert_int_equal(t[i]->state, HG_TICKET_QUEUED);
	for (unsigned i = 0; i < 6; i++)
		hg_ticket_unref(t[i]);
}

/* -- who asks for more, and what stood --------------------------------------------------------- */

static struct hg_ticket *ask_for(
	uint32_t cost, const char *client, enum hg_class klass, const char *path, int64_t for_us)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, klass);

	t->ask.cost = cost;
	t->ask.client = hg_str(client);
	t->ask.deadline_us = rig.now.mono_us + for_us;
	rig_submit(&rig, t);
	return t;
}

static void one_that_asks_for_more_than_is_left_stands_alone(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 100, 15, 3600);
	struct hg_ticket *dear = ask_for(20, "x", HG_CLASS_NORMAL, "/dear", 7200 * SEC);
	assert_int_equal(rig.n_sent, 0);

	struct hg_ticket *cheap = ask_for(1, "y", HG_CLASS_NORMAL, "/cheap", 60 * SEC);
	assert_int_equal(rig.n_sent, 1);
	rig_reply(&rig, 0, rig_limits(200, 100, 14, WALL / SEC + 3600));
	rig_expect_whole(cheap, 200);
	rig_advance(&rig, 3603 * SEC);
	assert_int_equal(rig.n_sent, 2);
	assert_true(hg_str_is(rig.sent[1]->ask.path, HG_STR("/dear")));
	hg_ticket_unref(dear);
}

static void one_that_asks_for_more_and_can_not_wait_is_told_alone(void **state)
{
	(void)state;
	add_token("a");
	rig.snapshot.dispatch.max_concurrent = 1;
	begin();
	set_budget(0, 100, 15, 3600);
	struct hg_ticket *cheap[3];
	for (unsigned i = 0; i < 3; i++) {
		char path[8];
		(void)snprintf(path, sizeof(path), "/%u", i);
		cheap[i] = ask_for(1, "y", HG_CLASS_NORMAL, path, 60 * SEC);
	}
	rig_reply(&rig, 0, rig_limits(200, 100, 14, WALL / SEC + 3600));

	struct hg_ticket *dear = ask_for(20, "x", HG_CLASS_NORMAL, "/dear", 60 * SEC);
	rig_expect_refused(dear, 429, "no_budget");
	for (unsigned i = 1; i < 3; i++)
		rig_reply(&rig, i, rig_limits(200, 100, 14 - i, WALL / SEC + 3600));
	for (unsigned i = 0; i < 3; i++)
		rig_expect_whole(cheap[i], 200);
}

/* Its class stood for that; nobody of it waits, so nobody looks whether it still does. */
static void a_class_that_stood_is_looked_at_when_one_of_it_comes(void **state)
{
	(void)state;
	add_token("a"), begin();
	rig.snapshot.dispatch.reserve_normal = 0.5;
	rig.snapshot.dispatch.reserve_low = 0.9;
	begin();
	set_budget(0, 100, 20, 3600);
	struct hg_ticket *low = ask_for(1, "x", HG_CLASS_LOW, "/low", 7200 * SEC);
	struct hg_ticket *late = ask_for(1, "x", HG_CLASS_NORMAL, "/late", 60 * SEC);
	rig_expect_refused(late, 429, "no_budget");

	rig.snapshot.dispatch.reserve_normal = 0;
	begin();
	struct hg_ticket *t = ask_for(1, "x", HG_CLASS_NORMAL, "/now", 60 * SEC);
	assert_int_equal(t->state, HG_TICKET_SENT);
	rig_reply(&rig, 0, rig_limits(200, 100, 19, WALL / SEC + 3600));
	rig_expect_whole(t, 200);
	hg_ticket_unref(low);
}

static void a_reload_lets_go_what_its_limits_do_not_hold(void **state)
{
	(void)state;
	add_token("a"), begin();
	use_up_the_route();
	struct hg_ticket *t = ask_for(1, "x", HG_CLASS_NORMAL, "/x", 3000 * SEC);
	assert_int_equal(t->state, HG_TICKET_QUEUED);

	rig.snapshot.secondary.route_points = 0;
	begin();
	assert_int_equal(t->state, HG_TICKET_SENT);
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(t, 200);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_can_not_wait_is_told_why_and_until_when),
		T(who_comes_back_when_told_so_is_served),
		T(who_can_wait_goes_when_it_opens),
		T(a_deadline_at_the_very_moment_is_too_late),
		T(what_opens_early_lets_those_who_wait_go),
		T(what_stands_longer_than_was_known_is_told_to_those_who_wait),
		T(what_stands_longer_for_the_same_reason_is_told_too),
		T(one_that_leaves_while_it_stands_is_forgotten),
		T(of_those_who_share_it_only_the_hasty_are_told),
		T(who_would_not_have_its_turn_is_told_at_once_and_all_others_have_it),
		T(two_payers_let_twice_as_many_in),
		T(who_is_told_early_hears_how_many_are_ahead),
		T(nobody_is_told_early_where_nothing_is_paced),
		T(nobody_is_told_early_when_one_of_the_payers_is_not_paced),
		T(one_that_asks_for_more_than_is_left_stands_alone),
		T(one_that_asks_for_more_and_can_not_wait_is_told_alone),
		T(a_class_that_stood_is_looked_at_when_one_of_it_comes),
		T(a_reload_lets_go_what_its_limits_do_not_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
