#include "fixture.h"

static void wrong_input_is_400_and_changes_nothing(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "/_sim/secondary", "{\"on\":1}" },
		{ "/_sim/secondary", "{\"route_points\":-1}" },
		{ "/_sim/secondary", "{\"cpu\":\"much\"}" },
		{ "/_sim/secondary", "{\"block_ms\":99999999999}" },
		{ "/_sim/secondary", "{\"route_points\":7,\"status\":500}" },
		{ "/_sim/secondary", "{\"route_points\":7,\"graphql_status\":429}" },
		{ "/_sim/secondary", "{\"route_points\":7,\"retry_after\":\"soon\"}" },
		{ "/_sim/secondary", "{\"route_points\":7,\"remaining\":3}" },
		{ "/_sim/secondary", "{\"route_points\":7,\"limited_by\":1}" },
		{ "/_sim/hidden", "{}" },
		{ "/_sim/hidden", "{\"route\":\"\",\"points\":1}" },
		{ "/_sim/hidden", "{\"route\":\"/x\"}" },
		{ "/_sim/hidden", "{\"route\":\"/x\",\"points\":\"1\"}" },
	};
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(&g, "POST", rows[i][0], NULL, rows[i][1]), 400);
		assert_true(strlen(text_at(g.json, "error")) > 0);
	}
	assert_int_equal(g.w->conf.secondary.limits[SIM_ROUTE_POINTS], 0);
	assert_int_equal(g.w->hidden.n, 0);
	github_free(&g);
}

static void every_published_limit_can_be_set(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char input[64];

	for (int kind = 0; kind < SIM_SECONDARIES; kind++) {
		bool is_time = kind == SIM_CPU || kind == SIM_GRAPHQL_CPU;
		if (kind == SIM_HIDDEN_POINTS)
			continue;
		snprintf(input, sizeof(input), "{\"on\":true,\"%s\":77}", sim_secondary_name(kind));
		assert_int_equal(ask(&g, "POST", "/_sim/secondary", NULL, input), 200);
		assert_int_equal(g.w->conf.secondary.limits[kind], is_time ? 77000 : 77);
	}
	assert_true(g.w->conf.secondary.is_on);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_input_is_400_and_changes_nothing),
		cmocka_unit_test(every_published_limit_can_be_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
