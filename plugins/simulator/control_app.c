/* control_app - the control routes of tokens and of the App with its installations. */
#include <hg/mem.h>

#include "control.h"
#include "jwt.h"

/* -- tokens ------------------------------------------------------------------------------------ */

/* Ids of a list of "OWNER/NAME"; false: it is none, or one of them is not there. */
static bool repos_of(struct sim_call *c, json_t *list, uint64_t **ret_ids, uint32_t *ret_n)
{
	size_t n = json_array_size(list), i;
	uint64_t *ids = hg_alloc((n + 1) * sizeof(*ids));
	json_t *row;

	json_array_foreach(list, i, row)
	{
		const char *full = json_is_string(row) ? json_string_value(row) : "";
		const char *slash = strchr(full, '/');
		struct sim_repo *r =
			slash ? sim_repo_find(c->w, (struct hg_str){ full, (size_t)(slash - full) },
					hg_str(slash + 1))
			      : NULL;
		if (!r) {
			hg_free(ids);
			return false;
		}
		ids[i] = r->id;
	}
	*ret_ids = ids;
	*ret_n = (uint32_t)n;
	return true;
}

/* What a token that was just added may do. NULL: fine; else what is wrong. */
static const char *limit_token(struct sim_call *c, struct sim_token *t)
{
	json_t *permissions = json_object_get(c->input, "permissions");
	json_t *repos = json_object_get(c->input, "repositories");
	const char *scopes = sim_input_text(c, "scopes");
	struct sim_grants grants;
	uint64_t *ids = NULL;
	uint32_t n = 0;
	int64_t expires_in_s;

	if (!sim_control_number(c, "expires_in_s", &expires_in_s) || expires_in_s > INT32_MAX)
		return "expires_in_s is a whole number";
	if (permissions && !sim_grants_read(permissions, &grants))
		return "permissions has a name or a level that GitHub's do not have";
	if (repos && (!json_is_array(repos) || !repos_of(c, repos, &ids, &n)))
		return "repositories is a list of OWNER/NAME that are there";
	if (permissions) {
		t->has_grants = true;
		t->grants = grants;
	}
	if (repos)
		sim_token_narrow(t, ids, n);
	if (scopes)
		t->scopes = hg_strndup(scopes, strlen(scopes));
	if (expires_in_s >= 0)
		t->expires_s = c->now_s + expires_in_s;
	return NULL;
}

static int add_token(struct sim_call *c, const char *row)
{
	bool was_list = c->w->tokens.is_list;
	struct sim_token *t = sim_token_put(c->w, row);

	/* one token more does not shut out those that need no list */
	c->w->tokens.is_list = was_list;
	if (!t)
		return sim_control_refuse(c, "add names no user, or there are too many tokens");
	const char *why = limit_token(c, t);
	if (!why)
		return sim_control_agree(c);
	t->revoked = true; /* half of what was wanted is not what was wanted */
	return sim_control_refuse(c, why);
}

static int suspend_token(struct sim_call *c, const char *token)
{
	uint8_t hash[32];

	sim_token_hash(hg_str(token), hash);
	struct sim_token *t = sim_token_find(c->w, hash);
	if (!t)
		return sim_control_refuse(c, "suspend names no token that was added");
	t->suspended = true;
	return sim_control_agree(c);
}

int sim_control_tokens(struct sim_call *c)
{
	const char *add = sim_input_text(c, "add");
	const char *revoke = sim_input_text(c, "revoke");
	const char *suspend = sim_input_text(c, "suspend");

	if (add)
		return add_token(c, add);
	if (suspend)
		return suspend_token(c, suspend);
	if (!revoke)
		return sim_control_refuse(
			c, "add: TOKEN[=LOGIN[:read]], revoke: TOKEN, or suspend: TOKEN");
	return sim_token_revoke(c->w, hg_str(revoke)) ? sim_control_agree(c)
	                                              : sim_control_refuse(c, "too many tokens");
}

/* -- the App ----------------------------------------------------------------------------------- */

static json_t *installations(const struct sim_world *w)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < w->n_users; i++)
		if (w->users[i].is_org)
			json_array_append_new(rows,
				json_pack("{s:I, s:s, s:b, s:b}", "id",
					(json_int_t)(w->users[i].id + SIM_INSTALLATION), "login",
					w->users[i].login, "installed", !w->users[i].has_no_app,
					"suspended", w->users[i].is_app_suspended));
	return rows;
}

static int show_app(struct sim_call *c)
{
	return sim_say(c, 200,
		json_pack("{s:I, s:s, s:b, s:o, s:o}", "id", (json_int_t)c->w->app.id, "client_id",
			SIM_CLIENT_ID, "is_checked", c->w->app.key != NULL, "permissions",
			sim_grants_show(&c->w->app.grants), "installations", installations(c->w)));
}

/* install, uninstall, suspend, restore: the login of an organization. */
static const char *set_installation(struct sim_call *c)
{
	static const char *const words[] = { "install", "uninstall", "suspend", "restore" };

	for (int i = 0; i < 4; i++) {
		const char *login = sim_input_text(c, words[i]);
		struct sim_user *org = login ? sim_user_find(c->w, hg_str(login)) : NULL;
		if (!login)
			continue;
		if (!org || !org->is_org)
			return "install, uninstall, suspend and restore name an organization";
		if (i < 2)
			org->has_no_app = i == 1;
		else
			org->is_app_suspended = i == 2;
	}
	return NULL;
}

/* GET shows; POST changes what it names, and shows. */
int sim_control_app(struct sim_call *c)
{
	json_t *permissions = json_object_get(c->input, "permissions");
	const char *key = sim_input_text(c, "public_key");
	struct sim_app *app = &c->w->app;
	struct sim_grants grants = app->grants;
	int64_t id;

	if (!sim_control_number(c, "id", &id) || id == 0)
		return sim_control_refuse(c, "id is a whole number above 0");
	if (key && !sim_is_app_key(key))
		return sim_control_refuse(c, "public_key is not an RSA key in PEM");
	if (permissions && !sim_grants_read(permissions, &grants))
		return sim_control_refuse(
			c, "permissions has a name or a level that GitHub's do not have");
	const char *why = set_installation(c);
	if (why)
		return sim_control_refuse(c, why);
	if (id > 0)
		app->id = (uint64_t)id;
	if (key) {
		hg_free(app->key);
		app->key = hg_strndup(key, strlen(key));
	}
	app->grants = grants;
	return show_app(c);
}
