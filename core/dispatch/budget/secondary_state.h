/*
 * secondary_state - what is inside a struct hg_secondary, for the two files that are it:
 * secondary.c and secondary_show.c.
 *
 * Thread: dispatcher.
 */
#pragma once
#include "base/list.h"
#include "dispatch/budget/learned.h"
#include "dispatch/budget/secondary.h"
#include "dispatch/budget/under_way.h"
#include "dispatch/budget/window.h"

#define HG_SECONDARY_TICK_US 10000ll /* in which windows count GitHub's time */
#define HG_SECONDARY_NO_WRITE INT64_MIN

/* One of GitHub's counts. */
struct hg_meter {
	struct hg_window window;
	struct hg_learned learned;
};

/* What is counted by route. */
struct hg_pot {
	struct hg_meter points;
	uint32_t average_us; /* of its answers, on the safe side */
	uint32_t in_flight;
};

struct hg_secondary_route {
	struct hg_pot pot;
	struct hg_list link;
	uint32_t n;
	char name[]; /* n bytes and a NUL */
};

/*
 * - a route is in `by_name` and in `used`
 * - `under_way` has as many as are in_flight in all pots
 */
struct hg_secondary {
	struct hg_map *by_name;
	struct hg_list used; /* routes, last used first */
	struct hg_pot graphql, nameless;
	struct hg_meter cpu, cpu_graphql; /* ticks, when they are answered */
	struct hg_meter content_minute, content_hour, mints;
	struct hg_under_way under_way;
	int64_t rest_us, rest_graphql_us; /* answered, less than a tick */
	uint32_t average_us;              /* of all REST answers: the guess for a new route */
	int64_t last_write_us;
	enum hg_secondary_why last_why; /* NONE: GitHub never objected */
	int64_t last_objected_us;
};

/* Limits in the unit of their meters; 0: none. */
static inline uint32_t hg_secondary_points(const struct hg_secondary_conf *conf, bool is_graphql)
{
	return (uint32_t)(is_graphql ? conf->graphql_points : conf->route_points);
}

static inline uint32_t hg_secondary_ticks(int64_t us)
{
	return (uint32_t)((us + HG_SECONDARY_TICK_US - 1) / HG_SECONDARY_TICK_US);
}
