#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/text.h"
#include "ticket/graphql_count.h"
#include "ticket/graphql_weight.h"

/* Of {"query":QUERY,REST}. */
static struct hg_graphql_weight weigh(const char *query, const char *rest)
{
	struct hg_text body;

	hg_text_init(&body);
	hg_text_add(&body, HG_STR("{\"query\":"));
	hg_text_add_json(&body, hg_str(query));
	hg_text_printf(&body, "%s%s}", rest ? "," : "", rest ? rest : "");
	struct hg_graphql_weight w = hg_graphql_weigh(hg_text_str(&body));
	hg_text_fini(&body);
	return w;
}

#define V(variables) "\"variables\":" variables

static void lists_are_counted_as_github_counts_them(void **state)
{
	(void)state;
	static const struct {
		const char *query, *rest;
		uint32_t points;
		int64_t nodes;
	} rows[] = {
		{ "{viewer{login}}", NULL, 1, 0 },
		{ "{r(first:100){n}}", NULL, 1, 100 },
		/* GitHub's page: 5,101 requests, 305,100 nodes */
		{ "{viewer{repositories(first:100){nodes{issues(first:50){nodes{labels(first:60){n}"
		  "}}}}}}",
			NULL, 51, 305100 },
		{ "{a(last:100){b(first:50){n} c(last:50){n}}}", NULL, 2, 10100 },
		{ "query($n:Int){a(first:$n){b(first:$n){n}}}", V("{\"n\":100}"), 1, 10100 },
		{ "query($n:Int=100){a(first:$n){b(first:$n){n}}}", NULL, 1, 10100 },
		{ "query($n:Int=100){a(first:$n){b(first:$n){n}}}", V("{\"n\":3}"), 1, 12 },
		{ "query($n:Int=100){a(first:$n){b(first:$n){n}}}", V("{\"\\u006e\":3,\"x\":[1]}"),
			1, 12 },
		{ "query($n:Int=100){a(first:$n){n}}", V("null"), 1, 100 },
		{ "query($n:Int=100){a(first:$n){n}}", V("{\"n\":null}"), 1, 0 },
		{ "query($s:[S!]!=[A,B],$n:Int=7@d(x:$n),$o:I={n:1}){a(first:$n,s:$s){n}}", NULL, 1,
			7 },
		{ "{a(after:null,by:{first:9},first:5,s:[1,2]){n}}", NULL, 1, 5 },
		{ "{x:a(first:2){n}}", NULL, 1, 2 },
		{ "{a(first:-5){n} b(first:1.5){n} c(first:\"9\"){n} d(first:$u){n}}", NULL, 1, 0 },
		{ "{a(first:100)@skip(if:true){b(first:3){n}} c(last:4){n}}", NULL, 1, 4 },
		{ "{a(first:100)@include(if:false) c(last:4){n}}", NULL, 1, 4 },
		{ "query($y:Boolean!){a(first:9)@include(if:$y){n} b(first:8)@skip(if:$y){n}}",
			V("{\"y\":true}"), 1, 9 },
		{ "{a(first:9)@d@e(x:1){n}}", NULL, 1, 9 },
		{ "{...f a(first:3){...f}} fragment f on T{b(first:7){n}}", NULL, 1, 31 },
		{ "fragment f on T{b(first:7){...g}} {a(first:3){...f@skip(if:true)...g}} "
		  "fragment g on T{c(first:2){n}}",
			NULL, 1, 9 },
		{ "{a(first:10){... on T{b(first:2){n}} ...{c(first:3){n}} ... @include(if:false){"
		  "d(first:9){n}}}}",
			NULL, 1, 60 },
		{ "{...nothing a(first:3){n}}", NULL, 1, 3 },
		{ "query A{a(first:9){n}} query B{a(first:8){n}}", "\"operationName\":\"B\"", 1,
			8 },
		{ "{a(first:100){b(first:100){c(first:51){n}}}}", NULL, 1, 520100 }, /* refused */
		{ "{a(first:100){b(first:100){c(first:48){n}}}}", NULL, 101, 490100 },
		{ "mutation{a(first:3){n}}", NULL, 1, 3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_graphql_weight w = weigh(rows[i].query, rows[i].rest);
		if (!w.is_counted || w.points != rows[i].points || w.nodes != rows[i].nodes)
			fail_msg("%s: %d, %u points, %lld nodes", rows[i].query, w.is_counted,
				w.points, (long long)w.nodes);
	}
}

static void what_cannot_be_counted_costs_more_than_one(void **state)
{
	(void)state;
	static const struct {
		const char *query, *rest;
	} rows[] = {
		{ "{a", NULL },
		{ "{a(first 3)}", NULL },
		{ "{a b: }", NULL },
		{ "{a @}", NULL },
		{ "query($n){a}", NULL },
		{ "query(n:Int){a}", NULL },
		{ "query A{a} query B{a}", NULL },
		{ "query A{a} query A{b}", "\"operationName\":\"A\"" },
		{ "query A{a}", "\"operationName\":\"B\"" },
		{ "{...f} fragment f on T{a(first:3){...f}}", NULL },
		{ "{...f} fragment f on T{...g} fragment g on T{...f}", NULL },
		{ "{a}", V("7") },
		{ "{a}", V("\"{}\"") },
		{ "{a}", "\"id\":1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_graphql_weight w = weigh(rows[i].query, rows[i].rest);
		if (w.is_counted || w.points != HG_GRAPHQL_UNCOUNTED_POINTS)
			fail_msg("%s: %u points", rows[i].query, w.points);
	}
	assert_int_equal(
		hg_graphql_weigh((struct hg_str){ 0 }).points, HG_GRAPHQL_UNCOUNTED_POINTS);
}

static void a_body_may_be_so_long_and_is_not_read_beyond(void **state)
{
	(void)state;
	static char body[HG_GRAPHQL_MOST_BYTES + 1];
	static const char query[] = "{\"query\":\"{a}\"}";

	memset(body, ' ', sizeof(body));
	memcpy(body, query, sizeof(query) - 1);
	struct hg_graphql_weight w =
		hg_graphql_weigh((struct hg_str){ body, HG_GRAPHQL_MOST_BYTES });
	assert_int_equal(w.does, HG_GRAPHQL_QUERY);
	assert_false(w.is_content);
	w = hg_graphql_weigh((struct hg_str){ body, HG_GRAPHQL_MOST_BYTES + 1 });
	assert_int_equal(w.does, HG_GRAPHQL_UNREADABLE);
	assert_true(w.is_content);
}

static void it_does_what_the_named_operation_does(void **state)
{
	(void)state;
	static const struct {
		const char *query, *rest;
		enum hg_graphql_does does;
	} rows[] = {
		{ "{a}", NULL, HG_GRAPHQL_QUERY },
		{ "mutation{a}", NULL, HG_GRAPHQL_MUTATION },
		{ "query A{a} mutation B{b}", "\"operationName\":\"A\"", HG_GRAPHQL_QUERY },
		{ "query A{a} mutation B{b}", "\"operationName\":\"\\u0042\"",
			HG_GRAPHQL_MUTATION },
		/* not clear which: the worst of them */
		{ "query A{a} mutation B{b}", NULL, HG_GRAPHQL_MUTATION },
		{ "query A{a} mutation B{b}", "\"operationName\":null", HG_GRAPHQL_MUTATION },
		{ "query A{a} mutation B{b}", "\"operationName\":\"\"", HG_GRAPHQL_MUTATION },
		{ "query A{a} mutation B{b}", "\"operationName\":\"C\"", HG_GRAPHQL_MUTATION },
		{ "query A{a} mutation A{b}", "\"operationName\":\"A\"", HG_GRAPHQL_MUTATION },
		{ "query A{a} mutation B{b}", "\"operationName\":[]", HG_GRAPHQL_MUTATION },
		{ "subscription A{a}", NULL, HG_GRAPHQL_SUBSCRIPTION },
		{ "{a}}", NULL, HG_GRAPHQL_UNREADABLE },
		{ "{a}", "\"extensions\":{}", HG_GRAPHQL_UNREADABLE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (weigh(rows[i].query, rows[i].rest).does != rows[i].does)
			fail_msg("%s", rows[i].query);
}

static void what_a_mutation_creates_stands_at_its_top(void **state)
{
	(void)state;
	static const struct {
		const char *query, *rest;
		bool is_content;
	} rows[] = {
		{ "mutation{createIssue(input:{a:1}){issue{id}}}", NULL, true },
		{ "mutation($i:X!){a:closeIssue(input:$i){x} b:addComment(input:$i)@d{y}}", NULL,
			true },
		{ "mutation{createIssue:closeIssue{createdAt addedBy}}", NULL, false },
		{ "mutation{updateIssue(createIt:1,by:{add:2}){createIssue}}", NULL, false },
		{ "mutation{...f} fragment f on M{closeIssue{x}}", NULL, true },
		{ "query{createIssue}", NULL, false },
		{ "query A{a} mutation B{createIssue}", "\"operationName\":\"A\"", false },
		{ "query A{a} mutation B{closeIssue}", NULL, true }, /* not clear which */
		{ "mutation{createIssue", NULL, false }, /* GitHub does not read it either */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (weigh(rows[i].query, rows[i].rest).is_content != rows[i].is_content)
			fail_msg("%s", rows[i].query);
}

static void pages_of_one_query_are_one_shape(void **state)
{
	(void)state;
	static const struct {
		bool is_same;
		const char *one, *rest_one, *other, *rest_other;
	} rows[] = {
		{ true, "{a(first:5,after:\"x\"){n}}", NULL, "{ a(first: 6 after: \"y\") {n} } # c",
			NULL },
		{ true, "query($c:S){a(first:5,after:$c){n}}", V("{\"c\":\"x\"}"),
			"query($c:S){a(first:5,after:$c){n}}", V("{\"c\":null}") },
		{ true, "query A{a} query B{b}", "\"operationName\":\"A\"", "query A{a} query C{c}",
			"\"operationName\":\"A\"" },
		{ false, "{a(first:100){b(first:100){c(first:2){n}}}}", NULL,
			"{a(first:100){b(first:10){c(first:2){n}}}}", NULL }, /* other points */
		{ false, "{a{n}}", NULL, "{a{m}}", NULL },
		{ false, "{a(x:1)}", NULL, "{a(y:1)}", NULL },
		{ false, "{a(x:1)}", NULL, "{a(x:\"1\")}", NULL },
		{ false, "{a(x:UP)}", NULL, "{a(x:DOWN)}", NULL },
		{ false, "{...f} fragment f on T{a}", NULL, "{...f} fragment f on T{b}", NULL },
		{ false, "query{a}", NULL, "mutation{a}", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t one = weigh(rows[i].one, rows[i].rest_one).shape;
		uint64_t other = weigh(rows[i].other, rows[i].rest_other).shape;
		assert_int_not_equal(one, 0);
		if ((one == other) != rows[i].is_same)
			fail_msg("%s", rows[i].one);
	}
	assert_int_equal(weigh("{a", NULL).shape, 0);
}

/* Each fragment spreads the next one twice: 2^n lists, and no more work than n. */
static void hostile_fragments_cost_no_time(void **state)
{
	(void)state;
	struct hg_text q;
	enum { N = HG_GRAPHQL_MOST_PARTS / 2 - 1 };

	hg_text_init(&q);
	hg_text_printf(&q, "{...f0}");
	for (int i = 0; i < N; i++)
		hg_text_printf(
			&q, "fragment f%d on T{...f%d ...f%d a(first:9){n}}", i, i + 1, i + 1);
	struct hg_graphql_weight w = weigh(q.p, NULL);
	assert_true(w.is_counted);
	assert_true(w.nodes > HG_GRAPHQL_MOST_NODES);
	assert_int_equal(w.points, 1);
	hg_text_printf(&q, "fragment g on T{...f0 ...f0}"); /* one spread too many */
	assert_false(weigh(q.p, NULL).is_counted);
	hg_text_fini(&q);
}

static void numbers_beyond_all_measure_are_borne(void **state)
{
	(void)state;
	struct hg_graphql_weight w =
		weigh("{a(first:99999999999999999999){b(first:99999999999999999999){n}}}", NULL);

	assert_true(w.nodes > HG_GRAPHQL_MOST_NODES);
	struct hg_text q;
	hg_text_init(&q);
	hg_text_printf(&q, "{a(first:500000){");
	for (int i = 0; i < 300; i++)
		hg_text_printf(&q, "b%d(first:0){n}", i);
	hg_text_printf(&q, "}}");
	assert_int_equal(weigh(q.p, NULL).points, HG_GRAPHQL_MOST_POINTS);
	hg_text_fini(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_counted_as_github_counts_them),
		cmocka_unit_test(what_cannot_be_counted_costs_more_than_one),
		cmocka_unit_test(a_body_may_be_so_long_and_is_not_read_beyond),
		cmocka_unit_test(it_does_what_the_named_operation_does),
		cmocka_unit_test(what_a_mutation_creates_stands_at_its_top),
		cmocka_unit_test(pages_of_one_query_are_one_shape),
		cmocka_unit_test(hostile_fragments_cost_no_time),
		cmocka_unit_test(numbers_beyond_all_measure_are_borne),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
