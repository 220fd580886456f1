#include "pool_rig.h"

/* Two tokens: of "a" more would be lost at its reset, so it is spent first. */
static void begin_with_two(void)
{
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 1000, 60);
	set_budget(1, 5000, 4000, 3600);
}

static void the_budget_that_expires_first_is_spent_first(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_paid(0, "a");
	set_budget(0, 5000, 50, 60); /* less a second than b's */
	struct hg_ticket *u = rig_ask(&rig, "GET", "/y");
	assert_paid(1, "b");
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

static void a_budget_that_is_all_but_lost_goes_before_one_that_nobody_knows(void **state)
{
	(void)state;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 4000, 60);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_paid(0, "a");
	set_budget(0, 5000, 4, 3000);
	struct hg_ticket *u = rig_ask(&rig, "GET", "/y");
	assert_paid(1, "b"); /* it is felt */
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

/* -- what keeps the first one from paying ------------------------------------------------------ */

static void make_empty(void)
{
	set_budget(0, 5000, 0, 60);
}

static void block(void)
{
	hg_identity_block(credential(0)->identity, 60 * SEC, rig.now.mono_us, &rig.d->dice);
}

static void put_out(void)
{
	credential(0)->health = HG_HEALTH_OUT;
	credential(0)->ask_us = rig.now.mono_us + 60 * SEC;
	hg_care_for(rig.d, credential(0), &rig.now);
}

static void doubt(void)
{
	hg_care_doubt(rig.d, credential(0), credential(0)->token, &rig.now);
}

static void reserve(void)
{
	rig.snapshot.dispatch.reserve_high = 0.5;
	begin();
}

static void cap(void)
{
	credential(0)->identity->max_per_hour = 1;
	hg_identity_count(credential(0)->identity, rig.now.mono_us);
}

static void break_it(void)
{
	const struct hg_dispatch_conf conf = { .breaker_failures = 1, .breaker_open_us = 60 * SEC };
	struct hg_breaker *b = &credential(0)->identity->breaker;

	assert_int_equal(
		hg_breaker_settle(b, &conf, false, rig.now.mono_us, rig.now.mono_us, &rig.d->dice),
		HG_BREAKER_OPENED);
}

static void use_up_the_route(void)
{
	const struct hg_spend spend = { .route = HG_STR("/x"), .points = 1 };
	struct hg_secondary *s = credential(0)->identity->secondary;

	rig.snapshot.secondary.route_points = 1;
	begin();
	hg_secondary_take(s, &spend, rig.now.mono_us);
	hg_secondary_settle(s, &spend, rig.now.mono_us, 0, rig.now.mono_us);
}

static void lack(void)
{
	hg_credential_note_lack(credential(0), HG_STR("/x"), rig.now.mono_us);
}

static void the_other_one_pays_when_the_first_can_not(void **state)
{
	(void)state;
	static void (*const stops[])(void) = { make_empty, block, put_out, doubt, reserve, cap,
		break_it, use_up_the_route, lack };

	for (unsigned i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		teardown(NULL), setup(NULL);
		begin_with_two();
		stops[i]();
		struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
		assert_int_equal(t->state, HG_TICKET_SENT);
		assert_paid(rig.n_sent - 1, "b");
		hg_ticket_unref(t);
	}
}

static void the_other_one_pays_when_the_first_has_as_many_under_way_as_may_be(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 1;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *u = rig_ask(&rig, "GET", "/y");
	struct hg_ticket *waits = rig_ask(&rig, "GET", "/z");

	assert_paid(0, "a");
	assert_paid(1, "b");
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 0, rig_limits(200, 5000, 999, WALL / SEC + 60));
	assert_paid(2, "a");
	rig_expect_whole(t, 200);
	hg_ticket_unref(u);
	hg_ticket_unref(waits);
}

/* -- who may see it ---------------------------------------------------------------------------- */

static void only_who_may_see_the_owner_pays(void **state)
{
	(void)state;
	static const char *acme[] = { "acme" }, *other[] = { "other" };

	add_token("a")->owners = (struct hg_option_list){ acme, 1 };
	add_token("b")->owners = (struct hg_option_list){ other, 1 };
	begin();
	set_budget(0, 5000, 4000, 60);
	set_budget(1, 5000, 0, 30);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/repos/other/x");
	assert_int_equal(t->state, HG_TICKET_PARKED); /* a has enough, and may not */
	struct hg_ticket *u = rig_ask(&rig, "GET", "/repos/acme/x");
	assert_paid(0, "a");
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(u, 200);
	rig_advance(&rig, 32 * SEC);
	assert_paid(1, "b");
	hg_ticket_unref(t);
}

/* -- nobody ------------------------------------------------------------------------------------ */

static void when_none_can_pay_it_waits_for_the_first_that_will(void **state)
{
	(void)state;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 0, 50);
	set_budget(1, 5000, 0, 20);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_int_equal(t->state, HG_TICKET_PARKED);
	rig_advance(&rig, 20 * SEC);
	assert_int_equal(rig.n_sent, 0);
	rig_advance(&rig, 2 * SEC);
	assert_paid(0, "b");
	hg_ticket_unref(t);
}

static void a_class_stands_when_all_that_is_left_is_for_better_ones(void **state)
{
	(void)state;
	rig.snapshot.dispatch.reserve_low = 0.5;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 0, 20);    /* nothing for anybody … */
	set_budget(1, 5000, 1000, 50); /* … and not enough for low */
	struct hg_ticket *low = rig_ticket(&rig, "GET", "/low", HG_CLASS_LOW);
	rig_submit(&rig, low);
	assert_int_equal(low->state, HG_TICKET_PARKED);
	struct hg_ticket *high = rig_ask(&rig, "GET", "/high");
	assert_paid(0, "b");
	rig_reply(&rig, 0, rig_limits(200, 5000, 999, WALL / SEC + 50));
	rig_expect_whole(high, 200);
	rig_advance(&rig, 22 * SEC);
	assert_paid(1, "a"); /* its window began anew before b's */
	hg_ticket_unref(low);
}

/* Nobody knows when what is under way ends: sooner than the reset, likely. */
static void no_class_stands_while_one_of_its_payers_is_only_busy(void **state)
{
	(void)state;
	rig.snapshot.dispatch.reserve_low = 0.5;
	rig.snapshot.dispatch.max_concurrent = 1;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 4000, 300);
	set_budget(1, 5000, 1000, 3600); /* not enough for low */
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	assert_paid(0, "a");
	struct hg_ticket *low = rig_ticket(&rig, "GET", "/low", HG_CLASS_LOW);
	rig_submit(&rig, low);
	assert_int_equal(low->state, HG_TICKET_QUEUED);
	rig_reply(&rig, 0, rig_limits(200, 5000, 3999, WALL / SEC + 300));
	assert_paid(1, "a");
	rig_expect_whole(t, 200);
	hg_ticket_unref(low);
}

static void a_limit_of_one_holds_nobody_while_the_other_is_only_busy(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 1;
	begin_with_two();
	use_up_the_route(); /* of "a", for a minute */
	struct hg_ticket *t = rig_ask(&rig, "GET", "/y"), *u = rig_ask(&rig, "GET", "/z");
	assert_paid(0, "a");
	assert_paid(1, "b");
	struct hg_ticket *waits = rig_ticket(&rig, "GET", "/x", HG_CLASS_HIGH);
	waits->ask.deadline_us = rig.now.mono_us + 30 * SEC;
	rig_submit(&rig, waits);
	assert_int_equal(waits->state, HG_TICKET_QUEUED); /* and not told that it is too late */
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(u, 200);
	rig_advance(&rig, SEC);
	assert_paid(2, "b");
	hg_ticket_unref(t);
	hg_ticket_unref(waits);
}

/* A limit is of the one that met it, however soon the reserve of the other payer opens. */
static void a_limit_of_one_holds_nobody_while_the_rest_of_the_other_is_for_better_ones(void **state)
{
	(void)state;
	rig.snapshot.dispatch.reserve_low = 0.5;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 4000, 300);
	set_budget(1, 5000, 1000, 20); /* not enough for low */
	use_up_the_route();            /* of "a", for a minute */
	struct hg_ticket *waits = rig_ticket(&rig, "GET", "/x", HG_CLASS_LOW);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/y", HG_CLASS_LOW);
	rig_submit(&rig, waits);
	rig_submit(&rig, t);
	assert_paid(0, "a");
	assert_true(hg_str_is(rig.sent[0]->ask.path, HG_STR("/y")));

	struct hg_ticket *up = rig_ticket(&rig, "POST", "/x", HG_CLASS_LOW);
	struct hg_ticket *u = rig_ticket(&rig, "GET", "/z", HG_CLASS_LOW);
	up->ask.upload = hg_upload_new(1, 100); /* waits in another queue of the same line */
	rig_submit(&rig, up);
	rig_submit(&rig, u);
	assert_paid(1, "a");
	assert_int_equal(waits->state, HG_TICKET_QUEUED);
	assert_int_equal(up->state, HG_TICKET_QUEUED);
	hg_ticket_unref(waits);
	hg_ticket_unref(t);
	hg_ticket_unref(up);
	hg_ticket_unref(u);
}

static int64_t in_a_minute(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return 60 * SEC;
}

/* Nothing else would look there within the minute. */
static void who_waits_elsewhere_hears_that_the_last_under_a_cap_has_gone(void **state)
{
	(void)state;
	static const struct hg_strategy strategy = { .size = sizeof(strategy),
		.wait_us = in_a_minute };

	add_token("a"), add_token("b");
	rig.snapshot.upstreams[1] = rig.snapshot.upstreams[0];
	rig.snapshot.upstreams[1].name = "other";
	rig.snapshot.upstreams[1].credentials[0] = rig.snapshot.upstreams[0].credentials[1];
	rig.snapshot.upstreams[0].n_credentials = rig.snapshot.upstreams[1].n_credentials = 1;
	rig.snapshot.upstreams[0].credentials[0].identity = "joint";
	rig.snapshot.upstreams[1].credentials[0].identity = "joint";
	rig.snapshot.n_upstreams = 2;
	begin();
	rig_pace(&rig, &strategy);
	set_budget(0, 5000, 4000, 300);
	credential(0)->identity->max_per_hour = 1;
	struct hg_ticket *waits = rig_ticket(&rig, "GET", "/x", HG_CLASS_NORMAL);
	waits->ask.upstream = 1;
	waits->ask.deadline_us = rig.now.mono_us + 120 * SEC;
	rig_submit(&rig, waits);
	assert_int_equal(waits->state, HG_TICKET_QUEUED);

	struct hg_ticket *t = rig_ask(&rig, "GET", "/y");
	assert_paid(0, "a");
	rig_expect_refused(waits, 429, "no_budget");
	hg_ticket_unref(t);
}

static void who_may_not_wait_for_any_of_them_is_told_when_the_first_will(void **state)
{
	(void)state;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 0, 500);
	set_budget(1, 60, 0, 200);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	struct hg_ticket_end end = rig_end_of(t);

	assert_int_equal(end.status, 429);
	assert_string_equal(end.word, "no_budget");
	assert_in_range(end.retry_after_s, 201, 203);
	assert_non_null(strstr(end.text, "core budget of 2 credentials (60) is spent"));
	hg_ticket_unref(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_budget_that_expires_first_is_spent_first),
		T(a_budget_that_is_all_but_lost_goes_before_one_that_nobody_knows),
		T(the_other_one_pays_when_the_first_can_not),
		T(the_other_one_pays_when_the_first_has_as_many_under_way_as_may_be),
		T(only_who_may_see_the_owner_pays),
		T(when_none_can_pay_it_waits_for_the_first_that_will),
		T(a_class_stands_when_all_that_is_left_is_for_better_ones),
		T(no_class_stands_while_one_of_its_payers_is_only_busy),
		T(a_limit_of_one_holds_nobody_while_the_other_is_only_busy),
		T(a_limit_of_one_holds_nobody_while_the_rest_of_the_other_is_for_better_ones),
		T(who_waits_elsewhere_hears_that_the_last_under_a_cap_has_gone),
		T(who_may_not_wait_for_any_of_them_is_told_when_the_first_will),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
