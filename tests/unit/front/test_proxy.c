#include "proxy_probe.h"
#include "ticket/scope.h"
#include "front/client.h"

static const struct hg_field five_bytes[] = { FIELD("Content-Type", "text/plain"),
	FIELD("Content-Length", "5") };
static const struct hg_field no_length[] = { FIELD("Content-Type", "text/plain"),
	FIELD("ETag", "W/\"abc\"") };

static void a_request_becomes_a_ticket_and_its_news_the_reply(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /api/v3/repos/o/r?a=b HTTP/1.1\r\nHost: localhost\r\n"
		    "Accept: application/json\r\nX-Secret: 1\r\nX-Hubgate-Priority: low\r\n"
		    "X-GitHub-Delivery: 72d3162e\r\n"
		    "X-Hubgate-Deadline: 90\r\n\r\n");
	assert_int_equal(w.n_tickets, 1);
	const struct hg_ask *a = &w.tickets[0]->ask;
	assert_true(hg_str_is(a->method, HG_STR("GET")));
	assert_true(hg_str_is(a->path, HG_STR("/repos/o/r")));
	assert_true(hg_str_is(a->query, HG_STR("a=b")));
	assert_int_equal(a->n_fields, 1); /* by allow-list */
	assert_true(hg_str_is_nocase(a->fields[0].name, HG_STR("accept")));
	assert_int_equal(a->deadline_us, a->arrived_us + 90 * SEC);
	assert_int_equal(a->klass, HG_CLASS_LOW);
	assert_true(a->is_safe);

	world_give_head(&w, 0, 200, five_bytes, 2);
	world_give(&w, 0, "hello");
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(heard, "Content-Type: text/plain\r\n"));
	assert_int_equal(count_of(heard, "Content-Length: 5\r\n"), 1);
	assert_non_null(strstr(heard, "X-Hubgate-Wait-Ms: 7\r\n"));
	assert_non_null(strstr(heard, "X-Hubgate-Credential: main\r\n"));
	assert_non_null(strstr(heard, "Cache-Status: hubgate; fwd=miss\r\n"));
	assert_non_null(strstr(heard, "Date: "));
	assert_non_null(strstr(heard, "X-Request-Id: "));
	assert_non_null(strstr(heard, "\r\n\r\nhello"));
	assert_false(p->closed);
	assert_int_equal(probe.n_done, 1);
	assert_int_equal(probe.done.status, 200);
	assert_int_equal(probe.done.upstream_status, 200);
	assert_false(probe.done.aborted);
	assert_int_equal(probe.done.sent_bytes, p->heard.n);
	world_stop(&w);
}

static void a_body_of_unknown_length_is_chunked_as_it_comes(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello");
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "Transfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(heard, "\r\n\r\n5\r\nhello\r\n"));
	assert_null(strstr(heard, "0\r\n\r\n"));
	world_give(&w, 0, "!");
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(p), "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"));
	assert_false(p->closed);
	world_stop(&w);
}

static void a_head_request_has_the_length_and_no_body(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "HEAD /user HTTP/1.1\r\nHost: localhost\r\n\r\n");
	world_give_head(&w, 0, 200, five_bytes, 2);
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "Content-Length: 5\r\n"));
	assert_string_equal(strstr(heard, "\r\n\r\n"), "\r\n\r\n");
	peer_forget(p);
	peer_say(p, GET("/user"));
	assert_int_equal(w.n_tickets, 2);
	world_stop(&w);
}

static void http_1_0_gets_the_body_until_the_close(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /user HTTP/1.0\r\nHost: localhost\r\n\r\n");
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello");
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_null(strstr(heard, "chunked"));
	assert_non_null(strstr(heard, "Connection: close\r\n"));
	assert_non_null(strstr(heard, "\r\n\r\nhello"));
	assert_true(p->closed);
	assert_false(p->reset);
	world_stop(&w);
}

static void an_end_without_a_head_is_an_error_body_with_retry_after(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	struct hg_ticket_end end = { .code = HG_ETIMEOUT,
		.status = 429,
		.word = "no_budget",
		.text = "The budget is spent.",
		.retry_after_s = 17,
		.waited_us = 5000 };
	struct hg_view_row row = { .limit = 5000, .used = 5000, .reset_s = 1700000000 };

	hg_view_put(w.view, w.snapshot.upstreams[0].pool, HG_STR("core"), &row);
	peer_say(p, GET("/user"));
	world_end(&w, 0, &end);
	const char *heard = peer_hear(p);
	assert_int_equal(count_of(heard, "X-RateLimit-Remaining: 0\r\n"), 1);
	assert_int_equal(count_of(heard, "X-RateLimit-Reset: 1700000000\r\n"), 1);
	assert_non_null(strstr(heard, "HTTP/1.1 429 "));
	assert_non_null(strstr(heard, "Retry-After: 17\r\n"));
	assert_non_null(strstr(heard, "X-Hubgate-Wait-Ms: 5\r\n"));
	assert_non_null(strstr(heard, "no_budget"));
	assert_non_null(strstr(heard, "The budget is spent."));
	assert_false(p->closed);
	world_stop(&w);
}

static void a_cut_chunked_body_never_ends_cleanly(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello");
	assert_non_null(strstr(peer_hear(p), "hello"));
	world_end(&w, 0, &(struct hg_ticket_end){ .code = HG_EIO, .status = 502 });
	const char *heard = peer_hear(p);
	assert_int_equal(count_of(heard, "HTTP/1.1 "), 1);
	assert_null(strstr(heard, "\r\n0\r\n"));
	assert_true(p->closed || p->reset);
	assert_int_equal(probe.n_done, 1);
	assert_true(probe.done.aborted);
	world_stop(&w);
}

static void a_cut_body_without_a_length_is_reset(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /user HTTP/1.0\r\nHost: localhost\r\n\r\n");
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello");
	assert_non_null(strstr(peer_hear(p), "hello"));
	world_end(&w, 0, &(struct hg_ticket_end){ .code = HG_EIO, .status = 502 });
	(void)peer_hear(p);
	assert_true(p->reset);
	world_stop(&w);
}

static void a_reply_that_breaks_before_any_of_it_left_is_502(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello");
	world_end(&w, 0,
		&(struct hg_ticket_end){ .code = HG_EIO,
			.status = 502,
			.word = "upstream_unreachable",
			.retry_after_s = -1 });
	const char *heard = peer_hear(p);
	assert_int_equal(count_of(heard, "HTTP/1.1 "), 1);
	assert_int_equal(strncmp(heard, "HTTP/1.1 502 ", 13), 0);
	assert_null(strstr(heard, "hello"));
	assert_null(strstr(heard, "chunked"));
	assert_non_null(strstr(heard, "upstream_unreachable"));
	assert_false(p->closed || p->reset);
	assert_int_equal(probe.n_done, 1);
	assert_int_equal(probe.done.status, 502);
	assert_false(probe.done.aborted);
	peer_forget(p);
	peer_say(p, GET("/user")); /* the conn is as good as new */
	world_give_head(&w, 1, 200, five_bytes, 2);
	world_give(&w, 1, "hello");
	world_finish(&w, 1);
	assert_non_null(strstr(peer_hear(p), "\r\n\r\nhello"));
	world_stop(&w);
}

static void a_body_shorter_than_announced_is_cut(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user") GET("/user"));
	world_give_head(&w, 0, 200, five_bytes, 2);
	world_give(&w, 0, "hell");
	world_finish(&w, 0);
	(void)peer_hear(p);
	assert_true(p->closed || p->reset);
	assert_int_equal(w.n_tickets, 1); /* and nothing else is answered on that conn */
	world_stop(&w);
}

static void a_client_that_leaves_cancels_its_ticket_and_is_done_once(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	assert_int_equal(w.n_cancelled, 0);
	peer_leave(p);
	assert_int_equal(w.n_cancelled, 1);
	assert_int_equal(probe.n_done, 1);
	assert_true(probe.done.aborted);
	assert_int_equal(probe.done.status, 0);
	world_stop(&w);
	assert_int_equal(probe.n_done, 1);
}

static void a_front_that_goes_cancels_what_is_under_way(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	world_stop(&w);
	assert_int_equal(w.n_cancelled, 1);
	assert_int_equal(probe.n_done, 1);
}

static void a_body_that_comes_byte_by_byte_arrives_whole_in_one_block(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /repos/o/r/issues HTTP/1.1\r\nHost: localhost\r\n"
		    "X-GitHub-Delivery: 72d3162e\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 300; i++)
		peer_say(p, i % 2 ? "1\r\nb\r\n" : "1\r\na\r\n");
	assert_int_equal(w.n_tickets, 0);
	peer_say(p, "0\r\n\r\n");
	assert_int_equal(w.n_tickets, 1);
	const struct hg_ask *a = &w.tickets[0]->ask;
	assert_int_equal(a->n_fields, 1); /* with a write */
	assert_int_equal(a->body.bytes, 300);
	assert_int_equal(a->body.n, 1);
	assert_memory_equal(a->body.items[0]->bytes, "ababab", 6);
	assert_false(a->is_safe);
	world_stop(&w);
}

static void a_slow_client_stops_the_taking_of_chunks(void **state)
{
	(void)state;
	static char big[64 << 10];
	struct world w;
	struct peer *p = start(&w);
	uint32_t given = 0;

	memset(big, 'x', sizeof(big) - 1);
	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, no_length, 2);
	while (given < 100 && !world_give(&w, 0, big)) {
		world_turn(&w);
		given++;
	}
	assert_true(given < 100); /* the window was told full */
	uint32_t resumed = w.n_resumed;
	(void)peer_hear(p);
	assert_true(w.n_resumed > resumed);
	world_finish(&w, 0);
	(void)peer_hear(p);
	assert_int_equal(count_of(p->heard.p, "ffff\r\n"), given + 1);
	assert_non_null(strstr(p->heard.p, "\r\n0\r\n\r\n"));
	assert_false(p->closed);
	world_stop(&w);
}

static void a_slow_client_is_cut_when_nothing_moves(void **state)
{
	(void)state;
	static char big[64 << 10];
	struct world w;
	struct peer *p = start(&w);

	memset(big, 'x', sizeof(big) - 1);
	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, no_length, 2);
	for (int i = 0; i < 20; i++)
		world_give(&w, 0, big);
	world_wait(&w, 29 * SEC);
	assert_int_equal(probe.n_done, 0);
	peer_read(p, 200000); /* it moves: the time begins anew */
	world_turn(&w);
	world_wait(&w, 29 * SEC);
	assert_int_equal(probe.n_done, 0);
	world_wait(&w, 1 * SEC);
	assert_int_equal(probe.n_done, 1);
	assert_int_equal(w.n_cancelled, 1);
	world_stop(&w);
}

static void keep_gets_the_whole_body_before_the_client_does(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	probe.keep_bytes = 100;
	probe.peer = p;
	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello, ");
	world_give(&w, 0, "world");
	world_turn(&w);
	assert_null(strstr(peer_hear(p), "world"));
	world_finish(&w, 0);
	assert_string_equal(probe.body, "hello, world");
	assert_false(probe.told_before_keep);
	assert_non_null(strstr(peer_hear(p), "5\r\nworld\r\n0\r\n\r\n"));
	world_stop(&w);
}

static void keep_runs_for_the_leader_of_a_whole_reply_within_the_limit_only(void **state)
{
	(void)state;
	static const struct {
		uint64_t keep_bytes;
		struct hg_ticket_end end;
		uint32_t n_keep;
	} cases[] = {
		{ 5, { .lead = true }, 1 },
		{ 4, { .lead = true }, 0 },
		{ 5, { .lead = false }, 0 },
		{ 5, { .lead = true, .code = HG_EIO }, 0 },
		{ 0, { .lead = true }, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		struct peer *p = start(&w);
		probe.keep_bytes = cases[i].keep_bytes;
		peer_say(p, GET("/user"));
		world_give_head(&w, 0, 200, no_length, 2);
		world_give(&w, 0, "he");
		world_give(&w, 0, "llo");
		world_end(&w, 0, &cases[i].end);
		assert_int_equal(count_of(peer_hear(p), "llo\r\n0\r\n\r\n"), !cases[i].end.code);
		assert_int_equal(probe.n_keep, cases[i].n_keep);
		world_stop(&w);
	}
}

static void head_and_keep_run_in_reverse_order(void **state)
{
	(void)state;
	struct world w;
	memset(&probe, 0, sizeof(probe));
	world_init(&w);
	world_plug(&w, &probe_plugin);
	world_plug(&w, &second_plugin);
	world_start(&w);
	struct peer *p = world_connect(&w);

	probe.keep_bytes = 100;
	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, five_bytes, 2);
	world_give(&w, 0, "hello");
	world_finish(&w, 0);
	assert_string_equal(probe.order, "second probe second probe ");
	world_stop(&w);
}

static void head_changes_what_the_client_gets(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	probe.set_header = true;
	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, five_bytes, 2);
	world_give(&w, 0, "hello");
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(p), "X-Added: yes\r\n"));
	assert_null(strstr(peer_hear(p), "Content-Type"));
	world_stop(&w);
}

static void owned_validators_stay_here_and_are_answered(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	probe.own_validators = true;
	probe.keep_bytes = 100;
	peer_say(p, "GET /user HTTP/1.1\r\nHost: localhost\r\n"
		    "If-None-Match: \"x,y\", \"abc\"\r\n\r\n");
	assert_int_equal(w.tickets[0]->ask.n_fields, 0);
	assert_true(w.tickets[0]->ask.owns_validators);
	world_give_head(&w, 0, 200, no_length, 2);
	world_give(&w, 0, "hello");
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 304 Not Modified\r\n"));
	assert_non_null(strstr(heard, "ETag: W/\"abc\"\r\n"));
	assert_null(strstr(heard, "Content-Type"));
	assert_null(strstr(heard, "hello"));
	assert_int_equal(w.n_cancelled, 0); /* KEEP waits for the rest */
	world_finish(&w, 0);
	assert_string_equal(probe.body, "hello");
	assert_string_equal(strstr(peer_hear(p), "\r\n\r\n"), "\r\n\r\n");
	assert_int_equal(probe.n_done, 1);
	assert_int_equal(probe.done.status, 304);
	world_stop(&w);
}

static void a_client_s_own_validators_go_up_and_304_comes_back(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /user HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"abc\"\r\n\r\n");
	assert_int_equal(w.tickets[0]->ask.n_fields, 1);
	world_give_head(&w, 0, 304, no_length + 1, 1);
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 304 "));
	assert_null(strstr(heard, "Content-Length"));
	assert_null(strstr(heard, "chunked"));
	assert_false(p->closed);
	world_stop(&w);
}

static void head_may_answer_with_what_is_kept(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	probe.answer_in_head = true;
	probe.kept = hg_stored_make(200, no_length, 2, HG_STR("from memory"));
	peer_say(p, GET("/user") GET("/rate_limit"));
	world_give_head(&w, 0, 304, no_length + 1, 1);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(heard, "Cache-Status: hubgate; hit\r\n"));
	assert_non_null(strstr(heard, "Age: 3\r\n"));
	assert_non_null(strstr(heard, "\r\n\r\nfrom memory"));
	assert_int_equal(w.n_cancelled, 0);
	assert_int_equal(w.n_tickets, 1);
	world_finish(&w, 0);
	assert_int_equal(w.n_tickets, 2); /* the next one follows */
	assert_int_equal(probe.n_done, 1);
	hg_stored_unref(probe.kept);
	world_stop(&w);
}

static void head_may_refuse_and_the_rest_is_cancelled(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	probe.refuse_in_head = true;
	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, five_bytes, 2);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 502 "));
	assert_non_null(strstr(heard, "Not this."));
	assert_int_equal(w.n_cancelled, 1);
	world_stop(&w);
}

static void links_lead_back_through_the_face_that_was_used(void **state)
{
	(void)state;
	static const struct hg_field fields[] = {
		FIELD("Link", "<https://api.github.com/user/repos?page=2>; rel=\"next\""),
		FIELD("Location", "https://api.github.com/repositories/1"),
		FIELD("Content-Length", "0"),
	};
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /api/v3/user/repos HTTP/1.1\r\nHost: localhost:3001\r\n\r\n");
	world_give_head(&w, 0, 301, fields, 3);
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(
		heard, "Link: <http://localhost:3001/api/v3/user/repos?page=2>; rel=\"next\"\r\n"));
	assert_non_null(strstr(heard, "Location: http://localhost:3001/api/v3/repositories/1\r\n"));
	world_stop(&w);
}

static void a_full_dispatcher_is_503_at_once(void **state)
{
	(void)state;
	struct world w;
	memset(&probe, 0, sizeof(probe));
	world_init(&w);
	hg_loop_free(w.dispatcher);
	w.dispatcher = hg_loop_new(w.clock, HG_THREAD_DISPATCHER, "dispatcher", 1);
	w.port.loop = w.dispatcher;
	world_start(&w);
	struct peer *p = world_connect(&w), *q = world_connect(&w);

	/* both before the dispatcher's next turn */
	assert_true(send(p->fd, GET("/a"), strlen(GET("/a")), 0) > 0);
	assert_true(send(q->fd, GET("/b"), strlen(GET("/b")), 0) > 0);
	while (hg_loop_turn(w.loop))
		continue;
	peer_read(p, SIZE_MAX);
	peer_read(q, SIZE_MAX);
	const char *heard = p->heard.n ? p->heard.p : q->heard.p;
	assert_non_null(heard);
	assert_non_null(strstr(heard, "HTTP/1.1 503 "));
	assert_non_null(strstr(heard, "Retry-After: 1\r\n"));
	world_stop(&w);
}

static void a_client_s_own_token_travels_as_a_secret(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /user HTTP/1.1\r\nHost: localhost\r\nAuthorization: token ghp_1\r\n\r\n");
	const struct hg_ask *a = &w.tickets[0]->ask;
	size_t n;
	assert_non_null(a->token);
	assert_memory_equal(hg_secret_bytes(a->token, &n), "ghp_1", 5);
	assert_int_equal(a->n_fields, 0);
	struct hg_scope scope =
		hg_scope_of(HG_SCOPE_BEARER, w.snapshot.upstreams[0].place, HG_STR("ghp_1"));
	assert_memory_equal(&a->scope, &scope, sizeof(scope));
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_becomes_a_ticket_and_its_news_the_reply),
		cmocka_unit_test(a_body_of_unknown_length_is_chunked_as_it_comes),
		cmocka_unit_test(a_head_request_has_the_length_and_no_body),
		cmocka_unit_test(http_1_0_gets_the_body_until_the_close),
		cmocka_unit_test(an_end_without_a_head_is_an_error_body_with_retry_after),
		cmocka_unit_test(a_cut_chunked_body_never_ends_cleanly),
		cmocka_unit_test(a_cut_body_without_a_length_is_reset),
		cmocka_unit_test(a_reply_that_breaks_before_any_of_it_left_is_502),
		cmocka_unit_test(a_body_shorter_than_announced_is_cut),
		cmocka_unit_test(a_client_that_leaves_cancels_its_ticket_and_is_done_once),
		cmocka_unit_test(a_front_that_goes_cancels_what_is_under_way),
		cmocka_unit_test(a_body_that_comes_byte_by_byte_arrives_whole_in_one_block),
		cmocka_unit_test(a_slow_client_stops_the_taking_of_chunks),
		cmocka_unit_test(a_slow_client_is_cut_when_nothing_moves),
		cmocka_unit_test(keep_gets_the_whole_body_before_the_client_does),
		cmocka_unit_test(keep_runs_for_the_leader_of_a_whole_reply_within_the_limit_only),
		cmocka_unit_test(head_and_keep_run_in_reverse_order),
		cmocka_unit_test(head_changes_what_the_client_gets),
		cmocka_unit_test(owned_validators_stay_here_and_are_answered),
		cmocka_unit_test(a_client_s_own_validators_go_up_and_304_comes_back),
		cmocka_unit_test(head_may_answer_with_what_is_kept),
		cmocka_unit_test(head_may_refuse_and_the_rest_is_cancelled),
		cmocka_unit_test(links_lead_back_through_the_face_that_was_used),
		cmocka_unit_test(a_full_dispatcher_is_503_at_once),
		cmocka_unit_test(a_client_s_own_token_travels_as_a_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
