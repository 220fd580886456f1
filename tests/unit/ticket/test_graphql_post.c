#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ticket/graphql_post.h"

static void only_plain_json_is_read_as_github_reads_it(void **state)
{
	(void)state;
	static const struct {
		const char *type, *coding;
		bool is_plain;
	} rows[] = {
		{ "application/json", NULL, true },
		{ "Application/JSON; charset=UTF-8", NULL, true },
		{ "application/json;charset=\"utf-8\"", NULL, true },
		{ "application/json; charset=utf-16", NULL, false },
		{ "application/json; charset=utf-8; and more and more and more", NULL, false },
		{ "application/json", "gzip", false },
		{ "application/json", "", false },
		{ "application/x-www-form-urlencoded", NULL, false },
		{ "", NULL, false },
		{ NULL, NULL, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (hg_graphql_is_plain(hg_str(rows[i].type), hg_str(rows[i].coding)) !=
			rows[i].is_plain)
			fail_msg("row %zu", i);
}

static void a_query_is_one_only_when_it_is_certain(void **state)
{
	(void)state;
	static const struct {
		struct hg_str body;
		bool is_plain, is_query;
		enum hg_graphql_does document;
		uint32_t points;
	} rows[] = {
		{ HG_STR("{\"query\":\"{a}\"}"), true, true, HG_GRAPHQL_QUERY, 1 },
		{ HG_STR("{\"query\":\"{a}\"}"), false, false, HG_GRAPHQL_QUERY, 1 },
		{ HG_STR("{\"query\":\"mutation{a}\"}"), true, false, HG_GRAPHQL_MUTATION, 1 },
		{ HG_STR("{\"query\":\"query A{a} mutation B{b}\",\"operationName\":\"A\"}"), true,
			true, HG_GRAPHQL_MUTATION, 1 },
		{ HG_STR("{\"query\":\"query A{a} mutation B{b}\"}"), true, false,
			HG_GRAPHQL_MUTATION, HG_GRAPHQL_UNCOUNTED_POINTS },
		{ HG_STR("query=%7Ba%7D"), true, false, HG_GRAPHQL_UNREADABLE,
			HG_GRAPHQL_UNCOUNTED_POINTS },
		{ { NULL, 0 }, true, false, HG_GRAPHQL_UNREADABLE, HG_GRAPHQL_UNCOUNTED_POINTS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_graphql_post post;
		hg_graphql_post_read(&post, rows[i].is_plain, rows[i].body);
		assert_true(post.is_read);
		assert_int_equal(post.is_query, rows[i].is_query);
		assert_int_equal(post.document, rows[i].document);
		assert_int_equal(post.points, rows[i].points);
	}
}

static void equal_bodies_are_known_by_16_bytes(void **state)
{
	(void)state;
	struct hg_graphql_post a, b, c;

	hg_graphql_post_read(&a, true, HG_STR("{\"query\":\"{a}\"}"));
	hg_graphql_post_read(&b, false, HG_STR("{\"query\":\"{a}\"}"));
	hg_graphql_post_read(&c, true, HG_STR("{\"query\":\"{a} \"}"));
	assert_memory_equal(a.body, b.body, sizeof(a.body));
	assert_memory_not_equal(a.body, c.body, sizeof(a.body));
	assert_true(a.shape == c.shape && a.shape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_plain_json_is_read_as_github_reads_it),
		cmocka_unit_test(a_query_is_one_only_when_it_is_certain),
		cmocka_unit_test(equal_bodies_are_known_by_16_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
