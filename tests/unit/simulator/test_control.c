#include "fixture.h"

#include "journal.h"

static void the_journal_tells_what_came_without_the_token(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO "?a=b", OCTOCAT, NULL);
	ask(&g, "GET", "/nowhere", NULL, NULL);
	ask(&g, "GET", "/_sim/requests", NULL, NULL);
	assert_int_equal(number_at(g.json, "total"), 2);
	const json_t *row = json_array_get(json_object_get(g.json, "requests"), 0);
	assert_string_equal(text_at(row, "method"), "GET");
	assert_string_equal(text_at(row, "target"), REPO "?a=b");
	assert_string_equal(text_at(row, "user_agent"), "test");
	assert_string_equal(text_at(row, "resource"), "core");
	assert_int_equal(number_at(row, "status"), 200);
	assert_int_equal(number_at(row, "at_us"), 1767225600ll * SEC);
	/* base64 of SHA-256 of "ghp_octocat" */
	assert_string_equal(
		text_at(row, "token_hash"), "kFXA4hLeC82XSrsAO0LqstiWaR3mpVE73rxKmiYzs6U=");
	assert_null(strstr(g.out.body, "ghp_octocat"));
	github_free(&g);
}

static void the_journal_can_be_asked_for_a_part(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", "/user", OCTOCAT, NULL);
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	ask(&g, "POST", REPO "/issues", OCTOCAT, "{}");
	ask(&g, "GET", "/_sim/requests?target=/repos/*", NULL, NULL);
	assert_int_equal(number_at(g.json, "matched"), 2);
	ask(&g, "GET", "/_sim/requests?method=POST", NULL, NULL);
	assert_int_equal(number_at(g.json, "matched"), 1);
	ask(&g, "GET", "/_sim/requests?since=2", NULL, NULL);
	assert_int_equal(number_at(g.json, "matched"), 1);
	ask(&g, "GET", "/_sim/requests?max=1", NULL, NULL);
	assert_int_equal(number_at(g.json, "matched"), 3);
	assert_int_equal(json_array_size(json_object_get(g.json, "requests")), 1);
	assert_int_equal(
		number_at(json_array_get(json_object_get(g.json, "requests"), 0), "seq"), 3);
	github_free(&g);
}

static void the_journal_is_bounded_and_its_totals_are_not(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	for (int i = 0; i < SIM_JOURNAL + 10; i++)
		ask(&g, "GET", "/zen", OCTOCAT, NULL);
	ask(&g, "GET", "/_sim/requests?max=100000", NULL, NULL);
	assert_int_equal(number_at(g.json, "total"), SIM_JOURNAL + 10);
	assert_int_equal(json_array_size(json_object_get(g.json, "requests")), SIM_JOURNAL);
	github_free(&g);
}

static void a_target_that_is_not_utf8_does_not_break_the_journal(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "GET", "/users/\xff\xfe", OCTOCAT, NULL), 404);
	assert_int_equal(ask(&g, "GET", "/_sim/requests", NULL, NULL), 200);
	assert_non_null(g.json);
	github_free(&g);
}

static void state_counts_by_status_and_bucket(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	ask(&g, "GET", "/nowhere", OCTOCAT, NULL);
	ask(&g, "GET", "/search/issues?q=a", OCTOCAT, NULL);
	ask(&g, "GET", "/_sim/state", NULL, NULL);
	assert_int_equal(number_at(g.json, "served"), 3);
	assert_int_equal(number_at(json_object_get(g.json, "by_status"), "2xx"), 2);
	assert_int_equal(number_at(json_object_get(g.json, "by_status"), "4xx"), 1);
	assert_int_equal(number_at(json_object_get(g.json, "points"), "core"), 2);
	assert_int_equal(number_at(json_object_get(g.json, "points"), "search"), 1);
	github_free(&g);
}

static void reset_brings_the_first_bytes_back(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	char *first = strdup(g.out.body);
	ask(&g, "POST", REPO "/issues", OCTOCAT, "{\"title\":\"x\"}");
	ask(&g, "POST", "/_sim/script", NULL, "{\"answer\":{\"status\":500}}");
	ask(&g, "POST", "/_sim/reset", NULL, NULL);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_string_equal(g.out.body, first);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	free(first);
	github_free(&g);
}

static void repositories_and_issues_are_made_on_command(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "POST", "/_sim/repos", NULL,
				 "{\"repo\":\"octo-org/made\",\"private\":true}"),
		200);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/made", NULL, NULL), 404);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/made", OCTOCAT, NULL), 200);
	ask(&g, "POST", "/_sim/issues", NULL, "{\"repo\":\"octo-org/made\",\"count\":31}");
	ask(&g, "GET", "/repos/octo-org/made/issues", OCTOCAT, NULL);
	assert_int_equal(json_array_size(g.json), 30);
	assert_non_null(strstr(header(&g, "Link"), "page=2>; rel=\"last\""));
	github_free(&g);
}

static void a_wrong_command_is_refused_with_the_reason(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { "/_sim/limit", "{\"resource\":\"x\"}" },
		{ "/_sim/limit", "{\"remaining\":-5}" }, { "/_sim/limit", "{\"token\":\"x\"}" },
		{ "/_sim/repos", "{\"repo\":\"nobody/x\"}" }, { "/_sim/repos", "{}" },
		{ "/_sim/issues", "{\"repo\":\"octo-org/nothing\"}" },
		{ "/_sim/issues", "{\"repo\":\"octo-org/hello-world\",\"count\":99999}" },
		{ "/_sim/touch", "{}" }, { "/_sim/tokens", "{}" },
		{ "/_sim/tokens", "{\"add\":\"t=nobody\"}" },
		{ "/_sim/etag", "{\"route\":\"*\",\"mode\":\"x\"}" }, { "/_sim/script", "5" } };
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(&g, "POST", rows[i][0], NULL, rows[i][1]), 400);
		assert_string_not_equal(text_at(g.json, "error"), "");
	}
	assert_int_equal(ask(&g, "GET", "/_sim/nothing", NULL, NULL), 404);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journal_tells_what_came_without_the_token),
		cmocka_unit_test(the_journal_can_be_asked_for_a_part),
		cmocka_unit_test(the_journal_is_bounded_and_its_totals_are_not),
		cmocka_unit_test(a_target_that_is_not_utf8_does_not_break_the_journal),
		cmocka_unit_test(state_counts_by_status_and_bucket),
		cmocka_unit_test(reset_brings_the_first_bytes_back),
		cmocka_unit_test(repositories_and_issues_are_made_on_command),
		cmocka_unit_test(a_wrong_command_is_refused_with_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
