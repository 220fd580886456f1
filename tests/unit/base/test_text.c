#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"

static void a_new_text_is_empty(void **state)
{
	(void)state;
	struct hg_text t;

	hg_text_init(&t);
	assert_int_equal(hg_text_str(&t).n, 0);
	hg_text_clear(&t);
	hg_text_add(&t, (struct hg_str){ NULL, 0 });
	assert_string_equal(t.p, "");
	hg_text_fini(&t);
	hg_text_fini(&t);
}

static void a_text_grows_and_is_ended_by_nul(void **state)
{
	(void)state;
	struct hg_text t;

	hg_text_init(&t);
	for (size_t i = 0; i < 1000; i++) {
		hg_text_add_char(&t, (char)('a' + i % 26));
		hg_text_add(&t, HG_STR("0123456789"));
		assert_int_equal(t.n, 11 * (i + 1));
		assert_int_equal(t.p[t.n], '\0');
		assert_true(t.room > t.n);
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(t.p[11 * i], 'a' + i % 26);
	hg_text_fini(&t);
}

static void clearing_keeps_the_room(void **state)
{
	(void)state;
	struct hg_text t;

	hg_text_init(&t);
	hg_text_printf(&t, "%1000d", 1);
	size_t room = t.room;

	hg_text_clear(&t);
	assert_int_equal(t.n, 0);
	assert_string_equal(t.p, "");
	assert_int_equal(t.room, room);
	hg_text_fini(&t);
}

static void printing_takes_any_length(void **state)
{
	(void)state;
	struct hg_text t;

	hg_text_init(&t);
	for (int width = 0, n = 0; width < 300; width++) { /* the room ends at each place once */
		hg_text_printf(&t, "%*s", width, "");
		n += width;
		assert_int_equal(t.n, n);
		assert_int_equal(strlen(t.p), n);
	}
	hg_text_clear(&t);
	hg_text_printf(&t, "%s=%d", "n", 5);
	hg_text_printf(&t, " %s", "x");
	assert_string_equal(t.p, "n=5 x");
	hg_text_fini(&t);
}

static void json_strings_are_escaped(void **state)
{
	(void)state;
#define FFFD "\xef\xbf\xbd"
	static const struct {
		struct hg_str in;
		const char *out;
	} cases[] = {
		{ { NULL, 0 }, "\"\"" },
		{ { "plain", 5 }, "\"plain\"" },
		{ { "a\"b\\c/", 6 }, "\"a\\\"b\\\\c/\"" },
		{ { "\b\t\n\f\r", 5 }, "\"\\b\\t\\n\\f\\r\"" },
		{ { "\0\x01\x1f\x7f", 4 }, "\"\\u0000\\u0001\\u001f\x7f\"" },
		{ { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9 },
			"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ { "a\xff"
		    "b",
			  3 },
			"\"a" FFFD "b\"" },
		{ { "\x80", 1 }, "\"" FFFD "\"" },          /* a continuation of nothing */
		{ { "\xc0\xaf", 2 }, "\"" FFFD FFFD "\"" }, /* a slash, two bytes long */
		{ { "\xc1\xbf", 2 }, "\"" FFFD FFFD "\"" },
		{ { "\xe0\x9f\xbf", 3 }, "\"" FFFD FFFD FFFD "\"" },
		{ { "\xe0\xa0\x80", 3 }, "\"\xe0\xa0\x80\"" },
		{ { "\xed\x9f\xbf", 3 }, "\"\xed\x9f\xbf\"" },
		{ { "\xed\xa0\x80", 3 }, "\"" FFFD FFFD FFFD "\"" }, /* a surrogate */
		{ { "\xf0\x8f\xbf\xbf", 4 }, "\"" FFFD FFFD FFFD FFFD "\"" },
		{ { "\xf0\x90\x80\x80", 4 }, "\"\xf0\x90\x80\x80\"" },
		{ { "\xf4\x8f\xbf\xbf", 4 }, "\"\xf4\x8f\xbf\xbf\"" }, /* U+10FFFF, the last one */
		{ { "\xf4\x90\x80\x80", 4 }, "\"" FFFD FFFD FFFD FFFD "\"" },
		{ { "\xf5\x80\x80\x80", 4 }, "\"" FFFD FFFD FFFD FFFD "\"" },
		{ { "\xe2\x82", 2 }, "\"" FFFD FFFD "\"" }, /* cut */
		{ { "\xe2\x82\"", 3 }, "\"" FFFD FFFD "\\\"\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hg_text t;

		hg_text_init(&t);
		hg_text_add_json(&t, cases[i].in);
		assert_string_equal(t.p, cases[i].out);
		hg_text_fini(&t);
	}
}

static void a_member_has_its_comma_and_a_value_in_quotes(void **state)
{
	(void)state;
	struct hg_text t;

	hg_text_init(&t);
	hg_text_add_json_member(&t, "who", HG_STR("a\"b"));
	hg_text_add_json_member(&t, "none", (struct hg_str){ 0 });
	assert_string_equal(t.p, ",\"who\":\"a\\\"b\",\"none\":\"\"");
	hg_text_fini(&t);
}

static void hex_is_two_digits_a_byte(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { 0x00, 0x0f, 0xf0, 0xff, 0x9a };
	char hex[11];

	hg_format_hex(bytes, 5, hex);
	assert_string_equal(hex, "000ff0ff9a");
	hg_format_hex(bytes, 0, hex);
	assert_string_equal(hex, "");
}

static void the_edit_distance_counts_edits(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "workers", "workers", 0 },
		{ "workers", "worker", 1 },
		{ "workers", "workerss", 1 },
		{ "workers", "workars", 1 },
		{ "workers", "wrokers", 1 }, /* neighbours swapped */
		{ "kitten", "sitting", 3 },
		{ "ca", "abc", 3 }, /* a swap is not edited again */
		{ "abcdef", "badcfe", 3 },
		{ "listen", "upstream", 5 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hg_str a = hg_str(cases[i].a), b = hg_str(cases[i].b);

		assert_int_equal(hg_edit_distance(a, b), cases[i].distance);
		assert_int_equal(hg_edit_distance(b, a), cases[i].distance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_text_is_empty),
		cmocka_unit_test(a_text_grows_and_is_ended_by_nul),
		cmocka_unit_test(clearing_keeps_the_room),
		cmocka_unit_test(printing_takes_any_length),
		cmocka_unit_test(json_strings_are_escaped),
		cmocka_unit_test(a_member_has_its_comma_and_a_value_in_quotes),
		cmocka_unit_test(hex_is_two_digits_a_byte),
		cmocka_unit_test(the_edit_distance_counts_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
