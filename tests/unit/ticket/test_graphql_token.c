#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ticket/graphql_token.h"

static const char letter_of[] = { [HG_GRAPHQL_END] = '$',
	[HG_GRAPHQL_BAD] = '!',
	[HG_GRAPHQL_NAME] = 'n',
	[HG_GRAPHQL_OPEN] = '(',
	[HG_GRAPHQL_CLOSE] = ')',
	[HG_GRAPHQL_OTHER] = 'o' };

static void a_document_is_read_word_by_word(void **state)
{
	(void)state;
	static const struct {
		struct hg_str document;
		const char *tokens;
	} rows[] = {
		{ HG_STR(""), "$" },
		{ HG_STR("\xef\xbb\xbf{a}"), "(n)$" },
		{ HG_STR(" , # x { \n{ a, b: c }"), "(nnon)$" },
		{ HG_STR("{a(s: \"} # \\\" \", t: \"\"\"}\n\"\"\")}"), "(n(noonoo))$" },
		{ HG_STR("... on T@d[-1.5e+3 12!]$_x"), "onnon(ooo)on$" },
		{ HG_STR("a \"open"), "n!" },
		{ HG_STR("a ..b"), "n!" },
		{ HG_STR("1a"), "!" },
		{ HG_STR("a # x\ry"), "n!" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_graphql_reader r = hg_graphql_reader(rows[i].document);
		struct hg_graphql_token t;
		char got[40];
		size_t n = 0;
		do {
			t = hg_graphql_next(&r);
			got[n++] = letter_of[t.kind];
		} while (t.kind != HG_GRAPHQL_END && t.kind != HG_GRAPHQL_BAD &&
			 n + 1 < sizeof(got));
		got[n] = '\0';
		assert_string_equal(got, rows[i].tokens);
	}
}

static void brackets_are_skipped_as_they_match(void **state)
{
	(void)state;
	static const struct {
		struct hg_str behind;
		bool is_match;
		const char *left;
	} rows[] = {
		{ HG_STR("a (b [c]) } d"), true, " d" },
		{ HG_STR("\"}\" }"), true, "" },
		{ HG_STR("a ( }"), false, NULL },
		{ HG_STR("a"), false, NULL },
		{ HG_STR("a ? }"), false, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_graphql_reader r = hg_graphql_reader(rows[i].behind);
		assert_int_equal(hg_graphql_skip_brackets(&r, '{'), rows[i].is_match);
		if (rows[i].is_match)
			assert_true(hg_str_is((struct hg_str){ r.p, (size_t)(r.end - r.p) },
				hg_str(rows[i].left)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_read_word_by_word),
		cmocka_unit_test(brackets_are_skipped_as_they_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
