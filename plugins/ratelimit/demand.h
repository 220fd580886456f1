/*
 * demand - how many points one ledger's callers ask for: what is normal, what is now, what comes.
 *
 * Counted by the minute. Two things are learned:
 *
 *     week    points per minute that are normal in each hour of the week (168; the newest week
 *             weighs 30 %, an hour never seen borrows from the same hour of other days)
 *     more    how many more (or less) than normal came: in the last hour, in the last ten minutes
 *
 * Expected is what is normal, and for the next ten minutes as much more as came in the last ten,
 * after that as much more as came in the last hour. So a burst is not taken for a busy day, nor a
 * busy day for a burst:
 *
 *     Tuesday 9:40, 60/min are normal, and from 10:00 on 30/min; for hours 80/min came
 *     ->  until 10:20:  10 x (60 + 20)  +  10 x (60 + 20)  +  20 x (30 + 20)  =  2,600 points
 *     and then, from 9:30 on, 200/min: 98 more in the average of ten minutes, 39 in the hour's
 *     ->  10 x (60 + 98)  +  10 x (60 + 39)  +  20 x (30 + 39)  =  3,950
 *
 * What is counted is what the budget lost: `used` from one sending to the next. So a 304 is
 * nothing, and what others spend of the same budget is demand too.
 *
 * Thread: one at a time.   Clock: given; hours are the wall's (UTC), and a wall that was stepped
 * (it moved by 2 min more or less than the monotonic clock) begins a new hour.
 */
#pragma once
#include <hg/strategy.h>
#include <stdbool.h>

#define DEMAND_HOURS 168

struct demand_conf {
	int64_t level_us;   /* how long "the last hour" is; the last ten minutes are a sixth */
	double week_weight; /* of a week in what is normal */
	int64_t trust_us;   /* watched for this long, it is half trusted */
};

/* Averages of the last minutes, in points per minute. */
struct demand_level {
	double came, normal, urgent; /* urgent: of critical and high */
	uint32_t n;                  /* minutes in it, until there are enough */
};

struct demand {
	uint64_t ledger;
	float week[DEMAND_HOURS]; /* points per minute; < 0: never seen */
	uint32_t minutes;         /* watched; not above DEMAND_MINUTES_MAX */

	/* what follows does not survive a restart */
	int64_t minute; /* of the wall that is being counted; 0: none yet */
	int64_t seen_us, seen_wall_us;
	double points, urgent_points; /* in it */
	struct demand_level fast, slow;
	int64_t fast_us; /* over which `fast` is */
	double hour_points;
	uint32_t hour_minutes;
	int64_t reset_us, used; /* wall, points: when `spent` came last; 0: no window known */
};

#define DEMAND_MINUTES_MAX (10u * 365 * 24 * 60)

void demand_init(struct demand *d, uint64_t ledger);

/* The clock went on. Before each of the functions below. */
void demand_roll(
	struct demand *d, const struct demand_conf *conf, const struct hg_strategy_view *v);
/* `points` were sent; see hg_strategy.spent. */
void demand_spent(struct demand *d, const struct hg_strategy_view *v, uint32_t points);

/* Points from wall_us on, for that long. */
double demand_expected(const struct demand *d, int64_t wall_us, int64_t for_us);
/* µs from wall_us until that many are asked for; INT64_MAX: not within for_us. */
int64_t demand_reaches_us(const struct demand *d, int64_t wall_us, int64_t for_us, double points);
/* The part of demand that is critical or high, 0…1. */
double demand_urgent_share(const struct demand *d);
/* 0…1: half of it for having watched for trust_us, half for hours that were seen in weeks before.
 * `trusted` from 0.5 on. */
double demand_confidence(
	const struct demand *d, const struct demand_conf *conf, int64_t wall_us, int64_t for_us);
