/*
 * Any bytes as a GraphQL query of the simulated GitHub. What stands behind the first NUL is JSON:
 * its variables.
 *
 * Must hold: what is read ends, within bounds; the answer is an object with data or errors in it;
 * every member of data is one that the query names. hubgate, which counts for itself, predicts the
 * cost that the simulator charges.
 */
#include <stdlib.h>

#include "base/text.h"
#include "gql_cost.h"
#include "gql_schema.h"
#include "seed.h"
#include "ticket/graphql_weight.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* One world for all inputs: queries change nothing. */
static struct sim_world *world(void)
{
	static struct sim_world *w;
	static const char *const tokens[] = { "ghp_octocat=octocat" };
	static const struct sim_conf conf = { .seed = 7,
		.limit = 5000,
		.window_us = 3600000000,
		.users = 3,
		.repos = 3,
		.issues = 5,
		.tokens = tokens,
		.n_tokens = 1 };
	struct hg_now now = { .mono_us = 1000000, .wall_us = 1767225600000000 };

	if (!w) {
		w = sim_world_new(&conf, now);
		sim_world_seed(w);
	}
	return w;
}

static bool names(struct hg_str query, const char *key)
{
	return memmem(query.p, query.n, key, strlen(key)) != NULL;
}

static void check_members(const json_t *o, struct hg_str query)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(o))
		json_array_foreach(o, i, value) check_members(value, query);
	json_object_foreach((json_t *)o, key, value)
	{
		check(names(query, key));
		check_members(value, query);
	}
}

static size_t count_of(struct hg_str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* The simulator walks what is spread as often as it is spread, and gives up at some depth and
 * number of steps; and of two directives it takes the first. */
static bool is_plain(struct hg_str query)
{
	return query.n < 1000 && count_of(query, '.') <= 24 && count_of(query, '@') <= 1;
}

static void check_cost(
	const struct sim_gql_cost *cost, struct hg_str query, const json_t *variables)
{
	struct hg_text body;
	char *text = variables ? json_dumps(variables, 0) : NULL;

	hg_text_init(&body);
	hg_text_add(&body, HG_STR("{\"query\":"));
	hg_text_add_json(&body, query);
	hg_text_printf(&body, ",\"variables\":%s}", text ? text : "{}");
	struct hg_graphql_weight w = hg_graphql_weigh(hg_text_str(&body));
	if (w.is_counted && w.nodes <= HG_GRAPHQL_MOST_NODES)
		check(w.nodes == cost->nodes && w.points == cost->points);
	hg_text_fini(&body);
	free(text);
}

static void run(struct sim_call *c, const struct sim_gql_document *d, struct hg_str query,
	const json_t *variables)
{
	const struct sim_gql_operation *o = sim_gql_operation_find(d, (struct hg_str){ 0 });
	struct sim_gql g = { .call = c, .document = d, .operation = o, .types = sim_gql_types };

	if (!o)
		return;
	if (sim_gql_begin(&g, &sim_gql_query, variables)) {
		g.cost = sim_gql_cost_of(&g);
		if (is_plain(query))
			check_cost(&g.cost, query, variables);
	}
	check(g.cost.points >= 0 && g.cost.nodes >= 0);
	json_t *answer = sim_gql_run(&g, &sim_gql_query);
	const json_t *found = json_object_get(answer, "data");
	check(found || json_object_get(answer, "errors"));
	check(g.n_nodes <= SIM_GQL_NODES + 1);
	check_members(found, query);
	char *text = json_dumps(answer, 0); /* all of it is text */
	check(text != NULL);
	free(text);
	json_decref(answer);
	sim_gql_end(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	struct hg_str query = { (const char *)data, zero ? (size_t)(zero - data) : size };
	json_t *variables =
		zero ? json_loadb((const char *)zero + 1, size - query.n - 1, 0, NULL) : NULL;
	struct sim_request rq = { .method = HG_STR("POST"), .path = HG_STR("/graphql") };
	struct sim_answer out;
	struct sim_call c;
	struct sim_gql_document d;
	struct sim_gql_mistake mistake;
	struct hg_now now = { .mono_us = 1000000, .wall_us = 1767225600000000 };

	sim_answer_init(&out);
	sim_call_init(&c, world(), &rq, now, &out);
	c.who = sim_who_of_token(c.w, HG_STR("ghp_octocat"), c.now_s);
	c.payer = c.who;
	c.budget = sim_budget_find(&c.w->limits, &c.payer, SIM_GRAPHQL, now);
	if (sim_gql_read(&d, query, &mistake))
		run(&c, &d, query, variables);
	else
		check(mistake.message[0] && mistake.place.line > 0 && mistake.place.column > 0);
	sim_gql_fini(&d);
	sim_call_fini(&c);
	sim_answer_fini(&out);
	json_decref(variables);
	return 0;
}
