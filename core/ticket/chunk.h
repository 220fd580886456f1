/*
 * chunk - a counted, immutable piece of a body; shared by followers and by the cache's copy.
 *
 * Thread: any.
 */
#pragma once
#include <hg/str.h>
#include <stdatomic.h>
#include <stdint.h>

struct hg_chunk {
	_Atomic uint32_t refs;
	uint32_t n;
	char bytes[];
};

struct hg_chunk *hg_chunk_new(struct hg_str bytes); /* copies */
struct hg_chunk *hg_chunk_ref(struct hg_chunk *c);
void hg_chunk_unref(struct hg_chunk *c); /* NULL is fine */

/* A growing list of references, in order. */
struct hg_chunks {
	struct hg_chunk **items;
	uint32_t n, room;
	uint64_t bytes;
};
void hg_chunks_add(struct hg_chunks *l, struct hg_chunk *c); /* takes the reference */
void hg_chunks_clear(struct hg_chunks *l);                   /* drops all, frees the array */
