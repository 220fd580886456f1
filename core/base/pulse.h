/*
 * pulse - how many a second: counts of the latest seconds, and their mean.
 *
 *     add, add (second 7), add (second 9)     at second 10: 3 in 10 s = 0.3
 *
 * The second that runs is not counted, so the figure does not jump at its start.
 *
 * Thread: the owner's.   Clock: given.
 */
#pragma once
#include <stdint.h>

enum { HG_PULSE_SECONDS = 10, HG_PULSE_SLOTS = 16 };

struct hg_pulse {       /* zeroed: nothing yet */
	int64_t second; /* of the newest slot */
	uint32_t n[HG_PULSE_SLOTS];
};

void hg_pulse_move(struct hg_pulse *p, int64_t second); /* the time is `second` now */

static inline void hg_pulse_add(struct hg_pulse *p, int64_t now_us)
{
	int64_t second = now_us / 1000000;

	if (second != p->second)
		hg_pulse_move(p, second);
	p->n[second & (HG_PULSE_SLOTS - 1)]++;
}

/* The mean of the latest HG_PULSE_SECONDS whole seconds. */
double hg_pulse_per_second(struct hg_pulse *p, int64_t now_us);
