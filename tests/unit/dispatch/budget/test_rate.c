#include "../rig.h"

static const struct hg_now now = { 1000 * SEC, WALL };
#define NOW_S (WALL / SEC)

static struct hg_rate read_head(struct hg_head *h)
{
	struct hg_rate r;

	hg_rate_read(h, &now, &r);
	hg_head_unref(h);
	return r;
}

static void a_good_head_is_read_as_it_is(void **state)
{
	(void)state;
	struct hg_rate r = read_head(rig_limits(200, 5000, 4987, NOW_S + 1800));

	assert_true(r.is_known);
	assert_int_equal(r.limit, 5000);
	assert_int_equal(r.remaining, 4987);
	assert_int_equal(r.reset_s, NOW_S + 1800);
	assert_string_equal(r.resource, "core");
}

static void nonsense_is_taken_as_not_said(void **state)
{
	(void)state;
	static const struct {
		const char *limit, *remaining, *reset;
		bool known;
		int64_t want_limit, want_remaining, want_reset;
	} rows[] = {
		{ "5000", "17", "1800000060000", true, 5000, 17, NOW_S + 60 }, /* milliseconds */
		{ "5000", "17", "1800086401", true, 5000, 17, 0 },             /* over a day */
		{ "5000", "17", "-5", true, 5000, 17, 0 },
		{ "5000", "17", "0", true, 5000, 17, 0 },
		{ "5000", "17", "soon", true, 5000, 17, 0 },
		{ "5000", "17", "99999999999999999999999", true, 5000, 17, 0 },
		{ "5000", "17", "9223372036854775807", true, 5000, 17, 0 },
		{ "5000", "17", "1799990000", true, 5000, 17, 1799990000 }, /* the ledger judges */
		{ "5000", "6000", "1800000060", true, 5000, 5000, NOW_S + 60 },
		{ "5000", "-1", "1800000060", false, 5000, -1, NOW_S + 60 },
		{ "-1", "17", "1800000060", false, -1, 17, NOW_S + 60 },
		{ "0", "0", "1800000060", false, 0, 0, NOW_S + 60 },
		{ "18446744073709551615", "17", "1800000060", false, -1, 17, NOW_S + 60 },
		{ "9223372036854775807", "17", "1800000060", true, 1000000000, 17, NOW_S + 60 },
		{ "", "", "", false, -1, -1, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_rate r = read_head(
			rig_head(200, "x-ratelimit-limit", rows[i].limit, "x-ratelimit-remaining",
				rows[i].remaining, "x-ratelimit-reset", rows[i].reset, NULL));
		assert_int_equal(r.is_known, rows[i].known);
		assert_int_equal(r.limit, rows[i].want_limit);
		assert_int_equal(r.remaining, rows[i].want_remaining);
		assert_int_equal(r.reset_s, rows[i].want_reset);
	}
}

static void the_worse_of_used_and_remaining_counts(void **state)
{
	(void)state;
	assert_int_equal(
		read_head(rig_head(200, "x-ratelimit-limit", "100", "x-ratelimit-remaining", "90",
				  "x-ratelimit-used", "60", NULL))
			.remaining,
		40);
	assert_int_equal(
		read_head(rig_head(200, "x-ratelimit-limit", "100", "x-ratelimit-remaining", "90",
				  "x-ratelimit-used", "1000", NULL))
			.remaining,
		0);
}

static void a_resource_has_a_form(void **state)
{
	(void)state;
	assert_true(hg_resource_is_sane(HG_STR("code_search")));
	assert_false(hg_resource_is_sane(HG_STR("")));
	assert_false(hg_resource_is_sane(HG_STR("Core")));
	assert_false(hg_resource_is_sane(HG_STR("a\"b")));
	assert_true(hg_resource_is_sane(HG_STR("a234567890123456789012345678901")));
	assert_false(hg_resource_is_sane(HG_STR("a2345678901234567890123456789012")));
}

static void refusals_are_told_from_other_answers(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *name, *value, *remaining;
		enum hg_refusal want;
		int64_t wait_us;
	} rows[] = {
		{ 403, "x-none", "", "0", HG_REFUSAL_PRIMARY, -1 },
		{ 429, "x-none", "", "0", HG_REFUSAL_PRIMARY, -1 },
		{ 403, "x-none", "", "14", HG_REFUSAL_NONE, -1 },
		{ 403, "retry-after", "30", "14", HG_REFUSAL_SECONDARY, 30 * SEC },
		{ 403, "retry-after", "30", "0", HG_REFUSAL_SECONDARY, 30 * SEC },
		{ 403, "gh-limited-by", "x", "14", HG_REFUSAL_SECONDARY, -1 },
		{ 429, "x-none", "", "14", HG_REFUSAL_SECONDARY, -1 },
		{ 429, "retry-after", "0", "14", HG_REFUSAL_SECONDARY, SEC },
		{ 429, "retry-after", "Fri, 15 Jan 2027 08:00:50 GMT", "14", HG_REFUSAL_SECONDARY,
			50 * SEC },
		{ 429, "retry-after", "Fri, 15 Jan 2021 08:00:50 GMT", "14", HG_REFUSAL_SECONDARY,
			SEC },
		{ 429, "retry-after", "999999999999", "14", HG_REFUSAL_SECONDARY, 3600 * SEC },
		{ 429, "retry-after", "later", "14", HG_REFUSAL_SECONDARY, -1 },
		{ 200, "retry-after", "30", "0", HG_REFUSAL_NONE, -1 },
		{ 401, "x-none", "", "0", HG_REFUSAL_NONE, -1 },
		{ 404, "x-none", "", "0", HG_REFUSAL_NONE, -1 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_head *h =
			rig_head(rows[i].status, rows[i].name, rows[i].value, "x-ratelimit-limit",
				"5000", "x-ratelimit-remaining", rows[i].remaining, NULL);
		struct hg_rate r;
		int64_t wait_us = -1;
		hg_rate_read(h, &now, &r);
		assert_int_equal(hg_rate_refusal(h, &r, &now, &wait_us), rows[i].want);
		assert_int_equal(wait_us, rows[i].wait_us);
		hg_head_unref(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_head_is_read_as_it_is),
		cmocka_unit_test(nonsense_is_taken_as_not_said),
		cmocka_unit_test(the_worse_of_used_and_remaining_counts),
		cmocka_unit_test(a_resource_has_a_form),
		cmocka_unit_test(refusals_are_told_from_other_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
