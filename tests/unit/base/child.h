/*
 * child - what ends the process is tried in a child of the test's.
 *
 *     int status = end_of(abort_it, said);
 *     assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a child of this process ends that calls `run`; what it writes to standard error goes to
 * ret_said. */
static inline int end_of(void (*run)(void), char ret_said[4096])
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit no_core = { 0 };

		(void)setrlimit(RLIMIT_CORE, &no_core);
		(void)signal(SIGABRT, SIG_DFL);
		(void)signal(SIGSEGV, SIG_DFL);
		(void)dup2(ends[1], STDERR_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		run();
		_exit(0);
	}
	(void)close(ends[1]);

	size_t n = 0;
	ssize_t got;

	while ((got = read(ends[0], ret_said + n, 4095 - n)) > 0)
		n += (size_t)got;
	ret_said[n] = 0;
	(void)close(ends[0]);

	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}
