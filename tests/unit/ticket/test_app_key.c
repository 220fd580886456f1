#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "app_key_vector.h"
#include "base/secret.h"
#include "base/text.h"
#include "ticket/app_key.h"
#include <openssl/err.h>

static struct hg_app_key *read_key(const char *pem, struct hg_err *err)
{
	struct hg_secret *secret = hg_secret_new(hg_str(pem));
	struct hg_app_key *key = hg_app_key_new(secret, err);

	hg_secret_unref(secret);
	return key;
}

static void a_signature_is_that_of_the_standard(void **state)
{
	uint8_t signature[HG_APP_SIGNATURE_BYTES];
	char hex[2 * 256 + 1];

	(void)state;
	struct hg_app_key *key = read_key(RFC_KEY, NULL);
	assert_non_null(key);
	assert_int_equal(hg_app_key_sign(key, HG_STR(RFC_INPUT), signature), 256);
	hg_format_hex(signature, 256, hex);
	assert_string_equal(hex, RFC_SIGNATURE);
	hg_app_key_free(key);
	hg_app_key_free(NULL);
}

/* What OpenSSL is given must not stay in the thread's queue of errors, where TLS looks. */
static void what_is_no_key_is_said_and_leaves_no_error_behind(void **state)
{
	static const struct {
		const char *pem, *said;
	} rows[] = {
		{ "", "is no PEM: one begins with -----BEGIN RSA PRIVATE KEY-----" },
		{ "/etc/hubgate/app.pem",
			"is a path, and not what stands there: write ${file:/path}" },
		{ "-----BEGIN RSA PRIVATE KEY",
			"is no PEM: one begins with -----BEGIN RSA PRIVATE KEY-----" },
		{ "-----BEGIN RSA PUBLIC KEY-----\n",
			"is a public key: the private one is what GitHub had you download" },
		{ "-----BEGIN CERTIFICATE-----\n", "is a certificate, and no private key" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\n",
			"is a key of ssh, and none of a GitHub App" },
		{ "-----BEGIN EC PRIVATE KEY-----\n", "is no RSA key, which GitHub Apps have" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n",
			"can not be read: it is damaged, or cut off" },
		{ "-----BEGIN PRIVATE KEY-----\n", "can not be read: it is damaged, or cut off" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
		  "DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n"
		  "AAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n",
			"has a passphrase: openssl rsa -in KEY -out NEW takes it off" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_err err = HG_ERR_INIT;
		assert_null(read_key(rows[i].pem, &err));
		assert_string_equal(err.text, rows[i].said);
		assert_int_equal(err.code, HG_EINVAL);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

/* A letter in the middle of it: the base64 is fine, and a number is another. OpenSSL can do without
 * some of them (the primes are there for speed), and then the signature is right. */
static void a_key_with_a_wrong_letter_is_refused_or_signs_right_all_the_same(void **state)
{
	char pem[] = RFC_KEY;
	uint32_t n_refused = 0;

	(void)state;
	for (size_t at = 100; at < sizeof(pem) - 100; at += 97) {
		uint8_t signature[HG_APP_SIGNATURE_BYTES];
		char hex[2 * 256 + 1], was = pem[at];
		struct hg_err err = HG_ERR_INIT;
		if (was == '\n')
			continue;
		pem[at] = was == 'A' ? 'B' : 'A';
		struct hg_app_key *key = read_key(pem, &err);
		pem[at] = was;
		n_refused += !key;
		if (!key)
			continue;
		assert_int_equal(hg_app_key_sign(key, HG_STR(RFC_INPUT), signature), 256);
		hg_format_hex(signature, 256, hex);
		assert_string_equal(hex, RFC_SIGNATURE);
		hg_app_key_free(key);
	}
	assert_in_range(n_refused, 3, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_that_of_the_standard),
		cmocka_unit_test(what_is_no_key_is_said_and_leaves_no_error_behind),
		cmocka_unit_test(a_key_with_a_wrong_letter_is_refused_or_signs_right_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
