#include "fixture.h"

#include "token.h"

static struct sim_token *find(struct github *g, const char *token)
{
	uint8_t hash[32];

	sim_token_hash(hg_str(token), hash);
	return sim_token_find(g->w, hash);
}

static void a_token_that_is_put_again_is_as_new(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	uint32_t n = g.w->tokens.n;
	struct sim_token *t = find(&g, "ghp_reader");

	assert_true(t->read_only);
	t->scopes = hg_strndup("repo", 4);
	sim_token_narrow(t, hg_alloc0(sizeof(uint64_t)), 1);
	sim_token_narrow(t, hg_alloc0(sizeof(uint64_t)), 1);
	assert_non_null(sim_token_revoke(g.w, hg_str("ghp_reader")));
	t = sim_token_put(g.w, "ghp_reader=hubot");
	assert_int_equal(g.w->tokens.n, n);
	assert_false(t->read_only || t->revoked || t->scopes || t->repos);
	assert_int_equal(t->id, sim_user_find(g.w, hg_str("hubot"))->id);
	github_free(&g);
}

static void rows_name_people_who_are_there(void **state)
{
	(void)state;
	static const char *const bad[] = { "ghp_x=nobody", "ghp_x=octo-org", "ghp_x=octocat:write",
		"ghp_x=" };
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(sim_token_put(g.w, bad[i]));
	assert_null(find(&g, "ghp_x"));
	assert_non_null(sim_token_put(g.w, "ghp_x"));
	assert_int_equal(find(&g, "ghp_x")->kind, SIM_WHO_USER);
	github_free(&g);
}

static void a_list_that_is_full_says_so(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char token[32];
	int n = 0;

	do
		snprintf(token, sizeof(token), "ghs_%d", n++);
	while (sim_token_mint(g.w, 1, hg_str(token), 100));
	assert_int_equal(g.w->tokens.n, 10000);
	assert_null(sim_token_revoke(g.w, hg_str("ghp_new")));
	assert_null(sim_token_put(g.w, "ghp_new"));
	assert_int_equal(find(&g, "ghs_0")->expires_s, 3700);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_that_is_put_again_is_as_new),
		cmocka_unit_test(rows_name_people_who_are_there),
		cmocka_unit_test(a_list_that_is_full_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
