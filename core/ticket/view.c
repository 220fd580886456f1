/*
 * A slot is a sequence counter (odd while it is written) and words. A word is stored with release
 * and loaded with acquire: who sees a new one also sees that the counter has moved, so a torn read
 * is seen by the counter. Readers write nothing: all fronts read the same slot for each reply.
 */
#include "ticket/view.h"
#include "base/hash.h"
#include <hg/mem.h>
#include <stdatomic.h>

#define SLOTS 4096u /* 72 bytes each */

struct slot {
	_Atomic uint64_t seq;
	_Atomic uint64_t who, resource; /* hashes; 0 and 0 = free */
	_Atomic int64_t limit, remaining, used, reset_s;
};

struct hg_view {
	struct slot slots[SLOTS];
};

static struct slot *slot_of(const struct hg_view *v, const struct hg_view_place *p)
{
	return (struct slot *)&v->slots[hg_hash_mix(p->who, p->resource) % SLOTS];
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

void hg_view_put(struct hg_view *v, struct hg_scope who, struct hg_str resource,
	const struct hg_view_row *row)
{
	struct hg_view_place p = hg_view_place(who, resource);
	struct slot *s = slot_of(v, &p);

	atomic_fetch_add_explicit(&s->seq, 1, memory_order_relaxed);
	PUT(s->who, p.who);
	PUT(s->resource, p.resource);
	PUT(s->limit, row->limit);
	PUT(s->remaining, row->remaining);
	PUT(s->used, row->used);
	PUT(s->reset_s, row->reset_s);
	atomic_fetch_add_explicit(&s->seq, 1, memory_order_release);
}

bool hg_view_at(const struct hg_view *v, const struct hg_view_place *p, struct hg_view_row *ret_row)
{
	struct slot *s = slot_of(v, p);

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
	return false; /* written all the while: a header less, no more */
}

bool hg_view_find(const struct hg_view *v, struct hg_scope who, struct hg_str resource,
	struct hg_view_row *ret_row)
{
	struct hg_view_place p = hg_view_place(who, resource);

	return hg_view_at(v, &p, ret_row);
}
