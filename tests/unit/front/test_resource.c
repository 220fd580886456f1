#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/resource.h"
#include <stdio.h>

#define SEC INT64_C(1000000)

static void each_spelling_of_a_path_is_one_path(void **state)
{
	static const struct {
		const char *path, *canonical; /* NULL: odd */
	} rows[] = {
		{ "/", "/" },
		{ "/repos/octo-org/hello-world", "/repos/octo-org/hello-world" },
		{ "/repos/Octo-Org/Hello-World/Issues", "/repos/octo-org/hello-world/Issues" },
		{ "/%72epos/octo%2Dorg/hello%2dworld", "/repos/octo-org/hello-world" },
		{ "/repos/%4Fcto-org/hello-world", "/repos/octo-org/hello-world" },
		{ "/REPOS/o/r", "/repos/o/r" },
		{ "/repos/o/r/contents/A/b%2Fc%20d", "/repos/o/r/contents/A/b%2Fc d" },
		{ "/repos/o/r/contents/a%2fb", "/repos/o/r/contents/a%2Fb" },
		{ "/repos/o/r/contents/a%252Fb", "/repos/o/r/contents/a%252Fb" },
		{ "/repos/o/r/contents/a%5cb", "/repos/o/r/contents/a%5Cb" },
		{ "/orgs/Octo-Org/Teams", "/orgs/octo-org/Teams" },
		{ "/users/dependabot%5Bbot%5D", "/users/dependabot[bot]" },
		{ "/networks/O/R/events", "/networks/o/r/events" },
		{ "/user/repos", "/user/repos" },
		{ "/repositories", "/repositories" },
		{ "/repos/o/r%2Fx", NULL },
		{ "/repos/o%2Fr/x", NULL },
		{ "/repos%2Fo/r/x", NULL },
		{ "/repos/o/r%5Cx", NULL },
		{ "/repos/o/r%252Fx", NULL },
		{ "/repos/o/r%00", NULL },
		{ "/repos/o/r%20", NULL },
		{ "/repos/o/r;x=1", NULL },
		{ "/repos/o/r%3Fx", NULL },
		{ "/repos/o/\xc3\xb6", NULL },
		{ "/repos/o/", NULL },
		{ "/repositories/", NULL },
		{ "/repositories/01", NULL },
		{ "/repositories/+1", NULL },
		{ "/repositories/1.0", NULL },
		{ "/repositories/0x1", NULL },
		{ "/repositories/1%2Fissues", NULL },
		{ "/repositories/12345678901234567890", NULL },
		{ "/organizations/octo-org", NULL },
		{ "/user/1x", NULL },
		{ "", NULL },
	};
	struct hg_arena arena;

	(void)state;
	hg_arena_init(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_resource r;
		hg_resource_of(&arena, hg_str(rows[i].path), &r);
		if (!rows[i].canonical && r.kind != HG_RESOURCE_ODD)
			fail_msg("%s is not odd", rows[i].path);
		if (rows[i].canonical && (r.kind != HG_RESOURCE_NAMED ||
						 !hg_str_is(r.path, hg_str(rows[i].canonical))))
			fail_msg("%s is %.*s", rows[i].path, (int)r.path.n, r.path.p);
	}
	hg_arena_fini(&arena);
}

static void an_id_is_told_from_what_stands_behind_it(void **state)
{
	static const struct {
		const char *path, *id, *rest, *name, *full;
	} rows[] = {
		{ "/repositories/42", "/repositories/42", "", "/repos/o/r", "/repos/o/r" },
		{ "/repositories/42/issues/7", "/repositories/42", "/issues/7", "/repos/o/r",
			"/repos/o/r/issues/7" },
		{ "/Repositories/%34%32/x%2Fy", "/repositories/42", "/x%2Fy", "/repos/o/r",
			"/repos/o/r/x%2Fy" },
		{ "/organizations/9/members", "/organizations/9", "/members", "/orgs/o",
			"/orgs/o/members" },
		{ "/user/1/repos", "/user/1", "/repos", "/users/u", "/users/u/repos" },
	};
	struct hg_arena arena;

	(void)state;
	hg_arena_init(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_resource r;
		hg_resource_of(&arena, hg_str(rows[i].path), &r);
		assert_int_equal(r.kind, HG_RESOURCE_BY_ID);
		assert_true(hg_str_is(r.id, hg_str(rows[i].id)));
		assert_true(hg_str_is(r.rest, hg_str(rows[i].rest)));
		assert_true(hg_str_is(
			hg_resource_named(&arena, &r, hg_str(rows[i].name)), hg_str(rows[i].full)));
	}
	hg_arena_fini(&arena);
}

/* '+' what the rule allows, '-' what it does not. */
static const struct {
	const char *rule, *paths[12];
} rules[] = {
	{ "/repos/octo-org/*",
		{ "+/repos/octo-org/x", "+/repos/octo-org/x/issues/1", "-/repos/octo-org",
			"-/repos/octo-org2/x", "-/repos/x", "-/orgs/octo-org/x", "-/" } },
	{ "/repos/Octo-Org/**",
		{ "+/repos/octo-org", "+/repos/octo-org/x/y", "-/repos/octo-org2", "-/repos" } },
	{ "/repos/o/r", { "+/repos/o/r", "-/repos/o/r/issues", "-/repos/o/rr", "-/repos/o" } },
	{ "/repos/*/docs/**", { "+/repos/a/docs", "+/repos/b/docs/x", "-/repos/a/b/docs" } },
	{ "/repos/o/ci-*", { "+/repos/o/ci-", "+/repos/o/ci-linux", "-/repos/o/ci-linux/issues",
				   "-/repos/o/xci-linux" } },
	{ "/repos/o/*-*-x/**", { "+/repos/o/a-b-x", "+/repos/o/a-b-c-x/y", "-/repos/o/a-x" } },
	{ "/repos/o/r/contents/pub*/x",
		{ "+/repos/o/r/contents/public/x", "-/repos/o/r/contents/pub%2Fsecret/x",
			"-/repos/o/r/contents/Public/x" } },
	{ "/user", { "+/user", "-/user/repos", "-/users", "-/user/" } },
	{ "/", { "+/", "-/user" } },
	{ "/*", { "+/user", "+/repos/o/r", "-/" } },
	{ "/**", { "+/user", "+/repos/o/r", "+/" } },
	{ "/api/v3x/*", { "+/api/v3x/y" } },
	{ "/graphqlx", { "+/graphqlx", "-/graphql" } },
	{ "/search/*", { "+/search/code", "-/search", "-/search/" } },
};

static void a_rule_allows_what_it_says_and_no_more(void **state)
{
	struct hg_arena arena;

	(void)state;
	hg_arena_init(&arena);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		struct hg_str rule = hg_rule_parse(&arena, hg_str(rules[i].rule), NULL);
		assert_non_null(rule.p);
		for (const char *const *p = rules[i].paths; *p; p++)
			if (hg_rule_allows(rule, hg_str(*p + 1)) != (**p == '+'))
				fail_msg("%s: %s", rules[i].rule, *p);
	}
	hg_arena_fini(&arena);
}

static void what_is_no_rule_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "begins with /" },
		{ "repos/o/r", "begins with /" },
		{ "/repos/o/r?x=1", "without query" },
		{ "/repos/o/a%20b", "without query" },
		{ "/repos/o/a b", "without query" },
		{ "/repos//r", "empty segment" },
		{ "/repos/o/", "empty segment" },
		{ "/repos/o/../x", "empty segment" },
		{ "/repos/**/x", "last segment" },
		{ "/repos/o/x**", "last segment" },
		{ "/repos/o/***", "last segment" },
		{ "/api/v3/repos/o/r", "without /api/v3" },
		{ "/Api/v3/repos/o/r", "without /api/v3" },
		{ "/api/V3/**", "without /api/v3" },
		{ "/api/v3", "without /api/v3" },
		{ "/API/uploads/repos/o/*", "without /api/v3" },
		{ "/graphql", "write `graphql: true`" },
		{ "/api/graphql", "write `graphql: true`" },
		{ "/GraphQL", "write `graphql: true`" },
		{ "/graphql/**", "write `graphql: true`" },
		{ "/api/v3/graphql", "without /api/v3" },
		{ "/repos/o/\xc3\xb6", "is called so" },
		{ "/repositories/42", "by name" },
		{ "/Repositories/*", "by name" },
		{ "/organizations/**", "by name" },
	};
	struct hg_arena arena;

	(void)state;
	hg_arena_init(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_err err = HG_ERR_INIT;
		if (hg_rule_parse(&arena, hg_str(rows[i].text), &err).p)
			fail_msg("%s was taken", rows[i].text);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
	hg_arena_fini(&arena);
}

static void what_was_learned_is_forgotten_in_time(void **state)
{
	struct hg_resources *s = hg_resources_new(10);
	struct hg_arena arena;
	struct hg_str name = { 0 };

	(void)state;
	hg_arena_init(&arena);
	assert_int_equal(
		hg_resources_find(s, 0, HG_STR("/user/1"), 0, &arena, &name), HG_LEARNED_NOT);
	hg_resources_put(s, 0, HG_STR("/user/1"), HG_STR("/users/u"), 0);
	hg_resources_put(s, 0, HG_STR("/user/2"), (struct hg_str){ 0 }, 0);
	assert_int_equal(hg_resources_find(s, 0, HG_STR("/user/1"), 299 * SEC, &arena, &name),
		HG_LEARNED_NAME);
	assert_true(hg_str_is(name, HG_STR("/users/u")));
	assert_int_equal(hg_resources_find(s, 0, HG_STR("/user/1"), 300 * SEC, &arena, &name),
		HG_LEARNED_NOT);
	assert_int_equal(hg_resources_find(s, 0, HG_STR("/user/2"), 29 * SEC, &arena, &name),
		HG_LEARNED_NONE);
	assert_int_equal(hg_resources_find(s, 0, HG_STR("/user/2"), 30 * SEC, &arena, &name),
		HG_LEARNED_NOT);
	assert_int_equal(hg_resources_n(s), 0);
	hg_resources_put(s, 0, HG_STR("/user/1"), HG_STR("/users/u"), 0);
	hg_resources_put(s, 0, HG_STR("/user/1"), HG_STR("/users/renamed"), 0);
	(void)hg_resources_find(s, 0, HG_STR("/user/1"), 0, &arena, &name);
	assert_true(hg_str_is(name, HG_STR("/users/renamed")));
	assert_int_equal(hg_resources_n(s), 1);
	hg_resources_free(s);
	hg_resources_free(NULL);
	hg_arena_fini(&arena);
}

static void the_least_used_make_room(void **state)
{
	struct hg_resources *s = hg_resources_new(2);
	struct hg_arena arena;
	struct hg_str name = { 0 };

	(void)state;
	hg_arena_init(&arena);
	hg_resources_put(s, 0, HG_STR("/user/1"), HG_STR("/users/a"), 0);
	hg_resources_put(s, 0, HG_STR("/user/2"), HG_STR("/users/b"), 0);
	(void)hg_resources_find(s, 0, HG_STR("/user/1"), 0, &arena, &name);
	hg_resources_put(s, 0, HG_STR("/user/3"), HG_STR("/users/c"), 0);
	assert_int_equal(hg_resources_n(s), 2);
	assert_int_equal(
		hg_resources_find(s, 0, HG_STR("/user/2"), 0, &arena, &name), HG_LEARNED_NOT);
	assert_int_equal(
		hg_resources_find(s, 0, HG_STR("/user/1"), 0, &arena, &name), HG_LEARNED_NAME);
	hg_resources_free(s);
	hg_arena_fini(&arena);
}

static void only_a_name_that_can_be_one_is_taken_from_a_reply(void **state)
{
	static const struct {
		const char *id, *body, *name; /* NULL: none */
	} rows[] = {
		{ "/repositories/1", "{\"id\":1,\"full_name\":\"Octo-Org/X\"}",
			"/repos/octo-org/x" },
		{ "/organizations/1", "{\"login\":\"Octo-Org\"}", "/orgs/octo-org" },
		{ "/user/1", "{\"login\":\"dependabot[bot]\"}", "/users/dependabot[bot]" },
		{ "/repositories/1", "{\"full_name\":\"a\"}", NULL },
		{ "/repositories/1", "{\"full_name\":\"a/b/c\"}", NULL },
		{ "/repositories/1", "{\"full_name\":\"a/b%2Fc\"}", NULL },
		{ "/repositories/1", "{\"full_name\":7}", NULL },
		{ "/repositories/1", "{\"login\":\"a\"}", NULL },
		{ "/organizations/1", "{\"login\":\"a/b\"}", NULL },
		{ "/repositories/1", "[]", NULL },
		{ "/repositories/1", "{\"full_name\":\"a/b\"", NULL },
		{ "/repositories/1", "", NULL },
	};
	struct hg_arena arena;

	(void)state;
	hg_arena_init(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_str name =
			hg_resource_name_in(&arena, hg_str(rows[i].id), hg_str(rows[i].body));
		if (!name.p != !rows[i].name || (name.p && !hg_str_is(name, hg_str(rows[i].name))))
			fail_msg("%s: %.*s", rows[i].body, (int)name.n, name.p ? name.p : "");
	}
	hg_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_spelling_of_a_path_is_one_path),
		cmocka_unit_test(an_id_is_told_from_what_stands_behind_it),
		cmocka_unit_test(a_rule_allows_what_it_says_and_no_more),
		cmocka_unit_test(what_is_no_rule_is_refused_with_the_reason),
		cmocka_unit_test(what_was_learned_is_forgotten_in_time),
		cmocka_unit_test(the_least_used_make_room),
		cmocka_unit_test(only_a_name_that_can_be_one_is_taken_from_a_reply),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
