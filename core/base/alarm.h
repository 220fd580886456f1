/*
 * alarm - which alarms are set and which is due next; a loop embeds one hg_alarms, has the clock
 * and does the ringing. Everybody else uses hg_alarm_init, _set and _clear of loop.h.
 *
 * An alarm that is set within a turn for a moment already past waits in `soon` until the turn
 * ends, so that it rings in the next one and a re-arming alarm cannot spin.
 *
 * Thread: the loop's own.   Clock: none, every moment is given.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/heap.h"

struct hg_loop;

struct hg_alarm { /* embedded in its owner */
	struct hg_heap_node node;
	struct hg_loop *loop;
	bool is_soon; /* it waits in soon, or did last */
	void (*ring)(struct hg_alarm *a);
};

static inline bool hg_alarm_is_set(const struct hg_alarm *a)
{
	return hg_heap_has(&a->node);
}

struct hg_alarms {
	struct hg_heap due, soon; /* by moment; equal ones in the order of setting */
};

void hg_alarms_init(struct hg_alarms *all);
void hg_alarms_fini(struct hg_alarms *all);
/* is_soon: not before the turn's end. The alarm is not set. */
void hg_alarms_put(struct hg_alarms *all, struct hg_alarm *a, int64_t at_mono_us, bool is_soon);
void hg_alarms_remove(struct hg_alarms *all, struct hg_alarm *a); /* set or not */
int64_t hg_alarms_next_us(const struct hg_alarms *all);           /* INT64_MAX when none */
/* The earliest that is due, no longer set; NULL when none is. */
struct hg_alarm *hg_alarms_take_due(struct hg_alarms *all, int64_t now_us);
void hg_alarms_end_turn(struct hg_alarms *all); /* what was set too soon may ring from now on */
