#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <hg/err.h>
#include "base/loop.h"
#include "base/metric.h"

enum { THREADS = 4, EACH = 20000 };

static const struct hg_metric rows[] = {
	{ .name = "t_hits_total", .type = HG_COUNTER, .labels = "class", .help = "Hits." },
	{ .name = "t_size_bytes", .type = HG_GAUGE, .help = "Size." },
	{ .name = "t_wait_seconds", .type = HG_HISTOGRAM, .buckets = "0.1,1", .help = "Waiting." },
	{ .name = "t_many_total", .type = HG_COUNTER, .labels = "a,b", .help = "Many." },
	{ 0 },
};

static int setup(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	return hg_metrics_declare("t", rows, sizeof(rows[0]), &err) ? 0 : -1;
}

struct adder {
	pthread_t thread;
	struct hg_loop *loop; /* NULL = a thread without one */
	struct hg_series *hits, *wait;
};

static void *add_all(void *arg)
{
	struct adder *a = arg;
	if (a->loop)
		hg_loop_enter(a->loop);
	for (int i = 0; i < EACH; i++) {
		hg_series_add(a->hits, 1);
		hg_series_observe(a->wait, 0.5);
	}
	return NULL;
}

static void counts_of_all_threads_add_up_exactly(void **state)
{
	(void)state;
	const char *const values[] = { "sum" };
	struct hg_clock *held = hg_clock_new_held((struct hg_now){ 0, 0 });
	struct adder adders[2 * THREADS];
	for (int i = 0; i < 2 * THREADS; i++) {
		adders[i].loop =
			i < THREADS ? hg_loop_new(held, HG_THREAD_FRONT, "front", 1) : NULL;
		adders[i].hits = hg_series_find(NULL, "t_hits_total", values);
		adders[i].wait = hg_series_find(NULL, "t_wait_seconds", NULL);
		assert_int_equal(pthread_create(&adders[i].thread, NULL, add_all, &adders[i]), 0);
	}
	for (int i = 0; i < 2 * THREADS; i++) {
		pthread_join(adders[i].thread, NULL);
		hg_loop_free(adders[i].loop);
	}
	assert_true(hg_metric_read("t_hits_total", values) == 2.0 * THREADS * EACH);
	assert_true(hg_metric_read("t_wait_seconds", NULL) == 2.0 * THREADS * EACH);
	hg_clock_free(held);
}

static void the_same_values_are_the_same_series(void **state)
{
	(void)state;
	const char *const a[] = { "one" };
	const char *const b[] = { "two" };
	struct hg_series *s = hg_series_find(NULL, "t_hits_total", a);
	assert_non_null(s);
	assert_ptr_equal(hg_series_find(NULL, "t_hits_total", a), s);
	assert_ptr_not_equal(hg_series_find(NULL, "t_hits_total", b), s);
	/* A value never runs into the next one. */
	const char *const ab_c[] = { "ab", "c" };
	const char *const a_bc[] = { "a", "bc" };
	assert_ptr_not_equal(hg_series_find(NULL, "t_many_total", ab_c),
		hg_series_find(NULL, "t_many_total", a_bc));
}

static void a_gauge_shows_what_was_set_and_added_since(void **state)
{
	(void)state;
	struct hg_series *s = hg_series_find(NULL, "t_size_bytes", NULL);
	hg_series_add(s, 5);
	hg_series_set(s, 100);
	assert_true(hg_metric_read("t_size_bytes", NULL) == 100);
	hg_series_add(s, -30);
	assert_true(hg_metric_read("t_size_bytes", NULL) == 70);
	hg_series_set(s, 2);
	assert_true(hg_metric_read("t_size_bytes", NULL) == 2);
}

static void a_counter_never_falls(void **state)
{
	(void)state;
	const char *const values[] = { "falls" };
	struct hg_series *s = hg_series_find(NULL, "t_hits_total", values);
	hg_series_add(s, 3);
	hg_series_add(s, -1);
	hg_series_add(s, NAN);
	assert_true(hg_metric_read("t_hits_total", values) == 3);
}

static void beyond_the_limit_all_is_counted_as_other(void **state)
{
	(void)state;
	static const struct hg_metric few[] = {
		{ .name = "t_few_total", .type = HG_COUNTER, .labels = "a,b", .help = "Few." },
		{ 0 },
	};
	assert_true(hg_metrics_declare("few", few, sizeof(few[0]), NULL));
	hg_metrics_set_limit(3);
	for (int i = 0; i < 10; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		const char *const values[] = { name, "x" };
		hg_series_add(hg_series_find(NULL, "t_few_total", values), 1);
	}
	hg_metrics_set_limit(1000);
	const char *const second[] = { "n2", "x" };
	const char *const fourth[] = { "n3", "x" };
	const char *const other[] = { "other", "other" };
	assert_true(hg_metric_read("t_few_total", second) == 1);
	assert_true(isnan(hg_metric_read("t_few_total", fourth)));
	assert_true(hg_metric_read("t_few_total", other) == 7);
}

static void long_values_are_cut_between_characters(void **state)
{
	(void)state;
	char value[140];
	memset(value, 'a', sizeof(value));
	memcpy(value + 127, "\xc3\xa9", 2); /* bytes 127 and 128: 128 would be its half */
	value[139] = '\0';
	const char *const values[] = { value };
	struct hg_series *s = hg_series_find(NULL, "t_hits_total", values);
	hg_series_add(s, 1);
	value[127] = '\0';
	assert_true(hg_metric_read("t_hits_total", values) == 1);
}

static void the_core_s_metrics_are_there_from_the_start(void **state)
{
	(void)state;
	struct hg_series *s = hg_core_series(HG_METRIC_TICKETS_TOTAL, "high", "done", NULL);
	hg_series_add(s, 2);
	const char *const values[] = { "high", "done" };
	assert_true(hg_metric_read("tickets_ended_total", values) == 2);
	assert_true(isnan(hg_metric_read("no_such_metric", NULL)));
	for (int id = 0; id < HG_METRIC_IDS; id++)
		assert_non_null(hg_core_series((enum hg_metric_id)id, "a", "b", "c"));
}

struct bad_row {
	struct hg_metric row;
	const char *says;
};

static void bad_and_taken_declarations_are_refused_with_the_reason(void **state)
{
	(void)state;
	static const struct bad_row bad[] = {
		{ { .name = "Upper_total", .type = HG_COUNTER, .help = "x" }, "not a name" },
		{ { .name = "9_total", .type = HG_COUNTER, .help = "x" }, "not a name" },
		{ { .name = "x", .type = HG_COUNTER, .help = "x" }, "_total" },
		{ { .name = "x_total", .type = HG_GAUGE, .help = "x" }, "_total" },
		{ { .name = "x_count", .type = HG_HISTOGRAM, .help = "x" }, "_count" },
		{ { .name = "x", .type = 9, .help = "x" }, "type" },
		{ { .name = "x", .type = HG_GAUGE }, "help" },
		{ { .name = "x", .type = HG_GAUGE, .help = "x", .labels = "a,,b" }, "label" },
		{ { .name = "x", .type = HG_GAUGE, .help = "x", .labels = "a,a" }, "twice" },
		{ { .name = "x", .type = HG_GAUGE, .help = "x", .labels = "le" }, "label" },
		{ { .name = "x", .type = HG_GAUGE, .help = "x", .labels = "a,b,c,d,e" },
			"4 labels" },
		{ { .name = "x", .type = HG_HISTOGRAM, .help = "x", .buckets = "1,1" }, "rising" },
		{ { .name = "x", .type = HG_HISTOGRAM, .help = "x", .buckets = "1,x" }, "rising" },
		{ { .name = "requests_total", .type = HG_COUNTER, .help = "x" }, "the core" },
		{ { .name = "t_hits_total", .type = HG_COUNTER, .help = "x" }, "by t" },
		{ { .name = "t_hits", .type = HG_GAUGE, .help = "x" }, "by t" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct hg_metric table[3] = {
			{ .name = "u_good_total", .type = HG_COUNTER, .help = "x" }, bad[i].row,
			{ 0 }
		};
		struct hg_err err = HG_ERR_INIT;
		assert_false(hg_metrics_declare("u", table, sizeof(table[0]), &err));
		assert_non_null(strstr(err.text, bad[i].says));
		assert_non_null(strstr(err.text, bad[i].row.name));
		/* A table that is refused leaves nothing behind. */
		assert_true(isnan(hg_metric_read("u_good_total", NULL)));
	}
}

static void a_reload_declares_the_same_again_but_nothing_else(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	assert_true(hg_metrics_declare("t", rows, sizeof(rows[0]), &err));
	struct hg_metric changed[2] = { rows[0], { 0 } };
	changed[0].labels = "route";
	assert_false(hg_metrics_declare("t", changed, sizeof(changed[0]), &err));
	assert_non_null(strstr(err.text, "restart"));
}

static void all_begins_at_zero_again_when_it_is_told(void **state)
{
	(void)state;
	const char *const values[] = { "zero" };
	hg_series_add(hg_series_find(NULL, "t_hits_total", values), 3);
	hg_series_set(hg_series_find(NULL, "t_size_bytes", NULL), 7);
	hg_series_observe(hg_series_find(NULL, "t_wait_seconds", NULL), 0.5);
	hg_metrics_zero();
	assert_true(hg_metric_read("t_hits_total", values) == 0);
	assert_true(hg_metric_read("t_size_bytes", NULL) == 0);
	assert_true(hg_metric_read("t_wait_seconds", NULL) == 0);
	hg_series_add(hg_series_find(NULL, "t_hits_total", values), 1);
	assert_true(hg_metric_read("t_hits_total", values) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_of_all_threads_add_up_exactly),
		cmocka_unit_test(the_same_values_are_the_same_series),
		cmocka_unit_test(a_gauge_shows_what_was_set_and_added_since),
		cmocka_unit_test(a_counter_never_falls),
		cmocka_unit_test(beyond_the_limit_all_is_counted_as_other),
		cmocka_unit_test(long_values_are_cut_between_characters),
		cmocka_unit_test(the_core_s_metrics_are_there_from_the_start),
		cmocka_unit_test(bad_and_taken_declarations_are_refused_with_the_reason),
		cmocka_unit_test(a_reload_declares_the_same_again_but_nothing_else),
		cmocka_unit_test(all_begins_at_zero_again_when_it_is_told),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
