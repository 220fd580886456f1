#include "fixture.h"

#include "etag.h"

/* Vectors that were computed outside of this code from what GitHub was seen to send. */
static void etags_follow_githubs_algorithm(void **state)
{
	(void)state;
	static const struct {
		const char *accept, *authorization, *body, *hex;
	} rows[] = {
		{ NULL, NULL, "",
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ NULL, NULL, "[]",
			"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945" },
		{ "application/vnd.github+json", "Bearer hunter2", "[]",
			"4ca3654066548c66635d8c4ff18efdef7630cfe4b140ed1c40f72fad4dbff62d" },
		{ NULL, "Bearer hunter1", "hello world",
			"ffe6e54ebaaaff92f2feaa4bf3a5fda8ff1d49a6a4f492101039cd7c091b7523" },
		{ "application/json", "Bearer hunter1", "hello world",
			"8ba5e4f8adb9da0d9a3e374907a8afac1286f2a9eed662541449873c0bdfa27b" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* on the wire in another order than they are hashed */
		struct hg_field fields[2];
		struct sim_request rq = { 0 };
		put_field(&rq, fields, "authorization", rows[i].authorization);
		put_field(&rq, fields, "ACCEPT", rows[i].accept);
		struct sim_etag etag =
			sim_etag_github(&rq, NULL, rows[i].body, strlen(rows[i].body));
		assert_string_equal(etag.hex, rows[i].hex);
		etag = sim_etag_github(
			&rq, "Accept, Authorization, Cookie", rows[i].body, strlen(rows[i].body));
		assert_string_equal(etag.hex, rows[i].hex);
	}
}

static void a_header_that_vary_leaves_out_is_not_hashed(void **state)
{
	(void)state;
	struct hg_field fields[2];
	struct sim_request rq = { 0 };

	put_field(&rq, fields, "Authorization", "Bearer hunter1");
	assert_string_equal(sim_etag_github(&rq, "Accept, Accept-Encoding", "[]", 2).hex,
		"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
}

static void if_none_match_is_a_list_compared_weakly(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		bool matches;
	} rows[] = { { "\"abc\"", true }, { "W/\"abc\"", true }, { "\"x\", W/\"abc\"", true },
		{ "\"x\",\"abc\"", true }, { "*", true }, { "abc", false }, { "\"ab\"", false },
		{ "\"abcd\"", false }, { "\"abc", false }, { "", false } };
	struct sim_etag etag = { "abc" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sim_etag_matches(hg_str(rows[i].value), &etag), rows[i].matches);
}

static void an_opaque_etag_is_the_same_for_every_token_and_cannot_be_computed(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char first[80];

	ask(&g, "POST", "/_sim/etag", NULL, "{\"route\":\"/repos/*\",\"mode\":\"opaque\"}");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	snprintf(first, sizeof(first), "%s", header(&g, "ETag"));
	struct sim_etag computed =
		sim_etag_github(&(struct sim_request){ 0 }, NULL, g.out.body, g.out.body_bytes);
	assert_null(strstr(first, computed.hex));
	ask(&g, "GET", REPO, "Bearer ghp_octocat2", NULL);
	assert_string_equal(header(&g, "ETag"), first);
	github_free(&g);
}

static void a_touched_repository_has_another_etag(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char etag[80];

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	snprintf(etag, sizeof(etag), "%s", header(&g, "ETag"));
	g.if_none_match = etag;
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 304);
	ask(&g, "POST", "/_sim/touch", NULL, "{\"repo\":\"octo-org/hello-world\"}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(etags_follow_githubs_algorithm),
		cmocka_unit_test(a_header_that_vary_leaves_out_is_not_hashed),
		cmocka_unit_test(if_none_match_is_a_list_compared_weakly),
		cmocka_unit_test(an_opaque_etag_is_the_same_for_every_token_and_cannot_be_computed),
		cmocka_unit_test(a_touched_repository_has_another_etag),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
