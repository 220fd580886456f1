#include "gql_run.h"

#include <stdio.h>

#define TYPENAME HG_STR("__typename")

const struct sim_gql_field *sim_gql_field_find(const struct sim_gql_type *type, struct hg_str name)
{
	for (const struct sim_gql_field *f = type->fields; f->name; f++)
		if (hg_str_is(name, hg_str(f->name)))
			return f;
	return NULL;
}

const struct sim_gql_type *sim_gql_type_find(const struct sim_gql *g, struct hg_str name)
{
	for (const struct sim_gql_type *const *type = g->types; *type; type++)
		if (hg_str_is(name, hg_str((*type)->name)))
			return *type;
	return NULL;
}

bool sim_gql_type_is(const struct sim_gql_type *type, const struct sim_gql_type *other)
{
	if (type == other)
		return true;
	for (const struct sim_gql_type *const *p = other->possible; p && *p; p++)
		if (*p == type)
			return true;
	return false;
}

json_t *sim_gql_locations(struct sim_gql_place place)
{
	return json_pack(
		"[{s:I, s:I}]", "line", (json_int_t)place.line, "column", (json_int_t)place.column);
}

json_t *sim_gql_error(
	struct sim_gql *g, const struct sim_gql_ask *a, const char *type, const char *message)
{
	struct sim_gql_place place = a->pick ? a->pick->place : g->operation->place;
	json_t *text = json_string(message); /* NULL: a name in it was cut within a letter */

	json_array_append_new(
		g->errors, json_pack("{s:s, s:o, s:o, s:o}", "type", type, "path",
				   json_copy(g->path), "locations", sim_gql_locations(place),
				   "message", text ? text : json_string("Could not resolve")));
	return json_null();
}

/* -- values -------------------------------------------------------------------------------------
 */

static json_t *list_of(const struct sim_gql *g, const struct sim_gql_arg *item)
{
	json_t *list = json_array();

	for (; item; item = item->next) {
		json_t *one = sim_gql_value(g, &item->value);
		json_array_append_new(list, one ? one : json_null());
	}
	return list;
}

static json_t *object_of(const struct sim_gql *g, const struct sim_gql_arg *item)
{
	json_t *o = json_object();

	for (; item; item = item->next) {
		json_t *one = sim_gql_value(g, &item->value);
		if (one)
			json_object_setn_new(o, item->name.p, item->name.n, one);
	}
	return o;
}

json_t *sim_gql_value(const struct sim_gql *g, const struct sim_gql_value *v)
{
	switch (v->kind) {
	case SIM_GQL_VARIABLE:
		return json_incref(json_object_getn(g->variables, v->text.p, v->text.n));
	case SIM_GQL_SCALAR:
		return json_incref(v->json);
	case SIM_GQL_LIST:
		return list_of(g, v->items);
	case SIM_GQL_OBJECT:
		return object_of(g, v->items);
	}
	return NULL;
}

static void set_variables(struct sim_gql *g, const json_t *given)
{
	for (const struct sim_gql_variable *v = g->operation->variables; v; v = v->next) {
		json_t *value = json_object_getn(given, v->name.p, v->name.n);
		if (value)
			json_object_setn(g->variables, v->name.p, v->name.n, value);
		else if (v->has_default)
			json_object_setn_new(
				g->variables, v->name.p, v->name.n, sim_gql_value(g, &v->deflt));
	}
}

/* A variable that must be there and is not: GitHub says so before it looks at anything. */
static void check_variables(struct sim_gql *g)
{
	char message[300];

	for (const struct sim_gql_variable *v = g->operation->variables; v; v = v->next) {
		const json_t *value = json_object_getn(g->variables, v->name.p, v->name.n);
		if (!v->is_required || (value && !json_is_null(value)))
			continue;
		snprintf(message, sizeof(message),
			"Variable $%.*s of type %.*s was provided invalid value",
			v->name.n > 90 ? 90 : (int)v->name.n, v->name.p,
			v->type.n > 90 ? 90 : (int)v->type.n, v->type.p);
		json_array_append_new(
			g->errors, json_pack("{s:s, s:o, s:{s:n, s:[{s:[], s:s}]}}", "message",
					   message, "locations", sim_gql_locations(v->place),
					   "extensions", "value", "problems", "path", "explanation",
					   "Expected value to not be null"));
	}
}

/* -- answers ------------------------------------------------------------------------------------
 */

static bool says(const struct sim_gql *g, const struct sim_gql_directive *d, const char *word)
{
	bool is_true = false;

	for (; d; d = d->next)
		for (const struct sim_gql_arg *arg = d->args; arg; arg = arg->next) {
			if (!hg_str_is(d->name, hg_str(word)) ||
				!hg_str_is(arg->name, HG_STR("if")))
				continue;
			json_t *value = sim_gql_value(g, &arg->value);
			is_true = json_is_true(value);
			json_decref(value);
			return is_true;
		}
	return strcmp(word, "include") == 0;
}

bool sim_gql_is_wanted(const struct sim_gql *g, const struct sim_gql_pick *pick)
{
	return !says(g, pick->directives, "skip") && says(g, pick->directives, "include");
}

/* Two picks of one member: their selections are one. */
static void merge(json_t *into, const json_t *from)
{
	const char *key;
	json_t *value, *old;
	size_t i;

	if (json_is_object(into) && json_is_object(from))
		json_object_foreach((json_t *)from, key, value)
		{
			if ((old = json_object_get(into, key)) != NULL)
				merge(old, value);
			else
				json_object_set(into, key, value);
		}
	else if (json_is_array(into) && json_is_array(from))
		json_array_foreach(from, i, value) merge(json_array_get(into, i), value);
}

static void add_picks(struct sim_gql *g, json_t *out, const struct sim_gql_type *type,
	struct sim_gql_object o, const struct sim_gql_pick *picks);

/* What was made until here stays; the rest is null, and told of once. */
static json_t *say_exceeded(struct sim_gql *g, const struct sim_gql_ask *a)
{
	if (g->is_exceeded)
		return json_null();
	g->is_exceeded = true;
	return sim_gql_error(
		g, a, "RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.");
}

static void add_field(struct sim_gql *g, json_t *out, const struct sim_gql_type *type,
	struct sim_gql_object o, const struct sim_gql_pick *pick)
{
	const struct sim_gql_field *field = sim_gql_field_find(type, pick->name);
	json_t *value, *old;

	if (g->n_nodes++ >= SIM_GQL_NODES)
		return;
	json_t *args = object_of(g, pick->args);
	struct sim_gql_ask ask = { pick, pick->picks, field ? field->type : NULL, args };
	json_array_append_new(g->path, json_stringn(pick->key.p, pick->key.n));
	if (g->most_members && g->n_nodes > g->most_members)
		value = say_exceeded(g, &ask);
	else if (hg_str_is(pick->name, TYPENAME))
		value = json_string(type->name);
	else
		value = field && field->answer ? field->answer(g, o, &ask) : json_null();
	json_array_remove(g->path, json_array_size(g->path) - 1);
	json_decref(args);

	old = json_object_getn(out, pick->key.p, pick->key.n);
	if (old) {
		merge(old, value);
		json_decref(value);
	} else {
		json_object_setn_new(out, pick->key.p, pick->key.n, value ? value : json_null());
	}
}

static void add_fragment(struct sim_gql *g, json_t *out, const struct sim_gql_type *type,
	struct sim_gql_object o, struct hg_str condition, const struct sim_gql_pick *picks)
{
	const struct sim_gql_type *wanted = sim_gql_type_find(g, condition);

	if (condition.n == 0 || (wanted && sim_gql_type_is(type, wanted)))
		add_picks(g, out, type, o, picks);
}

static void add_picks(struct sim_gql *g, json_t *out, const struct sim_gql_type *type,
	struct sim_gql_object o, const struct sim_gql_pick *picks)
{
	const struct sim_gql_fragment *f;

	/* fragments that lead to fragments may be deeper than what was read */
	if (g->depth >= 2 * SIM_GQL_DEPTH || g->n_nodes >= SIM_GQL_NODES) {
		g->n_nodes = SIM_GQL_NODES;
		return;
	}
	g->depth++;
	for (const struct sim_gql_pick *pick = picks; pick; pick = pick->next) {
		g->n_nodes++; /* a fragment costs as well: it may hold nothing but others */
		if (!sim_gql_is_wanted(g, pick))
			continue;
		if (pick->kind == SIM_GQL_FIELD)
			add_field(g, out, type, o, pick);
		else if (pick->kind == SIM_GQL_INLINE)
			add_fragment(g, out, type, o, pick->type, pick->picks);
		else if ((f = sim_gql_fragment_find(g->document, pick->name)) != NULL)
			add_fragment(g, out, type, o, f->type, f->picks);
	}
	g->depth--;
}

json_t *sim_gql_select(struct sim_gql *g, const struct sim_gql_type *type, struct sim_gql_object o,
	const struct sim_gql_ask *a)
{
	json_t *out = json_object();

	add_picks(g, out, type, o, a->picks);
	return out;
}

json_t *sim_gql_select_at(struct sim_gql *g, const struct sim_gql_type *type,
	struct sim_gql_object o, const struct sim_gql_ask *a, uint32_t index)
{
	json_array_append_new(g->path, json_integer((json_int_t)index));
	json_t *out = sim_gql_select(g, type, o, a);
	json_array_remove(g->path, json_array_size(g->path) - 1);
	return out;
}

bool sim_gql_begin(struct sim_gql *g, const struct sim_gql_type *root, const json_t *variables)
{
	g->variables = json_object();
	g->path = json_array();
	g->errors = json_array();
	sim_gql_check(g, root);
	set_variables(g, variables);
	if (json_array_size(g->errors) == 0)
		check_variables(g);
	return json_array_size(g->errors) == 0;
}

json_t *sim_gql_run(struct sim_gql *g, const struct sim_gql_type *root)
{
	struct sim_gql_ask all = { .picks = g->operation->picks };
	json_t *answer = json_object(), *data;

	if (json_array_size(g->errors) == 0) {
		data = sim_gql_select(g, root, (struct sim_gql_object){ 0 }, &all);
		if (g->n_nodes >= SIM_GQL_NODES) {
			json_decref(data);
			json_array_clear(g->errors);
			(void)sim_gql_error(g, &all, "MAX_NODE_LIMIT_EXCEEDED",
				"This query requests too many possible nodes.");
		} else {
			json_object_set_new(answer, "data", data);
		}
	}
	if (json_array_size(g->errors) > 0)
		json_object_set(answer, "errors", g->errors);
	return answer;
}

void sim_gql_end(struct sim_gql *g)
{
	json_decref(g->variables);
	json_decref(g->path);
	json_decref(g->errors);
}
