#include "host/config/config.h"

#include "base/bug.h"
#include "base/log.h"
#include "front/access_log.h"
#include "host/config/credentials.h"
#include "host/config/env.h"
#include "host/config/secrets.h"
#include "host/config/upstreams.h"
#include <hg/mem.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define SIMULATOR_BIND "127.0.0.1:3002"
#define DEMO_TOKEN "ghp_demonstrationOfHubgateNotARealToken0"

static const char built_in[] = "version: 1\n"
			       "listeners:\n"
			       "- bind: 127.0.0.1:3001\n"
			       "plugins:\n"
			       "- use: metrics\n"
			       "- use: cache\n"
			       "- use: ratelimit\n";

const struct hg_config_section hg_config_sections[] = {
	{ "log", hg_log_options, offsetof(struct hg_config, log) },
	{ "access_log", hg_access_log_options, offsetof(struct hg_config, access_log) },
	{ "admin", hg_admin_options, offsetof(struct hg_config, admin) },
	{ "hooks", hg_hook_options, offsetof(struct hg_config, hooks) },
	{ "http", hg_http_options, offsetof(struct hg_config, http) },
	{ "upstream", hg_upstream_options, offsetof(struct hg_config, upstreams[0]) },
	{ "dispatch", hg_dispatch_options, offsetof(struct hg_config, dispatch) },
	{ "secondary", hg_secondary_options, offsetof(struct hg_config, secondary) },
	{ 0 },
};

struct loading {
	struct hg_config *config;
	const struct hg_config_wish *wish;
	struct hg_node *root;
	struct hg_faults *faults;
};

static struct hg_arena *arena_of(const struct loading *l)
{
	return &l->config->keep.arena;
}

static const char *look_up(struct loading *l, const char *name)
{
	const char *value = l->wish->look ? l->wish->look(name) : NULL;

	return value && value[0] == '/' ? value : NULL;
}

/* The folder of our own sockets. */
static const char *run_dir(struct loading *l)
{
	const char *runtime = look_up(l, "XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		return "/run/hubgate";
	if (runtime)
		return hg_arena_printf(arena_of(l), "%s/hubgate", runtime).p;
	return hg_arena_printf(arena_of(l), "/tmp/hubgate-%u", (unsigned)geteuid()).p;
}

/* -- the tree: file, environment, demonstration ------------------------------------------------ */

static const struct hg_place built_in_place = { HG_BUILT_IN, 0, 0 };

static struct hg_node *text_node(const struct loading *l, const char *text)
{
	struct hg_node *node = hg_node_scalar(arena_of(l), &built_in_place, hg_str(text));

	node->is_verbatim = true;
	return node;
}

static struct hg_node *built_in_tree(const struct loading *l)
{
	const char *bind = l->wish->simulator_bind ? l->wish->simulator_bind : SIMULATOR_BIND;
	struct hg_str text = hg_str(built_in);

	if (l->wish->mode == HG_CONFIG_SIMULATOR)
		text = hg_arena_printf(arena_of(l),
			"version: 1\nworkers: 1\nadmin: {bind: none}\n"
			"listeners:\n- bind: \"%s\"\n  serve: [simulator]\n"
			"plugins:\n- use: simulator\n",
			bind);
	return hg_yaml_parse(arena_of(l), built_in_place.file, text, l->faults);
}

static void add_listener(struct loading *l, const char *bind, const char *serve)
{
	struct hg_arena *arena = arena_of(l);
	struct hg_node *listener = hg_node_empty(arena, &built_in_place, HG_NODE_MAP);
	struct hg_node *listeners = hg_node_copy(arena, hg_node_find(l->root, "listeners"));

	hg_node_put(arena, listener, "bind", text_node(l, bind));
	hg_node_put(arena, listener, "serve", text_node(l, serve));
	hg_node_add(arena, listeners, listener);
	hg_node_put(arena, l->root, "listeners", listeners);
}

/* Where the file names no credential. */
static void add_demo_token(struct loading *l)
{
	struct hg_arena *arena = arena_of(l);
	struct hg_node *credential = hg_node_find(l->root, HG_CREDENTIAL_KEY);

	if (!credential || credential->kind != HG_NODE_MAP)
		credential = hg_node_empty(arena, &built_in_place, HG_NODE_MAP);
	if (hg_node_find(l->root, HG_CREDENTIALS_KEY) || hg_node_find(credential, "token") ||
		hg_node_find(credential, "app_id"))
		return;
	credential = hg_node_copy(arena, credential);
	hg_node_put(arena, credential, "token", text_node(l, DEMO_TOKEN));
	hg_node_put(arena, l->root, HG_CREDENTIAL_KEY, credential);
}

static void add_simulator(struct loading *l)
{
	struct hg_arena *arena = arena_of(l);
	struct hg_node *plugin = hg_node_empty(arena, &built_in_place, HG_NODE_MAP);
	struct hg_node *plugins = hg_node_find(l->root, "plugins");
	struct hg_node *listeners = hg_node_find(l->root, "listeners");
	bool has_simulator = false;

	if (plugins->kind != HG_NODE_SEQUENCE || listeners->kind != HG_NODE_SEQUENCE)
		return; /* said elsewhere */
	for (uint32_t i = 0; i < plugins->n; i++) {
		const struct hg_node *use = hg_node_find(plugins->items[i], "use");
		has_simulator |= use && hg_str_is(use->text, HG_STR("simulator"));
	}
	hg_node_put(arena, plugin, "use", text_node(l, "simulator"));

	plugins = hg_node_copy(arena, plugins);
	if (!has_simulator)
		hg_node_add(arena, plugins, plugin);
	hg_node_put(arena, l->root, "plugins", plugins);
	l->config->simulator_listener = (int)listeners->n;
	add_listener(l, "127.0.0.1:0", "simulator");

	add_demo_token(l);
}

static bool put_absent(struct loading *l, const struct hg_node *from, const char *key)
{
	struct hg_node *there = hg_node_find(l->root, key);

	if ((there && !hg_node_is_null(there)) || !hg_node_find(from, key))
		return false;
	hg_node_put(arena_of(l), l->root, key, hg_node_find(from, key));
	return true;
}

static struct hg_node *read_file(struct loading *l)
{
	struct hg_text *source = &l->config->source;

	if (l->wish->source)
		hg_text_add(source, hg_text_str(l->wish->source));
	else if (!hg_yaml_read(l->wish->file, source, l->faults))
		return NULL;
	return hg_yaml_parse(arena_of(l), l->wish->file, hg_text_str(source), l->faults);
}

static void put_plugins(struct loading *l, const struct hg_node *files)
{
	const struct hg_config_wish *wish = l->wish;

	if (files)
		hg_faults_add(l->faults, &files->place, "plugins", "are not this file's to name");
	hg_node_put(arena_of(l), l->root, "plugins",
		wish->plugins(wish->plugins_arg, arena_of(l), l->faults));
}

static bool make_tree(struct loading *l)
{
	struct hg_node *base = built_in_tree(l);
	struct hg_node *file = NULL;

	if (!base)
		return false;
	if (l->wish->file)
		file = read_file(l);
	else
		file = hg_node_empty(arena_of(l), &built_in_place, HG_NODE_MAP);
	if (!file)
		return false;

	struct hg_node *list = hg_node_find(file, "plugins");
	struct hg_env_wish env = { .look = l->wish->look,
		.is_demo = l->wish->mode != HG_CONFIG_RUN,
		.plugins_are_default = !list || hg_node_is_null(list) };
	l->root = hg_node_copy(arena_of(l), file);
	bool is_unbound = put_absent(l, base, "listeners");
	put_absent(l, base, "plugins");
	if (l->wish->plugins)
		put_plugins(l, list);
	if (l->wish->mode == HG_CONFIG_SIMULATOR) {
		put_absent(l, base, "workers");
		put_absent(l, base, "admin");
	}
	if (env.look)
		hg_env_apply(arena_of(l), l->root, &env, l->faults, &l->config->unsupported);
	if (l->wish->mode != HG_CONFIG_DEMO)
		return true;
	/* for gh, beside the admin socket, for which that folder is made */
	if (is_unbound && !hg_node_find(l->root, "admin"))
		add_listener(
			l, hg_arena_printf(arena_of(l), "unix:%s/gh.sock", run_dir(l)).p, "github");
	add_simulator(l);
	return true;
}

/* -- reading it ------------------------------------------------------------------------------- */

static void read_sections(struct loading *l)
{
	static const char *const lists[] = { HG_CREDENTIAL_KEY, HG_CREDENTIALS_KEY, "upstreams",
		"clients", "listeners", "plugins" };
	const char *others[16] = { NULL }; /* what may stand beside the options of the top */
	struct hg_config *c = l->config;
	size_t n = 0;

	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++)
		others[n++] = sc->key;
	memcpy(others + n, lists, sizeof(lists));
	HG_BUG_ON(n + sizeof(lists) / sizeof(lists[0]) >= sizeof(others) / sizeof(others[0]));
	hg_options_read(hg_main_options, "", l->root, others, &c->main, &c->keep, l->faults);
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++) {
		const struct hg_node *node = hg_node_find(l->root, sc->key);
		hg_options_read(
			sc->rows, sc->key, node, NULL, (char *)c + sc->offset, &c->keep, l->faults);
	}
}

static struct hg_place place_in(const struct hg_node *map, const char *key)
{
	const struct hg_node *node = map ? hg_node_find(map, key) : NULL;

	if (node)
		return node->place;
	return map ? map->place : built_in_place;
}

static void check_workers(struct loading *l)
{
	struct hg_config *c = l->config;
	struct hg_place place = place_in(l->root, "workers");
	uint64_t n = 0;

	if (strcmp(c->main.workers, "auto") == 0) {
		cpu_set_t set;
		CPU_ZERO(&set);
		n = sched_getaffinity(0, sizeof(set), &set) == 0 ? (uint64_t)CPU_COUNT(&set) : 1;
		n = n > 64 ? 64 : n;
	} else if (!hg_parse_u64(hg_str(c->main.workers), &n) || n < 1 || n > 64) {
		hg_faults_add(l->faults, &place, "workers", "expected auto or 1 to 64, got \"%s\"",
			c->main.workers);
		n = 1;
	}
	c->workers = (uint32_t)n;
}

/* Links are compared with them as text: one without a scheme would never be found. */
static void check_public_urls(struct loading *l)
{
	const struct hg_option_list *urls = &l->config->http.public_urls;
	const struct hg_node *http = hg_node_find(l->root, "http");
	const struct hg_node *list = urls->n ? hg_node_find(http, "public_urls") : NULL;

	for (uint32_t i = 0; i < urls->n; i++) {
		const char *url = urls->items[i];
		size_t n = strncasecmp(url, "https://", 8) == 0  ? 8
		           : strncasecmp(url, "http://", 7) == 0 ? 7
		                                                 : 0;
		bool is_item = list->kind == HG_NODE_SEQUENCE && i < list->n;
		if (n && url[n] && url[n] != '/')
			continue;
		hg_faults_add(l->faults, is_item ? &list->items[i]->place : &list->place,
			"http.public_urls",
			"expected what clients write, https://hub.example.com:3443, got \"%.80s\"",
			url);
	}
}

/* Who goes before others must not stop before them. */
static void check_reserves(struct loading *l)
{
	const struct hg_dispatch_conf *d = &l->config->dispatch;
	const struct hg_node *node = hg_node_find(l->root, "dispatch");

	for (unsigned c = HG_CLASS_HIGH; c < HG_CLASS_LOW; c++) {
		const char *name = hg_class_name((enum hg_class)c);
		const char *next = hg_class_name((enum hg_class)(c + 1));
		if (hg_dispatch_reserve(d, (enum hg_class)c) <=
			hg_dispatch_reserve(d, (enum hg_class)(c + 1)))
			continue;
		hg_faults_add(l->faults, node ? &node->place : NULL, "dispatch",
			"reserve_%s is larger than reserve_%s: %s would stop before %s", name, next,
			name, next);
	}
}

static void check_access_log(struct loading *l)
{
	const struct hg_access_log_conf *conf = &l->config->access_log;
	const struct hg_node *section = hg_node_find(l->root, "access_log");
	struct hg_place path = place_in(section, "path"), format = place_in(section, "format");
	struct hg_err err = HG_ERR_INIT;

	l->config->access_log_place = path;
	if (conf->path && conf->path[0] != '/' && strcmp(conf->path, "stderr") != 0)
		hg_faults_add(l->faults, &path, "access_log.path",
			"expected /path or stderr, got \"%.80s\"", conf->path);
	if (conf->format && !hg_access_log_check(conf->format, &err))
		hg_faults_add(l->faults, &format, "access_log.format", "%s", err.text);
}

static bool name_is_fine(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

	return n > 0 && n <= 40 && !name[n] && name[0] >= 'a' && name[0] <= 'z';
}

bool hg_config_name_is_taken(struct hg_str name)
{
	static const char *const words[] = {
#define X(id, word, help) word,
		HG_COMPONENTS(X)
#undef X
			"github",
		"health", "log", "clock", "reload", "resolve", "hubgate"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (hg_str_is(name, hg_str(words[i])))
			return true;
	}
	return false;
}

/* "/x/my-cache.so" and "my-cache" are both called my-cache. */
static const char *name_of_file(struct hg_arena *arena, const char *use)
{
	const char *slash = strrchr(use, '/');
	const char *base = slash ? slash + 1 : use;
	size_t n = strlen(base);

	if (n > 3 && strcmp(base + n - 3, ".so") == 0)
		n -= 3;
	return hg_arena_copy(arena, (struct hg_str){ base, n }).p;
}

/* The keys of an entry that are the plugin's: unknown ones are found when its table is known. */
static void read_entry(struct loading *l, struct hg_plugin_plan *plan)
{
	struct hg_arena *arena = arena_of(l);
	struct hg_node *map = hg_node_empty(arena, &plan->node->place, HG_NODE_MAP);

	if (plan->node->kind != HG_NODE_MAP) {
		hg_faults_add(l->faults, &plan->node->place, plan->path,
			"expected a mapping with `use:`, got %s", hg_node_kind_name(plan->node));
		return;
	}
	for (const char *const *word = hg_plugin_entry_words; *word; word++) {
		struct hg_node *value = hg_node_find(plan->node, *word);
		if (value)
			hg_node_put(arena, map, *word, value);
	}
	hg_options_read(hg_plugin_entry_options, plan->path, map, hg_plugin_entry_words,
		&plan->entry, &l->config->keep, l->faults);
	plan->guard = hg_when_read(
		&plan->when, map, plan->path, &l->config->clients, &l->config->keep, l->faults);
	if (!plan->entry.use)
		return;
	if (!plan->entry.name)
		plan->entry.name = name_of_file(arena, plan->entry.use);

	struct hg_place place = place_in(plan->node, hg_node_find(map, "name") ? "name" : "use");
	if (!name_is_fine(plan->entry.name))
		hg_faults_add(l->faults, &place, plan->path,
			"\"%s\" is no name: lower-case letters, digits, - and _, 40 at most",
			plan->entry.name);
	else if (hg_config_name_is_taken(hg_str(plan->entry.name)))
		hg_faults_add(l->faults, &place, plan->path,
			"\"%s\" is a name of hubgate's own: give the instance another `name:`",
			plan->entry.name);
	for (struct hg_plugin_plan *p = l->config->plugins; p < plan; p++) {
		if (p->entry.name && strcmp(p->entry.name, plan->entry.name) == 0)
			hg_faults_add(l->faults, &place, plan->path,
				"\"%s\" is the name of %s already: give one of them another "
				"`name:`",
				plan->entry.name, p->path);
	}
}

static const struct hg_node *sequence(struct loading *l, const char *key, uint32_t most)
{
	const struct hg_node *list = hg_node_find(l->root, key);

	if (!list)
		return NULL;
	if (list->kind != HG_NODE_SEQUENCE) {
		hg_faults_add(l->faults, &list->place, key, "expected a sequence, got %s",
			hg_node_kind_name(list));
		return NULL;
	}
	if (list->n > most) {
		hg_faults_add(l->faults, &list->place, key, "more than %u", most);
		return NULL;
	}
	return list;
}

static void read_plugins(struct loading *l)
{
	const struct hg_node *list = sequence(l, "plugins", HG_INSTANCES_MAX);

	for (uint32_t i = 0; list && i < list->n; i++) {
		struct hg_plugin_plan *plan = &l->config->plugins[i];
		plan->path = hg_arena_printf(arena_of(l), "plugins[%u]", i).p;
		plan->node = list->items[i];
		read_entry(l, plan);
		l->config->n_plugins++;
	}
}

static void check_serve(struct loading *l, const struct hg_listener_plan *plan)
{
	const char *words[HG_INSTANCES_MAX + 2] = { "github", "health" };
	uint32_t n = 2;

	for (uint32_t i = 0; i < l->config->n_plugins; i++) {
		if (l->config->plugins[i].entry.name)
			words[n++] = l->config->plugins[i].entry.name;
	}
	for (uint32_t i = 0; i < plan->entry.serve.n; i++) {
		const char *word = plan->entry.serve.items[i];
		bool found = false;
		for (uint32_t k = 0; k < n; k++)
			found |= strcmp(word, words[k]) == 0;
		if (found)
			continue;
		const char *meant = hg_meant(hg_str(word), words, n);
		hg_faults_add(l->faults, &plan->place, plan->path,
			"serve: \"%s\" is neither github, health nor an instance of `plugins:`"
			"%s%s%s",
			word, meant ? " (did you mean \"" : "", meant ? meant : "",
			meant ? "\"?)" : "");
	}
}

bool hg_listener_names(const struct hg_listener_plan *plan, const char *word)
{
	for (uint32_t i = 0; i < plan->entry.serve.n; i++) {
		if (strcmp(plan->entry.serve.items[i], word) == 0)
			return true;
	}
	return false;
}

/* Nobody reads along, and nobody comes in without a key or a certificate. */
static bool is_guarded(const struct loading *l, const struct hg_listener_plan *plan)
{
	return plan->tls.is_on &&
	       (l->config->clients.n_keys || hg_cert_plan_needs_client(&plan->tls));
}

static void check_bind(struct loading *l, struct hg_listener_plan *plan, uint32_t index)
{
	struct hg_err err = HG_ERR_INIT;
	uint32_t twins = 0;

	if (hg_address_parse(hg_str(plan->entry.bind), &plan->address, &err) < 0) {
		hg_faults_add(l->faults, &plan->place, plan->path, "bind: %s", err.text);
		return;
	}
	plan->address.is_tls = plan->tls.is_on;
	if (plan->address.is_unix && plan->tls.is_on)
		hg_faults_add(l->faults, &plan->tls.place, plan->tls.path,
			"a Unix socket is guarded by its mode and speaks no TLS");
	if (!plan->address.is_loopback && !is_guarded(l, plan))
		hg_faults_add(l->faults, &plan->place, plan->path,
			"bind: %s is not loopback: without TLS and keys, whoever reaches it could "
			"spend your token; bind 127.0.0.1, [::1] or unix:/path, or set `tls:` and "
			"`clients:` (or tls.client_ca)",
			plan->entry.bind);
	for (uint32_t i = 0; i < index; i++) {
		const char *bind = l->config->listeners[i].entry.bind;
		twins += bind && strcmp(bind, plan->entry.bind) == 0;
	}
	plan->name = plan->entry.bind;
	if (!twins)
		return;
	if (plan->address.is_unix || hg_address_port(&plan->address))
		hg_faults_add(l->faults, &plan->place, plan->path, "bind: %s is written twice",
			plan->entry.bind);
	else
		plan->name = hg_arena_printf(arena_of(l), "%s#%u", plan->entry.bind, twins + 1).p;
}

static void check_trusted(
	struct loading *l, struct hg_listener_plan *plan, const struct hg_node *node)
{
	const struct hg_option_list *list = &plan->entry.trusted;
	struct hg_place place = place_in(node, list->n ? "trusted" : "proxy_protocol");

	if (list->n && !plan->entry.proxy_protocol)
		hg_faults_add(l->faults, &place, plan->path, "trusted: needs proxy_protocol");
	if (plan->entry.proxy_protocol && !list->n && !plan->address.is_unix)
		hg_faults_add(l->faults, &place, plan->path,
			"proxy_protocol: needs `trusted`, the addresses of the proxies that may "
			"name a client");
	plan->trusted =
		hg_arena_alloc0(&l->config->keep.arena, (list->n + 1) * sizeof(*plan->trusted));
	for (uint32_t i = 0; i < list->n; i++)
		if (!hg_net_parse(hg_str(list->items[i]), &plan->trusted[i]))
			hg_faults_add(l->faults, &place, plan->path,
				"trusted: expected an address or a range (10.0.0.0/8, fd00::/8), "
				"got \"%s\"",
				list->items[i]);
}

static void read_listeners(struct loading *l)
{
	struct hg_config *c = l->config;
	const struct hg_node *list = sequence(l, "listeners", HG_LISTENERS_MAX - 1);
	static const char *const others[] = { "tls", NULL };

	for (uint32_t i = 0; list && i < list->n; i++) {
		struct hg_listener_plan *plan = &c->listeners[i];
		const struct hg_node *node = list->items[i];
		plan->path = hg_arena_printf(arena_of(l), "listeners[%u]", i).p;
		hg_options_read(hg_listener_options, plan->path, node, others, &plan->entry,
			&c->keep, l->faults);
		hg_cert_plan_read(&plan->tls, plan->path, node, &c->keep, l->faults);
		c->n_listeners++;
		plan->place = place_in(node, "bind");
		plan->serves_all = !hg_node_find(node, "serve");
		if (!plan->entry.bind)
			continue;
		check_bind(l, plan, i);
		check_trusted(l, plan, node);
		plan->place = place_in(node, "serve");
		check_serve(l, plan);
	}
	if (list && list->n == 0)
		hg_faults_add(l->faults, &list->place, "listeners", "must name at least one");
}

/* -- defaults that depend on the machine ------------------------------------------------------- */

static void set_admin(struct loading *l)
{
	struct hg_config *c = l->config;
	struct hg_place place = place_in(hg_node_find(l->root, "admin"), "bind");
	struct hg_err err = HG_ERR_INIT;

	if (c->admin.bind && strcmp(c->admin.bind, "none") == 0)
		return;
	if (!c->admin.bind && hg_faults_has(l->faults, "admin"))
		return; /* what was meant is not known */
	if (!c->admin.bind)
		c->admin.bind = hg_arena_printf(arena_of(l), "unix:%s/admin.sock", run_dir(l)).p;
	if (hg_address_parse(hg_str(c->admin.bind), &c->admin_address, &err) < 0)
		hg_faults_add(l->faults, &place, "admin.bind", "%s", err.text);
	else if (!c->admin_address.is_unix)
		hg_faults_add(l->faults, &place, "admin.bind",
			"must be unix:/path (mode 0600 guards it) or none");
	else
		c->has_admin = true;
}

static void set_state_dir(struct loading *l)
{
	struct hg_config *c = l->config;
	struct hg_place place = place_in(l->root, "state_dir");
	const char *state = look_up(l, "XDG_STATE_HOME"), *home = look_up(l, "HOME");

	if (c->main.state_dir && c->main.state_dir[0] != '/')
		hg_faults_add(l->faults, &place, "state_dir", "must be an absolute path");
	if (c->main.state_dir)
		return;
	if (geteuid() == 0 || (!state && !home))
		c->main.state_dir = "/var/lib/hubgate";
	else if (state)
		c->main.state_dir = hg_arena_printf(arena_of(l), "%s/hubgate", state).p;
	else
		c->main.state_dir = hg_arena_printf(arena_of(l), "%s/.local/state/hubgate", home).p;
}

/* --plugin-path, the file, or: plugins/ beside the program, then its library folder. */
static void set_plugin_path(struct loading *l)
{
	struct hg_config *c = l->config;
	const char **items = hg_arena_alloc0(arena_of(l), 16 * sizeof(*items));
	uint32_t n = 0;

	c->plugin_path_is_given = l->wish->plugin_path;
	if (c->plugin_path_is_given) {
		for (const char *p = l->wish->plugin_path; *p && n < 16;) {
			size_t len = strcspn(p, ":");
			if (len)
				items[n++] =
					hg_arena_copy(arena_of(l), (struct hg_str){ p, len }).p;
			p += len + (p[len] == ':');
		}
	} else if (c->main.plugin_path.n) {
		return;
	} else {
		char exe[4096];
		ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
		exe[len > 0 ? len : 0] = 0;
		char *slash = strrchr(exe, '/');
		if (slash)
			*slash = 0;
		items[n++] = hg_arena_printf(arena_of(l), "%s/plugins", exe).p;
		items[n++] = hg_arena_printf(arena_of(l), "%s/../lib/hubgate/plugins", exe).p;
	}
	c->main.plugin_path = (struct hg_option_list){ items, n };
}

struct hg_config *hg_config_load(const struct hg_config_wish *wish, struct hg_faults *faults)
{
	struct hg_config *c = hg_alloc0(sizeof(*c));
	struct loading l = { .config = c, .wish = wish, .faults = faults };
	int64_t began_ns = hg_secret_files_now_ns();

	hg_keep_init(&c->keep);
	hg_text_init(&c->unsupported);
	hg_text_init(&c->source);
	c->simulator_listener = -1;
	c->file = wish->file ? hg_arena_copy(&c->keep.arena, hg_str(wish->file)).p : NULL;
	if (!make_tree(&l))
		return c;
	c->root = l.root;
	read_sections(&l);
	check_workers(&l);
	check_public_urls(&l);
	check_access_log(&l);
	check_reserves(&l);
	c->n_upstreams = hg_upstreams_read(c->upstreams, l.root, &c->keep, faults);
	hg_clients_read(&c->clients, hg_node_find(l.root, "clients"), c->upstreams, c->n_upstreams,
		wish->wall_us, &c->keep, faults);
	read_plugins(&l);
	read_listeners(&l);
	set_admin(&l);
	set_state_dir(&l);
	set_plugin_path(&l);
	c->dispatch_place = place_in(hg_node_find(l.root, "dispatch"), "strategy");
	c->secret_files = hg_secret_files_new(l.root, began_ns);
	return c;
}

void hg_config_free(struct hg_config *c)
{
	if (!c)
		return;
	hg_text_fini(&c->unsupported);
	hg_text_wipe(&c->source);
	hg_secret_files_free(c->secret_files);
	hg_keep_fini(&c->keep);
	hg_free(c);
}

/* -- showing and comparing --------------------------------------------------------------------- */

void hg_config_print(const struct hg_config *c, struct hg_text *out)
{
	hg_text_add_char(out, '{');
	hg_text_add(out, HG_STR("\"file\":"));
	hg_text_add_json(out, hg_str(c->file ? c->file : HG_BUILT_IN));
	hg_text_add_char(out, ',');
	hg_options_print(hg_main_options, &c->main, c->root, out);
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++) {
		hg_text_printf(out, ",\"%s\":{", sc->key);
		hg_options_print(sc->rows, (const char *)c + sc->offset,
			hg_node_member(c->root, sc->key), out);
		hg_text_add_char(out, '}');
	}
	hg_text_add_char(out, ',');
	hg_credentials_print(&c->upstreams[0], c->root, out);
	hg_text_add(out, HG_STR(",\"listeners\":["));
	for (uint32_t i = 0; i < c->n_listeners; i++) {
		const struct hg_node *map = hg_node_item(hg_node_member(c->root, "listeners"), i);
		hg_text_add(out, i ? HG_STR(",{") : HG_STR("{"));
		hg_options_print(hg_listener_options, &c->listeners[i].entry, map, out);
		if (c->listeners[i].tls.is_on) {
			hg_text_add(out, HG_STR(",\"tls\":{"));
			hg_options_print(hg_tls_options, &c->listeners[i].tls.entry,
				hg_node_member(map, "tls"), out);
			hg_text_add_char(out, '}');
		}
		hg_text_add_char(out, '}');
	}
	hg_text_add(out, HG_STR("],\"upstreams\":"));
	hg_upstreams_print(c->upstreams, c->n_upstreams, hg_node_member(c->root, "upstreams"), out);
	hg_text_add(out, HG_STR(",\"clients\":"));
	hg_clients_print(&c->clients, out);
	hg_text_add_char(out, '}');
}

struct comparison {
	const struct hg_config *wanted;
	struct hg_faults *faults;
};

static void compare_rows(const struct comparison *c, const struct hg_option *rows,
	const char *section, const void *now, const void *wanted)
{
	const struct hg_node *map = c->wanted->root;

	if (map && section[0])
		map = hg_node_find(map, section);
	for (const struct hg_option *row = rows; row->key; row++) {
		struct hg_str key = hg_option_key(row);
		char path[128], word[64];
		if ((row->flags & HG_OPT_LIVE) || hg_option_is_same(row, now, wanted))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)key.n, key.p);
		snprintf(path, sizeof(path), "%s%s%s", section, section[0] ? "." : "", word);
		struct hg_place place = place_in(map, word);
		hg_faults_add(c->faults, &place, path, "has changed, and that needs a restart");
	}
}

void hg_config_compare(
	const struct hg_config *now, const struct hg_config *wanted, struct hg_faults *faults)
{
	const struct comparison c = { wanted, faults };

	compare_rows(&c, hg_main_options, "", &now->main, &wanted->main);
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++)
		compare_rows(&c, sc->rows, sc->key, (const char *)now + sc->offset,
			(const char *)wanted + sc->offset);
}
