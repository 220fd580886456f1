#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "dispatch/wire/upstream_url.h"

static void assert_goes_to(
	const struct hg_upstream_conf *conf, const struct hg_ask *ask, const char *wanted)
{
	struct hg_text out;

	hg_text_init(&out);
	hg_upstream_url(&out, conf, ask);
	hg_text_add_char(&out, '\0');
	assert_string_equal(out.p, wanted);
	hg_text_fini(&out);
}

static void each_entrance_has_its_place(void **state)
{
	static const struct {
		const char *base, *graphql_url, *uploads_url;
		enum hg_github_entrance entrance;
		const char *path, *query, *wanted;
	} rows[] = {
		{ "https://api.github.com", NULL, NULL, HG_GITHUB_REST, "/repos/o/r",
			"page=2&a=%2F", "https://api.github.com/repos/o/r?page=2&a=%2F" },
		{ "https://api.github.com///", NULL, NULL, HG_GITHUB_REST, "/", "",
			"https://api.github.com/" },
		{ "https://api.github.com", NULL, NULL, HG_GITHUB_GRAPHQL, "/graphql", "",
			"https://api.github.com/graphql" },
		{ "https://api.github.com/", NULL, NULL, HG_GITHUB_UPLOADS, "/repos/o/r/x",
			"name=a", "https://uploads.github.com/repos/o/r/x?name=a" },
		{ "https://ghe.example/api/v3/", NULL, NULL, HG_GITHUB_REST, "/zen", "",
			"https://ghe.example/api/v3/zen" },
		{ "https://ghe.example/api/v3", NULL, NULL, HG_GITHUB_GRAPHQL, "/graphql", "",
			"https://ghe.example/api/graphql" },
		{ "https://ghe.example/api/v3", NULL, NULL, HG_GITHUB_UPLOADS, "/repos/o/r/x", "",
			"https://ghe.example/api/uploads/repos/o/r/x" },
		{ "http://127.0.0.1:1234", NULL, NULL, HG_GITHUB_UPLOADS, "/x", "",
			"http://127.0.0.1:1234/x" },
		{ "https://a", "https://b/gql/", NULL, HG_GITHUB_GRAPHQL, "/graphql", "",
			"https://b/gql" },
		{ "https://a", NULL, "https://c/up/", HG_GITHUB_UPLOADS, "/x", "",
			"https://c/up/x" },
		{ "https://api.github.com", NULL, NULL, HG_GITHUB_REST, "/git/ref/heads%2Ffeature",
			"", "https://api.github.com/git/ref/heads%2Ffeature" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_upstream_conf conf = { .base_url = rows[i].base,
			.graphql_url = rows[i].graphql_url,
			.uploads_url = rows[i].uploads_url };
		struct hg_ask ask = { .entrance = rows[i].entrance,
			.path = hg_str(rows[i].path),
			.query = hg_str(rows[i].query) };
		assert_goes_to(&conf, &ask, rows[i].wanted);
	}
}

static void a_url_of_another_host_is_taken_as_it_is(void **state)
{
	struct hg_upstream_conf conf = { .base_url = "https://api.github.com" };
	struct hg_ask ask = { .url = HG_STR("https://storage.example/a?b=c") };

	(void)state;
	assert_goes_to(&conf, &ask, "https://storage.example/a?b=c");
}

static void only_loopback_hosts_are_loopback(void **state)
{
	static const char *const yes[] = { "http://127.0.0.1:8080/x", "http://localhost",
		"https://LOCALHOST/", "http://[::1]:1?a", "http://127.0.0.1#" };
	static const char *const no[] = { "http://127.0.0.1.evil.example", "http://localhostx",
		"http://localhost@evil.example", "localhost", "http://evil/?://localhost", "",
		"https://api.github.com" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (!hg_url_is_loopback(hg_str(yes[i])))
			fail_msg("%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (hg_url_is_loopback(hg_str(no[i])))
			fail_msg("%s", no[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entrance_has_its_place),
		cmocka_unit_test(a_url_of_another_host_is_taken_as_it_is),
		cmocka_unit_test(only_loopback_hosts_are_loopback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
