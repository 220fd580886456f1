/*
 * arena - memory that ends together: a request's, a parse's.
 *
 * Pieces are cut off blocks and never freed singly. Thread: the owner's.
 */
#pragma once
#include <hg/str.h>
#include <stddef.h>
#include <stdint.h>

struct hg_arena {
	struct hg_arena_block *blocks; /* newest first */
	size_t used_bytes;             /* handed out in all, for limits */
};

void hg_arena_init(struct hg_arena *a);
void hg_arena_fini(struct hg_arena *a);
void hg_arena_clear(struct hg_arena *a); /* empties; keeps one block for the next use */
void *hg_arena_alloc(struct hg_arena *a, size_t size); /* aligned for any type, not zeroed */
void *hg_arena_alloc0(struct hg_arena *a, size_t size);
struct hg_str hg_arena_copy(struct hg_arena *a, struct hg_str s); /* with a NUL behind it */
struct hg_str hg_arena_printf(struct hg_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
