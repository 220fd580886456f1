#include "pool_rig.h"

#define MIN (60 * SEC)

static struct hg_snapshot next; /* after a reload */

static bool goes_with(unsigned i, const char *token)
{
	return rig.sent[i]->token && hg_secret_is(rig.sent[i]->token, hg_str(token));
}

static unsigned last(void)
{
	return rig.n_sent - 1;
}

/* -- minted in time ---------------------------------------------------------------------------- */

static void its_token_is_minted_at_the_start_and_requests_wait_for_it(void **state)
{
	(void)state;
	add_app("app"), begin();
	unsigned i = errand(HG_ERRAND_MINT);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_true(
		hg_str_is(rig.sent[i]->ask.path, HG_STR("/app/installations/4711/access_tokens")));
	assert_int_equal(rig.n_sent, 1);
	mint("ghs_a");
	assert_int_equal(rig.n_sent, 2);
	assert_true(goes_with(1, "ghs_a"));
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(n_news, 0);
}

static void only_the_mint_is_signed_by_the_app(void **state)
{
	(void)state;
	add_app("app"), begin();
	size_t n;

	assert_memory_equal(hg_secret_bytes(rig.sent[0]->token, &n), "eyJ", 3);
	mint("ghs_a");
	struct hg_ticket *t = rig_ask(&rig, "POST", "/x");
	assert_true(goes_with(1, "ghs_a"));
	hg_ticket_unref(t);
}

static void the_next_one_is_minted_300_s_before_the_end_and_the_old_one_used_meanwhile(void **state)
{
	(void)state;
	add_app("app"), begin();
	mint("ghs_a");
	rig_advance(&rig, 55 * MIN - 1);
	assert_false(has_errand(HG_ERRAND_MINT));
	rig_advance(&rig, 1);
	assert_true(has_errand(HG_ERRAND_MINT));
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	assert_true(goes_with(last(), "ghs_a"));
	mint("ghs_b");
	struct hg_ticket *u = rig_ask(&rig, "GET", "/y");
	assert_true(goes_with(last(), "ghs_b"));
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

static void one_that_can_not_be_replaced_is_used_until_it_ends(void **state)
{
	(void)state;
	add_app("app"), begin();
	mint("ghs_a");
	rig_advance(&rig, 55 * MIN);
	reply_with(errand(HG_ERRAND_MINT), rig_head(404, NULL), "{}");
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_true(goes_with(last(), "ghs_a"));
	assert_int_equal(told("credential.invalid"), 0);
	rig_reply(&rig, last(), rig_head(200, NULL));
	rig_expect_whole(t, 200);
	rig_advance(&rig, 5 * MIN); /* over, and asked again within half a minute */
	struct hg_ticket *u = ask_until("/y", 60 * SEC);
	rig_advance(&rig, 30 * SEC);
	reply_with(errand(HG_ERRAND_MINT), rig_head(404, NULL), "{}");
	assert_int_equal(told("credential.invalid"), 1);
	rig_expect_refused(u, 503, "no_credential");
}

/* A mint tells nothing of the installation's budget: nobody knows yet what is left of it. */
static void its_budget_is_felt_by_a_few_after_the_mint(void **state)
{
	(void)state;
	struct hg_ticket *t[10];
	char path[8];

	add_app("app"), begin();
	mint("ghs_a");
	for (unsigned i = 0; i < 10; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		t[i] = rig_ask(&rig, "GET", path);
	}
	assert_int_equal(rig.n_sent, 1 + HG_LEDGER_FEELERS);
	for (unsigned i = 0; i < 10; i++)
		hg_ticket_unref(t[i]);
}

/* -- refused ----------------------------------------------------------------------------------- */

static void a_token_that_github_does_not_know_yet_is_tried_again_in_a_second(void **state)
{
	(void)state;
	add_app("app"), begin();
	mint("ghs_a");
	rig_advance(&rig, 5 * SEC - 1);
	struct hg_ticket *t = rig_ask(&rig, "POST", "/x");

	rig_reply(&rig, 1, rig_head(401, NULL));
	assert_int_equal(rig_status(t), -1);
	rig_advance(&rig, SEC - 1);
	assert_int_equal(rig.n_sent, 2);
	rig_advance(&rig, 1);
	assert_true(goes_with(2, "ghs_a"));
	rig_reply(&rig, 2, rig_head(201, NULL));
	rig_expect_whole(t, 201);
}

static void a_401_later_has_another_one_minted_with_which_it_goes(void **state)
{
	(void)state;
	add_app("app"), begin();
	mint("ghs_a");
	rig_advance(&rig, 10 * MIN);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 1, rig_head(401, NULL));
	assert_false(has_errand(HG_ERRAND_ASK));
	mint("ghs_b");
	assert_true(goes_with(last(), "ghs_b"));
	rig_reply(&rig, last(), rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(n_news, 0);
}

static void a_refused_mint_puts_it_out_and_the_next_one_that_is_granted_brings_it_back(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_ticket *t = ask_until("/x", 1000 * SEC), *hasty = rig_ask(&rig, "GET", "/y");

	reply_with(0, rig_head(404, NULL), "{\"message\":\"Not Found\"}");
	assert_int_equal(told("credential.invalid"), 1);
	assert_told("credential.invalid", "has no installation 4711");
	struct hg_ticket_end end = rig_end_of(hasty);
	assert_string_equal(end.word, "no_credential");
	assert_in_range(end.retry_after_s, 300, 331);
	rig_advance(&rig, end.retry_after_s * SEC);
	reply_with(errand(HG_ERRAND_MINT), rig_head(404, NULL), "{}");
	assert_int_equal(told("credential.invalid"), 1);
	rig_advance(&rig, 331 * SEC);
	mint("ghs_a");
	assert_int_equal(told("credential.recovered"), 1);
	assert_true(goes_with(last(), "ghs_a"));
	hg_ticket_unref(t);
	hg_ticket_unref(hasty);
}

static void one_that_is_suspended_while_it_has_a_token_is_out_when_no_other_is_minted(void **state)
{
	(void)state;
	static const char suspended[] = "{\"message\":\"This installation has been suspended\"}";

	add_app("app"), begin();
	mint("ghs_a");
	rig_advance(&rig, 10 * MIN);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	reply_with(1, rig_head(403, "Content-Type", "application/json", NULL), suspended);
	assert_int_equal(n_news, 0);
	reply_with(errand(HG_ERRAND_MINT), rig_head(403, NULL), suspended);
	assert_told("credential.invalid", "suspended");
	rig_expect_refused(t, 503, "no_credential");
}

static void a_mint_that_github_could_not_answer_is_asked_again_and_nobody_is_told(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, rig_head(502, NULL));
	rig_advance(&rig, SEC);
	rig_end(&rig, errand(HG_ERRAND_MINT), HG_EIO, true);
	rig_advance(&rig, 2 * SEC);
	mint("ghs_a");
	assert_int_equal(n_news, 0);
	assert_true(goes_with(last(), "ghs_a"));
	hg_ticket_unref(t);
}

static void a_mint_that_is_answered_with_too_much_was_not_answered(void **state)
{
	(void)state;
	char blanks[4097];

	add_app("app"), begin();
	memset(blanks, ' ', sizeof(blanks) - 1);
	blanks[sizeof(blanks) - 1] = 0;
	rig_answer(&rig, 0, rig_head(201, NULL));
	piece(0, "{\"token\":\"ghs_a\"}");
	for (unsigned i = 0; i < HG_ERRAND_BODY_MOST / 4096; i++)
		piece(0, blanks);
	rig_end(&rig, 0, 0, true);
	assert_true(hg_credential_is_bare(credential(0), &rig.now));
}

static void who_waited_for_the_first_token_until_the_deadline_is_told_of_that(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_ticket *t = ask_until("/x", 3 * SEC);

	hg_dispatcher_on_connected(rig.d, rig.sent[0], &rig.now);
	rig_advance(&rig, 3 * SEC);
	rig_expect_refused(t, 503, "no_credential");
}

/* -- reloads and ends -------------------------------------------------------------------------- */

/* The App is replaced by a token. */
static void reload(void)
{
	rig_configure(&rig, &next);
	next.generation = 2;
	next.upstreams[0].credentials[0].token = keep(hg_secret_new(HG_STR("ghp_next")));
	hg_snapshot_set_origins(&next);
	hg_dispatcher_adopt(rig.d, &next);
	rig_turn(&rig);
}

static void what_waits_for_the_mint_of_one_that_a_reload_drops_goes_with_it(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	reload();
	mint("ghs_a");
	assert_true(goes_with(1, "ghs_a"));
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(rig.d->pools.n_replaced, 0);
	rig_advance(&rig, 2 * 60 * MIN);
	assert_int_equal(rig.n_sent, 2); /* no more is minted */
}

static void one_that_a_reload_dropped_is_minted_again_for_those_who_wait(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	reload();
	rig_reply(&rig, 0, rig_head(502, NULL));
	rig_advance(&rig, SEC);
	mint("ghs_a");
	assert_true(goes_with(last(), "ghs_a"));
	rig_reply(&rig, last(), rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(rig.d->pools.n_replaced, 0);
}

static void who_comes_with_the_configuration_before_is_served_by_its_app(void **state)
{
	(void)state;
	add_app("app"), begin();
	mint("ghs_a");
	reload();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	mint("ghs_b"); /* the first one was forgotten with its pool */
	assert_true(goes_with(last(), "ghs_b"));
	rig_reply(&rig, last(), rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(rig.d->pools.n_replaced, 0);
}

static void a_mint_nobody_waits_for_any_more_ends_with_its_app(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	reload();
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
	rig_reply(&rig, 0, rig_head(502, NULL));
	rig_turn(&rig);
	assert_int_equal(rig.d->pools.n_replaced, 0);
	hg_ticket_unref(t);
}

static void errands_under_way_end_with_the_dispatcher(void **state)
{
	(void)state;
	add_app("app");
	add_token("a");
	begin();
	hg_care_doubt(rig.d, credential(1), credential(1)->token, &rig.now);
	rig_turn(&rig);
	assert_true(has_errand(HG_ERRAND_MINT) && has_errand(HG_ERRAND_ASK));
	hg_dispatcher_free(HG_TAKE(rig.d));
	assert_int_equal(rig.n_aborted, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(its_token_is_minted_at_the_start_and_requests_wait_for_it),
		T(only_the_mint_is_signed_by_the_app),
		T(its_budget_is_felt_by_a_few_after_the_mint),
		T(the_next_one_is_minted_300_s_before_the_end_and_the_old_one_used_meanwhile),
		T(one_that_can_not_be_replaced_is_used_until_it_ends),
		T(a_token_that_github_does_not_know_yet_is_tried_again_in_a_second),
		T(a_401_later_has_another_one_minted_with_which_it_goes),
		T(a_refused_mint_puts_it_out_and_the_next_one_that_is_granted_brings_it_back),
		T(one_that_is_suspended_while_it_has_a_token_is_out_when_no_other_is_minted),
		T(a_mint_that_github_could_not_answer_is_asked_again_and_nobody_is_told),
		T(a_mint_that_is_answered_with_too_much_was_not_answered),
		T(who_waited_for_the_first_token_until_the_deadline_is_told_of_that),
		T(what_waits_for_the_mint_of_one_that_a_reload_drops_goes_with_it),
		T(one_that_a_reload_dropped_is_minted_again_for_those_who_wait),
		T(who_comes_with_the_configuration_before_is_served_by_its_app),
		T(a_mint_nobody_waits_for_any_more_ends_with_its_app),
		T(errands_under_way_end_with_the_dispatcher),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
