/*
 * The strategies through their table, as the dispatcher calls them.
 */
#include <hg/plugin.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

#define SEC 1000000ll
#define HOUR (3600 * SEC)

const struct hg_plugin *hg_plugin_table(void);

static void *self;
static struct hg_strategy_view view;

/* The defaults of the table, through its own offsets. */
static void fill(void *conf, const struct hg_option *rows)
{
	for (; rows->key; rows++) {
		char *at = (char *)conf + rows->offset;
		if (rows->type == HG_OPT_SHARE)
			*(double *)at = strtod(rows->deflt, NULL) / 100.0;
		else
			*(int64_t *)at = (int64_t)strtod(rows->deflt, NULL);
	}
}

static int start(void **state)
{
	const struct hg_plugin *table = hg_plugin_table();
	void *conf = calloc(1, table->conf_size);
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	fill(conf, table->options);
	self = calloc(1, table->self_size);
	view = (struct hg_strategy_view){ .size = sizeof(view),
		.klass = HG_CLASS_NORMAL,
		.limit = 5000,
		.window_us = HOUR,
		.resets_in_us = HOUR,
		.last_paced_at_us = INT64_MIN };
	int rc = table->check(conf, &err) || table->start(self, conf, &err);
	free(conf);
	return rc;
}

static int stop(void **state)
{
	(void)state;
	free(self);
	return 0;
}

static const struct hg_strategy *strategy(const char *label)
{
	for (const struct hg_service *s = hg_plugin_table()->provides; s->name; s++)
		if (strcmp(s->label, label) == 0)
			return s->vtable;
	return NULL;
}

static int64_t wait_us(const char *label)
{
	return strategy(label)->wait_us(self, &view);
}

static void nobody_is_paced_past_the_reset(void **state)
{
	(void)state;
	view.limit = 60; /* one a minute, without a token */
	view.used = 58;
	view.now_us = view.last_paced_at_us = 7 * HOUR;
	view.resets_in_us = 5 * SEC;
	assert_int_equal(wait_us("aggressive"), 5 * SEC);
	assert_int_equal(wait_us("adaptive"), 5 * SEC);
	assert_int_equal(wait_us("conservative"), 5 * SEC);
	view.resets_in_us = 0; /* unknown */
	assert_true(wait_us("aggressive") > 60 * SEC);
}

static void the_intervals_are_the_seeds_at_five_thousand(void **state)
{
	static const struct {
		const char *label;
		int64_t used, interval_us;
	} rows[] = { { "conservative", 3000, 1200000 }, { "aggressive", 4800, 750000 },
		{ "adaptive", 3900, 900000 }, { "adaptive", 4500, 1200000 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		view.used = rows[i].used;
		view.last_paced_at_us = view.now_us = 100 * SEC;
		assert_int_equal(wait_us(rows[i].label), rows[i].interval_us);
		view.now_us += rows[i].interval_us - 1;
		assert_int_equal(wait_us(rows[i].label), 1);
		view.now_us += 1;
		assert_int_equal(wait_us(rows[i].label), 0);
	}
}

static void nothing_waits_below_the_curve(void **state)
{
	(void)state;
	view.last_paced_at_us = view.now_us;
	view.used = 9;
	assert_int_equal(wait_us("conservative"), 0); /* within the burst of 10 */
	view.used = 10;
	assert_true(wait_us("conservative") > 0);
	view.resets_in_us = HOUR / 2; /* half of 3000 and the burst */
	view.used = 1509;
	assert_int_equal(wait_us("conservative"), 0);
	view.used = 1510;
	assert_true(wait_us("conservative") > 0);
}

static void critical_and_high_are_never_paced(void **state)
{
	(void)state;
	view.used = 4999;
	view.last_paced_at_us = view.now_us;
	view.klass = HG_CLASS_HIGH;
	assert_int_equal(wait_us("conservative"), 0);
	view.klass = HG_CLASS_CRITICAL;
	assert_int_equal(wait_us("adaptive"), 0);
	view.klass = HG_CLASS_LOW;
	assert_true(wait_us("adaptive") > 0);
}

static void an_unknown_limit_paces_nothing(void **state)
{
	(void)state;
	view.limit = -1;
	view.used = 10000;
	view.last_paced_at_us = view.now_us;
	assert_int_equal(wait_us("conservative"), 0);
	assert_true(strategy("adaptive")->allowance(self, &view) == 1.0);
}

static void after_a_limit_hit_all_are_conservative(void **state)
{
	(void)state;
	view.used = 20; /* inside aggressive's burst of 50 */
	view.last_paced_at_us = view.now_us;
	assert_int_equal(wait_us("aggressive"), 0);
	view.after_limit_hit = 1;
	assert_int_equal(wait_us("aggressive"), 1200000);
	assert_int_equal(wait_us("adaptive"), 1200000);
}

static void the_numbers_scale_with_the_limit(void **state)
{
	(void)state;
	view.limit = 60; /* unauthenticated: 36 an hour, one per 100 s, burst 1 */
	view.last_paced_at_us = view.now_us;
	view.used = 1;
	assert_int_equal(wait_us("conservative"), 100 * SEC);
	view.used = 0;
	assert_int_equal(wait_us("conservative"), 0);
}

static void adaptive_starts_as_fast_as_aggressive(void **state)
{
	(void)state;
	view.used = 49;
	view.last_paced_at_us = view.now_us;
	assert_int_equal(wait_us("adaptive"), 0);
	view.used = 50;
	assert_int_equal(wait_us("adaptive"), 750000);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(the_intervals_are_the_seeds_at_five_thousand),
		T(nobody_is_paced_past_the_reset),
		T(nothing_waits_below_the_curve),
		T(critical_and_high_are_never_paced),
		T(an_unknown_limit_paces_nothing),
		T(after_a_limit_hit_all_are_conservative),
		T(the_numbers_scale_with_the_limit),
		T(adaptive_starts_as_fast_as_aggressive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
