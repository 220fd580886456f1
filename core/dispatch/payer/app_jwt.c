#include "dispatch/payer/app_jwt.h"

#include "base/secret.h"
#include "base/text.h"
#include <openssl/evp.h>
#include <string.h>

#define SEC_US INT64_C(1000000)

static const char head[] = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"; /* {"alg":"RS256","typ":"JWT"} */

/* base64url without padding (RFC 7515, 2). `n` up to HG_APP_SIGNATURE_BYTES. */
static void add_base64url(struct hg_text *out, const void *bytes, size_t n)
{
	char digits[4 * (HG_APP_SIGNATURE_BYTES + 2) / 3 + 4];
	int len = EVP_EncodeBlock((unsigned char *)digits, bytes, (int)n);

	while (len > 0 && digits[len - 1] == '=')
		len--;
	for (int i = 0; i < len; i++)
		digits[i] = (char)(digits[i] == '+' ? '-' : digits[i] == '/' ? '_' : digits[i]);
	hg_text_add(out, (struct hg_str){ digits, (size_t)len });
}

static void add_claims(struct hg_text *out, const char *id, int64_t now_s)
{
	struct hg_text claims;

	hg_text_init(&claims);
	hg_text_printf(&claims,
		"{\"iat\":%lld,\"exp\":%lld,\"iss\":", (long long)(now_s - HG_APP_JWT_BACK_S),
		(long long)(now_s + HG_APP_JWT_AHEAD_S));
	hg_text_add_json(&claims, hg_str(id));
	hg_text_add_char(&claims, '}');
	if (claims.n <= HG_APP_SIGNATURE_BYTES) /* the id has 63 characters at most */
		add_base64url(out, claims.p, claims.n);
	hg_text_fini(&claims);
}

struct hg_secret *hg_app_jwt_new(
	const struct hg_app_key *key, const char *id, int64_t wall_us, int64_t skew_us)
{
	uint8_t signature[HG_APP_SIGNATURE_BYTES];
	struct hg_secret *jwt = NULL;
	struct hg_text text;

	hg_text_init(&text);
	hg_text_add(&text, hg_str(head));
	hg_text_add_char(&text, '.');
	add_claims(&text, id, (wall_us + skew_us) / SEC_US);
	size_t n = hg_app_key_sign(key, hg_text_str(&text), signature);
	if (n) {
		hg_text_add_char(&text, '.');
		add_base64url(&text, signature, n);
		jwt = hg_secret_new(hg_text_str(&text));
	}
	explicit_bzero(text.p, text.room);
	hg_text_fini(&text);
	return jwt;
}
