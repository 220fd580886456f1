/*
 * What is booked of GitHub's time when a flight is off the wire: of its shape, and of its identity.
 */
#include "pool_rig.h"

static int begin_one(void **state)
{
	setup(state);
	add_token("a"), begin();
	return 0;
}

/* No two are equal, so each goes itself. */
static struct hg_ticket *query(uint64_t shape)
{
	static uint8_t n_asked;
	struct hg_ticket *t = rig_ticket(&rig, "POST", "/graphql", HG_CLASS_HIGH);

	t->ask.resource = HG_STR("graphql");
	t->ask.entrance = HG_GITHUB_GRAPHQL;
	t->ask.graphql.is_read = t->ask.graphql.is_query = t->ask.is_safe = true;
	t->ask.graphql.body[0] = ++n_asked;
	t->ask.graphql.shape = shape;
	t->ask.graphql.points = 1;
	rig_submit(&rig, t);
	return t;
}

static void connect_it(unsigned i)
{
	hg_dispatcher_on_connected(rig.d, rig.sent[i], &rig.now);
}

static void answer(unsigned i, struct hg_ticket *t)
{
	reply_with(i, rig_head(200, NULL), "{\"data\":{}}");
	rig_expect_whole(t, 200);
}

/* Asks one of it and leaves at once. */
static int64_t expected_of(uint64_t shape)
{
	struct hg_ticket *t = query(shape);
	int64_t us = rig.sent[rig.n_sent - 1]->spend.expected_us;

	answer(rig.n_sent - 1, t);
	return us;
}

static void the_time_of_a_query_is_expected_of_the_next_of_its_shape(void **state)
{
	(void)state;
	struct hg_ticket *t = query(7);

	assert_int_equal(rig.sent[0]->spend.expected_us, 0);
	rig_advance(&rig, 4 * SEC);
	answer(0, t);
	assert_int_equal(expected_of(8), 0);
	assert_int_equal(expected_of(7), 4 * SEC);
	assert_int_equal(expected_of(7), SEC * 7 / 2);
}

static void it_is_what_is_known_when_it_goes_and_not_when_it_came(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 1;
	begin();
	struct hg_ticket *first = query(7), *second = query(7);

	rig_advance(&rig, 4 * SEC);
	assert_int_equal(rig.n_sent, 1);
	answer(0, first);
	assert_int_equal(rig.n_sent, 2);
	assert_int_equal(rig.sent[1]->spend.expected_us, 4 * SEC);
	answer(1, second);
}

static void a_failure_says_nothing_of_a_shape_but_that_it_takes_longer(void **state)
{
	(void)state;
	struct hg_ticket *t = query(7);

	connect_it(0);
	rig_advance(&rig, 2 * SEC);
	reply_with(0, rig_head(404, NULL), "{}"); /* before anything was worked on */
	rig_expect_whole(t, 404);
	assert_int_equal(expected_of(7), 0);
	assert_int_equal(expected_of(7), 1);
	t = query(7);
	connect_it(rig.n_sent - 1);
	rig_advance(&rig, 2 * SEC);
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
	hg_ticket_unref(t);
	assert_int_equal(expected_of(7), SEC);
}

static void what_hung_and_was_never_answered_is_known_to_be_slow(void **state)
{
	(void)state;
	rig.snapshot.dispatch.retries = 0;
	begin();
	struct hg_ticket *t = query(7);

	connect_it(0);
	rig_advance(&rig, 13 * SEC); /* the first byte's time is over */
	rig_expect_refused(t, 504, "upstream_timeout");
	assert_int_equal(expected_of(7), 10 * SEC);
}

static uint32_t time_used_ms(void)
{
	struct hg_secondary_count counts[HG_SECONDARY_COUNTS];

	hg_secondary_counts(credential(0)->identity->secondary, &rig.snapshot.secondary,
		rig.now.mono_us, counts);
	for (unsigned i = 0; i < HG_SECONDARY_COUNTS; i++)
		if (!strcmp(counts[i].name, "cpu"))
			return counts[i].used;
	fail_msg("it is not counted");
	return 0;
}

static void what_an_uploads_client_needs_is_not_githubs_time(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ticket(&rig, "POST", "/assets", HG_CLASS_HIGH);
	char bytes[10];
	bool has_room;

	t->ask.upload = hg_upload_new(10, 100);
	rig_submit(&rig, t);
	connect_it(0);
	rig_advance(&rig, 9 * SEC);
	hg_upload_put(t->ask.upload, HG_STR("0123456789"));
	hg_upload_end(t->ask.upload);
	ssize_t n = hg_upload_take(t->ask.upload, bytes, sizeof(bytes), &has_room);
	hg_dispatcher_on_upload(rig.d, rig.sent[0], n, has_room, &rig.now);
	rig_advance(&rig, 2 * SEC);
	rig_reply(&rig, 0, rig_head(201, NULL));
	assert_int_equal(time_used_ms(), 2000);
	rig_expect_whole(t, 201);

	/* nor when it is refused before all of it has left */
	t = rig_ticket(&rig, "POST", "/assets", HG_CLASS_HIGH);
	t->ask.upload = hg_upload_new(10, 100);
	rig_submit(&rig, t);
	connect_it(1);
	rig_advance(&rig, 9 * SEC);
	rig_reply(&rig, 1, rig_head(413, NULL));
	assert_int_equal(time_used_ms(), 2000);
	rig_expect_whole(t, 413);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_one, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_time_of_a_query_is_expected_of_the_next_of_its_shape),
		TEST(it_is_what_is_known_when_it_goes_and_not_when_it_came),
		TEST(a_failure_says_nothing_of_a_shape_but_that_it_takes_longer),
		TEST(what_hung_and_was_never_answered_is_known_to_be_slow),
		TEST(what_an_uploads_client_needs_is_not_githubs_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
