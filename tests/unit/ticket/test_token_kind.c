#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ticket/token_kind.h"

static void a_token_is_what_it_begins_with_however_long(void **state)
{
	static const struct {
		const char *token;
		enum hg_token_kind kind;
		const char *name;
	} rows[] = {
		{ "ghp_16C7e42F292c6912E7710c838347Ae178B4a", HG_TOKEN_PERSONAL, "personal token" },
		{ "ghp_", HG_TOKEN_PERSONAL, "personal token" },
		{ "github_pat_11ABC_x", HG_TOKEN_FINE_GRAINED, "fine-grained personal token" },
		{ "gho_x", HG_TOKEN_OAUTH, "OAuth token" },
		{ "ghu_x", HG_TOKEN_USER, "App's token for a user" },
		{ "ghs_123_eyJhbGciOi.J9.x", HG_TOKEN_INSTALLATION, "App's installation token" },
		{ "ghr_x", HG_TOKEN_REFRESH, "refresh token" },
		{ "eyJhbGciOiJSUzI1NiJ9.e30.x", HG_TOKEN_JWT, "App's JWT" },
		{ "0123456789abcdef0123456789abcdef01234567", HG_TOKEN_OTHER, "token" },
		{ "GHP_x", HG_TOKEN_OTHER, "token" },
		{ "github_", HG_TOKEN_OTHER, "token" },
		{ "", HG_TOKEN_OTHER, "token" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum hg_token_kind kind = hg_token_kind(hg_str(rows[i].token));
		assert_int_equal(kind, rows[i].kind);
		assert_string_equal(hg_token_kind_name(kind), rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_what_it_begins_with_however_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
