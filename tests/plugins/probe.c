/*
 * probe - asks GitHub from a timer, again and again, and cancels in stop what is under way.
 *
 *     GET /probe    {"sent":…,"ended":…}: how many this instance sent, and how many of them ended
 *
 * Its fetches begin before a reload and end after it: on_done of each still comes, and writes to
 * self.
 *
 * Thread: host.
 */
#include <hg/plugin.h>
#include <stdatomic.h>
#include <stdio.h>

struct probe {
	struct hg_timer *timer;
	struct hg_fetch *fetch; /* NULL: none under way */
	_Atomic unsigned n_sent, n_ended;
};

static void on_done(void *self, void *arg, const struct hg_fetched *got)
{
	struct probe *p = self;

	(void)arg;
	p->fetch = NULL;
	atomic_fetch_add(&p->n_ended, 1);
	if (got->err_code == HG_ECANCELLED)
		hg_log(self, HG_LOG_INFO, "cancelled");
	else
		hg_timer_set(p->timer, 100000);
}

static void on_time(void *self, void *arg)
{
	struct probe *p = self;

	(void)arg;
	p->fetch = hg_fetch_new(self, "GET", "/repos/octo-org/slow");
	atomic_fetch_add(&p->n_sent, 1);
	hg_fetch_send(p->fetch, on_done, NULL);
}

static int start(void *self, const void *conf, struct hg_err *err)
{
	struct probe *p = self;

	(void)conf;
	(void)err;
	p->timer = hg_timer_new(self, on_time, NULL);
	hg_timer_set(p->timer, 0);
	return 0;
}

static void stop(void *self)
{
	struct probe *p = self;

	if (p->fetch)
		hg_fetch_cancel(p->fetch);
	hg_timer_free(p->timer);
}

static enum hg_verdict on_request(void *self, struct hg_request *r)
{
	struct probe *p = self;
	char text[64];
	int n = snprintf(text, sizeof(text), "{\"sent\":%u,\"ended\":%u}", atomic_load(&p->n_sent),
		atomic_load(&p->n_ended));

	hg_reply_text(r, 200, "application/json", (struct hg_str){ text, (size_t)n });
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/probe", .on_request = on_request, .about = "Counts." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "probe",
	.about = "Asks GitHub from a timer.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct probe),
	.routes = routes,
	.start = start,
	.stop = stop,
};
HG_PLUGIN_EXPORT(table)
