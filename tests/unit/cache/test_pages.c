#include "fixture.h"
#include "pages.h"

static void a_page_is_full_when_it_has_what_was_asked_for(void **state)
{
	(void)state;
	static const struct {
		const char *query, *body;
		bool is_full;
	} rows[] = {
		{ "per_page=2", "[{\"a\":[1,2]},{\"b\":{\"c\":1,\"d\":2}}]", true },
		{ "per_page=2", "[\"a,\\\",\",\"]\"]", true },
		{ "state=all&per_page=2&page=7", "[1,2]", true },
		{ "per_page=1", "[\"\\\\\"]", true },
		{ "per_page=3", "[1,2]", false },
		{ "per_page=1", "[1,2]", false },
		{ "per_page=1", "[]", false },
		{ "per_page=1", "", false },
		{ "per_page=1", "{\"total_count\":1}", false },
		{ "per_page=0", "[1]", false },
		{ "per_page=1x", "[1]", false },
		{ "per_page=101", "[1]", false },
		{ "per_page=1&page=x", "[1]", false },
		{ "per_page=1&page=0", "[1]", false },
		{ "per_page=1&after=Y3", "[1]", false },
		{ "before=x&per_page=1", "[1]", false },
		{ "",
			"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,"
			"28,"
			"29,30]",
			true },
		{ "xper_page=1", "[1]", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (page_is_full(hg_str(rows[i].query), hg_str(rows[i].body)) != rows[i].is_full)
			fail_msg("row %zu", i);
}

static void the_page_behind_has_the_next_number(void **state)
{
	(void)state;
	static const struct {
		const char *query, *behind;
	} rows[] = {
		{ "", "page=2" },
		{ "per_page=2", "per_page=2&page=2" },
		{ "page=9&per_page=2", "page=10&per_page=2" },
		{ "a=b&page=1", "a=b&page=2" },
	};
	char text[64];
	size_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(page_behind(hg_str(rows[i].query), text, sizeof(text), &n));
		assert_true(hg_str_is((struct hg_str){ text, n }, hg_str(rows[i].behind)));
	}
	assert_false(page_behind(HG_STR("page=x"), text, sizeof(text), &n));
	assert_false(page_behind(HG_STR("a=b"), text, 9, &n));
	assert_true(page_behind(HG_STR("a=b"), text, 10, &n));
}

static void link_leads_to_the_page_behind_and_the_last(void **state)
{
	(void)state;
	static const struct {
		const char *query, *own, *behind, *link;
	} rows[] = {
		{ "per_page=2", "", "<https://h/r/1/i?per_page=2&page=1>; rel=\"prev\"",
			"<https://h/r/1/i?per_page=2&page=2>; rel=\"next\", "
			"<https://h/r/1/i?per_page=2&page=2>; rel=\"last\"" },
		{ "page=2", "<h?page=1>; rel=\"prev\"",
			"<h?page=2>; rel=\"prev\", <h?page=4>; rel=\"next\", "
			"<h?page=9>; rel=\"last\", <h?page=1>; rel=\"first\"",
			"<h?page=3>; rel=\"next\", <h?page=9>; rel=\"last\", "
			"<h?page=1>; rel=\"prev\"" },
		{ "", "", "", NULL },
		{ "", "", "<h?page=2>; rel=\"next\"", NULL },
		{ "", "", "<h?page=2>; rel=\"prev\"", NULL },
		{ "", "", "<h?x=1>; rel=\"prev\"", NULL },
		{ "", "", "<h>; rel=\"prev\"", NULL },
		{ "", "", "h?page=1>; rel=\"prev\"", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[PAGE_LINK_BYTES];
		size_t n = 0;
		bool is_there = page_link(hg_str(rows[i].query), hg_str(rows[i].own),
			hg_str(rows[i].behind), text, &n);
		assert_int_equal(is_there, rows[i].link != NULL);
		if (is_there && !hg_str_is((struct hg_str){ text, n }, hg_str(rows[i].link)))
			fail_msg("row %zu: %.*s", i, (int)n, text);
		assert_int_equal(page_has_next((struct hg_str){ text, n }), is_there);
	}
}

static void a_link_that_does_not_fit_is_none(void **state)
{
	static char back[PAGE_LINK_BYTES];
	char text[PAGE_LINK_BYTES];
	size_t n, lead = (size_t)snprintf(back, sizeof(back), "<h?page=1&x=");

	(void)state;
	memset(back + lead, 'x', 5000);
	(void)snprintf(back + lead + 5000, 32, ">; rel=\"prev\"");
	assert_false(page_link(HG_STR(""), HG_STR(""), hg_str(back), text, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_full_when_it_has_what_was_asked_for),
		cmocka_unit_test(the_page_behind_has_the_next_number),
		cmocka_unit_test(link_leads_to_the_page_behind_and_the_last),
		cmocka_unit_test(a_link_that_does_not_fit_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
