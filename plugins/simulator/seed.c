#include "seed.h"

#include <stdio.h>

#include <hg/mem.h>

#include "who.h"
#include "world.h"

/* What does not live is dated from here, so that a seed gives the same bytes in any year. */
#define ORIGIN_S 1704067200 /* 2024-01-01 */

static void seed_users(struct sim_world *w)
{
	static const char *const first[] = { "octocat", "monalisa", "hubot" };
	char login[32];

	sim_user_put(w, "octo-org", true, ORIGIN_S);
	sim_user_put(w, "octo-lab", true, ORIGIN_S + 86400);
	for (int64_t i = 0; i < w->conf.users; i++) {
		bool is_last = i + 1 == w->conf.users && i > 0;
		if (is_last)
			snprintf(login, sizeof(login), "outsider");
		else if (i < 3)
			snprintf(login, sizeof(login), "%s", first[i]);
		else
			snprintf(login, sizeof(login), "user-%d", (int)i);
		struct sim_user *user = sim_user_put(w, login, false, ORIGIN_S + i * 3600);
		user->is_member = !is_last;
	}
}

static uint64_t any_user(struct sim_world *w)
{
	return w->users[2 + sim_random_below(w, w->n_users - 2)].id;
}

static void seed_issues(struct sim_world *w, struct sim_repo *r, uint32_t n)
{
	static const char *const verbs[] = { "Fix", "Document", "Speed up", "Remove", "Test" };
	static const char *const things[] = { "the login page", "the cache", "release notes",
		"the build on Windows", "error messages", "the parser", "pagination" };
	char title[96], body[160];

	for (uint32_t i = 0; i < n; i++) {
		int64_t at_s = ORIGIN_S + 86400 + (int64_t)i * 7200;
		snprintf(title, sizeof(title), "%s %s", verbs[sim_random_below(w, 5)],
			things[sim_random_below(w, 7)]);
		snprintf(body, sizeof(body), "%s, as talked about in the call of week %u.", title,
			1 + sim_random_below(w, 52));
		struct sim_issue *issue = sim_issue_put(w, r, any_user(w), title, body, at_s);
		issue->labels = sim_random_below(w, 1u << SIM_LABELS);
		if (i < 3)
			sim_comment_put(w, issue, any_user(w), "Same here.", at_s + 600);
	}
}

static struct sim_runner *idle_runner(struct sim_world *w, uint64_t owner)
{
	for (uint32_t i = 0; i < w->n_runners; i++) {
		struct sim_runner *runner = &w->runners[i];
		if (runner->owner == owner && runner->online && !runner->busy)
			return runner;
	}
	return NULL;
}

/* Runs rest in their state until somebody cancels or reruns them: two queued, two in progress,
 * the others completed. */
static void seed_runs(struct sim_world *w, struct sim_repo *r, uint32_t n)
{
	static const char *const ends[] = { "success", "success", "success", "failure" };

	for (uint32_t i = 0; i < n; i++) {
		int64_t at_s = w->born_s - (int64_t)(n - i) * 900;
		struct sim_run *run = sim_run_put(w, r, i % 2, any_user(w), at_s);
		enum sim_status status = i + 2 >= n   ? SIM_QUEUED
		                         : i + 4 >= n ? SIM_IN_PROGRESS
		                                      : SIM_COMPLETED;
		const char *end = ends[sim_random_below(w, 4)];

		sim_sha(r->id, i % r->n_commits, run->sha);
		run->status = status;
		run->conclusion = status == SIM_COMPLETED ? end : NULL;
		run->updated_s = status == SIM_COMPLETED ? at_s + 300 : at_s + 5;
		for (int j = 0; j < SIM_RUN_JOBS; j++) {
			struct sim_job *job = &run->jobs[j];
			struct sim_runner *runner =
				status == SIM_IN_PROGRESS ? idle_runner(w, r->owner) : NULL;
			job->status = status;
			if (status == SIM_IN_PROGRESS && !runner)
				job->status = SIM_QUEUED;
			if (job->status == SIM_QUEUED)
				continue;
			job->started_s = at_s + 5;
			if (runner) {
				runner->busy = true;
				job->runner = runner->id;
				continue;
			}
			job->completed_s = at_s + 60 + 60 * j;
			job->conclusion = j == 1 ? end : "success";
		}
	}
}

static void seed_repos(struct sim_world *w)
{
	static const char *const words[] = { "api", "web", "worker", "docs", "infra", "cli" };
	uint64_t org = w->users[0].id;
	uint64_t user = w->n_users > 2 ? w->users[2].id : org;
	char name[48];

	for (int64_t i = 0; i < w->conf.repos; i++) {
		uint64_t owner = i == 1 ? user : w->users[i % 2].id;
		if (i == 0)
			snprintf(name, sizeof(name), "hello-world");
		else if (i == 1)
			snprintf(name, sizeof(name), "Hello-World");
		else if (i == 2)
			snprintf(name, sizeof(name), "secret-plans");
		else
			snprintf(name, sizeof(name), "%s-%d", words[i % 6], (int)i);
		struct sim_repo *r = sim_repo_put(w, owner, name, ORIGIN_S + i * 86400);
		if (i == 0)
			r->former_name = hg_strndup("old-name", 8);
		r->is_private = i == 2;
		seed_issues(w, r, i < 2 ? (uint32_t)w->conf.issues : sim_random_below(w, 12));
	}
}

static void seed_runners(struct sim_world *w)
{
	char name[48];

	for (uint32_t i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "octo-runner-%u", i + 1);
		struct sim_runner *runner = sim_runner_put(w, w->users[0].id, name);
		runner->online = i != 5;
	}
	for (uint32_t i = 0; w->n_repos && i < 3; i++) {
		snprintf(name, sizeof(name), "hello-runner-%u", i + 1);
		struct sim_runner *runner = sim_runner_put(w, w->repos[0].id, name);
		runner->os = i == 2 ? "macOS" : "Linux";
		runner->arch = i == 2 ? "ARM64" : "X64";
	}
}

static void seed_tokens(struct sim_world *w)
{
	for (uint32_t i = 0; i < w->conf.n_tokens; i++)
		(void)sim_token_put(w, w->conf.tokens[i]); /* a row without a user names nobody */
	w->tokens.is_list = w->conf.n_tokens > 0;
}

void sim_world_seed(struct sim_world *w)
{
	seed_users(w);
	seed_repos(w);
	seed_runners(w);
	for (uint32_t i = 0; i < w->n_repos; i++)
		seed_runs(w, &w->repos[i], i == 0 ? 40 : 6);
	seed_tokens(w);
}
