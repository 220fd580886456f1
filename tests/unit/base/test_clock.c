#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include "base/clock.h"

static void a_held_clock_stands_still_until_it_is_set(void **state)
{
	(void)state;
	struct hg_clock *c = hg_clock_new_held((struct hg_now){ 5, 700 });
	assert_true(hg_clock_is_held(c));
	assert_int_equal(hg_clock_read(c).mono_us, 5);
	assert_int_equal(hg_clock_read(c).wall_us, 700);
	hg_clock_set(c, (struct hg_now){ 9, 650 }); /* a date may be stepped back */
	assert_int_equal(hg_clock_read(c).mono_us, 9);
	assert_int_equal(hg_clock_read(c).wall_us, 650);
	hg_clock_free(c);
}

static void a_real_clock_never_goes_back(void **state)
{
	(void)state;
	struct hg_clock *c = hg_clock_new_real();
	int64_t before_us = hg_clock_read(c).mono_us;
	assert_false(hg_clock_is_held(c));
	assert_true(hg_clock_speed(c) == 1.0);
	assert_true(before_us > 0);
	assert_true(hg_clock_read(c).mono_us >= before_us);
	assert_true(hg_clock_read(c).wall_us > 1600000000ll * 1000000);
	hg_clock_free(c);
}

static void a_scaled_clock_runs_as_many_times_as_fast(void **state)
{
	(void)state;
	struct hg_clock *real = hg_clock_new_real();
	struct hg_clock *fast = hg_clock_new_scaled(1000);
	struct hg_now began = hg_clock_read(fast);
	int64_t real_began_us = hg_clock_read(real).mono_us;
	int64_t real_us;
	do
		real_us = hg_clock_read(real).mono_us - real_began_us;
	while (real_us < 2000);
	struct hg_now now = hg_clock_read(fast);
	assert_true(now.mono_us - began.mono_us >= real_us * 1000);
	assert_int_equal(now.mono_us - began.mono_us, now.wall_us - began.wall_us);
	hg_clock_free(fast);
	hg_clock_free(real);
}

struct reader {
	struct hg_clock *clock;
	_Atomic bool ends;
	uint64_t n_torn;
};

static void *read_pairs(void *arg)
{
	struct reader *r = arg;
	while (!atomic_load(&r->ends)) {
		struct hg_now now = hg_clock_read(r->clock);
		r->n_torn += now.wall_us != now.mono_us * 3;
	}
	return NULL;
}

static void a_reader_never_sees_half_of_a_new_moment(void **state)
{
	(void)state;
	struct reader r = { .clock = hg_clock_new_held((struct hg_now){ 0, 0 }) };
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, read_pairs, &r), 0);
	for (int64_t i = 1; i <= 100000; i++)
		hg_clock_set(r.clock, (struct hg_now){ i, i * 3 });
	atomic_store(&r.ends, true);
	pthread_join(thread, NULL);
	assert_int_equal(r.n_torn, 0);
	hg_clock_free(r.clock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_held_clock_stands_still_until_it_is_set),
		cmocka_unit_test(a_real_clock_never_goes_back),
		cmocka_unit_test(a_scaled_clock_runs_as_many_times_as_fast),
		cmocka_unit_test(a_reader_never_sees_half_of_a_new_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
