#include "api.h"

#include <stdio.h>

#include "gql_cost.h"
#include "gql_schema.h"
#include "odd.h"
#include "secondary.h"

/* GraphQL's own errors come in a 200, without data. */
static int say_error(struct sim_call *c, const char *message, struct sim_gql_place place)
{
	json_t *error = json_pack("{s:s}", "message", message);

	if (place.line)
		json_object_set_new(error, "locations", sim_gql_locations(place));
	return sim_say(c, 200, json_pack("{s:[o]}", "errors", error));
}

static const struct sim_gql_operation *find_operation(
	struct sim_call *c, const struct sim_gql_document *d)
{
	return sim_gql_operation_find(d, hg_str(sim_input_text(c, "operationName")));
}

static bool is_change(const struct sim_gql_operation *operation)
{
	return operation && hg_str_is(operation->word, HG_STR("mutation"));
}

/* What cannot be read costs what a query costs. */
static struct sim_toll toll_of(const struct sim_gql_operation *operation)
{
	bool is_write = is_change(operation);
	struct sim_toll toll = {
		.points = is_write ? 5 : 1, .is_graphql = true, .is_write = is_write
	};

	for (const struct sim_gql_pick *p = is_write ? operation->picks : NULL; p; p = p->next)
		toll.is_content |= hg_str_starts(p->name, HG_STR("create")) ||
		                   hg_str_starts(p->name, HG_STR("add"));
	return toll;
}

/* GitHub gave up, and what it had done until then is paid for, and more. */
static int say_timeout(struct sim_call *c)
{
	char message[300];

	snprintf(message, sizeof(message),
		"Something went wrong while executing your query. This may be the result of a "
		"timeout, or it could be a GitHub bug. Please include `%s` when reporting this "
		"issue.",
		c->request_id);
	c->cost *= 2;
	c->out->delay_us += 10000000;
	return sim_say(c, 502, json_pack("{s:n, s:[{s:s}]}", "data", "errors", "message", message));
}

/* Less is left than it costs: nothing is done, and nothing is paid. */
static int say_exceeded(struct sim_call *c)
{
	char message[120];

	snprintf(message, sizeof(message), "API rate limit exceeded for %s ID %llu.",
		c->who.kind == SIM_WHO_USER ? "user" : "installation",
		(unsigned long long)c->who.id);
	sim_party_provoke(sim_party_find(&c->w->parties, &c->payer), SIM_PRIMARY, c->route);
	c->is_refused = true;
	c->shows_none_left = true;
	return sim_say(c, 200,
		json_pack(
			"{s:[{s:s, s:s}]}", "errors", "type", "RATE_LIMITED", "message", message));
}

static int say_too_many(struct sim_call *c, int64_t nodes)
{
	char message[160];

	snprintf(message, sizeof(message),
		"This query requests up to %lld possible nodes which exceeds the maximum limit of "
		"%d.",
		(long long)nodes, SIM_GQL_MOST_NODES);
	return sim_say(c, 200,
		json_pack("{s:[{s:s, s:s}]}", "errors", "type", "MAX_NODE_LIMIT_EXCEEDED",
			"message", message));
}

/* 0 when it may be carried out for what it costs. */
static int charge(struct sim_gql *g)
{
	struct sim_call *c = g->call;
	bool is_limited = !c->w->conf.is_enterprise;

	g->cost = sim_gql_cost_of(g);
	if (g->cost.nodes > SIM_GQL_MOST_NODES)
		return say_too_many(c, g->cost.nodes);
	if (is_limited && g->cost.points > sim_budget_remaining(c->budget))
		return say_exceeded(c);
	c->cost = g->cost.points;
	return sim_is_odd_now(c, SIM_GRAPHQL_TIMEOUTS, 3) ? say_timeout(c) : 0;
}

static int run(struct sim_call *c, const struct sim_gql_document *d,
	const struct sim_gql_operation *operation)
{
	const char *name = sim_input_text(c, "operationName");
	struct sim_gql g = {
		.call = c,
		.document = d,
		.operation = operation,
		.types = sim_gql_types,
		.most_members = (uint32_t)c->w->conf.graphql_nodes,
	};
	struct sim_gql_place nowhere = { 0 };
	int said = 0;

	if (!operation)
		return say_error(c,
			name && *name ? "No operation with that name in the document"
				      : "An operation name is required",
			nowhere);
	if (!is_change(operation) && !hg_str_is(operation->word, HG_STR("query")))
		return say_error(c, "Schema is not configured for subscriptions", operation->place);
	const struct sim_gql_type *root = is_change(operation) ? &sim_gql_mutation : &sim_gql_query;
	if (sim_gql_begin(&g, root, json_object_get(c->input, "variables")))
		said = charge(&g);
	if (!said)
		said = sim_say(c, 200, sim_gql_run(&g, root));
	sim_gql_end(&g);
	return said;
}

int sim_post_graphql(struct sim_call *c)
{
	struct sim_gql_mistake mistake;
	struct sim_gql_document d;
	int said = 0;

	if (!sim_call_user(c))
		return sim_say_error(c, 401, "This endpoint requires you to be authenticated.");
	if ((said = sim_need_input(c)))
		return said;
	const char *query = sim_input_text(c, "query");
	if (!query)
		return say_error(c, "A query attribute must be specified and must be a string.",
			(struct sim_gql_place){ 0 });
	bool is_read = sim_gql_read(&d, hg_str(query), &mistake);
	const struct sim_gql_operation *operation = is_read ? find_operation(c, &d) : NULL;
	said = sim_secondary_admit(c, toll_of(operation));
	if (!said)
		said = is_read ? run(c, &d, operation)
		               : say_error(c, mistake.message, mistake.place);
	sim_gql_fini(&d);
	return said;
}
