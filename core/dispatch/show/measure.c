/*
 * Gauges that change with time alone: what will become of a window, and how much of the secondary
 * limits is used. They are set every MEASURE_US as long as a window is open or something falls out
 * of one, so that whoever scrapes sees no old figure; when nothing is left to change, nothing
 * wakes.
 *
 * Only what has a name: clients' tokens would be series without number.
 */
#include "dispatch/dispatcher_state.h"
#include <hg/strategy.h>
#include <math.h>

#define MEASURE_US 15000000ll /* as often as Prometheus asks by default */

/* True: it will be another one soon. */
static bool measure_budget(
	const struct hg_dispatcher *d, const struct hg_ledger *l, const struct hg_now *now)
{
	const char *who = l->identity->name, *resource = l->resource;
	struct hg_outlook o;

	if (!hg_pace_outlook(d, l, now, &o))
		return false;
	hg_series_set(hg_core_series(HG_METRIC_BUDGET_IDEAL, who, resource, NULL),
		(double)o.ideal_remaining);
	hg_series_set(hg_core_series(HG_METRIC_BUDGET_EXHAUSTION, who, resource, NULL),
		o.predicted_exhaustion_us == INT64_MAX ? (double)INFINITY
						       : (double)o.predicted_exhaustion_us / 1e6);
	return hg_ledger_resets_in_us(l, now) > 0;
}

static bool measure_secondary(
	const struct hg_dispatcher *d, const struct hg_identity *id, const struct hg_now *now)
{
	struct hg_secondary_count counts[HG_SECONDARY_COUNTS];
	bool is_used = false;

	hg_secondary_counts(id->secondary, &d->snapshot->secondary, now->mono_us, counts);
	for (unsigned i = 0; i < HG_SECONDARY_COUNTS; i++) {
		double share = hg_secondary_count_share(&counts[i]);
		hg_series_set(
			hg_core_series(HG_METRIC_SECONDARY_USED, id->name, counts[i].name, NULL),
			share);
		is_used |= share > 0;
	}
	return is_used;
}

int64_t hg_dispatcher_measure(struct hg_dispatcher *d, const struct hg_now *now)
{
	const struct hg_identity *id;
	const struct hg_ledger *l;
	bool changes = false;

	if (d->measured_us && now->mono_us - d->measured_us < MEASURE_US)
		return d->measured_us + MEASURE_US;
	d->measured_us = now->mono_us;
	HG_LIST_EACH(&d->pools.all_identities, id, link)
	{
		if (id->label != id->name || id->site->is_elsewhere)
			continue;
		changes |= measure_secondary(d, id, now);
		HG_LIST_EACH(&id->ledgers, l, link)
		{
			changes |= measure_budget(d, l, now);
		}
	}
	return changes ? d->measured_us + MEASURE_US : INT64_MAX;
}
