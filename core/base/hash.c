#include "base/hash.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

/* SipHash (Aumasson, Bernstein 2012) with one round a word and three at the end. */

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t key_low, key_high; /* written once, before the first thread starts */

static uint64_t rotate_left(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

/* Bytes in, little-endian, so that a hash is the same on every machine. */
static uint64_t read_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

static void write_word(uint8_t *p, uint64_t word)
{
	word = htole64(word);
	memcpy(p, &word, sizeof(word));
}

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v2 = rotate_left(s->v2, 32);
}

static void sip_take_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

/* The key goes in. `wide`: 128 bits will be asked for. */
static struct sip sip_begin(bool wide)
{
	return (struct sip){
		.v0 = key_low ^ 0x736f6d6570736575ull,
		.v1 = key_high ^ 0x646f72616e646f6dull ^ (wide ? 0xee : 0),
		.v2 = key_low ^ 0x6c7967656e657261ull,
		.v3 = key_high ^ 0x7465646279746573ull,
	};
}

/* All bytes, then a last word of what is left over and the length. */
static void sip_take(struct sip *s, const uint8_t *p, size_t n)
{
	uint8_t tail[8] = { 0 };
	size_t left = n % 8;

	for (const uint8_t *end = p ? p + (n - left) : p; p != end; p += 8)
		sip_take_word(s, read_word(p));
	if (left)
		memcpy(tail, p, left);
	tail[7] = (uint8_t)n;
	sip_take_word(s, read_word(tail));
}

static uint64_t sip_finish(struct sip *s)
{
	for (int i = 0; i < 3; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

void hg_hash_seed(const uint8_t key[16])
{
	key_low = read_word(key);
	key_high = read_word(key + 8);
}

uint64_t hg_hash(const void *p, size_t n)
{
	struct sip s = sip_begin(false);

	sip_take(&s, p, n);
	s.v2 ^= 0xff;
	return sip_finish(&s);
}

uint64_t hg_hash_mix(uint64_t a, uint64_t b)
{
	/* Both are good hashes already: one multiplication spreads what the rotation set apart. */
	uint64_t x = (rotate_left(a, 23) ^ b) * 0x9e3779b97f4a7c15ull;

	return x ^ x >> 32;
}

void hg_hash128(const void *p, size_t n, uint8_t ret_hash[16])
{
	struct sip s = sip_begin(true);

	sip_take(&s, p, n);
	s.v2 ^= 0xee;
	write_word(ret_hash, sip_finish(&s));
	s.v1 ^= 0xdd;
	write_word(ret_hash + 8, sip_finish(&s));
}
