#include "fixture.h"

static void scripts_answer_in_their_order_and_then_no_more(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/script", NULL,
		"{\"match\":{\"method\":\"GET\",\"path\":\"/repos/*\"},\"times\":2,"
		"\"answer\":{\"status\":502,\"body\":\"bad\"}}");
	ask(&g, "POST", "/_sim/script", NULL,
		"{\"match\":{\"path\":\"/repos/*\"},\"answer\":{\"status\":503,"
		"\"headers\":{\"Retry-After\":\"7\"},\"body\":{\"message\":\"busy\"}}}");
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 502);
	assert_memory_equal(g.out.body, "bad", 3);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 502);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 503);
	assert_string_equal(header(&g, "Retry-After"), "7");
	assert_string_equal(text_at(g.json, "message"), "busy");
	assert_string_equal(header(&g, "x-ratelimit-used"), "4");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

static void a_script_without_a_status_only_delivers_otherwise(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/script", NULL,
		"{\"answer\":{\"delay_ms\":250,\"stall_after_bytes\":10,\"stall_ms\":5000,"
		"\"cut_after_bytes\":20}}");
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "login"), "octocat");
	assert_int_equal(g.out.delay_us, 250000);
	assert_int_equal(g.out.stall_after_bytes, 10);
	assert_int_equal(g.out.stall_us, 5000000);
	assert_int_equal(g.out.cut_after_bytes, 20);
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 200);
	assert_int_equal(g.out.delay_us, 0);
	assert_int_equal(g.out.cut_after_bytes, -1);
	github_free(&g);
}

static void a_chunked_answer_is_the_real_one_without_its_length(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/script", NULL, "{\"answer\":{\"chunked\":true}}");
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "login"), "octocat");
	assert_true(g.out.chunked);
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 200);
	assert_false(g.out.chunked);
	github_free(&g);
}

static void a_close_is_no_answer_and_says_so_in_the_journal(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/script", NULL, "{\"answer\":{\"close\":true}}");
	ask(&g, "GET", "/user", OCTOCAT, NULL);
	assert_true(g.out.close);
	ask(&g, "GET", "/_sim/requests", NULL, NULL);
	assert_int_equal(
		number_at(json_array_get(json_object_get(g.json, "requests"), 0), "status"), 0);
	github_free(&g);
}

static void a_free_script_costs_nothing_and_shows_no_budget(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/script", NULL, "{\"answer\":{\"status\":500,\"free\":true}}");
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 500);
	assert_string_equal(header(&g, "x-ratelimit-used"), "");
	ask(&g, "GET", "/user", OCTOCAT, NULL);
	assert_string_equal(header(&g, "x-ratelimit-used"), "1");
	github_free(&g);
}

static void a_glob_with_a_question_mark_sees_the_query(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/script", NULL,
		"{\"match\":{\"path\":\"*/issues?*page=2*\"},\"answer\":{\"status\":500}}");
	assert_int_equal(ask(&g, "GET", REPO "/issues", OCTOCAT, NULL), 200);
	assert_int_equal(ask(&g, "GET", REPO "/issues?state=all&page=2", OCTOCAT, NULL), 500);
	github_free(&g);
}

static void a_wrong_script_is_refused_with_the_reason(void **state)
{
	(void)state;
	static const char *const rows[] = { "{}", "[]", "{\"answer\":5}",
		"{\"answer\":{\"status\":\"x\"}}", "{\"answer\":{\"status\":99}}",
		"{\"answer\":{\"stauts\":500}}", "{\"answer\":{\"delay_ms\":-1}}",
		"{\"times\":-1,\"answer\":{}}", "{\"answer\":{\"headers\":{\"a\":5}}}",
		"{\"answer\":{\"headers\":{\"A\":\"x\\r\\nB: y\"}}}",
		"{\"answer\":{\"headers\":{\"A\\r\\nB\":\"x\"}}}", "{" };
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(&g, "POST", "/_sim/script", NULL, rows[i]), 400);
		assert_string_not_equal(text_at(g.json, "error"), "");
	}
	assert_int_equal(g.w->n_scripts, 0);
	github_free(&g);
}

static void used_scripts_make_room_and_waiting_ones_are_bounded(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *once = "{\"answer\":{\"status\":500}}";

	for (int i = 0; i < 1024; i++)
		assert_int_equal(ask(&g, "POST", "/_sim/script", NULL, once), 200);
	assert_int_equal(ask(&g, "POST", "/_sim/script", NULL, once), 400);
	assert_int_equal(ask(&g, "GET", "/user", OCTOCAT, NULL), 500);
	assert_int_equal(ask(&g, "POST", "/_sim/script", NULL, once), 200);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_answer_in_their_order_and_then_no_more),
		cmocka_unit_test(a_script_without_a_status_only_delivers_otherwise),
		cmocka_unit_test(a_chunked_answer_is_the_real_one_without_its_length),
		cmocka_unit_test(a_close_is_no_answer_and_says_so_in_the_journal),
		cmocka_unit_test(a_free_script_costs_nothing_and_shows_no_budget),
		cmocka_unit_test(a_glob_with_a_question_mark_sees_the_query),
		cmocka_unit_test(a_wrong_script_is_refused_with_the_reason),
		cmocka_unit_test(used_scripts_make_room_and_waiting_ones_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
