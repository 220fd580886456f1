/* Who keeps a place in a front, or its share of memory, when there are not enough of them. */
#include "conn_site.h"

#include "front/conn.h"
#include <sys/resource.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_reads_nothing_for_longest_gives_way),
		cmocka_unit_test(who_reads_in_sips_is_not_cut),
		cmocka_unit_test(who_takes_nothing_of_its_reply_gives_its_place),
		cmocka_unit_test(windows_are_small_while_queues_are_long),
		cmocka_unit_test(the_oldest_idle_conn_gives_its_place),
		cmocka_unit_test(who_does_not_come_to_a_request_gives_its_place),
		cmocka_unit_test(a_conn_that_came_just_now_keeps_its_place),
		cmocka_unit_test(without_descriptors_those_just_accepted_stay),
		cmocka_unit_test(an_idle_conn_whose_request_is_there_is_not_closed),
		cmocka_unit_test(busy_conns_make_new_ones_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
