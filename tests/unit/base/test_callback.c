#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/callback.h"
#include "base/stopwatch.h"

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "called",
	.self_size = 8,
};

static struct hg_instance *instance;
static int64_t ns;

static int64_t read_ns(void)
{
	return ns;
}

static int setup(void **state)
{
	(void)state;
	hg_stopwatch_set_source(read_ns);
	instance = hg_instance_new("called", &plugin, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_instance_free(instance);
	hg_stopwatch_set_source(NULL);
	return 0;
}

struct call {
	void *self;
	uint32_t n, n_pending;
};

static void take_5_ms(void *self, void *arg)
{
	struct call *call = arg;

	call->self = self;
	call->n++;
	call->n_pending = atomic_load(&instance->n_pending);
	ns += 5000000;
}

static void it_is_owed_until_it_has_returned(void **state)
{
	(void)state;
	struct call call = { 0 };
	struct hg_callback c = { instance->self, take_5_ms, &call };

	hg_callback_owe(&c);
	assert_int_equal(atomic_load(&instance->n_pending), 1);
	hg_callback_run(c, "post");
	assert_int_equal(call.n, 1);
	assert_ptr_equal(call.self, instance->self);
	assert_int_equal(call.n_pending, 1);
	assert_int_equal(atomic_load(&instance->n_pending), 0);
}

static void its_time_is_the_instances(void **state)
{
	(void)state;
	struct call call = { 0 };
	struct hg_callback c = { instance->self, take_5_ms, &call };

	hg_callback_owe(&c);
	hg_callback_run(c, "post");
	assert_int_equal(atomic_load(&instance->hook_calls), 1);
	assert_int_equal(atomic_load(&instance->hook_us), 5000);
}

static void what_nobody_took_is_owed_no_more(void **state)
{
	(void)state;
	struct call call = { 0 };
	struct hg_callback c = { instance->self, take_5_ms, &call };

	hg_callback_owe(&c);
	hg_callback_owe(&c);
	hg_callback_forgo(&c);
	assert_int_equal(atomic_load(&instance->n_pending), 1);
	assert_int_equal(call.n, 0);
	hg_callback_forgo(&c);
}

static void nobodys_runs_and_is_not_counted(void **state)
{
	(void)state;
	struct call call = { .self = &call };
	struct hg_callback c = { NULL, take_5_ms, &call };

	hg_callback_owe(&c);
	hg_callback_run(c, "post");
	assert_int_equal(call.n, 1);
	assert_null(call.self);
	hg_callback_forgo(&c);
	assert_int_equal(atomic_load(&instance->n_pending), 0);
	assert_int_equal(atomic_load(&instance->hook_calls), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_is_owed_until_it_has_returned),
		T(its_time_is_the_instances),
		T(what_nobody_took_is_owed_no_more),
		T(nobodys_runs_and_is_not_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
