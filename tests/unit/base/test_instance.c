#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/instance.h"
#include "base/log.h"
#include "base/metric.h"

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "slow",
	.self_size = 100,
};

static char last_line[512];
static int64_t ns;

static void keep_line(void *arg, const char *line, size_t n)
{
	(void)arg;
	n = n < sizeof(last_line) ? n : sizeof(last_line) - 1;
	memcpy(last_line, line, n);
	last_line[n] = '\0';
}

static int64_t read_ns(void)
{
	return ns;
}

static int setup(void **state)
{
	(void)state;
	last_line[0] = '\0';
	hg_log_set_sink(keep_line, NULL);
	hg_stopwatch_set_source(read_ns);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_log_set_sink(NULL, NULL);
	hg_stopwatch_set_source(NULL);
	return 0;
}

static void self_is_zeroed_aligned_and_leads_back_to_its_instance(void **state)
{
	(void)state;
	static const char zeros[100];
	struct hg_instance *in = hg_instance_new("first", &plugin, 3);
	assert_int_equal((uintptr_t)in->self % 16, 0);
	assert_memory_equal(in->self, zeros, sizeof(zeros));
	assert_ptr_equal(hg_instance_of(in->self), in);
	assert_string_equal(hg_instance_name(in->self), "first");
	assert_int_equal(in->index, 3);
	assert_null(hg_state_dir(in->self));
	in->state_dir = "/var/lib/x";
	assert_string_equal(hg_state_dir(in->self), "/var/lib/x");
	hg_instance_free(in);
	hg_instance_free(NULL);
}

static void time_hook(struct hg_instance *in, const char *hook, int64_t us)
{
	struct hg_stopwatch w = hg_stopwatch_begin(in, hook);
	ns += us * 1000;
	hg_stopwatch_end(&w);
}

static void the_stopwatch_counts_hooks_and_names_slow_ones(void **state)
{
	(void)state;
	struct hg_instance *in = hg_instance_new("sloth", &plugin, 0);
	time_hook(in, "on_lookup", 300);
	time_hook(in, "on_lookup", 20000);
	assert_int_equal(atomic_load(&in->hook_slow), 0);
	assert_string_equal(last_line, "");
	time_hook(in, "on_admit", 35500);
	assert_int_equal(atomic_load(&in->hook_calls), 3);
	assert_int_equal(atomic_load(&in->hook_us), 55800);
	assert_int_equal(atomic_load(&in->hook_slow), 1);
	assert_non_null(strstr(last_line, " warn sloth: slow hook=on_admit ms=35"));
	const char *const values[] = { "sloth" };
	assert_true(hg_metric_read("plugin_hook_slow_total", values) == 1);
	double seconds = hg_metric_read("plugin_hook_seconds_total", values);
	assert_true(seconds > 0.0557999 && seconds < 0.0558001);
	hg_instance_free(in);
}

static void work_of_the_core_is_not_timed(void **state)
{
	(void)state;
	time_hook(NULL, "timer", 90000);
	assert_string_equal(last_line, "");
}

static void a_level_set_by_name_goes_on_to_the_next_instance_of_that_name(void **state)
{
	(void)state;
	struct hg_instance *old = hg_instance_new("cache", &plugin, 0);
	struct hg_instance *other = hg_instance_new("metrics", &plugin, 1);
	assert_true(hg_log_set_level("cache", "debug"));
	struct hg_instance *new = hg_instance_new("cache", &plugin, 0);
	assert_int_equal(atomic_load(&old->log_level), HG_LOG_DEBUG);
	assert_int_equal(atomic_load(&new->log_level), HG_LOG_DEBUG);
	assert_int_equal(atomic_load(&other->log_level), HG_LOG_INFO);
	hg_instance_free(old);
	hg_instance_free(other);
	hg_instance_free(new);
	assert_false(hg_log_set_level("cache", "debug")); /* nobody of that name is left */
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(self_is_zeroed_aligned_and_leads_back_to_its_instance),
		ONE(the_stopwatch_counts_hooks_and_names_slow_ones),
		ONE(work_of_the_core_is_not_timed),
		ONE(a_level_set_by_name_goes_on_to_the_next_instance_of_that_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
