#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/inherited.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A listening socket on a number of our choice. */
static struct hg_address give(const char *bind, int as)
{
	struct hg_address a;

	assert_int_equal(hg_address_parse(hg_str(bind), &a, NULL), 0);
	int fd = hg_listen_open(&a, 0600, true, NULL);
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, as), as);
	close(fd);
	return a;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void a_listener_takes_the_socket_of_its_address(void **state)
{
	(void)state;
	struct hg_inherited list = { 0 };
	struct hg_address first = give("127.0.0.1:0", 60), second = give("127.0.0.1:0", 61), other;

	assert_int_equal(hg_inherited_take(&list, 60, 2, NULL), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(fcntl(60, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	int fd = hg_inherited_open(&list, &second);
	assert_true(fd >= 0 && fd != 61);
	int client = hg_listen_connect(&second, NULL);
	int conn = accept(fd, NULL, NULL);
	assert_true(conn >= 0);
	assert_int_equal(hg_address_parse(HG_STR("127.0.0.1:1"), &other, NULL), 0);
	assert_int_equal(hg_inherited_open(&list, &other), -1);
	close(conn);
	close(client);
	close(fd);

	fd = hg_inherited_open(&list, &second); /* again, after a reload */
	assert_true(fd >= 0);
	close(fd);
	hg_inherited_drop_rest(&list);
	assert_false(is_open(60));
	assert_true(is_open(61));
	assert_int_equal(hg_inherited_open(&list, &first), -1);
	hg_inherited_close(&list);
	assert_false(is_open(61));
}

static void a_unix_socket_is_known_by_its_path(void **state)
{
	(void)state;
	struct hg_inherited list = { 0 };
	char dir[] = "/tmp/hubgate-inherited-XXXXXX", bind[80];
	assert_non_null(mkdtemp(dir));
	(void)snprintf(bind, sizeof(bind), "unix:%s/s", dir);
	struct hg_address a = give(bind, 60), other = a;

	assert_int_equal(hg_inherited_take(&list, 60, 1, NULL), 0);
	int fd = hg_inherited_open(&list, &a);
	assert_true(fd >= 0);
	close(fd);
	other.at.un.sun_path[strlen(other.at.un.sun_path) - 1] = 't';
	assert_int_equal(hg_inherited_open(&list, &other), -1);
	hg_inherited_close(&list);
	(void)unlink(a.at.un.sun_path);
	(void)rmdir(dir);
}

static void what_does_not_listen_is_refused(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	int plain = socket(AF_INET, SOCK_STREAM, 0), datagram = socket(AF_INET, SOCK_DGRAM, 0);
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	const int fds[] = { plain, datagram, pipes[0], 999 };
	for (size_t i = 0; i < 4; i++) {
		struct hg_inherited list = { 0 };
		assert_int_equal(hg_inherited_take(&list, fds[i], 1, &err), HG_EINVAL);
		assert_non_null(strstr(err.text, "LISTEN_FDS: descriptor "));
		assert_int_equal(list.n, 0);
	}
	struct hg_inherited list = { 0 };
	assert_int_equal(hg_inherited_take(&list, 3, 1000, &err), HG_EINVAL);
	close(plain);
	close(datagram);
	close(pipes[0]);
	close(pipes[1]);
}

static void what_another_process_was_given_is_not_ours(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { "1", "1" }, { "x", "1" }, { NULL, "1" },
		{ "own", NULL }, { "own", "x" }, { "own", "0" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_inherited list = { 0 };
		char pid[24];
		(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
		if (rows[i][0])
			setenv("LISTEN_PID", strcmp(rows[i][0], "own") == 0 ? pid : rows[i][0], 1);
		if (rows[i][1])
			setenv("LISTEN_FDS", rows[i][1], 1);
		assert_int_equal(hg_inherited_find(&list, NULL), 0);
		assert_int_equal(list.n, 0);
		assert_null(getenv("LISTEN_PID")); /* nor a child's */
		assert_null(getenv("LISTEN_FDS"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_takes_the_socket_of_its_address),
		cmocka_unit_test(a_unix_socket_is_known_by_its_path),
		cmocka_unit_test(what_does_not_listen_is_refused),
		cmocka_unit_test(what_another_process_was_given_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
