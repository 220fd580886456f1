#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include <stdio.h>

#define SEC 1000000ll
#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	int64_t s;
	const char *http, *rfc3339;
} dates[] = {
	{ 784111777ll, "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z" },
	{ 0ll, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z" },
	{ -1ll, "Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59Z" },
	{ 951825600ll, "Tue, 29 Feb 2000 12:00:00 GMT", "2000-02-29T12:00:00Z" },
	{ -2203891200ll, "Thu, 01 Mar 1900 00:00:00 GMT", "1900-03-01T00:00:00Z" },
	{ 1795488078ll, "Tue, 24 Nov 2026 02:41:18 GMT", "2026-11-24T02:41:18Z" },
	{ 2147483648ll, "Tue, 19 Jan 2038 03:14:08 GMT", "2038-01-19T03:14:08Z" },
	{ 4107542399ll, "Sun, 28 Feb 2100 23:59:59 GMT", "2100-02-28T23:59:59Z" },
	{ 253402300799ll, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z" },
	{ -62135596800ll, "Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z" },
};

static void dates_are_written_in_both_forms(void **state)
{
	(void)state;
	char http[30], rfc3339[21];

	for (size_t i = 0; i < N_OF(dates); i++) {
		hg_format_http_date(dates[i].s * SEC, http);
		hg_format_time(dates[i].s * SEC, rfc3339);
		assert_string_equal(http, dates[i].http);
		assert_string_equal(rfc3339, dates[i].rfc3339);
	}
}

static void written_dates_are_read_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(dates); i++) {
		int64_t us;

		assert_true(hg_parse_http_date(hg_str(dates[i].http), &us));
		assert_true(us == dates[i].s * SEC);
	}
}

static void parts_of_a_second_are_cut_downwards(void **state)
{
	(void)state;
	char text[21];

	hg_format_time(999999, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	hg_format_time(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	hg_format_time(-SEC, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	hg_format_time(-SEC - 1, text);
	assert_string_equal(text, "1969-12-31T23:59:58Z");
}

static void moments_out_of_four_digit_years_are_clamped(void **state)
{
	(void)state;
	char http[30], text[21];

	hg_format_time(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	hg_format_time(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
	hg_format_http_date(INT64_MAX, http);
	assert_string_equal(http, "Fri, 31 Dec 9999 23:59:59 GMT");
	hg_format_http_date(INT64_MIN, http);
	assert_string_equal(http, "Sat, 01 Jan 0000 00:00:00 GMT");
}

/* A calendar that only knows how to go to the next day. Returns the number of days walked. */
static int walk_days(int year, int last_year, int64_t at_us)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int month = 1, day = 1, n = 0;

	for (; year <= last_year; n++, at_us += 86400 * SEC) {
		char expected[64], text[21], http[30];
		int64_t us;

		(void)snprintf(
			expected, sizeof(expected), "%04d-%02d-%02dT00:00:00Z", year, month, day);
		hg_format_time(at_us, text);
		if (strcmp(text, expected) != 0)
			fail_msg("%s, not %s", text, expected);
		hg_format_http_date(at_us, http);
		if (!hg_parse_http_date(hg_str(http), &us) || us != at_us)
			fail_msg("%s is not read as %s", http, expected);

		bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

		if (day++ < lengths[month - 1] + (month == 2 && is_leap))
			continue;
		day = 1;
		if (month++ < 12)
			continue;
		month = 1;
		year++;
	}
	return n;
}

static void every_day_of_four_centuries_is_right(void **state)
{
	(void)state;
	assert_int_equal(walk_days(1890, 2289, -2524521600 * SEC), 146097);
	assert_int_equal(walk_days(0, 9, -62167219200 * SEC), 3653); /* before the era of year 0 */
	assert_int_equal(walk_days(9990, 9999, 253086768000 * SEC), 3652);
}

static void obsolete_forms_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t s;
	} cases[] = {
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
		{ "Sun Nov  6 08:49:37 1994", 784111777 },
		{ "Sun Nov 06 08:49:37 1994", 784111777 }, { "Thu Jan  1 00:00:00 1970", 0 },
		{ "Wed Dec 31 23:59:59 1969", -1 },
		{ "Wednesday, 31-Dec-69 23:59:59 GMT", -1 },       /* 69 is 1969 … */
		{ "Tuesday, 01-Jan-68 00:00:00 GMT", 3092601600 }, /* … and 68 is 2068 */
		{ "Saturday, 01-Jan-00 00:00:00 GMT", 946684800 },
		{ "Mon, 06 Nov 1994 08:49:37 GMT", 784111777 },  /* was a Sunday: let pass */
		{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 }, /* a leap second */
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		int64_t us;

		assert_true(hg_parse_http_date(hg_str(cases[i].text), &us));
		assert_true(us == cases[i].s * SEC);
	}
}

static void what_is_no_date_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"0",
		"Sun",
		"Sun,",
		",",
		"GMT",
		"sun, 06 Nov 1994 08:49:37 GMT",
		"Son, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Nvo 1994 08:49:37 GMT",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun,  6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 94 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 gmt",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		" Sun, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT",
		"Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, 06 Nov 1994 08:49:-7 GMT",
		"Sun, 06 Nov +994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT",
		"Sun, 29 Feb 1900 08:49:37 GMT",
		"Sun, 30 Feb 2000 08:49:37 GMT",
		"Sunday, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06-Nov-94 08:49:37 GMT",
		"Sunday, 06-Nov-1994 08:49:37 GMT",
		"Sunda, 06-Nov-94 08:49:37 GMT",
		"Sundays, 06-Nov-94 08:49:37 GMT",
		"Sunday, 31-Feb-94 08:49:37 GMT",
		"Sun Nov 6 08:49:37 1994",
		"Sun Nov    08:49:37 1994",
		"Sun Nov  0 08:49:37 1994",
		"Sun Nov 31 08:49:37 1994",
		"Sun Nov  6 08:49:37 94",
		"Sun Nov  6 08:49:37 1994 GMT",
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		char room[64];
		size_t n = strlen(cases[i]);
		int64_t us = 42;

		memcpy(room + sizeof(room) - n, cases[i], n);
		if (hg_parse_http_date((struct hg_str){ room + sizeof(room) - n, n }, &us))
			fail_msg("read as a date: %s", cases[i]);
		assert_int_equal(us, 42);
	}
	int64_t us;

	assert_false(hg_parse_http_date((struct hg_str){ NULL, 0 }, &us));
}

static void any_changed_byte_is_harmless(void **state)
{
	(void)state;
	static const char *const forms[] = { "Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" };

	for (size_t f = 0; f < N_OF(forms); f++) {
		size_t n = strlen(forms[f]);

		for (size_t i = 0; i < n; i++) {
			for (int c = 0; c < 256; c++) {
				char text[32], again[30];
				int64_t us;

				memcpy(text, forms[f], n);
				text[i] = (char)c;
				if (!hg_parse_http_date((struct hg_str){ text, n }, &us))
					continue;
				/* What passes is a date: written and read, it stays itself. */
				int64_t us_again;

				hg_format_http_date(us, again);
				assert_true(hg_parse_http_date(hg_str(again), &us_again));
				assert_true(us == us_again);
			}
		}
	}
}

static void a_day_or_a_moment_in_utc_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t s; /* -1: refused */
	} rows[] = {
		{ "1970-01-01", 0 },
		{ "2027-01-31", 1801353600 },
		{ "2027-01-31T00:00:00Z", 1801353600 },
		{ "2027-01-31T23:59:59Z", 1801439999 },
		{ "2028-02-29", 1835395200 },
		{ "2027-02-29", -1 },
		{ "2027-00-10", -1 },
		{ "2027-13-10", -1 },
		{ "2027-01-00", -1 },
		{ "2027-01-31T24:00:00Z", -1 },
		{ "2027-01-31T00:00:00", -1 },
		{ "2027-01-31T00:00:00+01:00", -1 },
		{ "2027-01-31 00:00:00Z", -1 },
		{ "2027-1-31", -1 },
		{ "31.01.2027", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t us = -7;
		bool fine = hg_parse_time(hg_str(rows[i].text), &us);
		if (fine != (rows[i].s >= 0) || us != (fine ? rows[i].s * 1000000 : -7))
			fail_msg("%s: %lld", rows[i].text, (long long)us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_written_in_both_forms),
		cmocka_unit_test(written_dates_are_read_again),
		cmocka_unit_test(parts_of_a_second_are_cut_downwards),
		cmocka_unit_test(moments_out_of_four_digit_years_are_clamped),
		cmocka_unit_test(every_day_of_four_centuries_is_right),
		cmocka_unit_test(obsolete_forms_are_read),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(any_changed_byte_is_harmless),
		cmocka_unit_test(a_day_or_a_moment_in_utc_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
