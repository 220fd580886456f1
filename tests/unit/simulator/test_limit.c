#include "fixture.h"

#include "limit.h"

static void each_path_falls_into_its_bucket(void **state)
{
	(void)state;
	static const struct {
		const char *method, *path;
		enum sim_resource resource;
	} rows[] = {
		{ "GET", "/search/code", SIM_CODE_SEARCH },
		{ "GET", "/search/issues", SIM_SEARCH },
		{ "POST", "/graphql", SIM_GRAPHQL },
		{ "POST", "/app-manifests/x/conversions", SIM_INTEGRATION_MANIFEST },
		{ "POST", "/repos/o/r/code-scanning/sarifs", SIM_CODE_SCANNING_UPLOAD },
		{ "POST", "/repos/o/r/code-scanning/alerts/1/autofix", SIM_CODE_SCANNING_AUTOFIX },
		{ "POST", "/repos/o/r/actions/runners/registration-token",
			SIM_RUNNER_REGISTRATION },
		{ "POST", "/orgs/o/actions/runners/registration-token", SIM_RUNNER_REGISTRATION },
		{ "GET", "/scim/v2/organizations/o/Users", SIM_SCIM },
		{ "POST", "/repos/o/r/dependency-graph/snapshots", SIM_DEPENDENCY_SNAPSHOTS },
		{ "GET", "/repos/o/r/dependency-graph/sbom", SIM_DEPENDENCY_SBOM },
		{ "GET", "/orgs/o/audit-log", SIM_AUDIT_LOG },
		{ "GET", "/enterprises/e/audit-log/streams", SIM_AUDIT_LOG_STREAMING },
		{ "GET", "/repos/o/r", SIM_CORE },
		{ "GET", "/repos/o/r/dependency-graph/compare", SIM_CORE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sim_resource_of(hg_str(rows[i].method), hg_str(rows[i].path)),
			rows[i].resource);
}

static void tokens_of_one_user_share_a_budget(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	ask(&g, "GET", REPO, "token ghp_octocat2", NULL);
	assert_string_equal(header(&g, "x-ratelimit-used"), "2");
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "4998");
	ask(&g, "GET", REPO, "token ghp_hubot", NULL);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	github_free(&g);
}

static void without_a_token_there_are_60_an_hour(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	for (int i = 0; i < 60; i++)
		assert_int_equal(ask(&g, "GET", REPO, NULL, NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-limit"), "60");
	assert_int_equal(ask(&g, "GET", REPO, NULL, NULL), 403);
	assert_non_null(
		strstr(text_at(g.json, "message"), "API rate limit exceeded for 127.0.0.1"));
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "0");
	github_free(&g);
}

static void an_empty_budget_is_403_until_the_reset_and_full_after(void **state)
{
	(void)state;
	struct sim_conf conf = fixture_conf;
	conf.limit = 2;
	conf.window_us = 600ll * SEC;
	struct github g = github_new(&conf);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "x-ratelimit-reset"), "1767226200");
	pass(&g, 100);
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_non_null(strstr(text_at(g.json, "message"), "API rate limit exceeded for user ID "));
	assert_string_equal(header(&g, "x-ratelimit-used"), "2");
	pass(&g, 499);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	pass(&g, 1);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "1");
	assert_string_equal(header(&g, "x-ratelimit-reset"), "1767226800");
	github_free(&g);
}

static void with_a_phase_all_windows_end_together(void **state)
{
	(void)state;
	struct sim_conf conf = fixture_conf;
	conf.phase_us = 120ll * SEC;
	struct github g = github_new(&conf); /* midnight: the window ends two minutes past */

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "x-ratelimit-reset"), "1767225720");
	pass(&g, 60);
	ask(&g, "GET", REPO, "token ghp_hubot", NULL);
	assert_string_equal(header(&g, "x-ratelimit-reset"), "1767225720");
	pass(&g, 60);
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "x-ratelimit-reset"), "1767229320");
	github_free(&g);
}

static void an_empty_search_leaves_core_alone(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	for (int i = 0; i < 30; i++)
		assert_int_equal(ask(&g, "GET", "/search/issues?q=cache", OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", "/search/issues?q=cache", OCTOCAT, NULL), 403);
	assert_string_equal(header(&g, "x-ratelimit-resource"), "search");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	pass(&g, 60);
	assert_int_equal(ask(&g, "GET", "/search/issues?q=cache", OCTOCAT, NULL), 200);
	github_free(&g);
}

static void rate_limit_is_free_and_true(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(&g, "GET", "/rate_limit", OCTOCAT, NULL), 200);
	const json_t *core = json_object_get(json_object_get(g.json, "resources"), "core");
	assert_int_equal(number_at(core, "used"), 1);
	assert_int_equal(number_at(core, "remaining"), 4999);
	assert_int_equal(number_at(core, "reset"), 1767229200);
	const json_t *search = json_object_get(json_object_get(g.json, "resources"), "search");
	assert_int_equal(number_at(search, "limit"), 30);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	assert_string_equal(header(&g, "ETag"), "");
	github_free(&g);
}

static void an_exceeded_graphql_budget_is_told_in_a_200(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/limit", NULL, "{\"resource\":\"graphql\",\"remaining\":0}");
	assert_int_equal(
		ask(&g, "POST", "/graphql", OCTOCAT, "{\"query\":\"{viewer{login}}\"}"), 200);
	assert_string_equal(text_at(json_array_get(json_object_get(g.json, "errors"), 0), "type"),
		"RATE_LIMIT");
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "0");
	github_free(&g);
}

static void a_limit_set_for_one_token_leaves_others_alone(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "POST", "/_sim/limit", NULL,
				 "{\"token\":\"ghp_octocat\",\"remaining\":1,\"reset_in_s\":30}"),
		200);
	assert_int_equal(ask(&g, "GET", REPO, "Bearer ghp_octocat2", NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-reset"), "1767225630");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_int_equal(ask(&g, "GET", REPO, "Bearer ghp_hubot", NULL), 200);
	pass(&g, 30);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "4999");
	github_free(&g);
}

static void a_limit_set_for_all_also_meets_who_comes_later(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/limit", NULL, "{\"limit\":100,\"remaining\":0,\"reset_in_s\":30}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_string_equal(header(&g, "x-ratelimit-limit"), "100");
	pass(&g, 30);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO, "Bearer ghp_hubot", NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "99");
	github_free(&g);
}

static void budgets_are_bounded(void **state)
{
	(void)state;
	struct sim_limits l;
	struct hg_now now = { 0, 1767225600ll * SEC };

	sim_limits_init(&l, 5000, 3600ll * SEC, 0);
	for (uint32_t i = 0; i < SIM_BUDGETS + 100; i++) {
		struct sim_who who = { .kind = SIM_WHO_USER, .id = i };
		sim_budget_find(&l, &who, SIM_CORE, now)->used = 1;
	}
	assert_int_equal(l.n_budgets, SIM_BUDGETS);
	sim_limits_fini(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_falls_into_its_bucket),
		cmocka_unit_test(tokens_of_one_user_share_a_budget),
		cmocka_unit_test(without_a_token_there_are_60_an_hour),
		cmocka_unit_test(an_empty_budget_is_403_until_the_reset_and_full_after),
		cmocka_unit_test(with_a_phase_all_windows_end_together),
		cmocka_unit_test(an_empty_search_leaves_core_alone),
		cmocka_unit_test(rate_limit_is_free_and_true),
		cmocka_unit_test(an_exceeded_graphql_budget_is_told_in_a_200),
		cmocka_unit_test(a_limit_set_for_one_token_leaves_others_alone),
		cmocka_unit_test(a_limit_set_for_all_also_meets_who_comes_later),
		cmocka_unit_test(budgets_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
