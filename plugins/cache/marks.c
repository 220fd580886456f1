#include "marks.h"

#define ANCESTORS 2

static struct hg_str parent_of(struct hg_str path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	if (path.n > 1)
		path.n--; /* the slash */
	return path;
}

/* FNV-1a over lower-case letters: GitHub's names are equal in any case. Chosen collisions only
 * make an attacker's own reads revalidate. */
static uint64_t slot_of(struct hg_str path)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 1099511628211ull;
	}
	return (h ^ h >> 32) % MARKS_SLOTS;
}

/* Fronts begin their turns at different moments: an earlier one does not undo a later mark. */
static void raise_to(_Atomic int64_t *slot, int64_t now_us)
{
	int64_t was_us = atomic_load_explicit(slot, memory_order_relaxed);

	while (was_us < now_us && !atomic_compare_exchange_weak_explicit(slot, &was_us, now_us,
					  memory_order_relaxed, memory_order_relaxed))
		continue;
}

void marks_set(struct marks *m, struct hg_str path, int64_t now_us)
{
	for (int i = 0; i <= ANCESTORS && path.n > 1; i++) {
		raise_to(&m->at_us[slot_of(path)], now_us);
		path = parent_of(path);
	}
}

int64_t marks_latest_us(const struct marks *m, struct hg_str path)
{
	int64_t own = atomic_load_explicit(&m->at_us[slot_of(path)], memory_order_relaxed);
	int64_t parent =
		atomic_load_explicit(&m->at_us[slot_of(parent_of(path))], memory_order_relaxed);

	return own > parent ? own : parent;
}
