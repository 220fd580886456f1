#include "dispatch/etag_model.h"

#include "base/text.h"
#include <openssl/evp.h>

#define DIGEST_BYTES 32u

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

static bool varies_on(struct hg_str vary, struct hg_str name)
{
	size_t at = 0;

	if (!vary.n || hg_str_is(vary, HG_STR("*")))
		return true;
	while (at < vary.n) {
		size_t from = at;
		while (at < vary.n && !is_blank(vary.p[at]))
			at++;
		if (hg_str_is_nocase((struct hg_str){ vary.p + from, at - from }, name))
			return true;
		at++;
	}
	return false;
}

static bool add(EVP_MD_CTX *md, struct hg_str s)
{
	return !s.n || EVP_DigestUpdate(md, s.p, s.n) == 1;
}

static bool add_fields(EVP_MD_CTX *md, const struct hg_etag_asker *a, struct hg_str name)
{
	bool is_ok = true;

	for (uint32_t i = 0; varies_on(a->vary, name) && i < a->n_fields; i++)
		if (hg_str_is_nocase(a->fields[i].name, name))
			is_ok = is_ok && add(md, a->fields[i].value) && add(md, HG_STR(":"));
	return is_ok;
}

static bool add_credential(EVP_MD_CTX *md, const struct hg_etag_asker *a)
{
	if (!a->token.n || !varies_on(a->vary, HG_STR("authorization")))
		return true;
	return add(md, a->scheme) && add(md, HG_STR(" ")) && add(md, a->token) &&
	       add(md, HG_STR(":"));
}

bool hg_etag_model(const struct hg_etag_asker *asker, struct hg_str body, char ret_hex[65])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	bool is_ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
	             add_fields(md, asker, HG_STR("accept")) && add_credential(md, asker) &&
	             add_fields(md, asker, HG_STR("cookie")) && add(md, body) &&
	             EVP_DigestFinal_ex(md, digest, &n) == 1 && n == DIGEST_BYTES;
	EVP_MD_CTX_free(md);
	if (is_ok)
		hg_format_hex(digest, DIGEST_BYTES, ret_hex);
	return is_ok;
}
