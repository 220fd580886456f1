#include "api.h"

#include <stdio.h>

#include "odd.h"
#include "page.h"
#include "shapes.h"
#include "text.h"

/* A JSON Web Token is taken for the App's when it has three parts; its signature is not looked
 * at. Each organization has the App installed; the installation's number is made from its. */

static uint64_t installation_of(const struct sim_user *org)
{
	return org->id + SIM_INSTALLATION;
}

static struct sim_user *find_installed(struct sim_call *c)
{
	int64_t id = sim_text_id(c->params[0]);

	for (uint32_t i = 0; i < c->w->n_users; i++)
		if (c->w->users[i].is_org && installation_of(&c->w->users[i]) == (uint64_t)id)
			return &c->w->users[i];
	return NULL;
}

static int need_app(struct sim_call *c)
{
	if (c->who.kind == SIM_WHO_APP)
		return 0;
	return sim_say_error(c, 401, "A JSON web token could not be decoded");
}

static json_t *permissions(void)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "actions", "write", "administration", "write",
		"issues", "write", "metadata", "read");
}

int sim_get_app(struct sim_call *c)
{
	int said = need_app(c);

	if (said)
		return said;
	return sim_say(c, 200,
		json_pack("{s:I, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:[s,s], s:i}", "id",
			(json_int_t)c->w->app_id, "slug", "octo-app", "client_id",
			"Iv1.0123456789abcdef", "owner", sim_shape_user(c, &c->w->users[0]), "name",
			"Octo App", "description", "", "external_url", "https://example.com",
			"html_url", "https://github.com/apps/octo-app", "permissions",
			permissions(), "events", "workflow_job", "workflow_run",
			"installations_count", 2));
}

static json_t *installation_shape(struct sim_call *c, const struct sim_user *org)
{
	unsigned long long id = installation_of(org);

	return json_pack("{s:I, s:o, s:s, s:o, s:o, s:o, s:I, s:s, s:I, s:s, s:o, s:[s,s], s:o, "
			 "s:o, s:n}",
		"id", (json_int_t)id, "account", sim_shape_user(c, org), "repository_selection",
		"all", "access_tokens_url",
		json_sprintf("%s/app/installations/%llu/access_tokens", c->base, id),
		"repositories_url", json_sprintf("%s/installation/repositories", c->base),
		"html_url",
		json_sprintf("https://github.com/organizations/%s/settings/installations/%llu",
			org->login, id),
		"app_id", (json_int_t)c->w->app_id, "app_slug", "octo-app", "target_id",
		(json_int_t)org->id, "target_type", "Organization", "permissions", permissions(),
		"events", "workflow_job", "workflow_run", "created_at",
		sim_shape_date(org->created_s), "updated_at", sim_shape_date(org->created_s),
		"suspended_at");
}

int sim_list_installations(struct sim_call *c)
{
	int said = need_app(c);

	if (said)
		return said;
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->w->n_users; i++)
		if (c->w->users[i].is_org)
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

int sim_create_installation_token(struct sim_call *c)
{
	int said = need_app(c);
	const struct sim_user *org = find_installed(c);
	char token[600];

	if (said)
		return said;
	if (!org)
		return sim_say_error(c, 404, "Not Found");
	/* random digits and a count: two mints never give the same token */
	snprintf(token, sizeof(token), "ghs_%016llx%016llx%04llx",
		(unsigned long long)sim_random(c->w), (unsigned long long)sim_random(c->w),
		(unsigned long long)(c->w->n_minted++ & 0xffff));
	if (sim_is_odd(c->w, SIM_LONG_TOKENS))
		lengthen(token, sizeof(token));
	if (!sim_token_mint(c->w, installation_of(org), hg_str(token), c->now_s))
		return sim_say_error(c, 422, "The simulated GitHub is full.");
	return sim_say(c, 201,
		json_pack("{s:s, s:o, s:o, s:s}", "token", token, "expires_at",
			sim_shape_date(c->now_s + 3600), "permissions", permissions(),
			"repository_selection", "all"));
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
		if (owner->is_org && installation_of(owner) == c->who.id && !r->deleted &&
			sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_repo(c, r, false));
	}
	sim_page_link(c, &p, "/installation/repositories", n);
	return sim_say(c, 200,
		json_pack("{s:I, s:s, s:o}", "total_count", (json_int_t)n, "repository_selection",
			"all", "repositories", rows));
}
