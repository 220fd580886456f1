#include "ticket/app_key.h"

#include "base/secret.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

struct hg_app_key {
	EVP_PKEY *pkey;
};

/* What people put there instead, by the label of the PEM. */
static const struct {
	const char *label, *said;
} wrong_labels[] = {
	{ "PUBLIC KEY", "is a public key: the private one is what GitHub had you download" },
	{ "CERTIFICATE", "is a certificate, and no private key" },
	{ "ENCRYPTED PRIVATE KEY", "has a passphrase: openssl rsa -in KEY -out NEW takes it off" },
	{ "OPENSSH PRIVATE KEY", "is a key of ssh, and none of a GitHub App" },
	{ "EC PRIVATE KEY", "is no RSA key, which GitHub Apps have" },
	{ "DSA PRIVATE KEY", "is no RSA key, which GitHub Apps have" },
};

/* "RSA PRIVATE KEY" of -----BEGIN RSA PRIVATE KEY-----; n 0: there is none. */
static struct hg_str label_of(struct hg_str pem)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----";
	struct hg_str none = { NULL, 0 };
	const char *at = pem.n ? memmem(pem.p, pem.n, begin, sizeof(begin) - 1) : NULL;

	if (!at)
		return none;
	at += sizeof(begin) - 1;
	const char *stop = memmem(at, (size_t)(pem.p + pem.n - at), end, sizeof(end) - 1);
	return stop ? (struct hg_str){ at, (size_t)(stop - at) } : none;
}

static const char *wrong_label(struct hg_str pem)
{
	struct hg_str label = label_of(pem);

	if (!label.n && pem.n && pem.p[0] == '/')
		return "is a path, and not what stands there: write ${file:/path}";
	if (!label.n)
		return "is no PEM: one begins with -----BEGIN RSA PRIVATE KEY-----";
	if (hg_str_is(label, HG_STR("RSA PUBLIC KEY")))
		label = HG_STR("PUBLIC KEY");
	for (size_t i = 0; i < sizeof(wrong_labels) / sizeof(wrong_labels[0]); i++)
		if (hg_str_is(label, hg_str(wrong_labels[i].label)))
			return wrong_labels[i].said;
	return NULL;
}

/* OpenSSL asks for a passphrase: nobody has one. */
static int on_passphrase(char *buf, int size, int is_new, void *asked)
{
	(void)buf;
	(void)size;
	(void)is_new;
	*(bool *)asked = true;
	return -1;
}

static EVP_PKEY *parse(struct hg_str pem, struct hg_err *err)
{
	const char *wrong = wrong_label(pem);
	bool asked = false;

	if (wrong) {
		hg_err_set(err, HG_EINVAL, "%s", wrong);
		return NULL;
	}
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n); /* a secret has 64 KiB at most */
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, on_passphrase, &asked) : NULL;
	BIO_free(bio);
	if (!pkey)
		hg_err_set(err, HG_EINVAL, "%s",
			asked ? "has a passphrase: openssl rsa -in KEY -out NEW takes it off"
			      : "can not be read: it is damaged, or cut off");
	return pkey;
}

/* How many bytes it has; 0: OpenSSL could not. */
static size_t sign(EVP_PKEY *pkey, struct hg_str bytes, uint8_t ret[HG_APP_SIGNATURE_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = HG_APP_SIGNATURE_BYTES;
	bool is_done = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	               EVP_DigestSign(ctx, ret, &n, (const unsigned char *)bytes.p, bytes.n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error(); /* what TLS finds in this thread's queue is its own */
	return is_done ? n : 0;
}

/* Does what the private half signs fit the public one? (OpenSSL's own check looks at the primes for
 * half a second, and all we want is signatures.) */
static bool can_sign(EVP_PKEY *pkey)
{
	static const struct hg_str text = { "hubgate", 7 };
	uint8_t signature[HG_APP_SIGNATURE_BYTES];
	size_t n = sign(pkey, text, signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fits = n && ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	            EVP_DigestVerify(ctx, signature, n, (const unsigned char *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	return fits;
}

/* 0, or HG_EINVAL with err. */
static int check(EVP_PKEY *pkey, struct hg_err *err)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (!EVP_PKEY_is_a(pkey, "RSA"))
		return hg_err_set(err, HG_EINVAL, "is no RSA key, which GitHub Apps have");
	if (bits < HG_APP_KEY_BITS_LEAST || bits > HG_APP_KEY_BITS_MOST)
		return hg_err_set(err, HG_EINVAL, "has %d bits, and not %d to %d", bits,
			HG_APP_KEY_BITS_LEAST, HG_APP_KEY_BITS_MOST);
	if (!can_sign(pkey))
		return hg_err_set(err, HG_EINVAL, "is damaged: its halves do not fit");
	return 0;
}

struct hg_app_key *hg_app_key_new(const struct hg_secret *pem, struct hg_err *err)
{
	struct hg_str bytes;

	bytes.p = hg_secret_bytes(pem, &bytes.n);
	EVP_PKEY *pkey = parse(bytes, err);
	bool is_fine = pkey && check(pkey, err) == 0;
	ERR_clear_error();
	if (!is_fine) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	struct hg_app_key *key = hg_alloc0(sizeof(*key));
	key->pkey = pkey;
	return key;
}

void hg_app_key_free(struct hg_app_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	hg_free(key);
}

size_t hg_app_key_sign(const struct hg_app_key *key, struct hg_str bytes,
	uint8_t ret_signature[HG_APP_SIGNATURE_BYTES])
{
	return sign(key->pkey, bytes, ret_signature);
}
