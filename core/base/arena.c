#include "base/arena.h"

#include <hg/mem.h>
#include <stdarg.h>
#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN /* bytes that no piece owns are as forbidden as freed ones */
#include <sanitizer/asan_interface.h>
#define FORBID(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define ALLOW(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define FORBID(p, n) ((void)(p), (void)(n))
#define ALLOW(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN _Alignof(max_align_t)
#define BLOCK_MIN_BYTES 4096u
#define BLOCK_MAX_BYTES 65536u /* blocks double up to this; a bigger piece has a block alone */

struct hg_arena_block {
	struct hg_arena_block *next;
	size_t room, used; /* used is a multiple of ALIGN */
	_Alignas(max_align_t) char bytes[];
};

static struct hg_arena_block *block_new(size_t room)
{
	struct hg_arena_block *b = hg_alloc(sizeof(*b) + room);

	b->next = NULL;
	b->room = room;
	b->used = 0;
	FORBID(b->bytes, room);
	return b;
}

static void block_free(struct hg_arena_block *b)
{
	ALLOW(b->bytes, b->room);
	hg_free(b);
}

static void *cut(struct hg_arena_block *b, size_t size, size_t rounded)
{
	void *p = b->bytes + b->used;

	b->used += rounded;
	ALLOW(p, size);
	return p;
}

void hg_arena_init(struct hg_arena *a)
{
	*a = (struct hg_arena){ 0 };
}

void hg_arena_fini(struct hg_arena *a)
{
	for (struct hg_arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		block_free(b);
	}
	*a = (struct hg_arena){ 0 };
}

void hg_arena_clear(struct hg_arena *a)
{
	struct hg_arena_block *kept = NULL;

	for (struct hg_arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		if (!kept && b->room <= BLOCK_MAX_BYTES)
			kept = b;
		else
			block_free(b);
	}
	if (kept) {
		kept->next = NULL;
		kept->used = 0;
		FORBID(kept->bytes, kept->room);
	}
	*a = (struct hg_arena){ .blocks = kept };
}

void *hg_arena_alloc(struct hg_arena *a, size_t size)
{
	struct hg_arena_block *first = a->blocks;
	size_t rounded = size ? (size + ALIGN - 1) & ~(ALIGN - 1) : ALIGN;

	if (rounded < size || rounded > SIZE_MAX - sizeof(struct hg_arena_block))
		return hg_alloc(SIZE_MAX); /* ends the process, as hg_alloc does */
	a->used_bytes += size;
	if (first && first->room - first->used >= rounded)
		return cut(first, size, rounded);

	if (rounded > BLOCK_MAX_BYTES / 4) {
		struct hg_arena_block *alone = block_new(rounded);

		if (first) { /* behind the first, whose rest is still good for small pieces */
			alone->next = first->next;
			first->next = alone;
		} else {
			a->blocks = alone;
		}
		return cut(alone, size, rounded);
	}

	size_t room = first ? 2 * first->room : BLOCK_MIN_BYTES;

	if (room > BLOCK_MAX_BYTES)
		room = BLOCK_MAX_BYTES;
	while (room < rounded)
		room *= 2;
	struct hg_arena_block *b = block_new(room);

	b->next = first;
	a->blocks = b;
	return cut(b, size, rounded);
}

void *hg_arena_alloc0(struct hg_arena *a, size_t size)
{
	return memset(hg_arena_alloc(a, size), 0, size);
}

struct hg_str hg_arena_copy(struct hg_arena *a, struct hg_str s)
{
	char *p = hg_arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct hg_str){ p, s.n };
}

struct hg_str hg_arena_printf(struct hg_arena *a, const char *fmt, ...)
{
	char line[256]; /* most are short: printed once, then copied */
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (n < 0) /* only a broken format */
		return hg_arena_copy(a, HG_STR(""));
	if ((size_t)n < sizeof(line))
		return hg_arena_copy(a, (struct hg_str){ line, (size_t)n });

	char *p = hg_arena_alloc(a, (size_t)n + 1);

	va_start(args, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, args);
	va_end(args);
	return (struct hg_str){ p, (size_t)n };
}
