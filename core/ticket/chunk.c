#include "ticket/chunk.h"
#include "base/bug.h"
#include <hg/mem.h>

struct hg_chunk *hg_chunk_new(struct hg_str bytes)
{
	HG_BUG_ON(bytes.n > UINT32_MAX);
	struct hg_chunk *c = hg_alloc(sizeof(*c) + bytes.n);

	atomic_init(&c->refs, 1);
	c->n = (uint32_t)bytes.n;
	if (bytes.n)
		memcpy(c->bytes, bytes.p, bytes.n);
	return c;
}

struct hg_chunk *hg_chunk_ref(struct hg_chunk *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void hg_chunk_unref(struct hg_chunk *c)
{
	if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
		hg_free(c);
}

void hg_chunks_add(struct hg_chunks *l, struct hg_chunk *c)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 8;
		l->items = hg_realloc(l->items, l->room * sizeof(*l->items));
	}
	l->items[l->n++] = c;
	l->bytes += c->n;
}

void hg_chunks_clear(struct hg_chunks *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		hg_chunk_unref(l->items[i]);
	hg_free(l->items);
	*l = (struct hg_chunks){ 0 };
}
