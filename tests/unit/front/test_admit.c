#include "front_world.h"
#include "base/log.h"
#include "front/keys.h"
#include "front/resolve.h"
#include "front/resource.h"
#include "ticket/fetch.h"
#include <hg/plugin.h>

#define KEY "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI"
#define ASK(method, path)                                                                   \
	method " " path " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " KEY "\r\n" \
	       "Content-Length: 0\r\n\r\n"

static struct world *world;
static uint32_t n_admitted; /* requests that came to the plugins' ADMIT */

static struct hg_snapshot *current(void)
{
	return hg_snapshot_ref(&world->snapshot);
}

static enum hg_verdict count_on_admit(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	n_admitted++;
	return HG_NEXT;
}

static const struct hg_plugin counter = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "counter",
	HG_PLUGIN_ROWS,
	.on_admit = count_on_admit };

static const struct hg_str rules[] = { { "/repos/o/r/**", 13 } };

/* One client, "ci", with that rule. */
static struct hg_grant *begin(struct world *w)
{
	uint8_t digest[HG_KEY_DIGEST_BYTES];

	world_init(w);
	world = w;
	n_admitted = 0;
	world_plug(w, &counter);
	struct hg_keys *keys = hg_keys_new(1);
	struct hg_grant *g = hg_keys_grant(keys, 0);
	g->name = "ci";
	g->methods = UINT32_MAX;
	g->classes = 1u << HG_CLASS_NORMAL;
	g->upstreams = 1u << 0;
	g->paths = rules;
	g->n_paths = 1;
	hg_key_digest(HG_STR(KEY), digest);
	assert_true(hg_keys_put(keys, digest, 0, g));
	w->snapshot.keys = keys;
	w->snapshot.resolver = hg_resolver_new();
	hg_fetch_bind(&w->port, current);
	world_start(w);
	return g;
}

static void end(struct world *w)
{
	struct hg_grant *g = hg_keys_grant(w->snapshot.keys, 0);

	world_stop(w);
	assert_int_equal(atomic_load(&g->in_flight), 0); /* each one that entered left */
	hg_keys_free(w->snapshot.keys);
	hg_resolver_free(w->snapshot.resolver);
}

static void answer(struct world *w, uint32_t i, int status, const char *body)
{
	world_give_head(w, i, status, NULL, 0);
	world_give(w, i, body);
	world_finish(w, i);
}

static void expect_said(struct peer *p, const char *words)
{
	if (!strstr(peer_hear(p), words))
		fail_msg("expected %s, got %s", words, peer_hear(p));
}

static void an_id_is_asked_for_before_anything_else_is_done(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, ASK("DELETE", "/repositories/42/issues"));
	assert_int_equal(w.n_tickets, 1);
	assert_true(hg_str_is(w.tickets[0]->ask.path, HG_STR("/repositories/42")));
	assert_true(hg_str_is(w.tickets[0]->ask.method, HG_STR("GET")));
	assert_int_equal(w.tickets[0]->ask.klass, HG_CLASS_HIGH);
	assert_null(w.tickets[0]->ask.token);
	assert_int_equal(n_admitted, 0);

	answer(&w, 0, 200, "{\"full_name\":\"O/R\"}");
	assert_int_equal(n_admitted, 1);
	assert_int_equal(w.n_tickets, 2);
	assert_true(hg_str_is(w.tickets[1]->ask.path, HG_STR("/repositories/42/issues")));
	assert_true(hg_str_is(w.tickets[1]->ask.method, HG_STR("DELETE")));
	answer(&w, 1, 200, "{}");
	expect_said(p, "200 OK");

	peer_forget(p); /* known now */
	peer_say(p, ASK("GET", "/repositories/42"));
	assert_int_equal(w.n_tickets, 3);
	assert_int_equal(n_admitted, 2);
	answer(&w, 2, 200, "{}");
	end(&w);
}

static void what_an_id_is_said_to_be_decides(void **state)
{
	static const struct {
		int status;
		const char *body, *said;
		uint32_t n_learned;
	} rows[] = {
		{ 200, "{\"full_name\":\"o/other\"}", "path_not_allowed", 1 },
		{ 404, "{}", "path_not_allowed", 1 },
		{ 451, "{}", "path_not_allowed", 1 },
		{ 200, "{}", "resource_unknown", 0 },
		{ 200, "{\"full_name\":\"o/r%2F\"}", "resource_unknown", 0 },
		{ 403, "{}", "resource_unknown", 0 },
		{ 500, "{}", "resource_unknown", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w;
		begin(&w);
		struct peer *p = world_connect(&w);
		peer_say(p, ASK("GET", "/repositories/42"));
		answer(&w, 0, rows[i].status, rows[i].body);
		expect_said(p, rows[i].said);
		assert_int_equal(w.n_tickets, 1); /* the request itself never left */
		assert_int_equal(n_admitted, 0);
		assert_int_equal(hg_resources_n(hg_resolver_resources(w.snapshot.resolver)),
			rows[i].n_learned);
		end(&w);
	}
}

static void without_an_answer_nobody_is_let_in(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, ASK("GET", "/repositories/42"));
	world_end(&w, 0, &(struct hg_ticket_end){ .code = HG_ETIMEOUT, .text = "too slow" });
	world_turn(&w);
	expect_said(p, "503 ");
	expect_said(p, "Retry-After: 5");
	assert_int_equal(w.n_tickets, 1);
	end(&w);
}

static void a_client_may_leave_while_its_id_is_asked_for(void **state)
{
	struct world w;
	struct hg_grant *g;

	(void)state;
	g = begin(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, ASK("GET", "/repositories/42"));
	assert_int_equal(atomic_load(&g->in_flight), 1);
	peer_leave(p);
	assert_int_equal(atomic_load(&g->in_flight), 0);
	answer(&w, 0, 200, "{\"full_name\":\"o/r\"}"); /* who comes next need not ask */
	assert_int_equal(hg_resources_n(hg_resolver_resources(w.snapshot.resolver)), 1);
	assert_int_equal(w.n_tickets, 1);
	end(&w);
}

static void a_front_may_go_while_an_id_is_asked_for(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, ASK("GET", "/repositories/42"));
	hg_front_free(w.front);
	w.front = NULL;
	answer(&w, 0, 200, "{\"full_name\":\"o/r\"}");
	end(&w);
}

static void more_than_it_may_have_at_once_are_refused(void **state)
{
	struct world w;

	(void)state;
	begin(&w)->max_in_flight = 1;
	struct peer *a = world_connect(&w), *b = world_connect(&w);
	peer_say(a, ASK("GET", "/repos/o/r"));
	peer_say(b, ASK("GET", "/repos/o/r"));
	expect_said(b, "429 ");
	expect_said(b, "too_many_in_flight");
	assert_int_equal(w.n_tickets, 1);
	answer(&w, 0, 200, "{}");
	expect_said(a, "200 OK");
	peer_forget(b);
	peer_say(b, ASK("GET", "/repos/o/r/issues"));
	assert_int_equal(w.n_tickets, 2);
	answer(&w, 1, 200, "{}");
	expect_said(b, "200 OK");
	end(&w);
}

static void what_is_refused_comes_to_no_plugin_and_no_ticket(void **state)
{
	static const struct {
		const char *ask, *said;
	} rows[] = {
		{ ASK("GET", "/repos/o/other"), "path_not_allowed" },
		{ ASK("GET", "/repos/o/r%2Fx"), "path_not_allowed" },
		{ ASK("GET", "/repositories/x"), "path_not_allowed" },
		{ ASK("POST", "/graphql"), "graphql_not_allowed" },
		{ ASK("POST", "/api/v3/graph%71l/"), "graphql_not_allowed" },
		{ ASK("GET", "/repos/o/r?t=" KEY), "key_in_url" },
		{ GET("/repos/o/r"), "key_required" },
		{ GET("/repos/o/r?t=" KEY), "key_in_url" },
	};
	struct world w;

	(void)state;
	begin(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct peer *p = world_connect(&w);
		peer_say(p, rows[i].ask);
		expect_said(p, rows[i].said);
		assert_null(strstr(peer_hear(p), KEY));
	}
	assert_int_equal(w.n_tickets, 0);
	assert_int_equal(n_admitted, 0);
	end(&w);
}

static void methods_and_classes_are_cut_to_what_is_granted(void **state)
{
	struct world w;

	(void)state;
	begin(&w)->methods = 1u << HG_HTTP1_GET | 1u << HG_HTTP1_HEAD;
	struct peer *p = world_connect(&w);
	peer_say(p, ASK("DELETE", "/repos/o/r"));
	expect_said(p, "method_not_allowed_by_key");
	assert_int_equal(w.n_tickets, 0);
	peer_say(p, "GET /repos/o/r HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " KEY
		    "\r\nX-Hubgate-Priority: critical\r\n\r\n");
	assert_int_equal(w.n_tickets, 1);
	assert_int_equal(w.tickets[0]->ask.klass, HG_CLASS_NORMAL);
	answer(&w, 0, 200, "{}");
	end(&w);
}

static void collect_line(void *arg, const char *line, size_t n)
{
	hg_text_add(arg, (struct hg_str){ line, n });
}

static void a_key_in_the_url_is_in_no_log(void **state)
{
	struct hg_text lines;
	struct world w;

	(void)state;
	begin(&w);
	hg_text_init(&lines);
	hg_log_set_sink(collect_line, &lines);
	assert_true(hg_log_set_core_level(NULL, HG_LOG_DEBUG));
	struct peer *p = world_connect(&w);
	peer_say(p, ASK("GET", "/repos/" KEY "/r"));
	expect_said(p, "key_in_url");
	peer_forget(p);
	peer_say(p, GET("/repos/" KEY "/r?" KEY)); /* nor of one who has not shown who it is */
	expect_said(p, "key_in_url");
	assert_true(hg_log_set_core_level(NULL, HG_LOG_INFO));
	hg_log_set_sink(NULL, NULL);
	assert_non_null(strstr(lines.p, "path=/(removed)"));
	assert_null(strstr(lines.p, KEY));
	hg_text_fini(&lines);
	end(&w);
}

static void a_challenge_says_how_to_come_back(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, GET("/repos/o/r"));
	expect_said(p, "401 ");
	expect_said(p, "WWW-Authenticate: Bearer realm=\"hubgate\", Basic realm=\"hubgate\"\r\n");
	expect_said(p, "\"documentation_url\"");
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_asked_for_before_anything_else_is_done),
		cmocka_unit_test(what_an_id_is_said_to_be_decides),
		cmocka_unit_test(without_an_answer_nobody_is_let_in),
		cmocka_unit_test(a_client_may_leave_while_its_id_is_asked_for),
		cmocka_unit_test(a_front_may_go_while_an_id_is_asked_for),
		cmocka_unit_test(more_than_it_may_have_at_once_are_refused),
		cmocka_unit_test(what_is_refused_comes_to_no_plugin_and_no_ticket),
		cmocka_unit_test(methods_and_classes_are_cut_to_what_is_granted),
		cmocka_unit_test(a_key_in_the_url_is_in_no_log),
		cmocka_unit_test(a_challenge_says_how_to_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
