/*
 * keys - the clients' keys of one configuration: who holds which, and what it may do.
 *
 * A key is `hgk_` and 43 letters and digits that stand for 32 random bytes. What is kept is its
 * SHA-256: there is nothing to guess in 256 random bits, so a slow hash would protect nothing and
 * cost each request (docs/decisions/004-keys.md).
 *
 *     "hgk_4fT9…"  ->  SHA-256  ->  hash map under this process's secret  ->  row  ->  grant
 *
 * Several rows may lead to one grant: while a key is rotated the old and the new one both work,
 * the old one `until` a moment. The map's key is a keyed hash of the digest, and what it finds is
 * compared whole in constant time: how long a wrong key takes to be refused says nothing about
 * right ones.
 *
 * Thread: filled by the host, then constant and read by all fronts (but grant->in_flight).
 * Clock: callers say what time it is (wall).
 */
#pragma once
#include "front/http1.h"
#include <hg/phases.h>
#include <hg/str.h>
#include <stdatomic.h>
#include <stdint.h>

struct hg_keys;

enum {
	HG_KEY_BYTES = 47, /* "hgk_" and 43 digits in base 62 */
	HG_KEY_DIGEST_BYTES = 32,
	HG_KEY_HASH_CHARS = 71, /* "sha256:" and 64 hex digits */
	HG_CLIENT_NAME_MAX = 31,
};

/* What one client may do. */
struct hg_grant {
	const char *name;
	uint32_t index;             /* among the grants */
	uint32_t methods;           /* 1u << enum hg_http1_method; who has GET has HEAD */
	uint32_t classes;           /* 1u << enum hg_class that it may ask for; one at least */
	uint32_t upstreams;         /* 1u << index of an upstream; one at least */
	const struct hg_str *paths; /* canonical rules (resource.h) */
	uint32_t n_paths;           /* 0: every path */
	bool graphql;
	int64_t expires_us;        /* wall; 0: never */
	int64_t max_in_flight;     /* requests at once; 0: as many as it likes */
	int64_t max_upstream;      /* at GitHub at once, others wait; 0: as many as there is room */
	int64_t share;             /* its weight among clients of a class */
	_Atomic int64_t in_flight; /* over all fronts */
};

struct hg_key {
	uint8_t digest[HG_KEY_DIGEST_BYTES];
	int64_t until_us; /* wall; 0: as long as the grant */
	struct hg_grant *grant;
};

/* `n` empty grants, to be filled; their strings outlive the keys. */
struct hg_keys *hg_keys_new(uint32_t n);
void hg_keys_free(struct hg_keys *k); /* NULL is fine */
struct hg_grant *hg_keys_grant(struct hg_keys *k, uint32_t i);
/* False: somebody has this digest already. */
bool hg_keys_put(struct hg_keys *k, const uint8_t digest[HG_KEY_DIGEST_BYTES], int64_t until_us,
	struct hg_grant *grant);

/* NULL: nobody's. What expired is found as well: the caller says so to its holder. */
const struct hg_key *hg_keys_find(const struct hg_keys *k, struct hg_str key);
/* The same for a front, which sees the same keys again and again: what it found is remembered by a
 * hash of 128 bits under this process's secret (whose eyes a token has hangs on the same hash), so
 * the digest is not computed anew. Whether the key has expired is still the caller's question.
 * `memos` NULL: nothing is remembered. */
enum { HG_KEY_MEMOS = 64 };

struct hg_key_memos { /* zeroed: empty; of one struct hg_keys */
	struct {
		uint8_t hash[16];
		const struct hg_key *key;
	} at[HG_KEY_MEMOS];
};

const struct hg_key *hg_keys_find_again(
	const struct hg_keys *k, struct hg_key_memos *memos, struct hg_str key);

static inline bool hg_key_is_expired(const struct hg_key *k, int64_t wall_us)
{
	return (k->until_us && wall_us >= k->until_us) ||
	       (k->grant->expires_us && wall_us >= k->grant->expires_us);
}

/* The class a client gets that asked for `wanted`: the best it may have that is not above it, or
 * else the lowest it may have. */
enum hg_class hg_grant_class(const struct hg_grant *g, enum hg_class wanted);

/* Does it begin like a key? Then it never goes to GitHub, whatever the rest is. */
bool hg_key_looks_like_one(struct hg_str s);
/* Does something of a key's form stand anywhere in it? */
bool hg_key_is_within(struct hg_str s);

/* -- making and writing them ------------------------------------------------------------------- */

/* A new one of `random` bytes, NUL-ended. */
void hg_key_format(const uint8_t random[32], char ret_key[HG_KEY_BYTES + 1]);
void hg_key_digest(struct hg_str key, uint8_t ret_digest[HG_KEY_DIGEST_BYTES]);
/* "sha256:…" */
void hg_key_format_hash(const uint8_t digest[HG_KEY_DIGEST_BYTES], char ret[HG_KEY_HASH_CHARS + 1]);
bool hg_key_parse_hash(struct hg_str text, uint8_t ret_digest[HG_KEY_DIGEST_BYTES]);
