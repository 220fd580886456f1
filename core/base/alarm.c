#include "base/loop.h"
#include "base/loop_inside.h"

static struct hg_alarm *first_of(const struct hg_heap *h)
{
	struct hg_heap_node *node = hg_heap_first(h);
	return node ? HG_CONTAINER(node, struct hg_alarm, node) : NULL;
}

/* How long the machine's clock runs until the loop's one shows at_us, rounded up. */
static int64_t machine_wait_us(const struct hg_loop *l, int64_t at_us)
{
	int64_t in_us = at_us - hg_loop_now(l).mono_us;
	if (in_us <= 0)
		return 0;
	return (int64_t)((double)in_us / hg_clock_speed(l->clock)) + 1;
}

void hg_alarm_init(struct hg_alarm *a, struct hg_loop *l, void (*ring)(struct hg_alarm *a))
{
	*a = (struct hg_alarm){ .loop = l, .ring = ring };
}

void hg_alarm_set(struct hg_alarm *a, int64_t at_mono_us)
{
	struct hg_loop *l = a->loop;
	hg_alarm_clear(a);
	a->node.key = at_mono_us;
	a->is_soon = l->in_turn && at_mono_us <= hg_loop_now(l).mono_us;
	hg_heap_put(a->is_soon ? &l->soon : &l->alarms, &a->node);
}

void hg_alarm_clear(struct hg_alarm *a)
{
	hg_loop_check_thread(a->loop);
	hg_heap_remove(a->is_soon ? &a->loop->soon : &a->loop->alarms, &a->node);
}

int64_t hg_loop_next_alarm_us(const struct hg_loop *l)
{
	const struct hg_alarm *due = first_of(&l->alarms);
	const struct hg_alarm *soon = first_of(&l->soon);
	int64_t at_us = due ? due->node.key : INT64_MAX;
	return soon && soon->node.key < at_us ? soon->node.key : at_us;
}

void hg_alarms_ring(struct hg_loop *l)
{
	struct hg_alarm *a = first_of(&l->alarms);
	if (!a)
		return;
	int64_t now_us = hg_loop_now(l).mono_us;
	for (; a && a->node.key <= now_us; a = first_of(&l->alarms)) {
		hg_heap_remove(&l->alarms, &a->node);
		hg_loop_busy(l);
		a->ring(a);
	}
}

void hg_alarms_end_turn(struct hg_loop *l)
{
	struct hg_alarm *a;
	while ((a = first_of(&l->soon))) {
		hg_heap_remove(&l->soon, &a->node);
		a->is_soon = false;
		hg_heap_put(&l->alarms, &a->node);
	}
}

bool hg_alarms_are_due(const struct hg_loop *l)
{
	/* The moment of the last turn will do for a real clock: its timer covers the rest. */
	const struct hg_alarm *a = first_of(&l->alarms);
	if (!a)
		return false;
	return a->node.key <= l->now.mono_us ||
	       (hg_clock_is_held(l->clock) && a->node.key <= hg_clock_read(l->clock).mono_us);
}

void hg_alarms_await(struct hg_loop *l)
{
	if (hg_clock_is_held(l->clock))
		return; /* whoever moves it wakes the loops */
	int64_t at_us = hg_loop_next_alarm_us(l);
	if (at_us == l->timer_at_us)
		return;
	l->timer_at_us = at_us;
	if (at_us == INT64_MAX) {
		event_del(&l->timer_event);
		return;
	}
	int64_t us = machine_wait_us(l, at_us);
	struct timeval in = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
	event_add(&l->timer_event, &in);
}
