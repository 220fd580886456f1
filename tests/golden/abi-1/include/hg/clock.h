/*
 * clock - the moment of this loop turn.
 *
 * A loop reads the clock once per turn; all that happens in the turn happens at that moment,
 * and nobody else reads it. Intervals (timeouts, ages, deadlines) use mono_us; what GitHub
 * dates (resets, Retry-After dates) uses wall_us. Under a held or scaled clock both follow it.
 */
#pragma once
#include "abi.h"

struct hg_now {
	int64_t mono_us; /* since an arbitrary start; never goes back */
	int64_t wall_us; /* since 1970-01-01T00:00:00Z; may be stepped */
};

/* The moment of the calling loop's turn. Thread: one of hubgate's loops. */
HG_API struct hg_now hg_now(void);
