/*
 * strategy/1 - how fast a budget may be spent.  (Provisional: may still change
 * before the number is released.)
 *
 * From the state of one ledger to the microseconds that a ticket must still wait. The dispatcher
 * asks before sending, and says afterwards what was spent; reserves and the limit itself are the
 * ledger's, not the strategy's.
 *
 *     limit 5000, 30 min left, used 2000          wait_us 0: below the curve
 *     used 3800, all that is expected fits        wait_us 0, interval_us 0: nobody is paced
 *     used 3800, more is expected than is left,   interval_us 1,800,000, wait_us 1,300,000:
 *     one went 0.5 s ago                          the tenth in the queue goes in about 18 s
 *
 * A strategy may keep what it learns by `ledger`: the number is the same over reloads and
 * restarts. One that keeps nothing is a pure function of the view. Functions that a provider does
 * not have are NULL, or behind its `size` (HG_HAS); members of the view that the dispatcher does
 * not know are behind the view's.
 *
 * Thread: dispatcher only. On a reload old and new instance are called there in turn, never at
 * once.   Clock: given.   Ownership: view and ret are the caller's.
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
	/* these came later: ask HG_HAS */
	uint64_t ledger; /* which one, of (identity, resource): a hash of its names, never of a
	                    secret, so it is the same in the next process. 0 = not said */
	int64_t wall_us; /* the wall's now_us; 0 = not said */
	int64_t kept;    /* points that this class leaves to better ones: its reserve */
	uint32_t cost;   /* points of the one that is asked about; 0 = not said */
	uint32_t queued; /* how many wait in this class and better ones, that one too */
};

/* What will become of this window, if demand is what it is expected to be and nothing paces it. */
struct hg_outlook {
	uint32_t size; /* set by the caller; the strategy writes what is inside */
	uint32_t reserved;
	int64_t ideal_remaining;         /* points that would be left now, were they spent evenly up
	                                    to the strategy's share at the reset */
	int64_t predicted_exhaustion_us; /* from now until the limit is spent; INT64_MAX: not in
	                                    this window */
	double expected;                 /* points that will be asked for until the reset */
	double confidence; /* 0 = a guess … 1 = all hours until the reset are known */
};

struct hg_strategy {
	uint32_t size;
	uint32_t reserved;
	/* 0 = go now, else µs until it makes sense to ask again. */
	int64_t (*wait_us)(void *self, const struct hg_strategy_view *view);
	/* The share of the limit this strategy would have used by now (for status), 0…1. */
	double (*allowance)(void *self, const struct hg_strategy_view *view);
	/* these came later: ask HG_HAS, and for NULL */

	/* The spacing it keeps above the curve as things are, 0: none. The n-th of a queue that is
	 * above it waits about n times that. */
	int64_t (*interval_us)(void *self, const struct hg_strategy_view *view);
	/* A request of any class was sent just now, for `points`; the view's `used` has them in it.
	 * What was given back since (a 304 costs nothing) shows in the `used` of later calls. */
	void (*spent)(void *self, const struct hg_strategy_view *view, uint32_t points);
	/* Fills *ret. An unknown limit or ledger: confidence 0. */
	void (*outlook)(void *self, const struct hg_strategy_view *view, struct hg_outlook *ret);
};
