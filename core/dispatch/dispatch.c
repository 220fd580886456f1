#include "dispatch/dispatch.h"
#include "base/text.h"
#include "dispatch/desk.h"
#include "dispatch/show/explain.h"
#include "dispatch/wire/upstream.h"
#include <hg/mem.h>

struct hg_dispatch {
	struct hg_desk desk;
	struct hg_upstream *upstream;
};

static void start_transfers(struct hg_desk *desk)
{
	hg_upstream_start(HG_CONTAINER(desk, struct hg_dispatch, desk)->upstream);
}

static void after_upstream(void *arg)
{
	struct hg_dispatch *d = arg;

	hg_desk_turn_later(&d->desk);
}

struct hg_dispatch *hg_dispatch_new(
	struct hg_loop *loop, struct hg_snapshot *s, struct hg_view *view, struct hg_err *err)
{
	struct hg_dispatch *d = hg_alloc0(sizeof(*d));

	d->upstream = hg_upstream_new(loop, s, after_upstream, d, err);
	if (!d->upstream) {
		hg_free(d);
		return NULL;
	}
	struct hg_transport transport = hg_upstream_transport(d->upstream);
	hg_desk_init(&d->desk, loop, s, &transport, view, start_transfers);
	hg_upstream_bind(d->upstream, d->desk.dispatcher);
	return d;
}

void hg_dispatch_set_news(struct hg_dispatch *d, const struct hg_news *news)
{
	hg_desk_set_news(&d->desk, news);
}

void hg_dispatch_begin(struct hg_dispatch *d)
{
	hg_desk_turn_later(&d->desk);
}

void hg_dispatch_free(struct hg_dispatch *d)
{
	if (!d)
		return;
	hg_desk_fini(&d->desk);
	hg_upstream_free(d->upstream);
	hg_free(d);
}

struct hg_port *hg_dispatch_port(struct hg_dispatch *d)
{
	return &d->desk.port;
}

bool hg_dispatch_set_strategy(struct hg_dispatch *d, struct hg_str label)
{
	bool is_known = hg_dispatcher_set_strategy(d->desk.dispatcher, label);

	hg_desk_turn_later(&d->desk);
	return is_known;
}

void hg_dispatch_adopt(struct hg_dispatch *d, struct hg_snapshot *s)
{
	hg_dispatcher_adopt(d->desk.dispatcher, s);
	hg_upstream_adopt(d->upstream, s);
	hg_desk_turn_later(&d->desk);
}

void hg_dispatch_show(struct hg_dispatch *d, const char *what, struct hg_text *out)
{
	struct hg_now now = hg_loop_now(d->desk.loop);

	if (!hg_dispatcher_show(d->desk.dispatcher, what, &now, out))
		hg_text_add(out, HG_STR("[]"));
}

bool hg_dispatch_explain(
	struct hg_dispatch *d, struct hg_str id, struct hg_str client, struct hg_text *out)
{
	struct hg_now now = hg_loop_now(d->desk.loop);

	return hg_dispatcher_explain(d->desk.dispatcher, id, client, &now, out);
}

uint32_t hg_dispatch_in_flight(const struct hg_dispatch *d)
{
	return hg_dispatcher_in_flight(d->desk.dispatcher);
}
