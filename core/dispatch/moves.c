/*
 * The moves that every part of the dispatcher makes: a ticket's state, a flight into its queue, off
 * the wire, and to its end. It decides nothing.
 */
#include "base/bug.h"
#include "base/trace.h"
#include "dispatch/budget/under_way.h"
#include "dispatch/dispatcher_state.h"
#include "dispatch/errand.h"
#include <stdarg.h>
#include <stdio.h>

#define AFTER(s) (1u << HG_TICKET_##s)

static const unsigned may_follow[HG_TICKET_STATES] = {
	[HG_TICKET_QUEUED] = AFTER(NEW) | AFTER(PARKED) | AFTER(SENT), /* SENT: a retry */
	[HG_TICKET_PARKED] = AFTER(QUEUED), /* no budget before a known moment, or a retry's rest */
	[HG_TICKET_SENT] = AFTER(QUEUED),
	[HG_TICKET_STREAMING] = AFTER(SENT),
	[HG_TICKET_ENDED] = ~AFTER(ENDED), /* a cancel may come at any time */
};

struct hg_park *hg_flight_park(const struct hg_flight *f)
{
	return &f->line->parks[f->klass];
}

/* "behind 12": of one that came; "after 502": of one that is tried again. */
static struct hg_str queued_word(const struct hg_flight *f, enum hg_ticket_state from, char buf[24])
{
	int n = 0;

	if (from == HG_TICKET_SENT && f->was_told)
		n = snprintf(buf, 24, "after %d", f->was_told);
	else if (from == HG_TICKET_SENT)
		n = snprintf(buf, 24, "after no answer");
	else if (from == HG_TICKET_NEW && f->track && hg_flight_queue(f)->n_all > 1)
		n = snprintf(buf, 24, "behind %u", hg_queue_ahead(hg_flight_queue(f), f));
	return (struct hg_str){ buf, n > 0 ? (size_t)n : 0 };
}

static void trace_state(const struct hg_ticket *t, enum hg_ticket_state from, int64_t now_us)
{
	static const enum hg_trace_event events[HG_TICKET_STATES] = {
		[HG_TICKET_QUEUED] = HG_TRACE_QUEUED,
		[HG_TICKET_PARKED] = HG_TRACE_PARKED,
		[HG_TICKET_SENT] = HG_TRACE_SENT,
		[HG_TICKET_STREAMING] = HG_TRACE_STREAMING,
	};
	const struct hg_flight *f = t->flight;
	struct hg_str word = { 0 };
	uint32_t number = 0;
	char buf[24];

	if (t->state == HG_TICKET_QUEUED && f) {
		word = queued_word(f, from, buf);
	} else if (t->state == HG_TICKET_PARKED && f) {
		bool rests = f->state == HG_FLIGHT_RESTING;
		int64_t until_us = rests ? f->due.key : hg_flight_park(f)->until_us;
		number = (uint32_t)((until_us > now_us ? until_us - now_us : 0) / 1000);
		word = hg_str(hg_stop_name(f->waits.why));
	} else if (t->state == HG_TICKET_SENT && f) {
		number = f->tries;
		word = hg_str(f->credential->alias);
	} else if (t->state == HG_TICKET_STREAMING && f && f->head) {
		number = (uint32_t)f->head->status;
	}
	hg_trace(t->trace_key, events[t->state], now_us, number, word);
}

/* True: that is news. */
static bool stand(struct hg_dispatcher *d, struct hg_flight *f, enum hg_stop why, int64_t now_us)
{
	enum hg_stop before = f->waits.why;

	if (!hg_waits_enter(&f->waits, why, now_us))
		return false;
	if (before != HG_STOPS)
		hg_series_add(d->standing[before], -1);
	if (why != HG_STOPS)
		hg_series_add(d->standing[why], 1);
	return true;
}

void hg_flight_stand(struct hg_dispatcher *d, struct hg_flight *f, enum hg_stop why, int64_t now_us)
{
	const struct hg_ticket *t;

	if (!stand(d, f, why, now_us) || why == HG_STOPS)
		return;
	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->trace_key)
			hg_trace(t->trace_key, HG_TRACE_HELD, now_us, 0, hg_str(hg_stop_name(why)));
	}
}

/* What its flight waits for, by the state that one of its tickets enters. */
static void stand_as(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_ticket *t,
	enum hg_ticket_state to, int64_t now_us)
{
	bool rests = f->state == HG_FLIGHT_RESTING;

	if (to == HG_TICKET_PARKED)
		stand(d, f, rests ? HG_STOP_RETRY : (enum hg_stop)hg_flight_park(f)->why, now_us);
	else if (to == HG_TICKET_SENT)
		stand(d, f, HG_STOPS, now_us);
	else if (to == HG_TICKET_QUEUED && f->state <= HG_FLIGHT_RESTING &&
		 (t->state == HG_TICKET_PARKED || f->waits.why == HG_STOPS))
		stand(d, f, HG_STOP_NONE, now_us);
}

/* Its owner may be told why it waited: before head or end are given. */
static void note_wait(const struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_flight *f,
	int64_t now_us)
{
	enum hg_stop why = hg_waits_longest(&f->waits, now_us, &t->waited.us);

	t->waited.tries = t->tries;
	if (t->waited.word)
		return; /* it is refused, and for that */
	t->waited.word = hg_wait_name(why);
	t->waited.about = hg_stop_about(why);
	if (why == HG_STOP_PACE)
		snprintf(t->waited.strategy, sizeof(t->waited.strategy), "%s", hg_pace_name(d, f));
}

static bool waits(enum hg_ticket_state state)
{
	return state == HG_TICKET_QUEUED || state == HG_TICKET_PARKED;
}

/* The only place that changes t->state: count, clock and metric can not disagree with it. */
void hg_ticket_enter(
	struct hg_dispatcher *d, struct hg_ticket *t, enum hg_ticket_state to, int64_t now_us)
{
	enum hg_ticket_state from = t->state;
	struct hg_flight *f = t->flight;

	HG_BUG_ON(!(may_follow[to] & (1u << from)));
	if (from != HG_TICKET_NEW) {
		d->n_in_state[from]--;
		hg_series_add(d->in_state[from], -1);
	}
	if (to != HG_TICKET_ENDED) {
		d->n_in_state[to]++;
		hg_series_add(d->in_state[to], 1);
	}
	d->n_waiting[t->ask.klass] -= waits(from);
	d->n_waiting[t->ask.klass] += waits(to);
	if (f)
		stand_as(d, f, t, to, now_us);
	if (f && (to == HG_TICKET_STREAMING ||
			 (to == HG_TICKET_ENDED && from != HG_TICKET_STREAMING)))
		note_wait(d, t, f, now_us);
	t->state = to;
	t->since_us = now_us;
	if (t->trace_key && to != HG_TICKET_ENDED) /* a plugin's fetch has none; ends say more */
		trace_state(t, from, now_us);
}

/* -- flights ----------------------------------------------------------------------------------- */

void hg_dispatcher_look_at(struct hg_dispatcher *d, struct hg_pool *pool)
{
	if (hg_list_is_empty(&pool->dirty))
		hg_list_add(&d->dirty, &pool->dirty);
}

void hg_dispatcher_look_at_all_of(struct hg_dispatcher *d, struct hg_identity *id)
{
	struct hg_payer *payer;

	HG_LIST_EACH(&id->payers, payer, of_identity)
	{
		hg_dispatcher_look_at(d, payer->pool);
	}
}

void hg_dispatcher_look_at_site(struct hg_dispatcher *d, const struct hg_site *site)
{
	struct hg_pool *pool;

	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		if (pool->site == site && pool->n_flights)
			hg_dispatcher_look_at(d, pool);
	}
}

void hg_dispatcher_set_due(struct hg_dispatcher *d, struct hg_flight *f)
{
	const char *what;
	int64_t due_us = hg_flight_due_us(f, &what);

	if (due_us == INT64_MAX)
		hg_heap_remove(&d->dues, &f->due);
	else
		hg_heap_move(&d->dues, &f->due, due_us);
}

/* Its tickets are QUEUED already, or will be. */
void hg_dispatcher_queue(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_line *line = f->line;

	f->state = HG_FLIGHT_QUEUED;
	if (!line->queue.n[f->klass] && !line->uploads.n[f->klass])
		line->parks[f->klass] = (struct hg_park){ 0 }; /* nobody looked at since */
	hg_queue_put(hg_flight_queue(f), f, now->mono_us);
	hg_dispatcher_look_at(d, f->line->pool);
}

static bool has_before(const struct hg_pool *pool, uint32_t i, const struct hg_identity *id)
{
	while (i > 0)
		if (pool->payers[--i].credential->identity == id)
			return true;
	return false;
}

/* What a pool has of a resource: of all its payers together, until the first of their resets. */
static void put_pool_row(
	struct hg_dispatcher *d, const struct hg_pool *pool, struct hg_str resource)
{
	struct hg_view_row sum = { 0 };

	for (uint32_t i = 0; i < pool->n_payers; i++) {
		struct hg_identity *id = pool->payers[i].credential->identity;
		const struct hg_ledger *l;
		if (has_before(pool, i, id))
			continue; /* two tokens of one user have one budget */
		HG_LIST_EACH(&id->ledgers, l, link)
		{
			if (!hg_ledger_is_known(l) || !hg_str_is(hg_str(l->resource), resource))
				continue;
			sum.limit += l->limit;
			sum.remaining += hg_ledger_remaining(l);
			if (!sum.reset_s || l->reset_s < sum.reset_s)
				sum.reset_s = l->reset_s;
		}
	}
	sum.used = sum.limit - sum.remaining;
	hg_view_put(d->view, pool->scope, resource, &sum);
}

static void put_rows(struct hg_dispatcher *d, const struct hg_identity *id, struct hg_str resource,
	const struct hg_view_row *row, bool is_sum)
{
	const struct hg_payer *payer;

	if (!d->view)
		return;
	HG_LIST_EACH(&id->payers, payer, of_identity)
	{
		const struct hg_pool *pool = payer->pool;
		hg_view_put(d->view, payer->credential->scope, resource, row);
		if (pool->kind != HG_CREDENTIAL_OWN || !pool->is_in_force)
			continue;
		if (is_sum && pool->n_payers > 1)
			put_pool_row(d, pool, resource);
		else
			hg_view_put(d->view, pool->scope, resource, row);
	}
}

void hg_dispatcher_publish_overview(
	struct hg_dispatcher *d, const struct hg_identity *id, uint32_t n, int64_t until_s)
{
	const struct hg_view_row row = { .limit = n, .reset_s = until_s };

	put_rows(d, id, HG_VIEW_OVERVIEW, &row, false);
}

static void set_gauges(struct hg_ledger *l)
{
	const char *alias = l->identity->name, *resource = l->resource;

	if (!l->gauges.limit) {
		l->gauges.limit = hg_core_series(HG_METRIC_BUDGET_LIMIT, alias, resource, NULL);
		l->gauges.remaining =
			hg_core_series(HG_METRIC_BUDGET_REMAINING, alias, resource, NULL);
		l->gauges.reset = hg_core_series(HG_METRIC_BUDGET_RESET, alias, resource, NULL);
	}
	hg_series_set(l->gauges.limit, (double)l->limit);
	hg_series_set(l->gauges.remaining, (double)hg_ledger_remaining(l));
	hg_series_set(l->gauges.reset, (double)l->reset_s);
}

void hg_dispatcher_publish(struct hg_dispatcher *d, struct hg_ledger *l)
{
	if (!hg_ledger_is_known(l))
		return;
	const struct hg_view_row row = { .limit = l->limit,
		.remaining = hg_ledger_remaining(l),
		.used = l->limit - hg_ledger_remaining(l),
		.reset_s = l->reset_s };
	put_rows(d, l->identity, hg_str(l->resource), &row, true);
	if (l->identity->label != l->identity->name)
		return; /* gauges of clients' tokens would all be one series */
	set_gauges(l);
}

/* What its shape takes of GitHub's time. What failed or was given up before it had taken longer
 * than expected says nothing; of a shape that is not known, before GitHub would have ended it. */
static void note_time(struct hg_dispatcher *d, const struct hg_flight *f, int64_t took_us)
{
	int64_t more_than_us =
		f->spend.expected_us ? f->spend.expected_us : HG_UNDER_WAY_MOST_US - 1;

	if (took_us > HG_UNDER_WAY_MOST_US)
		took_us = HG_UNDER_WAY_MOST_US;
	if ((f->head && f->head->status == 200 && took_us >= 0) || took_us > more_than_us)
		hg_shape_costs_note_time(
			d->shapes, f->ask.graphql.shape, f->ask.graphql.points, took_us);
}

void hg_dispatcher_end_spending(
	struct hg_dispatcher *d, struct hg_flight *f, bool counts, int64_t now_us)
{
	struct hg_secondary *s = f->ledger->identity->secondary;

	if (!f->is_spending)
		return;
	/* what an upload's client needs is not GitHub's */
	int64_t took_us = f->is_uploading ? 0 : now_us - f->asked_us;
	f->is_spending = false;
	if (counts && f->ask.graphql.is_read)
		note_time(d, f, took_us);
	if (counts)
		hg_secondary_settle(s, &f->spend, f->sent_us, took_us, now_us);
	else
		hg_secondary_untake(s, &f->spend, f->sent_us);
}

/* One of this client's is over: others of it may have waited for that, wherever they wait. */
static void let_pass(struct hg_dispatcher *d, struct hg_share *share)
{
	struct hg_pool *pool;

	if (hg_list_is_empty(&share->full))
		return;
	hg_queue_let_pass(share);
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		if (pool->n_flights)
			hg_dispatcher_look_at(d, pool);
	}
}

void hg_dispatcher_land(
	struct hg_dispatcher *d, struct hg_flight *f, bool sent, const struct hg_now *now)
{
	struct hg_ledger *l = f->ledger;
	struct hg_site *site = l->identity->site;

	if (f->taken && f->ask.graphql.is_read)
		hg_used_lost(&l->used);
	if (f->taken && sent) /* no head: it may have been counted */
		hg_ledger_settle(l, f->cost, f->cost, NULL, f->sent_us, now, &d->dice);
	else if (f->taken)
		hg_ledger_untake(l, f->cost);
	f->taken = false;
	hg_dispatcher_end_spending(d, f, sent, now->mono_us);
	f->paused = false;
	hg_heap_remove(&d->dues, &f->due);
	HG_BUG_ON(l->identity->on_wire == 0 || f->share->in_flight == 0);
	l->identity->on_wire--;
	site->on_wire--;
	site->n_uploads -= f->has_place;
	f->has_place = false;
	d->on_wire--;
	f->share->in_flight--;
	let_pass(d, f->share);
	hg_dispatcher_look_at_all_of(d, l->identity);
	hg_dispatcher_look_at(d, f->line->pool);
	hg_dispatcher_publish(d, l);
}

/* -- identities that are one ------------------------------------------------------------------- */

/* It is charged where its credential was. */
static void follow(struct hg_flight *f, struct hg_identity *id)
{
	struct hg_ledger *was = f->ledger, *is = hg_identity_ledger(id, hg_str(was->resource));
	struct hg_identity *other = was->identity;

	if (f->taken)
		hg_ledger_move(is, was, f->cost);
	if (f->taken && f->ask.graphql.is_read) {
		hg_used_lost(&was->used);
		hg_used_sent(&is->used, &f->used);
		f->used.was_alone = false;
	}
	if (f->is_spending) {
		hg_secondary_untake(other->secondary, &f->spend, f->sent_us);
		hg_secondary_take(id->secondary, &f->spend, f->sent_us);
	}
	if (f->on_breakers)
		hg_breaker_untake(&other->breaker, f->sent_us); /* what it says is of `id` */
	if (f->state >= HG_FLIGHT_SENT) {
		other->on_wire--;
		id->on_wire++;
	}
	hg_flight_charge(f, f->credential, is);
}

void hg_dispatcher_regroup(struct hg_dispatcher *d, const struct hg_now *now)
{
	struct hg_identity *id, *whose;
	struct hg_ledger *l;
	struct hg_flight *f;

	d->pools.has_joined = false;
	HG_LIST_EACH(&d->flights, f, link)
	{
		if (f->ledger && f->ledger->identity != f->credential->identity)
			follow(f, f->credential->identity);
	}
	HG_LIST_EACH(&d->pools.all_identities, id, link)
	{
		for (whose = id->joined; whose && whose->joined;)
			whose = whose->joined;
		if (whose)
			hg_identity_join(whose, id, now);
	}
	HG_LIST_EACH(&d->pools.all_identities, id, link)
	{
		id->joined = NULL;
		HG_LIST_EACH(&id->ledgers, l, link)
		{
			hg_dispatcher_publish(d, l);
		}
		hg_dispatcher_look_at_all_of(d, id);
	}
}

/* -- ends -------------------------------------------------------------------------------------- */

void hg_dispatcher_end_ticket(
	struct hg_dispatcher *d, struct hg_ticket *t, struct hg_ticket_end *end, int64_t now_us)
{
	const struct hg_flight *f = t->flight;
	bool left = end->code == HG_ECANCELLED && end->status == 0;

	if (f && f->tries) {
		end->waited_us =
			f->sent_us > t->ask.arrived_us ? f->sent_us - t->ask.arrived_us : 0;
		end->upstream_us = now_us - f->sent_us;
	} else {
		end->waited_us = now_us - t->ask.arrived_us;
	}
	hg_series_add(hg_core_series(HG_METRIC_TICKETS_TOTAL, hg_class_name(t->ask.klass),
			      end->code ? end->word : "whole", NULL),
		1);
	hg_list_remove(&t->link);
	hg_list_remove(&t->all);
	hg_heap_remove(&d->deadlines, &t->due);
	hg_ticket_enter(d, t, HG_TICKET_ENDED, now_us);
	if (t->trace_key)
		hg_trace(t->trace_key, HG_TRACE_OVER, now_us, 0,
			hg_str(end->code ? end->word : "whole"));
	t->flight = NULL;
	d->n_tickets--;
	if (!left)
		hg_ticket_give_end(t, end);
	hg_ticket_unref(t);
}

void hg_dispatcher_refuse(struct hg_dispatcher *d, struct hg_ticket *t,
	const struct hg_ticket_end *how, int64_t now_us, const char *fmt, ...)
{
	struct hg_ticket_end end = *how;
	va_list args;

	va_start(args, fmt);
	vsnprintf(end.text, sizeof(end.text), fmt, args);
	va_end(args);
	hg_dispatcher_end_ticket(d, t, &end, now_us);
}

void hg_dispatcher_drop_flight(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	HG_BUG_ON(!hg_list_is_empty(&f->tickets));
	switch (f->state) {
	case HG_FLIGHT_QUEUED:
		hg_queue_take(hg_flight_queue(f), f);
		break;
	case HG_FLIGHT_RESTING:
		break;
	case HG_FLIGHT_SENT:
	case HG_FLIGHT_STREAMING:
	case HG_FLIGHT_DRAINING:
		d->transport.abort(d->transport.arg, f);
		hg_dispatcher_leave_breakers(d, f);
		hg_dispatcher_land(d, f, f->connected, now);
		break;
	}
	if (f->errand)
		hg_errand_free(HG_TAKE(f->errand));
	hg_flight_stand(d, f, HG_STOPS, now->mono_us);
	hg_heap_remove(&d->dues, &f->due);
	hg_coalesce_take(&d->coalesce, f);
	hg_dispatcher_look_at(d, f->line->pool);
	hg_flight_free(f);
}
