#include "api.h"

#include <stdio.h>

#include "page.h"
#include "shapes.h"
#include "text.h"

/* By number, or by file name ("ci.yml"). Index, or -1. */
static int workflow_of(const struct sim_repo *r, struct hg_str name)
{
	int64_t id = sim_text_id(name);

	for (uint32_t i = 0; i < r->n_workflows; i++)
		if ((id >= 0 && r->workflows[i].id == (uint64_t)id) ||
			hg_str_is(name, hg_str(r->workflows[i].file)))
			return (int)i;
	return -1;
}

int sim_list_workflows(struct sim_call *c)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < c->repo->n_workflows; i++)
		json_array_append_new(rows, sim_shape_workflow(c, c->repo, &c->repo->workflows[i]));
	return sim_say(c, 200,
		json_pack(
			"{s:i, s:o}", "total_count", (int)c->repo->n_workflows, "workflows", rows));
}

int sim_get_workflow(struct sim_call *c)
{
	int workflow = workflow_of(c->repo, c->params[0]);

	if (workflow < 0)
		return sim_say_error(c, 404, "Not Found");
	return sim_say(c, 200, sim_shape_workflow(c, c->repo, &c->repo->workflows[workflow]));
}

int sim_dispatch_workflow(struct sim_call *c)
{
	int workflow = workflow_of(c->repo, c->params[0]);
	int said = sim_need_write(c);

	if (said || (said = sim_need_admin(c)) || (said = sim_need_input(c)))
		return said;
	if (workflow < 0)
		return sim_say_error(c, 404, "Not Found");
	const char *ref = sim_input_text(c, "ref");
	if (!ref)
		return sim_say_invalid(c, "WorkflowDispatch", "ref", "missing_field", NULL);

	struct sim_run *run =
		sim_run_put(c->w, c->repo, (uint32_t)workflow, sim_call_user(c)->id, c->now_s);
	if (!run)
		return sim_say_error(c, 422, "The simulated GitHub is full.");
	run->event = "workflow_dispatch";
	snprintf(run->branch, sizeof(run->branch), "%s", ref);
	sim_run_begin(c->w, run, c->now);
	return sim_say_empty(c, 204);
}

struct filter {
	char status[24], branch[64], event[32];
	int workflow; /* -1: any */
};

static bool fits(const struct filter *f, const struct sim_run *run)
{
	static const char *const names[] = { [SIM_QUEUED] = "queued",
		[SIM_IN_PROGRESS] = "in_progress",
		[SIM_COMPLETED] = "completed" };

	if (run->deleted || (f->workflow >= 0 && run->workflow != (uint32_t)f->workflow))
		return false;
	if (*f->branch && strcmp(f->branch, run->branch) != 0)
		return false;
	if (*f->event && strcmp(f->event, run->event) != 0)
		return false;
	/* `status` takes a status or a conclusion */
	return !*f->status || strcmp(f->status, names[run->status]) == 0 ||
	       (run->conclusion && strcmp(f->status, run->conclusion) == 0);
}

int sim_list_runs(struct sim_call *c)
{
	struct sim_page p = sim_page_of(c);
	struct sim_repo *r = c->repo;
	struct filter f = { .workflow = -1 };
	char canonical[128];
	int64_t n = 0;

	snprintf(canonical, sizeof(canonical), "/repositories/%llu/actions/runs",
		(unsigned long long)r->id);
	if (c->params[0].n) {
		f.workflow = workflow_of(r, c->params[0]);
		if (f.workflow < 0)
			return sim_say_error(c, 404, "Not Found");
		snprintf(canonical, sizeof(canonical),
			"/repositories/%llu/actions/workflows/%llu/runs", (unsigned long long)r->id,
			(unsigned long long)r->workflows[f.workflow].id);
	}
	sim_query_text(c, "status", f.status, sizeof(f.status));
	sim_query_text(c, "branch", f.branch, sizeof(f.branch));
	sim_query_text(c, "event", f.event, sizeof(f.event));

	json_t *rows = json_array();
	for (uint32_t i = r->n_runs; i-- > 0;) /* newest first */
		if (fits(&f, &r->runs[i]) && sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_run(c, r, &r->runs[i]));
	sim_page_link(c, &p, canonical, n);
	return sim_say(c, 200,
		json_pack("{s:I, s:o}", "total_count", (json_int_t)n, "workflow_runs", rows));
}

/* The run that params[0] names; NULL: 404 was said. */
static struct sim_run *need_run(struct sim_call *c)
{
	int64_t id = sim_text_id(c->params[0]);
	struct sim_run *run = id < 0 ? NULL : sim_run_find(c->repo, (uint64_t)id);

	if (!run)
		sim_say_error(c, 404, "Not Found");
	return run;
}

/* The same for who may administer the repository; NULL: 403 or 404 was said. */
static struct sim_run *need_run_as_admin(struct sim_call *c)
{
	return sim_need_admin(c) ? NULL : need_run(c);
}

int sim_get_run(struct sim_call *c)
{
	const struct sim_run *run = need_run(c);

	return run ? sim_say(c, 200, sim_shape_run(c, c->repo, run)) : c->out->status;
}

int sim_delete_run(struct sim_call *c)
{
	struct sim_run *run = need_run_as_admin(c);

	if (!run)
		return c->out->status;
	if (run->status != SIM_COMPLETED)
		return sim_say_error(c, 403, "Cannot delete a workflow run that is not completed.");
	run->deleted = true;
	run->due_us = SIM_NEVER;
	return sim_say_empty(c, 204);
}

int sim_cancel_run(struct sim_call *c)
{
	struct sim_run *run = need_run_as_admin(c);

	if (!run)
		return c->out->status;
	if (run->status == SIM_COMPLETED)
		return sim_say_error(c, 409, "Cannot cancel a workflow run that is completed.");
	sim_run_cancel(c->w, run, c->now);
	return sim_say(c, 202, json_object());
}

int sim_rerun(struct sim_call *c)
{
	struct sim_run *run = need_run_as_admin(c);

	if (!run)
		return c->out->status;
	if (run->status != SIM_COMPLETED)
		return sim_say_error(c, 403, "This workflow is already running");
	run->attempt++;
	sim_run_begin(c->w, run, c->now);
	return sim_say(c, 201, json_object());
}

int sim_list_jobs(struct sim_call *c)
{
	const struct sim_run *run = need_run(c);
	struct sim_page p = sim_page_of(c);
	char canonical[128];

	if (!run)
		return c->out->status;
	json_t *rows = json_array();
	for (int j = 0; j < SIM_RUN_JOBS; j++)
		if (sim_page_has(&p, j))
			json_array_append_new(rows, sim_shape_job(c, c->repo, run, &run->jobs[j]));
	snprintf(canonical, sizeof(canonical), "/repositories/%llu/actions/runs/%llu/jobs",
		(unsigned long long)c->repo->id, (unsigned long long)run->id);
	sim_page_link(c, &p, canonical, SIM_RUN_JOBS);
	return sim_say(c, 200, json_pack("{s:i, s:o}", "total_count", SIM_RUN_JOBS, "jobs", rows));
}

/* The job that params[0] names, and its run. */
static const struct sim_job *find_job(struct sim_call *c, const struct sim_run **ret_run)
{
	int64_t id = sim_text_id(c->params[0]);

	for (uint32_t i = 0; i < c->repo->n_runs; i++) {
		const struct sim_run *run = &c->repo->runs[i];
		for (int j = 0; j < SIM_RUN_JOBS && !run->deleted; j++) {
			if (id >= 0 && run->jobs[j].id == (uint64_t)id) {
				*ret_run = run;
				return &run->jobs[j];
			}
		}
	}
	return NULL;
}

int sim_get_job(struct sim_call *c)
{
	const struct sim_run *run = NULL;
	const struct sim_job *job = find_job(c, &run);

	if (!job)
		return sim_say_error(c, 404, "Not Found");
	return sim_say(c, 200, sim_shape_job(c, c->repo, run, job));
}

/* Logs are on another host, behind a signature that lives a minute. */
static int say_logs(struct sim_call *c, const char *kind, uint64_t id)
{
	char location[256];

	snprintf(location, sizeof(location),
		"https://productionresultssa0.blob.core.windows.net/actions-results/%s-%llu?"
		"se=%s&sig=%llX",
		kind, (unsigned long long)id, sim_text_iso(c->now_s + 60).text,
		(unsigned long long)sim_random(c->w));
	return sim_say_moved(c, 302, location);
}

int sim_get_run_logs(struct sim_call *c)
{
	const struct sim_run *run = need_run(c);

	return run ? say_logs(c, "run", run->id) : c->out->status;
}

int sim_get_job_logs(struct sim_call *c)
{
	const struct sim_run *run = NULL;
	const struct sim_job *job = find_job(c, &run);

	return job ? say_logs(c, "job", job->id) : sim_say_error(c, 404, "Not Found");
}

int sim_list_artifacts(struct sim_call *c)
{
	return sim_say(c, 200, json_pack("{s:i, s:[]}", "total_count", 0, "artifacts"));
}
