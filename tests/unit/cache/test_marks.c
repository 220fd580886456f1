#include "fixture.h"
#include "marks.h"

static struct marks marks;

static int setup(void **state)
{
	(void)state;
	memset(&marks, 0, sizeof(marks));
	return 0;
}

static int64_t latest(const char *path)
{
	return marks_latest_us(&marks, hg_str(path));
}

static void a_write_marks_what_it_may_have_changed(void **state)
{
	static const struct {
		const char *path;
		int64_t at_us;
	} rows[] = {
		{ "/repos/o/r/actions/runs/5/cancel", 9 },
		{ "/repos/o/r/actions/runs/5", 9 },
		{ "/repos/o/r/actions/runs", 9 },
		{ "/repos/o/r/actions/runs/5/jobs", 9 }, /* its parent was marked */
		{ "/repos/o/r/actions/runs/6", 9 },
		{ "/repos/o/r/actions/workflows", 0 },
		{ "/repos/o/r", 0 },
		{ "/repos/o/s/actions/runs", 0 },
	};

	(void)state;
	marks_set(&marks, HG_STR("/repos/o/r/actions/runs/5/cancel"), 9);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (latest(rows[i].path) != rows[i].at_us)
			fail_msg("%s: %lld", rows[i].path, (long long)latest(rows[i].path));
}

static void names_are_the_same_in_any_case(void **state)
{
	(void)state;
	marks_set(&marks, HG_STR("/repos/Octo/Cat/issues"), 5);
	assert_int_equal(latest("/repos/octo/cat/ISSUES"), 5);
}

static void a_mark_never_goes_back(void **state)
{
	(void)state;
	marks_set(&marks, HG_STR("/a/b"), 5);
	marks_set(&marks, HG_STR("/a/b"), 3);
	assert_int_equal(latest("/a/b"), 5);
	marks_set(&marks, HG_STR("/a/b"), 6);
	assert_int_equal(latest("/a/b"), 6);
}

static void the_root_and_nothing_are_harmless(void **state)
{
	(void)state;
	marks_set(&marks, HG_STR("/"), 5);
	marks_set(&marks, HG_STR(""), 5);
	assert_int_equal(latest("/"), 0);
	assert_int_equal(latest(""), 0);
	marks_set(&marks, HG_STR("/user"), 5);
	assert_int_equal(latest("/user"), 5);
	assert_int_equal(latest("/user/repos"), 5);
	assert_int_equal(latest("/users"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_write_marks_what_it_may_have_changed, setup),
		cmocka_unit_test_setup(names_are_the_same_in_any_case, setup),
		cmocka_unit_test_setup(a_mark_never_goes_back, setup),
		cmocka_unit_test_setup(the_root_and_nothing_are_harmless, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
