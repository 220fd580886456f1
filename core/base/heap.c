#include "base/heap.h"

#include "base/bug.h"
#include <hg/mem.h>

/*
 * nodes[1 … n] are in use and nodes[0] is not, so the parent of i is i / 2.
 *   - no node is due before its parent
 *   - nodes[i]->place == i
 */

static bool is_before(const struct hg_heap_node *a, const struct hg_heap_node *b)
{
	return a->key < b->key || (a->key == b->key && a->seq < b->seq);
}

static void set_place(struct hg_heap *h, size_t place, struct hg_heap_node *node)
{
	h->nodes[place] = node;
	node->place = place;
}

static void sift_up(struct hg_heap *h, size_t i)
{
	struct hg_heap_node *node = h->nodes[i];

	while (i > 1 && is_before(node, h->nodes[i / 2])) {
		set_place(h, i, h->nodes[i / 2]);
		i /= 2;
	}
	set_place(h, i, node);
}

static void sift_down(struct hg_heap *h, size_t i)
{
	struct hg_heap_node *node = h->nodes[i];

	for (;;) {
		size_t child = 2 * i;

		if (child > h->n)
			break;
		if (child < h->n && is_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (!is_before(h->nodes[child], node))
			break;
		set_place(h, i, h->nodes[child]);
		i = child;
	}
	set_place(h, i, node);
}

/* The node at `i` may be due earlier or later than its neighbours: one of the two moves it. */
static void settle(struct hg_heap *h, size_t i)
{
	struct hg_heap_node *node = h->nodes[i];

	sift_up(h, i);
	sift_down(h, node->place);
}

void hg_heap_init(struct hg_heap *h)
{
	*h = (struct hg_heap){ 0 };
}

void hg_heap_fini(struct hg_heap *h)
{
	for (size_t i = 1; i <= h->n; i++)
		h->nodes[i]->place = 0;
	hg_free(h->nodes);
	*h = (struct hg_heap){ 0 };
}

void hg_heap_put(struct hg_heap *h, struct hg_heap_node *node)
{
	HG_BUG_ON(node->place != 0);
	if (h->n + 1 >= h->room) {
		h->room = h->room ? 2 * h->room : 16;
		h->nodes = hg_realloc(h->nodes, h->room * sizeof(h->nodes[0]));
	}
	node->seq = h->seq++;
	h->n++;
	set_place(h, h->n, node);
	sift_up(h, h->n);
}

void hg_heap_remove(struct hg_heap *h, struct hg_heap_node *node)
{
	size_t i = node->place;

	if (i == 0)
		return;
	HG_BUG_ON(i > h->n || h->nodes[i] != node); /* it is in another heap */

	struct hg_heap_node *last = h->nodes[h->n];

	node->place = 0;
	h->n--;
	if (last == node)
		return;
	set_place(h, i, last);
	settle(h, i);
}

void hg_heap_move(struct hg_heap *h, struct hg_heap_node *node, int64_t key)
{
	if (node->place == 0) {
		node->key = key;
		hg_heap_put(h, node);
		return;
	}
	HG_BUG_ON(node->place > h->n || h->nodes[node->place] != node);
	node->key = key;
	node->seq = h->seq++;
	settle(h, node->place);
}

struct hg_heap_node *hg_heap_first(const struct hg_heap *h)
{
	return h->n ? h->nodes[1] : NULL;
}
