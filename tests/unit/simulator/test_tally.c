#include "fixture.h"

#include "tally.h"

#define WINDOW (60ll * SEC)

static void what_was_added_counts_until_exactly_a_window_later(void **state)
{
	(void)state;
	struct sim_tally t = { 0 };

	sim_tally_add(&t, 5, 0);
	sim_tally_add(&t, 1, 30 * SEC);
	assert_int_equal(sim_tally_sum(&t, WINDOW, 60 * SEC - 1), 6);
	assert_int_equal(sim_tally_sum(&t, WINDOW, 60 * SEC), 1);
	assert_int_equal(sim_tally_sum(&t, WINDOW, 90 * SEC), 0);
	sim_tally_fini(&t);
}

/* Against a plain sum over everything that was ever added. */
static void it_says_what_a_plain_sum_says(void **state)
{
	(void)state;
	struct sim_tally t = { 0 };
	static int64_t at[3000], amount[3000];
	uint32_t random = 1;
	int64_t now = 0;

	for (int i = 0; i < 3000; i++) {
		random = random * 1664525u + 1013904223u;
		now += (random >> 24) % 4 == 0 ? 0 : (int64_t)(random >> 8) % (2 * SEC);
		at[i] = now;
		amount[i] = (random >> 16) % 7;
		sim_tally_add(&t, amount[i], now);
		int64_t sum = 0;
		for (int k = 0; k <= i; k++)
			sum += now - at[k] < WINDOW ? amount[k] : 0;
		assert_int_equal(sim_tally_sum(&t, WINDOW, now), sum);
	}
	assert_true(t.cap <= 256); /* what is forgotten takes no room */
	sim_tally_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_counts_until_exactly_a_window_later),
		cmocka_unit_test(it_says_what_a_plain_sum_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
