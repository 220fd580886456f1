/*
 * A body that goes up as it comes, with the real transport: core/dispatch/wire/upstream.c. The test
 * is both ends, its client and GitHub, on one thread; the clock stands still.
 */
#include "wire_site.h"
#include "base/text.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WINDOW (64 << 10)
#define PIECE (16 << 10)
#define PATIENCE_S 20 /* a test that takes longer fails */

struct world {
	struct wire_site site;

	int listener, fd; /* GitHub's; fd < 0: no connection */
	unsigned n_accepted;
	bool reads, is_closed; /* by hubgate */
	struct hg_text got;    /* all that GitHub has read of this connection */

	struct hg_ticket *ticket;
	struct hg_upload *upload; /* the ticket's */
	struct hg_head *head;
	struct hg_ticket_end end;
	struct hg_text reply;
	bool over;
	int64_t began_s; /* really */
};

static struct world w;

static int64_t real_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Returns the port. */
static unsigned listen_here(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int small = 32 << 10;

	w.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(setsockopt(w.listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	assert_int_equal(bind(w.listener, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(w.listener, 4), 0);
	assert_int_equal(getsockname(w.listener, (struct sockaddr *)&at, &n), 0);
	return ntohs(at.sin_port);
}

static int setup(void **state)
{
	const struct hg_now now = { 1000 * SEC, 1800000000 * SEC };

	(void)state;
	w = (struct world){ .fd = -1, .reads = true, .began_s = real_s() };
	hg_text_init(&w.got);
	hg_text_init(&w.reply);
	wire_site_make(&w.site, hg_clock_new_held(now), listen_here());
	struct hg_upstream_conf *upstream = &w.site.snapshot.upstreams[0];
	upstream->connect_timeout_us = 5 * SEC;
	upstream->first_byte_timeout_us = 12 * SEC;
	upstream->total_timeout_us = 30 * SEC;
	upstream->stall_timeout_us = 15 * SEC;
	upstream->http2 = false;
	w.site.snapshot.dispatch.retries = 3;
	w.site.snapshot.dispatch.window_bytes = WINDOW;
	wire_site_open(&w.site);
	return 0;
}

static void drop_ticket(void)
{
	hg_ticket_unref(HG_TAKE(w.ticket));
	hg_upload_unref(HG_TAKE(w.upload));
	hg_head_unref(HG_TAKE(w.head));
	hg_text_clear(&w.reply);
	w.over = false;
}

static int teardown(void **state)
{
	(void)state;
	drop_ticket();
	wire_site_close(&w.site);
	if (w.fd >= 0)
		close(w.fd);
	close(w.listener);
	hg_text_fini(&w.got);
	hg_text_fini(&w.reply);
	return 0;
}

/* -- GitHub ------------------------------------------------------------------------------------ */

static void run_github(void)
{
	char bytes[16384];
	ssize_t n;

	if (w.fd < 0) {
		w.fd = accept(w.listener, NULL, NULL);
		if (w.fd < 0)
			return;
		w.n_accepted++;
		w.is_closed = false;
		hg_text_clear(&w.got);
	}
	if (!w.reads || w.is_closed)
		return;
	while ((n = recv(w.fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		hg_text_add(&w.got, (struct hg_str){ bytes, (size_t)n });
	w.is_closed = n == 0 || errno != EAGAIN;
}

static void github_says(const char *text)
{
	assert_int_equal(send(w.fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void github_closes(void)
{
	close(w.fd);
	w.fd = -1;
}

static struct hg_str body_got(void)
{
	const char *end = w.got.n ? memmem(w.got.p, w.got.n, "\r\n\r\n", 4) : NULL;

	return end ? (struct hg_str){ end + 4, w.got.n - (size_t)(end + 4 - w.got.p) }
	           : (struct hg_str){ 0 };
}

/* -- time -------------------------------------------------------------------------------------- */

static void turn(void)
{
	(void)hg_loop_turn(w.site.loop);
	run_github();
}

/* Enough of them for what need not be waited for. */
static void turn_on(void)
{
	for (int i = 0; i < 200; i++)
		turn();
}

static void wait_us(int64_t us)
{
	struct hg_now now = hg_clock_read(w.site.clock);

	now.mono_us += us;
	now.wall_us += us;
	hg_clock_set(w.site.clock, now);
	turn_on();
}

/* For what must come. */
static void turn_in_time(void)
{
	turn();
	if (real_s() > w.began_s + PATIENCE_S)
		fail_msg("what must come does not");
}

/* -- the client -------------------------------------------------------------------------------- */

static void on_news(struct hg_ticket *t)
{
	struct hg_head_note note;
	struct hg_head *head = hg_ticket_take_head(t, &note);
	struct hg_chunk *c;

	if (head) {
		assert_null(w.head);
		w.head = head;
	}
	while ((c = hg_ticket_take_chunk(t))) {
		hg_text_add(&w.reply, (struct hg_str){ c->bytes, c->n });
		hg_chunk_unref(c);
	}
	w.over |= hg_ticket_take_end(t, &w.end);
}

static void ask(const char *method, struct hg_upload *upload)
{
	struct hg_ticket *t =
		wire_site_ticket(&w.site, method, "/repos/o/r/releases/1/assets", on_news, NULL);

	t->ask.upload = upload;
	w.ticket = t;
	w.upload = upload ? hg_upload_ref(upload) : NULL;
	assert_true(hg_ticket_submit(t, hg_dispatch_port(w.site.dispatch)));
}

/* An upload begins, and GitHub has its head. */
static void begin(int64_t length_bytes)
{
	ask("POST", hg_upload_new(length_bytes, WINDOW));
	while (!(body_got().p && hg_upload_has_room(w.upload)))
		turn_in_time();
}

static void put(const char *text)
{
	hg_upload_put(w.upload, hg_str(text));
	hg_ticket_feed(w.ticket);
}

static void expect_got(const char *text)
{
	while (body_got().n < strlen(text))
		turn_in_time();
	assert_true(hg_str_is(body_got(), hg_str(text)));
}

static void expect_whole(int status)
{
	while (!w.over)
		turn_in_time();
	assert_non_null(w.head);
	assert_int_equal(w.head->status, status);
	assert_int_equal(w.end.code, 0);
}

static void expect_refused(int status, const char *word)
{
	while (!w.over)
		turn_in_time();
	assert_null(w.head);
	assert_int_equal(w.end.status, status);
	assert_string_equal(w.end.word, word);
}

static void expect_no_more(unsigned n_accepted)
{
	for (int i = 0; i < 20; i++)
		wait_us(10 * SEC);
	assert_int_equal(w.n_accepted, n_accepted);
	assert_int_equal(hg_dispatch_in_flight(w.site.dispatch), 0);
}

#define CREATED "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"

/* -- going up ---------------------------------------------------------------------------------- */

static void a_length_is_announced_and_each_piece_goes_as_it_comes(void **state)
{
	(void)state;
	begin(10);
	assert_non_null(strstr(w.got.p, "\r\nContent-Length: 10\r\n"));
	assert_null(strcasestr(w.got.p, "\r\nexpect:"));
	put("hello");
	expect_got("hello");
	put("world");
	expect_got("helloworld");
	github_says(CREATED);
	expect_whole(201);
	assert_true(hg_str_is(hg_text_str(&w.reply), HG_STR("{}")));
	assert_false(w.is_closed);
}

static void without_a_length_it_goes_in_chunks(void **state)
{
	(void)state;
	begin(-1);
	assert_non_null(strstr(w.got.p, "\r\nTransfer-Encoding: chunked\r\n"));
	put("hello");
	expect_got("5\r\nhello\r\n");
	hg_upload_end(w.upload);
	hg_ticket_feed(w.ticket);
	expect_got("5\r\nhello\r\n0\r\n\r\n");
	github_says(CREATED);
	expect_whole(201);
}

static char letter_of(size_t piece)
{
	return (char)('a' + piece % 26);
}

static size_t put_piece(size_t i)
{
	static char piece[PIECE];

	memset(piece, letter_of(i), PIECE);
	hg_upload_put(w.upload, (struct hg_str){ piece, PIECE });
	hg_ticket_feed(w.ticket);
	return PIECE;
}

static void what_github_does_not_read_is_not_asked_for(void **state)
{
	enum { BODY = 16 << 20 }; /* more than both kernels hold */
	size_t n = 0;

	(void)state;
	begin(BODY);
	w.reads = false;
	for (int closed = 0; closed < 50 && n < BODY; turn_on()) {
		if (!hg_upload_has_room(w.upload)) {
			closed++;
			continue;
		}
		n += put_piece(n / PIECE);
	}
	assert_true(n < BODY);
	wait_us(14 * SEC);
	assert_false(w.over);

	w.reads = true;
	for (; body_got().n < BODY; turn_in_time())
		if (n < BODY && hg_upload_has_room(w.upload))
			n += put_piece(n / PIECE);
	const char *got = body_got().p;
	for (size_t i = 0; i < BODY; i++)
		if (got[i] != letter_of(i / PIECE))
			fail_msg("byte %zu is another", i);
	github_says(CREATED);
	expect_whole(201);
}

static void a_client_that_stalls_does_not_make_github_late(void **state)
{
	(void)state;
	begin(10);
	put("hello");
	expect_got("hello");
	turn_on();
	wait_us(3600 * SEC);
	assert_false(w.over);
	put("world");
	expect_got("helloworld");
	wait_us(11 * SEC);
	assert_false(w.over);
	wait_us(1 * SEC);
	expect_refused(504, "upstream_timeout");
	expect_no_more(1);
}

/* -- ends -------------------------------------------------------------------------------------- */

static void a_client_that_leaves_ends_the_connection_and_nothing_is_repeated(void **state)
{
	(void)state;
	begin(10);
	put("hello");
	expect_got("hello");
	hg_ticket_cancel(w.ticket);
	while (!w.is_closed)
		turn_in_time();
	assert_true(hg_str_is(body_got(), HG_STR("hello")));
	github_closes();
	expect_no_more(1);
}

static void a_connection_that_closes_midway_ends_it_at_once(void **state)
{
	(void)state;
	begin(10);
	put("hello");
	expect_got("hello");
	turn_on();
	github_closes();
	expect_refused(502, "upstream_unreachable");
	expect_no_more(1);
}

/* libcurl itself repeats what met the end of a connection that had served before. */
static void what_was_touched_is_not_repeated_on_another_connection(void **state)
{
	(void)state;
	ask("GET", NULL);
	while (!body_got().p)
		turn_in_time();
	github_says(CREATED);
	expect_whole(201);
	drop_ticket();
	hg_text_clear(&w.got);
	begin(5);
	put("hello");
	expect_got("hello");
	assert_int_equal(w.n_accepted, 1);
	turn_on();
	github_closes();
	expect_refused(502, "upstream_unreachable");
	turn_on();
	assert_int_equal(w.got.n, 0); /* it may have opened one, and noticed then */
	expect_no_more(w.n_accepted);
}

static void an_early_answer_ends_it_though_the_client_stalls(void **state)
{
	static const char *const replies[] = {
		"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
		"HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n{}",
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin(10);
		put("hello");
		expect_got("hello");
		turn_on();
		github_says(replies[i]);
		if (i) {
			(void)shutdown(w.fd, SHUT_WR);
			turn_on();
		}
		expect_whole(413);
		assert_true(hg_str_is(hg_text_str(&w.reply), HG_STR("{}")));
		while (!w.is_closed)
			turn_in_time(); /* it expects the rest of a body there */
		github_closes();
		expect_no_more(i + 1);
		drop_ticket();
	}
}

/* The refusal is waited out: what the client sends meanwhile is the next try's. */
static void what_was_refused_takes_nothing_from_its_heir(void **state)
{
	(void)state;
	begin(10);
	github_says("HTTP/1.1 403 Forbidden\r\nRetry-After: 5\r\nContent-Length: 2\r\n"
		    "Connection: close\r\n\r\n");
	turn_on();
	put("hello");
	turn_on();
	assert_int_equal(body_got().n, 0);
	github_says("{}");
	while (!w.is_closed)
		turn_in_time();
	github_closes();
	wait_us(8 * SEC);
	put("world");
	expect_got("helloworld");
	assert_int_equal(w.n_accepted, 2);
	github_says(CREATED);
	expect_whole(201);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_length_is_announced_and_each_piece_goes_as_it_comes),
		T(without_a_length_it_goes_in_chunks),
		T(what_github_does_not_read_is_not_asked_for),
		T(a_client_that_stalls_does_not_make_github_late),
		T(a_client_that_leaves_ends_the_connection_and_nothing_is_repeated),
		T(a_connection_that_closes_midway_ends_it_at_once),
		T(what_was_touched_is_not_repeated_on_another_connection),
		T(an_early_answer_ends_it_though_the_client_stalls),
		T(what_was_refused_takes_nothing_from_its_heir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
