#include "../rig.h"

#include "../../ticket/app_key_vector.h"
#include "dispatch/payer/app_token.h"
#include <openssl/evp.h>

#define MIN (60 * SEC)
#define CREATED 201
#define AT_WALL "Fri, 15 Jan 2027 08:00:00 GMT" /* 1800000000 */

struct fixture {
	struct hg_secret *pem;
	struct hg_app_conf conf;
	struct hg_app_token *t;
	struct hg_now now;
	struct hg_dice dice;
	struct hg_app_ask ask;
};

static void make(struct fixture *f)
{
	struct hg_err err = HG_ERR_INIT;

	f->t = hg_app_token_new(&f->conf, &err);
	assert_string_equal(err.text, "");
	assert_non_null(f->t);
}

static void init(struct fixture *f)
{
	*f = (struct fixture){
		.pem = hg_secret_new(HG_STR(RFC_KEY)), .now = { 5000 * SEC, WALL }, .dice = { 7 }
	};
	f->conf = (struct hg_app_conf){ .id = "Iv23liAbC", .installation = 4711, .key = f->pem };
	make(f);
}

static void fini(struct fixture *f)
{
	hg_app_token_free(f->t);
	hg_secret_unref(f->pem);
}

static void pass(struct fixture *f, int64_t us)
{
	f->now.mono_us += us;
	f->now.wall_us += us;
}

static int64_t due_in(const struct fixture *f)
{
	return hg_app_token_due_us(f->t) - f->now.mono_us;
}

static void ask(struct fixture *f)
{
	assert_true(hg_app_token_due_us(f->t) <= f->now.mono_us);
	assert_true(hg_app_token_ask(f->t, &f->now, &f->dice, &f->ask));
	assert_true(hg_app_token_due_us(f->t) == INT64_MAX);
}

static enum hg_app_outcome take(
	struct fixture *f, int status, const struct hg_field *fields, uint32_t n, const char *body)
{
	struct hg_head *head = hg_head_new(status, fields, n);
	enum hg_app_outcome outcome =
		hg_app_token_take(f->t, head, hg_str(body), &f->now, &f->dice);

	hg_head_unref(head);
	return outcome;
}

/* GitHub's clock shows what `date` says. */
static enum hg_app_outcome take_at(
	struct fixture *f, int status, const char *date, const char *body)
{
	const struct hg_field field = { HG_STR("Date"), hg_str(date) };

	return take(f, status, &field, 1, body);
}

#define HOUR_TOKEN(token) "{\"token\":\"" token "\",\"expires_at\":\"2027-01-15T09:00:00Z\"}"

static bool is_token(const struct fixture *f, const char *token)
{
	const struct hg_secret *now = hg_app_token_get(f->t, &f->now);

	return now && hg_secret_is(now, hg_str(token));
}

static const char *printed(const struct fixture *f, struct hg_text *out)
{
	hg_text_clear(out);
	hg_app_token_print(f->t, &f->now, out);
	return out->p;
}

/* -- the good life ----------------------------------------------------------------------------- */

static void it_is_minted_once_and_again_300_s_before_its_end(void **state)
{
	(void)state;
	struct fixture f;
	struct hg_app_ask second;

	init(&f);
	assert_null(hg_app_token_get(f.t, &f.now));
	ask(&f);
	assert_true(hg_str_is(f.ask.path, HG_STR("/app/installations/4711/access_tokens")));
	assert_int_equal(f.ask.body.n, 0);
	assert_false(hg_app_token_ask(f.t, &f.now, &f.dice, &second)); /* one at a time */
	assert_int_equal(take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_a")), HG_APP_MINTED);
	assert_true(is_token(&f, "ghs_a"));
	assert_true(hg_app_token_ends_us(f.t) == f.now.mono_us + 60 * MIN);
	assert_true(due_in(&f) == 55 * MIN);

	pass(&f, 55 * MIN);
	ask(&f);
	assert_true(is_token(&f, "ghs_a")); /* goes on meanwhile */
	assert_int_equal(take_at(&f, CREATED, "Fri, 15 Jan 2027 08:55:00 GMT",
				 "{\"token\":\"ghs_b\",\"expires_at\":\"2027-01-15T09:55:00Z\"}"),
		HG_APP_MINTED);
	assert_true(is_token(&f, "ghs_b"));
	pass(&f, 60 * MIN - 1);
	assert_true(is_token(&f, "ghs_b"));
	pass(&f, 1);
	assert_null(hg_app_token_get(f.t, &f.now));
	fini(&f);
}

static void it_asks_for_what_the_configuration_names(void **state)
{
	(void)state;
	static const char *const repositories[] = { "hello", "b.c" };
	static const char *const keys[] = { "issues", "actions" }, *const values[] = { "read",
		"write" };
	static const struct {
		uint32_t n_repositories, n_permissions;
		const char *body;
	} rows[] = {
		{ 2, 2,
			"{\"repositories\":[\"hello\",\"b.c\"],"
			"\"permissions\":{\"issues\":\"read\",\"actions\":\"write\"}}" },
		{ 1, 0, "{\"repositories\":[\"hello\"]}" },
		{ 0, 1, "{\"permissions\":{\"issues\":\"read\"}}" },
	};

	for (size_t i = 0; i < 3; i++) {
		struct fixture f;
		init(&f);
		f.conf.repositories =
			(struct hg_option_list){ repositories, rows[i].n_repositories };
		f.conf.permissions = (struct hg_option_map){ keys, values, rows[i].n_permissions };
		hg_app_token_free(f.t);
		make(&f);
		ask(&f);
		assert_string_equal(f.ask.body.p, rows[i].body);
		fini(&f);
	}
}

static void for_five_seconds_it_is_young(void **state)
{
	(void)state;
	struct fixture f;

	init(&f);
	assert_false(hg_app_token_is_young(f.t, &f.now));
	ask(&f);
	take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_a"));
	assert_true(hg_app_token_is_young(f.t, &f.now));
	pass(&f, 5 * SEC - 1);
	assert_true(hg_app_token_is_young(f.t, &f.now));
	pass(&f, 1);
	assert_false(hg_app_token_is_young(f.t, &f.now));
	fini(&f);
}

/* The end is GitHub's moment; what our own clock says of it is of no interest. */
static void its_end_is_counted_on_githubs_clock(void **state)
{
	(void)state;
	static const struct {
		const char *date, *expires;
		int64_t life_us, due_us;
	} rows[] = {
		{ "Fri, 15 Jan 2027 11:30:00 GMT", "2027-01-15T12:00:00Z", 30 * MIN, 25 * MIN },
		{ AT_WALL, "2027-01-15T08:02:00Z", 2 * MIN, MIN }, /* half of a short life */
		{ AT_WALL, "2027-01-15T07:00:00Z", 60 * MIN, 55 * MIN },
		{ AT_WALL, "2028-01-15T07:00:00Z", 60 * MIN, 55 * MIN },
		{ AT_WALL, "soon", 60 * MIN, 55 * MIN },
		{ "today", "2027-01-15T08:30:00Z", 30 * MIN, 25 * MIN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		char body[100];
		init(&f);
		ask(&f);
		snprintf(body, sizeof(body), "{\"token\":\"ghs_a\",\"expires_at\":\"%s\"}",
			rows[i].expires);
		assert_int_equal(take_at(&f, CREATED, rows[i].date, body), HG_APP_MINTED);
		assert_true(hg_app_token_ends_us(f.t) - f.now.mono_us == rows[i].life_us);
		assert_true(due_in(&f) == rows[i].due_us);
		fini(&f);
	}
}

static void tokens_of_any_length_are_taken(void **state)
{
	(void)state;
	static const int lengths[] = { 40, 93, 520, 4096 };

	for (int i = 0; i < 4; i++) {
		char token[5000], body[5100];
		struct fixture f;
		init(&f);
		ask(&f);
		snprintf(token, sizeof(token), "ghs_%0*d", lengths[i] - 4, 7);
		snprintf(body, sizeof(body), "{\"token\":\"%s\"}", token);
		assert_int_equal(take_at(&f, CREATED, AT_WALL, body), HG_APP_MINTED);
		assert_true(is_token(&f, token));
		fini(&f);
	}
}

static void what_it_may_do_is_read(void **state)
{
	(void)state;
	struct fixture f;

	init(&f);
	ask(&f);
	take_at(&f, CREATED, AT_WALL,
		"{\"token\":\"ghs_a\",\"permissions\":{\"actions\":\"read\",\"x\":1,"
		"\"issues\":\"all\"}}");
	const struct hg_permit *p = hg_app_token_permit(f.t);
	assert_int_equal(p->kind, HG_PERMIT_APP);
	assert_int_equal(p->n, 1);
	assert_int_equal(hg_permit_level(p, HG_STR("actions")), HG_LEVEL_READ);
	fini(&f);
}

/* -- clocks ------------------------------------------------------------------------------------ */

static int64_t iat_of(const struct fixture *f)
{
	size_t n = 0;
	char digits[512] = "";
	uint8_t claims[512];
	const char *jwt = hg_secret_bytes(f->ask.jwt, &n);
	const char *begin = strchr(jwt, '.') + 1;
	size_t len = strcspn(begin, ".");
	long long iat = 0;

	memcpy(digits, begin, len);
	memcpy(digits + len, "===", (4 - len % 4) % 4);
	int got = EVP_DecodeBlock(claims, (uint8_t *)digits, (int)(len + (4 - len % 4) % 4));
	assert_true(got > 0);
	claims[got] = 0;
	assert_int_equal(sscanf((char *)claims, "{\"iat\":%lld,", &iat), 1);
	return iat;
}

static void a_401_by_a_wrong_clock_is_tried_once_more_by_githubs(void **state)
{
	(void)state;
	struct fixture f;

	init(&f);
	ask(&f);
	assert_true(iat_of(&f) == WALL / SEC - 60);
	assert_int_equal(take_at(&f, 401, "Fri, 15 Jan 2027 07:45:00 GMT", "{}"), HG_APP_AGAIN);
	ask(&f); /* at once */
	assert_true(iat_of(&f) == WALL / SEC - 900 - 60);
	assert_int_equal(take_at(&f, CREATED, "Fri, 15 Jan 2027 07:45:00 GMT",
				 "{\"token\":\"ghs_a\",\"expires_at\":\"2027-01-15T08:45:00Z\"}"),
		HG_APP_MINTED);
	assert_true(hg_app_token_ends_us(f.t) - f.now.mono_us == 60 * MIN);
	pass(&f, 55 * MIN);
	ask(&f); /* and it is remembered */
	assert_true(iat_of(&f) == WALL / SEC + 55 * 60 - 900 - 60);
	fini(&f);
}

static void a_401_with_good_clocks_or_a_second_one_is_a_wrong_key(void **state)
{
	(void)state;
	struct fixture f;
	struct hg_text out;

	init(&f);
	hg_text_init(&out);
	ask(&f);
	assert_int_equal(take_at(&f, 401, "Fri, 15 Jan 2027 08:00:04 GMT",
				 "{\"message\":\"A JSON web token could not be decoded\"}"),
		HG_APP_REFUSED);
	assert_string_equal(hg_app_token_said(f.t),
		"GitHub does not take the signature of App Iv23liAbC (401: \"A JSON web token "
		"could not be decoded\"): app_id or app_private_key is wrong, or the key was "
		"deleted");
	assert_in_range(due_in(&f), 5 * MIN, 5 * MIN + 30 * SEC);
	const char *shown = printed(&f, &out);
	assert_ptr_equal(strstr(shown, "none: GitHub does not take"), shown);
	assert_non_null(strstr(out.p, "; asked again in 5min"));

	pass(&f, due_in(&f));
	ask(&f);
	assert_int_equal(take_at(&f, 401, "Fri, 15 Jan 2027 09:00:00 GMT", ""), HG_APP_AGAIN);
	ask(&f);
	/* a clock that is somewhere else each time does not make a loop */
	assert_int_equal(take_at(&f, 401, "Fri, 15 Jan 2027 10:00:00 GMT", ""), HG_APP_REFUSED);
	hg_text_fini(&out);
	fini(&f);
}

/* -- bad times --------------------------------------------------------------------------------- */

static void what_fails_is_tried_again_within_ever_longer_times_and_the_old_one_serves(void **state)
{
	(void)state;
	struct fixture f;
	int64_t most_us = SEC, longest_us = 0;

	init(&f);
	ask(&f);
	take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_a"));
	pass(&f, 55 * MIN);
	for (int i = 0; i < 40; i++) {
		ask(&f);
		enum hg_app_outcome outcome =
			i % 3 == 0   ? hg_app_token_take(f.t, NULL, HG_STR(""), &f.now, &f.dice)
			: i % 3 == 1 ? take_at(&f, 502, AT_WALL, "<html>")
				     : take_at(&f, 301, AT_WALL, "");
		assert_int_equal(outcome, HG_APP_LATER);
		assert_in_range(due_in(&f), 0, most_us);
		longest_us = due_in(&f) > longest_us ? due_in(&f) : longest_us;
		most_us = 2 * most_us < 5 * MIN ? 2 * most_us : 5 * MIN;
		assert_int_equal(is_token(&f, "ghs_a"), f.now.mono_us < hg_app_token_ends_us(f.t));
		pass(&f, due_in(&f));
	}
	assert_true(longest_us > 4 * MIN); /* it does grow */
	ask(&f);
	take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_b"));
	assert_string_equal(hg_app_token_said(f.t), "");
	pass(&f, due_in(&f));
	ask(&f);
	hg_app_token_take(f.t, NULL, HG_STR(""), &f.now, &f.dice);
	assert_in_range(due_in(&f), 0, SEC); /* and begins anew */
	fini(&f);
}

static void what_somebody_has_to_mend_is_said(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body, *said;
	} rows[] = {
		{ 403, "{\"message\":\"This installation has been suspended\"}",
			"installation 4711 of App Iv23liAbC gets no token (403: \"This "
			"installation "
			"has been suspended\"): it is suspended" },
		{ 404, "{\"message\":\"Not Found\"}",
			"App Iv23liAbC has no installation 4711 (404: \"Not Found\"): it was "
			"removed, or app_installation is wrong" },
		{ 404, "not json",
			"App Iv23liAbC has no installation 4711 (404): it was removed, or "
			"app_installation is wrong" },
		{ 422, "{\"message\":\"a\\nb\\\"c\\u00e9\"}",
			"installation 4711 does not have what app_repositories and "
			"app_permissions name (422: \"a?b?c??\")" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		init(&f);
		ask(&f);
		assert_int_equal(
			take_at(&f, rows[i].status, AT_WALL, rows[i].body), HG_APP_REFUSED);
		assert_string_equal(hg_app_token_said(f.t), rows[i].said);
		assert_in_range(due_in(&f), 5 * MIN, 5 * MIN + 30 * SEC);
		fini(&f);
	}
}

static void a_limit_is_waited_for_and_nobodys_fault(void **state)
{
	(void)state;
	static const struct hg_field retry = { { "Retry-After", 11 }, { "90", 2 } };
	static const struct hg_field primary[] = { { { "x-ratelimit-limit", 17 }, { "2000", 4 } },
		{ { "x-ratelimit-remaining", 21 }, { "0", 1 } },
		{ { "x-ratelimit-reset", 17 }, { "1800000600", 10 } } };
	struct fixture f;

	init(&f);
	ask(&f);
	assert_int_equal(take(&f, 403, &retry, 1, ""), HG_APP_LATER);
	assert_in_range(due_in(&f), 90 * SEC, 91 * SEC);
	pass(&f, due_in(&f));
	ask(&f);
	assert_int_equal(take(&f, 429, NULL, 0, ""), HG_APP_LATER);
	assert_in_range(due_in(&f), 60 * SEC, 61 * SEC);
	f.now.wall_us = WALL;
	pass(&f, 0);
	f.now.mono_us += 61 * SEC;
	ask(&f);
	assert_int_equal(take(&f, 403, primary, 3, ""), HG_APP_LATER);
	assert_in_range(due_in(&f), 601 * SEC, 602 * SEC);
	fini(&f);
}

static void an_answer_without_a_token_is_none(void **state)
{
	(void)state;
	static const char *const bodies[] = { "", "{}", "[]", "null", "{\"token\":1}",
		"{\"token\":\"\"}", "{\"token\":\"a b\"}", "{\"token\":\"a\\r\\nX: y\"}",
		"{\"token\":\"\\u00e9\"}", "{\"token\":\"a\",\"token\":\"b\"}",
		"{\"token\":\"a\"" };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct fixture f;
		init(&f);
		ask(&f);
		assert_int_equal(take_at(&f, CREATED, AT_WALL, bodies[i]), HG_APP_LATER);
		assert_null(hg_app_token_get(f.t, &f.now));
		assert_string_equal(hg_app_token_said(f.t), "GitHub answered 201, and no token");
		fini(&f);
	}
}

static void one_that_is_refused_is_replaced_but_not_in_a_loop(void **state)
{
	(void)state;
	struct fixture f;

	init(&f);
	ask(&f);
	take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_a"));
	struct hg_secret *first = hg_secret_ref(hg_app_token_get(f.t, &f.now));
	pass(&f, 10 * MIN);
	hg_app_token_drop(f.t, first, &f.now, &f.dice);
	assert_null(hg_app_token_get(f.t, &f.now));
	assert_true(hg_app_token_ends_us(f.t) == 0);
	assert_true(due_in(&f) == 0);
	ask(&f);
	take_at(&f, CREATED, "Fri, 15 Jan 2027 08:10:00 GMT", HOUR_TOKEN("ghs_b"));
	hg_app_token_drop(f.t, first, &f.now, &f.dice); /* a late answer to the old one */
	assert_true(is_token(&f, "ghs_b"));
	hg_secret_unref(first);
	int64_t waits_us = 0;
	for (int i = 0; i < 12; i++) {
		pass(&f, 6 * SEC);
		hg_app_token_drop(f.t, hg_app_token_get(f.t, &f.now), &f.now, &f.dice);
		waits_us += due_in(&f);
		pass(&f, due_in(&f));
		ask(&f);
		take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_c"));
	}
	assert_true(waits_us > 0);
	fini(&f);
}

static void a_key_that_can_not_be_used_makes_none(void **state)
{
	(void)state;
	struct hg_secret *pem = hg_secret_new(HG_STR("x"));
	struct hg_app_conf conf = { .id = "7", .installation = 1, .key = pem };
	struct hg_err err = HG_ERR_INIT;

	assert_null(hg_app_token_new(&conf, &err));
	assert_string_equal(err.text, "the key of App 7: is no PEM: one begins with -----BEGIN RSA "
				      "PRIVATE KEY-----");
	hg_secret_unref(pem);
	hg_app_token_free(NULL);
}

static void it_is_printed_without_being_shown(void **state)
{
	(void)state;
	struct fixture f;
	struct hg_text out;

	init(&f);
	hg_text_init(&out);
	assert_string_equal(printed(&f, &out), "none");
	ask(&f);
	assert_string_equal(printed(&f, &out), "none; asked for");
	take_at(&f, CREATED, AT_WALL, HOUR_TOKEN("ghs_a"));
	assert_string_equal(printed(&f, &out), "for 1h");
	pass(&f, 55 * MIN);
	ask(&f);
	take_at(&f, 500, AT_WALL, "");
	assert_string_equal(
		printed(&f, &out), "for 5min; the next one: GitHub answered 500; asked again in 0");
	hg_text_fini(&out);
	fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_minted_once_and_again_300_s_before_its_end),
		cmocka_unit_test(it_asks_for_what_the_configuration_names),
		cmocka_unit_test(for_five_seconds_it_is_young),
		cmocka_unit_test(its_end_is_counted_on_githubs_clock),
		cmocka_unit_test(tokens_of_any_length_are_taken),
		cmocka_unit_test(what_it_may_do_is_read),
		cmocka_unit_test(a_401_by_a_wrong_clock_is_tried_once_more_by_githubs),
		cmocka_unit_test(a_401_with_good_clocks_or_a_second_one_is_a_wrong_key),
		cmocka_unit_test(
			what_fails_is_tried_again_within_ever_longer_times_and_the_old_one_serves),
		cmocka_unit_test(what_somebody_has_to_mend_is_said),
		cmocka_unit_test(a_limit_is_waited_for_and_nobodys_fault),
		cmocka_unit_test(an_answer_without_a_token_is_none),
		cmocka_unit_test(one_that_is_refused_is_replaced_but_not_in_a_loop),
		cmocka_unit_test(a_key_that_can_not_be_used_makes_none),
		cmocka_unit_test(it_is_printed_without_being_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
