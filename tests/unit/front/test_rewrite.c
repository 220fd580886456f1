#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/rewrite.h"

static const char *const public_urls[] = { "https://hub.example/", "http://gw.example:3001/gh" };

static struct hg_snapshot snapshot = {
	.n_upstreams = 1,
	.upstreams[0].base_url = "https://api.github.com/",
	.http.public_urls = { public_urls, 2 },
};

static struct hg_rewrite rewrite_for(const char *host, const char *prefix)
{
	struct hg_rewrite w;

	hg_rewrite_init(&w, &snapshot, 0, false, false, hg_str(host), hg_str(prefix));
	return w;
}

static void assert_becomes(const struct hg_rewrite *w, const char *value, const char *wanted)
{
	struct hg_text out;

	hg_text_init(&out);
	hg_rewrite_add(w, &out, hg_str(value));
	hg_text_add_char(&out, '\0');
	assert_string_equal(out.p, wanted);
	hg_text_fini(&out);
}

static void links_lead_back_to_the_base_the_client_used(void **state)
{
	struct hg_rewrite w = rewrite_for("localhost:3001", "/api/v3");

	(void)state;
	assert_becomes(&w, "https://api.github.com/repositories/1",
		"http://localhost:3001/api/v3/repositories/1");
	assert_becomes(&w, "https://api.github.com", "http://localhost:3001/api/v3");
	assert_becomes(&w, "https://api.github.com?a", "http://localhost:3001/api/v3?a");
	assert_becomes(&w,
		"<https://api.github.com/x?page=2>; rel=\"next\", "
		"<https://api.github.com/x?page=4>; rel=\"last\"",
		"<http://localhost:3001/api/v3/x?page=2>; rel=\"next\", "
		"<http://localhost:3001/api/v3/x?page=4>; rel=\"last\"");
}

/* What /api/uploads and /api/graphql answer links to the REST face. */
static void the_faces_of_an_enterprise_host_share_one_base(void **state)
{
	static const char *const prefixes[] = { "/api/v3", "/api/uploads", "/api" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct hg_rewrite w = rewrite_for("localhost:3001", prefixes[i]);
		assert_string_equal(w.to, "http://localhost:3001/api/v3");
		assert_int_equal(w.root_n, strlen("http://localhost:3001"));
		assert_string_equal(w.uploads_from, "https://uploads.github.com");
	}
	struct hg_rewrite w = rewrite_for("localhost:3001", "");
	assert_string_equal(w.uploads_from, "");
}

static void what_is_no_url_of_the_upstream_stays(void **state)
{
	static const char *const values[] = { "https://api.github.com.evil.example/x",
		"https://api.github.community/", "https://api.github.com@evil.example/",
		"https://api.github.com:8443/x", "http://api.github.com/x",
		"https://objects.example/?u=https://api.github.com/x", "/relative",
		"<https://x/?next=https://api.github.com/y>", "", "h", "https://api.github.co" };
	struct hg_rewrite w = rewrite_for("localhost:3001", "");

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		assert_becomes(&w, values[i], values[i]);
}

static void only_loopback_names_and_public_urls_are_bases(void **state)
{
	static const struct {
		const char *host, *prefix, *to;
		bool is_tls, is_unix;
	} rows[] = {
		{ "localhost:3001", "", "http://localhost:3001", 0, 0 },
		{ "127.0.0.1", "/api/v3", "http://127.0.0.1/api/v3", 0, 0 },
		{ "localhost", "", "https://localhost", 1, 0 },
		{ "hub.example", "/api/v3", "https://hub.example/api/v3", 1, 0 },
		{ "HUB.example", "", "https://HUB.example", 1, 0 },
		{ "hub.example", "", "", 0, 0 },      /* configured as https */
		{ "hub.example.evil", "", "", 1, 0 }, /* begins alike */
		{ "hub.example:444", "", "", 1, 0 },
		{ "gw.example:3001", "", "", 0, 0 }, /* configured with a path */
		{ "gw.example:3001", "/gh", "http://gw.example:3001/gh", 0, 0 },
		{ "evil.example", "", "", 0, 0 },
		{ "localhost:x@evil.example", "", "", 0, 0 },
		{ "api.github.com", "", "", 0, 1 }, /* gh over a Unix socket */
		{ "localhost", "", "", 0, 1 },
		{ "", "", "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_rewrite w;
		hg_rewrite_init(&w, &snapshot, 0, rows[i].is_tls, rows[i].is_unix,
			hg_str(rows[i].host), hg_str(rows[i].prefix));
		assert_string_equal(w.to, rows[i].to);
	}
}

static void what_is_recalled_is_what_would_be_made(void **state)
{
	static const struct {
		const char *host, *prefix;
		bool is_tls, is_unix;
	} asked[] = {
		{ "localhost:1", "", 0, 0 },
		{ "localhost:1", "", 0, 0 },
		{ "localhost:1", "", 1, 0 },
		{ "localhost:1", "", 0, 1 },
		{ "localhost:1", "/api/v3", 0, 0 },
		{ "localhost:12", "/api/v3", 0, 0 },
		{ "evil.example", "", 0, 0 },
		{ "localhost:1", "", 0, 0 },
		{ "", "", 0, 0 },
		{ "", "", 0, 0 },
	};
	struct hg_rewrite_memo memo = { 0 };
	char host[400];

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		struct hg_rewrite w;
		hg_rewrite_init(&w, &snapshot, 0, asked[i].is_tls, asked[i].is_unix,
			hg_str(asked[i].host), hg_str(asked[i].prefix));
		const struct hg_rewrite *again =
			hg_rewrite_recall(&memo, &snapshot, 0, asked[i].is_tls, asked[i].is_unix,
				hg_str(asked[i].host), hg_str(asked[i].prefix));
		assert_string_equal(again->to, w.to);
		assert_string_equal(again->uploads_from, w.uploads_from);
		assert_true(again->mark == w.mark && again->root_n == w.root_n);
	}
	memset(host, 'a', sizeof(host)); /* too long to be remembered */
	for (int again = 0; again < 2; again++)
		assert_string_equal(hg_rewrite_recall(&memo, &snapshot, 0, false, false,
					    (struct hg_str){ host, sizeof(host) }, HG_STR(""))
					    ->to,
			"");
}

/* What gh follows over its socket: the links of the GitHub that it believes to speak with. */
static void who_comes_as_github_by_a_unix_socket_gets_githubs_links(void **state)
{
	static const char ghes_base[] = "https://ghe.example/api/v3";
	struct hg_snapshot ghes = { .n_upstreams = 1, .upstreams[0].base_url = ghes_base };
	struct hg_rewrite w;

	(void)state;
	hg_rewrite_init(&w, &ghes, 0, false, true, HG_STR("API.github.com"), HG_STR(""));
	assert_becomes(&w, "<https://ghe.example/api/v3/x?page=2>; rel=\"next\"",
		"<https://api.github.com/x?page=2>; rel=\"next\"");
	assert_string_equal(w.uploads_from, "https://ghe.example/api/uploads");
	assert_true(w.mark != 0);
	hg_rewrite_init(&w, &ghes, 0, false, true, HG_STR("uploads.github.com"), HG_STR(""));
	assert_string_equal(w.to, "https://api.github.com");
	/* elsewhere that name is nobody's base */
	hg_rewrite_init(&w, &ghes, 0, true, false, HG_STR("api.github.com"), HG_STR(""));
	assert_string_equal(w.to, "");
	hg_rewrite_init(&w, &ghes, 0, false, true, HG_STR("api.github.com.evil"), HG_STR(""));
	assert_string_equal(w.to, "");
	/* GitHub's own answers stay as they are, byte for byte, their tags too */
	static const char *const prefixes[] = { "", "/api/v3", "/second" };
	for (size_t i = 0; i < 3; i++) {
		hg_rewrite_init(&w, &snapshot, 0, false, true, HG_STR("api.github.com"),
			hg_str(prefixes[i]));
		assert_false(hg_rewrite_is_on(&w));
		assert_true(w.mark == 0);
	}
}

static void without_a_base_nothing_is_rewritten(void **state)
{
	struct hg_rewrite w = rewrite_for("evil.example", "");

	(void)state;
	assert_becomes(&w, "https://api.github.com/x", "https://api.github.com/x");
}

static void a_base_that_does_not_fit_is_none(void **state)
{
	char host[400] = "";
	struct hg_rewrite w;

	(void)state;
	memset(host, 'a', 350);
	memcpy(host + 340, ".localhost", 11);
	w = rewrite_for(host, "");
	assert_string_equal(w.to, "");
}

static void link_and_location_have_links(void **state)
{
	(void)state;
	assert_true(hg_field_has_links(HG_STR("Link")));
	assert_true(hg_field_has_links(HG_STR("LOCATION")));
	assert_false(hg_field_has_links(HG_STR("Content-Location")));
	assert_false(hg_field_has_links(HG_STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_lead_back_to_the_base_the_client_used),
		cmocka_unit_test(the_faces_of_an_enterprise_host_share_one_base),
		cmocka_unit_test(what_is_no_url_of_the_upstream_stays),
		cmocka_unit_test(only_loopback_names_and_public_urls_are_bases),
		cmocka_unit_test(what_is_recalled_is_what_would_be_made),
		cmocka_unit_test(who_comes_as_github_by_a_unix_socket_gets_githubs_links),
		cmocka_unit_test(without_a_base_nothing_is_rewritten),
		cmocka_unit_test(a_base_that_does_not_fit_is_none),
		cmocka_unit_test(link_and_location_have_links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
