#include "pool_rig.h"

/* Answers that only their body tells from a refusal: held until it is known. */

#define REFUSAL "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API rate limit exceeded\"}]}"
#define SECONDARY                                                                        \
	"{\"documentation_url\":\"x\",\"message\":\"You have exceeded a secondary rate " \
	"limit. Please wait a few minutes before you try again.\"}"

static struct hg_ticket *query_until(const char *body, int64_t deadline_in_us)
{
	struct hg_ticket *t = rig_ticket(&rig, "POST", "/graphql", HG_CLASS_HIGH);

	hg_chunks_add(&t->ask.body, hg_chunk_new(hg_str(body)));
	t->ask.resource = HG_STR("graphql");
	t->ask.entrance = HG_GITHUB_GRAPHQL;
	t->ask.graphql.is_read = t->ask.graphql.is_query = t->ask.is_safe = true;
	t->ask.graphql.body[0] = (uint8_t)body[0];
	t->ask.deadline_us = rig.now.mono_us + deadline_in_us;
	rig_submit(&rig, t);
	return t;
}

static struct hg_ticket *query(void)
{
	return query_until("q", 300 * SEC);
}

/* With so many points left. */
static struct hg_head *graphql_head(const char *remaining)
{
	return rig_head(200, "X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", remaining,
		"X-RateLimit-Reset", "1800000030", "X-RateLimit-Resource", "graphql", NULL);
}

static int begin_one(void **state)
{
	setup(state);
	add_token("a"), begin();
	return 0;
}

static void answer_again(struct hg_ticket *t, unsigned i)
{
	reply_with(i, graphql_head("4000"), "{\"data\":{\"a\":1}}");
	rig_expect_whole(t, 200);
}

/* -- GraphQL ----------------------------------------------------------------------------------- */

static void a_spent_budget_in_a_200_is_waited_out(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	reply_with(0, graphql_head("0"), REFUSAL);
	assert_int_equal(rig_status(t), -1);
	assert_told("ratelimit.exceeded",
		"\"resource\":\"graphql\",\"kind\":\"primary\",\"status\":200");
	rig_advance(&rig, 30 * SEC);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, 2 * SEC);
	answer_again(t, 1);
}

static void too_fast_in_a_200_is_waited_out_as_well(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	reply_with(0, graphql_head("4000"), REFUSAL);
	assert_told("ratelimit.exceeded", "\"kind\":\"secondary\"");
	rig_advance(&rig, 60 * SEC - 1); /* nobody said how long: a minute */
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, SEC + 1);
	answer_again(t, 1);
}

static void a_refusal_in_any_number_of_pieces_is_one(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 2, 7, 30, 1000 };

	for (unsigned k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		teardown(NULL), begin_one(NULL);
		struct hg_ticket *t = query();
		char bytes[sizeof(REFUSAL)];
		rig_answer(&rig, 0, graphql_head("4000"));
		for (size_t at = 0; at < sizeof(REFUSAL) - 1; at += sizes[k]) {
			(void)snprintf(bytes, sizeof(bytes), "%.*s", (int)sizes[k],
				(const char *)REFUSAL + at);
			piece(0, bytes);
			assert_int_equal(rig_status(t), -1);
		}
		rig_end(&rig, 0, 0, true);
		rig_advance(&rig, 61 * SEC);
		answer_again(t, 1);
	}
}

static void data_goes_to_the_client_as_soon_as_it_is_some(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	assert_int_equal(rig_status(t), -1);
	piece(0, "{\"data\":");
	assert_int_equal(rig_status(t), -1);
	piece(0, "{\"a\":");
	assert_int_equal(rig_status(t), 200);
	assert_int_equal(rig_body(t), 13);
	piece(0, "1}}");
	rig_end(&rig, 0, 0, true);
	assert_int_equal(rig_body(t), 3);
	rig_expect_whole(t, 200);
}

static void a_refusal_beside_data_is_the_clients(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	reply_with(0, graphql_head("4000"),
		"{\"data\":{\"a\":1},\"errors\":[{\"type\":\"RATE_LIMITED\"}]}");
	rig_expect_whole(t, 200);
	assert_int_equal(n_news, 0);
}

static void an_answer_that_ends_before_it_says_anything_is_passed_on(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"err");
	assert_int_equal(rig_status(t), -1);
	rig_end(&rig, 0, 0, true);
	assert_int_equal(rig_body(t), 5);
	rig_expect_whole(t, 200);
	t = query();
	rig_answer(&rig, 1, graphql_head("4000"));
	rig_end(&rig, 1, 0, true); /* nothing at all */
	rig_expect_whole(t, 200);
}

static void one_that_breaks_before_anybody_has_it_is_asked_again(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"err");
	rig_end(&rig, 0, HG_EIO, true);
	assert_int_equal(rig_status(t), -1);
	rig_advance(&rig, SEC);
	answer_again(t, 1);
}

static void one_that_hangs_before_anybody_has_it_is_cut_and_asked_again(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"err");
	rig_advance(&rig, 15 * SEC);
	assert_int_equal(rig.n_aborted, 1);
	rig_advance(&rig, SEC);
	answer_again(t, 1);
}

static void one_that_breaks_when_the_client_has_it_is_cut(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"data\":{\"a\":");
	rig_end(&rig, 0, HG_EIO, true);
	rig_advance(&rig, 10 * SEC);
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(rig_end_of(t).code, HG_EIO);
	hg_ticket_unref(t);
}

static void a_deadline_comes_also_while_it_is_looked_at(void **state)
{
	(void)state;
	struct hg_ticket *t = query_until("q", 5 * SEC);

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"err");
	rig_advance(&rig, 5 * SEC);
	rig_expect_refused(t, 504, "upstream_timeout");
	assert_int_equal(rig.n_aborted, 1);
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 0);
}

static void a_client_that_leaves_while_it_is_looked_at_ends_it(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"err");
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
	assert_int_equal(rig.n_aborted, 1);
	hg_ticket_unref(t);
}

static void all_who_share_it_wait_and_who_can_not_gets_the_refusal(void **state)
{
	(void)state;
	struct hg_ticket *t = query(), *u = query(), *hasty = query_until("q", 20 * SEC);

	assert_int_equal(rig.n_sent, 1);
	reply_with(0, graphql_head("4000"), REFUSAL);
	assert_int_equal(rig_body(hasty), sizeof(REFUSAL) - 1);
	rig_expect_whole(hasty, 200);
	rig_advance(&rig, 61 * SEC);
	assert_int_equal(rig.n_sent, 2);
	reply_with(1, graphql_head("4000"), "{\"data\":{\"a\":1}}");
	rig_expect_whole(t, 200);
	rig_expect_whole(u, 200);
}

static void who_joins_while_it_is_looked_at_gets_all_of_it(void **state)
{
	(void)state;
	struct hg_ticket *t = query();

	rig_answer(&rig, 0, graphql_head("4000"));
	piece(0, "{\"data\":");
	struct hg_ticket *late = query();
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(rig_status(late), -1);
	piece(0, "{\"a\":1}}");
	struct hg_ticket *later = query();
	assert_int_equal(rig_body(late), 16);
	assert_int_equal(rig_body(later), 16);
	rig_end(&rig, 0, 0, true);
	rig_expect_whole(t, 200);
	rig_expect_whole(late, 200);
	rig_expect_whole(later, 200);
}

/* -- 403 --------------------------------------------------------------------------------------- */

static struct hg_head *forbidden(void)
{
	return rig_head(403, "Content-Type", "application/json; charset=utf-8", NULL);
}

static void a_403_whose_body_says_secondary_is_waited_out(void **state)
{
	(void)state;
	struct hg_ticket *t = ask_until("/x", 300 * SEC);

	reply_with(0, forbidden(), SECONDARY);
	assert_told("ratelimit.exceeded", "\"kind\":\"secondary\",\"status\":403");
	rig_advance(&rig, 61 * SEC);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
}

static void the_words_may_come_in_pieces(void **state)
{
	(void)state;
	struct hg_ticket *t = ask_until("/x", 300 * SEC);

	rig_answer(&rig, 0, forbidden());
	piece(0, "{\"message\":\"You have exceeded a second");
	assert_int_equal(n_news, 0);
	piece(0, "ary rate limit.\"}");
	assert_int_equal(told("ratelimit.exceeded"), 1);
	assert_int_equal(rig_status(t), -1);
	hg_ticket_unref(t);
}

static void a_403_that_says_nothing_of_limits_is_passed_on_when_it_is_whole(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_answer(&rig, 0, forbidden());
	piece(0, "{\"message\":\"Repository access blocked\"}");
	assert_int_equal(rig_status(t), -1);
	rig_end(&rig, 0, 0, true);
	rig_expect_whole(t, 403);
	assert_int_equal(n_news, 0);
}

static void of_a_large_403_only_the_beginning_is_looked_at(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_answer(&rig, 0, forbidden());
	rig_piece(&rig, 0, 4095);
	assert_int_equal(rig_status(t), -1);
	rig_piece(&rig, 0, 1);
	assert_int_equal(rig_status(t), 403);
	assert_int_equal(rig_body(t), 4096);
	piece(0, SECONDARY); /* too late */
	assert_int_equal(n_news, 0);
	rig_end(&rig, 0, 0, true);
	rig_expect_whole(t, 403);
}

static void a_403_that_is_no_json_is_passed_on_at_once(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_answer(&rig, 0, rig_head(403, "Content-Type", "text/html", NULL));
	assert_int_equal(rig_status(t), 403);
	rig_end(&rig, 0, 0, true);
	rig_expect_whole(t, 403);
}

/* -- /rate_limit ------------------------------------------------------------------------------- */

static void it_goes_when_core_is_spent_and_its_head_is_of_core(void **state)
{
	(void)state;
	set_budget(0, 5000, 0, 300);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/rate_limit", HG_CLASS_LOW);

	t->ask.resource = HG_STR("rate_limit");
	rig_submit(&rig, t);
	assert_int_equal(rig.n_sent, 1);
	rig_reply(&rig, 0, rig_limits(200, 5000, 0, WALL / SEC + 100));
	rig_expect_whole(t, 200);
	assert_int_equal(core_of(0)->in_flight, 0);
	assert_int_equal(core_of(0)->reset_s, WALL / SEC + 100); /* the earlier reset is believed */
	assert_null(hg_site_learned(credential(0)->identity->site, HG_STR("/rate_limit")));
	struct hg_ticket *next = rig_ticket(&rig, "GET", "/rate_limit", HG_CLASS_LOW);
	next->ask.resource = HG_STR("rate_limit");
	rig_submit(&rig, next);
	assert_int_equal(rig.n_sent, 2); /* and the route is not of core from then on */
	hg_ticket_unref(next);
}

static void its_body_settles_all_that_it_names(void **state)
{
	(void)state;
	rig.snapshot.dispatch.overview_for_us = 10 * SEC;
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/rate_limit", HG_CLASS_LOW);

	t->ask.resource = HG_STR("rate_limit");
	rig_submit(&rig, t);
	reply_with(0, rig_head(200, NULL),
		"{\"resources\":{\"core\":{\"limit\":5000,\"remaining\":7,\"reset\":1800000300},"
		"\"search\":{\"limit\":30,\"remaining\":3,\"reset\":1800000030}}}");
	rig_expect_whole(t, 200);
	assert_int_equal(core_of(0)->theirs, 7);
	assert_int_equal(hg_identity_ledger(credential(0)->identity, HG_STR("search"))->theirs, 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin_one, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_spent_budget_in_a_200_is_waited_out),
		T(too_fast_in_a_200_is_waited_out_as_well),
		T(a_refusal_in_any_number_of_pieces_is_one),
		T(data_goes_to_the_client_as_soon_as_it_is_some),
		T(a_refusal_beside_data_is_the_clients),
		T(an_answer_that_ends_before_it_says_anything_is_passed_on),
		T(one_that_breaks_before_anybody_has_it_is_asked_again),
		T(one_that_hangs_before_anybody_has_it_is_cut_and_asked_again),
		T(one_that_breaks_when_the_client_has_it_is_cut),
		T(a_deadline_comes_also_while_it_is_looked_at),
		T(a_client_that_leaves_while_it_is_looked_at_ends_it),
		T(all_who_share_it_wait_and_who_can_not_gets_the_refusal),
		T(who_joins_while_it_is_looked_at_gets_all_of_it),
		T(a_403_whose_body_says_secondary_is_waited_out),
		T(the_words_may_come_in_pieces),
		T(a_403_that_says_nothing_of_limits_is_passed_on_when_it_is_whole),
		T(of_a_large_403_only_the_beginning_is_looked_at),
		T(a_403_that_is_no_json_is_passed_on_at_once),
		T(it_goes_when_core_is_spent_and_its_head_is_of_core),
		T(its_body_settles_all_that_it_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
