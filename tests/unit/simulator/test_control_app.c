#include "fixture.h"

static void wrong_input_is_400_and_changes_nothing(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "/_sim/app", "{\"id\":0}" },
		{ "/_sim/app", "{\"id\":7,\"public_key\":\"no key\"}" },
		{ "/_sim/app", "{\"id\":7,\"permissions\":{\"x\":\"read\"}}" },
		{ "/_sim/app", "{\"id\":7,\"suspend\":\"octocat\"}" },
		{ "/_sim/app", "{\"id\":7,\"install\":\"nobody\"}" },
		{ "/_sim/tokens", "{}" },
		{ "/_sim/tokens", "{\"suspend\":\"ghp_nobodys\"}" },
		{ "/_sim/tokens", "{\"add\":\"ghp_new=nobody\"}" },
		{ "/_sim/tokens", "{\"add\":\"ghp_new=hubot\",\"expires_in_s\":-1}" },
		{ "/_sim/tokens", "{\"add\":\"ghp_new=hubot\",\"permissions\":{\"x\":\"read\"}}" },
		{ "/_sim/tokens", "{\"add\":\"ghp_new=hubot\",\"repositories\":\"octo-org/x\"}" },
		{ "/_sim/tokens", "{\"add\":\"ghp_new=hubot\",\"repositories\":[\"octo-org/x\"]}" },
		{ "/_sim/tokens", "{\"add\":\"ghp_new=hubot\",\"repositories\":[7]}" },
	};
	struct github g = github_new(NULL);
	uint64_t id = g.w->app.id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(&g, "POST", rows[i][0], NULL, rows[i][1]), 400);
		assert_true(strlen(text_at(g.json, "error")) > 0);
	}
	assert_int_equal(g.w->app.id, id);
	assert_int_equal(ask(&g, "GET", REPO, "Bearer ghp_new", NULL), 401);
	github_free(&g);
}

static void a_suspended_owner_is_told_so(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/tokens", NULL, "{\"suspend\":\"ghp_octocat\"}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 403);
	assert_string_equal(text_at(g.json, "message"), "Sorry. Your account was suspended.");
	ask(&g, "POST", "/_sim/tokens", NULL, "{\"add\":\"ghp_octocat=octocat\"}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 200);
	ask(&g, "POST", "/_sim/tokens", NULL, "{\"revoke\":\"ghp_octocat\"}");
	assert_int_equal(ask(&g, "GET", REPO, OCTOCAT, NULL), 401);
	assert_string_equal(text_at(g.json, "message"), "Bad credentials");
	github_free(&g);
}

static void the_app_is_shown(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "POST", "/_sim/app", NULL, "{\"id\":7,\"permissions\":{\"actions\":\"read\"}}");
	assert_int_equal(ask(&g, "GET", "/_sim/app", NULL, NULL), 200);
	assert_int_equal(number_at(g.json, "id"), 7);
	assert_true(json_is_false(json_object_get(g.json, "is_checked")));
	assert_string_equal(text_at(json_object_get(g.json, "permissions"), "actions"), "read");
	assert_int_equal(json_array_size(json_object_get(g.json, "installations")), 2);
	/* begun again, it has what it had */
	ask(&g, "POST", "/_sim/reset", NULL, "");
	ask(&g, "GET", "/_sim/app", NULL, NULL);
	assert_true(number_at(g.json, "id") != 7);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_input_is_400_and_changes_nothing),
		cmocka_unit_test(a_suspended_owner_is_told_so),
		cmocka_unit_test(the_app_is_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
