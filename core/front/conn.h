/*
 * conn - one client's connection, and the front that owns it: what the files of a front share.
 *
 * A front reads into one buffer of its own; a conn keeps bytes of its own only while a request is
 * incomplete or has to wait for the one before it, so an idle connection costs this struct and
 * libevent's slot for its descriptor. Replies are written at once with one sendmsg; what the
 * socket does not take is queued and EV_WRITE asked for. Requests of a conn are answered in their
 * order, one at a time: the next is begun when the last byte of the reply before it has left.
 *
 *     bytes ─► hg_conn_feed ─► request ─► phases … reply ─► hg_conn_write ─► hg_conn_settle ─┐
 *                  ▲──────────────── next request of the same bytes ─────────────────────────┘
 *
 * No conn has a timer. Each waits on one list of its front for one thing (enum hg_conn_wait);
 * the lists are in the order of their moments, and one alarm per front sweeps their heads.
 *
 * Nothing is freed under the feet of a caller: a failing write only marks the conn broken, and
 * hg_conn_settle, always the last thing that a callback does, takes it apart. Plugins that
 * reply outside of a callback of ours (a timer of theirs) are settled at the end of the turn.
 *
 * Thread: the front's loop.   Clock: the loop's.
 */
#pragma once
#include "base/list.h"
#include "base/loop.h"
#include "base/text.h"
#include "front/front.h"
#include "front/http1.h"
#include "ticket/chunk.h"
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct hg_request;
struct hg_stored;
struct hg_out; /* conn.c: bytes that the socket did not take */

enum {
	HG_FRONT_BUF_BYTES = 64 << 10,
	HG_FRONT_SPARES = 32,             /* requests kept for the next ones */
	HG_FRONT_COUNTERS = 64,           /* series of requests_total that a front remembers */
	HG_CONN_DISCARD_BYTES = 64 << 10, /* of an unwanted body that are read to keep the conn */
	HG_CONN_LINGER_US = 2000000,      /* how long we listen on after the last reply */
};

/* What a conn waits for, and so which timeout holds. */
enum hg_conn_wait {
	HG_WAIT_REQUEST, /* idle: idle_timeout, then closed without a word */
	HG_WAIT_HEAD,    /* since the head's first byte: head_timeout, then 408 */
	HG_WAIT_BODY,    /* since the last piece: body_timeout, then 408 */
	HG_WAIT_WRITE,   /* since the client last took bytes: write_timeout, then cut */
	HG_WAIT_LINGER,  /* half-closed: until the client closes, HG_CONN_LINGER_US */
	HG_WAIT_NOTHING, /* for a plugin or the dispatcher: they keep deadlines of their own */
	HG_CONN_WAITS
};

union hg_peer {
	struct sockaddr any;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6; /* the largest; a unix peer has a family only */
};

struct hg_conn {
	struct event event;  /* EV_READ, or EV_CLOSED while it may not read; EV_WRITE */
	struct hg_list link; /* in front->waits[wait] */
	int64_t since_us;    /* mono: orders that list */
	struct hg_front *front;
	struct hg_gate *gate;       /* referenced */
	struct hg_request *request; /* NULL between requests */
	struct hg_later later;

	char *in; /* owned; NULL when nothing is left over */
	uint32_t in_n, in_room;

	struct hg_out *out_first, *out_last;
	uint64_t unsent_bytes;

	union hg_peer peer;
	uint8_t wait;     /* enum hg_conn_wait */
	uint8_t entered;  /* > 0: a callback of ours is above and will settle */
	bool broken;      /* to be taken apart; nothing is read or written any more */
	bool reset;       /* … with RST: an end by FIN would look like a whole body */
	bool closing;     /* no request after this one */
	bool must_linger; /* bytes of the client were left unread: close would cut our reply */
	bool lingers;     /* half-closed: what comes is dropped */
	bool eof;         /* the client will send no more; what is queued still goes out */
	short watched;    /* EV_… as they are asked for */
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
	struct hg_alarm sweep;
	int64_t sweep_at_us;
	int64_t complained_us;   /* of a machine without descriptors */
	int64_t accept_again_us; /* > 0: accepting is paused until then, or until a conn ends */
	uint32_t n_spares, n_waiters;
	uint64_t n_conns, n_requests, n_accepted, n_answered, n_bad;

	bool draining, drained;
	struct hg_later drain_later;
	void (*on_drained)(void *arg);
	void *drain_arg;

	uint64_t id_seed, id_next; /* request ids */
	int64_t date_s;            /* second of `date` */
	char date[30];
	struct hg_text head;    /* the head that is being rendered */
	struct hg_text scratch; /* error bodies, rewritten links */
	struct hg_front_counter counters[HG_FRONT_COUNTERS];
	char buf[HG_FRONT_BUF_BYTES];
};

/* -- conn ----------------------------------------------------------------------------------- */

/* `fd` becomes the conn's. */
struct hg_conn *hg_conn_new(struct hg_gate *gate, int fd, const union hg_peer *peer);
/* Ends it now, whatever is under way: DONE and on_gone run, the memory goes with the turn. */
void hg_conn_end(struct hg_conn *c);
/* Cut: the client left, or must not take what it got for whole. */
void hg_conn_break(struct hg_conn *c, bool reset);
/* Last thing of every callback: flushes, ends what is over, begins what waits. `c` may be gone. */
void hg_conn_settle(struct hg_conn *c);
/* The same at the end of the turn, for calls that come from a plugin. */
void hg_conn_settle_later(struct hg_conn *c);

enum hg_piece_kind { HG_PIECE_BYTES, HG_PIECE_STATIC, HG_PIECE_CHUNK, HG_PIECE_STORED };

/* A run of bytes to send. The owner is referenced only when the socket does not take it all. */
struct hg_piece {
	struct hg_str bytes;
	enum hg_piece_kind kind;
	void *owner; /* struct hg_chunk, struct hg_stored */
};
/* Writes at once what the socket takes and queues the rest. */
void hg_conn_write(struct hg_conn *c, const struct hg_piece *pieces, uint32_t n);
/* Queues without writing: hg_conn_settle or hg_conn_flush does. The first copies. */
void hg_conn_append(struct hg_conn *c, struct hg_str bytes);
void hg_conn_queue(struct hg_conn *c, const struct hg_piece *piece);
void hg_conn_flush(struct hg_conn *c);
/* May more of a reply be taken from its source? */
bool hg_conn_has_room(const struct hg_conn *c);

/* Its timeout runs out: what that means for what it waits for. */
void hg_conn_expire(struct hg_conn *c);
int64_t hg_conn_timeout_us(const struct hg_front *f, enum hg_conn_wait wait);

/* -- front ------------------------------------------------------------------------------------ */

static inline int64_t hg_front_now_us(const struct hg_front *f)
{
	return hg_loop_now(f->loop).mono_us;
}
/* "Sun, 06 Nov 1994 08:49:37 GMT" of this second. */
struct hg_str hg_front_date(struct hg_front *f);
/* Sees to it that the sweep rings at `at_us` or before. */
void hg_front_sweep_by(struct hg_front *f, int64_t at_us);
/* A conn is gone: accept again, and is the drain over? */
void hg_front_lost(struct hg_front *f);
struct hg_edition *hg_edition_new(struct hg_snapshot *s); /* refs s */
void hg_edition_unref(struct hg_edition *e);
void hg_gate_unref(struct hg_gate *g);
const struct hg_listener_conf *hg_gate_conf(const struct hg_gate *g, const struct hg_snapshot *s);
