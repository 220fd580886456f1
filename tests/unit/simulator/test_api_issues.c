#include "fixture.h"

static void a_new_issue_appears_first_in_the_list(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "POST", REPO "/issues", OCTOCAT,
				 "{\"title\":\"New\",\"body\":\"b\",\"labels\":[\"bug\"]}"),
		201);
	assert_int_equal(number_at(g.json, "number"), 96);
	assert_string_equal(text_at(g.json, "created_at"), "2026-01-01T00:00:00Z");
	assert_string_equal(header(&g, "Location"),
		"http://127.0.0.1:4000/repos/octo-org/hello-world/issues/96");
	ask(&g, "GET", REPO "/issues", OCTOCAT, NULL);
	assert_string_equal(text_at(json_array_get(g.json, 0), "title"), "New");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_int_equal(number_at(g.json, "open_issues_count"), 96);
	github_free(&g);
}

static void a_comment_appears_in_its_list_and_count(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(
		ask(&g, "POST", REPO "/issues/95/comments", OCTOCAT, "{\"body\":\"yes\"}"), 201);
	ask(&g, "GET", REPO "/issues/95/comments", OCTOCAT, NULL);
	assert_int_equal(json_array_size(g.json), 1);
	assert_string_equal(text_at(json_array_get(g.json, 0), "body"), "yes");
	ask(&g, "GET", REPO "/issues/95", OCTOCAT, NULL);
	assert_int_equal(number_at(g.json, "comments"), 1);
	github_free(&g);
}

static void a_closed_issue_is_listed_as_such(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(
		ask(&g, "PATCH", REPO "/issues/5", OCTOCAT, "{\"state\":\"closed\"}"), 200);
	assert_string_equal(text_at(g.json, "closed_at"), "2026-01-01T00:00:00Z");
	ask(&g, "GET", REPO "/issues?state=closed", OCTOCAT, NULL);
	assert_int_equal(json_array_size(g.json), 1);
	ask(&g, "GET", REPO "/issues?per_page=100", OCTOCAT, NULL);
	assert_int_equal(json_array_size(g.json), 94);
	github_free(&g);
}

static void filters_choose(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO "/issues?labels=bug&per_page=100", OCTOCAT, NULL);
	size_t n_bugs = json_array_size(g.json);
	assert_in_range(n_bugs, 1, 94);
	ask(&g, "GET", REPO "/issues?labels=nobody-has-it", OCTOCAT, NULL);
	assert_memory_equal(g.out.body, "[]", 2);
	ask(&g, "GET", REPO "/issues?since=2025-12-31T00:00:00Z", OCTOCAT, NULL);
	assert_memory_equal(g.out.body, "[]", 2);
	ask(&g, "GET", REPO "/issues?direction=asc&per_page=1", OCTOCAT, NULL);
	assert_int_equal(number_at(json_array_get(g.json, 0), "number"), 1);
	github_free(&g);
}

static void what_is_wrong_is_refused_as_github_does(void **state)
{
	(void)state;
	static const struct {
		const char *method, *target, *authorization, *body;
		int status;
		const char *message;
	} rows[] = {
		{ "POST", REPO "/issues", OCTOCAT, "{}", 422, "Validation Failed" },
		{ "POST", REPO "/issues", OCTOCAT, "{", 400, "Problems parsing JSON" },
		{ "POST", REPO "/issues", OCTOCAT, "[]", 400, "Body should be a JSON object" },
		{ "POST", REPO "/issues", NULL, "{\"title\":\"x\"}", 401,
			"Requires authentication" },
		{ "POST", REPO "/issues", "Bearer ghp_reader", "{\"title\":\"x\"}", 403,
			"Resource not accessible by personal access token" },
		{ "GET", REPO "/issues/4000", OCTOCAT, NULL, 404, "Not Found" },
		{ "GET", REPO "/issues/0", OCTOCAT, NULL, 404, "Not Found" },
		{ "GET", REPO "/issues/abc", OCTOCAT, NULL, 404, "Not Found" },
		{ "GET", "/repos/octo-org/nothing", OCTOCAT, NULL, 404, "Not Found" },
		{ "GET", "/repos/octo-org/secret-plans", NULL, NULL, 404, "Not Found" },
		{ "GET", "/repos/octo-org/secret-plans", "Bearer ghp_stranger", NULL, 404,
			"Not Found" },
		{ "GET", "/repos/octo-org/secret-plans", OCTOCAT, NULL, 200, "" },
		{ "PUT", REPO "/issues", OCTOCAT, NULL, 404, "Not Found" },
		{ "GET", "/users/nobody", OCTOCAT, NULL, 404, "Not Found" },
		{ "GET", "/user", NULL, NULL, 401, "Requires authentication" },
		{ "GET", "/search/issues", OCTOCAT, NULL, 422, "Validation Failed" },
	};
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(&g, rows[i].method, rows[i].target, rows[i].authorization,
					 rows[i].body),
			rows[i].status);
		assert_string_equal(text_at(g.json, "message"), rows[i].message);
	}
	ask(&g, "POST", REPO "/issues", OCTOCAT, "{}");
	const json_t *row = json_array_get(json_object_get(g.json, "errors"), 0);
	assert_string_equal(text_at(row, "resource"), "Issue");
	assert_string_equal(text_at(row, "field"), "title");
	assert_string_equal(text_at(row, "code"), "missing_field");
	github_free(&g);
}

static void gone_things_are_410_and_blocked_ones_451(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/issues", NULL, "{\"repo\":\"octo-org/hello-world\",\"delete\":7}");
	assert_int_equal(ask(&g, "GET", REPO "/issues/7", OCTOCAT, NULL), 410);
	ask(&g, "POST", "/_sim/repos", NULL,
		"{\"repo\":\"octo-org/hello-world\",\"has_issues\":false}");
	assert_int_equal(ask(&g, "GET", REPO "/issues", OCTOCAT, NULL), 410);
	ask(&g, "POST", "/_sim/repos", NULL,
		"{\"repo\":\"octo-org/hello-world\",\"blocked\":true}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 451);
	assert_string_equal(text_at(json_object_get(g.json, "block"), "reason"), "dmca");
	github_free(&g);
}

static void who_only_reads_changes_no_issue(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "PATCH", REPO "/issues/7", "Bearer ghp_reader", "{}"), 403);
	assert_int_equal(
		ask(&g, "POST", REPO "/issues/7/comments", "Bearer ghp_reader", "{\"body\":\"x\"}"),
		403);
	assert_int_equal(ask(&g, "GET", REPO "/issues/7", "Bearer ghp_reader", NULL), 200);
	github_free(&g);
}

static void what_is_found_has_a_score(void **state)
{
	static const char *const targets[] = { "/search/issues?q=repo:octo-org/hello-world",
		"/search/repositories?q=hello" };
	(void)state;
	struct github g = github_new(NULL);

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(ask(&g, "GET", targets[i], OCTOCAT, NULL), 200);
		const json_t *first = json_array_get(json_object_get(g.json, "items"), 0);
		assert_true(number_at(g.json, "total_count") > 0);
		assert_true(json_real_value(json_object_get(first, "score")) == 1.0);
	}
	github_free(&g);
}

static void only_a_thousand_results_are_seen(void **state)
{
	static const char *const targets[] = { "/search/issues?q=a&per_page=100&page=11",
		"/search/repositories?q=a&per_page=100&page=11",
		"/search/code?q=a&per_page=100&page=11" };
	(void)state;
	struct github g = github_new(NULL);

	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ask(&g, "GET", targets[i], OCTOCAT, NULL), 422);
		assert_string_equal(text_at(g.json, "message"),
			"Only the first 1000 search results are available");
	}
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_issue_appears_first_in_the_list),
		cmocka_unit_test(a_comment_appears_in_its_list_and_count),
		cmocka_unit_test(a_closed_issue_is_listed_as_such),
		cmocka_unit_test(filters_choose),
		cmocka_unit_test(what_is_wrong_is_refused_as_github_does),
		cmocka_unit_test(gone_things_are_410_and_blocked_ones_451),
		cmocka_unit_test(who_only_reads_changes_no_issue),
		cmocka_unit_test(what_is_found_has_a_score),
		cmocka_unit_test(only_a_thousand_results_are_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
