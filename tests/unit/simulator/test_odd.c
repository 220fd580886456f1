#include "fixture.h"

#include "odd.h"

static struct github odd_new(const char *name)
{
	struct github g = github_new(NULL);
	char input[200];

	snprintf(input, sizeof(input), "{\"names\":[\"%s\"],\"lag_ms\":5000,\"skew_s\":-90}", name);
	assert_int_equal(ask(&g, "POST", "/_sim/odd", NULL, input), 200);
	return g;
}

static long long number(struct github *g, const char *name)
{
	const char *text = header(g, name);

	assert_true(*text);
	return strtoll(text, NULL, 10);
}

#define USED "x-ratelimit-used"
#define REMAINING "x-ratelimit-remaining"
#define RESET "x-ratelimit-reset"
#define DAWN 1767225600ll

/* `most` answers' header in a row, as text with a space behind each. */
static const char *row_of(struct github *g, const char *name, int most)
{
	static char text[1000];

	text[0] = '\0';
	for (int i = 0; i < most; i++) {
		size_t n = strlen(text);
		ask(g, "GET", REPO, OCTOCAT, NULL);
		snprintf(text + n, sizeof(text) - n, "%s ", header(g, name));
	}
	return text;
}

static void budgets_are_told_oddly(void **state)
{
	(void)state;
	static const struct {
		const char *odd, *header, *row;
	} rows[] = {
		{ "lying_remaining", USED, "1 2 0 4 5 0 " },
		{ "lying_remaining", REMAINING, "4999 4998 5000 4996 4995 5000 " },
		{ "late_headers", USED, "1 0 3 1 5 3 " },
		{ "two_windows", USED, "1 1 3 2 5 3 " },
		{ "two_windows", RESET,
			"1767229200 1767230100 1767229200 1767230100 1767229200 1767230100 " },
		{ "reset_jitter", RESET,
			"1767229200 1767229201 1767229199 1767229200 1767229201 1767229199 " },
		{ "reset_in_the_past", RESET,
			"1767222000 1767222000 1767222000 1767222000 1767222000 1767222000 " },
		{ "missing_headers", REMAINING, "4999  4997  4995  " },
		{ "negative_remaining", REMAINING, "4999 4998 -7 4996 4995 -7 " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct github g = odd_new(rows[i].odd);
		assert_string_equal(row_of(&g, rows[i].header, 6), rows[i].row);
		github_free(&g);
	}
}

static void a_limit_may_be_larger_than_any_number(void **state)
{
	(void)state;
	struct github g = odd_new("huge_limit");

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "x-ratelimit-limit"), "50000000000000000000000");
	assert_string_equal(header(&g, REMAINING), "49990000000000000000000");
	github_free(&g);
}

static void rate_limit_may_say_that_nothing_was_spent(void **state)
{
	(void)state;
	struct github g = odd_new("full_rate_limit");

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	pass(&g, 60);
	ask(&g, "GET", "/rate_limit", OCTOCAT, NULL);
	const json_t *rate = json_object_get(g.json, "rate");
	assert_int_equal(number_at(rate, "remaining"), 5000);
	assert_int_equal(number_at(rate, "reset"), DAWN + 3660);
	github_free(&g);
}

static void an_empty_budget_may_be_429(void **state)
{
	(void)state;
	struct github g = odd_new("primary_429");

	ask(&g, "POST", "/_sim/limit", NULL, "{\"resource\":\"core\",\"remaining\":0}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 429);
	assert_string_equal(header(&g, REMAINING), "0");
	github_free(&g);
}

static void a_304_may_cost_a_point(void **state)
{
	(void)state;
	struct github g = odd_new("304_counts");

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	g.if_none_match = header(&g, "ETag");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 304);
	assert_int_equal(number(&g, USED), 2);
	github_free(&g);
}

static void a_304_may_say_nothing_of_the_next_page(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO "/issues", OCTOCAT, NULL);
	g.if_none_match = header(&g, "ETag");
	assert_int_equal(ask(&g, "GET", REPO "/issues", OCTOCAT, NULL), 304);
	assert_true(*header(&g, "Link"));
	ask(&g, "POST", "/_sim/odd", NULL, "{\"names\":[\"bare_304\"]}");
	assert_int_equal(ask(&g, "GET", REPO "/issues", OCTOCAT, NULL), 304);
	assert_string_equal(header(&g, "Link"), "");
	github_free(&g);
}

static void etags_may_be_weak_in_a_200_and_strong_in_a_304(void **state)
{
	(void)state;
	struct github g = odd_new("weak_etags");

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	const char *etag = header(&g, "ETag");
	assert_memory_equal(etag, "W/\"", 3);
	g.if_none_match = etag;
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 304);
	assert_string_equal(header(&g, "ETag"), etag + 2);
	github_free(&g);
}

static void etags_of_lists_may_never_be_the_same(void **state)
{
	(void)state;
	struct github g = odd_new("flapping_etags");

	ask(&g, "GET", REPO "/labels", OCTOCAT, NULL);
	g.if_none_match = header(&g, "ETag");
	assert_int_equal(ask(&g, "GET", REPO "/labels", OCTOCAT, NULL), 200);
	g.if_none_match = NULL;
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	g.if_none_match = header(&g, "ETag");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 304);
	github_free(&g);
}

static void last_modified_may_be_a_lie(void **state)
{
	(void)state;
	struct github g = odd_new("last_modified");

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	const char *date = header(&g, "Last-Modified");
	assert_string_equal(date, "Thu, 01 Jan 2026 00:00:00 GMT");
	ask(&g, "POST", "/_sim/touch", NULL, "{\"repo\":\"octo-org/hello-world\"}");
	g.if_modified_since = date;
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 304);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/nothing", OCTOCAT, NULL), 304);
	g.if_none_match = "\"x\""; /* the better one wins */
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void notifications_may_be_304_though_there_are_new_ones(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "GET", "/notifications", NULL, NULL), 401);
	ask(&g, "GET", "/notifications", OCTOCAT, NULL);
	assert_string_equal(header(&g, "X-Poll-Interval"), "60");
	size_t n = json_array_size(g.json);
	g.if_none_match = header(&g, "ETag");
	pass(&g, 1);
	ask(&g, "POST", "/repos/octocat/Hello-World/issues", OCTOCAT, "{\"title\":\"news\"}");
	assert_int_equal(ask(&g, "GET", "/notifications", OCTOCAT, NULL), 200);
	assert_int_equal(json_array_size(g.json), n + 1);
	assert_non_null(strstr(g.out.body, "news"));
	ask(&g, "POST", "/_sim/odd", NULL, "{\"names\":[\"notifications_304\"]}");
	assert_int_equal(ask(&g, "GET", "/notifications", OCTOCAT, NULL), 304);
	g.if_none_match = NULL;
	assert_int_equal(ask(&g, "GET", "/notifications", OCTOCAT, NULL), 200);
	github_free(&g);
}

static void what_was_just_made_may_not_be_there_yet(void **state)
{
	(void)state;
	struct github g = odd_new("late_objects");

	pass(&g, 100);
	assert_int_equal(ask(&g, "POST", REPO "/issues", OCTOCAT, "{\"title\":\"x\"}"), 201);
	assert_int_equal(ask(&g, "GET", REPO "/issues/96", OCTOCAT, NULL), 404);
	assert_int_equal(ask(&g, "GET", REPO "/issues/95", OCTOCAT, NULL), 200);
	ask(&g, "POST", "/_sim/repos", NULL, "{\"repo\":\"octo-org/new\"}");
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/new", OCTOCAT, NULL), 404);
	pass(&g, 4);
	assert_int_equal(ask(&g, "GET", REPO "/issues/96", OCTOCAT, NULL), 404);
	pass(&g, 1);
	assert_int_equal(ask(&g, "GET", REPO "/issues/96", OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", "/repos/octo-org/new", OCTOCAT, NULL), 200);
	github_free(&g);
}

/* "Bearer ghs_…" of the first installation. */
static void mint(struct github *g, char authorization[700])
{
	char target[128];

	ask(g, "GET", "/app/installations", "Bearer a.b.c", NULL);
	snprintf(target, sizeof(target), "/app/installations/%lld/access_tokens",
		(long long)number_at(json_array_get(g->json, 0), "id"));
	assert_int_equal(ask(g, "POST", target, "Bearer a.b.c", NULL), 201);
	snprintf(authorization, 700, "Bearer %s", text_at(g->json, "token"));
}

static void a_token_may_be_unknown_for_its_first_seconds(void **state)
{
	(void)state;
	struct github g = odd_new("late_tokens");
	char authorization[700];

	mint(&g, authorization);
	assert_int_equal(ask(&g, "GET", REPO, authorization, NULL), 401);
	assert_string_equal(text_at(g.json, "message"), "Bad credentials");
	pass(&g, 4);
	assert_int_equal(ask(&g, "GET", REPO, authorization, NULL), 401);
	pass(&g, 1);
	assert_int_equal(ask(&g, "GET", REPO, authorization, NULL), 200);
	github_free(&g);
}

static void a_token_may_be_520_characters_long(void **state)
{
	(void)state;
	struct github g = odd_new("long_tokens");
	char first[700], second[700];

	mint(&g, first);
	mint(&g, second);
	assert_int_equal(strlen(first), strlen("Bearer ") + 520);
	assert_string_not_equal(first, second);
	assert_int_equal(ask(&g, "GET", REPO, second, NULL), 200);
	github_free(&g);
}

static void githubs_clock_may_be_behind(void **state)
{
	(void)state;
	struct github g = odd_new("clock_skew");

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "Date"), "Wed, 31 Dec 2025 23:58:30 GMT");
	assert_int_equal(number(&g, RESET), DAWN - 90 + 3600);
	ask(&g, "POST", "/_sim/odd", NULL, "{\"skew_s\":30}");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "Date"), "Thu, 01 Jan 2026 00:00:30 GMT");
	/* the journal's is everybody's */
	ask(&g, "GET", "/_sim/requests", NULL, NULL);
	assert_int_equal(number_at(json_array_get(json_object_get(g.json, "requests"), 0), "at_us"),
		DAWN * SEC);
	github_free(&g);
}

static void a_write_may_be_carried_out_and_not_answered(void **state)
{
	(void)state;
	struct github g = odd_new("lost_answers");

	ask(&g, "POST", REPO "/issues", OCTOCAT, "{\"title\":\"x\"}");
	assert_false(g.out.close);
	ask(&g, "POST", REPO "/issues", OCTOCAT, "{\"title\":\"y\"}");
	assert_true(g.out.close);
	ask(&g, "GET", REPO "/issues/97", OCTOCAT, NULL);
	assert_false(g.out.close);
	assert_string_equal(text_at(g.json, "title"), "y");
	ask(&g, "GET", REPO "/issues/97", OCTOCAT, NULL);
	assert_false(g.out.close);
	github_free(&g);
}

static void a_query_that_took_too_long_is_paid_for_twice(void **state)
{
	(void)state;
	struct github g = odd_new("graphql_timeouts");
	const char *query = "{\"query\":\"{viewer{login}}\"}";

	for (int i = 0; i < 2; i++)
		assert_int_equal(ask(&g, "POST", "/graphql", OCTOCAT, query), 200);
	assert_int_equal(ask(&g, "POST", "/graphql", OCTOCAT, query), 502);
	assert_non_null(strstr(g.out.body, "timeout"));
	assert_int_equal(number(&g, USED), 4);
	assert_int_equal(g.out.delay_us, 10 * SEC);
	github_free(&g);
}

static void every_name_is_known_and_no_other(void **state)
{
	(void)state;
	json_t *all = json_pack("{s:o}", "names", sim_odds_show((1u << SIM_ODDS) - 1));
	char *input = json_dumps(all, 0);
	static const char *const bad[] = { "{\"names\":\"clock_skew\"}", "{\"names\":[\"\"]}",
		"{\"names\":[7]}", "{\"names\":[\"clock_skew\",\"x\"]}", "{\"skew_s\":86401}",
		"{\"skew_s\":\"1\"}", "{\"lag_ms\":-1}" };
	struct github g = github_new(NULL);

	assert_int_equal(json_array_size(json_object_get(all, "names")), SIM_ODDS);
	assert_int_equal(ask(&g, "POST", "/_sim/odd", NULL, input), 200);
	assert_int_equal(g.w->conf.odds, (1u << SIM_ODDS) - 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ask(&g, "POST", "/_sim/odd", NULL, bad[i]), 400);
	assert_int_equal(g.w->conf.odds, (1u << SIM_ODDS) - 1);
	assert_int_equal(ask(&g, "POST", "/_sim/odd", NULL, "{\"names\":[]}"), 200);
	assert_int_equal(g.w->conf.odds, 0);
	free(input);
	json_decref(all);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budgets_are_told_oddly),
		cmocka_unit_test(a_limit_may_be_larger_than_any_number),
		cmocka_unit_test(rate_limit_may_say_that_nothing_was_spent),
		cmocka_unit_test(an_empty_budget_may_be_429),
		cmocka_unit_test(a_304_may_cost_a_point),
		cmocka_unit_test(a_304_may_say_nothing_of_the_next_page),
		cmocka_unit_test(etags_may_be_weak_in_a_200_and_strong_in_a_304),
		cmocka_unit_test(etags_of_lists_may_never_be_the_same),
		cmocka_unit_test(last_modified_may_be_a_lie),
		cmocka_unit_test(notifications_may_be_304_though_there_are_new_ones),
		cmocka_unit_test(what_was_just_made_may_not_be_there_yet),
		cmocka_unit_test(a_token_may_be_unknown_for_its_first_seconds),
		cmocka_unit_test(a_token_may_be_520_characters_long),
		cmocka_unit_test(githubs_clock_may_be_behind),
		cmocka_unit_test(a_write_may_be_carried_out_and_not_answered),
		cmocka_unit_test(a_query_that_took_too_long_is_paid_for_twice),
		cmocka_unit_test(every_name_is_known_and_no_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
