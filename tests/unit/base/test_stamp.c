#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/stamp.h"

static char dir[] = "/tmp/hg-test-stamp-XXXXXX";
static char file[64], other[64];

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/file", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(file);
	(void)unlink(other);
	return rmdir(dir);
}

static bool differs(const struct hg_stamp *before)
{
	struct hg_stamp now = hg_stamp_of(file);

	return !hg_stamp_is_same(before, &now);
}

static void a_file_that_is_let_alone_keeps_its_stamp(void **state)
{
	(void)state;
	put(file, "one");
	struct hg_stamp s = hg_stamp_of(file);
	assert_int_equal(s.bytes, 3);
	assert_false(differs(&s));
}

static void every_way_to_another_file_is_seen(void **state)
{
	const struct timespec times[] = { { 0, UTIME_OMIT }, { 1000, 0 } };

	(void)state;
	put(file, "one");
	struct hg_stamp s = hg_stamp_of(file);
	put(file, "three");
	assert_true(differs(&s)); /* size */
	s = hg_stamp_of(file);
	assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
	assert_true(differs(&s)); /* time */
	s = hg_stamp_of(file);
	assert_int_equal(s.modified_ns, INT64_C(1000000000000));
	put(other, "three");
	assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
	assert_int_equal(rename(other, file), 0);
	assert_true(differs(&s)); /* inode */
	s = hg_stamp_of(file);
	assert_int_equal(unlink(file), 0);
	assert_true(differs(&s)); /* it is gone */
	s = hg_stamp_of(file);
	put(file, "");
	assert_true(differs(&s)); /* it is back */
}

static void no_path_is_no_file(void **state)
{
	struct hg_stamp none = { 0 }, s = hg_stamp_of(NULL);

	(void)state;
	assert_true(hg_stamp_is_same(&none, &s));
	s = hg_stamp_of("/nonexistent/file");
	assert_true(hg_stamp_is_same(&none, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_let_alone_keeps_its_stamp),
		cmocka_unit_test(every_way_to_another_file_is_seen),
		cmocka_unit_test(no_path_is_no_file),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
