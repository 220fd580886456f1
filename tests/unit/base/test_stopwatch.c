#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/log.h"
#include "base/metric.h"
#include "base/stopwatch.h"

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

static void a_hook_that_holds_its_loop_is_a_failure(void **state)
{
	const struct hg_hook_limits limits = { .slow_us = 1000,
		.stuck_us = 50000,
		.failures = 2,
		.within_us = 60000000,
		.out_for_us = 300000000 };
	const char *const values[] = { "stuck" };

	(void)state;
	struct hg_instance *in = hg_instance_new("stuck", &plugin, 0);
	in->limits = &limits;
	in->is_optional = true;
	time_hook(in, "on_lookup", 50000);
	assert_int_equal(atomic_load(&in->quarantine.n_failures), 0);
	time_hook(in, "on_lookup", 51000);
	assert_non_null(strstr(last_line, " warn stuck: failed: on_lookup held its loop for 51"));
	assert_true(hg_instance_takes_part(in, 0));
	time_hook(in, "on_lookup", 60000);
	assert_non_null(
		strstr(last_line, " error stuck: taken out for 300 s: it failed 2 times in 60 s"));
	assert_true(hg_instance_takes_part(in, 0));
	assert_false(hg_instance_takes_part(in, 1));
	assert_true(hg_metric_read("plugin_failures_total", values) == 2);
	assert_true(hg_metric_read("plugin_taken_out_total", values) == 1);
	hg_instance_free(in);
}

static void who_is_not_optional_stays_in(void **state)
{
	(void)state;
	struct hg_instance *in = hg_instance_new("needed", &plugin, 0);
	for (int i = 0; i < 20; i++)
		hg_instance_fail(in, "it broke");
	assert_true(hg_instance_takes_part(in, 0));
	hg_instance_fail(NULL, "it broke"); /* the core's own */
	hg_instance_free(in);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(the_stopwatch_counts_hooks_and_names_slow_ones),
		ONE(work_of_the_core_is_not_timed),
		ONE(a_hook_that_holds_its_loop_is_a_failure),
		ONE(who_is_not_optional_stays_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
