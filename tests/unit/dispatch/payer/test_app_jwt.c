#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../ticket/app_key_vector.h"
#include "base/secret.h"
#include "dispatch/payer/app_jwt.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#define NOW_US (INT64_C(1700000000) * 1000000)

static struct hg_app_key *rfc_key(void)
{
	struct hg_secret *pem = hg_secret_new(HG_STR(RFC_KEY));
	struct hg_app_key *key = hg_app_key_new(pem, NULL);

	hg_secret_unref(pem);
	assert_non_null(key);
	return key;
}

/* base64url; returns the number of bytes. */
static size_t decode(struct hg_str text, uint8_t *ret)
{
	char digits[1024];

	assert_true(text.n + 4 < sizeof(digits));
	for (size_t i = 0; i < text.n; i++) {
		assert_null(strchr("+/=", text.p[i]));
		digits[i] = (char)(text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i]);
	}
	size_t pad = (4 - text.n % 4) % 4;
	memcpy(digits + text.n, "===", pad);
	int n = EVP_DecodeBlock(ret, (uint8_t *)digits, (int)(text.n + pad));
	assert_true(n >= 0);
	return (size_t)n - pad;
}

static bool verifies(struct hg_str signed_part, const uint8_t *signature, size_t n)
{
	BIO *bio = BIO_new_mem_buf(RFC_KEY, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fits = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	            EVP_DigestVerify(
			    ctx, signature, n, (const uint8_t *)signed_part.p, signed_part.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return fits;
}

/* Head, claims and signature of a JWT, each decoded and NUL-ended. */
static void take_apart(const struct hg_secret *jwt, char head[256], char claims[256])
{
	struct hg_str text;
	uint8_t signature[1024];

	text.p = hg_secret_bytes(jwt, &text.n);
	const char *first = memchr(text.p, '.', text.n);
	const char *last = memrchr(text.p, '.', text.n);
	assert_true(first && first < last);
	struct hg_str part = { text.p, (size_t)(first - text.p) };
	head[decode(part, (uint8_t *)head)] = 0;
	part = (struct hg_str){ first + 1, (size_t)(last - first - 1) };
	claims[decode(part, (uint8_t *)claims)] = 0;
	part = (struct hg_str){ last + 1, (size_t)(text.p + text.n - last - 1) };
	size_t n = decode(part, signature);
	struct hg_str signed_part = { text.p, (size_t)(last - text.p) };
	assert_true(verifies(signed_part, signature, n));
	signature[7] ^= 1;
	assert_false(verifies(signed_part, signature, n));
}

static void it_says_who_and_when_and_the_signature_holds(void **state)
{
	static const struct {
		const char *id;
		int64_t skew_us;
		const char *claims;
	} rows[] = {
		{ "Iv23liAbC", 0, "{\"iat\":1699999940,\"exp\":1700000540,\"iss\":\"Iv23liAbC\"}" },
		{ "12345", 3000000, "{\"iat\":1699999943,\"exp\":1700000543,\"iss\":\"12345\"}" },
		{ "12345", -600000000,
			"{\"iat\":1699999340,\"exp\":1699999940,\"iss\":\"12345\"}" },
	};
	struct hg_app_key *key = rfc_key();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char head[256], claims[256];
		struct hg_secret *jwt = hg_app_jwt_new(key, rows[i].id, NOW_US, rows[i].skew_us);
		assert_non_null(jwt);
		take_apart(jwt, head, claims);
		assert_string_equal(head, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
		assert_string_equal(claims, rows[i].claims);
		hg_secret_unref(jwt);
	}
	hg_app_key_free(key);
}

static void it_never_lasts_longer_than_github_allows(void **state)
{
	(void)state;
	assert_true(HG_APP_JWT_BACK_S + HG_APP_JWT_AHEAD_S <= 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_who_and_when_and_the_signature_holds),
		cmocka_unit_test(it_never_lasts_longer_than_github_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
