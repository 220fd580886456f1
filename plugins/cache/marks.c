#include "marks.h"
#include <hg/mem.h>

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

struct marks *marks_new(void)
{
	struct marks *m = hg_alloc0(sizeof(*m));

	atomic_init(&m->refs, 1);
	return m;
}

struct marks *marks_ref(struct marks *m)
{
	atomic_fetch_add(&m->refs, 1);
	return m;
}

void marks_unref(struct marks *m)
{
	if (m && atomic_fetch_sub(&m->refs, 1) == 1)
		hg_free(m);
}

/* Two writers may come here in the other order: the earlier does not undo the later mark. */
static void raise_to(_Atomic uint64_t *slot, uint64_t mark)
{
	uint64_t was = atomic_load(slot);

	while (was < mark && !atomic_compare_exchange_weak(slot, &was, mark))
		continue;
}

void marks_set(struct marks *m, struct hg_str path)
{
	uint64_t mark = atomic_fetch_add(&m->last, 1) + 1;

	for (int i = 0; i <= ANCESTORS && path.n > 1; i++) {
		raise_to(&m->at[slot_of(path)], mark);
		path = parent_of(path);
	}
}

uint64_t marks_now(const struct marks *m)
{
	return atomic_load(&m->last);
}

uint64_t marks_latest(const struct marks *m, struct hg_str path)
{
	uint64_t own = atomic_load(&m->at[slot_of(path)]);
	uint64_t parent = atomic_load(&m->at[slot_of(parent_of(path))]);

	return own > parent ? own : parent;
}

void marks_note_sent(struct marks *m, uint64_t word)
{
	atomic_store(&m->sent[word % MARKS_SLOTS], marks_now(m));
}

uint64_t marks_sent(const struct marks *m, uint64_t word)
{
	return atomic_load(&m->sent[word % MARKS_SLOTS]);
}
