/*
 * strategy/1 - how fast a budget may be spent.  (Provisional: may still change
 * before the number is released.)
 *
 * A pure function: from the state of one ledger to the microseconds that a ticket must still
 * wait. It keeps no state, so a reload or a second dispatcher changes nothing. The dispatcher
 * asks before sending; reserves and the limit itself are the ledger's, not the strategy's.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "phases.h"

#define HG_STRATEGY "strategy/1"

struct hg_strategy_view {
	uint32_t size;
	uint32_t klass;           /* enum hg_class */
	int64_t now_us;           /* mono */
	int64_t limit;            /* points per window; <= 0: GitHub has not said (no pacing) */
	int64_t used;             /* settled and in flight, this window */
	int64_t window_us;        /* length of the window, 1 h for core */
	int64_t resets_in_us;     /* <= 0: the window is over */
	int64_t last_paced_at_us; /* when normal or low last went above the curve; INT64_MIN = never
	                           */
	uint32_t after_limit_hit; /* 1: GitHub said no in this window */
	uint32_t reserved;
};

struct hg_strategy {
	uint32_t size;
	uint32_t reserved;
	/* 0 = go now, else µs until it makes sense to ask again. */
	int64_t (*wait_us)(void *self, const struct hg_strategy_view *view);
	/* The share of the limit this strategy would have used by now (for status), 0…1. */
	double (*allowance)(void *self, const struct hg_strategy_view *view);
};
