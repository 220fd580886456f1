/*
 * stopwatch - how long a plugin's hook took, and what follows.
 *
 *     over hooks.slow (20 ms)    a line in the log with the plugin's name
 *     over hooks.stuck (1 s)     a failure as well (quarantine.h)
 *
 * Thread: any loop.   Clock: the machine's own, not the loop's: a held clock does not make a hook
 * fast.
 */
#pragma once
#include "base/instance.h"

struct hg_stopwatch {
	struct hg_instance *in;
	const char *hook;
	int64_t began_ns;
};

/* in NULL = the core's own work: nothing is timed */
struct hg_stopwatch hg_stopwatch_begin(struct hg_instance *in, const char *hook);
void hg_stopwatch_end(struct hg_stopwatch *w);

/* Another kind of failure: counted, logged, and an optional instance may be left out. `why` is a
 * few words. NULL instance: nothing. */
void hg_instance_fail(struct hg_instance *in, const char *why);

/* Where its clock is at. */
int64_t hg_stopwatch_now_us(void);

/* Where stopwatches read nanoseconds, for tests; NULL = the machine's clock again. */
void hg_stopwatch_set_source(int64_t (*now_ns)(void));
