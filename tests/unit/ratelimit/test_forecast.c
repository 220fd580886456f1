/*
 * The set of demands: who stays, who goes, and what of it a file can bring back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/mem.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "forecast.h"

static void the_quietest_goes(void **state)
{
	struct forecast *f = forecast_new(3);

	(void)state;
	for (uint64_t i = 1; i <= 3; i++)
		forecast_spend(f, i << 32 | i); /* all in the slot 0 */
	forecast_spend(f, 1ull << 32 | 1);
	forecast_spend(f, 4);
	assert_int_equal(forecast_count(f), 3);
	assert_non_null(forecast_find(f, 1ull << 32 | 1));
	assert_null(forecast_find(f, 2ull << 32 | 2));
	assert_non_null(forecast_find(f, 3ull << 32 | 3));
	assert_int_equal(forecast_find(f, 4)->ledger, 4);
	forecast_set_max(f, 1);
	assert_int_equal(forecast_count(f), 1);
	assert_non_null(forecast_find(f, 4));
	forecast_spend(f, 5);
	assert_null(forecast_find(f, 4));
	forecast_unref(f);
}

static void thousands_have_room(void **state)
{
	struct forecast *f = forecast_new(FORECAST_LEDGERS_MAX);

	(void)state;
	for (uint64_t i = 1; i <= 10000; i++)
		forecast_spend(f, i * 0x9e3779b97f4a7c15u)->minutes = (uint32_t)i;
	assert_int_equal(forecast_count(f), FORECAST_LEDGERS_MAX);
	for (uint64_t i = 1; i <= 10000; i++) {
		const struct demand *d = forecast_find(f, i * 0x9e3779b97f4a7c15u);
		assert_int_equal(!!d, i > 10000 - FORECAST_LEDGERS_MAX);
		assert_int_equal(d ? d->minutes : i, i);
	}
	forecast_unref(f);
}

static uint8_t *bytes_of(struct forecast *f, size_t *ret_n)
{
	struct forecast_copy *copy = forecast_save(f);

	assert_non_null(copy);
	uint8_t *bytes = forecast_encode(copy, ret_n);
	hg_free(copy);
	forecast_saved(f);
	return bytes;
}

static struct forecast *two(void)
{
	struct forecast *f = forecast_new(8);

	forecast_spend(f, 7)->minutes = 70;
	forecast_find(f, 7)->week[167] = 12.5f;
	forecast_spend(f, UINT64_MAX)->week[0] = 0;
	return f;
}

static void what_was_written_is_read(void **state)
{
	struct forecast *f = two(), *again = forecast_new(8), *small = forecast_new(1);
	struct hg_err err = HG_ERR_INIT;
	size_t n;
	uint8_t *bytes = bytes_of(f, &n);

	(void)state;
	assert_int_equal(n, 16 + 8 + 2 * 684 + 8);
	assert_int_equal(forecast_decode(again, bytes, n, &err), 0);
	assert_int_equal(forecast_count(again), 2);
	assert_int_equal(forecast_find(again, 7)->minutes, 70);
	assert_true(forecast_find(again, 7)->week[167] == 12.5f);
	assert_true(forecast_find(again, 7)->week[0] == -1);
	assert_true(forecast_find(again, UINT64_MAX)->week[0] == 0);
	forecast_set_max(again, 1);
	assert_non_null(forecast_find(again, UINT64_MAX)); /* it spent last */
	assert_int_equal(forecast_decode(small, bytes, n, &err), 0);
	assert_int_equal(forecast_count(small), 1);
	assert_non_null(forecast_find(small, UINT64_MAX));
	hg_free(bytes);
	forecast_unref(f);
	forecast_unref(again);
	forecast_unref(small);
}

static void assert_refused(const uint8_t *bytes, size_t n, const char *why)
{
	struct forecast *f = forecast_new(8);
	struct hg_err err = HG_ERR_INIT;

	assert_int_equal(forecast_decode(f, bytes, n, &err), HG_EINVAL);
	if (!strstr(err.text, why))
		print_error("%s\n", err.text);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(forecast_count(f), 0);
	forecast_spend(f, 1);
	forecast_unref(f);
}

/* The sum of what was changed, as a file of that content would have it. */
static void sign(uint8_t *bytes, size_t n)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n - 8; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < 8; i++)
		bytes[n - 8 + i] = (uint8_t)(sum >> 8 * i);
}

static void a_torn_file_is_refused_wherever_it_ends(void **state)
{
	struct forecast *f = two();
	size_t n;
	uint8_t *bytes = bytes_of(f, &n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint8_t *part = hg_alloc(i + 1); /* no byte behind it: a sanitizer sees */
		memcpy(part, bytes, i);
		assert_refused(part, i, i < 32 ? "no forecast" : "torn");
		hg_free(part);
	}
	hg_free(bytes);
	forecast_unref(f);
}

static void a_flipped_bit_is_refused_wherever_it_is(void **state)
{
	struct forecast *f = two();
	size_t n;
	uint8_t *bytes = bytes_of(f, &n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bytes[i] ^= 0x10;
		assert_refused(bytes, n, "it");
		bytes[i] ^= 0x10;
	}
	hg_free(bytes);
	forecast_unref(f);
}

static void nonsense_with_a_good_sum_is_refused(void **state)
{
	const size_t first = 16 + 8, second = first + 684;
	const float rates[] = { NAN, INFINITY, -2, 2e9f };
	struct forecast *f = two();
	size_t n;
	uint8_t *bytes = bytes_of(f, &n), *copy = hg_alloc(n);

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		memcpy(copy, bytes, n);
		memcpy(copy + second + 12, &rates[i], 4);
		sign(copy, n);
		assert_refused(copy, n, "ledger 2 of 2 is nonsense");
	}
	memcpy(copy, bytes, n);
	memcpy(copy + second, copy + first, 8); /* the same one twice */
	sign(copy, n);
	assert_refused(copy, n, "ledger 2 of 2 is nonsense");
	memcpy(copy, bytes, n);
	memset(copy + first, 0, 8); /* no ledger */
	sign(copy, n);
	assert_refused(copy, n, "ledger 1 of 2 is nonsense");
	memcpy(copy, bytes, n);
	memset(copy + first + 8, 0xff, 4); /* watched for 8,000 years */
	sign(copy, n);
	assert_refused(copy, n, "ledger 1 of 2 is nonsense");
	memcpy(copy, bytes, n);
	copy[16] = 2;
	sign(copy, n);
	assert_refused(copy, n, "of version 2, not 1");
	memcpy(copy, bytes, n);
	memset(copy + 20, 0xff, 4); /* four thousand million ledgers */
	sign(copy, n);
	assert_refused(copy, n, "torn");
	hg_free(copy);
	hg_free(bytes);
	forecast_unref(f);
}

static void it_is_written_when_there_is_something_new(void **state)
{
	struct forecast *f = forecast_new(8);

	(void)state;
	assert_null(forecast_save(f));
	forecast_spend(f, 1);
	struct forecast_copy *copy = forecast_save(f);
	assert_non_null(copy);
	forecast_spend(f, 2);
	assert_null(forecast_save(f)); /* the first one is still being written */
	hg_free(copy);
	forecast_saved(f);
	copy = forecast_save(f);
	assert_non_null(copy);
	hg_free(copy);
	forecast_saved(f);
	assert_null(forecast_save(f));
	forecast_unref(f);
}

static void the_last_one_frees_it(void **state)
{
	struct forecast *f = forecast_new(8);

	(void)state;
	forecast_unref(NULL);
	assert_true(forecast_is_alone(f));
	forecast_join(f);
	assert_false(forecast_is_alone(f));
	forecast_ref(f); /* one that only writes */
	forecast_leave(f);
	assert_true(forecast_is_alone(f));
	forecast_leave(f);
	forecast_spend(f, 1);
	forecast_unref(f);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(the_quietest_goes),
		T(thousands_have_room),
		T(what_was_written_is_read),
		T(a_torn_file_is_refused_wherever_it_ends),
		T(a_flipped_bit_is_refused_wherever_it_is),
		T(nonsense_with_a_good_sum_is_refused),
		T(it_is_written_when_there_is_something_new),
		T(the_last_one_frees_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
