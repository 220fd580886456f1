#include "front/client.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"
#include <stdio.h>

#define KEY_PREFIX HG_STR("hgk_")
#define MAX_TOKEN_BYTES 4096u

struct hg_scope hg_scope_of_token(struct hg_str token)
{
	struct hg_scope scope;

	hg_hash128(token.p, token.n, scope.bytes);
	return scope;
}

static bool starts_nocase(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

bool hg_field_is_forwarding(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("forwarded")) ||
	       starts_nocase(name, HG_STR("x-forwarded-")) ||
	       hg_str_is_nocase(name, HG_STR("x-real-ip")) || hg_str_is_nocase(name, HG_STR("via"));
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

static int check_keyless(const struct hg_client_in *in, struct hg_client_refusal *ret_no)
{
	if (in->listener->is_unix)
		return 0;
	if (!in->listener->is_loopback)
		return refuse(
			ret_no, 403, "keys_required", "Without keys hubgate serves loopback only.");
	if (in->is_forwarded)
		return refuse(ret_no, 403, "forwarded_without_keys",
			"Forwarded requests are refused as long as no keys are configured.");
	if (in->host.n && !hg_host_is_loopback(in->host))
		return refuse(ret_no, 403, "host_not_loopback",
			"Without keys the Host must be a loopback name.");
	if (in->origin.n && !is_own_origin(in->origin, in->host))
		return refuse(
			ret_no, 403, "cross_site", "Requests of another site's page are refused.");
	if (in->sec_fetch_site.n && !hg_str_is_nocase(in->sec_fetch_site, HG_STR("same-origin")) &&
		!hg_str_is_nocase(in->sec_fetch_site, HG_STR("none")))
		return refuse(
			ret_no, 403, "cross_site", "Requests of another site's page are refused.");
	return 0;
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

static int take_token(
	const struct hg_client_in *in, struct hg_client *c, struct hg_client_refusal *ret_no)
{
	struct hg_str token;
	bool basic = cut_scheme(in->authorization, HG_STR("Basic"), &token);

	if (!basic && !cut_scheme(in->authorization, HG_STR("Bearer"), &token) &&
		!cut_scheme(in->authorization, HG_STR("token"), &token))
		return refuse(ret_no, 401, "bad_authorization",
			"Authorization must be Bearer, token or Basic.");
	if (token.n > MAX_TOKEN_BYTES || memchr(token.p, ' ', token.n))
		return refuse(ret_no, 401, "bad_authorization", "The token is malformed.");
	if (hg_str_starts(token, KEY_PREFIX))
		return refuse(ret_no, 401, "unknown_key", "No such key.");
	if (!in->snapshot->http.passthrough)
		return refuse(ret_no, 403, "passthrough_off",
			"Clients' own tokens are not forwarded here.");

	c->scope = hg_scope_of_token(token);
	c->scope.bytes[15] ^= basic; /* the same bytes as Basic are another credential */
	c->token = hg_secret_new(token);
	c->token_is_basic = basic;
	char hex[13];
	hg_format_hex(c->scope.bytes, 6, hex);
	(void)snprintf(c->name, sizeof(c->name), "passthrough:%s", hex);
	return 0;
}

int hg_client_identify(const struct hg_client_in *in, struct hg_client *ret_client,
	struct hg_client_refusal *ret_no)
{
	struct hg_client c = { .name = "local", .scope = hg_scope_of_pool() };

	if (!in->is_open && check_keyless(in, ret_no) < 0)
		return HG_EDENIED;
	if (in->authorization.n && !in->is_open && take_token(in, &c, ret_no) < 0)
		return HG_EDENIED;
	*ret_client = c;
	return 0;
}
