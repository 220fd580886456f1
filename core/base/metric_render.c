#include "base/metric.h"
#include "base/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <hg/mem.h>

/*
 * Prometheus' text form 0.0.4 and OpenMetrics 1.0. They differ in three things: OpenMetrics
 * names a counter's family without _total, tells units, and ends in "# EOF".
 */

static const char prefix[] = "hubgate_";

struct page {
	bool is_openmetrics;
	struct hg_text text; /* of one family's comments, or of one sample */
	void (*add)(void *arg, struct hg_str text);
	void *arg;
};

static void give(struct page *p)
{
	p->add(p->arg, hg_text_str(&p->text));
	hg_text_clear(&p->text);
}

/* The shortest of three forms that reads back as the same number. */
static void add_number(struct hg_text *t, double v)
{
	if (isnan(v)) {
		hg_text_add(t, HG_STR("NaN"));
	} else if (isinf(v)) {
		hg_text_add(t, v > 0 ? HG_STR("+Inf") : HG_STR("-Inf"));
	} else if (v == floor(v) && fabs(v) < 1e15) {
		hg_text_printf(t, "%.0f", v == 0 ? 0.0 : v);
	} else {
		char digits[40];
		for (int precision = 15; precision <= 17; precision++) {
			snprintf(digits, sizeof(digits), "%.*g", precision, v);
			if (strtod(digits, NULL) == v)
				break;
		}
		hg_text_add(t, hg_str(digits));
	}
}

/* How many bytes at p are one well-formed UTF-8 sequence; 0 = none. */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	bool is_bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	              (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
	return is_bad ? 0 : n;
}

static void add_escaped(struct hg_text *t, const char *value, bool escapes_quotes)
{
	const unsigned char *p = (const unsigned char *)value;
	while (*p) {
		size_t n = utf8_length(p);
		if (*p == '\n')
			hg_text_add(t, HG_STR("\\n"));
		else if (*p == '\\' || (*p == '"' && escapes_quotes))
			hg_text_printf(t, "\\%c", *p);
		else if (n == 0)
			hg_text_add(t, HG_STR("\xef\xbf\xbd")); /* U+FFFD */
		else
			hg_text_add(t, (struct hg_str){ (const char *)p, n });
		p += n ? n : 1;
	}
}

/* "{a="x",le="0.5"}"; nothing when there is no label. le NULL = none. */
static void add_labels(struct hg_text *t, const struct hg_series *s, const char *le)
{
	const struct hg_metric_family *f = s->family;
	if (f->n_labels == 0 && !le)
		return;
	hg_text_add_char(t, '{');
	for (uint32_t i = 0; i < f->n_labels; i++) {
		hg_text_printf(t, "%s%s=\"", i ? "," : "", f->labels[i]);
		add_escaped(t, s->values[i], true);
		hg_text_add_char(t, '"');
	}
	if (le)
		hg_text_printf(t, "%sle=\"%s\"", f->n_labels ? "," : "", le);
	hg_text_add_char(t, '}');
}

static void add_sample(
	struct page *p, const struct hg_series *s, const char *suffix, const char *le, double value)
{
	hg_text_printf(&p->text, "%s%s%s", prefix, s->family->name, suffix);
	add_labels(&p->text, s, le);
	hg_text_add_char(&p->text, ' ');
	add_number(&p->text, value);
	hg_text_add_char(&p->text, '\n');
	give(p);
}

/* The bound as a label. OpenMetrics' canonical form has a point: "1.0". */
static void format_bound(const struct page *p, double bound, char ret_le[48])
{
	struct hg_text t;
	hg_text_init(&t);
	add_number(&t, bound);
	bool is_whole = !strpbrk(t.p, ".e");
	snprintf(ret_le, 48, "%s%s", t.p, p->is_openmetrics && is_whole ? ".0" : "");
	hg_text_fini(&t);
}

static void add_histogram(struct page *p, const struct hg_series *s)
{
	double n = 0;
	for (uint32_t i = 0; i < s->family->n_buckets; i++) {
		char le[48];
		format_bound(p, s->family->buckets[i], le);
		n += hg_series_sum(s, 1 + i);
		add_sample(p, s, "_bucket", le, n);
	}
	n += hg_series_sum(s, 1 + s->family->n_buckets);
	add_sample(p, s, "_bucket", "+Inf", n);
	add_sample(p, s, "_sum", NULL, hg_series_sum(s, 0));
	add_sample(p, s, "_count", NULL, n); /* the same sum: the two can not disagree */
}

static void add_comments(struct page *p, const struct hg_metric_family *f)
{
	static const char *const types[] = {
		[HG_COUNTER] = "counter", [HG_GAUGE] = "gauge", [HG_HISTOGRAM] = "histogram"
	};
	static const char *const units[] = { "seconds", "bytes" };
	size_t n = strlen(f->name);
	if (p->is_openmetrics && f->type == HG_COUNTER)
		n = hg_metric_stem(f->name);

	hg_text_printf(&p->text, "# HELP %s%.*s ", prefix, (int)n, f->name);
	add_escaped(&p->text, f->help, p->is_openmetrics);
	hg_text_printf(&p->text, "\n# TYPE %s%.*s %s\n", prefix, (int)n, f->name, types[f->type]);
	for (size_t i = 0; p->is_openmetrics && i < 2; i++) {
		size_t unit_n = strlen(units[i]);
		if (n > unit_n && f->name[n - unit_n - 1] == '_' &&
			memcmp(f->name + n - unit_n, units[i], unit_n) == 0)
			hg_text_printf(
				&p->text, "# UNIT %s%.*s %s\n", prefix, (int)n, f->name, units[i]);
	}
	give(p);
}

static int by_name(const void *a, const void *b)
{
	const struct hg_metric_family *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

static int by_values(const void *a, const void *b)
{
	const struct hg_series *const *x = a, *const *y = b;
	int order = 0;
	for (uint32_t i = 0; order == 0 && i < (*x)->family->n_labels; i++)
		order = strcmp((*x)->values[i], (*y)->values[i]);
	return order;
}

static bool is_shown(const struct hg_series *s)
{
	return s != s->family->other || atomic_load_explicit(&s->is_used, memory_order_relaxed);
}

/* Sorted by values. The caller frees the array. */
static size_t shown_series(const struct hg_metric_family *f, const struct hg_series ***ret_series)
{
	const struct hg_series *first = atomic_load_explicit(&f->series, memory_order_acquire);
	size_t n = 0;
	for (const struct hg_series *s = first; s; s = s->next)
		n += is_shown(s);
	const struct hg_series **all = hg_alloc((n + 1) * sizeof(*all));
	size_t i = 0;
	for (const struct hg_series *s = first; s && i < n; s = s->next)
		if (is_shown(s))
			all[i++] = s;
	qsort(all, i, sizeof(struct hg_series *), by_values);
	*ret_series = all;
	return i;
}

static void add_family(struct page *p, const struct hg_metric_family *f)
{
	const struct hg_series **series;
	size_t n = shown_series(f, &series);
	if (n > 0)
		add_comments(p, f);
	for (size_t i = 0; i < n; i++) {
		if (f->type == HG_HISTOGRAM)
			add_histogram(p, series[i]);
		else
			add_sample(p, series[i], "", NULL, hg_series_value(series[i]));
	}
	hg_free(series);
}

void hg_metrics_render(
	void *self, int openmetrics, void (*add)(void *arg, struct hg_str text), void *arg)
{
	(void)self;
	hg_metrics_refresh();
	struct hg_metric_family **families;
	size_t n = hg_metric_families(&families);
	qsort(families, n, sizeof(*families), by_name);

	struct page p = { .is_openmetrics = openmetrics != 0, .add = add, .arg = arg };
	hg_text_init(&p.text);
	for (size_t i = 0; i < n; i++)
		add_family(&p, families[i]);
	if (openmetrics)
		add(arg, HG_STR("# EOF\n"));
	hg_text_fini(&p.text);
	hg_free(families);
}
