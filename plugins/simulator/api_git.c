#include "api.h"

#include <stdio.h>

#include <hg/mem.h>

#include "page.h"
#include "shapes.h"
#include "text.h"

int sim_list_commits(struct sim_call *c)
{
	struct sim_page p = sim_page_of(c);
	const struct sim_repo *r = c->repo;
	json_t *rows = json_array();
	char canonical[64];

	for (uint32_t i = 0; i < r->n_commits; i++) /* newest first */
		if (sim_page_has(&p, i))
			json_array_append_new(rows, sim_shape_commit(c, r, r->n_commits - 1 - i));
	snprintf(canonical, sizeof(canonical), "/repositories/%llu/commits",
		(unsigned long long)r->id);
	sim_page_link(c, &p, canonical, r->n_commits);
	return sim_say(c, 200, rows);
}

/* Index of the commit that a branch or SHA names; -1: none. */
static int64_t commit_of(const struct sim_repo *r, struct hg_str ref)
{
	char sha[41];

	if (hg_str_is(ref, HG_STR("main")) || hg_str_is(ref, HG_STR("HEAD")))
		return (int64_t)r->n_commits - 1;
	for (uint32_t i = 0; ref.n >= 7 && ref.n <= 40 && i < r->n_commits; i++) {
		sim_sha(r->id, i, sha);
		if (memcmp(sha, ref.p, ref.n) == 0)
			return i;
	}
	return -1;
}

int sim_get_commit(struct sim_call *c)
{
	int64_t index = commit_of(c->repo, c->params[0]);
	char message[128];

	if (index < 0) {
		snprintf(message, sizeof(message), "No commit found for SHA: %.*s",
			c->params[0].n < 64 ? (int)c->params[0].n : 64, c->params[0].p);
		return sim_say_error(c, 422, message);
	}
	json_t *o = sim_shape_commit(c, c->repo, (uint32_t)index);
	json_object_set_new(o, "stats",
		json_pack("{s:i, s:i, s:i}", "total", 3, "additions", 2, "deletions", 1));
	json_object_set_new(o, "files", json_array());
	return sim_say(c, 200, o);
}

/* Every repository has two branches, at the same commit. */
static const char *const branches[] = { "main", "feature/login" };

static int branch_of(struct hg_str name)
{
	char plain[128];
	struct hg_str query = { 0 };
	struct sim_text text = { 0 };

	/* "heads%2Ffeature": a slash may come in either form */
	sim_text_printf(&text, "n=%.*s", (int)name.n, name.p);
	query = (struct hg_str){ text.p, text.n };
	bool found = sim_text_query(query, "n", plain, sizeof(plain));
	sim_text_fini(&text);
	for (int i = 0; found && i < 2; i++)
		if (strcmp(plain, branches[i]) == 0)
			return i;
	return -1;
}

static json_t *branch_shape(struct sim_call *c, int branch, bool is_whole)
{
	struct sim_url url = sim_repo_url(c, c->repo);
	char sha[41];

	sim_sha(c->repo->id, c->repo->n_commits - 1, sha);
	json_t *commit = is_whole ? sim_shape_commit(c, c->repo, c->repo->n_commits - 1)
	                          : json_pack("{s:s, s:o}", "sha", sha, "url",
					    json_sprintf("%s/commits/%s", url.text, sha));
	return json_pack(
		"{s:s, s:o, s:b}", "name", branches[branch], "commit", commit, "protected", 0);
}

int sim_list_branches(struct sim_call *c)
{
	return sim_say(
		c, 200, json_pack("[o,o]", branch_shape(c, 1, false), branch_shape(c, 0, false)));
}

int sim_get_branch(struct sim_call *c)
{
	int branch = branch_of(c->params[0]);

	if (branch < 0)
		return sim_say_error(c, 404, "Branch not found");
	return sim_say(c, 200, branch_shape(c, branch, true));
}

int sim_get_ref(struct sim_call *c)
{
	struct hg_str ref = c->params[0];
	struct sim_url url = sim_repo_url(c, c->repo);
	int branch = -1;
	char sha[41];

	if (hg_str_starts(ref, HG_STR("heads/")))
		branch = branch_of((struct hg_str){ ref.p + 6, ref.n - 6 });
	else if (hg_str_starts(ref, HG_STR("heads%2F")))
		branch = branch_of((struct hg_str){ ref.p + 8, ref.n - 8 });
	if (branch < 0)
		return sim_say_error(c, 404, "Not Found");
	sim_sha(c->repo->id, c->repo->n_commits - 1, sha);
	return sim_say(c, 200,
		json_pack("{s:o, s:o, s:o, s:{s:s, s:s, s:o}}", "ref",
			json_sprintf("refs/heads/%s", branches[branch]), "node_id",
			sim_shape_node_id("Ref", c->repo->id), "url",
			json_sprintf("%s/git/refs/heads/%s", url.text, branches[branch]), "object",
			"sha", sha, "type", "commit", "url",
			json_sprintf("%s/git/commits/%s", url.text, sha)));
}

/* The tree that every repository has. */
static const char *const files[] = { "README.md", "LICENSE", "src/main.c", "src/main.h" };
#define FILES (sizeof(files) / sizeof(files[0]))

static void text_of_file(struct sim_call *c, size_t file, struct sim_text *text)
{
	sim_text_printf(text, "# %s\n\n%s of %s/%s, from the simulated GitHub.\n", c->repo->name,
		files[file], c->owner->login, c->repo->name);
}

static json_t *entry_shape(
	struct sim_call *c, const char *path, size_t n_path, bool is_dir, uint64_t size)
{
	struct sim_url url = sim_repo_url(c, c->repo), html = sim_repo_html(c, c->repo);
	const char *name = path;
	char sha[41];
	int n = (int)n_path;

	for (size_t i = 0; i < n_path; i++)
		if (path[i] == '/')
			name = path + i + 1;
	sim_sha(c->repo->id + 2, (uint64_t)path[0] << 16 | n_path, sha);
	json_t *self = json_sprintf("%s/contents/%.*s?ref=main", url.text, n, path);
	json_t *git = json_sprintf("%s/git/%s/%s", url.text, is_dir ? "trees" : "blobs", sha);
	json_t *page =
		json_sprintf("%s/%s/main/%.*s", html.text, is_dir ? "tree" : "blob", n, path);
	json_t *raw = is_dir ? json_null()
	                     : json_sprintf("https://raw.githubusercontent.com/%s/%s/main/%.*s",
				       c->owner->login, c->repo->name, n, path);
	json_t *o = json_pack("{s:s%, s:s%, s:s, s:I, s:O, s:O, s:O, s:o, s:s}", "name", name,
		n_path - (size_t)(name - path), "path", path, n_path, "sha", sha, "size",
		(json_int_t)size, "url", self, "html_url", page, "git_url", git, "download_url",
		raw, "type", is_dir ? "dir" : "file");
	json_object_set_new(
		o, "_links", json_pack("{s:o, s:o, s:o}", "self", self, "git", git, "html", page));
	return o;
}

static int say_file(struct sim_call *c, size_t file)
{
	struct sim_text text = { 0 };

	text_of_file(c, file, &text);
	json_t *o = entry_shape(c, files[file], strlen(files[file]), false, text.n);
	char *coded = sim_text_base64(text.p, text.n);
	sim_text_fini(&text);
	json_object_set_new(o, "content", json_sprintf("%s\n", coded));
	json_object_set_new(o, "encoding", json_string("base64"));
	hg_free(coded);
	return sim_say(c, 200, o);
}

/* Entries directly below `dir`, each once; the files of a folder stand together. */
static int say_folder(struct sim_call *c, struct hg_str dir)
{
	json_t *rows = json_array();
	struct hg_str last = { 0 };

	for (size_t i = 0; i < FILES; i++) {
		struct hg_str f = hg_str(files[i]);
		size_t skip = dir.n ? dir.n + 1 : 0;
		if (dir.n && (!hg_str_starts(f, dir) || f.n <= dir.n || f.p[dir.n] != '/'))
			continue;
		const char *slash = memchr(f.p + skip, '/', f.n - skip);
		struct hg_str entry = { f.p, slash ? (size_t)(slash - f.p) : f.n };
		if (last.p && hg_str_is(entry, last))
			continue;
		json_array_append_new(
			rows, entry_shape(c, entry.p, entry.n, slash != NULL, slash ? 0 : 80));
		last = entry;
	}
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return sim_say_error(c, 404, "Not Found");
	}
	return sim_say(c, 200, rows);
}

int sim_get_contents(struct sim_call *c)
{
	for (size_t i = 0; i < FILES; i++)
		if (hg_str_is(c->params[0], hg_str(files[i])))
			return say_file(c, i);
	return say_folder(c, c->params[0]);
}

int sim_get_readme(struct sim_call *c)
{
	return say_file(c, 0);
}

int sim_get_archive(struct sim_call *c)
{
	char location[512];
	bool is_zip = sim_text_glob("*/zipball*", c->path);

	snprintf(location, sizeof(location),
		"https://codeload.github.com/%s/%s/legacy.%s/refs/heads/main?token=%llX",
		c->owner->login, c->repo->name, is_zip ? "zip" : "tar.gz",
		(unsigned long long)sim_random(c->w));
	return sim_say_moved(c, 302, location);
}
