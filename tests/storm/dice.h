/*
 * dice - numbers that look random and are the same for the same seed (splitmix64).
 *
 * Each request has dice of its own, made of seed and number: what request 31,415 asks does not
 * depend on the ones before it, so a storm may begin anywhere.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice_next(struct dice *d)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static inline struct dice dice_of(uint64_t seed, uint64_t number)
{
	struct dice d = { seed * 0x2545f4914f6cdd1dull + number };

	(void)dice_next(&d);
	return d;
}

/* 0 … n-1. */
static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
	return (uint32_t)(dice_next(d) % n);
}

/* True in `percent` of 100 throws. */
static inline bool dice_hits(struct dice *d, uint32_t percent)
{
	return dice_below(d, 100) < percent;
}
