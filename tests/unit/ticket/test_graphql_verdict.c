#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "ticket/graphql_verdict.h"

static const struct {
	const char *body;
	enum hg_graphql_look look;
	enum hg_graphql_verdict left, none_left; /* points of the budget */
	int64_t cost;
} rows[] = {
	{ "{\"data\":{\"viewer\":{\"login\":\"a\"}}}", HG_GRAPHQL_PASS, HG_GRAPHQL_FINE,
		HG_GRAPHQL_FINE, -1 },
	{ "{\"data\":{\"rateLimit\":{\"limit\":5000,\"cost\":51,\"nodeCount\":7},\"a\":1}}",
		HG_GRAPHQL_PASS, HG_GRAPHQL_FINE, HG_GRAPHQL_FINE, 51 },
	{ "{\"data\":{\"a\":{\"rateLimit\":{\"cost\":51}}}}", HG_GRAPHQL_PASS, HG_GRAPHQL_FINE,
		HG_GRAPHQL_FINE, -1 },
	{ "{\"data\":{\"rateLimit\":{\"cost\":\"51\"}}}", HG_GRAPHQL_PASS, HG_GRAPHQL_FINE,
		HG_GRAPHQL_FINE, -1 },
	{ "{\"data\":{\"rateLimit\":{\"cost\":99999999999999999999}}}", HG_GRAPHQL_PASS,
		HG_GRAPHQL_FINE, HG_GRAPHQL_FINE, -1 },
	{ "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API rate limit exceeded\"}]}",
		HG_GRAPHQL_REFUSED, HG_GRAPHQL_SECONDARY, HG_GRAPHQL_PRIMARY, -1 },
	{ "{\"errors\":[{\"type\":\"RATE_LIMIT\",\"code\":\"graphql_rate_limit\"}]}",
		HG_GRAPHQL_REFUSED, HG_GRAPHQL_SECONDARY, HG_GRAPHQL_PRIMARY, -1 },
	{ " { \"data\" : null , \"errors\" : [ { \"path\":[\"type\",1], \"type\" : "
	  "\"RATE_LIMITED\" } ] } \n",
		HG_GRAPHQL_REFUSED, HG_GRAPHQL_SECONDARY, HG_GRAPHQL_PRIMARY, -1 },
	{ "{\"errors\":[{\"message\":\"You have exceeded a secondary rate limit. Please wait\"}]}",
		HG_GRAPHQL_REFUSED, HG_GRAPHQL_SECONDARY, HG_GRAPHQL_SECONDARY, -1 },
	{ "{\"documentation_url\":\"x\",\"message\":\"You have exceeded a secondary rate limit\"}",
		HG_GRAPHQL_REFUSED, HG_GRAPHQL_SECONDARY, HG_GRAPHQL_SECONDARY, -1 },
	/* something was carried out: told on, and not asked again */
	{ "{\"data\":{\"a\":null},\"errors\":[{\"type\":\"RATE_LIMITED\"}]}", HG_GRAPHQL_PASS,
		HG_GRAPHQL_SECONDARY, HG_GRAPHQL_PRIMARY, -1 },
	{ "{\"errors\":[{\"type\":\"RATE_LIMITED\"}],\"data\":{\"a\":1}}", HG_GRAPHQL_PASS,
		HG_GRAPHQL_SECONDARY, HG_GRAPHQL_PRIMARY, -1 },
	{ "{\"data\":{\"a\":[]},\"errors\":[{\"type\":\"RESOURCE_LIMITS_EXCEEDED\"}]}",
		HG_GRAPHQL_PASS, HG_GRAPHQL_PARTIAL, HG_GRAPHQL_PARTIAL, -1 },
	{ "{\"errors\":[{\"type\":\"NOT_FOUND\",\"extensions\":{\"type\":\"RATE_LIMITED\"}}]}",
		HG_GRAPHQL_PASS, HG_GRAPHQL_ERRORS, HG_GRAPHQL_ERRORS, -1 },
	{ "{\"data\":{\"type\":\"RATE_LIMITED\",\"errors\":[{\"type\":\"RATE_LIMITED\"}]}}",
		HG_GRAPHQL_PASS, HG_GRAPHQL_FINE, HG_GRAPHQL_FINE, -1 },
	{ "{\"data\":{\"a\":\"}],\\\"errors\\\":[{\"}}", HG_GRAPHQL_PASS, HG_GRAPHQL_FINE,
		HG_GRAPHQL_FINE, -1 },
	{ "{\"data\":{\"a\":1},\"errors\":null,\"extensions\":{}}", HG_GRAPHQL_PASS,
		HG_GRAPHQL_FINE, HG_GRAPHQL_FINE, -1 },
	{ "{\"data\":{\"a\":1},\"err\\u006frs\":[{}]}", HG_GRAPHQL_PASS, HG_GRAPHQL_ERRORS,
		HG_GRAPHQL_ERRORS, -1 },
	{ "{\"errors\":[{\"message\":\"Parse error on \\\"}\\\"\"}]}", HG_GRAPHQL_PASS,
		HG_GRAPHQL_ERRORS, HG_GRAPHQL_ERRORS, -1 },
	{ "{\"data\":null}", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "{\"message\":\"Bad credentials\"}", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD,
		-1 },
	{ "{\"data\":{\"a\":1}", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "{\"errors\":[{\"type\":\"RATE_LIMITED\"}]", HG_GRAPHQL_HOLD, HG_GRAPHQL_ODD,
		HG_GRAPHQL_ODD, -1 },
	{ "{\"data\":{}}{", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "[{\"data\":{}}]", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "<html>", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "\x1f\x8b\x08", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "\"{}\"", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "}", HG_GRAPHQL_PASS, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
	{ "", HG_GRAPHQL_HOLD, HG_GRAPHQL_ODD, HG_GRAPHQL_ODD, -1 },
};

#define N_ROWS (sizeof(rows) / sizeof(*rows))

static void an_answer_says_what_became_of_the_question(void **state)
{
	(void)state;
	struct hg_graphql_sight v;

	for (size_t i = 0; i < N_ROWS; i++) {
		hg_graphql_verdict_begin(&v, false);
		if (hg_graphql_verdict_feed(&v, hg_str(rows[i].body)) != rows[i].look)
			fail_msg("%s: look %d", rows[i].body, (int)v.look);
		if (hg_graphql_verdict_end(&v) != rows[i].left)
			fail_msg("%s: %d", rows[i].body, (int)hg_graphql_verdict_end(&v));
		assert_int_equal(v.cost, rows[i].cost);
		hg_graphql_verdict_begin(&v, true);
		hg_graphql_verdict_feed(&v, hg_str(rows[i].body));
		assert_int_equal(hg_graphql_verdict_end(&v), rows[i].none_left);
	}
}

static void it_does_not_matter_in_which_pieces_it_comes(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct hg_graphql_sight v;
		hg_graphql_verdict_begin(&v, true);
		for (const char *p = rows[i].body; *p; p++)
			hg_graphql_verdict_feed(&v, (struct hg_str){ p, 1 });
		assert_int_equal(v.look, rows[i].look);
		assert_int_equal(hg_graphql_verdict_end(&v), rows[i].none_left);
		assert_int_equal(v.cost, rows[i].cost);
	}
}

static void it_passes_as_soon_as_there_is_data(void **state)
{
	(void)state;
	struct hg_graphql_sight v;

	hg_graphql_verdict_begin(&v, false);
	assert_int_equal(hg_graphql_verdict_feed(&v, HG_STR("{\"data\":")), HG_GRAPHQL_HOLD);
	assert_int_equal(hg_graphql_verdict_feed(&v, HG_STR("{")), HG_GRAPHQL_PASS);
}

static void a_refusal_is_looked_for_so_far_and_no_farther(void **state)
{
	(void)state;
	static const char begin[] = "{\"errors\":[{\"message\":\"",
			  end[] = "\",\"type\":\"RATE_LIMITED\"}]}";
	struct hg_graphql_sight v;

	for (int is_over = 0; is_over < 2; is_over++) {
		size_t n = HG_GRAPHQL_LOOK_BYTES + (size_t)is_over - (sizeof(begin) - 1) -
		           (sizeof(end) - 1);
		hg_graphql_verdict_begin(&v, true);
		hg_graphql_verdict_feed(&v, hg_str(begin));
		for (size_t i = 0; i < n; i++)
			hg_graphql_verdict_feed(&v, HG_STR("x"));
		assert_int_equal(hg_graphql_verdict_feed(&v, hg_str(end)),
			is_over ? HG_GRAPHQL_PASS : HG_GRAPHQL_REFUSED);
		assert_int_equal(hg_graphql_verdict_end(&v), HG_GRAPHQL_PRIMARY);
	}
}

static void errors_behind_megabytes_are_seen(void **state)
{
	(void)state;
	struct hg_graphql_sight v;

	hg_graphql_verdict_begin(&v, false);
	hg_graphql_verdict_feed(&v, HG_STR("{\"data\":{\"a\":["));
	for (int i = 0; i < 100000; i++)
		hg_graphql_verdict_feed(&v, HG_STR("{\"type\":\"Issue\"},"));
	hg_graphql_verdict_feed(
		&v, HG_STR("0]},\"errors\":[{\"type\":\"RESOURCE_LIMITS_EXCEEDED\"}]}"));
	assert_int_equal(hg_graphql_verdict_end(&v), HG_GRAPHQL_PARTIAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_says_what_became_of_the_question),
		cmocka_unit_test(it_does_not_matter_in_which_pieces_it_comes),
		cmocka_unit_test(it_passes_as_soon_as_there_is_data),
		cmocka_unit_test(a_refusal_is_looked_for_so_far_and_no_farther),
		cmocka_unit_test(errors_behind_megabytes_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
