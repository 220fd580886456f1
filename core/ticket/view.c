/*
 * A slot is a sequence counter (odd while it is written) and plain words read and written as
 * relaxed atomics, so that a torn read is seen by the counter and never undefined.
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

static struct slot *slot_of(
	const struct hg_view *v, struct hg_scope who, struct hg_str resource, uint64_t hashes[2])
{
	hashes[0] = hg_hash(who.bytes, sizeof(who.bytes)) | 1;
	hashes[1] = hg_hash(resource.p, resource.n);
	return (struct slot *)&v->slots[hg_hash_mix(hashes[0], hashes[1]) % SLOTS];
}

struct hg_view *hg_view_new(void)
{
	return hg_alloc0(sizeof(struct hg_view));
}

void hg_view_free(struct hg_view *v)
{
	hg_free(v);
}

#define PUT(m, x) atomic_store_explicit(&(m), (x), memory_order_relaxed)
#define GET(m) atomic_load_explicit(&(m), memory_order_relaxed)

void hg_view_put(struct hg_view *v, struct hg_scope who, struct hg_str resource,
	const struct hg_view_row *row)
{
	uint64_t hashes[2];
	struct slot *s = slot_of(v, who, resource, hashes);

	/* read-modify-writes on both sides: what lies between them stays between them */
	atomic_fetch_add_explicit(&s->seq, 1, memory_order_acq_rel);
	PUT(s->who, hashes[0]);
	PUT(s->resource, hashes[1]);
	PUT(s->limit, row->limit);
	PUT(s->remaining, row->remaining);
	PUT(s->used, row->used);
	PUT(s->reset_s, row->reset_s);
	atomic_fetch_add_explicit(&s->seq, 1, memory_order_release);
}

bool hg_view_find(const struct hg_view *v, struct hg_scope who, struct hg_str resource,
	struct hg_view_row *ret_row)
{
	uint64_t hashes[2];
	struct slot *s = slot_of(v, who, resource, hashes);

	for (int tries = 0; tries < 8; tries++) {
		uint64_t before = atomic_load_explicit(&s->seq, memory_order_acquire);
		if (before & 1)
			continue;
		bool ours = GET(s->who) == hashes[0] && GET(s->resource) == hashes[1];
		struct hg_view_row row = { GET(s->limit), GET(s->remaining), GET(s->used),
			GET(s->reset_s) };
		/* a read-modify-write, because TSan does not know fences */
		if (atomic_fetch_add_explicit(&s->seq, 0, memory_order_acq_rel) != before)
			continue;
		if (ours)
			*ret_row = row;
		return ours;
	}
	return false; /* written all the while: a header less, no more */
}
