/*
 * dice - random numbers for jitter: a seed in, the same numbers out (splitmix64).
 *
 * Not for secrets. A test gives the seed; the daemon gives one that differs per process, so that
 * several gateways do not come back to GitHub in the same instant.
 *
 * Thread: the owner's.
 */
#pragma once
#include <stdint.h>

struct hg_dice {
	uint64_t state;
};

static inline uint64_t hg_dice_roll(struct hg_dice *d)
{
	uint64_t x = d->state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* 0 … n-1; 0 when n <= 0. The tiny bias of the remainder does not matter for jitter. */
static inline int64_t hg_dice_below(struct hg_dice *d, int64_t n)
{
	return n > 0 ? (int64_t)(hg_dice_roll(d) % (uint64_t)n) : 0;
}
