#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/log.h"
#include "host/notify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The manager's end: bound to `address`. */
static int listen_at(const struct hg_notify *n)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&n->at, n->n), 0);
	return fd;
}

static void expect(int fd, const char *begin)
{
	char got[256];
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

	assert_true(n > 0);
	got[n] = '\0';
	if (strncmp(got, begin, strlen(begin)) != 0)
		fail_msg("got %s, expected %s", got, begin);
}

static void expect_all(const struct hg_notify *n)
{
	int fd = listen_at(n);

	hg_notify_ready(n, 3, false);
	expect(fd, "READY=1\nSTATUS=ready, configuration 3\n");
	hg_notify_reloading(n);
	expect(fd, "RELOADING=1\nMONOTONIC_USEC=");
	hg_notify_ready(n, 3, true);
	expect(fd, "READY=1\nSTATUS=ready, configuration 3; the latest reload was refused\n");
	hg_notify_stopping(n);
	expect(fd, "STOPPING=1\n");
	close(fd);
	assert_false(hg_notify_send(n, "READY=1\n")); /* nobody is there: not waited for */
}

static void a_path_and_an_abstract_name_are_told(void **state)
{
	(void)state;
	struct hg_notify n = { 0 };
	char folder[] = "/tmp/hubgate-notify.XXXXXX", address[64];

	assert_non_null(mkdtemp(folder));
	snprintf(address, sizeof(address), "%s/n", folder);
	assert_true(hg_notify_aim(&n, address));
	expect_all(&n);
	unlink(address);
	rmdir(folder);
	snprintf(address, sizeof(address), "@hubgate-test-%d", (int)getpid());
	assert_true(hg_notify_aim(&n, address));
	assert_int_equal(n.at.sun_path[0], 0);
	assert_int_equal(n.n, offsetof(struct sockaddr_un, sun_path) + strlen(address));
	expect_all(&n);
}

static void other_addresses_are_nobody(void **state)
{
	(void)state;
	struct hg_notify n = { 0 };
	char large[200];

	assert_false(hg_notify_aim(&n, ""));
	assert_false(hg_notify_aim(&n, "/"));
	assert_false(hg_notify_aim(&n, "vsock:2:1"));
	memset(large, 'x', sizeof(large));
	large[0] = '/';
	large[sizeof(large) - 1] = '\0';
	assert_false(hg_notify_aim(&n, large));
	assert_int_equal(n.n, 0);
	assert_false(hg_notify_send(&n, "READY=1\n"));
}

static void keep_line(void *arg, const char *line, size_t n)
{
	(void)snprintf(arg, 256, "%.*s", (int)n, line);
}

static void who_does_not_listen_is_logged(void **state)
{
	struct hg_notify n = { 0 };
	char line[256] = "";

	(void)state;
	hg_log_set_sink(keep_line, line);
	hg_notify_ready(&n, 1, false); /* nobody asked for it */
	assert_string_equal(line, "");
	assert_true(hg_notify_aim(&n, "/nonexistent/notify"));
	hg_notify_stopping(&n);
	assert_string_equal(line, "");
	hg_notify_ready(&n, 1, false);
	hg_log_set_sink(NULL, NULL);
	assert_non_null(strstr(line, "did not take READY=1"));
	assert_non_null(strstr(line, "No such file or directory"));
}

static void the_variables_are_read_once_and_go(void **state)
{
	(void)state;
	struct hg_notify n;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("NOTIFY_SOCKET", "@x", 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	hg_notify_init(&n);
	assert_true(n.n > 0);
	assert_int_equal(n.watchdog_us, 30000000);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	setenv("WATCHDOG_USEC", "30000000", 1);
	setenv("WATCHDOG_PID", "1", 1); /* another's */
	hg_notify_init(&n);
	assert_int_equal(n.n, 0);
	assert_int_equal(n.watchdog_us, 0);
	setenv("WATCHDOG_USEC", "soon", 1);
	hg_notify_init(&n);
	assert_int_equal(n.watchdog_us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_and_an_abstract_name_are_told),
		cmocka_unit_test(other_addresses_are_nobody),
		cmocka_unit_test(who_does_not_listen_is_logged),
		cmocka_unit_test(the_variables_are_read_once_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
