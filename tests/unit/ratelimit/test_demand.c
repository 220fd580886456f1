/*
 * What is learned of a ledger's demand, minute by minute, and what is expected of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include "demand_rig.h"

static double expected(const struct ledger *l, int64_t for_us)
{
	return demand_expected(&l->d, l->v.wall_us, for_us);
}

static void assert_near(double got, double wanted, double by)
{
	if (!(got >= wanted - by && got <= wanted + by))
		print_error("%g, and not %g\n", got, wanted);
	assert_true(got >= wanted - by && got <= wanted + by);
}

static void what_is_steady_goes_on(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	live(&l, 90, 60);
	assert_near(expected(&l, 30 * MINUTE), 1800, 1);
	assert_near(expected(&l, 30 * SEC), 30, 1);
	live(&l, 90, 60); /* into another hour that nobody has seen */
	assert_near(expected(&l, HOUR), 3600, 1);
}

/* The example of demand.h. */
static void a_burst_is_no_busy_day_and_a_busy_day_no_burst(void **state)
{
	int64_t nine = MONDAY + DAY + 9 * HOUR;
	struct ledger l = ledger_at(nine - 5 * HOUR);

	(void)state;
	for (int i = -5; i < 1; i++)
		l.d.week[hour_of(nine + i * HOUR)] = 60;
	l.d.week[hour_of(nine + HOUR)] = 30;
	live(&l, 5 * 60 + 30, 80);
	struct ledger burst = l;
	live(&l, 10, 80);
	assert_near(expected(&l, 40 * MINUTE), 2600, 40);
	live(&burst, 10, 200);
	assert_near(expected(&burst, 40 * MINUTE), 3950, 40);
}

static void a_holiday_is_less_than_normal(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	for (int i = 0; i < DEMAND_HOURS; i++)
		l.d.week[i] = 60;
	l.d.week[hour_of(MONDAY + 6 * HOUR)] = 10;
	live(&l, 5 * 60, 2);
	assert_near(expected(&l, HOUR), 120, 60);
	assert_near(expected(&l, 2 * HOUR), 120, 60); /* and not less than nothing in the next */
}

static void nights_are_known_after_a_week(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	for (int day = 0; day < 7; day++) {
		live(&l, 8 * 60, 0);
		live(&l, 12 * 60, 50);
		live(&l, 4 * 60, 0);
	}
	assert_near(l.d.week[hour_of(MONDAY + 7 * HOUR)], 0, 0.01);
	assert_near(l.d.week[hour_of(MONDAY + 8 * HOUR)], 50, 0.01);
	assert_near(l.d.week[hour_of(MONDAY + 20 * HOUR)], 0, 0.01);
	live(&l, 8 * 60 - 30, 0);
	assert_near(expected(&l, HOUR), 30 * 50, 5); /* from eight o'clock on */
	live(&l, 12 * 60, 50);
	assert_near(expected(&l, HOUR), 30 * 50, 5); /* until eight */
}

static void the_newest_week_weighs_thirty_percent(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	live(&l, 60, 100);
	assert_near(l.d.week[hour_of(MONDAY)], 100, 0.01);
	live(&l, 167 * 60, 0);
	live(&l, 60, 50);
	assert_near(l.d.week[hour_of(MONDAY)], 85, 0.01);
}

static void less_than_half_an_hour_says_nothing_about_it(void **state)
{
	struct ledger l = ledger_at(MONDAY + 31 * MINUTE);

	(void)state;
	live(&l, 29, 100);
	assert_true(l.d.week[hour_of(MONDAY)] < 0);
	l = ledger_at(MONDAY + 30 * MINUTE);
	live(&l, 30, 100);
	assert_near(l.d.week[hour_of(MONDAY)], 100, 0.01);
}

static void an_hour_never_seen_is_as_on_other_days(void **state)
{
	struct ledger l = ledger_at(MONDAY + DAY);

	(void)state;
	l.d.week[hour_of(MONDAY)] = 20;
	l.d.week[hour_of(MONDAY + 2 * DAY)] = 40;
	demand_roll(&l.d, &by_default, &l.v);
	assert_near(expected(&l, HOUR), 60 * 30, 1);
}

static void quiet_minutes_count(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	live(&l, 60, 60);
	pass(&l, 40 * MINUTE); /* nobody said anything meanwhile */
	assert_near(expected(&l, 10 * MINUTE), 600 * 0.0148, 1); /* 0.9 to the 40th of it */
}

static void a_304_is_no_demand(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	for (int i = 0; i < 30; i++) {
		for (int n = 0; n < 60; n++) {
			spend(&l, 1);
			if (n % 10)
				l.v.used--; /* GitHub did not count it */
		}
		pass(&l, MINUTE);
	}
	assert_near(expected(&l, 10 * MINUTE), 60, 2);
}

static void what_others_spend_of_it_is_demand(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	for (int i = 0; i < 30; i++) {
		spend(&l, 1);
		l.v.used += 49; /* another process has the same token */
		pass(&l, MINUTE);
	}
	assert_near(expected(&l, 10 * MINUTE), 500, 20);
}

static void what_was_used_before_we_came_is_not(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	l.v.used = 4000;
	live(&l, 20, 10);
	assert_near(expected(&l, HOUR), 600, 1);
}

static void without_a_window_what_is_sent_counts(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	for (int i = 0; i < 30; i++) {
		l.v.resets_in_us = i % 2 ? 0 : -SEC; /* over, and the next one not heard of */
		l.v.used = 7;
		spend(&l, 20);
		pass(&l, MINUTE);
	}
	assert_near(expected(&l, HOUR), 1200, 1);
}

static void a_stepped_clock_counts_nothing(void **state)
{
	static const int64_t steps[] = { -DAY, -3 * MINUTE, 3 * MINUTE, 2 * HOUR, 400 * DAY };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct ledger l = ledger_at(MONDAY);
		live(&l, 120, 60);
		l.v.wall_us += steps[i];
		demand_roll(&l.d, &by_default, &l.v);
		live(&l, 1, 60);
		assert_near(expected(&l, 10 * MINUTE), 600, 1);
		assert_int_equal(l.d.minutes, 121);
	}
}

static void after_months_of_silence_it_goes_on(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	live(&l, 120, 60);
	pass(&l, 100 * DAY - 2 * HOUR);
	assert_int_equal(l.d.minutes, 120);
	assert_near(expected(&l, HOUR), 60 * 60, 1); /* as on other days at that hour */
}

static void when_it_is_spent_is_foretold(void **state)
{
	struct ledger l = ledger_at(MONDAY);
	int64_t at_us;

	(void)state;
	live(&l, 120, 60);
	at_us = demand_reaches_us(&l.d, l.v.wall_us, HOUR, 1800);
	assert_near((double)at_us, 30 * MINUTE, SEC);
	assert_true(demand_reaches_us(&l.d, l.v.wall_us, HOUR, 3601) == INT64_MAX);
	assert_true(demand_reaches_us(&l.d, l.v.wall_us, HOUR, 0) == 0);
	pass(&l, 300 * MINUTE);
	assert_true(demand_reaches_us(&l.d, l.v.wall_us, HOUR, 100) == INT64_MAX);
}

static void confidence_comes_with_time(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	assert_near(demand_confidence(&l.d, &by_default, l.v.wall_us, HOUR), 0, 0);
	live(&l, 90, 1);
	assert_near(demand_confidence(&l.d, &by_default, l.v.wall_us, HOUR), 0.25, 0.001);
	live(&l, 90, 1);
	assert_near(demand_confidence(&l.d, &by_default, l.v.wall_us, HOUR), 0.5, 0.001);
	l.d.week[hour_of(l.v.wall_us)] = 1; /* the whole of the next hour */
	assert_near(demand_confidence(&l.d, &by_default, l.v.wall_us, HOUR), 1, 0.001);
	assert_near(demand_confidence(&l.d, &by_default, l.v.wall_us, 2 * HOUR), 0.75, 0.001);
}

static void the_urgent_part_is_told(void **state)
{
	struct ledger l = ledger_at(MONDAY);

	(void)state;
	assert_near(demand_urgent_share(&l.d), 0, 0);
	for (int i = 0; i < 60; i++) {
		l.v.klass = HG_CLASS_HIGH;
		spend(&l, 10);
		l.v.klass = HG_CLASS_NORMAL;
		spend(&l, 30);
		pass(&l, MINUTE);
	}
	assert_near(demand_urgent_share(&l.d), 0.25, 0.01);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(what_is_steady_goes_on),
		T(a_burst_is_no_busy_day_and_a_busy_day_no_burst),
		T(a_holiday_is_less_than_normal),
		T(nights_are_known_after_a_week),
		T(the_newest_week_weighs_thirty_percent),
		T(less_than_half_an_hour_says_nothing_about_it),
		T(an_hour_never_seen_is_as_on_other_days),
		T(quiet_minutes_count),
		T(a_304_is_no_demand),
		T(what_others_spend_of_it_is_demand),
		T(what_was_used_before_we_came_is_not),
		T(without_a_window_what_is_sent_counts),
		T(a_stepped_clock_counts_nothing),
		T(after_months_of_silence_it_goes_on),
		T(when_it_is_spent_is_foretold),
		T(confidence_comes_with_time),
		T(the_urgent_part_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
