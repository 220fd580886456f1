/*
 * series - the inside of metrics, shared by metric.c (counting) and metric_render.c (showing).
 *
 * A value is a run of words: one for a counter or gauge; a sum and a count per bucket for a
 * histogram. Every loop, and all other threads together, have blocks of words of their own,
 * made when first touched, so a loop's counts lie side by side and no other thread writes to
 * their cache lines:
 *
 *     slot 0 (no loop)   [block 0][      ]        series A: words 0
 *     slot 1 (loop 0)    [block 0][block 1]       series B: words 1…17 of each slot's block 0
 *     slot 2 (loop 1)    [       ][block 1]       …
 *
 * Metrics and series are never freed or changed once they can be found.
 */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/metric.h"
#include "base/text.h"

enum {
	HG_LABELS_MAX = 4,
	HG_BUCKETS_MAX = 32,
	HG_METRIC_NAME_MAX = 64,
	HG_LABEL_VALUE_MAX = 128, /* bytes; longer values are cut */
};

struct hg_series {
	const struct hg_metric_family *family;
	struct hg_series *next; /* of the family, newest first */
	const char *values[HG_LABELS_MAX];
	uint32_t word;        /* its first, in every slot */
	_Atomic double set;   /* gauges: what hg_series_set said, less what was added before */
	_Atomic bool is_used; /* only of "other": shown once something was counted there */
	_Atomic bool is_sum;  /* gauges: hg_series_add was used as well */
};

struct hg_metric_family {
	const char *plugin; /* NULL = the core's */
	const char *name;   /* without "hubgate_" */
	const char *help;
	uint32_t type;
	uint32_t n_labels, n_buckets;
	const char *labels[HG_LABELS_MAX];
	double buckets[HG_BUCKETS_MAX]; /* upper bounds, ascending; +Inf is not among them */
	_Atomic(struct hg_series *) series;
	uint32_t n_series;       /* without other */
	struct hg_series *other; /* NULL without labels */
};

/* Length of the name without a counter's "_total": the family's name in OpenMetrics. */
size_t hg_metric_stem(const char *name);

/* Word i of the series, summed over all slots. */
double hg_series_sum(const struct hg_series *s, uint32_t i);
/* Of a counter or gauge; of a histogram the number of observations. */
double hg_series_value(const struct hg_series *s);

/* Copies what is declared, in no order; returns how many. The caller frees the array. */
size_t hg_metric_families(struct hg_metric_family ***ret_families);

/* Runs what hg_metrics_on_render was given. */
void hg_metrics_refresh(void);
