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
 * Nothing here sleeps: world_turn runs both loops until neither has anything to do.
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
#include "ticket/head.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"
#include "ticket/view.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
	bool unused; /* the snapshot's last reference went */

	struct peer peers[WORLD_PEERS];
	uint32_t n_peers;
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

static inline void world_turn(struct world *w)
{
	for (int i = 0; i < 100000; i++) {
		world_front_runs = true;
		bool ran = hg_loop_turn(w->loop);
		world_front_runs = false;
		ran |= hg_loop_turn(w->dispatcher);
		if (!ran)
			return;
	}
	fail_msg("the loops do not come to rest");
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
