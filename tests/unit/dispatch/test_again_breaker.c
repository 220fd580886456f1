#include "pool_rig.h"

/* Three failures in a row open a breaker for 10 s, then 20 s … and a tenth of that at most. */
static void begin_with(unsigned n_tokens)
{
	rig.snapshot.dispatch.breaker_failures = 3;
	rig.snapshot.dispatch.breaker_window_us = 30 * SEC;
	rig.snapshot.dispatch.breaker_open_us = 10 * SEC;
	rig.snapshot.dispatch.breaker_open_most_us = 300 * SEC;
	rig.snapshot.dispatch.retries = 0;
	add_token("a");
	if (n_tokens > 1)
		add_token("b");
	begin();
	set_budget(0, 5000, 4000, 300); /* spent first */
	if (n_tokens > 1)
		set_budget(1, 5000, 4000, 3600);
}

static unsigned last(void)
{
	return rig.n_sent - 1;
}

/* Writes are not repeated: each is one failure, of a route of its own. */
static void fail_with(int status, unsigned times)
{
	char path[24];

	for (unsigned i = 0; i < times; i++) {
		(void)snprintf(path, sizeof(path), "/fails/%u", i);
		struct hg_ticket *t = rig_ask(&rig, "POST", path);
		rig_reply(&rig, last(), rig_head(status, NULL));
		rig_expect_whole(t, status);
	}
}

static struct hg_head *fine(void)
{
	return rig_limits(200, 5000, 3000, WALL / SEC + 300);
}

/* Is he sent? */
static bool is_under_way(const struct hg_ticket *t)
{
	return t->state == HG_TICKET_SENT;
}

/* -- the host's -------------------------------------------------------------------------------- */

static void a_host_that_keeps_failing_is_given_a_rest_and_that_is_told(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 2);
	assert_int_equal(n_news, 0);
	fail_with(502, 1);
	assert_int_equal(told("upstream.down"), 1);
	assert_told("upstream.down", "{\"upstream\":\"main\",\"why\":");
	struct hg_ticket *hasty = ask_until("/hasty", 5 * SEC);
	struct hg_ticket_end end = rig_end_of(hasty);
	assert_int_equal(end.status, 503);
	assert_string_equal(end.word, "upstream_down");
	assert_in_range(end.retry_after_s, 10, 11);
	hg_ticket_unref(hasty);
}

static void when_the_rest_is_over_one_probes_and_then_all_go(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *u = rig_ask(&rig, "GET", "/y");
	assert_int_equal(t->state, HG_TICKET_PARKED);
	assert_int_equal(rig.n_sent, 3);
	rig_advance(&rig, 11 * SEC);
	assert_int_equal(rig.n_sent, 4);
	assert_true(is_under_way(t));
	assert_int_equal(told("upstream.up"), 0);
	rig_reply(&rig, 3, fine());
	assert_int_equal(told("upstream.up"), 1);
	assert_told("upstream.up", "{\"upstream\":\"main\",\"was_down_s\":1");
	assert_true(is_under_way(u));
	rig_expect_whole(t, 200);
	hg_ticket_unref(u);
}

static void a_probe_that_fails_doubles_the_rest_and_is_not_told_again(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *t = rig_ask(&rig, "POST", "/x");
	struct hg_ticket *hasty = ask_until("/hasty", 25 * SEC);
	rig_advance(&rig, 11 * SEC);
	rig_reply(&rig, 3, rig_head(502, NULL));
	rig_expect_whole(t, 502);
	struct hg_ticket_end end = rig_end_of(hasty); /* its deadline is before the next one */
	assert_string_equal(end.word, "upstream_down");
	assert_in_range(end.retry_after_s, 20, 22);
	assert_int_equal(told("upstream.down"), 1);
	hg_ticket_unref(hasty);
}

static void when_the_client_of_the_probe_leaves_the_next_one_probes(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *u = rig_ask(&rig, "GET", "/y");
	rig_advance(&rig, 11 * SEC);
	assert_true(is_under_way(t) && !is_under_way(u));
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
	assert_int_equal(rig.n_aborted, 1);
	assert_true(is_under_way(u));
	rig_reply(&rig, last(), fine());
	assert_int_equal(told("upstream.up"), 1);
	hg_ticket_unref(t);
	rig_expect_whole(u, 200);
}

static void answers_to_what_was_sent_before_say_nothing_new(void **state)
{
	(void)state;
	begin_with(1);
	struct hg_ticket *late = rig_ask(&rig, "POST", "/late"),
			 *bad = rig_ask(&rig, "POST", "/bad");
	fail_with(502, 3);
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_reply(&rig, 1, rig_head(502, NULL));
	assert_int_equal(told("upstream.down"), 1);
	assert_int_equal(told("upstream.up"), 0);
	rig_expect_whole(late, 200);
	rig_expect_whole(bad, 502);
}

static void failures_of_one_route_give_nobody_a_rest(void **state)
{
	(void)state;
	begin_with(1);
	for (unsigned i = 0; i < 10; i++) {
		struct hg_ticket *t = rig_ask(&rig, "POST", "/report");
		rig_reply(&rig, last(), rig_head(502, NULL));
		rig_expect_whole(t, 502);
	}
	assert_int_equal(n_news, 0);
	fail_with(502, 2); /* two more routes: three in a row */
	assert_int_equal(told("upstream.down"), 1);
}

static void a_request_that_fails_and_is_repeated_is_one_failure(void **state)
{
	(void)state;
	begin_with(1);
	rig.snapshot.dispatch.retries = 3;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	for (unsigned i = 0; i < 4; i++) {
		rig_reply(&rig, last(), rig_head(502, NULL));
		rig_advance(&rig, 5 * SEC);
	}
	rig_expect_whole(t, 502);
	assert_int_equal(n_news, 0);
}

static void nothing_that_came_is_a_failure_of_the_host_as_well(void **state)
{
	(void)state;
	begin_with(1);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const paths[] = { "/x", "/y", "/z" };
		struct hg_ticket *t = rig_ask(&rig, "GET", paths[i]);
		rig_end(&rig, i, HG_EIO, i != 1);
		rig_expect_refused(t, 502, "upstream_unreachable");
	}
	assert_int_equal(told("upstream.down"), 1);
	assert_told("upstream.down", "it broke");
}

/* -- who has another budget at the same host --------------------------------------------------- */

static void all_at_the_host_go_when_the_probe_of_one_was_answered(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *other = ask_as_client("/y");
	rig_advance(&rig, 11 * SEC);
	assert_int_equal(rig.n_sent, 4);
	rig_reply(&rig, 3, fine());
	assert_int_equal(rig.n_sent, 5);
	hg_ticket_unref(t);
	hg_ticket_unref(other);
}

static void another_one_at_the_host_probes_when_the_first_has_left(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *other = ask_as_client("/y");
	rig_advance(&rig, 11 * SEC);
	struct hg_ticket *probe = is_under_way(t) ? t : other, *waits = probe == t ? other : t;
	hg_dispatcher_cancel(rig.d, probe, &rig.now);
	rig_turn(&rig);
	assert_true(is_under_way(waits));
	hg_ticket_unref(t);
	hg_ticket_unref(other);
}

static void all_at_the_host_are_told_when_the_probe_of_one_failed(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *probe = rig_ask(&rig, "POST", "/x");
	rig_advance(&rig, 11 * SEC);
	assert_true(is_under_way(probe));
	struct hg_ticket *other = ask_as_client("/y");
	other->ask.deadline_us = rig.now.mono_us + 15 * SEC;
	rig_reply(&rig, 3, rig_head(502, NULL));
	rig_expect_whole(probe, 502);
	rig_expect_refused(other, 503, "upstream_down");
}

static void who_waited_for_a_probe_until_the_deadline_is_told_of_that(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(502, 3);
	struct hg_ticket *probe = rig_ask(&rig, "GET", "/x");
	rig_advance(&rig, 11 * SEC);
	hg_dispatcher_on_connected(rig.d, rig.sent[3], &rig.now);
	struct hg_ticket *waits = ask_until("/y", 2 * SEC);
	rig_advance(&rig, 2 * SEC);
	rig_expect_refused(waits, 503, "upstream_down");
	hg_ticket_unref(probe);
}

/* -- an identity's ----------------------------------------------------------------------------- */

static void an_identity_that_keeps_failing_rests_and_the_others_go(void **state)
{
	(void)state;
	begin_with(2);
	fail_with(500, 3);
	assert_int_equal(told("upstream.down"), 1);
	assert_told("upstream.down", "{\"upstream\":\"main\",\"identity\":\"a\",");
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	assert_paid(last(), "b");
	rig_reply(&rig, last(), fine());
	rig_expect_whole(t, 200);
	rig_advance(&rig, 11 * SEC);
	t = rig_ask(&rig, "GET", "/x");
	assert_paid(last(), "a");
	rig_reply(&rig, last(), fine());
	rig_expect_whole(t, 200);
	assert_told("upstream.up", "{\"upstream\":\"main\",\"identity\":\"a\",");
}

static void what_is_the_hosts_fault_is_not_the_identitys(void **state)
{
	(void)state;
	begin_with(2);
	fail_with(502, 3);
	assert_int_equal(credential(0)->identity->breaker.state, HG_BREAKER_CLOSED);
	assert_int_equal(credential(0)->identity->site->breaker.state, HG_BREAKER_OPEN);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	assert_int_equal(t->state, HG_TICKET_PARKED); /* "b" would not get farther */
	hg_ticket_unref(t);
}

static void what_is_answered_in_between_begins_the_count_anew(void **state)
{
	(void)state;
	begin_with(1);
	fail_with(500, 2);
	fail_with(404, 1);
	fail_with(500, 2);
	assert_int_equal(n_news, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_host_that_keeps_failing_is_given_a_rest_and_that_is_told),
		T(when_the_rest_is_over_one_probes_and_then_all_go),
		T(a_probe_that_fails_doubles_the_rest_and_is_not_told_again),
		T(when_the_client_of_the_probe_leaves_the_next_one_probes),
		T(answers_to_what_was_sent_before_say_nothing_new),
		T(failures_of_one_route_give_nobody_a_rest),
		T(a_request_that_fails_and_is_repeated_is_one_failure),
		T(nothing_that_came_is_a_failure_of_the_host_as_well),
		T(all_at_the_host_go_when_the_probe_of_one_was_answered),
		T(another_one_at_the_host_probes_when_the_first_has_left),
		T(all_at_the_host_are_told_when_the_probe_of_one_failed),
		T(who_waited_for_a_probe_until_the_deadline_is_told_of_that),
		T(an_identity_that_keeps_failing_rests_and_the_others_go),
		T(what_is_the_hosts_fault_is_not_the_identitys),
		T(what_is_answered_in_between_begins_the_count_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
