#include "api.h"

#include "gql_schema.h"

/* GraphQL's own errors come in a 200, without data. */
static int say_error(struct sim_call *c, const char *message, struct sim_gql_place place)
{
	json_t *error = json_pack("{s:s}", "message", message);

	if (place.line)
		json_object_set_new(error, "locations", sim_gql_locations(place));
	return sim_say(c, 200, json_pack("{s:[o]}", "errors", error));
}

static int run(struct sim_call *c, const struct sim_gql_document *d)
{
	const char *name = sim_input_text(c, "operationName");
	const struct sim_gql_operation *operation = sim_gql_operation_find(d, hg_str(name));
	struct sim_gql g = {
		.call = c, .document = d, .operation = operation, .types = sim_gql_types
	};
	struct sim_gql_place nowhere = { 0 };

	if (!operation)
		return say_error(c,
			name && *name ? "No operation with that name in the document"
				      : "An operation name is required",
			nowhere);
	bool is_change = hg_str_is(operation->word, HG_STR("mutation"));
	if (!is_change && !hg_str_is(operation->word, HG_STR("query")))
		return say_error(c, "Schema is not configured for subscriptions", operation->place);
	return sim_say(c, 200,
		sim_gql_run(&g, is_change ? &sim_gql_mutation : &sim_gql_query,
			json_object_get(c->input, "variables")));
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
	said = sim_gql_read(&d, hg_str(query), &mistake)
	               ? run(c, &d)
	               : say_error(c, mistake.message, mistake.place);
	sim_gql_fini(&d);
	return said;
}
