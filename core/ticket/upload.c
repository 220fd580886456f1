#include "ticket/upload.h"
#include "ticket/chunk.h"
#include <hg/mem.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { BLOCK_BYTES = 4000 };

struct hg_upload {
	_Atomic uint32_t refs;
	int64_t length_bytes;
	uint64_t window_bytes;

	pthread_mutex_t lock;     /* a leaf; of all below */
	struct hg_chunks waiting; /* `bytes` counts what was not taken yet */
	uint32_t first;           /* of waiting.items */
	size_t at;                /* within it */
	size_t room;              /* of the last one, behind its bytes */
	bool is_asked;            /* the transport wanted a byte */
	uint64_t taken_bytes;
	bool has_end;
	bool owner_has_room; /* as it was told */
};

struct hg_upload *hg_upload_new(int64_t length_bytes, uint64_t window_bytes)
{
	struct hg_upload *u = hg_alloc0(sizeof(*u));

	atomic_init(&u->refs, 1);
	u->length_bytes = length_bytes;
	u->window_bytes = window_bytes;
	pthread_mutex_init(&u->lock, NULL);
	return u;
}

struct hg_upload *hg_upload_ref(struct hg_upload *u)
{
	atomic_fetch_add_explicit(&u->refs, 1, memory_order_relaxed);
	return u;
}

/* Those before `first` were dropped when they were taken. */
static void drop_all(struct hg_upload *u)
{
	for (; u->first < u->waiting.n; u->first++)
		hg_chunk_unref(u->waiting.items[u->first]);
	u->waiting.n = 0;
	hg_chunks_clear(&u->waiting);
}

void hg_upload_unref(struct hg_upload *u)
{
	if (!u || atomic_fetch_sub_explicit(&u->refs, 1, memory_order_acq_rel) != 1)
		return;
	drop_all(u);
	pthread_mutex_destroy(&u->lock);
	hg_free(u);
}

int64_t hg_upload_length(const struct hg_upload *u)
{
	return u->length_bytes;
}

static bool has_room(const struct hg_upload *u)
{
	return u->is_asked && u->waiting.bytes < u->window_bytes;
}

bool hg_upload_has_room(struct hg_upload *u)
{
	pthread_mutex_lock(&u->lock);
	bool room = u->owner_has_room = has_room(u);
	pthread_mutex_unlock(&u->lock);
	return room;
}

/* Small pieces share blocks: a client may send a byte at a time, and its window would take many
 * times its bytes. */
static size_t fill_last(struct hg_upload *u, struct hg_str piece)
{
	size_t n = piece.n < u->room ? piece.n : u->room;

	if (!n)
		return 0;
	struct hg_chunk *last = u->waiting.items[u->waiting.n - 1];
	memcpy(last->bytes + last->n, piece.p, n);
	last->n += (uint32_t)n;
	u->waiting.bytes += n;
	u->room -= n;
	return n;
}

static void add_block(struct hg_upload *u, struct hg_str piece)
{
	size_t room = piece.n < BLOCK_BYTES ? BLOCK_BYTES : piece.n;
	struct hg_chunk *c = hg_alloc(sizeof(*c) + room);

	atomic_init(&c->refs, 1);
	c->n = (uint32_t)piece.n;
	memcpy(c->bytes, piece.p, piece.n);
	hg_chunks_add(&u->waiting, c);
	u->room = room - piece.n;
}

/* The places before the first are in no use. Half of all at least: few are moved more than once. */
static void close_ranks(struct hg_upload *u)
{
	struct hg_chunks *l = &u->waiting;

	if (!u->first || l->n < l->room || u->first * 2 < l->n)
		return;
	l->n -= u->first;
	memmove(l->items, l->items + u->first, l->n * sizeof(*l->items));
	u->first = 0;
}

void hg_upload_put(struct hg_upload *u, struct hg_str piece)
{
	pthread_mutex_lock(&u->lock);
	size_t n = fill_last(u, piece);
	if (n < piece.n) {
		close_ranks(u);
		add_block(u, (struct hg_str){ piece.p + n, piece.n - n });
	}
	pthread_mutex_unlock(&u->lock);
}

void hg_upload_end(struct hg_upload *u)
{
	pthread_mutex_lock(&u->lock);
	u->has_end = true;
	pthread_mutex_unlock(&u->lock);
}

static size_t copy_out(struct hg_upload *u, char *to, size_t room)
{
	size_t given = 0;

	while (given < room && u->first < u->waiting.n) {
		struct hg_chunk *c = u->waiting.items[u->first];
		size_t left = c->n - u->at, n = left < room - given ? left : room - given;
		memcpy(to + given, c->bytes + u->at, n);
		given += n;
		u->at += n;
		if (u->at < c->n)
			break;
		u->waiting.items[u->first++] = NULL;
		u->at = 0;
		hg_chunk_unref(c);
		if (u->first == u->waiting.n)
			u->room = 0;
	}
	u->waiting.bytes -= given;
	return given;
}

ssize_t hg_upload_take(struct hg_upload *u, char *to, size_t room, bool *ret_room)
{
	pthread_mutex_lock(&u->lock);
	u->is_asked = true;
	ssize_t n = (ssize_t)copy_out(u, to, room);
	u->taken_bytes += (uint64_t)n;
	if (!n && !u->has_end)
		n = -1;
	/* half of the window at a time, or all that there is */
	*ret_room = !u->owner_has_room && !u->has_end && u->waiting.bytes * 2 <= u->window_bytes;
	u->owner_has_room |= *ret_room;
	pthread_mutex_unlock(&u->lock);
	return n;
}

bool hg_upload_is_touched(struct hg_upload *u)
{
	pthread_mutex_lock(&u->lock);
	bool touched = u->taken_bytes > 0;
	pthread_mutex_unlock(&u->lock);
	return touched;
}

bool hg_upload_is_whole(struct hg_upload *u)
{
	pthread_mutex_lock(&u->lock);
	bool whole = u->length_bytes < 0 ? u->has_end && !u->waiting.bytes
	                                 : u->taken_bytes >= (uint64_t)u->length_bytes;
	pthread_mutex_unlock(&u->lock);
	return whole;
}
