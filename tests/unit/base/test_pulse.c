#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/pulse.h"

#define SEC INT64_C(1000000)

static void whole_seconds_count_and_the_running_one_does_not(void **state)
{
	(void)state;
	struct hg_pulse p = { 0 };

	for (int i = 0; i < 30; i++)
		hg_pulse_add(&p, 100 * SEC + i);
	assert_true(hg_pulse_per_second(&p, 100 * SEC + 999999) == 0.0);
	assert_true(hg_pulse_per_second(&p, 101 * SEC) == 3.0);
	assert_true(hg_pulse_per_second(&p, 110 * SEC) == 3.0);
	assert_true(hg_pulse_per_second(&p, 111 * SEC) == 0.0);
}

static void a_long_pause_leaves_nothing_behind(void **state)
{
	(void)state;
	struct hg_pulse p = { 0 };

	for (int64_t s = 0; s < 40; s++)
		hg_pulse_add(&p, s * SEC);
	assert_true(hg_pulse_per_second(&p, 40 * SEC) == 1.0);
	hg_pulse_add(&p, 1000000 * SEC);
	assert_true(hg_pulse_per_second(&p, 1000001 * SEC) == 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_seconds_count_and_the_running_one_does_not),
		cmocka_unit_test(a_long_pause_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
