#include "../rig.h"
#include "dispatch/budget/overview.h"

static struct hg_rate got[4];
static uint32_t n_got;

static void take(void *arg, const struct hg_rate *rate)
{
	assert_ptr_equal(arg, got);
	assert_in_range(n_got, 0, 3);
	got[n_got++] = *rate;
}

static uint32_t read_text(const char *body)
{
	const struct hg_now now = { 0, 1800000000 * SEC };

	n_got = 0;
	return hg_overview_read(hg_str(body), &now, take, got);
}

static void each_resource_is_a_rate(void **state)
{
	(void)state;
	assert_int_equal(
		read_text("{\"resources\":{\"core\":{\"limit\":5000,\"used\":10,\"remaining\":4990,"
			  "\"reset\":1800000100},\"search\":{\"limit\":30,\"used\":5,"
			  "\"remaining\":28,\"reset\":1800000010}},\"rate\":{\"limit\":1}}"),
		2);
	assert_string_equal(got[0].resource, "core");
	assert_int_equal(got[0].limit, 5000);
	assert_int_equal(got[0].remaining, 4990);
	assert_int_equal(got[0].reset_s, 1800000100);
	assert_string_equal(got[1].resource, "search");
	assert_int_equal(got[1].remaining, 25); /* the worse of their two words */
}

static void what_can_not_be_true_is_not_taken(void **state)
{
	static const char *const bodies[] = { "", "{", "[]", "null", "{\"resources\":[]}",
		"{\"resources\":{\"core\":5}}", "{\"resources\":{\"core\":{}}}",
		"{\"resources\":{\"core\":{\"limit\":\"5\",\"remaining\":1}}}",
		"{\"resources\":{\"core\":{\"limit\":-1,\"remaining\":1}}}",
		"{\"resources\":{\"Core!\":{\"limit\":5,\"remaining\":1}}}",
		"{\"resources\":{\"a_name_that_is_longer_than_any_bucket\":{\"limit\":5,"
		"\"remaining\":1}}}",
		"{\"resources\":{\"core\":{\"limit\":5,\"remaining\":1},\"core\":{}}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_int_equal(read_text(bodies[i]), 0);
	assert_int_equal(read_text("{\"resources\":{\"core\":{\"limit\":5,\"remaining\":9,"
				   "\"reset\":99999999999999}}}"),
		1);
	assert_int_equal(got[0].remaining, 5);
	assert_int_equal(got[0].reset_s, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_resource_is_a_rate),
		cmocka_unit_test(what_can_not_be_true_is_not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
