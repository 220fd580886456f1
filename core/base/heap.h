/*
 * heap - what is due first: a binary heap of members ordered by a 64-bit key.
 *
 * The node sits in its member and knows its place, so taking one out of the middle is
 * O(log n). Equal keys come out in the order in which they went in; a
 * move is a new going in. Thread: the owner's.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hg_heap_node {
	int64_t key;  /* set before hg_heap_put; use hg_heap_move to change it */
	uint64_t seq; /* the heap's: keeps equal keys in order */
	size_t place; /* 1-based; 0 = not in a heap */
};

struct hg_heap {
	struct hg_heap_node **nodes;
	size_t n, room;
	uint64_t seq;
};

void hg_heap_init(struct hg_heap *h);
void hg_heap_fini(struct hg_heap *h); /* the members stay */
void hg_heap_put(struct hg_heap *h, struct hg_heap_node *node);
void hg_heap_remove(struct hg_heap *h, struct hg_heap_node *node); /* harmless when not in it */
void hg_heap_move(
	struct hg_heap *h, struct hg_heap_node *node, int64_t key); /* puts it if it was out */
struct hg_heap_node *hg_heap_first(const struct hg_heap *h);        /* NULL when empty */
static inline bool hg_heap_has(const struct hg_heap_node *node)
{
	return node->place != 0;
}
