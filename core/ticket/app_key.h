/*
 * app_key - the private key of a GitHub App, as its settings page gives it out.
 *
 *     -----BEGIN RSA PRIVATE KEY-----        PKCS #1, GitHub's; PKCS #8 is read as well
 *
 * RSA of 2048 to 8192 bits and without a passphrase: GitHub makes 2048, nobody is there to type,
 * and a signature with a larger one would hold up the dispatcher. The configuration is checked with
 * the function that reads it for use, so what was taken at start can sign later.
 *
 * Thread: made and freed by the owner; signing changes nothing, so any. A signature takes about a
 * millisecond.   Source: GitHub document "Managing private keys for GitHub Apps"; RFC 8017, 8.2.
 */
#pragma once
#include <hg/err.h>
#include <hg/mem.h>
#include <hg/str.h>
#include <stdint.h>

struct hg_secret;
struct hg_app_key;

enum {
	HG_APP_KEY_BITS_LEAST = 2048,
	HG_APP_KEY_BITS_MOST = 8192,
	HG_APP_SIGNATURE_BYTES = HG_APP_KEY_BITS_MOST / 8, /* the longest one */
};

/* NULL: err says what is wrong with it, and nothing of its bytes. */
struct hg_app_key *hg_app_key_new(const struct hg_secret *pem, struct hg_err *err);
void hg_app_key_free(struct hg_app_key *key); /* NULL is fine */
HG_AUTO_DEFINE(app_key)

/* RSASSA-PKCS1-v1_5 with SHA-256: what JOSE calls RS256. Returns how many bytes it has; 0: OpenSSL
 * could not. */
size_t hg_app_key_sign(const struct hg_app_key *key, struct hg_str bytes,
	uint8_t ret_signature[HG_APP_SIGNATURE_BYTES]);
