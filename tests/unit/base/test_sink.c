#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/sink.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96];
static _Atomic uint64_t n_dropped;

static void count(uint64_t n)
{
	atomic_fetch_add(&n_dropped, n);
}

static int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/hubgate-sink.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	atomic_store(&n_dropped, 0);
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "%s.1", path);
	unlink(command);
	unlink(path);
	rmdir(folder);
	return 0;
}

static void expect_file(const char *name, const char *text)
{
	char got[4096];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof(got) - 1);

	assert_true(n >= 0);
	got[n] = '\0';
	close(fd);
	assert_string_equal(got, text);
}

static void lines_are_written_in_their_order_and_appended(void **state)
{
	(void)state;
	struct hg_sink *s = hg_sink_new(path, 1000, count, NULL);

	assert_true(hg_sink_put(s, HG_STR("one\n")));
	assert_true(hg_sink_put(s, HG_STR("two\n")));
	hg_sink_flush(s);
	expect_file(path, "one\ntwo\n");
	hg_sink_unref(s);
	s = hg_sink_new(path, 1000, count, NULL);
	assert_true(hg_sink_put(s, HG_STR("three\n")));
	hg_sink_unref(s); /* the last one writes what waits */
	expect_file(path, "one\ntwo\nthree\n");
	assert_int_equal(atomic_load(&n_dropped), 0);
}

static void what_follows_a_reopen_is_in_the_new_file(void **state)
{
	(void)state;
	char moved[128];
	struct hg_sink *s = hg_sink_new(path, 1000, count, NULL);

	snprintf(moved, sizeof(moved), "%s.1", path);
	hg_sink_put(s, HG_STR("old\n"));
	hg_sink_flush(s);
	assert_int_equal(rename(path, moved), 0);
	hg_sink_put(s, HG_STR("still old\n"));
	hg_sink_flush(s);
	hg_sink_reopen(s);
	hg_sink_put(s, HG_STR("new\n"));
	hg_sink_flush(s);
	expect_file(moved, "old\nstill old\n");
	expect_file(path, "new\n");
	hg_sink_unref(s);
}

static void a_line_without_room_is_dropped_whole_and_counted(void **state)
{
	(void)state;
	struct hg_sink *s = hg_sink_new(path, 10, count, NULL);

	assert_false(hg_sink_put(s, HG_STR("longer than ten\n")));
	assert_int_equal(atomic_load(&n_dropped), 1);
	hg_sink_set_room(s, 100);
	assert_true(hg_sink_put(s, HG_STR("longer than ten\n")));
	hg_sink_unref(s);
	expect_file(path, "longer than ten\n");
}

static void mute(void *arg, const char *line, size_t n)
{
	(void)n;
	*(bool *)arg |= strstr(line, "can not be written, lines are dropped") != NULL;
}

static void a_full_disk_drops_and_counts(void **state)
{
	(void)state;
	bool complained = false;
	struct hg_sink *s = hg_sink_new("/dev/full", 1000, count, NULL);

	assert_non_null(s);
	hg_log_set_sink(mute, &complained);
	hg_sink_put(s, HG_STR("one\ntwo\n"));
	hg_sink_flush(s);
	hg_sink_put(s, HG_STR("three\n"));
	hg_sink_flush(s);
	hg_log_set_sink(NULL, NULL);
	assert_int_equal(atomic_load(&n_dropped), 3);
	assert_true(complained);
	hg_sink_unref(s);
}

static void a_file_that_can_not_be_opened_is_said(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	assert_null(hg_sink_new("/nowhere/at/all", 1000, count, &err));
	assert_string_equal(err.text, "/nowhere/at/all: No such file or directory");
	hg_sink_unref(NULL);
}

static void *put_many(void *arg)
{
	for (int i = 0; i < 1000; i++)
		hg_sink_put(arg, HG_STR("line\n"));
	return NULL;
}

static void many_threads_lose_nothing_within_the_room(void **state)
{
	(void)state;
	struct hg_sink *s = hg_sink_new("/dev/null", 1 << 20, count, NULL);
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_many, s), 0);
	for (int i = 0; i < 20; i++)
		hg_sink_reopen(s);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	hg_sink_unref(s);
	assert_int_equal(atomic_load(&n_dropped), 0);
}

static void a_pipe_that_nobody_reads_blocks_nobody(void **state)
{
	char line[4096];
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	(void)alarm(20); /* else it waits for ever */
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(hg_sink_new(path, 1 << 20, count, &err));
	assert_non_null(strstr(err.text, "No such device"));

	int fd = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	struct hg_sink *s = hg_sink_new(path, 1 << 20, count, NULL);
	assert_non_null(s);
	for (int i = 0; i < 64; i++) /* 256 KiB, and a pipe takes 64 */
		assert_true(hg_sink_put(s, (struct hg_str){ line, sizeof(line) }));
	hg_sink_unref(s);
	assert_true(atomic_load(&n_dropped) >= 32);
	close(fd);
	(void)alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			lines_are_written_in_their_order_and_appended, begin, end),
		cmocka_unit_test_setup_teardown(
			what_follows_a_reopen_is_in_the_new_file, begin, end),
		cmocka_unit_test_setup_teardown(
			a_line_without_room_is_dropped_whole_and_counted, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk_drops_and_counts, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_can_not_be_opened_is_said, begin, end),
		cmocka_unit_test_setup_teardown(a_pipe_that_nobody_reads_blocks_nobody, begin, end),
		cmocka_unit_test_setup_teardown(
			many_threads_lose_nothing_within_the_room, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
