#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dispatch/etag_model.h"
#include <stdlib.h>

#define HELLO_BEARER "ffe6e54ebaaaff92f2feaa4bf3a5fda8ff1d49a6a4f492101039cd7c091b7523"
#define HELLO_JSON "8ba5e4f8adb9da0d9a3e374907a8afac1286f2a9eed662541449873c0bdfa27b"
#define HELLO "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
#define EMPTY_LIST "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"

static struct hg_field field(const char *name, const char *value)
{
	return (struct hg_field){ hg_str(name), hg_str(value) };
}

/* Vectors that were computed outside of this code from what GitHub was seen to send. */
static void tags_follow_github_s_algorithm(void **state)
{
	(void)state;
	static const struct {
		const char *accept, *token, *body, *hex;
	} rows[] = {
		{ NULL, NULL, "",
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ NULL, NULL, "[]", EMPTY_LIST },
		{ "application/vnd.github+json", "hunter2", "[]",
			"4ca3654066548c66635d8c4ff18efdef7630cfe4b140ed1c40f72fad4dbff62d" },
		{ NULL, "hunter1", "hello world", HELLO_BEARER },
		{ "application/json", "hunter1", "hello world", HELLO_JSON },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_field fields[2] = { field("User-Agent", "x"),
			field("ACCEPT", rows[i].accept ? rows[i].accept : "") };
		struct hg_etag_asker asker = { .fields = fields,
			.n_fields = rows[i].accept ? 2 : 1,
			.scheme = HG_STR("Bearer") };
		char hex[65];

		if (rows[i].token)
			asker.token = hg_str(rows[i].token);
		assert_true(hg_etag_model(&asker, hg_str(rows[i].body), hex));
		assert_string_equal(hex, rows[i].hex);
	}
}

static void only_what_vary_names_is_hashed(void **state)
{
	(void)state;
	static const struct {
		const char *vary, *hex;
	} rows[] = {
		{ "", HELLO_JSON },
		{ "*", HELLO_JSON },
		{ "Accept, Authorization, Cookie, X-GitHub-OTP", HELLO_JSON },
		{ "accept,AUTHORIZATION", HELLO_JSON },
		{ "\tAuthorization ,X-Requested-With", HELLO_BEARER },
		{ "Accept-Encoding, Authorization", HELLO_BEARER },
		{ "Accept-Encoding", HELLO },
		{ ", ,", HELLO },
	};
	struct hg_field accept = field("Accept", "application/json");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_etag_asker asker = { &accept, 1, HG_STR("Bearer"), HG_STR("hunter1"),
			hg_str(rows[i].vary) };
		char hex[65];

		assert_true(hg_etag_model(&asker, HG_STR("hello world"), hex));
		assert_string_equal(hex, rows[i].hex);
	}
}

/* Each line of a field counts, in the order of lines; other spellings of a credential are others.
 */
static void every_line_and_the_spelling_count(void **state)
{
	(void)state;
	struct hg_field fields[3] = { field("Cookie", "c"), field("Accept", "a"),
		field("accept", "b") };
	struct hg_etag_asker asker = { fields, 3, HG_STR("Basic"), HG_STR("dDp0"), { 0 } };
	struct hg_field joined = field("Accept", "a:b:Basic dDp0:c");
	struct hg_etag_asker same = { &joined, 1, { 0 }, { 0 }, { 0 } };
	char hex[65], other[65];

	assert_true(hg_etag_model(&asker, HG_STR("x"), hex));
	assert_true(hg_etag_model(&same, HG_STR("x"), other));
	assert_string_equal(hex, other);
	asker.scheme = HG_STR("Bearer");
	assert_true(hg_etag_model(&asker, HG_STR("x"), other));
	assert_string_not_equal(hex, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_follow_github_s_algorithm),
		cmocka_unit_test(only_what_vary_names_is_hashed),
		cmocka_unit_test(every_line_and_the_spelling_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
