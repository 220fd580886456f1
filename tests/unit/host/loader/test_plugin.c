#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/loader/plugin.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const dirs[] = { "/nonexistent/first", HG_TEST_PLUGINS };
static const struct hg_option_list path = { dirs, 2 };

static const char *refusal(const char *use)
{
	static struct hg_err err;

	err = (struct hg_err)HG_ERR_INIT;
	assert_null(hg_plugin_load(use, &path, &err));
	assert_true(err.code < 0);
	assert_null(strchr(err.text, '\n'));
	return err.text;
}

static void a_plugin_is_found_by_name_or_path_and_loaded_once(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	const struct hg_plugin *t = hg_plugin_load("fine", &path, &err);

	assert_string_equal(err.text, "");
	assert_non_null(t);
	assert_string_equal(t->name, "fine");
	assert_string_equal(t->options[0].key, "count");
	assert_null(t->options[1].key);
	assert_ptr_equal(hg_plugin_load(HG_TEST_PLUGINS "/fine.so", &path, &err), t);
	assert_string_equal(hg_plugin_path(t), HG_TEST_PLUGINS "/fine.so");
}

static void each_refusal_names_file_reason_and_remedy(void **state)
{
	(void)state;
	static const struct {
		const char *use, *said;
	} rows[] = {
		{ "no_symbol", "plugin " HG_TEST_PLUGINS
			       "/no_symbol.so: exports no hg_plugin_table: it is no plugin of "
			       "hubgate" },
		{ "no_table", "plugin " HG_TEST_PLUGINS
			      "/no_table.so: exports no hg_plugin_table: it is no plugin of "
			      "hubgate" },
		{ "unresolved", "plugin " HG_TEST_PLUGINS
				"/unresolved.so: can not be loaded: undefined symbol: "
				"hg_function_of_a_later_hubgate" },
		{ "wrong_abi", "plugin " HG_TEST_PLUGINS
			       "/wrong_abi.so: is built for ABI 42, this hubgate has ABI 1: "
			       "rebuild it with this hubgate's headers" },
		{ "bad_offset", "plugin " HG_TEST_PLUGINS
				"/bad_offset.so: option \"second\" (8 bytes at 8) lies outside its "
				"struct of 8 bytes" },
		{ "/nonexistent/x.so", "plugin /nonexistent/x.so: there is no such file" },
		{ "../fine", "plugin \"../fine\": write a name, or a path that begins with /" },
		{ "fien", "plugin \"fien\": there is no fien.so in "
			  "/nonexistent/first, " HG_TEST_PLUGINS " (did you mean \"fine\"?)" },
		{ "elephant", "plugin \"elephant\": there is no elephant.so in "
			      "/nonexistent/first, " HG_TEST_PLUGINS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(refusal(rows[i].use), rows[i].said);
}

static void a_table_that_is_too_short_is_refused(void **state)
{
	(void)state;
	char said[512];

	snprintf(said, sizeof(said),
		"plugin %s/short_table.so: its table has 16 bytes, ABI %u begins with %zu: .size "
		"must be sizeof(struct hg_plugin)",
		HG_TEST_PLUGINS, HG_ABI, HG_PLUGIN_MIN_SIZE);
	assert_string_equal(refusal("short_table"), said);
}

static void a_table_without_row_sizes_is_refused(void **state)
{
	(void)state;

	assert_non_null(strstr(refusal("no_rows"), "HG_PLUGIN_ROWS is missing"));
}

static void a_metric_no_exporter_could_show_is_refused(void **state)
{
	(void)state;

	assert_non_null(strstr(refusal("bad_metric"), "Hits-Total"));
}

static int start(void *self, const void *conf, struct hg_err *err)
{
	(void)self;
	(void)conf;
	(void)err;
	return 0;
}

static void what_an_older_plugin_does_not_know_reads_as_nothing(void **state)
{
	(void)state;
	struct hg_plugin old = { .size = offsetof(struct hg_plugin, start),
		.abi = HG_ABI,
		.name = "old",
		HG_PLUGIN_ROWS,
		.start = start };
	struct hg_err err = HG_ERR_INIT;
	const struct hg_plugin *t = hg_plugin_accept(&old, "old", &err);

	assert_non_null(t);
	assert_null(t->start); /* behind the old one's end: whatever lies there is not its */
	assert_int_equal(t->size, sizeof(*t));
	assert_ptr_equal(hg_plugin_load("old", &path, &err), t); /* where is its name */
}

static void rows_of_a_newer_plugin_are_read_by_their_own_size(void **state)
{
	(void)state;
	static const struct {
		struct hg_service row;
		uint64_t new_member;
	} rows[] = { { { "a/1", NULL, "x" }, 7 }, { { "b/1", "l", "y" }, 7 }, { { 0 }, 0 } };
	struct hg_plugin newer = { .size = sizeof(newer),
		.abi = HG_ABI,
		.name = "newer",
		HG_PLUGIN_ROWS,
		.provides = &rows[0].row };
	struct hg_err err = HG_ERR_INIT;

	newer.service_row = sizeof(rows[0]);
	const struct hg_plugin *t = hg_plugin_accept(&newer, "newer", &err);
	assert_non_null(t);
	assert_string_equal(t->provides[1].name, "b/1");
	assert_string_equal(t->provides[1].label, "l");
	assert_null(t->provides[2].name);
	assert_int_equal(t->service_row, sizeof(struct hg_service));
}

static void a_route_or_command_without_its_function_is_refused(void **state)
{
	(void)state;
	static const struct hg_route routes[] = { { .methods = "GET", .path = "/x" }, { 0 } };
	static const struct hg_command commands[] = { { .name = "list" }, { 0 } };
	struct hg_plugin t = { .size = sizeof(t), .abi = HG_ABI, .name = "t", HG_PLUGIN_ROWS };
	struct hg_err err = HG_ERR_INIT;

	t.routes = routes;
	assert_null(hg_plugin_accept(&t, "t", &err));
	assert_string_equal(err.text, "plugin t: a route (GET) has no path or no on_request");
	t.routes = NULL;
	t.commands = commands;
	err = (struct hg_err)HG_ERR_INIT;
	assert_null(hg_plugin_accept(&t, "t", &err));
	assert_string_equal(err.text, "plugin t: command \"list\" has no run");
}

/* A folder with one file, gone with `drop_file`. */
struct trial {
	char dir[64], file[96];
};

static void make_trial(struct trial *t)
{
	snprintf(t->dir, sizeof(t->dir), "/tmp/hg-test-plugin-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->file, sizeof(t->file), "%s/x.so", t->dir);
}

static void drop_trial(const struct trial *t)
{
	assert_int_equal(unlink(t->file), 0);
	assert_int_equal(rmdir(t->dir), 0);
}

static char *read_fine(size_t *ret_n)
{
	FILE *f = fopen(HG_TEST_PLUGINS "/fine.so", "rb");
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	char *bytes = malloc((size_t)st.st_size);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)st.st_size, f), st.st_size);
	(void)fclose(f);
	*ret_n = (size_t)st.st_size;
	return bytes;
}

static void write_trial(const struct trial *t, const char *bytes, size_t n)
{
	FILE *f = fopen(t->file, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void a_plugin_that_is_cut_short_is_refused_at_every_length(void **state)
{
	(void)state;
	struct trial t;
	size_t n;
	char *bytes = read_fine(&n);
	char said[160];

	make_trial(&t);
	write_trial(&t, bytes, 0);
	assert_non_null(strstr(refusal(t.file), ": is empty"));
	for (size_t at = 1; at < n; at += at < 1024 || n - at < 64 ? 1 : 61) {
		write_trial(&t, bytes, at);
		snprintf(said, sizeof(said), "plugin %s: is cut short: %zu bytes, needs ", t.file,
			at);
		assert_non_null(strstr(refusal(t.file), said));
	}
	free(bytes);
	drop_trial(&t);
}

static void a_fifo_or_another_file_as_plugin_is_refused_at_once(void **state)
{
	(void)state;
	struct trial t;

	make_trial(&t);
	assert_int_equal(mkfifo(t.file, 0600), 0);
	assert_non_null(strstr(refusal(t.file), ": is no regular file"));
	assert_int_equal(unlink(t.file), 0);
	static const char text[] =
		"GROUP ( libc.so.6 ) and more, so that a header would fit into it.";
	write_trial(&t, text, sizeof(text));
	assert_non_null(strstr(refusal(t.file), ": is no 64-bit ELF shared library"));
	drop_trial(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plugin_is_found_by_name_or_path_and_loaded_once),
		cmocka_unit_test(each_refusal_names_file_reason_and_remedy),
		cmocka_unit_test(a_table_that_is_too_short_is_refused),
		cmocka_unit_test(a_table_without_row_sizes_is_refused),
		cmocka_unit_test(a_metric_no_exporter_could_show_is_refused),
		cmocka_unit_test(what_an_older_plugin_does_not_know_reads_as_nothing),
		cmocka_unit_test(rows_of_a_newer_plugin_are_read_by_their_own_size),
		cmocka_unit_test(a_route_or_command_without_its_function_is_refused),
		cmocka_unit_test(a_plugin_that_is_cut_short_is_refused_at_every_length),
		cmocka_unit_test(a_fifo_or_another_file_as_plugin_is_refused_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
