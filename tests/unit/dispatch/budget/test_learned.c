#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "dispatch/budget/learned.h"

#define SEC 1000000ll
#define HOUR 3600000000ll

static void without_an_objection_the_configured_limit_holds(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	assert_int_equal(hg_learned_limit(&l, 850, 5), 850);
	assert_int_equal(hg_learned_limit(&l, 0, 5), 0);
	assert_false(hg_learned_is_fresh(&l, 5));
}

static void an_objection_leaves_three_quarters_for_an_hour(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	hg_learned_object(&l, 400, 1, 7);
	assert_int_equal(hg_learned_limit(&l, 850, 7), 300);
	assert_int_equal(hg_learned_limit(&l, 0, 7), 300); /* also where nothing is configured */
	assert_int_equal(hg_learned_limit(&l, 200, 7), 200);
	assert_int_equal(hg_learned_limit(&l, 850, 6 + HOUR), 300);
	assert_true(hg_learned_is_fresh(&l, 6 + HOUR));
	assert_int_equal(hg_learned_show(&l, 850, 7 + HOUR), 330);
	assert_int_equal(l.limit, 300);
	assert_int_equal(hg_learned_limit(&l, 850, 7 + HOUR), 330);
	assert_false(hg_learned_is_fresh(&l, 7 + HOUR));
	assert_int_equal(hg_learned_limit(&l, 850, 7 + 2 * HOUR), 363);
	assert_int_equal(hg_learned_limit(&l, 850, 7 + 10 * HOUR), 772);
	assert_int_equal(hg_learned_limit(&l, 850, 7 + 11 * HOUR), 849);
	assert_int_equal(hg_learned_limit(&l, 850, 7 + 12 * HOUR), 850);
	assert_int_equal(l.limit, 0); /* forgotten */
}

static void what_is_not_limited_is_forgotten_too(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	hg_learned_object(&l, 400, 1, 0);
	assert_int_equal(hg_learned_limit(&l, 0, 1000 * HOUR), 0);
	assert_int_equal(l.limit, 0);
}

static void one_request_may_always_go(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	hg_learned_object(&l, 0, 5, 1); /* not believed */
	hg_learned_object(&l, 0, 5, 1);
	assert_int_equal(hg_learned_limit(&l, 850, 1), 5);
	hg_learned_refine(&l, 0, 0);
	assert_int_equal(hg_learned_limit(&l, 850, 0), 1);
	assert_int_equal(hg_learned_limit(&l, 850, 1 + HOUR), 11); /* and does not stay there */
}

static void an_objection_to_a_few_is_believed_when_it_is_said_again(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	hg_learned_object(&l, 19, 5, SEC);
	assert_int_equal(hg_learned_limit(&l, 850, SEC), 850);
	hg_learned_refine(&l, 3, 5); /* of the same one */
	assert_int_equal(hg_learned_limit(&l, 850, SEC), 850);
	hg_learned_object(&l, 19, 5, SEC + HOUR); /* others use the token now and then */
	assert_int_equal(hg_learned_limit(&l, 850, SEC + HOUR), 850);
	hg_learned_object(&l, 19, 5, SEC + 2 * HOUR - 1);
	assert_int_equal(hg_learned_limit(&l, 850, SEC + 2 * HOUR - 1), 15);
	l = (struct hg_learned){ 0 };
	hg_learned_object(&l, 20, 5, SEC); /* these are some */
	assert_int_equal(hg_learned_limit(&l, 850, SEC), 15);
}

static void another_word_on_the_same_objection_only_lowers(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	hg_learned_object(&l, 400, 1, 0);
	hg_learned_refine(&l, 800, 1);
	assert_int_equal(hg_learned_limit(&l, 850, 0), 300);
	hg_learned_refine(&l, 100, 1);
	assert_int_equal(hg_learned_limit(&l, 850, 0), 75);
}

static void within_the_hour_a_limit_is_halved_at_most(void **state)
{
	(void)state;
	struct hg_learned l = { 0 };

	hg_learned_object(&l, 400, 1, 0);
	hg_learned_object(&l, 1, 1, HOUR / 2); /* GitHub is still angry: nothing was used */
	assert_int_equal(hg_learned_limit(&l, 850, HOUR / 2), 150);
	hg_learned_refine(&l, 1, 1);
	assert_int_equal(hg_learned_limit(&l, 850, HOUR / 2), 150);
	assert_int_equal(
		hg_learned_limit(&l, 850, 3 * HOUR / 2 - 1), 150); /* the hour begins anew */
	hg_learned_object(&l, 180, 1, 3 * HOUR / 2 - 1);
	assert_int_equal(hg_learned_limit(&l, 850, 3 * HOUR / 2 - 1), 135);
	hg_learned_object(&l, 800, 1, 3 * HOUR / 2); /* never up */
	assert_int_equal(hg_learned_limit(&l, 850, 3 * HOUR / 2), 135);
	hg_learned_object(&l, 20, 1, 3 * HOUR); /* after the hour it counts wholly */
	assert_int_equal(hg_learned_limit(&l, 850, 3 * HOUR), 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_objection_the_configured_limit_holds),
		cmocka_unit_test(an_objection_leaves_three_quarters_for_an_hour),
		cmocka_unit_test(what_is_not_limited_is_forgotten_too),
		cmocka_unit_test(one_request_may_always_go),
		cmocka_unit_test(an_objection_to_a_few_is_believed_when_it_is_said_again),
		cmocka_unit_test(another_word_on_the_same_objection_only_lowers),
		cmocka_unit_test(within_the_hour_a_limit_is_halved_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
