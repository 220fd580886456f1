#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/tag.h"

#define HERE "-hg1-0123456789abcdef"
#define OTHER "-hg1-0123456789abcdee"

static const struct hg_rewrite w = { .to = "http://localhost", .mark = 0x0123456789abcdefull };
static const struct hg_rewrite off = { .to = "" };

static void assert_text(struct hg_text *got, const char *wanted)
{
	assert_true(hg_str_is(hg_text_str(got), hg_str(wanted)));
	hg_text_clear(got);
}

static void our_tag_is_githubs_with_a_mark(void **state)
{
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	hg_rewrite_add_tag(&w, &out, HG_STR("\"5d,3f\""));
	assert_text(&out, "\"5d,3f" HERE "\"");
	hg_rewrite_add_tag(&w, &out, HG_STR("W/\"5d\""));
	assert_text(&out, "W/\"5d" HERE "\"");
	hg_rewrite_add_tag(&w, &out, HG_STR("\"\""));
	assert_text(&out, "\"" HERE "\"");
	hg_rewrite_add_tag(&off, &out, HG_STR("\"5d\""));
	assert_text(&out, "\"5d\"");
	hg_text_fini(&out);
}

static void what_is_not_one_tag_stays(void **state)
{
	static const char *const texts[] = { "", "5d", "\"", "\"5d", "\"a\", \"b\"", "*", "\"a\" ",
		" \"a\"", "w/\"a\"", "W/" };
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		hg_rewrite_add_tag(&w, &out, hg_str(texts[i]));
		assert_text(&out, texts[i]);
	}
	hg_text_fini(&out);
}

static void our_tags_of_this_base_become_githubs_again(void **state)
{
	static const struct {
		const char *list, *wanted; /* NULL: nothing of ours */
	} rows[] = {
		{ "\"5d" HERE "\"", "\"5d\"" },
		{ "W/\"5d" HERE "\"", "W/\"5d\"" },
		{ "\"a\", \"b" HERE "\" ,W/\"c" HERE "\", \"d\"", "\"a\", \"b\" ,W/\"c\", \"d\"" },
		{ "\"b" HERE "\", *", "\"b\", *" },
		{ "\"b" HERE "\" junk \"c" HERE "\"", "\"b\" junk \"c" HERE "\"" },
		{ "\"5d" OTHER "\"", NULL },
		{ "\"5d" HERE "x\"", NULL },
		{ "\"5d\"", NULL },
		{ "\"" HERE, NULL },
		{ "*", NULL },
		{ "", NULL },
	};
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool any = hg_rewrite_tags_back(&w, &out, hg_str(rows[i].list));
		assert_int_equal(any, rows[i].wanted != NULL);
		assert_text(&out, any ? rows[i].wanted : "");
	}
	assert_false(hg_rewrite_tags_back(&off, &out, HG_STR("\"5d" HERE "\"")));
	hg_text_fini(&out);
}

static void a_304_carries_the_tag_that_the_client_has(void **state)
{
	static const struct {
		const char *list, *tag, *wanted;
	} rows[] = {
		{ "\"5d" HERE "\"", "\"5d\"", "\"5d" HERE "\"" },
		{ "\"5d" HERE "\"", "W/\"5d\"", "W/\"5d" HERE "\"" },
		{ "\"x\", W/\"5d" HERE "\"", "\"5d\"", "\"5d" HERE "\"" },
		{ "\"5d\"", "\"5d\"", "\"5d\"" },
		{ "\"5e" HERE "\"", "\"5d\"", "\"5d\"" },
		{ "\"5d" OTHER "\"", "\"5d\"", "\"5d\"" },
		{ "\"" HERE "\"", "\"", "\"" },
		{ "", "\"5d\"", "\"5d\"" },
		{ "\"5d" HERE "\"", "", "" },
	};
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		hg_rewrite_add_tag_held(&w, &out, hg_str(rows[i].list), hg_str(rows[i].tag));
		assert_text(&out, rows[i].wanted);
	}
	hg_text_fini(&out);
}

/* RFC 9110, 13.1.2 and 8.8.3.2 */
static void a_list_is_compared_weakly(void **state)
{
	static const struct {
		const char *list;
		bool has;
	} rows[] = {
		{ "\"1\"", true },
		{ "W/\"1\"", true },
		{ "*", true },
		{ "\"0\",\"1\"", true },
		{ "\"a,b\", \"1\"", true },
		{ "\t, \"0\" ,, W/\"1\"", true },
		{ "\"0\" \"1\"", true },
		{ "\"0\"", false },
		{ "1", false },
		{ "\"1", false },
		{ "\"1 \"", false },
		{ "w/\"1\"", false },
		{ "x \"1\"", false },
		{ "\"0\", x, \"1\"", false },
		{ "", false },
		{ ",", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
			hg_tag_list_has(hg_str(rows[i].list), HG_STR("\"1\"")), rows[i].has);
		assert_int_equal(
			hg_tag_list_has(hg_str(rows[i].list), HG_STR("W/\"1\"")), rows[i].has);
	}
}

/* Tags live in clients' caches, over restarts of ours. */
static void the_mark_is_the_same_in_each_process(void **state)
{
	struct hg_snapshot s = { .n_upstreams = 1,
		.upstreams[0].base_url = "https://api.github.com" };
	struct hg_rewrite a, b;
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	hg_rewrite_init(&a, &s, 0, false, false, HG_STR("localhost:3001"), HG_STR("/api/v3"));
	hg_rewrite_add_tag(&a, &out, HG_STR("\"5d\""));
	assert_text(&out, "\"5d-hg1-1b4619c0a4db2e6a\"");
	hg_rewrite_init(&b, &s, 0, false, false, HG_STR("localhost:3001"), HG_STR(""));
	assert_int_not_equal(a.mark, b.mark);
	s.upstreams[0].base_url = "https://ghe.example/api/v3";
	hg_rewrite_init(&b, &s, 0, false, false, HG_STR("localhost:3001"), HG_STR("/api/v3"));
	assert_int_not_equal(a.mark, b.mark);
	hg_text_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_tag_is_githubs_with_a_mark),
		cmocka_unit_test(what_is_not_one_tag_stays),
		cmocka_unit_test(our_tags_of_this_base_become_githubs_again),
		cmocka_unit_test(a_304_carries_the_tag_that_the_client_has),
		cmocka_unit_test(a_list_is_compared_weakly),
		cmocka_unit_test(the_mark_is_the_same_in_each_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
