#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/quarantine.h"

#define S INT64_C(1000000)

static const struct hg_hook_limits limits = {
	.failures = 3, .within_us = 60 * S, .out_for_us = 300 * S
};

static struct hg_quarantine q;

static int setup(void **state)
{
	(void)state;
	hg_quarantine_init(&q);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_quarantine_fini(&q);
	return 0;
}

static bool fails(int64_t at_s)
{
	return hg_quarantine_fail(&q, &limits, "it broke", true, at_s * S);
}

static bool held(int64_t at_s)
{
	return hg_quarantine_held(&q, &limits, at_s * S);
}

static void three_failures_in_a_minute_take_it_out_for_five(void **state)
{
	(void)state;
	assert_false(fails(1000));
	assert_false(fails(1030));
	assert_false(held(1059));
	assert_true(fails(1059));
	assert_false(held(1059));
	assert_true(held(1060));
	assert_true(held(1358));
	assert_false(held(1359));
}

static void failures_that_are_far_apart_do_no_harm(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		assert_false(fails(1000 + 31 * i)); /* three take 62 s */
	assert_false(held(7200));
	assert_int_equal(atomic_load(&q.n_failures), 200);
	assert_int_equal(atomic_load(&q.n_times), 0);
}

static void who_began_before_goes_on_to_its_end(void **state)
{
	(void)state;
	(void)fails(1000);
	(void)fails(1001);
	(void)fails(1002);
	assert_false(held(1001));
	assert_false(held(1002));
	assert_true(held(1003));
}

static void it_needs_as_many_failures_again_when_it_is_back(void **state)
{
	(void)state;
	(void)fails(1000);
	(void)fails(1001);
	assert_true(fails(1002));
	assert_false(fails(1003)); /* one that began before */
	assert_false(fails(1303));
	assert_false(fails(1304));
	assert_true(fails(1305));
	assert_int_equal(atomic_load(&q.n_times), 2);
}

static void who_may_not_go_is_only_counted(void **state)
{
	char why[96];

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(hg_quarantine_fail(&q, &limits, "it broke", false, 1000 * S));
	assert_false(held(1000));
	assert_int_equal(atomic_load(&q.n_failures), 100);
	hg_quarantine_why(&q, why);
	assert_string_equal(why, "it broke");
}

static void zero_failures_mean_never(void **state)
{
	const struct hg_hook_limits never = { .within_us = 60 * S, .out_for_us = 300 * S };

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(hg_quarantine_fail(&q, &never, "it broke", true, 1000 * S));
}

static void the_most_failures_fit_the_ring(void **state)
{
	const struct hg_hook_limits most = {
		.failures = HG_FAILURES_MAX, .within_us = 60 * S, .out_for_us = 300 * S
	};

	(void)state;
	for (int i = 0; i < HG_FAILURES_MAX - 1; i++)
		assert_false(hg_quarantine_fail(&q, &most, "it broke", true, 1000 * S));
	assert_true(hg_quarantine_fail(&q, &most, "it broke", true, 1000 * S));
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(three_failures_in_a_minute_take_it_out_for_five),
		ONE(failures_that_are_far_apart_do_no_harm),
		ONE(who_began_before_goes_on_to_its_end),
		ONE(it_needs_as_many_failures_again_when_it_is_back),
		ONE(who_may_not_go_is_only_counted),
		ONE(zero_failures_mean_never),
		ONE(the_most_failures_fit_the_ring),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
