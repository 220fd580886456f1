#include "front/wire.h"
#include "base/bug.h"
#include "front/stored.h"
#include "ticket/chunk.h"
#include <errno.h>
#include <event2/event.h>
#include <hg/mem.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	MAX_IOV = 64,
	OUT_ROOM_BYTES = 4000, /* of a block of queued copies */
	OUT_LINE_BYTES = 256,  /* … that begins with the line before a chunk */
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

/* -- life -------------------------------------------------------------------------------------- */

void hg_wire_open(struct hg_wire *w, struct hg_loop *loop, int fd,
	void (*on_event)(int fd, short what, void *arg), void *arg,
	void (*settle)(struct hg_later *later))
{
	*w = (struct hg_wire){ .loop = loop, .later.run = settle };
	hg_list_init(&w->later.link);
	HG_BUG_ON(event_assign(&w->event, hg_loop_base(loop), fd, EV_PERSIST, on_event, arg) != 0);
}

void hg_wire_open_into(struct hg_wire *w, struct hg_loop *loop, struct hg_wire_sink *sink,
	void (*settle)(struct hg_later *later))
{
	*w = (struct hg_wire){ .loop = loop, .later.run = settle, .sink = sink, .has_sink = true };
	hg_list_init(&w->later.link);
}

void hg_wire_watch(struct hg_wire *w, bool may_read)
{
	short want = EV_PERSIST;

	if (w->has_sink)
		return;
	if (w->out_first || hg_wire_wants_reading(w))
		want |= EV_WRITE;
	if (!w->eof)
		want |= may_read ? EV_READ : EV_CLOSED;
	if (want != w->watched) {
		if (w->watched)
			event_del(&w->event);
		w->watched = want;
		HG_BUG_ON(event_assign(&w->event, hg_loop_base(w->loop), w->event.ev_fd, want,
				  event_get_callback(&w->event),
				  event_get_callback_arg(&w->event)) != 0);
		HG_BUG_ON(event_add(&w->event, NULL) != 0);
	}
	if (may_read && !w->eof && w->seal && w->seal->has_more)
		event_active(&w->event, EV_READ, 0); /* the socket has given it already */
}

bool hg_wire_seal(struct hg_wire *w, struct hg_tls *tls)
{
	w->seal = hg_seal_new(tls, (int)w->event.ev_fd);
	return w->seal != NULL;
}

void hg_wire_settle_later(struct hg_wire *w)
{
	if (!w->entered)
		hg_loop_later(w->loop, &w->later);
}

void hg_wire_break(struct hg_wire *w, bool reset)
{
	w->broken = true;
	w->reset |= reset;
	hg_wire_settle_later(w);
}

bool hg_wire_shut(struct hg_wire *w)
{
	if (w->has_sink)
		return false; /* nobody is there to listen to */
	if (w->seal)
		hg_seal_shut(w->seal);
	return shutdown(w->event.ev_fd, SHUT_WR) == 0;
}

/* -- the queue --------------------------------------------------------------------------------- */

static void out_free(struct hg_out *o)
{
	if (o->kind == HG_PIECE_CHUNK)
		hg_chunk_unref(o->owner);
	else if (o->kind == HG_PIECE_STORED)
		hg_stored_unref(o->owner);
	hg_free(o);
}

static void count_unsent(struct hg_wire *w, int64_t more)
{
	w->unsent_bytes += (uint64_t)more;
	if (w->sum)
		*w->sum += (uint64_t)more;
}

static struct hg_out *out_add(struct hg_wire *w, enum hg_piece_kind kind, size_t room)
{
	struct hg_out *o = hg_alloc(sizeof(*o) + room);

	*o = (struct hg_out){ .kind = kind, .room = (uint32_t)room, .p = o->bytes };
	if (w->out_last)
		w->out_last->next = o;
	else
		w->out_first = o;
	w->out_last = o;
	return o;
}

void hg_wire_append(struct hg_wire *w, struct hg_str bytes)
{
	if (w->broken)
		return;
	count_unsent(w, (int64_t)bytes.n);
	while (bytes.n) {
		struct hg_out *o = w->out_last;
		size_t used = o && o->kind == HG_PIECE_BYTES ? (size_t)(o->p + o->n - o->bytes) : 0;
		size_t room = o && o->kind == HG_PIECE_BYTES ? o->room - used : 0;
		if (!room) {
			room = bytes.n <= OUT_LINE_BYTES / 8 ? OUT_LINE_BYTES : OUT_ROOM_BYTES;
			o = out_add(w, HG_PIECE_BYTES, room);
			used = 0;
		}
		size_t n = bytes.n < room ? bytes.n : room;
		memcpy(o->bytes + used, bytes.p, n);
		o->n += n;
		bytes.p += n;
		bytes.n -= n;
	}
}

static void queue_rest(struct hg_wire *w, const struct hg_piece *piece, struct hg_str rest)
{
	struct hg_out *o;

	switch (piece->kind) {
	case HG_PIECE_BYTES:
		hg_wire_append(w, rest);
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
	o = out_add(w, piece->kind, 0);
	o->owner = piece->owner;
	o->p = rest.p;
	o->n = rest.n;
	count_unsent(w, (int64_t)rest.n);
}

void hg_wire_queue(struct hg_wire *w, const struct hg_piece *piece)
{
	if (!w->broken && piece->bytes.n)
		queue_rest(w, piece, piece->bytes);
}

static void out_drop(struct hg_wire *w, size_t n)
{
	count_unsent(w, -(int64_t)n);
	while (n) {
		struct hg_out *o = w->out_first;
		HG_BUG_ON(!o); /* the socket can not take more than it was given */
		if (n < o->n) {
			o->p += n;
			o->n -= n;
			return;
		}
		n -= o->n;
		w->out_first = o->next;
		if (!w->out_first)
			w->out_last = NULL;
		out_free(o);
	}
}

/* Keeps the first `keep` bytes of the queue. */
static void out_cut(struct hg_wire *w, uint64_t keep)
{
	struct hg_out **at = &w->out_first, *last = NULL;

	count_unsent(w, (int64_t)(keep - w->unsent_bytes));
	while (*at && keep) {
		last = *at;
		if (last->n > keep)
			last->n = (size_t)keep;
		keep -= last->n;
		at = &last->next;
	}
	struct hg_out *o = *at;
	*at = NULL;
	w->out_last = last;
	while (o) {
		struct hg_out *next = o->next;
		out_free(o);
		o = next;
	}
}

bool hg_wire_take_back(struct hg_wire *w, uint64_t from)
{
	if (w->broken || w->sent_bytes + (w->seal ? w->seal->committed : 0) > from)
		return false;
	out_cut(w, from - w->sent_bytes);
	return true;
}

void hg_wire_close(struct hg_wire *w, bool politely)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (w->has_sink) {
		out_cut(w, 0);
		w->sink->closed(w->sink, politely);
		return;
	}
	if (w->seal && politely)
		hg_seal_shut(w->seal);
	hg_seal_free(w->seal);
	w->seal = NULL;
	if (w->reset)
		(void)setsockopt(w->event.ev_fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	event_del(&w->event);
	(void)close(w->event.ev_fd);
	out_cut(w, 0);
}

/* -- the socket -------------------------------------------------------------------------------- */

static size_t give_iov(struct hg_wire *w, const struct iovec *iov, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += iov[i].iov_len;
	w->sink->take(w->sink, iov, n);
	w->sent_bytes += bytes;
	return bytes;
}

/* How much the socket took; 0 also when it broke. */
static size_t send_iov(struct hg_wire *w, struct iovec *iov, size_t n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
	ssize_t sent;

	if (w->has_sink)
		return give_iov(w, iov, n);
	do
		sent = w->seal ? hg_seal_send(w->seal, iov, n)
		               : sendmsg(w->event.ev_fd, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			hg_wire_break(w, false);
		return 0;
	}
	w->sent_bytes += (uint64_t)sent;
	return (size_t)sent;
}

void hg_wire_write(struct hg_wire *w, const struct hg_piece *pieces, uint32_t n)
{
	struct iovec iov[MAX_IOV];
	size_t sent = 0;

	if (w->broken)
		return;
	if (!w->out_first) {
		uint32_t n_iov = 0;
		for (; n_iov < n && n_iov < MAX_IOV; n_iov++)
			iov[n_iov] = (struct iovec){ (void *)pieces[n_iov].bytes.p,
				pieces[n_iov].bytes.n };
		sent = send_iov(w, iov, n_iov);
		if (w->broken)
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
		queue_rest(w, &pieces[i], rest);
	}
}

void hg_wire_flush(struct hg_wire *w)
{
	struct iovec iov[MAX_IOV];

	while (w->out_first && !w->broken) {
		size_t n_iov = 0, n = 0;
		for (struct hg_out *o = w->out_first; o && n_iov < MAX_IOV; o = o->next, n_iov++) {
			iov[n_iov] = (struct iovec){ (void *)o->p, o->n };
			n += o->n;
		}
		size_t sent = send_iov(w, iov, n_iov);
		if (!sent)
			return;
		out_drop(w, sent);
		w->moved = true;
		if (sent < n)
			return; /* the socket is full */
	}
}

bool hg_wire_has_bytes(const struct hg_wire *w)
{
	char byte;

	return !w->broken && !w->has_sink &&
	       recv(event_get_fd(&w->event), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

bool hg_wire_look(struct hg_wire *w)
{
	uint32_t before = w->held_bytes;
	int held = 0;

	if (w->has_sink || ioctl(w->event.ev_fd, SIOCOUTQ, &held) != 0)
		return false;
	w->held_bytes = (uint32_t)held;
	return w->held_bytes < before;
}

ssize_t hg_wire_read(struct hg_wire *w, char *to, size_t room)
{
	ssize_t n = w->seal ? hg_seal_read(w->seal, to, room) : recv(w->event.ev_fd, to, room, 0);

	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		hg_wire_break(w, false);
	return n;
}
