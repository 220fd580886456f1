#include "api.h"

#include <hg/mem.h>

#include "shapes.h"
#include "text.h"

int sim_get_repo(struct sim_call *c)
{
	return sim_say(c, 200, sim_shape_repo(c, c->repo, true));
}

/* What GitHub allows in a name; it turns others into '-', the simulator refuses them. */
static bool is_name(const char *name)
{
	size_t n =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= 100 && name[n] == '\0' && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static int rename_repo(struct sim_call *c, const char *name)
{
	struct sim_repo *r = c->repo;
	struct sim_repo *other = sim_repo_find(c->w, hg_str(c->owner->login), hg_str(name));

	if (!is_name(name))
		return sim_say_invalid(c, "Repository", "name", "custom", "name is not valid");
	if (other && other != r)
		return sim_say_invalid(
			c, "Repository", "name", "custom", "name already exists on this account");
	if (other == r) /* the same but for its case */
		return 0;
	hg_free(r->former_name);
	r->former_name = r->name;
	r->name = hg_strndup(name, strlen(name));
	return 0;
}

int sim_patch_repo(struct sim_call *c)
{
	int said = sim_need_admin(c);

	if (said || (said = sim_need_input(c)))
		return said;
	const char *name = sim_input_text(c, "name");
	const char *description = sim_input_text(c, "description");
	json_t *is_private = json_object_get(c->input, "private");
	json_t *has_issues = json_object_get(c->input, "has_issues");
	json_t *archived = json_object_get(c->input, "archived");

	if (name && strcmp(name, c->repo->name) != 0 && (said = rename_repo(c, name)))
		return said;
	if (description) {
		hg_free(c->repo->description);
		c->repo->description = hg_strndup(description, strlen(description));
	}
	if (is_private)
		c->repo->is_private = json_is_true(is_private);
	if (has_issues)
		c->repo->has_no_issues = json_is_false(has_issues);
	if (archived)
		c->repo->is_archived = json_is_true(archived);
	c->repo->updated_s = c->now_s;
	return sim_say(c, 200, sim_shape_repo(c, c->repo, true));
}

int sim_delete_repo(struct sim_call *c)
{
	int said = sim_need_admin(c);

	if (said)
		return said;
	c->repo->deleted = true;
	return sim_say_empty(c, 204);
}

int sim_create_org_repo(struct sim_call *c)
{
	int said = sim_need_admin(c);

	if (said || (said = sim_need_input(c)))
		return said;
	const char *name = sim_input_text(c, "name");
	const char *description = sim_input_text(c, "description");
	if (!name)
		return sim_say_invalid(c, "Repository", "name", "missing_field", NULL);
	if (!is_name(name))
		return sim_say_invalid(c, "Repository", "name", "custom", "name is not valid");
	if (sim_repo_find(c->w, hg_str(c->owner->login), hg_str(name)))
		return sim_say_invalid(
			c, "Repository", "name", "custom", "name already exists on this account");

	struct sim_repo *r = sim_repo_put(c->w, c->owner->id, name, c->now_s);
	if (!r)
		return sim_say_error(c, 422, "The simulated GitHub is full.");
	r->stars = 0;
	r->is_private = json_is_true(json_object_get(c->input, "private"));
	if (description) {
		hg_free(r->description);
		r->description = hg_strndup(description, strlen(description));
	}
	sim_answer_set(c->out, "Location", sim_repo_url(c, r).text);
	return sim_say(c, 201, sim_shape_repo(c, r, true));
}

int sim_list_labels(struct sim_call *c)
{
	json_t *rows = json_array();

	for (int l = 0; l < SIM_LABELS; l++)
		json_array_append_new(rows, sim_shape_label(c, c->repo, l));
	return sim_say(c, 200, rows);
}

int sim_get_languages(struct sim_call *c)
{
	return sim_say(c, 200,
		json_pack("{s:i, s:i}", "C", (int)(c->repo->n_commits * 1701), "Lua",
			(int)(c->repo->n_commits * 93)));
}

int sim_list_nothing(struct sim_call *c)
{
	return sim_say(c, 200, json_array());
}
