#include "curve.h"

#define GIVEN_LIMIT 5000.0 /* for which bursts are given */

static double elapsed_share(const struct hg_strategy_view *v)
{
	if (v->window_us <= 0 || v->resets_in_us <= 0)
		return 1.0;
	double left = (double)v->resets_in_us / (double)v->window_us;
	return left >= 1.0 ? 0.0 : 1.0 - left;
}

double curve_spread(const struct curve *c, const struct hg_strategy_view *v)
{
	return c->share * (double)v->limit * elapsed_share(v);
}

double curve_allowed(const struct curve *c, const struct hg_strategy_view *v)
{
	double end = c->share * (double)v->limit;
	double burst = c->burst * (double)v->limit / GIVEN_LIMIT;
	double allowed = (burst < 1.0 ? 1.0 : burst) + curve_spread(c, v);

	return allowed < end ? allowed : end;
}

int64_t curve_interval_us(const struct curve *c, const struct hg_strategy_view *v)
{
	double end = c->share * (double)v->limit;

	return end < 1.0 ? v->window_us : (int64_t)((double)v->window_us / end);
}

int64_t curve_spaced_us(
	const struct curve *below, int64_t interval_us, const struct hg_strategy_view *v)
{
	if ((double)v->used < curve_allowed(below, v))
		return 0;
	if (v->last_paced_at_us == INT64_MIN)
		return 0;
	int64_t wait_us = v->last_paced_at_us + interval_us - v->now_us;
	if (v->resets_in_us > 0 && wait_us > v->resets_in_us)
		wait_us =
			v->resets_in_us; /* then all is handed back, and nobody is above a curve */
	return wait_us > 0 ? wait_us : 0;
}

int64_t curve_wait_us(
	const struct curve *below, const struct curve *pace, const struct hg_strategy_view *v)
{
	return curve_spaced_us(below, curve_interval_us(pace, v), v);
}
