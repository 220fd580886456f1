#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/secret.h"
#include "front/client.h"
#include "ticket/scope.h"

enum where { LOOPBACK, UNIX, ELSEWHERE };

/* One request to a hubgate without keys. "" = the field is absent. */
struct row {
	const char *what;
	enum where where;
	const char *host, *authorization, *origin, *site;
	bool is_forwarded, is_open;
	const char *code; /* NULL = let in */
};

#define POOL ((struct hg_scope){ "the pool's" })

static int ask(const struct row *row, bool passthrough, struct hg_client *ret_client,
	struct hg_client_refusal *ret_no)
{
	struct hg_snapshot snapshot = { .http.passthrough = passthrough,
		.n_upstreams = 1,
		.upstreams[0] = { .place = 7, .pool = POOL } };
	struct hg_listener_conf listener = { .is_unix = row->where == UNIX,
		.is_loopback = row->where != ELSEWHERE };
	struct hg_client_in in = { .snapshot = &snapshot,
		.upstream = &snapshot.upstreams[0],
		.listener = &listener,
		.host = hg_str(row->host),
		.authorization = hg_str(row->authorization),
		.origin = hg_str(row->origin),
		.sec_fetch_site = hg_str(row->site),
		.is_forwarded = row->is_forwarded,
		.is_open = row->is_open };

	return hg_client_identify(&in, ret_client, ret_no);
}

#define LOCAL "localhost:3001"

static const struct row rows[] = {
	/* the machine itself */
	{ "curl", LOOPBACK, LOCAL, "", "", "", 0, 0, NULL },
	{ "an address", LOOPBACK, "127.0.0.1:3001", "", "", "", 0, 0, NULL },
	{ "another of the net", LOOPBACK, "127.1.2.3", "", "", "", 0, 0, NULL },
	{ "IPv6", LOOPBACK, "[::1]:3001", "", "", "", 0, 0, NULL },
	{ "a name below localhost", LOOPBACK, "hub.LocalHost:3001", "", "", "", 0, 0, NULL },
	{ "HTTP/1.0 without Host", LOOPBACK, "", "", "", "", 0, 0, NULL },
	{ "gh over a Unix socket", UNIX, "api.github.com", "", "", "", 0, 0, NULL },
	{ "a socket is forwarded to by ssh", UNIX, "api.github.com", "", "", "", 1, 0, NULL },
	{ "its own page", LOOPBACK, LOCAL, "", "http://localhost:3001", "same-origin", 0, 0, NULL },
	{ "typed into a browser", LOOPBACK, LOCAL, "", "", "none", 0, 0, NULL },
	/* a listener that is not loopback */
	{ "another machine", ELSEWHERE, LOCAL, "", "", "", 0, 0, "keys_required" },
	{ "another machine, with a token", ELSEWHERE, LOCAL, "Bearer ghp_x", "", "", 0, 0,
		"keys_required" },
	/* a reverse proxy on this machine */
	{ "a local proxy", LOOPBACK, LOCAL, "", "", "", 1, 0, "forwarded_without_keys" },
	/* DNS rebinding */
	{ "rebound name", LOOPBACK, "evil.example:3001", "", "", "", 0, 0, "host_not_loopback" },
	{ "a name like localhost", LOOPBACK, "localhost.evil.example", "", "", "", 0, 0,
		"host_not_loopback" },
	{ "ends like localhost", LOOPBACK, "evillocalhost", "", "", "", 0, 0, "host_not_loopback" },
	{ "begins like an address", LOOPBACK, "127.evil.example", "", "", "", 0, 0,
		"host_not_loopback" },
	{ "an address and a name", LOOPBACK, "127.0.0.1.evil.example", "", "", "", 0, 0,
		"host_not_loopback" },
	{ "nip.io", LOOPBACK, "127-0-0-1.nip.io", "", "", "", 0, 0, "host_not_loopback" },
	{ "another net", LOOPBACK, "128.0.0.1", "", "", "", 0, 0, "host_not_loopback" },
	{ "every address", LOOPBACK, "0.0.0.0:3001", "", "", "", 0, 0, "host_not_loopback" },
	{ "another IPv6", LOOPBACK, "[::2]", "", "", "", 0, 0, "host_not_loopback" },
	{ "IPv6 and a name", LOOPBACK, "[::1].evil.example", "", "", "", 0, 0,
		"host_not_loopback" },
	{ "a name behind the colon", LOOPBACK, "localhost:x@evil.example", "", "", "", 0, 0,
		"host_not_loopback" },
	{ "a name behind IPv6's colon", LOOPBACK, "[::1]:1@evil.example", "", "", "", 0, 0,
		"host_not_loopback" },
	{ "GitHub's name, by a hosts file", LOOPBACK, "api.github.com", "", "", "", 0, 0,
		"host_not_loopback" },
	/* a page in a browser */
	{ "another site's page", LOOPBACK, LOCAL, "", "https://evil.example", "cross-site", 0, 0,
		"cross_site" },
	{ "an old browser", LOOPBACK, LOCAL, "", "https://evil.example", "", 0, 0, "cross_site" },
	{ "no Origin on a GET", LOOPBACK, LOCAL, "", "", "cross-site", 0, 0, "cross_site" },
	{ "a page on another local port", LOOPBACK, LOCAL, "", "http://localhost:8080", "same-site",
		0, 0, "cross_site" },
	{ "the same without Sec-Fetch", LOOPBACK, LOCAL, "", "http://localhost:8080", "", 0, 0,
		"cross_site" },
	{ "a name below localhost asks", LOOPBACK, LOCAL, "", "", "same-site", 0, 0, "cross_site" },
	{ "a sandboxed frame", LOOPBACK, LOCAL, "", "null", "", 0, 0, "cross_site" },
	{ "an origin that begins alike", LOOPBACK, LOCAL, "", "http://localhost:3001.evil.example",
		"", 0, 0, "cross_site" },
	{ "an unknown word", LOOPBACK, LOCAL, "", "", "future-site", 0, 0, "cross_site" },
	{ "a page with a token", LOOPBACK, LOCAL, "Bearer ghp_x", "https://evil.example", "", 0, 0,
		"cross_site" },
	/* tokens */
	{ "a key that nobody made", LOOPBACK, LOCAL, "Bearer hgk_abc", "", "", 0, 0,
		"unknown_key" },
	{ "a key as octokit spells it", LOOPBACK, LOCAL, "token hgk_abc", "", "", 0, 0,
		"unknown_key" },
	{ "another scheme", LOOPBACK, LOCAL, "Negotiate abc", "", "", 0, 0, "bad_authorization" },
	{ "a scheme alone", LOOPBACK, LOCAL, "Bearer", "", "", 0, 0, "bad_authorization" },
	{ "a scheme and spaces", LOOPBACK, LOCAL, "Bearer   ", "", "", 0, 0, "bad_authorization" },
	{ "two tokens", LOOPBACK, LOCAL, "Bearer a b", "", "", 0, 0, "bad_authorization" },
	{ "no scheme", LOOPBACK, LOCAL, "ghp_x", "", "", 0, 0, "bad_authorization" },
	/* routes that need no key: signed webhooks, health */
	{ "a webhook", ELSEWHERE, "hub.example", "", "", "", 1, 1, NULL },
	{ "a webhook with a strange field", ELSEWHERE, "hub.example", "Negotiate x", "", "", 0, 1,
		NULL },
};

static void without_keys_only_this_machine_is_served(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct hg_client client = { .name = "untouched" };
		struct hg_client_refusal no = { 0 };
		int rc = ask(row, true, &client, &no);

		if (!row->code && rc < 0)
			fail_msg("%s: refused (%s)", row->what, no.code);
		if (row->code && rc == 0)
			fail_msg("%s: let in as %s", row->what, client.name);
		if (row->code) {
			assert_int_equal(rc, HG_EDENIED);
			assert_string_equal(no.code, row->code);
			assert_in_range(no.status, 401, 403);
			assert_true(strlen(no.detail) > 0);
			assert_string_equal(client.name, "untouched");
		} else {
			assert_string_equal(client.name, "local");
			assert_null(client.token.p);
			struct hg_scope pool = POOL;
			assert_memory_equal(&client.scope, &pool, sizeof(pool));
		}
	}
}

static struct hg_client client_of(const char *authorization)
{
	struct row row = { "token", LOOPBACK, LOCAL, authorization, "", "", 0, 0, NULL };
	struct hg_client_refusal no;
	struct hg_client client;

	assert_int_equal(ask(&row, true, &client, &no), 0);
	return client;
}

static void a_token_of_the_clients_own_is_forwarded_as_itself(void **state)
{
	static const char *const spellings[] = { "Bearer ghp_secret", "bearer ghp_secret",
		"token ghp_secret", "TOKEN   ghp_secret" };
	struct hg_scope scope = hg_scope_of(HG_SCOPE_BEARER, 7, HG_STR("ghp_secret"));

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++) {
		struct hg_client c = client_of(spellings[i]);
		assert_true(hg_str_is(c.token, HG_STR("ghp_secret")));
		assert_false(c.token_is_basic);
		assert_memory_equal(&c.scope, &scope, sizeof(scope));
	}
}

static void a_clients_name_tells_it_apart_and_says_nothing_of_its_token(void **state)
{
	struct hg_client a = client_of("Bearer ghp_secret_a"), b = client_of("Bearer ghp_secret_b");

	(void)state;
	assert_true(strncmp(a.name, "passthrough:", 12) == 0);
	assert_int_equal(strlen(a.name), 24);
	assert_string_not_equal(a.name, b.name);
	assert_null(strstr(a.name, "secret"));
	assert_memory_not_equal(&a.scope, &b.scope, sizeof(a.scope));
}

static void the_same_bytes_as_basic_have_other_eyes(void **state)
{
	struct hg_client bearer = client_of("Bearer dXNlcjp4"), basic = client_of("Basic dXNlcjp4");

	(void)state;
	assert_true(basic.token_is_basic);
	assert_memory_not_equal(&bearer.scope, &basic.scope, sizeof(bearer.scope));
}

static void without_passthrough_a_token_is_refused_not_ignored(void **state)
{
	struct row row = { "token", LOOPBACK, LOCAL, "Bearer ghp_x", "", "", 0, 0, NULL };
	struct hg_client_refusal no;
	struct hg_client client;

	(void)state;
	assert_int_equal(ask(&row, false, &client, &no), HG_EDENIED);
	assert_string_equal(no.code, "passthrough_off");
}

static void a_token_is_at_most_4096_bytes(void **state)
{
	char value[4200] = "Bearer ";
	struct row row = { "token", LOOPBACK, LOCAL, value, "", "", 0, 0, NULL };
	struct hg_client_refusal no;
	struct hg_client client;

	(void)state;
	memset(value + 7, 'x', 4096);
	assert_int_equal(ask(&row, true, &client, &no), 0);
	value[7 + 4096] = 'x';
	assert_int_equal(ask(&row, true, &client, &no), HG_EDENIED);
}

/* -- with keys --------------------------------------------------------------------------------- */

#define KEY "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI"
#define OLD_KEY "hgk_izKmMQ13EWUzr3oZCJbQtiAFDcRiE5vlQD9QZzQsq0N"

struct keyed_row {
	const char *what, *authorization;
	const char *client; /* NULL: refused … */
	const char *code;   /* … with this */
	bool is_route, is_keys_only, is_unix, no_passthrough;
	const char *origin, *site;
};

static const struct keyed_row keyed_rows[] = {
	{ "no key", "", NULL, "key_required", 0, 0, 0, 0, "", "" },
	{ "no key, over a Unix socket", "", NULL, "key_required", 0, 0, 1, 0, "", "" },
	{ "a key", "Bearer " KEY, "ci", NULL, 0, 0, 0, 0, "", "" },
	{ "as octokit spells it", "token " KEY, "ci", NULL, 0, 0, 0, 0, "", "" },
	{ "at a plugin's path", "Bearer " KEY, "ci", NULL, 1, 0, 0, 0, "", "" },
	{ "where tokens are not taken", "Bearer " KEY, "ci", NULL, 0, 1, 0, 1, "", "" },
	{ "somebody else's", "Bearer hgk_x", NULL, "unknown_key", 0, 0, 0, 0, "", "" },
	{ "one letter more", "Bearer " KEY "x", NULL, "unknown_key", 0, 0, 0, 0, "", "" },
	{ "expired", "Bearer " OLD_KEY, NULL, "key_expired", 0, 0, 0, 0, "", "" },
	/* "u:KEY" and its like, in base 64 */
	{ "as a password",
		"Basic dTpoZ2tfMURWTFVQYjhNV2xTSGFXVEVCeE1aY3RJaG8wVkY2SDBSdlFiWjFXRURlSQ==", "ci",
		NULL, 0, 0, 0, 0, "", "" },
	{ "without padding",
		"Basic dTpoZ2tfMURWTFVQYjhNV2xTSGFXVEVCeE1aY3RJaG8wVkY2SDBSdlFiWjFXRURlSQ", "ci",
		NULL, 0, 0, 0, 0, "", "" },
	{ "as a user's name",
		"Basic aGdrXzFEVkxVUGI4TVdsU0hhV1RFQnhNWmN0SWhvMFZGNkgwUnZRYloxV0VEZUk6eA==", NULL,
		"bad_authorization", 0, 0, 0, 0, "", "" },
	{ "behind a name, as a token", "Bearer u:" KEY, NULL, "bad_authorization", 0, 0, 0, 0, "",
		"" },
	{ "as Basic, not encoded", "Basic " KEY, NULL, "bad_authorization", 0, 0, 0, 0, "", "" },
	{ "a password that a page of another site uses",
		"Basic dTpoZ2tfMURWTFVQYjhNV2xTSGFXVEVCeE1aY3RJaG8wVkY2SDBSdlFiWjFXRURlSQ==", NULL,
		"cross_site", 0, 0, 0, 0, "https://evil.example", "" },
	{ "the same, from an img", "Basic dTpnaHBfeA==", NULL, "cross_site", 0, 0, 0, 0, "",
		"cross-site" },
	{ "a page that has a key of its own", "Bearer " KEY, "ci", NULL, 0, 0, 0, 0,
		"https://tool.example", "cross-site" },
	/* the client's own token */
	{ "a token", "Bearer ghp_x", "passthrough:", NULL, 0, 0, 0, 0, "", "" },
	{ "a password that is none", "Basic dTpnaHBfeA==", "passthrough:", NULL, 0, 0, 0, 0, "",
		"" },
	{ "a token at a plugin's path", "Bearer ghp_x", NULL, "key_required", 1, 0, 0, 0, "", "" },
	{ "a token from elsewhere", "Bearer ghp_x", NULL, "passthrough_off", 0, 1, 0, 0, "", "" },
	{ "a token, switched off", "Bearer ghp_x", NULL, "passthrough_off", 0, 0, 0, 1, "", "" },
};

static struct hg_keys *make_keys(void)
{
	struct hg_keys *keys = hg_keys_new(1);
	uint8_t digest[HG_KEY_DIGEST_BYTES];

	hg_keys_grant(keys, 0)->name = "ci";
	hg_key_digest(HG_STR(KEY), digest);
	assert_true(hg_keys_put(keys, digest, 0, hg_keys_grant(keys, 0)));
	hg_key_digest(HG_STR(OLD_KEY), digest);
	assert_true(hg_keys_put(keys, digest, 1000, hg_keys_grant(keys, 0)));
	return keys;
}

static void with_keys_who_asks_names_itself(void **state)
{
	struct hg_keys *keys = make_keys();

	(void)state;
	for (size_t i = 0; i < sizeof(keyed_rows) / sizeof(*keyed_rows); i++) {
		const struct keyed_row *row = &keyed_rows[i];
		struct hg_snapshot snapshot = { .http.passthrough = !row->no_passthrough,
			.n_upstreams = 1,
			.upstreams[0] = { .place = 7, .pool = POOL },
			.keys = keys };
		struct hg_listener_conf listener = { .is_unix = row->is_unix,
			.is_keys_only = row->is_keys_only };
		struct hg_client_in in = { .snapshot = &snapshot,
			.upstream = &snapshot.upstreams[0],
			.listener = &listener,
			.host = HG_STR("hub.example"),
			.authorization = hg_str(row->authorization),
			.origin = hg_str(row->origin),
			.sec_fetch_site = hg_str(row->site),
			.is_forwarded = true,
			.is_route = row->is_route,
			.wall_us = 1000 };
		struct hg_client c = { .name = "untouched" };
		struct hg_client_refusal no = { .code = "none" };
		int rc = hg_client_identify(&in, &c, &no);
		if (row->client ? rc != 0 || strncmp(c.name, row->client, strlen(row->client)) != 0
				: rc != HG_EDENIED || strcmp(no.code, row->code) != 0)
			fail_msg("%s: %s, %s", row->what, c.name, no.code);
		if (!row->client)
			continue;
		struct hg_scope pool = POOL;
		assert_int_equal(c.grant != NULL, strcmp(row->client, "ci") == 0);
		assert_int_equal(c.token.p == NULL, c.grant != NULL); /* a key is not sent on */
		assert_int_equal(memcmp(&c.scope, &pool, sizeof(pool)) == 0, c.grant != NULL);
	}
	hg_keys_free(keys);
}

static void with_keys_open_routes_and_the_admin_socket_need_none(void **state)
{
	struct hg_keys *keys = make_keys();
	struct hg_snapshot snapshot = { .n_upstreams = 1, .keys = keys };
	struct hg_listener_conf world = { 0 };
	struct hg_listener_conf admin = { .is_unix = true, .faces = HG_FACE_ADMIN };
	struct hg_client_in open = { .snapshot = &snapshot,
		.upstream = &snapshot.upstreams[0],
		.listener = &world,
		.is_open = true };
	struct hg_client_in show = { .snapshot = &snapshot,
		.upstream = &snapshot.upstreams[0],
		.listener = &admin,
		.is_route = true };
	struct hg_client_refusal no;
	struct hg_client c;

	(void)state;
	assert_int_equal(hg_client_identify(&open, &c, &no), 0);
	assert_null(c.grant);
	assert_int_equal(hg_client_identify(&show, &c, &no), 0);
	assert_string_equal(c.name, "local");
	hg_keys_free(keys);
}

static void each_forwarding_field_is_known(void **state)
{
	static const char *const yes[] = { "Forwarded", "X-Forwarded-For", "x-forwarded-host",
		"X-FORWARDED-PROTO", "X-Forwarded-anything", "X-Real-IP", "Via", "X-Forwarded",
		"CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP" };
	static const char *const no[] = { "Forward", "X-Forward", "Viaduct", "Client-IP", "Host",
		"" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(hg_field_is_forwarding(hg_str(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(hg_field_is_forwarding(hg_str(no[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_keys_only_this_machine_is_served),
		cmocka_unit_test(a_token_of_the_clients_own_is_forwarded_as_itself),
		cmocka_unit_test(a_clients_name_tells_it_apart_and_says_nothing_of_its_token),
		cmocka_unit_test(the_same_bytes_as_basic_have_other_eyes),
		cmocka_unit_test(without_passthrough_a_token_is_refused_not_ignored),
		cmocka_unit_test(a_token_is_at_most_4096_bytes),
		cmocka_unit_test(with_keys_who_asks_names_itself),
		cmocka_unit_test(with_keys_open_routes_and_the_admin_socket_need_none),
		cmocka_unit_test(each_forwarding_field_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
