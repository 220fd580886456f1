/*
 * metric - numbers that a plugin counts; the metrics plugin shows them.
 *
 * Declared in the table (`.metrics`), so that help and type exist before the first count. The
 * exposed name is "hubgate_" + name. A series is one set of label values; series per metric are
 * bounded (option `max_series`), over it all go to one series with labels "other".
 *
 *     static const struct hg_metric metrics[] = {
 *             { .name = "cache_hits_total", .type = HG_COUNTER, .labels = "class", .help = "Answers
 * from memory." }, { 0 },
 *     };
 *     self->hits = hg_series_find(self, "cache_hits_total", (const char *[]){ "repositories" });
 *     hg_series_add(self->hits, 1);
 *
 * Thread: any. Adding is a relaxed add to a word of the calling loop: no lock. Threads that are no
 * loop share a word.
 */
#pragma once
#include "abi.h"
#include "str.h"

enum { HG_COUNTER = 1, HG_GAUGE = 2, HG_HISTOGRAM = 3 };

struct hg_metric {
	const char *name; /* [a-z_], counters end in _total, seconds in _seconds */
	uint32_t type;
	uint32_t reserved;
	const char *labels;  /* "class,route"; NULL = none; at most 4 */
	const char *buckets; /* histograms: "0.001,0.01,0.1,1"; NULL = a default for seconds */
	const char *help;
};

struct hg_series;

/* Finds or makes it. Values in the order of `labels`. Never NULL for a declared metric. */
HG_API struct hg_series *hg_series_find(void *self, const char *metric, const char *const *values);
HG_API void hg_series_add(struct hg_series *s, double amount);    /* counters, gauges */
HG_API void hg_series_set(struct hg_series *s, double value);     /* gauges */
HG_API void hg_series_observe(struct hg_series *s, double value); /* histograms */
/* What was added, over all loops (a histogram: how many were observed). For commands. */
HG_API double hg_series_read(const struct hg_series *s);

/* Shows everything, the core's and all plugins', in name order; `line` is called per sample with
 * Prometheus' text form, family comments included. For exporters. */
HG_API void hg_metrics_render(
	void *self, int openmetrics, void (*add)(void *arg, struct hg_str text), void *arg);
