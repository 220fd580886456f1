#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/ask/human.h"

static void durations_have_two_units_at_most(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "0ms" },
		{ 999, "999ms" },
		{ 1000, "1.0s" },
		{ 59999, "59.9s" },
		{ 60000, "1min 0s" },
		{ 754000, "12min 34s" },
		{ 3600000, "1h 0min" },
		{ 86400000, "1d 0h" },
		{ 90061000, "1d 1h" },
		{ -1500, "-1.5s" },
		{ INT64_MIN, "-106751991167d 7h" },
	};
	char text[HG_HUMAN_BYTES];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hg_human_ms(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void short_times_have_microseconds(void **state)
{
	(void)state;
	char text[HG_HUMAN_BYTES];

	hg_human_us(999, text);
	assert_string_equal(text, "999us");
	hg_human_us(1250, text);
	assert_string_equal(text, "1.2ms");
	hg_human_us(10000, text);
	assert_string_equal(text, "10ms");
	hg_human_us(-5000, text);
	assert_string_equal(text, "-5ms");
}

static void bytes_and_shares_are_short(void **state)
{
	(void)state;
	char text[HG_HUMAN_BYTES];

	hg_human_bytes(0, text);
	assert_string_equal(text, "0B");
	hg_human_bytes(1023, text);
	assert_string_equal(text, "1023B");
	hg_human_bytes(1536, text);
	assert_string_equal(text, "1.5KiB");
	hg_human_bytes(256.0 * 1024 * 1024, text);
	assert_string_equal(text, "256MiB");
	hg_human_bytes(1e18, text);
	assert_string_equal(text, "888PiB");
	hg_human_share(0.934, text);
	assert_string_equal(text, "93.4%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_two_units_at_most),
		cmocka_unit_test(short_times_have_microseconds),
		cmocka_unit_test(bytes_and_shares_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
