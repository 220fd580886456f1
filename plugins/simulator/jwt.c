#include "jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <jansson.h>

#include <hg/mem.h>

#include "text.h"
#include "world.h"

#define UNREADABLE "A JSON web token could not be decoded"

static EVP_PKEY *key_of(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);

	BIO_free(bio);
	if (!key) {
		bio = BIO_new_mem_buf(pem, -1);
		/* an empty password: a key that wants one is none, and nobody is asked */
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
		BIO_free(bio);
	}
	if (key && EVP_PKEY_base_id(key) != EVP_PKEY_RSA) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error(); /* the thread's TLS connections look there */
	return key;
}

bool sim_is_app_key(const char *pem)
{
	EVP_PKEY *key = key_of(pem);

	EVP_PKEY_free(key);
	return key != NULL;
}

/* The bytes of a part; owned by the caller; NULL: no base64url. */
static char *decode(struct hg_str part, size_t *ret_n)
{
	char *plain = hg_alloc(part.n + 4);
	size_t n = part.n;

	for (size_t i = 0; i < n; i++)
		plain[i] = part.p[i] == '-' ? '+' : part.p[i] == '_' ? '/' : part.p[i];
	while (n % 4)
		plain[n++] = '=';
	char *bytes = sim_text_unbase64((struct hg_str){ plain, n }, ret_n);
	hg_free(plain);
	return bytes;
}

static json_t *decode_json(struct hg_str part)
{
	size_t n = 0;
	char *text = decode(part, &n);
	json_t *o = text ? json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL) : NULL;

	hg_free(text);
	return o;
}

static bool is_signed(const char *pem, struct hg_str what, struct hg_str part)
{
	size_t n = 0;
	char *signature = decode(part, &n);
	EVP_PKEY *key = key_of(pem);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool is_fine = signature && key &&
	               EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
	               EVP_DigestVerify(md, (const unsigned char *)signature, n,
			       (const unsigned char *)what.p, what.n) == 1;

	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	hg_free(signature);
	ERR_clear_error();
	return is_fine;
}

/* A number, or its digits, or the client id. */
static bool is_issuer(const struct sim_app *app, const json_t *iss)
{
	if (json_is_integer(iss))
		return json_integer_value(iss) == (json_int_t)app->id;
	const char *text = json_string_value(iss);
	return text &&
	       (sim_text_id(hg_str(text)) == (int64_t)app->id || strcmp(text, SIM_CLIENT_ID) == 0);
}

static struct sim_jwt_fault check_claims(const struct sim_app *app, json_t *claims, int64_t now_s)
{
	json_t *iat = json_object_get(claims, "iat"), *exp = json_object_get(claims, "exp");

	if (!json_is_integer(iat) || json_integer_value(iat) > now_s)
		return (struct sim_jwt_fault){ 401,
			"'Issued at' claim ('iat') must be an Integer representing the time that "
			"the assertion was issued" };
	if (!json_is_integer(exp) || json_integer_value(exp) <= now_s)
		return (struct sim_jwt_fault){ 401,
			"'Expiration time' claim ('exp') must be a numeric value representing the "
			"future time at which the assertion expires" };
	if (json_integer_value(exp) > now_s + SIM_JWT_MOST_S)
		return (struct sim_jwt_fault){ 401,
			"'Expiration time' claim ('exp') is too far in the future" };
	if (!is_issuer(app, json_object_get(claims, "iss")))
		return (struct sim_jwt_fault){ 404, "Integration not found" };
	return (struct sim_jwt_fault){ 0, NULL };
}

bool sim_is_jwt(struct hg_str token)
{
	uint32_t dots = 0;

	for (size_t i = 0; i < token.n; i++)
		dots += token.p[i] == '.';
	return dots == 2 && token.n > 4 && token.p[0] != '.' && token.p[token.n - 1] != '.';
}

struct sim_jwt_fault sim_jwt_check(const struct sim_app *app, struct hg_str token, int64_t now_s)
{
	if (!app->key)
		return (struct sim_jwt_fault){ 0, NULL };
	const char *first = memchr(token.p, '.', token.n);
	const char *second = memchr(first + 1, '.', token.n - (size_t)(first + 1 - token.p));
	struct hg_str head = { token.p, (size_t)(first - token.p) };
	struct hg_str body = { first + 1, (size_t)(second - first - 1) };
	struct hg_str rest = { second + 1, token.n - (size_t)(second + 1 - token.p) };
	struct sim_jwt_fault fault = { 401, UNREADABLE };
	json_t *header = decode_json(head), *claims = decode_json(body);
	const char *alg = json_string_value(json_object_get(header, "alg"));

	if (json_is_object(claims) && alg && strcmp(alg, "RS256") == 0 &&
		is_signed(app->key, (struct hg_str){ token.p, head.n + 1 + body.n }, rest))
		fault = check_claims(app, claims, now_s);
	json_decref(header);
	json_decref(claims);
	return fault;
}
