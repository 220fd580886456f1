/*
 * Tickets come and go, and moments are due. See dispatcher.h and dispatcher_state.h.
 */
#include "dispatch/dispatcher.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/trace.h"
#include "dispatch/dispatcher_state.h"
#include "dispatch/errand.h"
#include <hg/mem.h>

/* -- coming ------------------------------------------------------------------------------------ */

/* Which of GitHub's buckets: what it named for this route before, else what the path says. */
static struct hg_line *line_for(struct hg_dispatcher *d, const struct hg_ticket *t, int64_t now_us)
{
	const struct hg_ask *ask = &t->ask;
	struct hg_pool *pool = hg_pools_find(&d->pools, ask, t->snapshot);
	const char *learned = hg_site_learned(pool->site, ask->route);

	/* Of a configuration before the newest: it may be a new one, without a token yet. */
	d->wants_care |= pool->kind == HG_CREDENTIAL_OWN && !pool->is_in_force;

	return hg_pool_line(
		pool, learned ? hg_str(learned) : ask->resource, hg_pool_fit(pool, ask, now_us));
}

static struct hg_flight *fly(struct hg_dispatcher *d, struct hg_ticket *t, struct hg_line *line)
{
	const struct hg_ask *ask = &t->ask;
	struct hg_flight *f = hg_flight_new(
		t, line, hg_shares_find(&d->shares, ask->client, ask->share, ask->max_upstream));

	if (ask->strategy.n < sizeof(f->strategy) && ask->strategy.n)
		memcpy(f->strategy, ask->strategy.p, ask->strategy.n);
	if (ask->graphql.is_read)
		f->cost = hg_shape_costs_predict(d->shapes, ask->graphql.shape, f->cost);
	f->keeps = ask->is_safe;
	hg_list_add(&d->flights, &f->link);
	return f;
}

static void join(
	struct hg_dispatcher *d, struct hg_flight *f, struct hg_ticket *t, const struct hg_now *now)
{
	t->flight = f;
	hg_list_add(&f->tickets, &t->link);
	hg_ticket_enter(d, t, HG_TICKET_QUEUED, now->mono_us);
	switch (f->state) {
	case HG_FLIGHT_QUEUED:
		if (t->ask.klass < f->klass) { /* a better class takes the flight with it */
			hg_queue_take(hg_flight_queue(f), f);
			f->klass = t->ask.klass;
			hg_dispatcher_queue(d, f, now);
		}
		if (hg_dispatcher_park(d, f, now))
			(void)hg_dispatcher_refuse_hopeless(d, f, now);
		break;
	case HG_FLIGHT_RESTING:
		if (t->ask.klass < f->klass)
			f->klass = t->ask.klass;
		hg_ticket_enter(d, t, HG_TICKET_PARKED, now->mono_us);
		break;
	case HG_FLIGHT_SENT:
		hg_ticket_enter(d, t, HG_TICKET_SENT, now->mono_us);
		break;
	case HG_FLIGHT_STREAMING:
		hg_ticket_enter(d, t, HG_TICKET_SENT, now->mono_us);
		hg_ticket_enter(d, t, HG_TICKET_STREAMING, now->mono_us);
		hg_heap_remove(&d->deadlines, &t->due);
		hg_dispatcher_give_late(f, t);
		break;
	case HG_FLIGHT_DRAINING:
		HG_BUG_ON("a draining flight has no key");
	}
}

static bool waits(const struct hg_ticket *t)
{
	return t->state == HG_TICKET_QUEUED || t->state == HG_TICKET_PARKED;
}

/* The newest of the worst class that waits, if that is worse than `than`. */
static struct hg_ticket *least_urgent(const struct hg_dispatcher *d, enum hg_class than)
{
	unsigned worst = HG_CLASSES - 1;

	while (worst > than && !d->n_waiting[worst])
		worst--;
	if (worst <= than)
		return NULL; /* who is flooded does not look at all of the flood each time */
	for (struct hg_list *at = d->tickets.prev; at != &d->tickets; at = at->prev) {
		struct hg_ticket *t = HG_CONTAINER(at, struct hg_ticket, all);
		if (waits(t) && t->ask.klass == worst)
			return t;
	}
	return NULL;
}

/* Too many: true when one that is less urgent gave its place to `t`. */
static bool makes_room(struct hg_dispatcher *d, const struct hg_ticket *t,
	const struct hg_ticket_end *how, const struct hg_now *now)
{
	struct hg_ticket *gives = least_urgent(d, t->ask.klass);

	if (!gives)
		return false;
	struct hg_flight *f = gives->flight;
	hg_dispatcher_refuse(d, gives, how, now->mono_us,
		"%u requests wait for GitHub or are under way, and a more urgent one came.",
		d->n_tickets - 1);
	if (hg_list_is_empty(&f->tickets))
		hg_dispatcher_drop_flight(d, f, now);
	return true;
}

void hg_dispatcher_submit(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now)
{
	static const struct hg_ticket_end full = {
		.code = HG_EFULL, .status = 503, .word = "overloaded", .retry_after_s = 1
	};
	static const struct hg_ticket_end late = {
		.code = HG_ETIMEOUT, .status = 504, .word = "queue_timeout", .retry_after_s = -1
	};
	uint8_t key[16];

	d->n_tickets++;
	hg_list_add(&d->tickets, &t->all);
	if ((int64_t)d->n_tickets > d->snapshot->dispatch.max_tickets &&
		!makes_room(d, t, &full, now)) {
		hg_dispatcher_refuse(d, t, &full, now->mono_us,
			"%u requests wait for GitHub or are under way.", d->n_tickets - 1);
		return;
	}
	if (t->ask.deadline_us <= now->mono_us) {
		hg_dispatcher_refuse(d, t, &late, now->mono_us,
			"The deadline had passed before it could be queued.");
		return;
	}
	hg_heap_move(&d->deadlines, &t->due, t->ask.deadline_us);

	struct hg_line *line = line_for(d, t, now->mono_us);
	hg_coalesce_key(&t->ask, t->snapshot, line->pool->scope, key);
	struct hg_flight *f = hg_coalesce_find(&d->coalesce, key);
	if (f) {
		hg_series_add(d->coalesced, 1);
		if (t->trace_key)
			hg_trace(t->trace_key, HG_TRACE_JOINED, now->mono_us, 0, f->ask.id);
		join(d, f, t, now);
		return;
	}
	f = fly(d, t, line);
	memcpy(f->key, key, sizeof(key));
	hg_coalesce_put(&d->coalesce, f);
	hg_dispatcher_queue(d, f, now);
	join(d, f, t, now);
}

/* -- going ------------------------------------------------------------------------------------- */

static bool is_full(struct hg_ticket *t)
{
	pthread_mutex_lock(&t->lock);
	bool full = t->is_full;
	pthread_mutex_unlock(&t->lock);
	return full;
}

/* Goes on when none of its tickets has too much waiting. */
static void unpause(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_ticket *t;

	if (!f->paused)
		return;
	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (is_full(t))
			return;
	}
	f->paused = false;
	f->moved_us = now->mono_us; /* it could not move while it was paused */
	hg_dispatcher_set_due(d, f);
	d->transport.pause(d->transport.arg, f, false);
}

void hg_dispatcher_cancel(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now)
{
	struct hg_ticket_end end = {
		.code = HG_ECANCELLED, .word = "cancelled", .retry_after_s = -1
	};
	struct hg_flight *f = t->flight;

	if (!f)
		return; /* ended, and the owner does not know yet */
	hg_dispatcher_end_ticket(d, t, &end, now->mono_us);
	if (hg_list_is_empty(&f->tickets))
		hg_dispatcher_drop_flight(d, f, now);
	else
		unpause(d, f, now);
}

void hg_dispatcher_resume(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now)
{
	if (t->flight)
		unpause(d, t->flight, now);
}

void hg_dispatcher_feed(struct hg_dispatcher *d, struct hg_ticket *t)
{
	const struct hg_flight *f = t->flight;

	if (f && f->state >= HG_FLIGHT_SENT)
		d->transport.feed(d->transport.arg, t->flight);
}

/* -- what is due ------------------------------------------------------------------------------- */

static bool are_busy(const struct hg_line *line)
{
	for (struct hg_payer *p = hg_line_payer(line, NULL); p; p = hg_line_payer(line, p))
		if (!hg_identity_is_busy(p->credential->identity))
			return false;
	return true;
}

/* It was not the budget: nobody knew in time whether its token is good, or its upstream is back.
 * False: that was known. */
static bool run_out_unready(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now)
{
	struct hg_ticket_end end = { .code = HG_EAGAIN, .status = 503, .retry_after_s = 1 };
	const struct hg_flight *f = t->flight;
	double waited_s = (double)(now->mono_us - t->ask.arrived_us) / 1e6;
	int64_t until_us;
	bool may_settle;
	enum hg_stop why = hg_line_stop(f->line, f->cost, now, &until_us, &may_settle);
	char buf[64];

	if (why != HG_STOP_TOKEN && why != HG_STOP_DOWN)
		return false;
	if (until_us != INT64_MAX && until_us > now->mono_us)
		end.retry_after_s = (until_us - now->mono_us + 999999) / 1000000;
	end.word = why == HG_STOP_TOKEN ? "no_credential" : "upstream_down";
	if (why == HG_STOP_TOKEN)
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"Whether GitHub takes %s was not known within the deadline, %.1f s.",
			hg_line_payers(f->line, buf), waited_s);
	else
		hg_dispatcher_refuse(d, t, &end, now->mono_us,
			"Upstream %s failed several times in a row, and was not back within the "
			"deadline, %.1f s.",
			f->line->pool->site->name, waited_s);
	return true;
}

/* Its turn did not come. With slots free it was the budget that was too small: paced, or held by
 * what is under way. */
static void run_out_queued(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now)
{
	struct hg_ticket_end slots = {
		.code = HG_ETIMEOUT, .status = 504, .word = "queue_timeout", .retry_after_s = 1
	};
	struct hg_ticket_end budget = {
		.code = HG_EAGAIN, .status = 429, .word = "no_budget", .retry_after_s = 1
	};
	const struct hg_line *line = ((struct hg_flight *)t->flight)->line;
	const struct hg_pool *pool = line->pool;
	double waited_s = (double)(now->mono_us - t->ask.arrived_us) / 1e6;
	char buf[64];
	const char *who = hg_line_payers(line, buf);

	if (are_busy(line)) {
		hg_dispatcher_refuse(d, t, &slots, now->mono_us,
			"No free slot within the deadline, %.1f s: as many requests of %s are "
			"under way as may be (max_concurrent).",
			waited_s, who);
		return;
	}
	if (t->ask.upload && !hg_list_is_empty(&pool->slotless)) {
		hg_dispatcher_refuse(d, t, &slots, now->mono_us,
			"No free connection within the deadline, %.1f s: %u uploads are under way "
			"(half of upstream.max_connections are for other requests).",
			waited_s, pool->site->n_uploads);
		return;
	}
	if (!hg_list_is_empty(&pool->slotless) && !hg_site_has_slot(pool->site, t->ask.klass)) {
		hg_dispatcher_refuse(d, t, &slots, now->mono_us,
			"No free connection within the deadline, %.1f s: %u requests are under way "
			"(upstream.max_connections).",
			waited_s, pool->site->on_wire);
		return;
	}
	if (hg_heap_has(&pool->wake) && pool->wake.key > now->mono_us)
		budget.retry_after_s = (pool->wake.key - now->mono_us + 999999) / 1000000;
	hg_dispatcher_refuse(d, t, &budget, now->mono_us,
		"The %s budget of %s did not allow it within the deadline, %.1f s.", line->resource,
		who, waited_s);
}

/* The deadline came before the head. */
static void run_out(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now)
{
	static const struct hg_ticket_end sent = {
		.code = HG_ETIMEOUT, .status = 504, .word = "upstream_timeout", .retry_after_s = -1
	};
	struct hg_flight *f = t->flight;

	if (f->state != HG_FLIGHT_QUEUED)
		hg_dispatcher_refuse(d, t, &sent, now->mono_us,
			"GitHub did not answer within the deadline, %.1f s.",
			(double)(now->mono_us - t->ask.arrived_us) / 1e6);
	else if (!run_out_unready(d, t, now))
		run_out_queued(d, t, now);
	if (hg_list_is_empty(&f->tickets))
		hg_dispatcher_drop_flight(d, f, now);
}

static void run_due_flight(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	const char *what;

	if (f->state == HG_FLIGHT_RESTING) {
		struct hg_ticket *t;
		hg_heap_remove(&d->dues, &f->due);
		HG_LIST_EACH(&f->tickets, t, link)
		{
			hg_ticket_enter(d, t, HG_TICKET_QUEUED, now->mono_us);
		}
		hg_dispatcher_queue(d, f, now);
		(void)hg_dispatcher_park(d, f, now);
		return;
	}
	if (hg_flight_due_us(f, &what) <= now->mono_us)
		hg_dispatcher_time_out(d, f, what, now);
	else
		hg_dispatcher_set_due(d, f); /* bytes came meanwhile */
}

static struct hg_heap_node *due_node(const struct hg_heap *h, int64_t now_us)
{
	struct hg_heap_node *n = hg_heap_first(h);

	return n && n->key <= now_us ? n : NULL;
}

static void forget(void *arg, struct hg_pool *pool)
{
	struct hg_dispatcher *d = arg;

	hg_heap_remove(&d->wakes, &pool->wake);
	for (uint32_t i = 0; i < pool->n_payers; i++) {
		struct hg_credential *cred = pool->payers[i].credential;
		if (cred->n_payers > 1)
			continue;
		hg_heap_remove(&d->chores, &cred->chore); /* it goes with the pool */
		hg_heap_remove(&d->ends, &cred->end);
	}
}

/* One of each pool at a time, those first that wait for a connection, so that one with many
 * queued does not take each that becomes free. */
static void send_in_turns(struct hg_dispatcher *d, const struct hg_now *now)
{
	struct hg_pool *pool;

	for (struct hg_list *at = d->slotless.prev; at != &d->slotless;) {
		pool = HG_CONTAINER(at, struct hg_pool, slotless);
		at = at->prev;
		if (!hg_site_has_slot(pool->site, HG_CLASS_CRITICAL))
			continue;
		hg_list_remove(&pool->slotless);
		hg_list_remove(&pool->dirty);
		hg_list_add_first(&d->dirty, &pool->dirty);
	}
	while ((pool = HG_LIST_FIRST(&d->dirty, struct hg_pool, dirty))) {
		bool sent = hg_dispatcher_send_next(d, pool, now);
		hg_list_remove(&pool->dirty);
		if (sent)
			hg_list_add(&d->dirty, &pool->dirty);
	}
}

int64_t hg_dispatcher_turn(struct hg_dispatcher *d, const struct hg_now *now)
{
	struct hg_heap_node *n;

	if (d->pools.has_joined)
		hg_dispatcher_regroup(d, now);
	while ((n = due_node(&d->deadlines, now->mono_us)))
		run_out(d, HG_CONTAINER(n, struct hg_ticket, due), now);
	while ((n = due_node(&d->dues, now->mono_us)))
		run_due_flight(d, HG_CONTAINER(n, struct hg_flight, due), now);
	if (d->wants_care)
		hg_care_for_all(d, now);
	d->wants_care = false;
	while ((n = due_node(&d->chores, now->mono_us)))
		hg_care_run(d, HG_CONTAINER(n, struct hg_credential, chore), now);
	while ((n = due_node(&d->ends, now->mono_us)))
		hg_care_watch_end(d, HG_CONTAINER(n, struct hg_credential, end), now);
	while ((n = due_node(&d->wakes, now->mono_us))) {
		hg_heap_remove(&d->wakes, n);
		hg_dispatcher_look_at(d, HG_CONTAINER(n, struct hg_pool, wake));
	}
	send_in_turns(d, now);
	hg_pools_trim(&d->pools, forget, d);

	int64_t next_us = hg_dispatcher_measure(d, now);
	const struct hg_heap *heaps[] = { &d->deadlines, &d->dues, &d->wakes, &d->chores,
		&d->ends };
	for (size_t i = 0; i < sizeof(heaps) / sizeof(heaps[0]); i++)
		if ((n = hg_heap_first(heaps[i])) && n->key < next_us)
			next_us = n->key;
	return next_us;
}

/* -- life -------------------------------------------------------------------------------------- */

struct hg_dispatcher *hg_dispatcher_new(
	struct hg_snapshot *s, const struct hg_transport *transport, struct hg_view *view)
{
	struct hg_dispatcher *d = hg_alloc0(sizeof(*d));

	d->snapshot = hg_snapshot_ref(s);
	d->strategy = s->strategy;
	d->transport = *transport;
	d->view = view;
	hg_pools_init(&d->pools);
	hg_pools_adopt(&d->pools, s);
	hg_shares_init(&d->shares);
	hg_coalesce_init(&d->coalesce);
	hg_list_init(&d->tickets);
	hg_list_init(&d->flights);
	hg_list_init(&d->dirty);
	hg_list_init(&d->slotless);
	hg_heap_init(&d->deadlines);
	hg_heap_init(&d->dues);
	hg_heap_init(&d->wakes);
	hg_heap_init(&d->chores);
	hg_heap_init(&d->ends);
	d->shapes = hg_shape_costs_new(HG_SHAPES_MOST);
	d->wants_care = true;
	d->dice.state = hg_hash("dice", 4);
	hg_retry_purse_init(&d->purse);
	for (unsigned i = 0; i < HG_TICKET_STATES; i++)
		d->in_state[i] =
			hg_core_series(HG_METRIC_TICKETS, hg_ticket_state_name(i), NULL, NULL);
	for (unsigned i = 0; i < HG_CLASSES; i++)
		d->queue_seconds[i] =
			hg_core_series(HG_METRIC_QUEUE_SECONDS, hg_class_name(i), NULL, NULL);
	for (unsigned i = 0; i < HG_STOPS; i++)
		d->standing[i] = hg_core_series(
			HG_METRIC_WAITING, hg_wait_name((enum hg_stop)i), NULL, NULL);
	d->coalesced = hg_core_series(HG_METRIC_COALESCED, NULL, NULL, NULL);
	return d;
}

/* Draining flights have no tickets, so flights go first and take theirs with them. */
static void end_all(struct hg_dispatcher *d)
{
	static const struct hg_ticket_end stopping = {
		.code = HG_ECANCELLED, .status = 503, .word = "stopping", .retry_after_s = 5
	};
	const struct hg_now now = { 0 };
	struct hg_flight *f;
	struct hg_ticket *t;

	while ((f = HG_LIST_FIRST(&d->flights, struct hg_flight, link))) {
		while ((t = hg_flight_lead(f)))
			hg_dispatcher_refuse(d, t, &stopping, t->since_us, "hubgate stops.");
		hg_dispatcher_drop_flight(d, f, &now);
	}
}

void hg_dispatcher_free(struct hg_dispatcher *d)
{
	struct hg_credential *cred;
	struct hg_pool *pool;

	if (!d)
		return;
	end_all(d);
	HG_LIST_EACH(&d->pools.all_credentials, cred, link)
	{
		hg_heap_remove(&d->chores, &cred->chore);
		hg_heap_remove(&d->ends, &cred->end);
	}
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		hg_heap_remove(&d->wakes, &pool->wake);
	}
	hg_pools_fini(&d->pools);
	hg_shares_fini(&d->shares);
	hg_coalesce_fini(&d->coalesce);
	hg_heap_fini(&d->deadlines);
	hg_heap_fini(&d->dues);
	hg_heap_fini(&d->wakes);
	hg_heap_fini(&d->chores);
	hg_heap_fini(&d->ends);
	hg_shape_costs_free(d->shapes);
	hg_snapshot_unref(d->snapshot);
	hg_free(d);
}

/* What the old limits hold until a moment, the new ones may not. */
static void let_go_all_of(struct hg_pool *pool)
{
	struct hg_line *line;

	HG_LIST_EACH(&pool->lines, line, link)
	{
		(void)hg_queue_release(&line->queue, INT64_MAX);
		(void)hg_queue_release(&line->uploads, INT64_MAX);
	}
}

void hg_dispatcher_adopt(struct hg_dispatcher *d, struct hg_snapshot *s)
{
	struct hg_snapshot *old = d->snapshot;
	struct hg_pool *pool;

	d->snapshot = hg_snapshot_ref(s);
	d->strategy = s->strategy;
	hg_pools_adopt(&d->pools, s);
	d->wants_care = true;
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		let_go_all_of(pool);
		hg_dispatcher_look_at(d, pool); /* strategy, cap or concurrency may differ */
	}
	hg_snapshot_unref(old);
}

bool hg_dispatcher_set_strategy(struct hg_dispatcher *d, struct hg_str label)
{
	uint32_t i = hg_snapshot_strategy(d->snapshot, label);
	struct hg_pool *pool;

	if (i == d->snapshot->n_strategies)
		return false;
	d->strategy = i;
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		hg_dispatcher_look_at(d, pool);
	}
	return true;
}

void hg_dispatcher_set_news(struct hg_dispatcher *d, const struct hg_news *news)
{
	d->news = *news;
}

void hg_dispatcher_seed(struct hg_dispatcher *d, uint64_t seed)
{
	d->dice.state = seed;
}

uint32_t hg_dispatcher_in_flight(const struct hg_dispatcher *d)
{
	return atomic_load_explicit(&d->on_wire, memory_order_relaxed);
}

/* -- check ------------------------------------------------------------------------------------- */

static void check_flight(const struct hg_flight *f)
{
	bool waits = f->state == HG_FLIGHT_QUEUED || f->state == HG_FLIGHT_RESTING;
	struct hg_ticket *t;

	HG_BUG_ON(waits && hg_list_is_empty(&f->tickets));
	if (f->errand) {
		HG_BUG_ON(!hg_list_is_empty(&f->tickets) || f->state != HG_FLIGHT_SENT);
		HG_BUG_ON(f->errand->flight != f || f->credential->errand != f->errand);
		return;
	}
	HG_BUG_ON((f->state == HG_FLIGHT_DRAINING) != (!waits && hg_list_is_empty(&f->tickets)));
	HG_BUG_ON((f->state == HG_FLIGHT_QUEUED) == hg_list_is_empty(&f->queued));
	HG_BUG_ON(f->taken && f->state != HG_FLIGHT_SENT);
	HG_BUG_ON(f->state == HG_FLIGHT_RESTING && !hg_heap_has(&f->due));
	HG_LIST_EACH(&f->tickets, t, link)
	{
		HG_BUG_ON(t->flight != f);
		HG_BUG_ON(f->state == HG_FLIGHT_SENT && t->state != HG_TICKET_SENT);
		HG_BUG_ON(f->state == HG_FLIGHT_STREAMING && t->state != HG_TICKET_STREAMING);
		HG_BUG_ON(f->state == HG_FLIGHT_RESTING && t->state != HG_TICKET_PARKED);
		HG_BUG_ON(
			f->state == HG_FLIGHT_QUEUED &&
			t->state != (hg_flight_park(f)->why ? HG_TICKET_PARKED : HG_TICKET_QUEUED));
		HG_BUG_ON(hg_heap_has(&t->due) && t->state == HG_TICKET_STREAMING);
		HG_BUG_ON(
			!hg_heap_has(&t->due) && t->state != HG_TICKET_STREAMING && !f->ask.upload);
	}
}

static void check_waiting(const struct hg_dispatcher *d)
{
	uint32_t n[HG_CLASSES] = { 0 };
	const struct hg_ticket *t;

	HG_LIST_EACH(&d->tickets, t, all)
	{
		n[t->ask.klass] += waits(t);
	}
	HG_BUG_ON(memcmp(n, d->n_waiting, sizeof(n)) != 0);
}

void hg_dispatcher_check(const struct hg_dispatcher *d)
{
	uint32_t n = 0, on_wire = 0, per_identity = 0, per_site = 0;
	const struct hg_identity *id;
	const struct hg_site *site;
	const struct hg_flight *f;
	const struct hg_ticket *t;
	const struct hg_pool *pool;
	const struct hg_line *line;

	HG_BUG_ON(d->n_endless > 0);
	HG_LIST_EACH(&d->tickets, t, all)
	{
		HG_BUG_ON(t->state == HG_TICKET_ENDED || t->state == HG_TICKET_NEW || !t->flight);
		n++;
	}
	HG_BUG_ON(n != d->n_tickets);
	check_waiting(d);
	for (unsigned i = 0; i < HG_TICKET_ENDED; i++)
		n -= d->n_in_state[i];
	HG_BUG_ON(n != 0);
	HG_LIST_EACH(&d->flights, f, link)
	{
		check_flight(f);
		on_wire += f->state >= HG_FLIGHT_SENT;
	}
	HG_BUG_ON(on_wire != d->on_wire);
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		HG_LIST_EACH(&pool->lines, line, link)
		{
			hg_queue_check(&line->queue);
			hg_queue_check(&line->uploads);
		}
	}
	HG_LIST_EACH(&d->pools.all_identities, id, link)
	{
		const struct hg_ledger *l;
		HG_LIST_EACH(&id->ledgers, l, link)
		{
			hg_ledger_check(l);
		}
		per_identity += id->on_wire;
	}
	HG_BUG_ON(per_identity != on_wire);
	HG_LIST_EACH(&d->pools.sites.all, site, link)
	{
		HG_BUG_ON(site->n_uploads > site->on_wire);
		per_site += site->on_wire;
	}
	HG_BUG_ON(per_site != on_wire);
}
