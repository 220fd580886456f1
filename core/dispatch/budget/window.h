/*
 * window - how much was used in the last minute or hour: a rolling window of 60 parts.
 *
 * GitHub counts by its own clock when a request arrives, we by ours when it leaves. So a part
 * counts until all that is in it is older than the window and a second:
 *
 *     a minute of parts of 1 s:  used at 10.0 or 10.9 counts until 72.0
 *     an hour of parts of 60 s:  used at 0 or 59 s counts until 3661 s
 *
 * What was used falls out part by part, so there is always a moment at which there is room. A part
 * holds up to 65,535; what is above it is not counted (no limit is that high).
 *
 * Thread: the owner's.   Clock: given, monotonic µs from minus an hour on. A moment that lies
 * before the newest one seen is fine.
 */
#pragma once
#include <stdint.h>

#define HG_WINDOW_PARTS 62 /* 60, one that is not full yet, and the second on top */

enum hg_window_span { /* a part's length, µs */
	HG_WINDOW_MINUTE = 1000000,
	HG_WINDOW_HOUR = 60000000,
};

struct hg_window {
	int64_t oldest; /* number of the first part that counts */
	uint32_t used;  /* sum of all parts */
	uint16_t parts[HG_WINDOW_PARTS];
};

/* All zero is an empty one; a window is always used with the same span. */
void hg_window_add(struct hg_window *w, enum hg_window_span span, uint32_t n, int64_t now_us);
/* It was used at `at_us`, and it was not after all. Nothing when that has fallen out. */
void hg_window_sub(struct hg_window *w, enum hg_window_span span, uint32_t n, int64_t at_us);
/* What still counts. */
uint32_t hg_window_used(const struct hg_window *w, enum hg_window_span span, int64_t now_us);
/* When at least `n` of what counts now have fallen out; of more than all, when all have. */
int64_t hg_window_frees_us(
	const struct hg_window *w, enum hg_window_span span, uint32_t n, int64_t now_us);
/* What somebody with another clock, a second away at most, counts as well at that moment: the parts
 * that end there, but for the oldest. */
uint32_t hg_window_sure(const struct hg_window *w, enum hg_window_span span, int64_t at_us);
void hg_window_check(const struct hg_window *w); /* HG_BUG_ON a broken invariant */
