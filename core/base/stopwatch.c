#include "base/stopwatch.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"
#include <stdio.h>
#include <time.h>

static _Atomic(int64_t (*)(void)) source;

static int64_t machine_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t read_ns(void)
{
	int64_t (*other)(void) = atomic_load_explicit(&source, memory_order_relaxed);

	return other ? other() : machine_ns();
}

int64_t hg_stopwatch_now_us(void)
{
	return read_ns() / 1000;
}

void hg_stopwatch_set_source(int64_t (*now_ns)(void))
{
	atomic_store_explicit(&source, now_ns, memory_order_relaxed);
}

struct hg_stopwatch hg_stopwatch_begin(struct hg_instance *in, const char *hook)
{
	return (struct hg_stopwatch){ in, hook, in ? read_ns() : 0 };
}

static bool is_logged(const struct hg_instance *in)
{
	return atomic_load_explicit(&in->log_level, memory_order_relaxed) >= HG_LOG_WARN;
}

static void note_slow(struct hg_instance *in, const char *hook, int64_t us)
{
	atomic_fetch_add_explicit(&in->hook_slow, 1, memory_order_relaxed);
	hg_series_add(in->hook_slow_total, 1);
	if (is_logged(in))
		hg_log_named(in->name, HG_LOG_WARN, "slow hook=%s ms=%lld: it blocks its loop",
			hook, (long long)(us / 1000));
}

static void note_stuck(struct hg_instance *in, const char *hook, int64_t us)
{
	char why[64];

	(void)snprintf(
		why, sizeof(why), "%.24s held its loop for %lld ms", hook, (long long)(us / 1000));
	hg_instance_fail(in, why);
}

void hg_stopwatch_end(struct hg_stopwatch *w)
{
	struct hg_instance *in = w->in;

	if (!in)
		return;
	int64_t ns = read_ns() - w->began_ns;
	int64_t us = ns / 1000;
	atomic_fetch_add_explicit(&in->hook_us, (uint64_t)us, memory_order_relaxed);
	atomic_fetch_add_explicit(&in->hook_calls, 1, memory_order_relaxed);
	hg_series_add(in->hook_seconds, (double)ns / 1e9);
	if (us > in->limits->slow_us)
		note_slow(in, w->hook, us);
	if (us > in->limits->stuck_us)
		note_stuck(in, w->hook, us);
}

void hg_instance_fail(struct hg_instance *in, const char *why)
{
	struct hg_loop *loop = hg_loop_self();

	if (!in)
		return;
	hg_series_add(in->failures_total, 1);
	if (is_logged(in))
		hg_log_named(in->name, HG_LOG_WARN, "failed: %s", why);
	if (!hg_quarantine_fail(&in->quarantine, in->limits, why, in->is_optional,
		    loop ? hg_loop_now(loop).mono_us : 0))
		return;
	hg_series_add(hg_core_series(HG_METRIC_PLUGIN_OUT, in->name, NULL, NULL), 1);
	hg_log_named(in->name, HG_LOG_ERROR, "taken out for %lld s: it failed %lld times in %lld s",
		(long long)(in->limits->out_for_us / 1000000), (long long)in->limits->failures,
		(long long)(in->limits->within_us / 1000000));
}
