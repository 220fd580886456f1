/*
 * ratelimit - three ways to spend a budget: conservative, adaptive, aggressive (strategy/1).
 *
 * Each is an allowance curve (curve.h) with fixed numbers of its own. `adaptive`, the default, aims
 * at the reset (aim.h) with a forecast of demand (demand.h). Until that has watched for long
 * enough, it follows aggressive's curve up to 60 % used and its own up to 80 %; above that it keeps
 * conservative's interval. After GitHub said no, every strategy is conservative until the reset.
 * Critical and high are never paced. Reserves and the limit itself are the ledger's.
 *
 * Whichever strategy is in force, demand is learned, and outlives reloads and restarts (learned.h).
 *
 * Thread: dispatcher; start, adopt and stop on the host loop.   How it fails: without a state
 * directory, or with a file that makes no sense, it learns anew and says so. Without the plugin
 * nothing is paced and the ledger stops at 0.
 */
#include "aim.h"
#include "learned.h"
#include <hg/plugin.h>

#define TRUSTED 0.5 /* the confidence from which on the forecast decides */

struct ratelimit_conf {
	double conservative_share, adaptive_share, aggressive_share;
	int64_t conservative_burst, adaptive_burst, aggressive_burst;
	double adaptive_above, conservative_above;
	bool forecast;
	int64_t forecast_after_us, forecast_level_us, forecast_save_us;
	double forecast_week;
	int64_t forecast_ledgers;
};

struct ratelimit {
	struct curve conservative, adaptive, aggressive;
	double adaptive_above, conservative_above;
	bool aims; /* adaptive */
	struct demand_conf demand;
	struct learned learned;
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
	HG_BOOL(struct ratelimit_conf, forecast, "true", HG_OPT_LIVE,
		"Does adaptive aim at the reset, by a forecast of demand?"),
	HG_USEC(struct ratelimit_conf, forecast_after_us, "3h", "1min", "30d", HG_OPT_LIVE,
		"How long the demand of a budget is watched before its forecast decides."),
	HG_USEC(struct ratelimit_conf, forecast_level_us, "1h", "6min", "1d", HG_OPT_LIVE,
		"Over which time demand is averaged to see how much above normal it is."),
	HG_SHARE(struct ratelimit_conf, forecast_week, "30%", "1%", "100%", HG_OPT_LIVE,
		"Weight of the newest week in what is normal in an hour of the week."),
	HG_INT(struct ratelimit_conf, forecast_ledgers, "256", "1", "4096", HG_OPT_LIVE,
		"Budgets whose demand is remembered, about 900 bytes each."),
	HG_USEC(struct ratelimit_conf, forecast_save_us, "5min", "10s", "1d", HG_OPT_LIVE,
		"How often what was learned is written to the state directory."),
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
	r->aims = c->forecast;
	r->demand = (struct demand_conf){ .level_us = c->forecast_level_us,
		.week_weight = c->forecast_week,
		.trust_us = c->forecast_after_us };
	learned_start(&r->learned, self, (uint32_t)c->forecast_ledgers, c->forecast_save_us);
	return 0;
}

static int ratelimit_adopt(void *self, void *old_self, struct hg_err *err)
{
	struct ratelimit *r = self, *old = old_self;

	(void)err;
	learned_adopt(&r->learned, &old->learned);
	return 0;
}

static int ratelimit_thread_start(void *self, struct hg_thread *t, struct hg_err *err)
{
	struct ratelimit *r = self;

	(void)err;
	if (hg_thread_kind(t) == HG_THREAD_DISPATCHER)
		learned_thread_start(&r->learned);
	return 0;
}

static void ratelimit_thread_stop(void *self, struct hg_thread *t)
{
	struct ratelimit *r = self;

	if (hg_thread_kind(t) == HG_THREAD_DISPATCHER)
		learned_thread_stop(&r->learned);
}

static void ratelimit_stop(void *self)
{
	struct ratelimit *r = self;

	learned_stop(&r->learned);
}

/* -- demand ------------------------------------------------------------------------------------ */

/* Does the dispatcher say whose view it is, and when? */
static bool has_ledger(const struct hg_strategy_view *v)
{
	return HG_HAS(v, wall_us) && v->ledger != 0 && v->wall_us > 0;
}

/* What is known of the ledger, up to now; NULL: nothing. */
static struct demand *demand_of(struct ratelimit *r, const struct hg_strategy_view *v)
{
	struct demand *d = has_ledger(v) ? forecast_find(r->learned.forecast, v->ledger) : NULL;

	if (d)
		demand_roll(d, &r->demand, v);
	return d;
}

static void spent(void *self, const struct hg_strategy_view *v, uint32_t points)
{
	struct ratelimit *r = self;

	if (!has_ledger(v))
		return;
	struct demand *d = forecast_spend(r->learned.forecast, v->ledger);
	demand_roll(d, &r->demand, v);
	demand_spent(d, v, points);
}

static void look_ahead(struct ratelimit *r, const struct curve *c, const struct hg_strategy_view *v,
	struct hg_outlook *ret)
{
	const struct demand *d = v->resets_in_us > 0 ? demand_of(r, v) : NULL;
	struct hg_outlook o = { .size = ret->size, .predicted_exhaustion_us = INT64_MAX };

	if (v->limit > 0)
		o.ideal_remaining = v->limit - (int64_t)curve_spread(c, v);
	if (v->limit > 0 && v->used >= v->limit)
		o.predicted_exhaustion_us = 0;
	else if (v->limit > 0 && d)
		o.predicted_exhaustion_us = demand_reaches_us(
			d, v->wall_us, v->resets_in_us, (double)(v->limit - v->used));
	if (d) {
		o.expected = demand_expected(d, v->wall_us, v->resets_in_us);
		o.confidence = demand_confidence(d, &r->demand, v->wall_us, v->resets_in_us);
	}
	memcpy(ret, &o, ret->size < sizeof(o) ? ret->size : sizeof(o));
}

/* -- conservative and aggressive --------------------------------------------------------------- */

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

static int64_t interval_by(
	const struct ratelimit *r, const struct curve *c, const struct hg_strategy_view *v)
{
	return is_paced(v) ? curve_interval_us(v->after_limit_hit ? &r->conservative : c, v) : 0;
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

static int64_t conservative_interval_us(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return interval_by(r, &r->conservative, v);
}

static void conservative_outlook(
	void *self, const struct hg_strategy_view *v, struct hg_outlook *ret)
{
	struct ratelimit *r = self;

	look_ahead(r, &r->conservative, v, ret);
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

static int64_t aggressive_interval_us(void *self, const struct hg_strategy_view *v)
{
	const struct ratelimit *r = self;

	return interval_by(r, &r->aggressive, v);
}

static void aggressive_outlook(void *self, const struct hg_strategy_view *v, struct hg_outlook *ret)
{
	struct ratelimit *r = self;

	look_ahead(r, &r->aggressive, v, ret);
}

/* -- adaptive ---------------------------------------------------------------------------------- */

/* Without a forecast: by how much is used. */
static struct aim aim_by_used(const struct ratelimit *r, const struct hg_strategy_view *v)
{
	double used = (double)v->used / (double)v->limit;
	const struct curve *c = used <= r->adaptive_above ? &r->aggressive : &r->adaptive;
	const struct curve *pace = used > r->conservative_above ? &r->conservative : c;

	return (struct aim){ *c, curve_interval_us(pace, v) };
}

/* The limit is known. */
static struct aim adaptive_aim(struct ratelimit *r, const struct hg_strategy_view *v)
{
	if (v->after_limit_hit)
		return (struct aim){ r->conservative, curve_interval_us(&r->conservative, v) };

	const struct demand *d = r->aims && v->resets_in_us > 0 ? demand_of(r, v) : NULL;
	if (!d || demand_confidence(d, &r->demand, v->wall_us, v->resets_in_us) < TRUSTED)
		return aim_by_used(r, v);
	return aim_at_reset(d, &r->aggressive, &r->conservative, v);
}

static int64_t adaptive_wait_us(void *self, const struct hg_strategy_view *v)
{
	if (!is_paced(v))
		return 0;
	struct aim aim = adaptive_aim(self, v);
	return aim.interval_us ? curve_spaced_us(&aim.curve, aim.interval_us, v) : 0;
}

static double adaptive_allowance(void *self, const struct hg_strategy_view *v)
{
	if (v->limit <= 0)
		return 1.0;
	struct aim aim = adaptive_aim(self, v);
	return curve_allowed(&aim.curve, v) / (double)v->limit;
}

static int64_t adaptive_interval_us(void *self, const struct hg_strategy_view *v)
{
	return is_paced(v) ? adaptive_aim(self, v).interval_us : 0;
}

static void adaptive_outlook(void *self, const struct hg_strategy_view *v, struct hg_outlook *ret)
{
	struct ratelimit *r = self;
	struct curve c = v->limit > 0 ? adaptive_aim(r, v).curve : r->adaptive;

	look_ahead(r, &c, v, ret);
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct hg_strategy conservative = { .size = sizeof(struct hg_strategy),
	.wait_us = conservative_wait_us,
	.allowance = conservative_allowance,
	.interval_us = conservative_interval_us,
	.spent = spent,
	.outlook = conservative_outlook };
static const struct hg_strategy adaptive = { .size = sizeof(struct hg_strategy),
	.wait_us = adaptive_wait_us,
	.allowance = adaptive_allowance,
	.interval_us = adaptive_interval_us,
	.spent = spent,
	.outlook = adaptive_outlook };
static const struct hg_strategy aggressive = { .size = sizeof(struct hg_strategy),
	.wait_us = aggressive_wait_us,
	.allowance = aggressive_allowance,
	.interval_us = aggressive_interval_us,
	.spent = spent,
	.outlook = aggressive_outlook };

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
	.wants_state = 2,
	.check = ratelimit_check,
	.start = ratelimit_start,
	.adopt = ratelimit_adopt,
	.stop = ratelimit_stop,
	.thread_start = ratelimit_thread_start,
	.thread_stop = ratelimit_thread_stop,
};
HG_PLUGIN_EXPORT(ratelimit_plugin)
