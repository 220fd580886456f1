#include "host/host_inside.h"

#include "base/bug.h"
#include "base/hash.h"
#include "base/instance.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/workers.h"
#include "base/text.h"
#include "dispatch/news/news.h"
#include "host/banner.h"
#include "ticket/fetch.h"
#include <hg/mem.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define HOST_MAILBOX_ROOM 20000u
#define EVENTS_ROOM 10000u
#define POOL_ROOM 10000u

void hg_host_enter(struct hg_host *h, enum hg_host_state to)
{
	HG_BUG_ON((int)to <= atomic_load(&h->state) && to != HG_HOST_STARTING);
	atomic_store(&h->state, to);
}

/* -- calls on other loops ---------------------------------------------------------------------- */

struct loop_call {
	struct hg_host *host;
	struct hg_worker *worker;
	struct hg_fds *fds;
	struct hg_err err;
};

static void make_dispatch(void *arg)
{
	struct loop_call *c = arg;

	hg_trace_bind(c->host->traces[c->host->n_fronts]);
	c->host->dispatch = hg_dispatch_new(
		c->host->dispatcher.loop, &c->host->setup->snapshot, c->host->view, &c->err);
	if (c->host->dispatch)
		hg_dispatch_set_news(
			c->host->dispatch, &(struct hg_news){ hg_bus_tell, c->host->bus });
}

static void begin_dispatch(void *arg)
{
	struct hg_host *h = arg;

	hg_dispatch_begin(h->dispatch);
}

static void free_dispatch(void *arg)
{
	struct hg_host *h = arg;

	hg_dispatch_free(h->dispatch);
	h->dispatch = NULL;
}

static void listen_on(struct hg_front *f, const struct hg_setup *s, const struct hg_fds *fds)
{
	for (uint32_t i = 0; i < s->snapshot.n_listeners; i++) {
		if (fds->fd[i] >= 0)
			hg_front_listen(f, fds->fd[i], i);
	}
}

static void make_front(void *arg)
{
	struct loop_call *c = arg;
	struct hg_host *h = c->host;

	hg_trace_bind(h->traces[c->worker - h->fronts]);
	c->worker->front = hg_front_new(
		c->worker->loop, &h->setup->snapshot, hg_dispatch_port(h->dispatch), h->view);
	listen_on(c->worker->front, h->setup, c->fds);
}

static void free_front(void *arg)
{
	struct hg_worker *w = arg;

	hg_front_free(w->front);
	w->front = NULL;
}

/* -- start ------------------------------------------------------------------------------------- */

static void make_loops(struct hg_host *h)
{
	char name[24];

	hg_worker_init(&h->dispatcher, h->clock, HG_THREAD_DISPATCHER, "dispatch");
	for (uint32_t i = 0; i < h->n_fronts; i++) {
		snprintf(name, sizeof(name), "front-%u", i);
		hg_worker_init(&h->fronts[i], h->clock, HG_THREAD_FRONT, name);
	}
	for (uint32_t i = 0; i < h->n_fronts + 1; i++)
		h->traces[i] = hg_trace_ring_new((uint32_t)h->setup->config->main.trace_records);
}

static int start_dispatch(struct hg_host *h, struct hg_err *err)
{
	struct loop_call c = { .host = h, .err = HG_ERR_INIT };

	hg_worker_start(&h->dispatcher);
	for (uint32_t i = 0; i < h->n_fronts; i++)
		hg_worker_start(&h->fronts[i]);
	hg_loop_call(h->dispatcher.loop, make_dispatch, &c);
	if (!h->dispatch)
		return hg_err_set(err, HG_EINVAL, "upstream: %s", c.err.text);
	hg_fetch_bind(hg_dispatch_port(h->dispatch), hg_host_current);
	return 0;
}

static void start_fronts(struct hg_host *h, struct hg_fds *fds)
{
	for (uint32_t i = 0; i < h->n_fronts; i++) {
		struct loop_call c = { .host = h, .worker = &h->fronts[i], .fds = &fds[i] };
		hg_loop_call(h->fronts[i].loop, make_front, &c);
	}
	if (!h->setup->config->has_admin)
		return;
	h->admin = hg_front_new(h->loop, &h->setup->snapshot, NULL, h->view);
	listen_on(h->admin, h->setup, &fds[h->n_fronts]);
}

/* Sockets, dispatcher, plugins, fronts: in this order, so that what fails has met no client. */
static int start(struct hg_host *h, struct hg_err *err)
{
	struct hg_fds *fds = hg_alloc((h->n_fronts + 1) * sizeof(*fds));
	struct hg_setup *s = h->setup;
	int rc = hg_inherited_find(&h->inherited, err);

	if (rc >= 0)
		rc = hg_host_open_access_log(s, NULL, err);
	if (rc >= 0)
		rc = hg_host_open(h, s, fds, err);
	if (rc >= 0) {
		hg_host_point_at_simulator(h, s);
		rc = start_dispatch(h, err);
		if (rc >= 0)
			rc = hg_host_wake(h, s, NULL, err);
		if (rc < 0)
			hg_host_close(h, s, fds);
	}
	if (rc >= 0) {
		hg_inherited_drop_rest(&h->inherited);
		start_fronts(h, fds);
		hg_loop_call(h->dispatcher.loop, begin_dispatch, h);
	}
	hg_free(fds);
	return rc;
}

static void say_ready(struct hg_host *h)
{
	struct hg_text text;

	if (h->setup->config->unsupported.n)
		HG_LOG(HG_LOG_CONFIG, HG_LOG_WARN, "set but not supported yet, and not used: %s",
			h->setup->config->unsupported.p);
	HG_LOG(HG_LOG_HOST, HG_LOG_INFO, "started version=%s fronts=%u plugins=%u pid=%d",
		HG_VERSION, h->n_fronts, h->setup->n, (int)getpid());
	hg_series_set(hg_core_series(HG_METRIC_BUILD, HG_VERSION, NULL, NULL), 1);
	hg_text_init(&text);
	hg_banner_print(h, &text);
	fputs(text.p ? text.p : "", stdout);
	fflush(stdout);
	hg_text_fini(&text);
}

static void begin(struct hg_message *m)
{
	struct hg_host *h = HG_CONTAINER(m, struct hg_host, begin);
	struct hg_err err = HG_ERR_INIT;

	hg_workers_start((unsigned)h->setup->config->main.offload_threads, POOL_ROOM);
	if (start(h, &err) < 0) {
		fprintf(stderr, "hubgate: %s\n", err.text);
		h->exit_status = 1;
		hg_loop_stop(h->loop);
		return;
	}
	hg_host_enter(h, HG_HOST_READY);
	say_ready(h);
	hg_notify_ready(&h->notify, h->generation, false);
	h->watchdog = hg_watchdog_new(h);
}

/* -- drain ------------------------------------------------------------------------------------- */

struct hg_drained { /* a front's word that its last connection is gone */
	struct hg_message message;
	struct hg_host *host;
};

static void on_drained(struct hg_message *m)
{
	struct hg_host *h = HG_CONTAINER(m, struct hg_drained, message)->host;

	if (--h->n_draining == 0)
		hg_loop_stop(h->loop);
}

static void tell_drained(void *arg)
{
	struct hg_drained *d = arg;

	d->message.run = on_drained;
	hg_loop_post_reserved(d->host->loop, &d->message);
}

struct drain_call {
	struct hg_front *front;
	struct hg_drained *drained;
};

static void drain_front(void *arg)
{
	struct drain_call *c = arg;

	hg_front_drain(c->front, tell_drained, c->drained);
}

static void on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct hg_host *h = arg;

	(void)fd;
	(void)what;
	HG_LOG(HG_LOG_HOST, HG_LOG_WARN, "requests under way were cut: drain_timeout is over");
	hg_loop_stop(h->loop);
}

static void drain(struct hg_host *h)
{
	int64_t limit_us = h->setup->config->main.drain_timeout_us;
	struct timeval limit = { limit_us / 1000000, limit_us % 1000000 };

	hg_host_enter(h, HG_HOST_DRAINING);
	hg_notify_stopping(&h->notify);
	HG_LOG(HG_LOG_HOST, HG_LOG_INFO, "stopping: answering what is under way");
	h->limit = event_new(hg_loop_base(h->loop), -1, 0, on_limit, h);
	HG_BUG_ON(!h->limit || event_add(h->limit, &limit) != 0);
	h->n_draining = h->n_fronts;
	h->drained = hg_alloc0(h->n_fronts * sizeof(*h->drained));
	for (uint32_t i = 0; i < h->n_fronts; i++) {
		struct drain_call c = { h->fronts[i].front, &h->drained[i] };
		c.drained->host = h;
		hg_loop_call(h->fronts[i].loop, drain_front, &c);
	}
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct hg_host *h = arg;

	(void)what;
	if (number == SIGHUP)
		(void)hg_host_reload(h, HG_RELOAD_SIGNAL);
	else if (number == SIGUSR1)
		hg_host_reopen_access_log(h);
	else if (atomic_load(&h->state) == HG_HOST_READY)
		drain(h);
	else
		hg_loop_stop(h->loop); /* a second one: at once */
}

static void watch_signals(struct hg_host *h)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

	(void)signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 4; i++) {
		h->signals[i] = evsignal_new(hg_loop_base(h->loop), numbers[i], on_signal, h);
		HG_BUG_ON(!h->signals[i] || event_add(h->signals[i], NULL) != 0);
	}
}

/* -- the end ----------------------------------------------------------------------------------- */

/* Lets messages run until the last setup is gone; a reference that never comes back costs 5 s. */
static void wait_for_setups(struct hg_host *h)
{
	const struct timespec pause = { 0, 1000000 };

	for (int i = 0; h->n_setups > 0 && i < 5000; i++) {
		if (!hg_loop_turn(h->loop))
			(void)nanosleep(&pause, NULL);
	}
	if (h->n_setups > 0)
		HG_LOG(HG_LOG_HOST, HG_LOG_ERROR, "ended with %u configurations still in use",
			h->n_setups);
}

static void take_down(struct hg_host *h)
{
	struct hg_setup *s = h->setup;
	bool woken = h->n_setups > 0;

	hg_host_enter(h, HG_HOST_ENDING);
	hg_watchdog_stop(h->watchdog);
	for (uint32_t i = 0; i < h->n_fronts; i++) {
		if (h->fronts[i].front)
			hg_loop_call(h->fronts[i].loop, free_front, &h->fronts[i]);
	}
	hg_front_free(h->admin);
	h->admin = NULL;
	hg_host_unbind_all(h);
	hg_inherited_close(&h->inherited);
	if (h->dispatch)
		hg_loop_call(h->dispatcher.loop, free_dispatch, h);
	hg_host_enter_setup(h, NULL);
	hg_host_watch_secrets(h);
	if (woken)
		hg_snapshot_unref(&s->snapshot);
	else
		hg_setup_free(s);
	wait_for_setups(h);
	hg_workers_stop();
	for (uint32_t i = 0; i < h->n_fronts; i++)
		hg_worker_stop(&h->fronts[i]);
	hg_worker_stop(&h->dispatcher);
	while (hg_loop_turn(h->loop))
		;
}

static void free_host(struct hg_host *h)
{
	for (uint32_t i = 0; i < h->n_fronts; i++)
		hg_worker_fini(&h->fronts[i]);
	hg_worker_fini(&h->dispatcher);
	for (int i = 0; i < 4; i++)
		event_free(h->signals[i]);
	if (h->limit)
		event_free(h->limit);
	for (uint32_t i = 0; i < h->n_fronts + 1; i++)
		hg_trace_ring_free(h->traces[i]);
	hg_watchdog_free(h->watchdog);
	hg_free(h->drained);
	hg_bus_free(h->bus);
	hg_loop_free(h->loop);
	hg_view_free(h->view);
	hg_clock_free(h->clock);
	hg_text_fini(&h->last_receipt);
	hg_free(h);
}

static struct hg_clock *make_clock(const struct hg_host_wish *wish)
{
	struct timespec mono, wall;

	switch (wish->clock) {
	case HG_CLOCK_REAL:
		return hg_clock_new_real();
	case HG_CLOCK_SCALED:
		return hg_clock_new_scaled(wish->speed);
	case HG_CLOCK_HELD:
		break;
	}
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	return hg_clock_new_held((struct hg_now){
		mono.tv_sec * 1000000ll + mono.tv_nsec / 1000, wall.tv_sec * 1000000ll });
}

static bool prepare(struct hg_host *h)
{
	struct hg_faults faults;

	hg_faults_init(&faults);
	struct hg_setup *s = hg_host_prepare(h, NULL, &faults);
	hg_faults_print(&faults, stderr);
	hg_faults_fini(&faults);
	if (!s)
		return false;
	hg_metrics_set_limit((uint32_t)s->config->main.max_series);
	h->n_fronts = s->config->workers;
	hg_host_enter_setup(h, s);
	hg_host_watch_secrets(h);
	return true;
}

void hg_host_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int hg_host_run(const struct hg_host_wish *wish)
{
	struct hg_host *h = hg_alloc0(sizeof(*h));
	uint8_t key[16];

	HG_BUG_ON(getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key));
	hg_hash_seed(key);
	hg_host_raise_descriptors();
	h->wish = *wish;
	hg_notify_init(&h->notify);
	hg_list_init(&h->setups);
	hg_text_init(&h->last_receipt);
	h->clock = make_clock(wish);
	h->began = hg_clock_read(h->clock);
	h->loop = hg_loop_new(h->clock, HG_THREAD_HOST, "host", HOST_MAILBOX_ROOM);
	h->bus = hg_bus_new(h->loop, h->clock, EVENTS_ROOM);
	hg_loop_enter(h->loop);
	if (!prepare(h)) {
		hg_bus_free(h->bus);
		hg_loop_free(h->loop);
		hg_clock_free(h->clock);
		hg_free(h);
		return 1;
	}
	h->view = hg_view_new();
	make_loops(h);
	watch_signals(h);
	h->begin.run = begin;
	hg_loop_post_reserved(h->loop, &h->begin);
	hg_loop_run(h->loop);
	take_down(h);

	int status = h->exit_status;
	if (status == 0)
		HG_LOG(HG_LOG_HOST, HG_LOG_INFO, "stopped");
	free_host(h);
	return status;
}
