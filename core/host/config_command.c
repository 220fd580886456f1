#include "host/config_command.h"

#include "base/map.h"
#include "host/ask.h"
#include "host/config_example.h"
#include "host/config_lines.h"
#include "host/config_page.h"
#include "host/config_schema.h"

/* -- pages of all options ---------------------------------------------------------------------- */

/* What is wanted of a page: `plugin` NULL, all of it. */
struct page {
	void (*write)(const struct hg_option_list *plugin_path, struct hg_faults *faults,
		struct hg_text *out);
	const char *plugin;
};

static int print_page(
	const struct hg_config_wish *wish, struct page page, FILE *out, FILE *complaints)
{
	struct hg_faults faults;
	struct hg_text text;

	hg_faults_init(&faults);
	hg_text_init(&text);
	struct hg_config *c = hg_config_load(wish, &faults);
	if (!faults.n_errors && page.plugin)
		hg_config_page_plugin(page.plugin, &c->main.plugin_path, &faults, &text);
	else if (!faults.n_errors)
		page.write(&c->main.plugin_path, &faults, &text);
	if (!faults.n_errors)
		fputs(text.p, out);
	hg_faults_print(&faults, complaints);
	int status = faults.n_errors || fflush(out) != 0 ? 1 : 0;
	hg_text_fini(&text);
	hg_config_free(c);
	hg_faults_fini(&faults);
	return status;
}

int hg_config_command_schema(const struct hg_config_wish *wish, FILE *out, FILE *complaints)
{
	return print_page(wish, (struct page){ hg_config_schema, NULL }, out, complaints);
}

int hg_config_command_example(const struct hg_config_wish *wish, FILE *out, FILE *complaints)
{
	return print_page(wish, (struct page){ hg_config_example, NULL }, out, complaints);
}

int hg_config_command_options(
	const struct hg_config_wish *wish, const char *plugin, FILE *out, FILE *complaints)
{
	return print_page(wish, (struct page){ hg_config_page, plugin }, out, complaints);
}

/* -- show -------------------------------------------------------------------------------------- */

/* One configuration, looked at. */
struct look {
	struct hg_setup *setup; /* NULL: it has mistakes, which have been said */
	struct hg_config_lines lines;
};

static bool open_look(struct look *k, const struct hg_config_wish *wish, FILE *complaints)
{
	struct hg_faults faults;

	hg_faults_init(&faults);
	k->setup = hg_setup_read(hg_config_load(wish, &faults), &faults);
	hg_faults_print(&faults, complaints);
	hg_faults_fini(&faults);
	if (k->setup)
		hg_config_lines_init(&k->lines, k->setup);
	return k->setup;
}

static void close_look(struct look *k)
{
	if (!k->setup)
		return;
	hg_config_lines_fini(&k->lines);
	hg_setup_free(k->setup);
}

int hg_config_command_show(
	const struct hg_config_wish *wish, bool json, FILE *out, FILE *complaints)
{
	struct hg_text text;
	struct look k;

	if (!open_look(&k, wish, complaints))
		return 1;
	hg_text_init(&text);
	hg_config_lines_print(&k.lines, &text);
	hg_ask_print(hg_text_str(&text), json, out);
	hg_text_fini(&text);
	close_look(&k);
	return fflush(out) == 0 ? 0 : 1;
}

/* -- diff -------------------------------------------------------------------------------------- */

struct diff {
	bool json;
	uint32_t n, n_restarts;
	FILE *out;
};

/* NULL: it is not there. */
static void add_difference(
	struct diff *d, const struct hg_config_line *now, const struct hg_config_line *wanted)
{
	const struct hg_config_line *line = wanted ? wanted : now;
	const char *a = now ? now->value : d->json ? "null" : "(none)";
	const char *b = wanted ? wanted->value : d->json ? "null" : "(none)";
	bool is_masked = now && wanted && strcmp(a, b) == 0;
	/* an entry that comes or goes is no option that changes */
	bool needs_restart = now && wanted && line->needs_restart;

	if (d->json) {
		struct hg_text path;
		hg_text_init(&path);
		hg_text_add_json(&path, hg_str(line->path));
		fprintf(d->out, "%s{\"option\":%s,\"old\":%s,\"new\":%s,\"needs_restart\":%s}",
			d->n ? "," : "", path.p, a, b, needs_restart ? "true" : "false");
		hg_text_fini(&path);
	} else {
		fprintf(d->out, "%s: %s -> %s%s%s\n", line->path, a, b,
			is_masked ? " (another one)" : "",
			needs_restart ? " (needs a restart)" : "");
	}
	d->n++;
	d->n_restarts += needs_restart;
}

static struct hg_map *index_of(const struct hg_config_lines *l)
{
	struct hg_map *m = hg_map_new();

	for (uint32_t i = 0; i < l->n; i++)
		hg_map_put(m, hg_str(l->items[i].path), &l->items[i]);
	return m;
}

/* Of an entry that only one of them has, the lines that are written out. */
static void compare(
	struct diff *d, const struct hg_config_lines *now, const struct hg_config_lines *wanted)
{
	struct hg_map *old = index_of(now), *new = index_of(wanted);

	for (uint32_t i = 0; i < wanted->n; i++) {
		const struct hg_config_line *line = &wanted->items[i];
		const struct hg_config_line *before = hg_map_find(old, hg_str(line->path));
		if (before ? !hg_config_line_is_same(before, line)
			   : hg_config_line_is_written(line))
			add_difference(d, before, line);
	}
	for (uint32_t i = 0; i < now->n; i++) {
		const struct hg_config_line *line = &now->items[i];
		if (!hg_map_find(new, hg_str(line->path)) && hg_config_line_is_written(line))
			add_difference(d, line, NULL);
	}
	hg_map_free(old);
	hg_map_free(new);
}

int hg_config_command_diff(const struct hg_config_wish *wish, const char *now, const char *wanted,
	bool json, FILE *out, FILE *complaints)
{
	struct diff d = { .json = json, .out = out };
	struct hg_config_wish one = *wish, two = *wish;
	struct look old, new = { 0 };

	one.file = now;
	two.file = wanted;
	if (!open_look(&old, &one, complaints) || !open_look(&new, &two, complaints)) {
		close_look(&old);
		return 2;
	}
	fputs(json ? "[" : "", out);
	compare(&d, &old.lines, &new.lines);
	fputs(json ? "]\n" : "", out);
	if (d.n_restarts)
		fprintf(complaints, "hubgate: a reload would be refused: %u option%s a restart\n",
			d.n_restarts, d.n_restarts == 1 ? " needs" : "s need");
	close_look(&old);
	close_look(&new);
	if (fflush(out) != 0)
		return 2;
	return d.n ? 1 : 0;
}
