#include "fixture.h"

#include "odd.h"
#include "options.h"

static struct sim_options options(void)
{
	return (struct sim_options){ .seed = 1, .limit = 5000, .users = 6, .repos = 3 };
}

static void what_no_range_can_say_is_checked(void **state)
{
	(void)state;
	static const struct {
		const char *token, *hidden, *odd, *said;
	} rows[] = {
		{ NULL, "/search", NULL, "hidden: row 1 is not [METHOD ]GLOB=POINTS" },
		{ NULL, NULL, "clock_skw", "odd: row 1: there is no clock_skw" },
		{ "=octocat", NULL, NULL, "tokens: row 1 is not TOKEN" },
		{ "ghp_x=nobody", NULL, NULL, "tokens: row 1: there is no user nobody" },
		{ "ghp_x=octocat", "GET /search/*=5", "clock_skew", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_options o = options();
		struct hg_err err = HG_ERR_INIT;
		o.tokens = (struct hg_option_list){ &rows[i].token, rows[i].token != NULL };
		o.hidden = (struct hg_option_list){ &rows[i].hidden, rows[i].hidden != NULL };
		o.odd = (struct hg_option_list){ &rows[i].odd, rows[i].odd != NULL };
		int rc = sim_options_check(&o, &err);
		assert_int_equal(rc < 0, rows[i].said != NULL);
		if (rows[i].said)
			assert_non_null(strstr(err.text, rows[i].said));
	}
}

static void times_that_cannot_be_are_refused(void **state)
{
	(void)state;
	struct sim_options o = options();
	struct hg_err err = HG_ERR_INIT;

	o.response_min_us = 2;
	o.response_max_us = 1;
	assert_true(sim_options_check(&o, &err) < 0);
	assert_non_null(strstr(err.text, "response_max"));
	o.response_max_us = 0; /* all of them take the least */
	assert_int_equal(sim_options_check(&o, &err), 0);
}

static void a_world_is_told_all_of_it(void **state)
{
	(void)state;
	static const char *const odd[] = { "clock_skew", "304_counts" };
	struct sim_options o = options();

	o.secondary = 1;
	o.cpu_us = 7;
	o.refusal_status = o.refusal_graphql = o.refusal_remaining = 1;
	o.refusal_retry = 2;
	o.odd = (struct hg_option_list){ (void *)odd, 2 };
	struct sim_conf conf = sim_options_conf(&o);
	assert_false(conf.secondary.is_on);
	assert_int_equal(conf.secondary.limits[SIM_CPU], 7);
	assert_true(conf.secondary.refusal.is_429 && conf.secondary.refusal.is_graphql_403);
	assert_true(conf.secondary.refusal.says_none_left);
	assert_int_equal(conf.secondary.refusal.retry_after, SIM_RETRY_NONE);
	assert_int_equal(conf.odds, 1u << SIM_CLOCK_SKEW | 1u << SIM_304_COUNTS);
}

static void a_reload_changes_what_is_live(void **state)
{
	(void)state;
	static const char *const odd[] = { "304_counts" };
	struct github g = github_new(NULL);
	struct sim_options o = options();

	o.limit = 77;
	o.window_us = 60ll * SEC;
	o.route_points = 1;
	o.concurrent = o.cpu_us = o.content_per_minute = 1000;
	o.block_us = 5ll * SEC;
	o.refusal_status = 1;
	o.response_min_us = 9;
	o.graphql_nodes = 8;
	o.odd = (struct hg_option_list){ (void *)odd, 1 };
	struct sim_conf conf = sim_options_conf(&o);
	sim_world_set(g.w, &conf);
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_string_equal(header(&g, "x-ratelimit-limit"), "77");
	assert_int_equal(g.out.delay_us, 9);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 429);
	assert_string_equal(header(&g, "Retry-After"), "5");
	assert_true(sim_is_odd(g.w, SIM_304_COUNTS));
	assert_int_equal(g.w->conf.graphql_nodes, 8);
	o.enterprise = true;
	conf = sim_options_conf(&o);
	sim_world_set(g.w, &conf);
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_range_can_say_is_checked),
		cmocka_unit_test(times_that_cannot_be_are_refused),
		cmocka_unit_test(a_world_is_told_all_of_it),
		cmocka_unit_test(a_reload_changes_what_is_live),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
