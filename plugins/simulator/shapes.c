#include "shapes.h"

#include <stdio.h>

#include <hg/mem.h>

#include "text.h"

#define HTML "https://github.com"

/* json_sprintf gives NULL for what is not UTF-8; names were checked, so this is for the rest. */
#define URL(...) json_sprintf(__VA_ARGS__)

json_t *sim_shape_date(int64_t wall_s)
{
	return wall_s ? json_string(sim_text_iso(wall_s).text) : json_null();
}

json_t *sim_shape_node_id(const char *type, uint64_t id)
{
	char plain[64];

	snprintf(plain, sizeof(plain), "0%zu:%s%llu", strlen(type), type, (unsigned long long)id);
	char *coded = sim_text_base64(plain, strlen(plain));
	json_t *text = json_string(coded);
	hg_free(coded);
	return text;
}

const char *sim_login(struct sim_call *c, uint64_t id)
{
	const struct sim_user *user = sim_user_by_id(c->w, id);

	return user ? user->login : "ghost";
}

struct sim_url sim_repo_url(struct sim_call *c, const struct sim_repo *r)
{
	struct sim_url url;

	snprintf(url.text, sizeof(url.text), "%s/repos/%s/%s", c->base, sim_login(c, r->owner),
		r->name);
	return url;
}

struct sim_url sim_repo_html(struct sim_call *c, const struct sim_repo *r)
{
	struct sim_url url;

	snprintf(url.text, sizeof(url.text), HTML "/%s/%s", sim_login(c, r->owner), r->name);
	return url;
}

uint32_t sim_count_open(const struct sim_repo *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n_issues; i++)
		n += !r->issues[i].closed && !r->issues[i].deleted;
	return n;
}

/* Members that are `prefix` and a tail: rows of name and tail, the last with NULL. */
struct tail {
	const char *name, *tail;
};

static void add_urls(json_t *o, const char *prefix, const struct tail *rows)
{
	for (; rows->name; rows++)
		json_object_set_new(o, rows->name, URL("%s%s", prefix, rows->tail));
}

json_t *sim_shape_user(struct sim_call *c, const struct sim_user *user)
{
	static const struct tail tails[] = { { "followers_url", "/followers" },
		{ "following_url", "/following{/other_user}" }, { "gists_url", "/gists{/gist_id}" },
		{ "starred_url", "/starred{/owner}{/repo}" },
		{ "subscriptions_url", "/subscriptions" }, { "organizations_url", "/orgs" },
		{ "repos_url", "/repos" }, { "events_url", "/events{/privacy}" },
		{ "received_events_url", "/received_events" }, { NULL, NULL } };
	char url[512];

	snprintf(url, sizeof(url), "%s/users/%s", c->base, user->login);
	json_t *o = json_pack("{s:s, s:I, s:o, s:o, s:s, s:s, s:o}", "login", user->login, "id",
		(json_int_t)user->id, "node_id",
		sim_shape_node_id(user->is_org ? "Organization" : "User", user->id), "avatar_url",
		URL("https://avatars.githubusercontent.com/u/%llu?v=4",
			(unsigned long long)user->id),
		"gravatar_id", "", "url", url, "html_url", URL(HTML "/%s", user->login));
	add_urls(o, url, tails);
	json_object_set_new(o, "type", json_string(user->is_org ? "Organization" : "User"));
	json_object_set_new(o, "user_view_type", json_string("public"));
	json_object_set_new(o, "site_admin", json_false());
	return o;
}

json_t *sim_shape_user_of(struct sim_call *c, uint64_t id)
{
	const struct sim_user *user = sim_user_by_id(c->w, id);

	return user ? sim_shape_user(c, user) : json_null();
}

static uint32_t count_repos(struct sim_call *c, uint64_t owner, bool is_private)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->w->n_repos; i++) {
		const struct sim_repo *r = &c->w->repos[i];
		n += r->owner == owner && r->is_private == is_private && !r->deleted;
	}
	return n;
}

json_t *sim_shape_profile(struct sim_call *c, const struct sim_user *user, bool is_me)
{
	json_t *o = sim_shape_user(c, user);
	json_t *more = json_pack("{s:s, s:n, s:s, s:n, s:n, s:n, s:n, s:n, s:i, s:i, s:i, s:i, "
				 "s:o, s:o}",
		"name", user->name, "company", "blog", "", "location", "email", "hireable", "bio",
		"twitter_username", "public_repos", (int)count_repos(c, user->id, false),
		"public_gists", 0, "followers", (int)(user->id % 500), "following",
		(int)(user->id % 50), "created_at", sim_shape_date(user->created_s), "updated_at",
		sim_shape_date(user->created_s));

	json_object_update_new(o, more);
	if (is_me)
		json_object_update_new(
			o, json_pack("{s:i, s:i, s:i, s:i, s:i, s:b, s:{s:s, s:i, s:i, s:i}}",
				   "private_gists", 0, "total_private_repos",
				   (int)count_repos(c, user->id, true), "owned_private_repos",
				   (int)count_repos(c, user->id, true), "disk_usage", 1024,
				   "collaborators", 0, "two_factor_authentication", 1, "plan",
				   "name", "free", "space", 976562499, "collaborators", 0,
				   "private_repos", 10000));
	return o;
}

json_t *sim_shape_org(struct sim_call *c, const struct sim_user *org)
{
	static const struct tail tails[] = { { "repos_url", "/repos" }, { "events_url", "/events" },
		{ "hooks_url", "/hooks" }, { "issues_url", "/issues" },
		{ "members_url", "/members{/member}" },
		{ "public_members_url", "/public_members{/member}" }, { NULL, NULL } };
	char url[512];

	snprintf(url, sizeof(url), "%s/orgs/%s", c->base, org->login);
	json_t *o =
		json_pack("{s:s, s:I, s:o, s:s}", "login", org->login, "id", (json_int_t)org->id,
			"node_id", sim_shape_node_id("Organization", org->id), "url", url);
	add_urls(o, url, tails);
	json_object_set_new(o, "avatar_url",
		URL("https://avatars.githubusercontent.com/u/%llu?v=4",
			(unsigned long long)org->id));
	json_object_set_new(o, "description", json_string("An organization"));
	return o;
}

json_t *sim_shape_org_profile(struct sim_call *c, const struct sim_user *org)
{
	json_t *o = sim_shape_org(c, org);

	json_object_update_new(o,
		json_pack("{s:s, s:n, s:s, s:n, s:n, s:b, s:b, s:b, s:i, s:i, s:i, s:i, s:o, s:o, "
			  "s:o, s:s}",
			"name", org->name, "company", "blog", "", "location", "email",
			"is_verified", 1, "has_organization_projects", 1, "has_repository_projects",
			1, "public_repos", (int)count_repos(c, org->id, false), "public_gists", 0,
			"followers", (int)(org->id % 500), "following", 0, "html_url",
			URL(HTML "/%s", org->login), "created_at", sim_shape_date(org->created_s),
			"updated_at", sim_shape_date(org->created_s), "type", "Organization"));
	return o;
}

static const struct tail repo_tails[] = { { "forks_url", "/forks" },
	{ "keys_url", "/keys{/key_id}" }, { "collaborators_url", "/collaborators{/collaborator}" },
	{ "teams_url", "/teams" }, { "hooks_url", "/hooks" },
	{ "issue_events_url", "/issues/events{/number}" }, { "events_url", "/events" },
	{ "assignees_url", "/assignees{/user}" }, { "branches_url", "/branches{/branch}" },
	{ "tags_url", "/tags" }, { "blobs_url", "/git/blobs{/sha}" },
	{ "git_tags_url", "/git/tags{/sha}" }, { "git_refs_url", "/git/refs{/sha}" },
	{ "trees_url", "/git/trees{/sha}" }, { "statuses_url", "/statuses/{sha}" },
	{ "languages_url", "/languages" }, { "stargazers_url", "/stargazers" },
	{ "contributors_url", "/contributors" }, { "subscribers_url", "/subscribers" },
	{ "subscription_url", "/subscription" }, { "commits_url", "/commits{/sha}" },
	{ "git_commits_url", "/git/commits{/sha}" }, { "comments_url", "/comments{/number}" },
	{ "issue_comment_url", "/issues/comments{/number}" },
	{ "contents_url", "/contents/{+path}" }, { "compare_url", "/compare/{base}...{head}" },
	{ "merges_url", "/merges" }, { "archive_url", "/{archive_format}{/ref}" },
	{ "downloads_url", "/downloads" }, { "issues_url", "/issues{/number}" },
	{ "pulls_url", "/pulls{/number}" }, { "milestones_url", "/milestones{/number}" },
	{ "notifications_url", "/notifications{?since,all,participating}" },
	{ "labels_url", "/labels{/name}" }, { "releases_url", "/releases{/id}" },
	{ "deployments_url", "/deployments" }, { NULL, NULL } };

static void add_counts(struct sim_call *c, json_t *o, const struct sim_repo *r)
{
	uint32_t n_open = sim_count_open(r);
	bool is_admin = sim_sees_private(c);

	json_object_update_new(o,
		json_pack("{s:o, s:o, s:o, s:i, s:i, s:i, s:s, s:b, s:b, s:b, s:b, s:b, s:i, s:n, "
			  "s:b, s:b, s:i, s:n, s:b, s:b, s:b, s:b, s:[], s:s, s:i, s:i, s:i, s:s}",
			"created_at", sim_shape_date(r->created_s), "updated_at",
			sim_shape_date(r->updated_s), "pushed_at", sim_shape_date(r->pushed_s),
			"size", (int)(r->n_commits * 17), "stargazers_count", (int)r->stars,
			"watchers_count", (int)r->stars, "language", "C", "has_issues",
			!r->has_no_issues, "has_projects", 1, "has_downloads", 1, "has_wiki", 1,
			"has_pages", 0, "forks_count", (int)(r->id % 40), "mirror_url", "archived",
			r->is_archived, "disabled", 0, "open_issues_count", (int)n_open, "license",
			"allow_forking", 1, "is_template", 0, "has_discussions", 0,
			"web_commit_signoff_required", 0, "topics", "visibility",
			r->is_private ? "private" : "public", "forks", (int)(r->id % 40),
			"open_issues", (int)n_open, "watchers", (int)r->stars, "default_branch",
			"main"));
	if (sim_call_user(c))
		json_object_set_new(o, "permissions",
			json_pack("{s:b, s:b, s:b, s:b, s:b}", "admin", is_admin, "maintain",
				is_admin, "push", is_admin, "triage", is_admin, "pull", 1));
}

json_t *sim_shape_repo(struct sim_call *c, const struct sim_repo *r, bool is_whole)
{
	const char *login = sim_login(c, r->owner);
	struct sim_url url = sim_repo_url(c, r), html = sim_repo_html(c, r);
	json_t *o = json_pack("{s:I, s:o, s:s, s:o, s:b, s:o, s:s, s:s*, s:b, s:s}", "id",
		(json_int_t)r->id, "node_id", sim_shape_node_id("Repository", r->id), "name",
		r->name, "full_name", URL("%s/%s", login, r->name), "private", r->is_private,
		"owner", sim_shape_user_of(c, r->owner), "html_url", html.text, "description",
		r->description, "fork", 0, "url", url.text);

	add_urls(o, url.text, repo_tails);
	json_object_update_new(o,
		json_pack("{s:o, s:o, s:o, s:s, s:n}", "git_url",
			URL("git://github.com/%s/%s.git", login, r->name), "ssh_url",
			URL("git@github.com:%s/%s.git", login, r->name), "clone_url",
			URL(HTML "/%s/%s.git", login, r->name), "svn_url", html.text, "homepage"));
	add_counts(c, o, r);
	if (!is_whole)
		return o;

	const struct sim_user *owner = sim_user_by_id(c->w, r->owner);
	if (owner && owner->is_org)
		json_object_set_new(o, "organization", sim_shape_user(c, owner));
	json_object_set_new(o, "network_count", json_integer((json_int_t)(r->id % 40)));
	json_object_set_new(o, "subscribers_count", json_integer((json_int_t)(r->id % 90)));
	return o;
}

json_t *sim_shape_label(struct sim_call *c, const struct sim_repo *r, int label)
{
	static const char *const colors[SIM_LABELS] = { "d73a4a", "a2eeef", "0075ca", "d876e3" };
	struct sim_url url = sim_repo_url(c, r);
	uint64_t id = r->id * 10 + (uint64_t)label;

	return json_pack("{s:I, s:o, s:o, s:s, s:s, s:b, s:n}", "id", (json_int_t)id, "node_id",
		sim_shape_node_id("Label", id), "url",
		URL("%s/labels/%s", url.text, sim_labels[label]), "name", sim_labels[label],
		"color", colors[label], "default", 1, "description");
}

static json_t *labels_of(
	struct sim_call *c, const struct sim_repo *r, const struct sim_issue *issue)
{
	json_t *rows = json_array();

	for (int l = 0; l < SIM_LABELS; l++)
		if (issue->labels & 1u << l)
			json_array_append_new(rows, sim_shape_label(c, r, l));
	return rows;
}

const char *sim_shape_association(struct sim_call *c, const struct sim_repo *r, uint64_t id)
{
	const struct sim_user *user = sim_user_by_id(c->w, id);

	if (id == r->owner)
		return "OWNER";
	return user && user->is_member ? "MEMBER" : "NONE";
}

static json_t *reactions_shape(const char *url)
{
	static const char *const kinds[] = { "total_count", "+1", "-1", "laugh", "hooray",
		"confused", "heart", "rocket", "eyes" };
	json_t *o = json_pack("{s:o}", "url", URL("%s/reactions", url));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		json_object_set_new(o, kinds[i], json_integer(0));
	return o;
}

json_t *sim_shape_issue(struct sim_call *c, const struct sim_repo *r, const struct sim_issue *issue)
{
	static const struct tail tails[] = { { "labels_url", "/labels{/name}" },
		{ "comments_url", "/comments" }, { "events_url", "/events" },
		{ "timeline_url", "/timeline" }, { NULL, NULL } };
	struct sim_url repo = sim_repo_url(c, r), html = sim_repo_html(c, r);
	unsigned long long number = issue->number;
	json_t *url = URL("%s/issues/%llu", repo.text, number);
	json_t *o = json_pack("{s:O, s:s}", "url", url, "repository_url", repo.text);

	add_urls(o, json_string_value(url), tails);
	json_object_update_new(
		o, json_pack("{s:o, s:I, s:o, s:I, s:s, s:o, s:o, s:s, s:b, s:n, s:[], s:n, s:i}",
			   "html_url", URL("%s/issues/%llu", html.text, number), "id",
			   (json_int_t)issue->id, "node_id", sim_shape_node_id("Issue", issue->id),
			   "number", (json_int_t)issue->number, "title", issue->title, "user",
			   sim_shape_user_of(c, issue->user), "labels", labels_of(c, r, issue),
			   "state", issue->closed ? "closed" : "open", "locked", 0, "assignee",
			   "assignees", "milestone", "comments", (int)issue->n_comments));
	json_object_update_new(
		o, json_pack("{s:o, s:o, s:o, s:s, s:n, s:s?, s:n, s:o, s:o}", "created_at",
			   sim_shape_date(issue->created_s), "updated_at",
			   sim_shape_date(issue->updated_s), "closed_at",
			   sim_shape_date(issue->closed_s), "author_association",
			   sim_shape_association(c, r, issue->user), "active_lock_reason", "body",
			   issue->body, "closed_by", "reactions",
			   reactions_shape(json_string_value(url)), "state_reason",
			   issue->closed ? json_string("completed") : json_null()));
	json_decref(url);
	return o;
}

json_t *sim_shape_comment(struct sim_call *c, const struct sim_repo *r,
	const struct sim_issue *issue, const struct sim_comment *comment)
{
	struct sim_url repo = sim_repo_url(c, r), html = sim_repo_html(c, r);
	unsigned long long id = comment->id, number = issue->number;

	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:s, s:s}", "url",
		URL("%s/issues/comments/%llu", repo.text, id), "html_url",
		URL("%s/issues/%llu#issuecomment-%llu", html.text, number, id), "issue_url",
		URL("%s/issues/%llu", repo.text, number), "id", (json_int_t)comment->id, "node_id",
		sim_shape_node_id("IssueComment", comment->id), "user",
		sim_shape_user_of(c, comment->user), "created_at",
		sim_shape_date(comment->created_s), "updated_at",
		sim_shape_date(comment->created_s), "author_association",
		sim_shape_association(c, r, comment->user), "body", comment->body);
}

json_t *sim_shape_commit(struct sim_call *c, const struct sim_repo *r, uint32_t index)
{
	struct sim_url repo = sim_repo_url(c, r), html = sim_repo_html(c, r);
	char sha[41], tree[41], parent[41];
	int64_t at_s = r->created_s + (int64_t)index * 5400;
	const char *login = sim_login(c, r->owner);
	json_t *parents = json_array();

	sim_sha(r->id, index, sha);
	sim_sha(r->id + 1, index, tree);
	if (index > 0) {
		sim_sha(r->id, index - 1, parent);
		json_array_append_new(
			parents, json_pack("{s:s, s:o, s:o}", "sha", parent, "url",
					 URL("%s/commits/%s", repo.text, parent), "html_url",
					 URL("%s/commit/%s", html.text, parent)));
	}
	json_t *who = json_pack("{s:s, s:o, s:o}", "name", login, "email",
		URL("%s@users.noreply.github.com", login), "date", sim_shape_date(at_s));
	json_t *commit = json_pack("{s:O, s:o, s:o, s:{s:s, s:o}, s:o, s:i}", "author", who,
		"committer", who, "message", URL("Change number %u", index + 1), "tree", "sha",
		tree, "url", URL("%s/git/trees/%s", repo.text, tree), "url",
		URL("%s/git/commits/%s", repo.text, sha), "comment_count", 0);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sha", sha, "node_id",
		sim_shape_node_id("Commit", r->id * 1000 + index), "commit", commit, "url",
		URL("%s/commits/%s", repo.text, sha), "html_url",
		URL("%s/commit/%s", html.text, sha), "comments_url",
		URL("%s/commits/%s/comments", repo.text, sha), "author",
		sim_shape_user_of(c, r->owner), "committer", sim_shape_user_of(c, r->owner),
		"parents", parents);
}
