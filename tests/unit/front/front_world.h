/*
 * front_world - a front on a loopback socket, a clock that stands still, a dispatcher that does
 * what the test says, and clients of whom every byte is written in the test.
 *
 *     struct world w;
 *     world_start(&w, routes);               instances of plugins are added before, see below
 *     struct peer *p = world_connect(&w);
 *     peer_say(p, "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
 *     assert_non_null(strstr(peer_hear(p), "200 OK"));
 *     world_stop(&w);
 *
 * Nothing here sleeps: world_turn runs both loops until neither has anything to do, and nothing is
 * on its way between the two ends of a connection any more.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/instance.h"
#include "base/loop.h"
#include "base/text.h"
#include "front/front.h"
#include "front/router.h"
#include "front/state.h"
#include "tcp_end.h"
#include "ticket/head.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"
#include "ticket/view.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <hg/mem.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEC INT64_C(1000000)
#define WORLD_PEERS 64
#define WORLD_TICKETS 4096

struct peer {
	struct world *world;
	int fd;
	uint16_t port;        /* of a TCP one; stays when it has left */
	struct hg_text heard; /* all since the last peer_forget */
	bool closed;          /* the front ended it: FIN */
	bool reset;           /* … or RST */
};

struct world {
	struct hg_clock *clock;
	struct hg_loop *loop, *dispatcher;
	struct hg_snapshot snapshot;
	struct hg_listener_conf listener;
	struct hg_instance *instances[8];
	struct hg_port port;
	struct hg_view *view;
	struct hg_front *front;
	struct sockaddr_in at;
	bool unused;     /* the snapshot's last reference went */
	bool wants_acks; /* the clients' kernels have said what they hold: that takes up to 40 ms */
	bool hasty;      /* what is on its way does not arrive: nobody waits for it any more */

	struct peer peers[WORLD_PEERS];
	uint32_t n_peers, n_connected;            /* … over TCP */
	struct hg_ticket *tickets[WORLD_TICKETS]; /* submitted, with the dispatcher's reference */
	bool ended[WORLD_TICKETS];
	uint32_t n_tickets, n_cancelled, n_resumed, n_fed;
};

static inline void world_on_submit(struct hg_port *port, struct hg_ticket *t)
{
	struct world *w = HG_CONTAINER(port, struct world, port);

	assert_true(w->n_tickets < WORLD_TICKETS);
	w->tickets[w->n_tickets++] = t;
}

static inline void world_end(struct world *w, uint32_t i, const struct hg_ticket_end *end)
{
	assert_true(i < w->n_tickets && !w->ended[i]);
	w->ended[i] = true;
	hg_ticket_give_end(w->tickets[i], end);
}

static inline void world_on_wish(struct hg_port *port, struct hg_ticket *t)
{
	struct world *w = HG_CONTAINER(port, struct world, port);
	struct hg_wish wish = hg_ticket_take_wish(t);

	w->n_resumed += wish.resume;
	w->n_fed += wish.feed;
	for (uint32_t i = 0; wish.cancel && i < w->n_tickets; i++)
		if (w->tickets[i] == t && !w->ended[i]) {
			w->n_cancelled++;
			world_end(w, i, &(struct hg_ticket_end){ .code = HG_ECANCELLED });
		}
}

static inline void world_on_unused(struct hg_snapshot *s)
{
	((struct world *)s->owner)->unused = true;
}

static bool world_front_runs; /* for tests that stand between the front and the kernel */

/* True: there was something to do. */
static inline bool world_run(struct world *w)
{
	for (int i = 0; i < 100000; i++) {
		world_front_runs = true;
		bool ran = hg_loop_turn(w->loop);
		world_front_runs = false;
		ran |= hg_loop_turn(w->dispatcher);
		if (!ran)
			return i > 0;
	}
	fail_msg("the loops do not come to rest");
	return false;
}

static inline struct hg_conn *world_conn_of(struct world *w, const struct peer *p)
{
	struct hg_conn *c;

	for (int wait = 0; p->port && wait < HG_CONN_WAITS; wait++) {
		HG_LIST_EACH(&w->front->waits[wait], c, link)
		if (!hg_conn_is_inner(c) &&
			tcp_port((int)c->wire.event.ev_fd, getpeername) == p->port)
			return c;
	}
	return NULL;
}

/* Is nothing on its way between the client and its conn? */
static inline bool peer_rests(struct world *w, const struct peer *p, uint64_t n_waiting)
{
	const struct hg_conn *c = world_conn_of(w, p);
	struct tcp_end far, near;
	bool has_far = tcp_end_look(p->fd, &far);
	bool has_near = c && tcp_end_look((int)c->wire.event.ev_fd, &near);

	if (has_far && has_near)
		return tcp_end_reached(&far, &near) && tcp_end_reached(&near, &far) &&
		       (!w->wants_acks || !near.unacked);
	if (has_far) /* the front ended it, or has not accepted it yet */
		return far.readable || n_waiting || far.state >= TCP_END_CLOSED;
	/* The client left: the front will hear of it. */
	return !has_near || (near.state != TCP_END_OPEN && near.state != TCP_END_FIN_SENT &&
				    near.state != TCP_END_FIN_TAKEN);
}

static inline bool world_rests(struct world *w)
{
	uint64_t n_waiting = 0;
	struct tcp_end listening;
	struct hg_gate *g;

	if (!w->front)
		return true;
	HG_LIST_EACH(&w->front->gates, g, link)
	if (tcp_end_look(g->fd, &listening))
		n_waiting += listening.unacked;
	if (w->front->n_accepted + n_waiting < w->n_connected)
		return false;
	for (uint32_t i = 0; i < w->n_peers; i++)
		if (w->peers[i].port && !peer_rests(w, &w->peers[i], n_waiting))
			return false;
	return true;
}

static inline int64_t world_real_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SEC + t.tv_nsec / 1000;
}

static inline void world_turn(struct world *w)
{
	int64_t until_us = 0;

	(void)world_run(w);
	for (int i = 0;; i++) {
		bool rests = w->hasty || world_rests(w); /* before what it has brought is seen to */
		if (!world_run(w) && rests)
			return;
		if (rests || i < 20)
			continue;
		if (!until_us)
			until_us = world_real_us() + 2 * SEC;
		w->hasty = world_real_us() > until_us;
		(void)sched_yield(); /* to the kernel's own threads */
	}
}

static inline void world_wait(struct world *w, int64_t us)
{
	struct hg_now now = hg_clock_read(w->clock);

	now.mono_us += us;
	now.wall_us += us;
	hg_clock_set(w->clock, now);
	world_turn(w);
}

/* Before world_start: an instance, and its hooks in the lists of the snapshot. */
static inline struct hg_instance *world_plug(struct world *w, const struct hg_plugin *table)
{
	struct hg_snapshot *s = &w->snapshot;
	struct hg_instance *in = hg_instance_new(table->name, table, s->n_instances);

	s->instances = w->instances;
	w->instances[s->n_instances++] = in;
	if (table->on_admit)
		s->admit.in[s->admit.n++] = in;
	if (table->on_weigh)
		s->weigh.in[s->weigh.n++] = in;
	if (table->on_lookup)
		s->lookup.in[s->lookup.n++] = in;
	if (table->on_head)
		s->head.in[s->head.n++] = in;
	if (table->on_keep)
		s->keep.in[s->keep.n++] = in;
	if (table->on_done)
		s->done.in[s->done.n++] = in;
	for (const struct hg_route *r = table->routes; r && r->path; r++) {
		if (!w->listener.router)
			w->listener.router = hg_router_new();
		assert_int_equal(hg_router_add(w->listener.router, in, in->self, r, NULL), 0);
	}
	return in;
}

static inline void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	struct hg_snapshot *s = &w->snapshot;
	atomic_init(&s->refs, 1);
	s->generation = 1;
	s->http = (struct hg_http_conf){ .max_head_bytes = 64 << 10,
		.max_fields = 100,
		.max_target_bytes = 8 << 10,
		.max_body_bytes = 1 << 20,
		.max_buffered_bytes = 64 << 20,
		.max_unsent_bytes = 64 << 20,
		.head_timeout_us = 10 * SEC,
		.body_timeout_us = 30 * SEC,
		.body_total_timeout_us = 600 * SEC,
		.idle_timeout_us = 60 * SEC,
		.write_timeout_us = 30 * SEC,
		.linger_timeout_us = 2 * SEC,
		.max_connections = 1000,
		.write_window_bytes = 256 << 10,
		.passthrough = true };
	s->n_upstreams = 1;
	s->upstreams[0].name = "main";
	s->upstreams[0].base_url = "https://api.github.com";
	hg_snapshot_set_origins(s);
	s->dispatch.deadline_us = 60 * SEC;
	s->n_listeners = 1;
	s->listeners = &w->listener;
	s->on_unused = world_on_unused;
	s->owner = w;
	w->listener.name = "127.0.0.1:0";
	w->listener.faces = HG_FACE_GITHUB;
	w->listener.is_loopback = true;
	w->clock = hg_clock_new_held((struct hg_now){ 1000 * SEC, INT64_C(1700000000) * SEC });
	w->loop = hg_loop_new(w->clock, HG_THREAD_FRONT, "front", 64);
	w->dispatcher = hg_loop_new(w->clock, HG_THREAD_DISPATCHER, "dispatcher", 64);
	w->port = (struct hg_port){ w->dispatcher, world_on_submit, world_on_wish };
	w->view = hg_view_new();
}

static inline int world_listen(struct sockaddr_in *ret_at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(*ret_at);
	int small = 16 << 10; /* so that replies meet a full socket */

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	*ret_at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)ret_at, n), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)ret_at, &n), 0);
	return fd;
}

static inline void world_start(struct world *w)
{
	w->front = hg_front_new(w->loop, &w->snapshot, &w->port, w->view);
	hg_front_listen(w->front, world_listen(&w->at), 0);
}

/* Everything goes, and everything that was held must be given back. */
static inline void world_stop(struct world *w)
{
	hg_front_free(w->front);
	w->front = NULL;
	world_turn(w);
	for (uint32_t i = 0; i < w->n_tickets; i++)
		hg_ticket_unref(w->tickets[i]);
	for (uint32_t i = 0; i < w->n_peers; i++) {
		if (w->peers[i].fd >= 0)
			close(w->peers[i].fd);
		hg_text_fini(&w->peers[i].heard);
	}
	assert_false(w->unused);
	hg_snapshot_unref(&w->snapshot);
	assert_true(w->unused); /* nobody kept a reference */
	for (uint32_t i = 0; i < w->snapshot.n_instances; i++)
		hg_instance_free(w->instances[i]);
	hg_router_free(w->listener.router);
	hg_view_free(w->view);
	hg_loop_free(w->loop);
	hg_loop_free(w->dispatcher);
	hg_clock_free(w->clock);
}

static inline struct peer *world_connect_to(struct world *w, const struct sockaddr_in *at)
{
	assert_true(w->n_peers < WORLD_PEERS);
	struct peer *p = &w->peers[w->n_peers++];

	p->world = w;
	hg_text_init(&p->heard);
	int small = 16 << 10, on = 1;
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	(void)setsockopt(p->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	(void)setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	assert_int_equal(connect(p->fd, (const struct sockaddr *)at, sizeof(*at)), 0);
	p->port = tcp_port(p->fd, getsockname);
	w->n_connected++;
	assert_int_equal(fcntl(p->fd, F_SETFL, O_NONBLOCK), 0);
	world_turn(w);
	return p;
}

static inline struct peer *world_connect(struct world *w)
{
	return world_connect_to(w, &w->at);
}

/* Reads what is there, at most `max` bytes. */
static inline void peer_read(struct peer *p, size_t max)
{
	char buf[16384];

	while (max && !p->closed && !p->reset) {
		ssize_t n = recv(p->fd, buf, max < sizeof(buf) ? max : sizeof(buf), 0);
		if (n == 0)
			p->closed = true;
		if (n < 0 && errno != EAGAIN)
			p->reset = true;
		if (n <= 0)
			return;
		hg_text_add(&p->heard, (struct hg_str){ buf, (size_t)n });
		max -= (size_t)n;
	}
}

static inline void peer_say_bytes(struct peer *p, const char *bytes, size_t n)
{
	while (n) {
		ssize_t sent = send(p->fd, bytes, n, MSG_NOSIGNAL);
		if (sent < 0) {
			if (errno == ECONNRESET || errno == EPIPE)
				return; /* the front cut it: peer_read will see that */
			assert_int_equal(errno, EAGAIN);
			sent = 0;
		}
		bytes += sent;
		n -= (size_t)sent;
		world_turn(p->world);
	}
}

static inline void peer_say(struct peer *p, const char *text)
{
	peer_say_bytes(p, text, strlen(text));
}

/* All that it was told so far; reads until nothing more comes. */
static inline const char *peer_hear(struct peer *p)
{
	size_t before;

	do {
		before = p->heard.n;
		world_turn(p->world);
		peer_read(p, SIZE_MAX);
	} while (p->heard.n != before);
	return p->heard.p ? p->heard.p : "";
}

static inline void peer_forget(struct peer *p)
{
	(void)peer_hear(p);
	hg_text_clear(&p->heard);
	if (p->heard.p)
		p->heard.p[0] = '\0';
}

static inline void peer_leave(struct peer *p)
{
	close(p->fd);
	p->fd = -1;
	world_turn(p->world);
}

static inline uint32_t count_of(const char *text, const char *word)
{
	size_t n_word = strlen(word);
	const char *end = text + strlen(text);
	uint32_t n = 0;

	for (; (text = memmem(text, (size_t)(end - text), word, n_word)); text += n_word)
		n++;
	return n;
}

/* What the dispatcher would send: a head with these fields, "name: value\n" each. */
static inline void world_give_head(
	struct world *w, uint32_t i, int status, const struct hg_field *fields, uint32_t n)
{
	struct hg_head *head = hg_head_new(status, fields, n);
	struct hg_head_note note = { .alias = "main", .resource = "core", .waited_us = 7000 };

	hg_ticket_give_head(w->tickets[i], head, &note);
	hg_head_unref(head);
}

static inline bool world_give(struct world *w, uint32_t i, const char *text)
{
	struct hg_chunk *c = hg_chunk_new(hg_str(text));
	bool full = hg_ticket_give_chunk(w->tickets[i], c, 64 << 10);

	hg_chunk_unref(c);
	return full;
}

static inline void world_finish(struct world *w, uint32_t i)
{
	world_end(w, i, &(struct hg_ticket_end){ .lead = true, .retry_after_s = -1 });
	world_turn(w);
}

#define FIELD(name, value)                  \
	{                                   \
		HG_STR(name), HG_STR(value) \
	}
#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
