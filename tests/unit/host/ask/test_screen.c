#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/ask/screen.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static char *screen_of(const char *status)
{
	json_t *json = json_loads(status, 0, NULL);
	char *said = NULL;
	size_t n;
	FILE *out = open_memstream(&said, &n);

	assert_non_null(json);
	hg_screen_print(json, out);
	fclose(out);
	json_decref(json);
	return said;
}

static bool fits(const char *s)
{
	int lines = 0;

	for (; *s; lines++) {
		size_t width = 0;
		for (; *s != '\n'; s++)
			width += ((unsigned char)*s & 0xc0) != 0x80;
		s++;
		if (width > HG_SCREEN_COLUMNS)
			return false;
	}
	return lines <= HG_SCREEN_LINES;
}

static void it_says_what_is_wrong(void **state)
{
	(void)state;
	char *said = screen_of(
		"{\"version\":\"1\",\"state\":\"ready\",\"pid\":7,\"uptime_s\":754,"
		"\"generation\":2,\"loaded\":\"L\",\"file\":\"f.yaml\",\"strategy\":\"adaptive\","
		"\"reload\":{\"at\":\"T\",\"ok\":false,\"why\":\"f.yaml:3:1: no\"},"
		"\"listeners\":[{\"url\":\"http://127.0.0.1:1\"}],"
		"\"upstreams\":[{\"name\":\"main\",\"state\":\"down\",\"failing_ms\":61000,"
		"\"why\":\"connect: timed out\"}],"
		"\"budgets\":[{\"credential\":\"main\",\"resource\":\"core\",\"used\":4990,"
		"\"limit\":5000,\"resets_in_s\":60}],"
		"\"queues\":[{\"high\":{\"waiting\":2},\"oldest_ms\":1500,\"stop\":\"empty\","
		"\"opens_in_ms\":5}],"
		"\"load\":{\"tickets\":3,\"on_wire\":1},"
		"\"fronts\":[{\"under_way\":2,\"connections\":4,\"per_second\":1.5},"
		"{\"under_way\":1,\"connections\":4,\"per_second\":1}],"
		"\"states\":{\"cache\":{\"hit_share\":0.934,\"bytes\":2048}},"
		"\"plugins\":[{\"name\":\"cache\",\"state\":\"in\"},{\"name\":\"x\",\"state\":"
		"\"taken out\"}],"
		"\"warnings\":[{\"n\":3,\"what\":\"events dropped by the bus\"}]}");

	assert_string_equal(said, "hubgate    1  ready  pid 7  up 12min 34s\n"
				  "config     generation 2, loaded L, f.yaml\n"
				  "reload     FAILED at T: f.yaml:3:1: no\n"
				  "listeners  http://127.0.0.1:1\n"
				  "upstreams  main  down for 1min 1s: connect: timed out\n"
				  "budgets    main       core       4990/5000 used, reset in 1min "
				  "0s, adaptive\n"
				  "queues     critical 0  high 2  normal 0  low 0  oldest 1.5s  "
				  "stopped by: empty\n"
				  "requests   3 under way, 2.5/s, 8 connections; 3 tickets, 1 at "
				  "GitHub\n"
				  "cache      hit 93.4%  bytes 2.0KiB\n"
				  "plugins    cache  x (taken out)\n"
				  "warnings   3 events dropped by the bus\n");
	free(said);
}

static json_t *many(const char *row, int n)
{
	json_t *rows = json_array();

	while (n--)
		json_array_append_new(rows, json_loads(row, 0, NULL));
	return rows;
}

static void whatever_there_is_it_fits(void **state)
{
	(void)state;
	static const char row[] =
		"{\"url\":\"https://a-name-that-is-long.example.com:3443\",\"name\":\"long-long-"
		"name\",\"credential\":\"passthrough:123456789012345\",\"resource\":\"x\","
		"\"limit\":5000,\"state\":\"down\",\"why\":\"\xc3\xa4\xc3\xa4\xc3\xa4 could not be "
		"reached: a sentence that does not end before the line does\",\"n\":1,"
		"\"what\":\"things\"}";
	static const char *const lists[] = { "listeners", "upstreams", "budgets", "queues",
		"fronts", "plugins", "warnings", "reasons" };
	json_t *status = json_object(), *states = json_object();

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_object_set_new(status, lists[i], many(row, 40));
	for (const char *name = "abcdefgh"; *name; name++)
		json_object_set_new(states, name, json_loads(row, 0, NULL));
	json_object_set_new(status, "states", states);
	char *text = json_dumps(status, 0);
	char *said = screen_of(text);
	assert_true(fits(said));
	assert_non_null(strstr(said, "35 more: hubgate show budgets\n"));
	free(said);
	free(text);
	json_decref(status);
}

/* What `reload` says on a terminal of so many columns. */
static void see_reload(unsigned short columns, char *ret_line, size_t room)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	char screen[4096];
	size_t n = 0;

	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
	FILE *out = fopen(ptsname(terminal), "w");
	assert_non_null(out);
	json_t *json = json_pack("{s:{s:b,s:s,s:s}}", "reload", "ok", 0, "at", "T", "why",
		"a sentence that is so long that it has no room on a screen of eighty columns");
	hg_screen_print(json, out);
	json_decref(json);
	assert_int_equal(fflush(out), 0);
	do { /* a terminal tells in pieces */
		ssize_t got = read(terminal, screen + n, sizeof(screen) - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
		screen[n] = '\0';
	} while (!strstr(screen, "warnings   none"));
	const char *line = strstr(screen, "reload ");
	assert_non_null(line);
	(void)snprintf(ret_line, room, "%.*s", (int)strcspn(line, "\r\n"), line);
	fclose(out);
	close(terminal);
}

static void a_terminal_gets_what_it_has_room_for(void **state)
{
	char line[256];

	(void)state;
	see_reload(200, line, sizeof(line));
	assert_string_equal(line + strlen(line) - 14, "eighty columns");
	see_reload(60, line, sizeof(line));
	assert_int_equal(strlen(line), 60);
	assert_int_equal(line[59], '~');
	see_reload(0, line, sizeof(line)); /* it does not know */
	assert_int_equal(strlen(line), 80);
}

static void an_empty_answer_is_no_crash(void **state)
{
	(void)state;
	char *said = screen_of("{}");

	assert_non_null(strstr(said, "GitHub was not asked yet"));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_is_wrong),
		cmocka_unit_test(whatever_there_is_it_fits),
		cmocka_unit_test(a_terminal_gets_what_it_has_room_for),
		cmocka_unit_test(an_empty_answer_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
