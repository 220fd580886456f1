#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/map.h"
#include "base/text.h"

#define N_KEYS 300

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

static void what_was_never_put_is_not_found(void **state)
{
	(void)state;
	struct hg_map *m = hg_map_new();

	assert_null(hg_map_find(m, HG_STR("octocat")));
	assert_null(hg_map_take(m, HG_STR("octocat")));
	assert_int_equal(hg_map_n(m), 0);
	hg_map_free(m);
	hg_map_free(NULL);
}

static void putting_again_returns_what_was_there(void **state)
{
	(void)state;
	struct hg_map *m = hg_map_new();
	int a, b;

	assert_null(hg_map_put(m, HG_STR("k"), &a));
	assert_ptr_equal(hg_map_put(m, HG_STR("k"), &b), &a);
	assert_ptr_equal(hg_map_find(m, HG_STR("k")), &b);
	assert_int_equal(hg_map_n(m), 1);
	hg_map_check(m);
	hg_map_free(m);
}

static void a_key_is_all_its_bytes(void **state)
{
	(void)state;
	static const struct hg_str keys[] = { { NULL, 0 }, { "\0", 1 }, { "\0\0", 2 }, { "a", 1 },
		{ "a\0b", 3 }, { "a\0c", 3 }, { "A", 1 } };
	struct hg_map *m = hg_map_new();
	int values[7];

	for (int i = 0; i < 7; i++)
		assert_null(hg_map_put(m, keys[i], &values[i]));
	for (int i = 0; i < 7; i++)
		assert_ptr_equal(hg_map_find(m, keys[i]), &values[i]);
	assert_ptr_equal(hg_map_find(m, HG_STR("")), &values[0]);
	hg_map_check(m);
	hg_map_free(m);
}

static void the_map_keeps_its_own_copy_of_a_key(void **state)
{
	(void)state;
	struct hg_map *m = hg_map_new();
	char key[] = "issue";
	int value;

	hg_map_put(m, hg_str(key), &value);
	key[0] = 'x';
	assert_ptr_equal(hg_map_find(m, HG_STR("issue")), &value);
	assert_null(hg_map_find(m, hg_str(key)));
	hg_map_free(m);
}

struct walk {
	size_t n, most;
};

static bool count_visit(void *arg, struct hg_str key, void *value)
{
	struct walk *w = arg;

	(void)key;
	(void)value;
	return ++w->n < w->most;
}

static void a_visitor_may_stop(void **state)
{
	(void)state;
	struct hg_map *m = hg_map_new();
	struct walk all = { .most = 1000 }, some = { .most = 3 };
	char name[2] = "a";

	for (; name[0] <= 'z'; name[0]++)
		hg_map_put(m, hg_str(name), m);
	hg_map_each(m, count_visit, &all);
	hg_map_each(m, count_visit, &some);
	assert_int_equal(all.n, 26);
	assert_int_equal(some.n, 3);
	hg_map_free(m);
}

static bool mark_visit(void *arg, struct hg_str key, void *value)
{
	unsigned char *seen = arg;
	uint64_t k;

	assert_true(hg_parse_u64(key, &k));
	assert_true(k < N_KEYS);
	assert_non_null(value);
	seen[k]++;
	return true;
}

static void a_random_walk_agrees_with_an_array(void **state)
{
	(void)state;
	struct hg_map *m = hg_map_new();
	void *model[N_KEYS] = { 0 };
	char values[64];
	uint64_t seed = 4711;
	size_t n = 0;

	for (int step = 0; step < 30000; step++) {
		uint32_t k = next_random(&seed) % N_KEYS;
		/* Long stretches of putting and of taking, so that it fills and empties. */
		bool puts = next_random(&seed) % 4 ? (step / 3000) % 2 == 0 : (step / 3000) % 2;
		struct hg_text name;

		hg_text_init(&name);
		hg_text_printf(&name, "%u", k);
		assert_ptr_equal(hg_map_find(m, hg_text_str(&name)), model[k]);
		if (puts) {
			void *value = &values[next_random(&seed) % sizeof(values)];

			n += !model[k];
			assert_ptr_equal(hg_map_put(m, hg_text_str(&name), value), model[k]);
			model[k] = value;
		} else {
			n -= !!model[k];
			assert_ptr_equal(hg_map_take(m, hg_text_str(&name)), model[k]);
			model[k] = NULL;
		}
		hg_text_fini(&name);
		assert_int_equal(hg_map_n(m), n);
		if (step % 8 == 0)
			hg_map_check(m);
	}

	unsigned char seen[N_KEYS] = { 0 };

	hg_map_each(m, mark_visit, seen);
	for (int k = 0; k < N_KEYS; k++)
		assert_int_equal(seen[k], model[k] ? 1 : 0);
	hg_map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_never_put_is_not_found),
		cmocka_unit_test(putting_again_returns_what_was_there),
		cmocka_unit_test(a_key_is_all_its_bytes),
		cmocka_unit_test(the_map_keeps_its_own_copy_of_a_key),
		cmocka_unit_test(a_visitor_may_stop),
		cmocka_unit_test(a_random_walk_agrees_with_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
