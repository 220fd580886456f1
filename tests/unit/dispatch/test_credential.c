#include "rig.h"

static struct hg_credentials all;
static struct hg_snapshot conf; /* the one in force */
static struct hg_dice dice = { 5 };

/* One upstream, with this token. */
static struct hg_snapshot conf_of(const char *alias, struct hg_secret *token)
{
	struct hg_snapshot s = { .n_upstreams = 1,
		.dispatch.max_requests_per_hour = 3,
		.upstreams = { { .name = "main",
			.base_url = "https://api.github.com",
			.credentials = { { .alias = alias, .token = token } } } } };

	hg_snapshot_set_origins(&s);
	return s;
}

static struct hg_credential *own(void)
{
	return hg_credentials_find(&all, &(struct hg_ask){ 0 }, &conf);
}

static int setup(void **state)
{
	(void)state;
	hg_credentials_init(&all);
	conf = conf_of("main", NULL);
	hg_credentials_adopt(&all, &conf);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_credentials_fini(&all);
	return 0;
}

static void nothing_to_forget(void *arg, struct hg_credential *cred)
{
	(void)cred;
	if (arg)
		++*(unsigned *)arg;
}

static struct hg_credential *find(struct hg_secret *token, uint32_t who)
{
	struct hg_ask ask = { .token = token };

	memcpy(ask.scope.bytes, &who, sizeof(who));
	return hg_credentials_find(&all, &ask, &conf);
}

static void the_own_credential_may_have_no_token(void **state)
{
	(void)state;
	assert_null(own()->token);
	assert_ptr_equal(find(NULL, 7), own());
}

static void what_goes_to_another_host_is_nobodys(void **state)
{
	(void)state;
	struct hg_ask ask = { .url = HG_STR("https://objects.example/x") };
	const struct hg_credential *cred = hg_credentials_find(&all, &ask, &conf);

	assert_ptr_not_equal(cred, own());
	assert_null(cred->token);
	hg_credentials_trim(&all, nothing_to_forget, NULL);
	assert_ptr_equal(hg_credentials_find(&all, &ask, &conf), cred);
}

static void a_clients_token_is_the_same_credential_each_time(void **state)
{
	(void)state;
	struct hg_secret *token = hg_secret_new(HG_STR("x"));
	struct hg_credential *a = find(token, 1), *b = find(token, 2);

	assert_ptr_not_equal(a, b);
	assert_ptr_not_equal(a, own());
	assert_ptr_equal(find(token, 1), a);
	assert_string_equal(a->label, "passthrough");
	assert_string_not_equal(a->alias, b->alias);
	hg_secret_unref(token);
}

static void the_longest_unused_token_is_forgotten_but_not_one_in_use(void **state)
{
	(void)state;
	struct hg_secret *token = hg_secret_new(HG_STR("x"));
	struct hg_credential *busy = find(token, 1), *again = find(token, 2);
	unsigned forgotten = 0;

	busy->n_flights = 1;
	for (uint32_t i = 3; i < HG_PASSTHROUGH_MOST + 3; i++)
		find(token, i);
	assert_ptr_equal(find(token, 2), again); /* used just now */
	hg_credentials_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 2);
	assert_int_equal(all.n_passthrough, HG_PASSTHROUGH_MOST);
	assert_ptr_equal(find(token, 1), busy);
	assert_ptr_equal(find(token, 2), again);
	assert_int_equal(all.n_passthrough, HG_PASSTHROUGH_MOST);
	busy->n_flights = 0;
	hg_secret_unref(token);
}

static void a_replaced_own_token_lives_until_its_last_flight(void **state)
{
	(void)state;
	struct hg_credential *old = own();
	struct hg_secret *token = hg_secret_new(HG_STR("x"));
	unsigned forgotten = 0;

	old->n_flights = 1;
	conf = conf_of("main", token);
	hg_credentials_adopt(&all, &conf);
	assert_ptr_not_equal(own(), old);
	hg_credentials_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 0);
	old->n_flights = 0;
	hg_credentials_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 1);
	hg_secret_unref(token);
}

static void a_token_of_before_a_reload_still_pays_for_what_began_with_it(void **state)
{
	(void)state;
	struct hg_secret *old = hg_secret_new(HG_STR("old")), *now = hg_secret_new(HG_STR("new"));
	struct hg_secret *same = hg_secret_new(HG_STR("new"));
	const struct hg_snapshot before = conf_of("before", old), again = conf_of("main", same);
	const struct hg_ask ask = { 0 };
	unsigned forgotten = 0;

	conf = conf_of("main", now);
	hg_credentials_adopt(&all, &before);
	hg_credentials_adopt(&all, &conf);
	hg_credentials_trim(&all, nothing_to_forget, NULL);
	assert_int_equal(all.n_replaced, 0);
	const struct hg_credential *was = hg_credentials_find(&all, &ask, &before);
	assert_ptr_equal(was->token, old);
	assert_string_equal(was->alias, "before");
	assert_ptr_equal(hg_credentials_find(&all, &ask, &before), was);
	assert_ptr_equal(hg_credentials_find(&all, &ask, &conf), own());
	assert_ptr_equal(hg_credentials_find(&all, &ask, &again), own());
	assert_ptr_equal(own()->token, now);
	assert_int_equal(all.n_replaced, 1);
	hg_credentials_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 1);
	assert_int_equal(all.n_replaced, 0);
	hg_secret_unref(old);
	hg_secret_unref(now);
	hg_secret_unref(same);
}

static void ledgers_are_bounded_and_odd_names_are_core(void **state)
{
	(void)state;
	struct hg_ledger *core = hg_credential_ledger(own(), HG_STR("core"));
	char name[16];

	assert_ptr_equal(hg_credential_ledger(own(), HG_STR("Core!")), core);
	assert_ptr_equal(hg_credential_ledger(own(), (struct hg_str){ 0 }), core);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		assert_non_null(hg_credential_ledger(own(), hg_str(name)));
	}
	assert_int_equal(own()->n_ledgers, HG_LEDGERS_MOST);
}

static void blocks_without_a_time_double_up_to_a_quarter_of_an_hour(void **state)
{
	(void)state;
	static const int64_t wants_s[] = { 60, 120, 240, 480, 900, 900 };
	struct hg_credential *cred = own();
	int64_t now_us = 0;

	for (unsigned i = 0; i < 6; i++) {
		hg_credential_block(cred, -1, now_us, &dice);
		assert_in_range(
			cred->blocked_us - now_us, wants_s[i] * SEC, (wants_s[i] + 1) * SEC);
		hg_credential_block(cred, 5 * SEC, now_us, &dice); /* of the same storm */
		assert_in_range(
			cred->blocked_us - now_us, wants_s[i] * SEC, (wants_s[i] + 1) * SEC);
		now_us = cred->blocked_us;
	}
	hg_credential_forgive(cred, now_us - 1); /* sent before it: says nothing */
	assert_int_equal(cred->n_blocks, 6);
	hg_credential_forgive(cred, now_us);
	hg_credential_block(cred, -1, now_us, &dice);
	assert_in_range(cred->blocked_us - now_us, 60 * SEC, 61 * SEC);
}

static void the_cap_counts_a_fixed_hour(void **state)
{
	(void)state;
	struct hg_credential *cred = own();
	int64_t began_us = 500 * SEC;

	for (unsigned i = 0; i < 3; i++) {
		assert_true(hg_credential_cap_us(cred, began_us + i) <= began_us + i);
		hg_credential_count(cred, began_us + i);
	}
	assert_int_equal(hg_credential_cap_us(cred, began_us + 9), began_us + 3600 * SEC);
	cred->max_per_hour = 0; /* no cap */
	assert_int_equal(hg_credential_cap_us(cred, began_us + 9), began_us + 9);
	cred->max_per_hour = 3;
	assert_int_equal(hg_credential_cap_us(cred, began_us + 3600 * SEC), began_us + 3600 * SEC);
	hg_credential_count(cred, began_us + 3600 * SEC);
	assert_int_equal(cred->hour_sent, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static int64_t expiry_said_by(const char *text)
{
	struct hg_field f = { HG_STR("GitHub-Authentication-Token-Expiration"), hg_str(text) };
	struct hg_secret *token = hg_secret_new(HG_STR("t"));
	struct hg_head *head = hg_head_new(200, &f, 1);
	struct hg_credential cred = { .token = token };

	hg_credential_note_expiry(&cred, head);
	int64_t us = cred.expires_us;
	cred = (struct hg_credential){ 0 };
	hg_credential_note_expiry(&cred, head);
	assert_int_equal(cred.expires_us, 0); /* without a token it is not about us */
	hg_head_unref(head);
	hg_secret_unref(token);
	return us;
}

static void a_tokens_end_is_what_github_says(void **state)
{
	(void)state;
	const int64_t day = INT64_C(1798675200) * 1000000; /* 2026-12-31 */

	assert_int_equal(expiry_said_by("2026-12-31 00:00:00 UTC"), day);
	assert_int_equal(expiry_said_by("2026-12-31 00:00:00 +0000"), day);
	assert_int_equal(expiry_said_by("2026-12-31 00:00:00 -0500"), 0);
	assert_int_equal(expiry_said_by("2026-12-31 00:00:00"), 0);
	assert_int_equal(expiry_said_by("2026-13-31 00:00:00 UTC"), 0);
	assert_int_equal(expiry_said_by("soon"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tokens_end_is_what_github_says),
		T(the_own_credential_may_have_no_token),
		T(what_goes_to_another_host_is_nobodys),
		T(a_clients_token_is_the_same_credential_each_time),
		T(the_longest_unused_token_is_forgotten_but_not_one_in_use),
		T(a_replaced_own_token_lives_until_its_last_flight),
		T(a_token_of_before_a_reload_still_pays_for_what_began_with_it),
		T(ledgers_are_bounded_and_odd_names_are_core),
		T(blocks_without_a_time_double_up_to_a_quarter_of_an_hour),
		T(the_cap_counts_a_fixed_hour),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
