#include "rig.h"

static void the_wait_is_random_within_a_doubling_bound(void **state)
{
	(void)state;
	static const int64_t most_us[] = { 500000, 1000000, 2000000, 4000000, 8000000, 10000000,
		10000000 };
	struct hg_dice dice = { 7 };

	for (uint32_t tries = 1; tries <= 7; tries++) {
		int64_t lowest = INT64_MAX, highest = -1;
		for (unsigned i = 0; i < 1000; i++) {
			int64_t wait_us = hg_retry_wait_us(tries, &dice);
			assert_true(wait_us >= 0 && wait_us < most_us[tries - 1]);
			lowest = wait_us < lowest ? wait_us : lowest;
			highest = wait_us > highest ? wait_us : highest;
		}
		assert_true(lowest < most_us[tries - 1] / 20);
		assert_true(highest > most_us[tries - 1] * 19 / 20);
	}
	assert_true(hg_retry_wait_us(UINT32_MAX, &dice) < 10000000);
}

static void the_same_seed_gives_the_same_waits(void **state)
{
	(void)state;
	struct hg_dice a = { 42 }, b = { 42 }, c = { 43 };
	bool differs = false;

	for (unsigned i = 0; i < 100; i++) {
		int64_t wait_us = hg_retry_wait_us(3, &a);
		assert_int_equal(wait_us, hg_retry_wait_us(3, &b));
		differs |= wait_us != hg_retry_wait_us(3, &c);
	}
	assert_true(differs);
}

static void retries_are_a_tenth_of_what_is_sent(void **state)
{
	(void)state;
	struct hg_retry_purse purse;
	unsigned paid = 0;

	hg_retry_purse_init(&purse);
	while (hg_retry_purse_pay(&purse))
		paid++;
	assert_int_equal(paid, 50);
	for (unsigned i = 0; i < 9; i++)
		hg_retry_purse_earn(&purse);
	assert_false(hg_retry_purse_pay(&purse));
	hg_retry_purse_earn(&purse);
	assert_true(hg_retry_purse_pay(&purse));
	for (unsigned i = 0; i < 100000; i++)
		hg_retry_purse_earn(&purse);
	for (paid = 0; hg_retry_purse_pay(&purse); paid++)
		;
	assert_int_equal(paid, 50); /* what was saved is bounded */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wait_is_random_within_a_doubling_bound),
		cmocka_unit_test(the_same_seed_gives_the_same_waits),
		cmocka_unit_test(retries_are_a_tenth_of_what_is_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
