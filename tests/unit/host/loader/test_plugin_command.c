#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/loader/plugin_command.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_OF(name) HG_TEST_PLUGINS "/" name ".so"

struct said {
	char *out, *complaints;
	int status;
};

static struct said run(int (*command)(const char *file, int patience_ms, FILE *out, FILE *bad),
	const char *file, int patience_ms)
{
	struct said s = { 0 };
	size_t n_out, n_complaints;
	FILE *out = open_memstream(&s.out, &n_out);
	FILE *complaints = open_memstream(&s.complaints, &n_complaints);

	s.status = command(file, patience_ms, out, complaints);
	fclose(out);
	fclose(complaints);
	return s;
}

static void drop(struct said *s)
{
	free(s->out);
	free(s->complaints);
}

static void a_page_says_all_that_a_table_declares(void **state)
{
	(void)state;
	struct said s = run(hg_plugin_command_describe, FILE_OF("full"), HG_PLUGIN_PATIENCE_MS);

	assert_string_equal(s.complaints, "");
	assert_int_equal(s.status, 0);
	assert_string_equal(s.out,
		"full 2.5: One of everything.\n"
		"file       " FILE_OF(
			"full") "\n"
				"ABI        1\n"
				"kind       phase, route, strategy\n"
				"hooks      on_admit, on_lookup\n"
				"provides   strategy/1 full\n"
				"needs      store/1 (optional)\n"
				"events     webhook.*\n"
				"routes     GET /full/{id}: One.\n"
				"           PUT /full\n"
				"metrics    hubgate_full_things_total (counter): Things.\n"
				"commands   GET things: All of them.\n"
				"options    wait: a duration (250ms, 10min, 1d), default 10min, at "
				"least 1s, "
				"at most 1d, live. How long.\n"
				"           mode: one of slow|fast, default slow. How.\n"
				"           room: a size (64KiB, 256MiB), default 1MiB, at most "
				"1GiB. How much.\n"
				"           word: a single value, required. What.\n"
				"           token: a secret. With what.\n"
				"state      has a directory of its own\n");
	drop(&s);
}

static void a_file_that_would_be_loaded_is_fine(void **state)
{
	(void)state;
	struct said s = run(hg_plugin_command_check, FILE_OF("fine"), HG_PLUGIN_PATIENCE_MS);

	assert_string_equal(s.complaints, "");
	assert_string_equal(s.out, FILE_OF("fine") " is fine: fine 1.0, ABI 1\n");
	assert_int_equal(s.status, 0);
	drop(&s);
}

static void a_refused_file_has_one_line_and_status_1(void **state)
{
	(void)state;
	static const struct {
		const char *file, *reason;
	} rows[] = {
		{ FILE_OF("no_symbol"), "exports no hg_plugin_table" },
		{ FILE_OF("no_table"), "exports no hg_plugin_table" },
		{ FILE_OF("unresolved"), "undefined symbol: hg_function_of_a_later_hubgate" },
		{ FILE_OF("wrong_abi"), "is built for ABI 42, this hubgate has ABI 1: rebuild it" },
		{ FILE_OF("bad_offset"), "option \"second\" (8 bytes at 8) lies outside" },
		{ FILE_OF("bad_metric"), "Hits-Total" },
		{ FILE_OF("no_rows"), "HG_PLUGIN_ROWS is missing" },
		{ FILE_OF("short_table"), "its table has 16 bytes" },
		{ FILE_OF("crash"), "crashed when it was loaded: SIGSEGV" },
		{ FILE_OF("leave"), "ended the process with status 0 when it was loaded" },
		{ "/dev/null", "plugin /dev/null: " },
		{ "nonexistent.so", "plugin nonexistent.so: there is no such file" },
		{ "cache", "there is no such file (`hubgate plugin list` says where plugins are)" },
		{ NULL, "need a FILE.so" },
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct said s = run(i % 2 ? hg_plugin_command_check : hg_plugin_command_describe,
			rows[i / 2].file, HG_PLUGIN_PATIENCE_MS);
		assert_int_equal(s.status, 1);
		assert_string_equal(s.out, "");
		if (!strstr(s.complaints, rows[i / 2].reason))
			fail_msg("\"%s\" does not say: %s", s.complaints, rows[i / 2].reason);
		assert_int_equal(strncmp(s.complaints, "hubgate: ", 9), 0);
		assert_ptr_equal(
			strchr(s.complaints, '\n'), s.complaints + strlen(s.complaints) - 1);
		drop(&s);
	}
}

static void a_file_that_never_comes_back_is_given_up(void **state)
{
	(void)state;
	struct said s = run(hg_plugin_command_check, FILE_OF("hang"), 50);

	assert_int_equal(s.status, 1);
	assert_string_equal(s.complaints,
		"hubgate: plugin " FILE_OF("hang") ": was still being "
						   "loaded after 50 ms: a constructor hangs\n");
	drop(&s);
}

static struct said list(const char *dir)
{
	const char *const dirs[] = { "/nonexistent/first", dir };
	struct said s = { 0 };
	size_t n_out, n_complaints;
	FILE *out = open_memstream(&s.out, &n_out);
	FILE *complaints = open_memstream(&s.complaints, &n_complaints);

	s.status = hg_plugin_command_list(
		&(struct hg_option_list){ dirs, 2 }, HG_PLUGIN_PATIENCE_MS, out, complaints);
	fclose(out);
	fclose(complaints);
	return s;
}

static void a_list_has_a_line_for_each_file_also_behind_one_that_crashes(void **state)
{
	(void)state;
	static const struct {
		const char *name, *target;
	} links[] = { { "b.so", FILE_OF("fine") }, { "a.so", FILE_OF("crash") },
		{ "notes", "/dev/null" }, { "c.so", FILE_OF("full") } };
	char dir[] = "/tmp/hg-test-list-XXXXXX", path[4][64];

	assert_non_null(mkdtemp(dir));
	struct said s = list(dir);
	assert_int_equal(s.status, 1);
	assert_non_null(strstr(s.complaints, "no .so on the plugin path: /nonexistent/first /tmp"));
	drop(&s);
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "%s/%s", dir, links[i].name);
		assert_int_equal(symlink(links[i].target, path[i]), 0);
	}
	s = list(dir);
	assert_string_equal(s.complaints, "");
	assert_string_equal(s.out,
		"-                refused    plugin " FILE_OF(
			"crash") ": crashed when it was "
				 "loaded: SIGSEGV\n"
				 "fine             1.0        " FILE_OF(
					 "fine") "\n"
						 "full             2.5        " FILE_OF(
							 "full") "\n");
	assert_int_equal(s.status, 1);
	drop(&s);
	assert_int_equal(unlink(path[1]), 0);
	s = list(dir);
	assert_int_equal(s.status, 0);
	drop(&s);
	for (size_t i = 0; i < 4; i++)
		(void)unlink(path[i]);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_says_all_that_a_table_declares),
		cmocka_unit_test(a_file_that_would_be_loaded_is_fine),
		cmocka_unit_test(a_refused_file_has_one_line_and_status_1),
		cmocka_unit_test(a_file_that_never_comes_back_is_given_up),
		cmocka_unit_test(a_list_has_a_line_for_each_file_also_behind_one_that_crashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
