#include "fixture.h"
#include "key.h"

#define F(n, v)                      \
	{                            \
		HG_STR(n), HG_STR(v) \
	}

static bool key_of(const struct hg_request *r, struct index_key *ret_key)
{
	return key_of_request(r, ret_key);
}

static bool same(const struct hg_request *a, const struct hg_request *b)
{
	struct index_key x, y;

	assert_true(key_of(a, &x));
	assert_true(key_of(b, &y));
	return memcmp(&x, &y, sizeof(x)) == 0;
}

static const struct hg_request plain = { "/repos/o/r", "page=1", { "pool" }, { F("Accept", "a") },
	1 };

static void whatever_chooses_a_representation_chooses_the_key(void **state)
{
	static const struct hg_request others[] = {
		{ "/repos/o/R", "page=1", { "pool" }, { F("Accept", "a") }, 1 },
		{ "/repos/o/r", "page=2", { "pool" }, { F("Accept", "a") }, 1 },
		{ "/repos/o/r", "", { "pool" }, { F("Accept", "a") }, 1 },
		{ "/repos/o/r", "page=1", { "alice" }, { F("Accept", "a") }, 1 },
		{ "/repos/o/r", "page=1", { "pool" }, { F("Accept", "b") }, 1 },
		{ "/repos/o/r", "page=1", { "pool" }, { F("Accept-Language", "a") }, 1 },
		{ "/repos/o/r", "page=1", { "pool" }, { F("Time-Zone", "a") }, 1 },
		{ "/repos/o/r", "page=1", { "pool" },
			{ F("Accept", "a"), F("X-GitHub-Api-Version", "1") }, 2 },
		{ "/repos/o/r", "page=1", { "pool" }, { { { NULL, 0 }, { NULL, 0 } } }, 0 },
		{ "/repos/o/rpage=1", "", { "pool" }, { F("Accept", "a") }, 1 },
	};

	(void)state;
	assert_true(same(&plain, &plain));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (same(&plain, &others[i]))
			fail_msg("row %zu has the same key", i);
}

static void another_github_or_token_of_the_gateway_has_another_key(void **state)
{
	struct hg_request r = { "/x", "", { "pool" }, { F("Accept", "a") }, 1 };
	struct index_key before, after;

	(void)state;
	assert_true(key_of_request(&r, &before));
	origin = 1;
	assert_true(key_of_request(&r, &after));
	origin = 0;
	assert_memory_not_equal(&before, &after, sizeof(before));
}

static void other_fields_and_their_order_do_not_matter(void **state)
{
	struct hg_request a = { "/x", "", { "pool" },
		{ F("accept", "a"), F("prefer", "b"), F("If-None-Match", "\"1\"") }, 3 };
	struct hg_request b = { "/x", "", { "pool" },
		{ F("User-Agent", "curl"), F("Prefer", "b"), F("Accept", "a") }, 3 };
	struct hg_request c = { "/x", "", { "pool" },
		{ F("X-GitHub-Delivery", "72d3162e"), F("Prefer", "b"), F("Accept", "a") }, 3 };

	(void)state;
	assert_true(same(&a, &b));
	assert_true(same(&a, &c));
}

static void what_is_not_understood_has_no_key(void **state)
{
	static const struct hg_request rows[] = {
		{ "/x", "", { "p" }, { F("Range", "bytes=0-1") }, 1 },
		{ "/x", "", { "p" }, { F("If-Range", "\"1\"") }, 1 },
		{ "/x", "", { "p" }, { F("If-Match", "\"1\"") }, 1 },
		{ "/x", "", { "p" }, { F("If-Unmodified-Since", "x") }, 1 },
		{ "/x", "", { "p" }, { F("X-GitHub-Invented", "1") }, 1 },
		{ "/x", "", { "p" }, { F("Accept", "a"), F("accept", "b") }, 2 },
		{ "/x", "", { "p" }, { F("Accept", "a"), F("Accept", "a") }, 2 },
		{ "/x", "", { "p" }, { F("Content-Length", "1") }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct index_key key;
		if (key_of(&rows[i], &key))
			fail_msg("row %zu has a key", i);
	}
}

static void a_graphql_query_is_found_by_its_body(void **state)
{
	struct hg_send s = { .r = { "/graphql", "", { "p" }, { F("Content-Length", "1") }, 1 } };
	struct index_key asked, sent, other;

	(void)state;
	assert_false(key_of_request(&s.r, &asked));
	query_body = 'a';
	assert_true(key_of_request(&s.r, &asked));
	assert_true(key_of_send(&s, &sent));
	query_body = 'b';
	assert_true(key_of_request(&s.r, &other));
	query_body = '\0';
	assert_memory_equal(&asked, &sent, sizeof(asked));
	assert_memory_not_equal(&asked, &other, sizeof(asked));
}

static void what_is_too_long_has_no_key(void **state)
{
	static char path[5000];
	struct hg_request r = { path, "", { "pool" }, { { { NULL, 0 }, { NULL, 0 } } }, 0 };
	struct index_key key;

	(void)state;
	memset(path, 'a', 3900);
	assert_true(key_of(&r, &key));
	memset(path, 'a', 4095);
	assert_false(key_of(&r, &key));
	memset(path, 'a', sizeof(path) - 1);
	assert_false(key_of(&r, &key));
}

static void the_dispatcher_finds_the_same_key(void **state)
{
	struct hg_send s = { .r = plain };
	struct index_key asked, sent;

	(void)state;
	assert_true(key_of_request(&plain, &asked));
	assert_true(key_of_send(&s, &sent));
	assert_memory_equal(&asked, &sent, sizeof(asked));
}

static bool near(const struct hg_request *a, const struct hg_request *b)
{
	struct index_key x, y;

	assert_true(key_near_request(a, &x) && key_near_request(b, &y));
	return memcmp(&x, &y, sizeof(x)) == 0;
}

static void near_is_what_was_asked_whoever_asked(void **state)
{
	static const struct hg_request mine = { "/repos/o/r", "page=1", { "me" },
		{ F("Accept", "application/json") }, 1 };
	static const struct hg_request same[] = {
		{ "/repos/o/r", "page=1", { "you" }, { F("Accept", "application/json") }, 1 },
		{ "/repos/o/r", "page=1", { "me" }, { F("accept", "*/*") }, 1 },
		{ "/repos/o/r", "page=1", { "me" }, { F("Accept", "application/vnd.github+json") },
			1 },
		{ "/repos/o/r", "page=1", { "me" }, { { { NULL, 0 }, { NULL, 0 } } }, 0 },
	};
	static const struct hg_request others[] = {
		{ "/repos/o/s", "page=1", { "me" }, { { { NULL, 0 }, { NULL, 0 } } }, 0 },
		{ "/repos/o/r", "page=2", { "me" }, { { { NULL, 0 }, { NULL, 0 } } }, 0 },
		{ "/repos/o/r", "page=1", { "me" }, { F("Accept", "application/vnd.github.diff") },
			1 },
		{ "/repos/o/r", "page=1", { "me" }, { F("X-GitHub-Api-Version", "1") }, 1 },
	};
	struct hg_send s = { .r = mine };
	struct index_key asked, sent;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (!near(&mine, &same[i]))
			fail_msg("row %zu is another", i);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (near(&mine, &others[i]))
			fail_msg("other %zu is the same", i);
	assert_true(key_near_request(&mine, &asked) && key_near_send(&s, &sent));
	assert_memory_equal(&asked, &sent, sizeof(asked));
	place = 1;
	assert_true(key_near_send(&s, &sent));
	place = 0;
	assert_memory_not_equal(&asked, &sent, sizeof(asked));
}

static void what_is_about_the_asker_is_near_to_nobody(void **state)
{
	static const char *const personal[] = { "/user", "/user/repos", "/notifications",
		"/notifications/threads/1", "/issues", "/installation/repositories", "/app",
		"/gists", "/rate_limit" };
	static const char *const others[] = { "/users/octocat", "/repos/o/r/issues", "/apps/x" };
	struct index_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(personal) / sizeof(*personal); i++) {
		struct hg_send s = { .r = { personal[i], "", { "p" }, { { { 0 }, { 0 } } }, 0 } };
		assert_false(key_near_request(&s.r, &key) || key_near_send(&s, &key));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct hg_request r = { others[i], "", { "p" }, { { { 0 }, { 0 } } }, 0 };
		assert_true(key_near_request(&r, &key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_chooses_a_representation_chooses_the_key),
		cmocka_unit_test(another_github_or_token_of_the_gateway_has_another_key),
		cmocka_unit_test(other_fields_and_their_order_do_not_matter),
		cmocka_unit_test(what_is_not_understood_has_no_key),
		cmocka_unit_test(a_graphql_query_is_found_by_its_body),
		cmocka_unit_test(what_is_too_long_has_no_key),
		cmocka_unit_test(the_dispatcher_finds_the_same_key),
		cmocka_unit_test(near_is_what_was_asked_whoever_asked),
		cmocka_unit_test(what_is_about_the_asker_is_near_to_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
