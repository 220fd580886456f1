/*
 * Does what is expected fit, and when not, how fast it may be spent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "aim.h"
#include "demand_rig.h"

static const struct curve aggressive = { 0.96, 50 }, conservative = { 0.6, 10 };

/* At half past, so many a minute are normal and now, and so many points are used. */
static struct ledger half_past(uint32_t per_minute, int64_t used)
{
	struct ledger l = ledger_at(MONDAY);

	for (int i = 0; i < DEMAND_HOURS; i++)
		l.d.week[i] = (float)per_minute;
	pass(&l, 30 * MINUTE);
	l.d.fast = l.d.slow = (struct demand_level){ per_minute, per_minute, 0, 60 };
	l.v.used = used;
	return l;
}

static struct aim aim_of(const struct ledger *l)
{
	return aim_at_reset(&l->d, &aggressive, &conservative, &l->v);
}

static void what_fits_is_not_paced(void **state)
{
	struct ledger l = half_past(30, 3800); /* 900 of 1000 */

	(void)state;
	assert_int_equal(aim_of(&l).interval_us, 0);
	l.v.queued = 100;
	assert_int_equal(aim_of(&l).interval_us, 0);
	l.v.queued = 101;
	assert_int_equal(aim_of(&l).interval_us, 1800000);
	l.v.queued = 11;
	l.v.cost = 9;
	assert_int_equal(aim_of(&l).interval_us, 0);
	l.v.cost = 10;
	assert_int_equal(aim_of(&l).interval_us, 1800000);
}

static void what_does_not_is_spread_over_the_time_left(void **state)
{
	struct ledger l = half_past(60, 3800);

	(void)state;
	assert_int_equal(aim_of(&l).interval_us, 1800000);
	l.v.used = 4700;
	assert_int_equal(aim_of(&l).interval_us, 18000000);
	l.v.used = 1000;
	assert_int_equal(aim_of(&l).interval_us, 0);
}

static void better_classes_have_theirs_before(void **state)
{
	struct ledger l = half_past(60, 3200);

	(void)state;
	/* 1600 left, and 450 of it will be asked for by critical and high */
	l.d.slow.urgent = 15;
	assert_int_equal(aim_of(&l).interval_us, 1800 * SEC / 1150);
	l.d.slow.urgent = 60; /* all of it */
	assert_int_equal(aim_of(&l).interval_us, 1200000);
}

static void a_reserve_is_not_aimed_at(void **state)
{
	struct ledger l = half_past(60, 2500);

	(void)state;
	assert_int_equal(aim_of(&l).interval_us, 0); /* 1800 of 2300 */
	l.v.kept = 1500;
	assert_int_equal(aim_of(&l).interval_us, 1800000); /* 1800 of 1000 */
	assert_true(aim_of(&l).curve.share == 0.7);
	l.v.kept = 100;
	assert_true(aim_of(&l).curve.share == 0.96);
	l.v.kept = 6000;
	assert_true(aim_of(&l).curve.share == 0);
	assert_int_equal(aim_of(&l).interval_us, 1200000);
}

static void a_view_of_an_older_dispatcher_is_enough(void **state)
{
	struct ledger l = half_past(60, 3800);

	(void)state;
	l.v.kept = 5000;
	l.v.queued = 1000000;
	l.v.size = offsetof(struct hg_strategy_view, kept);
	l.v.used = 2000;
	assert_int_equal(aim_of(&l).interval_us, 0);
	assert_true(aim_of(&l).curve.share == 0.96);
}

static void above_the_end_it_is_conservative(void **state)
{
	struct ledger l = half_past(60, 4800);

	(void)state;
	assert_int_equal(aim_of(&l).interval_us, 1200000);
	l.v.used = 5000;
	assert_int_equal(aim_of(&l).interval_us, 1200000);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(what_fits_is_not_paced),
		T(what_does_not_is_spread_over_the_time_left),
		T(better_classes_have_theirs_before),
		T(a_reserve_is_not_aimed_at),
		T(a_view_of_an_older_dispatcher_is_enough),
		T(above_the_end_it_is_conservative),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
