#include "aim.h"

static int64_t kept_of(const struct hg_strategy_view *v)
{
	return HG_HAS(v, kept) && v->kept > 0 ? v->kept : 0;
}

/* Points of those that wait; whoever asks is one of them. */
static double waiting(const struct hg_strategy_view *v)
{
	double cost = HG_HAS(v, cost) && v->cost > 0 ? v->cost : 1;

	return HG_HAS(v, queued) && v->queued > 0 ? cost * v->queued : cost;
}

static double time_left(const struct hg_strategy_view *v)
{
	return v->resets_in_us < v->window_us ? (double)v->resets_in_us / (double)v->window_us : 1;
}

struct aim aim_at_reset(const struct demand *d, const struct curve *aggressive,
	const struct curve *slowest, const struct hg_strategy_view *v)
{
	double limit = (double)v->limit;
	double end = aggressive->share * limit, unkept = limit - (double)kept_of(v);
	if (end > unkept)
		end = unkept > 0 ? unkept : 0;

	double left = end - (double)v->used;
	double expected = demand_expected(d, v->wall_us, v->resets_in_us);
	struct aim aim = { .curve = { end / limit, aggressive->burst * time_left(v) } };
	if (expected + waiting(v) <= left)
		return aim;
	left -= expected * demand_urgent_share(d);
	aim.interval_us = left >= 1 ? (int64_t)((double)v->resets_in_us / left)
	                            : curve_interval_us(slowest, v);
	if (aim.interval_us < 1)
		aim.interval_us = 1;
	return aim;
}
