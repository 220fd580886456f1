#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ticket/graphql.h"
#include <stdio.h>

#define Q HG_GRAPHQL_QUERY
#define M HG_GRAPHQL_MUTATION
#define S HG_GRAPHQL_SUBSCRIPTION
#define NO HG_GRAPHQL_UNREADABLE

struct row {
	enum hg_graphql_does does;
	struct hg_str text;
};

#define ROW(does, text)                        \
	{                                      \
		does,                          \
		{                              \
			text, sizeof(text) - 1 \
		}                              \
	}

static const struct row documents[] = {
	ROW(Q, "{a}"),
	ROW(Q, "query{a}"),
	ROW(Q, "query A($x: [Int!]! = [1, -2.5e3], $y: In = {z: {w: 1}}) @d(if: $x) { a(b: $x) { c "
	       "... on T { d } ...F } }"),
	ROW(Q, "\xef\xbb\xbfquery{a}"),
	ROW(Q, "{a} fragment F on T { b } query B { c }"),
	ROW(Q, "query mutation { mutation }"), /* names are free */
	ROW(Q, "{ a(s: \"} mutation { b }\") }"),
	ROW(Q, "{ a(s: \"\\\"} mutation {\") }"),
	ROW(Q, "{ a(s: \"\\\\\") }"),
	ROW(Q, "{ a(s: \"\") b(s: \"\"\"\"\"\") }"),
	ROW(Q, "{ a(s: \"\"\"} \" \"\" mutation { b \\n\n\"\"\") }"),
	ROW(Q, "# mutation { a }\r\n{ b # }\n}\r# end\r"),
	ROW(Q, "{ a # \xc3\xa4\n }"),
	ROW(M, "mutation{a}"),
	ROW(M, "mutation A($x: Int) { a }"),
	ROW(M, "{a}mutation{b}"),
	ROW(M, "query A{a},,,mutation B{b}"),
	ROW(M, "fragment F on T{a} mutation{b}"),
	ROW(M, "{ a(s: \"\\\\\") } mutation { b }"),
	ROW(M, "{ a } # x\r\nmutation { b }"),
	ROW(M, "{ a } # x\nmutation { b }"),
	ROW(M, "query($x: In = {a: 1}) { b } mutation { c }"),
	ROW(M, "subscription{a} mutation{b}"),
	ROW(S, "subscription { a }"),
	ROW(S, "{a} subscription B { b }"),

	ROW(NO, ""),
	ROW(NO, " ,\n# nothing"),
	ROW(NO, "fragment F on T { a }"),
	ROW(NO, "Query { a }"),
	ROW(NO, "type A { b: Int }"),
	ROW(NO, "schema { query: Q }"),
	ROW(NO, "extend type A { b: Int }"),
	ROW(NO, "\"described\" query { a }"),
	ROW(NO, "query"),
	ROW(NO, "query A"),
	ROW(NO, "{a"),
	ROW(NO, "{a}}"),
	ROW(NO, "{a(b]}"),
	ROW(NO, "{a(b: [1)]}"),
	ROW(NO, "query ) { a }"),
	ROW(NO, "{ a(s: \"x) }"),
	ROW(NO, "{ a(s: \"x\n\") }"),
	ROW(NO, "{ a(s: \"\\x\") }"),
	ROW(NO, "{ a(s: \"x\\"),
	ROW(NO, "{ a(s: \"\"\"x\"\") }"),
	/* where readers differ: does a comment end at a carriage return, or at the line's end? */
	ROW(NO, "{ a } # x\rmutation { b }"),
	ROW(NO, "query A($x: S #\r= \"\"\"\n) { a } mutation B { b } query C($x: S #\r\"\"\"\n) { "
		"c }"),
	/* what ends the string decides whether there is a mutation */
	ROW(NO, "{ a(s: \"\"\"x\"\"\"\") } mutation { b } #\") }"),
	ROW(NO, "{ a(s: \"\"\"\"x\"\"\") }"),
	ROW(NO, "{ a(s: \"\"\"x\\\"\"\") } mutation { b } #\"\"\") }"),
	ROW(NO, "{ a(s: \"x\"\"y\") }"),
	ROW(NO, "{ a ? }"),
	ROW(NO, "{ a .. }"),
	ROW(NO, "{ a \0 }"),
	ROW(NO, "{ a # \x01\n }"),
	ROW(NO, "{ a # \x0b }\n } mutation { b }"),
	ROW(NO, "{ \xc3\xa4 }"),
	ROW(NO, "{ a \xef\xbb\xbf }"),
	ROW(NO, "{ a \xe2\x80\xa8 }"),
};

static void a_document_does_what_its_operations_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		enum hg_graphql_does got = hg_graphql_document(documents[i].text);
		if (got != documents[i].does)
			fail_msg("%zu: %s: %d, not %d", i, documents[i].text.p, (int)got,
				(int)documents[i].does);
	}
}

static const struct row bodies[] = {
	ROW(Q, "{\"query\":\"{a}\"}"),
	ROW(Q, " {\"variables\":{\"query\":\"mutation{a}\"},\"query\":\"{a}\",\"operationName\":"
	       "null}\n"),
	ROW(Q, "{\"qu\\u0065ry\":\"{a}\"}"),
	ROW(M, "{\"query\":\"mutation{a}\"}"),
	ROW(M, "{\"query\":\"\\u006dutation{a}\"}"),
	ROW(M, "{\"query\":\"{a}\\nmutation A{b}\",\"operationName\":\"x\"}"),
	ROW(M, "{\"query\":\"{a}#\\r\\nmutation A{b}\"}"),
	ROW(NO, "{\"query\":\"{a}#\\rmutation A{b}\"}"),
	ROW(S, "{\"query\":\"subscription{a}\"}"),
	ROW(NO, ""),
	ROW(NO, "query{a}"),
	ROW(NO, "[{\"query\":\"{a}\"}]"),
	ROW(NO, "\"{a}\""),
	ROW(NO, "{}"),
	ROW(NO, "{\"query\":null}"),
	ROW(NO, "{\"query\":{\"a\":1}}"),
	ROW(NO, "{\"query\":\"{a}\",\"query\":\"mutation{a}\"}"),
	ROW(NO, "{\"query\":\"{a}\",\"qu\\u0065ry\":\"mutation{a}\"}"),
	ROW(NO, "{\"query\":\"{a}\",\"variables\":1,\"variables\":2}"),
	ROW(NO, "{\"query\":\"{a}\",\"extensions\":{\"persistedQuery\":{}}}"),
	ROW(NO, "{\"query\":\"{a}\",\"id\":\"x\"}"),
	ROW(NO, "{\"query\":\"{a}\"} x"),
	ROW(NO, "{\"query\":\"{a}\\u0000\"}"),
	ROW(NO, "{\"query\":\"{a}\xff\"}"),
	ROW(NO, "query=mutation{a}"),
};

static void a_body_does_what_its_query_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		enum hg_graphql_does got = hg_graphql_body(bodies[i].text);
		if (got != bodies[i].does)
			fail_msg("%zu: %s: %d, not %d", i, bodies[i].text.p, (int)got,
				(int)bodies[i].does);
	}
}

static void brackets_may_be_so_deep_and_no_deeper(void **state)
{
	(void)state;
	char text[2 * HG_GRAPHQL_DEPTH + 4];

	for (size_t depth = HG_GRAPHQL_DEPTH; depth <= HG_GRAPHQL_DEPTH + 1; depth++) {
		memset(text, '{', depth);
		memset(text + depth, '}', depth);
		assert_int_equal(hg_graphql_document((struct hg_str){ text, 2 * depth }),
			depth == HG_GRAPHQL_DEPTH ? Q : NO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_does_what_its_operations_do),
		cmocka_unit_test(a_body_does_what_its_query_does),
		cmocka_unit_test(brackets_may_be_so_deep_and_no_deeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
