#include "proxy_probe.h"

/* A head that goes on with its Content-Length. */
#define POST(path, more) \
	"POST " path " HTTP/1.1\r\nHost: localhost\r\nX-GitHub-Delivery: 72d3162e\r\n" more

static const struct hg_ask *say(struct world *w, struct peer *p, const char *head, const char *body)
{
	struct hg_text request;
	uint32_t n = w->n_tickets;

	hg_text_init(&request);
	hg_text_printf(&request, "%sContent-Length: %zu\r\n\r\n%s", head, strlen(body), body);
	peer_say(p, request.p);
	hg_text_fini(&request);
	assert_int_equal(w->n_tickets, n + 1);
	return &w->tickets[n]->ask;
}

#define JSON "Content-Type: application/json\r\n"
#define QUERY "{\"query\":\"{a(first:100){b(first:2){c(first:1){n}}}}\"}"

static void a_query_is_a_read_for_the_dispatcher_and_costs_what_is_counted(void **state)
{
	(void)state;
	static const struct {
		const char *head, *body;
		bool is_query;
		uint32_t cost;
	} rows[] = {
		{ POST("/graphql", JSON), QUERY, true, 3 },
		{ POST("/api/graphql", JSON), QUERY, true, 3 },
		{ POST("/graphql", "Content-Type: text/plain\r\n"), QUERY, false, 3 },
		{ POST("/graphql", JSON "Content-Encoding: identity\r\n"), QUERY, false, 3 },
		{ POST("/graphql?a", JSON), QUERY, false, 3 },
		{ POST("/graphql", JSON), "{\"query\":\"mutation{a}\"}", false, 1 },
		{ POST("/graphql", JSON), "{\"query\":\"", false, 10 },
		{ POST("/repos/o/r/issues", JSON), QUERY, false, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w;
		struct peer *p = start(&w);
		const struct hg_ask *a = say(&w, p, rows[i].head, rows[i].body);
		if (a->is_safe != rows[i].is_query || a->graphql.is_query != rows[i].is_query ||
			a->cost != rows[i].cost)
			fail_msg("row %zu: %d, %u points", i, a->graphql.is_query, a->cost);
		/* a read that others may share was not asked because of one delivery */
		assert_int_equal(strncasecmp(a->fields[0].name.p, "x-github-delivery", 17) != 0,
			rows[i].is_query);
		world_stop(&w);
	}
}

static void a_mutation_that_creates_counts_as_content(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	assert_true(say(&w, p, POST("/graphql", JSON), "{\"query\":\"mutation{addStar{x}}\"}")
			    ->is_content);
	world_stop(&w);
	p = start(&w);
	assert_false(say(&w, p, POST("/graphql", JSON), "{\"query\":\"mutation{mergeBranch{x}}\"}")
			     ->is_content);
	world_stop(&w);
}

static void a_body_in_several_blocks_is_read_as_one(void **state)
{
	(void)state;
	static char body[150 << 10];
	struct world w;
	struct peer *p = start(&w);

	memset(body, ' ', sizeof(body) - sizeof(QUERY));
	memcpy(body + sizeof(body) - sizeof(QUERY), QUERY, sizeof(QUERY));
	const struct hg_ask *a = say(&w, p, POST("/graphql", JSON), body);
	assert_true(a->body.n > 1);
	assert_true(a->graphql.is_query);
	assert_int_equal(a->cost, 3);
	world_stop(&w);
}

static void an_answer_with_errors_does_not_come_to_keep(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		uint32_t n_keep;
	} rows[] = {
		{ "{\"data\":{\"a\":1}}", 1 },
		{ "{\"data\":{\"a\":null},\"errors\":[{\"type\":\"NOT_FOUND\"}]}", 0 },
		{ "{\"errors\":[{\"type\":\"RATE_LIMITED\"}]}", 0 },
		{ "<html>", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w;
		struct peer *p = start(&w);
		probe.keep_bytes = 1000;
		(void)say(&w, p, POST("/graphql", JSON), QUERY);
		world_give_head(&w, 0, 200, NULL, 0);
		world_give(&w, 0, rows[i].body);
		world_finish(&w, 0);
		(void)peer_hear(p);
		assert_int_equal(probe.n_keep, rows[i].n_keep);
		assert_non_null(strstr(p->heard.p, rows[i].body)); /* the client has it */
		world_stop(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_a_read_for_the_dispatcher_and_costs_what_is_counted),
		cmocka_unit_test(a_mutation_that_creates_counts_as_content),
		cmocka_unit_test(a_body_in_several_blocks_is_read_as_one),
		cmocka_unit_test(an_answer_with_errors_does_not_come_to_keep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
