#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "ticket/github_route.h"

static void assert_str(struct hg_str is, const char *wanted, const char *of)
{
	if (!hg_str_is(is, hg_str(wanted)))
		fail_msg("%s: \"%.*s\", wanted \"%s\"", of, (int)is.n, is.p, wanted);
}

static struct hg_github_route find(const char *method, const char *path)
{
	struct hg_github_route route;

	hg_github_route_find(hg_str(method), hg_str(path), &route);
	return route;
}

static void a_path_has_its_template(void **state)
{
	static const struct {
		const char *path, *tmpl;
	} rows[] = {
		{ "/", "/" },
		{ "/zen", "/zen" },
		{ "/repos/o/r", "/repos/{owner}/{repo}" },
		{ "/repos/o/r/", "/repos/{owner}/{repo}" },
		{ "/repositories/1", "/repositories/{id}" },
		{ "/repositories", "/repositories" },
		{ "/repositories/1/issues/2", "/repositories/{id}/issues/{}" },
		{ "/repos/o/r/issues/comments", "/repos/{owner}/{repo}/issues/comments" },
		{ "/repos/o/r/issues/7", "/repos/{owner}/{repo}/issues/{}" },
		{ "/repos/o/r/actions/runs/5/jobs", "/repos/{owner}/{repo}/actions/runs/{}/jobs" },
		{ "/repos/o/r/actions/runners/downloads",
			"/repos/{owner}/{repo}/actions/runners/downloads" },
		{ "/repos/o/r/actions/runners/9", "/repos/{owner}/{repo}/actions/runners/{}" },
		{ "/repos/o/r/contents/a/b/c", "/repos/{owner}/{repo}/contents/*" },
		{ "/repos/o/r/contents/a/b/c/d/e/f/g/h/i/j/k", "/repos/{owner}/{repo}/contents/*" },
		{ "/repos/o/r/git/ref/heads%2Ffeature", "/repos/{owner}/{repo}/git/*" },
		{ "/repos/o/r/invented", "/repos/{owner}/{repo}/*" },
		{ "/orgs/o", "/orgs/{org}" },
		{ "/orgs/o/actions/runner-groups/1/runners",
			"/orgs/{org}/actions/runner-groups/{}/runners" },
		{ "/organizations/1/repos", "/organizations/{id}/repos" },
		{ "/organizations", "/organizations" },
		{ "/users/u/repos", "/users/{username}/repos" },
		{ "/users", "/users" },
		{ "/user", "/user" },
		{ "/user/repos", "/user/repos" },
		{ "/enterprises/e/audit-log", "/enterprises/{enterprise}/audit-log" },
		{ "/app/installations/1/access_tokens", "/app/installations/{}/access_tokens" },
		{ "/rate_limit", "/rate_limit" },
		{ "/invented/by/nobody", "/*" },
		{ "/repos", "/*" },
		{ "/repos/o", "/*" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_str(find("GET", rows[i].path).tmpl, rows[i].tmpl, rows[i].path);
}

/* GitHub document "Rate limits for the REST API"; each rule and its neighbours. */
static void a_request_counts_in_its_bucket(void **state)
{
	static const struct {
		const char *method, *path, *resource;
	} rows[] = {
		{ "GET", "/search/code", "code_search" },
		{ "HEAD", "/search/code", "code_search" },
		{ "GET", "/search/issues", "search" },
		{ "GET", "/search/repositories", "search" },
		{ "POST", "/graphql", "graphql" },
		{ "POST", "/app-manifests/abc/conversions", "integration_manifest" },
		{ "GET", "/app-manifests/abc/conversions", "core" },
		{ "POST", "/repos/o/r/code-scanning/sarifs", "code_scanning_upload" },
		{ "GET", "/repos/o/r/code-scanning/sarifs", "core" },
		{ "GET", "/repos/o/r/code-scanning/sarifs/1", "core" },
		{ "POST", "/repos/o/r/code-scanning/alerts/3/autofix", "code_scanning_autofix" },
		{ "GET", "/repos/o/r/code-scanning/alerts/3/autofix", "core" },
		{ "POST", "/repos/o/r/code-scanning/alerts/3/autofix/commits", "core" },
		{ "POST", "/repos/o/r/actions/runners/registration-token",
			"actions_runner_registration" },
		{ "POST", "/orgs/o/actions/runners/registration-token",
			"actions_runner_registration" },
		{ "POST", "/enterprises/e/actions/runners/registration-token",
			"actions_runner_registration" },
		{ "POST", "/repositories/1/actions/runners/registration-token",
			"actions_runner_registration" },
		{ "POST", "/repos/o/r/actions/runners/remove-token", "core" },
		{ "GET", "/scim/v2/organizations/o/Users", "scim" },
		{ "POST", "/scim/v2/organizations/o/Users", "scim" },
		{ "POST", "/repos/o/r/dependency-graph/snapshots", "dependency_snapshots" },
		{ "GET", "/repos/o/r/dependency-graph/sbom", "dependency_sbom" },
		{ "GET", "/repos/o/r/dependency-graph/compare/a...b", "core" },
		{ "GET", "/orgs/o/audit-log", "audit_log" },
		{ "GET", "/organizations/1/audit-log", "audit_log" },
		{ "GET", "/enterprises/e/audit-log", "audit_log" },
		{ "GET", "/enterprises/e/audit-log/streams", "audit_log_streaming" },
		{ "GET", "/repos/o/audit-log", "core" }, /* a repository of that name */
		{ "GET", "/repos/search/code", "core" },
		{ "GET", "/rate_limit", "rate_limit" },
		{ "GET", "/repos/o/r", "core" },
		{ "DELETE", "/nobody/knows", "core" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_str(hg_str(find(rows[i].method, rows[i].path).resource), rows[i].resource,
			rows[i].path);
}

/* The freshness table. */
static void a_read_has_its_family(void **state)
{
	static const struct {
		const char *method, *path, *family;
	} rows[] = {
		{ "GET", "/repos/o/r", "repositories" },
		{ "HEAD", "/repos/o/r", "repositories" },
		{ "GET", "/orgs/o/repos", "repositories" },
		{ "GET", "/users/u/repos", "repositories" },
		{ "GET", "/user/repos", "repositories" },
		{ "GET", "/repos/o/r/actions/workflows", "workflows" },
		{ "GET", "/repos/o/r/actions/runs", "workflows" },
		{ "GET", "/repos/o/r/actions/runs/1", "workflows" },
		{ "GET", "/repos/o/r/actions/runners", "runners" },
		{ "GET", "/orgs/o/actions/runners", "runners" },
		{ "GET", "/repos/o/r/actions/runs/1/jobs", "jobs" },
		{ "GET", "/repos/o/r/actions/jobs/1", "jobs" },
		{ "GET", "/rate_limit", "rate_limit" },
		{ "GET", "/repos/o/r/issues", "" },
		{ "GET", "/repos/o/r/actions/runs/1/logs", "" },
		{ "GET", "/repos/o/r/actions/runners/registration-token", "" },
		{ "GET", "/orgs/o", "" },
		{ "PATCH", "/repos/o/r", "" },
		{ "DELETE", "/repos/o/r/actions/runs/1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_str(hg_str(find(rows[i].method, rows[i].path).family), rows[i].family,
			rows[i].path);
}

static void only_a_post_to_a_repository_creates_content(void **state)
{
	(void)state;
	assert_true(find("POST", "/repos/o/r/issues").is_content);
	assert_true(find("POST", "/repositories/1/issues").is_content);
	assert_false(find("GET", "/repos/o/r/issues").is_content);
	assert_false(find("POST", "/graphql").is_content);
	assert_int_equal(find("POST", "/graphql").cost, 1);
}

/* What clients send cannot make a template: there are no more than there are rows. */
static void strange_paths_have_a_template_of_the_table(void **state)
{
	static const char *const paths[] = { "/repos/o/r/actions/runs/1/2/3/4/5/6/7/8/9/10/11/12",
		"/a/b/c/d/e/f/g/h/i/j/k/l/m/n", "/repos/{owner}/{repo}", "/%2F%2F/x", "/*" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char path[80], tmpl[80];
		(void)snprintf(path, sizeof(path), "%s", paths[i]);
		struct hg_github_route route = find("BREW", path);
		assert_true(route.tmpl.n > 0);
		(void)snprintf(tmpl, sizeof(tmpl), "%.*s", (int)route.tmpl.n, route.tmpl.p);
		memset(path, '#', strlen(path)); /* a template made of it would change */
		assert_str(route.tmpl, tmpl, paths[i]);
		assert_string_equal(route.resource, "core");
	}
}

static void a_face_is_cut_off_where_it_ends_at_a_slash(void **state)
{
	static const struct {
		const char *path, *prefix, *rest;
		enum hg_github_entrance entrance;
	} rows[] = {
		{ "/repos/o/r", "", "/repos/o/r", HG_GITHUB_REST },
		{ "/", "", "/", HG_GITHUB_REST },
		{ "/graphql", "", "/graphql", HG_GITHUB_GRAPHQL },
		{ "/graphqlx", "", "/graphqlx", HG_GITHUB_REST },
		{ "/api/v3", "/api/v3", "/", HG_GITHUB_REST },
		{ "/api/v3/", "/api/v3", "/", HG_GITHUB_REST },
		{ "/api/v3/repos/o/r", "/api/v3", "/repos/o/r", HG_GITHUB_REST },
		{ "/api/v3x/repos", "", "/api/v3x/repos", HG_GITHUB_REST },
		{ "/api/v3%2Frepos", "", "/api/v3%2Frepos", HG_GITHUB_REST },
		{ "/api/graphql", "/api", "/graphql", HG_GITHUB_GRAPHQL },
		{ "/api/graphql/x", "", "/api/graphql/x", HG_GITHUB_REST },
		{ "/api/uploads/repos/o/r/releases/1/assets", "/api/uploads",
			"/repos/o/r/releases/1/assets", HG_GITHUB_UPLOADS },
		{ "/api/uploadsx", "", "/api/uploadsx", HG_GITHUB_REST },
		{ "/api", "", "/api", HG_GITHUB_REST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_face face;
		hg_github_face(hg_str(rows[i].path), &face);
		assert_str(face.prefix, rows[i].prefix, rows[i].path);
		assert_str(face.path, rows[i].rest, rows[i].path);
		assert_int_equal(face.entrance, rows[i].entrance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_has_its_template),
		cmocka_unit_test(a_request_counts_in_its_bucket),
		cmocka_unit_test(a_read_has_its_family),
		cmocka_unit_test(only_a_post_to_a_repository_creates_content),
		cmocka_unit_test(strange_paths_have_a_template_of_the_table),
		cmocka_unit_test(a_face_is_cut_off_where_it_ends_at_a_slash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
