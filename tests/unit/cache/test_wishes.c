#include "fixture.h"
#include "wishes.h"

static struct wishes read_one(const char *value)
{
	struct hg_field field = { HG_STR("Cache-Control"), hg_str(value) };
	struct wishes w;

	wishes_read(&field, 1, &w);
	return w;
}

static void nothing_said_is_nothing_asked(void **state)
{
	static const char *const values[] = { "", ",", " , ,", "x", "no-cachet", "x-no-cache",
		"private=\"a, no-cache, b\"", "x=\"\\\", no-store\"", "=", "\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct wishes w = read_one(values[i]);
		assert_false(w.wants_fresh || w.no_store || w.only_kept);
		assert_true(w.max_age_s == INT64_MAX && w.min_fresh_s == 0);
	}
}

static void names_are_read_in_any_case_and_place(void **state)
{
	(void)state;
	assert_true(read_one("No-Cache").wants_fresh);
	assert_true(read_one("x=\"a,b\" ,\tNO-CACHE ").wants_fresh);
	assert_true(read_one("foo,No-Store").no_store);
	assert_true(read_one(",,Only-If-Cached,").only_kept);
}

static void seconds_are_tokens_or_quoted_and_bounded(void **state)
{
	(void)state;
	assert_int_equal(read_one("Max-Age=60").max_age_s, 60);
	assert_int_equal(read_one("max-age=\"7\"").max_age_s, 7);
	assert_int_equal(read_one("max-age=06, max-age=9").max_age_s, 6);
	assert_int_equal(read_one("max-age=99999999999999999999999").max_age_s, 2147483648);
	assert_int_equal(read_one("min-fresh=5").min_fresh_s, 5);
	/* unreadable: with care */
	assert_int_equal(read_one("max-age").max_age_s, 0);
	assert_int_equal(read_one("max-age=-1").max_age_s, 0);
	assert_int_equal(read_one("max-age=\"").max_age_s, 0);
	assert_int_equal(read_one("min-fresh=x").min_fresh_s, 2147483648);
}

static void several_fields_are_one_list(void **state)
{
	const struct hg_field fields[] = { { HG_STR("CACHE-CONTROL"), HG_STR("max-age=3") },
		{ HG_STR("Accept"), HG_STR("no-store") },
		{ HG_STR("cache-control"), HG_STR("no-cache") } };
	struct wishes w;

	(void)state;
	wishes_read(fields, 3, &w);
	assert_true(w.wants_fresh && w.max_age_s == 3 && !w.no_store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_nothing_asked),
		cmocka_unit_test(names_are_read_in_any_case_and_place),
		cmocka_unit_test(seconds_are_tokens_or_quoted_and_bounded),
		cmocka_unit_test(several_fields_are_one_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
