/*
 * Who goes next, and who pays: what is stopped stands, normal and low are paced, the rest is sent
 * in order by the payer whose budget would expire first.
 */
#include "base/bug.h"
#include "dispatch/dispatcher_state.h"

#define SEC_US 1000000ll
#define ROUNDS_MORE 1024             /* than there are to be told: for classes that come to stand */
#define LOOK_AGAIN_US SEC_US         /* held by one payer's limit, and another may be free soon */
#define UNKNOWN_RATE (5000.0 / 3600) /* points a second, of a budget that nobody has seen yet */

static void wake_by(int64_t *wake_us, int64_t at_us)
{
	if (at_us < *wake_us)
		*wake_us = at_us;
}

/* -- lines --------------------------------------------------------------------------------------
 */

/* A line stands when nobody could pay for anything; or when what its first one needs is under way
 * and may turn out free: nobody passes that because it asks for less. One that needs more than is
 * left before a known moment waits alone (wait_alone), as others take nothing from it.
 *
 *     20 left, 1 of them under way  ->  one that needs 20 stands, and those that need 1 behind it
 *                     it was free   ->  the one that needs 20 goes
 *                     it was not    ->  19 are left: it waits for the reset, the others go by
 *
 * Why none of the 19 goes meanwhile: whatever it takes, the first one may lack, and then it waits
 * for up to an hour, each time that somebody cheaper comes. What the others wait is an answer: the
 * line sends nothing, so what holds the first one only gets less. (Another line or pool with the
 * same payer may still send, as may an errand; then it stands until that has spent what it needs,
 * or its own deadline.) To count apart what can not turn out free would not help: where one request
 * costs more than another, which is GraphQL, all of them may cost less than predicted. */
static bool is_stopped(struct hg_dispatcher *d, struct hg_line *line, struct hg_flight *first,
	const struct hg_now *now, int64_t *wake_us)
{
	int64_t until_us;
	bool may_settle;
	enum hg_stop why = hg_line_stop(line, 1, now, &until_us, &may_settle);

	if (why == HG_STOP_NONE && first->cost > 1) {
		why = hg_line_stop(line, first->cost, now, &until_us, &may_settle);
		if (!may_settle)
			why = HG_STOP_NONE;
	}
	if (why == HG_STOP_NONE || may_settle)
		hg_dispatcher_unpark_line(d, line, now);
	else
		hg_dispatcher_park_line(d, line, why, until_us, now);
	if (may_settle && why != HG_STOP_NONE)
		hg_flight_stand(d, first, why, now->mono_us);
	if (why != HG_STOP_NONE && hg_line_waiting(line))
		wake_by(wake_us, until_us);
	return why != HG_STOP_NONE;
}

/* -- who pays ---------------------------------------------------------------------------------- */

struct verdict {
	struct hg_payer *payer; /* NULL: nobody */
	enum hg_stop why;
	int64_t until_us; /* mono: when somebody may; INT64_MAX: when something settles */
	bool may_settle;  /* somebody else may sooner, at any time */
	bool has_own;     /* somebody could, but for what is this one's alone: pace or limit */
};

/* Points a second until the reset: what would be lost first is spent first. */
static double urgency(const struct hg_ledger *l, const struct hg_now *now)
{
	int64_t in_us = hg_ledger_resets_in_us(l, now);

	if (!hg_ledger_is_known(l) || in_us <= 0)
		return UNKNOWN_RATE;
	return (double)hg_ledger_remaining(l) / (double)(in_us > SEC_US ? in_us : SEC_US) * SEC_US;
}

static struct verdict who_pays(
	const struct hg_dispatcher *d, const struct hg_flight *f, const struct hg_now *now)
{
	struct verdict v = { .until_us = INT64_MAX };
	double best = -1;

	for (struct hg_payer *p = hg_line_payer(f->line, NULL); p; p = hg_line_payer(f->line, p)) {
		struct hg_ledger *l = hg_payer_ledger(p, f->line);
		int64_t until_us;
		enum hg_stop why = hg_payer_why_not(d, f, p, now, &until_us);
		if (why == HG_STOP_NONE && urgency(l, now) > best) {
			best = urgency(l, now);
			v.payer = p;
			continue;
		}
		v.may_settle |= why != HG_STOP_NONE && until_us == INT64_MAX;
		v.has_own |= why == HG_STOP_PACE || why == HG_STOP_LIMIT;
		if (v.why == HG_STOP_NONE || until_us < v.until_us) {
			v.why = why;
			v.until_us = until_us;
		}
	}
	return v;
}

/* Does that keep others of its class from going as well? */
static bool is_of_all(const struct verdict *v)
{
	return !v->payer && !v->may_settle && !v->has_own;
}

/* What asks for less could go, or waits for its own turn. */
static bool is_too_dear(
	const struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	uint32_t cost = f->cost;

	if (cost <= 1)
		return false;
	f->cost = 1;
	struct verdict of_less = who_pays(d, f, now);
	f->cost = cost;
	return !is_of_all(&of_less);
}

/* -- choosing ---------------------------------------------------------------------------------- */

/* It waits for its own turn, or asks for more than there will be before a known moment: others of
 * its class do not wait for that. True: it is held or gone. */
static bool wait_alone(struct hg_dispatcher *d, struct hg_flight *f, const struct verdict *v,
	const struct hg_now *now, int64_t *wake_us)
{
	hg_dispatcher_park_class(d, f->line, f->klass, HG_STOP_NONE, 0, now);
	if (hg_dispatcher_refuse_late(d, f, v->why, v->until_us - now->mono_us, now))
		return true;
	hg_flight_stand(d, f, v->why, now->mono_us);
	wake_by(wake_us, v->until_us);
	if (v->why == HG_STOP_PACE)
		return false;
	hg_queue_hold(hg_flight_queue(f), f, v->until_us);
	return true;
}

/* What is to be done with the one whose turn it is, when nobody pays for it now. True: it is held
 * or gone, so it is somebody else's turn now. */
static bool wait_for(struct hg_dispatcher *d, struct hg_flight *f, const struct verdict *v,
	const struct hg_now *now, int64_t *wake_us)
{
	struct hg_line *line = f->line;
	enum hg_class klass = f->klass;

	if (v->may_settle) { /* nobody knows when, so nobody is told that it is too late */
		int64_t again_us = now->mono_us + LOOK_AGAIN_US;
		hg_dispatcher_park_class(d, line, klass, HG_STOP_NONE, 0, now);
		wake_by(wake_us, v->until_us);
		hg_flight_stand(d, f, v->why, now->mono_us);
		if (v->why == HG_STOP_LIMIT)
			hg_queue_hold(hg_flight_queue(f), f,
				v->until_us < again_us ? v->until_us : again_us);
		return v->why == HG_STOP_LIMIT;
	}
	if (!is_of_all(v) || is_too_dear(d, f, now))
		return wait_alone(d, f, v, now, wake_us);
	/* Others of the payers could pay, but for better classes. Then its class stands, ageing or
	 * not. */
	hg_dispatcher_park_class(d, line, klass, HG_STOP_RESERVE, v->until_us, now);
	if (line->queue.n[klass] || line->uploads.n[klass])
		wake_by(wake_us, v->until_us);
	return false;
}

/* The one of this queue that may go now, or NULL and the moment when to look again. */
static struct hg_flight *first_ready(struct hg_dispatcher *d, struct hg_line *line,
	struct hg_queue *q, const struct hg_now *now, int64_t *wake_us, struct hg_payer **ret_payer)
{
	struct hg_flight *firsts[HG_BANDS_MOST];
	enum hg_class classes[HG_BANDS_MOST];
	unsigned n, stand; /* bits by class: of these, flights may be gone */

again: /* after each that is held or gone, of which there are as many as there are tracks */
	wake_by(wake_us, hg_queue_release(q, now->mono_us));
	n = hg_queue_order(q, now->mono_us, firsts);
	if (n == 0) {
		if (!hg_line_waiting(line))
			memset(line->parks, 0, sizeof(line->parks));
		return NULL;
	}
	if (is_stopped(d, line, firsts[0], now, wake_us))
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		classes[i] = firsts[i]->klass;
		hg_flight_expect(firsts[i], d->shapes);
	}
	stand = 0;
	for (unsigned i = 0; i < n; i++) {
		if (stand & 1u << classes[i])
			continue;
		struct verdict v = who_pays(d, firsts[i], now);
		if (v.payer) {
			hg_dispatcher_park_class(d, line, classes[i], HG_STOP_NONE, 0, now);
			*ret_payer = v.payer;
			return firsts[i];
		}
		if (wait_for(d, firsts[i], &v, now, wake_us))
			goto again;
		if (line->parks[classes[i]].why)
			stand |= 1u << classes[i];
	}
	return NULL;
}

struct choice {
	struct hg_flight *flight; /* NULL: nobody may go now */
	const struct hg_line *flight_line;
	enum hg_class klass;
	struct hg_payer *payer;
	bool needs_place; /* an upload waits for one of the places that uploads may have */
};

static struct choice choose(
	struct hg_dispatcher *d, struct hg_pool *pool, const struct hg_now *now, int64_t *wake_us)
{
	struct choice best = { 0 };
	struct hg_line *line;
	bool has_place = hg_site_has_upload_place(pool->site);

	HG_LIST_EACH(&pool->lines, line, link)
	{
		struct hg_queue *queues[] = { &line->queue, has_place ? &line->uploads : NULL };
		best.needs_place |= !has_place && line->uploads.n_all;
		for (unsigned i = 0; i < 2 && queues[i]; i++) {
			struct hg_payer *payer = NULL;
			struct hg_flight *f = first_ready(d, line, queues[i], now, wake_us, &payer);
			if (best.flight && best.flight_line == line &&
				line->parks[best.klass].why) {
				best.flight = NULL; /* its class stands since; it may be gone */
				wake_by(wake_us, now->mono_us);
			}
			if (!f ||
				(best.flight && !hg_queue_is_before(f, best.flight, now->mono_us)))
				continue;
			best.flight = f;
			best.flight_line = line;
			best.klass = f->klass;
			best.payer = payer;
		}
	}
	return best;
}

/* It may have no more under way: what it waits with, wherever that is, stops nobody any more. */
static void step_aside(struct hg_dispatcher *d, const struct hg_share *share)
{
	struct hg_pool *pool;

	if (!hg_share_is_full(share) || hg_list_is_empty(&share->lanes))
		return;
	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		if (pool->n_flights)
			hg_dispatcher_look_at(d, pool);
	}
}

void hg_dispatcher_take_off(struct hg_dispatcher *d, struct hg_flight *f, struct hg_payer *payer,
	const struct hg_now *now)
{
	struct hg_ledger *l = hg_payer_ledger(payer, f->line);
	struct hg_identity *id = l->identity;

	hg_flight_charge(f, payer->credential, l);
	hg_ledger_take(l, f->cost);
	f->taken = true;
	if (f->ask.graphql.is_read)
		hg_used_sent(&l->used, &f->used);
	hg_secondary_take(id->secondary, &f->spend, now->mono_us);
	f->is_spending = true;
	f->on_breakers = !f->errand && !f->ask.url.n;
	if (f->on_breakers) {
		(void)hg_breaker_take(&id->site->breaker, now->mono_us);
		(void)hg_breaker_take(&id->breaker, now->mono_us);
	}
	id->on_wire++;
	id->site->on_wire++;
	f->has_place = f->ask.upload;
	id->site->n_uploads += f->has_place;
	d->on_wire++;
	f->share->in_flight++;
	step_aside(d, f->share);
	hg_identity_count(id, now->mono_us);
	hg_dispatcher_look_at_all_of(d, id); /* that may have been the last, wherever they wait */
	f->tries++;
	f->state = HG_FLIGHT_SENT;
	f->sent_us = f->moved_us = f->asked_us = now->mono_us;
	f->is_uploading = f->ask.upload;
	f->is_starved = false;
	f->connected = false;
}

static void send(struct hg_dispatcher *d, struct hg_flight *f, struct hg_payer *payer,
	const struct hg_now *now)
{
	struct hg_ticket *t;

	hg_pace_note(d, f, hg_payer_ledger(payer, f->line), now);
	hg_queue_serve(hg_flight_queue(f), f);
	hg_dispatcher_take_off(d, f, payer, now);
	hg_pace_spent(d, f, now);
	if (f->tries == 1)
		hg_retry_purse_earn(&d->purse);
	hg_flight_dress(f, hg_credential_token(payer->credential, now));
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

bool hg_dispatcher_send_next(
	struct hg_dispatcher *d, struct hg_pool *pool, const struct hg_now *now)
{
	uint32_t rounds = pool->n_flights + ROUNDS_MORE;
	int64_t wake_us;

	do { /* Also with no slot free: what can not make its deadline is told at once. */
		wake_us = INT64_MAX;
		struct choice c = choose(d, pool, now, &wake_us);
		if (!c.flight && !c.needs_place)
			continue;
		if (c.flight && hg_site_has_slot(pool->site, c.flight->klass)) {
			hg_list_remove(&pool->slotless);
			send(d, c.flight, c.payer, now);
			return true;
		}
		if (c.flight)
			hg_flight_stand(d, c.flight, HG_STOP_SLOT, now->mono_us);
		if (hg_list_is_empty(&pool->slotless))
			hg_list_add(&d->slotless, &pool->slotless);
		/* somebody was told, or stands now: look who is the first after that */
	} while (wake_us <= now->mono_us && --rounds);
	if (wake_us <= now->mono_us) { /* who was neither told nor stands is a mistake of ours */
		d->n_endless++;
		wake_us = now->mono_us + LOOK_AGAIN_US;
	}
	if (wake_us == INT64_MAX)
		hg_heap_remove(&d->wakes, &pool->wake);
	else
		hg_heap_move(&d->wakes, &pool->wake, wake_us);
	return false;
}
