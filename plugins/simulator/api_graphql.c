#include "api.h"

#include "shapes.h"
#include "text.h"

/*
 * GraphQL, as much as a gateway's tests need: `viewer { login … }`, `rateLimit { … }` and
 * `repository(owner: $owner, name: $name) { … }` with its names in `variables`, found as words of
 * the query, with all their members whatever was selected. Everything else is
 * answered as GitHub answers a field that does not exist: 200 with `errors`.
 */

static int say_errors(struct sim_call *c, const char *message, const char *field)
{
	json_t *extensions = field ? json_pack("{s:s, s:s, s:s}", "code", "undefinedField",
					     "typeName", "Query", "fieldName", field)
	                           : json_object();

	return sim_say(c, 200,
		json_pack("{s:[{s:s, s:[{s:i, s:i}], s:o}]}", "errors", "message", message,
			"locations", "line", 1, "column", 1, "extensions", extensions));
}

static json_t *viewer_shape(struct sim_call *c)
{
	const struct sim_user *user = sim_call_user(c);

	return json_pack("{s:s, s:o, s:I, s:s, s:o}", "login", user->login, "id",
		sim_shape_node_id("User", user->id), "databaseId", (json_int_t)user->id, "name",
		user->name, "url", json_sprintf("https://github.com/%s", user->login));
}

/* What the budget will be when this query is counted. */
static json_t *rate_limit_shape(struct sim_call *c)
{
	const struct sim_budget *b = c->budget;
	int64_t remaining = sim_budget_remaining(b);

	return json_pack("{s:I, s:i, s:I, s:I, s:i, s:o}", "limit", (json_int_t)b->limit, "cost", 1,
		"remaining", (json_int_t)(remaining > 0 ? remaining - 1 : 0), "used",
		(json_int_t)b->used + 1, "nodeCount", 0, "resetAt", sim_shape_date(b->reset_s));
}

/* What `gh repo view` reads of it. NULL: there is none that the caller may see. */
static json_t *repository_shape(struct sim_call *c)
{
	json_t *variables = json_object_get(c->input, "variables");
	struct hg_str owner = hg_str(json_string_value(json_object_get(variables, "owner")));
	struct hg_str name = hg_str(json_string_value(json_object_get(variables, "name")));
	const struct sim_repo *r = sim_repo_find(c->w, owner, name);

	if (!r)
		r = sim_repo_find(
			c->w, owner, hg_str(json_string_value(json_object_get(variables, "repo"))));
	const struct sim_user *u = r ? sim_user_by_id(c->w, r->owner) : NULL;
	if (!u || r->deleted || (r->is_private && !sim_sees_private(c)))
		return NULL;
	json_t *full = json_sprintf("%s/%s", u->login, r->name);
	return json_pack(
		"{s:o, s:s, s:O, s:s, s:{s:o, s:s}, s:b, s:b, s:b, s:b, s:s, s:{s:s}, s:o, s:I}",
		"id", sim_shape_node_id("Repository", r->id), "name", r->name, "nameWithOwner",
		full, "description", r->description ? r->description : "", "owner", "id",
		sim_shape_node_id("User", u->id), "login", u->login, "isPrivate",
		(int)r->is_private, "isArchived", (int)r->is_archived, "hasIssuesEnabled",
		(int)!r->has_no_issues, "hasWikiEnabled", 0, "viewerPermission", "WRITE",
		"defaultBranchRef", "name", "main", "url",
		json_sprintf("https://github.com/%s", json_string_value(full)), "stargazerCount",
		(json_int_t)r->stars);
}

/* As GitHub says that there is none: 200, with the field as null. */
static int say_no_repository(struct sim_call *c)
{
	return sim_say(c, 200,
		json_pack("{s:{s:n}, s:[{s:s, s:[s], s:s}]}", "data", "repository", "errors",
			"type", "NOT_FOUND", "path", "repository", "message",
			"Could not resolve to a Repository with that name."));
}

/* The first name inside the outermost braces. */
static struct hg_str first_field(const char *query)
{
	const char *p = strchr(query, '{');

	p = p ? p + 1 : "";
	p += strspn(p, " \t\r\n,");
	return (struct hg_str){ p,
		strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") };
}

int sim_post_graphql(struct sim_call *c)
{
	int said = 0;

	if (!sim_call_user(c))
		return sim_say_error(c, 401, "This endpoint requires you to be authenticated.");
	if ((said = sim_need_input(c)))
		return said;
	const char *query = sim_input_text(c, "query");
	if (!query)
		return say_errors(
			c, "A query attribute must be specified and must be a string.", NULL);

	struct hg_str field = first_field(query);
	bool is_viewer = strstr(query, "viewer") != NULL;
	bool is_rate_limit = strstr(query, "rateLimit") != NULL;
	if (field.n == 0)
		return say_errors(c,
			"Expected one of SCHEMA, SCALAR, TYPE, ENUM, INPUT, UNION, "
			"INTERFACE, actual: (none)",
			NULL);
	if (!hg_str_is(field, HG_STR("viewer")) && !hg_str_is(field, HG_STR("rateLimit")) &&
		!hg_str_is(field, HG_STR("repository"))) {
		struct sim_text name = { 0 }, message = { 0 };
		sim_text_add(&name, field.p, field.n);
		sim_text_printf(&message, "Field '%s' doesn't exist on type 'Query'", name.p);
		said = say_errors(c, message.p, name.p);
		sim_text_fini(&name);
		sim_text_fini(&message);
		return said;
	}
	json_t *row = json_object();
	if (hg_str_is(field, HG_STR("repository"))) {
		json_t *repository = repository_shape(c);
		if (!repository) {
			json_decref(row);
			return say_no_repository(c);
		}
		json_object_set_new(row, "repository", repository);
	}
	if (is_viewer)
		json_object_set_new(row, "viewer", viewer_shape(c));
	if (is_rate_limit)
		json_object_set_new(row, "rateLimit", rate_limit_shape(c));
	return sim_say(c, 200, json_pack("{s:o}", "data", row));
}
