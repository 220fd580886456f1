/*
 * state - a front, its gates and its conns, as the files of a front share them.
 *
 * A front reads into one buffer of its own; a conn keeps bytes of its own only while a request is
 * incomplete or has to wait for the one before it, so an idle connection costs struct hg_conn and
 * libevent's slot for its descriptor.
 *
 * No conn has a timer. Each waits on one list of its front for one thing (enum hg_conn_wait);
 * the lists are in the order of their moments, and one alarm per front sweeps their heads.
 *
 * Thread: the front's loop.   Clock: the loop's.
 */
#pragma once
#include "base/list.h"
#include "base/loop.h"
#include "base/pulse.h"
#include "base/text.h"
#include "front/budget_lines.h"
#include "front/keys.h"
#include "front/net.h"
#include "front/rewrite.h"
#include "front/wire.h"
#include "ticket/snapshot.h"
#include <hg/phases.h>

struct hg_port;
struct hg_request;
struct hg_view;

enum {
	HG_FRONT_BUF_BYTES = 64 << 10,
	HG_FRONT_SPARES = 32,             /* requests kept for the next ones */
	HG_FRONT_COUNTERS = 64,           /* series of requests_total that a front remembers */
	HG_CONN_DISCARD_BYTES = 64 << 10, /* of an unwanted body that are read to keep the conn */
	HG_CONN_PRESSED_BYTES = 16 << 10, /* a conn's window while the front's queues are long */
};

/* What a conn waits for, and so which timeout holds. */
enum hg_conn_wait {
	HG_WAIT_REQUEST, /* idle: idle_timeout, then closed without a word */
	HG_WAIT_SHAKING, /* since it was accepted: head_timeout for preface and handshake, then
	                    closed */
	HG_WAIT_HEAD,    /* since the head's first byte: head_timeout, then 408 */
	HG_WAIT_BODY,    /* since the last piece: body_timeout, then 408 */
	HG_WAIT_WRITE,   /* since the client was last seen to take bytes: write_timeout, then cut */
	HG_WAIT_LINGER,  /* half-closed: until the client closes, linger_timeout */
	HG_WAIT_NOTHING, /* for a plugin or the dispatcher: they keep deadlines of their own */
	HG_CONN_WAITS
};

struct hg_conn {
	struct hg_wire wire;
	struct hg_list link; /* in front->waits[wait] */
	int64_t since_us;    /* mono: orders that list */
	struct hg_front *front;
	struct hg_gate *gate;       /* referenced */
	struct hg_request *request; /* NULL between requests */

	char *in; /* owned; NULL when nothing is left over */
	uint32_t in_n, in_room;

	union hg_peer peer;
	uint8_t wait;     /* enum hg_conn_wait */
	bool is_prefaced; /* a proxy's preface is still to come; `in` has what came of it */
	bool is_foreign;  /* … and it named somebody who is not on this machine */
	bool closing;     /* no request after this one */
	bool must_linger; /* bytes of the client were left unread: close would cut our reply */
	bool lingers;     /* half-closed: what comes is dropped */
};

/* A conn that no socket belongs to: one request of a batch. It is its outer request's client in
 * all: gate, peer and certificate, and the snapshot with which that one began. It takes no
 * connection's place, and ends before its outer request does. */
struct hg_inner {
	struct hg_conn conn; /* first */
	struct hg_request *outer;
};

/* A listening socket. Conns keep theirs, so that a reload can renumber or end it. */
struct hg_gate {
	struct hg_list link;
	struct hg_front *front;
	char *name;    /* hg_listener_conf.name */
	int fd;        /* -1: closed */
	int32_t index; /* of the front's snapshot; -1: gone, its conns end with their request */
	uint32_t refs;
	struct event event;
	struct hg_series *open, *accepted;
};

struct hg_front_counter {
	uint32_t key; /* face, method and status; 0 = free */
	struct hg_series *series;
};

/* A snapshot as one front holds it. Requests come and go by the hundred thousand, and counting
 * each of them in the snapshot would have all fronts write to the same cache line. */
struct hg_edition {
	struct hg_snapshot *snapshot; /* referenced */
	uint32_t refs;                /* of this front's loop only */
	struct hg_key_memos key_memos;
	struct hg_rewrite_memo rewrite_memo;
};

struct hg_front {
	struct hg_loop *loop;
	struct hg_edition *edition;   /* for new requests */
	struct hg_snapshot *snapshot; /* the edition's */
	struct hg_port *port;         /* NULL: no proxying */
	struct hg_view *view;
	struct hg_list gates;
	struct hg_list waits[HG_CONN_WAITS];
	struct hg_list requests; /* under way */
	struct hg_list spares;   /* hg_request.link */
	struct hg_list waiters;  /* taken and not resumed yet */
	/* A waiter came back with this verdict: goes on with its request. Set when it is made. */
	void (*on_resumed)(struct hg_request *r, enum hg_verdict v);
	struct hg_alarm sweep;
	int64_t sweep_at_us;
	int64_t complained_us;   /* of a machine without descriptors */
	int64_t accept_again_us; /* > 0: accepting is paused until then, or until a conn ends */
	uint32_t n_spares, n_waiters;
	uint64_t body_bytes;   /* room that bodies of requests take; at most max_buffered_bytes */
	uint64_t batch_bytes;  /* of replies that batches hold; at most max_unsent_bytes */
	uint64_t unsent_bytes; /* in the queues of all conns; at most max_unsent_bytes */
	uint64_t n_pressed;    /* conns that were cut for it */
	int64_t pressed_us;    /* complained of that */
	uint64_t n_conns, n_requests, n_accepted, n_answered, n_bad;
	struct hg_pulse pulse; /* of n_answered */

	bool draining, drained;
	struct hg_later drain_later;
	void (*on_drained)(void *arg);
	void *drain_arg;

	uint64_t id_seed, id_next; /* request ids */
	int64_t date_s;            /* second of `date` */
	char date[30];
	struct hg_text head;    /* the head that is being rendered */
	struct hg_text scratch; /* error bodies, what is rewritten */
	struct hg_budget_memos budgets;
	struct hg_front_counter counters[HG_FRONT_COUNTERS];
	char buf[HG_FRONT_BUF_BYTES];
};

static inline int64_t hg_front_now_us(const struct hg_front *f)
{
	return hg_loop_now(f->loop).mono_us;
}
/* "Sun, 06 Nov 1994 08:49:37 GMT" of this second. */
struct hg_str hg_front_date(struct hg_front *f);
int64_t hg_front_timeout_us(const struct hg_front *f, enum hg_conn_wait wait);
/* Sees to it that the sweep rings at `at_us` or before. */
void hg_front_sweep_by(struct hg_front *f, int64_t at_us);

struct hg_edition *hg_edition_new(struct hg_snapshot *s); /* refs s */
void hg_edition_unref(struct hg_edition *e);

/* -- gates ------------------------------------------------------------------------------------- */

/* NULL: the listener is gone, or was not there yet in `s`. */
const struct hg_listener_conf *hg_gate_conf(const struct hg_gate *g, const struct hg_snapshot *s);
void hg_gate_unref(struct hg_gate *g);
bool hg_front_is_full(const struct hg_front *f); /* of conns */
/* Accepts no more for a while, or until a conn ends. */
void hg_front_pause_accepting(struct hg_front *f);
void hg_front_go_on_accepting(struct hg_front *f);
/* A conn is gone: accept again, and is the drain over? */
void hg_front_lost(struct hg_front *f);

/* -- replies that wait for slow clients --------------------------------------------------------
 *
 * They are bounded per conn (write_window_bytes) and in sum (max_unsent_bytes), in two steps:
 * - Over half of the sum every conn's window is small. What comes from GitHub then stays there, by
 *   the back-pressure that exists anyway, and who reads is served as quickly as before.
 * - Over all of it the conn is cut (RST) that has taken nothing for longest: the head of
 *   waits[HG_WAIT_WRITE]. A reply from memory is queued as a whole, so smaller windows alone bound
 *   nothing. To refuse new requests instead would let those who read nothing shut out all others;
 *   to cut the longest queue would hit who asked for much and reads it.
 * What a queue only refers to (a kept reply) counts as well: it lives as long as the queue does.
 * So the sum is at most max_unsent_bytes and what the replies of one turn added.
 */
static inline uint64_t hg_front_window_bytes(const struct hg_front *f)
{
	const struct hg_http_conf *conf = &f->snapshot->http;
	bool is_pressed = f->unsent_bytes > conf->max_unsent_bytes / 2;

	return is_pressed && conf->write_window_bytes > HG_CONN_PRESSED_BYTES
	               ? HG_CONN_PRESSED_BYTES
	               : conf->write_window_bytes;
}
/* Too much waits: the sweep must cut. */
static inline bool hg_front_is_pressed(const struct hg_front *f)
{
	return f->unsent_bytes > f->snapshot->http.max_unsent_bytes;
}

/* -- conns ------------------------------------------------------------------------------------- */

static inline bool hg_conn_is_inner(const struct hg_conn *c)
{
	return c->wire.has_sink;
}
static inline struct hg_request *hg_conn_outer(const struct hg_conn *c) /* NULL: it has none */
{
	return hg_conn_is_inner(c) ? ((const struct hg_inner *)c)->outer : NULL;
}
/* May more of a reply be taken from its source? A conn that was told no has something queued, so
 * its own socket wakes it, whatever becomes of the window. */
static inline bool hg_conn_has_room(const struct hg_conn *c)
{
	return c->wire.unsent_bytes <= hg_front_window_bytes(c->front);
}
/* Was it said already that no request follows this one? */
static inline bool hg_conn_is_last(const struct hg_conn *c)
{
	return c->closing || c->front->draining || c->gate->index < 0;
}
