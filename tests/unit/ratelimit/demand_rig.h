/*
 * A ledger of 5,000 an hour whose callers ask for so many points a minute; time is given.
 */
#pragma once
#include "demand.h"

#define SEC INT64_C(1000000)
#define MINUTE (60 * SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define MONDAY (INT64_C(1700438400) * SEC) /* 2023-11-20T00:00:00Z */

static const struct demand_conf by_default = { HOUR, 0.3, 3 * HOUR };

struct ledger {
	struct demand d;
	struct hg_strategy_view v;
};

static inline struct ledger ledger_at(int64_t wall_us)
{
	struct ledger l = { .v = { .size = sizeof(struct hg_strategy_view),
				    .klass = HG_CLASS_NORMAL,
				    .now_us = 5 * HOUR,
				    .limit = 5000,
				    .window_us = HOUR,
				    .resets_in_us = HOUR,
				    .last_paced_at_us = INT64_MIN,
				    .ledger = 1,
				    .wall_us = wall_us } };

	demand_init(&l.d, 1);
	return l;
}

/* The window ends on the hour. */
static inline void pass(struct ledger *l, int64_t us)
{
	int64_t before = l->v.wall_us / HOUR;

	l->v.now_us += us;
	l->v.wall_us += us;
	l->v.resets_in_us = HOUR - l->v.wall_us % HOUR;
	if (l->v.wall_us / HOUR != before)
		l->v.used = 0;
	demand_roll(&l->d, &by_default, &l->v);
}

static inline void spend(struct ledger *l, uint32_t points)
{
	demand_roll(&l->d, &by_default, &l->v);
	l->v.used += points;
	demand_spent(&l->d, &l->v, points);
}

/* At the beginning of each minute. */
static inline void live(struct ledger *l, int minutes, uint32_t per_minute)
{
	for (int i = 0; i < minutes; i++) {
		if (per_minute)
			spend(l, per_minute);
		pass(l, MINUTE);
	}
}

static inline int hour_of(int64_t wall_us)
{
	return (int)(wall_us / HOUR % DEMAND_HOURS);
}
