#include "permit.h"

#include <stdio.h>
#include <string.h>

#include "call.h"
#include "routes.h"
#include "text.h"

static const char *const names[SIM_PERMISSIONS] = {
	[SIM_METADATA] = "metadata",
	[SIM_ACTIONS] = "actions",
	[SIM_ADMINISTRATION] = "administration",
	[SIM_CONTENTS] = "contents",
	[SIM_ISSUES] = "issues",
	[SIM_PULL_REQUESTS] = "pull_requests",
	[SIM_REPOSITORY_HOOKS] = "repository_hooks",
	[SIM_MEMBERS] = "members",
	[SIM_ORGANIZATION_RUNNERS] = "organization_self_hosted_runners",
};

static const char *const levels[] = { "none", "read", "write" };

/* In order: the first row that fits a route's name decides; without one it is metadata. */
static const struct {
	const char *glob;
	enum sim_permission what;
} needs[] = {
	{ "* /repos/{}/{}/actions/runners*", SIM_ADMINISTRATION },
	{ "* /repos/{}/{}/actions*", SIM_ACTIONS },
	{ "* /repos/{}/{}/issues*", SIM_ISSUES },
	{ "* /repos/{}/{}/labels", SIM_ISSUES },
	{ "* /repos/{}/{}/milestones", SIM_ISSUES },
	{ "* /repos/{}/{}/pulls", SIM_PULL_REQUESTS },
	{ "* /repos/{}/{}/hooks", SIM_REPOSITORY_HOOKS },
	{ "GET /repos/{}/{}", SIM_METADATA },
	{ "GET /repos/{}/{}/languages", SIM_METADATA },
	{ "GET /repos/{}/{}/*", SIM_CONTENTS },
	{ "* /repos/{}/{}", SIM_ADMINISTRATION },
	{ "POST /orgs/{}/repos", SIM_ADMINISTRATION },
	{ "* /orgs/{}/actions*", SIM_ORGANIZATION_RUNNERS },
	{ "* /orgs/{}/members", SIM_MEMBERS },
};

/* -- grants ------------------------------------------------------------------------------------ */

struct sim_grants sim_grants_all(void)
{
	struct sim_grants all;

	memset(all.level, SIM_WRITE, sizeof(all.level));
	all.level[SIM_METADATA] = SIM_READ;
	return all;
}

static int index_of(const char *const *list, int n, const char *word)
{
	for (int i = 0; word && i < n; i++)
		if (strcmp(list[i], word) == 0)
			return i;
	return -1;
}

bool sim_grants_read(json_t *o, struct sim_grants *ret)
{
	struct sim_grants g = { 0 };
	const char *name;
	json_t *value;

	if (!json_is_object(o))
		return false;
	json_object_foreach(o, name, value)
	{
		int what = index_of(names, SIM_PERMISSIONS, name);
		int level = index_of(levels, 3, json_string_value(value));
		if (what < 0 || level < 0)
			return false;
		g.level[what] = (uint8_t)level;
	}
	g.level[SIM_METADATA] = SIM_READ;
	*ret = g;
	return true;
}

json_t *sim_grants_show(const struct sim_grants *g)
{
	json_t *o = json_object();

	for (int i = 0; i < SIM_PERMISSIONS; i++)
		if (g->level[i])
			json_object_set_new(o, names[i], json_string(levels[g->level[i]]));
	return o;
}

bool sim_grants_hold(const struct sim_grants *outer, const struct sim_grants *inner)
{
	for (int i = 0; i < SIM_PERMISSIONS; i++)
		if (inner->level[i] > outer->level[i])
			return false;
	return true;
}

/* -- who may what ------------------------------------------------------------------------------ */

static const struct sim_token *token_of(const struct sim_call *c)
{
	return sim_token_at(c->w, c->who.token);
}

bool sim_permit_reaches(const struct sim_call *c, const struct sim_repo *r)
{
	const struct sim_token *t = token_of(c);

	if (c->who.kind == SIM_WHO_INSTALLATION && r->owner + SIM_INSTALLATION != c->who.id)
		return false;
	if (!t || !t->repos)
		return true;
	for (uint32_t i = 0; i < t->n_repos; i++)
		if (t->repos[i] == r->id)
			return true;
	return false;
}

/* Scopes are one text: "repo, read:org". */
static bool has_scope(const struct sim_token *t, const char *scope)
{
	const char *at = t->scopes;
	size_t n = strlen(scope);

	while (at && *at) {
		size_t word = strcspn(at, ", ");
		if (word == n && memcmp(at, scope, n) == 0)
			return true;
		at += word;
		at += strspn(at, ", ");
	}
	return false;
}

bool sim_sees(struct sim_call *c, const struct sim_repo *r)
{
	const struct sim_user *user = sim_call_user(c);
	const struct sim_token *t = token_of(c);

	if (!r->is_private)
		return true;
	if (!user || !sim_permit_reaches(c, r) || (t && t->scopes && !has_scope(t, "repo")))
		return false;
	return c->who.kind == SIM_WHO_INSTALLATION || user->is_member || r->owner == user->id;
}

struct need {
	enum sim_permission what;
	enum sim_level level;
};

static struct need need_of(const struct sim_call *c)
{
	struct sim_route_name name = sim_route_name(c->route);
	struct need need = { SIM_METADATA, SIM_WRITE };

	if (strncmp(name.text, "GET ", 4) == 0)
		need.level = SIM_READ;
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (sim_text_glob(needs[i].glob, hg_str(name.text))) {
			need.what = needs[i].what;
			return need;
		}
	}
	need.level = SIM_READ;
	return need;
}

const char *sim_permit_refusal(const struct sim_call *c)
{
	return c->who.kind == SIM_WHO_INSTALLATION
	               ? "Resource not accessible by integration"
	               : "Resource not accessible by personal access token";
}

static int say_not_accessible(struct sim_call *c)
{
	return sim_say_error(c, 403, sim_permit_refusal(c));
}

bool sim_permit_writes_issues(const struct sim_call *c, const struct sim_repo *r)
{
	const struct sim_token *t = token_of(c);

	return sim_permit_reaches(c, r) &&
	       (!t || !t->has_grants || t->grants.level[SIM_ISSUES] == SIM_WRITE) &&
	       (!t || !t->scopes || has_scope(t, "repo") || has_scope(t, "public_repo"));
}

int sim_permit(struct sim_call *c)
{
	const struct sim_token *t = token_of(c);
	struct need need = need_of(c);
	bool is_open = need.level == SIM_READ && c->repo && !c->repo->is_private &&
	               need.what != SIM_ADMINISTRATION && need.what != SIM_REPOSITORY_HOOKS;

	if (!t || is_open)
		return 0;
	if (t->scopes && c->repo && need.level == SIM_WRITE && !has_scope(t, "repo") &&
		!has_scope(t, "public_repo"))
		return sim_say_error(c, 404, "Not Found");
	if (c->repo && !sim_permit_reaches(c, c->repo))
		return say_not_accessible(c);
	if (t->has_grants && t->grants.level[need.what] < need.level)
		return say_not_accessible(c);
	return 0;
}

void sim_permit_headers(struct sim_call *c)
{
	const struct sim_token *t = token_of(c);
	struct need need = need_of(c);
	bool is_minted = c->who.kind == SIM_WHO_INSTALLATION;

	if (c->who.kind == SIM_WHO_USER && c->who.is_classic) {
		sim_answer_set(c->out, "X-OAuth-Scopes",
			t && t->scopes     ? t->scopes
			: c->who.read_only ? "read:org, read:user"
					   : "admin:org, repo, workflow");
		sim_answer_set(c->out, "X-Accepted-OAuth-Scopes", c->repo ? "repo" : "");
	}
	if (c->route && (is_minted || c->who.is_fine_grained))
		sim_answer_setf(c->out, "X-Accepted-GitHub-Permissions", "%s=%s", names[need.what],
			levels[need.level]);
	if (t && t->expires_s && !is_minted) {
		struct sim_date date = sim_text_iso(t->expires_s);
		sim_answer_setf(c->out, "github-authentication-token-expiration", "%.10s %.8s UTC",
			date.text, date.text + 11);
	}
}
