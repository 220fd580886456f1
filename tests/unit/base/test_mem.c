#include "child.h"
#include <hg/mem.h>
#include <string.h>

static void want_too_much(void)
{
	volatile size_t size = SIZE_MAX / 2;

	hg_free(hg_alloc(size));
}

static void want_too_much_zeroed(void)
{
	volatile size_t size = SIZE_MAX / 2;

	hg_free(hg_alloc0(size));
}

static void want_to_grow_too_much(void)
{
	volatile size_t size = SIZE_MAX / 2;

	hg_free(hg_realloc(hg_alloc(1), size));
}

static void want_a_copy_without_end(void)
{
	volatile size_t n = SIZE_MAX;

	hg_free(hg_strndup("x", n));
}

static void running_out_ends_the_process_with_a_line(void **state)
{
	(void)state;
	static void (*const wants[])(void) = { want_too_much, want_too_much_zeroed,
		want_to_grow_too_much, want_a_copy_without_end };

	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		char said[4096];
		int status = end_of(wants[i], said);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGABRT);
		assert_non_null(strstr(said, "hubgate: out of memory: "));
	}
}

static void nothing_wanted_is_still_something(void **state)
{
	(void)state;
	void *pieces[] = { hg_alloc(0), hg_alloc0(0), hg_realloc(NULL, 0), hg_strndup(NULL, 0) };

	for (size_t i = 0; i < 4; i++) {
		assert_non_null(pieces[i]);
		hg_free(pieces[i]);
	}
	hg_free(NULL);
}

static void zeroed_memory_is_zero(void **state)
{
	(void)state;
	for (int round = 0; round < 8; round++) {
		unsigned char *p = hg_alloc0(4096);

		for (size_t i = 0; i < 4096; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 4096);
		hg_free(p);
	}
}

static void growing_keeps_the_bytes(void **state)
{
	(void)state;
	char *p = hg_realloc(NULL, 4);

	memcpy(p, "abcd", 4);
	p = hg_realloc(p, 100000);
	assert_memory_equal(p, "abcd", 4);
	p = hg_realloc(p, 2);
	assert_memory_equal(p, "ab", 2);
	hg_free(p);
}

static void a_copy_ends_with_nul(void **state)
{
	(void)state;
	char *p = hg_strndup("octocat", 4);

	assert_string_equal(p, "octo");
	hg_free(p);
	p = hg_strndup("a\0b", 3);
	assert_memory_equal(p, "a\0b\0", 4);
	hg_free(p);
}

struct hg_thing {
	int *n_freed;
};

static void hg_thing_free(struct hg_thing *t)
{
	if (t)
		++*t->n_freed;
	hg_free(t);
}
HG_AUTO_DEFINE(thing)

static struct hg_thing *make_thing(int *n_freed, int is_taken)
{
	HG_AUTO(thing) t = hg_alloc0(sizeof(*t));

	t->n_freed = n_freed;
	return is_taken ? HG_TAKE(t) : NULL;
}

static void an_owned_value_frees_itself_unless_taken(void **state)
{
	(void)state;
	int n_freed = 0;

	assert_null(make_thing(&n_freed, 0));
	assert_int_equal(n_freed, 1);
	struct hg_thing *t = make_thing(&n_freed, 1);

	assert_int_equal(n_freed, 1);
	hg_thing_free(t);
	assert_int_equal(n_freed, 2);
}

/*
 * ASan's allocator would end the process itself on a size it finds absurd; here it is to return
 * NULL, as the C library does.
 */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_out_ends_the_process_with_a_line),
		cmocka_unit_test(nothing_wanted_is_still_something),
		cmocka_unit_test(zeroed_memory_is_zero),
		cmocka_unit_test(growing_keeps_the_bytes),
		cmocka_unit_test(a_copy_ends_with_nul),
		cmocka_unit_test(an_owned_value_frees_itself_unless_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
