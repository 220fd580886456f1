/*
 * timer - call me at a moment of this loop's clock.
 *
 * A timer belongs to the loop that made it and fires there. Under a held clock it fires when
 * the clock is advanced past it, in order of due time.
 */
#pragma once
#include "clock.h"

struct hg_timer;

/* Not yet armed. Thread: a loop's. on_timer runs on the same loop. */
HG_API struct hg_timer *hg_timer_new(
	void *self, void (*on_timer)(void *self, void *arg), void *arg);
HG_API void hg_timer_set(struct hg_timer *t, int64_t in_us); /* re-arms; 0 = next turn */
HG_API void hg_timer_clear(struct hg_timer *t);
HG_API void hg_timer_free(struct hg_timer *t); /* NULL is fine; also inside its own callback */
