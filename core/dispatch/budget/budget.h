/*
 * budget - what one identity may still spend of one of GitHub's resources: a ledger.
 *
 * GitHub counts in windows: `limit` points, all handed back at the reset. A ledger believes the
 * lowest `remaining` that it read in this window, minus what is sent and not answered yet:
 *
 *     theirs 3, in flight 2  ->  one may go now; the next waits for an answer
 *     theirs 0, in flight 0  ->  the next waits for the reset
 *
 * What was sent and ended without a word about limits (broken connection, a 502 of the edge, a
 * client that left) is lost: GitHub may have counted it or not. It is held back until the answer
 * to something sent later, whose `remaining` includes it.
 *
 * Merged by window: within one, `theirs` only falls, so a late reply never raises it, and it is
 * never more than what the limit leaves of what we spent ourselves; resets that differ by a few
 * seconds are the same window (GitHub's jitter by 1 or 2 s). A window is over when our clock has
 * passed its reset by a second and some jitter (so that several gateways do not come back in one
 * instant); before that another reset is a window beside it (a token may show two): the lower
 * remaining and the earlier reset are believed. After a reset, until the first head says what there
 * is now, only HG_LEDGER_FEELERS may be under way: others may have spent it. 304 costs nothing by
 * GitHub's own count, so nothing has to be given back for it. Until the first head came at all, the
 * same few find out how much there is. Without limit fields (GHES) nothing stops.
 *
 * It never sleeps and never sends: the dispatcher asks, then waits.
 *
 * Thread: dispatcher.   Clock: given; resets are said on the wall, and kept monotonic.
 */
#pragma once
#include "base/dice.h"
#include "base/list.h"
#include "dispatch/news/news.h"
#include "dispatch/budget/rate.h"
#include "dispatch/budget/shape_cost.h"

struct hg_identity;

#define HG_LEDGER_FEELERS 4

struct hg_ledger {
	/* what GitHub counts */
	char resource[HG_RESOURCE_BYTES];
	int64_t limit;     /* 0: not said */
	int64_t theirs;    /* lowest remaining of this window, 0 … limit */
	int64_t in_flight; /* points taken and not settled */
	struct {
		int64_t points, n, last_us; /* of so many; mono: when the last was lost */
	} lost[2];          /* [0] waits for an answer to be confirmed; [1] came since then */
	int64_t spent;      /* of this window, by us, as far as it was answered */
	int64_t reset_s;    /* Unix, by our clock; 0: no window known. For people: */
	int64_t ends_us;    /* mono: the same moment. Our wall clock may be set meanwhile */
	int64_t jitter_us;  /* of this window, behind the reset */
	int64_t rolled_us;  /* mono: when our clock passed the reset */
	int64_t closed_us;  /* mono: GitHub refused, nothing before this */
	uint32_t n_refused; /* in a row */
	bool heard;         /* a head came */
	bool over;          /* our clock passed reset_s, no head of the new window yet */
	bool made_up;       /* reset_s is our guess: they said none, or nonsense */
	bool was_refused;   /* in this window */

	/* the dispatcher's */
	struct hg_identity *identity; /* whose; borrowed, lives longer */
	struct hg_list link;          /* among the identity's */
	int64_t last_paced_us;        /* hg_strategy_view.last_paced_at_us */
	uint64_t n_sent, n_refusals;
	struct hg_budget_told told;
	struct hg_used used; /* GraphQL's: what one request took */
	struct {
		struct hg_series *limit, *remaining, *reset; /* NULL: not published yet */
	} gauges;
};

void hg_ledger_init(struct hg_ledger *l, struct hg_str resource);
int64_t hg_ledger_window_us(const struct hg_ledger *l); /* 1 h for core, 1 min for search */

/* When may `cost` points go: now->mono_us or earlier = now; INT64_MAX = when something settles. */
int64_t hg_ledger_opens_us(struct hg_ledger *l, uint32_t cost, const struct hg_now *now);

/* The same for whom must leave `kept` points to better classes, when all else allows it. */
int64_t hg_ledger_spares_us(
	struct hg_ledger *l, uint32_t cost, int64_t kept, const struct hg_now *now);

void hg_ledger_take(struct hg_ledger *l, uint32_t cost);   /* before sending */
void hg_ledger_untake(struct hg_ledger *l, uint32_t cost); /* it never left */
/* What was taken of the other is this one's from now on. */
void hg_ledger_move(struct hg_ledger *l, struct hg_ledger *from, uint32_t cost);
/* The answer came, or it never will (`rate` NULL). When it says nothing about limits, up to
 * `spent` points are lost. */
void hg_ledger_settle(struct hg_ledger *l, uint32_t cost, uint32_t spent,
	const struct hg_rate *rate, int64_t sent_us, const struct hg_now *now,
	struct hg_dice *dice);
/* It was no refusal: the doubling of hg_ledger_close begins anew. */
void hg_ledger_forgive(struct hg_ledger *l, int64_t sent_us);
/* GitHub refused: the primary limit. Nothing goes until the reset, or, when the reset they name
 * has passed already, a wait that doubles from 2 s to 1 min. */
void hg_ledger_close(struct hg_ledger *l, const struct hg_rate *rate, const struct hg_now *now,
	struct hg_dice *dice);

/* Both turned out to be one at GitHub: what is known of either holds, the lower remaining and the
 * earlier reset of windows that run beside each other. What is under way of `from` stays its own
 * (hg_ledger_move). */
void hg_ledger_join(struct hg_ledger *l, struct hg_ledger *from, const struct hg_now *now);

bool hg_ledger_is_known(const struct hg_ledger *l);
int64_t hg_ledger_remaining(const struct hg_ledger *l); /* >= 0: theirs less in flight and lost */
int64_t hg_ledger_used(const struct hg_ledger *l);
/* Of the window; <= 0 when it is over or unknown. */
int64_t hg_ledger_resets_in_us(const struct hg_ledger *l, const struct hg_now *now);

void hg_ledger_check(const struct hg_ledger *l); /* HG_BUG_ON a broken invariant */
