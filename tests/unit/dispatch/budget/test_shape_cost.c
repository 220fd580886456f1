#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dispatch/budget/rate.h"
#include "dispatch/budget/shape_cost.h"

static void a_shape_that_is_not_known_costs_what_was_counted(void **state)
{
	(void)state;
	struct hg_shape_costs *c = hg_shape_costs_new(4);

	assert_int_equal(hg_shape_costs_predict(c, 7, 3), 3);
	assert_int_equal(hg_shape_costs_note(c, 0, 3, 9), 3);
	assert_int_equal(hg_shape_costs_predict(c, 0, 3), 3);
	assert_int_equal(hg_shape_costs_n(c), 0);
	hg_shape_costs_free(c);
	hg_shape_costs_free(NULL);
}

static void it_rises_at_once_and_falls_slowly(void **state)
{
	(void)state;
	static const struct {
		uint32_t actual, next;
	} steps[] = { { 9, 9 }, { 1, 8 }, { 1, 7 }, { 40, 40 }, { 8, 36 }, { 36, 36 }, { 0, 31 } };
	struct hg_shape_costs *c = hg_shape_costs_new(4);

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		assert_int_equal(hg_shape_costs_note(c, 7, 1, steps[i].actual), steps[i].next);
		assert_int_equal(hg_shape_costs_predict(c, 7, 1), steps[i].next);
		assert_int_equal(hg_shape_costs_predict(c, 8, 1), 1);
	}
	for (int i = 0; i < 100; i++)
		hg_shape_costs_note(c, 7, 1, 1);
	assert_int_equal(hg_shape_costs_predict(c, 7, 1), 1);
	assert_int_equal(hg_shape_costs_note(c, 9, 80, 0), 70); /* counted too high */
	hg_shape_costs_free(c);
}

static void the_time_of_a_shape_rises_by_half_and_falls_by_an_eighth(void **state)
{
	(void)state;
	static const struct {
		int64_t took_us;
		uint32_t next_us;
	} steps[] = { { 4000, 4000 }, { 8000, 6000 }, { 2000, 5500 }, { 5500, 5500 } };
	struct hg_shape_costs *c = hg_shape_costs_new(4);

	assert_int_equal(hg_shape_costs_time_us(c, 7), 0);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		hg_shape_costs_note_time(c, 7, 3, steps[i].took_us);
		assert_int_equal(hg_shape_costs_time_us(c, 7), steps[i].next_us);
	}
	assert_int_equal(hg_shape_costs_time_us(c, 8), 0);
	assert_int_equal(hg_shape_costs_predict(c, 7, 9), 3); /* as it was counted */
	hg_shape_costs_note(c, 7, 3, 5);
	assert_int_equal(hg_shape_costs_time_us(c, 7), 5500);
	hg_shape_costs_note_time(c, 9, 1, 0);
	assert_int_equal(hg_shape_costs_time_us(c, 9), 1); /* known, and quick */
	hg_shape_costs_note_time(c, 0, 1, 4000);
	assert_int_equal(hg_shape_costs_time_us(c, 0), 0);
	assert_int_equal(hg_shape_costs_n(c), 2);
	hg_shape_costs_free(c);
}

static void the_shape_not_asked_for_the_longest_is_forgotten(void **state)
{
	(void)state;
	struct hg_shape_costs *c = hg_shape_costs_new(3);

	for (uint64_t shape = 1; shape <= 3; shape++)
		hg_shape_costs_note(c, shape, 1, 50);
	assert_int_equal(hg_shape_costs_predict(c, 1, 1), 50);
	hg_shape_costs_note(c, 4, 1, 50);
	assert_int_equal(hg_shape_costs_n(c), 3);
	assert_int_equal(hg_shape_costs_predict(c, 2, 1), 1);
	assert_int_equal(hg_shape_costs_predict(c, 1, 1), 50);
	hg_shape_costs_free(c);
}

/* -- by what is used --------------------------------------------------------------------------- */

#define RESET 1000000

static struct hg_rate rate(int64_t used, int64_t reset_s)
{
	return (struct hg_rate){
		.is_known = true, .limit = 5000, .remaining = 5000 - used, .reset_s = reset_s
	};
}

static int64_t answered(
	struct hg_used *u, const struct hg_used_mark *m, int64_t used, int64_t reset_s)
{
	struct hg_rate r = rate(used, reset_s);

	return hg_used_answered(u, m, &r, 1);
}

static void what_a_request_took_is_told_when_it_was_alone(void **state)
{
	(void)state;
	struct hg_used u = { 0 };
	struct hg_used_mark m;

	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 10, RESET), -1); /* before: not known */
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 13, RESET), 3);
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 13, RESET), 0);
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 28, RESET), -1); /* somebody else's as well */
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 29, RESET), 1);
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 2, RESET + 3600), -1); /* another window */
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 4, RESET + 3600), 2);
}

static void others_under_way_make_it_unclear(void **state)
{
	(void)state;
	struct hg_used u = { 0 };
	struct hg_used_mark a, b;

	hg_used_sent(&u, &a);
	(void)answered(&u, &a, 10, RESET);
	hg_used_sent(&u, &a);
	hg_used_sent(&u, &b);
	assert_int_equal(answered(&u, &b, 12, RESET), -1); /* a went before it */
	assert_int_equal(answered(&u, &a, 11, RESET), -1); /* b went while it was under way */
	hg_used_sent(&u, &a);
	assert_int_equal(answered(&u, &a, 13, RESET), 1); /* 12 was the most that was said */
}

static void after_a_failure_it_is_not_known_what_is_used(void **state)
{
	(void)state;
	struct hg_rate nothing = { .limit = -1, .remaining = -1 };
	struct hg_used u = { 0 };
	struct hg_used_mark m;

	hg_used_sent(&u, &m);
	(void)answered(&u, &m, 10, RESET);
	hg_used_sent(&u, &m);
	hg_used_lost(&u);
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 12, RESET), -1);
	hg_used_sent(&u, &m);
	assert_int_equal(hg_used_answered(&u, &m, &nothing, 1), -1);
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 14, RESET), -1);
	hg_used_sent(&u, &m);
	assert_int_equal(answered(&u, &m, 15, RESET), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shape_that_is_not_known_costs_what_was_counted),
		cmocka_unit_test(it_rises_at_once_and_falls_slowly),
		cmocka_unit_test(the_time_of_a_shape_rises_by_half_and_falls_by_an_eighth),
		cmocka_unit_test(the_shape_not_asked_for_the_longest_is_forgotten),
		cmocka_unit_test(what_a_request_took_is_told_when_it_was_alone),
		cmocka_unit_test(others_under_way_make_it_unclear),
		cmocka_unit_test(after_a_failure_it_is_not_known_what_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
