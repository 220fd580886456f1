#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include "ticket/view.h"

static const struct hg_scope alice = { "alice" }, bob = { "bob" };

static int setup(void **state)
{
	*state = hg_view_new();
	return 0;
}

static int teardown(void **state)
{
	hg_view_free(*state);
	return 0;
}

static void what_was_put_is_found(void **state)
{
	struct hg_view_row row = { 5000, 4999, 1, 1700000000 }, found = { 0 };

	hg_view_put(*state, alice, HG_STR("core"), &row);
	assert_true(hg_view_find(*state, alice, HG_STR("core"), &found));
	assert_memory_equal(&found, &row, sizeof(row));
}

static void what_was_not_put_is_unknown_and_nothing_is_written(void **state)
{
	struct hg_view_row row = { 5000, 4999, 1, 1700000000 }, found = { 7, 7, 7, 7 };

	assert_false(hg_view_find(*state, alice, HG_STR("core"), &found));
	hg_view_put(*state, alice, HG_STR("core"), &row);
	assert_false(hg_view_find(*state, alice, HG_STR("search"), &found));
	assert_false(hg_view_find(*state, bob, HG_STR("core"), &found));
	assert_int_equal(found.limit, 7);
}

static void a_newer_row_replaces_the_older(void **state)
{
	struct hg_view_row row = { 5000, 4999, 1, 1700000000 }, found;

	hg_view_put(*state, alice, HG_STR("core"), &row);
	row.remaining = 10;
	hg_view_put(*state, alice, HG_STR("core"), &row);
	assert_true(hg_view_find(*state, alice, HG_STR("core"), &found));
	assert_int_equal(found.remaining, 10);
}

static struct hg_scope number(int64_t i)
{
	struct hg_scope who = { 0 };

	memcpy(who.bytes, &i, sizeof(i));
	return who;
}

static unsigned put_and_count(struct hg_view *v, int64_t n)
{
	unsigned n_found = 0;

	for (int64_t i = 0; i < n; i++)
		hg_view_put(v, number(i), HG_STR("core"), &(struct hg_view_row){ i, i, i, i });
	for (int64_t i = 0; i < n; i++) {
		struct hg_view_row found;
		if (!hg_view_find(v, number(i), HG_STR("core"), &found))
			continue;
		assert_int_equal(found.limit, i); /* never another's */
		n_found++;
	}
	return n_found;
}

/* A hundred credentials with all their resources. */
static void many_pairs_are_known_at_once(void **state)
{
	assert_int_equal(put_and_count(*state, 1500), 1500);
}

static void more_pairs_than_slots_forget_the_oldest(void **state)
{
	struct hg_view_row found;

	assert_in_range(put_and_count(*state, 40000), 12000, 16384);
	assert_true(hg_view_find(*state, number(39999), HG_STR("core"), &found));
}

#define WRITES 60000

struct race {
	struct hg_view *view;
	_Atomic bool over;
	_Atomic unsigned n_torn, n_read;
};

static void *look(void *arg)
{
	struct race *race = arg;
	bool over = false;

	while (!over) {
		over = atomic_load(&race->over); /* one look at least after the last write */
		struct hg_view_row row;
		if (!hg_view_find(race->view, alice, HG_STR("core"), &row))
			continue;
		atomic_fetch_add(&race->n_read, 1);
		if (row.limit != row.remaining || row.limit != row.used || row.limit != row.reset_s)
			atomic_fetch_add(&race->n_torn, 1);
	}
	return NULL;
}

static void readers_never_see_half_a_row(void **state)
{
	struct race race = { .view = *state };
	pthread_t readers[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, look, &race), 0);
	for (int64_t i = 1; i <= WRITES; i++)
		hg_view_put(*state, alice, HG_STR("core"), &(struct hg_view_row){ i, i, i, i });
	atomic_store(&race.over, true);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
	assert_int_equal(race.n_torn, 0);
	assert_in_range(race.n_read, 2, UINT32_MAX);
}

int main(void)
{
#define ALONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		ALONE(what_was_put_is_found),
		ALONE(what_was_not_put_is_unknown_and_nothing_is_written),
		ALONE(a_newer_row_replaces_the_older),
		ALONE(many_pairs_are_known_at_once),
		ALONE(more_pairs_than_slots_forget_the_oldest),
		ALONE(readers_never_see_half_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
