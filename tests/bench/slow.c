/*
 * slow - a plugin that makes hubgate slower on purpose: proof that a bench would notice.
 *
 * Burns `burn_ns` of processor time in LOOKUP of every request. How many steps that is, start
 * finds out on the thread's own processor time, so somebody else on the CPU does not matter.
 *
 * Thread: fronts.   Only for scripts/bench --slow.
 */
#include <hg/plugin.h>
#include <time.h>

#define TRIAL_STEPS 20000000

struct slow_conf {
	int64_t burn_ns;
};

struct slow {
	uint64_t steps;
};

static const struct hg_option slow_options[] = {
	HG_INT(struct slow_conf, burn_ns, "1000", "0", "1000000", 0,
		"Processor time that every request wastes, in ns."),
	{ 0 },
};

/* Each step waits for the one before, so nothing overlaps and nothing is left out. */
static uint64_t burn(uint64_t steps)
{
	uint64_t x = 1;

	for (uint64_t i = 0; i < steps; i++) {
		x = x * UINT64_C(6364136223846793005) + 1;
		__asm__ volatile("" : "+r"(x));
	}
	return x;
}

static int64_t thread_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int slow_start(void *self, const void *conf, struct hg_err *err)
{
	struct slow *s = self;
	const struct slow_conf *o = conf;
	int64_t began = thread_ns();

	(void)err;
	(void)burn(TRIAL_STEPS);
	double step_ns = (double)(thread_ns() - began) / TRIAL_STEPS;
	s->steps = (uint64_t)((double)o->burn_ns / step_ns);
	return 0;
}

static enum hg_verdict slow_on_lookup(void *self, struct hg_request *r)
{
	struct slow *s = self;

	(void)r;
	(void)burn(s->steps);
	return HG_NEXT;
}

static const struct hg_plugin slow_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "slow",
	.about = "Wastes processor time on purpose.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct slow),
	.conf_size = sizeof(struct slow_conf),
	.options = slow_options,
	.start = slow_start,
	.on_lookup = slow_on_lookup,
};
HG_PLUGIN_EXPORT(slow_plugin)
