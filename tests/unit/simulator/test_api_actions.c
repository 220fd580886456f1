#include "fixture.h"

/* The number of the newest run that has this status. */
static json_int_t run_with(struct github *g, const char *status)
{
	char target[128];

	snprintf(target, sizeof(target), REPO "/actions/runs?status=%s", status);
	ask(g, "GET", target, OCTOCAT, NULL);
	const json_t *run = json_array_get(json_object_get(g->json, "workflow_runs"), 0);
	assert_non_null(run);
	return number_at(run, "id");
}

static int ask_run(struct github *g, const char *method, json_int_t id, const char *tail)
{
	char target[128];

	snprintf(target, sizeof(target), REPO "/actions/runs/%lld%s", id, tail);
	return ask(g, method, target, OCTOCAT, NULL);
}

static void a_cancelled_run_ends_two_seconds_later(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	json_int_t id = run_with(&g, "in_progress");

	assert_int_equal(ask_run(&g, "POST", id, "/cancel"), 202);
	pass(&g, 1);
	ask_run(&g, "GET", id, "");
	assert_string_equal(text_at(g.json, "status"), "in_progress");
	pass(&g, 1);
	ask_run(&g, "GET", id, "");
	assert_string_equal(text_at(g.json, "status"), "completed");
	assert_string_equal(text_at(g.json, "conclusion"), "cancelled");
	assert_string_equal(text_at(g.json, "updated_at"), "2026-01-01T00:00:02Z");
	assert_int_equal(ask_run(&g, "POST", id, "/cancel"), 409);
	github_free(&g);
}

static void what_was_due_is_dated_when_it_was_due_however_late_one_looks(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	json_int_t id = run_with(&g, "in_progress");

	ask_run(&g, "POST", id, "/cancel");
	pass(&g, 5000);
	ask_run(&g, "GET", id, "");
	assert_string_equal(text_at(g.json, "updated_at"), "2026-01-01T00:00:02Z");
	github_free(&g);
}

static void a_cancelled_run_frees_its_runners(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	json_int_t id = run_with(&g, "in_progress");
	const json_t *job = NULL;
	char target[128];

	/* the newest run in progress may have got no runner: take the one that has */
	for (uint32_t i = 0; i < g.w->repos[0].n_runs; i++)
		if (g.w->repos[0].runs[i].jobs[0].runner)
			id = (json_int_t)g.w->repos[0].runs[i].id;
	ask_run(&g, "GET", id, "/jobs");
	job = json_array_get(json_object_get(g.json, "jobs"), 0);
	snprintf(target, sizeof(target), "/orgs/octo-org/actions/runners/%lld",
		number_at(job, "runner_id"));
	assert_int_equal(ask(&g, "DELETE", target, OCTOCAT, NULL), 422);
	ask_run(&g, "POST", id, "/cancel");
	pass(&g, 2);
	ask(&g, "GET", target, OCTOCAT, NULL);
	assert_true(json_is_false(json_object_get(g.json, "busy")));
	assert_int_equal(ask(&g, "DELETE", target, OCTOCAT, NULL), 204);
	assert_int_equal(ask(&g, "GET", target, OCTOCAT, NULL), 404);
	github_free(&g);
}

static void a_rerun_is_queued_then_in_progress_then_done(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	json_int_t id = run_with(&g, "completed");

	assert_int_equal(ask_run(&g, "POST", id, "/rerun"), 201);
	ask_run(&g, "GET", id, "");
	assert_string_equal(text_at(g.json, "status"), "queued");
	assert_int_equal(number_at(g.json, "run_attempt"), 2);
	pass(&g, 1);
	ask_run(&g, "GET", id, "");
	assert_string_equal(text_at(g.json, "status"), "in_progress");
	assert_int_equal(ask_run(&g, "POST", id, "/rerun"), 403);
	pass(&g, 30);
	ask_run(&g, "GET", id, "");
	assert_string_equal(text_at(g.json, "conclusion"), "success");
	github_free(&g);
}

static void runs_are_changed_by_administrators_only(void **state)
{
	static const struct {
		const char *method, *tail;
	} changes[] = { { "POST", "/cancel" }, { "POST", "/rerun" }, { "DELETE", "" } };
	(void)state;
	struct github g = github_new(NULL);
	json_int_t id = run_with(&g, "in_progress");
	char target[128];

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		snprintf(target, sizeof(target), REPO "/actions/runs/%lld%s", id, changes[i].tail);
		assert_int_equal(
			ask(&g, changes[i].method, target, "Bearer ghp_stranger", NULL), 403);
		assert_string_equal(
			text_at(g.json, "message"), "Must have admin rights to Repository.");
		assert_int_equal(ask_run(&g, changes[i].method, 1, changes[i].tail), 404);
	}
	assert_int_equal(ask_run(&g, "GET", id, ""), 200);
	assert_string_equal(text_at(g.json, "status"), "in_progress");
	github_free(&g);
}

static void a_dispatch_makes_a_run(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO "/actions/runs", OCTOCAT, NULL);
	json_int_t before = number_at(g.json, "total_count");
	assert_int_equal(ask(&g, "POST", REPO "/actions/workflows/ci.yml/dispatches", OCTOCAT,
				 "{\"ref\":\"feature/login\"}"),
		204);
	assert_int_equal(
		ask(&g, "POST", REPO "/actions/workflows/ci.yml/dispatches", OCTOCAT, "{}"), 422);
	ask(&g, "GET", REPO "/actions/runs", OCTOCAT, NULL);
	assert_int_equal(number_at(g.json, "total_count"), before + 1);
	ask(&g, "GET", REPO "/actions/runs?event=workflow_dispatch&branch=feature%2Flogin", OCTOCAT,
		NULL);
	assert_int_equal(number_at(g.json, "total_count"), 1);
	github_free(&g);
}

static void logs_are_behind_a_signature_on_another_host(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	json_int_t id = run_with(&g, "completed");

	assert_int_equal(ask_run(&g, "GET", id, "/logs"), 302);
	assert_non_null(strstr(header(&g, "Location"), "https://productionresultssa0.blob."));
	github_free(&g);
}

static void runners_are_for_administrators(void **state)
{
	(void)state;
	static const char *const targets[] = { REPO "/actions/runners",
		"/orgs/octo-org/actions/runners" };
	struct github g = github_new(NULL);

	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(&g, "GET", targets[i], NULL, NULL), 401);
		assert_int_equal(ask(&g, "GET", targets[i], "Bearer ghp_stranger", NULL), 403);
		assert_int_equal(ask(&g, "GET", targets[i], OCTOCAT, NULL), 200);
		assert_int_equal(number_at(g.json, "total_count"), i == 0 ? 3 : 6);
	}
	github_free(&g);
}

static void registration_tokens_are_new_each_time_and_have_a_bucket(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char first[64];

	assert_int_equal(
		ask(&g, "POST", REPO "/actions/runners/registration-token", OCTOCAT, NULL), 201);
	assert_string_equal(header(&g, "x-ratelimit-resource"), "actions_runner_registration");
	snprintf(first, sizeof(first), "%s", text_at(g.json, "token"));
	assert_int_equal(strlen(first), 28);
	ask(&g, "POST", "/orgs/octo-org/actions/runners/registration-token", OCTOCAT, NULL);
	assert_string_not_equal(text_at(g.json, "token"), first);
	assert_string_equal(header(&g, "x-ratelimit-used"), "2");
	assert_int_equal(ask(&g, "POST", REPO "/actions/runners/remove-token", OCTOCAT, NULL), 201);
	assert_string_equal(header(&g, "x-ratelimit-resource"), "core");
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cancelled_run_ends_two_seconds_later),
		cmocka_unit_test(what_was_due_is_dated_when_it_was_due_however_late_one_looks),
		cmocka_unit_test(a_cancelled_run_frees_its_runners),
		cmocka_unit_test(a_rerun_is_queued_then_in_progress_then_done),
		cmocka_unit_test(runs_are_changed_by_administrators_only),
		cmocka_unit_test(a_dispatch_makes_a_run),
		cmocka_unit_test(logs_are_behind_a_signature_on_another_host),
		cmocka_unit_test(runners_are_for_administrators),
		cmocka_unit_test(registration_tokens_are_new_each_time_and_have_a_bucket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
