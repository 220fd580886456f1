#include "front/client.h"
#include "base/text.h"
#include "ticket/scope.h"
#include "ticket/upstreams.h"
#include <stdio.h>

#define MAX_TOKEN_BYTES 4096u

static bool starts_nocase(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

bool hg_field_is_forwarding(struct hg_str name)
{
	static const char *const names[] = { "forwarded", "via", "x-forwarded", "x-real-ip",
		"x-client-ip", "x-cluster-client-ip", "cf-connecting-ip", "true-client-ip" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (hg_str_is_nocase(name, hg_str(names[i])))
			return true;
	return starts_nocase(name, HG_STR("x-forwarded-"));
}

/* 127.0.0.0/8 as four decimal numbers: "127.evil.example" is a name, not an address. */
static bool is_ipv4_loopback(struct hg_str s)
{
	unsigned dots = 0, digits = 0;

	if (!hg_str_starts(s, HG_STR("127.")))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (!digits)
				return false;
			dots++;
			digits = 0;
		} else if (s.p[i] >= '0' && s.p[i] <= '9' && digits < 3) {
			digits++;
		} else {
			return false;
		}
	}
	return dots == 3 && digits > 0;
}

/* "" or ":" and a port: anything else behind a name would make it another one. */
static bool is_port(struct hg_str s)
{
	if (s.n && s.p[0] != ':')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool hg_host_is_loopback(struct hg_str host)
{
	static const struct hg_str local = { ".localhost", 10 };

	if (host.n && host.p[0] == '[')
		return hg_str_starts(host, HG_STR("[::1]")) &&
		       is_port((struct hg_str){ host.p + 5, host.n - 5 });

	const char *colon = host.n ? memchr(host.p, ':', host.n) : NULL;
	if (colon) {
		size_t name_n = (size_t)(colon - host.p);
		if (!is_port((struct hg_str){ colon, host.n - name_n }))
			return false;
		host.n = name_n;
	}
	if (hg_str_is_nocase(host, HG_STR("localhost")) || is_ipv4_loopback(host))
		return true;
	return host.n > local.n && strncasecmp(host.p + host.n - local.n, local.p, local.n) == 0;
}

static int refuse(
	struct hg_client_refusal *ret_no, int status, const char *code, const char *detail)
{
	*ret_no = (struct hg_client_refusal){ status, code, detail };
	return HG_EDENIED;
}

/* "http://localhost:3001" against the Host it was sent to. */
static bool is_own_origin(struct hg_str origin, struct hg_str host)
{
	const char *mark = origin.n ? memmem(origin.p, origin.n, "://", 3) : NULL;

	if (!mark)
		return false; /* "null" is a sandboxed or redirected page */
	size_t at = (size_t)(mark - origin.p) + 3;
	return hg_str_is_nocase((struct hg_str){ origin.p + at, origin.n - at }, host);
}

static int check_site(const struct hg_client_in *in, struct hg_client_refusal *ret_no)
{
	bool is_own = !in->origin.n || is_own_origin(in->origin, in->host);

	if (in->sec_fetch_site.n && !hg_str_is_nocase(in->sec_fetch_site, HG_STR("same-origin")) &&
		!hg_str_is_nocase(in->sec_fetch_site, HG_STR("none")))
		is_own = false;
	if (is_own)
		return 0;
	return refuse(ret_no, 403, "cross_site", "Requests of another site's page are refused.");
}

static int check_keyless(const struct hg_client_in *in, struct hg_client_refusal *ret_no)
{
	if (in->listener->is_unix && !in->is_foreign)
		return 0;
	if (in->cert.n)
		return check_site(in, ret_no);
	if (!in->listener->is_loopback || in->is_foreign)
		return refuse(
			ret_no, 403, "keys_required", "Without keys hubgate serves loopback only.");
	if (in->is_forwarded)
		return refuse(ret_no, 403, "forwarded_without_keys",
			"Forwarded requests are refused as long as no keys are configured.");
	if (in->host.n && !hg_host_is_loopback(in->host) &&
		!hg_upstream_has_host(in->upstream, in->host))
		return refuse(ret_no, 403, "host_not_loopback",
			"Without keys the Host must be a loopback name.");
	return check_site(in, ret_no);
}

static bool cut_scheme(struct hg_str value, struct hg_str scheme, struct hg_str *ret_rest)
{
	if (value.n <= scheme.n || !starts_nocase(value, scheme) || value.p[scheme.n] != ' ')
		return false;
	size_t at = scheme.n;
	while (at < value.n && value.p[at] == ' ')
		at++;
	*ret_rest = (struct hg_str){ value.p + at, value.n - at };
	return ret_rest->n > 0;
}

/* -- Authorization ----------------------------------------------------------------------------- */

struct proof { /* what a client shows */
	struct hg_str token;
	struct hg_str key; /* p NULL: it is no key */
	bool is_basic;
	bool is_misplaced; /* a key as Basic's user name, or not encoded: not for GitHub either */
	char decoded[MAX_TOKEN_BYTES];
};

static int value64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Both alphabets, with or without padding: what some decoder would take for a key is one. */
static struct hg_str decode64(struct hg_str s, char *room)
{
	size_t n = 0;
	unsigned bits = 0, n_bits = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
		int v = value64(s.p[i]);
		if (v < 0)
			return (struct hg_str){ 0 };
		bits = (bits << 6 | (unsigned)v) & 0xffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			room[n++] = (char)(bits >> n_bits);
		}
	}
	return (struct hg_str){ room, n };
}

static void look_into_basic(struct proof *p)
{
	struct hg_str pair = decode64(p->token, p->decoded);
	const char *colon = pair.n ? memchr(pair.p, ':', pair.n) : NULL;

	p->is_misplaced =
		hg_key_looks_like_one(pair) || hg_key_looks_like_one(p->token) ||
		(colon && hg_key_is_within((struct hg_str){ pair.p, (size_t)(colon - pair.p) }));
	if (!colon)
		return;
	struct hg_str password = { colon + 1, pair.n - (size_t)(colon + 1 - pair.p) };
	if (hg_key_looks_like_one(password))
		p->key = password;
}

static int read_proof(
	const struct hg_client_in *in, struct proof *p, struct hg_client_refusal *ret_no)
{
	p->is_basic = cut_scheme(in->authorization, HG_STR("Basic"), &p->token);
	p->is_misplaced = false;
	p->key = (struct hg_str){ 0 };
	if (!p->is_basic && !cut_scheme(in->authorization, HG_STR("Bearer"), &p->token) &&
		!cut_scheme(in->authorization, HG_STR("token"), &p->token))
		return refuse(ret_no, 401, "bad_authorization",
			"Authorization must be Bearer, token or Basic.");
	if (p->token.n > MAX_TOKEN_BYTES || memchr(p->token.p, ' ', p->token.n))
		return refuse(ret_no, 401, "bad_authorization", "The token is malformed.");
	if (p->is_basic)
		look_into_basic(p);
	else if (hg_key_looks_like_one(p->token))
		p->key = p->token;
	if (!p->key.p && hg_key_is_within(p->token))
		p->is_misplaced = true;
	if (p->is_misplaced)
		return refuse(ret_no, 401, "bad_authorization",
			"A key stands alone behind Bearer or token, or is the password of Basic.");
	return 0;
}

static int take_key(const struct hg_client_in *in, const struct proof *p, struct hg_client *c,
	struct hg_client_refusal *ret_no)
{
	const struct hg_keys *keys = in->snapshot->keys;
	const struct hg_key *key = keys ? hg_keys_find_again(keys, in->key_memos, p->key) : NULL;

	if (!key)
		return refuse(ret_no, 401, "unknown_key", "No such key.");
	if (hg_key_is_expired(key, in->wall_us))
		return refuse(ret_no, 401, "key_expired", "This key has expired.");
	if (p->is_basic && check_site(in, ret_no) < 0)
		return HG_EDENIED;
	c->grant = key->grant;
	size_t n = strnlen(key->grant->name, sizeof(c->name) - 1);
	memcpy(c->name, key->grant->name, n);
	c->name[n] = '\0';
	return 0;
}

static int take_token(const struct hg_client_in *in, const struct proof *p, struct hg_client *c,
	struct hg_client_refusal *ret_no)
{
	if (in->snapshot->keys && in->is_route)
		return refuse(ret_no, 401, "key_required", "This path needs a key of hubgate's.");
	if (!in->snapshot->http.passthrough || in->listener->is_keys_only)
		return refuse(ret_no, 403, "passthrough_off",
			"Clients' own tokens are not forwarded here.");
	if (in->snapshot->keys && p->is_basic && check_site(in, ret_no) < 0)
		return HG_EDENIED;

	c->scope = hg_scope_of(
		p->is_basic ? HG_SCOPE_BASIC : HG_SCOPE_BEARER, in->upstream->place, p->token);
	c->token = p->token;
	c->token_is_basic = p->is_basic;
	char hex[13];
	hg_format_hex(c->scope.bytes, 6, hex);
	(void)snprintf(c->name, sizeof(c->name), "passthrough:%s", hex);
	return 0;
}

static int take_authorization(
	const struct hg_client_in *in, struct hg_client *c, struct hg_client_refusal *ret_no)
{
	struct proof p;
	int rc = read_proof(in, &p, ret_no);

	if (rc == 0)
		rc = p.key.p ? take_key(in, &p, c, ret_no) : take_token(in, &p, c, ret_no);
	if (p.is_basic)
		explicit_bzero(p.decoded, sizeof(p.decoded));
	return rc;
}

int hg_client_identify(const struct hg_client_in *in, struct hg_client *ret_client,
	struct hg_client_refusal *ret_no)
{
	struct hg_client c = { .name = "local", .scope = in->upstream->pool };
	bool needs_key = in->snapshot->keys && !(in->listener->faces & HG_FACE_ADMIN);

	if (in->is_open) {
		*ret_client = c;
		return 0;
	}
	if (!needs_key && check_keyless(in, ret_no) < 0)
		return HG_EDENIED;
	if (!needs_key && in->cert.n)
		(void)snprintf(c.name, sizeof(c.name), "cert:%.*s", (int)in->cert.n, in->cert.p);
	if (needs_key && !in->authorization.n)
		return refuse(ret_no, 401, "key_required",
			"A key of hubgate's is needed: Authorization: Bearer hgk_…");
	if (in->authorization.n && take_authorization(in, &c, ret_no) < 0)
		return HG_EDENIED;
	*ret_client = c;
	return 0;
}
