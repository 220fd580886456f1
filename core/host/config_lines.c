#include "host/config_lines.h"

#include "host/config/credentials.h"
#include "host/config/outside.h"
#include <hg/mem.h>

static const char by_default[] = "default";

/* Where a list of rows is read from. */
struct table {
	const struct hg_option *rows;
	const char *path; /* "http", "clients[ci]"; "" for the top */
	const void *conf;
	const struct hg_node *map; /* NULL: nothing is set */
	bool is_plugin;            /* an instance is made anew by each reload */
};

static struct hg_config_line *add_line(struct hg_config_lines *l)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 128;
		l->items = hg_realloc(l->items, l->room * sizeof(*l->items));
	}
	l->items[l->n] = (struct hg_config_line){ 0 };
	return &l->items[l->n++];
}

static const char *origin_of(struct hg_config_lines *l, const struct hg_node *node)
{
	if (!node || hg_node_is_null(node))
		return by_default;
	if (strcmp(node->place.file, HG_BUILT_IN) == 0)
		return by_default;
	struct hg_str outside = hg_outside_reference(node);
	struct hg_str place =
		node->place.line
			? hg_arena_printf(&l->arena, "%s:%u", node->place.file, node->place.line)
			: hg_arena_printf(&l->arena, "environment %s", node->place.file);
	if (outside.n)
		place = hg_arena_printf(&l->arena, "%s %.*s", place.p, (int)outside.n, outside.p);
	return place.p;
}

static const char *keep_text(struct hg_config_lines *l, struct hg_text *text)
{
	const char *kept = hg_arena_copy(&l->arena, hg_text_str(text)).p;

	hg_text_fini(text);
	return kept;
}

static void add_rows(struct hg_config_lines *l, struct table t)
{
	for (const struct hg_option *row = t.rows; row && row->key; row++) {
		struct hg_str key = hg_arena_copy(&l->arena, hg_option_key(row));
		const struct hg_node *node = hg_option_node(t.rows, row, t.map);
		struct hg_config_line *line = add_line(l);
		struct hg_text value;
		hg_text_init(&value);
		hg_option_print(row, t.conf, &value);
		line->value = keep_text(l, &value);
		line->path =
			hg_arena_printf(&l->arena, "%s%s%s", t.path, t.path[0] ? "." : "", key.p).p;
		line->origin = origin_of(l, node);
		if (hg_outside_is_hidden(row, node))
			line->value = "\"***\"";
		line->needs_restart = !t.is_plugin && !(row->flags & HG_OPT_LIVE);
		line->row = row;
		line->conf = t.conf;
	}
}

static const char *entry_path(struct hg_config_lines *l, const char *list, const char *name)
{
	return hg_arena_printf(&l->arena, "%s[%s]", list, name).p;
}

/* -- lists ------------------------------------------------------------------------------------- */

static void add_listeners(struct hg_config_lines *l, const struct hg_config *c)
{
	const struct hg_node *list = hg_node_member(c->root, "listeners");

	for (uint32_t i = 0; i < c->n_listeners; i++) {
		const struct hg_listener_plan *plan = &c->listeners[i];
		struct table t = { .rows = hg_listener_options,
			.path = entry_path(l, "listeners", plan->name),
			.conf = &plan->entry,
			.map = hg_node_item(list, i) };
		add_rows(l, t);
		if (!plan->tls.is_on)
			continue;
		t.rows = hg_tls_options;
		t.map = hg_node_member(t.map, "tls");
		t.path = hg_arena_printf(&l->arena, "%s.tls", t.path).p;
		t.conf = &plan->tls.entry;
		add_rows(l, t);
	}
}

/* before: "upstreams[ghes]."; "" of the top */
static void add_credentials(struct hg_config_lines *l, const struct hg_upstream_conf *u,
	const struct hg_node *map, const char *before)
{
	for (uint32_t i = 0; i < u->n_credentials; i++) {
		const struct hg_credential_conf *credential = &u->credentials[i];
		bool is_list;
		struct table t = { .rows = hg_credential_options,
			.conf = credential,
			.map = hg_credentials_node(map, i, &is_list) };
		struct hg_str path = hg_arena_printf(&l->arena, "%s%s", before,
			is_list ? HG_CREDENTIALS_KEY : HG_CREDENTIAL_KEY);
		t.path = is_list ? entry_path(l, path.p, credential->alias) : path.p;
		add_rows(l, t);
	}
}

static void add_upstreams(struct hg_config_lines *l, const struct hg_config *c)
{
	const struct hg_node *list = hg_node_member(c->root, "upstreams");

	for (uint32_t i = 1; i < c->n_upstreams; i++) {
		const struct hg_upstream_conf *u = &c->upstreams[i];
		struct hg_upstream_entry *entry = hg_arena_alloc0(&l->arena, sizeof(*entry));
		*entry = (struct hg_upstream_entry){ u->name, u->prefix, u->hosts };
		struct table t = { .rows = hg_upstream_entry_options,
			.path = entry_path(l, "upstreams", u->name),
			.conf = entry,
			.map = hg_node_item(list, i - 1) };
		add_rows(l, t);
		t.rows = hg_upstream_options;
		t.conf = u;
		add_rows(l, t);
		add_credentials(l, u, t.map, hg_arena_printf(&l->arena, "%s.", t.path).p);
	}
}

/* The digests are compared and not shown. */
static void add_keys(
	struct hg_config_lines *l, const struct hg_clients *c, uint32_t client, struct table t)
{
	const struct hg_node *node = hg_node_member(t.map, "key_hash");
	struct hg_config_line *line = add_line(l);
	struct hg_text exact;
	uint32_t n = 0;

	hg_text_init(&exact);
	for (uint32_t k = 0; k < c->n_keys; k++) {
		const struct hg_key_plan *key = &c->keys[k];
		if (key->client != client)
			continue;
		hg_text_add(
			&exact, (struct hg_str){ (const char *)key->digest, sizeof(key->digest) });
		hg_text_printf(&exact, "%lld ", (long long)key->until_us);
		n++;
	}
	line->path = hg_arena_printf(&l->arena, "%s.keys", t.path).p;
	line->value = hg_arena_printf(&l->arena, "%u", n).p;
	line->origin = origin_of(l, node ? node : hg_node_member(t.map, "key_hashes"));
	line->exact = hg_arena_copy(&l->arena, hg_text_str(&exact));
	hg_text_fini(&exact);
}

static void add_clients(struct hg_config_lines *l, const struct hg_config *c)
{
	const struct hg_node *list = hg_node_member(c->root, "clients");

	for (uint32_t i = 0; i < c->clients.n; i++) {
		const struct hg_client_entry *entry = &c->clients.items[i].entry;
		struct table t = { .rows = hg_client_options,
			.path = entry_path(l, "clients", entry->name),
			.conf = entry,
			.map = hg_node_item(list, i) };
		add_rows(l, t);
		add_keys(l, &c->clients, i, t);
	}
}

static void add_plugins(struct hg_config_lines *l, const struct hg_setup *s)
{
	const struct hg_config *c = s->config;
	struct hg_config_line *line = add_line(l);
	struct hg_text order;

	hg_text_init(&order);
	for (uint32_t i = 0; i < s->n; i++) {
		hg_text_add(&order, i ? HG_STR(",") : HG_STR("["));
		hg_text_add_json(&order, hg_str(s->instances[i]->name));
	}
	hg_text_add(&order, s->n ? HG_STR("]") : HG_STR("[]"));
	line->path = "plugins";
	line->origin = origin_of(l, hg_node_member(c->root, "plugins"));
	line->value = keep_text(l, &order);
	line->exact = hg_str(line->value);
	for (uint32_t i = 0; i < s->n; i++) {
		struct table t = { .rows = hg_plugin_entry_options,
			.path = entry_path(l, "plugins", s->instances[i]->name),
			.conf = &c->plugins[i].entry,
			.map = c->plugins[i].node,
			.is_plugin = true };
		add_rows(l, t);
		t.rows = s->instances[i]->table->options;
		t.conf = s->instances[i]->conf;
		add_rows(l, t);
		if (!c->plugins[i].guard)
			continue;
		t.rows = hg_when_options;
		t.conf = &c->plugins[i].when;
		t.map = hg_node_member(t.map, "when");
		t.path = hg_arena_printf(&l->arena, "%s.when", t.path).p;
		add_rows(l, t);
	}
}

/* -- all of them ------------------------------------------------------------------------------- */

static void set_origin(struct hg_config_lines *l, const char *path, const char *origin)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].path, path) == 0)
			l->items[i].origin = origin;
}

void hg_config_lines_init(struct hg_config_lines *l, const struct hg_setup *s)
{
	const struct hg_config *c = s->config;

	*l = (struct hg_config_lines){ 0 };
	hg_arena_init(&l->arena);
	add_rows(l, (struct table){ hg_main_options, "", &c->main, c->root, false });
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++)
		add_rows(l, (struct table){ sc->rows, sc->key, (const char *)c + sc->offset,
				    hg_node_member(c->root, sc->key), false });
	add_credentials(l, &c->upstreams[0], c->root, "");
	if (c->plugin_path_is_given)
		set_origin(l, "plugin_path", "--plugin-path");
	add_listeners(l, c);
	add_upstreams(l, c);
	add_clients(l, c);
	add_plugins(l, s);
}

void hg_config_lines_fini(struct hg_config_lines *l)
{
	hg_free(l->items);
	hg_arena_fini(&l->arena);
}

bool hg_config_line_is_written(const struct hg_config_line *line)
{
	return line->origin != by_default || (line->row && line->row->flags & HG_OPT_REQUIRED);
}

bool hg_config_line_is_same(const struct hg_config_line *a, const struct hg_config_line *b)
{
	if (!a->row && !b->row)
		return hg_str_is(a->exact, b->exact);
	if (a->row == b->row)
		return hg_option_is_same(a->row, a->conf, b->conf);
	return strcmp(a->value, b->value) == 0; /* an instance of another plugin */
}

void hg_config_lines_print(const struct hg_config_lines *l, struct hg_text *out)
{
	hg_text_add_char(out, '[');
	for (uint32_t i = 0; i < l->n; i++) {
		hg_text_add(out, i ? HG_STR(",{\"option\":") : HG_STR("{\"option\":"));
		hg_text_add_json(out, hg_str(l->items[i].path));
		hg_text_add_json_member(out, "origin", hg_str(l->items[i].origin));
		hg_text_add(out, HG_STR(",\"value\":"));
		hg_text_add(out, hg_str(l->items[i].value));
		hg_text_add_char(out, '}');
	}
	hg_text_add_char(out, ']');
}
