#include "fixture.h"

#define APP "Bearer a.b.c"

static char minted[700]; /* "Bearer ghs_…" of the latest */

/* Of octo-org, the first. */
static int mint(struct github *g, const char *input)
{
	char target[128];
	struct sim_user *org = sim_user_find(g->w, hg_str("octo-org"));

	snprintf(target, sizeof(target), "/app/installations/%llu/access_tokens",
		(unsigned long long)(org->id + SIM_INSTALLATION));
	int status = ask(g, "POST", target, APP, input);
	snprintf(minted, sizeof(minted), "Bearer %s", text_at(g->json, "token"));
	return status;
}

static void a_token_may_have_less_than_the_app(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(
		mint(&g, "{\"permissions\":{\"actions\":\"read\",\"issues\":\"write\"}}"), 201);
	const json_t *granted = json_object_get(g.json, "permissions");
	assert_string_equal(text_at(granted, "actions"), "read");
	assert_string_equal(text_at(granted, "metadata"), "read");
	assert_string_equal(text_at(granted, "administration"), "");
	assert_string_equal(text_at(g.json, "expires_at"), "2026-01-01T01:00:00Z");
	assert_int_equal(ask(&g, "POST", REPO "/issues", minted, "{\"title\":\"x\"}"), 201);
	assert_int_equal(ask(&g, "GET", REPO "/actions/runs", minted, NULL), 200);
	ask(&g, "GET", REPO "/actions/runs?per_page=1", minted, NULL);
	assert_string_equal(header(&g, "X-Accepted-GitHub-Permissions"), "actions=read");
	assert_int_equal(ask(&g, "POST", REPO "/actions/runs/1/cancel", minted, NULL), 403);
	assert_string_equal(text_at(g.json, "message"), "Resource not accessible by integration");
	assert_string_equal(header(&g, "X-Accepted-GitHub-Permissions"), "actions=write");
	assert_int_equal(ask(&g, "DELETE", REPO "/actions/runners/1", minted, NULL), 403);
	assert_string_equal(header(&g, "X-Accepted-GitHub-Permissions"), "administration=write");
	assert_int_equal(ask(&g, "GET", "/orgs/octo-org/actions/runners", minted, NULL), 403);
	github_free(&g);
}

static void a_token_may_not_have_more_than_the_app(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/app", NULL, "{\"permissions\":{\"actions\":\"read\"}}");
	assert_int_equal(mint(&g, "{\"permissions\":{\"actions\":\"write\"}}"), 422);
	assert_non_null(strstr(text_at(g.json, "message"), "not granted to this installation"));
	assert_int_equal(mint(&g, "{\"permissions\":{\"actoins\":\"read\"}}"), 422);
	assert_int_equal(mint(&g, NULL), 201);
	assert_int_equal(ask(&g, "POST", REPO "/issues", minted, "{\"title\":\"x\"}"), 403);
	github_free(&g);
}

static void a_token_may_be_for_some_repositories(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(mint(&g, "{\"repositories\":[\"secret-plans\"]}"), 201);
	assert_string_equal(text_at(g.json, "repository_selection"), "selected");
	assert_int_equal(json_array_size(json_object_get(g.json, "repositories")), 1);
	assert_int_equal(ask(&g, "GET", "/installation/repositories", minted, NULL), 200);
	assert_int_equal(number_at(g.json, "total_count"), 1);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/secret-plans", minted, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO, minted, NULL), 200); /* public */
	assert_int_equal(ask(&g, "POST", REPO "/issues", minted, "{\"title\":\"x\"}"), 403);

	/* the private one is not there for whom it is not named */
	assert_int_equal(mint(&g, "{\"repositories\":[\"hello-world\"]}"), 201);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/secret-plans", minted, NULL), 404);
	assert_int_equal(mint(&g, "{\"repositories\":[\"nothing\"]}"), 422);
	assert_int_equal(mint(&g, "{\"repository_ids\":[7]}"), 422);
	assert_int_equal(mint(&g, "{\"repositories\":[\"Hello-World\",7]}"), 422);
	github_free(&g);
}

static void a_token_ends_by_time_or_by_wish(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	mint(&g, NULL);
	assert_int_equal(ask(&g, "DELETE", "/installation/token", minted, NULL), 204);
	assert_int_equal(ask(&g, "GET", REPO, minted, NULL), 401);
	assert_int_equal(ask(&g, "DELETE", "/installation/token", OCTOCAT, NULL), 401);
	mint(&g, NULL);
	pass(&g, 3599);
	assert_int_equal(ask(&g, "GET", REPO, minted, NULL), 200);
	pass(&g, 1);
	assert_int_equal(ask(&g, "GET", REPO, minted, NULL), 401);
	github_free(&g);
}

static void a_suspended_installation_may_nothing(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	mint(&g, NULL);
	ask(&g, "POST", "/_sim/app", NULL, "{\"suspend\":\"octo-org\"}");
	assert_int_equal(ask(&g, "GET", REPO, minted, NULL), 403);
	assert_string_equal(text_at(g.json, "message"), "This installation has been suspended");
	assert_int_equal(mint(&g, NULL), 403);
	ask(&g, "GET", "/app/installations", APP, NULL);
	assert_true(json_is_string(json_object_get(json_array_get(g.json, 0), "suspended_at")));
	ask(&g, "POST", "/_sim/app", NULL, "{\"restore\":\"octo-org\"}");
	assert_int_equal(mint(&g, NULL), 201);
	github_free(&g);
}

static void an_app_may_be_installed_nowhere(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/app", NULL, "{\"uninstall\":\"octo-org\"}");
	ask(&g, "POST", "/_sim/app", NULL, "{\"uninstall\":\"octo-lab\"}");
	assert_int_equal(ask(&g, "GET", "/app/installations", APP, NULL), 200);
	assert_int_equal(json_array_size(g.json), 0);
	assert_int_equal(mint(&g, NULL), 404);
	ask(&g, "GET", "/app", APP, NULL);
	assert_int_equal(number_at(g.json, "installations_count"), 0);
	ask(&g, "POST", "/_sim/app", NULL, "{\"install\":\"octo-org\"}");
	assert_int_equal(mint(&g, NULL), 201);
	github_free(&g);
}

static void a_large_installation_has_a_larger_budget(void **state)
{
	(void)state;
	static const struct {
		int64_t repos, users;
		const char *limit;
	} rows[] = { { 40, 21, "5000" }, { 46, 24, "5300" }, { 900, 6, "12500" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_conf conf = fixture_conf;
		conf.repos = rows[i].repos;
		conf.users = rows[i].users; /* the last is a stranger */
		struct github g = github_new(&conf);
		mint(&g, NULL);
		ask(&g, "GET", "/installation/repositories", minted, NULL);
		assert_string_equal(header(&g, "x-ratelimit-limit"), rows[i].limit);
		ask(&g, "GET", REPO, OCTOCAT, NULL);
		assert_string_equal(header(&g, "x-ratelimit-limit"), "5000");
		github_free(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_may_have_less_than_the_app),
		cmocka_unit_test(a_token_may_not_have_more_than_the_app),
		cmocka_unit_test(a_token_may_be_for_some_repositories),
		cmocka_unit_test(a_token_ends_by_time_or_by_wish),
		cmocka_unit_test(a_suspended_installation_may_nothing),
		cmocka_unit_test(a_large_installation_has_a_larger_budget),
		cmocka_unit_test(an_app_may_be_installed_nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
