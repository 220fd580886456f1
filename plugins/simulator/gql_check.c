/*
 * gql_check - what a document asks for and the types do not have, in GitHub's words.
 *
 * Each fragment is looked at once, on its own type; so the work is bounded by the document's
 * length, however often a fragment is spread.
 */
#include <stdio.h>

#include "gql_run.h"

#define MAX_ERRORS 20

struct check {
	struct sim_gql *g;
	int depth;
};

/* Takes extensions and appends {"path", "extensions", "locations", "message"}. */
static void say(
	struct check *k, struct sim_gql_place place, json_t *extensions, const char *message)
{
	struct sim_gql *g = k->g;

	if (json_array_size(g->errors) >= MAX_ERRORS) {
		json_decref(extensions);
		return;
	}
	json_array_append_new(g->errors,
		json_pack("{s:o, s:o, s:o, s:s}", "path", json_copy(g->path), "extensions",
			extensions, "locations", sim_gql_locations(place), "message", message));
}

/* Names are part of messages; none of GitHub's is longer. */
struct name {
	char text[81];
};

static struct name name_of(struct hg_str s)
{
	struct name name;

	snprintf(name.text, sizeof(name.text), "%.*s", s.n > 80 ? 80 : (int)s.n, s.p ? s.p : "");
	return name;
}

static void check_picks(
	struct check *k, const struct sim_gql_type *type, const struct sim_gql_pick *picks);

/* -- arguments ----------------------------------------------------------------------------------
 */

static void check_value(struct check *k, const struct sim_gql_value *v, struct sim_gql_place place)
{
	const struct sim_gql_operation *op = k->g->operation;
	const struct sim_gql_variable *variable = op->variables;
	char message[240];

	for (const struct sim_gql_arg *item = v->items; item; item = item->next)
		check_value(k, &item->value, item->place);
	if (v->kind != SIM_GQL_VARIABLE)
		return;
	while (variable && !hg_str_is(variable->name, v->text))
		variable = variable->next;
	if (variable)
		return;
	struct name name = name_of(v->text), operation = name_of(op->name);
	snprintf(message, sizeof(message), "Variable $%s is used by %s but not declared", name.text,
		op->name.n ? operation.text : "anonymous query");
	say(k, place,
		json_pack("{s:s, s:s}", "code", "variableNotDefined", "variableName", name.text),
		message);
}

/* Is `name` one of "owner! name! first"? */
static bool takes(const char *words, struct hg_str name)
{
	while (words && *words) {
		size_t n = strcspn(words, " !");
		if (hg_str_is((struct hg_str){ words, n }, name))
			return true;
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	return false;
}

static bool is_given(const struct sim_gql_pick *pick, struct hg_str name)
{
	for (const struct sim_gql_arg *arg = pick->args; arg; arg = arg->next)
		if (hg_str_is(arg->name, name))
			return true;
	return false;
}

static void check_required(
	struct check *k, const struct sim_gql_field *field, const struct sim_gql_pick *pick)
{
	char lacking[120] = "", message[300];

	for (const char *words = field->args; words && *words;) {
		size_t n = strcspn(words, " "), used = strlen(lacking);
		bool is_required = words[n - 1] == '!';
		if (is_required && !is_given(pick, (struct hg_str){ words, n - 1 }))
			snprintf(lacking + used, sizeof(lacking) - used, "%s%.*s", used ? ", " : "",
				(int)n - 1, words);
		words += n;
		words += strspn(words, " ");
	}
	if (!lacking[0])
		return;
	snprintf(message, sizeof(message), "Field '%s' is missing required arguments: %s",
		field->name, lacking);
	say(k, pick->place,
		json_pack("{s:s, s:s, s:s, s:s}", "code", "missingRequiredArguments", "className",
			"Field", "name", field->name, "arguments", lacking),
		message);
}

static void check_args(
	struct check *k, const struct sim_gql_field *field, const struct sim_gql_pick *pick)
{
	char message[300];

	for (const struct sim_gql_arg *arg = pick->args; arg; arg = arg->next) {
		check_value(k, &arg->value, arg->place);
		if (takes(field->args, arg->name))
			continue;
		struct name name = name_of(arg->name);
		snprintf(message, sizeof(message), "Field '%s' doesn't accept argument '%s'",
			field->name, name.text);
		say(k, arg->place,
			json_pack("{s:s, s:s, s:s, s:s}", "code", "argumentNotAccepted", "name",
				field->name, "typeName", "Field", "argumentName", name.text),
			message);
	}
	check_required(k, field, pick);
}

/* -- fields -------------------------------------------------------------------------------------
 */

static void say_mismatch(struct check *k, const struct sim_gql_pick *pick, bool wants_picks)
{
	struct name name = name_of(pick->name);
	char message[300];

	if (wants_picks)
		snprintf(message, sizeof(message),
			"Field must have selections (field '%s' returns an object but has no "
			"selections. Did you mean '%s { ... }'?)",
			name.text, name.text);
	else
		snprintf(message, sizeof(message),
			"Selections can't be made on scalars (field '%s')", name.text);
	say(k, pick->place,
		json_pack("{s:s, s:s}", "code", "selectionMismatch", "nodeName", name.text),
		message);
}

static void check_field(
	struct check *k, const struct sim_gql_type *type, const struct sim_gql_pick *pick)
{
	const struct sim_gql_field *field = sim_gql_field_find(type, pick->name);
	char message[300];

	if (hg_str_is(pick->name, HG_STR("__typename"))) {
		if (pick->picks)
			say_mismatch(k, pick, false);
		return;
	}
	if (!field) {
		struct name name = name_of(pick->name);
		snprintf(message, sizeof(message), "Field '%s' doesn't exist on type '%s'",
			name.text, type->name);
		say(k, pick->place,
			json_pack("{s:s, s:s, s:s}", "code", "undefinedField", "typeName",
				type->name, "fieldName", name.text),
			message);
		return;
	}
	check_args(k, field, pick);
	if (!field->type != !pick->picks)
		say_mismatch(k, pick, field->type != NULL);
	else if (field->type)
		check_picks(k, field->type, pick->picks);
}

/* -- fragments ----------------------------------------------------------------------------------
 */

/* May something be both? */
static bool overlap(const struct sim_gql_type *a, const struct sim_gql_type *b)
{
	if (sim_gql_type_is(a, b) || sim_gql_type_is(b, a))
		return true;
	for (const struct sim_gql_type *const *p = a->possible; p && *p; p++)
		if (sim_gql_type_is(*p, b))
			return true;
	return false;
}

/* The type of a condition, when it exists and may be met here. */
static const struct sim_gql_type *check_condition(struct check *k, const struct sim_gql_type *type,
	struct hg_str condition, struct sim_gql_place place)
{
	const struct sim_gql_type *wanted = condition.n ? sim_gql_type_find(k->g, condition) : type;
	struct name name = name_of(condition);
	char message[300];

	if (!wanted) {
		snprintf(message, sizeof(message),
			"No such type %s, so it can't be a fragment condition", name.text);
		say(k, place,
			json_pack("{s:s, s:s}", "code", "undefinedType", "typeName", name.text),
			message);
	} else if (type && !overlap(type, wanted)) {
		snprintf(message, sizeof(message), "Fragment on %s can't be spread inside %s",
			wanted->name, type->name);
		say(k, place,
			json_pack("{s:s, s:s, s:s}", "code", "cannotSpreadFragment", "fragmentName",
				wanted->name, "parentName", type->name),
			message);
		return NULL;
	}
	return wanted;
}

static void check_fragment(struct check *k, struct sim_gql_fragment *f)
{
	struct name name = name_of(f->name);
	char message[200];

	if (f->seen == SIM_GQL_CHECKED)
		return;
	if (f->seen == SIM_GQL_ENTERED) {
		snprintf(message, sizeof(message), "Fragment %s contains an infinite loop",
			name.text);
		say(k, f->place,
			json_pack("{s:s, s:s}", "code", "infiniteLoop", "fragmentName", name.text),
			message);
		return;
	}
	const struct sim_gql_type *type = check_condition(k, NULL, f->type, f->place);
	f->seen = SIM_GQL_ENTERED;
	if (type)
		check_picks(k, type, f->picks);
	f->seen = SIM_GQL_CHECKED;
}

static void check_spread(
	struct check *k, const struct sim_gql_type *type, const struct sim_gql_pick *pick)
{
	struct sim_gql_fragment *f = sim_gql_fragment_find(k->g->document, pick->name);
	struct name name = name_of(pick->name);
	char message[200];

	if (f) {
		if (sim_gql_type_find(k->g, f->type))
			(void)check_condition(k, type, f->type, pick->place);
		check_fragment(k, f);
		return;
	}
	snprintf(message, sizeof(message), "Fragment %s was used, but not defined", name.text);
	say(k, pick->place,
		json_pack("{s:s, s:s}", "code", "useAndDefineFragment", "fragmentName", name.text),
		message);
}

static void check_directives(struct check *k, const struct sim_gql_directive *d)
{
	char message[200];

	for (; d; d = d->next) {
		for (const struct sim_gql_arg *arg = d->args; arg; arg = arg->next)
			check_value(k, &arg->value, arg->place);
		if (hg_str_is(d->name, HG_STR("include")) || hg_str_is(d->name, HG_STR("skip")))
			continue;
		struct name name = name_of(d->name);
		snprintf(message, sizeof(message), "Directive @%s is not defined", name.text);
		say(k, d->place,
			json_pack("{s:s, s:s}", "code", "undefinedDirective", "directiveName",
				name.text),
			message);
	}
}

/* One step of a path, as GitHub writes the way to a mistake. */
static json_t *step_of(const struct sim_gql_pick *pick)
{
	struct name name = name_of(pick->kind == SIM_GQL_INLINE ? pick->type : pick->key);

	if (pick->kind == SIM_GQL_INLINE)
		return json_sprintf("... on %s", name.text);
	if (pick->kind == SIM_GQL_SPREAD)
		return json_sprintf("... %s", name_of(pick->name).text);
	return json_string(name.text);
}

static void check_pick(
	struct check *k, const struct sim_gql_type *type, const struct sim_gql_pick *pick)
{
	const struct sim_gql_type *wanted;

	check_directives(k, pick->directives);
	if (pick->kind == SIM_GQL_FIELD)
		check_field(k, type, pick);
	else if (pick->kind == SIM_GQL_SPREAD)
		check_spread(k, type, pick);
	else if ((wanted = check_condition(k, type, pick->type, pick->place)) != NULL)
		check_picks(k, wanted, pick->picks);
}

static void check_picks(
	struct check *k, const struct sim_gql_type *type, const struct sim_gql_pick *picks)
{
	struct sim_gql *g = k->g;

	if (k->depth >= 2 * SIM_GQL_DEPTH) {
		say(k, picks->place, json_pack("{s:s}", "code", "tooDeep"),
			"The query is nested too deep");
		return;
	}
	k->depth++;
	for (const struct sim_gql_pick *pick = picks; pick; pick = pick->next) {
		if (json_array_size(g->errors) >= MAX_ERRORS)
			break;
		json_array_append_new(g->path, step_of(pick));
		check_pick(k, type, pick);
		json_array_remove(g->path, json_array_size(g->path) - 1);
	}
	k->depth--;
}

void sim_gql_check(struct sim_gql *g, const struct sim_gql_type *root)
{
	const struct sim_gql_operation *op = g->operation;
	struct check k = { .g = g };
	char first[200];

	snprintf(first, sizeof(first), "%s%s%s", name_of(op->word).text, op->name.n ? " " : "",
		name_of(op->name).text);
	json_array_append_new(g->path, json_string(first));
	check_picks(&k, root, op->picks);
	for (struct sim_gql_fragment *f = g->document->fragments; f; f = f->next) {
		if (f->seen != SIM_GQL_UNSEEN)
			continue;
		char message[200];
		struct name name = name_of(f->name);
		snprintf(message, sizeof(message), "Fragment %s was defined, but not used",
			name.text);
		say(&k, f->place,
			json_pack("{s:s, s:s}", "code", "useAndDefineFragment", "fragmentName",
				name.text),
			message);
	}
	json_array_clear(g->path);
}
