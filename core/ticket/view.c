/*
 * A slot is a sequence counter (odd while it is written) and words. A word is stored with release
 * and loaded with acquire: who sees a new one also sees that the counter has moved, so a torn read
 * is seen by the counter. Readers write nothing: all fronts read the same slot for each reply.
 */
#include "ticket/view.h"
#include "base/hash.h"
#include <hg/mem.h>
#include <stdatomic.h>

#define BUCKETS 2048u
#define WAYS 8u /* slots of a bucket, 64 bytes each: several pairs may fall into one */

struct slot {
	_Atomic uint64_t seq;
	_Atomic uint64_t who, resource; /* hashes; 0 and 0 = free */
	_Atomic int64_t limit, remaining, used, reset_s;
	uint64_t put_at; /* the writer's: of its puts */
};

struct hg_view {
	uint64_t n_puts; /* the writer's */
	struct slot slots[BUCKETS][WAYS];
};

static struct slot *bucket_of(const struct hg_view *v, const struct hg_view_place *p)
{
	return (struct slot *)v->slots[hg_hash_mix(p->who, p->resource) % BUCKETS];
}

struct hg_view_place hg_view_place(struct hg_scope who, struct hg_str resource)
{
	return (struct hg_view_place){ hg_hash(who.bytes, sizeof(who.bytes)) | 1,
		hg_hash(resource.p, resource.n) };
}

struct hg_view *hg_view_new(void)
{
	return hg_alloc0(sizeof(struct hg_view));
}

void hg_view_free(struct hg_view *v)
{
	hg_free(v);
}

#define PUT(m, x) atomic_store_explicit(&(m), (x), memory_order_release)
#define GET(m) atomic_load_explicit(&(m), memory_order_acquire)

/* Its own slot, or the one that was written longest ago: a free one was never. */
static struct slot *slot_for(struct hg_view *v, const struct hg_view_place *p)
{
	struct slot *bucket = bucket_of(v, p), *oldest = bucket;

	for (unsigned i = 0; i < WAYS; i++) {
		struct slot *s = &bucket[i];
		if (GET(s->who) == p->who && GET(s->resource) == p->resource)
			return s;
		if (s->put_at < oldest->put_at)
			oldest = s;
	}
	return oldest;
}

void hg_view_put(struct hg_view *v, struct hg_scope who, struct hg_str resource,
	const struct hg_view_row *row)
{
	struct hg_view_place p = hg_view_place(who, resource);
	struct slot *s = slot_for(v, &p);

	s->put_at = ++v->n_puts;
	atomic_fetch_add_explicit(&s->seq, 1, memory_order_relaxed);
	PUT(s->who, p.who);
	PUT(s->resource, p.resource);
	PUT(s->limit, row->limit);
	PUT(s->remaining, row->remaining);
	PUT(s->used, row->used);
	PUT(s->reset_s, row->reset_s);
	atomic_fetch_add_explicit(&s->seq, 1, memory_order_release);
}

/* False: another pair's, or written all the while: a header less, no more. */
static bool read_slot(
	const struct slot *s, const struct hg_view_place *p, struct hg_view_row *ret_row)
{
	for (int tries = 0; tries < 8; tries++) {
		uint64_t before = GET(s->seq);
		if (before & 1)
			continue;
		bool ours = GET(s->who) == p->who && GET(s->resource) == p->resource;
		struct hg_view_row row = { GET(s->limit), GET(s->remaining), GET(s->used),
			GET(s->reset_s) };
		if (atomic_load_explicit(&s->seq, memory_order_relaxed) != before)
			continue;
		if (ours)
			*ret_row = row;
		return ours;
	}
	return false;
}

bool hg_view_at(const struct hg_view *v, const struct hg_view_place *p, struct hg_view_row *ret_row)
{
	const struct slot *bucket = bucket_of(v, p);

	for (unsigned i = 0; i < WAYS; i++)
		if (GET(bucket[i].who) == p->who && read_slot(&bucket[i], p, ret_row))
			return true;
	return false;
}

bool hg_view_find(const struct hg_view *v, struct hg_scope who, struct hg_str resource,
	struct hg_view_row *ret_row)
{
	struct hg_view_place p = hg_view_place(who, resource);

	return hg_view_at(v, &p, ret_row);
}
