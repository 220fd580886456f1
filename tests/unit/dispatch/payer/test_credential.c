#include "../pool_rig.h"

static void a_token_is_what_was_configured(void **state)
{
	(void)state;
	struct hg_credential_conf *c = add_token("a");
	begin();
	struct hg_credential *cred = credential(0);

	assert_ptr_equal(hg_credential_token(cred, &rig.now), c->token);
	assert_false(hg_credential_is_bare(cred, &rig.now));
	assert_ptr_equal(hg_credential_permit(cred), &cred->permit);
	assert_string_equal(cred->label, "a");
	assert_int_equal(cred->health, HG_HEALTH_GOOD);
}

static void who_has_none_by_configuration_is_not_bare(void **state)
{
	(void)state;
	add_credential("nobody");
	begin();
	assert_null(hg_credential_token(credential(0), &rig.now));
	assert_false(hg_credential_is_bare(credential(0), &rig.now));
}

static void an_app_is_bare_until_its_first_token_and_when_that_has_ended(void **state)
{
	(void)state;
	add_app("app"), begin();
	struct hg_credential *cred = credential(0);

	assert_true(hg_credential_is_bare(cred, &rig.now));
	mint("ghs_a");
	assert_false(hg_credential_is_bare(cred, &rig.now));
	assert_true(hg_secret_is(hg_credential_token(cred, &rig.now), HG_STR("ghs_a")));
	const struct hg_now later = { rig.now.mono_us + 3600 * SEC, rig.now.wall_us + 3600 * SEC };
	assert_true(hg_credential_is_bare(cred, &later));
	assert_null(hg_credential_token(cred, &later));
}

static void an_apps_permissions_come_with_its_token(void **state)
{
	(void)state;
	add_app("app"), begin();
	assert_int_equal(hg_credential_permit(credential(0))->kind, HG_PERMIT_UNKNOWN);
	reply_with(0, rig_head(201, NULL),
		"{\"token\":\"ghs_a\",\"permissions\":{\"issues\":\"read\"}}");
	const struct hg_permit *permit = hg_credential_permit(credential(0));
	assert_int_equal(permit->kind, HG_PERMIT_APP);
	assert_int_equal(hg_permit_level(permit, HG_STR("issues")), HG_LEVEL_READ);
}

/* -- what it may not do ------------------------------------------------------------------------ */

static void a_lack_holds_for_its_route_and_an_hour(void **state)
{
	(void)state;
	const struct hg_str route = HG_STR("/repos/{owner}"), other = HG_STR("/user");
	struct hg_credential cred = { 0 };

	assert_false(hg_credential_lacks(&cred, route, 0));
	hg_credential_note_lack(&cred, route, 0);
	assert_true(hg_credential_lacks(&cred, route, 0));
	assert_false(hg_credential_lacks(&cred, other, 0));
	assert_true(hg_credential_lacks(&cred, route, 3600 * SEC - 1));
	assert_false(hg_credential_lacks(&cred, route, 3600 * SEC));
}

static void a_lack_that_is_met_again_holds_an_hour_from_then(void **state)
{
	(void)state;
	struct hg_credential cred = { 0 };

	hg_credential_note_lack(&cred, HG_STR("/a"), 0);
	hg_credential_note_lack(&cred, HG_STR("/a"), 3000 * SEC);
	assert_true(hg_credential_lacks(&cred, HG_STR("/a"), 6000 * SEC));
	assert_int_equal(cred.next_lack, 1); /* in the same place */
}

static void of_too_many_lacks_the_oldest_is_forgotten(void **state)
{
	(void)state;
	struct hg_credential cred = { 0 };
	char route[] = "/a";

	for (unsigned i = 0; i <= HG_CREDENTIAL_LACKS; i++) {
		route[1] = (char)('a' + i);
		hg_credential_note_lack(&cred, hg_str(route), 0);
	}
	assert_false(hg_credential_lacks(&cred, HG_STR("/a"), 1));
	for (unsigned i = 1; i <= HG_CREDENTIAL_LACKS; i++) {
		route[1] = (char)('a' + i);
		assert_true(hg_credential_lacks(&cred, hg_str(route), 1));
	}
}

/* -- life -------------------------------------------------------------------------------------- */

static void a_reload_that_keeps_the_secret_keeps_what_is_known_of_it(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_credential *cred = credential(0);
	hg_credential_note_lack(cred, HG_STR("/x"), rig.now.mono_us);

	upstream()->credentials[0].alias = "renamed";
	add_token("b"), begin();
	assert_ptr_equal(credential(0), cred);
	assert_string_equal(cred->alias, "renamed");
	assert_true(hg_credential_lacks(cred, HG_STR("/x"), rig.now.mono_us));
}

static void one_that_a_reload_drops_lives_until_its_last_flight(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	upstream()->n_credentials = 0;
	add_token("b"), begin();
	assert_int_equal(hg_map_n(rig.d->pools.credentials), 3); /* a, b, elsewhere */
	assert_paid(0, "a");
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(hg_map_n(rig.d->pools.credentials), 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_token_is_what_was_configured),
		T(who_has_none_by_configuration_is_not_bare),
		T(an_app_is_bare_until_its_first_token_and_when_that_has_ended),
		T(an_apps_permissions_come_with_its_token),
		cmocka_unit_test(a_lack_holds_for_its_route_and_an_hour),
		cmocka_unit_test(a_lack_that_is_met_again_holds_an_hour_from_then),
		cmocka_unit_test(of_too_many_lacks_the_oldest_is_forgotten),
		T(a_reload_that_keeps_the_secret_keeps_what_is_known_of_it),
		T(one_that_a_reload_drops_lives_until_its_last_flight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
