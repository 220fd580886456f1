/*
 * wire - one client's socket: bytes in, bytes out. It knows nothing of requests.
 *
 * What is written leaves at once with one sendmsg; what the socket does not take is queued and
 * leaves when it may be written to again. A run of bytes that somebody else owns (a chunk, a kept
 * reply) is referenced when it has to wait, not copied.
 *
 *     owner ─► write, append, queue ─► socket            full? ─► queue ─► flush ─► socket
 *
 * Nothing is freed under the feet of a caller: a failing write only marks the wire broken and has
 * its owner settle it. The owner's `settle` runs at the end of the turn, unless a callback of the
 * owner is above (`entered`) and will do the same itself.
 *
 * A wire may be sealed (TLS): its owner sees bytes in the clear all the same. Or it has no socket
 * at all: what is written is given to a sink (batch.h), nothing is read, and nothing is waited for.
 *
 * Thread: the front's loop.   Clock: none.
 */
#pragma once
#include "base/loop.h"
#include "front/seal.h"
#include <event2/event_struct.h>
#include <hg/str.h>
#include <stdbool.h>
#include <sys/types.h>

struct hg_out; /* bytes that the socket did not take */

struct iovec;

/* Where bytes go that no socket takes. */
struct hg_wire_sink {
	/* All of it, at once: the bytes are gone afterwards. */
	void (*take)(struct hg_wire_sink *sink, const struct iovec *iov, size_t n);
	/* The last word. `politely`: all was said. */
	void (*closed)(struct hg_wire_sink *sink, bool politely);
};

struct hg_wire {
	union {
		struct event event; /* EV_READ, or EV_CLOSED while it may not read; EV_WRITE */
		struct hg_wire_sink *sink; /* has_sink: no socket */
	};
	struct hg_later later; /* its `run` is the owner's settling */
	struct hg_loop *loop;
	struct hg_seal *seal; /* NULL: in the clear */
	struct hg_out *out_first, *out_last;
	uint64_t unsent_bytes; /* in that queue */
	uint64_t *sum;         /* the owner's sum of all queues; NULL: not wanted */
	uint64_t sent_bytes;   /* taken by the socket, since it was opened */
	uint32_t held_bytes;   /* of those, what the kernel still had at the last look */
	uint8_t entered;       /* > 0: a callback of the owner is above and will settle */
	bool broken;           /* to be taken apart; nothing is read or written any more */
	bool reset;            /* … with RST: an end by FIN would look like a whole body */
	bool eof;              /* the client will send no more; what is queued still goes out */
	bool has_sink;
	bool moved;    /* the socket took from the queue; the owner clears it */
	short watched; /* EV_… as they are asked for */
};

/* `fd` becomes the wire's. `on_event` is called for what hg_wire_watch asks for, `settle` (whose
 * argument is inside the wire) as said above. */
void hg_wire_open(struct hg_wire *w, struct hg_loop *loop, int fd,
	void (*on_event)(int fd, short what, void *arg), void *arg,
	void (*settle)(struct hg_later *later));
/* The same without a socket. */
void hg_wire_open_into(struct hg_wire *w, struct hg_loop *loop, struct hg_wire_sink *sink,
	void (*settle)(struct hg_later *later));
/* From now on TLS. False: out of memory. */
bool hg_wire_seal(struct hg_wire *w, struct hg_tls *tls);
/* Lets go of socket and queue; `politely`: all was said, and the client is told so. The memory is
 * the owner's; `later` may still be waiting. */
void hg_wire_close(struct hg_wire *w, bool politely);

/* The handshake is under way: reading goes on with it. */
static inline bool hg_wire_is_shaking(const struct hg_wire *w)
{
	return w->seal && !w->seal->is_open;
}

/* Asks libevent for EV_READ or EV_CLOSED, and for EV_WRITE as long as something is queued. The
 * owner's on_event answers EV_READ with hg_wire_read, EV_WRITE with hg_wire_flush and, when
 * hg_wire_wants_reading says so, with hg_wire_read as well. */
void hg_wire_watch(struct hg_wire *w, bool may_read);
static inline bool hg_wire_wants_reading(const struct hg_wire *w)
{
	return w->seal && w->seal->wants_write;
}

/* Up to `room` bytes. 0: the client sends no more. -1: nothing is there now, or it broke. */
ssize_t hg_wire_read(struct hg_wire *w, char *to, size_t room);

/* Did the client send something that was not read yet? */
bool hg_wire_has_bytes(const struct hg_wire *w);

/* A socket may be written to again only when a good part of its buffer is free (for TCP a third,
 * of up to some MiB), and who reads in small sips takes long to get there. So the kernel is asked
 * what the client's side has not taken yet (SIOCOUTQ; for TLS records the same). Looks, and says
 * whether that is less than at the look before; bytes that the socket took meanwhile are the
 * owner's to know (`moved`). */
bool hg_wire_look(struct hg_wire *w);

enum hg_piece_kind { HG_PIECE_BYTES, HG_PIECE_STATIC, HG_PIECE_CHUNK, HG_PIECE_STORED };

/* A run of bytes to send. The owner is referenced only when the socket does not take it all. */
struct hg_piece {
	struct hg_str bytes;
	enum hg_piece_kind kind;
	void *owner; /* struct hg_chunk, struct hg_stored */
};

/* Writes at once what the socket takes and queues the rest. */
void hg_wire_write(struct hg_wire *w, const struct hg_piece *pieces, uint32_t n);
/* Queues without writing: the owner's settling or hg_wire_flush does. The first copies. */
void hg_wire_append(struct hg_wire *w, struct hg_str bytes);
void hg_wire_queue(struct hg_wire *w, const struct hg_piece *piece);
void hg_wire_flush(struct hg_wire *w);

/* Where the next byte will stand that is written or queued, counted from the first one. */
static inline uint64_t hg_wire_end(const struct hg_wire *w)
{
	return w->sent_bytes + w->unsent_bytes;
}
/* Takes back what was queued from there on. False: some of it has left. */
bool hg_wire_take_back(struct hg_wire *w, uint64_t from);

/* Cut: the client left, or must not take what it got for whole. */
void hg_wire_break(struct hg_wire *w, bool reset);
/* Says to the client that nothing more will come, and goes on listening. False: it is gone. */
bool hg_wire_shut(struct hg_wire *w);
void hg_wire_settle_later(struct hg_wire *w);
