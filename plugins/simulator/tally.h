/*
 * tally - what was spent within the latest minute or hour, to the microsecond.
 *
 * GitHub does not say how its windows begin. This one slides: what was added counts until exactly
 * one window later, so whoever obeys it obeys every window of that length.
 *
 *     add 5 at 0 s, 1 at 30 s; window 60 s  ->  6 at 59 s, 1 at 60 s, 0 at 90 s
 *
 * It grows with the additions of one window; those who add are refused at a limit, so that bounds
 * it.
 *
 * Thread: whoever holds the world's lock.   Clock: given, monotonic.
 */
#pragma once
#include <hg/abi.h>

struct sim_tally {
	int64_t sum;
	struct sim_spent *spent; /* a ring, oldest at `first`; owned */
	uint32_t first, n, cap;
};

/* Forgets what is a window old, and returns the rest's sum. */
int64_t sim_tally_sum(struct sim_tally *t, int64_t window_us, int64_t now_us);
/* Adding 0 is nothing. `now_us` is never before that of the call before. */
void sim_tally_add(struct sim_tally *t, int64_t amount, int64_t now_us);
void sim_tally_fini(struct sim_tally *t);
