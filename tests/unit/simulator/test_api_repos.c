#include "fixture.h"

static void a_repository_has_two_spellings_and_one_body(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char target[64];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	char *first = strdup(g.out.body);
	snprintf(target, sizeof(target), "/repositories/%lld", number_at(g.json, "id"));
	assert_int_equal(ask(&g, "GET", target, OCTOCAT, NULL), 200);
	assert_string_equal(g.out.body, first);
	assert_int_equal(ask(&g, "GET", "/repos/OCTO-ORG/Hello-World", OCTOCAT, NULL), 200);
	assert_string_equal(g.out.body, first);
	free(first);
	github_free(&g);
}

static void a_former_name_moves_to_the_number_with_path_and_query(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char expected[128];

	assert_int_equal(
		ask(&g, "GET", "/repos/octo-org/old-name/issues?page=2", OCTOCAT, NULL), 301);
	snprintf(expected, sizeof(expected),
		"http://127.0.0.1:4000/repositories/%llu/issues?page=2",
		(unsigned long long)g.w->repos[0].id);
	assert_string_equal(header(&g, "Location"), expected);
	assert_string_equal(text_at(g.json, "message"), "Moved Permanently");
	assert_string_equal(text_at(g.json, "url"), expected);
	assert_int_equal(ask(&g, "POST", "/repos/octo-org/old-name/issues", OCTOCAT, "{}"), 307);
	github_free(&g);
}

static void a_rename_leaves_a_redirect_behind(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "PATCH", REPO, OCTOCAT, "{\"name\":\"renamed\"}"), 200);
	assert_string_equal(text_at(g.json, "full_name"), "octo-org/renamed");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 301);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/renamed", OCTOCAT, NULL), 200);
	github_free(&g);
}

static void a_stranger_may_not_administer(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "DELETE", REPO, "Bearer ghp_stranger", NULL), 403);
	assert_string_equal(text_at(g.json, "message"), "Must have admin rights to Repository.");
	assert_int_equal(ask(&g, "DELETE", REPO, OCTOCAT, NULL), 204);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 404);
	github_free(&g);
}

static void archives_and_logs_are_on_another_host(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "GET", REPO "/tarball/main", OCTOCAT, NULL), 302);
	assert_non_null(strstr(header(&g, "Location"), "https://codeload.github.com/"));
	github_free(&g);
}

static void contents_commits_and_branches_agree(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char sha[48], target[128];

	ask(&g, "GET", REPO "/commits?per_page=2", OCTOCAT, NULL);
	snprintf(sha, sizeof(sha), "%s", text_at(json_array_get(g.json, 0), "sha"));
	const json_t *parents = json_object_get(json_array_get(g.json, 0), "parents");
	assert_string_equal(text_at(json_array_get(parents, 0), "sha"),
		text_at(json_array_get(g.json, 1), "sha"));
	ask(&g, "GET", REPO "/branches/main", OCTOCAT, NULL);
	assert_string_equal(text_at(json_object_get(g.json, "commit"), "sha"), sha);
	snprintf(target, sizeof(target), REPO "/commits/%s", sha);
	assert_int_equal(ask(&g, "GET", target, OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO "/commits/0000000", OCTOCAT, NULL), 422);

	assert_int_equal(
		ask(&g, "GET", REPO "/git/ref/heads%2Ffeature%2Flogin", OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "ref"), "refs/heads/feature/login");
	assert_int_equal(ask(&g, "GET", REPO "/git/ref/heads/feature/login", OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO "/git/ref/heads/none", OCTOCAT, NULL), 404);
	github_free(&g);
}

static void folders_list_what_files_hold(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO "/contents", OCTOCAT, NULL);
	assert_int_equal(json_array_size(g.json), 3);
	assert_string_equal(text_at(json_array_get(g.json, 2), "type"), "dir");
	ask(&g, "GET", REPO "/contents/src", OCTOCAT, NULL);
	assert_int_equal(json_array_size(g.json), 2);
	assert_string_equal(text_at(json_array_get(g.json, 0), "path"), "src/main.c");
	assert_int_equal(ask(&g, "GET", REPO "/contents/src/main.c", OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "encoding"), "base64");
	assert_int_equal(ask(&g, "GET", REPO "/contents/nothing", OCTOCAT, NULL), 404);
	github_free(&g);
}

static void an_installation_token_reads_its_own_and_has_its_own_budget(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char target[96], authorization[128];

	assert_int_equal(ask(&g, "GET", "/app/installations", OCTOCAT, NULL), 401);
	assert_int_equal(ask(&g, "GET", "/app/installations", "Bearer a.b.c", NULL), 200);
	snprintf(target, sizeof(target), "/app/installations/%lld/access_tokens",
		number_at(json_array_get(g.json, 0), "id"));
	assert_int_equal(ask(&g, "POST", target, "Bearer a.b.c", NULL), 201);
	assert_string_equal(text_at(g.json, "expires_at"), "2026-01-01T01:00:00Z");
	snprintf(authorization, sizeof(authorization), "token %s", text_at(g.json, "token"));
	assert_int_equal(ask(&g, "GET", "/installation/repositories", authorization, NULL), 200);
	assert_true(number_at(g.json, "total_count") > 0);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	assert_int_equal(ask(&g, "GET", "/user", authorization, NULL), 403);
	pass(&g, 3600);
	assert_int_equal(ask(&g, "GET", "/installation/repositories", authorization, NULL), 401);
	github_free(&g);
}

static void graphql_answers_what_it_knows_and_says_what_it_does_not(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/graphql", OCTOCAT,
		"{\"query\":\"query { viewer { login } rateLimit { cost remaining } }\"}");
	const json_t *data = json_object_get(g.json, "data");
	assert_string_equal(text_at(json_object_get(data, "viewer"), "login"), "octocat");
	assert_int_equal(number_at(json_object_get(data, "rateLimit"), "remaining"), 4999);
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "4999");
	ask(&g, "POST", "/graphql", OCTOCAT, "{\"query\":\"{ nothing { a } }\"}");
	assert_non_null(strstr(g.out.body, "Field 'nothing' doesn't exist on type 'Query'"));
	assert_int_equal(ask(&g, "POST", "/graphql", NULL, "{\"query\":\"{viewer{login}}\"}"), 401);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repository_has_two_spellings_and_one_body),
		cmocka_unit_test(a_former_name_moves_to_the_number_with_path_and_query),
		cmocka_unit_test(a_rename_leaves_a_redirect_behind),
		cmocka_unit_test(a_stranger_may_not_administer),
		cmocka_unit_test(archives_and_logs_are_on_another_host),
		cmocka_unit_test(contents_commits_and_branches_agree),
		cmocka_unit_test(folders_list_what_files_hold),
		cmocka_unit_test(an_installation_token_reads_its_own_and_has_its_own_budget),
		cmocka_unit_test(graphql_answers_what_it_knows_and_says_what_it_does_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
