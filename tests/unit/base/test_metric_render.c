#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/metric.h"
#include "base/text.h"

static const struct hg_metric rows[] = {
	{ .name = "t_wait_seconds",
		.type = HG_HISTOGRAM,
		.labels = "class",
		.buckets = "0.25,1",
		.help = "Waiting \\ \"here\"." },
	{ .name = "t_hits_total", .type = HG_COUNTER, .labels = "class,route", .help = "Hits." },
	{ .name = "t_ratio", .type = HG_GAUGE, .help = "A ratio." },
	{ .name = "t_unused_total", .type = HG_COUNTER, .labels = "x", .help = "No series yet." },
	{ 0 },
};

static int n_refreshed;

static void refresh(void)
{
	n_refreshed++;
	hg_series_set(hg_series_find(NULL, "t_ratio", NULL), 0.1);
}

static int setup(void **state)
{
	(void)state;
	if (!hg_metrics_declare("t", rows, sizeof(rows[0]), NULL))
		return -1;
	const char *const b[] = { "b", "say \"hi\"\\\n\xff" };
	const char *const a[] = { "a", "z" };
	hg_series_add(hg_series_find(NULL, "t_hits_total", b), 2.5);
	hg_series_add(hg_series_find(NULL, "t_hits_total", a), 12345678);
	const char *const high[] = { "high" };
	struct hg_series *wait = hg_series_find(NULL, "t_wait_seconds", high);
	hg_series_observe(wait, 0.25); /* a bound belongs to its bucket */
	hg_series_observe(wait, 0.5);
	hg_series_observe(wait, 7);
	hg_metrics_on_render(refresh);
	return 0;
}

/* Only what begins with hubgate_t_, comments included; or everything. */
struct page {
	struct hg_text text;
	bool wants_all;
};

static void add(void *arg, struct hg_str s)
{
	struct page *p = arg;
	bool is_mine = hg_str_starts(s, HG_STR("hubgate_t_")) ||
	               hg_str_starts(s, HG_STR("# HELP hubgate_t_")) ||
	               hg_str_starts(s, HG_STR("# EOF"));
	if (is_mine || p->wants_all)
		hg_text_add(&p->text, s);
}

static void render(struct page *p, bool openmetrics, bool wants_all)
{
	hg_text_init(&p->text);
	p->wants_all = wants_all;
	hg_metrics_render(NULL, openmetrics, add, p);
}

static void the_text_form_is_prometheus_0_0_4(void **state)
{
	(void)state;
	struct page p;
	render(&p, false, false);
	assert_string_equal(p.text.p,
		"# HELP hubgate_t_hits_total Hits.\n"
		"# TYPE hubgate_t_hits_total counter\n"
		"hubgate_t_hits_total{class=\"a\",route=\"z\"} 12345678\n"
		"hubgate_t_hits_total{class=\"b\",route=\"say \\\"hi\\\"\\\\\\n\xef\xbf\xbd\"} "
		"2.5\n"
		"# HELP hubgate_t_ratio A ratio.\n"
		"# TYPE hubgate_t_ratio gauge\n"
		"hubgate_t_ratio 0.1\n"
		"# HELP hubgate_t_wait_seconds Waiting \\\\ \"here\".\n"
		"# TYPE hubgate_t_wait_seconds histogram\n"
		"hubgate_t_wait_seconds_bucket{class=\"high\",le=\"0.25\"} 1\n"
		"hubgate_t_wait_seconds_bucket{class=\"high\",le=\"1\"} 2\n"
		"hubgate_t_wait_seconds_bucket{class=\"high\",le=\"+Inf\"} 3\n"
		"hubgate_t_wait_seconds_sum{class=\"high\"} 7.75\n"
		"hubgate_t_wait_seconds_count{class=\"high\"} 3\n");
	hg_text_fini(&p.text);
}

static void the_other_form_is_openmetrics_1_0(void **state)
{
	(void)state;
	struct page p;
	render(&p, true, false);
	assert_string_equal(p.text.p,
		"# HELP hubgate_t_hits Hits.\n"
		"# TYPE hubgate_t_hits counter\n"
		"hubgate_t_hits_total{class=\"a\",route=\"z\"} 12345678\n"
		"hubgate_t_hits_total{class=\"b\",route=\"say \\\"hi\\\"\\\\\\n\xef\xbf\xbd\"} "
		"2.5\n"
		"# HELP hubgate_t_ratio A ratio.\n"
		"# TYPE hubgate_t_ratio gauge\n"
		"hubgate_t_ratio 0.1\n"
		"# HELP hubgate_t_wait_seconds Waiting \\\\ \\\"here\\\".\n"
		"# TYPE hubgate_t_wait_seconds histogram\n"
		"# UNIT hubgate_t_wait_seconds seconds\n"
		"hubgate_t_wait_seconds_bucket{class=\"high\",le=\"0.25\"} 1\n"
		"hubgate_t_wait_seconds_bucket{class=\"high\",le=\"1.0\"} 2\n"
		"hubgate_t_wait_seconds_bucket{class=\"high\",le=\"+Inf\"} 3\n"
		"hubgate_t_wait_seconds_sum{class=\"high\"} 7.75\n"
		"hubgate_t_wait_seconds_count{class=\"high\"} 3\n"
		"# EOF\n");
	hg_text_fini(&p.text);
}

static void gauges_on_demand_are_set_before_each_page(void **state)
{
	(void)state;
	struct page p;
	int before = n_refreshed;
	render(&p, false, true);
	assert_int_equal(n_refreshed, before + 1);
	hg_text_fini(&p.text);
}

static void families_come_in_name_order_and_the_core_s_are_among_them(void **state)
{
	(void)state;
	struct page p;
	for (int id = 0; id < HG_METRIC_IDS; id++) {
		struct hg_series *s = hg_core_series((enum hg_metric_id)id, "a", "b", "c");
		assert_non_null(s);
	}
	render(&p, false, true);
	int n = 0;
	char last[80] = "";
	for (const char *at = p.text.p; (at = strstr(at, "# HELP hubgate_")); n++) {
		at += strlen("# HELP hubgate_");
		char name[80];
		assert_int_equal(sscanf(at, "%79s", name), 1);
		assert_true(strcmp(last, name) < 0);
		memcpy(last, name, sizeof(last));
	}
	assert_int_equal(n, HG_METRIC_IDS + 3); /* the one without series is not shown */
	hg_text_fini(&p.text);
}

static void print(void *arg, struct hg_str s)
{
	fwrite(s.p, 1, s.n, arg);
}

/* test text | test openmetrics: the whole page, for a person and promtool. */
int main(int argc, char **argv)
{
	if (argc == 2) {
		(void)setup(NULL);
		for (int id = 0; id < HG_METRIC_IDS; id++)
			(void)hg_core_series((enum hg_metric_id)id, "a", "b", "c");
		hg_metrics_render(NULL, strcmp(argv[1], "openmetrics") == 0, print, stdout);
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_form_is_prometheus_0_0_4),
		cmocka_unit_test(the_other_form_is_openmetrics_1_0),
		cmocka_unit_test(gauges_on_demand_are_set_before_each_page),
		cmocka_unit_test(families_come_in_name_order_and_the_core_s_are_among_them),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
