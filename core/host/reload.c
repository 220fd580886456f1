#include "host/host_inside.h"

#include "base/bug.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/stopwatch.h"
#include "base/text.h"
#include "host/explain.h"
#include "host/receipt.h"
#include <errno.h>
#include <hg/mem.h>
#include <stdio.h>

/* Setups: how a new one is made beside the old, and how the old one ends. */

void hg_faults_log(const struct hg_faults *faults)
{
	for (uint32_t i = 0; i < faults->n; i++) {
		struct hg_text line;
		hg_text_init(&line);
		hg_fault_print(&faults->items[i], &line);
		if (faults->items[i].is_warning)
			HG_LOG(HG_LOG_CONFIG, HG_LOG_WARN, "%s", line.p);
		else
			HG_LOG(HG_LOG_CONFIG, HG_LOG_ERROR, "%s", line.p);
		hg_text_fini(&line);
	}
}

/* -- the end of a setup ------------------------------------------------------------------------ */

struct thread_call {
	struct hg_setup *setup;
	struct hg_loop *loop;
	uint32_t n; /* of setup->order, that have their thread_start on this loop */
	struct hg_err err;
	int rc;
};

static void stop_on_loop(void *arg)
{
	struct thread_call *c = arg;

	while (c->n > 0) {
		struct hg_instance *in = c->setup->instances[c->setup->order[--c->n]];
		if (in->table->thread_stop)
			in->table->thread_stop(in->self, hg_thread_self());
	}
}

static void start_on_loop(void *arg)
{
	struct thread_call *c = arg;

	for (; c->n < c->setup->n; c->n++) {
		struct hg_instance *in = c->setup->instances[c->setup->order[c->n]];
		if (!in->table->thread_start)
			continue;
		int64_t began_us = hg_stopwatch_now_us();
		c->rc = in->table->thread_start(in->self, hg_thread_self(), &c->err);
		c->setup->took_us[in->index] += hg_stopwatch_now_us() - began_us;
		if (c->rc < 0) {
			hg_err_wrap(&c->err, "plugin %s: thread_start on %s", in->name,
				hg_loop_name(c->loop));
			stop_on_loop(c);
			return;
		}
	}
}

struct hg_loop *hg_host_loop(const struct hg_host *h, uint32_t i)
{
	if (i == 0)
		return h->loop;
	return i == 1 ? h->dispatcher.loop : h->fronts[i - 2].loop;
}

static void stop_threads(struct hg_host *h, struct hg_setup *s, uint32_t n_loops)
{
	while (n_loops > 0) {
		struct hg_loop *loop = hg_host_loop(h, --n_loops);
		struct thread_call c = { .setup = s, .loop = loop, .n = s->n };
		hg_loop_call(loop, stop_on_loop, &c);
	}
}

static bool has_pending(const struct hg_setup *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (atomic_load(&s->instances[i]->n_pending))
			return true;
	}
	return false;
}

static bool has_fetches(const struct hg_setup *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (atomic_load(&s->instances[i]->n_fetches))
			return true;
	}
	return false;
}

/* Looks again soon: in real time, whatever the clock. */
static void again(struct hg_setup *s, void (*look)(evutil_socket_t fd, short what, void *setup))
{
	const struct timeval soon = { 0, 5000 };
	const struct hg_host *h = s->host;

	HG_BUG_ON(event_base_once(hg_loop_base(h->loop), -1, EV_TIMEOUT, look, s, &soon) != 0);
}

/* Everything is stopped. A fetch of one of its instances still ends by on_done, and what stop
 * posted still runs. */
static void release(evutil_socket_t fd, short what, void *setup)
{
	struct hg_setup *s = setup;
	struct hg_host *h = s->host;

	(void)fd;
	(void)what;
	if (has_pending(s) || has_fetches(s)) {
		again(s, release);
		return;
	}
	hg_setup_free(s);
	h->n_setups--;
}

static void end_setup(evutil_socket_t fd, short what, void *setup)
{
	struct hg_setup *s = setup;
	struct hg_host *h = s->host;

	(void)fd;
	(void)what;
	if (has_pending(s)) { /* an offload is still at work */
		again(s, end_setup);
		return;
	}
	stop_threads(h, s, h->n_fronts + 2);
	hg_setup_stop(s);
	if (atomic_load(&h->state) != HG_HOST_ENDING)
		HG_LOG(HG_LOG_HOST, HG_LOG_INFO, "configuration ended generation=%llu",
			(unsigned long long)s->snapshot.generation);
	release(-1, 0, s);
}

/* No request and no ticket knows the setup any more. */
static void retire(struct hg_message *m)
{
	end_setup(-1, 0, HG_CONTAINER(m, struct hg_setup, message));
}

static void on_unused(struct hg_snapshot *snap)
{
	struct hg_setup *s = snap->owner;
	struct hg_host *h = s->host;

	s->message.run = retire;
	hg_loop_post_reserved(h->loop, &s->message);
}

/* -- the beginning of one ---------------------------------------------------------------------- */

struct hg_setup *hg_host_prepare(
	struct hg_host *h, const struct hg_text *source, struct hg_faults *faults)
{
	const struct hg_core_routes core = { hg_strategy_routes, hg_explain_routes,
		hg_health_routes, hg_admin_routes, h };
	struct hg_config_wish wish = h->wish.config;

	wish.wall_us = hg_clock_read(h->clock).wall_us;
	wish.source = source;
	struct hg_config *config = hg_config_load(&wish, faults);

	if (h->setup && faults->n_errors == 0)
		hg_config_compare(h->setup->config, config, faults);
	struct hg_setup *s = hg_setup_new(config, &core, h->generation + 1, faults);
	if (!s)
		return NULL;
	h->generation++;
	s->host = h;
	s->snapshot.on_unused = on_unused;
	return s;
}

int hg_host_wake(struct hg_host *h, struct hg_setup *s, struct hg_setup *old, struct hg_err *err)
{
	int rc = hg_setup_start(s, old, err);

	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < h->n_fronts + 2; i++) {
		struct thread_call c = {
			.setup = s, .loop = hg_host_loop(h, i), .err = HG_ERR_INIT
		};
		hg_loop_call(c.loop, start_on_loop, &c);
		if (c.rc >= 0)
			continue;
		stop_threads(h, s, i);
		hg_setup_stop(s);
		return hg_err_set(err, c.rc, "%s", c.err.text);
	}
	h->n_setups++;
	hg_list_add(&h->setups, &s->link);
	return 0;
}

/* -- the transaction --------------------------------------------------------------------------- */

struct front_call {
	struct hg_front *front;
	struct hg_dispatch *dispatch;
	struct hg_snapshot *snapshot;
	const int *fds;
};

static void adopt_on_front(void *arg)
{
	struct front_call *c = arg;

	hg_front_adopt(c->front, c->snapshot, c->fds);
}

static void adopt_on_dispatcher(void *arg)
{
	struct front_call *c = arg;

	hg_dispatch_adopt(c->dispatch, c->snapshot);
}

/* Everything is ready: from here on nothing can fail. */
static void take_over(struct hg_host *h, struct hg_setup *s, struct hg_fds *fds)
{
	struct hg_setup *old = h->setup;
	struct front_call c = { .dispatch = h->dispatch, .snapshot = &s->snapshot };

	hg_host_enter_setup(h, s);
	hg_loop_call(h->dispatcher.loop, adopt_on_dispatcher, &c);
	hg_host_watch_secrets(h);
	hg_host_keep_strategy(h, old);
	for (uint32_t i = 0; i < h->n_fronts; i++) {
		c.front = h->fronts[i].front;
		c.fds = fds[i].fd;
		hg_loop_call(h->fronts[i].loop, adopt_on_front, &c);
	}
	if (h->admin)
		hg_front_adopt(h->admin, &s->snapshot, fds[h->n_fronts].fd);
	hg_host_bind(h, s);
	hg_snapshot_unref(&old->snapshot);
}

/* The receipt compares while both setups are there. */
static int try_reload(struct hg_host *h, const struct hg_text *source, struct hg_receipt *receipt,
	struct hg_faults *faults)
{
	struct hg_setup *s = hg_host_prepare(h, source, faults);
	struct hg_fds *fds = hg_alloc((h->n_fronts + 1) * sizeof(*fds));
	struct hg_err err = HG_ERR_INIT;

	if (!s) {
		hg_free(fds);
		return HG_EINVAL;
	}
	int rc = hg_host_open_access_log(s, h->setup, &err);
	if (rc >= 0)
		rc = hg_host_open(h, s, fds, &err);
	if (rc >= 0) {
		hg_host_point_at_simulator(h, s);
		rc = hg_host_wake(h, s, h->setup, &err);
		if (rc < 0)
			hg_host_close(h, s, fds);
	}
	if (rc < 0) {
		hg_faults_add(faults, NULL, NULL, "%s", err.text);
		h->n_setups++; /* until it is released: start may have sent a fetch */
		hg_list_add(&h->setups, &s->link);
		release(-1, 0, s);
	} else {
		hg_receipt_compare(receipt, h->setup, s);
		take_over(h, s, fds);
	}
	hg_free(fds);
	return rc;
}

static void log_result(const struct hg_host *h, int rc, const struct hg_receipt *receipt,
	const struct hg_faults *faults)
{
	hg_faults_log(faults);
	if (rc < 0)
		HG_LOG(HG_LOG_HOST, HG_LOG_ERROR,
			"reload refused cause=%s errors=%u: the configuration in force stays",
			receipt->cause, faults->n_errors);
	else
		HG_LOG(HG_LOG_HOST, HG_LOG_INFO,
			"reloaded cause=%s generation=%llu plugins=%u us=%lld", receipt->cause,
			(unsigned long long)h->setup->snapshot.generation, h->setup->n,
			(long long)(hg_stopwatch_now_us() - receipt->began_us));
}

int hg_host_reload(struct hg_host *h, enum hg_reload_cause cause)
{
	static const char *const words[] = { "signal", "admin", "secrets" };
	const struct hg_text *source = &h->setup->config->source;
	struct hg_receipt receipt;
	struct hg_faults faults;

	if (atomic_load(&h->state) != HG_HOST_READY)
		return HG_EAGAIN;
	hg_faults_init(&faults);
	hg_receipt_init(&receipt, words[cause], hg_loop_now(h->loop).wall_us);
	hg_notify_reloading(&h->notify);
	int rc = try_reload(
		h, cause == HG_RELOAD_SECRETS && source->n ? source : NULL, &receipt, &faults);
	hg_notify_ready(&h->notify, h->setup->snapshot.generation, rc < 0);
	log_result(h, rc, &receipt, &faults);
	hg_host_note_reload(h, rc, &faults);
	hg_series_add(hg_core_series(HG_METRIC_RELOADS, rc < 0 ? "failed" : "ok", NULL, NULL), 1);
	hg_text_clear(&h->last_receipt);
	hg_receipt_print(&receipt, &faults, rc >= 0, &h->setups, h->setup, &h->last_receipt);
	hg_receipt_fini(&receipt);
	hg_faults_fini(&faults);
	return rc;
}

/* -- secret files ------------------------------------------------------------------------------ */

static void look_at_secrets(struct hg_alarm *a)
{
	struct hg_host *h = HG_CONTAINER(a, struct hg_host, secrets);
	const char *path = hg_secret_files_changed(h->setup->config->secret_files);

	if (path) {
		HG_LOG(HG_LOG_CONFIG, HG_LOG_INFO, "a secret file has changed path=%s", path);
		if (hg_host_reload(h, HG_RELOAD_SECRETS) >= 0)
			return; /* it set the alarm anew */
	}
	hg_alarm_set(a, hg_loop_now(h->loop).mono_us + HG_SECRETS_LOOK_US);
}

void hg_host_watch_secrets(struct hg_host *h)
{
	if (!h->secrets.ring)
		hg_alarm_init(&h->secrets, h->loop, look_at_secrets);
	hg_alarm_clear(&h->secrets);
	if (h->setup && h->setup->config->secret_files)
		hg_alarm_set(&h->secrets, hg_loop_now(h->loop).mono_us + HG_SECRETS_LOOK_US);
}

/* -- looking at them --------------------------------------------------------------------------- */

void hg_host_show_generations(const struct hg_host *h, struct hg_text *out)
{
	const struct hg_setup *s;
	bool any = false;

	hg_text_add_char(out, '[');
	HG_LIST_EACH(&h->setups, s, link)
	{
		hg_text_printf(out, "%s{\"generation\":%llu,\"state\":\"%s\",\"uses\":%llu}",
			any ? "," : "", (unsigned long long)s->snapshot.generation,
			s == h->setup ? "in force" : "draining",
			(unsigned long long)atomic_load(&s->snapshot.refs));
		any = true;
	}
	hg_text_add_char(out, ']');
}
