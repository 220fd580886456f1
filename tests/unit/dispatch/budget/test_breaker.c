#include "../rig.h"
#include "dispatch/budget/breaker.h"

static const struct hg_dispatch_conf conf = {
	.breaker_failures = 5,
	.breaker_share = 0.5,
	.breaker_least = 20,
	.breaker_window_us = 30 * SEC,
	.breaker_open_us = 10 * SEC,
	.breaker_open_most_us = 300 * SEC,
};

struct world {
	struct hg_breaker b;
	struct hg_dice dice;
	int64_t now_us;
};

static void begin(struct world *w)
{
	*w = (struct world){ .dice = { 5 }, .now_us = 1000 * SEC };
}

/* One that takes no time. */
static enum hg_breaker_move one(struct world *w, bool is_good)
{
	assert_true(hg_breaker_may(&w->b, w->now_us));
	hg_breaker_take(&w->b, w->now_us);
	return hg_breaker_settle(&w->b, &conf, is_good, w->now_us, w->now_us, &w->dice);
}

static void open_it(struct world *w)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(one(w, false), HG_BREAKER_STAYED);
	assert_int_equal(one(w, false), HG_BREAKER_OPENED);
	assert_int_equal(w->b.state, HG_BREAKER_OPEN);
}

static void failures_in_a_row_open_it(void **state)
{
	(void)state;
	struct hg_dispatch_conf in_a_row = conf;
	struct world w;

	in_a_row.breaker_share = 0;
	begin(&w);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
			hg_breaker_settle(&w.b, &in_a_row, i % 5 == 4, w.now_us, w.now_us, &w.dice),
			HG_BREAKER_STAYED);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			hg_breaker_settle(&w.b, &in_a_row, false, w.now_us, w.now_us, &w.dice),
			HG_BREAKER_STAYED);
	assert_int_equal(hg_breaker_settle(&w.b, &in_a_row, false, w.now_us, w.now_us, &w.dice),
		HG_BREAKER_OPENED);
}

static void half_of_the_window_opens_it(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	for (int i = 0; i < 19; i++, w.now_us += SEC)
		assert_int_equal(one(&w, i % 2 == 0), HG_BREAKER_STAYED); /* not enough of them */
	assert_int_equal(one(&w, false), HG_BREAKER_OPENED);

	begin(&w);
	for (int i = 0; i < 1000; i++, w.now_us += SEC / 10)
		assert_int_equal(one(&w, i % 5 < 3), HG_BREAKER_STAYED); /* 40 % */
}

static void what_left_the_window_does_not_count(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	for (int i = 0; i < 500; i++, w.now_us += 3 * SEC) /* 10 within 30 s are not 20 */
		assert_int_equal(one(&w, i % 4 == 0), HG_BREAKER_STAYED);
}

static void after_a_silence_the_window_is_empty(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	for (int i = 0; i < 19; i++)
		assert_int_equal(one(&w, i % 2 == 0), HG_BREAKER_STAYED);
	w.now_us += 33 * SEC; /* the window, and the bucket that it began in */
	assert_int_equal(one(&w, true), HG_BREAKER_STAYED);
	assert_int_equal(one(&w, false), HG_BREAKER_STAYED);
}

static void while_open_nobody_goes(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	open_it(&w);
	int64_t at_us = hg_breaker_opens_us(&w.b, w.now_us);
	assert_true(at_us >= w.now_us + 10 * SEC && at_us <= w.now_us + 11 * SEC);
	assert_false(hg_breaker_may(&w.b, w.now_us));
	assert_false(hg_breaker_may(&w.b, at_us - 1));
	assert_true(hg_breaker_may(&w.b, at_us));
}

static void one_at_a_time_probes(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	open_it(&w);
	w.now_us = w.b.until_us;
	assert_true(hg_breaker_take(&w.b, w.now_us));
	assert_string_equal(hg_breaker_state_name(w.b.state), "probing");
	assert_false(hg_breaker_may(&w.b, w.now_us));
	assert_int_equal(hg_breaker_opens_us(&w.b, w.now_us), w.now_us + SEC);
	assert_int_equal(hg_breaker_settle(&w.b, &conf, true, w.now_us, w.now_us + SEC, &w.dice),
		HG_BREAKER_RECOVERED);
	assert_int_equal(w.b.was_down_us, w.now_us + SEC - 1000 * SEC);
	assert_true(hg_breaker_may(&w.b, w.now_us + SEC));
	assert_false(hg_breaker_take(&w.b, w.now_us + SEC));
}

static void a_probe_that_fails_doubles_the_rest(void **state)
{
	(void)state;
	static const int64_t rests[] = { 20, 40, 80, 160, 300, 300, 300 };
	struct world w;

	begin(&w);
	open_it(&w);
	for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		w.now_us = w.b.until_us;
		assert_int_equal(one(&w, false), HG_BREAKER_REOPENED);
		int64_t rest_us = w.b.until_us - w.now_us;
		assert_true(rest_us >= rests[i] * SEC && rest_us <= rests[i] * SEC * 11 / 10);
	}
	w.now_us = w.b.until_us;
	assert_int_equal(one(&w, true), HG_BREAKER_RECOVERED);
	assert_int_equal(w.b.was_down_us, w.now_us - 1000 * SEC); /* from the first opening */
	open_it(&w);
	assert_true(w.b.until_us <= w.now_us + 11 * SEC); /* and begins anew */
}

static void a_probe_that_leaves_makes_room_for_another(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	open_it(&w);
	hg_breaker_untake(&w.b, 900 * SEC); /* not the probe: there is none */
	w.now_us = w.b.until_us;
	hg_breaker_take(&w.b, w.now_us);
	hg_breaker_untake(&w.b, 900 * SEC); /* one from before */
	assert_false(hg_breaker_may(&w.b, w.now_us));
	hg_breaker_untake(&w.b, w.now_us);
	assert_true(hg_breaker_may(&w.b, w.now_us));
	assert_int_equal(one(&w, true), HG_BREAKER_RECOVERED);
	hg_breaker_untake(&w.b, w.now_us); /* closed: nothing to give back */
	assert_true(hg_breaker_may(&w.b, w.now_us));
}

static void late_answers_move_nothing(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	open_it(&w);
	int64_t before_us = w.now_us - SEC;
	assert_int_equal(hg_breaker_settle(&w.b, &conf, true, before_us, w.now_us, &w.dice),
		HG_BREAKER_STAYED);
	w.now_us = w.b.until_us;
	hg_breaker_take(&w.b, w.now_us);
	assert_int_equal(hg_breaker_settle(&w.b, &conf, true, before_us, w.now_us, &w.dice),
		HG_BREAKER_STAYED); /* while probing, only the probe counts */
	assert_int_equal(hg_breaker_settle(&w.b, &conf, true, w.now_us, w.now_us, &w.dice),
		HG_BREAKER_RECOVERED);
	for (int i = 0; i < 50; i++) /* timeouts of what the outage caught */
		assert_int_equal(
			hg_breaker_settle(&w.b, &conf, false, before_us, w.now_us, &w.dice),
			HG_BREAKER_STAYED);
}

static void it_can_be_switched_off(void **state)
{
	(void)state;
	struct hg_dispatch_conf off = conf;
	struct world w;

	off.breaker_failures = 0;
	begin(&w);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(hg_breaker_settle(&w.b, &off, false, w.now_us, w.now_us, &w.dice),
			HG_BREAKER_STAYED);
}

static void odd_options_do_no_harm(void **state)
{
	(void)state;
	struct hg_dispatch_conf odd = conf;
	struct world w;

	odd.breaker_window_us = 1;      /* under a microsecond a bucket */
	odd.breaker_open_most_us = SEC; /* below breaker_open: that one holds */
	begin(&w);
	for (int i = 0; i < 5; i++)
		hg_breaker_settle(&w.b, &odd, false, w.now_us, w.now_us, &w.dice);
	assert_int_equal(w.b.state, HG_BREAKER_OPEN);
	assert_true(w.b.until_us >= w.now_us + 10 * SEC);
	w.now_us = w.b.until_us;
	hg_breaker_take(&w.b, w.now_us);
	hg_breaker_settle(&w.b, &odd, false, w.now_us, w.now_us, &w.dice);
	assert_true(w.b.until_us <= w.now_us + 11 * SEC);
}

static void failures_of_one_route_say_little_of_the_others(void **state)
{
	(void)state;
	struct hg_breaker_doubt d = { 0 };

	assert_false(hg_breaker_doubts(&d, 7, false));
	for (int i = 2; i < 20; i++)
		assert_true(hg_breaker_doubts(&d, 7, false));
	assert_false(hg_breaker_doubts(&d, 7, false)); /* many of them do say something */
	assert_false(hg_breaker_doubts(&d, 8, false));
	assert_true(hg_breaker_doubts(&d, 9, true)); /* the same request, sent again */
	assert_true(hg_breaker_doubts(&d, 8, false));
	hg_breaker_clear(&d);
	assert_false(hg_breaker_doubts(&d, 8, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_of_one_route_say_little_of_the_others),
		cmocka_unit_test(failures_in_a_row_open_it),
		cmocka_unit_test(half_of_the_window_opens_it),
		cmocka_unit_test(what_left_the_window_does_not_count),
		cmocka_unit_test(after_a_silence_the_window_is_empty),
		cmocka_unit_test(while_open_nobody_goes),
		cmocka_unit_test(one_at_a_time_probes),
		cmocka_unit_test(a_probe_that_fails_doubles_the_rest),
		cmocka_unit_test(a_probe_that_leaves_makes_room_for_another),
		cmocka_unit_test(late_answers_move_nothing),
		cmocka_unit_test(it_can_be_switched_off),
		cmocka_unit_test(odd_options_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
