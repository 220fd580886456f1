#include "api.h"
#include "odd.h"

#include <stdio.h>

int sim_get_root(struct sim_call *c)
{
	static const char *const rows[][2] = { { "current_user_url", "/user" },
		{ "code_search_url", "/search/code?q={query}{&page,per_page,sort,order}" },
		{ "emojis_url", "/emojis" }, { "events_url", "/events" },
		{ "gists_url", "/gists{/gist_id}" },
		{ "issue_search_url", "/search/issues?q={query}{&page,per_page,sort,order}" },
		{ "issues_url", "/issues" }, { "notifications_url", "/notifications" },
		{ "organization_url", "/orgs/{org}" },
		{ "organization_repositories_url", "/orgs/{org}/repos{?type,page,per_page,sort}" },
		{ "rate_limit_url", "/rate_limit" }, { "repository_url", "/repos/{owner}/{repo}" },
		{ "repository_search_url",
			"/search/repositories?q={query}{&page,per_page,sort,order}" },
		{ "current_user_repositories_url", "/user/repos{?type,page,per_page,sort}" },
		{ "user_url", "/users/{user}" }, { "user_organizations_url", "/user/orgs" },
		{ "user_repositories_url", "/users/{user}/repos{?type,page,per_page,sort}" } };
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_set_new(o, rows[i][0], json_sprintf("%s%s", c->base, rows[i][1]));
	return sim_say(c, 200, o);
}

int sim_get_zen(struct sim_call *c)
{
	return sim_say_text(c, 200, "text/plain;charset=utf-8", "Keep it logically awesome.");
}

int sim_get_meta(struct sim_call *c)
{
	return sim_say(c, 200,
		json_pack("{s:b, s:{s:s}, s:[s], s:[s,s], s:[s], s:[s], s:[s]}",
			"verifiable_password_authentication", 0, "ssh_key_fingerprints",
			"SHA256_ED25519", "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", "ssh_keys",
			"ssh-ed25519 "
			"AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
			"hooks", "127.0.0.0/8", "::1/128", "web", "127.0.0.0/8", "api",
			"127.0.0.0/8", "actions", "127.0.0.0/8"));
}

int sim_get_versions(struct sim_call *c)
{
	return sim_say(c, 200, json_pack("[s,s]", "2022-11-28", "2026-03-10"));
}

static json_t *budget_shape(const struct sim_call *c, const struct sim_budget *b)
{
	if (sim_is_odd(c->w, SIM_FULL_RATE_LIMIT)) /* what a machine says that knows of nothing */
		return json_pack("{s:I, s:i, s:I, s:I}", "limit", (json_int_t)b->limit, "used", 0,
			"remaining", (json_int_t)b->limit, "reset",
			(json_int_t)(c->now_s + c->w->limits.window_s));
	return json_pack("{s:I, s:I, s:I, s:I}", "limit", (json_int_t)b->limit, "used",
		(json_int_t)b->used, "remaining", (json_int_t)sim_budget_remaining(b), "reset",
		(json_int_t)b->reset_s);
}

int sim_get_rate_limit(struct sim_call *c)
{
	json_t *core = NULL;

	c->is_free = true;
	if (c->w->conf.is_enterprise)
		return sim_say_error(c, 404, "Rate limiting is not enabled.");
	json_t *rows = json_object();
	for (int r = 0; r < SIM_RESOURCES; r++) {
		struct sim_budget *b =
			sim_budget_find(&c->w->limits, &c->payer, (enum sim_resource)r, c->now);
		json_t *row = budget_shape(c, b);
		if (r == SIM_CORE)
			core = json_incref(row);
		json_object_set_new(rows, sim_resource_name((enum sim_resource)r), row);
	}
	c->budget = sim_budget_find(&c->w->limits, &c->payer, SIM_CORE, c->now);
	return sim_say(c, 200, json_pack("{s:o, s:o}", "resources", rows, "rate", core));
}
