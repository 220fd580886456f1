#include "api.h"

#include <stdio.h>

#include "page.h"
#include "shapes.h"

int sim_get_me(struct sim_call *c)
{
	int said = sim_need_user(c);

	if (said)
		return said;
	if (c->who.kind == SIM_WHO_INSTALLATION)
		return sim_say_error(c, 403, "Resource not accessible by integration");
	return sim_say(c, 200, sim_shape_profile(c, sim_call_user(c), true));
}

int sim_get_user(struct sim_call *c)
{
	return sim_say(c, 200, sim_shape_profile(c, c->owner, false));
}

int sim_get_org(struct sim_call *c)
{
	return sim_say(c, 200, sim_shape_org_profile(c, c->owner));
}

/* owner 0: of everybody. */
static int list_repos(struct sim_call *c, uint64_t owner, const char *canonical)
{
	struct sim_page p = sim_page_of(c);
	json_t *rows = json_array();
	int64_t n = 0;

	for (uint32_t i = 0; i < c->w->n_repos; i++) {
		const struct sim_repo *r = &c->w->repos[i];
		if ((owner && r->owner != owner) || r->deleted || !sim_sees(c, r))
			continue;
		if (sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_repo(c, r, false));
	}
	sim_page_link(c, &p, canonical, n);
	return sim_say(c, 200, rows);
}

int sim_list_user_repos(struct sim_call *c)
{
	char canonical[64];

	snprintf(
		canonical, sizeof(canonical), "/user/%llu/repos", (unsigned long long)c->owner->id);
	return list_repos(c, c->owner->id, canonical);
}

int sim_list_org_repos(struct sim_call *c)
{
	char canonical[64];

	snprintf(canonical, sizeof(canonical), "/organizations/%llu/repos",
		(unsigned long long)c->owner->id);
	return list_repos(c, c->owner->id, canonical);
}

int sim_list_my_repos(struct sim_call *c)
{
	int said = sim_need_user(c);

	if (said)
		return said;
	/* members of an organization have its repositories too, so these are all but strangers' */
	const struct sim_user *me = sim_call_user(c);
	return list_repos(c, me->is_member ? 0 : me->id, "/user/repos");
}

int sim_list_my_orgs(struct sim_call *c)
{
	int said = sim_need_user(c);
	json_t *rows = json_array();

	if (said) {
		json_decref(rows);
		return said;
	}
	for (uint32_t i = 0; i < c->w->n_users; i++)
		if (c->w->users[i].is_org && sim_call_user(c)->is_member)
			json_array_append_new(rows, sim_shape_org(c, &c->w->users[i]));
	return sim_say(c, 200, rows);
}

int sim_list_org_members(struct sim_call *c)
{
	struct sim_page p = sim_page_of(c);
	json_t *rows = json_array();
	char canonical[64];
	int64_t n = 0;

	for (uint32_t i = 0; i < c->w->n_users; i++) {
		const struct sim_user *user = &c->w->users[i];
		if (!user->is_org && user->is_member && sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_user(c, user));
	}
	snprintf(canonical, sizeof(canonical), "/organizations/%llu/members",
		(unsigned long long)c->owner->id);
	sim_page_link(c, &p, canonical, n);
	return sim_say(c, 200, rows);
}
