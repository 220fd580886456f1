#include "../one_rig.h"
#include "base/metric.h"

/* -- what is said of a credential -------------------------------------------------------------- */

static const char *shown(struct hg_text *out)
{
	hg_text_clear(out);
	assert_true(hg_dispatcher_show(rig.d, "credentials", &rig.now, out));
	assert_null(strstr(out->p, "ghp_"));
	return out->p;
}

static void expect_gauge(const char *state, double value)
{
	const char *const labels[] = { "main", state, NULL };

	assert_true(hg_metric_read("credential_state", labels) == value);
}

static void what_a_token_is_and_may_do_is_said(void **state)
{
	(void)state;
	struct hg_text out;

	hg_text_init(&out);
	assert_non_null(strstr(shown(&out), "\"permissions\":\"not known\""));
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	rig_reply(&rig, 0,
		rig_head(200, "X-OAuth-Scopes", "repo, read:org",
			"github-authentication-token-expiration", "2027-01-31 12:00:00 UTC", NULL));
	rig_expect_whole(t, 200);
	const char *said = shown(&out);
	assert_non_null(strstr(said, "\"token\":\"personal token\",\"state\":\"good\""));
	assert_non_null(strstr(said, "\"pools\":[\"main\"],\"identity\":\"main\""));
	assert_non_null(strstr(said, "\"expires\":\"2027-01-31T12:00:00Z\""));
	assert_non_null(strstr(said, "\"permissions\":\"repo, read:org\""));
	assert_non_null(strstr(said, "changing workflow files (needs workflow)"));
	assert_null(strstr(said, "\"said\":"));
	expect_gauge("good", 1);
	expect_gauge("out", 0);
	assert_true(hg_metric_read("credential_expires_seconds",
			    (const char *const[]){ "main", NULL }) == 1801396800);
	hg_text_fini(&out);
}

static void a_token_that_github_refuses_is_doubted_then_out_then_good_again(void **state)
{
	(void)state;
	struct hg_text out;

	hg_text_init(&out);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	rig_answer(&rig, 0, rig_head(401, NULL)); /* it is asked about at once */
	assert_non_null(strstr(shown(&out), "\"state\":\"doubted\""));
	expect_gauge("doubted", 1);
	rig_end(&rig, 0, 0, true);
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_head(401, NULL));
	const char *said = shown(&out);
	assert_non_null(strstr(said, "\"state\":\"out\",\"asked_in_ms\":60000"));
	assert_non_null(strstr(said, "\"said\":\"GitHub answers 401: it is expired, revoked"));
	expect_gauge("out", 1);
	expect_gauge("doubted", 0);
	hg_ticket_unref(t);

	rig_advance(&rig, 60 * SEC);
	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 2, rig_head(200, NULL));
	assert_non_null(strstr(shown(&out), "\"state\":\"good\",\"blocked_ms\":0"));
	expect_gauge("good", 1);
	expect_gauge("out", 0);
	hg_text_fini(&out);
}

static void one_that_is_blocked_says_for_how_long(void **state)
{
	(void)state;
	struct hg_text out;

	hg_text_init(&out);
	hg_identity_block(rig_own(&rig)->identity, 30 * SEC, rig.now.mono_us, &rig.d->dice);
	const char *said = strstr(shown(&out), "\"state\":\"blocked\",\"blocked_ms\":3");
	assert_non_null(said);
	rig_advance(&rig, 32 * SEC);
	assert_non_null(strstr(shown(&out), "\"state\":\"good\""));
	hg_text_fini(&out);
}

static void one_that_a_reload_replaced_is_shown_until_its_last_request(void **state)
{
	(void)state;
	struct hg_text out;
	struct hg_secret *was = rig.snapshot.upstreams[0].credentials[0].token;

	hg_text_init(&out);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	rig.snapshot.upstreams[0].credentials[0].token = hg_secret_new(HG_STR("github_pat_next"));
	hg_snapshot_set_origins(&rig.snapshot);
	rig_reconfigure(&rig);
	rig_turn(&rig);
	const char *said = shown(&out);
	assert_non_null(strstr(said, "\"token\":\"personal token\",\"state\":\"replaced\""));
	assert_non_null(
		strstr(said, "\"token\":\"fine-grained personal token\",\"state\":\"good\""));
	expect_gauge("good", 1); /* the new one's, which has its name */
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_null(strstr(shown(&out), "replaced"));
	hg_text_fini(&out);
	hg_secret_unref(was);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_a_token_is_and_may_do_is_said),
		T(a_token_that_github_refuses_is_doubted_then_out_then_good_again),
		T(one_that_is_blocked_says_for_how_long),
		T(one_that_a_reload_replaced_is_shown_until_its_last_request),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
