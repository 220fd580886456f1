/*
 * stop - why one who waits may not go, and for how long it waited for what.
 *
 *     queued 10:00:00.0  turn       12 are ahead
 *            10:00:01.0  pace       its turn, but the strategy lets one go at a time
 *            10:00:01.9  sent       waited 1.9 s: 1.0 s turn, 0.9 s pace; the longest: pace
 *
 * The turn is told as a reason only when nothing else held it: who stands behind a paced one waits
 * for the pace as well.
 *
 * Pure.   Thread: any.   Clock: given, monotonic.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* id, word, to people after "waited 1.2 s: " */
#define HG_STOP_ROWS(X)                                                       \
	X(NONE, "none", "behind others")                                      \
	X(EMPTY, "empty", "budget spent") /* until the reset */               \
	X(REFUSED, "refused", "GitHub refused: budget spent")                 \
	X(BLOCKED, "blocked", "GitHub asked to slow down")                    \
	X(CAP, "cap", "max_requests_per_hour reached")                        \
	X(TOKEN, "credential", "its token is out, or has to be minted")       \
	X(DOWN, "down", "the upstream keeps failing") /* a breaker is open */ \
	X(BUSY, "busy", "max_concurrent under way")   /* of the identity */   \
	X(RESERVE, "reserve", "the rest is kept for better classes")          \
	X(PACE, "pace", "paced")                    /* by the strategy */     \
	X(LIMIT, "limit", "secondary limit")        /* our model of them */   \
	X(SLOT, "connection", "no connection free") /* of the upstream */     \
	X(RETRY, "retry", "rested before another try")

/* Why one who waits may not go: for all of a line, for a class, for one track of it. */
enum hg_stop {
#define X(id, word, about) HG_STOP_##id,
	HG_STOP_ROWS(X)
#undef X
		HG_STOPS
};

const char *hg_stop_name(enum hg_stop why);  /* "pace"; of HG_STOPS "none" */
const char *hg_wait_name(enum hg_stop why);  /* the same of a wait: NONE is "turn" */
const char *hg_stop_about(enum hg_stop why); /* "paced" */

/* Of one that waits, or has waited. */
struct hg_waits {
	enum hg_stop why; /* HG_STOPS: it does not wait */
	int64_t since_us;
	int64_t us[HG_STOPS]; /* before since_us */
};

void hg_waits_init(struct hg_waits *w);
/* For `why` from now on; HG_STOPS: it does not wait any more. False: it did already. */
bool hg_waits_enter(struct hg_waits *w, enum hg_stop why, int64_t now_us);
/* What it waited for longest, up to now, and for how long. Nothing at all: NONE and 0. */
enum hg_stop hg_waits_longest(const struct hg_waits *w, int64_t now_us, int64_t *ret_us);
