#include "dispatch/show/payer_look.h"
#include "base/text.h"
#include "dispatch/dispatcher_state.h"

#define SEC_US 1000000ll

void hg_payer_look_at(const struct hg_dispatcher *d, const struct hg_flight *f, struct hg_payer *p,
	const struct hg_now *now, struct hg_payer_look *ret)
{
	*ret = (struct hg_payer_look){ .payer = p, .ledger = hg_payer_ledger(p, f->line) };
	ret->why = hg_payer_why_not(d, f, p, now, &ret->until_us);
	ret->kept = hg_pace_kept(d, ret->ledger, f->klass);
	if (ret->why == HG_STOP_NONE && !hg_site_has_slot(f->line->pool->site, f->klass)) {
		ret->why = HG_STOP_SLOT;
		ret->until_us = INT64_MAX;
	}
}

/* The wall's moment of a monotonic one. */
static void format_mono(int64_t at_us, const struct hg_now *now, char ret[21])
{
	hg_format_time(now->wall_us + (at_us - now->mono_us), ret);
}

static void add_reading(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_identity *id, const struct hg_now *now, struct hg_text *out)
{
	struct hg_secondary_reading r;

	hg_secondary_read(id->secondary, &d->snapshot->secondary, &f->spend, now->mono_us, &r);
	if (!r.limit)
		return;
	hg_text_printf(out, ",\"secondary\":{\"limit_of\":\"%s\",\"used\":%u,\"limit\":%u",
		hg_secondary_why_name(r.why), r.used, r.limit);
	if (r.span_s)
		hg_text_printf(out, ",\"window_s\":%u", r.span_s);
	hg_text_add_char(out, '}');
}

static void add_budget(const struct hg_ledger *l, int64_t kept, struct hg_text *out)
{
	char reset[21];

	if (!hg_ledger_is_known(l))
		return;
	hg_format_time(l->reset_s * SEC_US, reset);
	hg_text_printf(out,
		",\"limit\":%lld,\"remaining\":%lld,\"in_flight\":%lld,\"kept\":%lld,"
		"\"reset\":\"%s\"",
		(long long)l->limit, (long long)hg_ledger_remaining(l), (long long)l->in_flight,
		(long long)kept, reset);
}

void hg_payer_look_add(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer_look *p, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_identity *id = p->ledger->identity;
	char opens[21];

	hg_text_add(out, HG_STR("{\"credential\":"));
	hg_text_add_json(out, hg_str(p->payer->credential->alias));
	hg_text_add_json_member(out, "identity", hg_str(id->name));
	hg_text_printf(out, ",\"why\":\"%s\"", hg_stop_name(p->why));
	if (p->why != HG_STOP_NONE && p->until_us != INT64_MAX) {
		format_mono(p->until_us, now, opens);
		hg_text_printf(out, ",\"opens_in_ms\":%lld,\"opens\":\"%s\"",
			(long long)(p->until_us - now->mono_us + 999) / 1000, opens);
	}
	add_budget(p->ledger, p->kept, out);
	hg_text_printf(out, ",\"on_wire\":%u,\"max_concurrent\":%lld", id->on_wire,
		(long long)id->site->max_concurrent);
	if (id->max_per_hour > 0)
		hg_text_printf(out, ",\"sent_this_hour\":%lld,\"max_requests_per_hour\":%lld",
			(long long)id->hour_sent, (long long)id->max_per_hour);
	if (p->why == HG_STOP_PACE) {
		hg_text_add_json_member(out, "strategy", hg_str(hg_pace_name(d, f)));
		hg_text_printf(out, ",\"interval_ms\":%lld",
			(long long)hg_pace_interval_us(d, f, p->ledger, now) / 1000);
	}
	add_reading(d, f, id, now, out);
	hg_text_add_char(out, '}');
}

void hg_payer_look_say(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer_look *p, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_ledger *l = p->ledger;
	struct hg_secondary_reading r;
	char at[21];

	hg_text_printf(out, "%s: %s", p->payer->credential->alias,
		p->why == HG_STOP_NONE ? "may pay as soon as it is its turn"
				       : hg_stop_about(p->why));
	if (p->why == HG_STOP_RESERVE)
		hg_text_printf(out, " (class %s stops at %lld)", hg_class_name(f->klass),
			(long long)p->kept);
	else if (p->why == HG_STOP_PACE)
		hg_text_printf(out, " (%s, one each %.1f s)", hg_pace_name(d, f),
			(double)hg_pace_interval_us(d, f, p->ledger, now) / 1e6);
	else if (p->why == HG_STOP_BUSY)
		hg_text_printf(out, " (%u)", l->identity->on_wire);
	else if (p->why == HG_STOP_SLOT)
		hg_text_printf(out, " (%u are under way)", l->identity->site->on_wire);
	else if (p->why == HG_STOP_LIMIT) {
		hg_secondary_read(l->identity->secondary, &d->snapshot->secondary, &f->spend,
			now->mono_us, &r);
		hg_text_printf(
			out, " (%s: %u of %u)", hg_secondary_why_name(r.why), r.used, r.limit);
	}
	if (hg_ledger_is_known(l)) {
		hg_format_time(l->reset_s * SEC_US, at);
		hg_text_printf(out, "; %s %lld of %lld left, resets %s", l->resource,
			(long long)hg_ledger_remaining(l), (long long)l->limit, at);
	}
	if (p->why != HG_STOP_NONE && p->until_us != INT64_MAX) {
		format_mono(p->until_us, now, at);
		hg_text_printf(out, "; opens %s, in %.1f s", at,
			(double)(p->until_us - now->mono_us) / 1e6);
	} else if (p->why != HG_STOP_NONE) {
		hg_text_add(out, HG_STR("; opens when something under way ends"));
	}
}
