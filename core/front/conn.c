#include "front/conn.h"
#include "base/bug.h"
#include "base/metric.h"
#include "front/request.h"
#include <errno.h>
#include <event2/event.h>
#include <hg/mem.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	MAX_IOV = 64,
	OUT_ROOM_BYTES = 4000,      /* of a block of queued copies */
	OUT_LINE_BYTES = 256,       /* … that begins with the line before a chunk */
	READ_ROOM_BYTES = 16 << 10, /* read at a time into a conn's own buffer */
	AHEAD_BYTES = 16 << 10,     /* of requests that wait for the one before them */
};

/* Bytes on their way, oldest first. HG_PIECE_BYTES are copies, kept in `bytes`, and the last block
 * takes more as long as it has room. */
struct hg_out {
	struct hg_out *next;
	const char *p; /* what is left */
	size_t n;
	enum hg_piece_kind kind;
	uint32_t room; /* of bytes[] */
	void *owner;
	char bytes[];
};

/* -- waiting ----------------------------------------------------------------------------------- */

int64_t hg_conn_timeout_us(const struct hg_front *f, enum hg_conn_wait wait)
{
	const struct hg_http_conf *conf = &f->snapshot->http;

	switch (wait) {
	case HG_WAIT_REQUEST:
		return conf->idle_timeout_us;
	case HG_WAIT_HEAD:
		return conf->head_timeout_us;
	case HG_WAIT_BODY:
		return conf->body_timeout_us;
	case HG_WAIT_WRITE:
		return conf->write_timeout_us;
	case HG_WAIT_LINGER:
		return HG_CONN_LINGER_US;
	case HG_WAIT_NOTHING:
	case HG_CONN_WAITS:
		break;
	}
	return INT64_MAX;
}

/* It moved: its timeout begins anew. */
static void touch(struct hg_conn *c)
{
	c->since_us = hg_front_now_us(c->front);
	hg_list_move(&c->link, &c->front->waits[c->wait]);
}

static void set_wait(struct hg_conn *c, enum hg_conn_wait wait)
{
	if (c->wait == wait)
		return;
	c->wait = (uint8_t)wait;
	touch(c);
	if (wait != HG_WAIT_NOTHING)
		hg_front_sweep_by(c->front, c->since_us + hg_conn_timeout_us(c->front, wait));
}

static enum hg_conn_wait wait_of(const struct hg_conn *c)
{
	const struct hg_request *r = c->request;

	if (c->lingers)
		return HG_WAIT_LINGER;
	if (c->out_first)
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

static void on_event(evutil_socket_t fd, short what, void *arg);

/* Asks libevent for what the state needs, when that changed. */
static void watch(struct hg_conn *c)
{
	short want = EV_PERSIST;

	if (c->out_first)
		want |= EV_WRITE;
	if (!c->eof)
		want |= may_read(c) ? EV_READ : EV_CLOSED;
	set_wait(c, wait_of(c));
	if (want == c->watched)
		return;
	if (c->watched)
		event_del(&c->event);
	c->watched = want;
	HG_BUG_ON(event_assign(&c->event, hg_loop_base(c->front->loop), c->event.ev_fd, want,
			  on_event, c) != 0);
	HG_BUG_ON(event_add(&c->event, NULL) != 0);
}

/* -- writing ----------------------------------------------------------------------------------- */

static void out_free(struct hg_out *o)
{
	if (o->kind == HG_PIECE_CHUNK)
		hg_chunk_unref(o->owner);
	else if (o->kind == HG_PIECE_STORED)
		hg_stored_unref(o->owner);
	hg_free(o);
}

static struct hg_out *out_add(struct hg_conn *c, enum hg_piece_kind kind, size_t room)
{
	struct hg_out *o = hg_alloc(sizeof(*o) + room);

	*o = (struct hg_out){ .kind = kind, .room = (uint32_t)room, .p = o->bytes };
	if (c->out_last)
		c->out_last->next = o;
	else
		c->out_first = o;
	c->out_last = o;
	return o;
}

void hg_conn_append(struct hg_conn *c, struct hg_str bytes)
{
	if (c->broken)
		return;
	c->unsent_bytes += bytes.n;
	while (bytes.n) {
		struct hg_out *o = c->out_last;
		size_t used = o && o->kind == HG_PIECE_BYTES ? (size_t)(o->p + o->n - o->bytes) : 0;
		size_t room = o && o->kind == HG_PIECE_BYTES ? o->room - used : 0;
		if (!room) {
			room = bytes.n <= OUT_LINE_BYTES / 8 ? OUT_LINE_BYTES : OUT_ROOM_BYTES;
			o = out_add(c, HG_PIECE_BYTES, room);
			used = 0;
		}
		size_t n = bytes.n < room ? bytes.n : room;
		memcpy(o->bytes + used, bytes.p, n);
		o->n += n;
		bytes.p += n;
		bytes.n -= n;
	}
}

static void queue_piece(struct hg_conn *c, const struct hg_piece *piece, struct hg_str rest)
{
	struct hg_out *o;

	switch (piece->kind) {
	case HG_PIECE_BYTES:
		hg_conn_append(c, rest);
		return;
	case HG_PIECE_CHUNK:
		(void)hg_chunk_ref(piece->owner);
		break;
	case HG_PIECE_STORED:
		(void)hg_stored_ref(piece->owner);
		break;
	case HG_PIECE_STATIC:
		break;
	}
	o = out_add(c, piece->kind, 0);
	o->owner = piece->owner;
	o->p = rest.p;
	o->n = rest.n;
	c->unsent_bytes += rest.n;
}

/* How much the socket took; 0 also when the conn broke. */
static size_t send_iov(struct hg_conn *c, struct iovec *iov, size_t n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
	ssize_t sent;

	do
		sent = sendmsg(c->event.ev_fd, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			hg_conn_break(c, false);
		return 0;
	}
	if (c->request)
		c->request->sent_bytes += (uint64_t)sent;
	return (size_t)sent;
}

void hg_conn_queue(struct hg_conn *c, const struct hg_piece *piece)
{
	if (!c->broken && piece->bytes.n)
		queue_piece(c, piece, piece->bytes);
}

void hg_conn_write(struct hg_conn *c, const struct hg_piece *pieces, uint32_t n)
{
	struct iovec iov[MAX_IOV];
	size_t sent = 0;

	if (c->broken)
		return;
	if (!c->out_first) {
		uint32_t n_iov = 0;
		for (; n_iov < n && n_iov < MAX_IOV; n_iov++)
			iov[n_iov] = (struct iovec){ (void *)pieces[n_iov].bytes.p,
				pieces[n_iov].bytes.n };
		sent = send_iov(c, iov, n_iov);
		if (c->broken)
			return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct hg_str rest = pieces[i].bytes;
		if (sent >= rest.n) {
			sent -= rest.n;
			continue;
		}
		rest.p += sent;
		rest.n -= sent;
		sent = 0;
		queue_piece(c, &pieces[i], rest);
	}
}

static void out_drop(struct hg_conn *c, size_t n)
{
	c->unsent_bytes -= n;
	while (n) {
		struct hg_out *o = c->out_first;
		HG_BUG_ON(!o); /* the socket can not take more than it was given */
		if (n < o->n) {
			o->p += n;
			o->n -= n;
			return;
		}
		n -= o->n;
		c->out_first = o->next;
		if (!c->out_first)
			c->out_last = NULL;
		out_free(o);
	}
}

void hg_conn_flush(struct hg_conn *c)
{
	struct iovec iov[MAX_IOV];

	while (c->out_first && !c->broken) {
		size_t n_iov = 0, n = 0;
		for (struct hg_out *o = c->out_first; o && n_iov < MAX_IOV; o = o->next, n_iov++) {
			iov[n_iov] = (struct iovec){ (void *)o->p, o->n };
			n += o->n;
		}
		size_t sent = send_iov(c, iov, n_iov);
		if (!sent)
			return;
		out_drop(c, sent);
		touch(c);
		if (sent < n)
			return; /* the socket is full */
	}
}

bool hg_conn_has_room(const struct hg_conn *c)
{
	return c->unsent_bytes <= c->front->snapshot->http.write_window_bytes;
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
	hg_conn_flush(c);
	if (c->out_first || c->broken)
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

	while (!c->broken) {
		struct hg_request *r = c->request;
		if (r && r->step != HG_STEP_HEAD) {
			if (retire_if_over(c))
				continue;
			if (!c->broken && hg_request_wants_body(r)) {
				if (feed_body(c, p, n, &at))
					continue;
				break;
			}
			if (!c->closing || !r->body_done)
				break;
		}
		if (at == n)
			break;
		if (!c->request && (c->front->draining || c->gate->index < 0))
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
	hg_free(c->in);
	c->in = NULL;
	c->in_room = 0;
}

/* The client sends no more. Before its reply that means that it left. */
static void on_eof(struct hg_conn *c)
{
	const struct hg_request *r = c->request;

	c->eof = true;
	c->closing = true;
	if (!c->out_first || (r && !r->replied))
		hg_conn_break(c, false);
}

static void read_some(struct hg_conn *c)
{
	struct hg_front *f = c->front;
	bool own = c->in_n > 0;
	char *to = f->buf;
	size_t room = sizeof(f->buf);

	if (own) {
		reserve(c, READ_ROOM_BYTES);
		to = c->in + c->in_n;
		room = c->in_room - c->in_n;
	}
	ssize_t n = recv(c->event.ev_fd, to, room, 0);
	if (n < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			hg_conn_break(c, false);
		return;
	}
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
	if (used < (size_t)n && !c->broken) {
		size_t left = (size_t)n - used;
		reserve(c, left);
		memcpy(c->in, f->buf + used, left);
		c->in_n = (uint32_t)left;
	}
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct hg_conn *c = arg;

	(void)fd;
	hg_loop_busy(c->front->loop);
	c->entered++;
	if (what & EV_WRITE)
		hg_conn_flush(c);
	if (what & EV_READ)
		read_some(c);
	else if (what & EV_CLOSED)
		on_eof(c);
	c->entered--;
	hg_conn_settle(c);
}

/* -- life -------------------------------------------------------------------------------------- */

static void settle_now(struct hg_later *later)
{
	hg_conn_settle(HG_CONTAINER(later, struct hg_conn, later));
}

static void free_now(struct hg_later *later)
{
	hg_free(HG_CONTAINER(later, struct hg_conn, later));
}

struct hg_conn *hg_conn_new(struct hg_gate *gate, int fd, const union hg_peer *peer)
{
	struct hg_front *f = gate->front;
	struct hg_conn *c = hg_alloc0(sizeof(*c));

	c->front = f;
	c->gate = gate;
	gate->refs++;
	c->peer = *peer;
	c->event.ev_fd = fd;
	c->wait = HG_WAIT_NOTHING;
	hg_list_init(&c->link);
	hg_list_add(&f->waits[c->wait], &c->link);
	hg_list_init(&c->later.link);
	c->later.run = settle_now;
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

	c->broken = true;
	c->entered++; /* whatever the plugins say now, it is settled already */
	if (r) {
		c->request = NULL;
		r->cut |= !r->replied || c->out_first;
		hg_request_retire(r);
	}
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	if (c->reset)
		(void)setsockopt(c->event.ev_fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	event_del(&c->event);
	(void)close(c->event.ev_fd);
	while (c->out_first) {
		struct hg_out *o = c->out_first;
		c->out_first = o->next;
		out_free(o);
	}
	hg_free(c->in);
	hg_list_remove(&c->link);
	hg_series_add(c->gate->open, -1);
	hg_gate_unref(c->gate);
	f->n_conns--;
	c->later.run = free_now;
	hg_loop_later(f->loop, &c->later);
	hg_front_lost(f);
}

void hg_conn_break(struct hg_conn *c, bool reset)
{
	c->broken = true;
	c->reset |= reset;
	hg_conn_settle_later(c);
}

void hg_conn_settle_later(struct hg_conn *c)
{
	if (!c->entered)
		hg_loop_later(c->front->loop, &c->later);
}

/* The socket took what waited: whoever was told to stop may go on, once per settling so that a
 * quick client can not keep the loop to itself. */
static void pump(struct hg_conn *c)
{
	struct hg_request *r = c->request;

	if (!r || !r->wants_drain || c->broken || !hg_conn_has_room(c))
		return;
	r->wants_drain = false;
	if (r->routed.route)
		hg_phase_on_drain(r);
	else
		hg_proxy_pull(r);
	hg_conn_flush(c);
}

static void close_politely(struct hg_conn *c)
{
	if (c->eof || !c->must_linger || shutdown(c->event.ev_fd, SHUT_WR) < 0) {
		hg_conn_end(c);
		return;
	}
	c->lingers = true;
	c->in_n = 0;
	watch(c);
}

void hg_conn_settle(struct hg_conn *c)
{
	if (c->entered)
		return;
	c->entered++;
	hg_conn_flush(c);
	pump(c);
	if (!c->broken && !c->lingers)
		feed_own(c);
	c->entered--;
	if (c->broken) {
		hg_conn_end(c);
		return;
	}
	bool last = c->closing || c->front->draining || c->gate->index < 0;
	if (last && !c->request && !c->out_first && !c->lingers) {
		close_politely(c);
		return;
	}
	watch(c);
	if (c->request && c->request->wants_drain && hg_conn_has_room(c))
		hg_conn_settle_later(c);
}

void hg_conn_expire(struct hg_conn *c)
{
	switch ((enum hg_conn_wait)c->wait) {
	case HG_WAIT_REQUEST:
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
		hg_conn_break(c, true);
		break;
	case HG_WAIT_NOTHING:
	case HG_CONN_WAITS:
		return;
	}
	hg_conn_settle(c);
}
