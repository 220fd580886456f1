#include "world.h"

/* How long a run takes: seconds of the given clock, so an accelerated one shows them sooner. */
#define QUEUED_US 1000000
#define RUNNING_US 30000000
#define CANCELLING_US 2000000

static void let_go(struct sim_world *w, struct sim_job *job)
{
	for (uint32_t i = 0; i < w->n_runners; i++)
		if (w->runners[i].id == job->runner)
			w->runners[i].busy = false;
}

static void end_run(struct sim_world *w, struct sim_run *run, const char *conclusion, int64_t at_s)
{
	run->status = SIM_COMPLETED;
	run->conclusion = conclusion;
	run->is_cancelling = false;
	run->updated_s = at_s;
	run->due_us = SIM_NEVER;
	for (int j = 0; j < SIM_RUN_JOBS; j++) {
		struct sim_job *job = &run->jobs[j];
		if (job->status == SIM_COMPLETED)
			continue;
		let_go(w, job);
		if (!job->started_s)
			job->started_s = at_s;
		job->status = SIM_COMPLETED;
		job->conclusion = conclusion;
		job->completed_s = at_s;
	}
}

static void start_jobs(struct sim_world *w, struct sim_repo *r, struct sim_run *run, int64_t at_s)
{
	run->status = SIM_IN_PROGRESS;
	run->updated_s = at_s;
	for (int j = 0; j < SIM_RUN_JOBS; j++) {
		struct sim_job *job = &run->jobs[j];
		for (uint32_t i = 0; i < w->n_runners && !job->runner; i++) {
			struct sim_runner *runner = &w->runners[i];
			if ((runner->owner == r->id || runner->owner == r->owner) &&
				runner->online && !runner->busy && !runner->deleted) {
				runner->busy = true;
				job->runner = runner->id;
			}
		}
		if (job->runner) {
			job->status = SIM_IN_PROGRESS;
			job->started_s = at_s;
		}
	}
}

static void change(struct sim_world *w, struct sim_repo *r, struct sim_run *run, int64_t at_s)
{
	if (run->is_cancelling) {
		end_run(w, run, "cancelled", at_s);
	} else if (run->status == SIM_QUEUED) {
		start_jobs(w, r, run, at_s);
		run->due_us += RUNNING_US;
	} else {
		end_run(w, run, "success", at_s);
	}
}

/* The run that is due first; ties go to the older one. Also notes when the next look is due. */
static struct sim_run *first_due(struct sim_world *w, struct sim_repo **ret_repo)
{
	struct sim_run *first = NULL;

	w->due_us = SIM_NEVER;
	for (uint32_t i = 0; i < w->n_repos; i++) {
		struct sim_repo *r = &w->repos[i];
		for (uint32_t j = 0; j < r->n_runs; j++) {
			if (r->runs[j].due_us < w->due_us) {
				first = &r->runs[j];
				*ret_repo = r;
				w->due_us = first->due_us;
			}
		}
	}
	return first;
}

void sim_turn(struct sim_world *w, struct hg_now now)
{
	while (w->due_us <= now.mono_us) {
		struct sim_repo *r = NULL;
		struct sim_run *run = first_due(w, &r);
		if (!run || run->due_us > now.mono_us)
			return;
		change(w, r, run, (now.wall_us - (now.mono_us - run->due_us)) / 1000000);
	}
}

static void set_due(struct sim_world *w, struct sim_run *run, int64_t due_us)
{
	run->due_us = due_us;
	if (due_us < w->due_us)
		w->due_us = due_us;
}

void sim_run_cancel(struct sim_world *w, struct sim_run *run, struct hg_now now)
{
	if (run->is_cancelling)
		return;
	run->is_cancelling = true;
	set_due(w, run, now.mono_us + CANCELLING_US);
}

void sim_run_begin(struct sim_world *w, struct sim_run *run, struct hg_now now)
{
	int64_t at_s = now.wall_us / 1000000;

	run->status = SIM_QUEUED;
	run->conclusion = NULL;
	run->is_cancelling = false;
	run->started_s = run->updated_s = at_s;
	for (int j = 0; j < SIM_RUN_JOBS; j++) {
		struct sim_job *job = &run->jobs[j];
		*job = (struct sim_job){ .id = sim_next_id(w),
			.name = job->name,
			.status = SIM_QUEUED,
			.created_s = at_s };
	}
	set_due(w, run, now.mono_us + QUEUED_US);
}
