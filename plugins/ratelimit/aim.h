/*
 * aim - spends a budget so that little is left at the reset, and nobody waits for nothing.
 *
 * What may be spent is aggressive's share of the limit, or all but the reserve of better classes
 * when that is less. Does what is expected until the reset, with those that wait, fit into what is
 * left of it?
 *
 *     yes  ->  nobody is paced, be it far above the curve
 *     no   ->  above aggressive's curve one goes per
 *              time left / (points left - what critical and high will need)
 *
 *     limit 5000, 4800 may be spent, 3800 are, 30 min left
 *     700 expected, 20 wait   ->  720 <= 1000: go
 *     1900 expected           ->  one per 1.8 s, and 4,800 are spent at the reset
 *
 * The curve's burst shrinks with the time left, so that the curve ends at the reset and not before.
 * A burst of demand can only take what nobody else is expected to need; from then on it is paced.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "curve.h"
#include "demand.h"

struct aim {
	struct curve curve;  /* below it nothing waits */
	int64_t interval_us; /* above it; 0: everything fits */
};

/* `slowest` paces when nothing is left. The view is of a known limit and window, the demand is
 * rolled. */
struct aim aim_at_reset(const struct demand *d, const struct curve *aggressive,
	const struct curve *slowest, const struct hg_strategy_view *v);
