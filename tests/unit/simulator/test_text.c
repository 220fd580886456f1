#include "fixture.h"

#include "text.h"

static void dates_are_spelled_as_github_spells_them(void **state)
{
	(void)state;
	static const struct {
		int64_t wall_s;
		const char *iso, *http;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 951782399, "2000-02-28T23:59:59Z", "Mon, 28 Feb 2000 23:59:59 GMT" },
		{ 951782400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT" },
		{ 1700000000, "2023-11-14T22:13:20Z", "Tue, 14 Nov 2023 22:13:20 GMT" },
		{ 1767225599, "2025-12-31T23:59:59Z", "Wed, 31 Dec 2025 23:59:59 GMT" },
		{ 4102444800, "2100-01-01T00:00:00Z", "Fri, 01 Jan 2100 00:00:00 GMT" },
		{ 4107542400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(sim_text_iso(rows[i].wall_s).text, rows[i].iso);
		assert_string_equal(sim_text_http(rows[i].wall_s).text, rows[i].http);
	}
}

static void a_star_is_any_run_of_bytes_and_nothing_else_is_special(void **state)
{
	(void)state;
	static const struct {
		const char *glob, *text;
		bool fits;
	} rows[] = { { "*", "", true }, { "*", "/a/b", true }, { "", "", true }, { "", "a", false },
		{ "/repos/*", "/repos/a/b", true }, { "/repos/*", "/repos", false },
		{ "*/issues", "/repos/a/b/issues", true }, { "*/issues", "/issues/1", false },
		{ "*a*a*", "xaya", true }, { "*a*a*", "xay", false }, { "a?c", "abc", false },
		{ "a?c", "a?c", true }, { "*ab", "aab", true }, { "a*b*c", "a1b2b3c", true },
		{ "[a]", "a", false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sim_text_glob(rows[i].glob, hg_str(rows[i].text)), rows[i].fits);
}

static void a_value_of_a_query_is_decoded_and_cut_to_its_room(void **state)
{
	(void)state;
	static const struct {
		const char *query, *value;
		bool found;
	} rows[] = { { "q=a", "a", true }, { "x=1&q=a%20b+c&y=2", "a b c", true },
		{ "q=", "", true }, { "qq=a", "", false }, { "q", "", false }, { "", "", false },
		{ "q=a%2", "a%2", true }, { "q=%zz", "%zz", true }, { "q=%41%4a", "AJ", true },
		{ "q=0123456789", "0123456", true }, { "&&q=1", "1", true } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char value[8] = "";
		assert_int_equal(sim_text_query(hg_str(rows[i].query), "q", value, sizeof(value)),
			rows[i].found);
		assert_string_equal(value, rows[i].value);
	}
}

static void numbers_are_leading_digits_and_ids_are_all_digits(void **state)
{
	(void)state;

	assert_int_equal(sim_text_number(hg_str("5?per_page=20"), 1), 5);
	assert_int_equal(sim_text_number(hg_str("-5"), 1), 1);
	assert_int_equal(sim_text_number(hg_str(""), 7), 7);
	assert_int_equal(
		sim_text_number(hg_str("99999999999999999999999999"), 1), 999999999999999999);
	assert_int_equal(sim_text_id(hg_str("12")), 12);
	assert_int_equal(sim_text_id(hg_str("12a")), -1);
	assert_int_equal(sim_text_id(hg_str("9999999999999999999")), -1);
	assert_int_equal(sim_text_id(hg_str("")), -1);
}

static void base64_comes_back(void **state)
{
	(void)state;
	static const char *const texts[] = { "a", "ab", "abc", "x:ghp_hubot" };
	static const char *const wrong[] = { "", "a", "abc", "!!!!" };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *coded = sim_text_base64(texts[i], strlen(texts[i]));
		char *plain = sim_text_unbase64(hg_str(coded), &n);
		assert_non_null(plain);
		assert_int_equal(n, strlen(texts[i]));
		assert_string_equal(plain, texts[i]);
		hg_free(coded);
		hg_free(plain);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(sim_text_unbase64(hg_str(wrong[i]), &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_spelled_as_github_spells_them),
		cmocka_unit_test(a_star_is_any_run_of_bytes_and_nothing_else_is_special),
		cmocka_unit_test(a_value_of_a_query_is_decoded_and_cut_to_its_room),
		cmocka_unit_test(numbers_are_leading_digits_and_ids_are_all_digits),
		cmocka_unit_test(base64_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
