/*
 * A body that goes up as it comes, as the front sees it: core/front/proxy.c and flow.c. The test is
 * the transport: it takes from the ticket's upload.
 */
#include "proxy_probe.h"

#define WINDOW (64 << 10)
#define UPLOAD "POST /api/uploads/repos/o/r/releases/1/assets HTTP/1.1\r\nHost: localhost\r\n"
#define CHUNKED UPLOAD "Transfer-Encoding: chunked\r\n\r\n"

static struct peer *begin(struct world *w)
{
	struct peer *p = start(w);
	struct hg_http_conf *http = &w->snapshot.http;

	http->max_body_bytes = 1000;
	http->max_upload_bytes = 16 << 20;
	http->body_total_timeout_us = 40 * SEC;
	http->upload_total_timeout_us = 100 * SEC;
	w->snapshot.dispatch.window_bytes = WINDOW;
	return p;
}

/* The transport of the i-th ticket asks for `n` bytes; its owner hears of room as from the
 * dispatcher. */
static ssize_t take(struct world *w, uint32_t i, char *to, size_t n)
{
	bool has_room;

	assert_true(i < w->n_tickets);
	ssize_t taken = hg_upload_take(w->tickets[i]->ask.upload, to, n, &has_room);
	if (has_room && !w->ended[i])
		hg_ticket_give_room(w->tickets[i]);
	world_turn(w);
	return taken;
}

/* -1: nothing is there now. */
static void expect_taken(struct world *w, ssize_t wanted)
{
	char to[64];

	assert_int_equal(take(w, 0, to, sizeof(to)), wanted);
}

/* It asked for bytes, and the client may send. */
static void ask_for_bytes(struct world *w)
{
	assert_int_equal(w->n_tickets, 1);
	expect_taken(w, -1);
}

static void expect_refused(struct world *w, struct peer *p, int status, const char *code)
{
	char line[32];

	(void)snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	const char *heard = peer_hear(p);
	if (strncmp(heard, line, strlen(line)) != 0 || !strstr(heard, code))
		fail_msg("no %d %s: %s", status, code, heard);
	assert_non_null(strstr(heard, "Connection: close\r\n"));
	assert_int_equal(count_of(heard, "HTTP/1.1 "), 1);
	assert_true(p->closed || p->reset);
	world_wait(w, 2 * SEC); /* it lingers so long */
	assert_int_equal(probe.n_done, 1);
}

/* -- what is one ------------------------------------------------------------------------------- */

static void a_body_too_large_to_be_kept_is_an_upload(void **state)
{
	static const struct {
		const char *request;
		bool is_upload;
	} rows[] = {
		{ UPLOAD "Content-Length: 1\r\n\r\nx", true },
		{ "PUT /repos/o/r/contents/a HTTP/1.1\r\nHost: localhost\r\n"
		  "Content-Length: 1001\r\n\r\n",
			true },
		{ "PUT /repos/o/r/contents/a HTTP/1.1\r\nHost: localhost\r\n"
		  "Content-Length: 1\r\n\r\nx",
			false },
		{ UPLOAD "Content-Length: 0\r\n\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w;
		struct peer *p = begin(&w);
		peer_say(p, rows[i].request);
		assert_int_equal(w.n_tickets, 1);
		if (!w.tickets[0]->ask.upload == rows[i].is_upload)
			fail_msg("%s", rows[i].request);
		world_stop(&w);
	}
}

static void what_is_too_large_for_an_upload_asks_nobody(void **state)
{
	static const char *const requests[] = {
		UPLOAD "Content-Length: 16777217\r\n\r\n",
		/* what is looked into must fit */
		"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		struct world w;
		struct peer *p = begin(&w);
		peer_say(p, requests[i]);
		expect_refused(&w, p, 413, "body_too_large");
		assert_int_equal(w.n_tickets, 0);
		world_stop(&w);
	}
}

/* -- back-pressure ----------------------------------------------------------------------------- */

static void the_client_is_asked_to_go_on_when_the_transport_asks(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, UPLOAD "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
	assert_int_equal(w.n_tickets, 1);
	assert_int_equal(hg_upload_length(w.tickets[0]->ask.upload), 5);
	assert_string_equal(peer_hear(p), "");
	ask_for_bytes(&w);
	assert_string_equal(peer_hear(p), "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(w.n_fed, 0);
	peer_say(p, "he");
	assert_int_equal(w.n_fed, 1);
	expect_taken(&w, 2);
	expect_taken(&w, -1);
	peer_say(p, "llo");
	char to[8];
	assert_int_equal(take(&w, 0, to, sizeof(to)), 3);
	assert_memory_equal(to, "llo", 3);
	world_give_head(&w, 0, 201, NULL, 0);
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 201 "));
	assert_int_equal(count_of(peer_hear(p), "100 Continue"), 1);
	assert_false(p->closed);
	peer_say(p, GET("/user")); /* the conn is as good as new */
	assert_int_equal(w.n_tickets, 2);
	world_stop(&w);
}

static void the_end_of_chunks_is_the_end_of_the_upload(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, CHUNKED "5\r\nhello\r\n");
	assert_true(hg_upload_length(w.tickets[0]->ask.upload) < 0);
	ask_for_bytes(&w);
	expect_taken(&w, 5);
	expect_taken(&w, -1);
	uint32_t fed = w.n_fed;
	peer_say(p, "0\r\n\r\n");
	assert_int_equal(w.n_fed, fed + 1);
	expect_taken(&w, 0);
	world_stop(&w);
}

/* As many of them as the front and the kernel take; how many that is. As long as an
 * acknowledgement is on its way there will be room again. */
static size_t say_what_goes(struct world *w, const struct peer *p, const char *bytes, size_t n)
{
	size_t said = 0;

	for (int n_blocked = 0; said < n && n_blocked < 3;) {
		struct tcp_end end;
		ssize_t sent = send(p->fd, bytes + said, n - said, MSG_NOSIGNAL);
		said += sent > 0 ? (size_t)sent : 0;
		world_turn(w);
		assert_true(tcp_end_look(p->fd, &end));
		bool is_blocked = sent < 0 && !end.unacked && end.not_sent;
		n_blocked = is_blocked ? n_blocked + 1 : 0;
	}
	return said;
}

/* The front's kernel holds little of what the front has not read. */
static struct peer *connect_narrowly(struct world *w)
{
	struct hg_gate *gate = HG_LIST_FIRST(&w->front->gates, struct hg_gate, link);
	int small = 32 << 10;

	assert_int_equal(setsockopt(gate->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	return world_connect(w);
}

static void a_full_window_stops_the_reading_until_half_of_it_is_taken(void **state)
{
	enum { BODY = 1 << 20, READ = HG_FRONT_BUF_BYTES };
	static char body[BODY], got[BODY + 1];
	struct world w;
	struct peer *p;
	struct hg_upload *u;
	bool has_room;

	(void)state;
	(void)begin(&w);
	p = connect_narrowly(&w);
	w.hasty = true; /* a full socket is never at rest */
	for (size_t i = 0; i < BODY; i++)
		body[i] = (char)(i * 7 + i / 251);
	peer_say(p, UPLOAD "Content-Length: 1048576\r\n\r\n");
	u = w.tickets[0]->ask.upload;
	size_t said = say_what_goes(&w, p, body, BODY);
	assert_true(said < BODY);
	assert_int_equal(hg_upload_take(u, got, sizeof(got), &has_room), -1); /* none was read */
	hg_ticket_give_room(w.tickets[0]);
	world_turn(&w);
	said += say_what_goes(&w, p, body + said, BODY - said);
	assert_true(said < BODY);

	size_t n = 0;
	do {
		ssize_t taken = hg_upload_take(u, got + n, 1000, &has_room);
		assert_true(taken > 0);
		n += (size_t)taken;
		world_turn(&w);
	} while (!has_room);
	ssize_t waits = hg_upload_take(u, got + n, BODY - n, &has_room);
	assert_in_range(n + (size_t)waits, WINDOW, WINDOW + READ);
	assert_in_range(waits, WINDOW / 2 - 1000, WINDOW / 2);
	n += (size_t)waits;

	while (n < BODY) {
		hg_ticket_give_room(w.tickets[0]);
		world_turn(&w);
		said += say_what_goes(&w, p, body + said, BODY - said);
		ssize_t taken = hg_upload_take(u, got + n, sizeof(got) - n, &has_room);
		n += taken > 0 ? (size_t)taken : 0;
	}
	assert_int_equal(said, BODY);
	assert_memory_equal(got, body, BODY);
	assert_true(hg_upload_is_whole(u));
	world_stop(&w);
}

/* -- time -------------------------------------------------------------------------------------- */

static void a_client_that_stalls_is_told_so_by_the_front(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, UPLOAD "Content-Length: 100\r\n\r\n");
	ask_for_bytes(&w);
	world_wait(&w, 29 * SEC);
	peer_say(p, "a little");
	world_wait(&w, 29 * SEC);
	assert_int_equal(w.n_cancelled, 0);
	world_wait(&w, 1 * SEC);
	assert_int_equal(w.n_cancelled, 1);
	expect_refused(&w, p, 408, "body_timeout");
	assert_int_equal(w.n_tickets, 1);
	world_stop(&w);
}

static void a_client_that_may_not_send_is_not_late(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, UPLOAD "Content-Length: 5\r\n\r\nhe");
	world_wait(&w, 3600 * SEC); /* its turn has not come */
	ask_for_bytes(&w);
	expect_taken(&w, 2);
	world_wait(&w, 29 * SEC);
	peer_say(p, "llo");
	expect_taken(&w, 3);
	world_wait(&w, 3600 * SEC); /* all is said */
	assert_int_equal(w.n_cancelled, 0);
	assert_string_equal(peer_hear(p), "");
	world_stop(&w);
}

static void an_upload_has_a_total_of_its_own(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, CHUNKED);
	world_wait(&w, 50 * SEC);
	ask_for_bytes(&w); /* from here on it counts */
	for (int i = 0; i < 5; i++) {
		world_wait(&w, 20 * SEC);
		peer_say(p, "1\r\nx\r\n");
		expect_taken(&w, 1);
	}
	assert_int_equal(w.n_cancelled, 0); /* at 100 s */
	world_wait(&w, 1);
	peer_say(p, "1\r\nx\r\n");
	assert_int_equal(w.n_cancelled, 1);
	expect_refused(&w, p, 408, "body_timeout");
	expect_taken(&w, -1); /* GitHub gets no end of it */
	assert_int_equal(w.n_tickets, 1);
	world_stop(&w);
}

/* -- ends -------------------------------------------------------------------------------------- */

static void a_client_that_leaves_midway_cancels_and_ends_nothing(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, CHUNKED "5\r\nhello\r\n");
	ask_for_bytes(&w);
	expect_taken(&w, 5);
	peer_leave(p);
	assert_int_equal(w.n_cancelled, 1);
	assert_int_equal(w.n_tickets, 1);
	assert_int_equal(probe.n_done, 1);
	assert_true(probe.done.aborted);
	expect_taken(&w, -1); /* not 0: what came is not all */
	world_stop(&w);
	assert_int_equal(probe.n_done, 1);
}

static void a_body_that_breaks_its_framing_cancels_and_ends_nothing(void **state)
{
	static const struct {
		const char *piece;
		int status;
		const char *code;
	} rows[] = {
		{ "zz\r\n", 400, "bad_chunk_size" },
		{ "1000001\r\n", 413, "body_too_large" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w;
		struct peer *p = begin(&w);
		peer_say(p, CHUNKED "5\r\nhello\r\n");
		ask_for_bytes(&w);
		expect_taken(&w, 5);
		peer_say(p, rows[i].piece);
		assert_int_equal(w.n_cancelled, 1);
		expect_refused(&w, p, rows[i].status, rows[i].code);
		expect_taken(&w, -1);
		assert_int_equal(w.n_tickets, 1);
		world_stop(&w);
	}
}

static const struct hg_field no_body[] = { FIELD("Content-Length", "0") };

static void give_early_answer(struct world *w)
{
	world_give_head(w, 0, 413, no_body, 1);
	world_finish(w, 0);
}

static void an_early_answer_is_told_and_a_small_rest_dropped(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, UPLOAD "Content-Length: 40\r\n\r\n0123456789");
	ask_for_bytes(&w);
	expect_taken(&w, 10);
	give_early_answer(&w);
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 413 "));
	assert_false(p->closed);
	uint32_t fed = w.n_fed;
	peer_say(p, "GET /in-the-body HTTP/1.1\r\n\r\nx");
	assert_int_equal(w.n_fed, fed);
	peer_say(p, GET("/user")); /* begins behind it */
	assert_int_equal(w.n_tickets, 2);
	assert_true(hg_str_is(w.tickets[1]->ask.path, HG_STR("/user")));
	assert_int_equal(count_of(peer_hear(p), "HTTP/1.1 "), 1);
	assert_int_equal(probe.n_done, 1);
	assert_int_equal(probe.done.status, 413);
	assert_false(probe.done.aborted);
	world_stop(&w);
}

static void an_early_answer_to_a_long_one_is_told_whole_and_the_conn_closed(void **state)
{
	static const char *const requests[] = { UPLOAD "Content-Length: 4194304\r\n\r\n", CHUNKED,
		UPLOAD "Content-Length: 40\r\nExpect: 100-continue\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		struct world w;
		struct peer *p = begin(&w);
		peer_say(p, requests[i]);
		if (i < 2) /* the last one is answered before it was asked for a byte */
			ask_for_bytes(&w);
		give_early_answer(&w);
		const char *heard = peer_hear(p);
		assert_int_equal(strncmp(heard, "HTTP/1.1 413 ", 13), 0);
		peer_say(p, GET("/not-a-request"));
		(void)peer_hear(p);
		assert_true(p->closed);
		assert_false(p->reset); /* it would take the answer with it */
		assert_int_equal(w.n_tickets, 1);
		assert_int_equal(count_of(p->heard.p, "HTTP/1.1 "), 1);
		world_wait(&w, 2 * SEC);
		assert_int_equal(probe.n_done, 1);
		assert_int_equal(probe.done.status, 413);
		world_stop(&w);
	}
}

/* Its head is here, its body goes on: so may the client's. */
static void an_answer_that_has_begun_does_not_stop_the_upload(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = begin(&w);

	peer_say(p, UPLOAD "Content-Length: 10\r\n\r\nhello");
	ask_for_bytes(&w);
	expect_taken(&w, 5);
	world_give_head(&w, 0, 200, NULL, 0);
	world_give(&w, 0, "so far");
	assert_non_null(strstr(peer_hear(p), "so far"));
	peer_say(p, "world");
	expect_taken(&w, 5);
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(p), "\r\n0\r\n\r\n"));
	assert_false(p->closed);
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_too_large_to_be_kept_is_an_upload),
		cmocka_unit_test(what_is_too_large_for_an_upload_asks_nobody),
		cmocka_unit_test(the_client_is_asked_to_go_on_when_the_transport_asks),
		cmocka_unit_test(the_end_of_chunks_is_the_end_of_the_upload),
		cmocka_unit_test(a_full_window_stops_the_reading_until_half_of_it_is_taken),
		cmocka_unit_test(a_client_that_stalls_is_told_so_by_the_front),
		cmocka_unit_test(a_client_that_may_not_send_is_not_late),
		cmocka_unit_test(an_upload_has_a_total_of_its_own),
		cmocka_unit_test(a_client_that_leaves_midway_cancels_and_ends_nothing),
		cmocka_unit_test(a_body_that_breaks_its_framing_cancels_and_ends_nothing),
		cmocka_unit_test(an_early_answer_is_told_and_a_small_rest_dropped),
		cmocka_unit_test(an_early_answer_to_a_long_one_is_told_whole_and_the_conn_closed),
		cmocka_unit_test(an_answer_that_has_begun_does_not_stop_the_upload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
