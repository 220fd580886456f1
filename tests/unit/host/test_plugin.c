#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/plugin.h"
#include <stdio.h>

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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
