#include "front/keys.h"
#include "base/bug.h"
#include "base/map.h"
#include "base/text.h"
#include <hg/hash.h>
#include <hg/mem.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#define PREFIX HG_STR("hgk_")
#define HASH_PREFIX HG_STR("sha256:")

static const char digits62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct hg_keys {
	struct hg_grant *grants;
	uint32_t n;
	struct hg_map *rows; /* hash128 of a digest -> struct hg_key, owned */
	EVP_MD *sha256;      /* looked up once: that takes longer than hashing a key */
};

/* -- a key's text ------------------------------------------------------------------------------ */

bool hg_key_looks_like_one(struct hg_str s)
{
	return hg_str_starts(s, PREFIX);
}

static bool is_digit62(char c)
{
	return c && strchr(digits62, c);
}

bool hg_key_is_within(struct hg_str s)
{
	while (s.n >= HG_KEY_BYTES) {
		const char *at = memmem(s.p, s.n, PREFIX.p, PREFIX.n);
		if (!at)
			return false;
		s.n -= (size_t)(at - s.p) + PREFIX.n;
		s.p = at + PREFIX.n;
		size_t n = 0;
		while (n < s.n && is_digit62(s.p[n]))
			n++;
		if (n >= HG_KEY_BYTES - PREFIX.n)
			return true;
	}
	return false;
}

/* 256 bits as a number, and its 43 digits: long division by 62, byte by byte. */
void hg_key_format(const uint8_t random[32], char ret_key[HG_KEY_BYTES + 1])
{
	uint8_t number[32];

	memcpy(number, random, sizeof(number));
	memcpy(ret_key, PREFIX.p, PREFIX.n);
	for (size_t at = HG_KEY_BYTES; at-- > PREFIX.n;) {
		unsigned rest = 0;
		for (size_t i = 0; i < sizeof(number); i++) {
			unsigned value = rest << 8 | number[i];
			number[i] = (uint8_t)(value / 62);
			rest = value % 62;
		}
		ret_key[at] = digits62[rest];
	}
	ret_key[HG_KEY_BYTES] = '\0';
	explicit_bzero(number, sizeof(number));
}

static void digest_with(const EVP_MD *md, struct hg_str key, uint8_t *ret_digest)
{
	HG_BUG_ON(EVP_Digest(key.p ? key.p : "", key.n, ret_digest, NULL, md, NULL) != 1);
}

void hg_key_digest(struct hg_str key, uint8_t ret_digest[HG_KEY_DIGEST_BYTES])
{
	digest_with(EVP_sha256(), key, ret_digest);
}

void hg_key_format_hash(const uint8_t digest[HG_KEY_DIGEST_BYTES], char ret[HG_KEY_HASH_CHARS + 1])
{
	memcpy(ret, HASH_PREFIX.p, HASH_PREFIX.n);
	hg_format_hex(digest, HG_KEY_DIGEST_BYTES, ret + HASH_PREFIX.n);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hg_key_parse_hash(struct hg_str text, uint8_t ret_digest[HG_KEY_DIGEST_BYTES])
{
	uint8_t digest[HG_KEY_DIGEST_BYTES];

	if (text.n != HG_KEY_HASH_CHARS || !hg_str_starts(text, HASH_PREFIX))
		return false;
	const char *hex = text.p + HASH_PREFIX.n;
	for (size_t i = 0; i < sizeof(digest); i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_digest, digest, sizeof(digest));
	return true;
}

/* -- the table --------------------------------------------------------------------------------- */

struct hg_keys *hg_keys_new(uint32_t n)
{
	struct hg_keys *k = hg_alloc0(sizeof(*k));

	k->grants = hg_alloc0((n + 1) * sizeof(*k->grants));
	for (uint32_t i = 0; i < n; i++)
		k->grants[i].index = i;
	k->n = n;
	k->rows = hg_map_new();
	k->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	HG_BUG_ON(!k->sha256);
	return k;
}

static bool free_row(void *arg, struct hg_str key, void *value)
{
	(void)arg;
	(void)key;
	hg_free(value);
	return true;
}

void hg_keys_free(struct hg_keys *k)
{
	if (!k)
		return;
	hg_map_each(k->rows, free_row, NULL);
	hg_map_free(k->rows);
	EVP_MD_free(k->sha256);
	hg_free(k->grants);
	hg_free(k);
}

struct hg_grant *hg_keys_grant(struct hg_keys *k, uint32_t i)
{
	HG_BUG_ON(i >= k->n);
	return &k->grants[i];
}

static const struct hg_key *find(const struct hg_keys *k, const uint8_t *digest)
{
	uint8_t slot[16];

	hg_hash128(digest, HG_KEY_DIGEST_BYTES, slot);
	const struct hg_key *row =
		hg_map_find(k->rows, (struct hg_str){ (const char *)slot, sizeof(slot) });
	return row && CRYPTO_memcmp(row->digest, digest, HG_KEY_DIGEST_BYTES) == 0 ? row : NULL;
}

bool hg_keys_put(struct hg_keys *k, const uint8_t digest[HG_KEY_DIGEST_BYTES], int64_t until_us,
	struct hg_grant *grant)
{
	uint8_t slot[16];

	if (find(k, digest))
		return false;
	struct hg_key *row = hg_alloc(sizeof(*row));
	*row = (struct hg_key){ .until_us = until_us, .grant = grant };
	memcpy(row->digest, digest, sizeof(row->digest));
	hg_hash128(digest, HG_KEY_DIGEST_BYTES, slot);
	hg_free(hg_map_put(k->rows, (struct hg_str){ (const char *)slot, sizeof(slot) }, row));
	return true;
}

const struct hg_key *hg_keys_find(const struct hg_keys *k, struct hg_str key)
{
	uint8_t digest[HG_KEY_DIGEST_BYTES];

	digest_with(k->sha256, key, digest);
	return find(k, digest);
}

const struct hg_key *hg_keys_find_again(
	const struct hg_keys *k, struct hg_key_memos *memos, struct hg_str key)
{
	uint8_t hash[16];

	if (!memos)
		return hg_keys_find(k, key);
	hg_hash128(key.p, key.n, hash);
	unsigned i = hash[0] % HG_KEY_MEMOS;
	if (memos->at[i].key && CRYPTO_memcmp(memos->at[i].hash, hash, sizeof(hash)) == 0)
		return memos->at[i].key;
	const struct hg_key *found = hg_keys_find(k, key);
	if (found) {
		memcpy(memos->at[i].hash, hash, sizeof(hash));
		memos->at[i].key = found;
	}
	return found;
}

enum hg_class hg_grant_class(const struct hg_grant *g, enum hg_class wanted)
{
	for (unsigned c = wanted; c < HG_CLASSES; c++)
		if (g->classes & 1u << c)
			return (enum hg_class)c;
	for (unsigned c = wanted; c-- > 0;)
		if (g->classes & 1u << c)
			return (enum hg_class)c;
	return HG_CLASS_LOW;
}
