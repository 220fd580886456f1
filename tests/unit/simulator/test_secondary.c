#include "fixture.h"

#include "secondary.h"

#define ISSUES REPO "/issues"

static struct github limited_new(void)
{
	struct sim_conf conf = fixture_conf;

	conf.secondary = (struct sim_secondary_conf){ .is_on = true,
		.limits = { [SIM_CONCURRENT] = 100,
			[SIM_ROUTE_POINTS] = 900,
			[SIM_GRAPHQL_POINTS] = 2000,
			[SIM_CPU] = 90 * SEC,
			[SIM_GRAPHQL_CPU] = 60 * SEC,
			[SIM_CONTENT_MINUTE] = 80,
			[SIM_CONTENT_HOUR] = 500,
			[SIM_MINTS] = 2000 },
		.block_us = 60 * SEC };
	return github_new(&conf);
}

static void set(struct github *g, const char *path, const char *input)
{
	assert_int_equal(ask(g, "POST", path, NULL, input), 200);
}

/* How often the same may be asked before it is refused; at most `most`. */
static int asked_until_refused(
	struct github *g, const char *method, const char *target, const char *body, int most)
{
	int n = 0;

	while (n < most && ask(g, method, target, OCTOCAT, body) < 400 &&
		!json_object_get(g->json, "errors"))
		n++;
	return n;
}

static json_int_t refused(struct github *g, const char *kind)
{
	ask(g, "GET", "/_sim/stats", NULL, NULL);
	return number_at(json_object_get(g->json, "refused_kinds"), kind);
}

static void a_route_has_900_points_a_minute(void **state)
{
	(void)state;
	struct github g = limited_new();

	assert_int_equal(asked_until_refused(&g, "GET", REPO "/labels", NULL, 2000), 900);
	assert_int_equal(g.out.status, 403);
	assert_non_null(strstr(text_at(g.json, "message"),
		"You have exceeded a secondary rate limit. Please wait a few minutes"));
	assert_non_null(
		strstr(text_at(g.json, "documentation_url"), "#about-secondary-rate-limits"));
	assert_string_equal(header(&g, "Retry-After"), "60");
	assert_string_equal(header(&g, "x-ratelimit-used"), "900"); /* refused: free */
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "4100");

	/* of another repository it is the same route; another route is another */
	assert_int_equal(ask(&g, "GET", "/repos/octocat/Hello-World/labels", OCTOCAT, NULL), 403);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO "/labels", "token ghp_octocat2", NULL), 403);
	assert_int_equal(ask(&g, "GET", REPO "/labels", "token ghp_hubot", NULL), 200);
	assert_int_equal(refused(&g, "route_points"), 3);
	pass(&g, 59);
	assert_int_equal(ask(&g, "GET", REPO "/labels", OCTOCAT, NULL), 403);
	assert_string_equal(header(&g, "Retry-After"), "1");
	pass(&g, 1);
	assert_int_equal(ask(&g, "GET", REPO "/labels", OCTOCAT, NULL), 200);
	github_free(&g);
}

static void asking_while_blocked_may_prolong_the_block(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/secondary", "{\"route_points\":1}");
	set(&g, "/_sim/odd", "{\"names\":[\"refusals_prolong\"]}");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	for (int i = 0; i < 3; i++) {
		pass(&g, i ? 59 : 0);
		assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
		assert_string_equal(header(&g, "Retry-After"), "60");
	}
	pass(&g, 60);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void a_write_costs_five_points(void **state)
{
	(void)state;
	struct github g = limited_new();

	assert_int_equal(
		asked_until_refused(&g, "PATCH", ISSUES "/1", "{\"title\":\"x\"}", 999), 180);
	assert_int_equal(refused(&g, "route_points"), 1);
	github_free(&g);
}

static void the_window_slides(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/secondary", "{\"route_points\":3,\"block_ms\":0}");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
		pass(&g, 20);
	}
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200); /* the first is a minute old */
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_string_equal(header(&g, "Retry-After"), "1");
	pass(&g, 20);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void graphql_has_2000_points_and_tells_it_in_a_200(void **state)
{
	(void)state;
	struct github g = limited_new();
	const char *query = "{\"query\":\"{viewer{login}}\"}";
	const char *change = "{\"query\":\"mutation{closeIssue(input:{issueId:\\\"x\\\"})"
			     "{clientMutationId}}\"}";

	for (int i = 0; i < 399; i++)
		ask(&g, "POST", "/graphql", OCTOCAT, change);
	assert_int_equal(asked_until_refused(&g, "POST", "/graphql", query, 999), 5);
	assert_int_equal(g.out.status, 200);
	const json_t *error = json_array_get(json_object_get(g.json, "errors"), 0);
	assert_string_equal(text_at(error, "type"), "RATE_LIMITED");
	assert_non_null(strstr(text_at(error, "message"), "secondary rate limit"));
	set(&g, "/_sim/secondary", "{\"graphql_status\":403}");
	assert_int_equal(ask(&g, "POST", "/graphql", OCTOCAT, query), 403);
	assert_int_equal(refused(&g, "graphql_points"), 2);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void a_hundred_may_be_under_way_of_both_kinds(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/secondary", "{\"block_ms\":0}");
	set(&g, "/_sim/script",
		"{\"match\":{\"path\":\"*\"},\"times\":101,\"answer\":{\"delay_ms\":500,"
		"\"stall_ms\":500}}");
	for (int i = 0; i < 50; i++) {
		assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
		ask(&g, "POST", "/graphql", OCTOCAT, "{\"query\":\"{viewer{login}}\"}");
	}
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 403);
	assert_int_equal(ask(&g, "GET", "/user", "token ghp_hubot", NULL), 200);
	g.now.mono_us += SEC - 1;
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 403);
	g.now.mono_us += 1;
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 200);
	ask(&g, "GET", "/_sim/stats", NULL, NULL);
	assert_int_equal(number_at(g.json, "max_concurrent"), 100);
	assert_int_equal(number_at(json_object_get(g.json, "refused_kinds"), "concurrent"), 2);
	github_free(&g);
}

static void processor_time_is_response_time_and_ten_seconds_at_most(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/script",
		"{\"match\":{\"path\":\"/repos/*\"},\"times\":99,\"answer\":{\"delay_ms\":15000}}");
	assert_int_equal(asked_until_refused(&g, "GET", REPO, NULL, 99), 9);
	assert_int_equal(
		ask(&g, "POST", "/graphql", OCTOCAT, "{\"query\":\"{viewer{login}}\"}"), 200);
	assert_non_null(json_object_get(g.json, "errors"));
	assert_int_equal(refused(&g, "cpu"), 2);
	github_free(&g);
}

static void graphql_may_have_two_thirds_of_the_processor(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/script",
		"{\"match\":{\"path\":\"/graphql\"},\"times\":99,\"answer\":{\"cpu_ms\":10000}}");
	assert_int_equal(
		asked_until_refused(&g, "POST", "/graphql", "{\"query\":\"{viewer{login}}\"}", 99),
		6);
	assert_int_equal(refused(&g, "graphql_cpu"), 1);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void contents_are_80_a_minute_and_500_an_hour(void **state)
{
	(void)state;
	struct github g = limited_new();
	const char *body = "{\"title\":\"x\"}";
	int n = asked_until_refused(&g, "POST", ISSUES, body, 999);

	assert_int_equal(n, 80);
	assert_non_null(
		strstr(text_at(g.json, "message"), "temporarily blocked from content creation"));
	/* comments are contents too, but changing one is not */
	assert_int_equal(ask(&g, "POST", ISSUES "/1/comments", OCTOCAT, "{\"body\":\"x\"}"), 403);
	assert_int_equal(ask(&g, "PATCH", ISSUES "/1", OCTOCAT, body), 200);
	for (int i = 0; i < 6; i++) {
		pass(&g, 60);
		n += asked_until_refused(&g, "POST", ISSUES, body, 999);
	}
	assert_int_equal(n, 500);
	assert_int_equal(refused(&g, "content_per_hour"), 1);
	github_free(&g);
}

static void a_mutation_that_creates_is_content(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/secondary", "{\"content_per_minute\":1}");
	const char *change = "{\"query\":\"mutation{addComment(input:{subjectId:\\\"x\\\","
			     "body:\\\"y\\\"}){clientMutationId}}\"}";
	ask(&g, "POST", "/graphql", OCTOCAT, change);
	ask(&g, "POST", "/graphql", OCTOCAT, change);
	assert_int_equal(refused(&g, "content_per_minute"), 1);
	github_free(&g);
}

static void mints_are_counted_for_the_app(void **state)
{
	(void)state;
	struct github g = limited_new();
	char target[128];

	set(&g, "/_sim/secondary", "{\"mints_per_hour\":2}");
	ask(&g, "GET", "/app/installations", "Bearer a.b.c", NULL);
	snprintf(target, sizeof(target), "/app/installations/%lld/access_tokens",
		(long long)number_at(json_array_get(g.json, 0), "id"));
	assert_int_equal(ask(&g, "POST", target, "Bearer a.b.c", NULL), 201);
	assert_int_equal(ask(&g, "POST", target, "Bearer a.b.c", NULL), 201);
	assert_int_equal(ask(&g, "POST", target, "Bearer a.b.c", NULL), 403);
	assert_int_equal(ask(&g, "GET", "/app", "Bearer a.b.c", NULL), 200);
	assert_int_equal(refused(&g, "mints_per_hour"), 1);
	github_free(&g);
}

static void a_refusal_looks_as_it_is_told(void **state)
{
	(void)state;
	struct github g = limited_new();

	set(&g, "/_sim/secondary",
		"{\"route_points\":1,\"status\":429,\"retry_after\":\"date\",\"remaining\":"
		"\"zero\","
		"\"limited_by\":true}");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 429);
	assert_string_equal(header(&g, "Retry-After"), "Thu, 01 Jan 2026 00:01:00 GMT");
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "0");
	assert_string_equal(header(&g, "gh-limited-by"), "search-elapsed-time-shared-grouped");
	set(&g, "/_sim/secondary",
		"{\"status\":403,\"retry_after\":\"none\",\"remaining\":\"kept\","
		"\"limited_by\":false}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_string_equal(header(&g, "Retry-After"), "");
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "4999");
	assert_string_equal(header(&g, "gh-limited-by"), "");
	github_free(&g);
}

static void a_hidden_limit_is_told_by_nothing_but_its_refusal(void **state)
{
	(void)state;
	struct github g = github_new(NULL); /* the published ones are off */

	set(&g, "/_sim/hidden", "{\"route\":\"/repos/*/issues\",\"method\":\"GET\",\"points\":3}");
	assert_int_equal(asked_until_refused(&g, "GET", ISSUES, NULL, 99), 3);
	assert_non_null(strstr(text_at(g.json, "message"), "secondary rate limit"));
	assert_int_equal(ask(&g, "GET", "/repos/octocat/Hello-World/issues", OCTOCAT, NULL), 403);
	assert_int_equal(ask(&g, "POST", ISSUES, OCTOCAT, "{\"title\":\"x\"}"), 201);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	assert_int_equal(refused(&g, "hidden"), 2);
	set(&g, "/_sim/hidden", "{\"clear\":true}");
	assert_int_equal(ask(&g, "GET", ISSUES, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void rows_of_hidden_limits_are_read_whole(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "/x", "/x=", "=5", "/x=-1", "/x=5s", "GET =5" };
	struct sim_hiddens rows = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sim_hidden_put(&rows, bad[i]));
	assert_true(sim_hidden_put(&rows, "/search/*=7"));
	assert_true(sim_hidden_put(&rows, "POST /repos/*=5"));
	assert_string_equal(rows.rows[0].method, "*");
	assert_string_equal(rows.rows[1].method, "POST");
	assert_string_equal(rows.rows[1].path, "/repos/*");
	assert_int_equal(rows.rows[1].points, 5);
	for (int i = 0; i < SIM_HIDDENS - 2; i++)
		assert_true(sim_hidden_put(&rows, "/x=1"));
	assert_false(sim_hidden_put(&rows, "/x=1"));
	sim_hiddens_fini(&rows);
}

static void an_enterprise_server_has_no_limits(void **state)
{
	(void)state;
	struct github g = limited_new();

	g.w->conf.is_enterprise = true;
	set(&g, "/_sim/secondary", "{\"route_points\":1}");
	set(&g, "/_sim/limit", "{\"resource\":\"core\",\"remaining\":0}");
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(&g, "GET", "/api/v3" REPO, OCTOCAT, NULL), 200);
	assert_string_equal(header(&g, "x-ratelimit-limit"), "");
	assert_int_equal(ask(&g, "GET", "/api/v3/rate_limit", OCTOCAT, NULL), 404);
	assert_string_equal(text_at(g.json, "message"), "Rate limiting is not enabled.");
	github_free(&g);
}

static void the_same_seed_draws_the_same_response_times(void **state)
{
	(void)state;
	struct sim_conf conf = fixture_conf;
	int64_t drawn[50];
	bool differ = false;

	conf.response_min_us = 10000;
	conf.response_max_us = 90000;
	for (int round = 0; round < 2; round++) {
		struct github g = github_new(&conf);
		for (int i = 0; i < 50; i++) {
			ask(&g, "GET", "/user", OCTOCAT, NULL);
			assert_in_range(g.out.delay_us, 10000, 90000);
			differ |= i > 0 && g.out.delay_us != drawn[i - 1];
			if (round)
				assert_int_equal(g.out.delay_us, drawn[i]);
			drawn[i] = g.out.delay_us;
		}
		github_free(&g);
	}
	assert_true(differ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_has_900_points_a_minute),
		cmocka_unit_test(asking_while_blocked_may_prolong_the_block),
		cmocka_unit_test(a_write_costs_five_points),
		cmocka_unit_test(the_window_slides),
		cmocka_unit_test(graphql_has_2000_points_and_tells_it_in_a_200),
		cmocka_unit_test(a_hundred_may_be_under_way_of_both_kinds),
		cmocka_unit_test(processor_time_is_response_time_and_ten_seconds_at_most),
		cmocka_unit_test(graphql_may_have_two_thirds_of_the_processor),
		cmocka_unit_test(contents_are_80_a_minute_and_500_an_hour),
		cmocka_unit_test(a_mutation_that_creates_is_content),
		cmocka_unit_test(mints_are_counted_for_the_app),
		cmocka_unit_test(a_refusal_looks_as_it_is_told),
		cmocka_unit_test(a_hidden_limit_is_told_by_nothing_but_its_refusal),
		cmocka_unit_test(rows_of_hidden_limits_are_read_whole),
		cmocka_unit_test(an_enterprise_server_has_no_limits),
		cmocka_unit_test(the_same_seed_draws_the_same_response_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
