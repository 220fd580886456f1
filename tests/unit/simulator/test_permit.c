#include "fixture.h"

#include "permit.h"

#define FINE "Bearer github_pat_x"

static void add(struct github *g, const char *input)
{
	assert_int_equal(ask(g, "POST", "/_sim/tokens", NULL, input), 200);
}

static void grants_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	static const char *const bad[] = { "[]", "{\"issues\":\"admin\"}", "{\"issues\":1}",
		"{\"issue\":\"read\"}" };
	struct sim_grants g = { 0 }, more = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *o = json_loads(bad[i], 0, NULL);
		assert_false(sim_grants_read(o, &g));
		json_decref(o);
	}
	assert_int_equal(g.level[SIM_METADATA], SIM_NOTHING);
	json_t *o = json_loads("{\"issues\":\"read\"}", 0, NULL);
	assert_true(sim_grants_read(o, &g));
	json_decref(o);
	o = json_loads("{\"issues\":\"write\",\"actions\":\"read\"}", 0, NULL);
	assert_true(sim_grants_read(o, &more));
	json_decref(o);
	assert_true(sim_grants_hold(&more, &g));
	assert_false(sim_grants_hold(&g, &more));
	o = sim_grants_show(&g);
	assert_string_equal(text_at(o, "issues"), "read");
	assert_string_equal(text_at(o, "metadata"), "read");
	assert_int_equal(json_object_size(o), 2);
	json_decref(o);
}

static void each_route_names_what_it_needs(void **state)
{
	(void)state;
	static const struct {
		const char *method, *target, *needs;
	} rows[] = {
		{ "GET", REPO, "metadata=read" },
		{ "PATCH", REPO, "administration=write" },
		{ "GET", REPO "/issues", "issues=read" },
		{ "POST", REPO "/issues", "issues=write" },
		{ "GET", REPO "/labels", "issues=read" },
		{ "GET", REPO "/pulls", "pull_requests=read" },
		{ "GET", REPO "/hooks", "repository_hooks=read" },
		{ "GET", REPO "/commits", "contents=read" },
		{ "GET", REPO "/contents/README.md", "contents=read" },
		{ "GET", REPO "/languages", "metadata=read" },
		{ "POST", REPO "/actions/runs/1/rerun", "actions=write" },
		{ "GET", REPO "/actions/runners", "administration=read" },
		{ "POST", REPO "/actions/runners/registration-token", "administration=write" },
		{ "GET", "/orgs/octo-org/actions/runners",
			"organization_self_hosted_runners=read" },
		{ "GET", "/orgs/octo-org/members", "members=read" },
		{ "GET", "/user", "metadata=read" },
	};
	struct github g = github_new(NULL);

	add(&g, "{\"add\":\"github_pat_x=octocat\"}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(&g, rows[i].method, rows[i].target, FINE, "{}");
		assert_string_equal(header(&g, "X-Accepted-GitHub-Permissions"), rows[i].needs);
	}
	/* a classic token hears of scopes instead */
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "X-Accepted-GitHub-Permissions"), "");
	assert_string_equal(header(&g, "X-OAuth-Scopes"), "admin:org, repo, workflow");
	assert_string_equal(header(&g, "X-Accepted-OAuth-Scopes"), "repo");
	github_free(&g);
}

static void a_fine_grained_token_may_what_it_was_given(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	add(&g, "{\"add\":\"github_pat_x=octocat\",\"permissions\":{\"issues\":\"read\"},"
		"\"repositories\":[\"octo-org/secret-plans\"]}");
	const char *secret = "/repos/octo-org/secret-plans";
	assert_int_equal(ask(&g, "GET", secret, FINE, NULL), 200);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/secret-plans/issues", FINE, NULL), 200);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/secret-plans/commits", FINE, NULL), 403);
	assert_string_equal(
		text_at(g.json, "message"), "Resource not accessible by personal access token");
	assert_int_equal(
		ask(&g, "POST", "/repos/octo-org/secret-plans/issues", FINE, "{\"title\":\"x\"}"),
		403);
	assert_int_equal(ask(&g, "GET", REPO "/commits", FINE, NULL), 200); /* public */
	assert_int_equal(ask(&g, "GET", REPO "/actions/runners", FINE, NULL), 403);
	add(&g, "{\"add\":\"github_pat_x=octocat\",\"repositories\":[]}");
	assert_int_equal(ask(&g, "GET", secret, FINE, NULL), 404);
	github_free(&g);
}

static void a_classic_token_may_what_its_scopes_say(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *secret = "/repos/octo-org/secret-plans";
	const char *body = "{\"title\":\"x\"}";

	add(&g, "{\"add\":\"ghp_octocat=octocat\",\"scopes\":\"repo:status, public_repo\"}");
	assert_int_equal(ask(&g, "GET", secret, OCTOCAT, NULL), 404);
	assert_int_equal(ask(&g, "POST", REPO "/issues", OCTOCAT, body), 201);
	assert_string_equal(header(&g, "X-OAuth-Scopes"), "repo:status, public_repo");
	add(&g, "{\"add\":\"ghp_octocat=octocat\",\"scopes\":\"\"}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "POST", REPO "/issues", OCTOCAT, body), 404);
	add(&g, "{\"add\":\"ghp_octocat=octocat\",\"scopes\":\"repo\"}");
	assert_int_equal(ask(&g, "GET", secret, OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "POST", REPO "/issues", OCTOCAT, body), 201);
	github_free(&g);
}

static void a_token_says_when_it_expires_and_then_does(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "github-authentication-token-expiration"), "");
	add(&g, "{\"add\":\"ghp_octocat=octocat\",\"expires_in_s\":90}");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(
		header(&g, "github-authentication-token-expiration"), "2026-01-01 00:01:30 UTC");
	pass(&g, 90);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 401);
	github_free(&g);
}

static void a_mutation_needs_the_right_to_write(void **state)
{
	(void)state;
	static const struct {
		const char *token;
		bool may;
	} rows[] = {
		{ "\"permissions\":{\"issues\":\"read\"}", false },
		{ "\"permissions\":{\"issues\":\"write\"}", true },
		{ "\"repositories\":[\"octo-org/secret-plans\"]", false },
		{ "\"repositories\":[\"octo-org/hello-world\"]", true },
		{ "\"scopes\":\"read:org\"", false },
		{ "\"scopes\":\"public_repo\"", true },
	};
	struct github g = github_new(NULL);
	char input[300], change[300];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	snprintf(change, sizeof(change),
		"{\"query\":\"mutation{createIssue(input:{repositoryId:\\\"%s\\\",title:\\\"x\\\"}"
		"){clientMutationId}}\"}",
		text_at(g.json, "node_id"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(input, sizeof(input), "{\"add\":\"github_pat_x=octocat\",%s}",
			rows[i].token);
		add(&g, input);
		ask(&g, "POST", "/graphql", FINE, change);
		const json_t *error = json_array_get(json_object_get(g.json, "errors"), 0);
		assert_string_equal(text_at(error, "type"), rows[i].may ? "" : "FORBIDDEN");
	}
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grants_are_read_whole_or_not_at_all),
		cmocka_unit_test(each_route_names_what_it_needs),
		cmocka_unit_test(a_fine_grained_token_may_what_it_was_given),
		cmocka_unit_test(a_classic_token_may_what_its_scopes_say),
		cmocka_unit_test(a_mutation_needs_the_right_to_write),
		cmocka_unit_test(a_token_says_when_it_expires_and_then_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
