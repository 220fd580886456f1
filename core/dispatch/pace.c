/*
 * How fast a budget is spent: what strategies are asked, and told (hg/strategy.h).
 */
#include "dispatch/dispatcher_state.h"
#include <hg/strategy.h>

int64_t hg_pace_kept(const struct hg_dispatcher *d, const struct hg_ledger *l, enum hg_class klass)
{
	return (int64_t)(hg_dispatch_reserve(&d->snapshot->dispatch, klass) * (double)l->limit);
}

/* The same in the next process: FNV-1a of the names (hg_hash differs from one to the next). */
static uint64_t name_of(const struct hg_ledger *l)
{
	const char *const parts[] = { l->identity->site->name, l->identity->name, l->resource };
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (unsigned i = 0; i < 3; i++)
		for (const char *p = parts[i];; p++) {
			h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
			if (!*p)
				break;
		}
	return h ? h : 1;
}

static struct hg_strategy_view look(const struct hg_dispatcher *d, const struct hg_ledger *l,
	enum hg_class klass, const struct hg_now *now)
{
	return (struct hg_strategy_view){
		.size = sizeof(struct hg_strategy_view),
		.klass = klass,
		.now_us = now->mono_us,
		.limit = l->limit,
		.used = hg_ledger_used(l),
		.window_us = hg_ledger_window_us(l),
		.resets_in_us = hg_ledger_resets_in_us(l, now),
		.last_paced_at_us = l->last_paced_us,
		.after_limit_hit = l->was_refused,
		/* A client's own token has no name that will be the same tomorrow. */
		.ledger = l->identity->label == l->identity->name ? name_of(l) : 0,
		.wall_us = now->wall_us,
		.kept = hg_pace_kept(d, l, klass),
	};
}

static struct hg_strategy_view look_for(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_ledger *l, const struct hg_now *now)
{
	struct hg_strategy_view v = look(d, l, f->klass, now);

	v.cost = f->cost;
	for (unsigned c = 0; c <= f->klass; c++)
		v.queued += f->line->queue.n[c] + f->line->uploads.n[c];
	return v;
}

/* The one that it asked for, else the one in force. */
static const struct hg_provider *strategy_of(const struct hg_dispatcher *d, const char *asked)
{
	static const struct hg_provider none = { .size = sizeof(none) };
	const struct hg_snapshot *s = d->snapshot;
	uint32_t i = *asked ? hg_snapshot_strategy(s, hg_str(asked)) : s->n_strategies;

	if (i == s->n_strategies)
		i = d->strategy;
	return i < s->n_strategies ? &s->strategies[i].provider : &none;
}

const char *hg_pace_name(const struct hg_dispatcher *d, const struct hg_flight *f)
{
	const struct hg_provider *p = strategy_of(d, f->strategy);

	for (uint32_t i = 0; i < d->snapshot->n_strategies; i++)
		if (&d->snapshot->strategies[i].provider == p)
			return d->snapshot->strategies[i].label;
	return "";
}

/* Critical and high are never asked about, and neither is a budget nobody knows. */
static bool is_paced(
	const struct hg_strategy *s, const struct hg_flight *f, const struct hg_ledger *l)
{
	return s && f->klass > HG_CLASS_HIGH && hg_ledger_is_known(l);
}

int64_t hg_pace_us(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_ledger *l, const struct hg_now *now)
{
	const struct hg_provider *p = strategy_of(d, f->strategy);
	const struct hg_strategy *s = p->vtable;

	if (!is_paced(s, f, l))
		return 0;
	struct hg_strategy_view v = look_for(d, f, l, now);
	int64_t wait_us = s->wait_us(p->self, &v);
	return wait_us > 0 ? wait_us : 0;
}

int64_t hg_pace_interval_us(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_ledger *l, const struct hg_now *now)
{
	const struct hg_provider *p = strategy_of(d, f->strategy);
	const struct hg_strategy *s = p->vtable;

	if (!is_paced(s, f, l) || !HG_HAS(s, interval_us) || !s->interval_us)
		return 0;
	struct hg_strategy_view v = look_for(d, f, l, now);
	return s->interval_us(p->self, &v);
}

/* How the payers of a line are paced, taken together. */
struct pace {
	double rate;      /* requests a second; 0: nothing paces them now */
	int64_t first_us; /* from now: the next one goes */
	uint32_t n;       /* payers */
};

static struct pace pace_of(
	const struct hg_dispatcher *d, const struct hg_flight *f, const struct hg_now *now)
{
	struct pace all = { .first_us = INT64_MAX };

	for (struct hg_payer *p = hg_line_payer(f->line, NULL); p; p = hg_line_payer(f->line, p)) {
		const struct hg_ledger *l = hg_payer_ledger(p, f->line);
		int64_t wait_us = hg_pace_us(d, f, l, now);
		int64_t interval_us = wait_us > 0 ? hg_pace_interval_us(d, f, l, now) : 0;
		if (interval_us <= 0)
			return (struct pace){ 0 };
		all.rate += 1e6 / (double)interval_us;
		all.n++;
		if (wait_us < all.first_us)
			all.first_us = wait_us;
	}
	return all;
}

/* When the first one has gone, the others may be about to: so it is not sooner than this. */
int64_t hg_pace_turn_in_us(const struct hg_dispatcher *d, const struct hg_flight *f, uint32_t ahead,
	const struct hg_now *now)
{
	struct pace p = pace_of(d, f, now);
	uint32_t after = ahead + 1 > p.n ? ahead + 1 - p.n : 0;

	if (p.rate <= 0)
		return -1;
	double wait_us = (double)p.first_us + after / p.rate * 1e6;
	return wait_us < 1e15 ? (int64_t)wait_us : (int64_t)1e15;
}

void hg_pace_note(const struct hg_dispatcher *d, const struct hg_flight *f, struct hg_ledger *l,
	const struct hg_now *now)
{
	const struct hg_provider *p = strategy_of(d, f->strategy);
	const struct hg_strategy *s = p->vtable;

	if (!is_paced(s, f, l) || !HG_HAS(s, allowance) || !s->allowance)
		return;
	struct hg_strategy_view v = look_for(d, f, l, now);
	if ((double)v.used >= s->allowance(p->self, &v) * (double)v.limit)
		l->last_paced_us = now->mono_us;
}

void hg_pace_spent(
	const struct hg_dispatcher *d, const struct hg_flight *f, const struct hg_now *now)
{
	const struct hg_provider *p = strategy_of(d, "");
	const struct hg_strategy *s = p->vtable;

	if (!s || !HG_HAS(s, spent) || !s->spent || !hg_ledger_is_known(f->ledger))
		return;
	struct hg_strategy_view v = look_for(d, f, f->ledger, now);
	s->spent(p->self, &v, f->cost);
}

bool hg_pace_look(const struct hg_dispatcher *d, const struct hg_ledger *l, enum hg_class klass,
	const struct hg_now *now, struct hg_pace_look *ret)
{
	const struct hg_provider *p = strategy_of(d, "");
	const struct hg_strategy *s = p->vtable;

	*ret = (struct hg_pace_look){ .strategy = "", .allowance = 1 };
	if (!s || !hg_ledger_is_known(l))
		return false;
	struct hg_strategy_view v = look(d, l, klass, now);
	ret->strategy = d->snapshot->strategies[d->strategy].label;
	if (HG_HAS(s, allowance) && s->allowance)
		ret->allowance = s->allowance(p->self, &v);
	if (klass <= HG_CLASS_HIGH)
		return true;
	ret->wait_us = s->wait_us(p->self, &v);
	if (HG_HAS(s, interval_us) && s->interval_us)
		ret->interval_us = s->interval_us(p->self, &v);
	return true;
}

bool hg_pace_outlook(const struct hg_dispatcher *d, const struct hg_ledger *l,
	const struct hg_now *now, struct hg_outlook *ret)
{
	const struct hg_provider *p = strategy_of(d, "");
	const struct hg_strategy *s = p->vtable;

	if (!s || !HG_HAS(s, outlook) || !s->outlook || !hg_ledger_is_known(l))
		return false;
	struct hg_strategy_view v = look(d, l, HG_CLASS_NORMAL, now);
	*ret = (struct hg_outlook){ .size = sizeof(*ret), .predicted_exhaustion_us = INT64_MAX };
	s->outlook(p->self, &v, ret);
	return true;
}
