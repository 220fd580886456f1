/*
 * quarantine - an instance that keeps failing is left out for a while, so that it harms nobody.
 *
 *     hooks:
 *       failures: 5         five failures …
 *       within: 1min        … in one minute, of an instance that is optional:
 *       out_for: 5min       its hooks are not called for five minutes, then it may try again
 *
 * A failure is a hook that held its loop longer than `stuck`, or that gave no usable verdict.
 * Requests that began before, or met it before this was known, go on with it to their end, and
 * those that began while it was out never meet it (front/when.h): a hook that saw LOOKUP sees DONE.
 *
 * Thread: any. Asking costs one relaxed load; failures are counted under a leaf lock.
 * Clock: monotonic, the caller's.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define HG_FAILURES_MAX 64

struct hg_hook_limits {   /* `hooks:` */
	int64_t slow_us;  /* a hook over it is logged by its plugin's name */
	int64_t stuck_us; /* … and over this is a failure */
	int64_t failures; /* 1…HG_FAILURES_MAX; 0: nobody is ever left out */
	int64_t within_us;
	int64_t out_for_us;
};

extern const struct hg_hook_limits hg_hook_limits_default;

struct hg_quarantine {
	_Atomic int64_t until_us; /* 0: never was out. Constant `out_for` before it, it began */
	_Atomic uint64_t n_failures, n_times;
	pthread_mutex_t lock;                  /* of what follows */
	int64_t failed_at_us[HG_FAILURES_MAX]; /* a ring, the latest ones */
	char why[96];                          /* the last one */
};

void hg_quarantine_init(struct hg_quarantine *q);
void hg_quarantine_fini(struct hg_quarantine *q);

/* One failure more. True: it is out from now on, and was not before; only if it may go. */
bool hg_quarantine_fail(struct hg_quarantine *q, const struct hg_hook_limits *limits,
	const char *why, bool may_go, int64_t now_us);

/* Was it out at that moment, as far as is known now? */
static inline bool hg_quarantine_held(
	const struct hg_quarantine *q, const struct hg_hook_limits *limits, int64_t at_us)
{
	int64_t until_us = atomic_load_explicit(&q->until_us, memory_order_relaxed);

	return until_us && at_us < until_us && at_us > until_us - limits->out_for_us;
}

/* The last failure's reason; "" when there was none. */
void hg_quarantine_why(struct hg_quarantine *q, char ret_why[96]);
