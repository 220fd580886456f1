#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/config/listen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void addresses_are_literal(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed; /* NULL: refused */
		bool loopback;
	} rows[] = {
		{ "127.0.0.1:3001", "http://127.0.0.1:3001", true },
		{ "127.9.9.9:0", "http://127.9.9.9:0", true },
		{ "10.0.0.1:80", "http://10.0.0.1:80", false },
		{ "0.0.0.0:80", "http://0.0.0.0:80", false },
		{ "[::1]:65535", "http://[::1]:65535", true },
		{ "[::]:1", "http://[::]:1", false },
		{ "unix:/run/x.sock", "unix:/run/x.sock", true },
		{ "", NULL, false },
		{ ":80", NULL, false },
		{ "127.0.0.1", NULL, false },
		{ "127.0.0.1:", NULL, false },
		{ "127.0.0.1:65536", NULL, false },
		{ "127.0.0.1:-1", NULL, false },
		{ "127.0.0.1:8 0", NULL, false },
		{ "127.1:80", NULL, false },
		{ "::1:80", NULL, false },
		{ "[::1]", NULL, false },
		{ "localhost:80", NULL, false },
		{ "unix:", NULL, false },
		{ "unix:relative", NULL, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_address a;
		char text[160];
		int rc = hg_address_parse(hg_str(rows[i].text), &a, NULL);
		assert_int_equal(rc, rows[i].printed ? 0 : HG_EINVAL);
		if (rc < 0)
			continue;
		hg_address_print(&a, text, sizeof(text));
		assert_string_equal(text, rows[i].printed);
		assert_int_equal(a.is_loopback, rows[i].loopback);
		if (a.is_unix)
			continue;
		a.is_tls = true;
		hg_address_print(&a, text, sizeof(text));
		assert_memory_equal(text, "https://", 8);
		assert_string_equal(text + 8, rows[i].printed + 7);
	}
}

static void the_path_of_a_unix_socket_must_fit(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	struct hg_address a;
	char text[200] = "unix:/";

	memset(text + 6, 'x', 150);
	assert_int_equal(hg_address_parse(hg_str(text), &a, &err), HG_EINVAL);
	assert_string_equal(err.text, "the path of a Unix socket has at most 107 bytes");
}

static void port_0_becomes_the_real_one_and_fronts_share_it(void **state)
{
	(void)state;
	struct hg_address a;

	assert_int_equal(hg_address_parse(HG_STR("127.0.0.1:0"), &a, NULL), 0);
	int first = hg_listen_open(&a, 0, true, NULL);
	assert_true(first >= 0);
	assert_true(hg_address_port(&a) > 0);
	int second = hg_listen_open(&a, 0, false, NULL);
	assert_true(second >= 0);
	int client = hg_listen_connect(&a, NULL);
	assert_true(client >= 0);
	close(client);
	close(second);
	close(first);
}

static void a_port_that_another_hubgate_has_is_refused(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	struct hg_address a;
	char said[128];

	assert_int_equal(hg_address_parse(HG_STR("127.0.0.1:0"), &a, NULL), 0);
	int fd = hg_listen_open(&a, 0, true, NULL);
	assert_int_equal(hg_listen_open(&a, 0, true, &err), HG_EEXIST);
	snprintf(said, sizeof(said), "127.0.0.1:%u is in use by another program",
		hg_address_port(&a));
	assert_string_equal(err.text, said);
	close(fd);
}

static void unix_sockets_replace_the_dead_and_leave_the_living(void **state)
{
	(void)state;
	char dir[] = "/tmp/hg-test-XXXXXX", bind[64];
	struct hg_err err = HG_ERR_INIT;
	struct hg_address a;
	struct stat st;

	assert_non_null(mkdtemp(dir));
	snprintf(bind, sizeof(bind), "unix:%s/s", dir);
	assert_int_equal(hg_address_parse(hg_str(bind), &a, NULL), 0);
	int fd = hg_listen_open(&a, 0600, true, NULL);
	assert_true(fd >= 0);
	assert_int_equal(stat(a.at.un.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(hg_listen_open(&a, 0600, true, &err), HG_EEXIST);
	assert_non_null(strstr(err.text, "is in use: another hubgate answers there"));
	close(fd); /* as after kill -9: the file is there, nobody behind it */
	fd = hg_listen_open(&a, 0600, true, &err);
	assert_true(fd >= 0);
	close(fd);
	unlink(a.at.un.sun_path);

	FILE *plain = fopen(a.at.un.sun_path, "w");
	assert_non_null(plain);
	fclose(plain);
	assert_int_equal(hg_listen_open(&a, 0600, true, &err), HG_EEXIST);
	assert_non_null(strstr(err.text, "is there and is no socket"));
	unlink(a.at.un.sun_path);
	rmdir(dir);
}

static void ipv6_is_listened_on_beside_ipv4(void **state)
{
	(void)state;
	struct hg_address a, same_port;
	struct hg_err err = HG_ERR_INIT;
	char text[160];

	assert_int_equal(hg_address_parse(HG_STR("[::1]:0"), &a, NULL), 0);
	int fd = hg_listen_open(&a, 0, true, &err);
	if (fd < 0 && strstr(err.text, "Cannot assign requested address"))
		skip(); /* this machine has no IPv6 */
	assert_true(fd >= 0);
	hg_address_print(&a, text, sizeof(text));
	assert_memory_equal(text, "http://[::1]:", 13);
	int client = hg_listen_connect(&a, &err);
	assert_true(client >= 0);
	(void)snprintf(text, sizeof(text), "127.0.0.1:%u", (unsigned)hg_address_port(&a));
	assert_int_equal(hg_address_parse(hg_str(text), &same_port, NULL), 0);
	int other = hg_listen_open(&same_port, 0, true, &err);
	assert_true(other >= 0 || strstr(err.text, "in use")); /* by a stranger, not by us */
	if (other >= 0)
		close(other);
	close(client);
	close(fd);
}

static void a_folder_that_others_may_write_to_is_not_ours(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		int rc;
	} rows[] = { { 0700, 0 }, { 0755, 0 }, { 01777, 0 }, { 0770, HG_EDENIED },
		{ 0702, HG_EDENIED } };
	char dir[] = "/tmp/hg-test-listen-XXXXXX";

	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(chmod(dir, rows[i].mode), 0);
		assert_int_equal(hg_listen_folder_is_ours(dir, NULL), rows[i].rc);
	}
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv6_is_listened_on_beside_ipv4),
		cmocka_unit_test(a_folder_that_others_may_write_to_is_not_ours),
		cmocka_unit_test(addresses_are_literal),
		cmocka_unit_test(the_path_of_a_unix_socket_must_fit),
		cmocka_unit_test(port_0_becomes_the_real_one_and_fronts_share_it),
		cmocka_unit_test(a_port_that_another_hubgate_has_is_refused),
		cmocka_unit_test(unix_sockets_replace_the_dead_and_leave_the_living),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
