/*
 * A path is cut into its root ("/repos/o/r", "/orgs/o", …) and what follows; what follows is
 * looked up in one table for both spellings of a repository and of an organization.
 */
#include "ticket/github_route.h"

#define MAX_SEGMENTS 12

struct path {
	struct hg_str segments[MAX_SEGMENTS];
	uint32_t n;
	bool is_longer; /* than MAX_SEGMENTS */
};

enum root {
	ROOT_REPO,
	ROOT_REPO_ID,
	ROOT_ORG,
	ROOT_ORG_ID,
	ROOT_USER,
	ROOT_ME,
	ROOT_ENTERPRISE,
	ROOT_TOP,
	ROOTS
};

static const struct {
	const char *word;
	uint32_t n_params;
} roots[] = {
	[ROOT_REPO] = { "repos", 2 },
	[ROOT_REPO_ID] = { "repositories", 1 },
	[ROOT_ORG] = { "orgs", 1 },
	[ROOT_ORG_ID] = { "organizations", 1 },
	[ROOT_USER] = { "users", 1 },
	[ROOT_ME] = { "user", 0 },
	[ROOT_ENTERPRISE] = { "enterprises", 1 },
};

struct row {
	uint32_t roots;      /* bits: where it is found */
	const char *sub;     /* behind the root; "{}" is any one segment, "*" all that is left */
	const char *family;  /* freshness */
	const char *tmpl[2]; /* the name-based spelling, and the id-based one */
};

#define REPO(sub, family)                                                     \
	{                                                                     \
		1u << ROOT_REPO | 1u << ROOT_REPO_ID, sub, family,            \
		{                                                             \
			"/repos/{owner}/{repo}" sub, "/repositories/{id}" sub \
		}                                                             \
	}
#define ORG(sub, family)                                             \
	{                                                            \
		1u << ROOT_ORG | 1u << ROOT_ORG_ID, sub, family,     \
		{                                                    \
			"/orgs/{org}" sub, "/organizations/{id}" sub \
		}                                                    \
	}
#define USER(sub, family)                             \
	{                                             \
		1u << ROOT_USER, sub, family,         \
		{                                     \
			"/users/{username}" sub, NULL \
		}                                     \
	}
#define ME(sub, family)                     \
	{                                   \
		1u << ROOT_ME, sub, family, \
		{                           \
			"/user" sub, NULL   \
		}                           \
	}
#define ENT(sub, family)                                      \
	{                                                     \
		1u << ROOT_ENTERPRISE, sub, family,           \
		{                                             \
			"/enterprises/{enterprise}" sub, NULL \
		}                                             \
	}
#define TOP(sub, family)                     \
	{                                    \
		1u << ROOT_TOP, sub, family, \
		{                            \
			sub, NULL            \
		}                            \
	}

/* The first match wins: literal before "{}", and "*" last of its root. */
static const struct row rows[] = {
	REPO("", "repositories"),
	REPO("/actions/runs", "workflows"),
	REPO("/actions/runs/{}", "workflows"),
	REPO("/actions/runs/{}/jobs", "jobs"),
	REPO("/actions/runs/{}/attempts/{}", "workflows"),
	REPO("/actions/runs/{}/attempts/{}/jobs", "jobs"),
	REPO("/actions/runs/{}/attempts/{}/logs", NULL),
	REPO("/actions/runs/{}/logs", NULL),
	REPO("/actions/runs/{}/artifacts", NULL),
	REPO("/actions/runs/{}/cancel", NULL),
	REPO("/actions/runs/{}/force-cancel", NULL),
	REPO("/actions/runs/{}/rerun", NULL),
	REPO("/actions/runs/{}/rerun-failed-jobs", NULL),
	REPO("/actions/runs/{}/approvals", NULL),
	REPO("/actions/runs/{}/timing", NULL),
	REPO("/actions/jobs/{}", "jobs"),
	REPO("/actions/jobs/{}/logs", NULL),
	REPO("/actions/jobs/{}/rerun", NULL),
	REPO("/actions/workflows", "workflows"),
	REPO("/actions/workflows/{}", "workflows"),
	REPO("/actions/workflows/{}/runs", "workflows"),
	REPO("/actions/workflows/{}/dispatches", NULL),
	REPO("/actions/runners", "runners"),
	REPO("/actions/runners/downloads", "runners"),
	REPO("/actions/runners/registration-token", NULL),
	REPO("/actions/runners/remove-token", NULL),
	REPO("/actions/runners/generate-jitconfig", NULL),
	REPO("/actions/runners/{}", "runners"),
	REPO("/actions/runners/{}/labels", "runners"),
	REPO("/actions/artifacts", NULL),
	REPO("/actions/artifacts/{}", NULL),
	REPO("/actions/caches", NULL),
	REPO("/actions/secrets", NULL),
	REPO("/actions/variables", NULL),
	REPO("/actions/*", NULL),
	REPO("/issues", NULL),
	REPO("/issues/comments", NULL),
	REPO("/issues/{}", NULL),
	REPO("/issues/{}/comments", NULL),
	REPO("/issues/{}/labels", NULL),
	REPO("/issues/{}/timeline", NULL),
	REPO("/pulls", NULL),
	REPO("/pulls/{}", NULL),
	REPO("/pulls/{}/files", NULL),
	REPO("/pulls/{}/commits", NULL),
	REPO("/pulls/{}/reviews", NULL),
	REPO("/pulls/{}/comments", NULL),
	REPO("/pulls/{}/merge", NULL),
	REPO("/commits", NULL),
	REPO("/commits/{}", NULL),
	REPO("/commits/{}/status", NULL),
	REPO("/commits/{}/statuses", NULL),
	REPO("/commits/{}/check-runs", NULL),
	REPO("/commits/{}/check-suites", NULL),
	REPO("/statuses/{}", NULL),
	REPO("/check-runs", NULL),
	REPO("/check-runs/{}", NULL),
	REPO("/contents", NULL),
	REPO("/contents/*", NULL),
	REPO("/branches", NULL),
	REPO("/branches/*", NULL),
	REPO("/tags", NULL),
	REPO("/labels", NULL),
	REPO("/milestones", NULL),
	REPO("/releases", NULL),
	REPO("/releases/latest", NULL),
	REPO("/releases/{}", NULL),
	REPO("/releases/{}/assets", NULL),
	REPO("/git/*", NULL),
	REPO("/compare/*", NULL),
	REPO("/collaborators", NULL),
	REPO("/collaborators/*", NULL),
	REPO("/hooks", NULL),
	REPO("/hooks/*", NULL),
	REPO("/deployments", NULL),
	REPO("/deployments/*", NULL),
	REPO("/events", NULL),
	REPO("/forks", NULL),
	REPO("/languages", NULL),
	REPO("/contributors", NULL),
	REPO("/topics", NULL),
	REPO("/readme", NULL),
	REPO("/dispatches", NULL),
	REPO("/tarball/*", NULL),
	REPO("/zipball/*", NULL),
	REPO("/code-scanning/sarifs", NULL),
	REPO("/code-scanning/alerts/{}/autofix", NULL),
	REPO("/code-scanning/*", NULL),
	REPO("/dependency-graph/snapshots", NULL),
	REPO("/dependency-graph/sbom", NULL),
	REPO("/*", NULL),
	ORG("", NULL),
	ORG("/repos", "repositories"),
	ORG("/actions/runners", "runners"),
	ORG("/actions/runners/downloads", "runners"),
	ORG("/actions/runners/registration-token", NULL),
	ORG("/actions/runners/remove-token", NULL),
	ORG("/actions/runners/generate-jitconfig", NULL),
	ORG("/actions/runners/{}", "runners"),
	ORG("/actions/runner-groups", NULL),
	ORG("/actions/runner-groups/{}/runners", "runners"),
	ORG("/actions/*", NULL),
	ORG("/members", NULL),
	ORG("/teams", NULL),
	ORG("/teams/*", NULL),
	ORG("/hooks", NULL),
	ORG("/hooks/*", NULL),
	ORG("/issues", NULL),
	ORG("/events", NULL),
	ORG("/installations", NULL),
	ORG("/audit-log", NULL),
	ORG("/audit-log/streams", NULL),
	ORG("/*", NULL),
	USER("", NULL),
	USER("/repos", "repositories"),
	USER("/orgs", NULL),
	USER("/events", NULL),
	USER("/*", NULL),
	ME("", NULL),
	ME("/repos", "repositories"),
	ME("/orgs", NULL),
	ME("/installations", NULL),
	ME("/*", NULL),
	ENT("/actions/runners", "runners"),
	ENT("/actions/runners/registration-token", NULL),
	ENT("/actions/runners/{}", "runners"),
	ENT("/audit-log", NULL),
	ENT("/audit-log/streams", NULL),
	ENT("/*", NULL),
	TOP("", NULL),
	TOP("/rate_limit", "rate_limit"),
	TOP("/graphql", NULL),
	TOP("/meta", NULL),
	TOP("/zen", NULL),
	TOP("/emojis", NULL),
	TOP("/events", NULL),
	TOP("/issues", NULL),
	TOP("/notifications", NULL),
	TOP("/repositories", NULL),
	TOP("/users", NULL),
	TOP("/organizations", NULL),
	TOP("/search/code", NULL),
	TOP("/search/*", NULL),
	TOP("/gists", NULL),
	TOP("/gists/*", NULL),
	TOP("/app", NULL),
	TOP("/app/installations", NULL),
	TOP("/app/installations/{}", NULL),
	TOP("/app/installations/{}/access_tokens", NULL),
	TOP("/app/hook/deliveries", NULL),
	TOP("/app/hook/*", NULL),
	TOP("/installation/repositories", NULL),
	TOP("/installation/token", NULL),
	TOP("/app-manifests/{}/conversions", NULL),
	TOP("/scim/v2/*", NULL),
	TOP("/markdown", NULL),
	TOP("/*", NULL),
};

static void cut(struct hg_str path, struct path *ret_path)
{
	size_t at = 0;

	*ret_path = (struct path){ 0 };
	while (at < path.n) {
		at++; /* the slash */
		const char *slash = at < path.n ? memchr(path.p + at, '/', path.n - at) : NULL;
		size_t end = slash ? (size_t)(slash - path.p) : path.n;
		if (end == path.n && end == at)
			break; /* a trailing slash, or "/" itself */
		if (ret_path->n == MAX_SEGMENTS) {
			ret_path->is_longer = true;
			break;
		}
		ret_path->segments[ret_path->n++] = (struct hg_str){ path.p + at, end - at };
		at = end;
	}
}

/* The root, and how many segments it takes. */
static enum root root_of(const struct path *path, uint32_t *ret_n)
{
	for (unsigned r = 0; r < ROOT_TOP && path->n; r++)
		if (path->n > roots[r].n_params &&
			hg_str_is(path->segments[0], hg_str(roots[r].word))) {
			*ret_n = 1 + roots[r].n_params;
			return (enum root)r;
		}
	*ret_n = 0;
	return ROOT_TOP;
}

/* `sub` against the segments from `at` on. */
static bool matches(const char *sub, const struct path *path, uint32_t at)
{
	while (*sub) {
		sub++; /* the slash */
		if (*sub == '*')
			return at < path->n;
		if (at == path->n)
			return false;
		size_t n = strcspn(sub, "/");
		struct hg_str segment = path->segments[at++];
		if (*sub != '{' && !(segment.n == n && memcmp(segment.p, sub, n) == 0))
			return false;
		sub += n;
	}
	return at == path->n && !path->is_longer;
}

static bool is_sub(const struct row *row, const char *sub)
{
	return strcmp(row->sub, sub) == 0;
}

/* GitHub document "Rate limits for the REST API"; what it does not name is core. */
static const char *resource_of(const struct row *row, bool is_get, bool is_post)
{
	if (row->roots & 1u << ROOT_TOP) {
		if (is_sub(row, "/graphql"))
			return "graphql";
		if (is_get && is_sub(row, "/search/code"))
			return "code_search";
		if (strncmp(row->sub, "/search/", 8) == 0)
			return "search";
		if (is_get && is_sub(row, "/rate_limit"))
			return "rate_limit"; /* no bucket: it is free, and waits for none */
		if (is_sub(row, "/scim/v2/*"))
			return "scim";
		if (is_post && is_sub(row, "/app-manifests/{}/conversions"))
			return "integration_manifest";
		return "core";
	}
	if (is_post && is_sub(row, "/actions/runners/registration-token"))
		return "actions_runner_registration";
	if (is_post && is_sub(row, "/code-scanning/sarifs"))
		return "code_scanning_upload";
	if (is_post && is_sub(row, "/code-scanning/alerts/{}/autofix"))
		return "code_scanning_autofix";
	if (is_post && is_sub(row, "/dependency-graph/snapshots"))
		return "dependency_snapshots";
	if (is_get && is_sub(row, "/dependency-graph/sbom"))
		return "dependency_sbom";
	if (is_sub(row, "/audit-log"))
		return "audit_log";
	if (is_sub(row, "/audit-log/streams"))
		return "audit_log_streaming";
	return "core";
}

void hg_github_route_find(
	struct hg_str method, struct hg_str path, struct hg_github_route *ret_route)
{
	bool is_get = hg_str_is(method, HG_STR("GET")) || hg_str_is(method, HG_STR("HEAD"));
	bool is_post = hg_str_is(method, HG_STR("POST"));
	struct path cut_path;
	uint32_t at;

	cut(path, &cut_path);
	enum root root = root_of(&cut_path, &at);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		if (!(row->roots & 1u << root) || !matches(row->sub, &cut_path, at))
			continue;
		bool by_id = root == ROOT_REPO_ID || root == ROOT_ORG_ID;
		struct hg_str tmpl = hg_str(row->tmpl[by_id]);
		*ret_route = (struct hg_github_route){
			.tmpl = tmpl.n ? tmpl : HG_STR("/"),
			.resource = resource_of(row, is_get, is_post),
			.family = is_get ? row->family : NULL,
			.cost = 1,
			.is_content = is_post && row->roots & 1u << ROOT_REPO,
		};
		return;
	}
	*ret_route = (struct hg_github_route){
		.tmpl = HG_STR("(other)"), .resource = "core", .cost = 1
	};
}

struct hg_str hg_github_route_template(uint32_t i)
{
	return i < sizeof(rows) / sizeof(*rows) ? hg_str(rows[i].tmpl[0]) : (struct hg_str){ 0 };
}

bool hg_github_has_root(struct hg_str segment)
{
	for (unsigned r = 0; r < ROOT_TOP; r++)
		if (hg_str_is_nocase(segment, hg_str(roots[r].word)))
			return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *sub = rows[i].sub;
		if (!(rows[i].roots & 1u << ROOT_TOP) || *sub != '/')
			continue;
		struct hg_str first = { sub + 1, strcspn(sub + 1, "/") };
		if (hg_str_is_nocase(segment, first))
			return true;
	}
	return false;
}

int64_t hg_github_window_us(struct hg_str resource)
{
	static const char *const by_the_minute[] = { "search", "code_search", "source_import",
		"code_scanning_autofix", "dependency_snapshots", "dependency_sbom" };

	for (size_t i = 0; i < sizeof(by_the_minute) / sizeof(*by_the_minute); i++)
		if (hg_str_is(resource, hg_str(by_the_minute[i])))
			return INT64_C(60000000);
	return INT64_C(3600000000);
}

static bool cut_prefix(struct hg_str path, struct hg_str prefix, struct hg_str *ret_rest)
{
	if (!hg_str_starts(path, prefix))
		return false;
	*ret_rest = (struct hg_str){ path.p + prefix.n, path.n - prefix.n };
	if (!ret_rest->n)
		*ret_rest = HG_STR("/");
	return ret_rest->p[0] == '/';
}

void hg_github_face(struct hg_str path, struct hg_face *ret_face)
{
	struct hg_str rest;

	if (cut_prefix(path, HG_STR("/api/v3"), &rest))
		*ret_face = (struct hg_face){ HG_STR("/api/v3"), rest, HG_GITHUB_REST };
	else if (cut_prefix(path, HG_STR("/api/uploads"), &rest))
		*ret_face = (struct hg_face){ HG_STR("/api/uploads"), rest, HG_GITHUB_UPLOADS };
	else if (hg_str_is(path, HG_STR("/api/graphql")))
		*ret_face =
			(struct hg_face){ HG_STR("/api"), HG_STR("/graphql"), HG_GITHUB_GRAPHQL };
	else
		*ret_face = (struct hg_face){ HG_STR(""), path,
			hg_str_is(path, HG_STR("/graphql")) ? HG_GITHUB_GRAPHQL : HG_GITHUB_REST };
}
