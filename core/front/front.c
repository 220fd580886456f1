#include "front/front.h"
#include "base/bug.h"
#include "base/log.h"
#include "base/metric.h"
#include "front/conn.h"
#include "front/flow.h"
#include "front/phase.h"
#include <errno.h>
#include <event2/event.h>
#include <hg/mem.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <unistd.h>

#define COMPLAIN_EVERY_US INT64_C(60000000)
#define SPARED_US INT64_C(1000000)        /* idle for less: not ended for another */
#define READER_SPARED_US INT64_C(5000000) /* … and who took nothing of its reply for less */

enum {
	ACCEPT_AT_ONCE = 32, /* then others get a turn */
};

/* -- accepting --------------------------------------------------------------------------------- */

/* Who has taken nothing of its reply for long, or NULL. */
static struct hg_conn *oldest_stuck(struct hg_front *f)
{
	struct hg_conn *c;

	while ((c = HG_LIST_FIRST(&f->waits[HG_WAIT_WRITE], struct hg_conn, link)) &&
		c->since_us + READER_SPARED_US <= hg_front_now_us(f))
		if (hg_conn_is_stuck(c))
			return c;
	return NULL;
}

/* Who has waited longest for nothing, if that is long: whoever came just now is about to ask. First
 * those that were answered for the last time; those that do not come to a request, and at last
 * those that do not take their reply, or a few of them could keep all others out. */
static struct hg_conn *oldest_idle(struct hg_front *f)
{
	static const enum hg_conn_wait waits[] = { HG_WAIT_LINGER, HG_WAIT_REQUEST, HG_WAIT_SHAKING,
		HG_WAIT_HEAD };

	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		struct hg_conn *c = HG_LIST_FIRST(&f->waits[waits[i]], struct hg_conn, link);
		if (c && c->since_us + SPARED_US <= hg_front_now_us(f))
			return c;
	}
	return oldest_stuck(f);
}

/* It gives its place to who wants something. */
static bool end_oldest_idle(struct hg_front *f)
{
	struct hg_conn *c = oldest_idle(f);

	if (!c)
		return false;
	if (c->wait == HG_WAIT_WRITE)
		hg_conn_cut(c);
	else
		hg_conn_end(c);
	return true;
}

/* Once a minute: every client that comes meets the same wall. */
static void complain(struct hg_gate *g, int number)
{
	struct hg_front *f = g->front;
	int64_t now_us = hg_front_now_us(f);

	if (f->complained_us && now_us - f->complained_us < COMPLAIN_EVERY_US)
		return;
	f->complained_us = now_us;
	HG_LOG(HG_LOG_FRONT, HG_LOG_WARN, "accept listener=%s: %s", g->name,
		strerrordesc_np(number));
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct hg_gate *g = arg;
	struct hg_front *f = g->front;

	(void)what;
	hg_loop_busy(f->loop);
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		union hg_peer peer;
		socklen_t n = sizeof(peer);
		if (hg_front_is_full(f) && !oldest_idle(f)) {
			hg_front_pause_accepting(f);
			return;
		}
		memset(&peer, 0, sizeof(peer));
		int conn = accept4(fd, &peer.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (conn >= 0) {
			if (hg_front_is_full(f))
				(void)end_oldest_idle(f);
			(void)hg_conn_new(g, conn, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			complain(g, errno);
			if (!end_oldest_idle(f))
				hg_front_pause_accepting(f);
			return;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		/* ECONNABORTED and its like: that client is gone, the next may be there */
	}
}

/* -- gates ------------------------------------------------------------------------------------- */

/* Accepts no more. Its conns keep it. */
static void close_gate(struct hg_gate *g)
{
	if (g->fd >= 0) {
		event_del(&g->event);
		(void)close(g->fd);
	}
	g->fd = -1;
	hg_list_remove(&g->link);
	hg_gate_unref(g);
}

static struct hg_gate *find_gate(struct hg_front *f, const char *name)
{
	struct hg_gate *g;

	HG_LIST_EACH(&f->gates, g, link)
	if (strcmp(g->name, name) == 0)
		return g;
	return NULL;
}

void hg_front_listen(struct hg_front *f, int fd, uint32_t listener)
{
	HG_BUG_ON(listener >= f->snapshot->n_listeners);
	const struct hg_listener_conf *conf = &f->snapshot->listeners[listener];
	struct hg_gate *g = hg_alloc0(sizeof(*g));
	int on = 1;

	g->front = f;
	g->name = hg_strndup(conf->name, strlen(conf->name));
	g->fd = fd;
	g->index = (int32_t)listener;
	g->refs = 1;
	g->open = hg_core_series(HG_METRIC_CONNS, g->name, NULL, NULL);
	g->accepted = hg_core_series(HG_METRIC_CONNS_TOTAL, g->name, NULL, NULL);
	hg_list_init(&g->link);
	hg_list_add(&f->gates, &g->link);
	if (!conf->is_unix) { /* accepted sockets inherit both */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	}
	HG_BUG_ON(event_assign(&g->event, hg_loop_base(f->loop), fd, EV_READ | EV_PERSIST,
			  on_accept, g) != 0);
	if (!f->accept_again_us)
		HG_BUG_ON(event_add(&g->event, NULL) != 0);
}

/* -- sweeping ---------------------------------------------------------------------------------- */

/* Once a minute, as above. */
static void complain_of_readers(struct hg_front *f)
{
	int64_t now_us = hg_front_now_us(f);

	if (f->pressed_us && now_us - f->pressed_us < COMPLAIN_EVERY_US)
		return;
	f->pressed_us = now_us;
	HG_LOG(HG_LOG_FRONT, HG_LOG_WARN,
		"max_unsent_bytes: clients that read nothing are cut, %llu until now",
		(unsigned long long)f->n_pressed);
}

static void cut_slowest(struct hg_front *f)
{
	struct hg_conn *c;

	while (hg_front_is_pressed(f) &&
		(c = HG_LIST_FIRST(&f->waits[HG_WAIT_WRITE], struct hg_conn, link))) {
		f->n_pressed++;
		hg_conn_cut(c);
		complain_of_readers(f);
	}
}

static void on_sweep(struct hg_alarm *a)
{
	struct hg_front *f = HG_CONTAINER(a, struct hg_front, sweep);
	int64_t now_us = hg_front_now_us(f);
	int64_t next_us = INT64_MAX;

	f->sweep_at_us = now_us; /* whoever begins to wait meanwhile is seen below */
	if (f->accept_again_us && f->accept_again_us <= now_us)
		hg_front_go_on_accepting(f);
	for (int wait = 0; wait < HG_WAIT_NOTHING; wait++) {
		int64_t timeout_us = hg_front_timeout_us(f, wait);
		struct hg_conn *c;
		while ((c = HG_LIST_FIRST(&f->waits[wait], struct hg_conn, link)) &&
			c->since_us + timeout_us <= now_us)
			hg_conn_expire(c);
	}
	cut_slowest(f);
	for (int wait = 0; wait < HG_WAIT_NOTHING; wait++) {
		const struct hg_conn *c = HG_LIST_FIRST(&f->waits[wait], struct hg_conn, link);
		if (c && c->since_us + hg_front_timeout_us(f, wait) < next_us)
			next_us = c->since_us + hg_front_timeout_us(f, wait);
	}
	if (f->accept_again_us && f->accept_again_us < next_us)
		next_us = f->accept_again_us;
	f->sweep_at_us = INT64_MAX;
	if (next_us != INT64_MAX)
		hg_front_sweep_by(f, next_us);
}

/* -- life -------------------------------------------------------------------------------------- */

static void on_drained(struct hg_later *later)
{
	struct hg_front *f = HG_CONTAINER(later, struct hg_front, drain_later);
	void (*done)(void *arg) = f->on_drained;

	f->on_drained = NULL;
	if (done)
		done(f->drain_arg); /* may free f */
}

struct hg_front *hg_front_new(
	struct hg_loop *loop, struct hg_snapshot *s, struct hg_port *port, struct hg_view *view)
{
	struct hg_front *f = hg_alloc0(sizeof(*f));

	f->loop = loop;
	f->edition = hg_edition_new(s);
	f->snapshot = s;
	f->port = port;
	f->view = view;
	f->on_resumed = hg_request_go_after;
	hg_list_init(&f->gates);
	for (int i = 0; i < HG_CONN_WAITS; i++)
		hg_list_init(&f->waits[i]);
	hg_list_init(&f->requests);
	hg_list_init(&f->spares);
	hg_list_init(&f->waiters);
	hg_list_init(&f->drain_later.link);
	f->drain_later.run = on_drained;
	hg_alarm_init(&f->sweep, loop, on_sweep);
	f->sweep_at_us = INT64_MAX;
	hg_text_init(&f->head);
	hg_text_init(&f->scratch);
	HG_BUG_ON(getrandom(&f->id_seed, sizeof(f->id_seed), 0) != sizeof(f->id_seed));
	return f;
}

void hg_front_free(struct hg_front *f)
{
	struct hg_gate *g;
	struct hg_conn *c;

	if (!f)
		return;
	f->draining = true;
	f->on_drained = NULL;
	HG_LIST_EACH(&f->gates, g, link)
	close_gate(g);
	for (int wait = 0; wait < HG_CONN_WAITS; wait++)
		while ((c = HG_LIST_FIRST(&f->waits[wait], struct hg_conn, link)))
			hg_conn_end(c);
	hg_waiters_cut(f);
	hg_request_spares_free(f);
	hg_alarm_clear(&f->sweep);
	hg_list_remove(&f->drain_later.link);
	hg_text_fini(&f->head);
	hg_text_fini(&f->scratch);
	hg_budget_memos_fini(&f->budgets);
	hg_edition_unref(f->edition);
	hg_free(f);
}

/* Conns that wait for a request that will not be served: of all gates, or of closed ones. */
static void end_idle(struct hg_front *f)
{
	struct hg_conn *c;

	for (int wait = HG_WAIT_REQUEST; wait <= HG_WAIT_SHAKING; wait++) {
		HG_LIST_EACH(&f->waits[wait], c, link)
		if (f->draining || c->gate->index < 0)
			hg_conn_end(c);
	}
}

void hg_front_adopt(struct hg_front *f, struct hg_snapshot *s, const int *fds)
{
	struct hg_edition *old = f->edition;
	struct hg_gate *g;

	f->edition = hg_edition_new(s);
	f->snapshot = s;
	HG_LIST_EACH(&f->gates, g, link)
	g->index = -1;
	for (uint32_t i = 0; i < s->n_listeners; i++) {
		g = find_gate(f, s->listeners[i].name);
		if (fds[i] >= 0) {
			if (g)
				close_gate(g);
			hg_front_listen(f, fds[i], i);
		} else if (g) {
			g->index = (int32_t)i;
		}
	}
	HG_LIST_EACH(&f->gates, g, link)
	if (g->index < 0)
		close_gate(g);
	end_idle(f);
	hg_front_sweep_by(f, hg_front_now_us(f)); /* timeouts may be shorter now */
	hg_edition_unref(old);
}

void hg_front_drain(struct hg_front *f, void (*done)(void *arg), void *arg)
{
	struct hg_gate *g;

	f->on_drained = done;
	f->drain_arg = arg;
	f->draining = true;
	HG_LIST_EACH(&f->gates, g, link)
	close_gate(g);
	end_idle(f);
	hg_front_lost(f);
}

/* -- looking ----------------------------------------------------------------------------------- */

void hg_front_look(struct hg_front *f, struct hg_front_state *ret_state)
{
	const struct hg_list *at;

	ret_state->under_way = 0;
	for (at = f->requests.next; at != &f->requests; at = at->next)
		ret_state->under_way++;
	ret_state->conns = f->n_conns;
	ret_state->requests = f->n_requests;
	ret_state->accepted = f->n_accepted;
	ret_state->answered = f->n_answered;
	ret_state->bad = f->n_bad;
	ret_state->unsent_bytes = f->unsent_bytes;
	ret_state->batch_bytes = f->batch_bytes;
	ret_state->pressed = f->n_pressed;
	ret_state->per_second = hg_pulse_per_second(&f->pulse, hg_front_now_us(f));
}

void hg_front_each_request(
	struct hg_front *f, void (*visit)(void *arg, const struct hg_request_look *look), void *arg)
{
	struct hg_request *r;

	HG_LIST_EACH(&f->requests, r, link)
	{
		struct hg_request_look look = {
			.id = r->id,
			.method = r->head.method,
			.path = r->path,
			.client = hg_str(r->client.name),
			.phase = hg_str(hg_request_step_name(r)),
			.age_us = hg_front_now_us(f) - r->began_us,
		};
		visit(arg, &look);
	}
}
