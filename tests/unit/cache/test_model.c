#include "fixture.h"
#include "model.h"

#define SEC INT64_C(1000000)

static int setup(void **state)
{
	*state = model_new();
	return 0;
}

static int teardown(void **state)
{
	model_unref(*state);
	return 0;
}

static struct index_key key_of(uint8_t a, uint8_t b)
{
	return (struct index_key){ { a, 0, 0, 0, 0, 0, 0, 0, b } };
}

static void the_latest_copy_is_near(void **state)
{
	struct index_key asked = key_of(1, 1), first = key_of(7, 7), second = key_of(8, 8), got;

	assert_false(model_find_near(*state, &asked, &got));
	model_put_near(*state, &asked, &first);
	model_put_near(*state, &asked, &second);
	assert_true(model_find_near(*state, &asked, &got));
	assert_memory_equal(&got, &second, sizeof(got));
}

static void what_shares_a_slot_is_not_taken_for_it(void **state)
{
	struct index_key asked = key_of(1, 1), other = key_of(1, 2), copy = key_of(7, 7), got;

	model_put_near(*state, &asked, &copy);
	assert_false(model_find_near(*state, &other, &got));
	model_put_near(*state, &other, &copy);
	assert_true(model_find_near(*state, &other, &got));
	assert_false(model_find_near(*state, &asked, &got)); /* it made room */
}

static bool fails(struct model *m, const char *route, int64_t now_us)
{
	return model_note(m, hg_str(route), false, now_us, 60 * SEC);
}

static void three_failures_in_a_row_are_a_rest(void **state)
{
	assert_false(fails(*state, "a", 0) || fails(*state, "a", 0));
	assert_false(model_note(*state, HG_STR("a"), true, 0, 60 * SEC));
	assert_false(fails(*state, "a", 0) || fails(*state, "a", 0));
	assert_false(model_rests(*state, HG_STR("a"), 0));
	assert_true(fails(*state, "a", SEC));
	assert_true(model_rests(*state, HG_STR("a"), 2 * SEC));
	assert_false(model_rests(*state, HG_STR("b"), 2 * SEC));
	assert_false(fails(*state, "a", 3 * SEC)); /* said once: it was under way */
	assert_true(model_rests(*state, HG_STR("a"), 61 * SEC - 1));
	assert_false(model_rests(*state, HG_STR("a"), 61 * SEC));
}

static void after_a_rest_it_takes_three_again(void **state)
{
	for (int i = 0; i < 3; i++)
		(void)fails(*state, "a", 0);
	assert_false(fails(*state, "a", 100 * SEC) || fails(*state, "a", 100 * SEC));
	assert_true(fails(*state, "a", 100 * SEC));
}

static void a_second_reference_keeps_all(void **state)
{
	struct index_key asked = key_of(1, 1), got;

	model_put_near(*state, &asked, &asked);
	model_unref(model_ref(*state));
	assert_true(model_find_near(*state, &asked, &got));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_latest_copy_is_near),
		T(what_shares_a_slot_is_not_taken_for_it),
		T(three_failures_in_a_row_are_a_rest),
		T(after_a_rest_it_takes_three_again),
		T(a_second_reference_keeps_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
