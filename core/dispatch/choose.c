/*
 * Who goes next: parks what has no budget, paces normal and low, sends the rest in order.
 */
#include "base/bug.h"
#include "base/text.h"
#include "dispatch/dispatcher_state.h"
#include <hg/strategy.h>

#define SEC_US 1000000ll
#define HTTP2_STREAMS 100 /* in one connection: what GitHub and libcurl allow */

/* -- stops ------------------------------------------------------------------------------------- */

static void later_of(
	enum hg_stop *why, int64_t *until_us, enum hg_stop other, int64_t other_us, int64_t now_us)
{
	if (other_us <= now_us || (*why != HG_STOP_NONE && other_us <= *until_us))
		return;
	*why = other;
	*until_us = other_us;
}

enum hg_stop hg_dispatcher_stop(
	struct hg_ledger *l, uint32_t cost, const struct hg_now *now, int64_t *ret_until_us)
{
	const struct hg_credential *cred = l->credential;
	int64_t opens_us = hg_ledger_opens_us(l, cost, now);
	enum hg_stop why = HG_STOP_NONE;

	*ret_until_us = now->mono_us;
	later_of(&why, ret_until_us, HG_STOP_BLOCKED, cred->blocked_us, now->mono_us);
	later_of(&why, ret_until_us, HG_STOP_CAP, hg_credential_cap_us(cred, now->mono_us),
		now->mono_us);
	if (opens_us == INT64_MAX && why != HG_STOP_NONE)
		return why; /* a known moment; what is under way will have settled by then */
	later_of(&why, ret_until_us, opens_us == l->closed_us ? HG_STOP_REFUSED : HG_STOP_EMPTY,
		opens_us, now->mono_us);
	return why;
}

/* -- parking ----------------------------------------------------------------------------------- */

/* Whole seconds from now, rounded up: whoever comes back then finds it open. */
static int64_t seconds_to(int64_t until_us, int64_t now_us)
{
	int64_t s = (until_us - now_us + SEC_US - 1) / SEC_US;

	return s > 0 ? s : 1;
}

/* Says which budget, and when there is some again. */
static void refuse_parked(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_flight *f,
	const struct hg_now *now)
{
	const struct hg_ledger *l = f->ledger;
	const char *alias = l->credential->alias;
	struct hg_ticket_end end = { .code = HG_EAGAIN,
		.status = 429,
		.word = "no_budget",
		.retry_after_s = seconds_to(hg_flight_park(f)->until_us, now->mono_us) };
	char at[21];

	hg_format_time(now->wall_us + end.retry_after_s * SEC_US, at);
	switch ((enum hg_stop)hg_flight_park(f)->why) {
	case HG_STOP_NONE:
	case HG_STOPS:
		HG_BUG_ON("not parked");
		break;
	case HG_STOP_EMPTY:
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"The %s budget of credential %s (%lld) is spent; there is more at %s, "
			"after "
			"the deadline.",
			l->resource, alias, (long long)l->limit, at);
		break;
	case HG_STOP_REFUSED:
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"GitHub says that the %s budget of credential %s is spent; next try at %s, "
			"after the deadline.",
			l->resource, alias, at);
		break;
	case HG_STOP_BLOCKED:
		end.word = "upstream_limited";
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"GitHub asked credential %s to slow down (secondary rate limit); next try "
			"at %s, after the deadline.",
			alias, at);
		break;
	case HG_STOP_CAP:
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"max_requests_per_hour (%lld) of credential %s is reached; next at %s, "
			"after "
			"the deadline.",
			(long long)l->credential->max_per_hour, alias, at);
		break;
	case HG_STOP_RESERVE:
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"Class %s stops at %.0f %% of the %s budget of credential %s, and %lld of "
			"%lld are left; there is more at %s, after the deadline.",
			hg_class_name(f->klass),
			100 * hg_dispatch_reserve(&d->snapshot->dispatch, f->klass), l->resource,
			alias, (long long)hg_ledger_remaining(l), (long long)l->limit, at);
		break;
	}
}

static void unpark(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_ticket *t;

	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->state == HG_TICKET_PARKED)
			hg_ticket_enter(d, t, HG_TICKET_QUEUED, now->mono_us);
	}
}

void hg_dispatcher_park(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	const struct hg_park *park = hg_flight_park(f);
	struct hg_ticket *t;

	if (!park->why) {
		unpark(d, f, now);
		return;
	}
	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->ask.deadline_us <= park->until_us)
			refuse_parked(d, t, f, now);
		else if (t->state == HG_TICKET_QUEUED)
			hg_ticket_enter(d, t, HG_TICKET_PARKED, now->mono_us);
	}
	if (hg_list_is_empty(&f->tickets))
		hg_dispatcher_drop_flight(d, f, now);
}

static void park_list(struct hg_dispatcher *d, struct hg_list *flights, const struct hg_now *now)
{
	struct hg_flight *f;

	HG_LIST_EACH(flights, f, queued)
	{
		hg_dispatcher_park(d, f, now);
	}
}

/* The class stands for that reason from now on; HG_STOP_NONE: it does not. */
static void park_class(struct hg_dispatcher *d, struct hg_ledger *l, unsigned c, enum hg_stop why,
	int64_t until_us, const struct hg_now *now)
{
	struct hg_park *park = &l->parks[c];
	bool is_news = park->why != (int)why || until_us > park->until_us;

	*park = (struct hg_park){ (int)why, until_us };
	if (!is_news)
		return;
	park_list(d, &l->queue.classes[c], now);
	park_list(d, &l->uploads.classes[c], now);
}

static void park_all(struct hg_dispatcher *d, struct hg_ledger *l, enum hg_stop why,
	int64_t until_us, const struct hg_now *now)
{
	for (unsigned c = 0; c < HG_CLASSES; c++)
		park_class(d, l, c, why, until_us, now);
}

/* What stopped all of them does not any more; who stands for a reserve stands on. */
static void unpark_all(struct hg_dispatcher *d, struct hg_ledger *l, const struct hg_now *now)
{
	for (unsigned c = 0; c < HG_CLASSES; c++)
		if (l->parks[c].why != HG_STOP_NONE && l->parks[c].why != HG_STOP_RESERVE)
			park_class(d, l, c, HG_STOP_NONE, 0, now);
}

/* -- pacing ------------------------------------------------------------------------------------ */

static struct hg_strategy_view look(
	const struct hg_ledger *l, enum hg_class klass, const struct hg_now *now)
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
	};
}

static const struct hg_provider *strategy_of(const struct hg_dispatcher *d)
{
	static const struct hg_provider none = { .size = sizeof(none) };
	const struct hg_snapshot *s = d->snapshot;

	return d->strategy < s->n_strategies ? &s->strategies[d->strategy].provider : &none;
}

/* 0: now. Critical and high are never asked about, and neither is a budget nobody knows. */
static int64_t pace_us(
	const struct hg_dispatcher *d, const struct hg_flight *f, const struct hg_now *now)
{
	const struct hg_provider *p = strategy_of(d);
	const struct hg_strategy *s = p->vtable;

	if (!s || f->klass <= HG_CLASS_HIGH || !hg_ledger_is_known(f->ledger))
		return 0;
	struct hg_strategy_view v = look(f->ledger, f->klass, now);
	int64_t wait_us = s->wait_us(p->self, &v);
	return wait_us > 0 ? wait_us : 0;
}

/* A normal or low one goes now: was the budget at its curve or above it already? */
static void note_pace(
	const struct hg_dispatcher *d, const struct hg_flight *f, const struct hg_now *now)
{
	const struct hg_provider *p = strategy_of(d);
	const struct hg_strategy *s = p->vtable;
	struct hg_ledger *l = f->ledger;

	if (!s || f->klass <= HG_CLASS_HIGH || !hg_ledger_is_known(l) || !HG_HAS(s, allowance) ||
		!s->allowance)
		return;
	struct hg_strategy_view v = look(l, f->klass, now);
	if ((double)v.used >= s->allowance(p->self, &v) * (double)v.limit)
		l->last_paced_us = now->mono_us;
}

/* Tickets that will not live to see their turn are told now. True: the flight is gone. */
static bool refuse_paced(
	struct hg_dispatcher *d, struct hg_flight *f, int64_t wait_us, const struct hg_now *now)
{
	const struct hg_ledger *l = f->ledger;
	struct hg_ticket_end end = { .code = HG_EAGAIN,
		.status = 429,
		.word = "no_budget",
		.retry_after_s = seconds_to(wait_us, 0) };
	struct hg_ticket *t;

	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->ask.deadline_us - now->mono_us <= wait_us)
			hg_dispatcher_refuse(d, t, &end, now->mono_us,
				"Class %s is paced: %lld of %lld of the %s budget of credential %s "
				"are left until its reset.",
				hg_class_name(f->klass), (long long)hg_ledger_remaining(l),
				(long long)l->limit, l->resource, l->credential->alias);
	}
	if (!hg_list_is_empty(&f->tickets))
		return false;
	hg_dispatcher_drop_flight(d, f, now);
	return true;
}

/* -- choosing ---------------------------------------------------------------------------------- */

static void wake_by(int64_t *wake_us, int64_t at_us)
{
	if (at_us < *wake_us)
		*wake_us = at_us;
}

/* The first of the queue decides whether the ledger stands: nobody passes it because it asks for
 * less, or it would never have enough. */
static bool is_stopped(struct hg_dispatcher *d, struct hg_ledger *l, const struct hg_flight *first,
	const struct hg_now *now, int64_t *wake_us)
{
	int64_t until_us;
	enum hg_stop why = hg_dispatcher_stop(l, first->cost, now, &until_us);

	if (why == HG_STOP_NONE || until_us == INT64_MAX) {
		unpark_all(d, l, now); /* INT64_MAX: until something settles, and we look again */
		return why != HG_STOP_NONE;
	}
	park_all(d, l, why, until_us, now);
	if (l->queue.n_all || l->uploads.n_all)
		wake_by(wake_us, until_us);
	return true;
}

/* Must it leave what there is to better classes? Then its class stands, ageing or not. */
static bool is_reserved(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now, int64_t *wake_us)
{
	struct hg_ledger *l = f->ledger;
	enum hg_class klass = f->klass;
	double share = hg_dispatch_reserve(&d->snapshot->dispatch, klass);
	int64_t kept = (int64_t)(share * (double)l->limit);
	int64_t opens_us = hg_ledger_spares_us(l, f->cost, kept, now);

	if (opens_us <= now->mono_us || opens_us == INT64_MAX) {
		park_class(d, l, klass, HG_STOP_NONE, 0, now);
		return opens_us > now->mono_us; /* until something settles, and we look again */
	}
	park_class(d, l, klass, HG_STOP_RESERVE, opens_us, now); /* the flight may be gone */
	if (l->queue.n[klass] || l->uploads.n[klass])
		wake_by(wake_us, opens_us);
	return true;
}

/* The one of this queue that may go now, or NULL and the moment when to look again. */
static struct hg_flight *first_ready(struct hg_dispatcher *d, struct hg_ledger *l,
	const struct hg_queue *q, const struct hg_now *now, int64_t *wake_us)
{
	struct hg_flight *firsts[HG_CLASSES];
	unsigned n = hg_queue_order(q, now->mono_us, firsts);

	if (n == 0) {
		if (!l->queue.n_all && !l->uploads.n_all)
			memset(l->parks, 0, sizeof(l->parks));
		return NULL;
	}
	if (is_stopped(d, l, firsts[0], now, wake_us))
		return NULL;
	for (unsigned i = 0; i < n; i++)
		if (is_reserved(d, firsts[i], now, wake_us))
			firsts[i] = NULL;
	for (unsigned i = 0; i < n; i++) {
		if (!firsts[i])
			continue;
		int64_t wait_us = pace_us(d, firsts[i], now);
		if (wait_us == 0)
			return firsts[i];
		if (refuse_paced(d, firsts[i], wait_us, now))
			wait_us = 0; /* the one behind it is to be asked about now */
		wake_by(wake_us, now->mono_us + wait_us);
	}
	return NULL;
}

/* All that may be under way at a site; 0: no limit. */
static int64_t places_of(const struct hg_site *site)
{
	if (site->max_connections <= 0)
		return 0;
	return site->max_connections * (site->is_multiplexed ? HTTP2_STREAMS : 1);
}

/* Clients that send slowly must not have all connections: half of them are for other requests. */
static bool has_upload_place(const struct hg_site *site)
{
	int64_t most = places_of(site);

	return !most || site->n_uploads < (most > 1 ? most / 2 : 1);
}

/* *ret_needs_place: an upload waits for one of the places that uploads may have. */
static struct hg_flight *choose(struct hg_dispatcher *d, struct hg_credential *cred,
	const struct hg_now *now, int64_t *wake_us, bool *ret_needs_place)
{
	struct hg_flight *best = NULL;
	struct hg_ledger *l;
	bool has_place = has_upload_place(cred->site);

	*ret_needs_place = false;
	HG_LIST_EACH(&cred->ledgers, l, link)
	{
		const struct hg_queue *queues[] = { &l->queue, has_place ? &l->uploads : NULL };
		*ret_needs_place |= !has_place && l->uploads.n_all;
		for (unsigned i = 0; i < 2 && queues[i]; i++) {
			struct hg_flight *f = first_ready(d, l, queues[i], now, wake_us);
			if (f && (!best || hg_queue_is_before(f, best, now->mono_us)))
				best = f;
		}
	}
	return best;
}

static void send(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_ledger *l = f->ledger;
	struct hg_ticket *t;

	note_pace(d, f, now);
	hg_queue_take(hg_flight_queue(f), f);
	hg_ledger_take(l, f->cost);
	f->taken = true;
	l->credential->on_wire++;
	l->credential->site->on_wire++;
	f->has_place = f->ask.upload;
	l->credential->site->n_uploads += f->has_place;
	d->on_wire++;
	hg_credential_count(l->credential, now->mono_us);
	if (f->tries++ == 0)
		hg_retry_purse_earn(&d->purse);
	f->state = HG_FLIGHT_SENT;
	f->sent_us = f->moved_us = f->asked_us = now->mono_us;
	f->is_uploading = f->ask.upload;
	f->is_starved = false;
	f->connected = false;
	hg_flight_dress(f);
	HG_LIST_EACH(&f->tickets, t, link)
	{
		hg_ticket_enter(d, t, HG_TICKET_SENT, now->mono_us);
		t->tries++;
		if (f->tries == 1)
			hg_series_observe(d->queue_seconds[t->ask.klass],
				(double)(now->mono_us - t->ask.arrived_us) / 1e6);
	}
	hg_dispatcher_set_due(d, f);
	d->transport.send(d->transport.arg, f);
}

bool hg_dispatcher_has_slot(const struct hg_credential *cred, enum hg_class klass)
{
	const struct hg_site *site = cred->site;
	int64_t most = places_of(site);

	if (!most)
		return true;
	if (klass != HG_CLASS_CRITICAL && most > 2 && !site->is_elsewhere)
		most--;
	return site->on_wire < most;
}

bool hg_dispatcher_send_next(
	struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now)
{
	int64_t wake_us;
	bool needs_place;

	do { /* Also with no slot free: what can not make its deadline is told at once. */
		wake_us = INT64_MAX;
		struct hg_flight *f = choose(d, cred, now, &wake_us, &needs_place);
		if ((!f && !needs_place) || hg_credential_is_busy(cred))
			continue;
		if (f && hg_dispatcher_has_slot(cred, f->klass)) {
			hg_list_remove(&cred->slotless);
			send(d, f, now);
			return true;
		}
		if (hg_list_is_empty(&cred->slotless))
			hg_list_add(&d->slotless, &cred->slotless);
	} while (wake_us <= now->mono_us); /* somebody was told: look who stands there now */
	if (wake_us == INT64_MAX)
		hg_heap_remove(&d->wakes, &cred->wake);
	else
		hg_heap_move(&d->wakes, &cred->wake, wake_us);
	return false;
}
