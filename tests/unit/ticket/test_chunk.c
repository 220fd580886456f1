#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include "ticket/chunk.h"

static void a_chunk_is_a_copy(void **state)
{
	char bytes[] = "abc";
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ bytes, 3 });

	(void)state;
	memset(bytes, 'x', 3);
	assert_int_equal(c->n, 3);
	assert_memory_equal(c->bytes, "abc", 3);
	hg_chunk_unref(c);
}

static void an_empty_chunk_is_a_chunk(void **state)
{
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ NULL, 0 });

	(void)state;
	assert_int_equal(c->n, 0);
	hg_chunk_unref(c);
	hg_chunk_unref(NULL);
}

static void a_list_keeps_order_and_counts_bytes(void **state)
{
	struct hg_chunks l = { 0 };

	(void)state;
	for (char i = 0; i < 100; i++)
		hg_chunks_add(&l, hg_chunk_new((struct hg_str){ &i, 1 }));
	assert_int_equal(l.n, 100);
	assert_int_equal(l.bytes, 100);
	for (char i = 0; i < 100; i++)
		assert_int_equal(l.items[(int)i]->bytes[0], i);
	hg_chunks_clear(&l);
	assert_int_equal(l.n + l.room + l.bytes, 0);
	assert_null(l.items);
	hg_chunks_clear(&l); /* empty is fine */
}

static void a_list_holds_its_own_references(void **state)
{
	struct hg_chunk *c = hg_chunk_new(HG_STR("ab"));
	struct hg_chunks a = { 0 }, b = { 0 };

	(void)state;
	hg_chunks_add(&a, hg_chunk_ref(c));
	hg_chunks_add(&b, hg_chunk_ref(c));
	hg_chunk_unref(c);
	hg_chunks_clear(&a);
	assert_memory_equal(b.items[0]->bytes, "ab", 2);
	hg_chunks_clear(&b);
}

#define ROUNDS 20000

static void *share(void *arg)
{
	struct hg_chunk *c = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct hg_chunk *mine = hg_chunk_ref(c);
		if (mine->bytes[0] != 'a')
			return arg;
		hg_chunk_unref(mine);
	}
	hg_chunk_unref(c);
	return NULL;
}

static void threads_may_share_a_chunk_and_the_last_frees_it(void **state)
{
	struct hg_chunk *c = hg_chunk_new(HG_STR("a"));
	pthread_t threads[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, share, hg_chunk_ref(c)), 0);
	hg_chunk_unref(c);
	for (int i = 0; i < 3; i++) {
		void *failed;
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_is_a_copy),
		cmocka_unit_test(an_empty_chunk_is_a_chunk),
		cmocka_unit_test(a_list_keeps_order_and_counts_bytes),
		cmocka_unit_test(a_list_holds_its_own_references),
		cmocka_unit_test(threads_may_share_a_chunk_and_the_last_frees_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
