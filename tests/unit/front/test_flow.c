/*
 * Everything at once and at random, from a fixed seed: clients that leave, trickle and talk
 * nonsense, an upstream that answers, cuts and is silent, plugins that wait and stream, time that
 * passes. What must hold whatever happens: each request that began is done once, each route's
 * request is gone once, each waiter is told once, and nothing is kept.
 */
#include "front_world.h"
#include <sys/syscall.h>

#define MOVES 20000
#define MAX_OPEN 64

static uint64_t random_state;

static uint32_t pick(uint32_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

static struct {
	uint32_t n_admitted, n_done, n_routed, n_gone, n_waited, n_told;
	struct hg_waiter *waiters[MAX_OPEN];
	uint32_t n_waiters;
	struct hg_request *streams[MAX_OPEN];
	uint32_t n_streams;
} seen;

static enum hg_verdict wait_here(struct hg_request *r)
{
	if (seen.n_waiters == MAX_OPEN)
		return HG_NEXT;
	seen.waiters[seen.n_waiters++] = hg_request_wait(r);
	seen.n_waited++;
	return HG_WAIT;
}

static enum hg_verdict any_verdict(struct hg_request *r)
{
	switch (pick(12)) {
	case 0:
		return wait_here(r);
	case 1:
		hg_request_refuse(r, 403, "no", -1, "No.");
		return HG_REFUSED;
	default:
		return HG_NEXT;
	}
}

static enum hg_verdict on_admit(void *self, struct hg_request *r)
{
	struct hg_instance *in = hg_instance_of(self);

	/* A slot that is not empty would mean that this request was admitted before. */
	assert_null(*hg_request_slot(r, self));
	*hg_request_slot(r, self) = in;
	seen.n_admitted++;
	return any_verdict(r);
}

static enum hg_verdict on_lookup(void *self, struct hg_request *r)
{
	static const struct hg_field etag[] = { FIELD("ETag", "\"1\"") };

	(void)self;
	if (pick(4))
		return any_verdict(r);
	struct hg_stored *kept = hg_stored_make(200, etag, 1, HG_STR("kept"));
	hg_request_answer_with(r, kept, "hit", 1);
	hg_stored_unref(kept);
	return HG_ANSWERED;
}

static enum hg_verdict on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	(void)self;
	(void)r;
	if (pick(2))
		hg_reply_keep(reply, 1 + pick(200));
	return HG_NEXT;
}

static void on_keep(void *self, struct hg_request *r, const struct hg_reply *reply)
{
	(void)self;
	(void)r;
	assert_true(hg_reply_body(reply).n <= 200);
}

static void on_done(void *self, struct hg_request *r)
{
	if (*hg_request_slot(r, self))
		seen.n_done++;
}

static enum hg_verdict on_stream(void *self, struct hg_request *r)
{
	(void)self;
	seen.n_routed++;
	if (seen.n_streams == MAX_OPEN) {
		hg_reply_text(r, 503, NULL, HG_STR("full"));
		return HG_ANSWERED;
	}
	seen.streams[seen.n_streams++] = r;
	if (pick(2))
		hg_reply_begin(r, 200, -1);
	return HG_ANSWERED;
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)self;
	seen.n_gone++;
	for (uint32_t i = 0; i < seen.n_streams; i++)
		if (seen.streams[i] == r)
			seen.streams[i--] = seen.streams[--seen.n_streams];
}

static enum hg_verdict on_post(void *self, struct hg_request *r)
{
	(void)self;
	seen.n_routed++;
	return any_verdict(r);
}

static enum hg_verdict on_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	(void)self;
	(void)piece;
	if (!end)
		return any_verdict(r);
	hg_reply_text(r, 200, NULL, HG_STR("thanks"));
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/stream", .on_request = on_stream, .on_gone = on_gone },
	{ .methods = "POST",
		.path = "/post",
		.max_body_bytes = 300,
		.on_request = on_post,
		.on_body = on_body,
		.on_gone = on_gone },
	{ 0 },
};

static const struct hg_plugin chaos = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "chaos",
	HG_PLUGIN_ROWS,
	.self_size = 8,
	.routes = routes,
	.on_admit = on_admit,
	.on_lookup = on_lookup,
	.on_head = on_head,
	.on_keep = on_keep,
	.on_done = on_done };

static enum hg_verdict resumed(void *self, struct hg_request *r, void *arg)
{
	(void)self;
	(void)arg;
	seen.n_told++;
	return r ? (pick(3) ? HG_NEXT : any_verdict(r)) : HG_NEXT;
}

static const char *const requests[] = {
	GET("/user"),
	GET("/repos/o/r") GET("/user"),
	GET("/stream"),
	"HEAD /user HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET /user HTTP/1.0\r\n\r\n",
	"GET /stream HTTP/1.0\r\n\r\n",
	"GET /user HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
	"GET /user HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"1\"\r\n\r\n",
	"POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789",
	("POST /post HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
	 "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n3;x\r\nabc\r\n0\r\n\r\n"),
	"POST /post HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
	"POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
	"POST /user HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
	"GET / nonsense\r\n\r\n",
	"GET /stream HTTP/1.1\r\n",
	"PUT /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
};

static void say_something(struct peer *p)
{
	const char *text = requests[pick(sizeof(requests) / sizeof(requests[0]))];
	size_t n = strlen(text), cut = pick(3) ? n : pick((uint32_t)n);

	if (p->closed || p->reset)
		return;
	if (send(p->fd, text, cut, MSG_NOSIGNAL | MSG_DONTWAIT) < (ssize_t)cut)
		return;
	if (pick(2))
		world_turn(p->world);
	(void)send(p->fd, text + cut, n - cut, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void meet_someone(struct world *w, uint32_t n)
{
	struct peer *p = n < w->n_peers ? &w->peers[n] : NULL;

	if (!p) {
		(void)world_connect(w);
		return;
	}
	close(p->fd);
	hg_text_fini(&p->heard);
	uint32_t all = w->n_peers;
	w->n_peers = n;
	memset(p, 0, sizeof(*p));
	(void)world_connect(w);
	w->n_peers = all;
}

/* What stage a ticket is in is the test's to know: a head once, then pieces, then the end. */
static bool has_head[WORLD_TICKETS];

static void answer_someone(struct world *w)
{
	static char piece[50000];
	uint32_t open[64], n = 0;

	for (uint32_t i = 0; i < w->n_tickets && n < 64; i++)
		if (!w->ended[i])
			open[n++] = i;
	if (!n)
		return;
	uint32_t i = open[pick(n)];
	if (!pick(6)) {
		world_end(w, i,
			&(struct hg_ticket_end){ .code = HG_EIO, .status = 502, .lead = true });
	} else if (!has_head[i]) {
		static const struct hg_field five[] = { FIELD("Content-Length", "5") };
		world_give_head(w, i, pick(4) ? 200 : 304, five, pick(2));
		has_head[i] = true;
	} else if (pick(2)) {
		memset(piece, 'x', sizeof(piece) - 1);
		piece[pick(5) ? 5 : sizeof(piece) - 1] = '\0';
		(void)world_give(w, i, piece);
	} else {
		world_end(w, i, &(struct hg_ticket_end){ .lead = pick(2) });
	}
}

static void stream_something(void)
{
	static char piece[60000];

	if (!seen.n_streams)
		return;
	struct hg_request *r = seen.streams[pick(seen.n_streams)];
	switch (pick(6)) {
	case 0:
		hg_reply_end(r);
		break;
	case 1:
		hg_reply_abort(r);
		break;
	case 2:
		memset(piece, 'y', sizeof(piece));
		(void)hg_reply_send(r, (struct hg_str){ piece, sizeof(piece) });
		break;
	default:
		(void)hg_reply_send(r, HG_STR("data\n\n"));
	}
}

static void resume_someone(void)
{
	if (!seen.n_waiters)
		return;
	uint32_t i = pick(seen.n_waiters);
	struct hg_waiter *waiter = seen.waiters[i];
	seen.waiters[i] = seen.waiters[--seen.n_waiters];
	hg_waiter_resume(waiter, resumed, NULL);
}

static void move(struct world *w)
{
	uint32_t n = pick(16);

	switch (pick(14)) {
	case 0:
		meet_someone(w, n);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		if (n < w->n_peers)
			say_something(&w->peers[n]);
		break;
	case 5:
	case 6:
	case 7:
		answer_someone(w);
		break;
	case 8:
		stream_something();
		break;
	case 9:
	case 10:
		resume_someone();
		break;
	case 11:
		if (n < w->n_peers) {
			hg_text_clear(&w->peers[n].heard);
			peer_read(&w->peers[n], 100000);
		}
		break;
	case 12:
		world_wait(w, pick(3 * SEC));
		break;
	default:
		if (pick(3))
			world_turn(w);
	}
}

static void nobody_is_lost_and_nobody_is_told_twice(void **state)
{
	(void)state;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct world *w = hg_alloc0(sizeof(*w));
		struct hg_front_state look;
		random_state = seed;
		memset(&seen, 0, sizeof(seen));
		memset(has_head, 0, sizeof(has_head));
		world_init(w);
		w->snapshot.http.max_connections = 12;
		world_plug(w, &chaos);
		world_start(w);
		for (uint32_t i = 0; i < MOVES && w->n_tickets < WORLD_TICKETS - 100; i++)
			move(w);
		world_turn(w);
		hg_front_look(w->front, &look);
		assert_true(look.requests > 500 && look.bad > 20 && look.answered > 300);
		hg_front_free(w->front);
		w->front = NULL;
		while (seen.n_waiters)
			resume_someone();
		world_turn(w);
		assert_int_equal(seen.n_done, seen.n_admitted);
		assert_int_equal(seen.n_gone, seen.n_routed);
		assert_int_equal(seen.n_told, seen.n_waited);
		assert_int_equal(seen.n_streams, 0);
		for (uint32_t i = 0; i < w->n_tickets; i++)
			assert_true(w->ended[i]); /* by the test, or because it was cancelled */
		world_stop(w);
		hg_free(w);
	}
}

/* -- the n-th call to the kernel fails -------------------------------------------------------- */

/* The front's calls end here instead of in libc; those of the test's clients pass. */
static struct {
	uint32_t countdown; /* 1: the next one fails; 0: none does */
	int number;         /* errno, or 0: a sendmsg takes one byte only */
	bool failed;
} kernel;

static bool fails_now(void)
{
	if (!world_front_runs || !kernel.countdown || --kernel.countdown)
		return false;
	kernel.failed = true;
	errno = kernel.number;
	return true;
}

ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	if (fails_now() && kernel.number)
		return -1;
	return syscall(SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (fails_now()) {
		if (kernel.number)
			return -1;
		return syscall(SYS_sendto, fd, msg->msg_iov[0].iov_base, 1, flags, NULL, 0);
	}
	return syscall(SYS_sendmsg, fd, msg, flags);
}

int accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags)
{
	if (fails_now() && kernel.number)
		return -1;
	return (int)syscall(SYS_accept4, fd, peer, n, flags);
}

static enum hg_verdict on_plain(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_begin(r, 200, -1);
	(void)hg_reply_send(r, HG_STR("plain"));
	hg_reply_end(r);
	return HG_ANSWERED;
}

static enum hg_verdict on_echo(void *self, struct hg_request *r)
{
	(void)self;
	seen.n_routed++;
	hg_reply_begin(r, 200, -1);
	return HG_NEXT;
}

static enum hg_verdict on_echo_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	(void)self;
	(void)hg_reply_send(r, piece);
	if (!end)
		return HG_NEXT;
	hg_reply_end(r);
	return HG_ANSWERED;
}

static const struct hg_route plain_routes[] = {
	{ .methods = "GET", .path = "/plain", .on_request = on_plain },
	{ .methods = "POST",
		.path = "/echo",
		.max_body_bytes = 300,
		.on_request = on_echo,
		.on_body = on_echo_body,
		.on_gone = on_gone },
	{ 0 },
};

static void on_plain_done(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	seen.n_done++;
}

static const struct hg_plugin plain = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "plain",
	HG_PLUGIN_ROWS,
	.routes = plain_routes,
	.on_done = on_plain_done };

/* What the client of one conversation heard, in a world where one call fails. */
static void converse(uint32_t countdown, int number, struct hg_text *heard)
{
	struct world w;
	world_init(&w);
	world_plug(&w, &plain);
	world_start(&w);
	memset(&seen, 0, sizeof(seen));
	kernel.countdown = countdown;
	kernel.number = number;
	kernel.failed = false;
	struct peer *p = world_connect(&w);

	peer_say(p, GET("/plain") GET("/plain") "GET /plain HT");
	peer_say(p, "TP/1.1\r\nHost: localhost\r\n\r\n");
	peer_say(p, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
	(void)peer_hear(p);
	peer_say(p, "56789");
	peer_say(p, GET("/user") GET("/plain"));
	if (w.n_tickets) {
		world_give_head(&w, 0, 200, NULL, 0);
		world_give(&w, 0, "upstream");
		world_turn(&w);
		if (!w.ended[0])
			world_finish(&w, 0);
	}
	(void)peer_hear(p);
	hg_text_init(heard);
	hg_text_add(heard, hg_text_str(&p->heard));
	hg_text_add_char(heard, '\n');
	kernel.countdown = 0;
	struct hg_front_state look;
	hg_front_look(w.front, &look);
	world_stop(&w);
	assert_int_equal(seen.n_done, look.requests);
	assert_int_equal(seen.n_gone, seen.n_routed);
}

static void any_call_to_the_kernel_may_fail(void **state)
{
	(void)state;
	static const int numbers[] = { EAGAIN, EINTR, 0, ECONNRESET, EPIPE, EMFILE };

	for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
		for (uint32_t n = 1; n <= 64; n++) {
			struct hg_text heard;
			converse(n, numbers[k], &heard);
			bool failed = kernel.failed;
			if (k < 3 || !failed) { /* not now, and a short write, lose nothing */
				assert_int_equal(count_of(heard.p, "5\r\nplain\r\n0\r\n\r\n"), 4);
				assert_int_equal(count_of(heard.p, "5\r\n01234\r\n"), 1);
				assert_int_equal(count_of(heard.p, "5\r\n56789\r\n0\r\n"), 1);
				assert_int_equal(count_of(heard.p, "8\r\nupstream\r\n0\r\n"), 1);
			}
			hg_text_fini(&heard);
			if (!failed)
				break;
			assert_true(n < 64);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_lost_and_nobody_is_told_twice),
		cmocka_unit_test(any_call_to_the_kernel_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
