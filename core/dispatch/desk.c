#include "dispatch/desk.h"

static void turn(struct hg_desk *d)
{
	struct hg_now now = hg_loop_now(d->loop);
	int64_t next_us = hg_dispatcher_turn(d->dispatcher, &now);

	if (next_us == INT64_MAX)
		hg_alarm_clear(&d->alarm);
	else
		hg_alarm_set(&d->alarm, next_us);
	if (d->after_turn)
		d->after_turn(d);
}

static void turn_later(struct hg_later *later)
{
	turn(HG_CONTAINER(later, struct hg_desk, later));
}

static void turn_alarm(struct hg_alarm *a)
{
	turn(HG_CONTAINER(a, struct hg_desk, alarm));
}

static void on_submit(struct hg_port *port, struct hg_ticket *t)
{
	struct hg_desk *d = HG_CONTAINER(port, struct hg_desk, port);
	struct hg_now now = hg_loop_now(d->loop);

	hg_dispatcher_submit(d->dispatcher, t, &now);
	hg_desk_turn_later(d);
}

static void on_wish(struct hg_port *port, struct hg_ticket *t)
{
	struct hg_desk *d = HG_CONTAINER(port, struct hg_desk, port);
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
	hg_desk_turn_later(d);
}

void hg_desk_turn_later(struct hg_desk *d)
{
	hg_loop_later(d->loop, &d->later);
}

void hg_desk_init(struct hg_desk *d, struct hg_loop *loop, struct hg_snapshot *s,
	const struct hg_transport *transport, struct hg_view *view,
	void (*after_turn)(struct hg_desk *d))
{
	d->loop = loop;
	d->port = (struct hg_port){ loop, on_submit, on_wish };
	d->after_turn = after_turn;
	d->later.run = turn_later;
	hg_list_init(&d->later.link);
	hg_alarm_init(&d->alarm, loop, turn_alarm);
	d->dispatcher = hg_dispatcher_new(s, transport, view);
}

void hg_desk_set_news(struct hg_desk *d, const struct hg_news *news)
{
	hg_dispatcher_set_news(d->dispatcher, news);
}

void hg_desk_fini(struct hg_desk *d)
{
	hg_dispatcher_free(d->dispatcher);
	d->dispatcher = NULL;
	hg_alarm_clear(&d->alarm);
	hg_list_remove(&d->later.link);
}
