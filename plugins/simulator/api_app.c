#include "api.h"

#include <stdio.h>

#include <hg/mem.h>

#include "odd.h"
#include "page.h"
#include "shapes.h"
#include "text.h"

/* Each organization has the App installed unless a story took it away; the installation's number
 * is made from the organization's. Who may speak for the App is jwt.h's question. */

static uint64_t installation_of(const struct sim_user *org)
{
	return org->id + SIM_INSTALLATION;
}

static bool is_installed(const struct sim_user *user)
{
	return user->is_org && !user->has_no_app;
}

static uint32_t count_installations(const struct sim_world *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_users; i++)
		n += is_installed(&w->users[i]);
	return n;
}

static struct sim_user *find_installed(struct sim_call *c)
{
	int64_t id = sim_text_id(c->params[0]);

	for (uint32_t i = 0; i < c->w->n_users; i++)
		if (is_installed(&c->w->users[i]) &&
			installation_of(&c->w->users[i]) == (uint64_t)id)
			return &c->w->users[i];
	return NULL;
}

static int need_app(struct sim_call *c)
{
	if (c->who.kind == SIM_WHO_APP)
		return 0;
	return sim_say_error(c, 401, "A JSON web token could not be decoded");
}

int sim_get_app(struct sim_call *c)
{
	int said = need_app(c);

	if (said)
		return said;
	return sim_say(c, 200,
		json_pack("{s:I, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:[s,s], s:i}", "id",
			(json_int_t)c->w->app.id, "slug", "octo-app", "client_id", SIM_CLIENT_ID,
			"owner", sim_shape_user(c, &c->w->users[0]), "name", "Octo App",
			"description", "", "external_url", "https://example.com", "html_url",
			"https://github.com/apps/octo-app", "permissions",
			sim_grants_show(&c->w->app.grants), "events", "workflow_job",
			"workflow_run", "installations_count", (int)count_installations(c->w)));
}

static json_t *installation_shape(struct sim_call *c, const struct sim_user *org)
{
	unsigned long long id = installation_of(org);

	return json_pack("{s:I, s:o, s:s, s:o, s:o, s:o, s:I, s:s, s:I, s:s, s:o, s:[s,s], s:o, "
			 "s:o, s:o}",
		"id", (json_int_t)id, "account", sim_shape_user(c, org), "repository_selection",
		"all", "access_tokens_url",
		json_sprintf("%s/app/installations/%llu/access_tokens", c->base, id),
		"repositories_url", json_sprintf("%s/installation/repositories", c->base),
		"html_url",
		json_sprintf("https://github.com/organizations/%s/settings/installations/%llu",
			org->login, id),
		"app_id", (json_int_t)c->w->app.id, "app_slug", "octo-app", "target_id",
		(json_int_t)org->id, "target_type", "Organization", "permissions",
		sim_grants_show(&c->w->app.grants), "events", "workflow_job", "workflow_run",
		"created_at", sim_shape_date(org->created_s), "updated_at",
		sim_shape_date(org->created_s), "suspended_at",
		org->is_app_suspended ? sim_shape_date(c->w->born_s) : json_null());
}

int sim_list_installations(struct sim_call *c)
{
	int said = need_app(c);

	if (said)
		return said;
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->w->n_users; i++)
		if (is_installed(&c->w->users[i]))
			json_array_append_new(rows, installation_shape(c, &c->w->users[i]));
	return sim_say(c, 200, rows);
}

int sim_get_installation(struct sim_call *c)
{
	int said = need_app(c);
	const struct sim_user *org = find_installed(c);

	if (said)
		return said;
	return org ? sim_say(c, 200, installation_shape(c, org))
	           : sim_say_error(c, 404, "Not Found");
}

/* To the 520 characters of those that say themselves whose they are: ghs_APP_JWT. */
static void lengthen(char *token, size_t size)
{
	size_t n = strlen(token);

	while (n < 520 && n + 1 < size) {
		token[n] = n == 260 || n == 400 ? '.' : "abcdefghijklmnopqrstuvwxyz012345"[n % 32];
		n++;
	}
	token[n] = '\0';
}

/* -- minting ----------------------------------------------------------------------------------- */

#define MOST_REPOS 500

static struct sim_repo *repo_of(struct sim_call *c, const struct sim_user *org, const json_t *row)
{
	const char *name = json_string_value(row);
	struct sim_repo *r = NULL;

	if (name)
		r = sim_repo_find(c->w, hg_str(org->login), hg_str(name));
	else if (json_is_integer(row))
		r = sim_repo_by_id(c->w, (uint64_t)json_integer_value(row));
	return r && r->owner == org->id ? r : NULL;
}

/* "repositories" by name and "repository_ids": 0, or what was said. *ret_ids stays NULL for all. */
static int need_repos(
	struct sim_call *c, const struct sim_user *org, uint64_t **ret_ids, uint32_t *ret_n)
{
	static const char *const words[] = { "repositories", "repository_ids" };
	uint64_t *ids = NULL;
	uint32_t n = 0;

	for (int k = 0; k < 2; k++) {
		json_t *list = json_object_get(c->input, words[k]), *row;
		size_t i;
		if (!list)
			continue;
		if (!ids)
			ids = hg_alloc(MOST_REPOS * sizeof(*ids));
		json_array_foreach(list, i, row)
		{
			const struct sim_repo *r = repo_of(c, org, row);
			if (r && n < MOST_REPOS) {
				ids[n++] = r->id;
				continue;
			}
			hg_free(ids);
			return sim_say_error(c, 422,
				r ? "There are too many repositories in this request."
				  : "There is at least one repository that does not exist or is "
				    "not accessible to the parent installation.");
		}
	}
	*ret_ids = ids;
	*ret_n = n;
	return 0;
}

static int need_grants(struct sim_call *c, struct sim_grants *ret)
{
	json_t *wanted = json_object_get(c->input, "permissions");

	*ret = c->w->app.grants;
	if (!wanted || json_object_size(wanted) == 0)
		return 0;
	if (sim_grants_read(wanted, ret) && sim_grants_hold(&c->w->app.grants, ret))
		return 0;
	return sim_say_error(
		c, 422, "The permissions requested are not granted to this installation.");
}

static struct sim_token *mint(struct sim_call *c, const struct sim_user *org, char token[600])
{
	/* random digits and a count: two mints never give the same token */
	snprintf(token, 600, "ghs_%016llx%016llx%04llx", (unsigned long long)sim_random(c->w),
		(unsigned long long)sim_random(c->w),
		(unsigned long long)(c->w->n_minted++ & 0xffff));
	if (sim_is_odd(c->w, SIM_LONG_TOKENS))
		lengthen(token, 600);
	return sim_token_mint(c->w, installation_of(org), hg_str(token), c->now_s);
}

static json_t *repos_shape(struct sim_call *c, const uint64_t *ids, uint32_t n)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(rows, sim_shape_repo(c, sim_repo_by_id(c->w, ids[i]), false));
	return rows;
}

int sim_create_installation_token(struct sim_call *c)
{
	int said = need_app(c);
	const struct sim_user *org = find_installed(c);
	struct sim_grants grants;
	uint64_t *ids = NULL;
	uint32_t n = 0;
	char token[600];

	if (said)
		return said;
	if (!org)
		return sim_say_error(c, 404, "Not Found");
	if (org->is_app_suspended)
		return sim_say_error(c, 403, "This installation has been suspended");
	if ((said = sim_need_input(c)) || (said = need_grants(c, &grants)) ||
		(said = need_repos(c, org, &ids, &n)))
		return said;
	struct sim_token *t = mint(c, org, token);
	if (!t) {
		hg_free(ids);
		return sim_say_error(c, 422, "The simulated GitHub is full.");
	}
	t->grants = grants;
	json_t *o = json_pack("{s:s, s:o, s:o, s:s}", "token", token, "expires_at",
		sim_shape_date(t->expires_s), "permissions", sim_grants_show(&grants),
		"repository_selection", ids ? "selected" : "all");
	if (ids) {
		json_object_set_new(o, "repositories", repos_shape(c, ids, n));
		sim_token_narrow(t, ids, n);
	}
	return sim_say(c, 201, o);
}

int sim_revoke_installation_token(struct sim_call *c)
{
	if (c->who.kind != SIM_WHO_INSTALLATION)
		return sim_say_error(c, 401, "Bad credentials");
	c->w->tokens.rows[c->who.token - 1].revoked = true;
	return sim_say_empty(c, 204);
}

int sim_list_installation_repos(struct sim_call *c)
{
	struct sim_page p = sim_page_of(c);
	int64_t n = 0;

	if (c->who.kind != SIM_WHO_INSTALLATION)
		return sim_say_error(c, 403,
			"You must authenticate with an installation access token in order to list "
			"repositories for an installation.");
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->w->n_repos; i++) {
		const struct sim_repo *r = &c->w->repos[i];
		const struct sim_user *owner = sim_user_by_id(c->w, r->owner);
		if (owner->is_org && sim_permit_reaches(c, r) && !r->deleted &&
			sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_repo(c, r, false));
	}
	sim_page_link(c, &p, "/installation/repositories", n);
	return sim_say(c, 200,
		json_pack("{s:I, s:s, s:o}", "total_count", (json_int_t)n, "repository_selection",
			sim_token_at(c->w, c->who.token)->repos ? "selected" : "all",
			"repositories", rows));
}
