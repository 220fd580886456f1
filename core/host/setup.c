#include "host/setup.h"

#include "base/bug.h"
#include "base/log.h"
#include "front/access_log.h"
#include "base/stopwatch.h"
#include "front/batch.h"
#include "front/resolve.h"
#include "front/router.h"
#include "front/tls.h"
#include "host/loader/plugin.h"
#include "host/loader/plugin_command.h"
#include "host/loader/trial.h"
#include <errno.h>
#include <hg/mem.h>
#include <hg/strategy.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { DESCRIPTORS_KEPT = 128 }; /* not for clients */

/* -- instances --------------------------------------------------------------------------------- */

static void read_options(struct hg_setup *s, struct hg_instance *in,
	const struct hg_plugin_plan *plan, struct hg_faults *faults)
{
	const struct hg_plugin *table = in->table;
	struct hg_err err = HG_ERR_INIT;

	in->conf = hg_alloc0(table->conf_size ? table->conf_size : 1);
	if (hg_options_read(table->options, plan->path, plan->node, hg_plugin_entry_words, in->conf,
		    &s->config->keep, faults))
		return;
	if (table->check && table->check(in->conf, &err) < 0)
		hg_faults_add(faults, &plan->node->place, plan->path, "%s",
			err.text[0] ? err.text : "its own check refused it");
}

/* Comfort fails open; what refuses requests may be there for more than that. */
static void warn_of_open_door(
	const struct hg_instance *in, const struct hg_plugin_plan *plan, struct hg_faults *faults)
{
	if (in->is_optional && in->table->on_admit)
		hg_faults_warn(faults, &plan->node->place, plan->path,
			"is optional and has a say in ADMIT: while it is left out for failing, "
			"what it would refuse gets through");
}

/* Whoever reloads can not wait for each of many. */
static int refuse_untried(const char *path, struct hg_err *err)
{
	return hg_err_set(err, HG_ETIMEOUT,
		"plugin %s: was not tried: a file before it took too long to be loaded", path);
}

/* A `when:` is for hooks: who writes one for a plugin without any means something else by it. */
static void warn_of_idle_when(
	const struct hg_plugin *t, const struct hg_plugin_plan *plan, struct hg_faults *faults)
{
	bool has_hooks = t->on_admit || t->on_weigh || t->on_lookup || t->on_send || t->on_head ||
	                 t->on_keep || t->on_done;
	char path[128];

	if (!plan->guard || has_hooks)
		return;
	(void)snprintf(path, sizeof(path), "%s.when", plan->path);
	hg_faults_warn(faults, &hg_node_find(plan->node, "when")->place, path,
		"changes nothing: %s has no hooks%s", t->name,
		t->routes ? ", and its routes answer whoever may ask" : "");
}

/* Without a mistake, positions in `instances` and in config.plugins agree. */
static void load_plugins(struct hg_setup *s, struct hg_faults *faults)
{
	struct hg_config *c = s->config;
	bool one_hangs = false;

	for (uint32_t i = 0; i < c->n_plugins; i++) {
		const struct hg_plugin_plan *plan = &c->plugins[i];
		struct hg_err err = HG_ERR_INIT;
		if (!plan->entry.use || !plan->entry.name)
			continue; /* said by the config */
		int64_t began_us = hg_stopwatch_now_us();
		const struct hg_plugin *table = hg_plugin_load_tried(plan->entry.use,
			&c->main.plugin_path, one_hangs ? refuse_untried : hg_trial, &err);
		if (!table) {
			one_hangs |= hg_stopwatch_now_us() - began_us >
			             HG_PLUGIN_PATIENCE_MS * INT64_C(500);
			hg_faults_add(faults, &hg_node_find(plan->node, "use")->place, plan->path,
				"%s", err.text);
			continue;
		}
		struct hg_instance *in = hg_instance_new(plan->entry.name, table, s->n);
		in->owner = s;
		in->limits = &c->hooks;
		if (plan->entry.optional != HG_OPTIONAL_AUTO)
			in->is_optional = plan->entry.optional == HG_OPTIONAL_YES;
		s->instances[s->n++] = in;
		warn_of_open_door(in, plan, faults);
		read_options(s, in, plan, faults);
		warn_of_idle_when(table, plan, faults);
		if (hg_plugin_is_replaced(table))
			hg_faults_warn(faults, &plan->node->place, plan->path,
				"%s is another file than the one that was loaded, which stays: "
				"it needs a restart",
				hg_plugin_path(table));
	}
}

struct hg_instance *hg_setup_find(const struct hg_setup *s, struct hg_str name)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (hg_str_is(hg_str(s->instances[i]->name), name))
			return s->instances[i];
	}
	return NULL;
}

static bool provides(const struct hg_instance *in, const char *service)
{
	for (const struct hg_service *s = in->table->provides; s && s->name; s++)
		if (strcmp(s->name, service) == 0)
			return true;
	return false;
}

/* One option that names another instance. */
static void check_ref(const struct hg_setup *s, uint32_t i, const struct hg_option *row,
	const char *name, struct hg_faults *faults)
{
	const struct hg_plugin_plan *plan = &s->config->plugins[i];
	const struct hg_node *node =
		hg_option_node(s->instances[i]->table->options, row, plan->node);
	const struct hg_place *place = node ? &node->place : &plan->node->place; /* a default */
	const struct hg_instance *other = hg_setup_find(s, hg_str(name));
	const char *names[HG_INSTANCES_MAX];
	char path[128];

	snprintf(path, sizeof(path), "%s.%s", plan->path, row->key);
	for (uint32_t k = 0; k < s->n; k++)
		names[k] = s->instances[k]->name;
	if (!other) {
		const char *meant = hg_meant(hg_str(name), names, s->n);
		hg_faults_add(faults, place, path, "there is no instance \"%s\"%s%s%s", name,
			meant ? " (did you mean \"" : "", meant ? meant : "", meant ? "\"?)" : "");
	} else if (row->choices && !provides(other, row->choices)) {
		hg_faults_add(faults, place, path,
			"\"%s\" does not provide %s, which is needed here", name, row->choices);
	}
}

static void check_refs(struct hg_setup *s, struct hg_faults *faults)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct hg_instance *in = s->instances[i];
		const struct hg_option *row = in->table->options;
		for (; row && row->key; row++) {
			const char *name = NULL;
			if (row->type != HG_OPT_REF)
				continue;
			memcpy(&name, (const char *)in->conf + row->offset, sizeof(name));
			if (name)
				check_ref(s, i, row, name, faults);
		}
	}
}

/* -- snapshot --------------------------------------------------------------------------------- */

static void add_routes(struct hg_router *router, struct hg_instance *in, void *self,
	const struct hg_route *routes, bool named, const struct hg_listener_plan *plan,
	struct hg_faults *faults)
{
	for (const struct hg_route *r = routes; r && r->methods; r++) {
		struct hg_err err = HG_ERR_INIT;
		if (!named && (r->flags & HG_ROUTE_NAMED_ONLY))
			continue;
		if (hg_router_add(router, in, self, r, &err) < 0)
			hg_faults_add(faults, plan ? &plan->place : NULL, plan ? plan->path : "",
				"%s", err.text);
	}
}

static void make_listener(struct hg_setup *s, const struct hg_listener_plan *plan,
	struct hg_listener_conf *l, const struct hg_core_routes *core, struct hg_faults *faults)
{
	l->name = plan->name;
	l->is_unix = plan->address.is_unix;
	l->is_loopback = plan->address.is_loopback;
	l->is_keys_only = plan->entry.passthrough == HG_PASSTHROUGH_NO ||
	                  (plan->entry.passthrough == HG_PASSTHROUGH_AUTO && !l->is_loopback);
	l->has_preface = plan->entry.proxy_protocol;
	l->trusted = plan->trusted;
	l->n_trusted = plan->entry.trusted.n;
	if (plan->tls.is_on)
		l->tls = hg_cert_plan_load(&plan->tls, plan->name, faults);
	l->router = hg_router_new();
	if (plan->serves_all || hg_listener_names(plan, "github")) {
		l->faces |= HG_FACE_GITHUB;
		add_routes(l->router, NULL, NULL, hg_batch_routes, true, plan, faults);
		add_routes(l->router, NULL, core->self, core->github, true, plan, faults);
		add_routes(l->router, NULL, core->self, core->explain, true, plan, faults);
	}
	if (plan->serves_all || hg_listener_names(plan, "health")) {
		l->faces |= HG_FACE_HEALTH;
		add_routes(l->router, NULL, core->self, core->health, true, plan, faults);
	}
	for (uint32_t i = 0; i < s->n; i++) {
		struct hg_instance *in = s->instances[i];
		bool named = hg_listener_names(plan, in->name);
		if (plan->serves_all || named)
			add_routes(l->router, in, in->self, in->table->routes, named, plan, faults);
	}
}

static void make_listeners(
	struct hg_setup *s, const struct hg_core_routes *core, struct hg_faults *faults)
{
	struct hg_config *c = s->config;
	struct hg_snapshot *snap = &s->snapshot;

	snap->n_listeners = c->n_listeners + c->has_admin;
	snap->listeners = hg_alloc0((snap->n_listeners + 1) * sizeof(*snap->listeners));
	for (uint32_t i = 0; i < c->n_listeners; i++)
		make_listener(s, &c->listeners[i], &snap->listeners[i], core, faults);
	s->admin_listener = -1;
	if (!c->has_admin)
		return;
	s->admin_listener = (int)c->n_listeners;
	struct hg_listener_conf *l = &snap->listeners[s->admin_listener];
	l->name = c->admin.bind;
	l->faces = HG_FACE_ADMIN | HG_FACE_HEALTH;
	l->is_unix = l->is_loopback = true;
	l->router = hg_router_new();
	add_routes(l->router, NULL, core->self, core->admin, true, NULL, faults);
	add_routes(l->router, NULL, core->self, core->health, true, NULL, faults);
}

static void hook(struct hg_hooks *hooks, struct hg_instance *in, bool has_it)
{
	if (has_it)
		hooks->in[hooks->n++] = in;
}

static void make_hooks(struct hg_setup *s)
{
	struct hg_snapshot *snap = &s->snapshot;

	for (uint32_t i = 0; i < s->n; i++) {
		struct hg_instance *in = s->instances[i];
		const struct hg_plugin *t = in->table;
		hook(&snap->admit, in, t->on_admit);
		hook(&snap->weigh, in, t->on_weigh);
		hook(&snap->lookup, in, t->on_lookup);
		hook(&snap->send, in, t->on_send);
		hook(&snap->head, in, t->on_head);
		hook(&snap->keep, in, t->on_keep);
		hook(&snap->done, in, t->on_done);
	}
}

/* Whose hooks run for some requests only; and who tells what an ID means, for rules about paths. */
static void guard(struct hg_setup *s)
{
	struct hg_snapshot *snap = &s->snapshot;

	for (uint32_t i = 0; i < s->n; i++) {
		snap->when[i] = s->config->plugins[i].guard;
		if (snap->when[i])
			snap->guarded |= UINT64_C(1) << i;
	}
	if (snap->keys || snap->guarded)
		snap->resolver = hg_resolver_new();
}

static void collect_strategies(struct hg_setup *s)
{
	struct hg_snapshot *snap = &s->snapshot;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct hg_service *sv = s->instances[i]->table->provides;
		for (; sv && sv->name && snap->n_strategies < HG_STRATEGIES_MAX; sv++) {
			if (strcmp(sv->name, HG_STRATEGY) != 0 || !sv->label)
				continue;
			snap->strategies[snap->n_strategies++] =
				(struct hg_strategy_row){ sv->label,
					{ .size = sizeof(struct hg_provider),
						.vtable = sv->vtable,
						.self = s->instances[i]->self } };
		}
	}
}

static void choose_strategy(struct hg_setup *s, struct hg_faults *faults)
{
	const char *wanted = s->config->dispatch.strategy;
	struct hg_snapshot *snap = &s->snapshot;
	struct hg_text have;

	collect_strategies(s);
	snap->strategy = hg_snapshot_strategy(snap, hg_str(wanted ? wanted : "adaptive"));
	if (snap->strategy < snap->n_strategies || !wanted)
		return;
	hg_text_init(&have);
	hg_snapshot_strategy_names(snap, &have);
	hg_faults_add(faults, &s->config->dispatch_place, "dispatch.strategy",
		"no plugin of this configuration provides the strategy \"%s\" (there is %s%s)",
		wanted, have.p, snap->n_strategies ? "" : ": plugin ratelimit is not in it");
	hg_text_fini(&have);
}

/* No front takes more connections than there are descriptors for; some are kept for the way to
 * GitHub, for files and the loops themselves. */
static void bound_connections(struct hg_setup *s)
{
	int64_t *most = &s->snapshot.http.max_connections;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT32_MAX)
		return;
	int64_t all = (int64_t)limit.rlim_cur;
	int64_t kept = all / 2 < DESCRIPTORS_KEPT ? all / 2 : DESCRIPTORS_KEPT;
	int64_t share = (all - kept) / (s->config->workers ? s->config->workers : 1);
	if (share < 1)
		share = 1;
	if (*most > share) {
		HG_LOG(HG_LOG_HOST, HG_LOG_INFO,
			"http.max_connections is %lld, but %lld descriptors are enough for %lld a "
			"front",
			(long long)*most, (long long)all, (long long)share);
		*most = share;
	}
}

static struct hg_setup *load(struct hg_config *config, struct hg_faults *faults)
{
	struct hg_setup *s = hg_alloc0(sizeof(*s));

	hg_list_init(&s->link);
	s->config = config;
	s->admin_listener = -1;
	load_plugins(s, faults); /* also when there are mistakes: their options may have some too */
	return s;
}

struct hg_setup *hg_setup_new(struct hg_config *config, const struct hg_core_routes *core,
	uint64_t generation, struct hg_faults *faults)
{
	struct hg_setup *s = load(config, faults);
	struct hg_snapshot *snap = &s->snapshot;

	if (faults->n_errors == 0) {
		check_refs(s, faults);
		hg_setup_match(s, faults);
		make_listeners(s, core, faults);
		choose_strategy(s, faults);
	}
	if (faults->n_errors) {
		hg_setup_free(s);
		return NULL;
	}
	atomic_init(&snap->refs, 1);
	snap->generation = generation;
	snap->http = config->http;
	bound_connections(s);
	memcpy(snap->upstreams, config->upstreams, sizeof(snap->upstreams));
	snap->n_upstreams = config->n_upstreams;
	snap->dispatch = config->dispatch;
	snap->secondary = config->secondary;
	hg_snapshot_set_origins(snap);
	snap->keys = hg_clients_make(&config->clients);
	guard(s);
	snap->n_instances = s->n;
	snap->instances = s->instances;
	snap->owner = s;
	make_hooks(s);
	return s;
}

struct hg_setup *hg_setup_read(struct hg_config *config, struct hg_faults *faults)
{
	struct hg_setup *s = load(config, faults);

	if (faults->n_errors == 0)
		check_refs(s, faults);
	if (faults->n_errors == 0)
		return s;
	hg_setup_free(s);
	return NULL;
}

void hg_setup_free(struct hg_setup *s)
{
	if (!s)
		return;
	HG_BUG_ON(s->n_started);
	hg_list_remove(&s->link);
	for (uint32_t i = 0; i < s->snapshot.n_listeners; i++) {
		hg_router_free(s->snapshot.listeners[i].router);
		hg_tls_unref(s->snapshot.listeners[i].tls);
	}
	hg_free(s->snapshot.listeners);
	hg_keys_free(s->snapshot.keys);
	hg_access_log_free(s->snapshot.access_log);
	hg_resolver_free(s->snapshot.resolver);
	for (uint32_t i = 0; i < s->n; i++) {
		struct hg_instance *in = s->instances[i];
		hg_free(in->conf);
		hg_free(in->found);
		hg_free((char *)in->state_dir);
		hg_instance_free(in);
	}
	hg_config_free(s->config);
	hg_free(s);
}

/* -- starting and stopping --------------------------------------------------------------------- */

/* Makes the path with mode 0700, parents too. */
static int make_dir(char *path, struct hg_err *err)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		(void)mkdir(path, 0700);
		*p = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return hg_err_set(err, HG_EIO, "state directory %s: %s", path, strerror(errno));
	return 0;
}

static int make_state_dir(struct hg_setup *s, struct hg_instance *in, struct hg_err *err)
{
	struct hg_text path;

	hg_text_init(&path);
	hg_text_printf(&path, "%s/%s", s->config->main.state_dir, in->name);
	int rc = make_dir(path.p, err);
	if (rc == 0)
		in->state_dir = hg_strndup(path.p, path.n);
	hg_text_fini(&path);
	return rc;
}

/* As its table says: it does not start without one, or it has to. */
static int give_state(struct hg_setup *s, struct hg_instance *in, struct hg_err *err)
{
	struct hg_err why = HG_ERR_INIT;

	if (!in->table->wants_state)
		return 0;
	if (in->table->wants_state != 2)
		return make_state_dir(s, in, err);
	if (make_state_dir(s, in, &why) < 0)
		hg_log(in->self, HG_LOG_WARN, "nothing will survive a restart: %s", why.text);
	return 0;
}

static int start_one(struct hg_setup *s, struct hg_instance *in, struct hg_err *err)
{
	const struct hg_plugin *t = in->table;
	int rc = give_state(s, in, err);

	if (rc < 0 || !t->start)
		return rc;
	rc = t->start(in->self, in->conf, err);
	if (rc < 0 && err && !err->text[0])
		hg_err_set(err, rc, "start failed with code %d", rc);
	return rc;
}

static int adopt_one(struct hg_instance *in, struct hg_setup *old, struct hg_err *err)
{
	struct hg_instance *before = old ? hg_setup_find(old, hg_str(in->name)) : NULL;

	if (!before || before->table != in->table || !in->table->adopt)
		return 0;
	return in->table->adopt(in->self, before->self, err);
}

int hg_setup_start(struct hg_setup *s, struct hg_setup *old, struct hg_err *err)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct hg_instance *in = s->instances[s->order[i]];
		int64_t began_us = hg_stopwatch_now_us();
		int rc = start_one(s, in, err);
		if (rc >= 0) {
			s->n_started++;
			rc = adopt_one(in, old, err);
		}
		s->took_us[in->index] = hg_stopwatch_now_us() - began_us;
		if (rc < 0) {
			hg_err_wrap(err, "plugin %s", in->name);
			hg_setup_stop(s);
			return rc;
		}
	}
	return 0;
}

void hg_setup_stop(struct hg_setup *s)
{
	while (s->n_started > 0) {
		struct hg_instance *in = s->instances[s->order[--s->n_started]];
		if (in->table->stop)
			in->table->stop(in->self);
	}
}
