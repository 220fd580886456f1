#include "fixture.h"

#include "gql.h"

/* The tree as text: what was read, with every part that matters. */
struct printed {
	char text[2048];
	size_t n;
};

static void add(struct printed *out, const char *before, struct hg_str s)
{
	out->n += (size_t)snprintf(out->text + out->n, sizeof(out->text) - out->n, "%s%.*s", before,
		(int)s.n, s.p ? s.p : "");
}

static void print_value(struct printed *out, const struct sim_gql_value *v)
{
	if (v->kind == SIM_GQL_VARIABLE) {
		add(out, "$", v->text);
	} else if (v->kind == SIM_GQL_SCALAR) {
		char *text = json_dumps(v->json, JSON_ENCODE_ANY);
		add(out, "", hg_str(text));
		free(text);
	} else {
		add(out, v->kind == SIM_GQL_LIST ? "[" : "{", (struct hg_str){ 0 });
		for (const struct sim_gql_arg *item = v->items; item; item = item->next) {
			add(out, " ", item->name);
			print_value(out, &item->value);
		}
		add(out, v->kind == SIM_GQL_LIST ? "]" : "}", (struct hg_str){ 0 });
	}
}

static void print_picks(struct printed *out, const struct sim_gql_pick *pick)
{
	add(out, "{", (struct hg_str){ 0 });
	for (; pick; pick = pick->next) {
		static const char *const before[] = { " ", " ...", " ...on " };
		add(out, before[pick->kind], pick->kind == SIM_GQL_INLINE ? pick->type : pick->key);
		if (pick->kind != SIM_GQL_FIELD)
			add(out, "", pick->name);
		else if (!hg_str_is(pick->key, pick->name))
			add(out, "=", pick->name);
		for (const struct sim_gql_arg *arg = pick->args; arg; arg = arg->next) {
			add(out, " (", arg->name);
			add(out, ")", (struct hg_str){ 0 });
			print_value(out, &arg->value);
		}
		for (const struct sim_gql_directive *d = pick->directives; d; d = d->next)
			add(out, " @", d->name);
		if (pick->picks)
			print_picks(out, pick->picks);
	}
	add(out, "}", (struct hg_str){ 0 });
}

static void a_query_is_read_whole(void **state)
{
	static const struct {
		const char *source, *printed;
	} rows[] = {
		{ "{viewer{login}}", "{ viewer{ login}}" },
		{ "query Q { a b, c # and d\n e }", "{ a b c e}" },
		{ "{ x: a(n: -1.5e3, t: \"q\\\"\\u00e9\", on: true, no: null, e: OPEN) }",
			"{ x=a (n)-1500.0 (t)\"q\\\"\xc3\xa9\" (on)true (no)null (e)\"OPEN\"}" },
		{ "{ a(l: [1 $v [] {k: 2}]) { b } }", "{ a (l)[ 1 $v [] { k2}]{ b}}" },
		{ "{ ...f @skip(if: $v) ... on User @include(if: true) { a } ... { b } }",
			"{ ...f @skip ...on User @include{ a} ...on { b}}" },
		{ "{ a(t: \"\"\"two\nlines \\\"\"\" \"\"\") }",
			"{ a (t)\"two\\nlines \\\\\\\"\\\"\\\" \"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_gql_document d;
		struct sim_gql_mistake mistake;
		struct printed out = { 0 };
		assert_true(sim_gql_read(&d, hg_str(rows[i].source), &mistake));
		print_picks(&out, d.operations->picks);
		assert_string_equal(out.text, rows[i].printed);
		sim_gql_fini(&d);
	}
}

static void operations_are_found_by_name_and_fragments_too(void **state)
{
	struct sim_gql_document d;
	struct sim_gql_mistake mistake;

	(void)state;
	assert_true(sim_gql_read(&d,
		HG_STR("query A($n: [Int!]! = [3], $m: String) {a} mutation B {b} "
		       "fragment f on User {c}"),
		&mistake));
	const struct sim_gql_operation *a = sim_gql_operation_find(&d, HG_STR("A"));
	assert_non_null(a);
	assert_true(hg_str_is(a->variables->type, HG_STR("[Int!]!")));
	assert_true(a->variables->is_required && a->variables->has_default);
	assert_true(hg_str_is(a->variables->next->name, HG_STR("m")));
	assert_false(a->variables->next->is_required);
	assert_true(hg_str_is(sim_gql_operation_find(&d, HG_STR("B"))->word, HG_STR("mutation")));
	assert_null(sim_gql_operation_find(&d, (struct hg_str){ 0 })); /* there are two */
	assert_null(sim_gql_operation_find(&d, HG_STR("C")));
	assert_true(hg_str_is(sim_gql_fragment_find(&d, HG_STR("f"))->type, HG_STR("User")));
	assert_null(sim_gql_fragment_find(&d, HG_STR("g")));
	sim_gql_fini(&d);
}

static void a_mistake_is_named_with_its_place(void **state)
{
	static const struct {
		const char *source, *message;
		uint32_t line, column;
	} rows[] = {
		{ "", "Unexpected end of document", 1, 1 },
		{ "{ a", "Unexpected end of document", 1, 4 },
		{ "{}", "Parse error on \"}\" (RCURLY) at [1, 2]", 1, 2 },
		{ "{ a\n  (b: }) }", "Parse error on \"}\" (RCURLY) at [2, 7]", 2, 7 },
		{ "what", "Parse error on \"what\" (IDENTIFIER) at [1, 1]", 1, 1 },
		{ "{ a(b: \"open) }", "Parse error on \"\"\" (UNKNOWN_CHAR) at [1, 8]", 1, 8 },
		{ "{ a(b: 1.2.3) }", "Parse error on \"1.2.3\" (INT) at [1, 8]", 1, 8 },
		{ "query ($a Int) { a }", "Parse error on \"Int\" (IDENTIFIER) at [1, 11]", 1, 11 },
		{ "fragment f { a }", "Parse error on \"{\" (LCURLY) at [1, 12]", 1, 12 },
		{ "{ \xc3\xa9 }", "Parse error on \"?\" (UNKNOWN_CHAR) at [1, 3]", 1, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_gql_document d;
		struct sim_gql_mistake mistake;
		assert_false(sim_gql_read(&d, hg_str(rows[i].source), &mistake));
		assert_string_equal(mistake.message, rows[i].message);
		assert_int_equal(mistake.place.line, rows[i].line);
		assert_int_equal(mistake.place.column, rows[i].column);
		assert_null(d.operations);
		sim_gql_fini(&d);
	}
}

static void depth_is_bounded(void **state)
{
	char deep[400];
	struct sim_gql_document d;
	struct sim_gql_mistake mistake;

	(void)state;
	for (int i = 0; i < 199; i++)
		memcpy(deep + 2 * (size_t)i, "{a", 2);
	deep[398] = '\0';
	assert_false(sim_gql_read(&d, hg_str(deep), &mistake));
	assert_string_equal(mistake.message, "The document is nested too deep");
	sim_gql_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_read_whole),
		cmocka_unit_test(operations_are_found_by_name_and_fragments_too),
		cmocka_unit_test(a_mistake_is_named_with_its_place),
		cmocka_unit_test(depth_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
