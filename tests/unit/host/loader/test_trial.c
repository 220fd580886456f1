#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/loader/trial.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_OF(name) HG_TEST_PLUGINS "/" name ".so"
#define SOME "loading one module more, and then one more\n"
#define MORE SOME SOME SOME SOME SOME SOME SOME SOME SOME SOME
#define MANY MORE MORE MORE MORE MORE MORE MORE MORE MORE MORE MORE MORE /* 5160 bytes */

static void alone_a_file_is_tried_by_a_fork(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	assert_int_equal(hg_trial(FILE_OF("fine"), &err), 0);
	assert_true(hg_trial(FILE_OF("crash"), &err) < 0);
	assert_string_equal(
		err.text, "plugin " FILE_OF("crash") ": crashed when it was loaded: SIGSEGV");
}

/* What this program is when it is started for a trial: see be_checker. */
static const struct {
	const char *file, *says, *refusal;
	int status;
} rows[] = {
	{ "/fine", "", NULL, 0 },
	{ "/warned", "something else\n", NULL, 0 },
	{ "/refused", "hubgate: plugin /refused: has no name\nmore\n",
		"plugin /refused: has no name", 1 },
	{ "/talker", "loading\nhubgate: plugin /talker: has no name\n",
		"plugin /talker: has no name", 1 },
	{ "/chatty", MANY, NULL, 0 },
	{ "/wordy", MANY "hubgate: plugin /wordy: has no name\n", "plugin /wordy: has no name", 1 },
	{ "/blunt", "no", "no", 1 },
	{ "/mute", "", "plugin /mute: no word came from its trial", 1 },
	{ "/killed", "", "plugin /killed: no word came from its trial", -1 },
};

static int be_checker(const char *file)
{
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 8; /* nothing of a daemon is a plugin's to hold */
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].file, file) != 0)
			continue;
		fputs(rows[i].says, stderr);
		if (rows[i].status < 0)
			(void)raise(SIGKILL);
		return rows[i].status;
	}
	return 9;
}

static void *wait_for_end(void *fd)
{
	char byte;

	(void)!read(*(int *)fd, &byte, 1);
	return NULL;
}

static void among_threads_another_program_tries_it(void **state)
{
	(void)state;
	pthread_t thread;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_end, &fds[0]), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_err err = HG_ERR_INIT;
		int rc = hg_trial(rows[i].file, &err);
		assert_int_equal(rc < 0, rows[i].refusal != NULL);
		assert_string_equal(err.text, rows[i].refusal ? rows[i].refusal : "");
	}
	close(fds[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(fds[0]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_a_file_is_tried_by_a_fork),
		cmocka_unit_test(among_threads_another_program_tries_it),
	};
	if (argc == 4 && strcmp(argv[1], "plugin") == 0 && strcmp(argv[2], "check") == 0)
		return be_checker(argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
