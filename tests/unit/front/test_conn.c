#include "conn_site.h"

#include "front/conn.h"

static void pipelined_requests_are_answered_in_their_order(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/hello?first") GET("/user") GET("/hello?third") GET("/hello?fourth"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "first"));
	assert_null(strstr(heard, "third")); /* waits for the one before it */
	assert_int_equal(w.n_tickets, 1);
	world_give_head(&w, 0, 200, NULL, 0);
	world_give(&w, 0, "second");
	world_finish(&w, 0);
	heard = peer_hear(p);
	assert_true(strstr(heard, "first") < strstr(heard, "second"));
	assert_true(strstr(heard, "second") < strstr(heard, "third"));
	assert_true(strstr(heard, "third") < strstr(heard, "fourth"));
	assert_int_equal(count_of(heard, "HTTP/1.1 200 OK"), 4);
	assert_false(p->closed);
	stop(&w);
}

static void requests_may_be_cut_anywhere(void **state)
{
	(void)state;
	static const char two[] =
		GET("/hello?one") "POST /post HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
				  "chunked\r\n\r\n"
				  "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n" GET("/hello?two");

	for (size_t cut = 1; cut < sizeof(two) - 1; cut += 7) {
		struct world w;
		struct peer *p = start(&w);
		peer_say_bytes(p, two, cut);
		peer_say_bytes(p, two + cut, sizeof(two) - 1 - cut);
		const char *heard = peer_hear(p);
		assert_int_equal(count_of(heard, "HTTP/1.1 200 OK"), 3);
		assert_non_null(strstr(heard, "abcde"));
		assert_int_equal(site.n_requests, 3);
		stop(&w);
	}
}

static void a_trickle_is_one_request(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	for (const char *c = GET("/hello?slow"); *c; c++)
		peer_say_bytes(p, c, 1);
	assert_int_equal(count_of(peer_hear(p), "HTTP/1.1 200 OK"), 1);
	assert_int_equal(site.n_requests, 1);
	stop(&w);
}

static void a_bad_head_is_answered_and_nothing_is_read_behind_it(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		const char *status;
	} cases[] = {
		{ "GET /hello\n\n", " 400 " },
		{ "GET /hello HTTP/1.1\r\n\r\n", " 400 " },
		{ "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", " 400 " },
		{ "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n",
			" 400 " },
		{ "POST /post HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
			" 501 " },
		{ "GET /hello HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n", " 417 " },
		{ "GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n", " 505 " },
		{ "BREW /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", " 405 " },
		{ "BREW /user HTTP/1.1\r\nHost: localhost\r\n\r\n", " 501 " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		struct peer *p = start(&w);
		char all[512];
		bool framing = i < 7;
		(void)snprintf(all, sizeof(all), "%s%s", cases[i].bytes, GET("/hello?smuggled"));
		peer_say(p, all);
		const char *heard = peer_hear(p);
		assert_non_null(strstr(heard, cases[i].status));
		assert_non_null(strstr(heard, "\"message\""));
		if (framing) {
			assert_null(strstr(heard, "smuggled"));
			assert_non_null(strstr(heard, "Connection: close\r\n"));
			assert_true(p->closed); /* half: we hear the end, and may go on talking */
			assert_int_equal(site.n_requests, 0);
			peer_say(p, GET("/hello?again"));
			assert_null(strstr(peer_hear(p), "again"));
			struct hg_front_state look;
			hg_front_look(w.front, &look);
			assert_int_equal(look.bad, 1);
			assert_int_equal(look.conns, 1);
			world_wait(&w, 2 * SEC);
			hg_front_look(w.front, &look);
			assert_int_equal(look.conns, 0);
		}
		stop(&w);
	}
}

static void a_bad_chunk_is_answered_and_nothing_is_read_behind_it(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "3\r\nabcX\r\n" GET("/hello?smuggled"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, " 400 "));
	assert_null(strstr(heard, "smuggled"));
	assert_true(p->closed);
	assert_int_equal(site.n_requests, 1);
	stop(&w);
}

static void each_limit_has_its_status(void **state)
{
	(void)state;
	static char big[80 << 10];
	static const struct {
		const char *before;
		size_t n;
		const char *after, *status;
	} cases[] = {
		{ "GET /", 9000, " HTTP/1.1\r\nHost: localhost\r\n\r\n", " 414 " },
		{ "GET /hello HTTP/1.1\r\nX: ", 70000, "\r\n\r\n", " 431 " },
		{ "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n", 0, "",
			" 413 " },
		{ "POST /user HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n", 0,
			"", " 413 " },
		{ "POST /post HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "100000\r\n",
			0, "", " 413 " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		struct peer *p = start(&w);
		memset(big, 'x', cases[i].n);
		peer_say(p, cases[i].before);
		peer_say_bytes(p, big, cases[i].n);
		peer_say(p, cases[i].after);
		assert_non_null(strstr(peer_hear(p), cases[i].status));
		assert_true(p->closed);
		assert_int_equal(w.n_tickets, 0);
		stop(&w);
	}
}

static void too_many_fields_are_431(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.snapshot.http.max_fields = 3;
	peer_say(p, "GET /hello HTTP/1.1\r\nHost: localhost\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), " 431 "));
	stop(&w);
}

static void a_slow_head_is_408(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/hello?first"));
	world_wait(&w, 50 * SEC); /* idle is something else */
	peer_forget(p);
	peer_say(p, "GET /hello HTTP/1.1\r\n");
	world_wait(&w, 5 * SEC);
	peer_say(p, "Host: "); /* a byte now and then does not help */
	world_wait(&w, 5 * SEC - 1);
	assert_string_equal(peer_hear(p), "");
	world_wait(&w, 1);
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 408 "));
	assert_true(p->closed);
	stop(&w);
}

static void a_slow_body_is_408(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
	world_wait(&w, 29 * SEC);
	peer_say(p, "def"); /* it moves */
	world_wait(&w, 29 * SEC);
	assert_string_equal(peer_hear(p), "");
	world_wait(&w, 1 * SEC);
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 408 "));
	assert_true(p->closed);
	stop(&w);
}

static void a_body_that_trickles_for_ever_is_408(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.snapshot.http.body_total_timeout_us = 60 * SEC;
	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na");
	for (int i = 0; i < 3; i++) {
		world_wait(&w, 20 * SEC);
		peer_say(p, "b");
		assert_string_equal(peer_hear(p), "");
	}
	world_wait(&w, 20 * SEC);
	peer_say(p, "c");
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 408 "));
	assert_true(p->closed);
	stop(&w);
}

static void bodies_beyond_what_may_be_held_are_503(void **state)
{
	(void)state;
	static const char head[] = "POST /repos/o/r/issues HTTP/1.1\r\nHost: localhost\r\n"
				   "Content-Length: 70000\r\n\r\n";
	static char half[35000];
	struct world w;
	struct peer *p = start(&w), *q = world_connect(&w);

	memset(half, 'x', sizeof(half));
	w.snapshot.http.max_buffered_bytes = 100000;
	peer_say(p, head);
	peer_say_bytes(p, half, sizeof(half));
	peer_say(q, head);
	peer_say_bytes(q, half, sizeof(half));
	peer_say_bytes(p, half, sizeof(half));
	peer_say_bytes(q, half, sizeof(half));
	(void)peer_hear(p);
	const char *heard = peer_hear(q);
	assert_int_equal(w.n_tickets, 1); /* one is on its way, whole */
	if (!heard[0])
		heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 503 "));
	assert_non_null(strstr(heard, "Retry-After: 1\r\n"));
	assert_non_null(strstr(heard, "Connection: close\r\n"));
	world_give_head(&w, 0, 201, NULL, 0);
	world_finish(&w, 0);
	peer_leave(p);
	peer_leave(q);
	assert_int_equal(w.front->body_bytes, 0); /* all was given back */
	stop(&w);
}

static void an_idle_conn_is_closed_without_a_word(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w), *q = world_connect(&w);

	world_wait(&w, 30 * SEC);
	peer_say(p, GET("/hello?x"));
	world_wait(&w, 30 * SEC);
	(void)peer_hear(q);
	assert_true(q->closed);
	assert_int_equal(q->heard.n, 0);
	(void)peer_hear(p);
	assert_false(p->closed);
	world_wait(&w, 30 * SEC);
	(void)peer_hear(p);
	assert_true(p->closed);
	stop(&w);
}

static void waiting_for_upstream_is_no_timeout_of_the_conn(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	world_wait(&w, 3600 * SEC);
	world_give_head(&w, 0, 200, NULL, 0);
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(p), "200 OK"));
	stop(&w);
}

static void connection_close_is_obeyed(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /hello?x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" GET(
			    "/hello?never"));
	assert_non_null(strstr(peer_hear(p), "Connection: close\r\n"));
	assert_null(strstr(peer_hear(p), "never"));
	assert_true(p->closed);
	assert_int_equal(site.n_requests, 1);
	stop(&w);
}

static void http_1_0_keeps_alive_when_asked(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w), *q = world_connect(&w);

	peer_say(p, "GET /hello?x HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), "Connection: keep-alive\r\n"));
	assert_false(p->closed);
	peer_say(q, "GET /hello?x HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(peer_hear(q), "200 OK"));
	assert_true(q->closed);
	stop(&w);
}

static void expect_is_answered_before_the_body(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
		    "Expect: 100-continue\r\n\r\n");
	assert_string_equal(peer_hear(p), "HTTP/1.1 100 Continue\r\n\r\n");
	peer_say(p, "abc");
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(peer_hear(p), "\r\n\r\nabc"));
	stop(&w);
}

static void a_refused_expectation_is_no_invitation_and_closes(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
		    "Expect: 100-continue\r\n\r\n");
	const char *heard = peer_hear(p);
	assert_null(strstr(heard, "100 Continue"));
	assert_non_null(strstr(heard, " 405 "));
	assert_non_null(strstr(heard, "Allow: GET, HEAD\r\n"));
	assert_true(p->closed); /* whether the body comes can not be known */
	stop(&w);
}

static void a_small_unwanted_body_is_read_to_keep_the_conn(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	site.answer_at_once = true;
	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), "early"));
	peer_say(p, "GET /hello?in-the-body HTTP/1.1" /* 30 bytes, and one */);
	assert_null(strstr(peer_hear(p), " 400 ")); /* "400" may be in an id */
	peer_forget(p);
	/* the 31st byte, '1', begins the next request: "1GET" is a method that nothing serves */
	peer_say(p, GET("/user"));
	assert_non_null(strstr(peer_hear(p), " 501 "));
	assert_int_equal(site.n_requests, 1);
	assert_int_equal(site.n_pieces, 0);
	stop(&w);
}

static void a_large_unwanted_body_ends_the_conn(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	site.answer_at_once = true;
	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), "Connection: close\r\n"));
	assert_true(p->closed);
	peer_say(p, GET("/hello?in-the-body"));
	assert_null(strstr(peer_hear(p), "in-the-body"));
	stop(&w);
}

static void a_client_that_leaves_in_its_body_is_gone_once(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
	peer_leave(p);
	assert_int_equal(site.n_gone, 1);
	stop(&w);
	assert_int_equal(site.n_gone, 1);
}

static void many_requests_ahead_are_not_all_read(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	uint32_t sent = 0;

	peer_say(p, GET("/user"));
	for (; sent < 10000; sent++)
		if (send(p->fd, GET("/hello?y"), strlen(GET("/hello?y")), MSG_NOSIGNAL) !=
			(ssize_t)strlen(GET("/hello?y")))
			break;
		else
			world_turn(&w);
	assert_true(sent < 10000); /* the front stopped reading */
	stop(&w);
}

static void a_client_that_leaves_is_seen_when_nothing_is_read(void **state)
{
	(void)state;
	static char many[18 << 10];
	struct world w;
	struct peer *p = start(&w);

	memset(many, 'x', sizeof(many));
	peer_say(p, GET("/user"));
	peer_say(p, "GET /hello HTTP/1.1\r\nX: ");
	peer_say_bytes(p, many, sizeof(many)); /* more than is read ahead */
	peer_leave(p);
	assert_int_equal(w.n_cancelled, 1);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelined_requests_are_answered_in_their_order),
		cmocka_unit_test(requests_may_be_cut_anywhere),
		cmocka_unit_test(a_trickle_is_one_request),
		cmocka_unit_test(a_bad_head_is_answered_and_nothing_is_read_behind_it),
		cmocka_unit_test(a_bad_chunk_is_answered_and_nothing_is_read_behind_it),
		cmocka_unit_test(each_limit_has_its_status),
		cmocka_unit_test(too_many_fields_are_431),
		cmocka_unit_test(a_slow_head_is_408),
		cmocka_unit_test(a_slow_body_is_408),
		cmocka_unit_test(a_body_that_trickles_for_ever_is_408),
		cmocka_unit_test(bodies_beyond_what_may_be_held_are_503),
		cmocka_unit_test(an_idle_conn_is_closed_without_a_word),
		cmocka_unit_test(waiting_for_upstream_is_no_timeout_of_the_conn),
		cmocka_unit_test(connection_close_is_obeyed),
		cmocka_unit_test(http_1_0_keeps_alive_when_asked),
		cmocka_unit_test(expect_is_answered_before_the_body),
		cmocka_unit_test(a_refused_expectation_is_no_invitation_and_closes),
		cmocka_unit_test(a_small_unwanted_body_is_read_to_keep_the_conn),
		cmocka_unit_test(a_large_unwanted_body_ends_the_conn),
		cmocka_unit_test(a_client_that_leaves_in_its_body_is_gone_once),
		cmocka_unit_test(many_requests_ahead_are_not_all_read),
		cmocka_unit_test(a_client_that_leaves_is_seen_when_nothing_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
