#include "secondary_rig.h"

static struct secondary_rig rig;

static int setup(void **state)
{
	(void)state;
	secondary_rig_begin(&rig);
	rig.conf.cpu_us = rig.conf.cpu_graphql_us = 0; /* where it is not what is tested */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	secondary_rig_end(&rig);
	return 0;
}

static void a_route_has_850_points_a_minute(void **state)
{
	(void)state;
	struct hg_spend list = read_of("/repos/{owner}/{repo}/issues"), other = read_of("/user");

	for (int i = 0; i < 850; i++) {
		assert_int_equal(opens_in(&rig, list, i * 1000), 0);
		spend_one(&rig, list, i * 1000);
	}
	assert_int_equal(opens_in(&rig, list, SEC), 61 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_ROUTE);
	assert_int_equal(opens_in(&rig, other, SEC), 0);
	assert_int_equal(opens_in(&rig, read_of(""), SEC), 0);
	assert_int_equal(opens_in(&rig, graphql_of(1), SEC), 0);
	assert_int_equal(opens_in(&rig, list, 62 * SEC), 0);
}

static void a_write_costs_five_and_waits_until_five_are_free(void **state)
{
	(void)state;
	struct hg_spend get = read_of("/a"), post = write_of("/a");

	rig.conf.write_gap_us = 0;
	for (int i = 0; i < 848; i++)
		spend_one(&rig, get, i < 2 ? 0 : i < 3 ? 5 * SEC : 9 * SEC);
	assert_int_equal(opens_in(&rig, get, 10 * SEC), 0);
	assert_int_equal(opens_in(&rig, post, 10 * SEC), 57 * SEC); /* 2 at 62 s, 1 at 67 s */
	assert_int_equal(rig.why, HG_SECONDARY_ROUTE);
	assert_int_equal(opens_in(&rig, post, 67 * SEC), 0);
}

static void requests_without_a_route_count_together(void **state)
{
	(void)state;
	rig.conf.route_points = 2;
	spend_one(&rig, read_of(""), 0);
	spend_one(&rig, (struct hg_spend){ .points = 1 }, 0);
	assert_int_equal(opens_in(&rig, read_of(""), 0), 62 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_ROUTE);
}

static void graphql_has_1900_whatever_the_route(void **state)
{
	(void)state;
	struct hg_spend query = graphql_of(1), named = query;

	named.route = HG_STR("/graphql");
	assert_int_equal(room_for(&rig, query, 0), 1900);
	rig.conf.write_gap_us = 0;
	assert_int_equal(room_for(&rig, graphql_of(5), 0), 380);
	for (int i = 0; i < 1900; i++)
		spend_one(&rig, i % 2 ? query : named, 0);
	assert_int_equal(opens_in(&rig, named, 0), 62 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_GRAPHQL);
	assert_int_equal(opens_in(&rig, read_of("/graphql"), 0), 0);
}

static void content_has_a_limit_a_minute_and_one_an_hour(void **state)
{
	(void)state;
	struct hg_spend post = read_of("/a");

	post.is_content = true;
	for (int i = 0; i < 70; i++)
		spend_one(&rig, post, 0);
	assert_int_equal(opens_in(&rig, post, 0), 62 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_CONTENT);
	assert_int_equal(opens_in(&rig, read_of("/a"), 0), 0);
	for (int i = 70; i < 450; i++)
		spend_one(&rig, post, (i / 70) * 100 * SEC);
	assert_int_equal(opens_in(&rig, post, 1000 * SEC), 2661 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_CONTENT);
	assert_int_equal(opens_in(&rig, post, 3661 * SEC), 0);
}

static void two_writes_are_a_second_apart(void **state)
{
	(void)state;
	assert_int_equal(opens_in(&rig, write_of("/a"), 0), 0);
	spend_one(&rig, write_of("/a"), 0);
	assert_int_equal(opens_in(&rig, write_of("/b"), SEC / 4), SEC * 3 / 4);
	assert_int_equal(rig.why, HG_SECONDARY_GAP);
	assert_int_equal(opens_in(&rig, graphql_of(5), SEC / 4), SEC * 3 / 4);
	assert_int_equal(opens_in(&rig, read_of("/a"), SEC / 4), 0);
	assert_int_equal(opens_in(&rig, graphql_of(1), SEC / 4), 0);
	assert_int_equal(opens_in(&rig, write_of("/b"), SEC), 0);
	rig.conf.write_gap_us = 0;
	assert_int_equal(opens_in(&rig, write_of("/b"), 0), 0);
}

static void tokens_are_counted_by_the_hour(void **state)
{
	(void)state;
	struct hg_spend mint = read_of("/app/installations/{id}/access_tokens");

	mint.is_mint = true;
	rig.conf.mints_an_hour = 3;
	for (int i = 0; i < 3; i++)
		spend_one(&rig, mint, i * MINUTE);
	assert_int_equal(opens_in(&rig, mint, HOUR), 61 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_MINTS);
	assert_int_equal(opens_in(&rig, mint, HOUR + 61 * SEC), 0);
}

static void a_limit_of_0_is_none(void **state)
{
	(void)state;
	struct hg_spend all = write_of("/a"), mutation = graphql_of(5);

	all.is_content = all.is_mint = mutation.is_content = true;
	rig.conf = (struct hg_secondary_conf){ 0 };
	assert_int_equal(room_for(&rig, all, 0), 5000);
	assert_int_equal(room_for(&rig, mutation, 0), 5000);
}

static void limits_may_change_at_any_time(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		spend_one(&rig, read_of("/a"), i * SEC);
	assert_int_equal(opens_in(&rig, read_of("/a"), 10 * SEC), 0);
	rig.conf.route_points = 5;
	assert_int_equal(opens_in(&rig, read_of("/a"), 10 * SEC), 57 * SEC); /* six must go */
	rig.conf.route_points = 11;
	assert_int_equal(opens_in(&rig, read_of("/a"), 10 * SEC), 0);
}

static void a_request_that_costs_more_than_a_limit_goes_alone(void **state)
{
	(void)state;
	rig.conf.route_points = 3;
	assert_int_equal(opens_in(&rig, write_of("/a"), 0), 0);
	spend_one(&rig, read_of("/a"), 0);
	assert_int_equal(opens_in(&rig, write_of("/a"), SEC), 61 * SEC);
	assert_int_equal(opens_in(&rig, write_of("/a"), 62 * SEC), 0);
}

static void what_never_left_does_not_count(void **state)
{
	(void)state;
	struct hg_spend all = read_of("/a");

	all.is_content = all.is_mint = true;
	rig.conf.route_points = rig.conf.content_an_hour = rig.conf.mints_an_hour = 1;
	hg_secondary_take(rig.s, &all, 0);
	assert_true(opens_in(&rig, all, 0) > 0);
	hg_secondary_untake(rig.s, &all, 0);
	assert_int_equal(opens_in(&rig, all, 0), 0);
}

/* -- GitHub's time ----------------------------------------------------------------------------- */

static void the_time_of_answers_counts_a_minute(void **state)
{
	(void)state;
	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 8; i++)
		work(&rig, read_of("/slow"), 10 * SEC, i * SEC);
	assert_true(opens_in(&rig, read_of("/other"), 8 * SEC) > 0);
	assert_int_equal(rig.why, HG_SECONDARY_CPU);
	assert_true(opens_in(&rig, graphql_of(1), 8 * SEC) > 0);
	assert_int_equal(opens_in(&rig, read_of("/other"), 8 * SEC), 54 * SEC);
	assert_int_equal(opens_in(&rig, read_of("/other"), 62 * SEC), 0);
}

static void graphql_has_a_share_of_the_time(void **state)
{
	(void)state;
	rig.conf.cpu_us = 80 * SEC;
	rig.conf.cpu_graphql_us = 50 * SEC;
	for (int i = 0; i < 5; i++)
		work(&rig, graphql_of(1), 10 * SEC, 0);
	assert_int_equal(opens_in(&rig, graphql_of(1), 0), 62 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_CPU);
	assert_int_equal(opens_in(&rig, read_of("/a"), 0), 0);
}

static void an_answer_counts_10_seconds_at_most(void **state)
{
	(void)state;
	rig.conf.cpu_us = 80 * SEC;
	work(&rig, read_of("/a"), HOUR, 0);
	work(&rig, read_of("/b"), -5, 0); /* a clock that is not the loop's */
	assert_int_equal(opens_in(&rig, read_of("/c"), 0), 0);
}

static void short_answers_add_up(void **state)
{
	(void)state;
	rig.conf.cpu_us = SEC;
	rig.conf.route_points = 0;
	for (int i = 0; i < 1002; i++)
		work(&rig, read_of("/a"), 999, 0); /* each is less than a window's unit */
	assert_int_equal(opens_in(&rig, read_of("/a"), 0), 62 * SEC);
	assert_int_equal(rig.why, HG_SECONDARY_CPU);
}

static void what_is_under_way_is_expected_to_take_its_routes_average(void **state)
{
	(void)state;
	struct hg_spend slow = read_of("/slow");
	int64_t taken_us = 200 * SEC;

	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 10; i++)
		work(&rig, slow, 8 * SEC, 0);
	uint32_t n = room_for(&rig, slow, taken_us);
	assert_in_range(n, 10, 11); /* 80 s of 8 */
	for (uint32_t i = 0; i < n; i++)
		hg_secondary_take(rig.s, &slow, taken_us);
	/* Only what is under way holds it: look again soon. */
	assert_in_range(opens_in(&rig, slow, taken_us), 1, SEC);
	assert_int_equal(rig.why, HG_SECONDARY_CPU);
	for (uint32_t i = 0; i < n; i++)
		hg_secondary_settle(
			rig.s, &slow, taken_us, 1000, taken_us + 1000); /* and it was quick */
	assert_int_equal(opens_in(&rig, slow, taken_us + 1000), 0);
	for (int i = 0; i < 100; i++)
		work(&rig, slow, 1000, taken_us);
	assert_true(room_for(&rig, slow, taken_us) > 100);
}

static void a_quick_answer_does_not_make_a_slow_route_quick(void **state)
{
	(void)state;
	struct hg_spend slow = read_of("/slow");

	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 20; i++)
		work(&rig, slow, 8 * SEC, 0);
	work(&rig, slow, 0, 0);
	assert_in_range(room_for(&rig, slow, 200 * SEC), 11, 12); /* 7 s each */
	work(&rig, read_of("/slow"), 9 * SEC, 100 * SEC);
	assert_in_range(room_for(&rig, slow, 200 * SEC), 10, 10); /* 8 s each */
}

/* -- GitHub objects ---------------------------------------------------------------------------- */

static void a_hidden_limit_of_a_route_is_learned(void **state)
{
	(void)state;
	struct hg_spend list = read_of("/list");

	for (int i = 0; i < 200; i++)
		spend_one(&rig, list, i * SEC / 10);
	assert_int_equal(refuse(&rig, list, 20 * SEC, 20 * SEC + 100), HG_SECONDARY_ROUTE);
	assert_int_equal(room_for(&rig, list, 90 * SEC), 151); /* of 201, with the one refused */
	assert_int_equal(room_for(&rig, read_of("/other"), 90 * SEC), 850);
	assert_int_equal(room_for(&rig, list, HOUR + 30 * SEC), 166);
	assert_int_equal(room_for(&rig, list, 40 * HOUR), 850);
}

static void refusals_of_what_was_under_way_are_one_objection(void **state)
{
	(void)state;
	struct hg_spend list = read_of("/list"), other = read_of("/other");

	for (int i = 0; i < 300; i++)
		hg_secondary_take(rig.s, &list, i); /* a burst: GitHub takes 100 of it */
	for (int i = 0; i < 10; i++)
		spend_one(&rig, other, 0);
	for (int i = 100; i < 300; i++) {
		assert_int_equal(hg_secondary_object(rig.s, &rig.conf, &list, i, SEC + i, NULL),
			HG_SECONDARY_ROUTE);
		hg_secondary_untake(rig.s, &list, i);
		hg_secondary_check(rig.s);
	}
	assert_int_equal(refuse(&rig, other, 500, SEC + 500), HG_SECONDARY_ROUTE);
	for (int i = 0; i < 100; i++)
		hg_secondary_settle(rig.s, &list, i, SEC - i, SEC);
	assert_int_equal(room_for(&rig, other, 2 * SEC), 840); /* it is not to blame */
	/* one that was sent later is another objection */
	assert_int_equal(refuse(&rig, other, 2 * SEC, 3 * SEC), HG_SECONDARY_ROUTE);
	assert_int_equal(room_for(&rig, other, 90 * SEC), 9);
	assert_int_equal(room_for(&rig, list, 90 * SEC), 76);
}

static void a_hidden_limit_of_graphql_is_learned(void **state)
{
	(void)state;
	for (int i = 0; i < 400; i++)
		spend_one(&rig, graphql_of(1), 0);
	assert_int_equal(refuse(&rig, graphql_of(1), 0, 100), HG_SECONDARY_GRAPHQL);
	assert_int_equal(room_for(&rig, graphql_of(1), 90 * SEC), 301);
}

static void what_stands_close_to_its_own_limit_is_blamed(void **state)
{
	(void)state;
	struct hg_spend post = read_of("/a");

	post.is_content = true;
	for (int i = 0; i < 60; i++)
		spend_one(&rig, post, 0);
	assert_int_equal(refuse(&rig, post, SEC, 2 * SEC), HG_SECONDARY_CONTENT);
	assert_int_equal(room_for(&rig, post, 90 * SEC), 46);          /* of 61 */
	assert_int_equal(room_for(&rig, read_of("/a"), 90 * SEC), 46); /* it may have been that */
	assert_int_equal(room_for(&rig, read_of("/b"), 90 * SEC), 850);
	/* The one that is refused again within the hour: then it is the route. */
	for (int i = 0; i < 40; i++)
		spend_one(&rig, post, 200 * SEC);
	assert_int_equal(refuse(&rig, post, 201 * SEC, 202 * SEC), HG_SECONDARY_ROUTE);
	assert_int_equal(room_for(&rig, post, 300 * SEC), 31);
}

static void time_is_blamed_by_what_was_answered_and_not_by_what_is_expected(void **state)
{
	(void)state;
	struct hg_spend slow = read_of("/slow");

	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 7; i++)
		work(&rig, slow, 10 * SEC, 0);
	assert_int_equal(refuse(&rig, read_of("/b"), 0, SEC), HG_SECONDARY_CPU);
	rig.conf.cpu_us = 800 * SEC; /* now 52.5 s are learned, and of 70 too many */
	assert_int_equal(opens_in(&rig, slow, 61 * SEC), SEC);
	assert_int_equal(rig.why, HG_SECONDARY_CPU);
	secondary_rig_end(&rig);

	setup(NULL);
	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 7; i++) /* nobody knows yet */
		work(&rig, slow, 10 * SEC, 0);
	for (int i = 0; i < 10; i++)
		hg_secondary_take(rig.s, &slow, 100 * SEC);
	assert_int_equal(refuse(&rig, slow, 100 * SEC, 101 * SEC), HG_SECONDARY_ROUTE);
}

static void what_routes_share_is_blamed_once_an_hour(void **state)
{
	(void)state;
	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 7; i++)
		work(&rig, read_of("/slow"), 10 * SEC, 0);
	assert_int_equal(refuse(&rig, read_of("/a"), 0, SEC), HG_SECONDARY_CPU);
	for (int i = 0; i < 5; i++) /* of 52.5 s */
		work(&rig, read_of("/slow"), 10 * SEC, 200 * SEC);
	assert_int_equal(refuse(&rig, read_of("/a"), 200 * SEC, 201 * SEC), HG_SECONDARY_ROUTE);
	for (int i = 0; i < 6; i++) /* of 57.8 s */
		work(&rig, read_of("/slow"), 10 * SEC, 2 * HOUR);
	assert_int_equal(refuse(&rig, read_of("/b"), 2 * HOUR, 2 * HOUR + 1), HG_SECONDARY_CPU);
}

static void a_route_that_hides_a_limit_is_blamed_before_what_is_closer(void **state)
{
	(void)state;
	struct hg_spend list = read_of("/list");

	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 99; i++)
		spend_one(&rig, list, 0);
	assert_int_equal(refuse(&rig, list, 0, 1), HG_SECONDARY_ROUTE); /* 75 */
	for (int i = 0; i < 75; i++)                                    /* of 85 */
		spend_one(&rig, list, HOUR + SEC);
	for (int i = 0; i < 8; i++)
		work(&rig, read_of("/slow"), 10 * SEC, HOUR + SEC);
	assert_int_equal(refuse(&rig, read_of("/b"), HOUR + SEC, HOUR + 2 * SEC), HG_SECONDARY_CPU);
	secondary_rig_end(&rig);

	setup(NULL);
	rig.conf.cpu_us = 80 * SEC;
	for (int i = 0; i < 99; i++)
		spend_one(&rig, list, 0);
	assert_int_equal(refuse(&rig, list, 0, 1), HG_SECONDARY_ROUTE);
	for (int i = 0; i < 75; i++)
		spend_one(&rig, list, HOUR + SEC);
	for (int i = 0; i < 8; i++)
		work(&rig, read_of("/slow"), 10 * SEC, HOUR + SEC);
	assert_int_equal(refuse(&rig, list, HOUR + SEC, HOUR + 2 * SEC), HG_SECONDARY_ROUTE);
}

static void mints_are_blamed_when_they_are_many(void **state)
{
	(void)state;
	struct hg_spend mint = read_of("/tokens");

	mint.is_mint = true;
	rig.conf.mints_an_hour = 100;
	for (int i = 0; i < 85; i++)
		spend_one(&rig, mint, 0);
	assert_int_equal(refuse(&rig, mint, 0, 1), HG_SECONDARY_MINTS);
	assert_int_equal(opens_in(&rig, mint, 100 * SEC), 3561 * SEC);
}

/* -- memory ------------------------------------------------------------------------------------ */

static struct hg_spend read_nth(int n, char name[16])
{
	snprintf(name, 16, "/%d", n);
	return read_of(name);
}

static void what_is_not_kept_holds_nobody_and_learns_nothing(void **state)
{
	(void)state;
	struct hg_spend write = { .route = HG_STR("/w"), .points = 5, .is_write = true };

	rig.conf.route_points = 5;
	spend_one(&rig, write, 0);
	assert_true(opens_in(&rig, write, 0) > 0);
	rig.conf.keep = false;
	assert_int_equal(opens_in(&rig, write, 0), 0);
	for (int i = 0; i < 20; i++)
		spend_one(&rig, write, 0);
	assert_int_equal(refuse(&rig, write, 0, 1), HG_SECONDARY_NONE);
	rig.conf = house;
	assert_int_equal(opens_in(&rig, write, 2 * SEC), 0); /* 850 still */
}

static void the_route_that_was_not_used_for_longest_is_forgotten(void **state)
{
	(void)state;
	char name[16];

	rig.conf.route_points = 2;
	assert_int_equal(refuse(&rig, read_of("/learned"), 0, 1), HG_SECONDARY_ROUTE);
	assert_int_equal(refuse(&rig, read_of("/learned"), 2, 3), HG_SECONDARY_ROUTE);
	hg_secondary_take(rig.s, &(struct hg_spend){ .route = HG_STR("/flying"), .points = 1 }, 0);
	for (int i = 0; i < HG_SECONDARY_ROUTES; i++) {
		spend_one(&rig, read_nth(i, name), 0);
		spend_one(&rig, read_nth(i, name), 0);
		if (i == 500) /* used again */
			spend_one(&rig, read_nth(0, name), 0);
	}
	assert_true(opens_in(&rig, read_nth(0, name), 0) > 0);
	assert_int_equal(opens_in(&rig, read_nth(1, name), 0), 0); /* forgotten */
	assert_int_equal(opens_in(&rig, read_nth(2, name), 0), 0);
	assert_true(opens_in(&rig, read_nth(3, name), 0) > 0);
	spend_one(&rig, read_of("/learned"), 0);
	assert_true(opens_in(&rig, read_of("/learned"), 0) > 0); /* one is all it may */
	hg_secondary_settle(
		rig.s, &(struct hg_spend){ .route = HG_STR("/flying"), .points = 1 }, 0, 1, 1);
}

static void a_blamed_route_may_be_forgotten(void **state)
{
	(void)state;
	char name[16];

	for (int i = 0; i < 2 * HG_SECONDARY_ROUTES; i++)
		refuse(&rig, read_nth(i, name), 10 * i, 10 * i + 1);
	assert_int_equal(refuse(&rig, read_nth(0, name), 0, HOUR), HG_SECONDARY_ROUTE);
	assert_int_equal(room_for(&rig, read_nth(0, name), HOUR), 850);
}

/* -- others ------------------------------------------------------------------------------------ */

static void a_gate_is_equal_for_those_that_wait_for_the_same(void **state)
{
	(void)state;
	char a[] = "/a", again[] = "/a";
	struct hg_spend one = read_of(a), same = read_of(again), content = one, mint = one,
			write = one;

	assert_true(hg_secondary_gate(&one) == hg_secondary_gate(&same));
	content.is_content = mint.is_mint = write.is_write = true;
	struct hg_spend others[] = { read_of("/b"), read_of(""), graphql_of(1), graphql_of(5),
		write_of("/a"), content, mint, write };
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_true(hg_secondary_gate(&one) != hg_secondary_gate(&others[i]));
	struct hg_spend named = graphql_of(1);
	named.route = HG_STR("/graphql");
	assert_true(hg_secondary_gate(&named) == hg_secondary_gate(&others[2]));
}

static void every_why_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < HG_SECONDARY_WHYS; i++)
		assert_non_null(hg_secondary_why_name((enum hg_secondary_why)i));
	assert_string_equal(hg_secondary_why_name(HG_SECONDARY_GAP), "gap");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_route_has_850_points_a_minute),
		TEST(a_write_costs_five_and_waits_until_five_are_free),
		TEST(requests_without_a_route_count_together),
		TEST(graphql_has_1900_whatever_the_route),
		TEST(content_has_a_limit_a_minute_and_one_an_hour),
		TEST(two_writes_are_a_second_apart),
		TEST(tokens_are_counted_by_the_hour),
		TEST(a_limit_of_0_is_none),
		TEST(what_is_not_kept_holds_nobody_and_learns_nothing),
		TEST(limits_may_change_at_any_time),
		TEST(a_request_that_costs_more_than_a_limit_goes_alone),
		TEST(what_never_left_does_not_count),
		TEST(the_time_of_answers_counts_a_minute),
		TEST(graphql_has_a_share_of_the_time),
		TEST(an_answer_counts_10_seconds_at_most),
		TEST(short_answers_add_up),
		TEST(what_is_under_way_is_expected_to_take_its_routes_average),
		TEST(a_quick_answer_does_not_make_a_slow_route_quick),
		TEST(a_hidden_limit_of_a_route_is_learned),
		TEST(refusals_of_what_was_under_way_are_one_objection),
		TEST(a_hidden_limit_of_graphql_is_learned),
		TEST(what_stands_close_to_its_own_limit_is_blamed),
		TEST(time_is_blamed_by_what_was_answered_and_not_by_what_is_expected),
		TEST(what_routes_share_is_blamed_once_an_hour),
		TEST(a_route_that_hides_a_limit_is_blamed_before_what_is_closer),
		TEST(mints_are_blamed_when_they_are_many),
		TEST(the_route_that_was_not_used_for_longest_is_forgotten),
		TEST(a_blamed_route_may_be_forgotten),
		TEST(a_gate_is_equal_for_those_that_wait_for_the_same),
		TEST(every_why_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
