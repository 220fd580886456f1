#include "fixture.h"
#include "marks.h"

static struct marks marks;

static int setup(void **state)
{
	(void)state;
	memset(&marks, 0, sizeof(marks));
	return 0;
}

static uint64_t latest(const char *path)
{
	return marks_latest(&marks, hg_str(path));
}

static void a_write_marks_what_it_may_have_changed(void **state)
{
	static const struct {
		const char *path;
		uint64_t at;
	} rows[] = {
		{ "/repos/o/r/actions/runs/5/cancel", 1 },
		{ "/repos/o/r/actions/runs/5", 1 },
		{ "/repos/o/r/actions/runs", 1 },
		{ "/repos/o/r/actions/runs/5/jobs", 1 }, /* its parent was marked */
		{ "/repos/o/r/actions/runs/6", 1 },
		{ "/repos/o/r/actions/workflows", 0 },
		{ "/repos/o/r", 0 },
		{ "/repos/o/s/actions/runs", 0 },
	};

	(void)state;
	marks_set(&marks, HG_STR("/repos/o/r/actions/runs/5/cancel"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (latest(rows[i].path) != rows[i].at)
			fail_msg(
				"%s: %llu", rows[i].path, (unsigned long long)latest(rows[i].path));
}

static void names_are_the_same_in_any_case(void **state)
{
	(void)state;
	marks_set(&marks, HG_STR("/repos/Octo/Cat/issues"));
	assert_int_equal(latest("/repos/octo/cat/ISSUES"), 1);
}

static void each_mark_is_later_than_what_was_asked_before_it(void **state)
{
	(void)state;
	uint64_t before = marks_now(&marks);
	marks_set(&marks, HG_STR("/a/b"));
	uint64_t between = marks_now(&marks);
	assert_true(latest("/a/b") > before);
	assert_true(latest("/a/b") <= between);
	marks_set(&marks, HG_STR("/a/b"));
	assert_true(latest("/a/b") > between);
}

static void what_was_sent_keeps_its_number(void **state)
{
	(void)state;
	marks_note_sent(&marks, 7);
	marks_set(&marks, HG_STR("/a"));
	assert_int_equal(marks_sent(&marks, 7), 0);
	marks_note_sent(&marks, 7);
	assert_int_equal(marks_sent(&marks, 7), 1);
}

static void the_root_and_nothing_are_harmless(void **state)
{
	(void)state;
	marks_set(&marks, HG_STR("/"));
	marks_set(&marks, HG_STR(""));
	assert_int_equal(latest("/"), 0);
	assert_int_equal(latest(""), 0);
	marks_set(&marks, HG_STR("/user"));
	assert_int_equal(latest("/user"), 3);
	assert_int_equal(latest("/user/repos"), 3);
	assert_int_equal(latest("/users"), 0);
}

static void what_was_marked_since_is_known(void **state)
{
	(void)state;
	uint64_t before = marks_now(&marks);

	assert_false(marks_has_since(&marks, HG_STR("/repos/o/r"), before));
	marks_set(&marks, HG_STR("/repos/o/r"));
	assert_true(marks_has_since(&marks, HG_STR("/repos/o/r"), before));
	assert_true(marks_has_since(&marks, HG_STR("/repos/o/r/issues"), before));
	assert_false(marks_has_since(&marks, HG_STR("/user"), before));
	assert_false(marks_has_since(&marks, HG_STR("/repos/o/r"), marks_now(&marks)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_write_marks_what_it_may_have_changed, setup),
		cmocka_unit_test_setup(names_are_the_same_in_any_case, setup),
		cmocka_unit_test_setup(each_mark_is_later_than_what_was_asked_before_it, setup),
		cmocka_unit_test_setup(what_was_sent_keeps_its_number, setup),
		cmocka_unit_test_setup(what_was_marked_since_is_known, setup),
		cmocka_unit_test_setup(the_root_and_nothing_are_harmless, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
