/*
 * exact_window - what came in the last span, to the microsecond: how a GitHub of tests counts,
 * beside our own windows (dispatch/window.h), which only have parts.
 *
 *     struct exact_window w = { .span_us = 60 * SEC };
 *     exact_window_add(&w, 5, now_us);
 *     exact_window_sum(&w, now_us) == 5, and 0 from now_us + 60 * SEC on
 *
 * Moments never fall. All zero but the span is an empty one; exact_window_fini frees its items.
 */
#pragma once
#include <hg/mem.h>
#include <stdint.h>

struct exact_item {
	int64_t at_us, amount;
};

struct exact_window {
	int64_t span_us, sum;
	struct exact_item *items; /* a ring of `room`, a power of two */
	unsigned first, n, room;
};

static inline int64_t exact_window_sum(struct exact_window *w, int64_t now_us)
{
	for (; w->n && w->items[w->first].at_us <= now_us - w->span_us; w->n--) {
		w->sum -= w->items[w->first].amount;
		w->first = (w->first + 1) & (w->room - 1);
	}
	return w->sum;
}

static inline void exact_window_grow(struct exact_window *w)
{
	unsigned room = w->room ? 2 * w->room : 64;
	struct exact_item *items = hg_alloc(room * sizeof(*items));

	for (unsigned i = 0; i < w->n; i++)
		items[i] = w->items[(w->first + i) & (w->room - 1)];
	hg_free(w->items);
	w->items = items;
	w->first = 0;
	w->room = room;
}

static inline void exact_window_add(struct exact_window *w, int64_t amount, int64_t now_us)
{
	exact_window_sum(w, now_us);
	if (w->n == w->room)
		exact_window_grow(w);
	w->items[(w->first + w->n++) & (w->room - 1)] = (struct exact_item){ now_us, amount };
	w->sum += amount;
}

static inline void exact_window_fini(struct exact_window *w)
{
	hg_free(w->items);
}
