#include "base/alarm.h"

#include "base/list.h"

static struct hg_alarm *first_of(const struct hg_heap *h)
{
	struct hg_heap_node *node = hg_heap_first(h);
	return node ? HG_CONTAINER(node, struct hg_alarm, node) : NULL;
}

void hg_alarms_init(struct hg_alarms *all)
{
	hg_heap_init(&all->due);
	hg_heap_init(&all->soon);
}

void hg_alarms_fini(struct hg_alarms *all)
{
	hg_heap_fini(&all->due);
	hg_heap_fini(&all->soon);
}

void hg_alarms_put(struct hg_alarms *all, struct hg_alarm *a, int64_t at_mono_us, bool is_soon)
{
	a->node.key = at_mono_us;
	a->is_soon = is_soon;
	hg_heap_put(is_soon ? &all->soon : &all->due, &a->node);
}

void hg_alarms_remove(struct hg_alarms *all, struct hg_alarm *a)
{
	hg_heap_remove(a->is_soon ? &all->soon : &all->due, &a->node);
}

int64_t hg_alarms_next_us(const struct hg_alarms *all)
{
	const struct hg_alarm *due = first_of(&all->due);
	const struct hg_alarm *soon = first_of(&all->soon);
	int64_t at_us = due ? due->node.key : INT64_MAX;
	return soon && soon->node.key < at_us ? soon->node.key : at_us;
}

struct hg_alarm *hg_alarms_take_due(struct hg_alarms *all, int64_t now_us)
{
	struct hg_alarm *a = first_of(&all->due);
	if (!a || a->node.key > now_us)
		return NULL;
	hg_heap_remove(&all->due, &a->node);
	return a;
}

void hg_alarms_end_turn(struct hg_alarms *all)
{
	struct hg_alarm *a;
	while ((a = first_of(&all->soon))) {
		hg_heap_remove(&all->soon, &a->node);
		a->is_soon = false;
		hg_heap_put(&all->due, &a->node);
	}
}
