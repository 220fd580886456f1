/*
 * ratelimit - three ways to spend a budget: conservative, adaptive, aggressive (strategy/1).
 *
 * Each is an allowance curve (curve.h) with fixed numbers of its own. `adaptive`, the default,
 * follows aggressive's curve up to 60 % used and its own up to 80 %; above that it keeps
 * conservative's interval. After GitHub said no, every strategy is conservative until the reset.
 * Critical and high are never paced. Reserves and the limit itself are the ledger's.
 *
 * Thread: dispatcher.   Without it nothing is paced and the ledger stops at 0.
 */
#include "curve.h"
#include <hg/plugin.h>

struct ratelimit_conf {
	double conservative_share, adaptive_share, aggressive_share;
	int64_t conservative_burst, adaptive_burst, aggressive_burst;
	double adaptive_above, conservative_above;
};

struct ratelimit {
	struct curve conservative, adaptive, aggressive;
	double adaptive_above, conservative_above;
};

static const struct hg_option ratelimit_options[] = {
	HG_SHARE(struct ratelimit_conf, conservative_share, "60%", "1%", "100%", HG_OPT_LIVE,
		"Share of the limit that conservative spends in a window."),
	HG_INT(struct ratelimit_conf, conservative_burst, "10", "1", "5000", HG_OPT_LIVE,
		"Requests that conservative lets go at once, at a limit of 5,000."),
	HG_SHARE(struct ratelimit_conf, adaptive_share, "80%", "1%", "100%", HG_OPT_LIVE,
		"Share of the limit that adaptive spends in a window."),
	HG_INT(struct ratelimit_conf, adaptive_burst, "20", "1", "5000", HG_OPT_LIVE,
		"Requests that adaptive lets go at once, at a limit of 5,000."),
	HG_SHARE(struct ratelimit_conf, aggressive_share, "96%", "1%", "100%", HG_OPT_LIVE,
		"Share of the limit that aggressive spends in a window."),
	HG_INT(struct ratelimit_conf, aggressive_burst, "50", "1", "5000", HG_OPT_LIVE,
		"Requests that aggressive lets go at once, at a limit of 5,000."),
	HG_SHARE(struct ratelimit_conf, adaptive_above, "60%", "0%", "100%", HG_OPT_LIVE,
		"Used share above which adaptive leaves aggressive's curve for its own."),
	HG_SHARE(struct ratelimit_conf, conservative_above, "80%", "0%", "100%", HG_OPT_LIVE,
		"Used share above which adaptive keeps conservative's interval."),
	{ 0 },
};

static int ratelimit_check(const void *conf, struct hg_err *err)
{
	const struct ratelimit_conf *c = conf;

	if (c->adaptive_above > c->conservative_above)
		return hg_err_set(
			err, HG_EINVAL, "adaptive_above is larger than conservative_above");
	return 0;
}

static int ratelimit_start(void *self, const void *conf, struct hg_err *err)
{
	struct ratelimit *r = self;
	const struct ratelimit_conf *c = conf;

	(void)err;
	r->conservative = (struct curve){ c->conservative_share, (double)c->conservative_burst };
	r->adaptive = (struct curve){ c->adaptive_share, (double)c->adaptive_burst };
	r->aggressive = (struct curve){ c->aggressive_share, (double)c->aggressive_burst };
	r->adaptive_above = c->adaptive_above;
	r->conservative_above = c->conservative_above;
	return 0;
}

static bool is_paced(const struct hg_strategy_view *v)
{
	return v->limit > 0 && v->klass >= HG_CLASS_NORMAL;
}

/* The curve below which a request goes, and the one whose interval holds above it. */
static int64_t wait_by(
	const struct ratelimit *r, const struct curve *c, const struct hg_strategy_view *v)
{
	if (!is_paced(v))
		return 0;
	if (v->after_limit_hit)
		c = &r->conservative;
	return curve_wait_us(c, c, v);
}

static double allowance_by(
	const struct ratelimit *r, const struct curve *c, const struct hg_strategy_view *v)
{
	if (v->limit <= 0)
		return 1.0;
	return curve_allowed(v->after_limit_hit ? &r->conservative : c, v) / (double)v->limit;
}

static int64_t conservative_wait_us(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return wait_by(r, &r->conservative, v);
}

static double conservative_allowance(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return allowance_by(r, &r->conservative, v);
}

static int64_t aggressive_wait_us(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return wait_by(r, &r->aggressive, v);
}

static double aggressive_allowance(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return allowance_by(r, &r->aggressive, v);
}

static const struct curve *adaptive_curve(
	const struct ratelimit *r, const struct hg_strategy_view *v)
{
	double used = (double)v->used / (double)v->limit;

	return used <= r->adaptive_above ? &r->aggressive : &r->adaptive;
}

static int64_t adaptive_wait_us(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	if (!is_paced(v))
		return 0;
	if (v->after_limit_hit)
		return curve_wait_us(&r->conservative, &r->conservative, v);

	const struct curve *c = adaptive_curve(r, v);
	bool is_late = (double)v->used > r->conservative_above * (double)v->limit;
	return curve_wait_us(c, is_late ? &r->conservative : c, v);
}

static double adaptive_allowance(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return v->limit <= 0 ? 1.0 : allowance_by(r, adaptive_curve(r, v), v);
}

static const struct hg_strategy conservative = { .size = sizeof(struct hg_strategy),
	.wait_us = conservative_wait_us,
	.allowance = conservative_allowance };
static const struct hg_strategy adaptive = { .size = sizeof(struct hg_strategy),
	.wait_us = adaptive_wait_us,
	.allowance = adaptive_allowance };
static const struct hg_strategy aggressive = { .size = sizeof(struct hg_strategy),
	.wait_us = aggressive_wait_us,
	.allowance = aggressive_allowance };

static const struct hg_service ratelimit_services[] = {
	{ HG_STRATEGY, "conservative", &conservative },
	{ HG_STRATEGY, "adaptive", &adaptive },
	{ HG_STRATEGY, "aggressive", &aggressive },
	{ 0 },
};

static const struct hg_plugin ratelimit_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "ratelimit",
	.about = "Spends budgets by an allowance curve: conservative, adaptive or aggressive.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct ratelimit),
	.conf_size = sizeof(struct ratelimit_conf),
	.options = ratelimit_options,
	.provides = ratelimit_services,
	.check = ratelimit_check,
	.start = ratelimit_start,
};
HG_PLUGIN_EXPORT(ratelimit_plugin)
