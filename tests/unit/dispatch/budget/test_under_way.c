#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "dispatch/budget/under_way.h"

#define SEC 1000000ll

static uint32_t average_us;
static struct hg_under_way w;

static struct hg_under_way_one one_of(int64_t sent_us, uint32_t expected_us)
{
	return (struct hg_under_way_one){ .sent_us = sent_us,
		.average_us = &average_us,
		.expected_us = expected_us,
		.is_graphql = true };
}

static void put(int64_t sent_us, uint32_t expected_us)
{
	struct hg_under_way_one one = one_of(sent_us, expected_us);

	hg_under_way_put(&w, &one);
}

static bool take(int64_t sent_us, uint32_t expected_us)
{
	struct hg_under_way_one one = one_of(sent_us, expected_us);

	return hg_under_way_take(&w, &one);
}

/* As it is asked for, which is the same whether it was made for that moment already. */
static int64_t sum(int64_t now_us)
{
	hg_under_way_look(&w, now_us);
	assert_int_equal(w.us, hg_under_way_sum(&w, false, now_us));
	assert_int_equal(w.graphql_us, hg_under_way_sum(&w, true, now_us));
	return w.us;
}

static int setup(void **state)
{
	(void)state;
	average_us = SEC / 2;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_under_way_fini(&w);
	return 0;
}

static void each_counts_for_what_is_expected_or_for_what_it_has_come_to(void **state)
{
	(void)state;
	static const struct {
		int64_t age_us, us;
		uint32_t expected_us;
	} rows[] = {
		{ 0, SEC / 2, 0 }, { SEC / 5, SEC / 2, 0 }, { SEC * 9 / 10, SEC * 9 / 10, 0 },
		{ 3 * SEC, 6 * SEC, 6 * SEC }, { 7 * SEC, 7 * SEC, 6 * SEC },
		{ SEC / 5, SEC / 5, 1 }, /* a quick shape on a slow route */
		{ SEC, SEC, 1 },         /* the network's, perhaps */
		{ SEC + 1, 10 * SEC, 1 }, { 8 * SEC, 8 * SEC, 4 * SEC },
		{ 8 * SEC + 1, 10 * SEC, 4 * SEC }, { 3600 * SEC, 10 * SEC, 0 },
		{ 0, 10 * SEC, 11 * SEC }, { -5, SEC / 2, 0 }, /* a clock that is not the loop's */
	};
	int64_t all_us = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(3600 * SEC - rows[i].age_us, rows[i].expected_us);
		all_us += rows[i].us;
		assert_int_equal(sum(3600 * SEC), all_us);
	}
}

static void a_moment_later_it_is_more(void **state)
{
	(void)state;
	put(0, 0);
	put(0, 2 * SEC);
	assert_int_equal(sum(0), SEC * 5 / 2);
	assert_int_equal(sum(SEC), 3 * SEC);
	assert_int_equal(sum(3 * SEC), 13 * SEC);
}

static void an_average_that_changes_is_that_of_those_under_way(void **state)
{
	(void)state;
	put(0, 0);
	put(0, 0);
	put(0, 3 * SEC);
	assert_int_equal(sum(0), 4 * SEC);
	assert_true(take(0, 0));
	average_us = 2 * SEC;
	assert_int_equal(sum(0), 5 * SEC);
}

static void what_ended_counts_no_more(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		put(i, 0);
	put(50, 4 * SEC);
	assert_false(take(100, 0));
	assert_false(take(50, 5 * SEC));
	assert_int_equal(sum(100), 54 * SEC);
	assert_true(take(50, 4 * SEC));
	assert_int_equal(sum(100), 50 * SEC);
	for (int i = 99; i >= 0; i--)
		assert_true(take(i, 0));
	assert_int_equal(sum(100), 0);
}

static void an_uploads_client_may_take_its_time(void **state)
{
	(void)state;
	struct hg_under_way_one upload = one_of(0, 0);

	upload.is_upload = true;
	hg_under_way_put(&w, &upload);
	assert_int_equal(sum(3600 * SEC), SEC / 2);
}

static void an_upload_that_ends_leaves_its_like_that_is_none(void **state)
{
	(void)state;
	struct hg_under_way_one upload = one_of(0, 0);

	upload.is_upload = true;
	put(0, 0);
	hg_under_way_put(&w, &upload);
	assert_true(hg_under_way_take(&w, &upload));
	assert_int_equal(sum(2 * SEC), 10 * SEC); /* it hangs, as an upload does not */
	assert_false(hg_under_way_take(&w, &upload));
}

static void what_is_of_graphql_is_told_apart(void **state)
{
	(void)state;
	struct hg_under_way_one rest = one_of(0, 2 * SEC);

	rest.is_graphql = false;
	hg_under_way_look(&w, 0);
	put(0, 0);
	hg_under_way_put(&w, &rest);
	assert_int_equal(sum(0), SEC * 5 / 2);
	assert_int_equal(w.graphql_us, SEC / 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_counts_for_what_is_expected_or_for_what_it_has_come_to),
		TEST(a_moment_later_it_is_more),
		TEST(an_average_that_changes_is_that_of_those_under_way),
		TEST(what_ended_counts_no_more),
		TEST(an_uploads_client_may_take_its_time),
		TEST(an_upload_that_ends_leaves_its_like_that_is_none),
		TEST(what_is_of_graphql_is_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
