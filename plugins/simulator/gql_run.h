/*
 * gql_run - answers a GraphQL operation with exactly the members that were asked for.
 *
 * A type is a table: a row for each field, with the function that answers it. The same tables say
 * what exists (gql_check.c), what `__type` tells, and where a fragment applies; so the schema is
 * written once, in gql_schema.c.
 *
 *     static json_t *issue_title(struct sim_gql *g, struct sim_gql_object o,
 *             const struct sim_gql_ask *a)    { return json_string(((…)o.it)->title); }
 *     { "title", NULL, issue_title, NULL },
 *
 * A function that answers an object says sim_gql_select(g, &its_type, its_object, a): the members
 * that the query picked, and no others. null for what went wrong; sim_gql_error says what.
 *
 * A query may make SIM_GQL_NODES members in all, however its fragments multiply.
 *
 * Thread: whoever holds the world's lock.
 */
#pragma once
#include "call.h"
#include "gql.h"

#define SIM_GQL_NODES 100000

struct sim_gql;
struct sim_gql_type;

/* What a field is asked of: something of the world, and the repository it stands in. */
struct sim_gql_object {
	const struct sim_repo *repo;
	const void *it;
};

/* What is asked: the field's place in the query, and the values of its arguments. */
struct sim_gql_ask {
	const struct sim_gql_pick *pick; /* the operation's own: NULL */
	const struct sim_gql_pick *picks;
	const struct sim_gql_type *type; /* of the field, as its row names it */
	const json_t *args;              /* an object; what was not given is not in it */
};

struct sim_gql_field {
	const char *name;
	const struct sim_gql_type *type; /* NULL: a scalar or an enum */
	json_t *(*answer)(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
	const char *args; /* "owner! name! first": NULL: none; ! must be given */
};

struct sim_gql_type {
	const char *name;
	const struct sim_gql_field *fields;         /* ended by a row without a name */
	const struct sim_gql_type *const *possible; /* of an interface; ended by NULL */
};

struct sim_gql_cost { /* gql_cost.h */
	int64_t points;
	int64_t nodes;
};

struct sim_gql {
	struct sim_call *call;
	const struct sim_gql_document *document;
	const struct sim_gql_operation *operation;
	const struct sim_gql_type *const *types; /* all; ended by NULL */
	json_t *variables;                       /* object: with defaults */
	json_t *path;                            /* array: where the answer is being made */
	json_t *errors;                          /* array */
	uint32_t n_nodes;
	uint32_t most_members; /* then RESOURCE_LIMITS_EXCEEDED, and nulls; 0: never */
	bool is_exceeded;
	struct sim_gql_cost cost;
	int depth;
};

/* Checks document and variables; `root` is the type of the operation. False: g->errors says why
 * not. In any case: end. */
bool sim_gql_begin(struct sim_gql *g, const struct sim_gql_type *root, const json_t *variables);
/* {"data": …, "errors": […]} as GitHub answers it; without data when it could not begin. A new
 * reference. */
json_t *sim_gql_run(struct sim_gql *g, const struct sim_gql_type *root);
void sim_gql_end(struct sim_gql *g);
/* Not left out by @skip or @include. */
bool sim_gql_is_wanted(const struct sim_gql *g, const struct sim_gql_pick *pick);

json_t *sim_gql_select(struct sim_gql *g, const struct sim_gql_type *type, struct sim_gql_object o,
	const struct sim_gql_ask *a);
/* One element of a list: the same, with its number in the path. */
json_t *sim_gql_select_at(struct sim_gql *g, const struct sim_gql_type *type,
	struct sim_gql_object o, const struct sim_gql_ask *a, uint32_t index);
/* An error at the field that is being answered; returns null, to be answered with. */
json_t *sim_gql_error(
	struct sim_gql *g, const struct sim_gql_ask *a, const char *type, const char *message);

const struct sim_gql_field *sim_gql_field_find(const struct sim_gql_type *type, struct hg_str name);
const struct sim_gql_type *sim_gql_type_find(const struct sim_gql *g, struct hg_str name);
/* Is `type` the other, or one that the other may be? */
bool sim_gql_type_is(const struct sim_gql_type *type, const struct sim_gql_type *other);
/* The value with variables put in; a new reference; NULL: a variable that was not given. */
json_t *sim_gql_value(const struct sim_gql *g, const struct sim_gql_value *v);
json_t *sim_gql_locations(struct sim_gql_place place);

/* -- gql_check.c --------------------------------------------------------------------------------
 */

/* Adds to g->errors what the document asks for and the types do not have. */
void sim_gql_check(struct sim_gql *g, const struct sim_gql_type *root);
