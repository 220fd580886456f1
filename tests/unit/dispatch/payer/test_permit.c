#include "../rig.h"

#include "dispatch/payer/permit.h"

static struct hg_head *head_with(int status, const char *name, const char *value)
{
	const struct hg_field field = { hg_str(name), hg_str(value) };

	return hg_head_new(status, &field, 1);
}

static bool note(struct hg_permit *p, const char *scopes)
{
	struct hg_head *h = head_with(200, "x-oauth-scopes", scopes);
	bool is_new = hg_permit_note(p, h);

	hg_head_unref(h);
	return is_new;
}

static const char *print(
	const struct hg_permit *p, void (*what)(const struct hg_permit *, struct hg_text *))
{
	static char buf[4096];
	struct hg_text out;

	hg_text_init(&out);
	what(p, &out);
	snprintf(buf, sizeof(buf), "%s", out.n ? out.p : "");
	hg_text_fini(&out);
	return buf;
}

static void off(const struct hg_permit *p, struct hg_text *out)
{
	uint32_t n = 0;

	hg_permit_print_off(p, out);
	for (size_t i = 0; i < out->n; i++)
		n += out->p[i] == ';';
	struct hg_text again;
	hg_text_init(&again);
	assert_int_equal(hg_permit_print_off(p, &again), n + (out->n > 0));
	hg_text_fini(&again);
}

/* GITHUB APP and PERSONAL ACCESS TOKEN as the plan of the project lists them. */
static void fill_planned_app(struct hg_permit *p)
{
	static const char *const rows[][2] = { { "actions", "read" }, { "administration", "read" },
		{ "contents", "read" }, { "metadata", "read" }, { "pull_requests", "read" },
		{ "repository_hooks", "write" }, { "statuses", "read" }, { "workflows", "write" } };

	*p = (struct hg_permit){ 0 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		hg_permit_put(p, hg_str(rows[i][0]), hg_str(rows[i][1]));
}

static void an_app_that_may_only_read_actions_can_not_cancel_runs_nor_remove_runners(void **state)
{
	(void)state;
	struct hg_permit p;

	fill_planned_app(&p);
	assert_string_equal(print(&p, off),
		"deployments (needs deployments=read); "
		"starting, cancelling and re-running workflow runs (needs actions=write); "
		"adding and removing runners of repositories (needs administration=write); "
		"listing runners of organizations (needs organization_self_hosted_runners=read); "
		"adding and removing runners of organizations (needs "
		"organization_self_hosted_runners=write); "
		"members and teams of organizations (needs members=read); "
		"packages (needs packages=read)");
	hg_permit_put(&p, HG_STR("actions"), HG_STR("write"));
	assert_null(strstr(print(&p, off), "cancelling"));
}

static void with_the_planned_scopes_everything_is_on(void **state)
{
	(void)state;
	struct hg_permit p = { 0 };

	assert_true(note(&p, "repo, repo:status, repo_deployment, workflow, write:packages, "
			     "admin:org, read:org, user:email, read:user"));
	assert_string_equal(print(&p, off), "");
	assert_true(note(&p, "repo"));
	assert_string_equal(print(&p, off),
		"changing workflow files (needs workflow); "
		"listing runners of organizations (needs admin:org); "
		"adding and removing runners of organizations (needs admin:org); "
		"members and teams of organizations (needs read:org); "
		"packages (needs read:packages); the token's own user (needs read:user)");
}

static void of_what_nobody_told_nothing_is_off(void **state)
{
	(void)state;
	struct hg_permit p = { 0 };

	assert_string_equal(print(&p, off), "");
	assert_string_equal(print(&p, hg_permit_print), "not known");
	struct hg_head *h = head_with(200, "x-ratelimit-limit", "5000");
	assert_false(hg_permit_note(&p, h));
	hg_head_unref(h);
	assert_int_equal(p.kind, HG_PERMIT_UNKNOWN);
}

static void scopes_are_noted_when_they_change(void **state)
{
	(void)state;
	struct hg_permit p = { 0 };

	assert_true(note(&p, ""));
	assert_string_equal(print(&p, hg_permit_print), "nothing");
	assert_false(note(&p, "  "));
	assert_true(note(&p, "gist,  repo"));
	assert_false(note(&p, "gist, repo"));
	assert_string_equal(print(&p, hg_permit_print), "gist, repo");
	assert_true(note(&p, "gist, \x1b[2J, Repo, a b, admin:repo_hook"));
	assert_string_equal(print(&p, hg_permit_print), "gist, admin:repo_hook");

	fill_planned_app(&p);
	assert_false(note(&p, "repo")); /* an App has none */
	assert_ptr_equal(strstr(print(&p, hg_permit_print), "actions=read, administration=read"),
		print(&p, hg_permit_print));
}

static void a_scope_includes_others(void **state)
{
	(void)state;
	static const struct {
		const char *has, *scope;
		bool is_included;
	} rows[] = {
		{ "repo", "repo:status", true },
		{ "repo", "read:repo_hook", true }, /* over two others */
		{ "repo:status", "repo", false },
		{ "public_repo", "repo", false },
		{ "admin:org", "read:org", true },
		{ "read:org", "write:org", false },
		{ "user", "user:email", true },
		{ "write:packages", "read:packages", true },
		{ "workflow", "repo", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_permit p = { 0 };
		note(&p, rows[i].has);
		assert_int_equal(
			hg_permit_has_scope(&p, hg_str(rows[i].scope)), rows[i].is_included);
	}
}

static void only_some_tokens_have_scopes(void **state)
{
	(void)state;
	assert_true(hg_permit_is_scoped(HG_TOKEN_PERSONAL));
	assert_true(hg_permit_is_scoped(HG_TOKEN_OAUTH));
	assert_true(hg_permit_is_scoped(HG_TOKEN_OTHER));
	assert_false(hg_permit_is_scoped(HG_TOKEN_FINE_GRAINED));
	assert_false(hg_permit_is_scoped(HG_TOKEN_INSTALLATION));
}

static void what_a_request_lacked_is_said(void **state)
{
	(void)state;
	static const char app[] = "X-Accepted-GitHub-Permissions",
			  oauth[] = "X-Accepted-OAuth-Scopes";
	static const struct {
		enum hg_permit_kind kind;
		int status;
		const char *name, *value, *said; /* NULL: nothing */
	} rows[] = {
		{ HG_PERMIT_APP, 403, app, "actions=write", "needs actions=write (has read)" },
		{ HG_PERMIT_APP, 404, app, "members=read", "needs members=read" },
		{ HG_PERMIT_APP, 403, app, "actions=write,issues=read; members=read",
			"needs actions=write (has read) and issues=read, or members=read" },
		{ HG_PERMIT_APP, 403, app, "issues=read; contents=read", NULL },
		{ HG_PERMIT_APP, 403, app, "contents=read", NULL },
		{ HG_PERMIT_APP, 500, app, "issues=read", NULL },
		{ HG_PERMIT_APP, 403, app, "", NULL },
		{ HG_PERMIT_APP, 403, app, "allows_permissionless_access=true", NULL },
		{ HG_PERMIT_APP, 403, app, ";,=;a=,=b;\x1b=read", NULL },
		{ HG_PERMIT_APP, 403, oauth, "repo", NULL },
		{ HG_PERMIT_UNKNOWN, 403, app, "issues=write", "needs issues=write" },
		{ HG_PERMIT_SCOPES, 403, oauth, "admin:org, write:org",
			"needs admin:org, or write:org, and has gist, repo" },
		{ HG_PERMIT_SCOPES, 403, oauth, "repo:status, admin:org", NULL },
		{ HG_PERMIT_SCOPES, 404, oauth, "", NULL },
		{ HG_PERMIT_SCOPES, 404, oauth, "A B", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_permit p = { 0 };
		struct hg_text out;
		hg_text_init(&out);
		if (rows[i].kind == HG_PERMIT_APP)
			fill_planned_app(&p);
		else if (rows[i].kind == HG_PERMIT_SCOPES)
			note(&p, "gist, repo");
		struct hg_head *h = head_with(rows[i].status, rows[i].name, rows[i].value);
		assert_int_equal(hg_permit_print_lack(&p, h, &out), rows[i].said != NULL);
		if (rows[i].said)
			assert_string_equal(out.p, rows[i].said);
		else
			assert_int_equal(out.n, 0);
		hg_head_unref(h);
		hg_text_fini(&out);
	}
}

static void more_than_there_is_room_for_is_left_out(void **state)
{
	(void)state;
	struct hg_permit p = { 0 };
	char name[100];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "p_%d", i);
		hg_permit_put(&p, hg_str(name), HG_STR("read"));
	}
	assert_int_equal(p.n, HG_PERMIT_ROWS);
	memset(name, 'a', sizeof(name) - 1);
	name[99] = 0;
	p.n = 0;
	hg_permit_put(&p, hg_str(name), HG_STR("read"));
	assert_int_equal(p.n, 0);
	name[HG_PERMIT_NAME - 1] = 0;
	hg_permit_put(&p, hg_str(name), HG_STR("admin"));
	assert_int_equal(hg_permit_level(&p, hg_str(name)), HG_LEVEL_ADMIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_app_that_may_only_read_actions_can_not_cancel_runs_nor_remove_runners),
		cmocka_unit_test(with_the_planned_scopes_everything_is_on),
		cmocka_unit_test(of_what_nobody_told_nothing_is_off),
		cmocka_unit_test(scopes_are_noted_when_they_change),
		cmocka_unit_test(a_scope_includes_others),
		cmocka_unit_test(only_some_tokens_have_scopes),
		cmocka_unit_test(what_a_request_lacked_is_said),
		cmocka_unit_test(more_than_there_is_room_for_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
