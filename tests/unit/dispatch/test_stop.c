#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "dispatch/stop.h"

#define SEC 1000000ll

static void the_longest_reason_is_told_and_not_the_last(void **state)
{
	struct hg_waits w;
	int64_t us;

	(void)state;
	hg_waits_init(&w);
	assert_true(hg_waits_enter(&w, HG_STOP_EMPTY, 0));
	assert_true(hg_waits_enter(&w, HG_STOP_NONE, 5 * SEC));
	assert_true(hg_waits_enter(&w, HG_STOP_PACE, 6 * SEC));
	assert_true(hg_waits_enter(&w, HG_STOPS, 8 * SEC));
	assert_int_equal(hg_waits_longest(&w, 100 * SEC, &us), HG_STOP_EMPTY);
	assert_int_equal(us, 5 * SEC);
}

static void a_turn_is_the_reason_only_when_there_is_no_other(void **state)
{
	struct hg_waits w;
	int64_t us;

	(void)state;
	hg_waits_init(&w);
	assert_int_equal(hg_waits_longest(&w, SEC, &us), HG_STOP_NONE);
	assert_int_equal(us, 0);
	hg_waits_enter(&w, HG_STOP_NONE, 0);
	assert_int_equal(hg_waits_longest(&w, 3 * SEC, &us), HG_STOP_NONE);
	assert_int_equal(us, 3 * SEC);
	hg_waits_enter(&w, HG_STOP_PACE, 100 * SEC);
	assert_int_equal(hg_waits_longest(&w, 101 * SEC, &us), HG_STOP_PACE);
	assert_int_equal(us, SEC);
}

static void waits_of_one_reason_add_up_and_the_same_is_no_news(void **state)
{
	struct hg_waits w;
	int64_t us;

	(void)state;
	hg_waits_init(&w);
	for (int i = 0; i < 3; i++) {
		assert_true(hg_waits_enter(&w, HG_STOP_BUSY, 10 * i * SEC));
		assert_false(hg_waits_enter(&w, HG_STOP_BUSY, (10 * i + 1) * SEC));
		assert_true(hg_waits_enter(&w, HG_STOPS, (10 * i + 2) * SEC));
	}
	assert_int_equal(hg_waits_longest(&w, 99 * SEC, &us), HG_STOP_BUSY);
	assert_int_equal(us, 6 * SEC);
}

static void every_stop_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (unsigned a = 0; a < HG_STOPS; a++) {
		assert_true(*hg_stop_about((enum hg_stop)a));
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(
				hg_stop_name((enum hg_stop)a), hg_stop_name((enum hg_stop)b));
	}
	assert_string_equal(hg_stop_name(HG_STOPS), "none");
	assert_string_equal(hg_wait_name(HG_STOP_NONE), "turn");
	assert_string_equal(hg_wait_name(HG_STOP_CAP), "cap");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_reason_is_told_and_not_the_last),
		cmocka_unit_test(a_turn_is_the_reason_only_when_there_is_no_other),
		cmocka_unit_test(waits_of_one_reason_add_up_and_the_same_is_no_news),
		cmocka_unit_test(every_stop_has_a_word_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
