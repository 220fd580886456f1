#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/loop.h"

static struct hg_clock *held;
static struct hg_loop *loop;
static char rung[64];

struct bell {
	struct hg_alarm alarm;
	char name;
	struct bell *clears, *sets;
	int64_t sets_at_us;
};

static int setup(void **state)
{
	(void)state;
	rung[0] = '\0';
	held = hg_clock_new_held((struct hg_now){ 1000, 0 });
	loop = hg_loop_new(held, HG_THREAD_HOST, "host", 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_loop_free(loop);
	hg_clock_free(held);
	return 0;
}

static void on_ring(struct hg_alarm *a)
{
	struct bell *bell = HG_CONTAINER(a, struct bell, alarm);
	size_t n = strlen(rung);
	if (n + 1 < sizeof(rung)) {
		rung[n] = bell->name;
		rung[n + 1] = '\0';
	}
	if (bell->clears)
		hg_alarm_clear(&bell->clears->alarm);
	if (bell->sets)
		hg_alarm_set(&bell->sets->alarm, bell->sets_at_us);
}

static void bell_init(struct bell *b, char name)
{
	memset(b, 0, sizeof(*b));
	b->name = name;
	hg_alarm_init(&b->alarm, loop, on_ring);
}

static void set_clock(int64_t mono_us)
{
	hg_clock_set(held, (struct hg_now){ mono_us, 0 });
}

static void alarms_ring_in_the_order_in_which_they_are_due(void **state)
{
	(void)state;
	struct bell a, b, c, d;
	bell_init(&a, 'a');
	bell_init(&b, 'b');
	bell_init(&c, 'c');
	bell_init(&d, 'd');
	hg_alarm_set(&c.alarm, 1300);
	hg_alarm_set(&a.alarm, 1100);
	hg_alarm_set(&d.alarm, 1400);
	hg_alarm_set(&b.alarm, 1200);
	assert_int_equal(hg_loop_next_alarm_us(loop), 1100);
	set_clock(1300);
	assert_true(hg_loop_turn(loop));
	assert_string_equal(rung, "abc");
	assert_true(hg_alarm_is_set(&d.alarm));
	assert_false(hg_alarm_is_set(&a.alarm));
	assert_int_equal(hg_loop_next_alarm_us(loop), 1400);
	hg_alarm_clear(&d.alarm);
	assert_true(hg_loop_next_alarm_us(loop) == INT64_MAX);
}

static void equal_moments_ring_in_the_order_of_setting(void **state)
{
	(void)state;
	struct bell a, b, c;
	bell_init(&a, 'a');
	bell_init(&b, 'b');
	bell_init(&c, 'c');
	hg_alarm_set(&a.alarm, 1100);
	hg_alarm_set(&b.alarm, 1100);
	hg_alarm_set(&c.alarm, 1100);
	hg_alarm_set(&a.alarm, 1100); /* set again: behind the others */
	set_clock(1100);
	(void)hg_loop_turn(loop);
	assert_string_equal(rung, "bca");
}

static void an_alarm_does_not_ring_before_its_time(void **state)
{
	(void)state;
	struct bell a;
	bell_init(&a, 'a');
	hg_alarm_set(&a.alarm, 1100);
	set_clock(1099);
	assert_false(hg_loop_turn(loop));
	set_clock(1100);
	assert_true(hg_loop_turn(loop));
	assert_string_equal(rung, "a");
}

static void one_that_rings_may_clear_another_that_is_due(void **state)
{
	(void)state;
	struct bell a, b, c;
	bell_init(&a, 'a');
	bell_init(&b, 'b');
	bell_init(&c, 'c');
	a.clears = &b;
	hg_alarm_set(&a.alarm, 1100);
	hg_alarm_set(&b.alarm, 1101);
	hg_alarm_set(&c.alarm, 1102);
	set_clock(1200);
	(void)hg_loop_turn(loop);
	assert_string_equal(rung, "ac");
}

static void one_that_sets_itself_for_the_past_rings_once_a_turn(void **state)
{
	(void)state;
	struct bell a, b;
	bell_init(&a, 'a');
	bell_init(&b, 'b');
	a.sets = &a;
	a.sets_at_us = 5;
	hg_alarm_set(&a.alarm, 1000);
	hg_alarm_set(&b.alarm, 1000);
	(void)hg_loop_turn(loop);
	assert_string_equal(rung, "ab");
	assert_int_equal(hg_loop_next_alarm_us(loop), 5);
	(void)hg_loop_turn(loop);
	assert_string_equal(rung, "aba");
	a.sets = NULL;
	(void)hg_loop_turn(loop);
	assert_string_equal(rung, "abaa");
	assert_false(hg_loop_turn(loop));
}

static void one_set_for_the_past_in_a_turn_can_still_be_cleared(void **state)
{
	(void)state;
	struct bell a, b, c;
	bell_init(&a, 'a');
	bell_init(&b, 'b');
	bell_init(&c, 'c');
	a.sets = &c;
	a.sets_at_us = 10;
	b.clears = &c;
	hg_alarm_set(&a.alarm, 900);
	hg_alarm_set(&b.alarm, 901);
	(void)hg_loop_turn(loop);
	assert_false(hg_alarm_is_set(&c.alarm));
	assert_false(hg_loop_turn(loop));
	assert_string_equal(rung, "ab");
}

static void one_that_sets_itself_ahead_rings_again_then(void **state)
{
	(void)state;
	struct bell a;
	bell_init(&a, 'a');
	a.sets = &a;
	a.sets_at_us = 1500;
	hg_alarm_set(&a.alarm, 1000);
	(void)hg_loop_turn(loop);
	assert_false(hg_loop_turn(loop));
	a.sets = NULL;
	set_clock(1500);
	assert_true(hg_loop_turn(loop));
	assert_string_equal(rung, "aa");
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(alarms_ring_in_the_order_in_which_they_are_due),
		ONE(equal_moments_ring_in_the_order_of_setting),
		ONE(an_alarm_does_not_ring_before_its_time),
		ONE(one_that_rings_may_clear_another_that_is_due),
		ONE(one_that_sets_itself_for_the_past_rings_once_a_turn),
		ONE(one_set_for_the_past_in_a_turn_can_still_be_cleared),
		ONE(one_that_sets_itself_ahead_rings_again_then),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
