/*
 * From what the test wishes to a setup: the real configuration, in which `plugins:` are the test's.
 */
#include "fake/fake_inside.h"
#include "host/loader/plugin.h"
#include <stdio.h>
#include <stdlib.h>

struct entry { /* one plugin; all owned; name NULL: the file's */
	char *use, *name, *options;
};

struct hg_fake_plan {
	struct entry entries[HG_INSTANCES_MAX];
	uint32_t n;
	char *config; /* NULL: the defaults */
};

/* Tables that were accepted: a second fake of the process finds its own again. */
static struct {
	const struct hg_plugin *foreign;
	char use[96];
} accepted[HG_INSTANCES_MAX];
static uint32_t n_accepted;

static char *copy(const char *text)
{
	return text ? hg_strndup(text, strlen(text)) : NULL;
}

/* What `use:` would have to say for a table that is linked in; NULL and err. */
static const char *use_of_table(const struct hg_plugin *table, struct hg_err *err)
{
	for (uint32_t i = 0; i < n_accepted; i++)
		if (accepted[i].foreign == table)
			return accepted[i].use;
	if (n_accepted == HG_INSTANCES_MAX) {
		hg_err_set(err, HG_ETOOBIG, "more than %d tables in one process", HG_INSTANCES_MAX);
		return NULL;
	}
	(void)snprintf(accepted[n_accepted].use, sizeof(accepted[0].use), "%.64s (linked in, %u)",
		table->name ? table->name : "?", n_accepted);
	if (!hg_plugin_accept(table, accepted[n_accepted].use, err))
		return NULL;
	accepted[n_accepted].foreign = table;
	return accepted[n_accepted++].use;
}

static int add_entry(struct hg_fake_plan *p, const struct hg_fake_plugin *wish, struct hg_err *err)
{
	struct entry *e = &p->entries[p->n];

	if (p->n == HG_INSTANCES_MAX)
		return hg_err_set(err, HG_ETOOBIG, "more than %d plugins", HG_INSTANCES_MAX);
	if (wish->table) {
		const char *use = use_of_table(wish->table, err);
		if (!use)
			return HG_EINVAL;
		e->use = copy(use);
		e->name = copy(wish->name ? wish->name : wish->table->name);
	} else if (wish->file) {
		char *path = realpath(wish->file, NULL);
		if (!path)
			return hg_err_set(
				err, HG_ENOTFOUND, "plugin %s: there is no such file", wish->file);
		e->use = copy(path);
		free(path);
		e->name = copy(wish->name);
	} else {
		return hg_err_set(err, HG_EINVAL, "hg_fake_plugin has neither table nor file");
	}
	e->options = copy(wish->options);
	p->n++;
	return 0;
}

struct hg_fake_plan *hg_fake_plan_new(struct hg_fake *f, struct hg_err *err)
{
	struct hg_fake_plan *p = hg_alloc0(sizeof(*p));
	const struct hg_fake_plugin *beside = f->wish.beside;
	int rc = add_entry(p, &f->wish.plugin, err);

	for (; rc == 0 && beside && (beside->table || beside->file); beside++)
		rc = add_entry(p, beside, err);
	p->config = copy(f->wish.config);
	if (rc == 0)
		return p;
	hg_fake_plan_free(p);
	return NULL;
}

void hg_fake_plan_free(struct hg_fake_plan *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < HG_INSTANCES_MAX; i++) {
		hg_free(p->entries[i].use);
		hg_free(p->entries[i].name);
		hg_free(p->entries[i].options);
	}
	hg_free(p->config);
	hg_free(p);
}

/* -- the configuration ------------------------------------------------------------------------- */

static void put_word(struct hg_arena *arena, struct hg_node *map, const char *key, const char *word)
{
	struct hg_node *node = hg_node_scalar(arena, &map->place, hg_str(word));

	node->is_verbatim = true;
	hg_node_put(arena, map, key, node);
}

/* One of `plugins:`, with the options where the test wrote them. */
static struct hg_node *make_node(struct hg_arena *arena, const struct entry *e, const char *options,
	struct hg_faults *faults)
{
	static const struct hg_place place = { "options", 1, 1 };
	const char *text = options ? options : e->options ? e->options : "";
	struct hg_node *node = hg_yaml_parse(arena, "options", hg_str(text), faults);

	if (node && node->kind != HG_NODE_MAP)
		return node; /* the configuration says what it is not */
	node = node ? hg_node_copy(arena, node) : hg_node_empty(arena, &place, HG_NODE_MAP);
	put_word(arena, node, "use", e->use);
	if (e->name)
		put_word(arena, node, "name", e->name);
	return node;
}

struct asked { /* a plan, for the loader of configurations */
	const struct hg_fake_plan *plan;
	const char *options; /* of the first; NULL: its own */
};

static struct hg_node *make_plugins(void *arg, struct hg_arena *arena, struct hg_faults *faults)
{
	static const struct hg_place place = { "options", 0, 0 };
	const struct asked *asked = arg;
	struct hg_node *list = hg_node_empty(arena, &place, HG_NODE_SEQUENCE);

	for (uint32_t i = 0; i < asked->plan->n; i++)
		hg_node_add(arena, list,
			make_node(arena, &asked->plan->entries[i], i ? NULL : asked->options,
				faults));
	return list;
}

static void say_first(const struct hg_faults *faults, struct hg_err *err)
{
	for (uint32_t i = 0; i < faults->n; i++) {
		struct hg_text line;
		if (faults->items[i].is_warning)
			continue;
		hg_text_init(&line);
		hg_fault_print(&faults->items[i], &line);
		if (faults->n_errors > 1)
			hg_err_set(
				err, HG_EINVAL, "%s (and %u more)", line.p, faults->n_errors - 1);
		else
			hg_err_set(err, HG_EINVAL, "%s", line.p);
		hg_text_fini(&line);
		return;
	}
}

struct hg_setup *hg_fake_plan_make(struct hg_fake *f, const char *options, struct hg_err *err)
{
	static const struct hg_core_routes none;
	struct asked asked = { f->plan, options };
	struct hg_text source; /* read where the test wrote it, not from a file */
	struct hg_config_wish wish = { .file = f->plan->config ? "config" : NULL,
		.source = f->plan->config ? &source : NULL,
		.wall_us = hg_clock_read(f->clock).wall_us,
		.plugins = make_plugins,
		.plugins_arg = &asked };
	struct hg_faults faults;
	struct hg_setup *s = NULL;

	hg_text_init(&source);
	hg_text_add(&source, hg_str(f->plan->config));
	hg_faults_init(&faults);
	struct hg_config *c = hg_config_load(&wish, &faults);
	c->main.state_dir = hg_arena_copy(&c->keep.arena, hg_str(f->state_dir)).p;
	s = hg_setup_new(c, &none, f->generation + 1, &faults);
	if (s)
		f->generation++;
	else
		say_first(&faults, err);
	hg_faults_fini(&faults);
	hg_text_fini(&source);
	return s;
}
