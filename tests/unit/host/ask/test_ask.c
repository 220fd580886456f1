#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/ask/ask.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK "HTTP/1.1 200 OK\r\n\r\n"
#define WRONG "HTTP/1.1 400 Bad Request\r\n\r\n"

/* One exchange: a child is the daemon, which says `reply`; the test sees what a person sees. */
static void expect(const char *reply, bool raw, int status, const char *out, const char *complaints)
{
	char folder[] = "/tmp/hubgate-ask.XXXXXX", bind_to[64], question[4096];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char *said = NULL, *complained = NULL;
	size_t n_said, n_complained;
	const struct hg_question q = { .method = "GET", .target = "/show/x", .raw = raw };
	struct hg_address address;

	assert_non_null(mkdtemp(folder));
	snprintf(bind_to, sizeof(bind_to), "unix:%s/admin", folder);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/admin", folder);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	pid_t daemon = fork();
	if (daemon == 0) {
		int peer = accept(fd, NULL, NULL);
		bool ok = read(peer, question, sizeof(question)) > 0 &&
		          write(peer, reply, strlen(reply)) == (ssize_t)strlen(reply);
		_exit(ok ? 0 : 1);
	}
	FILE *to = open_memstream(&said, &n_said);
	FILE *against = open_memstream(&complained, &n_complained);
	assert_int_equal(hg_address_parse(hg_str(bind_to), &address, NULL), 0);
	assert_int_equal(hg_ask(&address, &q, to, against), status);
	fclose(to);
	fclose(against);
	assert_string_equal(said, out);
	assert_string_equal(complained, complaints);
	assert_int_equal(waitpid(daemon, &status, 0), daemon);
	assert_int_equal(status, 0);
	free(said);
	free(complained);
	close(fd);
	unlink(at.sun_path);
	rmdir(folder);
}

static void rows_are_a_table(void **state)
{
	(void)state;
	expect(OK "[{\"name\":\"main\",\"n\":1},{\"name\":\"b\",\"n\":22}]", false, 0,
		"name   n\nmain   1\nb     22\n", "");
	expect(OK "[]", false, 0, "nothing\n", "");
}

static void rows_within_an_object_are_a_table_below_their_name(void **state)
{
	(void)state;
	expect(OK "{\"ok\":false,\"errors\":[{\"line\":3,\"message\":\"no\"},"
		  "{\"line\":14,\"message\":\"not at all\"}],\"warnings\":[]}",
		false, 0,
		"ok: no\nerrors:\n  line  message\n     3  no\n    14  not at all\n"
		"warnings: []\n",
		"");
}

static void a_moment_is_no_duration(void **state)
{
	(void)state;
	expect(OK "{\"wall_us\":1790000000000000,\"mono_us\":3600000000,\"beat_us\":1500}", false,
		0, "wall_us: 2026-09-21T14:13:20Z\nmono_us: 1h 0min\nbeat_us: 1.5ms\n", "");
	expect(OK "[{\"at_us\":1790000000000000,\"seen_at_us\":1790000001000000}]", false, 0,
		"               at_us            seen_at_us\n"
		"2026-09-21T14:13:20Z  2026-09-21T14:13:21Z\n",
		"");
}

/* A socket that may not be opened is not one that nobody listens on. */
static void who_may_not_ask_is_told_that(void **state)
{
	char folder[] = "/tmp/hubgate-ask.XXXXXX", name[64], *complained = NULL, wanted[256];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct hg_question q = { .method = "GET", .target = "/show/x" };
	struct hg_address address;
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(name, sizeof(name), "unix:%s/admin", folder);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/admin", folder);
	assert_int_equal(hg_address_parse(hg_str(name), &address, NULL), 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(chmod(at.sun_path, 0), 0);
	bool is_root = geteuid() == 0;
	FILE *against = open_memstream(&complained, &n);
	assert_int_equal(is_root ? seteuid(65534) : 0, 0);
	int status = hg_ask(&address, &q, stdout, against);
	assert_int_equal(is_root ? seteuid(0) : 0, 0);
	fclose(against);
	assert_int_equal(status, 1);
	snprintf(wanted, sizeof(wanted),
		"hubgate: admin socket %s: Permission denied: ask as the user that runs hubgate, "
		"or "
		"as root\n",
		name);
	assert_string_equal(complained, wanted);
	free(complained);
	close(fd);
	unlink(at.sun_path);
	rmdir(folder);
}

static void a_refusal_is_its_sentence(void **state)
{
	(void)state;
	expect(WRONG "{\"message\":\"Not here.\",\"code\":\"no_route\"}", false, 1, "",
		"hubgate: Not here.\n");
	expect(WRONG "{\"ok\":false}", false, 1, "", "ok: no\n");
}

static void programs_get_the_json_as_it_came(void **state)
{
	(void)state;
	expect(OK "[{\"n\":1}]", true, 0, "[{\"n\":1}]\n", "");
	expect(WRONG "{\"message\":\"Not here.\"}", true, 1, "", "{\"message\":\"Not here.\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_a_table),
		cmocka_unit_test(rows_within_an_object_are_a_table_below_their_name),
		cmocka_unit_test(a_moment_is_no_duration),
		cmocka_unit_test(who_may_not_ask_is_told_that),
		cmocka_unit_test(a_refusal_is_its_sentence),
		cmocka_unit_test(programs_get_the_json_as_it_came),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
