#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <hg/thread.h>
#include "base/instance.h"
#include "base/loop.h"

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "poster",
	.self_size = 16,
};

static struct hg_clock *held;
static struct hg_loop *host, *front;
static struct hg_instance *instance;

static int setup(void **state)
{
	(void)state;
	held = hg_clock_new_held((struct hg_now){ 1000, 0 });
	host = hg_loop_new(held, HG_THREAD_HOST, "host", 2);
	front = hg_loop_new(held, HG_THREAD_FRONT, "front-0", 2);
	instance = hg_instance_new("poster", &plugin, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_instance_free(instance);
	hg_loop_free(front);
	hg_loop_free(host);
	hg_clock_free(held);
	return 0;
}

static void threads_are_the_loops_by_index(void **state)
{
	(void)state;
	assert_null(hg_thread_self());
	assert_int_equal(hg_thread_count(), 2);
	struct hg_thread *t = hg_thread_at(1);
	assert_int_equal(hg_thread_index(t), 1);
	assert_int_equal(hg_thread_kind(t), HG_THREAD_FRONT);
	assert_int_equal(hg_thread_kind(hg_thread_at(0)), HG_THREAD_HOST);
	assert_null(hg_thread_at(2));
	assert_null(hg_thread_at(UINT32_MAX));
}

struct order {
	struct hg_thread *on;
	void *self, *slot_at_first;
	int n;
	bool stops;
};

static void on_order(void *self, void *arg)
{
	struct order *o = arg;
	o->on = hg_thread_self();
	o->self = self;
	o->n++;
	o->slot_at_first = *hg_thread_slot(self);
	*hg_thread_slot(self) = o;
	if (o->stops)
		hg_loop_stop(hg_loop_self());
}

static void *run_loop(void *arg)
{
	hg_loop_run(arg);
	return NULL;
}

static void a_post_runs_on_the_thread_it_was_sent_to(void **state)
{
	(void)state;
	pthread_t thread;
	struct order o = { .stops = true };
	assert_int_equal(pthread_create(&thread, NULL, run_loop, front), 0);
	assert_int_equal(hg_thread_post(hg_thread_at(1), instance->self, on_order, &o), HG_OK);
	pthread_join(thread, NULL);
	assert_ptr_equal(o.on, hg_thread_at(1));
	assert_ptr_equal(o.self, instance->self);
	assert_int_equal(o.n, 1);
	assert_int_equal(atomic_load(&instance->n_pending), 0);
	assert_int_equal(atomic_load(&instance->hook_calls), 1);
}

static void a_full_thread_refuses_and_runs_nothing(void **state)
{
	(void)state;
	struct order o = { 0 }, refused = { 0 };
	struct hg_thread *t = hg_thread_at(1);
	assert_int_equal(hg_thread_post(t, instance->self, on_order, &o), HG_OK);
	assert_int_equal(hg_thread_post(t, instance->self, on_order, &o), HG_OK);
	assert_int_equal(hg_thread_post(t, instance->self, on_order, &refused), HG_EFULL);
	assert_int_equal(atomic_load(&instance->n_pending), 2);
	(void)hg_loop_turn(front);
	assert_int_equal(o.n, 2);
	assert_int_equal(refused.n, 0);
	assert_int_equal(atomic_load(&instance->n_pending), 0);
}

static void each_loop_has_a_slot_of_its_own(void **state)
{
	(void)state;
	struct order a = { 0 }, b = { 0 }, again = { 0 };
	(void)hg_thread_post(hg_thread_at(0), instance->self, on_order, &a);
	(void)hg_thread_post(hg_thread_at(1), instance->self, on_order, &b);
	(void)hg_loop_turn(host);
	(void)hg_loop_turn(front);
	(void)hg_thread_post(hg_thread_at(1), instance->self, on_order, &again);
	(void)hg_loop_turn(front);
	assert_null(a.slot_at_first);
	assert_null(b.slot_at_first);
	assert_ptr_equal(again.slot_at_first, &b);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(threads_are_the_loops_by_index),
		ONE(a_post_runs_on_the_thread_it_was_sent_to),
		ONE(a_full_thread_refuses_and_runs_nothing),
		ONE(each_loop_has_a_slot_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
