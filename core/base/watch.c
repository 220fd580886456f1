#include <hg/watch.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <hg/mem.h>
#include "base/bug.h"
#include "base/stopwatch.h"
#include "base/loop.h"

struct hg_watch {
	struct event event; /* added only while `what` is not 0 */
	struct hg_loop *loop;
	struct hg_later later; /* frees it at the end of the turn */
	int fd;
	uint32_t what;
	void *self;
	void (*on_ready)(void *self, void *arg, int fd, uint32_t what);
	void *arg;
};

static void on_event(evutil_socket_t fd, short events, void *arg)
{
	struct hg_watch *watch = arg;
	uint32_t what =
		(events & EV_READ ? HG_WATCH_READ : 0u) | (events & EV_WRITE ? HG_WATCH_WRITE : 0u);
	hg_loop_busy(watch->loop);
	struct hg_stopwatch w =
		hg_stopwatch_begin(watch->self ? hg_instance_of(watch->self) : NULL, "watch");
	watch->on_ready(watch->self, watch->arg, (int)fd, what);
	hg_stopwatch_end(&w);
}

static void on_later(struct hg_later *later)
{
	hg_free(HG_CONTAINER(later, struct hg_watch, later));
}

struct hg_watch *hg_watch_new(void *self, int fd,
	void (*on_ready)(void *self, void *arg, int fd, uint32_t what), void *arg)
{
	struct hg_loop *l = hg_loop_self();
	HG_BUG_ON(!l);
	struct hg_watch *w = hg_alloc0(sizeof(*w));
	w->loop = l;
	hg_list_init(&w->later.link);
	w->later.run = on_later;
	w->fd = fd;
	w->self = self;
	w->on_ready = on_ready;
	w->arg = arg;
	return w;
}

void hg_watch_set(struct hg_watch *w, uint32_t what)
{
	HG_BUG_ON(!hg_list_is_empty(&w->later.link)); /* freed in this turn */
	if (what == w->what)
		return;
	if (w->what)
		event_del(&w->event);
	w->what = what;
	if (!what)
		return;
	short events = (short)(EV_PERSIST | (what & HG_WATCH_READ ? EV_READ : 0) |
			       (what & HG_WATCH_WRITE ? EV_WRITE : 0));
	HG_BUG_ON(event_assign(&w->event, hg_loop_base(w->loop), w->fd, events, on_event, w) != 0);
	HG_BUG_ON(event_add(&w->event, NULL) != 0);
}

void hg_watch_free(struct hg_watch *w)
{
	if (!w)
		return;
	hg_watch_set(w, 0);
	if (hg_loop_is_in_turn(w->loop))
		hg_loop_later(w->loop, &w->later);
	else
		hg_free(w);
}
