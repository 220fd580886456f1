/*
 * What the dispatcher does about a body that goes up as it comes: core/dispatch/reply.c,
 * hg_dispatcher_feed and the limits of flight.c.
 */
#include "one_rig.h"

#define WINDOW 100
#define UNKNOWN (-1)

static unsigned n_news;

static int begin(void **state)
{
	n_news = 0;
	return setup(state);
}

static void count_news(struct hg_ticket *t)
{
	(void)t;
	n_news++;
}

static struct hg_ticket *upload(int64_t length_bytes)
{
	struct hg_ticket *t =
		rig_ticket(&rig, "POST", "/repos/o/r/releases/1/assets", HG_CLASS_HIGH);

	t->on_news = count_news;
	t->ask.upload = hg_upload_new(length_bytes, WINDOW);
	rig_submit(&rig, t);
	return t;
}

/* The client sent so much. */
static void put(struct hg_ticket *t, size_t n)
{
	char bytes[4096] = { 0 };

	hg_upload_put(t->ask.upload, (struct hg_str){ bytes, n });
	hg_dispatcher_feed(rig.d, t);
	rig_turn(&rig);
}

static void put_end(struct hg_ticket *t)
{
	hg_upload_end(t->ask.upload);
	hg_dispatcher_feed(rig.d, t);
	rig_turn(&rig);
}

static void connected(unsigned i)
{
	hg_dispatcher_on_connected(rig.d, rig.sent[i], &rig.now);
}

/* The transport asks for `n` bytes of the i-th send. */
static ssize_t take(unsigned i, size_t n)
{
	struct hg_flight *f = rig.sent[i];
	char to[4096];
	bool has_room;

	assert_non_null(f);
	ssize_t taken = hg_upload_take(f->ask.upload, to, n, &has_room);
	hg_dispatcher_on_upload(rig.d, f, taken, has_room, &rig.now);
	rig_turn(&rig);
	return taken;
}

/* -- back-pressure ----------------------------------------------------------------------------- */

static void the_owner_hears_of_room_when_there_is_some_and_not_before(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(UNKNOWN);

	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(n_news, 0); /* nobody has asked for a byte */
	assert_false(hg_upload_has_room(t->ask.upload));
	connected(0);
	assert_int_equal(take(0, 50), -1);
	assert_int_equal(n_news, 1);
	assert_true(hg_upload_has_room(t->ask.upload));

	put(t, WINDOW);
	assert_int_equal(rig.n_feeds, 1);
	assert_false(hg_upload_has_room(t->ask.upload));
	assert_int_equal(take(0, WINDOW / 2 - 1), WINDOW / 2 - 1);
	assert_int_equal(n_news, 1); /* more than half of it waits */
	assert_int_equal(take(0, 1), 1);
	assert_int_equal(n_news, 2);
	assert_int_equal(take(0, WINDOW), WINDOW / 2);
	assert_int_equal(n_news, 2); /* it knows */
	put_end(t);
	assert_int_equal(rig.n_feeds, 2);
	assert_int_equal(take(0, 1), 0);
	rig_reply(&rig, 0, rig_head(201, NULL));
	rig_expect_whole(t, 201);
}

static void what_waits_for_its_turn_is_not_fed(void **state)
{
	(void)state;
	rig.snapshot.upstreams[0].max_connections = 1;
	rig_reconfigure(&rig);
	struct hg_ticket *first = rig_ask(&rig, "GET", "/a"), *t = upload(10);

	assert_int_equal(rig.n_sent, 1);
	put(t, 10);
	assert_int_equal(rig.n_feeds, 0);
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(first, 200);
	connected(1);
	assert_int_equal(take(1, 50), 10); /* and nothing of it is lost */
	rig_reply(&rig, 1, rig_head(201, NULL));
	rig_expect_whole(t, 201);
}

/* -- time -------------------------------------------------------------------------------------- */

/* -- places ------------------------------------------------------------------------------------ */

static void half_of_the_places_are_for_other_requests(void **state)
{
	(void)state;
	rig.snapshot.upstreams[0].max_connections = 5;
	rig_reconfigure(&rig);
	struct hg_ticket *first = upload(10), *second = upload(10), *third = upload(10);
	assert_int_equal(rig.n_sent, 2); /* there is a third place, but not for it */
	struct hg_ticket *read = rig_ask(&rig, "GET", "/a"); /* asked after it */

	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(read, 200);
	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 0, rig_head(413, NULL));
	rig_expect_whole(first, 413);
	assert_int_equal(rig.n_sent, 4); /* its turn */
	rig_reply(&rig, 1, rig_head(413, NULL));
	rig_expect_whole(second, 413);
	rig_reply(&rig, 3, rig_head(413, NULL));
	rig_expect_whole(third, 413);
}

static void an_upload_that_gets_no_place_is_told_why(void **state)
{
	(void)state;
	rig.snapshot.upstreams[0].max_connections = 3;
	rig_reconfigure(&rig);
	struct hg_ticket *first = upload(10), *second = upload(10);

	assert_int_equal(rig.n_sent, 1);
	connected(0);
	assert_int_equal(take(0, 1), -1);
	put(first, 1);
	assert_int_equal(take(0, 1), 1);
	assert_int_equal(take(0, 1), -1); /* its client sends no more */
	rig_advance(&rig, second->ask.deadline_us - rig.now.mono_us);
	struct hg_ticket_end end = rig_end_of(second);
	assert_int_equal(end.status, 504);
	assert_string_equal(end.word, "queue_timeout");
	if (!strstr(end.text, "1 uploads are under way"))
		fail_msg("%s", end.text);
	hg_ticket_unref(second);
	rig_reply(&rig, 0, rig_head(413, NULL));
	rig_expect_whole(first, 413);
}

static void a_client_that_stalls_is_none_of_upstream_s_limits(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(1000);

	connected(0);
	put(t, 10);
	assert_int_equal(take(0, 50), 10);
	assert_int_equal(take(0, 50), -1);
	rig_advance(&rig, 3600 * SEC); /* neither stall, first byte, total nor the deadline */
	assert_int_equal(rig.n_aborted, 0);
	assert_false(rig_has_ended(t));

	put(t, 990);
	assert_int_equal(take(0, 1000), 990);
	rig_reply(&rig, 0, rig_head(201, NULL));
	rig_expect_whole(t, 201);
}

static void an_upstream_that_takes_nothing_stalls(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(1000);

	connected(0);
	assert_int_equal(take(0, 50), -1);
	for (unsigned i = 0; i < 4; i++) { /* as long as it moves it may last */
		put(t, 50);
		rig_advance(&rig, 14 * SEC);
		assert_int_equal(take(0, 40), 40);
	}
	rig_advance(&rig, 15 * SEC - 1);
	assert_int_equal(rig.n_aborted, 0);
	rig_advance(&rig, 1);
	assert_int_equal(rig.n_aborted, 1);
	rig_expect_refused(t, 504, "upstream_timeout");
	rig_advance(&rig, 100 * SEC);
	assert_int_equal(rig.n_sent, 1);
}

static void the_first_byte_is_awaited_from_the_last_one_up(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(60);

	connected(0);
	for (unsigned i = 0; i < 6; i++) {
		put(t, 10);
		assert_int_equal(take(0, 50), 10);
		rig_advance(&rig, i < 5 ? 14 * SEC : 0);
	}
	rig_advance(&rig, 12 * SEC - 1);
	assert_int_equal(rig.n_aborted, 0);
	rig_advance(&rig, 1);
	assert_int_equal(rig.n_aborted, 1);
	rig_expect_refused(t, 504, "upstream_timeout");
	rig_advance(&rig, 100 * SEC);
	assert_int_equal(rig.n_sent, 1);
}

static void before_its_first_byte_the_deadline_holds(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(10);

	connected(0);
	assert_int_equal(take(0, 50), -1);
	rig_advance(&rig, 60 * SEC - 1);
	assert_false(rig_has_ended(t));
	rig_advance(&rig, 1);
	assert_int_equal(rig.n_aborted, 1);
	rig_expect_refused(t, 504, "upstream_timeout");
}

/* -- never twice ------------------------------------------------------------------------------- */

static void a_refusal_is_waited_out_only_while_nothing_was_taken(void **state)
{
	(void)state;
	for (int touched = 0; touched < 2; touched++) {
		unsigned i = rig.n_sent;
		struct hg_ticket *t = upload(10);
		connected(i);
		put(t, 10);
		if (touched)
			assert_int_equal(take(i, 1), 1);
		rig_reply(&rig, i, rig_head(403, "Retry-After", "5", NULL));
		rig_advance(&rig, 8 * SEC);
		if (touched) {
			rig_expect_whole(t, 403);
			assert_int_equal(rig.n_sent, i + 1);
			continue;
		}
		assert_int_equal(rig.n_sent, i + 2);
		connected(i + 1);
		assert_int_equal(take(i + 1, 50), 10);
		rig_reply(&rig, i + 1, rig_head(201, NULL));
		rig_expect_whole(t, 201);
	}
}

static void a_broken_connection_is_tried_again_only_while_nothing_was_taken(void **state)
{
	(void)state;
	for (int touched = 0; touched < 2; touched++) {
		unsigned i = rig.n_sent;
		struct hg_ticket *t = upload(10);
		put(t, 10);
		if (touched)
			assert_int_equal(take(i, 1), 1);
		rig_end(&rig, i, HG_EIO, false);
		rig_advance(&rig, SEC);
		if (touched) {
			rig_expect_refused(t, 502, "upstream_unreachable");
			assert_int_equal(rig.n_sent, i + 1);
			continue;
		}
		assert_int_equal(rig.n_sent, i + 2);
		connected(i + 1);
		assert_int_equal(take(i + 1, 50), 10);
		rig_reply(&rig, i + 1, rig_head(201, NULL));
		rig_expect_whole(t, 201);
	}
}

static void a_client_that_leaves_midway_ends_its_flight(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(1000);

	connected(0);
	put(t, 10);
	assert_int_equal(take(0, 50), 10);
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
	assert_int_equal(rig.n_aborted, 1);
	assert_null(rig.sent[0]);
	hg_dispatcher_feed(rig.d, t); /* its last wish was on the way */
	assert_int_equal(rig.n_feeds, 1);
	rig_advance(&rig, 100 * SEC);
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 0);
	hg_ticket_unref(t);
}

/* -- an early answer --------------------------------------------------------------------------- */

static void an_answer_before_the_body_is_up_is_the_answer(void **state)
{
	(void)state;
	struct hg_ticket *t = upload(1000);

	connected(0);
	put(t, 50);
	assert_int_equal(take(0, 50), 50);
	rig_answer(&rig, 0, rig_head(413, "Content-Length", "10", NULL));
	assert_int_equal(rig_status(t), 413);
	for (unsigned i = 0; i < 3; i++) { /* more comes meanwhile; past the total, as it moves */
		rig_advance(&rig, 14 * SEC);
		put(t, 50);
		assert_int_equal(take(0, 50), 50);
	}
	rig_piece(&rig, 0, 10);
	rig_end(&rig, 0, 0, true);
	rig_expect_whole(t, 413);
	rig_advance(&rig, 100 * SEC);
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(rig.n_aborted, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_owner_hears_of_room_when_there_is_some_and_not_before),
		T(what_waits_for_its_turn_is_not_fed),
		T(half_of_the_places_are_for_other_requests),
		T(an_upload_that_gets_no_place_is_told_why),
		T(a_client_that_stalls_is_none_of_upstream_s_limits),
		T(an_upstream_that_takes_nothing_stalls),
		T(the_first_byte_is_awaited_from_the_last_one_up),
		T(before_its_first_byte_the_deadline_holds),
		T(a_refusal_is_waited_out_only_while_nothing_was_taken),
		T(a_broken_connection_is_tried_again_only_while_nothing_was_taken),
		T(a_client_that_leaves_midway_ends_its_flight),
		T(an_answer_before_the_body_is_up_is_the_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
