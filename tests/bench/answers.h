/*
 * answers - what the bench's upstream says, known to those who check it.
 *
 * A path ends in ten digits, the number: /repos/o/r0000000042. The body says the number at
 * NUMBER_AT and is otherwise the same for every path of that size; the ETag ends in it. So
 * whoever asked knows which answer is its own, and one learned hash checks all the others.
 *
 *     /repos/o/r…   10,240 bytes of JSON        /repos/s/r…   200 bytes
 */
#pragma once
#include <stdint.h>
#include <string.h>

#define NUMBER_DIGITS 10
#define NUMBER_AT 7 /* behind {"id":" */
#define ETAG_LEAD "W/\"5f1c0a7be2d94b83a6c1f0e7d2b95a48c3e6d1f7a09b8c52e47d13"
#define LARGE_BYTES 10240
#define SMALL_BYTES 200

/* Writes `number` in NUMBER_DIGITS digits, without a NUL. */
static inline void number_put(char *p, uint64_t number)
{
	for (int i = NUMBER_DIGITS - 1; i >= 0; i--, number /= 10)
		p[i] = (char)('0' + number % 10);
}

/* A body's hash without its number: four lanes, so that checking costs less than receiving. */
static inline uint64_t body_hash(const char *p, size_t n)
{
	uint64_t lane[4] = { 1, 2, 3, 4 }, word;
	size_t at = NUMBER_AT + NUMBER_DIGITS;

	for (; at + 32 <= n; at += 32)
		for (int i = 0; i < 4; i++) {
			memcpy(&word, p + at + 8 * (size_t)i, 8);
			lane[i] = (lane[i] ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		}
	for (; at < n; at++)
		lane[0] = (lane[0] ^ (unsigned char)p[at]) * UINT64_C(0x100000001b3);
	return lane[0] ^ (lane[1] << 1 | lane[1] >> 63) ^ (lane[2] << 2 | lane[2] >> 62) ^
	       (lane[3] << 3 | lane[3] >> 61) ^ n;
}
