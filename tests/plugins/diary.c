/*
 * diary - what survives: a file in its state directory (restarts), a number by adopt (reloads).
 *
 *     GET /diary          counts a page: "3 pages, start 1"
 *     show diary/state    {"pages":…,"starts":…,"adopted":…,"dir":true}
 *
 * The option `note` may change on reload: the instance is then made anew, and adopts the pages.
 *
 * Thread: the request's front; start and adopt on the host loop.
 */
#include <hg/plugin.h>
#include <stdatomic.h>
#include <stdio.h>

struct diary_conf {
	const char *note;
};

struct diary {
	_Atomic uint32_t pages;
	uint32_t starts, adopted;
};

static const struct hg_option options[] = {
	HG_STRING(struct diary_conf, note, NULL, HG_OPT_LIVE, "Any word."),
	{ 0 },
};

/* One line: how often the plugin was started in this directory. */
static int count_start(struct diary *d, const char *dir, struct hg_err *err)
{
	char path[512];

	if (snprintf(path, sizeof(path), "%s/starts", dir) >= (int)sizeof(path))
		return hg_err_set(err, HG_ETOOBIG, "%s: too long a path", dir);
	FILE *file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%u", &d->starts) != 1)
			d->starts = 0;
		(void)fclose(file);
	}
	d->starts++;
	file = fopen(path, "w");
	if (!file)
		return hg_err_set(err, HG_EIO, "%s: cannot be written", path);
	(void)fprintf(file, "%u\n", d->starts);
	if (fclose(file) != 0)
		return hg_err_set(err, HG_EIO, "%s: cannot be written", path);
	return 0;
}

static int start(void *self, const void *conf, struct hg_err *err)
{
	const char *dir = hg_state_dir(self);

	(void)conf;
	if (!dir)
		return hg_err_set(err, HG_ENOTFOUND, "no state directory");
	return count_start(self, dir, err);
}

static int adopt(void *self, void *old_self, struct hg_err *err)
{
	struct diary *d = self, *old = old_self;

	(void)err;
	atomic_store(&d->pages, atomic_load(&old->pages));
	d->adopted = old->adopted + 1;
	return 0;
}

static enum hg_verdict on_page(void *self, struct hg_request *r)
{
	struct diary *d = self;
	char text[64];
	int n = snprintf(text, sizeof(text), "%u pages, start %u",
		atomic_fetch_add(&d->pages, 1) + 1, d->starts);

	hg_reply_text(r, 200, "text/plain", (struct hg_str){ text, (size_t)n });
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/diary", .on_request = on_page, .about = "Counts a page." },
	{ 0 },
};

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct diary *d = self;

	(void)args;
	(void)err;
	hg_answer_printf(out, "{\"pages\":%u,\"starts\":%u,\"adopted\":%u,\"dir\":%s}",
		atomic_load(&d->pages), d->starts, d->adopted,
		hg_state_dir(self) ? "true" : "false");
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "state", .run = show_state, .about = "What survived." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "diary",
	.about = "Remembers.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct diary),
	.conf_size = sizeof(struct diary_conf),
	.options = options,
	.routes = routes,
	.commands = commands,
	.wants_state = 1,
	.start = start,
	.adopt = adopt,
};
HG_PLUGIN_EXPORT(table)
