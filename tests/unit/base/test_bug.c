#include "child.h"
#include "base/bug.h"
#include "base/log.h"
#include <string.h>

#define MIN_US (60 * 1000000ll)

static char lines[4096];
static size_t n_lines;

static void keep_line(void *arg, const char *line, size_t n)
{
	(void)arg;
	(void)line;
	assert_true(n < sizeof(lines));
	memcpy(lines, line, n);
	lines[n] = '\0';
	n_lines++;
}

static int listen_to_log(void **state)
{
	(void)state;
	n_lines = 0;
	hg_log_set_sink(keep_line, NULL);
	return 0;
}

static int leave_log(void **state)
{
	(void)state;
	hg_log_set_sink(NULL, NULL);
	return 0;
}

static void have_a_bug(void)
{
	volatile int one = 1;

	HG_BUG_ON(one + 1 == 2);
}

static void have_none(void)
{
	volatile int one = 1;

	HG_BUG_ON(one + 1 == 3);
}

static void a_bug_aborts_and_says_where(void **state)
{
	(void)state;
	char said[4096];
	int status = end_of(have_a_bug, said);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_memory_equal(said, "hubgate: bug at base/test_bug.c:", 32);
	assert_non_null(strstr(said, ": one + 1 == 2\n"));
}

static void no_bug_goes_on(void **state)
{
	(void)state;
	char said[4096];
	int status = end_of(have_none, said);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_string_equal(said, "");
}

static void be_odd_without_a_log(void)
{
	hg_odd_set_report(NULL);
	(void)hg_odd_at("core/base/alone.c", 7, "x < 0", 0);
}

static void what_is_odd_goes_to_standard_error_while_nobody_is_told(void **state)
{
	(void)state;
	char said[4096];
	int status = end_of(be_odd_without_a_log, said);

	assert_true(WIFEXITED(status));
	assert_string_equal(said, "hubgate: odd at=base/alone.c:7 n=1 what=\"x < 0\"\n");
}

static void only_what_is_odd_counts(void **state)
{
	(void)state;
	uint64_t before = hg_odd_n();

	for (int i = 0; i < 10; i++) {
		if (HG_ODD(i >= 7))
			assert_true(i >= 7);
		else
			assert_true(i < 7);
	}
	assert_int_equal(hg_odd_n() - before, 3);
	assert_int_equal(n_lines, 1); /* one place, within a minute */
	assert_non_null(strstr(lines, "base/test_bug.c:"));
	assert_non_null(strstr(lines, "i >= 7"));
}

static void a_place_is_logged_once_a_minute(void **state)
{
	(void)state;
	assert_true(hg_odd_at("core/base/a.c", 1, "x", 5));
	assert_int_equal(n_lines, 1);
	assert_true(hg_odd_at("core/base/a.c", 1, "x", 5 + MIN_US - 1));
	assert_int_equal(n_lines, 1);
	assert_true(hg_odd_at("core/base/a.c", 1, "x", 5 + MIN_US));
	assert_int_equal(n_lines, 2);
	assert_non_null(strstr(lines, "n=3")); /* the quiet one was counted */
	assert_true(hg_odd_at("core/base/a.c", 1, "x", 5 + MIN_US + 1));
	assert_int_equal(n_lines, 2);
}

static void each_place_has_its_own_minute(void **state)
{
	(void)state;
	(void)hg_odd_at("core/base/b.c", 1, "x", 0);
	(void)hg_odd_at("core/base/b.c", 2, "x", 0);
	(void)hg_odd_at("core/base/c.c", 1, "x", 0);
	assert_int_equal(n_lines, 3);
}

static void too_many_places_share_a_minute(void **state)
{
	(void)state;
	uint64_t before = hg_odd_n();

	for (int line = 1; line <= 1000; line++)
		(void)hg_odd_at("core/base/many.c", line, "x", 0);
	assert_int_equal(hg_odd_n() - before, 1000);
	assert_in_range(n_lines, 2, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bug_aborts_and_says_where),
		cmocka_unit_test(no_bug_goes_on),
		cmocka_unit_test(what_is_odd_goes_to_standard_error_while_nobody_is_told),
		cmocka_unit_test_setup_teardown(only_what_is_odd_counts, listen_to_log, leave_log),
		cmocka_unit_test_setup_teardown(
			a_place_is_logged_once_a_minute, listen_to_log, leave_log),
		cmocka_unit_test_setup_teardown(
			each_place_has_its_own_minute, listen_to_log, leave_log),
		cmocka_unit_test_setup_teardown(
			too_many_places_share_a_minute, listen_to_log, leave_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
