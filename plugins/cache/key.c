#include "key.h"
#include <hg/hash.h>

/* Request fields on which an answer may depend; Authorization is in the scope. */
static const char *const chosen_by[] = { "accept", "accept-language", "prefer", "time-zone",
	"x-github-api-version", "x-github-media-type", "x-github-next-global-id",
	"graphql-features" };

#define N_CHOSEN (sizeof(chosen_by) / sizeof(*chosen_by))

#define MAX_PARTS_BYTES 4096u /* longer ones pass the cache by */

struct parts {
	size_t n;
	bool is_over;
	char bytes[MAX_PARTS_BYTES];
};

/* Each part with its length before it, so that no two lists of parts read the same. */
static void add(struct parts *parts, struct hg_str part)
{
	uint32_t n = (uint32_t)part.n;

	if (part.n > MAX_PARTS_BYTES - sizeof(n) ||
		parts->n > MAX_PARTS_BYTES - sizeof(n) - part.n) {
		parts->is_over = true;
		return;
	}
	memcpy(parts->bytes + parts->n, &n, sizeof(n));
	parts->n += sizeof(n);
	if (part.n)
		memcpy(parts->bytes + parts->n, part.p, part.n);
	parts->n += part.n;
}

static void begin(
	struct parts *parts, struct hg_scope scope, struct hg_str path, struct hg_str query)
{
	parts->n = 0;
	parts->is_over = false;
	add(parts, (struct hg_str){ (const char *)scope.bytes, sizeof(scope.bytes) });
	add(parts, path);
	add(parts, query);
}

static bool finish(const struct parts *parts, struct index_key *ret_key)
{
	if (parts->is_over)
		return false;
	hg_hash128(parts->bytes, parts->n, ret_key->bytes);
	return true;
}

static bool is_understood(struct hg_str name)
{
	if (hg_str_is_nocase(name, HG_STR("range")) || hg_str_is_nocase(name, HG_STR("if-range")) ||
		hg_str_is_nocase(name, HG_STR("if-match")) ||
		hg_str_is_nocase(name, HG_STR("if-unmodified-since")))
		return false;
	if (name.n < 9 || strncasecmp(name.p, "x-github-", 9) != 0)
		return true;
	for (size_t i = 0; i < N_CHOSEN; i++)
		if (hg_str_is_nocase(name, hg_str(chosen_by[i])))
			return true;
	return false;
}

/* GitHub sees all of a repeated field, a key would see the first only. */
static bool is_repeated(const struct hg_field *fields, uint32_t n, const char *name)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < n; i++)
		seen += hg_str_is_nocase(fields[i].name, hg_str(name));
	return seen > 1;
}

bool key_of_request(const struct hg_request *r, struct index_key *ret_key)
{
	struct parts parts;
	uint32_t n;
	const struct hg_field *fields = hg_request_headers(r, &n);

	if (hg_request_has_body(r))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!is_understood(fields[i].name))
			return false;
	uint64_t origin = hg_request_origin(r);
	begin(&parts, hg_request_scope(r), hg_request_path(r), hg_request_query(r));
	add(&parts, (struct hg_str){ (const char *)&origin, sizeof(origin) });
	for (size_t i = 0; i < N_CHOSEN; i++) {
		if (is_repeated(fields, n, chosen_by[i]))
			return false;
		add(&parts, hg_request_header(r, chosen_by[i]));
	}
	return finish(&parts, ret_key);
}

bool key_of_send(const struct hg_send *s, struct index_key *ret_key)
{
	struct parts parts;

	uint64_t origin = hg_send_origin(s);
	begin(&parts, hg_send_scope(s), hg_send_path(s), hg_send_query(s));
	add(&parts, (struct hg_str){ (const char *)&origin, sizeof(origin) });
	for (size_t i = 0; i < N_CHOSEN; i++)
		add(&parts, hg_send_header(s, chosen_by[i]));
	return finish(&parts, ret_key);
}
