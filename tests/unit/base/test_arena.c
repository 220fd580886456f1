#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/arena.h"

static void pieces_are_aligned_and_apart(void **state)
{
	(void)state;
	struct hg_arena a;
	unsigned char *pieces[300];
	size_t used = 0;

	hg_arena_init(&a);
	for (size_t i = 0; i < 300; i++) {
		size_t size = i * 37 % 500;

		pieces[i] = hg_arena_alloc(&a, size);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		memset(pieces[i], (int)i, size);
		used += size;
	}
	for (size_t i = 0; i < 300; i++) {
		for (size_t j = 0; j < i * 37 % 500; j++)
			assert_int_equal(pieces[i][j], (unsigned char)i);
	}
	assert_int_equal(a.used_bytes, used);
	hg_arena_fini(&a);
}

static void a_piece_of_no_bytes_is_a_piece(void **state)
{
	(void)state;
	struct hg_arena a;

	hg_arena_init(&a);
	void *first = hg_arena_alloc(&a, 0), *second = hg_arena_alloc0(&a, 0);

	assert_non_null(first);
	assert_non_null(second);
	assert_ptr_not_equal(first, second);
	assert_int_equal(a.used_bytes, 0);
	hg_arena_fini(&a);
}

static void a_big_piece_does_not_end_the_block_of_small_ones(void **state)
{
	(void)state;
	struct hg_arena a;

	hg_arena_init(&a);
	char *small = hg_arena_alloc(&a, 16);

	memset(hg_arena_alloc(&a, 1000000), 1, 1000000);
	assert_ptr_equal(hg_arena_alloc(&a, 16), small + 16);
	hg_arena_fini(&a);
}

static void clearing_gives_the_same_memory_again(void **state)
{
	(void)state;
	struct hg_arena a;

	hg_arena_init(&a);
	void *first = hg_arena_alloc(&a, 100);

	(void)hg_arena_alloc(&a, 1000000);
	hg_arena_clear(&a);
	assert_int_equal(a.used_bytes, 0);
	assert_ptr_equal(hg_arena_alloc(&a, 100), first);
	hg_arena_clear(&a);
	hg_arena_clear(&a);
	hg_arena_fini(&a);
	hg_arena_fini(&a);
}

static void zeroed_pieces_are_zero_after_use(void **state)
{
	(void)state;
	struct hg_arena a;

	hg_arena_init(&a);
	for (int round = 0; round < 3; round++) {
		unsigned char *p = hg_arena_alloc0(&a, 1000);

		for (int i = 0; i < 1000; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 1000);
		hg_arena_clear(&a);
	}
	hg_arena_fini(&a);
}

static void a_copy_has_a_nul_behind_it(void **state)
{
	(void)state;
	struct hg_arena a;

	hg_arena_init(&a);
	struct hg_str copy = hg_arena_copy(&a, (struct hg_str){ "octocat", 4 });
	struct hg_str empty = hg_arena_copy(&a, (struct hg_str){ NULL, 0 });

	assert_int_equal(copy.n, 4);
	assert_string_equal(copy.p, "octo");
	assert_int_equal(empty.n, 0);
	assert_string_equal(empty.p, "");
	hg_arena_fini(&a);
}

static void printing_takes_any_length(void **state)
{
	(void)state;
	static const int widths[] = { 0, 1, 254, 255, 256, 257, 5000, 100000 };
	struct hg_arena a;

	hg_arena_init(&a);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct hg_str s = hg_arena_printf(&a, "%*s", widths[i], "");

		assert_int_equal(s.n, widths[i]);
		assert_int_equal(strlen(s.p), widths[i]);
	}
	assert_string_equal(hg_arena_printf(&a, "%s/%d", "issues", 7).p, "issues/7");
	hg_arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_apart),
		cmocka_unit_test(a_piece_of_no_bytes_is_a_piece),
		cmocka_unit_test(a_big_piece_does_not_end_the_block_of_small_ones),
		cmocka_unit_test(clearing_gives_the_same_memory_again),
		cmocka_unit_test(zeroed_pieces_are_zero_after_use),
		cmocka_unit_test(a_copy_has_a_nul_behind_it),
		cmocka_unit_test(printing_takes_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
