#include "etag.h"

#include <openssl/evp.h>

#include "text.h"

static bool vary_names(const char *vary, struct hg_str name)
{
	if (!vary || strcmp(vary, "*") == 0)
		return true;
	while (*vary) {
		size_t n = strcspn(vary, ", ");
		if (hg_str_is_nocase((struct hg_str){ vary, n }, name))
			return true;
		vary += n;
		vary += strspn(vary, ", ");
	}
	return false;
}

static struct sim_etag finish(EVP_MD_CTX *md)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct sim_etag etag;
	unsigned n = 0;

	EVP_DigestFinal_ex(md, digest, &n);
	EVP_MD_CTX_free(md);
	sim_text_hex(digest, 32, etag.hex);
	return etag;
}

struct sim_etag sim_etag_github(
	const struct sim_request *rq, const char *vary, const char *body, size_t n)
{
	static const struct hg_str hashed[] = { { "Accept", 6 }, { "Authorization", 13 },
		{ "Cookie", 6 } };
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	for (size_t h = 0; h < sizeof(hashed) / sizeof(hashed[0]); h++) {
		if (!vary_names(vary, hashed[h]))
			continue;
		for (uint32_t i = 0; i < rq->n_fields; i++) {
			if (!hg_str_is_nocase(rq->fields[i].name, hashed[h]))
				continue;
			EVP_DigestUpdate(md, rq->fields[i].value.p, rq->fields[i].value.n);
			EVP_DigestUpdate(md, ":", 1);
		}
	}
	EVP_DigestUpdate(md, body, n);
	return finish(md);
}

struct sim_etag sim_etag_opaque(struct hg_str path, const char *body, size_t n)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	EVP_DigestUpdate(md, "opaque\n", 7);
	EVP_DigestUpdate(md, path.p, path.n);
	EVP_DigestUpdate(md, "\n", 1);
	EVP_DigestUpdate(md, body, n);
	return finish(md);
}

bool sim_etag_matches(struct hg_str list, const struct sim_etag *etag)
{
	size_t at = 0;

	while (at < list.n) {
		char c = list.p[at];
		if (c == '*')
			return true;
		if (c != '"') { /* separators and the W/ of a weak tag */
			at++;
			continue;
		}
		const char *tag = list.p + at + 1;
		const char *end = memchr(tag, '"', list.n - at - 1);
		if (!end)
			return false;
		if (hg_str_is((struct hg_str){ tag, (size_t)(end - tag) }, hg_str(etag->hex)))
			return true;
		at = (size_t)(end - list.p) + 1;
	}
	return false;
}
