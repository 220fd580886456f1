#include "host/config/clients.h"

#include "base/map.h"
#include "base/text.h"
#include "front/resource.h"
#include "host/config/words.h"
#include "ticket/ticket.h"
#include <hg/err.h>
#include <stdio.h>

#define LIVE HG_OPT_LIVE

const struct hg_option hg_client_options[] = {
	HG_STRING(struct hg_client_entry, name, NULL, LIVE | HG_OPT_REQUIRED,
		"Its name in logs, metrics and `show`; letters, digits, . _ and -, 31 at most."),
	HG_STRING(struct hg_client_entry, expires, NULL, LIVE,
		"From when on its keys are refused: 2027-01-31 or 2027-01-31T12:00:00Z."),
	HG_LIST(struct hg_client_entry, methods, NULL, LIVE,
		"Methods it may use; GET includes HEAD; default: all."),
	HG_LIST(struct hg_client_entry, paths, NULL, LIVE,
		"Paths it may ask for, as api.github.com knows them; * within a segment, a last * "
		"for all below, a last ** for that and the path itself; default: all."),
	HG_LIST(struct hg_client_entry, classes, "normal,low", LIVE,
		"Classes it may ask for by X-Hubgate-Priority: critical, high, normal, low; who "
		"asks for a better one gets the best of these."),
	HG_LIST(struct hg_client_entry, upstreams, "main", LIVE,
		"Upstreams it may ask, by name; its methods, paths and GraphQL hold at each."),
	HG_INT(struct hg_client_entry, share, "1", "1", "1000", LIVE,
		"Its weight among the clients of a class: of 3 and 1 the first is sent three "
		"times as much while both wait."),
	HG_INT(struct hg_client_entry, max_in_flight, "0", "0", "1000000", LIVE,
		"Requests it may have under way at once; over it 429; 0 = no bound."),
	HG_INT(struct hg_client_entry, max_upstream, "0", "0", "1000000", LIVE,
		"Requests it may have at GitHub at once; more wait and let others pass; 0 = no "
		"bound."),
	HG_BOOL(struct hg_client_entry, graphql, "false", LIVE,
		"May it use GraphQL (by POST)? Paths do not bind it there."),
	{ 0 },
};

struct key_entry { /* one of `key_hashes:` */
	const char *hash;
	const char *until;
};

const struct hg_option hg_key_options[] = {
	HG_STRING(struct key_entry, hash, NULL, LIVE | HG_OPT_REQUIRED,
		"sha256: and 64 hex digits, as `hubgate key new` and `hubgate key hash` print."),
	HG_STRING(struct key_entry, until, NULL, LIVE,
		"From when on this key is refused, while others of the client go on."),
	{ 0 },
};

struct reading {
	struct hg_clients *clients;
	struct hg_client_plan *plan; /* the client at hand */
	struct hg_entry at;          /* it again */
	struct hg_map *seen;         /* names and digests -> path of who has it */
	const struct hg_upstream_conf *upstreams;
	uint32_t n_upstreams;
	int64_t wall_us;
};

static const struct hg_place *place_of(const struct hg_node *map, const char *key)
{
	const struct hg_node *node = hg_node_find(map, key);

	return node ? &node->place : &map->place;
}

/* 0 when there is none or it is wrong, which is said. */
static int64_t read_moment(
	struct reading *rd, const char *text, const struct hg_place *place, const char *path)
{
	int64_t us = 0;

	if (!text)
		return 0;
	if (!hg_parse_time(hg_str(text), &us) || us <= 0) {
		hg_faults_add(rd->at.faults, place, path,
			"expected a moment in UTC, 2027-01-31 or 2027-01-31T12:00:00Z");
		return 0;
	}
	if (rd->wall_us && us <= rd->wall_us)
		hg_faults_warn(rd->at.faults, place, path, "has passed: the holder is refused");
	return us;
}

/* -- keys -------------------------------------------------------------------------------------- */

/* The value is never repeated: it may be a key that was pasted in place of its hash. */
static void add_key(struct reading *rd, const char *hash, int64_t until_us,
	const struct hg_place *place, const char *path)
{
	struct hg_clients *c = rd->clients;
	struct hg_key_plan key = { .until_us = until_us, .client = c->n };

	if (hg_key_looks_like_one(hg_str(hash))) {
		hg_faults_add(rd->at.faults, place, path,
			"is a key, and only its hash belongs into a file: `hubgate key hash` says "
			"it; this key is known to whoever reads the file, make another");
		return;
	}
	if (!hg_key_parse_hash(hg_str(hash), key.digest)) {
		hg_faults_add(rd->at.faults, place, path,
			"expected sha256: and 64 hex digits, as `hubgate key new` prints them");
		return;
	}
	struct hg_str digest = { (const char *)key.digest, sizeof(key.digest) };
	const char *other = hg_map_put(rd->seen, digest, (void *)rd->at.path);
	if (other) {
		hg_faults_add(rd->at.faults, place, path, "%s has this key already", other);
		return;
	}
	c->keys[c->n_keys++] = key;
}

static void read_key(struct reading *rd, const struct hg_node *node, const char *path)
{
	struct key_entry entry = { 0 };

	if (node->kind != HG_NODE_MAP) {
		entry.hash = hg_node_word(node, path, rd->at.keep, rd->at.faults);
	} else {
		const struct hg_entry at = { node, path, rd->at.keep, rd->at.faults };
		hg_options_read(
			hg_key_options, path, node, NULL, &entry, rd->at.keep, rd->at.faults);
		hg_entry_refuse_null(&at, "until");
	}
	if (!entry.hash)
		return;
	int64_t until_us = 0;
	if (entry.until)
		until_us = read_moment(rd, entry.until, place_of(node, "until"), path);
	add_key(rd, entry.hash, until_us, &node->place, path);
}

static void read_keys(struct reading *rd)
{
	const struct hg_node *one = hg_node_find(rd->at.node, "key_hash");
	const struct hg_node *many = hg_node_find(rd->at.node, "key_hashes");

	if (!one && !many)
		hg_faults_add(rd->at.faults, &rd->at.node->place, rd->at.path,
			"has no key: `hubgate key new NAME` prints one, and the key_hash for here");
	if (one)
		read_key(rd, one, hg_entry_path(&rd->at, "key_hash"));
	if (!many)
		return;
	if (many->kind != HG_NODE_SEQUENCE || !many->n) {
		hg_faults_add(rd->at.faults, &many->place, hg_entry_path(&rd->at, "key_hashes"),
			"expected a sequence of hashes, got %s",
			many->n ? hg_node_kind_name(many) : "an empty one");
		return;
	}
	for (uint32_t i = 0; i < many->n; i++) {
		struct hg_str path =
			hg_arena_printf(&rd->at.keep->arena, "%s.key_hashes[%u]", rd->at.path, i);
		read_key(rd, many->items[i], path.p);
	}
}

/* -- what it may do ---------------------------------------------------------------------------- */

static void check_name(struct reading *rd)
{
	const char *name = rd->plan->entry.name;
	size_t n =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	const struct hg_place *place = hg_entry_place(&rd->at, "name");

	if (!n || n > HG_CLIENT_NAME_MAX || name[n]) {
		hg_faults_add(rd->at.faults, place, hg_entry_path(&rd->at, "name"),
			"is no name: letters, digits, . _ and -, %d at most", HG_CLIENT_NAME_MAX);
		return;
	}
	if (strcmp(name, "local") == 0)
		hg_faults_add(rd->at.faults, place, hg_entry_path(&rd->at, "name"),
			"\"local\" is the name of clients without a key");
	const char *other = hg_map_put(rd->seen, hg_str(name), (void *)rd->at.path);
	if (other)
		hg_faults_add(rd->at.faults, place, hg_entry_path(&rd->at, "name"),
			"\"%s\" is the name of %s already", name, other);
}

static void read_classes(struct reading *rd)
{
	const struct hg_option_list *list = &rd->plan->entry.classes;
	const char *words[HG_CLASSES];

	for (unsigned c = 0; c < HG_CLASSES; c++)
		words[c] = hg_class_name((enum hg_class)c);
	for (uint32_t i = 0; i < list->n; i++) {
		int k = hg_word_find(&rd->at, "classes", i, list->items[i], words, HG_CLASSES);
		rd->plan->classes |= k < 0 ? 0 : 1u << k;
	}
	if (!list->n)
		hg_faults_add(rd->at.faults, hg_entry_place(&rd->at, "classes"),
			hg_entry_path(&rd->at, "classes"), "must name at least one");
}

static void read_upstreams(struct reading *rd)
{
	const struct hg_option_list *list = &rd->plan->entry.upstreams;
	const char *words[HG_UPSTREAMS_MAX];

	for (uint32_t i = 0; i < rd->n_upstreams; i++)
		words[i] = rd->upstreams[i].name;
	for (uint32_t i = 0; i < list->n; i++) {
		int k = hg_word_find(
			&rd->at, "upstreams", i, list->items[i], words, rd->n_upstreams);
		rd->plan->upstreams |= k < 0 ? 0 : 1u << k;
	}
	if (!list->n)
		hg_faults_add(rd->at.faults, hg_entry_place(&rd->at, "upstreams"),
			hg_entry_path(&rd->at, "upstreams"), "must name at least one");
}

static void read_paths(struct reading *rd)
{
	struct hg_client_plan *plan = rd->plan;
	const struct hg_option_list *list = &plan->entry.paths;
	bool is_everything = false;

	hg_entry_refuse_empty(&rd->at, "paths", list);
	plan->rules = hg_arena_alloc(&rd->at.keep->arena, (list->n + 1) * sizeof(*plan->rules));
	for (uint32_t i = 0; i < list->n; i++) {
		struct hg_err err = HG_ERR_INIT;
		struct hg_str rule =
			hg_rule_parse(&rd->at.keep->arena, hg_str(list->items[i]), &err);
		if (!rule.p)
			hg_faults_add(rd->at.faults, hg_entry_item_place(&rd->at, "paths", i),
				hg_entry_path(&rd->at, "paths"), "\"%.80s\": %s", list->items[i],
				err.text);
		else
			plan->rules[plan->n_rules++] = rule;
		is_everything |= rule.p && hg_rule_is_everything(rule);
	}
	if (is_everything)
		plan->n_rules = 0;
}

static void read_client(struct reading *rd)
{
	static const char *const others[] = { "key_hash", "key_hashes", NULL };
	struct hg_client_entry *entry = &rd->plan->entry;

	hg_options_read(hg_client_options, rd->at.path, rd->at.node, others, entry, rd->at.keep,
		rd->at.faults);
	if (rd->at.node->kind != HG_NODE_MAP)
		return;
	if (entry->name)
		check_name(rd);
	hg_entry_refuse_null(&rd->at, "expires");
	hg_entry_refuse_null(&rd->at, "max_in_flight");
	rd->plan->expires_us = read_moment(rd, entry->expires, hg_entry_place(&rd->at, "expires"),
		hg_entry_path(&rd->at, "expires"));
	rd->plan->methods = hg_methods_read(&rd->at, &entry->methods);
	if (entry->graphql && !(rd->plan->methods & 1u << HG_HTTP1_POST))
		hg_faults_warn(rd->at.faults, hg_entry_place(&rd->at, "graphql"),
			hg_entry_path(&rd->at, "graphql"),
			"opens nothing: GraphQL is asked by POST, which is not in `methods:`");
	read_classes(rd);
	read_upstreams(rd);
	read_paths(rd);
	read_keys(rd);
}

/* How many keys the list can have at most. */
static size_t count_keys(const struct hg_node *list)
{
	size_t n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct hg_node *many = list->items[i]->kind == HG_NODE_MAP
		                                     ? hg_node_find(list->items[i], "key_hashes")
		                                     : NULL;
		n += 1 + (many ? many->n : 0);
	}
	return n;
}

void hg_clients_read(struct hg_clients *c, const struct hg_node *list,
	const struct hg_upstream_conf *upstreams, uint32_t n_upstreams, int64_t wall_us,
	struct hg_keep *keep, struct hg_faults *faults)
{
	*c = (struct hg_clients){ 0 };
	if (!list || hg_node_is_null(list))
		return;
	if (list->kind != HG_NODE_SEQUENCE || list->n > HG_CLIENTS_MAX) {
		hg_faults_add(faults, &list->place, "clients", "expected a sequence, got %s",
			list->n > HG_CLIENTS_MAX ? "too many" : hg_node_kind_name(list));
		return;
	}
	struct reading rd = { .clients = c,
		.seen = hg_map_new(),
		.upstreams = upstreams,
		.n_upstreams = n_upstreams,
		.wall_us = wall_us,
		.at = { .keep = keep, .faults = faults } };
	c->items = hg_arena_alloc0(&keep->arena, (list->n + 1) * sizeof(*c->items));
	c->keys = hg_arena_alloc0(&keep->arena, (count_keys(list) + 1) * sizeof(*c->keys));
	for (; c->n < list->n; c->n++) {
		rd.plan = &c->items[c->n];
		rd.at.node = list->items[c->n];
		rd.at.path = hg_arena_printf(&keep->arena, "clients[%u]", c->n).p;
		read_client(&rd);
	}
	hg_map_free(rd.seen);
}

struct hg_keys *hg_clients_make(const struct hg_clients *c)
{
	if (!c->n)
		return NULL;
	struct hg_keys *keys = hg_keys_new(c->n);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct hg_client_plan *plan = &c->items[i];
		struct hg_grant *g = hg_keys_grant(keys, i);
		g->name = plan->entry.name;
		g->methods = plan->methods;
		g->classes = plan->classes;
		g->upstreams = plan->upstreams;
		g->paths = plan->rules;
		g->n_paths = plan->n_rules;
		g->graphql = plan->entry.graphql;
		g->expires_us = plan->expires_us;
		g->max_in_flight = plan->entry.max_in_flight;
		g->max_upstream = plan->entry.max_upstream;
		g->share = plan->entry.share;
	}
	for (uint32_t i = 0; i < c->n_keys; i++)
		(void)hg_keys_put(keys, c->keys[i].digest, c->keys[i].until_us,
			hg_keys_grant(keys, c->keys[i].client)); /* none is there twice */
	return keys;
}

void hg_clients_print(const struct hg_clients *c, struct hg_text *out)
{
	hg_text_add_char(out, '[');
	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t n_keys = 0;
		for (uint32_t k = 0; k < c->n_keys; k++)
			n_keys += c->keys[k].client == i;
		hg_text_printf(out, "%s{\"keys\":%u", i ? "," : "", n_keys);
		for (const struct hg_option *row = hg_client_options; row->key; row++) {
			hg_text_add_char(out, ',');
			hg_text_add_json(out, hg_option_key(row));
			hg_text_add_char(out, ':');
			hg_option_print(row, &c->items[i].entry, out);
		}
		hg_text_add_char(out, '}');
	}
	hg_text_add_char(out, ']');
}
