#include "base/quarantine.h"

#include <stdio.h>

const struct hg_hook_limits hg_hook_limits_default = {
	.slow_us = 20000,
	.stuck_us = 1000000,
	.failures = 5,
	.within_us = 60000000,
	.out_for_us = 300000000,
};

void hg_quarantine_init(struct hg_quarantine *q)
{
	*q = (struct hg_quarantine){ 0 };
	(void)pthread_mutex_init(&q->lock, NULL);
}

void hg_quarantine_fini(struct hg_quarantine *q)
{
	(void)pthread_mutex_destroy(&q->lock);
}

/* Is the oldest of the last `failures`, this one included, recent enough? */
static bool too_many(
	const struct hg_quarantine *q, const struct hg_hook_limits *limits, int64_t now_us)
{
	uint64_t n = atomic_load_explicit(&q->n_failures, memory_order_relaxed);
	uint64_t wanted = (uint64_t)limits->failures;

	if (wanted == 0 || n < wanted)
		return false;
	return q->failed_at_us[(n - wanted) % HG_FAILURES_MAX] > now_us - limits->within_us;
}

/* Failures of before it was out do not count again. */
static void forget(struct hg_quarantine *q)
{
	for (int i = 0; i < HG_FAILURES_MAX; i++)
		q->failed_at_us[i] = INT64_MIN;
}

bool hg_quarantine_fail(struct hg_quarantine *q, const struct hg_hook_limits *limits,
	const char *why, bool may_go, int64_t now_us)
{
	pthread_mutex_lock(&q->lock);
	uint64_t n = atomic_fetch_add_explicit(&q->n_failures, 1, memory_order_relaxed);
	q->failed_at_us[n % HG_FAILURES_MAX] = now_us;
	(void)snprintf(q->why, sizeof(q->why), "%s", why);

	bool was_out = atomic_load_explicit(&q->until_us, memory_order_relaxed) > now_us;
	bool goes = may_go && !was_out && too_many(q, limits, now_us);
	if (goes) {
		forget(q);
		atomic_fetch_add_explicit(&q->n_times, 1, memory_order_relaxed);
		atomic_store_explicit(
			&q->until_us, now_us + limits->out_for_us, memory_order_relaxed);
	}
	pthread_mutex_unlock(&q->lock);
	return goes;
}

void hg_quarantine_why(struct hg_quarantine *q, char ret_why[96])
{
	pthread_mutex_lock(&q->lock);
	(void)snprintf(ret_why, 96, "%s", q->why);
	pthread_mutex_unlock(&q->lock);
}
