#include "base/map.h"

#include "base/bug.h"
#include "base/hash.h"
#include <hg/mem.h>

/*
 * Linear probing in a table of 2^k slots, at most three quarters full, so every search ends at
 * an empty slot. Taking one out shifts back those behind it: there are no tombstones, and
 *   - between the slot a key's hash names and the slot it is in, no slot is empty
 *   - each key is there once
 */
#define SLOTS_MIN 16

struct slot {
	uint64_t hash;
	char *key; /* owned; NULL = the slot is empty */
	size_t key_n;
	void *value;
};

struct hg_map {
	struct slot *slots;
	size_t n, n_slots;
};

static size_t slot_after(const struct hg_map *m, size_t i)
{
	return (i + 1) & (m->n_slots - 1);
}

/* The slot of the key, or the empty one where it would go. */
static size_t slot_of(const struct hg_map *m, uint64_t hash, struct hg_str key)
{
	size_t i = hash & (m->n_slots - 1);

	for (; m->slots[i].key; i = slot_after(m, i)) {
		const struct slot *slot = &m->slots[i];

		if (slot->hash == hash && hg_str_is((struct hg_str){ slot->key, slot->key_n }, key))
			break;
	}
	return i;
}

static void grow(struct hg_map *m)
{
	struct slot *old = m->slots;
	size_t n_old = m->n_slots;

	m->n_slots = 2 * n_old;
	m->slots = hg_alloc0(m->n_slots * sizeof(m->slots[0]));
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i].key)
			continue;
		size_t to = old[i].hash & (m->n_slots - 1);

		while (m->slots[to].key)
			to = slot_after(m, to);
		m->slots[to] = old[i];
	}
	hg_free(old);
}

/* Fills the hole at `i` with those behind it that the hole would cut off. */
static void close_hole(struct hg_map *m, size_t hole)
{
	size_t mask = m->n_slots - 1;

	for (size_t i = slot_after(m, hole); m->slots[i].key; i = slot_after(m, i)) {
		size_t home = m->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole] = (struct slot){ 0 };
}

struct hg_map *hg_map_new(void)
{
	struct hg_map *m = hg_alloc0(sizeof(*m));

	m->n_slots = SLOTS_MIN;
	m->slots = hg_alloc0(m->n_slots * sizeof(m->slots[0]));
	return m;
}

void hg_map_free(struct hg_map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_slots; i++)
		hg_free(m->slots[i].key);
	hg_free(m->slots);
	hg_free(m);
}

void *hg_map_find(const struct hg_map *m, struct hg_str key)
{
	return m->slots[slot_of(m, hg_hash(key.p, key.n), key)].value;
}

void *hg_map_put(struct hg_map *m, struct hg_str key, void *value)
{
	HG_BUG_ON(!value);
	uint64_t hash = hg_hash(key.p, key.n);
	size_t i = slot_of(m, hash, key);

	if (m->slots[i].key) {
		void *before = m->slots[i].value;

		m->slots[i].value = value;
		return before;
	}
	if (4 * (m->n + 1) > 3 * m->n_slots) {
		grow(m);
		i = slot_of(m, hash, key);
	}
	m->slots[i] = (struct slot){ hash, hg_strndup(key.p, key.n), key.n, value };
	m->n++;
	return NULL;
}

void *hg_map_take(struct hg_map *m, struct hg_str key)
{
	size_t i = slot_of(m, hg_hash(key.p, key.n), key);
	void *value = m->slots[i].value;

	if (!m->slots[i].key)
		return NULL;
	hg_free(m->slots[i].key); /* `key` may have been it: not read from here on */
	close_hole(m, i);
	m->n--;
	return value;
}

size_t hg_map_n(const struct hg_map *m)
{
	return m->n;
}

void hg_map_each(
	const struct hg_map *m, bool (*visit)(void *arg, struct hg_str key, void *value), void *arg)
{
	for (size_t i = 0; i < m->n_slots; i++) {
		const struct slot *slot = &m->slots[i];

		if (slot->key &&
			!visit(arg, (struct hg_str){ slot->key, slot->key_n }, slot->value))
			return;
	}
}

void hg_map_check(const struct hg_map *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_slots; i++) {
		const struct slot *slot = &m->slots[i];

		if (!slot->key) {
			HG_BUG_ON(slot->value);
			continue;
		}
		struct hg_str key = { slot->key, slot->key_n };

		n++;
		HG_BUG_ON(!slot->value);
		HG_BUG_ON(slot->hash != hg_hash(key.p, key.n));
		HG_BUG_ON(slot_of(m, slot->hash, key) != i); /* found, and no copy before it */
	}
	HG_BUG_ON(n != m->n);
	HG_BUG_ON(4 * m->n > 3 * m->n_slots);
}
