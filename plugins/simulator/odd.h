/*
 * odd - how GitHub was seen to behave although no page of it says so, each by a name of its own.
 *
 * All are off until the option `odd` or POST /_sim/odd names them. "Now and then" is every second
 * or third request by its number, so that a story knows which. README.md says which pitfall of
 * clients each is for.
 *
 * Thread: whoever holds the world's lock.   Clock: c->now.
 */
#pragma once
#include <jansson.h>

#include <hg/abi.h>

#include "limit.h"

enum sim_odd {
	SIM_LYING_REMAINING,
	SIM_LATE_HEADERS,
	SIM_TWO_WINDOWS,
	SIM_RESET_JITTER,
	SIM_RESET_IN_THE_PAST,
	SIM_MISSING_HEADERS,
	SIM_NEGATIVE_REMAINING,
	SIM_HUGE_LIMIT,
	SIM_FULL_RATE_LIMIT,
	SIM_PRIMARY_429,
	SIM_REFUSALS_PROLONG,
	SIM_304_COUNTS,
	SIM_BARE_304,
	SIM_WEAK_ETAGS,
	SIM_FLAPPING_ETAGS,
	SIM_LAST_MODIFIED,
	SIM_NOTIFICATIONS_304,
	SIM_LATE_OBJECTS,
	SIM_LATE_TOKENS,
	SIM_LONG_TOKENS,
	SIM_CLOCK_SKEW,
	SIM_LOST_ANSWERS,
	SIM_GRAPHQL_TIMEOUTS,
	SIM_ODDS,
};

/* SIM_ODDS when there is none of that name. */
enum sim_odd sim_odd_find(const char *name);
/* Those that are on, as an array of names. */
json_t *sim_odds_show(uint32_t odds);

struct sim_call;
struct sim_world;

bool sim_is_odd(const struct sim_world *w, enum sim_odd odd);
/* It is on, and this request is one of every `n`. */
bool sim_is_odd_now(const struct sim_call *c, enum sim_odd odd, uint64_t n);

/* Sets x-ratelimit-… as the budget has them, or as GitHub oddly tells them. */
void sim_odd_budget(struct sim_call *c);
/* Made less than the replication's lag ago: GitHub may not know it yet. */
bool sim_odd_is_too_young(const struct sim_call *c, int64_t created_s);
/* By Last-Modified: sets it, and 304 or 404's false 304 when it was asked for. True: 304. */
bool sim_odd_last_modified(struct sim_call *c);
