#include "routes.h"

#include <stdio.h>

#include "api.h"
#include "odd.h"
#include "text.h"

#define DOC(page) "https://docs.github.com/rest/" page

enum scope { ROOT, REPO, ORG, USER };

struct route {
	const char *method;
	enum scope scope;
	const char *path; /* behind the scope; "{}" is one segment, "{*}" the rest */
	int (*answer)(struct sim_call *c);
	const char *doc;
};

#define ACTIONS DOC("actions/workflow-runs")
#define RUNNERS DOC("actions/self-hosted-runners")
#define ISSUES DOC("issues/issues")
#define COMMENTS DOC("issues/comments")
#define REPOS DOC("repos/repos")
#define GIT DOC("git/refs")
#define APPS DOC("apps/apps")

static const struct route routes[] = {
	{ "GET", ROOT, "/", sim_get_root, DOC("meta/meta#github-api-root") },
	{ "GET", ROOT, "/zen", sim_get_zen, DOC("meta/meta#get-the-zen-of-github") },
	{ "GET", ROOT, "/meta", sim_get_meta, DOC("meta/meta#get-github-meta-information") },
	{ "GET", ROOT, "/versions", sim_get_versions, DOC("meta/meta#get-all-api-versions") },
	{ "GET", ROOT, "/rate_limit", sim_get_rate_limit, DOC("rate-limit/rate-limit") },
	{ "GET", ROOT, "/user", sim_get_me, DOC("users/users#get-the-authenticated-user") },
	{ "GET", ROOT, "/user/repos", sim_list_my_repos, REPOS },
	{ "GET", ROOT, "/user/orgs", sim_list_my_orgs, DOC("orgs/orgs") },
	{ "GET", ROOT, "/notifications", sim_list_notifications, DOC("activity/notifications") },
	{ "GET", ROOT, "/search/issues", sim_search_issues, DOC("search/search") },
	{ "GET", ROOT, "/search/repositories", sim_search_repos, DOC("search/search") },
	{ "GET", ROOT, "/search/code", sim_search_code, DOC("search/search") },
	{ "POST", ROOT, "/graphql", sim_post_graphql, "https://docs.github.com/graphql" },
	{ "GET", ROOT, "/app", sim_get_app, APPS },
	{ "GET", ROOT, "/app/installations", sim_list_installations, APPS },
	{ "GET", ROOT, "/app/installations/{}", sim_get_installation, APPS },
	{ "POST", ROOT, "/app/installations/{}/access_tokens", sim_create_installation_token,
		APPS },
	{ "DELETE", ROOT, "/installation/token", sim_revoke_installation_token, APPS },
	{ "GET", ROOT, "/installation/repositories", sim_list_installation_repos, APPS },

	{ "GET", USER, "", sim_get_user, DOC("users/users#get-a-user") },
	{ "GET", USER, "/repos", sim_list_user_repos, REPOS },

	{ "GET", ORG, "", sim_get_org, DOC("orgs/orgs#get-an-organization") },
	{ "GET", ORG, "/repos", sim_list_org_repos, REPOS },
	{ "POST", ORG, "/repos", sim_create_org_repo, REPOS },
	{ "GET", ORG, "/members", sim_list_org_members, DOC("orgs/members") },
	{ "GET", ORG, "/actions/runners", sim_list_runners, RUNNERS },
	{ "GET", ORG, "/actions/runners/downloads", sim_list_runner_downloads, RUNNERS },
	{ "POST", ORG, "/actions/runners/registration-token", sim_create_runner_token, RUNNERS },
	{ "POST", ORG, "/actions/runners/remove-token", sim_create_runner_token, RUNNERS },
	{ "GET", ORG, "/actions/runners/{}", sim_get_runner, RUNNERS },
	{ "DELETE", ORG, "/actions/runners/{}", sim_delete_runner, RUNNERS },
	{ "GET", ORG, "/actions/runner-groups", sim_list_runner_groups, RUNNERS },

	{ "GET", REPO, "", sim_get_repo, REPOS "#get-a-repository" },
	{ "PATCH", REPO, "", sim_patch_repo, REPOS "#update-a-repository" },
	{ "DELETE", REPO, "", sim_delete_repo, REPOS "#delete-a-repository" },
	{ "GET", REPO, "/labels", sim_list_labels, DOC("issues/labels") },
	{ "GET", REPO, "/languages", sim_get_languages, REPOS },
	{ "GET", REPO, "/pulls", sim_list_nothing, DOC("pulls/pulls") },
	{ "GET", REPO, "/releases", sim_list_nothing, DOC("releases/releases") },
	{ "GET", REPO, "/tags", sim_list_nothing, REPOS },
	{ "GET", REPO, "/milestones", sim_list_nothing, DOC("issues/milestones") },
	{ "GET", REPO, "/hooks", sim_list_nothing, DOC("repos/webhooks") },
	{ "GET", REPO, "/commits", sim_list_commits, DOC("commits/commits") },
	{ "GET", REPO, "/commits/{*}", sim_get_commit, DOC("commits/commits") },
	{ "GET", REPO, "/branches", sim_list_branches, DOC("branches/branches") },
	{ "GET", REPO, "/branches/{*}", sim_get_branch, DOC("branches/branches#get-a-branch") },
	{ "GET", REPO, "/git/ref/{*}", sim_get_ref, GIT "#get-a-reference" },
	{ "GET", REPO, "/contents", sim_get_contents, DOC("repos/contents") },
	{ "GET", REPO, "/contents/{*}", sim_get_contents, DOC("repos/contents") },
	{ "GET", REPO, "/readme", sim_get_readme, DOC("repos/contents") },
	{ "GET", REPO, "/tarball", sim_get_archive, DOC("repos/contents") },
	{ "GET", REPO, "/tarball/{*}", sim_get_archive, DOC("repos/contents") },
	{ "GET", REPO, "/zipball", sim_get_archive, DOC("repos/contents") },
	{ "GET", REPO, "/zipball/{*}", sim_get_archive, DOC("repos/contents") },

	{ "GET", REPO, "/issues", sim_list_issues, ISSUES "#list-repository-issues" },
	{ "POST", REPO, "/issues", sim_create_issue, ISSUES "#create-an-issue" },
	{ "GET", REPO, "/issues/{}", sim_get_issue, ISSUES "#get-an-issue" },
	{ "PATCH", REPO, "/issues/{}", sim_patch_issue, ISSUES "#update-an-issue" },
	{ "GET", REPO, "/issues/{}/comments", sim_list_comments, COMMENTS },
	{ "POST", REPO, "/issues/{}/comments", sim_create_comment, COMMENTS },

	{ "GET", REPO, "/actions/workflows", sim_list_workflows, DOC("actions/workflows") },
	{ "GET", REPO, "/actions/workflows/{}", sim_get_workflow, DOC("actions/workflows") },
	{ "GET", REPO, "/actions/workflows/{}/runs", sim_list_runs, ACTIONS },
	{ "POST", REPO, "/actions/workflows/{}/dispatches", sim_dispatch_workflow,
		DOC("actions/workflows#create-a-workflow-dispatch-event") },
	{ "GET", REPO, "/actions/artifacts", sim_list_artifacts, DOC("actions/artifacts") },
	{ "GET", REPO, "/actions/runs", sim_list_runs, ACTIONS },
	{ "GET", REPO, "/actions/runs/{}", sim_get_run, ACTIONS "#get-a-workflow-run" },
	{ "DELETE", REPO, "/actions/runs/{}", sim_delete_run, ACTIONS "#delete-a-workflow-run" },
	{ "GET", REPO, "/actions/runs/{}/jobs", sim_list_jobs, DOC("actions/workflow-jobs") },
	{ "GET", REPO, "/actions/runs/{}/logs", sim_get_run_logs, ACTIONS },
	{ "GET", REPO, "/actions/runs/{}/artifacts", sim_list_artifacts, DOC("actions/artifacts") },
	{ "POST", REPO, "/actions/runs/{}/cancel", sim_cancel_run, ACTIONS },
	{ "POST", REPO, "/actions/runs/{}/force-cancel", sim_cancel_run, ACTIONS },
	{ "POST", REPO, "/actions/runs/{}/rerun", sim_rerun, ACTIONS },
	{ "POST", REPO, "/actions/runs/{}/rerun-failed-jobs", sim_rerun, ACTIONS },
	{ "GET", REPO, "/actions/jobs/{}", sim_get_job, DOC("actions/workflow-jobs") },
	{ "GET", REPO, "/actions/jobs/{}/logs", sim_get_job_logs, DOC("actions/workflow-jobs") },
	{ "GET", REPO, "/actions/runners", sim_list_runners, RUNNERS },
	{ "GET", REPO, "/actions/runners/downloads", sim_list_runner_downloads, RUNNERS },
	{ "POST", REPO, "/actions/runners/registration-token", sim_create_runner_token, RUNNERS },
	{ "POST", REPO, "/actions/runners/remove-token", sim_create_runner_token, RUNNERS },
	{ "GET", REPO, "/actions/runners/{}", sim_get_runner, RUNNERS },
	{ "DELETE", REPO, "/actions/runners/{}", sim_delete_runner, RUNNERS },
};

#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

/* Takes "/segment" off the front of *rest. Empty when there is none. */
static struct hg_str take_segment(struct hg_str *rest)
{
	struct hg_str segment = { 0 };

	if (rest->n < 2 || rest->p[0] != '/')
		return segment;
	const char *slash = memchr(rest->p + 1, '/', rest->n - 1);
	segment.p = rest->p + 1;
	segment.n = slash ? (size_t)(slash - segment.p) : rest->n - 1;
	rest->p += segment.n + 1;
	rest->n -= segment.n + 1;
	return segment;
}

static bool matches(const char *pattern, struct hg_str path, struct hg_str *params)
{
	while (*pattern) {
		if (*pattern != '{') {
			if (path.n == 0 || *pattern != path.p[0])
				return false;
			pattern++;
			path.p++;
			path.n--;
			continue;
		}
		const char *slash = pattern[1] == '*' ? NULL : memchr(path.p, '/', path.n);
		size_t n = slash ? (size_t)(slash - path.p) : path.n;
		if (n == 0)
			return false;
		*params++ = (struct hg_str){ path.p, n };
		path.p += n;
		path.n -= n;
		pattern = strchr(pattern, '}') + 1;
	}
	return path.n == 0;
}

static int say_renamed(struct sim_call *c, const struct sim_repo *r, struct hg_str rest)
{
	char location[2048];
	struct hg_str query = c->rq->query;
	/* A redirect that GitHub wants followed with the same method is a 307. */
	bool is_read =
		hg_str_is(c->rq->method, HG_STR("GET")) || hg_str_is(c->rq->method, HG_STR("HEAD"));

	snprintf(location, sizeof(location), "%s/repositories/%llu%.*s%s%.*s", c->base,
		(unsigned long long)r->id, (int)rest.n, rest.p, query.n ? "?" : "", (int)query.n,
		query.p ? query.p : "");
	return sim_say_moved(c, is_read ? 301 : 307, location);
}

/* 0 when c->repo is resolved and may be seen. */
static int find_repo(
	struct sim_call *c, struct hg_str owner, struct hg_str name, struct hg_str rest)
{
	struct sim_repo *r = owner.n ? sim_repo_find(c->w, owner, name)
	                             : sim_repo_by_id(c->w, (uint64_t)sim_text_id(name));
	bool is_renamed = false;

	if (!r && owner.n) {
		r = sim_repo_by_former_name(c->w, owner, name);
		is_renamed = r != NULL;
	}
	c->repo = r;
	if (!r || !sim_sees(c, r) || sim_odd_is_too_young(c, r->created_s)) {
		c->repo = NULL;
		return sim_say_error(c, 404, "Not Found");
	}
	if (is_renamed)
		return say_renamed(c, r, rest);
	c->owner = sim_user_by_id(c->w, r->owner);
	if (r->is_blocked)
		return sim_say(c, 451,
			json_pack("{s:s, s:{s:s, s:o, s:s}}", "message",
				"Repository access blocked", "block", "reason", "dmca",
				"created_at", json_string(sim_text_iso(r->created_s).text),
				"html_url", "https://github.com/github/dmca"));
	return 0;
}

static int find_owner(struct sim_call *c, struct sim_user *user, bool is_org)
{
	c->owner = user;
	if (!user || (is_org && !user->is_org))
		return sim_say_error(c, 404, "Not Found");
	return 0;
}

/* What a path is about, before anybody looks whether it is there. */
struct place {
	enum scope scope;
	bool is_numbered; /* /repositories/ID, /organizations/ID, /user/ID: `name` is the ID */
	struct hg_str owner, name;
	struct hg_str rest; /* behind the scope */
};

static struct place place_of(struct hg_str path)
{
	struct place at = { .rest = path };
	struct hg_str head = take_segment(&at.rest);

	at.name = take_segment(&at.rest);
	bool is_number = sim_text_id(at.name) >= 0;
	if (hg_str_is(head, HG_STR("repos")) && at.name.n) {
		at.scope = REPO;
		at.owner = at.name;
		at.name = take_segment(&at.rest);
	} else if (hg_str_is(head, HG_STR("repositories")) && is_number) {
		at.scope = REPO;
		at.is_numbered = true;
	} else if (hg_str_is(head, HG_STR("orgs")) || hg_str_is(head, HG_STR("organizations"))) {
		at.scope = ORG;
		at.is_numbered = !hg_str_is(head, HG_STR("orgs")) && is_number;
	} else if (hg_str_is(head, HG_STR("user")) && is_number) {
		at.scope = USER;
		at.is_numbered = true;
	} else if (hg_str_is(head, HG_STR("users")) && at.name.n) {
		at.scope = USER;
	} else {
		at.scope = ROOT;
		at.rest = path;
	}
	return at;
}

/* 0 when the scope's object is there. */
static int resolve(struct sim_call *c, const struct place *at)
{
	struct sim_user *user = NULL;

	if (at->scope == ROOT)
		return 0;
	if (at->scope == REPO)
		return find_repo(c, at->owner, at->name, at->rest);
	user = at->is_numbered ? sim_user_by_id(c->w, (uint64_t)sim_text_id(at->name))
	                       : sim_user_find(c->w, at->name);
	return find_owner(c, user, at->scope == ORG);
}

void sim_route_find(struct sim_call *c)
{
	bool is_head = hg_str_is(c->rq->method, HG_STR("HEAD"));
	struct hg_str method = is_head ? HG_STR("GET") : c->rq->method;
	struct place at = place_of(c->path);

	c->route = 0;
	/* GitHub knows no path with a slash at its end */
	if (c->path.n > 1 && c->path.p[c->path.n - 1] == '/')
		return;
	for (uint32_t i = 0; i < N_ROUTES && !c->route; i++)
		if (routes[i].scope == at.scope && hg_str_is(method, hg_str(routes[i].method)) &&
			matches(routes[i].path, at.rest, c->params))
			c->route = i + 1;
}

int sim_route(struct sim_call *c)
{
	struct place at = place_of(c->path);
	int said = 0;

	if (c->path.n > 1 && c->path.p[c->path.n - 1] == '/')
		return sim_say_error(c, 404, "Not Found");
	if ((said = resolve(c, &at)))
		return said;
	if (!c->route)
		return sim_say_error(c, 404, "Not Found");
	c->doc = routes[c->route - 1].doc;
	if ((said = sim_permit(c)))
		return said;
	return routes[c->route - 1].answer(c);
}

struct sim_route_name sim_route_name(uint32_t route)
{
	static const char *const scopes[] = {
		[ROOT] = "", [REPO] = "/repos/{}/{}", [ORG] = "/orgs/{}", [USER] = "/users/{}"
	};
	struct sim_route_name name = { "none" };

	if (route)
		snprintf(name.text, sizeof(name.text), "%s %s%s", routes[route - 1].method,
			scopes[routes[route - 1].scope], routes[route - 1].path);
	return name;
}
