#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/budget_lines.h"

#define NOW_S 1700000000

static const struct hg_scope alice = { "alice" }, bob = { "bob" };

struct rig {
	struct hg_view *view;
	struct hg_budget_memos memos;
	struct hg_text out;
};

static void begin(struct rig *rig)
{
	*rig = (struct rig){ .view = hg_view_new() };
	hg_text_init(&rig->out);
}

static void end(struct rig *rig)
{
	hg_budget_memos_fini(&rig->memos);
	hg_text_fini(&rig->out);
	hg_view_free(rig->view);
}

static const char *lines(struct rig *rig, struct hg_scope who, const char *resource, int64_t now_s)
{
	hg_text_clear(&rig->out);
	hg_budget_add_lines(&rig->memos, &rig->out, rig->view, who, resource, now_s);
	return rig->out.p ? rig->out.p : "";
}

static const char *policy(struct rig *rig, const char *resource, struct hg_view_row row)
{
	hg_text_clear(&rig->out);
	bool added = hg_budget_add_policy(&rig->out, hg_str(resource), &row, NOW_S);
	assert_int_equal(added, rig->out.n > 0);
	return rig->out.p ? rig->out.p : "";
}

static void a_budget_is_told_in_both_ways(void **state)
{
	(void)state;
	struct rig rig;
	begin(&rig);
	struct hg_view_row row = { 5000, 4990, 10, NOW_S + 1234 };

	hg_view_put(rig.view, alice, HG_STR("core"), &row);
	assert_string_equal(lines(&rig, alice, "core", NOW_S),
		"X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 4990\r\nX-RateLimit-Used: 10\r\n"
		"X-RateLimit-Reset: 1700001234\r\nX-RateLimit-Resource: core\r\n"
		"RateLimit-Policy: \"core\";q=5000;w=3600\r\nRateLimit: "
		"\"core\";r=4990;t=1234\r\n");
	end(&rig);
}

static void what_is_kept_is_told_only_as_long_as_it_is_true(void **state)
{
	(void)state;
	struct rig rig;
	begin(&rig);
	struct hg_view_row row = { 30, 29, 1, NOW_S + 60 };
	static const char search[] = "search";

	hg_view_put(rig.view, alice, HG_STR("search"), &row);
	for (int again = 0; again < 2; again++)
		assert_non_null(strstr(lines(&rig, alice, search, NOW_S),
			"RateLimit-Policy: \"search\";q=30;w=60\r\n"
			"RateLimit: \"search\";r=29;t=60\r\n"));
	assert_non_null(strstr(lines(&rig, alice, search, NOW_S + 1), ";r=29;t=59\r\n"));
	row.remaining = 28;
	hg_view_put(rig.view, alice, HG_STR("search"), &row);
	assert_non_null(strstr(lines(&rig, alice, search, NOW_S + 1), ";r=28;t=59\r\n"));
	assert_string_equal(lines(&rig, bob, search, NOW_S + 1), "");
	assert_string_equal(lines(&rig, alice, "core", NOW_S + 1), "");
	assert_non_null(strstr(lines(&rig, alice, search, NOW_S + 1), ";r=28;t=59\r\n"));
	end(&rig);
}

/* More pairs than memos: whoever loses its place is rendered anew, and never told another's. */
static void many_clients_share_the_memos(void **state)
{
	(void)state;
	struct rig rig;
	begin(&rig);
	char want[64];

	for (int64_t i = 0; i < 100; i++) {
		struct hg_scope who = { "client " };
		struct hg_view_row row = { 5000, i, 5000 - i, NOW_S };
		who.bytes[0] = (uint8_t)i;
		hg_view_put(rig.view, who, HG_STR("core"), &row);
	}
	for (int i = 0; i < 200; i++) {
		struct hg_scope who = { "client " };
		who.bytes[0] = (uint8_t)(i % 100);
		(void)snprintf(want, sizeof(want), "RateLimit: \"core\";r=%d;t=0\r\n", i % 100);
		const char *told = lines(&rig, who, "core", NOW_S);
		if (told[0]) /* its slot of the view may be another's */
			assert_non_null(strstr(told, want));
	}
	end(&rig);
}

static void what_is_not_known_is_not_told(void **state)
{
	(void)state;
	struct rig rig;
	begin(&rig);

	assert_string_equal(policy(&rig, "core", (struct hg_view_row){ -1, 5, 0, NOW_S }), "");
	assert_string_equal(policy(&rig, "core", (struct hg_view_row){ 60, -1, 0, NOW_S }), "");
	assert_string_equal(policy(&rig, "a\"b", (struct hg_view_row){ 60, 5, 0, NOW_S }), "");
	assert_string_equal(policy(&rig, "", (struct hg_view_row){ 60, 5, 0, NOW_S }), "");
	assert_string_equal(policy(&rig, "core", (struct hg_view_row){ 60, 5, 0, -1 }),
		"RateLimit-Policy: \"core\";q=60;w=3600\r\nRateLimit: \"core\";r=5\r\n");
	assert_string_equal(policy(&rig, "core", (struct hg_view_row){ 60, 5, 0, NOW_S - 7 }),
		"RateLimit-Policy: \"core\";q=60;w=3600\r\nRateLimit: \"core\";r=5;t=0\r\n");
	end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_budget_is_told_in_both_ways),
		cmocka_unit_test(what_is_kept_is_told_only_as_long_as_it_is_true),
		cmocka_unit_test(many_clients_share_the_memos),
		cmocka_unit_test(what_is_not_known_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
