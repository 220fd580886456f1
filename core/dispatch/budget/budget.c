#include "dispatch/budget/budget.h"
#include "base/bug.h"
#include "ticket/github_route.h"

#define SEC_US 1000000ll
#define SAME_WINDOW_US (10 * SEC_US) /* resets closer than this are one window */
#define PAST_US (5 * SEC_US)         /* a first reset further back than this is nonsense */
#define GUARD_US SEC_US              /* GitHub's windows roll up to a second late */
#define JITTER_US SEC_US             /* and not all gateways at once */
#define LOST_US (2 * SEC_US)         /* what was lost arrives within this, or not at all */
#define LOST_SLACK 8                 /* requests: of more than this not all were counted */
#define REFUSED_WAIT_MOST_US (60 * SEC_US)

void hg_ledger_init(struct hg_ledger *l, struct hg_str resource)
{
	*l = (struct hg_ledger){ .last_paced_us = INT64_MIN, .closed_us = INT64_MIN };
	HG_BUG_ON(resource.n >= sizeof(l->resource));
	memcpy(l->resource, resource.p, resource.n);
	hg_list_init(&l->link);
}

int64_t hg_ledger_window_us(const struct hg_ledger *l)
{
	return hg_github_window_us(hg_str(l->resource));
}

bool hg_ledger_is_known(const struct hg_ledger *l)
{
	return l->limit > 0;
}

static int64_t reserved(const struct hg_ledger *l)
{
	return l->in_flight + l->lost[0].points + l->lost[1].points;
}

int64_t hg_ledger_remaining(const struct hg_ledger *l)
{
	return l->theirs > reserved(l) ? l->theirs - reserved(l) : 0;
}

int64_t hg_ledger_used(const struct hg_ledger *l)
{
	return l->limit - l->theirs + reserved(l);
}

int64_t hg_ledger_resets_in_us(const struct hg_ledger *l, const struct hg_now *now)
{
	return l->reset_s == 0 || l->over ? 0 : l->ends_us - now->mono_us;
}

/* When this window is taken to be over. */
static int64_t over_at_us(const struct hg_ledger *l)
{
	return l->ends_us + GUARD_US + l->jitter_us;
}

/* Our clock passed the reset: all is there again, until GitHub says otherwise. */
static void roll(struct hg_ledger *l, const struct hg_now *now)
{
	if (l->reset_s == 0 || l->over || now->mono_us < over_at_us(l))
		return;
	l->over = true;
	l->rolled_us = now->mono_us;
	l->theirs = l->limit;
	l->spent = 0;
	l->was_refused = false;
}

int64_t hg_ledger_opens_us(struct hg_ledger *l, uint32_t cost, const struct hg_now *now)
{
	roll(l, now);
	if (l->closed_us > now->mono_us)
		return l->closed_us;
	if (!l->heard)
		return l->in_flight < HG_LEDGER_FEELERS ? now->mono_us : INT64_MAX;
	if (!hg_ledger_is_known(l))
		return now->mono_us;

	int64_t points = cost < l->limit ? cost : l->limit; /* or it could never go */

	if (l->over && l->in_flight >= HG_LEDGER_FEELERS)
		return INT64_MAX;
	if (l->theirs - reserved(l) >= points)
		return now->mono_us;
	if (l->in_flight && (l->theirs >= points || l->over))
		return INT64_MAX; /* what is under way holds the rest; some of it may turn out free
		                   */
	if (l->over || (l->theirs >= points && l->lost[0].n + l->lost[1].n > LOST_SLACK))
		return now->mono_us; /* only what was lost holds it: one at a time finds out */
	return over_at_us(l);
}

int64_t hg_ledger_spares_us(
	struct hg_ledger *l, uint32_t cost, int64_t kept, const struct hg_now *now)
{
	int64_t points = cost < l->limit ? cost : l->limit;

	roll(l, now);
	if (!hg_ledger_is_known(l) || kept <= 0)
		return now->mono_us;
	if (kept > l->limit - points)
		kept = l->limit - points; /* or it could never go */
	if (l->theirs - reserved(l) - points >= kept)
		return now->mono_us;
	if (l->theirs - points >= kept || l->over) /* some of it may turn out free */
		return l->in_flight ? INT64_MAX : now->mono_us;
	return over_at_us(l);
}

void hg_ledger_take(struct hg_ledger *l, uint32_t cost)
{
	l->in_flight += cost;
	l->n_sent++;
}

void hg_ledger_untake(struct hg_ledger *l, uint32_t cost)
{
	l->in_flight -= cost;
	HG_BUG_ON(l->in_flight < 0);
}

void hg_ledger_move(struct hg_ledger *l, struct hg_ledger *from, uint32_t cost)
{
	hg_ledger_untake(from, cost);
	from->n_sent--;
	hg_ledger_take(l, cost);
}

static void set_end(struct hg_ledger *l, int64_t reset_s, const struct hg_now *now)
{
	l->reset_s = reset_s;
	l->ends_us = now->mono_us + (reset_s * SEC_US - now->wall_us);
}

static void begin_window(struct hg_ledger *l, int64_t remaining, int64_t reset_s, bool made_up,
	const struct hg_now *now, struct hg_dice *dice)
{
	set_end(l, reset_s, now);
	l->theirs = remaining;
	l->made_up = made_up;
	l->over = false;
	l->was_refused = false;
	l->jitter_us = hg_dice_below(dice, JITTER_US);
}

/* Same window: `theirs` falls or stays. */
static bool go_on(
	struct hg_ledger *l, const struct hg_rate *r, int64_t sent_us, const struct hg_now *now)
{
	if (l->over && sent_us < l->rolled_us)
		return false; /* sent before the reset, answered after: of one that is gone */
	if (l->over) {
		/* Sent after the reset, and GitHub still counts in the old window: its clock is
		 * behind ours. Believe it, and look again in a second. */
		l->over = false;
		set_end(l, now->wall_us / SEC_US + 1, now);
	} else if (r->reset_s > l->reset_s) {
		set_end(l, r->reset_s, now);
	}
	if (r->remaining < l->theirs)
		l->theirs = r->remaining;
	return true;
}

/* False: it is about another window than the one that runs now. */
static bool read_window(struct hg_ledger *l, const struct hg_rate *r, int64_t sent_us,
	const struct hg_now *now, struct hg_dice *dice)
{
	int64_t in_us = r->reset_s * SEC_US - now->wall_us;
	int64_t later_us = now->mono_us + in_us - l->ends_us;
	int64_t window_us = hg_ledger_window_us(l);
	bool is_open = l->reset_s != 0 && !l->over;
	/* The first word about a window that lies in the past is a clock gone wrong. */
	bool is_nonsense = r->reset_s == 0 || in_us > 2 * window_us + SAME_WINDOW_US ||
	                   (in_us < -PAST_US && (l->reset_s == 0 || l->made_up));

	if (is_nonsense && is_open) {
		if (r->remaining < l->theirs)
			l->theirs = r->remaining;
	} else if (is_nonsense) {
		begin_window(l, r->remaining, (now->wall_us + window_us) / SEC_US, true, now, dice);
	} else if (l->made_up && is_open) {
		int64_t lowest = r->remaining < l->theirs ? r->remaining : l->theirs;
		begin_window(l, lowest, r->reset_s, false, now, dice);
	} else if (!is_open && (l->reset_s == 0 || later_us > SAME_WINDOW_US)) {
		begin_window(l, r->remaining, r->reset_s, false, now, dice);
	} else if (later_us > SAME_WINDOW_US) {
		if (r->remaining < l->theirs) /* another one beside ours */
			l->theirs = r->remaining;
	} else if (later_us >= -SAME_WINDOW_US) {
		return go_on(l, r, sent_us, now);
	} else if (is_open && in_us > 0) { /* another one beside ours, that ends before it */
		set_end(l, r->reset_s, now);
		if (r->remaining < l->theirs)
			l->theirs = r->remaining;
	} else {
		return false; /* late, of an older one */
	}
	return true;
}

/* Nobody knows whether GitHub counted it. */
static void lose(struct hg_ledger *l, uint32_t points, int64_t now_us)
{
	int into = l->lost[0].points != 0;

	if (!points)
		return;
	l->lost[into].points += points;
	l->lost[into].n++;
	l->lost[into].last_us = now_us;
}

/* An answer to what was sent after they were lost: its `remaining` includes them. Two lots, so
 * that a steady trickle of losses does not keep the first of them waiting for ever. */
static void confirm_lost(struct hg_ledger *l, int64_t sent_us)
{
	if (l->lost[0].points == 0 || sent_us < l->lost[0].last_us + LOST_US)
		return;
	l->lost[0] = l->lost[1];
	l->lost[1].points = l->lost[1].n = 0;
}

void hg_ledger_settle(struct hg_ledger *l, uint32_t cost, uint32_t spent,
	const struct hg_rate *rate, int64_t sent_us, const struct hg_now *now, struct hg_dice *dice)
{
	hg_ledger_untake(l, cost);
	roll(l, now);
	if (!rate || !rate->is_known) {
		l->heard |= rate != NULL;
		if (hg_ledger_is_known(l))
			lose(l, spent, now->mono_us);
		return;
	}
	l->heard = true;
	l->limit = rate->limit;
	if (l->theirs > l->limit)
		l->theirs = l->limit;
	bool was_open = !l->over;
	if (read_window(l, rate, sent_us, now, dice) && (was_open || sent_us >= l->rolled_us))
		l->spent += spent;
	if (!l->over && l->theirs > l->limit - l->spent)
		l->theirs = l->spent < l->limit ? l->limit - l->spent : 0;
	confirm_lost(l, sent_us);
}

void hg_ledger_forgive(struct hg_ledger *l, int64_t sent_us)
{
	if (sent_us >= l->closed_us)
		l->n_refused = 0;
}

void hg_ledger_close(struct hg_ledger *l, const struct hg_rate *rate, const struct hg_now *now,
	struct hg_dice *dice)
{
	int64_t reset_us = rate->reset_s * SEC_US + GUARD_US;
	int64_t wait_us = reset_us - now->wall_us;

	l->was_refused = true;
	l->n_refusals++;
	if (rate->reset_s == 0 || wait_us <= 0) {
		wait_us = 2 * SEC_US;
		for (uint32_t n = l->n_refused; n > 0 && wait_us < REFUSED_WAIT_MOST_US; n--)
			wait_us *= 2;
		if (wait_us > REFUSED_WAIT_MOST_US)
			wait_us = REFUSED_WAIT_MOST_US;
	}
	l->n_refused++;
	int64_t until_us = now->mono_us + wait_us + hg_dice_below(dice, JITTER_US);
	if (until_us > l->closed_us)
		l->closed_us = until_us;
}

/* -- two that are one -------------------------------------------------------------------------- */

static void take_window(struct hg_ledger *l, const struct hg_ledger *from)
{
	l->limit = from->limit;
	l->theirs = from->theirs;
	l->spent = from->spent;
	l->reset_s = from->reset_s;
	l->ends_us = from->ends_us;
	l->jitter_us = from->jitter_us;
	l->rolled_us = from->rolled_us;
	l->over = from->over;
	l->made_up = from->made_up;
	l->was_refused |= from->was_refused;
}

/* Both are open. */
static void join_window(struct hg_ledger *l, const struct hg_ledger *from)
{
	int64_t later_us = from->ends_us - l->ends_us;

	if (later_us >= -SAME_WINDOW_US && later_us <= SAME_WINDOW_US)
		l->spent += from->spent;
	if (later_us < 0) {
		l->reset_s = from->reset_s;
		l->ends_us = from->ends_us;
	}
	if (from->theirs < l->theirs)
		l->theirs = from->theirs;
	if (l->theirs > l->limit - l->spent)
		l->theirs = l->spent < l->limit ? l->limit - l->spent : 0;
	l->was_refused |= from->was_refused;
}

static void join_lost(struct hg_ledger *l, const struct hg_ledger *from)
{
	for (int i = 0; i < 2 && from->lost[i].points; i++) {
		int into = l->lost[0].points != 0;
		l->lost[into].points += from->lost[i].points;
		l->lost[into].n += from->lost[i].n;
		if (from->lost[i].last_us > l->lost[into].last_us)
			l->lost[into].last_us = from->lost[i].last_us;
	}
}

void hg_ledger_join(struct hg_ledger *l, struct hg_ledger *from, const struct hg_now *now)
{
	roll(l, now);
	roll(from, now);
	join_lost(l, from);
	l->n_sent += from->n_sent;
	l->n_refusals += from->n_refusals;
	from->n_sent = from->n_refusals = 0;
	if (from->closed_us > l->closed_us) {
		l->closed_us = from->closed_us;
		l->n_refused = from->n_refused;
	}
	if (from->last_paced_us > l->last_paced_us)
		l->last_paced_us = from->last_paced_us;
	l->heard |= from->heard;
	if (!hg_ledger_is_known(from))
		return;
	if (!hg_ledger_is_known(l) || (l->over && !from->over))
		take_window(l, from);
	else if (!from->over)
		join_window(l, from);
}

void hg_ledger_check(const struct hg_ledger *l)
{
	HG_BUG_ON(l->in_flight < 0 || l->lost[0].points < 0 || l->lost[1].points < 0);
	HG_BUG_ON(l->lost[1].points && !l->lost[0].points);
	HG_BUG_ON(l->limit < 0 || l->theirs < 0 || l->theirs > l->limit);
	HG_BUG_ON(l->over && l->reset_s == 0);
	HG_BUG_ON(hg_ledger_is_known(l) && !l->heard);
}
