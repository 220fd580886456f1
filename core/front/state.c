#include "front/state.h"
#include <event2/event.h>
#include <hg/mem.h>

#define ACCEPT_PAUSE_US INT64_C(1000000) /* after the machine ran out of descriptors */

struct hg_str hg_front_date(struct hg_front *f)
{
	int64_t wall_us = hg_loop_now(f->loop).wall_us;
	int64_t s = wall_us / 1000000;

	if (s != f->date_s || !f->date[0]) {
		f->date_s = s;
		hg_format_http_date(wall_us, f->date);
	}
	return (struct hg_str){ f->date, 29 };
}

int64_t hg_front_timeout_us(const struct hg_front *f, enum hg_conn_wait wait)
{
	const struct hg_http_conf *conf = &f->snapshot->http;

	switch (wait) {
	case HG_WAIT_REQUEST:
		return conf->idle_timeout_us;
	case HG_WAIT_SHAKING:
	case HG_WAIT_HEAD:
		return conf->head_timeout_us;
	case HG_WAIT_BODY:
		return conf->body_timeout_us;
	case HG_WAIT_WRITE:
		return conf->write_timeout_us;
	case HG_WAIT_LINGER:
		return conf->linger_timeout_us;
	case HG_WAIT_NOTHING:
	case HG_CONN_WAITS:
		break;
	}
	return INT64_MAX;
}

void hg_front_sweep_by(struct hg_front *f, int64_t at_us)
{
	if (at_us >= f->sweep_at_us)
		return;
	f->sweep_at_us = at_us;
	hg_alarm_set(&f->sweep, at_us);
}

struct hg_edition *hg_edition_new(struct hg_snapshot *s)
{
	struct hg_edition *e = hg_alloc0(sizeof(*e));

	e->snapshot = hg_snapshot_ref(s);
	e->refs = 1;
	return e;
}

void hg_edition_unref(struct hg_edition *e)
{
	if (--e->refs)
		return;
	hg_snapshot_unref(e->snapshot);
	hg_free(e);
}

/* -- gates ------------------------------------------------------------------------------------- */

const struct hg_listener_conf *hg_gate_conf(const struct hg_gate *g, const struct hg_snapshot *s)
{
	if (g->index < 0)
		return NULL;
	if (s == g->front->snapshot)
		return &s->listeners[g->index];
	for (uint32_t i = 0; i < s->n_listeners; i++) /* of the snapshot before a reload */
		if (strcmp(s->listeners[i].name, g->name) == 0)
			return &s->listeners[i];
	return NULL;
}

void hg_gate_unref(struct hg_gate *g)
{
	if (--g->refs)
		return;
	hg_free(g->name);
	hg_free(g);
}

bool hg_front_is_full(const struct hg_front *f)
{
	return f->n_conns >= (uint64_t)f->snapshot->http.max_connections;
}

void hg_front_pause_accepting(struct hg_front *f)
{
	struct hg_gate *g;

	f->accept_again_us = hg_front_now_us(f) + ACCEPT_PAUSE_US;
	HG_LIST_EACH(&f->gates, g, link)
	if (g->fd >= 0)
		event_del(&g->event);
	hg_front_sweep_by(f, f->accept_again_us);
}

void hg_front_go_on_accepting(struct hg_front *f)
{
	struct hg_gate *g;

	f->accept_again_us = 0;
	if (f->draining)
		return;
	HG_LIST_EACH(&f->gates, g, link)
	if (g->fd >= 0)
		event_add(&g->event, NULL);
}

void hg_front_lost(struct hg_front *f)
{
	if (f->accept_again_us && !hg_front_is_full(f))
		hg_front_go_on_accepting(f);
	if (f->draining && !f->drained && !f->n_conns && !f->n_waiters) {
		f->drained = true;
		hg_loop_later(f->loop, &f->drain_later);
	}
}
