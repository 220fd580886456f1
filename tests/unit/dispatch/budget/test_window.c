#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/dice.h"
#include "dispatch/budget/window.h"

#define SEC 1000000ll
#define MINUTE HG_WINDOW_MINUTE
#define HOUR HG_WINDOW_HOUR

static struct hg_window w;

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	return 0;
}

static void what_was_used_counts_a_window_and_a_second_longer(void **state)
{
	(void)state;
	static const struct {
		enum hg_window_span span;
		int64_t at_us, until_us;
	} rows[] = {
		{ MINUTE, 0, 62 * SEC },
		{ MINUTE, SEC - 1, 62 * SEC },
		{ MINUTE, 10 * SEC, 72 * SEC },
		{ MINUTE, 10 * SEC + 900000, 72 * SEC },
		{ MINUTE, -3599 * SEC, -3537 * SEC },
		{ MINUTE, 1000000000 * SEC, 1000000062 * SEC },
		{ HOUR, 0, 3661 * SEC },
		{ HOUR, 59 * SEC, 3661 * SEC },
		{ HOUR, 60 * SEC, 3721 * SEC },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(NULL);
		hg_window_add(&w, rows[i].span, 5, rows[i].at_us);
		hg_window_check(&w);
		assert_int_equal(hg_window_used(&w, rows[i].span, rows[i].until_us - 1), 5);
		assert_int_equal(hg_window_used(&w, rows[i].span, rows[i].until_us), 0);
		assert_int_equal(
			hg_window_frees_us(&w, rows[i].span, 1, rows[i].at_us), rows[i].until_us);
		hg_window_add(&w, rows[i].span, 1, rows[i].until_us - 1);
		assert_int_equal(w.used, 6);
		hg_window_add(&w, rows[i].span, 1, rows[i].until_us);
		assert_int_equal(w.used, 2);
		hg_window_check(&w);
	}
}

static void it_frees_part_by_part(void **state)
{
	(void)state;
	hg_window_add(&w, MINUTE, 3, 0);
	hg_window_add(&w, MINUTE, 4, 5 * SEC);
	hg_window_add(&w, MINUTE, 5, 6 * SEC);
	assert_int_equal(hg_window_frees_us(&w, MINUTE, 3, 6 * SEC), 62 * SEC);
	assert_int_equal(hg_window_frees_us(&w, MINUTE, 4, 6 * SEC), 67 * SEC);
	assert_int_equal(hg_window_frees_us(&w, MINUTE, 12, 6 * SEC), 68 * SEC);
	assert_int_equal(hg_window_frees_us(&w, MINUTE, 13, 6 * SEC), 68 * SEC);
	/* what fell out is not waited for, though nothing has been added since */
	assert_int_equal(hg_window_frees_us(&w, MINUTE, 4, 62 * SEC), 67 * SEC);
	assert_int_equal(hg_window_frees_us(&w, MINUTE, 1, 100 * SEC), 100 * SEC);
}

static void what_was_not_used_after_all_is_given_back(void **state)
{
	(void)state;
	hg_window_add(&w, MINUTE, 5, SEC);
	hg_window_add(&w, MINUTE, 5, 2 * SEC);
	hg_window_sub(&w, MINUTE, 5, SEC);
	assert_int_equal(hg_window_used(&w, MINUTE, 2 * SEC), 5);
	hg_window_sub(&w, MINUTE, 1, -100 * SEC); /* long gone */
	hg_window_sub(&w, MINUTE, 1, 100 * SEC);  /* not there yet */
	assert_int_equal(hg_window_used(&w, MINUTE, 2 * SEC), 5);
	hg_window_sub(&w, MINUTE, 9, 2 * SEC);
	assert_int_equal(hg_window_used(&w, MINUTE, 2 * SEC), 0);
	hg_window_check(&w);
}

static void a_part_that_is_full_counts_no_further(void **state)
{
	(void)state;
	hg_window_add(&w, MINUTE, 65000, 0);
	hg_window_add(&w, MINUTE, 65000, 0);
	assert_int_equal(hg_window_used(&w, MINUTE, 0), 65535);
	hg_window_sub(&w, MINUTE, 65000, 0);
	hg_window_sub(&w, MINUTE, 65000, 0);
	assert_int_equal(hg_window_used(&w, MINUTE, 0), 0);
	hg_window_check(&w);
}

static void a_moment_before_the_newest_is_fine(void **state)
{
	(void)state;
	hg_window_add(&w, MINUTE, 1, 100 * SEC);
	hg_window_add(&w, MINUTE, 2, 90 * SEC);
	assert_int_equal(hg_window_used(&w, MINUTE, 95 * SEC), 3);
	hg_window_add(&w, MINUTE, 4, 10 * SEC); /* is out of it */
	assert_int_equal(hg_window_used(&w, MINUTE, 100 * SEC), 3);
	hg_window_check(&w);
}

static void sure_is_only_what_the_other_clock_counts_as_well(void **state)
{
	(void)state;
	for (int s = 0; s < 100; s++)
		hg_window_add(&w, MINUTE, 1, s * SEC);
	assert_int_equal(hg_window_used(&w, MINUTE, 99 * SEC), 62);
	assert_int_equal(hg_window_sure(&w, MINUTE, 99 * SEC), 59);
	assert_int_equal(hg_window_sure(&w, MINUTE, 90 * SEC), 53); /* of those still kept */
	assert_int_equal(hg_window_sure(&w, MINUTE, 110 * SEC), 48);
	assert_int_equal(hg_window_sure(&w, MINUTE, 1000 * SEC), 0);
	assert_int_equal(hg_window_sure(&w, MINUTE, 0), 0);
}

/* Beside a list of all that was ever used. */
static void it_agrees_with_a_plain_list(void **state)
{
	(void)state;
	static struct {
		int64_t at_us;
		uint32_t n;
	} list[4000];
	struct hg_dice dice = { 7 };
	int64_t now_us = 0;

	for (int i = 0; i < 4000; i++) {
		now_us += hg_dice_below(&dice, i % 97 ? SEC / 2 : 100 * SEC);
		list[i].at_us = now_us;
		list[i].n = (uint32_t)hg_dice_below(&dice, 9);
		hg_window_add(&w, MINUTE, list[i].n, now_us);
		if (hg_dice_below(&dice, 10) == 0) {
			int back = i - (int)hg_dice_below(&dice, i < 300 ? i + 1 : 300);
			hg_window_sub(&w, MINUTE, list[back].n, list[back].at_us);
			list[back].n = 0;
		}
		hg_window_check(&w);
		int64_t at_us = now_us + hg_dice_below(&dice, 70 * SEC);
		uint32_t used = 0;
		for (int k = 0; k <= i; k++)
			if ((list[k].at_us / SEC + 62) * SEC > at_us)
				used += list[k].n;
		assert_int_equal(hg_window_used(&w, MINUTE, at_us), used);
		int64_t frees_us = hg_window_frees_us(&w, MINUTE, used / 2, at_us);
		assert_true(used - hg_window_used(&w, MINUTE, frees_us) >= used / 2);
		if (used / 2)
			assert_true(used - hg_window_used(&w, MINUTE, frees_us - 1) < used / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_used_counts_a_window_and_a_second_longer, setup),
		cmocka_unit_test_setup(it_frees_part_by_part, setup),
		cmocka_unit_test_setup(what_was_not_used_after_all_is_given_back, setup),
		cmocka_unit_test_setup(a_part_that_is_full_counts_no_further, setup),
		cmocka_unit_test_setup(a_moment_before_the_newest_is_fine, setup),
		cmocka_unit_test_setup(sure_is_only_what_the_other_clock_counts_as_well, setup),
		cmocka_unit_test_setup(it_agrees_with_a_plain_list, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
