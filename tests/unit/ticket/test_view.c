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

/* More pairs than slots: what shares a slot with a later one is unknown, never another's. */
static void a_slot_taken_by_another_says_unknown(void **state)
{
	unsigned n_found = 0, n_lost = 0;

	for (int64_t i = 0; i < 6000; i++) {
		struct hg_scope who = { 0 };
		memcpy(who.bytes, &i, sizeof(i));
		hg_view_put(*state, who, HG_STR("core"), &(struct hg_view_row){ i, i, i, i });
	}
	for (int64_t i = 0; i < 6000; i++) {
		struct hg_view_row found;
		struct hg_scope who = { 0 };
		memcpy(who.bytes, &i, sizeof(i));
		if (hg_view_find(*state, who, HG_STR("core"), &found)) {
			assert_int_equal(found.limit, i);
			n_found++;
		} else {
			n_lost++;
		}
	}
	assert_in_range(n_found, 2000, 4096);
	assert_int_equal(n_found + n_lost, 6000);
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
		ALONE(a_slot_taken_by_another_says_unknown),
		ALONE(readers_never_see_half_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
