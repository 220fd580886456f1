#include "front_world.h"

#include "front/conn.h"
#include <sys/resource.h>

/* Routes that answer at once, and one that takes a body. */
static struct {
	uint32_t n_requests, n_gone, n_pieces;
	char body[256];
	bool answer_at_once;
} site;

static enum hg_verdict on_hello(void *self, struct hg_request *r)
{
	(void)self;
	site.n_requests++;
	hg_reply_text(r, 200, "text/plain", hg_request_query(r));
	return HG_ANSWERED;
}

static enum hg_verdict on_big(void *self, struct hg_request *r)
{
	static char big[8 << 20];

	(void)self;
	site.n_requests++;
	memset(big, 'x', sizeof(big));
	hg_reply_text(r, 200, "text/plain", (struct hg_str){ big, sizeof(big) });
	return HG_ANSWERED;
}

static enum hg_verdict on_post(void *self, struct hg_request *r)
{
	(void)self;
	site.n_requests++;
	site.body[0] = '\0';
	if (!site.answer_at_once)
		return HG_NEXT;
	hg_reply_text(r, 200, NULL, HG_STR("early"));
	return HG_ANSWERED;
}

static enum hg_verdict on_post_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	size_t n = strlen(site.body);

	(void)self;
	site.n_pieces++;
	(void)snprintf(
		site.body + n, sizeof(site.body) - n, "%.*s", (int)piece.n, piece.p ? piece.p : "");
	if (!end)
		return HG_NEXT;
	hg_reply_text(r, 200, "text/plain", hg_str(site.body));
	return HG_ANSWERED;
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	site.n_gone++;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/hello", .on_request = on_hello, .on_gone = on_gone },
	{ .methods = "GET", .path = "/big", .on_request = on_big, .on_gone = on_gone },
	{ .methods = "POST PUT",
		.path = "/post",
		.max_body_bytes = 100 << 10,
		.on_request = on_post,
		.on_body = on_post_body,
		.on_gone = on_gone },
	{ 0 },
};

static const struct hg_plugin site_plugin = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "site",
	HG_PLUGIN_ROWS,
	.routes = routes };

static struct peer *start(struct world *w)
{
	memset(&site, 0, sizeof(site));
	world_init(w);
	world_plug(w, &site_plugin);
	world_start(w);
	return world_connect(w);
}

static void stop(struct world *w)
{
	world_stop(w);
	assert_int_equal(site.n_gone, site.n_requests);
}

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

static void who_reads_nothing_for_longest_gives_way(void **state)
{
	(void)state;
	struct world w;
	struct peer *peers[3] = { start(&w) };
	struct hg_front_state look;

	w.snapshot.http.max_unsent_bytes = 18 << 20;
	w.wants_acks = true; /* what a socket takes later would count as reading */
	for (int i = 0; i < 3; i++) {
		if (i)
			peers[i] = world_connect(&w);
		hg_front_look(w.front, &look);
		assert_int_equal(look.conns, i + 1);
		assert_int_equal(look.pressed, 0);
		peer_say(peers[i], GET("/big"));
		world_wait(&w, 1 * SEC);
	}
	/* Three times what the sockets left of 8 MiB is too much: the first one goes, and only it.
	 */
	hg_front_look(w.front, &look);
	assert_int_equal(look.pressed, 1);
	assert_int_equal(look.conns, 2);
	assert_true(look.unsent_bytes <= 18 << 20);
	w.wants_acks = false;
	(void)peer_hear(peers[0]);
	assert_true(peers[0]->reset);
	for (int i = 1; i < 3; i++) {
		const char *body = strstr(peer_hear(peers[i]), "\r\n\r\n");
		assert_non_null(body);
		assert_int_equal(strlen(body + 4), 8 << 20);
	}
	hg_front_look(w.front, &look);
	assert_int_equal(look.unsent_bytes, 0);
	stop(&w);
}

/* Its socket holds as much as the kernel gives, the client's little; the segments are small, so
 * that the client's window opens with each sip. */
static struct peer *connect_sipping(struct world *w)
{
	struct hg_gate *gate = HG_LIST_FIRST(&w->front->gates, struct hg_gate, link);
	int large = 1 << 20, small = 536, little = 32 << 10;

	assert_int_equal(setsockopt(gate->fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large)), 0);
	assert_int_equal(setsockopt(gate->fd, IPPROTO_TCP, TCP_MAXSEG, &small, sizeof(small)), 0);
	struct peer *p = world_connect(w);
	assert_int_equal(setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	return p;
}

/* What the kernel of the front's side holds for it. */
static int held_for(struct peer *p)
{
	struct hg_conn *c = world_conn_of(p->world, p);
	int held = 0;

	assert_non_null(c);
	assert_int_equal(ioctl(c->wire.event.ev_fd, SIOCOUTQ, &held), 0);
	return held;
}

/* Reads until the front's kernel knows of it: a client's tells its window in steps, which on a busy
 * machine are sometimes larger than one sip. */
static void sip(struct peer *p)
{
	int before = held_for(p);

	for (int i = 0; i < 8 && held_for(p) >= before; i++) {
		peer_read(p, 32 << 10);
		world_turn(p->world);
	}
	assert_true(held_for(p) < before);
}

static void who_reads_in_sips_is_not_cut(void **state)
{
	(void)state;
	struct world w;
	(void)start(&w);
	struct peer *p = connect_sipping(&w);
	struct hg_front_state before, look;

	w.snapshot.http.idle_timeout_us = 3600 * SEC; /* for the other one */
	w.wants_acks = true;
	peer_say(p, GET("/big"));
	hg_front_look(w.front, &before);
	assert_true(before.unsent_bytes > 0);
	for (int i = 0; i < 9; i++) { /* 4.5 min, of 30 s each */
		sip(p);
		world_wait(&w, 29 * SEC);
		assert_false(p->closed || p->reset);
		world_wait(&w, 1 * SEC);
	}
	hg_front_look(w.front, &look);
	assert_int_equal(look.unsent_bytes, before.unsent_bytes); /* the socket asked for nothing */
	assert_int_equal(look.conns, 2);
	world_wait(&w, 30 * SEC);
	hg_front_look(w.front, &look);
	assert_int_equal(look.conns, 1); /* nothing since */
	(void)peer_hear(p);
	assert_true(p->reset);
	stop(&w);
}

/* With all places taken. */
static void who_takes_nothing_of_its_reply_gives_its_place(void **state)
{
	(void)state;
	struct world w;
	struct peer *stuck = start(&w), *sipping = connect_sipping(&w);

	w.snapshot.http.max_connections = 2;
	w.wants_acks = true;
	peer_say(sipping, GET("/big"));
	peer_say(stuck, GET("/big"));
	world_wait(&w, 4 * SEC);
	sip(sipping); /* it has waited longer, and takes some */
	struct peer *p = world_connect(&w);
	peer_say(p, GET("/hello?new"));
	assert_string_equal(peer_hear(p), ""); /* nobody has been stuck for 5 s */
	world_wait(&w, 2 * SEC);
	assert_non_null(strstr(peer_hear(p), "new"));
	w.wants_acks = false;
	(void)peer_hear(stuck);
	assert_true(stuck->reset);
	assert_false(sipping->closed || sipping->reset);
	assert_int_equal(w.front->n_conns, 2);
	stop(&w);
}

static void windows_are_small_while_queues_are_long(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w), *other = world_connect(&w);
	struct hg_front_state look;

	w.snapshot.http.max_unsent_bytes = 12 << 20;
	assert_int_equal(hg_front_window_bytes(w.front), 256 << 10);
	peer_say(p, GET("/big"));
	hg_front_look(w.front, &look);
	assert_true(look.unsent_bytes > 6 << 20);
	assert_int_equal(hg_front_window_bytes(w.front), HG_CONN_PRESSED_BYTES);
	peer_say(other, GET("/hello?quick")); /* who reads is served as before */
	assert_non_null(strstr(peer_hear(other), "quick"));
	(void)peer_hear(p);
	assert_int_equal(hg_front_window_bytes(w.front), 256 << 10);
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

static void the_oldest_idle_conn_gives_its_place(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.snapshot.http.max_connections = 2;
	struct peer *q = world_connect(&w);
	world_wait(&w, 1 * SEC);
	peer_say(p, GET("/hello?x")); /* q has been idle for longer now */
	struct peer *n = world_connect(&w);
	(void)peer_hear(p);
	(void)peer_hear(q);
	assert_false(p->closed);
	assert_true(q->closed);
	peer_say(n, GET("/hello?new"));
	assert_non_null(strstr(peer_hear(n), "new"));
	stop(&w);
}

static void who_does_not_come_to_a_request_gives_its_place(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.snapshot.http.max_connections = 2;
	struct peer *q = world_connect(&w);
	peer_say(p, "GET /hello HTTP/1.1\r\nHo");
	peer_say(q, "nonsense\r\n\r\n"); /* answered, and listened to until it closes */
	world_wait(&w, 1 * SEC);
	struct peer *first = world_connect(&w), *second = world_connect(&w);
	peer_say(first, GET("/hello?left"));
	peer_say(second, GET("/hello?right"));
	assert_non_null(strstr(peer_hear(first), "left"));
	assert_non_null(strstr(peer_hear(second), "right"));
	(void)peer_hear(p);
	assert_true(p->closed);
	assert_int_equal(w.front->n_conns, 2);
	stop(&w);
}

static void a_conn_that_came_just_now_keeps_its_place(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.snapshot.http.max_connections = 1;
	struct peer *q = world_connect(&w);
	peer_say(q, GET("/hello?late"));
	(void)peer_hear(p);
	assert_false(p->closed);
	assert_string_equal(peer_hear(q), "");
	world_wait(&w, 1 * SEC); /* it has had its time */
	assert_non_null(strstr(peer_hear(q), "late"));
	(void)peer_hear(p);
	assert_true(p->closed);
	stop(&w);
}

static void without_descriptors_those_just_accepted_stay(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	struct rlimit limit, none;
	int lowest = dup(0);

	assert_true(lowest >= 0);
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	/* one for the client's own side, none for the front's */
	none.rlim_cur = (rlim_t)lowest + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	struct peer *q = world_connect(&w);
	peer_say(q, GET("/hello?late"));
	assert_string_equal(peer_hear(q), "");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	peer_say(p, GET("/hello?first"));
	assert_non_null(strstr(peer_hear(p), "first"));
	world_wait(&w, 1 * SEC);
	assert_non_null(strstr(peer_hear(q), "late"));
	stop(&w);
}

static void an_idle_conn_whose_request_is_there_is_not_closed(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	struct hg_conn *c = HG_LIST_FIRST(&w.front->waits[HG_WAIT_REQUEST], struct hg_conn, link);

	assert_non_null(c);
	assert_int_equal(send(p->fd, GET("/hello?x"), strlen(GET("/hello?x")), MSG_NOSIGNAL),
		strlen(GET("/hello?x")));
	hg_conn_expire(c); /* its time is over before it was read */
	world_turn(&w);
	assert_non_null(strstr(peer_hear(p), "200 OK"));
	assert_false(p->closed);
	stop(&w);
}

static void busy_conns_make_new_ones_wait(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.snapshot.http.max_connections = 1;
	peer_say(p, GET("/user"));
	struct peer *q = world_connect(&w);
	peer_say(q, GET("/hello?late"));
	assert_string_equal(peer_hear(q), "");
	peer_leave(p);
	assert_non_null(strstr(peer_hear(q), "late"));
	stop(&w);
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
		cmocka_unit_test(who_reads_nothing_for_longest_gives_way),
		cmocka_unit_test(who_reads_in_sips_is_not_cut),
		cmocka_unit_test(who_takes_nothing_of_its_reply_gives_its_place),
		cmocka_unit_test(windows_are_small_while_queues_are_long),
		cmocka_unit_test(a_large_unwanted_body_ends_the_conn),
		cmocka_unit_test(a_client_that_leaves_in_its_body_is_gone_once),
		cmocka_unit_test(the_oldest_idle_conn_gives_its_place),
		cmocka_unit_test(who_does_not_come_to_a_request_gives_its_place),
		cmocka_unit_test(a_conn_that_came_just_now_keeps_its_place),
		cmocka_unit_test(without_descriptors_those_just_accepted_stay),
		cmocka_unit_test(an_idle_conn_whose_request_is_there_is_not_closed),
		cmocka_unit_test(busy_conns_make_new_ones_wait),
		cmocka_unit_test(many_requests_ahead_are_not_all_read),
		cmocka_unit_test(a_client_that_leaves_is_seen_when_nothing_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
