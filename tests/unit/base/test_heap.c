#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/heap.h"

#define N_MEMBERS 200

static void check_heap(const struct hg_heap *h)
{
	for (size_t i = 1; i <= h->n; i++) {
		const struct hg_heap_node *node = h->nodes[i],
					  *parent = h->nodes[i / 2 ? i / 2 : 1];

		assert_int_equal(node->place, i);
		assert_true(parent->key < node->key ||
			    (parent->key == node->key && parent->seq <= node->seq));
	}
	assert_ptr_equal(hg_heap_first(h), h->n ? h->nodes[1] : NULL);
}

/* A generator of its own: the same steps in each run. */
static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

static void an_empty_heap_has_no_first(void **state)
{
	(void)state;
	struct hg_heap h;

	hg_heap_init(&h);
	assert_null(hg_heap_first(&h));
	hg_heap_fini(&h);
}

static void members_come_out_by_key(void **state)
{
	(void)state;
	static const int64_t keys[] = { 5, INT64_MAX, -3, 0, INT64_MIN, 7, 6 };
	static const int64_t sorted[] = { INT64_MIN, -3, 0, 5, 6, 7, INT64_MAX };
	struct hg_heap_node nodes[7] = { 0 };
	struct hg_heap h;

	hg_heap_init(&h);
	for (int i = 0; i < 7; i++) {
		nodes[i].key = keys[i];
		hg_heap_put(&h, &nodes[i]);
		check_heap(&h);
	}
	for (int i = 0; i < 7; i++) {
		struct hg_heap_node *first = hg_heap_first(&h);

		assert_int_equal(first->key, sorted[i]);
		hg_heap_remove(&h, first);
		check_heap(&h);
	}
	hg_heap_fini(&h);
}

static void equal_keys_come_out_in_the_order_of_going_in(void **state)
{
	(void)state;
	struct hg_heap_node nodes[100] = { 0 };
	struct hg_heap h;

	hg_heap_init(&h);
	for (int i = 0; i < 100; i++)
		hg_heap_put(&h, &nodes[i]);
	hg_heap_move(&h, &nodes[0], 0); /* to the key it has: goes in again, behind the others */
	for (int i = 0; i < 100; i++) {
		assert_ptr_equal(hg_heap_first(&h), &nodes[(i + 1) % 100]);
		hg_heap_remove(&h, hg_heap_first(&h));
	}
	hg_heap_fini(&h);
}

static void removing_what_is_out_is_harmless(void **state)
{
	(void)state;
	struct hg_heap_node in = { .key = 1 }, out = { .key = 0 };
	struct hg_heap h;

	hg_heap_init(&h);
	hg_heap_put(&h, &in);
	hg_heap_remove(&h, &out);
	assert_ptr_equal(hg_heap_first(&h), &in);
	hg_heap_remove(&h, &in);
	hg_heap_remove(&h, &in);
	assert_null(hg_heap_first(&h));
	hg_heap_fini(&h);
}

static void moving_what_is_out_puts_it(void **state)
{
	(void)state;
	struct hg_heap_node node = { 0 };
	struct hg_heap h;

	hg_heap_init(&h);
	hg_heap_move(&h, &node, 42);
	assert_ptr_equal(hg_heap_first(&h), &node);
	assert_int_equal(node.key, 42);
	hg_heap_fini(&h);
}

static void members_are_out_when_the_heap_ends(void **state)
{
	(void)state;
	struct hg_heap_node node = { 0 };
	struct hg_heap h;

	hg_heap_init(&h);
	hg_heap_put(&h, &node);
	assert_true(hg_heap_has(&node));
	hg_heap_fini(&h);
	assert_false(hg_heap_has(&node));
}

/* The first by a walk over all. */
static const struct hg_heap_node *naive_first(const struct hg_heap_node *nodes)
{
	const struct hg_heap_node *first = NULL;

	for (int i = 0; i < N_MEMBERS; i++) {
		const struct hg_heap_node *node = &nodes[i];

		if (hg_heap_has(node) &&
			(!first || node->key < first->key ||
				(node->key == first->key && node->seq < first->seq)))
			first = node;
	}
	return first;
}

static void a_random_walk_agrees_with_a_naive_search(void **state)
{
	(void)state;
	struct hg_heap_node nodes[N_MEMBERS] = { 0 };
	uint64_t seed = 20260101;
	struct hg_heap h;
	size_t n = 0;

	hg_heap_init(&h);
	for (int step = 0; step < 20000; step++) {
		struct hg_heap_node *node = &nodes[next_random(&seed) % N_MEMBERS];
		int64_t key = next_random(&seed) % 50; /* few keys: many are equal */

		switch (next_random(&seed) % 3) {
		case 0:
			n += !hg_heap_has(node);
			hg_heap_move(&h, node, key);
			break;
		case 1:
			n -= hg_heap_has(node);
			hg_heap_remove(&h, node);
			break;
		default:
			if (hg_heap_has(node))
				break;
			node->key = key;
			hg_heap_put(&h, node);
			n++;
		}
		assert_int_equal(h.n, n);
		check_heap(&h);
		assert_ptr_equal(hg_heap_first(&h), naive_first(nodes));
	}
	hg_heap_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_has_no_first),
		cmocka_unit_test(members_come_out_by_key),
		cmocka_unit_test(equal_keys_come_out_in_the_order_of_going_in),
		cmocka_unit_test(removing_what_is_out_is_harmless),
		cmocka_unit_test(moving_what_is_out_puts_it),
		cmocka_unit_test(members_are_out_when_the_heap_ends),
		cmocka_unit_test(a_random_walk_agrees_with_a_naive_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
