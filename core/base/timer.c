#include <hg/timer.h>

#include <hg/mem.h>
#include "base/bug.h"
#include "base/stopwatch.h"
#include "base/loop.h"

struct hg_timer {
	struct hg_alarm alarm;
	struct hg_later later; /* frees it at the end of the turn */
	void *self;
	void (*on_timer)(void *self, void *arg);
	void *arg;
};

static void on_ring(struct hg_alarm *a)
{
	struct hg_timer *t = HG_CONTAINER(a, struct hg_timer, alarm);
	struct hg_stopwatch w =
		hg_stopwatch_begin(t->self ? hg_instance_of(t->self) : NULL, "timer");
	t->on_timer(t->self, t->arg);
	hg_stopwatch_end(&w);
}

static void on_later(struct hg_later *later)
{
	hg_free(HG_CONTAINER(later, struct hg_timer, later));
}

struct hg_timer *hg_timer_new(void *self, void (*on_timer)(void *self, void *arg), void *arg)
{
	struct hg_loop *l = hg_loop_self();
	HG_BUG_ON(!l);
	struct hg_timer *t = hg_alloc0(sizeof(*t));
	hg_alarm_init(&t->alarm, l, on_ring);
	hg_list_init(&t->later.link);
	t->later.run = on_later;
	t->self = self;
	t->on_timer = on_timer;
	t->arg = arg;
	return t;
}

void hg_timer_set(struct hg_timer *t, int64_t in_us)
{
	int64_t now_us = hg_loop_now(t->alarm.loop).mono_us;
	if (in_us < 0)
		in_us = 0;
	/* "Never" is a duration too: the sum must not wrap into the past. */
	hg_alarm_set(&t->alarm, in_us > INT64_MAX - 1 - now_us ? INT64_MAX - 1 : now_us + in_us);
}

void hg_timer_clear(struct hg_timer *t)
{
	hg_alarm_clear(&t->alarm);
}

void hg_timer_free(struct hg_timer *t)
{
	if (!t)
		return;
	hg_alarm_clear(&t->alarm);
	if (hg_loop_is_in_turn(t->alarm.loop))
		hg_loop_later(t->alarm.loop, &t->later);
	else
		hg_free(t);
}
