/*
 * curve - how much of a window's limit a strategy allows by now.
 *
 *     allowed(t) = min(share x limit, burst + share x limit x elapsed share of the window)
 *
 * Below the curve a request goes at once; above it one goes per interval, the curve's slope:
 *
 *     limit 5000, window 1 h, share 60 %  ->  3000 in the hour, one per 1.2 s
 *
 * Burst is given for a limit of 5,000 and scales with the limit (at least 1).
 *
 * Thread: any.   Clock: given.
 */
#pragma once
#include <hg/strategy.h>

struct curve {
	double share; /* 0…1 of the limit by the end of the window */
	double burst; /* requests at a limit of 5,000 */
};

double curve_allowed(const struct curve *c, const struct hg_strategy_view *v); /* requests */
double curve_spread(
	const struct curve *c, const struct hg_strategy_view *v); /* without the burst */
int64_t curve_interval_us(const struct curve *c, const struct hg_strategy_view *v);
/* 0 when below the curve or an interval has passed since the last one above it. Never past the
 * reset. */
int64_t curve_spaced_us(
	const struct curve *below, int64_t interval_us, const struct hg_strategy_view *v);
/* The same, with the interval of the curve `pace`. */
int64_t curve_wait_us(
	const struct curve *below, const struct curve *pace, const struct hg_strategy_view *v);
