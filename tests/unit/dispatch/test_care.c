#include "pool_rig.h"

/* -- one that GitHub refuses ------------------------------------------------------------------- */

/* "a" is spent first. */
static void begin_with_two(void)
{
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 4000, 60);
	set_budget(1, 5000, 4000, 3600);
}

static struct hg_head *refused(void)
{
	return rig_head(401, NULL);
}

/* A request of "a" gets a 401: it goes on by "b", and is answered. The errand that asks. */
static unsigned doubt_a(void)
{
	struct hg_ticket *t = rig_ask(&rig, "GET", "/doubt");
	unsigned first = rig.n_sent - 1;

	assert_paid(first, "a");
	rig_reply(&rig, first, refused());
	for (unsigned i = first + 1; i < rig.n_sent; i++)
		if (!rig.sent[i]->errand) {
			assert_paid(i, "b");
			rig_reply(&rig, i, rig_head(200, NULL));
		}
	rig_expect_whole(t, 200);
	return errand(HG_ERRAND_ASK);
}

/* It is asked about and refused again. */
static void put_a_out(void)
{
	rig_reply(&rig, doubt_a(), refused());
	assert_int_equal(credential(0)->health, HG_HEALTH_OUT);
}

static void a_refused_token_is_asked_about_while_another_goes_on(void **state)
{
	(void)state;
	begin_with_two();
	unsigned ask = doubt_a();

	assert_true(hg_str_is(rig.sent[ask]->ask.path, HG_STR("/rate_limit")));
	assert_ptr_equal(rig.sent[ask]->token, credential(0)->token);
	assert_int_equal(credential(0)->health, HG_HEALTH_DOUBTED);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/next");
	assert_paid(rig.n_sent - 1, "b"); /* nothing with a doubtful one */
	hg_ticket_unref(t);
}

static void one_that_is_answered_pays_again_and_nobody_is_told(void **state)
{
	(void)state;
	static const int fine[] = { 200, 404, 403, 500 }; /* 404: a GHES without limits */

	for (unsigned i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		teardown(NULL), setup(NULL);
		begin_with_two();
		rig_reply(&rig, doubt_a(), rig_head(fine[i], NULL));
		assert_int_equal(credential(0)->health, HG_HEALTH_GOOD);
		struct hg_ticket *t = rig_ask(&rig, "GET", "/next");
		assert_paid(rig.n_sent - 1, "a");
		assert_int_equal(n_news, 0);
		hg_ticket_unref(t);
	}
}

static void one_that_is_refused_again_is_out_and_told_once(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *late = rig_ask(&rig, "GET", "/late");
	put_a_out();

	assert_int_equal(told("credential.invalid"), 1);
	assert_told("credential.invalid", "\"credential\":\"a\"");
	rig_reply(&rig, 0, refused()); /* sent before it was known: no news */
	assert_paid(rig.n_sent - 1, "b");
	assert_int_equal(told("credential.invalid"), 1);
	assert_false(has_errand(HG_ERRAND_ASK));
	hg_ticket_unref(late);
}

#define SUSPENDED "{\"message\":\"Sorry. Your account was suspended\"}"

static struct hg_head *forbidden(void)
{
	return rig_head(403, "Content-Type", "application/json", NULL);
}

static void one_of_a_suspended_user_is_out_and_another_goes_on(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	reply_with(0, forbidden(), SUSPENDED);
	reply_with(errand(HG_ERRAND_ASK), forbidden(), SUSPENDED);
	assert_told("credential.invalid", "suspended");
	for (unsigned i = 0; i < rig.n_sent; i++)
		if (rig.sent[i]) {
			assert_paid(i, "b");
			rig_reply(&rig, i, rig_head(200, NULL));
		}
	rig_expect_whole(t, 200);
}

/* The words may be about whose repository it is. */
static void one_that_met_somebody_who_is_suspended_is_good(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	reply_with(0, forbidden(), SUSPENDED);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	assert_int_equal(credential(0)->health, HG_HEALTH_GOOD);
	assert_int_equal(n_news, 0);
	hg_ticket_unref(t);
}

static void one_that_is_out_is_asked_after_1_2_4_8_and_then_each_15_minutes(void **state)
{
	(void)state;
	static const int64_t waits_s[] = { 60, 120, 240, 480, 900, 900, 900 };

	begin_with_two();
	put_a_out();
	for (unsigned i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
		rig_advance(&rig, waits_s[i] * SEC - 1);
		assert_false(has_errand(HG_ERRAND_ASK));
		rig_advance(&rig, 1);
		rig_reply(&rig, errand(HG_ERRAND_ASK), refused());
	}
	assert_int_equal(told("credential.invalid"), 1);
}

static void one_that_is_answered_again_is_back_and_that_is_told(void **state)
{
	(void)state;
	static const int fine[] = { 200, 404 };

	for (unsigned i = 0; i < 2; i++) {
		teardown(NULL), setup(NULL);
		begin_with_two();
		put_a_out();
		rig_advance(&rig, 60 * SEC);
		rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(fine[i], NULL));
		assert_int_equal(told("credential.recovered"), 1);
		assert_told("credential.recovered", "{\"credential\":\"a\",\"out_for_s\":60}");
		rig_advance(&rig, 3600 * SEC);
		assert_false(has_errand(HG_ERRAND_ASK));
		put_a_out(); /* and this is another time */
		assert_int_equal(told("credential.invalid"), 2);
		rig_advance(&rig, 60 * SEC);
		assert_true(has_errand(HG_ERRAND_ASK)); /* after a minute again, not two */
	}
}

static void when_github_does_not_answer_it_is_not_out_and_asked_again(void **state)
{
	(void)state;
	begin_with_two();
	unsigned ask = doubt_a();

	rig_end(&rig, ask, HG_EIO, true);
	assert_int_equal(credential(0)->health, HG_HEALTH_GOOD);
	rig_advance(&rig, 5 * SEC - 1);
	assert_false(has_errand(HG_ERRAND_ASK));
	rig_advance(&rig, 1);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	assert_int_equal(n_news, 0);
}

static void a_clients_own_token_is_its_own_business(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = ask_as_client("/x");

	rig_reply(&rig, 0, refused());
	rig_expect_whole(t, 401);
	rig_advance(&rig, 60 * SEC);
	assert_int_equal(rig.n_sent, 1); /* neither asked about nor sent with ours */
	assert_int_equal(n_news, 0);
}

/* The only one is refused, and so is the question. The request that met it, with this deadline. */
static struct hg_ticket *put_the_only_one_out(int64_t deadline_in_us)
{
	add_token("a"), begin();
	struct hg_ticket *t = ask_until("/x", deadline_in_us);

	rig_reply(&rig, 0, refused());
	rig_reply(&rig, errand(HG_ERRAND_ASK), refused());
	assert_int_equal(credential(0)->health, HG_HEALTH_OUT);
	return t;
}

static void who_meets_the_only_one_that_is_refused_waits_until_that_is_known(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, refused());
	assert_int_equal(rig_status(t), -1);
	struct hg_ticket *waits = rig_ask(&rig, "GET", "/y");
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_reply(&rig, 3, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	rig_expect_whole(waits, 200);
}

static void one_that_is_called_good_and_refused_again_and_again_is_not_tried_for_ever(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	for (unsigned i = 0; i < 3; i++) {
		rig_reply(&rig, rig.n_sent - 1, refused());
		rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	}
	assert_int_equal(rig.n_sent, 7); /* it and three repetitions, and the questions between */
	rig_reply(&rig, 6, refused());
	rig_expect_whole(t, 401);
}

static void when_all_are_out_who_can_wait_waits_and_others_are_told_until_when(void **state)
{
	(void)state;
	struct hg_ticket *t = put_the_only_one_out(50 * SEC);
	struct hg_ticket *hasty = ask_until("/hasty", 30 * SEC);
	struct hg_ticket *patient = ask_until("/patient", 90 * SEC);
	struct hg_ticket_end end = rig_end_of(hasty);

	rig_expect_refused(t, 503, "no_credential"); /* nor a 401: it is not its token */
	assert_int_equal(end.status, 503);
	assert_string_equal(end.word, "no_credential");
	assert_int_equal(end.retry_after_s, 60);
	assert_non_null(strstr(end.text, "GitHub does not take credential a"));
	assert_int_equal(patient->state, HG_TICKET_PARKED);
	rig_advance(&rig, 60 * SEC);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	assert_paid(rig.n_sent - 1, "a");
	rig_reply(&rig, rig.n_sent - 1, rig_head(200, NULL));
	rig_expect_whole(patient, 200);
	hg_ticket_unref(hasty);
}

static void who_waited_for_one_that_stays_out_is_told_when_it_is_known(void **state)
{
	(void)state;
	struct hg_ticket *patient = put_the_only_one_out(90 * SEC);

	rig_advance(&rig, 60 * SEC);
	assert_false(rig_has_ended(patient));
	rig_reply(&rig, errand(HG_ERRAND_ASK), refused()); /* again in 120 s */
	struct hg_ticket_end end = rig_end_of(patient);
	assert_string_equal(end.word, "no_credential");
	assert_int_equal(end.retry_after_s, 120);
	hg_ticket_unref(patient);
}

/* The errand that asks hangs, and the deadline comes. */
static void who_waited_for_a_doubtful_one_until_the_deadline_is_told_of_that(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = ask_until("/x", 3 * SEC);

	rig_reply(&rig, 0, refused());
	hg_dispatcher_on_connected(rig.d, rig.sent[1], &rig.now);
	rig_advance(&rig, 3 * SEC);
	rig_expect_refused(t, 503, "no_credential");
}

static void each_token_is_tried_once_at_the_start_when_that_is_wanted(void **state)
{
	(void)state;
	rig.snapshot.dispatch.ask_at_start = true;
	add_token("a"), add_token("b"), begin();
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, errand(HG_ERRAND_ASK), refused());
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_limits(200, 5000, 4000, WALL / SEC + 600));
	assert_told("credential.invalid", "\"credential\":\"a\"");
	assert_int_equal(core_of(1)->theirs, 4000);
	begin(); /* a reload that keeps them */
	assert_int_equal(rig.n_sent, 2);
	add_token("c"), begin();
	assert_int_equal(rig.n_sent, 3);
}

static void a_clients_token_is_not_tried_at_the_start(void **state)
{
	(void)state;
	rig.snapshot.dispatch.ask_at_start = true;
	add_credential("nobody"), begin(); /* nor who has none */
	struct hg_ticket *t = ask_as_client("/x");
	assert_int_equal(rig.n_sent, 1);
	begin();
	assert_int_equal(rig.n_sent, 1);
	hg_ticket_unref(t);
}

static void a_full_site_lets_the_question_wait_a_second(void **state)
{
	(void)state;
	upstream()->max_connections = 1;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *u = rig_ask(&rig, "GET", "/y");

	rig_answer(&rig, 0, refused()); /* its body takes the place yet */
	assert_false(has_errand(HG_ERRAND_ASK));
	rig_end(&rig, 0, 0, true);
	rig_advance(&rig, 100000);
	assert_false(has_errand(HG_ERRAND_ASK));
	for (unsigned i = 1; i < rig.n_sent; i++)
		if (rig.sent[i])
			rig_reply(&rig, i, rig_head(200, NULL));
	rig_advance(&rig, SEC);
	assert_true(has_errand(HG_ERRAND_ASK));
	rig_expect_whole(t, 200);
	rig_expect_whole(u, 200);
}

/* -- one that a reload replaces ---------------------------------------------------------------- */

/* Another token in the file of this one. */
static void replace(unsigned i, const char *token)
{
	upstream()->credentials[i].token = keep(hg_secret_new(hg_str(token)));
	begin();
}

static void a_token_that_replaces_one_that_is_out_is_tried_and_its_recovery_told(void **state)
{
	(void)state;
	begin_with_two(); /* and without dispatch.ask_at_start */
	put_a_out();
	rig_advance(&rig, 30 * SEC);
	replace(0, "ghp_mended");
	assert_int_equal(told("credential.recovered"), 0); /* not before it is known */
	rig_advance(&rig, 3 * SEC);
	unsigned ask = errand(HG_ERRAND_ASK);
	assert_ptr_equal(rig.sent[ask]->token, credential(0)->token);
	rig_reply(&rig, ask, rig_head(200, NULL));
	assert_int_equal(told("credential.recovered"), 1);
	assert_told("credential.recovered", "{\"credential\":\"a\",\"out_for_s\":33}");
	assert_int_equal(credential(0)->out_us, 0);
	begin(); /* a reload that keeps it */
	rig_advance(&rig, 3600 * SEC);
	assert_false(has_errand(HG_ERRAND_ASK));
	assert_int_equal(told("credential.recovered"), 1);
}

static void one_that_replaces_a_good_one_has_nothing_to_recover_from(void **state)
{
	(void)state;
	begin_with_two();
	put_a_out();
	replace(1, "ghp_other"); /* of "b" */
	rig_advance(&rig, 30 * SEC);
	assert_false(has_errand(HG_ERRAND_ASK));
	assert_true(credential(0)->out_us != 0); /* it is "a" that is out yet */
	rig_advance(&rig, 30 * SEC);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	assert_int_equal(told("credential.recovered"), 1);
	assert_told("credential.recovered", "\"credential\":\"a\"");
}

static void of_replacements_that_are_wrong_as_well_the_one_that_is_good_is_told(void **state)
{
	(void)state;
	begin_with_two();
	put_a_out();
	replace(0, "ghp_wrong");
	rig_reply(&rig, errand(HG_ERRAND_ASK), refused());
	assert_int_equal(told("credential.invalid"), 2); /* this one is, too */
	rig_advance(&rig, 10 * SEC);
	replace(0, "ghp_skipped");
	rig_advance(&rig, 10 * SEC);
	replace(0, "ghp_good");
	while (has_errand(HG_ERRAND_ASK)) {
		unsigned ask = errand(HG_ERRAND_ASK);
		bool is_last = hg_secret_is(rig.sent[ask]->token, HG_STR("ghp_good"));
		rig_reply(&rig, ask, rig_head(is_last ? 200 : 401, NULL));
	}
	assert_int_equal(told("credential.invalid"), 2); /* of one that is gone nobody is told */
	assert_int_equal(told("credential.recovered"), 1);
	assert_told("credential.recovered", "\"out_for_s\":20}");
}

static void one_that_was_replaced_comes_back_for_who_waits_and_is_not_told_again(void **state)
{
	(void)state;
	struct hg_ticket *patient = put_the_only_one_out(90 * SEC);

	replace(0, "ghp_mended");
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	assert_int_equal(told("credential.recovered"), 1);
	rig_advance(&rig, 60 * SEC);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL)); /* the old one's */
	rig_reply(&rig, rig.n_sent - 1, rig_head(200, NULL));
	rig_expect_whole(patient, 200);
	assert_int_equal(told("credential.recovered"), 1);
}

static void when_its_trial_is_not_answered_it_is_tried_again(void **state)
{
	(void)state;
	begin_with_two();
	put_a_out();
	replace(0, "ghp_mended");
	rig_end(&rig, errand(HG_ERRAND_ASK), HG_EIO, true);
	rig_advance(&rig, 5 * SEC);
	rig_reply(&rig, errand(HG_ERRAND_ASK), rig_head(200, NULL));
	assert_int_equal(told("credential.recovered"), 1);
}

static void an_app_that_replaces_a_token_that_is_out_has_recovered_when_it_is_minted(void **state)
{
	(void)state;
	add_app("spare");
	const struct hg_credential_conf app = upstream()->credentials[0];
	upstream()->n_credentials = 0;
	begin_with_two();
	put_a_out();
	upstream()->credentials[0] = app;
	upstream()->credentials[0].alias = "a";
	begin();
	assert_int_equal(told("credential.recovered"), 0);
	mint("ghs_a");
	assert_int_equal(told("credential.recovered"), 1);
	assert_told("credential.recovered", "\"credential\":\"a\"");
}

/* -- what a token may do, and until when ------------------------------------------------------- */

/* GitHub answers, and says when the token that asked ends. */
static void answer_with_end(struct hg_ticket *t, unsigned sent, const char *end)
{
	rig_reply(&rig, sent, rig_head(200, "GitHub-Authentication-Token-Expiration", end, NULL));
	rig_expect_whole(t, 200);
}

static void the_end_of_a_token_is_told_as_it_comes_near(void **state)
{
	(void)state;
	add_token("a"), begin();
	for (unsigned i = 0; i < 2; i++) {
		struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
		answer_with_end(t, i, "2027-01-20 08:00:00 UTC");
	}
	assert_int_equal(told("credential.expiring"), 1);
	assert_told("credential.expiring", "\"days_left\":5");
}

static void the_end_of_a_token_is_told_in_time_though_nobody_asks(void **state)
{
	(void)state;
	const int64_t day = 86400 * SEC; /* 40 of them are left */
	unsigned n_at[46];

	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	answer_with_end(t, 0, "2027-02-24 08:00:00 UTC");
	for (unsigned i = 0; i <= 45; i++) {
		n_at[i] = told("credential.expiring");
		rig_advance(&rig, day);
	}
	assert_int_equal(n_at[9], 0);
	assert_int_equal(n_at[10], 1); /* on the second */
	assert_int_equal(n_at[32], 1);
	assert_int_equal(n_at[33], 2);
	assert_int_equal(n_at[38], 2);
	assert_int_equal(n_at[39], 3);
	assert_int_equal(n_at[45], 3);
	assert_told("credential.expiring", "\"days_left\":1}");
	assert_int_equal(rig.n_sent, 1); /* nothing was asked for that */
	assert_true(rig.next_us == INT64_MAX);
}

/* Or not at all, when there is no end. */
static void who_is_idle_looks_at_the_end_once_a_day(void **state)
{
	(void)state;
	const int64_t day = 86400 * SEC;

	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	rig_advance(&rig, day);
	assert_true(rig.next_us == INT64_MAX);
	t = rig_ask(&rig, "GET", "/y");
	answer_with_end(t, 1, "2027-12-24 08:00:00 UTC");
	rig_advance(&rig, day / 2);
	assert_int_equal(rig.next_us - rig.now.mono_us, day / 2);
}

static void who_sets_the_date_hears_of_an_end_within_a_day(void **state)
{
	(void)state;
	const int64_t day = 86400 * SEC;

	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	answer_with_end(t, 0, "2027-02-24 08:00:00 UTC");
	rig.now.wall_us += 35 * day; /* it was wrong, or this machine slept */
	rig_advance(&rig, day);
	assert_int_equal(told("credential.expiring"), 1);
	assert_told("credential.expiring", "\"days_left\":4}");
}

static void the_end_of_a_token_that_was_replaced_is_not_told(void **state)
{
	(void)state;
	upstream()->stall_timeout_us = upstream()->total_timeout_us = 0;
	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	answer_with_end(t, 0, "2027-02-24 08:00:00 UTC");
	t = rig_ask(&rig, "GET", "/y");
	rig_answer(&rig, 1, rig_head(200, NULL)); /* it lives on with this one's body */
	replace(0, "ghp_next");
	assert_int_equal(rig.d->pools.n_replaced, 1);
	rig_advance(&rig, 39 * 86400 * SEC);
	assert_int_equal(rig.d->pools.n_replaced, 1);
	assert_int_equal(told("credential.expiring"), 0);
	rig_end(&rig, 1, 0, true);
	rig_expect_whole(t, 200);
}

static void what_is_said_to_a_clients_token_is_not_told(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = ask_as_client("/x");

	answer_with_end(t, 0, "2027-01-20 08:00:00 UTC");
	assert_int_equal(n_news, 0);
}

static void the_scopes_of_a_classic_token_are_known_from_its_answers(void **state)
{
	(void)state;
	add_token("a")->token =
		keep(hg_secret_new(HG_STR("ghp_0123456789abcdefghijABCDEFGHIJ012345")));
	begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_int_equal(hg_credential_permit(credential(0))->kind, HG_PERMIT_UNKNOWN);
	rig_reply(&rig, 0, rig_head(200, "X-OAuth-Scopes", "read:org", NULL));
	rig_expect_whole(t, 200);
	assert_true(hg_permit_has_scope(hg_credential_permit(credential(0)), HG_STR("read:org")));
	assert_true(credential(0)->permit_told);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_refused_token_is_asked_about_while_another_goes_on),
		T(one_that_is_answered_pays_again_and_nobody_is_told),
		T(one_that_is_refused_again_is_out_and_told_once),
		T(one_of_a_suspended_user_is_out_and_another_goes_on),
		T(one_that_met_somebody_who_is_suspended_is_good),
		T(one_that_is_out_is_asked_after_1_2_4_8_and_then_each_15_minutes),
		T(one_that_is_answered_again_is_back_and_that_is_told),
		T(when_github_does_not_answer_it_is_not_out_and_asked_again),
		T(a_clients_own_token_is_its_own_business),
		T(who_meets_the_only_one_that_is_refused_waits_until_that_is_known),
		T(one_that_is_called_good_and_refused_again_and_again_is_not_tried_for_ever),
		T(when_all_are_out_who_can_wait_waits_and_others_are_told_until_when),
		T(who_waited_for_one_that_stays_out_is_told_when_it_is_known),
		T(who_waited_for_a_doubtful_one_until_the_deadline_is_told_of_that),
		T(each_token_is_tried_once_at_the_start_when_that_is_wanted),
		T(a_clients_token_is_not_tried_at_the_start),
		T(a_full_site_lets_the_question_wait_a_second),
		T(a_token_that_replaces_one_that_is_out_is_tried_and_its_recovery_told),
		T(one_that_replaces_a_good_one_has_nothing_to_recover_from),
		T(of_replacements_that_are_wrong_as_well_the_one_that_is_good_is_told),
		T(one_that_was_replaced_comes_back_for_who_waits_and_is_not_told_again),
		T(when_its_trial_is_not_answered_it_is_tried_again),
		T(an_app_that_replaces_a_token_that_is_out_has_recovered_when_it_is_minted),
		T(the_end_of_a_token_is_told_as_it_comes_near),
		T(the_end_of_a_token_is_told_in_time_though_nobody_asks),
		T(who_is_idle_looks_at_the_end_once_a_day),
		T(who_sets_the_date_hears_of_an_end_within_a_day),
		T(the_end_of_a_token_that_was_replaced_is_not_told),
		T(what_is_said_to_a_clients_token_is_not_told),
		T(the_scopes_of_a_classic_token_are_known_from_its_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
