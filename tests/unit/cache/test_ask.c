#include "fixture.h"
#include "ask.h"
#include "key.h"

static struct ask ask;

static int setup(void **state)
{
	(void)state;
	ask = (struct ask){ .index = index_new(64 << 20),
		.model = model_new(),
		.is_on = true,
		.max_bytes = 100,
		.max_tags = 2,
		.rest_us = 1000 };
	n_logged = n_mismatches = 0;
	clock_us = 1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	index_unref(ask.index);
	model_unref(ask.model);
	assert_int_equal(n_stored, 0);
	return 0;
}

static const struct hg_request pool = { "/repos/o/r", "", { "pool" }, { { { 0 }, { 0 } } }, 0 };
static const struct hg_request client = { "/repos/o/r", "", { "alice" }, { { { 0 }, { 0 } } }, 0 };

/* A quoted tag of the model: that of the token for the body. */
static const char *tag(uint64_t token, const char *body)
{
	static char texts[64][80];
	static unsigned at;
	char hex[65];

	tag_of(token, hg_str(body), hex);
	at = (at + 1) % 64;
	(void)snprintf(texts[at], sizeof(texts[at]), "\"%s\"", hex);
	return texts[at];
}

/* GitHub answered 200 to that token: its copy is kept, and others find it. */
static struct hg_stored *keep_as(const struct hg_request *r, uint64_t token, const char *etag,
	const char *body, bool is_common)
{
	struct hg_stored *kept = stored_of(1, 100);
	struct index_key key, near;

	kept->etag = hg_str(etag);
	kept->body = hg_str(body);
	assert_true(key_of_request(r, &key) && key_near_request(r, &near));
	index_put(ask.index, &key, kept,
		&(struct index_terms){
			.validated_at_us = 1, .token = token, .is_common = is_common });
	model_put_near(ask.model, &near, &key);
	hg_stored_unref(kept);
	return kept;
}

static struct hg_stored *keep(
	const struct hg_request *r, uint64_t token, const char *etag, const char *body)
{
	return keep_as(r, token, etag, body, false);
}

/* What that token asks with on behalf of `r`; "": without a tag. Counts what was computed. */
static const char *asks(const struct hg_request *r, uint64_t token, unsigned n_computed)
{
	static struct hg_send s;
	struct index_key key;

	s = (struct hg_send){ .r = *r, .token = token };
	assert_true(key_of_send(&s, &key));
	ask_set_tag(&ask, &s, &key, clock_us, 100);
	assert_int_equal(s.n_computed, n_computed);
	return s.asked;
}

static bool confirms(struct hg_request r, uint64_t token, const char *etag, bool is_near)
{
	struct hg_reply reply = {
		.token = token, .fields = { { HG_STR("ETag"), hg_str(etag) } }, .n_fields = 1
	};
	struct index_key key, near;
	struct ask_found asked;

	assert_true(key_of_request(&r, &key) && key_near_request(&r, &near));
	if (!ask_confirm(&ask, &r, &reply, &key, &near, &asked))
		return false;
	assert_int_equal(asked.is_near, is_near);
	hg_stored_unref(asked.found.kept);
	return true;
}

static bool whole(const struct hg_request *r, uint64_t token, const char *body)
{
	struct hg_reply reply = { .token = token, .body = hg_str(body) };
	struct index_key key, near;

	assert_true(key_of_request(r, &key) && key_near_request(r, &near));
	return ask_note_whole(&ask, r, &reply, &key, &near);
}

static void who_was_given_the_tag_asks_with_it(void **state)
{
	(void)state;
	keep(&pool, 1, tag(1, "x"), "x");
	assert_string_equal(asks(&pool, 1, 1), tag(1, "x")); /* once: does the model hold? */
	assert_string_equal(asks(&pool, 1, 0), tag(1, "x"));
	assert_int_equal(n_mismatches, 0);
}

static void another_token_of_the_pool_asks_with_a_computed_tag(void **state)
{
	(void)state;
	keep(&pool, 1, tag(1, "x"), "x");
	assert_string_equal(asks(&pool, 2, 1), tag(2, "x"));
	assert_string_equal(asks(&pool, 2, 0), tag(2, "x")); /* remembered */
	assert_true(confirms(pool, 2, tag(2, "x"), false));
	assert_true(confirms(pool, 1, tag(1, "x"), false));
	assert_false(confirms(pool, 3, tag(2, "x"), false)); /* who was not asked for it */
	keep(&pool, 1, tag(1, "y"), "y");
	assert_false(confirms(pool, 2, tag(2, "x"), false)); /* of another body */
	assert_string_equal(asks(&pool, 2, 1), tag(2, "y"));
}

static void where_the_model_does_not_hold_the_stored_tag_is_asked_with(void **state)
{
	(void)state;
	keep(&pool, 1, "\"opaque\"", "x");
	assert_string_equal(asks(&pool, 2, 1), tag(2, "x")); /* nobody knows yet */
	assert_string_equal(asks(&pool, 1, 1), "\"opaque\"");
	assert_int_equal(n_mismatches, 1);
	assert_string_equal(asks(&pool, 2, 0), "\"opaque\"");
	assert_string_equal(asks(&client, 3, 0), ""); /* it proves nothing to other eyes */
	assert_true(confirms(pool, 2, "\"opaque\"", false));
	assert_false(confirms(client, 3, "\"opaque\"", true));
}

static void a_weak_tag_follows_the_model_as_well(void **state)
{
	(void)state;
	char weak[96];

	(void)snprintf(weak, sizeof(weak), "W/%s", tag(1, "x"));
	keep(&pool, 1, weak, "x");
	assert_string_equal(asks(&pool, 1, 1), weak);
	assert_int_equal(n_mismatches, 0);
	assert_string_equal(asks(&pool, 2, 1), tag(2, "x"));
}

static void others_copies_are_asked_about_with_the_askers_tag(void **state)
{
	(void)state;
	assert_string_equal(asks(&client, 2, 0), "");
	keep(&pool, 1, tag(1, "x"), "x");
	assert_false(confirms(client, 2, tag(2, "x"), true)); /* it did not ask */
	assert_string_equal(asks(&client, 2, 1), tag(2, "x"));
	assert_false(confirms(client, 2, tag(1, "x"), true));
	assert_true(confirms(client, 2, tag(2, "x"), true));
	assert_string_equal(asks(&client, 0, 0), ""); /* who has none pays for a 304 as well */
}

/* One token asks in two ways that lead to one copy: GitHub hashes Accept, so it has two tags. */
static void a_tag_is_remembered_for_the_accept_it_was_computed_with(void **state)
{
	(void)state;
	struct hg_request any = client, json = client;
	char of_any[80], of_json[80];

	any.fields[0] = (struct hg_field){ HG_STR("Accept"), HG_STR("*/*") };
	json.fields[0] = (struct hg_field){ HG_STR("Accept"), HG_STR("application/json") };
	any.n_fields = json.n_fields = 1;
	keep(&pool, 1, tag(1, "x"), "x");
	(void)snprintf(of_any, sizeof(of_any), "%s", asks(&any, 2, 1));
	(void)snprintf(of_json, sizeof(of_json), "%s", asks(&json, 2, 1));
	assert_string_not_equal(of_any, of_json);
	assert_string_equal(asks(&any, 2, 0), of_any); /* both are remembered */
	assert_string_equal(asks(&json, 2, 0), of_json);
	assert_true(confirms(any, 2, of_any, true));
	assert_true(confirms(json, 2, of_json, true));
	assert_false(confirms(json, 2, of_any, true));
	for (int i = 0; i < 3; i++) /* who was not asked so casts no doubt */
		whole(&client, 2, "x");
	assert_int_equal(n_mismatches, 0);
}

static void who_has_the_same_bytes_as_others_asks_about_their_newer_ones(void **state)
{
	(void)state;
	keep_as(&client, 2, tag(2, "x"), "x", true);
	keep(&pool, 1, tag(1, "x"), "x");
	assert_string_equal(asks(&client, 2, 1), tag(2, "x")); /* none newer: checks the model */
	keep(&pool, 1, tag(1, "y"), "y");
	assert_string_equal(asks(&client, 2, 1), tag(2, "y"));
	assert_true(confirms(client, 2, tag(2, "y"), true));
	ask.is_on = false;
	assert_string_equal(asks(&client, 2, 0), tag(2, "x"));
}

static void whose_body_is_his_own_asks_about_his_own(void **state)
{
	(void)state;
	keep(&client, 2, tag(2, "x"), "x");
	keep(&pool, 1, tag(1, "y"), "y");
	assert_string_equal(asks(&client, 2, 1), tag(2, "x"));
}

static void bytes_are_common_when_others_were_given_them(void **state)
{
	(void)state;
	assert_false(whole(&client, 2, "x")); /* nobody else has one */
	keep(&pool, 1, tag(1, "x"), "x");
	assert_true(whole(&client, 2, "x"));
	assert_false(whole(&client, 2, "y"));
	keep_as(&client, 2, tag(2, "x"), "x", true);
	keep(&pool, 1, tag(1, "y"), "y");
	assert_true(whole(&client, 2, "z"));  /* changed once more */
	assert_false(whole(&client, 2, "x")); /* others' newer body is not for him */
	assert_true(whole(&client, 2, "y"));
	assert_false(whole(&client, 0, "y"));
}

static void the_same_token_in_other_hands_needs_no_other_tag(void **state)
{
	(void)state;
	keep(&pool, 1, tag(1, "x"), "x");
	assert_true(confirms(client, 1, tag(1, "x"), true));
}

static void what_is_large_or_encoded_is_not_hashed(void **state)
{
	char large[102];

	(void)state;
	memset(large, 'x', 101);
	large[101] = '\0';
	keep(&pool, 1, "\"1\"", large);
	assert_string_equal(asks(&pool, 2, 0), "\"1\"");
	assert_string_equal(asks(&client, 2, 0), "");
	large[100] = '\0';
	keep(&pool, 1, "\"1\"", large);
	assert_string_equal(asks(&client, 2, 1), tag(2, "x"));
	keep(&pool, 1, "\"1\"", "x")->encoding = HG_STR("gzip");
	assert_string_equal(asks(&client, 2, 0), "");
}

static void off_it_asks_with_what_it_was_given(void **state)
{
	(void)state;
	ask.is_on = false;
	keep(&pool, 1, tag(1, "x"), "x");
	assert_string_equal(asks(&pool, 2, 0), tag(1, "x"));
	assert_string_equal(asks(&client, 2, 0), "");
}

static void three_equal_bodies_instead_of_304s_stop_it_for_a_while(void **state)
{
	(void)state;
	keep(&pool, 1, "\"opaque\"", "x");
	for (int i = 0; i < 3; i++) {
		assert_string_equal(asks(&client, 2, i == 0), tag(2, "x"));
		assert_int_equal(n_logged, 0);
		whole(&client, 2, "y"); /* it has changed: that says nothing */
		whole(&client, 3, "x"); /* nor does it of who was not asked for */
		whole(&client, 2, "x");
	}
	assert_int_equal(n_mismatches, 3);
	assert_int_equal(n_logged, 1);
	assert_string_equal(asks(&client, 2, 0), "");
	assert_string_equal(asks(&pool, 2, 0), "\"opaque\"");
	clock_us = 1001;
	assert_string_equal(asks(&client, 2, 0), tag(2, "x"));
}

static void a_304_to_a_computed_tag_takes_the_doubts_away(void **state)
{
	(void)state;
	keep(&pool, 1, tag(1, "x"), "x");
	for (int i = 0; i < 6; i++) {
		assert_string_equal(asks(&client, 2, i == 0), tag(2, "x"));
		whole(&client, 2, "x");
		if (i % 2)
			assert_true(confirms(client, 2, tag(2, "x"), true));
	}
	assert_int_equal(n_logged, 0);
}

static struct hg_str field_of(const struct hg_stored *kept, const char *name)
{
	for (uint32_t i = 0; i < kept->n_made; i++)
		if (hg_str_is_nocase(kept->made[i].name, hg_str(name)))
			return kept->made[i].value;
	return (struct hg_str){ 0 };
}

static void a_copy_is_taken_over_with_what_the_304_says(void **state)
{
	(void)state;
	struct hg_stored *kept = keep(&pool, 1, tag(1, "x"), "x");
	struct hg_reply reply = { .token = 2,
		.fields = { { HG_STR("ETag"), HG_STR("\"2\"") },
			{ HG_STR("X-OAuth-Scopes"), HG_STR("repo") },
			{ HG_STR("Content-Type"), HG_STR("text/plain") } },
		.n_fields = 3 };
	struct hg_stored *own = ask_adopt(kept, &reply);

	assert_non_null(own);
	assert_true(hg_str_is(own->body, HG_STR("x")));
	assert_true(hg_str_is(field_of(own, "etag"), HG_STR("\"2\"")));
	assert_true(hg_str_is(field_of(own, "x-oauth-scopes"), HG_STR("repo")));
	assert_true(hg_str_is(field_of(own, "content-type"), HG_STR("application/json")));
	hg_stored_unref(own);
	/* whether there is another page for him is not known */
	kept->link = HG_STR("<x>; rel=\"next\"");
	assert_null(ask_adopt(kept, &reply));
	reply.fields[1].name = HG_STR("Link");
	own = ask_adopt(kept, &reply);
	assert_true(hg_str_is(field_of(own, "link"), HG_STR("repo")));
	hg_stored_unref(own);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_was_given_the_tag_asks_with_it),
		T(another_token_of_the_pool_asks_with_a_computed_tag),
		T(where_the_model_does_not_hold_the_stored_tag_is_asked_with),
		T(a_weak_tag_follows_the_model_as_well),
		T(others_copies_are_asked_about_with_the_askers_tag),
		T(a_tag_is_remembered_for_the_accept_it_was_computed_with),
		T(who_has_the_same_bytes_as_others_asks_about_their_newer_ones),
		T(whose_body_is_his_own_asks_about_his_own),
		T(bytes_are_common_when_others_were_given_them),
		T(the_same_token_in_other_hands_needs_no_other_tag),
		T(what_is_large_or_encoded_is_not_hashed),
		T(off_it_asks_with_what_it_was_given),
		T(three_equal_bodies_instead_of_304s_stop_it_for_a_while),
		T(a_304_to_a_computed_tag_takes_the_doubts_away),
		T(a_copy_is_taken_over_with_what_the_304_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
