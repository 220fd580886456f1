#include "host/host_inside.h"

#include "base/bug.h"
#include <hg/mem.h>

/* The manager hears WATCHDOG=1 when every loop has answered a ping, so one that hangs is enough to
 * have the process ended. */

struct ping {
	struct hg_message message;
	struct hg_watchdog *dog;
	struct hg_loop *loop;
};

struct hg_watchdog {
	struct hg_host *host;
	struct event *timer; /* in real time, whatever the clock */
	uint32_t n, n_left;  /* pings; that are not back */
	bool ends;
	struct ping pings[HG_FRONTS_MAX + 1];
};

static void is_back(struct hg_message *m)
{
	struct hg_watchdog *dog = HG_CONTAINER(m, struct ping, message)->dog;

	if (--dog->n_left == 0 && !dog->ends)
		(void)hg_notify_send(&dog->host->notify, "WATCHDOG=1\n");
}

static void answer(struct hg_message *m)
{
	struct ping *p = HG_CONTAINER(m, struct ping, message);

	m->run = is_back;
	hg_loop_post_reserved(p->dog->host->loop, m);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct hg_watchdog *dog = arg;

	(void)fd;
	(void)what;
	if (dog->n_left)
		return; /* one of them hangs */
	dog->n_left = dog->n;
	for (uint32_t i = 0; i < dog->n; i++) {
		dog->pings[i].message.run = answer;
		hg_loop_post_reserved(dog->pings[i].loop, &dog->pings[i].message);
	}
}

struct hg_watchdog *hg_watchdog_new(struct hg_host *h)
{
	int64_t every_us = h->notify.watchdog_us / 2;
	struct timeval every = { every_us / 1000000, every_us % 1000000 };

	if (!h->notify.n || every_us <= 0)
		return NULL;
	struct hg_watchdog *dog = hg_alloc0(sizeof(*dog));
	dog->host = h;
	for (uint32_t i = 1; i < h->n_fronts + 2; i++)
		dog->pings[dog->n++] = (struct ping){ .dog = dog, .loop = hg_host_loop(h, i) };
	dog->timer = event_new(hg_loop_base(h->loop), -1, EV_PERSIST, on_timer, dog);
	HG_BUG_ON(!dog->timer || event_add(dog->timer, &every) != 0);
	return dog;
}

void hg_watchdog_stop(struct hg_watchdog *dog)
{
	if (!dog || dog->ends)
		return;
	dog->ends = true;
	event_del(dog->timer);
}

void hg_watchdog_free(struct hg_watchdog *dog)
{
	if (!dog)
		return;
	event_free(dog->timer);
	hg_free(dog);
}
