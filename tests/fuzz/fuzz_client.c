/*
 * Any bytes as what a client says of itself: a line each for Authorization, Host, Origin and
 * Sec-Fetch-Site. The first byte chooses the listener and whether keys are configured.
 *
 * Must hold: without keys nobody is served but a loopback name's client that is not forwarded and
 * not another site's page; with keys nobody without a credential; a key never goes to GitHub, and
 * only the right one opens, within its time; a token that does go stood in the field as it is; a
 * refusal says a status, a word and a sentence; the same again gives the same.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "front/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GOOD_KEY "hgk_0000000000000000000000000000000000000000000"
#define OLD_KEY "hgk_1111111111111111111111111111111111111111111"
#define NOW_US 1795489200000000

static void check(bool holds)
{
	if (!holds)
		abort();
}

static const struct hg_keys *two_keys(void)
{
	static struct hg_keys *keys;

	if (keys)
		return keys;
	uint8_t digest[HG_KEY_DIGEST_BYTES];
	keys = hg_keys_new(1);
	struct hg_grant *grant = hg_keys_grant(keys, 0);
	grant->name = "ci";
	hg_key_digest(HG_STR(GOOD_KEY), digest);
	check(hg_keys_put(keys, digest, 0, grant));
	hg_key_digest(HG_STR(OLD_KEY), digest);
	check(hg_keys_put(keys, digest, NOW_US - 1, grant));
	return keys;
}

static struct hg_str cut_line(struct hg_str *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct hg_str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	rest->p += line.n + (end != NULL);
	rest->n -= line.n + (end != NULL);
	if (!line.n)
		line.p = NULL;
	return line;
}

static bool ends_nocase(struct hg_str s, struct hg_str end)
{
	return s.n >= end.n && strncasecmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

/* Said in other words than client.c does. */
static void check_loopback(struct hg_str host)
{
	struct hg_str name = host;

	if (!hg_host_is_loopback(host))
		return;
	while (name.n && name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9')
		name.n--;
	if (name.n && name.p[name.n - 1] == ':')
		name.n--;
	else
		name = host;
	check(!memchr(name.p, ':', name.n) || hg_str_is(name, HG_STR("[::1]")));
	if (hg_str_is(name, HG_STR("[::1]")) || hg_str_is_nocase(name, HG_STR("localhost")) ||
		ends_nocase(name, HG_STR(".localhost")))
		return;
	check(hg_str_starts(name, HG_STR("127.")));
	for (size_t i = 0; i < name.n; i++)
		check(name.p[i] == '.' || (name.p[i] >= '0' && name.p[i] <= '9'));
}

static void check_keyless(const struct hg_client_in *in)
{
	struct hg_str host = in->host, origin = in->origin, site = in->sec_fetch_site;

	if (in->listener->is_unix)
		return;
	check(in->listener->is_loopback && !in->is_forwarded);
	check(!host.n || hg_host_is_loopback(host));
	if (origin.n)
		check(origin.n >= host.n + 3 && ends_nocase(origin, host) &&
			memcmp(origin.p + origin.n - host.n - 3, "://", 3) == 0);
	check(!site.n || hg_str_is_nocase(site, HG_STR("same-origin")) ||
		hg_str_is_nocase(site, HG_STR("none")));
}

static void check_client(const struct hg_client_in *in, const struct hg_client *c)
{
	bool has_keys = in->snapshot->keys;

	check(memchr(c->name, 0, sizeof(c->name)) != NULL);
	if (in->is_open) {
		check(!c->token.p && !c->grant && strcmp(c->name, "local") == 0);
		return;
	}
	if (!has_keys)
		check_keyless(in);
	check(!c->grant || has_keys);
	check(!c->grant || !c->token.p);
	check(!has_keys || c->grant || c->token.p);
	if (c->grant) {
		check(strcmp(c->name, "ci") == 0);
		if (!memmem(in->authorization.p, in->authorization.n, GOOD_KEY, strlen(GOOD_KEY)))
			check(strncasecmp(in->authorization.p, "basic ", 6) == 0);
	}
	check((c->token.p || c->grant) == (in->authorization.n > 0));
	if (!c->token.p)
		return;
	const char *space = memrchr(in->authorization.p, ' ', in->authorization.n);
	check(space != NULL);
	struct hg_str token = { space + 1,
		in->authorization.n - (size_t)(space + 1 - in->authorization.p) };
	check(token.n && hg_str_is(c->token, token));
	check(strncmp(c->name, "passthrough:", 12) == 0 && strlen(c->name) == 24);
	check(!hg_key_looks_like_one(token));
	check(!has_keys || !in->is_route);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hg_client_refusal no = { 0 }, no_again = { 0 };
	struct hg_client client, again;

	if (size < 1)
		return 0;
	unsigned char how = data[0];
	struct hg_listener_conf listener = {
		.is_unix = (how & 3) == 1, .is_loopback = (how & 3) != 2, .faces = HG_FACE_GITHUB
	};
	struct hg_snapshot snapshot = { .http.passthrough = how & 4,
		.n_upstreams = 1,
		.keys = how & 8 ? (struct hg_keys *)two_keys() : NULL };
	struct hg_str rest = { (const char *)data + 1, size - 1 };
	struct hg_client_in in = { .snapshot = &snapshot,
		.upstream = &snapshot.upstreams[0],
		.listener = &listener,
		.is_forwarded = how & 16,
		.is_open = (how & 0x60) == 0x60,
		.is_route = how & 0x80,
		.wall_us = NOW_US };

	in.authorization = cut_line(&rest);
	in.host = cut_line(&rest);
	in.origin = cut_line(&rest);
	in.sec_fetch_site = cut_line(&rest);
	check_loopback(in.host);
	int rc = hg_client_identify(&in, &client, &no);
	check(hg_client_identify(&in, &again, &no_again) == rc);
	if (rc == 0) {
		check_client(&in, &client);
		check(strcmp(client.name, again.name) == 0);
		check(memcmp(&client.scope, &again.scope, sizeof(client.scope)) == 0);
	} else {
		check(rc == HG_EDENIED && (no.status == 401 || no.status == 403));
		check(no.code && no.detail && no.code == no_again.code);
	}
	return 0;
}
