/*
 * map - from bytes to a pointer: open addressing, grows, owns copies of its keys.
 *
 * Thread: the owner's.
 */
#pragma once
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>

struct hg_map;

struct hg_map *hg_map_new(void);
void hg_map_free(struct hg_map *m); /* values stay the caller's; NULL is fine */
void *hg_map_find(const struct hg_map *m, struct hg_str key); /* NULL = not there */
/* Returns the value that was there before (the caller's again), or NULL. value is never NULL. */
void *hg_map_put(struct hg_map *m, struct hg_str key, void *value);
void *hg_map_take(struct hg_map *m, struct hg_str key); /* out of the map; NULL = was not there */
size_t hg_map_n(const struct hg_map *m);
/* Visits all, in no order; return false to stop. The visitor changes nothing. */
void hg_map_each(const struct hg_map *m, bool (*visit)(void *arg, struct hg_str key, void *value),
	void *arg);
void hg_map_check(const struct hg_map *m); /* HG_BUG_ONs what is broken inside (tests) */
