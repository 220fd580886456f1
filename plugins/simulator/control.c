#include "control.h"

#include <stdio.h>

#include <hg/mem.h>

#include "journal.h"
#include "script.h"
#include "seed.h"
#include "text.h"

int sim_control_refuse(struct sim_call *c, const char *why)
{
	return sim_say(c, 400, json_pack("{s:s}", "error", why));
}

int sim_control_agree(struct sim_call *c)
{
	return sim_say(c, 200, json_pack("{s:b}", "ok", 1));
}

bool sim_control_number(struct sim_call *c, const char *name, int64_t *ret)
{
	json_t *v = json_object_get(c->input, name);

	*ret = v ? json_integer_value(v) : -1;
	return !v || (json_is_integer(v) && *ret >= 0);
}

static int post_script(struct sim_call *c)
{
	const char *why = NULL;

	return sim_script_put(c->w, c->input, &why) ? sim_control_agree(c)
	                                            : sim_control_refuse(c, why);
}

static int get_scripts(struct sim_call *c)
{
	return sim_say(c, 200, json_pack("{s:o}", "scripts", sim_scripts_show(c->w)));
}

/* "octo-org/hello-world" -> the repository; NULL: refused. */
static struct sim_repo *named_repo(struct sim_call *c)
{
	const char *full = sim_input_text(c, "repo");
	const char *slash = full ? strchr(full, '/') : NULL;
	struct sim_repo *r = NULL;

	if (slash)
		r = sim_repo_find(
			c->w, (struct hg_str){ full, (size_t)(slash - full) }, hg_str(slash + 1));
	if (!r)
		sim_control_refuse(c, "repo is not there");
	return r;
}

static void set_flag(struct sim_call *c, const char *name, bool *flag)
{
	json_t *v = json_object_get(c->input, name);

	if (json_is_boolean(v))
		*flag = json_is_true(v);
}

/* Makes a repository, or changes one that is there. */
static int post_repos(struct sim_call *c)
{
	const char *full = sim_input_text(c, "repo");
	const char *former = sim_input_text(c, "former_name");
	const char *slash = full ? strchr(full, '/') : NULL;
	struct sim_user *owner =
		slash ? sim_user_find(c->w, (struct hg_str){ full, (size_t)(slash - full) }) : NULL;

	if (!owner || !slash[1] || strchr(slash + 1, '/'))
		return sim_control_refuse(c, "repo is OWNER/NAME, and OWNER must be there");
	struct sim_repo *r = sim_repo_find(c->w, hg_str(owner->login), hg_str(slash + 1));
	if (!r)
		r = sim_repo_put(c->w, owner->id, slash + 1, c->now_s);
	if (!r)
		return sim_control_refuse(c, "too many repositories");
	bool has_issues = !r->has_no_issues;
	set_flag(c, "private", &r->is_private);
	set_flag(c, "archived", &r->is_archived);
	set_flag(c, "blocked", &r->is_blocked);
	set_flag(c, "deleted", &r->deleted);
	set_flag(c, "has_issues", &has_issues);
	r->has_no_issues = !has_issues;
	if (former) {
		hg_free(r->former_name);
		r->former_name = hg_strndup(former, strlen(former));
	}
	return sim_say(c, 200, json_pack("{s:b, s:I}", "ok", 1, "id", (json_int_t)r->id));
}

/* Adds `count` issues, or deletes number `delete`. */
static int post_issues(struct sim_call *c)
{
	int64_t count, deleted;
	struct sim_repo *r = named_repo(c);
	char title[64];

	if (!r)
		return 400;
	if (!sim_control_number(c, "count", &count) || !sim_control_number(c, "delete", &deleted) ||
		count > 10000)
		return sim_control_refuse(c, "count (up to 10000) and delete are whole numbers");
	if (deleted >= 0) {
		struct sim_issue *issue = sim_issue_find(r, (uint64_t)deleted);
		if (!issue)
			return sim_control_refuse(c, "issue is not there");
		issue->deleted = true;
	}
	for (int64_t i = 0; i < count; i++) {
		snprintf(title, sizeof(title), "Scripted issue %u", r->n_issues + 1);
		if (!sim_issue_put(c->w, r, r->owner, title, NULL, c->now_s))
			return sim_control_refuse(c, "too many issues");
	}
	return sim_say(c, 200, json_pack("{s:b, s:i}", "ok", 1, "issues", (int)r->n_issues));
}

/* Changes a repository (or one of its issues) so that its ETag changes. */
static int post_touch(struct sim_call *c)
{
	int64_t number;
	struct sim_repo *r = named_repo(c);

	if (!r)
		return 400;
	if (!sim_control_number(c, "issue", &number))
		return sim_control_refuse(c, "issue is a number");
	if (number >= 0) {
		struct sim_issue *issue = sim_issue_find(r, (uint64_t)number);
		if (!issue)
			return sim_control_refuse(c, "issue is not there");
		/* a held clock may stand still: the title must change as well */
		struct sim_text title = { 0 };
		sim_text_printf(&title, "%.200s, again", issue->title);
		hg_free(issue->title);
		issue->title = hg_strndup(title.p, title.n);
		issue->updated_s = c->now_s;
		sim_text_fini(&title);
	} else {
		r->stars++;
		r->updated_s = c->now_s;
	}
	return sim_control_agree(c);
}

static int post_etag(struct sim_call *c)
{
	const char *route = sim_input_text(c, "route");
	const char *mode = sim_input_text(c, "mode");
	struct sim_etag_rule rule = { 0 };

	if (!route || !mode)
		return sim_control_refuse(c, "route is a glob, mode is github, opaque or none");
	if (strcmp(mode, "opaque") == 0)
		rule.mode = SIM_ETAG_OPAQUE;
	else if (strcmp(mode, "none") == 0)
		rule.mode = SIM_ETAG_NONE;
	else if (strcmp(mode, "github") != 0)
		return sim_control_refuse(c, "mode is github, opaque or none");
	if (c->w->n_etag_rules == 256)
		return sim_control_refuse(c, "too many rules");
	rule.glob = hg_strndup(route, strlen(route));
	c->w->etag_rules =
		sim_grow(c->w->etag_rules, c->w->n_etag_rules, &c->w->cap_etag_rules, sizeof(rule));
	c->w->etag_rules[c->w->n_etag_rules++] = rule;
	return sim_control_agree(c);
}

static int post_reset(struct sim_call *c)
{
	sim_world_clear(c->w, c->now);
	sim_world_seed(c->w);
	return sim_control_agree(c);
}

static int get_requests(struct sim_call *c)
{
	char method[32], target[512];
	int64_t since = sim_query_number(c, "since", 0), max = sim_query_number(c, "max", 1000);

	sim_query_text(c, "method", method, sizeof(method));
	sim_query_text(c, "target", target, sizeof(target));
	return sim_say(c, 200,
		sim_journal_show(c->w, (uint64_t)since, *method ? method : NULL,
			*target ? target : NULL, max > SIM_JOURNAL ? SIM_JOURNAL : (uint32_t)max));
}

static int get_state(struct sim_call *c)
{
	static const char *const classes[6] = { "closed", "1xx", "2xx", "3xx", "4xx", "5xx" };
	const struct sim_world *w = c->w;
	json_t *by_class = json_object(), *by_resource = json_object();

	for (int i = 0; i < 6; i++)
		json_object_set_new(
			by_class, classes[i], json_integer((json_int_t)w->n_by_class[i]));
	for (int r = 0; r < SIM_RESOURCES; r++)
		if (w->n_by_resource[r])
			json_object_set_new(by_resource, sim_resource_name((enum sim_resource)r),
				json_integer((json_int_t)w->n_by_resource[r]));
	return sim_say(c, 200,
		json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:i, s:i, s:I, s:I, s:I}", "served",
			(json_int_t)w->n_served, "held", (json_int_t)w->held, "in_flight",
			(json_int_t)w->in_flight, "max_in_flight", (json_int_t)w->max_in_flight,
			"by_status", by_class, "points", by_resource, "repos", (int)w->n_repos,
			"users", (int)w->n_users, "seed", (json_int_t)w->conf.seed, "mono_us",
			(json_int_t)c->now.mono_us, "wall_us", (json_int_t)c->now.wall_us));
}

static const struct {
	const char *method, *path;
	int (*answer)(struct sim_call *c);
} commands[] = {
	{ "POST", "/_sim/script", post_script },
	{ "GET", "/_sim/scripts", get_scripts },
	{ "POST", "/_sim/limit", sim_control_limit },
	{ "GET", "/_sim/limits", sim_control_limits },
	{ "POST", "/_sim/secondary", sim_control_secondary },
	{ "POST", "/_sim/hidden", sim_control_hidden },
	{ "POST", "/_sim/odd", sim_control_odd },
	{ "GET", "/_sim/stats", sim_control_stats },
	{ "POST", "/_sim/stats", sim_control_clear_stats },
	{ "POST", "/_sim/repos", post_repos },
	{ "POST", "/_sim/issues", post_issues },
	{ "POST", "/_sim/touch", post_touch },
	{ "POST", "/_sim/tokens", sim_control_tokens },
	{ "POST", "/_sim/app", sim_control_app },
	{ "GET", "/_sim/app", sim_control_app },
	{ "POST", "/_sim/etag", post_etag },
	{ "POST", "/_sim/reset", post_reset },
	{ "GET", "/_sim/requests", get_requests },
	{ "GET", "/_sim/state", get_state },
};

void sim_control(struct sim_call *c)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!hg_str_is(c->rq->path, hg_str(commands[i].path)) ||
			!hg_str_is(c->rq->method, hg_str(commands[i].method)))
			continue;
		if (sim_need_input(c))
			sim_control_refuse(c, "the body is not a JSON object");
		else
			commands[i].answer(c);
		return;
	}
	sim_say(c, 404, json_pack("{s:s}", "error", "no such command"));
}
