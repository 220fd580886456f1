#include "gql_schema.h"

#include <stdio.h>

#include <hg/mem.h>

#include "shapes.h"
#include "text.h"

#define HTML "https://github.com"
#define ANSWER SIM_GQL_ANSWER

SIM_GQL_ANSWER(true_, void, json_true())

json_t *sim_gql_true(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	return true_(g, o, a);
}

json_t *sim_gql_false(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	(void)g, (void)o, (void)a;
	return json_false();
}

json_t *sim_gql_null(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	(void)g, (void)o, (void)a;
	return json_null();
}

json_t *sim_gql_none(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	(void)g, (void)o, (void)a;
	return json_array();
}

/* -- people -------------------------------------------------------------------------------------
 */

ANSWER(user_id, struct sim_user, sim_shape_node_id(o->is_org ? "Organization" : "User", o->id))
ANSWER(user_database_id, struct sim_user, json_integer((json_int_t)o->id))
ANSWER(user_login, struct sim_user, json_string(o->login))
ANSWER(user_name, struct sim_user, json_string(o->name))
ANSWER(user_url, struct sim_user, json_sprintf(HTML "/%s", o->login))
ANSWER(user_path, struct sim_user, json_sprintf("/%s", o->login))
ANSWER(user_created, struct sim_user, sim_shape_date(o->created_s))
ANSWER(user_is_viewer, struct sim_user, json_boolean(o == sim_call_user(g->call)))
ANSWER(user_email, struct sim_user, json_string(""))
ANSWER(user_avatar, struct sim_user,
	json_sprintf("https://avatars.githubusercontent.com/u/%llu?v=4", (unsigned long long)o->id))

json_t *sim_gql_select_user(
	struct sim_gql *g, const struct sim_user *user, const struct sim_gql_ask *a)
{
	if (!user)
		return json_null();
	return sim_gql_select(g, user->is_org ? &sim_gql_organization : &sim_gql_user,
		(struct sim_gql_object){ .it = user }, a);
}

#define ACTOR_FIELDS                                                          \
	{ "login", NULL, user_login, NULL }, { "url", NULL, user_url, NULL }, \
		{ "resourcePath", NULL, user_path, NULL },                    \
	{                                                                     \
		"avatarUrl", NULL, user_avatar, "size"                        \
	}
#define OWNER_FIELDS                                                                               \
	ACTOR_FIELDS, { "id", NULL, user_id, NULL },                                               \
	{                                                                                          \
		"repositories", &sim_gql_repo_connection, sim_gql_repos_of,                        \
			SIM_GQL_LIST_ARGS " orderBy privacy isFork affiliations ownerAffiliations" \
	}
#define PROFILE_FIELDS                                                                  \
	OWNER_FIELDS, { "databaseId", NULL, user_database_id, NULL },                   \
		{ "name", NULL, user_name, NULL }, { "email", NULL, user_email, NULL }, \
		{ "location", NULL, sim_gql_null, NULL },                               \
		{ "websiteUrl", NULL, sim_gql_null, NULL },                             \
	{                                                                               \
		"createdAt", NULL, user_created, NULL                                   \
	}

static const struct sim_gql_field user_fields[] = { PROFILE_FIELDS,
	{ "bio", NULL, sim_gql_null, NULL }, { "company", NULL, sim_gql_null, NULL },
	{ "isViewer", NULL, user_is_viewer, NULL }, SIM_GQL_END };
static const struct sim_gql_field organization_fields[] = { PROFILE_FIELDS,
	{ "description", NULL, sim_gql_null, NULL }, { "isVerified", NULL, sim_gql_true, NULL },
	{ "viewerCanAdminister", NULL, sim_gql_true, NULL }, SIM_GQL_END };
static const struct sim_gql_field owner_fields[] = { OWNER_FIELDS, SIM_GQL_END };
static const struct sim_gql_field actor_fields[] = { ACTOR_FIELDS, SIM_GQL_END };
static const struct sim_gql_type *const anybody[] = { &sim_gql_user, &sim_gql_organization, NULL };

const struct sim_gql_type sim_gql_user = { "User", user_fields, NULL };
const struct sim_gql_type sim_gql_organization = { "Organization", organization_fields, NULL };
const struct sim_gql_type sim_gql_owner = { "RepositoryOwner", owner_fields, anybody };
const struct sim_gql_type sim_gql_actor = { "Actor", actor_fields, anybody };

static const struct sim_gql_field user_edge_fields[] = { SIM_GQL_EDGE(sim_gql_user) };
const struct sim_gql_type sim_gql_user_edge = { "UserEdge", user_edge_fields, NULL };
static const struct sim_gql_field user_connection_fields[] = { SIM_GQL_CONNECTION(
	sim_gql_user, sim_gql_user_edge) };
const struct sim_gql_type sim_gql_user_connection = { "UserConnection", user_connection_fields,
	NULL };

/* -- the budget ---------------------------------------------------------------------------------
 */

/* What it will be when this query is counted. */
static int64_t left_after(const struct sim_gql *g)
{
	int64_t remaining = sim_budget_remaining(g->call->budget);

	return remaining > g->cost.points ? remaining - g->cost.points : 0;
}

ANSWER(limit_limit, void, json_integer((json_int_t)g->call->budget->limit))
ANSWER(limit_cost, void, json_integer((json_int_t)g->cost.points))
ANSWER(limit_remaining, void, json_integer((json_int_t)left_after(g)))
ANSWER(limit_used, void, json_integer((json_int_t)(g->call->budget->used + g->cost.points)))
ANSWER(limit_nodes, void, json_integer((json_int_t)g->cost.nodes))
ANSWER(limit_reset, void, sim_shape_date(g->call->budget->reset_s))

static const struct sim_gql_field limit_fields[] = { { "limit", NULL, limit_limit, NULL },
	{ "cost", NULL, limit_cost, NULL }, { "remaining", NULL, limit_remaining, NULL },
	{ "used", NULL, limit_used, NULL }, { "nodeCount", NULL, limit_nodes, NULL },
	{ "resetAt", NULL, limit_reset, NULL }, SIM_GQL_END };
static const struct sim_gql_type rate_limit_type = { "RateLimit", limit_fields, NULL };

/* -- the schema about itself --------------------------------------------------------------------
 */

ANSWER(about_field_name, struct sim_gql_field, json_string(o->name))
ANSWER(about_type_name, struct sim_gql_type, json_string(o->name))
ANSWER(about_type_kind, struct sim_gql_type,
	json_string(!o->possible        ? "OBJECT"
		    : o->fields[0].name ? "INTERFACE"
					: "UNION"))

static json_t *about_fields(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_type *type = o.it;
	json_t *rows = json_array();

	for (uint32_t i = 0; type->fields[i].name; i++)
		json_array_append_new(
			rows, sim_gql_select_at(g, a->type,
				      (struct sim_gql_object){ .it = &type->fields[i] }, a, i));
	return rows;
}

static json_t *about_types(
	struct sim_gql *g, const struct sim_gql_type *const *types, const struct sim_gql_ask *a)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; types && types[i]; i++)
		json_array_append_new(
			rows, sim_gql_select_at(
				      g, a->type, (struct sim_gql_object){ .it = types[i] }, a, i));
	return rows;
}

ANSWER(about_possible, struct sim_gql_type, about_types(g, o->possible, a))
ANSWER(about_all, void, about_types(g, g->types, a))
ANSWER(about_query, void,
	sim_gql_select(g, a->type, (struct sim_gql_object){ .it = &sim_gql_query }, a))
ANSWER(about_mutation, void,
	sim_gql_select(g, a->type, (struct sim_gql_object){ .it = &sim_gql_mutation }, a))
ANSWER(query_schema, void, sim_gql_select(g, a->type, object, a))

static json_t *query_type(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const char *name = json_string_value(json_object_get(a->args, "name"));
	const struct sim_gql_type *type = name ? sim_gql_type_find(g, hg_str(name)) : NULL;

	o.it = type;
	return type ? sim_gql_select(g, a->type, o, a) : json_null();
}

static const struct sim_gql_type about_type, about_field;
static const struct sim_gql_field about_field_fields[] = { { "name", NULL, about_field_name, NULL },
	SIM_GQL_END };
static const struct sim_gql_field about_type_fields[] = { { "name", NULL, about_type_name, NULL },
	{ "kind", NULL, about_type_kind, NULL },
	{ "fields", &about_field, about_fields, "includeDeprecated" },
	{ "possibleTypes", &about_type, about_possible, NULL }, SIM_GQL_END };
static const struct sim_gql_field about_schema_fields[] = { { "queryType", &about_type, about_query,
								    NULL },
	{ "mutationType", &about_type, about_mutation, NULL },
	{ "types", &about_type, about_all, NULL }, SIM_GQL_END };
static const struct sim_gql_type about_field = { "__Field", about_field_fields, NULL };
static const struct sim_gql_type about_type = { "__Type", about_type_fields, NULL };
static const struct sim_gql_type about_schema = { "__Schema", about_schema_fields, NULL };

/* -- the root -----------------------------------------------------------------------------------
 */

/* "011:Repository42" in base64: what sim_shape_node_id wrote. The type's name and the number. */
static bool read_node_id(const char *id, char type[32], uint64_t *ret_number)
{
	size_t n, at = 0, end;
	char *plain = sim_text_unbase64(hg_str(id), &n);

	while (plain && at < n && plain[at] != ':')
		at++;
	end = n;
	while (plain && end > at && plain[end - 1] >= '0' && plain[end - 1] <= '9')
		end--;
	bool is_fine = plain && at < n && end < n && end - at - 1 < 32;
	if (is_fine) {
		snprintf(type, 32, "%.*s", (int)(end - at - 1), plain + at + 1);
		*ret_number = (uint64_t)sim_text_number((struct hg_str){ plain + end, n - end }, 0);
	}
	hg_free(plain);
	return is_fine;
}

static struct sim_gql_object find_numbered(struct sim_gql *g, const char *type, uint64_t number)
{
	struct sim_world *w = g->call->w;

	for (uint32_t i = 0; i < w->n_repos; i++) {
		const struct sim_repo *r = &w->repos[i];
		if (r->deleted || r->is_blocked || !sim_sees(g->call, r))
			continue;
		if (r->id == number && strcmp(type, "Repository") == 0)
			return (struct sim_gql_object){ r, r };
		for (uint32_t k = 0; strcmp(type, "Issue") == 0 && k < r->n_issues; k++)
			if (r->issues[k].id == number && !r->issues[k].deleted)
				return (struct sim_gql_object){ r, &r->issues[k] };
	}
	return (struct sim_gql_object){ 0 };
}

static json_t *select_numbered(
	struct sim_gql *g, const struct sim_gql_ask *a, const char *type, uint64_t number)
{
	if (strcmp(type, "User") == 0 || strcmp(type, "Organization") == 0)
		return sim_gql_select_user(g, sim_user_by_id(g->call->w, number), a);
	struct sim_gql_object o = find_numbered(g, type, number);
	if (!o.it)
		return json_null();
	return sim_gql_select(g, o.it == o.repo ? &sim_gql_repo : &sim_gql_issue, o, a);
}

struct sim_gql_object sim_gql_find(struct sim_gql *g, const char *id, const char *type)
{
	char theirs[32];
	uint64_t number;

	if (!id || !read_node_id(id, theirs, &number) || strcmp(theirs, type) != 0)
		return (struct sim_gql_object){ 0 };
	return find_numbered(g, type, number);
}

json_t *sim_gql_say_no_node(struct sim_gql *g, const struct sim_gql_ask *a, const char *id)
{
	char message[300];

	snprintf(message, sizeof(message),
		"Could not resolve to a node with the global id of '%.200s'", id ? id : "");
	return sim_gql_error(g, a, "NOT_FOUND", message);
}

static json_t *query_node(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const char *id = json_string_value(json_object_get(a->args, "id"));
	char type[32];
	uint64_t number;

	(void)o;
	json_t *found = id && read_node_id(id, type, &number) ? select_numbered(g, a, type, number)
	                                                      : json_null();
	return json_is_null(found) ? sim_gql_say_no_node(g, a, id) : found;
}

static const struct sim_gql_type *const nodes[] = { &sim_gql_user, &sim_gql_organization,
	&sim_gql_repo, &sim_gql_issue, &sim_gql_pull, NULL };
static const struct sim_gql_field node_fields[] = { { "id", NULL, NULL, NULL }, SIM_GQL_END };
static const struct sim_gql_type node_type = { "Node", node_fields, nodes };

static const char *text_of(const struct sim_gql_ask *a, const char *name)
{
	const char *text = json_string_value(json_object_get(a->args, name));

	return text ? text : "";
}

static json_t *say_unresolved(struct sim_gql *g, const struct sim_gql_ask *a, const char *what,
	const char *how, const char *name)
{
	char message[400];

	snprintf(message, sizeof(message), "Could not resolve to a %s with the %s of '%.200s'.",
		what, how, name);
	return sim_gql_error(g, a, "NOT_FOUND", message);
}

ANSWER(query_viewer, void, sim_gql_select_user(g, sim_call_user(g->call), a))
ANSWER(query_rate_limit, void, sim_gql_select(g, a->type, object, a))

static json_t *query_repository(
	struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	struct sim_call *c = g->call;
	const char *owner = text_of(a, "owner"), *name = text_of(a, "name");
	char message[400];
	struct sim_repo *r = sim_repo_find(c->w, hg_str(owner), hg_str(name));

	if (!r && !json_is_false(json_object_get(a->args, "followRenames")))
		r = sim_repo_by_former_name(c->w, hg_str(owner), hg_str(name));
	if (!r || r->is_blocked || !sim_sees(c, r)) {
		snprintf(message, sizeof(message),
			"Could not resolve to a Repository with the name '%.150s/%.150s'.", owner,
			name);
		return sim_gql_error(g, a, "NOT_FOUND", message);
	}
	o.repo = o.it = r;
	return sim_gql_select(g, &sim_gql_repo, o, a);
}

static json_t *owner_named(struct sim_gql *g, const struct sim_gql_ask *a, const char *what,
	bool wants_users, bool wants_orgs)
{
	const char *login = text_of(a, "login");
	const struct sim_user *user = sim_user_find(g->call->w, hg_str(login));

	if (user && (user->is_org ? wants_orgs : wants_users))
		return sim_gql_select_user(g, user, a);
	/* an owner of either kind that nobody is, is null without an error */
	return wants_users && wants_orgs ? json_null() : say_unresolved(g, a, what, "login", login);
}

ANSWER(query_user, void, owner_named(g, a, "User", true, false))
ANSWER(query_organization, void, owner_named(g, a, "Organization", false, true))
ANSWER(query_owner, void, owner_named(g, a, "RepositoryOwner", true, true))

static const struct sim_gql_field query_fields[] = {
	{ "viewer", &sim_gql_user, query_viewer, NULL },
	{ "rateLimit", &rate_limit_type, query_rate_limit, "dryRun" },
	{ "repository", &sim_gql_repo, query_repository, "owner! name! followRenames" },
	{ "user", &sim_gql_user, query_user, "login!" },
	{ "organization", &sim_gql_organization, query_organization, "login!" },
	{ "repositoryOwner", &sim_gql_owner, query_owner, "login!" },
	{ "node", &node_type, query_node, "id!" },
	{ "__type", &about_type, query_type, "name!" },
	{ "__schema", &about_schema, query_schema, NULL },
	SIM_GQL_END,
};
const struct sim_gql_type sim_gql_query = { "Query", query_fields, NULL };

const struct sim_gql_type *const sim_gql_types[] = { &sim_gql_query, &sim_gql_user,
	&sim_gql_organization, &sim_gql_owner, &sim_gql_actor, &sim_gql_user_connection,
	&sim_gql_user_edge, &sim_gql_page_info, &rate_limit_type, &node_type, &sim_gql_repo,
	&sim_gql_issue, &sim_gql_label, &sim_gql_comment, &sim_gql_pull, &sim_gql_ref,
	&sim_gql_git_object, &sim_gql_language, &sim_gql_milestone, &sim_gql_code_of_conduct,
	&sim_gql_license, &sim_gql_release, &sim_gql_repo_connection, &sim_gql_issue_connection,
	&sim_gql_label_connection, &sim_gql_comment_connection, &sim_gql_pull_connection,
	&sim_gql_language_connection, &sim_gql_repo_edge, &sim_gql_issue_edge, &sim_gql_label_edge,
	&sim_gql_comment_edge, &sim_gql_pull_edge, &sim_gql_language_edge, &sim_gql_issue_or_pull,
	&sim_gql_reaction_group, &sim_gql_project, &sim_gql_project_column, &sim_gql_card,
	&sim_gql_card_connection, &sim_gql_card_edge, &sim_gql_release_connection,
	&sim_gql_release_edge, &sim_gql_mutation, &sim_gql_create_issue, &sim_gql_close_issue,
	&sim_gql_reopen_issue, &sim_gql_add_comment, NULL };
