#include "pool_rig.h"

/* "a" is spent first. */
static void begin_with_two(void)
{
	add_token("a"), add_token("b"), begin();
	set_budget(0, 5000, 4000, 60);
	set_budget(1, 5000, 4000, 3600);
}

static struct hg_head *needs_issues(void)
{
	return rig_head(403, "X-Accepted-GitHub-Permissions", "issues=write", NULL);
}

static unsigned last(void)
{
	return rig.n_sent - 1;
}

/* The last one that was sent; taken over. */
static void expect_answer(struct hg_ticket *t, int status)
{
	rig_reply(&rig, last(), rig_head(status, NULL));
	rig_expect_whole(t, status);
}

/* -- another credential ------------------------------------------------------------------------ */

static void what_one_may_not_do_another_does(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "POST", "/x"); /* a refusal was not executed */

	rig_reply(&rig, 0, needs_issues());
	assert_paid(1, "b");
	expect_answer(t, 201);
	assert_int_equal(told("credential.permission"), 1);
	assert_told("credential.permission", "\"credential\":\"a\",\"route\":\"/x\"");
	assert_told("credential.permission", "\"sso\":false");
}

static void that_is_remembered_for_an_hour_and_for_its_route(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	rig_reply(&rig, 0, needs_issues());
	expect_answer(t, 200);

	t = rig_ask(&rig, "GET", "/x");
	assert_paid(2, "b"); /* at once */
	expect_answer(t, 200);
	t = rig_ask(&rig, "GET", "/y");
	assert_paid(3, "a");
	expect_answer(t, 200);
	rig_advance(&rig, 3600 * SEC);
	set_budget(0, 5000, 4000, 60);
	set_budget(1, 5000, 4000, 3600);
	t = rig_ask(&rig, "GET", "/x");
	assert_paid(4, "a");
	expect_answer(t, 200);
	assert_int_equal(told("credential.permission"), 1);
}

static void an_organizations_single_sign_on_is_told_as_such(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, rig_head(403, "X-GitHub-SSO", "required; url=https://x", NULL));
	assert_paid(1, "b");
	expect_answer(t, 200);
	assert_told("credential.permission", "\"sso\":true");
}

static void what_it_would_have_needed_is_told_where_that_is_known(void **state)
{
	(void)state;
	add_app("app"), begin();
	reply_with(0, rig_head(201, NULL),
		"{\"token\":\"ghs_a\",\"permissions\":{\"issues\":\"read\"}}");
	struct hg_ticket *t = rig_ask(&rig, "POST", "/x");
	rig_reply(&rig, 1, needs_issues());
	rig_expect_whole(t, 403);
	assert_told("credential.permission", "\"needs\":\"issues=write (has read)\"");
}

static void when_nobody_may_the_refusal_is_passed_on(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, needs_issues());
	rig_reply(&rig, 1, needs_issues());
	rig_expect_whole(t, 403);
	assert_int_equal(rig.n_sent, 2);
	assert_int_equal(told("credential.permission"), 2);
}

static void a_refusal_that_names_nothing_is_passed_on(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, rig_head(403, NULL));
	rig_expect_whole(t, 403);
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(n_news, 0);
}

static void nobody_else_is_asked_for_who_has_a_token_of_its_own(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = ask_as_client("/x");

	rig_reply(&rig, 0, needs_issues());
	rig_expect_whole(t, 403);
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(n_news, 0);
}

static void nobody_else_is_asked_who_may_not_see_the_owner(void **state)
{
	(void)state;
	static const char *acme[] = { "acme" };

	add_token("a")->owners = (struct hg_option_list){ acme, 1 };
	add_token("b")->owners = (struct hg_option_list){ acme, 1 };
	add_token("c");
	upstream()->credentials[2].owners = (struct hg_option_list){ (const char *[]){ "x" }, 1 };
	begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/repos/acme/x");
	rig_reply(&rig, 0, needs_issues());
	rig_reply(&rig, 1, needs_issues());
	rig_expect_whole(t, 403);
	assert_int_equal(rig.n_sent, 2);
}

static void to_ask_another_is_no_retry(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/x", HG_CLASS_HIGH);

	t->ask.retries_most = 0;
	rig_submit(&rig, t);
	rig_reply(&rig, 0, needs_issues());
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, needs_issues()); /* each of them at most once */
	rig_expect_whole(t, 403);
	assert_int_equal(rig.n_sent, 2);
}

static void all_who_share_it_go_on_by_another_one(void **state)
{
	(void)state;
	begin_with_two();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x"), *u = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, needs_issues());
	assert_int_equal(rig.n_sent, 2);
	struct hg_ticket *late = rig_ask(&rig, "GET", "/x");
	assert_int_equal(rig.n_sent, 2);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	rig_expect_whole(u, 200);
	rig_expect_whole(late, 200);
}

/* -- limits ------------------------------------------------------------------------------------ */

static void refusals_of_one_storm_are_told_once_and_by_whose_budget_it_was(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 4000, 600);
	struct hg_ticket *t[3];
	static const char *const paths[] = { "/x", "/y", "/z" };

	for (unsigned i = 0; i < 3; i++)
		t[i] = rig_ask(&rig, "GET", paths[i]);
	for (unsigned i = 0; i < 3; i++) {
		rig_reply(&rig, i, rig_limits(403, 5000, 0, WALL / SEC + 600));
		rig_expect_whole(t[i], 403);
	}
	assert_int_equal(told("ratelimit.exceeded"), 1);
	assert_told("ratelimit.exceeded",
		"{\"credential\":\"a\",\"resource\":\"core\",\"kind\":\"primary\",\"status\":403,");
}

static void a_secondary_limit_is_told_as_such(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	rig_reply(&rig, 0, rig_head(429, "Retry-After", "600", NULL));
	rig_expect_whole(t, 429);
	assert_told("ratelimit.exceeded", "\"kind\":\"secondary\",\"status\":429,");
}

static void a_limit_of_a_clients_own_token_is_not_told(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = ask_as_client("/x");

	rig_reply(&rig, 0, rig_head(429, "Retry-After", "600", NULL));
	rig_expect_whole(t, 429);
	assert_int_equal(n_news, 0);
}

static void a_limit_that_github_does_not_publish_is_learned_and_told(void **state)
{
	(void)state;
	rig.snapshot.secondary.route_points = 850;
	add_token("a"), begin();
	for (unsigned i = 0; i < 40; i++) {
		struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
		expect_answer(t, 200);
	}
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	rig_reply(&rig, last(), rig_head(403, "Retry-After", "600", NULL));
	rig_expect_whole(t, 403);
	assert_int_equal(told("secondary.learned"), 1);
	assert_told("secondary.learned",
		"{\"credential\":\"a\",\"what\":\"route\",\"route\":\"/x\",\"was\":850,\"is\":31}");
}

static void what_is_low_is_told_once_a_window(void **state)
{
	(void)state;
	rig.snapshot.dispatch.low_at = 0.1;
	add_token("a"), begin();
	for (int i = 0; i < 3; i++) {
		struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
		rig_reply(&rig, last(), rig_limits(200, 5000, 500 - i, WALL / SEC + 600));
		rig_expect_whole(t, 200);
		assert_int_equal(told("ratelimit.low"), i > 0);
	}
	struct hg_ticket *t = ask_as_client("/x");
	rig_reply(&rig, last(), rig_limits(200, 60, 1, WALL / SEC + 600));
	rig_expect_whole(t, 200);
	assert_int_equal(told("ratelimit.low"), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_one_may_not_do_another_does),
		T(that_is_remembered_for_an_hour_and_for_its_route),
		T(an_organizations_single_sign_on_is_told_as_such),
		T(what_it_would_have_needed_is_told_where_that_is_known),
		T(when_nobody_may_the_refusal_is_passed_on),
		T(a_refusal_that_names_nothing_is_passed_on),
		T(nobody_else_is_asked_for_who_has_a_token_of_its_own),
		T(nobody_else_is_asked_who_may_not_see_the_owner),
		T(to_ask_another_is_no_retry),
		T(all_who_share_it_go_on_by_another_one),
		T(refusals_of_one_storm_are_told_once_and_by_whose_budget_it_was),
		T(a_secondary_limit_is_told_as_such),
		T(a_limit_of_a_clients_own_token_is_not_told),
		T(a_limit_that_github_does_not_publish_is_learned_and_told),
		T(what_is_low_is_told_once_a_window),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
