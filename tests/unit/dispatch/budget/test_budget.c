#include "../rig.h"

static struct hg_ledger l;
static struct hg_dice dice;
static struct hg_now now;

static int setup(void **state)
{
	(void)state;
	hg_ledger_init(&l, HG_STR("core"));
	dice.state = 3;
	now = (struct hg_now){ 1000 * SEC, WALL };
	return 0;
}

static void pass(int64_t us)
{
	now.mono_us += us;
	now.wall_us += us;
}

static bool is_open(uint32_t cost)
{
	return hg_ledger_opens_us(&l, cost, &now) <= now.mono_us;
}

/* reset_s is from WALL; sent_us mono. */
static void settle_at(int64_t limit, int64_t remaining, int64_t reset_in_s, int64_t sent_us)
{
	struct hg_rate r = { .is_known = true,
		.limit = limit,
		.remaining = remaining,
		.reset_s = WALL / SEC + reset_in_s };

	hg_ledger_settle(&l, 1, 1, &r, sent_us, &now, &dice);
	hg_ledger_check(&l);
}

static void settle(int64_t limit, int64_t remaining, int64_t reset_in_s)
{
	settle_at(limit, remaining, reset_in_s, now.mono_us);
}

static void take(void)
{
	assert_true(is_open(1));
	hg_ledger_take(&l, 1);
	hg_ledger_check(&l);
}

static void spend(int64_t limit, int64_t remaining, int64_t reset_in_s)
{
	take();
	settle(limit, remaining, reset_in_s);
}

static void what_is_in_flight_is_not_there_for_the_next(void **state)
{
	(void)state;
	spend(5000, 3, 3600);
	take();
	take();
	assert_int_equal(hg_ledger_remaining(&l), 1);
	assert_true(is_open(1));
	assert_false(is_open(2));
	take();
	assert_int_equal(hg_ledger_opens_us(&l, 1, &now), INT64_MAX);
}

static void a_late_reply_cannot_raise_what_remains(void **state)
{
	(void)state;
	spend(10, 2, 60);
	take();
	take();
	settle(10, 0, 60); /* the second request's reply came first */
	settle(10, 1, 60);
	assert_int_equal(l.theirs, 0);
	assert_false(is_open(1));
}

static void untaking_gives_back_what_never_left(void **state)
{
	(void)state;
	spend(10, 1, 60);
	take();
	assert_false(is_open(1));
	hg_ledger_untake(&l, 1);
	assert_true(is_open(1));
}

static void a_reset_that_jitters_is_the_same_window(void **state)
{
	(void)state;
	spend(5000, 100, 3600);
	for (int i = -3; i <= 3; i++) {
		spend(5000, 4999, 3600 + i);
		assert_int_equal(l.theirs, 100);
	}
}

static void a_later_reset_begins_a_new_window_when_the_old_one_is_over(void **state)
{
	(void)state;
	spend(5000, 0, 60);
	assert_false(is_open(1));
	hg_ledger_take(&l, 1);
	settle(5000, 4999, 3660); /* a token may show two windows at once */
	assert_int_equal(l.theirs, 0);
	pass(62 * SEC);
	spend(5000, 4999, 3660);
	assert_int_equal(l.theirs, 4999);
	hg_ledger_take(&l, 1);
	settle(5000, 0, 60); /* late, of the old one */
	assert_int_equal(l.theirs, 4999);
}

static void it_opens_after_the_reset_by_our_clock(void **state)
{
	(void)state;
	spend(5000, 0, 60);
	int64_t opens_us = hg_ledger_opens_us(&l, 1, &now);
	assert_in_range(opens_us - now.mono_us, 61 * SEC, 62 * SEC);
	pass(opens_us - now.mono_us - 1);
	assert_false(is_open(1));
	pass(1);
	assert_true(is_open(1));
	assert_int_equal(hg_ledger_remaining(&l), 5000);
}

static void a_wall_clock_that_is_set_does_not_move_the_reset(void **state)
{
	static const int64_t steps_s[] = { 30, -7200, 86400 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		hg_ledger_init(&l, HG_STR("core"));
		now = (struct hg_now){ 1000 * SEC, WALL };
		spend(5000, 0, 60);
		now.wall_us += steps_s[i] * SEC;
		assert_in_range(hg_ledger_opens_us(&l, 1, &now) - now.mono_us, 61 * SEC, 62 * SEC);
		hg_ledger_take(&l, 1);
		settle(5000, 0, 60 + steps_s[i]); /* by Date, so it is our clock's */
		assert_in_range(hg_ledger_opens_us(&l, 1, &now) - now.mono_us, 61 * SEC, 62 * SEC);
	}
}

/* GitHub may say what it likes: more than the limit is not sent in a window. */
static void what_we_spent_ourselves_is_gone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		spend(100, 100, 3600);
	assert_false(is_open(1));
	pass(3603 * SEC);
	spend(100, 99, 7200);
	assert_int_equal(hg_ledger_remaining(&l), 99);
}

/* Others may have spent the new window before us. */
static void after_a_reset_a_few_find_out_first(void **state)
{
	(void)state;
	spend(5000, 0, 60);
	pass(62 * SEC);
	for (unsigned i = 0; i < HG_LEDGER_FEELERS; i++)
		take();
	assert_true(hg_ledger_opens_us(&l, 1, &now) == INT64_MAX);
	settle(5000, 1000, 3660);
	assert_true(is_open(1));
}

static void a_reply_of_the_old_window_says_nothing_about_the_new(void **state)
{
	(void)state;
	spend(5000, 2, 60);
	take();
	int64_t sent_us = now.mono_us;
	pass(63 * SEC);
	assert_true(is_open(1));
	settle_at(5000, 1, 60, sent_us);
	assert_int_equal(l.theirs, 5000);
}

static void a_window_that_github_still_counts_in_is_believed(void **state)
{
	(void)state;
	spend(5000, 1, 60);
	pass(63 * SEC);
	take();
	settle(5000, 0,
		60); /* sent after the reset, and still the old window: its clock is behind */
	int64_t opens_us = hg_ledger_opens_us(&l, 1, &now);
	assert_in_range(opens_us - now.mono_us, SEC, 4 * SEC);
}

static void without_headers_nothing_stops_once_one_has_answered(void **state)
{
	(void)state;
	struct hg_rate none = { .limit = -1, .remaining = -1 };

	for (unsigned i = 0; i < HG_LEDGER_FEELERS; i++)
		take();
	assert_int_equal(hg_ledger_opens_us(&l, 1, &now), INT64_MAX);
	hg_ledger_settle(&l, 1, 1, &none, now.mono_us, &now, &dice);
	for (unsigned i = 0; i < 1000; i++)
		take();
	assert_false(hg_ledger_is_known(&l));
}

static void a_request_without_an_answer_is_counted(void **state)
{
	(void)state;
	spend(5000, 10, 3600);
	take();
	hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	assert_int_equal(hg_ledger_remaining(&l), 9);
	take();
	hg_ledger_settle(&l, 1, 0, NULL, now.mono_us, &now, &dice); /* a 304 without headers */
	assert_int_equal(hg_ledger_remaining(&l), 9);
}

static void what_was_lost_is_held_back_until_a_later_answer(void **state)
{
	(void)state;
	spend(5000, 10, 3600);
	take();
	take();
	int64_t early_us = now.mono_us;
	hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	assert_int_equal(hg_ledger_remaining(&l), 8);
	settle_at(5000, 9, 3600, early_us); /* may have been counted before the lost one */
	assert_int_equal(hg_ledger_remaining(&l), 8);
	pass(2 * SEC);
	spend(5000, 7, 3600); /* sent later: GitHub's word includes it */
	assert_int_equal(hg_ledger_remaining(&l), 7);
}

/* Of a query that costs 16 GitHub may well have counted all 16. */
static void one_that_was_lost_is_not_taken_for_free_because_it_was_dear(void **state)
{
	(void)state;
	spend(5000, 30, 3600);
	hg_ledger_take(&l, 16);
	hg_ledger_settle(&l, 16, 16, NULL, now.mono_us, &now, &dice);
	assert_true(hg_ledger_opens_us(&l, 14, &now) <= now.mono_us);
	assert_true(hg_ledger_opens_us(&l, 15, &now) > now.mono_us + 3599 * SEC);
}

static void when_many_were_lost_one_finds_out_how_many_of_them_counted(void **state)
{
	(void)state;
	spend(5000, 10, 3600);
	for (unsigned i = 0; i < 8; i++) {
		take();
		hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	}
	assert_true(hg_ledger_opens_us(&l, 3, &now) > now.mono_us + 3599 * SEC);
	take();
	hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	assert_true(hg_ledger_opens_us(&l, 3, &now) <= now.mono_us);
	take();
	assert_int_equal(hg_ledger_opens_us(&l, 3, &now), INT64_MAX); /* one at a time */
}

static void a_trickle_of_losses_does_not_pile_up(void **state)
{
	(void)state;
	spend(5000, 5000, 3600);
	for (unsigned i = 0; i < 1000; i++) {
		take();
		hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
		pass(SEC);
		spend(5000, 5000, 3600);
		hg_ledger_check(&l);
	}
	assert_true(hg_ledger_remaining(&l) >= 3990); /* 1,000 were answered */
}

static void after_an_outage_one_goes_and_finds_out(void **state)
{
	(void)state;
	spend(5000, 100, 3600);
	for (unsigned i = 0; i < 100; i++) {
		take();
		hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	}
	pass(3 * SEC);
	take();
	assert_int_equal(hg_ledger_opens_us(&l, 1, &now), INT64_MAX);
	settle(5000, 99, 3600); /* GitHub counted none of them */
	take();
	settle(5000, 98, 3600);
	assert_true(hg_ledger_remaining(&l) >= 97);
}

static void it_does_not_stand_for_ever_when_a_new_window_goes_unanswered(void **state)
{
	(void)state;
	spend(2, 0, 60);
	pass(62 * SEC);
	for (unsigned i = 0; i < 2; i++) {
		take();
		hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	}
	take(); /* one at a time finds out */
	assert_false(is_open(1));
}

static void a_cost_over_the_limit_can_still_go(void **state)
{
	(void)state;
	spend(5, 5, 60);
	assert_false(is_open(100));
	pass(62 * SEC);
	assert_true(is_open(100));
}

static void a_first_reset_in_the_past_is_replaced_by_a_guess(void **state)
{
	(void)state;
	spend(5000, 1, -7200); /* our clock is two hours ahead */
	assert_true(l.made_up);
	spend(5000, 0, -7200);
	assert_in_range(hg_ledger_opens_us(&l, 1, &now) - now.mono_us, 3600 * SEC, 3603 * SEC);
	hg_ledger_take(&l, 1);
	settle(5000, 4999, 1800); /* a sane word ends the guess, but raises nothing */
	assert_int_equal(l.theirs, 0);
	assert_int_equal(l.reset_s, WALL / SEC + 1800);
}

static void a_reset_that_is_not_said_is_guessed_once(void **state)
{
	(void)state;
	struct hg_rate r = { .is_known = true, .limit = 1000, .remaining = 5 };

	hg_ledger_init(&l, HG_STR("search"));
	for (unsigned i = 0; i < 25; i++) {
		take();
		hg_ledger_settle(&l, 1, 1, &r, now.mono_us, &now, &dice);
		assert_int_equal(l.reset_s, WALL / SEC + 60);
		pass(SEC / 4);
	}
}

static void closing_without_a_good_reset_waits_longer_each_time(void **state)
{
	(void)state;
	struct hg_rate r = { .remaining = 0, .limit = -1 };
	static const int64_t wants_s[] = { 2, 4, 8, 16, 32, 60, 60 };

	for (unsigned i = 0; i < 7; i++) {
		hg_ledger_close(&l, &r, &now, &dice);
		int64_t opens_us = hg_ledger_opens_us(&l, 1, &now);
		assert_in_range(opens_us - now.mono_us, wants_s[i] * SEC, (wants_s[i] + 1) * SEC);
		pass(opens_us - now.mono_us);
	}
	hg_ledger_forgive(&l, now.mono_us);
	hg_ledger_close(&l, &r, &now, &dice);
	assert_in_range(hg_ledger_opens_us(&l, 1, &now) - now.mono_us, 2 * SEC, 3 * SEC);
}

static void windows_of_search_last_a_minute(void **state)
{
	(void)state;
	assert_int_equal(hg_ledger_window_us(&l), 3600 * SEC);
	hg_ledger_init(&l, HG_STR("code_search"));
	assert_int_equal(hg_ledger_window_us(&l), 60 * SEC);
}

/* Whatever GitHub says, in whatever order: never more is open than the lowest word of a window. */
static void random_words_never_raise_a_window(void **state)
{
	(void)state;
	struct hg_dice fate = { 99 };

	for (unsigned run = 0; run < 200; run++) {
		hg_ledger_init(&l, HG_STR("core"));
		now = (struct hg_now){ 1000 * SEC, WALL };
		int64_t lowest = INT64_MAX, reset_s = 0;
		for (unsigned i = 0; i < 200; i++) {
			int64_t said = hg_dice_below(&fate, 100), jitter = hg_dice_below(&fate, 3);
			hg_ledger_take(&l, 1);
			settle(100000, said, 1000 + jitter - 1);
			lowest = said < lowest ? said : lowest;
			assert_int_equal(l.theirs, lowest);
			assert_true(l.reset_s >= reset_s);
			reset_s = l.reset_s;
			pass(hg_dice_below(&fate, 4 * SEC));
		}
	}
}

static bool spares(int64_t kept)
{
	return hg_ledger_spares_us(&l, 1, kept, &now) <= now.mono_us;
}

static void what_is_kept_for_better_classes_is_not_there_for_others(void **state)
{
	(void)state;
	spend(100, 31, 3600);
	assert_true(spares(30));
	assert_false(spares(31));
	assert_true(spares(0));
	int64_t opens_us = hg_ledger_spares_us(&l, 1, 31, &now);
	assert_true(opens_us > now.mono_us + 3600 * SEC && opens_us < now.mono_us + 3603 * SEC);
	pass(3603 * SEC);
	assert_true(spares(31));
}

static void what_is_under_way_may_turn_out_free_and_be_spared(void **state)
{
	(void)state;
	spend(100, 31, 3600);
	take();
	assert_true(hg_ledger_spares_us(&l, 1, 30, &now) == INT64_MAX);
	settle(100, 31, 3600); /* it was a 304 */
	assert_true(spares(30));
	take();
	settle(100, 30, 3600);
	assert_false(spares(30));
}

static void a_limit_that_is_small_or_unknown_spares_all_the_same(void **state)
{
	(void)state;
	assert_true(spares(1000)); /* GitHub has said nothing yet */
	spend(2, 2, 3600);
	assert_false(spares(1));
	pass(3603 * SEC);
	assert_true(spares(1));
	assert_true(spares(1000)); /* more than there is: or it could never go */
}

/* -- two that turn out to be one --------------------------------------------------------------- */

/* What was `l` so far is the other; `l` begins anew. */
static struct hg_ledger set_aside(void)
{
	struct hg_ledger other = l;

	hg_ledger_init(&l, HG_STR("core"));
	return other;
}

static void join(struct hg_ledger *other)
{
	hg_ledger_join(&l, other, &now);
	hg_ledger_check(&l);
	hg_ledger_check(other);
}

static void of_two_that_are_one_the_lower_and_the_earlier_is_believed(void **state)
{
	(void)state;
	static const struct {
		int64_t other, other_reset_s, mine, my_reset_s; /* of 100; -1: nothing is known */
		int64_t pass_s, is, reset_s;
	} rows[] = {
		{ 60, 3600, 80, 3600, 0, 60, 3600 }, { 80, 3600, 60, 3600, 0, 60, 3600 },
		{ 60, 3602, 80, 3600, 0, 60, 3600 }, /* jitter */
		{ 60, 600, 80, 3600, 0, 60, 600 }, { 80, 3600, 60, 600, 0, 60, 600 },
		{ 60, 3600, -1, 0, 0, 60, 3600 }, { -1, 0, 80, 3600, 0, 80, 3600 },
		{ 10, 60, 80, 3600, 63, 80, 3600 }, /* over: it says nothing of the one that runs */
		{ 80, 3600, 10, 60, 63, 80, 3600 }, /* … and the one that runs is taken */
		{ 60, 60, 80, 60, 63, 100, 60 },    /* over, both */
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(NULL);
		if (rows[i].other >= 0)
			spend(100, rows[i].other, rows[i].other_reset_s);
		struct hg_ledger other = set_aside();
		if (rows[i].mine >= 0)
			spend(100, rows[i].mine, rows[i].my_reset_s);
		pass(rows[i].pass_s * SEC);
		join(&other);
		assert_int_equal(l.theirs, rows[i].is);
		assert_int_equal(l.reset_s, WALL / SEC + rows[i].reset_s);
		assert_int_equal(l.limit, 100);
		assert_true(l.heard);
	}
}

static void what_both_spent_is_gone(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 7; i++)
		spend(100, 100 - i, 3600);
	struct hg_ledger other = set_aside();
	for (int64_t i = 1; i <= 5; i++)
		spend(100, 100 - i, 3600);
	join(&other);
	assert_int_equal(l.theirs, 88); /* and not 93, as either believed */
	assert_int_equal(l.n_sent, 12);
}

static void what_is_under_way_moves_and_what_was_lost_comes_along(void **state)
{
	(void)state;
	spend(100, 50, 3600);
	take();
	take();
	hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice); /* nobody knows */
	struct hg_ledger other = set_aside();
	spend(100, 50, 3600);
	take();
	hg_ledger_settle(&l, 1, 1, NULL, now.mono_us, &now, &dice);
	hg_ledger_move(&l, &other, 1);
	join(&other);
	assert_int_equal(other.in_flight, 0);
	assert_int_equal(l.in_flight, 1);
	assert_int_equal(hg_ledger_remaining(&l), 47);
	assert_int_equal(l.n_sent, 5);
	pass(3 * SEC);
	settle(100, 47, 3600); /* sent after them: all are in it */
	take(), settle(100, 46, 3600);
	assert_int_equal(l.lost[0].points + l.lost[1].points, 0);
}

static void a_refusal_of_either_stops_both(void **state)
{
	(void)state;
	const struct hg_rate r = { .limit = 100, .reset_s = WALL / SEC + 600 };

	spend(100, 50, 3600);
	hg_ledger_close(&l, &r, &now, &dice);
	struct hg_ledger other = set_aside();
	spend(100, 50, 3600);
	assert_true(is_open(1));
	join(&other);
	assert_false(is_open(1));
	assert_true(l.was_refused);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_in_flight_is_not_there_for_the_next),
		T(a_late_reply_cannot_raise_what_remains),
		T(untaking_gives_back_what_never_left),
		T(a_reset_that_jitters_is_the_same_window),
		T(a_later_reset_begins_a_new_window_when_the_old_one_is_over),
		T(it_opens_after_the_reset_by_our_clock),
		T(a_wall_clock_that_is_set_does_not_move_the_reset),
		T(what_we_spent_ourselves_is_gone),
		T(after_a_reset_a_few_find_out_first),
		T(a_reply_of_the_old_window_says_nothing_about_the_new),
		T(a_window_that_github_still_counts_in_is_believed),
		T(without_headers_nothing_stops_once_one_has_answered),
		T(a_request_without_an_answer_is_counted),
		T(what_was_lost_is_held_back_until_a_later_answer),
		T(one_that_was_lost_is_not_taken_for_free_because_it_was_dear),
		T(when_many_were_lost_one_finds_out_how_many_of_them_counted),
		T(a_trickle_of_losses_does_not_pile_up),
		T(after_an_outage_one_goes_and_finds_out),
		T(it_does_not_stand_for_ever_when_a_new_window_goes_unanswered),
		T(a_cost_over_the_limit_can_still_go),
		T(a_first_reset_in_the_past_is_replaced_by_a_guess),
		T(a_reset_that_is_not_said_is_guessed_once),
		T(closing_without_a_good_reset_waits_longer_each_time),
		T(windows_of_search_last_a_minute),
		T(random_words_never_raise_a_window),
		T(what_is_kept_for_better_classes_is_not_there_for_others),
		T(what_is_under_way_may_turn_out_free_and_be_spared),
		T(a_limit_that_is_small_or_unknown_spares_all_the_same),
		T(of_two_that_are_one_the_lower_and_the_earlier_is_believed),
		T(what_both_spent_is_gone),
		T(what_is_under_way_moves_and_what_was_lost_comes_along),
		T(a_refusal_of_either_stops_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
