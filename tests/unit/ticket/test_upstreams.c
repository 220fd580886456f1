#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "ticket/upstreams.h"

static void each_entrance_has_its_base(void **state)
{
	static const struct {
		const char *base_url, *uploads_url;
		enum hg_github_entrance entrance;
		const char *root, *path;
	} rows[] = {
		{ "https://api.github.com/", NULL, HG_GITHUB_REST, "https://api.github.com", "" },
		{ "https://API.github.com", NULL, HG_GITHUB_UPLOADS, "https://uploads.github.com",
			"" },
		{ "https://api.github.com", NULL, HG_GITHUB_GRAPHQL, "https://api.github.com", "" },
		{ "https://g/api/v3//", NULL, HG_GITHUB_REST, "https://g/api/v3", "" },
		{ "https://g/api/v3", NULL, HG_GITHUB_UPLOADS, "https://g", "/api/uploads" },
		{ "https://g/api/v3", NULL, HG_GITHUB_GRAPHQL, "https://g", "/api" },
		{ "https://g/api/v3", "https://u/", HG_GITHUB_UPLOADS, "https://u", "" },
		{ "http://127.0.0.1:1", NULL, HG_GITHUB_UPLOADS, "http://127.0.0.1:1", "" },
		{ NULL, NULL, HG_GITHUB_REST, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_upstream_conf conf = { .base_url = rows[i].base_url,
			.uploads_url = rows[i].uploads_url };
		struct hg_upstream_base base = hg_upstream_base(&conf, rows[i].entrance);
		assert_true(hg_str_is(base.root, hg_str(rows[i].root)));
		assert_true(hg_str_is(base.path, hg_str(rows[i].path)));
	}
}

/* Which one, and what of the path says so. */
static void host_or_prefix_say_which_github_is_meant(void **state)
{
	static const char *const ghes[] = { "ghe.example.com", "ghe" };
	static const char *const tenant[] = { "api.tenant.ghe.com" };
	const struct hg_snapshot s = { .n_upstreams = 3,
		.upstreams = { { .name = "main" },
			{ .name = "ghes", .prefix = "/ghes", .hosts = { ghes, 2 } },
			{ .name = "tenant", .prefix = "/t/one", .hosts = { tenant, 1 } } } };
	static const struct {
		const char *host, *path;
		uint32_t upstream;
		const char *prefix;
	} rows[] = {
		{ "localhost:3001", "/repos/o/r", 0, "" },
		{ "localhost:3001", "/ghes/repos/o/r", 1, "/ghes" },
		{ "localhost:3001", "/ghes", 1, "/ghes" },
		{ "localhost:3001", "/ghes2/repos/o/r", 0, "" },
		{ "localhost:3001", "/GHES/repos/o/r", 0, "" },
		{ "localhost:3001", "/t/one/zen", 2, "/t/one" },
		{ "localhost:3001", "/t/zen", 0, "" },
		{ "ghe.example.com", "/api/v3/zen", 1, "" },
		{ "GHE.example.COM:8443", "/api/v3/zen", 1, "" },
		{ "ghe", "/zen", 1, "" },
		{ "ghe.example.com.", "/zen", 0, "" },
		{ "ghe.example.com", "/t/one/zen", 2, "/t/one" }, /* the path says more */
		{ "[::1]:3001", "/zen", 0, "" },
		{ NULL, "/zen", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_str prefix;
		uint32_t at =
			hg_upstream_for(&s, hg_str(rows[i].host), hg_str(rows[i].path), &prefix);
		if (at != rows[i].upstream || !hg_str_is(prefix, hg_str(rows[i].prefix)))
			fail_msg("%s %s: %u, \"%.*s\"", rows[i].host, rows[i].path, at,
				(int)prefix.n, prefix.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entrance_has_its_base),
		cmocka_unit_test(host_or_prefix_say_which_github_is_meant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
