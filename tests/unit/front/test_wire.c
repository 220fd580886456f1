#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/wire.h"
#include "ticket/chunk.h"
#include <errno.h>
#include <event2/event.h>
#include <hg/mem.h>
#include <hg/reply.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A wire on one end of a socketpair; the test holds the other end. */
struct world {
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_wire wire;
	int far;
	uint32_t n_settled, n_events;
};

static void on_event(int fd, short what, void *arg)
{
	struct world *w = arg;

	(void)fd;
	w->n_events++;
	hg_loop_busy(w->loop);
	if (what & EV_WRITE)
		hg_wire_flush(&w->wire);
}

static void settle(struct hg_later *later)
{
	HG_CONTAINER(later, struct world, wire.later)->n_settled++;
}

static void turn(struct world *w)
{
	for (int i = 0; i < 1000 && hg_loop_turn(w->loop); i++)
		continue;
}

static void start(struct world *w)
{
	int pair[2], small = 4 << 10;

	memset(w, 0, sizeof(*w));
	w->clock = hg_clock_new_held((struct hg_now){ 1, 1 });
	w->loop = hg_loop_new(w->clock, HG_THREAD_FRONT, "front", 8);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	hg_wire_open(&w->wire, w->loop, pair[0], on_event, w, settle);
	w->far = pair[1];
}

static void stop(struct world *w)
{
	hg_wire_close(&w->wire, false);
	turn(w);
	if (w->far >= 0)
		close(w->far);
	hg_loop_free(w->loop);
	hg_clock_free(w->clock);
}

static size_t hear(struct world *w, char *to, size_t room)
{
	size_t n = 0;

	while (n < room) {
		ssize_t got = recv(w->far, to + n, room - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

static struct hg_piece bytes(const char *text)
{
	return (struct hg_piece){ hg_str(text), HG_PIECE_BYTES, NULL };
}

static void what_the_socket_takes_is_not_queued(void **state)
{
	struct world w;
	struct hg_piece pieces[2] = { bytes("one "), bytes("two") };
	char got[16] = "";

	(void)state;
	start(&w);
	hg_wire_write(&w.wire, pieces, 2);
	assert_int_equal(w.wire.unsent_bytes, 0);
	assert_int_equal(w.wire.sent_bytes, 7);
	assert_int_equal(hear(&w, got, sizeof(got)), 7);
	assert_memory_equal(got, "one two", 7);
	stop(&w);
}

/* Pieces of every kind, more than the socket takes: they arrive once and in order. */
static void what_has_to_wait_keeps_its_order(void **state)
{
	enum { N = 3 << 16 };
	struct world w;
	char *all = hg_alloc(N), *got = hg_alloc(N + 1), *made = hg_alloc(N);
	size_t n_made = 0, n_got = 0;

	(void)state;
	for (size_t i = 0; i < N; i++)
		all[i] = (char)(i * 31 >> 3);
	start(&w);
	for (size_t i = 0, n = 1; n_made + n <= N; i++, n = 1 + i * 977 % 9000) {
		struct hg_str run = { all + n_made, n };
		if (i % 4 == 0) {
			hg_wire_append(&w.wire, run);
		} else if (i % 4 == 1) {
			struct hg_piece piece = { run, HG_PIECE_STATIC, NULL };
			hg_wire_write(&w.wire, &piece, 1);
		} else if (i % 4 == 2) {
			struct hg_chunk *c = hg_chunk_new(run);
			struct hg_piece piece = { { c->bytes, c->n }, HG_PIECE_CHUNK, c };
			hg_wire_queue(&w.wire, &piece);
			hg_chunk_unref(c); /* the wire has its own reference */
		} else {
			struct hg_stored *kept = hg_stored_make(200, NULL, 0, run);
			struct hg_piece piece = { hg_stored_body(kept), HG_PIECE_STORED, kept };
			hg_wire_write(&w.wire, &piece, 1);
			hg_stored_unref(kept);
		}
		memcpy(made + n_made, run.p, n);
		n_made += n;
		assert_int_equal(hg_wire_end(&w.wire), n_made);
	}
	assert_true(w.wire.unsent_bytes > 0);
	for (int i = 0; i < 10000 && n_got < n_made; i++) {
		hg_wire_watch(&w.wire, true);
		turn(&w);
		n_got += hear(&w, got + n_got, N + 1 - n_got);
	}
	assert_int_equal(n_got, n_made);
	assert_memory_equal(got, made, n_made);
	assert_true(w.wire.moved);
	assert_int_equal(w.wire.unsent_bytes, 0);
	stop(&w);
	hg_free(all);
	hg_free(got);
	hg_free(made);
}

static void what_is_still_queued_can_be_taken_back(void **state)
{
	struct world w;
	struct hg_chunk *c = hg_chunk_new(HG_STR("chunk"));
	struct hg_piece piece = { { c->bytes, c->n }, HG_PIECE_CHUNK, c };
	char got[64] = "";

	(void)state;
	start(&w);
	hg_wire_append(&w.wire, HG_STR("kept "));
	uint64_t from = hg_wire_end(&w.wire);
	hg_wire_append(&w.wire, HG_STR("dropped"));
	hg_wire_queue(&w.wire, &piece);
	hg_wire_append(&w.wire, HG_STR("dropped as well"));
	hg_chunk_unref(c);
	assert_true(hg_wire_take_back(&w.wire, from));
	assert_int_equal(hg_wire_end(&w.wire), from);
	hg_wire_append(&w.wire, HG_STR("instead"));
	hg_wire_flush(&w.wire);
	assert_int_equal(hear(&w, got, sizeof(got)), 12);
	assert_memory_equal(got, "kept instead", 12);
	assert_false(hg_wire_take_back(&w.wire, from)); /* it has left */
	stop(&w);
}

static void a_client_that_left_breaks_it_and_its_owner_settles_once(void **state)
{
	struct world w;
	struct hg_piece piece = bytes("to nobody");

	(void)state;
	start(&w);
	close(w.far);
	w.far = -1;
	hg_wire_write(&w.wire, &piece, 1);
	hg_wire_write(&w.wire, &piece, 1);
	assert_true(w.wire.broken);
	assert_int_equal(w.wire.unsent_bytes, 0);
	assert_int_equal(w.n_settled, 0); /* not under the caller's feet */
	turn(&w);
	assert_int_equal(w.n_settled, 1);
	stop(&w);
}

static void within_a_callback_of_its_owner_nothing_is_settled_later(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.wire.entered++;
	hg_wire_break(&w.wire, true);
	w.wire.entered--;
	turn(&w);
	assert_int_equal(w.n_settled, 0);
	stop(&w);
}

/* On a Unix socket, too: the other end takes less than what would make it writable. */
static void a_look_sees_what_the_other_end_took(void **state)
{
	static char much[1 << 20], some[8 << 10];
	struct world w;
	struct hg_piece piece = { .bytes = { some, sizeof(some) }, .kind = HG_PIECE_STATIC };
	int large = 256 << 10;

	(void)state;
	start(&w);
	assert_int_equal(
		setsockopt((int)w.wire.event.ev_fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large)),
		0);
	while (!w.wire.unsent_bytes)
		hg_wire_write(&w.wire, &piece, 1);
	uint64_t sent = w.wire.sent_bytes;
	hg_wire_watch(&w.wire, false);
	(void)hg_wire_look(&w.wire);
	assert_false(hg_wire_look(&w.wire));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(recv(w.far, much, 2 * sizeof(some), 0), 2 * sizeof(some));
		turn(&w);
		assert_true(hg_wire_look(&w.wire));
		assert_false(hg_wire_look(&w.wire));
	}
	assert_int_equal(w.wire.sent_bytes, sent);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_socket_takes_is_not_queued),
		cmocka_unit_test(what_has_to_wait_keeps_its_order),
		cmocka_unit_test(what_is_still_queued_can_be_taken_back),
		cmocka_unit_test(a_client_that_left_breaks_it_and_its_owner_settles_once),
		cmocka_unit_test(a_look_sees_what_the_other_end_took),
		cmocka_unit_test(within_a_callback_of_its_owner_nothing_is_settled_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
