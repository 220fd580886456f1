#include "fixture.h"
#include "writes.h"

static const struct hg_request write = { "/repos/o/r/issues", "", { "me" }, { { { 0 }, { 0 } } },
	0 };
static const struct hg_request list = { "/repos/o/r/issues", "", { "you" }, { { { 0 }, { 0 } } },
	0 };
static const struct hg_request other = { "/repos/p/s", "", { "me" }, { { { 0 }, { 0 } } }, 0 };
static const struct hg_request mine = { "/graphql", "", { "me" }, { { { 0 }, { 0 } } }, 0 };
static const struct hg_request yours = { "/graphql", "", { "you" }, { { { 0 }, { 0 } } }, 0 };

static void a_write_marks_when_it_begins_and_once_when_it_ends(void **state)
{
	struct marks *m = marks_new();
	void *slot = NULL;

	(void)state;
	writes_end(m, &write, &slot); /* it never began */
	assert_int_equal(marks_now(m), 0);
	writes_begin(m, &write, &slot);
	assert_true(writes_came_since(m, &list, false, 0));
	uint64_t during = marks_now(m);
	writes_end(m, &write, &slot);
	assert_true(writes_came_since(m, &list, false, during));
	uint64_t after = marks_now(m);
	writes_end(m, &write, &slot);
	assert_int_equal(marks_now(m), after);
	assert_false(writes_came_since(m, &list, false, after));
	marks_unref(m);
}

static void it_concerns_its_path_and_the_queries_of_its_scope(void **state)
{
	struct marks *m = marks_new();
	void *slot = NULL;

	(void)state;
	writes_begin(m, &write, &slot);
	assert_false(writes_came_since(m, &other, false, 0));
	assert_true(writes_came_since(m, &mine, true, 0));
	assert_false(writes_came_since(m, &yours, true, 0));
	marks_unref(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_marks_when_it_begins_and_once_when_it_ends),
		cmocka_unit_test(it_concerns_its_path_and_the_queries_of_its_scope),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
