#include "base/trace.h"

#include "base/hash.h"
#include <hg/mem.h>
#include <string.h>

struct hg_trace_ring {
	uint64_t n_written; /* the next record's place, modulo `mask` + 1 */
	uint64_t mask;
	struct hg_trace_record records[];
};

static _Thread_local struct hg_trace_ring *bound;

struct hg_trace_ring *hg_trace_ring_new(uint32_t n)
{
	uint64_t room = 1;

	if (!n)
		return NULL;
	while (room < n)
		room *= 2;
	struct hg_trace_ring *ring = hg_alloc0(sizeof(*ring) + room * sizeof(ring->records[0]));
	ring->mask = room - 1;
	return ring;
}

void hg_trace_ring_free(struct hg_trace_ring *ring)
{
	hg_free(ring);
}

void hg_trace_bind(struct hg_trace_ring *ring)
{
	bound = ring;
}

uint64_t hg_trace_key(struct hg_str id)
{
	uint64_t key = hg_hash(id.p, id.n);

	return key ? key : 1;
}

void hg_trace(
	uint64_t key, enum hg_trace_event event, int64_t at_us, uint32_t number, struct hg_str word)
{
	struct hg_trace_ring *ring = bound;

	if (!ring)
		return;
	struct hg_trace_record *r = &ring->records[ring->n_written++ & ring->mask];
	r->at_us = at_us;
	r->key = key;
	r->event = (uint16_t)event;
	r->number = number;
	r->n_word = (uint16_t)(word.n < sizeof(r->word) ? word.n : sizeof(r->word));
	if (r->n_word)
		memcpy(r->word, word.p, r->n_word);
}

uint32_t hg_trace_find(const struct hg_trace_ring *ring, uint64_t key,
	struct hg_trace_record *ret_records, uint32_t most)
{
	uint32_t n = 0;

	if (!ring)
		return 0;
	uint64_t first = ring->n_written > ring->mask ? ring->n_written - ring->mask - 1 : 0;
	uint64_t from = ring->n_written;
	while (from > first && n < most)
		n += ring->records[--from & ring->mask].key == key;
	n = 0;
	for (uint64_t at = from; at < ring->n_written; at++) {
		const struct hg_trace_record *r = &ring->records[at & ring->mask];
		if (r->key == key)
			ret_records[n++] = *r;
	}
	return n;
}

const char *hg_trace_event_name(enum hg_trace_event e)
{
	static const char *const names[] = {
#define X(id, name, number, about) name,
		HG_TRACE_EVENTS(X)
#undef X
	};
	return e < HG_TRACE_EVENT_N ? names[e] : "?";
}

const char *hg_trace_number_name(enum hg_trace_event e)
{
	static const char *const names[] = {
#define X(id, name, number, about) number,
		HG_TRACE_EVENTS(X)
#undef X
	};
	return e < HG_TRACE_EVENT_N ? names[e] : "";
}
