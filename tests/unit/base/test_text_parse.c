#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include <locale.h>

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* In memory of its own size, so that a byte read too far is found. */
static struct hg_str exact(const char *text, char room[64])
{
	size_t n = strlen(text);

	memcpy(room + 64 - n, text, n);
	return (struct hg_str){ room + 64 - n, n };
}

static void whole_numbers_are_digits_only(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_good;
		uint64_t v;
	} cases[] = {
		{ "0", true, 0 },
		{ "7", true, 7 },
		{ "007", true, 7 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "18446744073709551620", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "184467440737095516150", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "0x10", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "/", false, 0 },
		{ ":", false, 0 },
	};
	char room[64];

	for (size_t i = 0; i < N_OF(cases); i++) {
		uint64_t v = 42;

		assert_int_equal(hg_parse_u64(exact(cases[i].text, room), &v), cases[i].is_good);
		assert_true(v == (cases[i].is_good ? cases[i].v : 42));
	}
	uint64_t v;

	assert_false(hg_parse_u64((struct hg_str){ NULL, 0 }, &v));
	assert_false(hg_parse_u64((struct hg_str){ "1\0", 2 }, &v));
}

static void signed_numbers_may_begin_with_a_minus(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_good;
		int64_t v;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "-1", true, -1 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "--1", false, 0 },
		{ "+1", false, 0 },
		{ "- 1", false, 0 },
	};
	char room[64];

	for (size_t i = 0; i < N_OF(cases); i++) {
		int64_t v = 42;

		assert_int_equal(hg_parse_i64(exact(cases[i].text, room), &v), cases[i].is_good);
		assert_true(v == (cases[i].is_good ? cases[i].v : 42));
	}
	int64_t v;

	assert_false(hg_parse_i64((struct hg_str){ NULL, 0 }, &v));
}

static void decimals_are_read_exactly(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_good;
		double v;
	} cases[] = {
		{ "12", true, 12 },
		{ "0.5", true, 0.5 },
		{ "1e3", true, 1000 },
		{ "1E3", true, 1000 },
		{ "1e+3", true, 1000 },
		{ "25e-2", true, 0.25 },
		{ "0.1", true, 0.1 },
		{ "1.7976931348623157e308", true, 1.7976931348623157e308 },
		{ "1e-400", true, 0 },
		{ "9007199254740993", true, 9007199254740992.0 },
		{ "1e400", false, 0 },
		{ "", false, 0 },
		{ ".5", false, 0 },
		{ "5.", false, 0 },
		{ "1e", false, 0 },
		{ "1e+", false, 0 },
		{ "1,5", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "0x1p3", false, 0 },
		{ "1e3x", false, 0 },
		{ "nan", false, 0 },
		{ "inf", false, 0 },
		{ "1.2.3", false, 0 },
	};
	char room[64];

	for (size_t i = 0; i < N_OF(cases); i++) {
		double v = 42;

		assert_int_equal(hg_parse_double(exact(cases[i].text, room), &v), cases[i].is_good);
		assert_true(v == (cases[i].is_good ? cases[i].v : 42));
	}
}

static void a_decimal_has_fewer_than_128_bytes(void **state)
{
	(void)state;
	char digits[129];
	double v;

	memset(digits, '1', sizeof(digits));
	assert_true(hg_parse_double((struct hg_str){ digits, 127 }, &v));
	assert_false(hg_parse_double((struct hg_str){ digits, 128 }, &v));
}

static void the_locale_does_not_change_decimals(void **state)
{
	(void)state;
	double v = 0;

	/* With a comma where the machine has such a locale; with its own one else. */
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		(void)setlocale(LC_ALL, "");
	assert_true(hg_parse_double(HG_STR("2.5"), &v));
	assert_true(v == 2.5);
	assert_false(hg_parse_double(HG_STR("2,5"), &v));
	(void)setlocale(LC_ALL, "C");
}

static void durations_need_a_unit(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_good;
		int64_t us;
	} cases[] = {
		{ "0", true, 0 },
		{ "0s", true, 0 },
		{ "1us", true, 1 },
		{ "250ms", true, 250000 },
		{ "5s", true, 5000000 },
		{ "10min", true, 600000000 },
		{ "2h", true, 7200000000 },
		{ "1d", true, 86400000000 },
		{ "9223372036854775807us", true, INT64_MAX },
		{ "9223372036854775808us", false, 0 },
		{ "106751991d", true, 106751991 * 86400000000 },
		{ "106751992d", false, 0 },
		{ "18446744073709551615d", false, 0 },
		{ "99999999999999999999s", false, 0 },
		{ "10", false, 0 },
		{ "", false, 0 },
		{ "s", false, 0 },
		{ "-1s", false, 0 },
		{ "1.5s", false, 0 },
		{ "10 s", false, 0 },
		{ "10S", false, 0 },
		{ "10m", false, 0 },
		{ "1h30min", false, 0 },
		{ "1w", false, 0 },
	};
	char room[64];

	for (size_t i = 0; i < N_OF(cases); i++) {
		int64_t us = 42;

		assert_int_equal(hg_parse_usec(exact(cases[i].text, room), &us), cases[i].is_good);
		assert_true(us == (cases[i].is_good ? cases[i].us : 42));
	}
}

static void sizes_need_a_unit(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_good;
		uint64_t bytes;
	} cases[] = {
		{ "0", true, 0 },
		{ "1B", true, 1 },
		{ "64kB", true, 64000 },
		{ "64KiB", true, 65536 },
		{ "1MB", true, 1000000 },
		{ "1MiB", true, 1048576 },
		{ "3GB", true, 3000000000 },
		{ "64GiB", true, 68719476736 },
		{ "18446744073709551615B", true, UINT64_MAX },
		{ "17179869183GiB", true, 18446744072635809792ull },
		{ "17179869184GiB", false, 0 },
		{ "1", false, 0 },
		{ "", false, 0 },
		{ "kB", false, 0 },
		{ "1KB", false, 0 },
		{ "1kb", false, 0 },
		{ "1k", false, 0 },
		{ "-1B", false, 0 },
		{ "1 B", false, 0 },
	};
	char room[64];

	for (size_t i = 0; i < N_OF(cases); i++) {
		uint64_t v = 42;

		assert_int_equal(hg_parse_bytes(exact(cases[i].text, room), &v), cases[i].is_good);
		assert_true(v == (cases[i].is_good ? cases[i].bytes : 42));
	}
}

static void shares_lie_between_0_and_1(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_good;
		double v;
	} cases[] = {
		{ "30%", true, 0.3 },
		{ "0.3", true, 0.3 },
		{ "12.5%", true, 0.125 },
		{ "0", true, 0 },
		{ "0%", true, 0 },
		{ "1", true, 1 },
		{ "100%", true, 1 },
		{ "100.1%", false, 0 },
		{ "1.01", false, 0 },
		{ "30", false, 0 },
		{ "%", false, 0 },
		{ "", false, 0 },
		{ "-1%", false, 0 },
		{ "30 %", false, 0 },
		{ "30%%", false, 0 },
	};
	char room[64];

	for (size_t i = 0; i < N_OF(cases); i++) {
		double v = 42;

		assert_int_equal(hg_parse_share(exact(cases[i].text, room), &v), cases[i].is_good);
		assert_true(v == (cases[i].is_good ? cases[i].v : 42));
	}
}

static void durations_are_written_in_the_largest_exact_unit(void **state)
{
	(void)state;
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1us" },
		{ 1500, "1500us" },
		{ 1500000, "1500ms" },
		{ 600000000, "10min" },
		{ 5400000000, "90min" },
		{ 86400000000, "1d" },
		{ 90000000000, "25h" },
		{ -1000, "-1ms" },
		{ INT64_MAX, "9223372036854775807us" },
		{ INT64_MIN, "-9223372036854775808us" },
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct hg_text t;

		hg_text_init(&t);
		hg_text_add_usec(&t, cases[i].us);
		assert_string_equal(t.p, cases[i].text);
		hg_text_fini(&t);
	}
}

static void sizes_are_written_in_the_largest_exact_unit(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1B" },
		{ 1001, "1001B" },
		{ 1000, "1kB" },
		{ 1024, "1KiB" },
		{ 64000, "64kB" },
		{ 1048576, "1MiB" },
		{ 268435456, "256MiB" },
		{ 1000000000, "1GB" },
		{ 1ull << 40, "1024GiB" },
		{ UINT64_MAX, "18446744073709551615B" },
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct hg_text t;

		hg_text_init(&t);
		hg_text_add_bytes(&t, cases[i].bytes);
		assert_string_equal(t.p, cases[i].text);
		hg_text_fini(&t);
	}
}

static void what_is_written_is_read_again(void **state)
{
	(void)state;
	uint64_t seed = 99;

	for (int i = 0; i < 5000; i++) {
		struct hg_text t;
		uint64_t bytes;
		int64_t us;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		uint64_t v = (seed >> 8) >> (seed & 63) % 56;

		v = i % 3 == 0 ? v : i % 3 == 1 ? v / 60000000 * 60000000 : v / 1024 * 1024;
		hg_text_init(&t);
		hg_text_add_usec(&t, (int64_t)v);
		assert_true(hg_parse_usec(hg_text_str(&t), &us));
		assert_true(us == (int64_t)v);
		hg_text_clear(&t);
		hg_text_add_bytes(&t, v);
		assert_true(hg_parse_bytes(hg_text_str(&t), &bytes));
		assert_true(bytes == v);
		hg_text_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_digits_only),
		cmocka_unit_test(signed_numbers_may_begin_with_a_minus),
		cmocka_unit_test(decimals_are_read_exactly),
		cmocka_unit_test(a_decimal_has_fewer_than_128_bytes),
		cmocka_unit_test(the_locale_does_not_change_decimals),
		cmocka_unit_test(durations_need_a_unit),
		cmocka_unit_test(sizes_need_a_unit),
		cmocka_unit_test(shares_lie_between_0_and_1),
		cmocka_unit_test(durations_are_written_in_the_largest_exact_unit),
		cmocka_unit_test(sizes_are_written_in_the_largest_exact_unit),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
