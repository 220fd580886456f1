#include "fixture.h"
#include "ticket/graphql_weight.h"

static void write_body(char body[2000], const char *picks, const char *variables)
{
	snprintf(body, 2000,
		"{\"query\":\"query($n:Int=3){rateLimit{cost nodeCount used remaining}%s}\","
		"\"variables\":%s}",
		picks, variables ? variables : "{}");
}

/* What rateLimit says of a query that has it, before it is carried out. */
static const json_t *rate_of(struct github *g, const char *picks, const char *variables)
{
	char body[2000];

	write_body(body, picks, variables);
	ask(g, "POST", "/graphql", OCTOCAT, body);
	return json_object_get(json_object_get(g->json, "data"), "rateLimit");
}

#define REPOSITORY "repository(owner:\\\"octo-org\\\",name:\\\"hello-world\\\")"

static void it_is_counted_as_github_counts(void **state)
{
	(void)state;
	static const struct {
		const char *picks, *variables;
		int cost, nodes;
	} rows[] = {
		{ "", NULL, 1, 0 },
		{ REPOSITORY "{issues(first:100){totalCount}}", NULL, 1, 100 },
		/* 1 + 100 + 100 x 50 = 5,101 requests: the example of GitHub's page, with less
		   labels */
		{ "viewer{repositories(first:100){nodes{issues(first:50){nodes{labels(first:20){"
		  "totalCount}}}}}}",
			NULL, 51, 105100 },
		{ "viewer{repositories(last:100){edges{node{issues(first:2){totalCount}}}}}", NULL,
			1, 300 },
		{ "viewer{repositories(first:100){nodes{a:issues(first:9){totalCount}"
		  "b:issues(first:9){totalCount}}}}",
			NULL, 2, 1900 },
		{ "viewer{repositories(first:75){nodes{a:issues(first:1){totalCount}"
		  "b:issues(first:1){totalCount}}}}",
			NULL, 2, 225 },
		{ "viewer{repositories(first:$n){nodes{issues(first:$n){totalCount}}}}", NULL, 1,
			12 },
		{ "viewer{repositories(first:$n){nodes{issues(first:$n){totalCount}}}}",
			"{\"n\":100}", 1, 10100 },
		{ "viewer{repositories(first:100)@skip(if:true){totalCount}}", NULL, 1, 0 },
	};
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *rate = rate_of(&g, rows[i].picks, rows[i].variables);
		assert_non_null(rate);
		assert_int_equal(number_at(rate, "cost"), rows[i].cost);
		assert_int_equal(number_at(rate, "nodeCount"), rows[i].nodes);
		/* and hubgate, which counts for itself, predicts the same */
		char body[2000];
		write_body(body, rows[i].picks, rows[i].variables);
		struct hg_graphql_weight w = hg_graphql_weigh(hg_str(body));
		assert_true(w.is_counted);
		assert_int_equal(w.points, rows[i].cost);
		assert_int_equal(w.nodes, rows[i].nodes);
	}
	github_free(&g);
}

static void fragments_cost_where_they_are_spread(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *body =
		"{\"query\":\"{rateLimit{nodeCount}a:viewer{...r}b:viewer{...r ... on User{"
		"repositories(first:7){totalCount}}}}"
		"fragment r on User{repositories(first:7){totalCount}}\"}";

	ask(&g, "POST", "/graphql", OCTOCAT, body);
	assert_int_equal(number_at(json_object_get(json_object_get(g.json, "data"), "rateLimit"),
				 "nodeCount"),
		21);
	assert_int_equal(hg_graphql_weigh(hg_str(body)).nodes, 21);
	github_free(&g);
}

static void the_budget_pays_what_it_costs(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *dear = "viewer{repositories(first:100){nodes{issues(first:50){nodes{"
			   "labels(first:20){totalCount}}}}}}";
	const json_t *rate = rate_of(&g, dear, NULL);

	assert_int_equal(number_at(rate, "used"), 51);
	assert_int_equal(number_at(rate, "remaining"), 4949);
	assert_string_equal(header(&g, "x-ratelimit-used"), "51");

	/* not enough for it: nothing is done, nothing is paid */
	ask(&g, "POST", "/_sim/limit", NULL, "{\"resource\":\"graphql\",\"remaining\":50}");
	assert_null(rate_of(&g, dear, NULL));
	assert_int_equal(g.out.status, 200);
	const json_t *error = json_array_get(json_object_get(g.json, "errors"), 0);
	assert_string_equal(text_at(error, "type"), "RATE_LIMITED");
	assert_non_null(strstr(text_at(error, "message"), "API rate limit exceeded for user ID"));
	assert_string_equal(header(&g, "x-ratelimit-remaining"), "0");
	rate = rate_of(&g, "", NULL);
	assert_int_equal(number_at(rate, "remaining"), 49);
	ask(&g, "GET", "/_sim/stats", NULL, NULL);
	assert_int_equal(number_at(json_object_get(g.json, "refused_kinds"), "primary"), 1);
	assert_int_equal(number_at(json_object_get(g.json, "points"), "graphql"), 52);

	/* nothing is left at all: the other name for it */
	ask(&g, "POST", "/_sim/limit", NULL, "{\"resource\":\"graphql\",\"remaining\":0}");
	rate_of(&g, "", NULL);
	error = json_array_get(json_object_get(g.json, "errors"), 0);
	assert_string_equal(text_at(error, "type"), "RATE_LIMIT");
	github_free(&g);
}

static void half_a_million_nodes_are_the_most(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *deep = "viewer{repositories(first:100){nodes{issues(first:100){nodes{"
			   "labels(first:48){totalCount}}}}}}";

	assert_non_null(rate_of(&g, deep, NULL)); /* 490,100 */
	deep = "viewer{repositories(first:100){nodes{issues(first:100){nodes{"
	       "labels(first:50){totalCount}}}}}}";
	assert_null(rate_of(&g, deep, NULL));
	const json_t *error = json_array_get(json_object_get(g.json, "errors"), 0);
	assert_string_equal(text_at(error, "type"), "MAX_NODE_LIMIT_EXCEEDED");
	assert_non_null(strstr(text_at(error, "message"), "510100 possible nodes"));
	github_free(&g);
}

static void numbers_beyond_all_measure_are_borne(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *wild = "viewer{repositories(first:$n){nodes{issues(first:$n){nodes{"
			   "labels(first:$n){totalCount}}}}}}";

	assert_null(rate_of(&g, wild, "{\"n\":9223372036854775807}"));
	assert_non_null(strstr(g.out.body, "MAX_NODE_LIMIT_EXCEEDED"));
	assert_non_null(rate_of(&g, "viewer{repositories(first:$n){totalCount}}", "{\"n\":-5}"));
	github_free(&g);
}

static void an_answer_may_end_half_way(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	const char *many = "{\"query\":\"{organization(login:\\\"octo-org\\\"){login "
			   "repositories(first:3){nodes{name id}}}}\"}";

	ask(&g, "POST", "/_sim/odd", NULL, "{\"graphql_nodes\":11}");
	assert_int_equal(ask(&g, "POST", "/graphql", OCTOCAT, many), 200);
	const json_t *errors = json_object_get(g.json, "errors");
	assert_int_equal(json_array_size(errors), 1);
	assert_string_equal(text_at(json_array_get(errors, 0), "type"), "RESOURCE_LIMITS_EXCEEDED");
	const json_t *org = json_object_get(json_object_get(g.json, "data"), "organization");
	assert_string_equal(text_at(org, "login"), "octo-org");
	json_t *nodes = json_object_get(json_object_get(org, "repositories"), "nodes");
	assert_string_not_equal(text_at(json_array_get(nodes, 0), "name"), "");
	assert_true(json_is_null(json_object_get(json_array_get(nodes, 1), "id")));
	ask(&g, "POST", "/_sim/odd", NULL, "{\"graphql_nodes\":0}");
	ask(&g, "POST", "/graphql", OCTOCAT, many);
	assert_null(json_object_get(g.json, "errors"));
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_counted_as_github_counts),
		cmocka_unit_test(fragments_cost_where_they_are_spread),
		cmocka_unit_test(the_budget_pays_what_it_costs),
		cmocka_unit_test(half_a_million_nodes_are_the_most),
		cmocka_unit_test(numbers_beyond_all_measure_are_borne),
		cmocka_unit_test(an_answer_may_end_half_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
