#include <hg/mem.h>
#include "secondary_rig.h"

static void expect_shown(const struct secondary_rig *r, int64_t now_us, const char *want)
{
	struct hg_text t;

	hg_text_init(&t);
	hg_secondary_show(r->s, &r->conf, now_us, &t);
	assert_string_equal(t.p, want);
	hg_text_fini(&t);
}

static void nothing_used_is_shown_with_its_limits(void **state)
{
	(void)state;
	struct secondary_rig r;

	secondary_rig_begin(&r);
	r.conf.mints_an_hour = 0;
	expect_shown(&r, 0,
		"{\"graphql\":{\"used\":0,\"limit\":1900,\"learned\":false},"
		"\"no_route\":{\"used\":0,\"limit\":850,\"learned\":false},"
		"\"cpu\":{\"used_ms\":0,\"limit_ms\":80000,\"learned\":false},"
		"\"cpu_graphql\":{\"used_ms\":0,\"limit_ms\":50000,\"learned\":false},"
		"\"content_minute\":{\"used\":0,\"limit\":70,\"learned\":false},"
		"\"content_hour\":{\"used\":0,\"limit\":450,\"learned\":false},"
		"\"mints\":{\"used\":0,\"limit\":null,\"learned\":false},"
		"\"expected_ms\":0,\"expected_graphql_ms\":0,\"next_write_in_ms\":0,"
		"\"objected_to\":\"none\",\"routes_known\":0,\"routes\":[]}");
	secondary_rig_end(&r);
}

static void what_was_used_and_learned_is_shown(void **state)
{
	(void)state;
	struct secondary_rig r;

	secondary_rig_begin(&r);
	for (int i = 0; i < 426; i++) {
		spend_one(&r, read_of("/busy"), 0);
		if (i < 425)
			spend_one(&r, read_of("/half"), 0);
	}
	work(&r, graphql_of(1), 2 * SEC, 0);
	work(&r, graphql_of(1), SEC, 0);
	spend_one(&r, write_of("/a\"b"), 0);
	refuse(&r, read_of("/a\"b"), 0, SEC);
	hg_secondary_take(r.s, &(struct hg_spend){ .points = 1, .is_content = true }, SEC / 2);
	expect_shown(&r, SEC * 3 / 2,
		"{\"graphql\":{\"used\":2,\"limit\":1900,\"learned\":false},"
		"\"no_route\":{\"used\":1,\"limit\":850,\"learned\":false},"
		"\"cpu\":{\"used_ms\":3000,\"limit_ms\":80000,\"learned\":false},"
		"\"cpu_graphql\":{\"used_ms\":3000,\"limit_ms\":50000,\"learned\":false},"
		"\"content_minute\":{\"used\":1,\"limit\":70,\"learned\":false},"
		"\"content_hour\":{\"used\":1,\"limit\":450,\"learned\":false},"
		"\"mints\":{\"used\":0,\"limit\":1900,\"learned\":false},"
		"\"expected_ms\":1000,\"expected_graphql_ms\":0,\"next_write_in_ms\":0,"
		"\"objected_to\":\"route\",\"objected_ago_ms\":500,\"routes_known\":3,\"routes\":["
		"{\"route\":\"/a\\\"b\",\"used\":5,\"limit\":5,\"learned\":true},"
		"{\"route\":\"/busy\",\"used\":426,\"limit\":850,\"learned\":false}]}");
	hg_secondary_settle(r.s, &(struct hg_spend){ .points = 1 }, SEC / 2, SEC / 2, SEC);
	secondary_rig_end(&r);
}

static void the_next_write_is_shown(void **state)
{
	(void)state;
	struct secondary_rig r;
	struct hg_text t;

	secondary_rig_begin(&r);
	spend_one(&r, write_of("/a"), SEC);
	hg_text_init(&t);
	hg_secondary_show(r.s, &r.conf, SEC * 3 / 2 + 1, &t);
	assert_non_null(strstr(t.p, "\"next_write_in_ms\":500,"));
	hg_text_fini(&t);
	secondary_rig_end(&r);
}

static void each_count_comes_with_its_share_and_the_fullest_route(void **state)
{
	(void)state;
	struct secondary_rig r;
	struct hg_secondary_count c[HG_SECONDARY_COUNTS];

	secondary_rig_begin(&r);
	r.conf.mints_an_hour = 0;
	for (int i = 0; i < 17; i++)
		spend_one(&r, read_of("/busy"), 0);
	spend_one(&r, read_of("/idle"), 0);
	hg_secondary_counts(r.s, &r.conf, 0, c);
	const struct hg_secondary_count *route = &c[HG_SECONDARY_COUNTS - 1];
	assert_string_equal(route->name, "route");
	assert_int_equal(route->used, 17);
	assert_int_equal(route->limit, 850);
	assert_true(hg_secondary_count_share(route) == 0.02);
	assert_string_equal(c[6].name, "mints");
	assert_true(hg_secondary_count_share(&c[6]) == 0); /* no limit is no share */
	secondary_rig_end(&r);
}

static void what_holds_one_is_read_with_used_and_limit(void **state)
{
	(void)state;
	struct secondary_rig r;
	struct hg_secondary_reading got;
	struct hg_spend read = read_of("/a"), write = write_of("/b");

	secondary_rig_begin(&r);
	r.conf.route_points = 3;
	hg_secondary_read(r.s, &r.conf, &read, 0, &got);
	assert_int_equal(got.opens_us, 0);
	for (int i = 0; i < 3; i++)
		spend_one(&r, read, 0);
	hg_secondary_read(r.s, &r.conf, &read, 0, &got);
	assert_int_equal(got.why, HG_SECONDARY_ROUTE);
	assert_int_equal(got.used, 3);
	assert_int_equal(got.limit, 3);
	assert_int_equal(got.span_s, 60);
	assert_true(got.opens_us >= 60 * SEC);

	/* between two writes it is the gap, in ms */
	r.conf.route_points = 850;
	spend_one(&r, write, 100 * SEC);
	hg_secondary_read(r.s, &r.conf, &write, 100 * SEC + SEC / 4, &got);
	assert_int_equal(got.why, HG_SECONDARY_GAP);
	assert_int_equal(got.used, 750);
	assert_int_equal(got.limit, 1000);
	secondary_rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_used_is_shown_with_its_limits),
		cmocka_unit_test(what_was_used_and_learned_is_shown),
		cmocka_unit_test(the_next_write_is_shown),
		cmocka_unit_test(each_count_comes_with_its_share_and_the_fullest_route),
		cmocka_unit_test(what_holds_one_is_read_with_used_and_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
