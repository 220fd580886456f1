/*
 * signer - an App's side in a test: a key pair that the test made, and tokens signed by it.
 */
#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "fixture.h"
#include "text.h"

struct signer {
	EVP_PKEY *key;
	char public_pem[2048];
};

static inline struct signer signer_of(EVP_PKEY *key)
{
	struct signer s = { .key = key };
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(key);
	PEM_write_bio_PUBKEY(bio, key);
	int n = BIO_read(bio, s.public_pem, sizeof(s.public_pem) - 1);
	assert_true(n > 0);
	s.public_pem[n] = '\0';
	BIO_free(bio);
	return s;
}

static inline struct signer signer_new(void)
{
	return signer_of(EVP_RSA_gen(2048));
}

static inline void signer_free(struct signer *s)
{
	EVP_PKEY_free(s->key);
}

/* base64url without padding, behind what is there. */
static inline void add_part(char *out, size_t size, const void *bytes, size_t n)
{
	char *text = sim_text_base64(bytes, n);
	size_t at = strlen(out);

	for (const char *c = text; *c && *c != '=' && at + 1 < size; c++)
		out[at++] = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	out[at] = '\0';
	hg_free(text);
}

/* "Bearer x.y.z" of these claims; good until the next one. */
static inline const char *signed_by(const struct signer *s, const char *head, const char *claims)
{
	static char out[4096];
	unsigned char signature[512];
	size_t n = sizeof(signature);
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	snprintf(out, sizeof(out), "Bearer ");
	add_part(out, sizeof(out), head, strlen(head));
	strncat(out, ".", sizeof(out) - strlen(out) - 1);
	add_part(out, sizeof(out), claims, strlen(claims));
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, s->key), 1);
	assert_int_equal(
		EVP_DigestSign(md, signature, &n, (unsigned char *)out + 7, strlen(out) - 7), 1);
	EVP_MD_CTX_free(md);
	strncat(out, ".", sizeof(out) - strlen(out) - 1);
	add_part(out, sizeof(out), signature, n);
	return out;
}

/* The usual ones: issued and expiring that many seconds from the test's present. */
static inline const char *app_token(
	const struct signer *s, const struct github *g, int iat, int exp, const char *iss)
{
	char claims[200];
	long long now_s = g->now.wall_us / 1000000;

	snprintf(claims, sizeof(claims), "{\"iat\":%lld,\"exp\":%lld,\"iss\":%s}", now_s + iat,
		now_s + exp, iss);
	return signed_by(s, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", claims);
}

/* Gives the world that key, and 4711 for the App's number. */
static inline void trust(struct github *g, const struct signer *s)
{
	json_t *input = json_pack("{s:i, s:s}", "id", 4711, "public_key", s->public_pem);
	char *text = json_dumps(input, 0);

	assert_int_equal(ask(g, "POST", "/_sim/app", NULL, text), 200);
	free(text);
	json_decref(input);
}
