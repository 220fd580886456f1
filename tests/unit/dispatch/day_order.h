/*
 * day_order - who may not have been passed: the rules of queue.h once more, written for looking
 * back at a choice, and slow.
 *
 * A flight that waits could go when it is not held, its client is not at its max_upstream, and one
 * of the payers of its line has the budget, the reserve, the pace, the secondary limits and the
 * slot for it. Of those that could,
 *
 *     order_check_sent     none of a better class (ageing counted) stood in the line of the one
 *                          that is sent, and no class of it as a whole had aged past that
 *     order_check_rest     nobody of critical or high is left when a turn is over
 *
 * Requests of one line may cost more than others; whoever asks for less does not pass, so all are
 * looked at as if they cost what the dearest does.
 */
#pragma once
#include "rig.h"
#include "dispatch/budget/secondary_state.h"

#define LOOK_MOST 48u /* flights of a class that are looked at */

/* `sent`: the one that is being sent, which this ledger let go a moment ago by its own strategy;
 * NULL: none. */
static inline bool order_is_paced(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_ledger *l, const struct hg_flight *sent, const struct hg_now *now)
{
	if (sent && sent->ledger == l && sent->klass >= f->klass &&
		!strcmp(sent->strategy, f->strategy))
		return false;
	return hg_pace_us(d, f, l, now) > 0;
}

static inline bool order_payer_could(const struct hg_dispatcher *d, const struct hg_flight *f,
	struct hg_ledger *l, uint32_t cost, const struct hg_flight *sent, const struct hg_now *now)
{
	const struct hg_secondary_conf *conf = &d->snapshot->secondary;
	struct hg_secondary *s = l->identity->secondary;
	int64_t until_us;

	return !hg_identity_is_busy(l->identity) &&
	       hg_ledger_stop(l, cost, now, &until_us) == HG_STOP_NONE &&
	       hg_ledger_spares_us(l, cost, hg_pace_kept(d, l, f->klass), now) <= now->mono_us &&
	       !order_is_paced(d, f, l, sent, now) &&
	       hg_secondary_opens_us(s, conf, &f->spend, now->mono_us, NULL) <= now->mono_us;
}

static inline bool order_could_go(const struct hg_dispatcher *d, const struct hg_flight *f,
	uint32_t cost, const struct hg_flight *sent, const struct hg_now *now)
{
	int64_t until_us;

	if (hg_queue_is_held(f, &until_us) || hg_share_is_full(f->share))
		return false;
	for (struct hg_payer *p = hg_line_payer(f->line, NULL); p; p = hg_line_payer(f->line, p))
		if (order_payer_could(d, f, hg_payer_ledger(p, f->line), cost, sent, now))
			return true;
	return false;
}

/* As queue.h says it, not as queue.c does. */
static inline int64_t order_rank(const struct hg_flight *f, int64_t now_us)
{
	int64_t rank = (int64_t)f->klass - (now_us - f->queued_us) / (30 * SEC);

	if (f->klass <= HG_CLASS_HIGH)
		return f->klass;
	return rank > HG_CLASS_HIGH ? rank : HG_CLASS_HIGH;
}

/* -- when one is sent -------------------------------------------------------------------------- */

/* As it was before the one that is being sent was booked. Returns when the last write went. */
static inline int64_t order_undo(struct hg_flight *f, int64_t now_us)
{
	struct hg_identity *id = f->ledger->identity;
	int64_t last_write_us = id->secondary->last_write_us;

	hg_ledger_untake(f->ledger, f->cost);
	hg_secondary_untake(id->secondary, &f->spend, now_us);
	if (f->spend.is_write)
		id->secondary->last_write_us = HG_SECONDARY_NO_WRITE;
	id->on_wire--;
	f->share->in_flight--;
	return last_write_us;
}

static inline void order_redo(struct hg_flight *f, int64_t last_write_us, int64_t now_us)
{
	struct hg_identity *id = f->ledger->identity;

	hg_ledger_take(f->ledger, f->cost);
	f->ledger->n_sent--;
	hg_secondary_take(id->secondary, &f->spend, now_us);
	id->secondary->last_write_us = last_write_us;
	id->on_wire++;
	f->share->in_flight++;
}

static inline bool order_is_seen(
	const struct hg_flight *const *seen, unsigned n, const struct hg_flight *f)
{
	for (unsigned i = 0; i < n; i++)
		if (seen[i]->share == f->share && !strcmp(seen[i]->strategy, f->strategy))
			return true;
	return false;
}

/* Whosever turn it is in another class: could it go, and does it go before `f`? Which client's that
 * is, is not known here, so it must hold for the oldest of each. */
static inline bool order_all_before(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_queue *q, unsigned c, uint32_t cost, const struct hg_now *now)
{
	const struct hg_flight *seen[LOOK_MOST], *w;
	int64_t until_us, sent = order_rank(f, now->mono_us);
	unsigned n = 0;

	if (q->n[c] > LOOK_MOST)
		return false;
	HG_LIST_EACH(&q->classes[c], w, queued)
	{
		int64_t rank = order_rank(w, now->mono_us);
		if (hg_queue_is_held(w, &until_us) || hg_share_is_full(w->share) ||
			order_is_seen(seen, n, w))
			continue;
		if (rank > sent || (rank == sent && w->queued_us >= f->queued_us) ||
			!order_could_go(d, w, cost, f, now))
			return false;
		seen[n++] = w;
	}
	return n > 0;
}

static inline bool order_one_could(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_queue *q, unsigned c, uint32_t cost, const struct hg_now *now)
{
	const struct hg_flight *w;
	unsigned n = 0;

	HG_LIST_EACH(&q->classes[c], w, queued)
	{
		if (order_could_go(d, w, cost, f, now))
			return true;
		if (++n == LOOK_MOST)
			break;
	}
	return false;
}

/* In hg_transport.send. `dearest`: the most that one of this line may cost. */
static inline void order_check_sent(const struct hg_dispatcher *d, struct hg_flight *f,
	uint32_t dearest, const struct hg_now *now)
{
	const struct hg_queue *q = &f->line->queue;
	int64_t rank = order_rank(f, now->mono_us);

	if (q->n_all == 0)
		return;
	int64_t last_write_us = order_undo(f, now->mono_us);
	for (unsigned c = 0; c < HG_CLASSES; c++) {
		if (q->n[c] == 0 || c == (unsigned)f->klass)
			continue;
		if ((int64_t)c < rank && order_one_could(d, f, q, c, dearest, now))
			fail_msg("a %s one was sent, and a %s one waited", hg_class_name(f->klass),
				hg_class_name((enum hg_class)c));
		if (order_all_before(d, f, q, c, dearest, now))
			fail_msg("a %s one was sent, and %s ones had aged past it",
				hg_class_name(f->klass), hg_class_name((enum hg_class)c));
	}
	order_redo(f, last_write_us, now->mono_us);
}

/* -- when a turn is over ----------------------------------------------------------------------- */

static inline void order_check_rest(const struct hg_dispatcher *d, const struct hg_line *line,
	uint32_t dearest, const struct hg_now *now)
{
	const struct hg_flight *f;
	int64_t until_us;

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		unsigned n = 0;
		HG_LIST_EACH(&line->queue.classes[c], f, queued)
		{
			assert_false(hg_queue_is_held(f, &until_us) && until_us <= now->mono_us);
			if (c <= HG_CLASS_HIGH && order_could_go(d, f, dearest, NULL, now))
				fail_msg("a %s one could go, and nobody sends it",
					hg_class_name((enum hg_class)c));
			if (++n == LOOK_MOST)
				break;
		}
	}
}
