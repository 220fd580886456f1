#include "one_rig.h"

/* -- the way of one ticket --------------------------------------------------------------------- */

static void a_reply_reaches_its_ticket_head_pieces_and_end(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	assert_int_equal(rig.n_sent, 1);
	assert_true(hg_str_is(rig.sent[0]->ask.path, HG_STR("/a")));
	rig_answer(&rig, 0, rig_limits(200, 5000, 4999, WALL / SEC + 3600));
	assert_int_equal(rig_status(t), 200);
	rig_piece(&rig, 0, 7);
	rig_piece(&rig, 0, 5);
	assert_int_equal(rig_body(t), 12);
	assert_false(rig_has_ended(t));
	rig_end(&rig, 0, 0, true);
	struct hg_ticket_end end = rig_end_of(t);
	assert_int_equal(end.code, 0);
	assert_true(end.lead);
	assert_int_equal(rig.d->n_tickets, 0);
	hg_ticket_unref(t);
}

static void the_head_comes_with_the_budget_after_it(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	struct hg_head_note note;
	struct hg_view_row row;

	rig_answer(&rig, 0, rig_limits(200, 5000, 4321, WALL / SEC + 3600));
	struct hg_head *h = hg_ticket_take_head(t, &note);
	assert_int_equal(note.limit, 5000);
	assert_int_equal(note.remaining, 4321);
	assert_int_equal(note.reset_s, WALL / SEC + 3600);
	assert_string_equal(note.alias, "main");
	assert_string_equal(note.resource, "core");
	assert_true(hg_view_find(rig.view, note.credential, HG_STR("core"), &row));
	assert_int_equal(row.remaining, 4321);
	hg_head_unref(h);
	rig_end(&rig, 0, 0, true);
	hg_ticket_unref(t);
}

static void a_ticket_over_the_limit_is_refused_at_once(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_tickets = 1;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b");

	rig_expect_refused(b, 503, "overloaded");
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(a, 200);
}

static void a_full_queue_gives_up_the_newest_of_the_worst_class_for_a_better_one(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 1;
	rig_reconfigure(&rig);
	rig.snapshot.dispatch.max_tickets = 4;
	struct hg_ticket *sent = rig_ticket(&rig, "GET", "/sent", HG_CLASS_LOW);
	struct hg_ticket *older = rig_ticket(&rig, "GET", "/older", HG_CLASS_LOW);
	struct hg_ticket *newer = rig_ticket(&rig, "GET", "/newer", HG_CLASS_LOW);
	struct hg_ticket *normal = rig_ticket(&rig, "GET", "/normal", HG_CLASS_NORMAL);

	rig_submit(&rig, sent);
	rig_submit(&rig, older);
	rig_submit(&rig, newer);
	rig_submit(&rig, normal);
	struct hg_ticket *low = rig_ticket(&rig, "GET", "/low", HG_CLASS_LOW);
	rig_submit(&rig, low);
	rig_expect_refused(low, 503, "overloaded"); /* nobody is less urgent */
	struct hg_ticket *high = rig_ask(&rig, "GET", "/high");
	rig_expect_refused(newer, 503, "overloaded");
	struct hg_ticket *critical = rig_ticket(&rig, "GET", "/critical", HG_CLASS_CRITICAL);
	rig_submit(&rig, critical);
	rig_expect_refused(older, 503, "overloaded");
	struct hg_ticket *other = rig_ask(&rig, "GET", "/other");
	rig_expect_refused(normal, 503, "overloaded"); /* what is under way stays */
	struct hg_ticket *last = rig_ask(&rig, "GET", "/last");
	rig_expect_refused(last, 503, "overloaded");
	for (unsigned i = 0; i < rig.n_sent; i++)
		rig_reply(&rig, i, rig_head(200, NULL));
	rig_expect_whole(sent, 200);
	rig_expect_whole(high, 200);
	rig_expect_whole(critical, 200);
	rig_expect_whole(other, 200);
}

static void a_reply_cut_in_its_body_ends_with_an_error_and_is_not_repeated(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_piece(&rig, 0, 10);
	rig_end(&rig, 0, HG_EIO, true);
	rig_advance(&rig, 60 * SEC);
	assert_int_equal(rig_end_of(t).code, HG_EIO);
	assert_int_equal(rig.n_sent, 1);
	hg_ticket_unref(t);
}

static void another_host_gets_no_token_and_costs_no_budget(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 3000);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "", HG_CLASS_LOW);

	t->ask.url = HG_STR("https://objects.example/x");
	rig_submit(&rig, t);
	assert_int_equal(rig.n_sent, 2); /* although GitHub's budget is spent */
	assert_null(rig.sent[1]->token);
	rig_reply(&rig, 1, rig_limits(429, 1, 0, WALL / SEC + 60));
	rig_expect_whole(t, 429);
	assert_int_equal(rig_core(&rig)->limit, 5000);
	assert_int_equal(rig_core(&rig)->lost[0].points, 0);
}

static void a_ticket_that_comes_too_late_is_not_sent(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", HG_CLASS_CRITICAL);

	t->ask.deadline_us = rig.now.mono_us;
	rig_submit(&rig, t);
	assert_int_equal(rig.n_sent, 0);
	rig_expect_refused(t, 504, "queue_timeout");
}

static void stopping_ends_what_is_under_way(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	struct hg_ticket *streams = rig_ask(&rig, "GET", "/b");

	rig_answer(&rig, 1, rig_head(200, NULL));
	hg_dispatcher_free(rig.d);
	rig.d = NULL;
	assert_int_equal(rig_end_of(t).code, HG_ECANCELLED);
	assert_int_equal(rig_end_of(streams).code, HG_ECANCELLED);
	assert_int_equal(rig.n_aborted, 2);
	hg_ticket_unref(t);
	hg_ticket_unref(streams);
}

/* -- connections ------------------------------------------------------------------------------- */

static struct hg_ticket *ask_as(const char *client, const char *path, enum hg_class klass)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, klass);

	t->ask.token = hg_secret_new(hg_str(client));
	memcpy(t->ask.scope.bytes, client, strlen(client));
	rig_submit(&rig, t);
	return t;
}

/* Answers all that is sent, and what is sent then, until nothing is under way. */
static void answer_all(void)
{
	for (unsigned i = 0; i < rig.n_sent; i++)
		if (rig.sent[i])
			rig_reply(&rig, i, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
}

static void who_waits_for_a_connection_waits_in_its_class(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 4999, 3000);
	rig.snapshot.upstreams[0].max_connections = 3;
	rig_reconfigure(&rig);
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b");
	struct hg_ticket *low = rig_ticket(&rig, "GET", "/low", HG_CLASS_LOW);
	struct hg_ticket *high = rig_ticket(&rig, "GET", "/high", HG_CLASS_HIGH);
	struct hg_ticket *critical = rig_ticket(&rig, "GET", "/critical", HG_CLASS_CRITICAL);

	rig_submit(&rig, low);
	rig_submit(&rig, high);
	assert_int_equal(rig.n_sent, 3); /* the one that learned, a and b: one is kept free */
	rig_submit(&rig, critical);
	assert_int_equal(rig.n_sent, 4);
	assert_true(hg_str_is(rig.sent[3]->ask.path, HG_STR("/critical")));
	rig_reply(&rig, 1, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
	assert_int_equal(rig.n_sent, 4); /* the next free one is kept for critical again */
	rig_reply(&rig, 2, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
	assert_int_equal(rig.n_sent, 5);
	assert_true(hg_str_is(rig.sent[4]->ask.path, HG_STR("/high")));
	answer_all();
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
	rig_expect_whole(low, 200);
	rig_expect_whole(high, 200);
	rig_expect_whole(critical, 200);
}

static void free_connections_go_round_the_credentials(void **state)
{
	(void)state;
	struct hg_ticket *many[6];
	char path[8];

	rig.snapshot.upstreams[0].max_connections = 1;
	rig_reconfigure(&rig);
	for (unsigned i = 0; i < 6; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		many[i] = ask_as("many", path, HG_CLASS_HIGH);
	}
	struct hg_ticket *one = ask_as("one", "/one", HG_CLASS_HIGH);
	assert_int_equal(rig.n_sent, 1);
	rig_reply(&rig, 0, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
	rig_reply(&rig, 1, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
	assert_int_equal(rig.n_sent, 3);
	assert_true(hg_str_is(rig.sent[2]->ask.path, HG_STR("/one")));
	answer_all();
	for (unsigned i = 0; i < 6; i++)
		rig_expect_whole(many[i], 200);
	rig_expect_whole(one, 200);
}

static void over_http2_more_than_the_connections_are_under_way(void **state)
{
	(void)state;
	rig.snapshot.upstreams[0].max_connections = 1;
	rig_reconfigure(&rig);
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/b");
	struct hg_ticket *c = rig_ask(&rig, "GET", "/c");

	assert_int_equal(rig.n_sent, 1);
	rig.sent[0]->is_multiplexed = true;
	rig_answer(&rig, 0, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
	assert_int_equal(rig.n_sent, 3);
	rig_end(&rig, 0, 0, true);
	answer_all();
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
	rig_expect_whole(c, 200);
}

static void the_deadline_says_that_no_connection_was_free(void **state)
{
	(void)state;
	rig.snapshot.upstreams[0].max_connections = 1;
	rig_reconfigure(&rig);
	rig.snapshot.upstreams[0].first_byte_timeout_us = 0;
	rig.snapshot.upstreams[0].connect_timeout_us = 0;
	rig.snapshot.upstreams[0].total_timeout_us = 0;
	struct hg_ticket *a = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);
	a->ask.deadline_us += SEC;
	rig_submit(&rig, a);
	struct hg_ticket *b = rig_ask(&rig, "GET", "/b");

	rig_advance(&rig, 60 * SEC);
	assert_int_equal(rig.n_sent, 1);
	rig_expect_refused(b, 504, "queue_timeout");
	answer_all();
	rig_expect_whole(a, 200);
}

/* -- leaving ----------------------------------------------------------------------------------- */

static void leaving_the_queue_sends_nothing(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 0;
	rig_reconfigure(&rig);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig.snapshot.dispatch.max_concurrent = 90;
	rig_reconfigure(&rig);
	rig_advance(&rig, 60 * SEC);
	assert_int_equal(rig.n_sent, 0);
	assert_true(hg_list_is_empty(&rig.d->flights));
	hg_ticket_unref(t);
}

static void when_all_have_left_the_transfer_is_aborted(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/a");

	hg_dispatcher_cancel(rig.d, a, &rig.now);
	assert_int_equal(rig.n_aborted, 0);
	hg_dispatcher_cancel(rig.d, b, &rig.now);
	assert_int_equal(rig.n_aborted, 1);
	rig_turn(&rig);
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 0);
	hg_ticket_unref(a);
	hg_ticket_unref(b);
}

static void a_cancel_after_the_end_is_harmless(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_head(200, NULL));
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_expect_whole(t, 200);
}

static void a_reload_keeps_the_ledgers_of_the_same_token(void **state)
{
	(void)state;
	struct hg_snapshot next, other;

	rig_learn(&rig, 5000, 17, 3000);
	rig_configure(&rig, &next);
	memcpy(next.upstreams[0].credentials, rig.snapshot.upstreams[0].credentials,
		sizeof(next.upstreams[0].credentials));
	next.upstreams[0].credentials[0].alias = "renamed";
	hg_snapshot_set_origins(&next);
	hg_dispatcher_adopt(rig.d, &next);
	assert_int_equal(rig_core(&rig)->theirs, 17);
	assert_string_equal(rig_own(&rig)->alias, "renamed");
	rig_configure(&rig, &other);
	other.upstreams[0].credentials[0].token = hg_secret_new(HG_STR("ghp_of_another"));
	hg_snapshot_set_origins(&other);
	hg_dispatcher_adopt(rig.d, &other);
	assert_false(hg_ledger_is_known(rig_core(&rig)));
	rig_turn(&rig);
	hg_dispatcher_adopt(rig.d, &rig.snapshot);
	rig_turn(&rig);
	hg_secret_unref(other.upstreams[0].credentials[0].token);
}

/* Else a reload that changes host and token together shows the new token to the old host. */
static void token_and_host_are_of_the_snapshot_with_which_a_ticket_began(void **state)
{
	(void)state;
	struct hg_snapshot next;
	struct hg_secret *old = rig.snapshot.upstreams[0].credentials[0].token;

	rig.snapshot.upstreams[0].base_url = "https://old.example";
	hg_snapshot_set_origins(&rig.snapshot);
	rig_reconfigure(&rig);
	rig_configure(&rig, &next);
	next.upstreams[0].base_url = "https://new.example";
	next.upstreams[0].credentials[0].token = hg_secret_new(HG_STR("ghp_of_another"));
	hg_snapshot_set_origins(&next);
	struct hg_ticket *queued = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);
	hg_dispatcher_adopt(rig.d, &next);
	rig_turn(&rig); /* nobody uses the old token: it is forgotten */

	rig_submit(&rig, queued);
	assert_ptr_equal(rig.sent[0]->snapshot, &rig.snapshot);
	assert_ptr_equal(rig.sent[0]->token, old);
	struct hg_ticket *late = rig_ask(&rig, "GET", "/b");
	assert_ptr_equal(rig.sent[1]->token, old);
	assert_int_equal(rig_core(&rig)->in_flight, 0);

	struct hg_ticket *newer = hg_ticket_new(rig.loop, &next, rig_on_news, NULL);
	newer->ask = late->ask;
	newer->ask.path = HG_STR("/b");
	rig_submit(&rig, newer);
	assert_int_equal(rig.n_sent, 3); /* not shared with the old one */
	assert_ptr_equal(rig.sent[2]->snapshot, &next);
	assert_ptr_equal(rig.sent[2]->token, next.upstreams[0].credentials[0].token);

	for (unsigned i = 0; i < 3; i++)
		rig_reply(&rig, i, rig_limits(200, 5000, 4000, WALL / SEC + 3600));
	assert_int_equal(rig_core(&rig)->limit, 5000);
	rig_expect_whole(queued, 200);
	rig_expect_whole(late, 200);
	rig_expect_whole(newer, 200);
	hg_dispatcher_adopt(rig.d, &rig.snapshot);
	rig_turn(&rig);
	hg_secret_unref(next.upstreams[0].credentials[0].token);
}

static void the_deadline_ends_what_waits_for_its_turn(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 0;
	rig_reconfigure(&rig);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");

	rig_advance(&rig, 60 * SEC - 1);
	assert_false(rig_has_ended(t));
	rig_advance(&rig, 1);
	rig_expect_refused(t, 504, "queue_timeout");
}

static void one_followers_deadline_does_not_end_the_others(void **state)
{
	(void)state;
	struct hg_ticket *hasty = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);

	hasty->ask.deadline_us = rig.now.mono_us + SEC;
	rig_submit(&rig, hasty);
	struct hg_ticket *patient = rig_ask(&rig, "GET", "/a");
	rig_advance(&rig, 2 * SEC);
	rig_expect_refused(hasty, 504, "upstream_timeout");
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(patient, 200);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_reply_reaches_its_ticket_head_pieces_and_end),
		T(the_head_comes_with_the_budget_after_it),
		T(a_ticket_over_the_limit_is_refused_at_once),
		T(a_full_queue_gives_up_the_newest_of_the_worst_class_for_a_better_one),
		T(a_reply_cut_in_its_body_ends_with_an_error_and_is_not_repeated),
		T(another_host_gets_no_token_and_costs_no_budget),
		T(a_ticket_that_comes_too_late_is_not_sent),
		T(stopping_ends_what_is_under_way),
		T(who_waits_for_a_connection_waits_in_its_class),
		T(free_connections_go_round_the_credentials),
		T(over_http2_more_than_the_connections_are_under_way),
		T(the_deadline_says_that_no_connection_was_free),
		T(leaving_the_queue_sends_nothing),
		T(when_all_have_left_the_transfer_is_aborted),
		T(a_cancel_after_the_end_is_harmless),
		T(a_reload_keeps_the_ledgers_of_the_same_token),
		T(token_and_host_are_of_the_snapshot_with_which_a_ticket_began),
		T(the_deadline_ends_what_waits_for_its_turn),
		T(one_followers_deadline_does_not_end_the_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
