/*
 * way - the latest request of an id, put together from its records (ways.h): where its time went.
 *
 *     BEGAN 0.0  QUEUED "behind 3" 0.1  HELD "pace" 1.1  SENT 1 "main" 2.0  QUEUED "after 502" 2.1
 *     PARKED "retry" 2.1  QUEUED 3.0  SENT 2 "main" 3.0  STREAMING 200 3.1  ENDED 200 "ci"
 *
 *     waits  turn 1.0, pace 0.9, retry 0.9        tries  main "502" 0.1, main "200" 0.1
 *
 * Pure.   Thread: any.
 */
#pragma once
#include "host/ways.h"

#define HG_WAY_WAITS_MOST 32
#define HG_WAY_TRIES_MOST 16

struct hg_way_wait {
	struct hg_str why; /* "turn", or a word of dispatch/stop.h */
	int64_t us;
};

struct hg_way_try {
	struct hg_str credential;
	char answer[24]; /* "200", "no answer"; "" = none yet */
	int64_t us;      /* to the head */
};

struct hg_way {
	struct hg_str request, client, cache, joined,
		over; /* borrowed of the records; n 0: not said */
	uint32_t ahead, status;
	bool is_cut, has_ended;
	int64_t began_us, ended_us; /* mono; ended: now, as long as it is under way */
	int64_t waited_us;
	uint32_t n_waits, n_tries;                   /* what is above the most of them is in none */
	struct hg_way_wait waits[HG_WAY_WAITS_MOST]; /* in their order */
	struct hg_way_try tries[HG_WAY_TRIES_MOST];
};

/* False: there is none, or none of that client (p NULL: of anybody's). */
bool hg_way_read(const struct hg_ways *w, struct hg_way *ret);

/* Appends a JSON object. */
void hg_way_add(const struct hg_way *way, struct hg_text *out);
/* Appends JSON strings with commas between: a line each. */
void hg_way_say(const struct hg_way *way, struct hg_text *out);
