#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <hg/timer.h>
#include "base/instance.h"
#include "base/loop.h"

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "ticker",
	.self_size = sizeof(int),
};

static struct hg_clock *held;
static struct hg_loop *loop;
static struct hg_instance *instance;
static int *count; /* the plugin's self */

static int setup(void **state)
{
	(void)state;
	held = hg_clock_new_held((struct hg_now){ 1000, 0 });
	loop = hg_loop_new(held, HG_THREAD_HOST, "host", 4);
	hg_loop_enter(loop);
	instance = hg_instance_new("ticker", &plugin, 0);
	count = instance->self;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_instance_free(instance);
	hg_loop_free(loop);
	hg_clock_free(held);
	return 0;
}

static void turn_at(int64_t mono_us)
{
	hg_clock_set(held, (struct hg_now){ mono_us, 0 });
	(void)hg_loop_turn(loop);
}

static void on_timer(void *self, void *arg)
{
	(void)arg;
	++*(int *)self;
}

static void on_timer_free(void *self, void *arg)
{
	++*(int *)self;
	hg_timer_free(*(struct hg_timer **)arg);
}

static void on_timer_again(void *self, void *arg)
{
	++*(int *)self;
	hg_timer_set(*(struct hg_timer **)arg, 0);
}

static void a_timer_fires_once_at_its_moment_for_its_owner(void **state)
{
	(void)state;
	struct hg_timer *t = hg_timer_new(count, on_timer, NULL);
	turn_at(1000);
	assert_int_equal(*count, 0); /* not armed yet */
	hg_timer_set(t, 500);
	turn_at(1499);
	assert_int_equal(*count, 0);
	turn_at(1500);
	turn_at(9000);
	assert_int_equal(*count, 1);
	assert_int_equal(atomic_load(&instance->hook_calls), 1);
	hg_timer_free(t);
}

static void a_cleared_timer_does_not_fire(void **state)
{
	(void)state;
	struct hg_timer *t = hg_timer_new(count, on_timer, NULL);
	hg_timer_set(t, 10);
	hg_timer_clear(t);
	turn_at(2000);
	assert_int_equal(*count, 0);
	hg_timer_free(t);
}

static void a_timer_may_be_freed_inside_its_own_callback(void **state)
{
	(void)state;
	struct hg_timer *t;
	t = hg_timer_new(count, on_timer_free, &t);
	hg_timer_set(t, 0);
	turn_at(1001);
	turn_at(1002);
	assert_int_equal(*count, 1);
}

static void a_timer_set_to_now_in_its_callback_fires_in_the_next_turn(void **state)
{
	(void)state;
	struct hg_timer *t;
	t = hg_timer_new(count, on_timer_again, &t);
	hg_timer_set(t, 0);
	for (int i = 1; i <= 3; i++) {
		turn_at(1000);
		assert_int_equal(*count, i);
	}
	hg_timer_free(t);
}

static void never_is_far_ahead_and_not_in_the_past(void **state)
{
	(void)state;
	struct hg_timer *t = hg_timer_new(count, on_timer, NULL);
	hg_timer_set(t, INT64_MAX);
	turn_at(1000000000);
	assert_int_equal(*count, 0);
	hg_timer_free(t);
	hg_timer_free(NULL);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(a_timer_fires_once_at_its_moment_for_its_owner),
		ONE(a_cleared_timer_does_not_fire),
		ONE(a_timer_may_be_freed_inside_its_own_callback),
		ONE(a_timer_set_to_now_in_its_callback_fires_in_the_next_turn),
		ONE(never_is_far_ahead_and_not_in_the_past),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
