#include "one_rig.h"

/* -- refusals ---------------------------------------------------------------------------------- */

static void a_primary_refusal_is_waited_out_and_the_client_never_sees_it(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "POST", "/a");

	rig_reply(&rig, 0, rig_limits(403, 5000, 0, WALL / SEC + 20));
	assert_int_equal(rig_status(t), -1);
	rig_advance(&rig, 20 * SEC);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, 2 * SEC);
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_limits(201, 5000, 4999, WALL / SEC + 3620));
	rig_expect_whole(t, 201);
}

static void a_refusal_whose_wait_is_too_long_is_passed_on_as_it_came(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_limits(403, 5000, 0, WALL / SEC + 2000));
	rig_expect_whole(t, 403);
}

static void a_secondary_refusal_stops_the_whole_credential(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a");
	struct hg_ticket *s = rig_ticket(&rig, "GET", "/search/code", HG_CLASS_HIGH);

	s->ask.resource = HG_STR("code_search");
	rig_reply(&rig, 0, rig_head(403, "Retry-After", "7", NULL));
	rig_submit(&rig, s);
	assert_int_equal(s->state, HG_TICKET_PARKED);
	rig_advance(&rig, 6900000);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, 1100000);
	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(a, 200);
	rig_expect_whole(s, 200);
}

static void those_who_can_not_wait_get_the_refusal_and_the_others_wait(void **state)
{
	(void)state;
	struct hg_ticket *hasty = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);

	hasty->ask.deadline_us = rig.now.mono_us + 5 * SEC;
	rig_submit(&rig, hasty);
	struct hg_ticket *patient = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 1);
	rig_reply(&rig, 0, rig_head(429, "Retry-After", "7", NULL));
	rig_expect_whole(hasty, 429);
	rig_advance(&rig, 8 * SEC);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(patient, 200);
}

/* Octokit's throttling knows a secondary limit by these words. */
static void who_comes_during_a_long_block_is_told_in_words_that_clients_know(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_head(403, "Retry-After", "600", NULL));
	rig_expect_whole(a, 403);
	struct hg_ticket *b = rig_ask(&rig, "GET", "/b");
	struct hg_ticket_end end = rig_end_of(b);
	assert_int_equal(end.status, 429);
	assert_string_equal(end.word, "upstream_limited");
	assert_in_range(end.retry_after_s, 600, 603);
	assert_non_null(strstr(end.text, "secondary rate limit"));
	hg_ticket_unref(b);
}

static void a_forbidden_that_is_no_limit_is_passed_on(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_limits(403, 5000, 4000, WALL / SEC + 2000));
	rig_expect_whole(t, 403);
	assert_int_equal(rig_own(&rig)->identity->blocked_us, INT64_MIN);
}

/* What stands before GitHub says nothing of a budget, and that nothing stops is not said by it. */
static void an_edge_that_fails_does_not_say_that_there_are_no_limits(void **state)
{
	(void)state;
	struct hg_ticket *t[10];
	char path[8];

	for (unsigned i = 0; i < 10; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		t[i] = rig_ask(&rig, "POST", path);
	}
	rig_reply(&rig, 0, rig_head(502, NULL));
	assert_int_equal(rig.n_sent, 1 + HG_LEDGER_FEELERS);
	for (unsigned i = 0; i < 10; i++)
		hg_ticket_unref(t[i]);
}

/* -- time -------------------------------------------------------------------------------------- */

static void a_connect_that_takes_too_long_is_tried_again_also_for_a_write(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "POST", "/a");

	rig_advance(&rig, 5 * SEC);
	assert_int_equal(rig.n_aborted, 1);
	rig_advance(&rig, 1 * SEC);
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_head(201, NULL));
	rig_expect_whole(t, 201);
}

static void a_write_that_may_have_been_executed_is_not_repeated(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "POST", "/a");

	hg_dispatcher_on_connected(rig.d, rig.sent[0], &rig.now);
	rig_advance(&rig, 12 * SEC);
	assert_int_equal(rig.n_aborted, 1);
	assert_int_equal(rig.n_sent, 1);
	rig_expect_refused(t, 504, "upstream_timeout");
}

static void a_read_is_tried_again_until_the_retries_are_used_up(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(rig.n_sent, i + 1);
		assert_false(rig_has_ended(t));
		rig_end(&rig, i, HG_EIO, true);
		rig_advance(&rig, 5 * SEC);
	}
	assert_int_equal(rig.n_sent, 4);
	rig_expect_refused(t, 502, "upstream_unreachable");
}

static void an_error_of_the_server_is_tried_again_for_reads_only(void **state)
{
	(void)state;
	struct hg_ticket *r = rig_ask(&rig, "GET", "/a"), *w = rig_ask(&rig, "PATCH", "/a");

	rig_reply(&rig, 0, rig_head(502, NULL));
	rig_reply(&rig, 1, rig_head(502, NULL));
	rig_expect_whole(w, 502);
	rig_advance(&rig, 1 * SEC);
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(r, 200);
}

static void a_body_that_stalls_is_cut(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_piece(&rig, 0, 2000); /* a stream: the total does not hold any more */
	for (unsigned i = 0; i < 10; i++) {
		rig_advance(&rig, 10 * SEC);
		rig_body(t);
		hg_dispatcher_resume(rig.d, t, &rig.now);
		rig_piece(&rig, 0, 10);
	}
	assert_int_equal(rig.n_aborted, 0);
	rig_body(t);
	hg_dispatcher_resume(rig.d, t, &rig.now);
	rig_advance(&rig, 15 * SEC);
	assert_int_equal(rig.n_aborted, 1);
	assert_int_equal(rig_end_of(t).code, HG_ETIMEOUT);
	hg_ticket_unref(t);
}

static void a_small_body_must_be_whole_within_the_total(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_advance(&rig, 10 * SEC);
	rig_piece(&rig, 0, 10);
	rig_advance(&rig, 10 * SEC);
	rig_piece(&rig, 0, 10);
	rig_advance(&rig, 10 * SEC);
	assert_int_equal(rig_end_of(t).code, HG_ETIMEOUT);
	hg_ticket_unref(t);
}

/* -- back-pressure ----------------------------------------------------------------------------- */

static void a_slow_client_pauses_a_long_body_and_drains_it_on(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_piece(&rig, 0, 900);
	assert_int_equal(rig.n_pauses, 0); /* may still be shared: at full speed */
	rig_piece(&rig, 0, 200);
	assert_int_equal(rig.n_pauses, 1);
	rig_advance(&rig, 100 * SEC); /* it is not upstream that stalls */
	assert_false(rig_has_ended(t));
	rig_body(t);
	hg_dispatcher_resume(rig.d, t, &rig.now);
	assert_int_equal(rig.n_resumes, 1);
	rig_end(&rig, 0, 0, true);
	rig_expect_whole(t, 200);
}

static void a_primary_refusal_without_a_reset_is_waited_out_longer_each_time(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_head(403, "X-RateLimit-Remaining", "0", NULL));
	rig_advance(&rig, 2 * SEC - 1);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, SEC + 1);
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_head(403, "X-RateLimit-Remaining", "0", NULL));
	rig_advance(&rig, 4 * SEC - 1);
	assert_int_equal(rig.n_sent, 2);
	rig_advance(&rig, SEC + 1);
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	/* an answer in between: from the beginning again */
	t = rig_ask(&rig, "GET", "/a");
	rig_reply(&rig, 3, rig_head(403, "X-RateLimit-Remaining", "0", NULL));
	rig_advance(&rig, 3 * SEC);
	rig_reply(&rig, 4, rig_head(200, NULL));
	rig_expect_whole(t, 200);
}

static void a_503_is_tried_again_when_it_says(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_head(503, "Retry-After", "20", NULL));
	rig_advance(&rig, 20 * SEC - 1);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, 1);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
}

static void retries_stop_when_all_of_them_together_are_too_many(void **state)
{
	(void)state;
	rig.d->purse.tenths = 10;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b");

	rig_end(&rig, 0, HG_EIO, true);
	rig_end(&rig, 1, HG_EIO, true);
	rig_expect_refused(b, 502, "upstream_unreachable");
	rig_advance(&rig, SEC);
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(a, 200);
}

static void a_body_nobody_wants_any_more_drains_and_is_cut_when_it_hangs(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(502, NULL));
	rig_advance(&rig, SEC);
	assert_int_equal(rig.n_sent, 2);
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 2);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	rig_advance(&rig, 14 * SEC);
	assert_int_equal(rig.n_aborted, 1);
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_primary_refusal_is_waited_out_and_the_client_never_sees_it),
		T(an_edge_that_fails_does_not_say_that_there_are_no_limits),
		T(a_refusal_whose_wait_is_too_long_is_passed_on_as_it_came),
		T(a_secondary_refusal_stops_the_whole_credential),
		T(those_who_can_not_wait_get_the_refusal_and_the_others_wait),
		T(who_comes_during_a_long_block_is_told_in_words_that_clients_know),
		T(a_forbidden_that_is_no_limit_is_passed_on),
		T(a_connect_that_takes_too_long_is_tried_again_also_for_a_write),
		T(a_write_that_may_have_been_executed_is_not_repeated),
		T(a_read_is_tried_again_until_the_retries_are_used_up),
		T(an_error_of_the_server_is_tried_again_for_reads_only),
		T(a_body_that_stalls_is_cut),
		T(a_primary_refusal_without_a_reset_is_waited_out_longer_each_time),
		T(a_503_is_tried_again_when_it_says),
		T(retries_stop_when_all_of_them_together_are_too_many),
		T(a_body_nobody_wants_any_more_drains_and_is_cut_when_it_hangs),
		T(a_small_body_must_be_whole_within_the_total),
		T(a_slow_client_pauses_a_long_body_and_drains_it_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
