#include "api.h"

#include <stdio.h>

#include "page.h"
#include "shapes.h"
#include "text.h"

static uint64_t owner_of(const struct sim_call *c)
{
	return c->repo ? c->repo->id : c->owner->id;
}

int sim_list_runners(struct sim_call *c)
{
	int said = sim_need_admin(c);
	struct sim_page p = sim_page_of(c);
	char canonical[96], name[128];
	int64_t n = 0;

	if (said)
		return said;
	sim_query_text(c, "name", name, sizeof(name));
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->w->n_runners; i++) {
		const struct sim_runner *runner = &c->w->runners[i];
		if (runner->owner == owner_of(c) && !runner->deleted &&
			(!*name || strcmp(name, runner->name) == 0) && sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_runner(runner));
	}
	snprintf(canonical, sizeof(canonical), "/%s/%llu/actions/runners",
		c->repo ? "repositories" : "organizations", (unsigned long long)owner_of(c));
	sim_page_link(c, &p, canonical, n);
	return sim_say(
		c, 200, json_pack("{s:I, s:o}", "total_count", (json_int_t)n, "runners", rows));
}

/* The runner that params[0] names; NULL: what forbids it was said. */
static struct sim_runner *need_runner(struct sim_call *c)
{
	int64_t id = sim_text_id(c->params[0]);

	if (sim_need_admin(c))
		return NULL;
	struct sim_runner *runner =
		id < 0 ? NULL : sim_runner_find(c->w, owner_of(c), (uint64_t)id);
	if (!runner)
		sim_say_error(c, 404, "Not Found");
	return runner;
}

int sim_get_runner(struct sim_call *c)
{
	const struct sim_runner *runner = need_runner(c);

	return runner ? sim_say(c, 200, sim_shape_runner(runner)) : c->out->status;
}

int sim_delete_runner(struct sim_call *c)
{
	struct sim_runner *runner = need_runner(c);
	char message[160];

	if (!runner)
		return c->out->status;
	if (runner->busy) {
		snprintf(message, sizeof(message),
			"Runner \"%.64s\" is currently running a job and cannot be deleted.",
			runner->name);
		return sim_say_error(c, 422, message);
	}
	runner->deleted = true;
	return sim_say_empty(c, 204);
}

int sim_create_runner_token(struct sim_call *c)
{
	int said = sim_need_admin(c);

	if (said)
		return said;
	json_t *token = json_sprintf("A%015llX%012llX", (unsigned long long)(sim_random(c->w) >> 4),
		(unsigned long long)(sim_random(c->w) >> 16));
	return sim_say(c, 201,
		json_pack("{s:o, s:o}", "token", token, "expires_at",
			json_string(sim_text_iso(c->now_s + 3600).text)));
}

int sim_list_runner_downloads(struct sim_call *c)
{
	static const char *const rows[][2] = { { "linux", "x64" }, { "linux", "arm64" },
		{ "osx", "arm64" }, { "win", "x64" } };
	json_t *list = json_array();
	int said = sim_need_admin(c);

	if (said) {
		json_decref(list);
		return said;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o, s:o}", "os", rows[i][0], "architecture",
				rows[i][1], "download_url",
				json_sprintf("https://github.com/actions/runner/releases/download/"
					     "v2.321.0/actions-runner-%s-%s-2.321.0.tar.gz",
					rows[i][0], rows[i][1]),
				"filename",
				json_sprintf("actions-runner-%s-%s-2.321.0.tar.gz", rows[i][0],
					rows[i][1])));
	return sim_say(c, 200, list);
}

int sim_list_runner_groups(struct sim_call *c)
{
	int said = sim_need_admin(c);

	if (said)
		return said;
	return sim_say(c, 200,
		json_pack("{s:i, s:[{s:i, s:s, s:s, s:b, s:o, s:b, s:b}]}", "total_count", 1,
			"runner_groups", "id", 1, "name", "Default", "visibility", "all", "default",
			1, "runners_url",
			json_sprintf("%s/orgs/%s/actions/runner-groups/1/runners", c->base,
				c->owner->login),
			"inherited", 0, "allows_public_repositories", 0));
}
