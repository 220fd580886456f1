#include "key.h"
#include <hg/hash.h>

#define NAME(text)                        \
	{                                 \
		"" text, sizeof(text) - 1 \
	}

/* Request fields on which an answer may depend; Authorization is in the scope. */
static const struct hg_str chosen_by[] = { NAME("accept"), NAME("accept-language"), NAME("prefer"),
	NAME("time-zone"), NAME("x-github-api-version"), NAME("x-github-media-type"),
	NAME("x-github-next-global-id"), NAME("graphql-features") };

/* … and those that ask for something else than the whole of it. */
static const struct hg_str passed_by[] = { NAME("range"), NAME("if-range"), NAME("if-match"),
	NAME("if-unmodified-since") };

/* Which delivery made an App ask (probot says it) tells GitHub's staff something, no more. */
static const struct hg_str no_matter = NAME("x-github-delivery");

#define N_CHOSEN (sizeof(chosen_by) / sizeof(*chosen_by))
#define N_PASSED (sizeof(passed_by) / sizeof(*passed_by))

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

static size_t find(const struct hg_str *names, size_t n, struct hg_str name)
{
	size_t i = 0;

	while (i < n && !hg_str_is_nocase(names[i], name))
		i++;
	return i;
}

bool key_is_chosen_by(struct hg_str name)
{
	return find(chosen_by, N_CHOSEN, name) < N_CHOSEN;
}

static bool is_understood(struct hg_str name)
{
	if (find(passed_by, N_PASSED, name) < N_PASSED)
		return false;
	return name.n < 9 || strncasecmp(name.p, "x-github-", 9) != 0 ||
	       hg_str_is_nocase(name, no_matter);
}

/* False: it can not be answered from memory. */
static bool choose(const struct hg_request *r, struct hg_str ret_values[N_CHOSEN])
{
	uint32_t n;
	const struct hg_field *fields = hg_request_headers(r, &n);

	for (uint32_t i = 0; i < n; i++) {
		size_t at = find(chosen_by, N_CHOSEN, fields[i].name);
		if (at == N_CHOSEN) {
			if (!is_understood(fields[i].name))
				return false;
			continue;
		}
		if (ret_values[at].p) /* GitHub sees all of them, a key would see one only */
			return false;
		ret_values[at] = fields[i].value;
	}
	return true;
}

static void add_number(struct parts *parts, uint64_t number)
{
	add(parts, (struct hg_str){ (const char *)&number, sizeof(number) });
}

bool key_of_request(const struct hg_request *r, struct index_key *ret_key)
{
	struct hg_str values[N_CHOSEN] = { 0 };
	uint8_t body[16];
	struct parts parts;

	bool is_query = hg_request_is_graphql_query(r, body);
	if ((hg_request_has_body(r) && !is_query) || !choose(r, values))
		return false;
	begin(&parts, hg_request_scope(r), hg_request_path(r), hg_request_query(r));
	add_number(&parts, hg_request_origin(r));
	for (size_t i = 0; i < N_CHOSEN; i++)
		add(&parts, values[i]);
	if (is_query)
		add(&parts, (struct hg_str){ (const char *)body, sizeof(body) });
	return finish(&parts, ret_key);
}

bool key_of_send(const struct hg_send *s, struct index_key *ret_key)
{
	uint8_t body[16];
	struct parts parts;

	begin(&parts, hg_send_scope(s), hg_send_path(s), hg_send_query(s));
	add_number(&parts, hg_send_origin(s));
	for (size_t i = 0; i < N_CHOSEN; i++)
		add(&parts, hg_send_header(s, chosen_by[i].p));
	if (hg_send_is_graphql_query(s, body))
		add(&parts, (struct hg_str){ (const char *)body, sizeof(body) });
	return finish(&parts, ret_key);
}

/* -- near keys --------------------------------------------------------------------------------- */

/* What is there is about who asks: another has the same bytes by chance at most. */
static const struct hg_str personal[] = { NAME("/user"), NAME("/notifications"), NAME("/issues"),
	NAME("/installation"), NAME("/app"), NAME("/gists"), NAME("/rate_limit") };

static bool is_personal(struct hg_str path)
{
	for (size_t i = 0; i < sizeof(personal) / sizeof(*personal); i++)
		if (path.n >= personal[i].n && memcmp(path.p, personal[i].p, personal[i].n) == 0 &&
			(path.n == personal[i].n || path.p[personal[i].n] == '/'))
			return true;
	return false;
}

static struct hg_str plain_accept(struct hg_str accept)
{
	static const struct hg_str plain[] = { NAME("*/*"), NAME("application/json"),
		NAME("application/vnd.github+json"), NAME("application/vnd.github.v3+json") };

	return find(plain, sizeof(plain) / sizeof(*plain), accept) < 4 ? (struct hg_str){ 0 }
	                                                               : accept;
}

/* values[0] is Accept's. */
static bool near(uint64_t place, struct hg_str path, struct hg_str query,
	const struct hg_str values[N_CHOSEN], struct index_key *ret_key)
{
	struct parts parts;

	if (is_personal(path))
		return false;
	begin(&parts, (struct hg_scope){ { 0 } }, path, query);
	add_number(&parts, place);
	add(&parts, plain_accept(values[0]));
	for (size_t i = 1; i < N_CHOSEN; i++)
		add(&parts, values[i]);
	return finish(&parts, ret_key);
}

bool key_near_request(const struct hg_request *r, struct index_key *ret_key)
{
	struct hg_str values[N_CHOSEN] = { 0 };

	return !hg_request_has_body(r) && choose(r, values) &&
	       near(hg_request_place(r), hg_request_path(r), hg_request_query(r), values, ret_key);
}

bool key_near_send(const struct hg_send *s, struct index_key *ret_key)
{
	struct hg_str values[N_CHOSEN];

	for (size_t i = 0; i < N_CHOSEN; i++)
		values[i] = hg_send_header(s, chosen_by[i].p);
	return near(hg_send_place(s), hg_send_path(s), hg_send_query(s), values, ret_key);
}
