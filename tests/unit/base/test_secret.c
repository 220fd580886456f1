#include "child.h"
#include "base/hash.h"
#include "base/secret.h"
#include <string.h>
#include <stdio.h>
#include <stdlib.h>

#define TOKEN "a-token-of-the-test"

static void the_bytes_come_back_with_a_nul(void **state)
{
	(void)state;
	struct hg_secret *s = hg_secret_new(HG_STR(TOKEN));
	size_t n = 0;

	assert_string_equal(hg_secret_bytes(s, &n), TOKEN);
	assert_int_equal(n, strlen(TOKEN));
	assert_string_equal(hg_secret_bytes(s, NULL), TOKEN);
	hg_secret_unref(s);
}

static void only_equal_bytes_are_it(void **state)
{
	(void)state;
	struct hg_secret *s = hg_secret_new(HG_STR("abc"));

	assert_true(hg_secret_is(s, HG_STR("abc")));
	assert_false(hg_secret_is(s, HG_STR("abd")));
	assert_false(hg_secret_is(s, HG_STR("xbc")));
	assert_false(hg_secret_is(s, HG_STR("ab")));
	assert_false(hg_secret_is(s, HG_STR("abcd")));
	assert_false(hg_secret_is(s, HG_STR("abc\0")));
	assert_false(hg_secret_is(s, HG_STR("")));
	assert_false(hg_secret_is(s, (struct hg_str){ NULL, 0 }));
	hg_secret_unref(s);
}

static void an_empty_secret_is_only_empty(void **state)
{
	(void)state;
	struct hg_secret *s = hg_secret_new((struct hg_str){ NULL, 0 });

	assert_true(hg_secret_is(s, HG_STR("")));
	assert_false(hg_secret_is(s, HG_STR("\0")));
	assert_false(hg_secret_is(s, HG_STR("a")));
	hg_secret_unref(s);
}

static void it_lives_until_the_last_unref(void **state)
{
	(void)state;
	struct hg_secret *s = hg_secret_new(HG_STR(TOKEN));

	assert_ptr_equal(hg_secret_ref(s), s);
	hg_secret_unref(s);
	assert_true(hg_secret_is(s, HG_STR(TOKEN)));
	hg_secret_unref(s);
	hg_secret_unref(NULL);
}

static void secrets_longer_than_a_page_fit(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 4094, 4095, 4096, 4097, 100000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *bytes = malloc(sizes[i]);

		memset(bytes, 'k', sizes[i]);
		struct hg_secret *s = hg_secret_new((struct hg_str){ bytes, sizes[i] });

		assert_true(hg_secret_is(s, (struct hg_str){ bytes, sizes[i] }));
		assert_int_equal(hg_secret_bytes(s, NULL)[sizes[i]], 0);
		hg_secret_unref(s);
		free(bytes);
	}
}

static void the_id_tells_apart_and_tells_nothing(void **state)
{
	(void)state;
	struct hg_secret *a = hg_secret_new(HG_STR(TOKEN)), *b = hg_secret_new(HG_STR(TOKEN));
	struct hg_secret *c = hg_secret_new(HG_STR("another"));
	char id_a[24], id_b[24], id_c[24];

	hg_secret_print_id(a, id_a);
	hg_secret_print_id(b, id_b);
	hg_secret_print_id(c, id_c);
	assert_string_equal(id_a, id_b);
	assert_string_not_equal(id_a, id_c);
	assert_memory_equal(id_a, "id:", 3);
	assert_int_equal(strlen(id_a), 15);
	assert_int_equal(strspn(id_a + 3, "0123456789abcdef"), 12);
	hg_secret_unref(a);
	hg_secret_unref(b);
	hg_secret_unref(c);
}

static void the_id_depends_on_the_key_of_the_process(void **state)
{
	(void)state;
	static const uint8_t zero[16], other[16] = { 1 };
	struct hg_secret *s = hg_secret_new(HG_STR(TOKEN));
	char before[24], after[24];

	hg_hash_seed(zero);
	hg_secret_print_id(s, before);
	hg_hash_seed(other);
	hg_secret_print_id(s, after);
	hg_hash_seed(zero);
	assert_string_not_equal(before, after);
	hg_secret_unref(s);
}

static void write_into_it(void)
{
	struct hg_secret *s = hg_secret_new(HG_STR(TOKEN));

	/* No sanitizer's story about it: the signal is what is asked for. */
	(void)signal(SIGSEGV, SIG_DFL);
	*(volatile char *)(uintptr_t)hg_secret_bytes(s, NULL) = 'x';
}

static void nobody_can_write_into_it(void **state)
{
	(void)state;
	char said[4096];
	int status = end_of(write_into_it, said);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
}

/* Has the mapping that this byte is in this flag in /proc/self/smaps? */
static bool has_map_flag(const void *at, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	bool is_inside = false, is_there = false;
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long long from, to;

		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			is_inside = (uintptr_t)at >= from && (uintptr_t)at < to;
		else if (is_inside && strncmp(line, "VmFlags:", 8) == 0)
			is_there = strstr(line, flag) != NULL;
	}
	(void)fclose(f);
	return is_there;
}

static void it_stays_out_of_core_dumps(void **state)
{
	(void)state;
	struct hg_secret *s = hg_secret_new(HG_STR(TOKEN));
	static const char plain[] = TOKEN;

	assert_true(has_map_flag(hg_secret_bytes(s, NULL), " dd"));
	assert_false(has_map_flag(plain, " dd"));
	hg_secret_unref(s);
}

/* With no address space left to map, the heap has to do. */
static void make_one_without_mappings(void)
{
	struct rlimit limit = { .rlim_cur = 1, .rlim_max = RLIM_INFINITY };

	free(malloc(10000)); /* the heap's own memory is there before */
	(void)setrlimit(RLIMIT_AS, &limit);
	struct hg_secret *s = hg_secret_new(HG_STR(TOKEN));
	bool is_it = hg_secret_is(s, HG_STR(TOKEN));
	bool is_page = (uintptr_t)hg_secret_bytes(s, NULL) % 4096 == 0;

	hg_secret_unref(s);
	_exit(is_it && !is_page ? 7 : 1);
}

static void without_a_page_the_heap_keeps_it(void **state)
{
	(void)state;
	char said[4096];
	int status = end_of(make_one_without_mappings, said);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_come_back_with_a_nul),
		cmocka_unit_test(only_equal_bytes_are_it),
		cmocka_unit_test(an_empty_secret_is_only_empty),
		cmocka_unit_test(it_lives_until_the_last_unref),
		cmocka_unit_test(secrets_longer_than_a_page_fit),
		cmocka_unit_test(the_id_tells_apart_and_tells_nothing),
		cmocka_unit_test(the_id_depends_on_the_key_of_the_process),
		cmocka_unit_test(nobody_can_write_into_it),
		cmocka_unit_test(it_stays_out_of_core_dumps),
		cmocka_unit_test(without_a_page_the_heap_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
