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
		"\"expected_ms\":500,\"expected_graphql_ms\":0,\"next_write_in_ms\":0,"
		"\"objected_to\":\"route\",\"objected_ago_ms\":500,\"routes_known\":3,\"routes\":["
		"{\"route\":\"/a\\\"b\",\"used\":5,\"limit\":5,\"learned\":true},"
		"{\"route\":\"/busy\",\"used\":426,\"limit\":850,\"learned\":false}]}");
	hg_secondary_settle(r.s, &(struct hg_spend){ .points = 1 }, SEC / 2, SEC);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_used_is_shown_with_its_limits),
		cmocka_unit_test(what_was_used_and_learned_is_shown),
		cmocka_unit_test(the_next_write_is_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
