#include "host/command/config_command.h"

#include "host/ask/ask.h"
#include "host/config_diff.h"
#include "host/command/config_example.h"
#include "host/command/config_page.h"
#include "host/command/config_schema.h"

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

static void print_diff(const struct hg_config_diff *d, bool json, FILE *out)
{
	struct hg_text text;

	hg_text_init(&text);
	if (json)
		hg_config_diff_print(d, &text);
	for (uint32_t i = 0; !json && i < d->n; i++) {
		hg_difference_print(&d->items[i], &text);
		hg_text_add(&text, i + 1 < d->n ? HG_STR("\n") : HG_STR(""));
	}
	if (text.n)
		fprintf(out, "%s\n", text.p);
	hg_text_fini(&text);
}

int hg_config_command_diff(const struct hg_config_wish *wish, const char *now, const char *wanted,
	bool json, FILE *out, FILE *complaints)
{
	struct hg_config_wish one = *wish, two = *wish;
	struct look old, new = { 0 };
	struct hg_config_diff d;

	one.file = now;
	two.file = wanted;
	if (!open_look(&old, &one, complaints) || !open_look(&new, &two, complaints)) {
		close_look(&old);
		return 2;
	}
	hg_config_diff_init(&d, &old.lines, &new.lines);
	print_diff(&d, json, out);
	if (d.n_restarts)
		fprintf(complaints, "hubgate: a reload would be refused: %u option%s a restart\n",
			d.n_restarts, d.n_restarts == 1 ? " needs" : "s need");
	int status = d.n ? 1 : 0;
	hg_config_diff_fini(&d);
	close_look(&old);
	close_look(&new);
	return fflush(out) == 0 ? status : 2;
}
