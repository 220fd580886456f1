#include "front/conn.h"
#include "base/metric.h"
#include "front/flow.h"
#include "front/phase.h"
#include "front/preface.h"
#include "front/proxy.h"
#include <event2/event.h>
#include <hg/mem.h>
#include <string.h>

enum {
	READ_ROOM_BYTES = 16 << 10, /* read at a time into a conn's own buffer */
	AHEAD_BYTES = 16 << 10,     /* of requests that wait for the one before them */
};

/* -- waiting ----------------------------------------------------------------------------------- */

/* It moved: its timeout begins anew. */
static void touch(struct hg_conn *c)
{
	c->since_us = hg_front_now_us(c->front);
	hg_list_move(&c->link, &c->front->waits[c->wait]);
	if (c->wait == HG_WAIT_WRITE)
		(void)hg_wire_look(&c->wire); /* from here on less is progress */
}

static void set_wait(struct hg_conn *c, enum hg_conn_wait wait)
{
	if (c->wait == wait)
		return;
	c->wait = (uint8_t)wait;
	touch(c);
	if (wait != HG_WAIT_NOTHING)
		hg_front_sweep_by(c->front, c->since_us + hg_front_timeout_us(c->front, wait));
}

static enum hg_conn_wait wait_of(const struct hg_conn *c)
{
	const struct hg_request *r = c->request;

	if (c->lingers)
		return HG_WAIT_LINGER;
	if (c->is_prefaced || hg_wire_is_shaking(&c->wire))
		return HG_WAIT_SHAKING;
	if (c->wire.out_first)
		return HG_WAIT_WRITE;
	if (!r)
		return HG_WAIT_REQUEST;
	if (r->step == HG_STEP_HEAD)
		return HG_WAIT_HEAD;
	return hg_request_wants_body(r) ? HG_WAIT_BODY : HG_WAIT_NOTHING;
}

static bool may_read(const struct hg_conn *c)
{
	const struct hg_request *r = c->request;

	if (c->lingers || !r || r->step == HG_STEP_HEAD || hg_request_wants_body(r))
		return true;
	if (c->closing && r->body_done)
		return true; /* to be dropped */
	return !r->body_paused && c->in_n < AHEAD_BYTES;
}

/* Asks for what the state needs. */
static void watch(struct hg_conn *c)
{
	if (c->wire.moved)
		touch(c);
	c->wire.moved = false;
	set_wait(c, wait_of(c));
	if (hg_front_is_pressed(c->front))
		hg_front_sweep_by(c->front, hg_front_now_us(c->front));
	hg_wire_watch(&c->wire, may_read(c));
}

/* -- reading ----------------------------------------------------------------------------------- */

static uint32_t clamp32(uint64_t v)
{
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static struct hg_http1_limits limits_of(const struct hg_snapshot *s)
{
	struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;

	limits.head_bytes = clamp32(s->http.max_head_bytes);
	limits.target_bytes = clamp32(s->http.max_target_bytes);
	if (s->http.max_fields < (int64_t)limits.fields)
		limits.fields = (uint32_t)s->http.max_fields;
	return limits;
}

/* False: it needs more bytes than there are. */
static bool feed_head(struct hg_conn *c, const char *p, size_t n, size_t *at)
{
	struct hg_request *r = c->request;

	if (!r)
		r = c->request = hg_request_new(c);
	struct hg_http1_limits limits = limits_of(r->snapshot);
	size_t used;
	switch (hg_http1_parse(&r->head, p + *at, n - *at, &limits, &used)) {
	case HG_HTTP1_PIECE:
	case HG_HTTP1_MORE:
		return false;
	case HG_HTTP1_BAD:
		hg_request_bad(r, r->head.bad.status, r->head.bad.reason);
		return true;
	case HG_HTTP1_DONE:
		break;
	}
	struct hg_str head = { p + *at, used };
	*at += used;
	hg_request_begin(r, head);
	return true;
}

static bool feed_body(struct hg_conn *c, const char *p, size_t n, size_t *at)
{
	struct hg_request *r = c->request;
	struct hg_str piece;
	size_t used;
	enum hg_http1_got got = hg_http1_body_next(&r->body, p + *at, n - *at, &used, &piece);

	*at += used;
	if (used)
		touch(c);
	switch (got) {
	case HG_HTTP1_MORE:
		return false;
	case HG_HTTP1_PIECE:
		hg_request_take_piece(r, piece);
		return true;
	case HG_HTTP1_DONE:
		hg_request_body_ended(r);
		return true;
	case HG_HTTP1_BAD:
		hg_request_bad(r, r->body.bad.status, r->body.bad.reason);
		return true;
	}
	return false;
}

/* What was answered goes; true: the next request may begin. */
static bool retire_if_over(struct hg_conn *c)
{
	struct hg_request *r = c->request;

	if (!hg_request_is_over(r))
		return false;
	hg_wire_flush(&c->wire);
	if (c->wire.out_first || c->wire.broken)
		return false;
	c->request = NULL;
	hg_request_retire(r);
	touch(c);
	return true;
}

/* Consumes as much as the state allows and returns how much that was. What it leaves begins with
 * the first byte of something incomplete, or of a request whose turn has not come. */
static size_t feed(struct hg_conn *c, const char *p, size_t n)
{
	size_t at = 0;

	while (!c->wire.broken) {
		struct hg_request *r = c->request;
		if (r && r->step != HG_STEP_HEAD) {
			if (retire_if_over(c))
				continue;
			if (!c->wire.broken && hg_request_wants_body(r)) {
				if (feed_body(c, p, n, &at))
					continue;
				break;
			}
			if (!c->closing || !r->body_done)
				break;
		}
		if (at == n)
			break;
		if (!c->request && !hg_conn_is_inner(c) &&
			(c->front->draining || c->gate->index < 0))
			c->closing = true;
		if (c->closing) { /* whatever it is, it is never parsed */
			c->must_linger = true;
			return n;
		}
		if (!feed_head(c, p, n, &at))
			break;
	}
	return at;
}

static void reserve(struct hg_conn *c, size_t room)
{
	if (c->in_room - c->in_n >= room)
		return;
	c->in_room = (uint32_t)(c->in_n + room);
	c->in = hg_realloc(c->in, c->in_room);
}

static void drop_own(struct hg_conn *c)
{
	hg_free(c->in);
	c->in = NULL;
	c->in_n = c->in_room = 0;
}

static void feed_own(struct hg_conn *c)
{
	size_t used = feed(c, c->in ? c->in : "", c->in_n);

	if (!used || !c->in)
		return;
	c->in_n -= (uint32_t)used;
	if (c->in_n) {
		memmove(c->in, c->in + used, c->in_n);
		return;
	}
	drop_own(c);
}

/* The client sends no more. Before its reply that means that it left. */
static void on_eof(struct hg_conn *c)
{
	const struct hg_request *r = c->request;

	c->wire.eof = true;
	c->closing = true;
	if (!c->wire.out_first || (r && !r->replied))
		hg_wire_break(&c->wire, false);
}

static void begin_tls(struct hg_conn *c)
{
	const struct hg_listener_conf *listener = hg_gate_conf(c->gate, c->front->snapshot);

	if (listener && listener->tls && !hg_wire_seal(&c->wire, listener->tls))
		hg_wire_break(&c->wire, false);
}

/* Its bytes and none behind them: what follows may be a handshake. */
static void read_preface(struct hg_conn *c)
{
	union hg_peer peer = c->peer;
	size_t want = HG_PREFACE_HEAD_BYTES;

	for (;;) {
		reserve(c, want);
		ssize_t n = hg_wire_read(&c->wire, c->in + c->in_n, want);
		if (n == 0)
			on_eof(c);
		if (n <= 0)
			return;
		c->in_n += (uint32_t)n;
		switch (hg_preface_read(c->in, c->in_n, &want, &peer)) {
		case HG_PREFACE_MORE:
			continue;
		case HG_PREFACE_BAD:
			hg_wire_break(&c->wire, false);
			return;
		case HG_PREFACE_DONE:
			break;
		}
		break;
	}
	/* Another machine's loopback is elsewhere. */
	bool both_here = hg_peer_is_loopback(&peer) && hg_peer_is_loopback(&c->peer);
	c->is_foreign = !both_here && memcmp(&peer, &c->peer, sizeof(peer)) != 0;
	c->peer = peer;
	c->is_prefaced = false;
	drop_own(c);
	begin_tls(c);
}

static void read_some(struct hg_conn *c)
{
	struct hg_front *f = c->front;
	if (c->is_prefaced) {
		read_preface(c);
		return;
	}
	bool own = c->in_n > 0;
	char *to = f->buf;
	size_t room = sizeof(f->buf);

	if (own) {
		reserve(c, READ_ROOM_BYTES);
		to = c->in + c->in_n;
		room = c->in_room - c->in_n;
	}
	ssize_t n = hg_wire_read(&c->wire, to, room);
	if (n < 0)
		return;
	if (n == 0) {
		on_eof(c);
		return;
	}
	if (c->lingers)
		return;
	if (own) {
		c->in_n += (uint32_t)n;
		feed_own(c);
		return;
	}
	size_t used = feed(c, f->buf, (size_t)n);
	if (used < (size_t)n && !c->wire.broken) {
		size_t left = (size_t)n - used;
		reserve(c, left);
		memcpy(c->in, f->buf + used, left);
		c->in_n = (uint32_t)left;
	}
}

static void on_event(int fd, short what, void *arg)
{
	struct hg_conn *c = arg;

	(void)fd;
	hg_loop_busy(c->front->loop);
	c->wire.entered++;
	if (what & EV_WRITE)
		hg_wire_flush(&c->wire);
	if ((what & EV_READ) || hg_wire_wants_reading(&c->wire))
		read_some(c);
	else if (what & EV_CLOSED)
		on_eof(c);
	c->wire.entered--;
	hg_conn_settle(c);
}

/* -- life -------------------------------------------------------------------------------------- */

static void settle_now(struct hg_later *later)
{
	hg_conn_settle(HG_CONTAINER(later, struct hg_conn, wire.later));
}

static void free_now(struct hg_later *later)
{
	hg_free(HG_CONTAINER(later, struct hg_conn, wire.later));
}

static void join(struct hg_conn *c, struct hg_gate *gate, const union hg_peer *peer)
{
	c->front = gate->front;
	c->gate = gate;
	gate->refs++;
	c->peer = *peer;
	c->wait = HG_WAIT_NOTHING;
	hg_list_init(&c->link);
	hg_list_add(&c->front->waits[c->wait], &c->link);
}

struct hg_conn *hg_conn_new_inner(
	struct hg_request *outer, struct hg_wire_sink *sink, char *bytes, uint32_t n)
{
	struct hg_inner *inner = hg_alloc0(sizeof(*inner));
	struct hg_conn *c = &inner->conn;

	inner->outer = outer;
	join(c, outer->conn->gate, &outer->conn->peer);
	c->is_foreign = outer->conn->is_foreign;
	c->in = bytes;
	c->in_n = c->in_room = n;
	hg_wire_open_into(&c->wire, c->front->loop, sink, settle_now);
	return c;
}

struct hg_conn *hg_conn_new(struct hg_gate *gate, int fd, const union hg_peer *peer)
{
	struct hg_front *f = gate->front;
	struct hg_conn *c = hg_alloc0(sizeof(*c));

	join(c, gate, peer);
	hg_wire_open(&c->wire, f->loop, fd, on_event, c, settle_now);
	c->wire.sum = &f->unsent_bytes;
	const struct hg_listener_conf *listener = hg_gate_conf(gate, f->snapshot);
	c->is_prefaced = listener && listener->has_preface;
	if (!c->is_prefaced)
		begin_tls(c);
	else if (!listener->is_unix && !hg_net_has(listener->trusted, listener->n_trusted, peer))
		hg_wire_break(&c->wire, false);
	f->n_conns++;
	f->n_accepted++;
	hg_series_add(gate->open, 1);
	hg_series_add(gate->accepted, 1);
	watch(c);
	return c;
}

void hg_conn_end(struct hg_conn *c)
{
	struct hg_front *f = c->front;
	struct hg_request *r = c->request;
	bool politely = !r && !c->wire.broken;

	c->wire.broken = true;
	c->wire.entered++; /* whatever the plugins say now, it is settled already */
	if (r) {
		c->request = NULL;
		r->cut |= !r->replied || c->wire.out_first;
		hg_request_retire(r);
	}
	hg_wire_close(&c->wire, politely);
	hg_free(c->in);
	hg_list_remove(&c->link);
	if (!hg_conn_is_inner(c)) {
		hg_series_add(c->gate->open, -1);
		f->n_conns--;
	}
	hg_gate_unref(c->gate);
	c->wire.later.run = free_now;
	hg_loop_later(f->loop, &c->wire.later);
	hg_front_lost(f);
}

/* The socket took what waited: whoever was told to stop may go on, once per settling so that a
 * quick client can not keep the loop to itself. */
static void pump(struct hg_conn *c)
{
	struct hg_request *r = c->request;

	if (!r || !r->wants_drain || c->wire.broken || !hg_conn_has_room(c))
		return;
	r->wants_drain = false;
	if (r->routed.route)
		hg_phase_on_drain(r);
	else
		hg_proxy_pull(r);
	hg_wire_flush(&c->wire);
}

static void close_politely(struct hg_conn *c)
{
	if (c->wire.eof || !c->must_linger || !hg_wire_shut(&c->wire)) {
		hg_conn_end(c);
		return;
	}
	c->lingers = true;
	c->in_n = 0;
	watch(c);
}

void hg_conn_settle(struct hg_conn *c)
{
	if (c->wire.entered)
		return;
	c->wire.entered++;
	hg_wire_flush(&c->wire);
	pump(c);
	if (!c->wire.broken && !c->lingers && !c->is_prefaced)
		feed_own(c);
	c->wire.entered--;
	if (c->wire.broken) {
		hg_conn_end(c);
		return;
	}
	if (hg_conn_is_last(c) && !c->request && !c->wire.out_first && !c->lingers) {
		close_politely(c);
		return;
	}
	watch(c);
	if (c->request && c->request->wants_drain && hg_conn_has_room(c))
		hg_wire_settle_later(&c->wire);
}

void hg_conn_cut(struct hg_conn *c)
{
	hg_wire_break(&c->wire, true);
	hg_conn_settle(c);
}

bool hg_conn_is_stuck(struct hg_conn *c)
{
	if (!hg_wire_look(&c->wire))
		return true;
	touch(c);
	return false;
}

void hg_conn_expire(struct hg_conn *c)
{
	switch ((enum hg_conn_wait)c->wait) {
	case HG_WAIT_REQUEST:
		if (hg_wire_has_bytes(&c->wire)) { /* a request came at the last moment */
			touch(c);
			return;
		}
		hg_conn_end(c);
		return;
	case HG_WAIT_SHAKING:
	case HG_WAIT_LINGER:
		hg_conn_end(c);
		return;
	case HG_WAIT_HEAD:
		hg_request_bad(c->request, 408, "head_timeout");
		break;
	case HG_WAIT_BODY:
		hg_request_bad(c->request, 408, "body_timeout");
		break;
	case HG_WAIT_WRITE:
		/* Nobody saw when it took the last: if never again, it has twice the time. */
		if (hg_conn_is_stuck(c))
			hg_conn_cut(c);
		return;
	case HG_WAIT_NOTHING:
	case HG_CONN_WAITS:
		return;
	}
	hg_conn_settle(c);
}
