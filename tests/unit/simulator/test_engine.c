#include "fixture.h"

#include "text.h"

static void a_request_without_user_agent_is_refused_as_github_does(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	g.user_agent = NULL;
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_non_null(strstr(g.out.body, "User-Agent"));
	github_free(&g);
}

static void an_unknown_api_version_is_400(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	g.version = "2001-01-01";
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 400);
	g.version = "2026-03-10";
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_string_equal(header(&g, "x-github-api-version-selected"), "2026-03-10");
	github_free(&g);
}

static void a_trailing_slash_is_404(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "GET", REPO "/", OCTOCAT, NULL), 404);
	assert_string_equal(text_at(g.json, "message"), "Not Found");
	assert_string_equal(text_at(g.json, "status"), "404");
	github_free(&g);
}

static void an_unknown_token_gets_bad_credentials(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "GET", "/user", "Bearer ghp_nobody", NULL), 401);
	assert_string_equal(text_at(g.json, "message"), "Bad credentials");
	assert_string_equal(text_at(g.json, "status"), "401");
	assert_string_not_equal(text_at(g.json, "documentation_url"), "");
	github_free(&g);
}

static void every_spelling_of_a_token_names_the_same_user(void **state)
{
	(void)state;
	static const char *const spellings[] = { "Bearer ghp_hubot", "token ghp_hubot",
		"bearer ghp_hubot", "Basic eDpnaHBfaHVib3Q=" };
	struct github g = github_new(NULL);

	for (int i = 0; i < 4; i++) {
		assert_int_equal(ask(&g, "GET", "/user", spellings[i], NULL), 200);
		assert_string_equal(text_at(g.json, "login"), "hubot");
	}
	github_free(&g);
}

static void without_a_token_list_any_token_of_githubs_form_is_somebodys(void **state)
{
	(void)state;
	struct sim_conf conf = fixture_conf;
	conf.n_tokens = 0;
	struct github g = github_new(&conf);

	assert_int_equal(ask(&g, "GET", "/user", "Bearer github_pat_x", NULL), 200);
	assert_int_equal(ask(&g, "GET", "/user", "Bearer something-else", NULL), 401);
	ask(&g, "POST", "/_sim/tokens", NULL, "{\"revoke\":\"github_pat_x\"}");
	assert_int_equal(ask(&g, "GET", "/user", "Bearer github_pat_x", NULL), 401);
	assert_int_equal(ask(&g, "GET", "/user", "Bearer ghp_y", NULL), 200);
	github_free(&g);
}

static void a_304_is_free_for_a_token_and_counts_without_one(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char etag[80];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	snprintf(etag, sizeof(etag), "W/%s", header(&g, "ETag"));
	g.if_none_match = etag;
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 304);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	assert_int_equal(g.out.body_bytes, 0);
	assert_true(g.out.head_only);

	g.if_none_match = NULL;
	ask(&g, "GET", REPO, NULL, NULL);
	snprintf(etag, sizeof(etag), "\"x\", %s", header(&g, "ETag"));
	g.if_none_match = etag;
	assert_int_equal(ask(&g, "GET", REPO, NULL, NULL), 304);
	assert_string_equal(header(&g, "x-ratelimit-used"), "2");
	github_free(&g);
}

static void an_etag_belongs_to_one_token(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char etag[80];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	snprintf(etag, sizeof(etag), "%s", header(&g, "ETag"));
	g.if_none_match = etag;
	assert_int_equal(ask(&g, "GET", REPO, "Bearer ghp_octocat2", NULL), 200);
	github_free(&g);
}

static void curl_sees_an_indented_body_under_the_etag_of_the_compact_one(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char etag[80];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	snprintf(etag, sizeof(etag), "%s", header(&g, "ETag"));
	assert_null(strchr(g.out.body, '\n'));
	g.user_agent = "curl/8.0";
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_non_null(strstr(g.out.body, "{\n  \"id\": "));
	assert_string_equal(header(&g, "ETag"), etag);
	github_free(&g);
}

static void head_has_the_length_and_etag_of_get(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char etag[80];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	size_t n = g.out.body_bytes;
	snprintf(etag, sizeof(etag), "%s", header(&g, "ETag"));
	assert_int_equal(ask(&g, "HEAD", REPO, OCTOCAT, NULL), 200);
	assert_true(g.out.head_only);
	assert_int_equal(g.out.body_bytes, n);
	assert_string_equal(header(&g, "ETag"), etag);
	github_free(&g);
}

static void the_same_seed_and_questions_give_the_same_bytes(void **state)
{
	(void)state;
	static const char *const targets[] = { "/", "/user", REPO, REPO "/issues?page=2",
		REPO "/actions/runs", "/orgs/octo-org/actions/runners", "/rate_limit", "/nowhere",
		REPO "/actions/runners/registration-token" };
	struct sim_conf other = fixture_conf;
	other.seed = 8;
	struct github a = github_new(NULL), b = github_new(NULL), c = github_new(&other);
	int n_other = 0;

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		const char *method = i == 8 ? "POST" : "GET";
		ask(&a, method, targets[i], OCTOCAT, NULL);
		ask(&b, method, targets[i], OCTOCAT, NULL);
		ask(&c, method, targets[i], OCTOCAT, NULL);
		assert_int_equal(a.out.status, b.out.status);
		assert_int_equal(a.out.n_fields, b.out.n_fields);
		for (uint32_t f = 0; f < a.out.n_fields; f++)
			assert_true(hg_str_is(a.out.fields[f].value, b.out.fields[f].value));
		assert_int_equal(a.out.body_bytes, b.out.body_bytes);
		assert_memory_equal(a.out.body, b.out.body, a.out.body_bytes);
		n_other += a.out.body_bytes != c.out.body_bytes ||
		           memcmp(a.out.body, c.out.body, a.out.body_bytes) != 0;
	}
	assert_true(n_other >= 5);
	github_free(&a);
	github_free(&b);
	github_free(&c);
}

static void no_member_of_an_answer_went_missing(void **state)
{
	(void)state;
	static const struct {
		const char *target;
		const char *list; /* where the object stands in an array */
		size_t members;
	} rows[] = {
		{ "/users/octocat", NULL, 33 },
		{ "/orgs/octo-org", NULL, 28 },
		{ REPO, NULL, 83 },
		{ REPO "/issues", "", 28 },
		{ REPO "/issues/1/comments", "", 10 },
		{ REPO "/commits", "", 9 },
		{ REPO "/contents/README.md", NULL, 12 },
		{ REPO "/actions/workflows", "workflows", 10 },
		{ REPO "/actions/runs", "workflow_runs", 34 },
		{ REPO "/actions/runners", "runners", 8 },
		{ "/app/installations", "", 15 },
		{ "/app", NULL, 11 },
		{ "/rate_limit", NULL, 2 },
		{ "/meta", NULL, 7 },
	};
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_app = strncmp(rows[i].target, "/app", 4) == 0;
		assert_int_equal(
			ask(&g, "GET", rows[i].target, is_app ? "Bearer a.b.c" : OCTOCAT, NULL),
			200);
		const json_t *o = g.json;
		if (rows[i].list)
			o = json_array_get(*rows[i].list ? json_object_get(o, rows[i].list) : o, 0);
		if (json_object_size(o) != rows[i].members)
			print_error("%s: %zu members\n", rows[i].target, json_object_size(o));
		assert_int_equal(json_object_size(o), rows[i].members);
	}
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_without_user_agent_is_refused_as_github_does),
		cmocka_unit_test(an_unknown_api_version_is_400),
		cmocka_unit_test(a_trailing_slash_is_404),
		cmocka_unit_test(an_unknown_token_gets_bad_credentials),
		cmocka_unit_test(every_spelling_of_a_token_names_the_same_user),
		cmocka_unit_test(without_a_token_list_any_token_of_githubs_form_is_somebodys),
		cmocka_unit_test(a_304_is_free_for_a_token_and_counts_without_one),
		cmocka_unit_test(an_etag_belongs_to_one_token),
		cmocka_unit_test(curl_sees_an_indented_body_under_the_etag_of_the_compact_one),
		cmocka_unit_test(head_has_the_length_and_etag_of_get),
		cmocka_unit_test(the_same_seed_and_questions_give_the_same_bytes),
		cmocka_unit_test(no_member_of_an_answer_went_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
