#include "dispatch/budget/window.h"

#include "base/bug.h"

#define SEC_US 1000000ll
#define ERA_US (7200 * SEC_US) /* added to moments, so that numbers of parts are never negative */
#define SURE_PARTS 59          /* of the 60: at either end our clocks may disagree by a second */

static int64_t part_of(enum hg_window_span span, int64_t at_us)
{
	return (at_us + ERA_US) / span;
}

/* The first part that counts at that moment: it ends at most a window and a second before. */
static int64_t oldest_at(enum hg_window_span span, int64_t now_us)
{
	return part_of(span, now_us - 60ll * span - SEC_US);
}

static uint32_t part(const struct hg_window *w, int64_t number)
{
	return w->parts[number % HG_WINDOW_PARTS];
}

/* The first that still counts. */
static int64_t first_of(const struct hg_window *w, enum hg_window_span span, int64_t now_us)
{
	int64_t oldest = oldest_at(span, now_us);

	return oldest > w->oldest ? oldest : w->oldest;
}

uint32_t hg_window_used(const struct hg_window *w, enum hg_window_span span, int64_t now_us)
{
	int64_t first = first_of(w, span, now_us);
	uint32_t used = w->used;

	if (first - w->oldest >= HG_WINDOW_PARTS)
		return 0;
	for (int64_t i = w->oldest; used && i < first; i++)
		used -= part(w, i);
	return used;
}

/* Empties what has fallen out. */
static void roll(struct hg_window *w, enum hg_window_span span, int64_t now_us)
{
	int64_t first = first_of(w, span, now_us);

	for (int n = 0; w->used && w->oldest < first && n < HG_WINDOW_PARTS; n++, w->oldest++) {
		w->used -= part(w, w->oldest);
		w->parts[w->oldest % HG_WINDOW_PARTS] = 0;
	}
	w->oldest = first;
}

void hg_window_add(struct hg_window *w, enum hg_window_span span, uint32_t n, int64_t now_us)
{
	roll(w, span, now_us);
	int64_t number = part_of(span, now_us);
	if (number < w->oldest)
		return; /* has fallen out already */
	uint16_t *to = &w->parts[number % HG_WINDOW_PARTS];
	uint32_t room = UINT16_MAX - *to;
	if (n > room)
		n = room;
	*to = (uint16_t)(*to + n);
	w->used += n;
}

void hg_window_sub(struct hg_window *w, enum hg_window_span span, uint32_t n, int64_t at_us)
{
	int64_t number = part_of(span, at_us);

	if (number < w->oldest || number >= w->oldest + HG_WINDOW_PARTS)
		return;
	uint16_t *from = &w->parts[number % HG_WINDOW_PARTS];
	if (n > *from)
		n = *from; /* the part was full: not all of it was counted */
	*from = (uint16_t)(*from - n);
	w->used -= n;
}

int64_t hg_window_frees_us(
	const struct hg_window *w, enum hg_window_span span, uint32_t n, int64_t now_us)
{
	int64_t first = first_of(w, span, now_us), last = w->oldest + HG_WINDOW_PARTS;
	int64_t number = first, freed_by = first - 1;
	uint32_t freed = 0;

	for (; number < last && freed < n; number++) {
		if (part(w, number))
			freed_by = number;
		freed += part(w, number);
	}
	if (freed_by < first)
		return now_us;
	return (freed_by + 1 + 60) * span + SEC_US - ERA_US;
}

uint32_t hg_window_sure(const struct hg_window *w, enum hg_window_span span, int64_t at_us)
{
	int64_t last = part_of(span, at_us), first = last - SURE_PARTS + 1;
	uint32_t n = 0;

	if (first < w->oldest)
		first = w->oldest;
	if (last >= w->oldest + HG_WINDOW_PARTS)
		last = w->oldest + HG_WINDOW_PARTS - 1;
	for (int64_t number = first; number <= last; number++)
		n += part(w, number);
	return n;
}

void hg_window_check(const struct hg_window *w)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < HG_WINDOW_PARTS; i++)
		n += w->parts[i];
	HG_BUG_ON(n != w->used);
	HG_BUG_ON(w->oldest < 0);
}
