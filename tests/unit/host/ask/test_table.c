#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/ask/table.h"
#include <stdlib.h>
#include <string.h>

static const struct hg_column columns[] = {
	{ "NAME", "name", HG_FORM_TEXT, 8 },
	{ "AGE", "age_ms", HG_FORM_MS, 0 },
	{ "HIGH", "high.waiting", HG_FORM_COUNT, 0 },
	{ "PATH", "path", HG_FORM_TEXT, 0 },
	{ 0 },
};

static void expect(const struct hg_column *c, const char *rows, struct hg_table_wish wish,
	const char *expected)
{
	json_t *json = json_loads(rows, 0, NULL);
	char *said = NULL;
	size_t n;
	FILE *out = open_memstream(&said, &n);

	assert_non_null(json);
	hg_table_print(c, json, &wish, 0, out);
	fclose(out);
	assert_string_equal(said, expected);
	free(said);
	json_decref(json);
}

static void text_stands_left_figures_right_and_absent_is_a_dash(void **state)
{
	(void)state;
	expect(columns,
		"[{\"name\":\"a\",\"age_ms\":12,\"high\":{\"waiting\":100},\"path\":\"/x\"},"
		"{\"name\":\"main\",\"age_ms\":754000,\"high\":{},\"path\":null}]",
		(struct hg_table_wish){ 0 },
		"NAME        AGE  HIGH  PATH\n"
		"a          12ms   100  /x\n"
		"main  12min 34s     -  -\n");
}

static void what_is_too_wide_is_cut_by_characters(void **state)
{
	(void)state;
	expect(columns,
		"[{\"name\":\"123456789\"},{\"name\":\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\"}]",
		(struct hg_table_wish){ 0 },
		"NAME      AGE  HIGH  PATH\n"
		"1234567~    -     -  -\n"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4        -     -  -\n");
}

static void a_terminal_is_told_nothing_by_a_row(void **state)
{
	(void)state;
	expect(columns, "[{\"name\":\"a\",\"path\":\"/\\u001b[2J\\nfalse\\u007f\"}]",
		(struct hg_table_wish){ 0 },
		"NAME  AGE  HIGH  PATH\n"
		"a       -     -  /?[2J?false?\n");
}

static void rows_are_chosen_and_the_rest_is_counted(void **state)
{
	(void)state;
	static const char rows[] = "[{\"n\":\"ab\"},{\"n\":\"b\"},{\"n\":\"ac\"},{\"n\":\"ad\"}]";

	expect(NULL, rows, (struct hg_table_wish){ 1, "a" },
		"n\nab\n\xe2\x80\xa6 2 more (--limit 3 shows all)\n");
	expect(NULL, rows, (struct hg_table_wish){ 3, "a" }, "n\nab\nac\nad\n");
	expect(NULL, rows, (struct hg_table_wish){ 0, "x" }, "nothing\n");
	expect(NULL, "[]", (struct hg_table_wish){ 0 }, "nothing\n");
}

static void a_plugins_rows_have_units_by_their_names(void **state)
{
	(void)state;
	expect(NULL,
		"[{\"bytes\":2048,\"wait_ms\":1500,\"took_ms\":0.25,\"hit_share\":0.5,\"is_on\":"
		"true,\"n\":3}]",
		(struct hg_table_wish){ 0 },
		" bytes  wait_ms  took_ms  hit_share  is_on  n\n"
		"2.0KiB     1.5s    250us      50.0%  yes    3\n");
}

static void a_column_of_figures_has_nothing_else_in_it(void **state)
{
	(void)state;
	expect(NULL, "[{\"option\":\"a\",\"value\":1},{\"option\":\"b\",\"value\":\"auto\"}]",
		(struct hg_table_wish){ 0 },
		"option  value\n"
		"a       1\n"
		"b       auto\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stands_left_figures_right_and_absent_is_a_dash),
		cmocka_unit_test(what_is_too_wide_is_cut_by_characters),
		cmocka_unit_test(a_terminal_is_told_nothing_by_a_row),
		cmocka_unit_test(rows_are_chosen_and_the_rest_is_counted),
		cmocka_unit_test(a_column_of_figures_has_nothing_else_in_it),
		cmocka_unit_test(a_plugins_rows_have_units_by_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
