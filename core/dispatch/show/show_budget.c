/*
 * For people: what is left of a budget, who may still use it and how fast, and what its identity
 * may do besides (`show budgets`, `show identities`).
 */
#include "base/text.h"
#include "dispatch/dispatcher_state.h"
#include <hg/strategy.h>

#define SEC_US 1000000ll

static void add_window(const struct hg_ledger *l, const struct hg_now *now, struct hg_text *out)
{
	char reset[21];

	if (!hg_ledger_is_known(l)) {
		hg_text_printf(out, ",\"limit\":null,\"used\":null,\"remaining\":null");
		return;
	}
	hg_format_time(l->reset_s * SEC_US, reset);
	hg_text_printf(out,
		",\"limit\":%lld,\"used\":%lld,\"remaining\":%lld,\"github_remaining\":%lld,"
		"\"reset_s\":%lld,\"reset\":\"%s\",\"resets_in_s\":%lld",
		(long long)l->limit, (long long)(l->limit - hg_ledger_remaining(l)),
		(long long)hg_ledger_remaining(l), (long long)l->theirs, (long long)l->reset_s,
		reset, (long long)(hg_ledger_resets_in_us(l, now) / SEC_US));
}

/* What stops one more point of a class, until when. */
static enum hg_stop stop_of(const struct hg_dispatcher *d, struct hg_ledger *l, enum hg_class klass,
	const struct hg_now *now, int64_t *ret_until_us)
{
	enum hg_stop why = hg_ledger_stop(l, 1, now, ret_until_us);

	if (why != HG_STOP_NONE)
		return why;
	*ret_until_us = hg_ledger_spares_us(l, 1, hg_pace_kept(d, l, klass), now);
	return *ret_until_us > now->mono_us ? HG_STOP_RESERVE : HG_STOP_NONE;
}

/* Each class: the points it leaves to better ones, and what stops it. */
static void add_classes(const struct hg_dispatcher *d, struct hg_ledger *l,
	const struct hg_now *now, struct hg_text *out)
{
	const char *stopped = "none";

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		enum hg_class klass = (enum hg_class)c;
		int64_t until_us;
		enum hg_stop why = stop_of(d, l, klass, now, &until_us);
		hg_text_printf(out, ",\"%s\":{\"kept\":%lld,\"stop\":\"%s\"", hg_class_name(klass),
			(long long)hg_pace_kept(d, l, klass), hg_stop_name(why));
		if (why != HG_STOP_NONE && until_us != INT64_MAX)
			hg_text_printf(out, ",\"opens_in_ms\":%lld",
				(long long)(until_us - now->mono_us + 999) / 1000);
		hg_text_add_char(out, '}');
		if (why != HG_STOP_NONE && !strcmp(stopped, "none"))
			stopped = hg_class_name(klass);
	}
	hg_text_add_json_member(
		out, "stopped_from", hg_str(stopped)); /* this class, and worse ones */
}

/* Of normal; low is paced alike. */
static void add_pace(const struct hg_dispatcher *d, const struct hg_ledger *l,
	const struct hg_now *now, struct hg_text *out)
{
	struct hg_pace_look pace;
	struct hg_outlook outlook;

	if (hg_pace_look(d, l, HG_CLASS_NORMAL, now, &pace)) {
		hg_text_add_json_member(out, "strategy", hg_str(pace.strategy));
		hg_text_printf(out, ",\"allowance\":%lld,\"paced\":%s,\"interval_ms\":%lld",
			(long long)(pace.allowance * (double)l->limit),
			pace.wait_us > 0 ? "true" : "false", (long long)pace.interval_us / 1000);
	}
	if (!hg_pace_outlook(d, l, now, &outlook))
		return;
	hg_text_printf(out, ",\"ideal_remaining\":%lld,\"expected\":%.0f,\"confidence\":%.2f",
		(long long)outlook.ideal_remaining, outlook.expected, outlook.confidence);
	if (outlook.predicted_exhaustion_us != INT64_MAX)
		hg_text_printf(out, ",\"exhausted_in_s\":%lld",
			(long long)(outlook.predicted_exhaustion_us / SEC_US));
}

void hg_show_budget(const struct hg_dispatcher *d, struct hg_ledger *l, const struct hg_now *now,
	struct hg_text *out)
{
	hg_text_printf(out, "{\"credential\":");
	hg_text_add_json(out, hg_str(l->identity->name));
	hg_text_add_json_member(out, "upstream", hg_str(l->identity->site->name));
	hg_text_add_json_member(out, "resource", hg_str(l->resource));
	add_window(l, now, out);
	hg_text_printf(out, ",\"in_flight\":%lld,\"lost\":%lld,\"sent\":%llu,\"refused\":%llu",
		(long long)l->in_flight, (long long)(l->lost[0].points + l->lost[1].points),
		(unsigned long long)l->n_sent, (unsigned long long)l->n_refusals);
	add_classes(d, l, now, out);
	add_pace(d, l, now, out);
	hg_text_add_char(out, '}');
}

/* -- identities -------------------------------------------------------------------------------- */

static void add_credentials(
	const struct hg_dispatcher *d, const struct hg_identity *id, struct hg_text *out)
{
	const struct hg_credential *cred;
	bool is_first = true;

	hg_text_add(out, HG_STR(",\"credentials\":["));
	HG_LIST_EACH(&d->pools.all_credentials, cred, link)
	{
		if (cred->identity != id)
			continue;
		hg_text_add(out, is_first ? HG_STR("") : HG_STR(","));
		hg_text_add_json(out, hg_str(cred->alias));
		is_first = false;
	}
	hg_text_add_char(out, ']');
}

/* "cpu 41%": the secondary limit that would be met first. */
static void add_closest(const struct hg_dispatcher *d, const struct hg_identity *id,
	const struct hg_now *now, struct hg_text *out)
{
	struct hg_secondary_count counts[HG_SECONDARY_COUNTS];
	const struct hg_secondary_count *closest = counts;

	hg_secondary_counts(id->secondary, &d->snapshot->secondary, now->mono_us, counts);
	for (unsigned i = 1; i < HG_SECONDARY_COUNTS; i++)
		if (hg_secondary_count_share(&counts[i]) > hg_secondary_count_share(closest))
			closest = &counts[i];
	hg_text_printf(out, ",\"closest\":\"%s\",\"closest_share\":%.3f", closest->name,
		hg_secondary_count_share(closest));
}

void hg_show_identity(const struct hg_dispatcher *d, const struct hg_identity *id,
	const struct hg_now *now, struct hg_text *out)
{
	int64_t blocked_us = id->blocked_us > now->mono_us ? id->blocked_us - now->mono_us : 0;
	int64_t cap_us = hg_identity_cap_us(id, now->mono_us);

	hg_text_printf(out, "{\"identity\":");
	hg_text_add_json(out, hg_str(id->name));
	hg_text_add_json_member(out, "upstream", hg_str(id->site->name));
	add_credentials(d, id, out);
	hg_text_printf(out, ",\"on_wire\":%u,\"max_concurrent\":%lld,\"blocked_ms\":%lld",
		id->on_wire, (long long)id->site->max_concurrent, (long long)blocked_us / 1000);
	hg_text_printf(out, ",\"blocks_in_a_row\":%u,\"sent_this_hour\":%lld", id->n_blocks,
		(long long)id->hour_sent);
	if (id->max_per_hour > 0)
		hg_text_printf(out, ",\"max_requests_per_hour\":%lld,\"cap_opens_in_ms\":%lld",
			(long long)id->max_per_hour,
			(long long)(cap_us > now->mono_us ? cap_us - now->mono_us + 999 : 0) /
				1000);
	add_closest(d, id, now, out);
	hg_text_add(out, HG_STR(",\"secondary\":"));
	hg_secondary_show(id->secondary, &d->snapshot->secondary, now->mono_us, out);
	hg_text_add_char(out, '}');
}
