/*
 * A file that is whole or not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>
#include "keep.h"

static char dir[32], path[64], beside[64];

static int start(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/keep-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/it", dir);
	(void)snprintf(beside, sizeof(beside), "%s/it.new", dir);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(beside);
	(void)rmdir(beside);
	(void)rmdir(path);
	return rmdir(dir);
}

static int put(const char *text)
{
	struct hg_err err = HG_ERR_INIT;
	int rc = keep_write(path, beside, (const uint8_t *)text, strlen(text), &err);

	assert_int_equal(err.code, rc);
	return rc;
}

static void assert_there(const char *text)
{
	struct hg_err err = HG_ERR_INIT;
	uint8_t *bytes;
	size_t n;

	assert_int_equal(keep_read(path, 100, &bytes, &n, &err), 0);
	assert_int_equal(n, strlen(text));
	assert_memory_equal(bytes, text, n);
	hg_free(bytes);
	assert_int_equal(access(beside, F_OK), -1);
}

static void the_newest_is_there(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(put("one"), 0);
	assert_int_equal(put("another"), 0);
	assert_there("another");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(put(""), 0);
	assert_there("");
}

static void what_is_not_there_is_told_apart(void **state)
{
	struct hg_err err = HG_ERR_INIT;
	uint8_t *bytes = NULL;
	size_t n = 7;

	(void)state;
	assert_int_equal(keep_read(path, 100, &bytes, &n, &err), HG_ENOTFOUND);
	assert_int_equal(keep_read(dir, 100, &bytes, &n, &err), HG_EIO);
	assert_int_equal(put("four"), 0);
	assert_int_equal(keep_read(path, 3, &bytes, &n, &err), HG_ETOOBIG);
	assert_null(bytes);
	assert_int_equal(n, 7);
	assert_int_equal(keep_read(path, 4, &bytes, &n, &err), 0);
	hg_free(bytes);
}

static void a_full_disk_leaves_the_old_one(void **state)
{
	struct rlimit was, small;

	(void)state;
	assert_int_equal(put("old"), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small = (struct rlimit){ .rlim_cur = 5, .rlim_max = was.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int rc = put("longer than five");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(rc, HG_EIO);
	assert_there("old");
}

static void what_stands_in_its_way_stays(void **state)
{
	(void)state;
	assert_int_equal(mkdir(beside, 0700), 0);
	assert_int_equal(put("it"), HG_EIO);
	assert_int_equal(rmdir(beside), 0);
	assert_int_equal(symlink("/nowhere", beside), 0);
	assert_int_equal(put("it"), HG_EIO); /* nobody's link is followed */
	assert_int_equal(unlink(beside), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(put("it"), HG_EIO);
	assert_int_equal(access(beside, F_OK), -1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(the_newest_is_there),
		T(what_is_not_there_is_told_apart),
		T(a_full_disk_leaves_the_old_one),
		T(what_stands_in_its_way_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
