#include "host/config/when_plan.h"

#include "front/resource.h"
#include "host/config/words.h"
#include "ticket/github_route.h"

#define LIVE HG_OPT_LIVE

const struct hg_option hg_when_options[] = {
	HG_LIST(struct hg_when_entry, methods, NULL, LIVE,
		"Methods for which its hooks run; GET includes HEAD; default: all."),
	HG_LIST(struct hg_when_entry, routes, NULL, LIVE,
		"Paths for which they run, as in `clients:`, or templates of GitHub's routes, "
		"/repos/{owner}/{repo}/issues, /graphql; default: all."),
	HG_LIST(struct hg_when_entry, clients, NULL, LIVE,
		"Names of `clients:` for which they run; default: whoever asks."),
	{ 0 },
};

enum { TEMPLATES_MAX = 512 };

static uint32_t all_templates(const char *words[TEMPLATES_MAX])
{
	uint32_t n = 0;

	for (struct hg_str t; n < TEMPLATES_MAX && (t = hg_github_route_template(n)).p; n++)
		words[n] = t.p;
	return n;
}

static void read_template(const struct hg_entry *e, uint32_t i, const char *word,
	struct hg_str *templates, uint32_t *n)
{
	const char *words[TEMPLATES_MAX];
	uint32_t n_words = all_templates(words);
	const char *meant = hg_meant(hg_str(word), words, n_words);

	for (uint32_t k = 0; k < n_words; k++)
		if (strcmp(word, words[k]) == 0) {
			templates[(*n)++] = hg_str(words[k]);
			return;
		}
	hg_faults_add(e->faults, hg_entry_item_place(e, "routes", i), hg_entry_path(e, "routes"),
		"\"%.80s\" is no route of GitHub's that hubgate knows%s%s%s", word,
		meant ? " (did you mean \"" : "", meant ? meant : "", meant ? "\"?)" : "");
}

static void read_routes(
	const struct hg_entry *e, const struct hg_option_list *list, struct hg_when *w)
{
	struct hg_str *rules = hg_arena_alloc(&e->keep->arena, (list->n + 1) * sizeof(*rules));
	struct hg_str *templates =
		hg_arena_alloc(&e->keep->arena, (list->n + 1) * sizeof(*templates));

	for (uint32_t i = 0; i < list->n; i++) {
		struct hg_err err = HG_ERR_INIT;
		const char *word = list->items[i];
		if (strchr(word, '{') || strcmp(word, "/graphql") == 0) {
			read_template(e, i, word, templates, &w->n_templates);
			continue;
		}
		struct hg_str rule = hg_rule_parse(&e->keep->arena, hg_str(word), &err);
		if (rule.p)
			rules[w->n_rules++] = rule;
		else
			hg_faults_add(e->faults, hg_entry_item_place(e, "routes", i),
				hg_entry_path(e, "routes"), "\"%.80s\": %s", word, err.text);
	}
	hg_entry_refuse_empty(e, "routes", list);
	w->rules = rules;
	w->templates = templates;
}

static void read_clients(const struct hg_entry *e, const struct hg_option_list *list,
	const struct hg_clients *clients, struct hg_when *w)
{
	struct hg_arena *arena = &e->keep->arena;
	const char **names = hg_arena_alloc(arena, (clients->n + 1) * sizeof(*names));
	uint64_t *bits = hg_arena_alloc0(arena, (clients->n / 64 + 1) * sizeof(*bits));

	for (uint32_t i = 0; i < clients->n; i++)
		names[i] = clients->items[i].entry.name ? clients->items[i].entry.name : "";
	for (uint32_t i = 0; i < list->n; i++) {
		int k = hg_word_find(e, "clients", i, list->items[i], names, clients->n);
		if (k >= 0)
			bits[k / 64] |= UINT64_C(1) << k % 64;
	}
	hg_entry_refuse_empty(e, "clients", list);
	w->clients = list->n ? bits : NULL;
}

const struct hg_when *hg_when_read(struct hg_when_entry *ret_entry, const struct hg_node *entry,
	const char *path, const struct hg_clients *clients, struct hg_keep *keep,
	struct hg_faults *faults)
{
	struct hg_entry e = { .node = hg_node_find(entry, "when"), .keep = keep, .faults = faults };

	if (!e.node)
		return NULL;
	if (hg_node_is_null(e.node)) {
		hg_faults_add(faults, &e.node->place, path,
			"when: has no value; leave it out if its hooks run for all requests");
		return NULL;
	}
	e.path = hg_arena_printf(&keep->arena, "%s.when", path).p;
	hg_options_read(hg_when_options, e.path, e.node, NULL, ret_entry, keep, faults);
	if (e.node->kind != HG_NODE_MAP || !e.node->n)
		return NULL;
	struct hg_when *w = hg_arena_alloc0(&keep->arena, sizeof(*w));
	w->methods = hg_methods_read(&e, &ret_entry->methods);
	read_routes(&e, &ret_entry->routes, w);
	read_clients(&e, &ret_entry->clients, clients, w);
	return w;
}
