/*
 * gql_repo - repositories, issues, labels, comments, branches: GraphQL's types of them.
 *
 * There are no pull requests, releases and milestones in the world: their types exist, so that a
 * query may ask for them, and the answers are empty lists or null.
 */
#include <stdio.h>

#include <hg/mem.h>

#include "gql_schema.h"
#include "shapes.h"
#include "text.h"

#define ANSWER SIM_GQL_ANSWER
#define NUMBER(value) json_integer((json_int_t)(value))

/* Selects from the same object: a part of it that has a type of its own. */
ANSWER(same, void, sim_gql_select(g, a->type, object, a))

static json_t *select_id(struct sim_gql *g, uint64_t user, const struct sim_gql_ask *a)
{
	return sim_gql_select_user(g, sim_user_by_id(g->call->w, user), a);
}

static const char *text_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

/* Is `word` the value of `name`, or in its list? True when it was not given. */
static bool has_word(const json_t *o, const char *name, const char *word)
{
	const json_t *value = json_object_get(o, name), *row;
	size_t i;

	if (!value || json_is_null(value))
		return true;
	if (json_is_string(value))
		return strcmp(json_string_value(value), word) == 0;
	json_array_foreach(
		value, i, row) if (json_is_string(row) &&
				   strcmp(json_string_value(row), word) == 0) return true;
	return false;
}

/* Filled oldest first; orderBy may turn it round. */
static void order(struct sim_gql_list *list, const struct sim_gql_ask *a)
{
	const json_t *by = json_object_get(a->args, "orderBy");

	if (strcmp(text_of(by, "direction"), "DESC") != 0)
		return;
	for (uint32_t i = 0; i < list->n / 2; i++) {
		struct sim_gql_object other = list->items[i];
		list->items[i] = list->items[list->n - 1 - i];
		list->items[list->n - 1 - i] = other;
	}
}

/* A connection with nothing in it: of what the world has none of. */
static json_t *nothing(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	struct sim_gql_list list = { .type = a->type };

	(void)o;
	return sim_gql_list(g, a->type, a, &list);
}

/* -- labels -------------------------------------------------------------------------------------
 */

/* A label is its place in sim_labels. */
#define LABEL(o) ((int)((const char *const *)(o)-sim_labels))

static json_t *label_member(struct sim_gql *g, struct sim_gql_object o, const char *member)
{
	json_t *shape = sim_shape_label(g->call, o.repo, LABEL(o.it));
	json_t *value = json_incref(json_object_get(shape, member));

	json_decref(shape);
	return value;
}

ANSWER(label_id, void, label_member(g, object, "node_id"))
ANSWER(label_name, void, label_member(g, object, "name"))
ANSWER(label_color, void, label_member(g, object, "color"))
ANSWER(label_url, void,
	json_sprintf(
		"%s/labels/%s", sim_repo_html(g->call, object.repo).text, sim_labels[LABEL(o)]))

static const struct sim_gql_field label_fields[] = { { "id", NULL, label_id, NULL },
	{ "name", NULL, label_name, NULL }, { "color", NULL, label_color, NULL },
	{ "description", NULL, sim_gql_null, NULL }, { "isDefault", NULL, sim_gql_true, NULL },
	{ "url", NULL, label_url, NULL }, SIM_GQL_END };
const struct sim_gql_type sim_gql_label = { "Label", label_fields, NULL };

static json_t *labels(
	struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a, uint32_t bits)
{
	struct sim_gql_list list = { .type = &sim_gql_label };

	for (int l = 0; l < SIM_LABELS; l++)
		if (bits & 1u << l)
			sim_gql_list_put(&list, (struct sim_gql_object){ o.repo, &sim_labels[l] });
	order(&list, a);
	return sim_gql_list(g, &sim_gql_label_connection, a, &list);
}

/* -- comments -----------------------------------------------------------------------------------
 */

/* A comment does not know its issue. */
static json_t *comment_url_of(struct sim_gql *g, struct sim_gql_object o)
{
	const struct sim_comment *comment = o.it;
	unsigned long long number = 0;

	for (uint32_t i = 0; i < o.repo->n_issues && !number; i++) {
		const struct sim_issue *issue = &o.repo->issues[i];
		if (issue->n_comments && comment >= issue->comments &&
			comment < issue->comments + issue->n_comments)
			number = issue->number;
	}
	return json_sprintf("%s/issues/%llu#issuecomment-%llu", sim_repo_html(g->call, o.repo).text,
		number, (unsigned long long)comment->id);
}

ANSWER(comment_id, struct sim_comment, sim_shape_node_id("IssueComment", o->id))
ANSWER(comment_database_id, struct sim_comment, NUMBER(o->id))
ANSWER(comment_body, struct sim_comment, json_string(o->body))
ANSWER(comment_author, struct sim_comment, select_id(g, o->user, a))
ANSWER(comment_created, struct sim_comment, sim_shape_date(o->created_s))
ANSWER(comment_is_mine, struct sim_comment, json_boolean(sim_call_user(g->call)->id == o->user))
ANSWER(comment_association, struct sim_comment,
	json_string(sim_shape_association(g->call, object.repo, o->user)))
ANSWER(comment_url, struct sim_comment, comment_url_of(g, object))

static const struct sim_gql_field comment_fields[] = { { "id", NULL, comment_id, NULL },
	{ "databaseId", NULL, comment_database_id, NULL }, { "body", NULL, comment_body, NULL },
	{ "author", &sim_gql_actor, comment_author, NULL },
	{ "createdAt", NULL, comment_created, NULL }, { "updatedAt", NULL, comment_created, NULL },
	{ "includesCreatedEdit", NULL, sim_gql_false, NULL },
	{ "isMinimized", NULL, sim_gql_false, NULL },
	{ "minimizedReason", NULL, sim_gql_null, NULL }, { "url", NULL, comment_url, NULL },
	{ "viewerDidAuthor", NULL, comment_is_mine, NULL },
	{ "authorAssociation", NULL, comment_association, NULL },
	{ "reactionGroups", &sim_gql_reaction_group, sim_gql_none, NULL }, SIM_GQL_END };
const struct sim_gql_type sim_gql_comment = { "IssueComment", comment_fields, NULL };

/* -- issues -------------------------------------------------------------------------------------
 */

static json_t *issue_comments(
	struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_issue *issue = o.it;
	struct sim_gql_list list = { .type = &sim_gql_comment };

	for (uint32_t i = 0; i < issue->n_comments; i++)
		sim_gql_list_put(&list, (struct sim_gql_object){ o.repo, &issue->comments[i] });
	order(&list, a);
	return sim_gql_list(g, &sim_gql_comment_connection, a, &list);
}

ANSWER(issue_id, struct sim_issue, sim_shape_node_id("Issue", o->id))
ANSWER(issue_database_id, struct sim_issue, NUMBER(o->id))
ANSWER(issue_number, struct sim_issue, NUMBER(o->number))
ANSWER(issue_title, struct sim_issue, json_string(o->title))
ANSWER(issue_body, struct sim_issue, json_string(o->body ? o->body : ""))
ANSWER(issue_url, struct sim_issue,
	json_sprintf("%s/issues/%llu", sim_repo_html(g->call, object.repo).text,
		(unsigned long long)o->number))
ANSWER(issue_state, struct sim_issue, json_string(o->closed ? "CLOSED" : "OPEN"))
ANSWER(issue_reason, struct sim_issue, o->closed ? json_string("COMPLETED") : json_null())
ANSWER(issue_closed, struct sim_issue, json_boolean(o->closed))
ANSWER(issue_created, struct sim_issue, sim_shape_date(o->created_s))
ANSWER(issue_updated, struct sim_issue, sim_shape_date(o->updated_s))
ANSWER(issue_closed_at, struct sim_issue, sim_shape_date(o->closed_s))
ANSWER(issue_author, struct sim_issue, select_id(g, o->user, a))
ANSWER(issue_labels, struct sim_issue, labels(g, object, a, o->labels))
ANSWER(issue_association, struct sim_issue,
	json_string(sim_shape_association(g->call, object.repo, o->user)))
ANSWER(issue_repo, struct sim_issue,
	sim_gql_select(g, a->type, (struct sim_gql_object){ object.repo, object.repo }, a))

static const struct sim_gql_field issue_fields[] = {
	{ "id", NULL, issue_id, NULL },
	{ "databaseId", NULL, issue_database_id, NULL },
	{ "number", NULL, issue_number, NULL },
	{ "title", NULL, issue_title, NULL },
	{ "body", NULL, issue_body, NULL },
	{ "url", NULL, issue_url, NULL },
	{ "state", NULL, issue_state, NULL },
	{ "stateReason", NULL, issue_reason, NULL },
	{ "closed", NULL, issue_closed, NULL },
	{ "locked", NULL, sim_gql_false, NULL },
	{ "isPinned", NULL, sim_gql_false, NULL },
	{ "createdAt", NULL, issue_created, NULL },
	{ "updatedAt", NULL, issue_updated, NULL },
	{ "closedAt", NULL, issue_closed_at, NULL },
	{ "author", &sim_gql_actor, issue_author, NULL },
	{ "repository", &sim_gql_repo, issue_repo, NULL },
	{ "milestone", &sim_gql_milestone, sim_gql_null, NULL },
	{ "labels", &sim_gql_label_connection, issue_labels, SIM_GQL_LIST_ARGS " orderBy" },
	{ "comments", &sim_gql_comment_connection, issue_comments, SIM_GQL_LIST_ARGS " orderBy" },
	{ "assignees", &sim_gql_user_connection, nothing, SIM_GQL_LIST_ARGS },
	{ "authorAssociation", NULL, issue_association, NULL },
	{ "reactionGroups", &sim_gql_reaction_group, sim_gql_none, NULL },
	{ "projectCards", &sim_gql_card_connection, nothing, SIM_GQL_LIST_ARGS },
	SIM_GQL_END,
};
const struct sim_gql_type sim_gql_issue = { "Issue", issue_fields, NULL };

static const struct sim_gql_field no_fields[] = { SIM_GQL_END };
static const struct sim_gql_type *const numbered[] = { &sim_gql_issue, &sim_gql_pull, NULL };
const struct sim_gql_type sim_gql_issue_or_pull = { "IssueOrPullRequest", no_fields, numbered };

/* A login that was given must be the author's; nobody is assigned or mentioned anywhere. */
static bool fits_people(struct sim_gql *g, const struct sim_issue *issue, const json_t *filter)
{
	const char *by = json_string_value(json_object_get(filter, "createdBy"));
	struct hg_str login = hg_str(sim_login(g->call, issue->user));

	return !json_is_string(json_object_get(filter, "assignee")) &&
	       !json_is_string(json_object_get(filter, "mentioned")) &&
	       (!by || hg_str_is_nocase(login, hg_str(by)));
}

static bool fits_labels(const struct sim_issue *issue, const json_t *o)
{
	const json_t *value = json_object_get(o, "labels");

	if (!value || json_is_null(value))
		return true;
	for (int l = 0; l < SIM_LABELS; l++)
		if (issue->labels & 1u << l && has_word(o, "labels", sim_labels[l]))
			return true;
	return false;
}

static json_t *repo_issues(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const json_t *filter = json_object_get(a->args, "filterBy");
	struct sim_gql_list list = { .type = &sim_gql_issue };

	for (uint32_t i = 0; i < o.repo->n_issues; i++) {
		const struct sim_issue *issue = &o.repo->issues[i];
		const char *state = issue->closed ? "CLOSED" : "OPEN";
		if (!issue->deleted && has_word(a->args, "states", state) &&
			has_word(filter, "states", state) && fits_labels(issue, a->args) &&
			fits_labels(issue, filter) && fits_people(g, issue, filter))
			sim_gql_list_put(&list, (struct sim_gql_object){ o.repo, issue });
	}
	order(&list, a);
	return sim_gql_list(g, &sim_gql_issue_connection, a, &list);
}

static json_t *unnumbered(
	struct sim_gql *g, const struct sim_gql_ask *a, const char *what, json_int_t number)
{
	char message[160];

	snprintf(message, sizeof(message), "Could not resolve to %s with the number of %lld.", what,
		(long long)number);
	return sim_gql_error(g, a, "NOT_FOUND", message);
}

static json_t *repo_issue(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	json_int_t number = json_integer_value(json_object_get(a->args, "number"));
	const struct sim_issue *issue =
		sim_issue_find((struct sim_repo *)o.repo, number > 0 ? (uint64_t)number : 0);

	if (!issue || issue->deleted)
		return unnumbered(g, a,
			a->type == &sim_gql_issue ? "an Issue" : "an issue or pull request",
			number);
	o.it = issue;
	return sim_gql_select(g, &sim_gql_issue, o, a);
}

static json_t *repo_pull(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	(void)o;
	return unnumbered(
		g, a, "a PullRequest", json_integer_value(json_object_get(a->args, "number")));
}

/* -- what stands there, and never is ------------------------------------------------------------
 */

#define NEVER(name)                    \
	{                              \
		name, NULL, NULL, NULL \
	}

static const struct sim_gql_field pull_fields[] = { NEVER("id"), NEVER("number"), NEVER("title"),
	NEVER("body"), NEVER("state"), NEVER("url"), NEVER("closed"), NEVER("isDraft"),
	NEVER("isCrossRepository"), NEVER("mergeable"), NEVER("mergeStateStatus"),
	NEVER("headRefName"), NEVER("headRefOid"), NEVER("baseRefName"), NEVER("additions"),
	NEVER("deletions"), NEVER("changedFiles"), NEVER("createdAt"), NEVER("updatedAt"),
	NEVER("closedAt"), NEVER("mergedAt"), NEVER("maintainerCanModify"), NEVER("reviewDecision"),
	{ "author", &sim_gql_actor, NULL, NULL }, { "mergedBy", &sim_gql_actor, NULL, NULL },
	{ "milestone", &sim_gql_milestone, NULL, NULL },
	{ "headRepository", &sim_gql_repo, NULL, NULL },
	{ "headRepositoryOwner", &sim_gql_owner, NULL, NULL },
	{ "labels", &sim_gql_label_connection, NULL, SIM_GQL_LIST_ARGS " orderBy" },
	{ "assignees", &sim_gql_user_connection, NULL, SIM_GQL_LIST_ARGS },
	{ "comments", &sim_gql_comment_connection, NULL, SIM_GQL_LIST_ARGS },
	{ "reactionGroups", &sim_gql_reaction_group, NULL, NULL },
	{ "projectCards", &sim_gql_card_connection, NULL, SIM_GQL_LIST_ARGS }, SIM_GQL_END };
static const struct sim_gql_field reaction_group_fields[] = { NEVER("content"),
	{ "users", &sim_gql_user_connection, NULL, SIM_GQL_LIST_ARGS }, SIM_GQL_END };
static const struct sim_gql_field named_fields[] = { NEVER("id"), NEVER("name"), SIM_GQL_END };
static const struct sim_gql_field card_fields[] = { { "project", &sim_gql_project, NULL, NULL },
	{ "column", &sim_gql_project_column, NULL, NULL }, SIM_GQL_END };
static const struct sim_gql_field milestone_fields[] = { NEVER("id"), NEVER("number"),
	NEVER("title"), NEVER("description"), NEVER("dueOn"), NEVER("state"), SIM_GQL_END };
static const struct sim_gql_field release_fields[] = { NEVER("name"), NEVER("tagName"),
	NEVER("url"), NEVER("publishedAt"), NEVER("createdAt"), NEVER("isDraft"),
	NEVER("isPrerelease"), NEVER("isLatest"), SIM_GQL_END };
static const struct sim_gql_field code_of_conduct_fields[] = { NEVER("key"), NEVER("name"),
	NEVER("url"), SIM_GQL_END };
static const struct sim_gql_field license_fields[] = { NEVER("key"), NEVER("name"),
	NEVER("nickname"), NEVER("spdxId"), NEVER("url"), SIM_GQL_END };

const struct sim_gql_type sim_gql_pull = { "PullRequest", pull_fields, NULL };
const struct sim_gql_type sim_gql_reaction_group = { "ReactionGroup", reaction_group_fields, NULL };
const struct sim_gql_type sim_gql_project = { "Project", named_fields, NULL };
const struct sim_gql_type sim_gql_project_column = { "ProjectColumn", named_fields, NULL };
const struct sim_gql_type sim_gql_card = { "ProjectCard", card_fields, NULL };
const struct sim_gql_type sim_gql_milestone = { "Milestone", milestone_fields, NULL };
const struct sim_gql_type sim_gql_release = { "Release", release_fields, NULL };
const struct sim_gql_type sim_gql_code_of_conduct = { "CodeOfConduct", code_of_conduct_fields,
	NULL };
const struct sim_gql_type sim_gql_license = { "License", license_fields, NULL };

/* -- branches and languages ---------------------------------------------------------------------
 */

static json_t *head_oid(struct sim_gql_object o)
{
	char sha[41];

	sim_sha(o.repo->id, o.repo->n_commits - 1, sha);
	return json_string(sha);
}

ANSWER(ref_name, void, json_string("main"))
ANSWER(ref_prefix, void, json_string("refs/heads/"))
ANSWER(object_oid, void, head_oid(object))
ANSWER(language_name, void, json_string("C"))
ANSWER(language_color, void, json_string("#555555"))

static const struct sim_gql_field ref_fields[] = { { "name", NULL, ref_name, NULL },
	{ "prefix", NULL, ref_prefix, NULL }, { "target", &sim_gql_git_object, same, NULL },
	SIM_GQL_END };
static const struct sim_gql_field git_object_fields[] = { { "oid", NULL, object_oid, NULL },
	SIM_GQL_END };
static const struct sim_gql_field language_fields[] = { { "name", NULL, language_name, NULL },
	{ "color", NULL, language_color, NULL }, SIM_GQL_END };
const struct sim_gql_type sim_gql_ref = { "Ref", ref_fields, NULL };
const struct sim_gql_type sim_gql_git_object = { "Commit", git_object_fields, NULL };
const struct sim_gql_type sim_gql_language = { "Language", language_fields, NULL };

static json_t *repo_languages(
	struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	struct sim_gql_list list = { .type = &sim_gql_language };

	sim_gql_list_put(&list, o);
	return sim_gql_list(g, &sim_gql_language_connection, a, &list);
}

/* -- repositories -------------------------------------------------------------------------------
 */

static bool is_in_org(struct sim_gql *g, const struct sim_repo *r)
{
	const struct sim_user *owner = sim_user_by_id(g->call->w, r->owner);

	return owner && owner->is_org;
}

ANSWER(repo_id, struct sim_repo, sim_shape_node_id("Repository", o->id))
ANSWER(repo_database_id, struct sim_repo, NUMBER(o->id))
ANSWER(repo_name, struct sim_repo, json_string(o->name))
ANSWER(repo_full_name, struct sim_repo,
	json_sprintf("%s/%s", sim_login(g->call, o->owner), o->name))
ANSWER(repo_owner, struct sim_repo, select_id(g, o->owner, a))
ANSWER(repo_description, struct sim_repo,
	o->description ? json_string(o->description) : json_null())
ANSWER(repo_url, struct sim_repo, json_string(sim_repo_html(g->call, o).text))
ANSWER(repo_ssh_url, struct sim_repo,
	json_sprintf("git@github.com:%s/%s.git", sim_login(g->call, o->owner), o->name))
ANSWER(repo_path, struct sim_repo, json_sprintf("/%s/%s", sim_login(g->call, o->owner), o->name))
ANSWER(repo_private, struct sim_repo, json_boolean(o->is_private))
ANSWER(repo_archived, struct sim_repo, json_boolean(o->is_archived))
ANSWER(repo_in_org, struct sim_repo, json_boolean(is_in_org(g, o)))
ANSWER(repo_visibility, struct sim_repo, json_string(o->is_private ? "PRIVATE" : "PUBLIC"))
ANSWER(repo_created, struct sim_repo, sim_shape_date(o->created_s))
ANSWER(repo_updated, struct sim_repo, sim_shape_date(o->updated_s))
ANSWER(repo_pushed, struct sim_repo, sim_shape_date(o->pushed_s))
ANSWER(repo_disk_usage, struct sim_repo, NUMBER(o->n_commits * 17))
ANSWER(repo_forks, struct sim_repo, NUMBER(o->id % 40))
ANSWER(repo_stars, struct sim_repo, NUMBER(o->stars))
ANSWER(repo_has_issues, struct sim_repo, json_boolean(!o->has_no_issues))
ANSWER(repo_homepage, struct sim_repo, json_string(""))
ANSWER(repo_labels, struct sim_repo, labels(g, object, a, (1u << SIM_LABELS) - 1))
ANSWER(repo_permission, struct sim_repo,
	json_string(sim_sees_private(g->call) || sim_call_user(g->call)->id == o->owner ? "ADMIN"
											: "READ"))
ANSWER(repo_administers, struct sim_repo,
	json_boolean(sim_sees_private(g->call) || sim_call_user(g->call)->id == o->owner))
ANSWER(repo_subscription, struct sim_repo, json_string("UNSUBSCRIBED"))
ANSWER(repo_merge_method, struct sim_repo, json_string("MERGE"))

static json_t *repo_label(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	struct hg_str name = hg_str(text_of(a->args, "name"));

	for (int l = 0; l < SIM_LABELS; l++) {
		o.it = &sim_labels[l];
		if (hg_str_is_nocase(name, hg_str(sim_labels[l])))
			return sim_gql_select(g, a->type, o, a);
	}
	return json_null();
}

static const struct sim_gql_field repo_fields[] = {
	{ "id", NULL, repo_id, NULL },
	{ "databaseId", NULL, repo_database_id, NULL },
	{ "name", NULL, repo_name, NULL },
	{ "nameWithOwner", NULL, repo_full_name, NULL },
	{ "owner", &sim_gql_owner, repo_owner, NULL },
	{ "description", NULL, repo_description, NULL },
	{ "url", NULL, repo_url, NULL },
	{ "sshUrl", NULL, repo_ssh_url, NULL },
	{ "resourcePath", NULL, repo_path, NULL },
	{ "homepageUrl", NULL, repo_homepage, NULL },
	{ "mirrorUrl", NULL, sim_gql_null, NULL },
	{ "visibility", NULL, repo_visibility, NULL },
	{ "isPrivate", NULL, repo_private, NULL },
	{ "isArchived", NULL, repo_archived, NULL },
	{ "isInOrganization", NULL, repo_in_org, NULL },
	{ "isFork", NULL, sim_gql_false, NULL },
	{ "isMirror", NULL, sim_gql_false, NULL },
	{ "isEmpty", NULL, sim_gql_false, NULL },
	{ "isTemplate", NULL, sim_gql_false, NULL },
	{ "isDisabled", NULL, sim_gql_false, NULL },
	{ "createdAt", NULL, repo_created, NULL },
	{ "updatedAt", NULL, repo_updated, NULL },
	{ "pushedAt", NULL, repo_pushed, NULL },
	{ "diskUsage", NULL, repo_disk_usage, NULL },
	{ "forkCount", NULL, repo_forks, NULL },
	{ "stargazerCount", NULL, repo_stars, NULL },
	{ "hasIssuesEnabled", NULL, repo_has_issues, NULL },
	{ "hasProjectsEnabled", NULL, sim_gql_true, NULL },
	{ "hasWikiEnabled", NULL, sim_gql_true, NULL },
	{ "hasDiscussionsEnabled", NULL, sim_gql_false, NULL },
	{ "mergeCommitAllowed", NULL, sim_gql_true, NULL },
	{ "squashMergeAllowed", NULL, sim_gql_true, NULL },
	{ "rebaseMergeAllowed", NULL, sim_gql_true, NULL },
	{ "autoMergeAllowed", NULL, sim_gql_false, NULL },
	{ "deleteBranchOnMerge", NULL, sim_gql_false, NULL },
	{ "viewerPermission", NULL, repo_permission, NULL },
	{ "viewerCanAdminister", NULL, repo_administers, NULL },
	{ "viewerHasStarred", NULL, sim_gql_false, NULL },
	{ "viewerSubscription", NULL, repo_subscription, NULL },
	{ "viewerDefaultMergeMethod", NULL, repo_merge_method, NULL },
	{ "parent", &sim_gql_repo, sim_gql_null, NULL },
	{ "templateRepository", &sim_gql_repo, sim_gql_null, NULL },
	{ "codeOfConduct", &sim_gql_code_of_conduct, sim_gql_null, NULL },
	{ "licenseInfo", &sim_gql_license, sim_gql_null, NULL },
	{ "latestRelease", &sim_gql_release, sim_gql_null, NULL },
	{ "releases", &sim_gql_release_connection, nothing, SIM_GQL_LIST_ARGS " orderBy" },
	{ "defaultBranchRef", &sim_gql_ref, same, NULL },
	{ "primaryLanguage", &sim_gql_language, same, NULL },
	{ "languages", &sim_gql_language_connection, repo_languages, SIM_GQL_LIST_ARGS " orderBy" },
	{ "labels", &sim_gql_label_connection, repo_labels, SIM_GQL_LIST_ARGS " orderBy query" },
	{ "label", &sim_gql_label, repo_label, "name!" },
	{ "watchers", &sim_gql_user_connection, nothing, SIM_GQL_LIST_ARGS },
	{ "assignableUsers", &sim_gql_user_connection, nothing, SIM_GQL_LIST_ARGS " query" },
	{ "issue", &sim_gql_issue, repo_issue, "number!" },
	{ "issues", &sim_gql_issue_connection, repo_issues,
		SIM_GQL_LIST_ARGS " orderBy states labels filterBy" },
	{ "issueOrPullRequest", &sim_gql_issue_or_pull, repo_issue, "number!" },
	{ "pullRequest", &sim_gql_pull, repo_pull, "number!" },
	{ "pullRequests", &sim_gql_pull_connection, nothing,
		SIM_GQL_LIST_ARGS " orderBy states labels headRefName baseRefName" },
	SIM_GQL_END,
};
const struct sim_gql_type sim_gql_repo = { "Repository", repo_fields, NULL };

json_t *sim_gql_repos_of(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_user *owner = o.it;
	struct sim_world *w = g->call->w;
	struct sim_gql_list list = { .type = &sim_gql_repo };

	for (uint32_t i = 0; i < w->n_repos; i++) {
		const struct sim_repo *r = &w->repos[i];
		if (r->owner == owner->id && !r->deleted && !r->is_blocked &&
			sim_sees(g->call, r) &&
			has_word(a->args, "privacy", r->is_private ? "PRIVATE" : "PUBLIC") &&
			!json_is_true(json_object_get(a->args, "isFork")))
			sim_gql_list_put(&list, (struct sim_gql_object){ r, r });
	}
	order(&list, a);
	return sim_gql_list(g, &sim_gql_repo_connection, a, &list);
}

/* -- connections --------------------------------------------------------------------------------
 */

#define CONNECTION(var, node, name)                                                                \
	static const struct sim_gql_field var##_edge_fields[] = { SIM_GQL_EDGE(node) };            \
	const struct sim_gql_type var##_edge = { name "Edge", var##_edge_fields, NULL };           \
	static const struct sim_gql_field var##_connection_fields[] = { SIM_GQL_CONNECTION(        \
		node, var##_edge) };                                                               \
	const struct sim_gql_type var##_connection = { name "Connection", var##_connection_fields, \
		NULL }

CONNECTION(sim_gql_repo, sim_gql_repo, "Repository");
CONNECTION(sim_gql_issue, sim_gql_issue, "Issue");
CONNECTION(sim_gql_label, sim_gql_label, "Label");
CONNECTION(sim_gql_comment, sim_gql_comment, "IssueComment");
CONNECTION(sim_gql_pull, sim_gql_pull, "PullRequest");
CONNECTION(sim_gql_card, sim_gql_card, "ProjectCard");
CONNECTION(sim_gql_release, sim_gql_release, "Release");
CONNECTION(sim_gql_language, sim_gql_language, "Language");
