#include "dispatch/dispatch.h"
#include "base/text.h"
#include "dispatch/dispatcher.h"
#include "dispatch/upstream.h"
#include <hg/mem.h>

struct hg_dispatch {
	struct hg_port port;
	struct hg_loop *loop;
	struct hg_dispatcher *dispatcher;
	struct hg_upstream *upstream;
	struct hg_alarm alarm; /* the dispatcher's next moment */
	struct hg_later later; /* one dispatcher turn per loop turn in which anything happened */
};

static void turn(struct hg_dispatch *d)
{
	struct hg_now now = hg_loop_now(d->loop);
	int64_t next_us = hg_dispatcher_turn(d->dispatcher, &now);

	if (next_us == INT64_MAX)
		hg_alarm_clear(&d->alarm);
	else
		hg_alarm_set(&d->alarm, next_us);
	hg_upstream_start(d->upstream);
}

static void turn_later(struct hg_later *later)
{
	turn(HG_CONTAINER(later, struct hg_dispatch, later));
}

static void turn_alarm(struct hg_alarm *a)
{
	turn(HG_CONTAINER(a, struct hg_dispatch, alarm));
}

static void after_upstream(void *arg)
{
	struct hg_dispatch *d = arg;

	hg_loop_later(d->loop, &d->later);
}

static void on_submit(struct hg_port *port, struct hg_ticket *t)
{
	struct hg_dispatch *d = HG_CONTAINER(port, struct hg_dispatch, port);
	struct hg_now now = hg_loop_now(d->loop);

	hg_dispatcher_submit(d->dispatcher, t, &now);
	hg_loop_later(d->loop, &d->later);
}

static void on_wish(struct hg_port *port, struct hg_ticket *t)
{
	struct hg_dispatch *d = HG_CONTAINER(port, struct hg_dispatch, port);
	struct hg_now now = hg_loop_now(d->loop);
	struct hg_wish wish = hg_ticket_take_wish(t);

	if (wish.cancel) {
		hg_dispatcher_cancel(d->dispatcher, t, &now);
	} else {
		if (wish.resume)
			hg_dispatcher_resume(d->dispatcher, t, &now);
		if (wish.feed)
			hg_dispatcher_feed(d->dispatcher, t);
	}
	hg_loop_later(d->loop, &d->later);
}

struct hg_dispatch *hg_dispatch_new(
	struct hg_loop *loop, struct hg_snapshot *s, struct hg_view *view, struct hg_err *err)
{
	struct hg_dispatch *d = hg_alloc0(sizeof(*d));

	d->loop = loop;
	d->port = (struct hg_port){ loop, on_submit, on_wish };
	d->later.run = turn_later;
	hg_list_init(&d->later.link);
	hg_alarm_init(&d->alarm, loop, turn_alarm);
	d->upstream = hg_upstream_new(loop, s, after_upstream, d, err);
	if (!d->upstream) {
		hg_free(d);
		return NULL;
	}
	struct hg_transport transport = hg_upstream_transport(d->upstream);
	d->dispatcher = hg_dispatcher_new(s, &transport, view);
	hg_upstream_bind(d->upstream, d->dispatcher);
	return d;
}

void hg_dispatch_free(struct hg_dispatch *d)
{
	if (!d)
		return;
	hg_dispatcher_free(d->dispatcher);
	hg_upstream_free(d->upstream);
	hg_alarm_clear(&d->alarm);
	hg_list_remove(&d->later.link);
	hg_free(d);
}

struct hg_port *hg_dispatch_port(struct hg_dispatch *d)
{
	return &d->port;
}

void hg_dispatch_adopt(struct hg_dispatch *d, struct hg_snapshot *s)
{
	hg_dispatcher_adopt(d->dispatcher, s);
	hg_upstream_adopt(d->upstream, s);
	hg_loop_later(d->loop, &d->later);
}

void hg_dispatch_show(struct hg_dispatch *d, const char *what, struct hg_text *out)
{
	struct hg_now now = hg_loop_now(d->loop);

	if (!hg_dispatcher_show(d->dispatcher, what, &now, out))
		hg_text_add(out, HG_STR("[]"));
}

uint32_t hg_dispatch_in_flight(const struct hg_dispatch *d)
{
	return hg_dispatcher_in_flight(d->dispatcher);
}
