#include "world.h"

#include <stdio.h>

#include <hg/mem.h>

#include "journal.h"
#include "script.h"
#include "text.h"

const char *const sim_labels[SIM_LABELS] = { "bug", "enhancement", "documentation", "question" };

uint64_t sim_random(struct sim_world *w)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint32_t sim_random_below(struct sim_world *w, uint32_t n)
{
	return (uint32_t)(sim_random(w) % n);
}

uint64_t sim_next_id(struct sim_world *w)
{
	w->next_id += 1 + sim_random_below(w, 37);
	return w->next_id;
}

void sim_sha(uint64_t a, uint64_t b, char out[41])
{
	struct sim_world mixed = { .random = b };

	mixed.random = sim_random(&mixed) ^ a;
	mixed.random = sim_random(&mixed);
	uint64_t first = sim_random(&mixed), second = sim_random(&mixed);
	snprintf(out, 41, "%016llx%016llx%08x", (unsigned long long)first,
		(unsigned long long)second, (unsigned)sim_random(&mixed));
}

struct sim_user *sim_user_find(struct sim_world *w, struct hg_str login)
{
	for (uint32_t i = 0; i < w->n_users; i++)
		if (hg_str_is_nocase(hg_str(w->users[i].login), login))
			return &w->users[i];
	return NULL;
}

struct sim_user *sim_user_by_id(struct sim_world *w, uint64_t id)
{
	for (uint32_t i = 0; i < w->n_users; i++)
		if (w->users[i].id == id)
			return &w->users[i];
	return NULL;
}

struct sim_repo *sim_repo_find(struct sim_world *w, struct hg_str owner, struct hg_str name)
{
	const struct sim_user *user = sim_user_find(w, owner);

	for (uint32_t i = 0; user && i < w->n_repos; i++) {
		struct sim_repo *r = &w->repos[i];
		if (r->owner == user->id && !r->deleted && hg_str_is_nocase(hg_str(r->name), name))
			return r;
	}
	return NULL;
}

struct sim_repo *sim_repo_by_former_name(
	struct sim_world *w, struct hg_str owner, struct hg_str name)
{
	const struct sim_user *user = sim_user_find(w, owner);

	for (uint32_t i = 0; user && i < w->n_repos; i++) {
		struct sim_repo *r = &w->repos[i];
		if (r->owner == user->id && !r->deleted && r->former_name &&
			hg_str_is_nocase(hg_str(r->former_name), name))
			return r;
	}
	return NULL;
}

struct sim_repo *sim_repo_by_id(struct sim_world *w, uint64_t id)
{
	for (uint32_t i = 0; i < w->n_repos; i++)
		if (w->repos[i].id == id && !w->repos[i].deleted)
			return &w->repos[i];
	return NULL;
}

struct sim_issue *sim_issue_find(struct sim_repo *r, uint64_t number)
{
	/* numbers are given in order from 1, and issues are never taken out */
	return number >= 1 && number <= r->n_issues ? &r->issues[number - 1] : NULL;
}

struct sim_run *sim_run_find(struct sim_repo *r, uint64_t id)
{
	for (uint32_t i = 0; i < r->n_runs; i++)
		if (r->runs[i].id == id && !r->runs[i].deleted)
			return &r->runs[i];
	return NULL;
}

struct sim_runner *sim_runner_find(struct sim_world *w, uint64_t owner, uint64_t id)
{
	for (uint32_t i = 0; i < w->n_runners; i++) {
		struct sim_runner *runner = &w->runners[i];
		if (runner->id == id && runner->owner == owner && !runner->deleted)
			return runner;
	}
	return NULL;
}

static char *copy(const char *text)
{
	return text ? hg_strndup(text, strlen(text)) : NULL;
}

struct sim_user *sim_user_put(struct sim_world *w, const char *login, bool is_org, int64_t at_s)
{
	if (w->n_users == SIM_MAX_ITEMS)
		return NULL;
	w->users = sim_grow(w->users, w->n_users, &w->cap_users, sizeof(*w->users));

	struct sim_user *user = &w->users[w->n_users++];
	*user = (struct sim_user){ .id = sim_next_id(w),
		.login = copy(login),
		.name = copy(login),
		.is_org = is_org,
		.created_s = at_s };
	return user;
}

static void put_workflow(
	struct sim_world *w, struct sim_repo *r, const char *name, const char *file)
{
	r->workflows =
		sim_grow(r->workflows, r->n_workflows, &r->cap_workflows, sizeof(*r->workflows));
	r->workflows[r->n_workflows++] =
		(struct sim_workflow){ .id = sim_next_id(w), .name = name, .file = file };
}

struct sim_repo *sim_repo_put(struct sim_world *w, uint64_t owner, const char *name, int64_t at_s)
{
	if (w->n_repos == SIM_MAX_ITEMS)
		return NULL;
	w->repos = sim_grow(w->repos, w->n_repos, &w->cap_repos, sizeof(*w->repos));

	struct sim_repo *r = &w->repos[w->n_repos++];
	*r = (struct sim_repo){ .id = sim_next_id(w),
		.owner = owner,
		.name = copy(name),
		.description = copy("A repository of the simulated GitHub"),
		.stars = sim_random_below(w, 2000),
		.n_commits = 3 + sim_random_below(w, 60),
		.created_s = at_s,
		.updated_s = at_s,
		.pushed_s = at_s };
	put_workflow(w, r, "CI", "ci.yml");
	put_workflow(w, r, "Release", "release.yml");
	return r;
}

struct sim_issue *sim_issue_put(struct sim_world *w, struct sim_repo *r, uint64_t user,
	const char *title, const char *body, int64_t at_s)
{
	if (r->n_issues == SIM_MAX_ITEMS)
		return NULL;
	r->issues = sim_grow(r->issues, r->n_issues, &r->cap_issues, sizeof(*r->issues));

	struct sim_issue *issue = &r->issues[r->n_issues++];
	*issue = (struct sim_issue){ .id = sim_next_id(w),
		.number = r->n_issues,
		.title = copy(title),
		.body = copy(body),
		.user = user,
		.created_s = at_s,
		.updated_s = at_s };
	return issue;
}

struct sim_comment *sim_comment_put(
	struct sim_world *w, struct sim_issue *issue, uint64_t user, const char *body, int64_t at_s)
{
	if (issue->n_comments == SIM_MAX_ITEMS)
		return NULL;
	issue->comments = sim_grow(
		issue->comments, issue->n_comments, &issue->cap_comments, sizeof(*issue->comments));

	struct sim_comment *comment = &issue->comments[issue->n_comments++];
	*comment = (struct sim_comment){
		.id = sim_next_id(w), .user = user, .body = copy(body), .created_s = at_s
	};
	issue->updated_s = at_s;
	return comment;
}

struct sim_run *sim_run_put(
	struct sim_world *w, struct sim_repo *r, uint32_t workflow, uint64_t actor, int64_t at_s)
{
	static const char *const job_names[SIM_RUN_JOBS] = { "build", "test", "lint" };

	if (r->n_runs == SIM_MAX_ITEMS)
		return NULL;
	r->runs = sim_grow(r->runs, r->n_runs, &r->cap_runs, sizeof(*r->runs));

	struct sim_run *run = &r->runs[r->n_runs++];
	*run = (struct sim_run){ .id = sim_next_id(w),
		.number = r->n_runs,
		.attempt = 1,
		.workflow = workflow,
		.actor = actor,
		.event = "push",
		.branch = "main",
		.status = SIM_QUEUED,
		.created_s = at_s,
		.started_s = at_s,
		.updated_s = at_s,
		.due_us = SIM_NEVER };
	sim_sha(r->id, r->n_commits - 1, run->sha);
	for (int j = 0; j < SIM_RUN_JOBS; j++)
		run->jobs[j] = (struct sim_job){ .id = sim_next_id(w),
			.name = job_names[j],
			.status = SIM_QUEUED,
			.created_s = at_s };
	return run;
}

struct sim_runner *sim_runner_put(struct sim_world *w, uint64_t owner, const char *name)
{
	if (w->n_runners == SIM_MAX_ITEMS)
		return NULL;
	w->runners = sim_grow(w->runners, w->n_runners, &w->cap_runners, sizeof(*w->runners));

	struct sim_runner *runner = &w->runners[w->n_runners++];
	*runner = (struct sim_runner){ .id = w->n_runners,
		.owner = owner,
		.name = copy(name),
		.os = "Linux",
		.arch = "X64",
		.online = true };
	return runner;
}

static void free_repo(struct sim_repo *r)
{
	for (uint32_t i = 0; i < r->n_issues; i++) {
		struct sim_issue *issue = &r->issues[i];
		for (uint32_t c = 0; c < issue->n_comments; c++)
			hg_free(issue->comments[c].body);
		hg_free(issue->comments);
		hg_free(issue->title);
		hg_free(issue->body);
	}
	hg_free(r->issues);
	hg_free(r->workflows);
	hg_free(r->runs);
	hg_free(r->name);
	hg_free(r->description);
	hg_free(r->former_name);
}

static void empty(struct sim_world *w)
{
	for (uint32_t i = 0; i < w->n_users; i++) {
		hg_free(w->users[i].login);
		hg_free(w->users[i].name);
	}
	for (uint32_t i = 0; i < w->n_repos; i++)
		free_repo(&w->repos[i]);
	for (uint32_t i = 0; i < w->n_runners; i++)
		hg_free(w->runners[i].name);
	for (uint32_t i = 0; i < w->n_etag_rules; i++)
		hg_free(w->etag_rules[i].glob);
	hg_free(w->users);
	hg_free(w->repos);
	hg_free(w->runners);
	hg_free(w->etag_rules);
	hg_free(w->app.key);
	sim_tokens_fini(&w->tokens);
	sim_scripts_clear(w);
	sim_journal_clear(w);
	sim_limits_fini(&w->limits);
	sim_parties_fini(&w->parties);
	sim_hiddens_fini(&w->hidden);
	sim_distinct_fini(&w->distinct);
}

static void begin(struct sim_world *w, const struct sim_conf *conf, struct hg_now now)
{
	*w = (struct sim_world){ .conf = *conf,
		.random = (uint64_t)conf->seed,
		.born_s = now.wall_us / 1000000,
		.due_us = SIM_NEVER };
	w->next_id = 1000000 + sim_random_below(w, 1000000);
	w->app = (struct sim_app){ .id = 100000 + sim_random_below(w, 900000),
		.key = copy(conf->app_key),
		.grants = sim_grants_all() };
	if (conf->app_id)
		w->app.id = (uint64_t)conf->app_id;
	sim_limits_init(&w->limits, conf->limit, conf->window_us, conf->phase_us);
	for (uint32_t i = 0; i < conf->n_hidden; i++)
		(void)sim_hidden_put(&w->hidden, conf->hidden[i]); /* looked at before */
}

static const char *const *copy_rows(const char *const *rows, uint32_t n)
{
	const char **own = hg_alloc((n + 1) * sizeof(*own));

	for (uint32_t i = 0; i < n; i++)
		own[i] = copy(rows[i]);
	return own;
}

static void free_rows(const char *const *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		hg_free((char *)rows[i]);
	hg_free((char **)rows);
}

/* The configuration may be gone before the world is: its strings are copied. */
static struct sim_conf copy_conf(const struct sim_conf *conf)
{
	struct sim_conf own = *conf;

	own.tokens = copy_rows(conf->tokens, conf->n_tokens);
	own.hidden = copy_rows(conf->hidden, conf->n_hidden);
	own.base_url = copy(conf->base_url);
	own.app_key = copy(conf->app_key);
	return own;
}

static void free_conf(struct sim_conf *conf)
{
	free_rows(conf->tokens, conf->n_tokens);
	free_rows(conf->hidden, conf->n_hidden);
	hg_free((char *)conf->base_url);
	hg_free((char *)conf->app_key);
}

struct sim_world *sim_world_new(const struct sim_conf *conf, struct hg_now now)
{
	struct sim_world *w = hg_alloc0(sizeof(*w));
	struct sim_conf own = copy_conf(conf);

	begin(w, &own, now);
	return w;
}

void sim_world_free(struct sim_world *w)
{
	if (!w)
		return;
	empty(w);
	free_conf(&w->conf);
	hg_free(w);
}

void sim_world_set(struct sim_world *w, const struct sim_conf *conf)
{
	w->conf.limit = w->limits.core_limit = conf->limit;
	w->conf.window_us = conf->window_us;
	w->conf.phase_us = conf->phase_us;
	w->conf.delay_us = conf->delay_us;
	w->conf.response_min_us = conf->response_min_us;
	w->conf.response_max_us = conf->response_max_us;
	w->conf.is_enterprise = conf->is_enterprise;
	w->conf.secondary = conf->secondary;
	w->conf.graphql_nodes = conf->graphql_nodes;
	w->conf.odds = conf->odds;
	w->conf.skew_s = conf->skew_s;
	w->conf.lag_us = conf->lag_us;
	w->limits.window_s = conf->window_us / 1000000;
	w->limits.phase_s = conf->phase_us / 1000000;
}

void sim_world_clear(struct sim_world *w, struct hg_now now)
{
	struct sim_conf conf = w->conf;
	uint64_t held = w->held, in_flight = w->in_flight;

	empty(w);
	begin(w, &conf, now);
	w->held = held;
	w->in_flight = w->max_in_flight = in_flight;
}
