#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "front/mask.h"
#include <string.h>

#define LONG "a_name_that_is_longer_than_any_word_that_is_looked_for_"

static void secrets_in_queries_are_masked_however_they_are_spelled(void **state)
{
	(void)state;
	static const struct {
		const char *query, *shown;
	} rows[] = {
		{ "", "" },
		{ "page=2&per_page=100", "page=2&per_page=100" },
		{ "access_token=abc", "access_token=***" },
		{ "a=1&access_token=abc&b=2", "a=1&access_token=***&b=2" },
		{ "a=1;access_token=abc;b=2", "a=1;access_token=***;b=2" },
		{ "ACCESS_TOKEN=abc", "ACCESS_TOKEN=***" },
		{ "access%5Ftoken=abc", "access%5Ftoken=***" },
		{ "access%5ftok%65n=abc", "access%5ftok%65n=***" },
		{ "refresh_token=a=b", "refresh_token=***" },
		{ "client_secret=abc&client_id=1", "client_secret=***&client_id=1" },
		{ "sig=abc&se=2026", "sig=***&se=2026" },
		{ "X-Amz-Signature=abc&X-Amz-Credential=d",
			"X-Amz-Signature=***&X-Amz-Credential=***" },
		{ "token", "token" },
		{ "token=", "token=***" },
		{ "code=abc&code_search=x", "code=***&code_search=x" },
		{ "token[]=abc", "token[]=***" },
		{ "a%5Btoken%5D=abc&b[1]=2", "a%5Btoken%5D=***&b[1]=2" },
		{ LONG LONG "_token=abc", LONG LONG "_token=***" },
		{ LONG LONG "_tokens=abc", LONG LONG "_tokens=abc" },
		{ LONG "%61ccess_token=abc", LONG "%61ccess_token=***" },
		{ "a=b#access_token=abc", "a=b#access_token=***" },
		{ "a[token]=abc", "a[token]=***" },
		{ "q=token%3Dabc", "q=token%3Dabc" },
		{ "q=a\"b", "q=a\\x22b" },
		{ "&&=&", "&&=&" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_text out;
		hg_text_init(&out);
		hg_mask_query(&out, hg_str(rows[i].query));
		hg_text_add_char(&out, '.');
		if (strncmp(out.p, rows[i].shown, out.n - 1) != 0 ||
			strlen(rows[i].shown) != out.n - 1)
			fail_msg("%s: %s, not %s", rows[i].query, out.p, rows[i].shown);
		hg_text_fini(&out);
	}
}

static void a_line_can_not_be_forged(void **state)
{
	(void)state;
	struct hg_text out;

	hg_text_init(&out);
	hg_mask_control(&out, HG_STR("a\r\n\"b\\\x7f\xc3\xa4 ~"));
	assert_string_equal(out.p, "a\\x0d\\x0a\\x22b\\x5c\\x7f\\xc3\\xa4 ~");
	hg_text_clear(&out);
	hg_mask_url(&out, HG_STR("https://x/?a=1&token=2?3"));
	assert_string_equal(out.p, "https://x/?a=1&token=***");
	hg_text_clear(&out);
	hg_mask_url(&out, HG_STR("https://me:secret@x@y/a@b"));
	assert_string_equal(out.p, "https://***@y/a@b");
	hg_text_clear(&out);
	hg_mask_url(&out, HG_STR("https://x/a@b#access_token=2"));
	assert_string_equal(out.p, "https://x/a@b#access_token=***");
	hg_text_clear(&out);
	hg_mask_url(&out, HG_STR("https://x/\n"));
	assert_string_equal(out.p, "https://x/\\x0a");
	hg_text_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_in_queries_are_masked_however_they_are_spelled),
		cmocka_unit_test(a_line_can_not_be_forged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
