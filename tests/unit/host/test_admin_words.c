#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/admin_words.h"

static void arguments_are_found_and_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *query, *name, *value; /* NULL: absent */
	} rows[] = {
		{ "by=30s", "by", "30s" },
		{ "a=1&by=30s&c=2", "by", "30s" },
		{ "by=", "by", "" },
		{ "by", "by", NULL },
		{ "", "by", NULL },
		{ "baby=1", "by", NULL },
		{ "by=1&by=2", "by", "1" },
		{ "p=%2Frepos%2fa+b", "p", "/repos/a b" },
		{ "p=%zz%4", "p", "%zz%4" },
		{ "p=a=b", "p", "a=b" },
		{ "&&p=x&", "p", "x" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_admin_args args;
		hg_admin_args_init(&args, hg_str(rows[i].query));
		struct hg_str v = hg_admin_arg(&args, rows[i].name);
		if (rows[i].value)
			assert_true(v.p && hg_str_is(v, hg_str(rows[i].value)));
		else
			assert_null(v.p);
		hg_admin_args_fini(&args);
	}
}

static void a_value_stays_when_another_is_asked_for(void **state)
{
	(void)state;
	struct hg_admin_args args;

	hg_admin_args_init(&args, HG_STR("topic=test.a&n=3"));
	struct hg_str topic = hg_admin_arg(&args, "topic"), n = hg_admin_arg(&args, "n");
	assert_true(hg_str_is(topic, HG_STR("test.a")));
	assert_true(hg_str_is(n, HG_STR("3")));
	hg_admin_args_fini(&args);
}

static void an_answer_grows_and_escapes(void **state)
{
	(void)state;
	struct hg_answer out;
	char large[3000];

	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = 0;
	hg_text_init(&out.text);
	hg_answer_printf(&out, "{\"n\":%d,\"s\":", 3);
	hg_answer_add_string(&out, HG_STR("a\"b\n"));
	hg_answer_add(&out, HG_STR("}"));
	assert_string_equal(out.text.p, "{\"n\":3,\"s\":\"a\\\"b\\n\"}");
	hg_text_clear(&out.text);
	hg_answer_printf(&out, "<%s>", large);
	assert_int_equal(out.text.n, sizeof(large) - 1 + 2);
	assert_int_equal(out.text.p[out.text.n - 1], '>');
	hg_text_fini(&out.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_found_and_decoded),
		cmocka_unit_test(a_value_stays_when_another_is_asked_for),
		cmocka_unit_test(an_answer_grows_and_escapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
