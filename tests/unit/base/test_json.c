#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include <stdio.h>

#define ROW(text)                      \
	{                              \
		text, sizeof(text) - 1 \
	}

static const struct hg_str valid[] = {
	ROW("null"),
	ROW(" true\r\n\t"),
	ROW("0"),
	ROW("-0.5e+10"),
	ROW("123456789012345678901234567890E-5"),
	ROW("\"\""),
	ROW("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00eF\""),
	ROW("\"\\ud800\""), /* half a pair is a matter of meaning, not of grammar */
	ROW("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\""),
	ROW("[]"),
	ROW("[ ]"),
	ROW("{ }"),
	ROW("[1,[2,{\"a\":[]}],{}]"),
	ROW(" { \"a\" : 1 , \"a\" : { \"b\" : [ null ] } } "),
};

static const struct hg_str invalid[] = {
	ROW(""),
	ROW(" "),
	ROW("nul"),
	ROW("nulll"),
	ROW("True"),
	ROW("01"),
	ROW("-"),
	ROW("+1"),
	ROW("1."),
	ROW(".5"),
	ROW("1e"),
	ROW("1e+"),
	ROW("0x1"),
	ROW("1 2"),
	ROW("\""),
	ROW("\"a"),
	ROW("\"\\"),
	ROW("\"\\\""),
	ROW("\"\\x\""),
	ROW("\"\\\0\""),
	ROW("\"\\u12\""),
	ROW("\"\\u12g4\""),
	ROW("\"\n\""),
	ROW("\"\0\""),
	ROW("\"\x80\""),
	ROW("\"\xc0\xaf\""),
	ROW("\"\xc3\""),
	ROW("\"\xe0\x80\x80\""),
	ROW("\"\xed\xa0\x80\""),
	ROW("\"\xf0\x80\x80\x80\""),
	ROW("\"\xf4\x90\x80\x80\""),
	ROW("\"\xf5\x80\x80\x80\""),
	ROW("["),
	ROW("]"),
	ROW("[1"),
	ROW("[1,"),
	ROW("[1,]"),
	ROW("[,1]"),
	ROW("[1 2]"),
	ROW("[1}"),
	ROW("{1:2}"),
	ROW("{\"a\"}"),
	ROW("{\"a\":}"),
	ROW("{\"a\" 1}"),
	ROW("{\"a\":1,}"),
	ROW("{\"a\":1]"),
	ROW("{\"a\":1"),
	ROW("{,}"),
	ROW("[]]"),
	ROW("{}{}"),
	ROW("\xef\xbb\xbf{}"),
};

static void what_is_json_is_told_from_what_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++)
		if (!hg_json_is_valid(valid[i]))
			fail_msg("refused: %s", valid[i].p);
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++)
		if (hg_json_is_valid(invalid[i]))
			fail_msg("%zu taken: %s", i, invalid[i].p);
}

static void values_may_be_so_deep_and_no_deeper(void **state)
{
	(void)state;
	char text[2 * HG_JSON_DEPTH + 4];

	for (size_t depth = HG_JSON_DEPTH; depth <= HG_JSON_DEPTH + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(hg_json_is_valid((struct hg_str){ text, 2 * depth }),
			depth == HG_JSON_DEPTH);
	}
}

static void members_are_slices_of_the_text(void **state)
{
	(void)state;
	struct hg_str text = HG_STR(
		" {\"a\" : 12345678901234567890 ,\"b\":[ 1,\"]\\\"\" ,{\"c\":null}], \"d\":true} ");
	static const char *const names[] = { "\"a\"", "\"b\"", "\"d\"" };
	static const char *const values[] = { "12345678901234567890",
		"[ 1,\"]\\\"\" ,{\"c\":null}]", "true" };
	static const char *const items[] = { "1", "\"]\\\"\"", "{\"c\":null}" };
	struct hg_json at, in;
	struct hg_str name, value, list = { 0 };

	assert_true(hg_json_is_valid(text));
	assert_true(hg_json_open(&at, text));
	assert_true(at.is_object);
	for (int i = 0; i < 3; i++) {
		assert_true(hg_json_next(&at, &name, &value));
		assert_true(hg_str_is(name, hg_str(names[i])));
		assert_true(hg_str_is(value, hg_str(values[i])));
		if (i == 1)
			list = value;
	}
	assert_false(hg_json_next(&at, &name, &value));
	assert_true(hg_json_open(&in, list));
	for (int i = 0; i < 3; i++) {
		assert_true(hg_json_next(&in, &name, &value));
		assert_null(name.p);
		assert_true(hg_str_is(value, hg_str(items[i])));
	}
	assert_false(hg_json_next(&in, &name, &value));
	assert_false(hg_json_open(&in, HG_STR("12")));
	assert_false(hg_json_open(&in, HG_STR("\"[]\"")));
}

static void names_are_found_however_they_are_spelled(void **state)
{
	(void)state;
	struct hg_str value;

	assert_int_equal(
		hg_json_find(HG_STR("{\"a\":1,\"b\":2,\"\\u0061\":3}"), HG_STR("a"), &value), 2);
	assert_true(hg_str_is(value, HG_STR("3")));
	assert_int_equal(hg_json_find(HG_STR("{\"ab\":1}"), HG_STR("a"), &value), 0);
	assert_int_equal(hg_json_find(HG_STR("[\"a\"]"), HG_STR("a"), &value), 0);
	assert_false(hg_json_name_is((struct hg_str){ 0 }, HG_STR("")));
}

static void strings_mean_what_their_escapes_say(void **state)
{
	(void)state;
	static const struct {
		struct hg_str from, to;
	} rows[] = {
		{ ROW("\"\""), ROW("") },
		{ ROW("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\""), ROW("a\"\\/\b\f\n\r\tz") },
		{ ROW("\"\\u0041\\u00e4\\u20AC\""), ROW("A\xc3\xa4\xe2\x82\xac") },
		{ ROW("\"\\ud83d\\ude00\""), ROW("\xf0\x9f\x98\x80") },
		{ ROW("\"\\ud83dx\""), ROW("\xef\xbf\xbdx") },
		{ ROW("\"\\ud83d\\u0041\""), ROW("\xef\xbf\xbd"
						 "A") },
		{ ROW("\"\\ude00\""), ROW("\xef\xbf\xbd") },
		{ ROW("\"\\ud83d\""), ROW("\xef\xbf\xbd") },
		{ ROW("\"\\u0000\""), ROW("\0") },
	};
	struct hg_arena arena;

	hg_arena_init(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(hg_json_is_valid(rows[i].from));
		struct hg_str got = hg_json_text(&arena, rows[i].from);
		if (!hg_str_is(got, rows[i].to))
			fail_msg("%s: %.*s", rows[i].from.p, (int)got.n, got.p);
	}
	hg_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json_is_told_from_what_is_not),
		cmocka_unit_test(values_may_be_so_deep_and_no_deeper),
		cmocka_unit_test(members_are_slices_of_the_text),
		cmocka_unit_test(names_are_found_however_they_are_spelled),
		cmocka_unit_test(strings_mean_what_their_escapes_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
