#include "shapes.h"

#define URL(...) json_sprintf(__VA_ARGS__)

static const char *status_name(enum sim_status status)
{
	switch (status) {
	case SIM_QUEUED:
		return "queued";
	case SIM_IN_PROGRESS:
		return "in_progress";
	case SIM_COMPLETED:
		break;
	}
	return "completed";
}

json_t *sim_shape_workflow(
	struct sim_call *c, const struct sim_repo *r, const struct sim_workflow *workflow)
{
	struct sim_url repo = sim_repo_url(c, r), html = sim_repo_html(c, r);

	return json_pack("{s:I, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "id",
		(json_int_t)workflow->id, "node_id", sim_shape_node_id("Workflow", workflow->id),
		"name", workflow->name, "path", URL(".github/workflows/%s", workflow->file),
		"state", "active", "created_at", sim_shape_date(r->created_s), "updated_at",
		sim_shape_date(r->created_s), "url",
		URL("%s/actions/workflows/%llu", repo.text, (unsigned long long)workflow->id),
		"html_url", URL("%s/blob/main/.github/workflows/%s", html.text, workflow->file),
		"badge_url", URL("%s/workflows/%s/badge.svg", html.text, workflow->name));
}

static void add_run_urls(
	struct sim_call *c, json_t *o, const struct sim_repo *r, const struct sim_run *run)
{
	static const char *const tails[][2] = { { "jobs_url", "/jobs" }, { "logs_url", "/logs" },
		{ "artifacts_url", "/artifacts" }, { "cancel_url", "/cancel" },
		{ "rerun_url", "/rerun" } };
	struct sim_url repo = sim_repo_url(c, r), html = sim_repo_html(c, r);
	unsigned long long id = run->id;

	json_object_set_new(o, "url", URL("%s/actions/runs/%llu", repo.text, id));
	json_object_set_new(o, "html_url", URL("%s/actions/runs/%llu", html.text, id));
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		json_object_set_new(
			o, tails[i][0], URL("%s/actions/runs/%llu%s", repo.text, id, tails[i][1]));
	json_object_set_new(o, "check_suite_url", URL("%s/check-suites/%llu", repo.text, id + 1));
	json_object_set_new(o, "previous_attempt_url",
		run->attempt > 1
			? URL("%s/actions/runs/%llu/attempts/%u", repo.text, id, run->attempt - 1)
			: json_null());
	json_object_set_new(o, "workflow_url",
		URL("%s/actions/workflows/%llu", repo.text,
			(unsigned long long)r->workflows[run->workflow].id));
}

json_t *sim_shape_run(struct sim_call *c, const struct sim_repo *r, const struct sim_run *run)
{
	const struct sim_workflow *workflow = &r->workflows[run->workflow];
	const char *login = sim_login(c, r->owner);
	json_t *o = json_pack("{s:I, s:s, s:o, s:s, s:s, s:o, s:s, s:I, s:s, s:s, s:s?, s:I, s:I, "
			      "s:[]}",
		"id", (json_int_t)run->id, "name", workflow->name, "node_id",
		sim_shape_node_id("WorkflowRun", run->id), "head_branch", run->branch, "head_sha",
		run->sha, "path", URL(".github/workflows/%s", workflow->file), "display_title",
		workflow->name, "run_number", (json_int_t)run->number, "event", run->event,
		"status", status_name(run->status), "conclusion", run->conclusion, "workflow_id",
		(json_int_t)workflow->id, "check_suite_id", (json_int_t)run->id + 1,
		"pull_requests");

	json_object_update_new(
		o, json_pack("{s:o, s:o, s:o, s:i, s:[], s:o, s:o}", "created_at",
			   sim_shape_date(run->created_s), "updated_at",
			   sim_shape_date(run->updated_s), "actor",
			   sim_shape_user_of(c, run->actor), "run_attempt", (int)run->attempt,
			   "referenced_workflows", "run_started_at", sim_shape_date(run->started_s),
			   "triggering_actor", sim_shape_user_of(c, run->actor)));
	add_run_urls(c, o, r, run);
	json_object_set_new(o, "head_commit",
		json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:o}}", "id", run->sha, "tree_id", run->sha,
			"message", "Change", "timestamp", sim_shape_date(run->created_s), "author",
			"name", login, "email", URL("%s@users.noreply.github.com", login)));
	json_object_set_new(o, "repository", sim_shape_repo(c, r, false));
	json_object_set_new(o, "head_repository", sim_shape_repo(c, r, false));
	return o;
}

static json_t *steps_of(const struct sim_job *job)
{
	static const char *const names[] = { "Set up job", "Check out", "Run", "Complete job" };
	json_t *rows = json_array();

	if (job->status == SIM_QUEUED)
		return rows;
	for (int i = 0; i < 4; i++) {
		bool is_over = job->status == SIM_COMPLETED || i == 0;
		const char *end = i == 2 && job->conclusion ? job->conclusion : "success";
		json_array_append_new(rows,
			json_pack("{s:s, s:s, s:s?, s:i, s:o, s:o}", "name", names[i], "status",
				is_over  ? "completed"
				: i == 1 ? "in_progress"
					 : "queued",
				"conclusion", is_over ? end : NULL, "number", i + 1, "started_at",
				sim_shape_date(is_over || i == 1 ? job->started_s : 0),
				"completed_at", sim_shape_date(is_over ? job->started_s : 0)));
	}
	return rows;
}

json_t *sim_shape_job(struct sim_call *c, const struct sim_repo *r, const struct sim_run *run,
	const struct sim_job *job)
{
	struct sim_url repo = sim_repo_url(c, r), html = sim_repo_html(c, r);
	unsigned long long id = job->id, run_id = run->id;
	const struct sim_runner *runner = NULL;

	for (uint32_t i = 0; i < c->w->n_runners && !runner; i++)
		if (c->w->runners[i].id == job->runner)
			runner = &c->w->runners[i];
	json_t *o = json_pack("{s:I, s:I, s:o, s:i, s:o, s:s, s:s, s:o, s:o, s:s, s:s?, s:o, s:o, "
			      "s:o, s:s, s:o}",
		"id", (json_int_t)job->id, "run_id", (json_int_t)run->id, "run_url",
		URL("%s/actions/runs/%llu", repo.text, run_id), "run_attempt", (int)run->attempt,
		"node_id", sim_shape_node_id("CheckRun", job->id), "head_sha", run->sha,
		"head_branch", run->branch, "url", URL("%s/actions/jobs/%llu", repo.text, id),
		"html_url", URL("%s/actions/runs/%llu/job/%llu", html.text, run_id, id), "status",
		status_name(job->status), "conclusion", job->conclusion, "created_at",
		sim_shape_date(job->created_s), "started_at",
		sim_shape_date(job->started_s ? job->started_s : job->created_s), "completed_at",
		sim_shape_date(job->completed_s), "name", job->name, "steps", steps_of(job));

	json_object_update_new(o,
		json_pack("{s:o, s:[s,s], s:o, s:s?, s:o, s:s?, s:s}", "check_run_url",
			URL("%s/check-runs/%llu", repo.text, id), "labels", "self-hosted", "linux",
			"runner_id", runner ? json_integer((json_int_t)runner->id) : json_null(),
			"runner_name", runner ? runner->name : NULL, "runner_group_id",
			runner ? json_integer(1) : json_null(), "runner_group_name",
			runner ? "Default" : NULL, "workflow_name",
			r->workflows[run->workflow].name));
	return o;
}

static json_t *runner_label(int id, const char *name, const char *type)
{
	return json_pack("{s:i, s:s, s:s}", "id", id, "name", name, "type", type);
}

json_t *sim_shape_runner(const struct sim_runner *runner)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:b, s:b, s:[o,o,o], s:i}", "id",
		(json_int_t)runner->id, "name", runner->name, "os", runner->os, "status",
		runner->online ? "online" : "offline", "busy", runner->busy, "ephemeral", 0,
		"labels", runner_label(1, "self-hosted", "read-only"),
		runner_label(2, runner->os, "read-only"),
		runner_label(3, runner->arch, "read-only"), "runner_group_id", 1);
}
