#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "ticket/upstream_base.h"

static void each_entrance_has_its_base(void **state)
{
	static const struct {
		const char *base_url, *uploads_url;
		enum hg_github_entrance entrance;
		const char *root, *path;
	} rows[] = {
		{ "https://api.github.com/", NULL, HG_GITHUB_REST, "https://api.github.com", "" },
		{ "https://API.github.com", NULL, HG_GITHUB_UPLOADS, "https://uploads.github.com",
			"" },
		{ "https://api.github.com", NULL, HG_GITHUB_GRAPHQL, "https://api.github.com", "" },
		{ "https://g/api/v3//", NULL, HG_GITHUB_REST, "https://g/api/v3", "" },
		{ "https://g/api/v3", NULL, HG_GITHUB_UPLOADS, "https://g", "/api/uploads" },
		{ "https://g/api/v3", NULL, HG_GITHUB_GRAPHQL, "https://g", "/api" },
		{ "https://g/api/v3", "https://u/", HG_GITHUB_UPLOADS, "https://u", "" },
		{ "http://127.0.0.1:1", NULL, HG_GITHUB_UPLOADS, "http://127.0.0.1:1", "" },
		{ NULL, NULL, HG_GITHUB_REST, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_upstream_conf conf = { .base_url = rows[i].base_url,
			.uploads_url = rows[i].uploads_url };
		struct hg_upstream_base base = hg_upstream_base(&conf, rows[i].entrance);
		assert_true(hg_str_is(base.root, hg_str(rows[i].root)));
		assert_true(hg_str_is(base.path, hg_str(rows[i].path)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entrance_has_its_base),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
