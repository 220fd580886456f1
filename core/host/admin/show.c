#include "host/admin/show.h"

#include "base/log.h"
#include "base/metric.h"
#include "base/workers.h"
#include "base/text.h"
#include "front/batch.h"
#include "host/config_lines.h"
#include "host/explain.h"
#include "host/loader/plugin.h"
#include <stdio.h>

/* -- the host's own ---------------------------------------------------------------------------- */

static void show_plugins(struct hg_host *h, struct hg_text *out)
{
	for (uint32_t i = 0; i < h->setup->n; i++) {
		struct hg_instance *in = h->setup->instances[i];
		hg_text_add(out, i ? HG_STR(",{\"name\":") : HG_STR("{\"name\":"));
		hg_text_add_json(out, hg_str(in->name));
		hg_text_add_json_member(out, "plugin", hg_str(in->table->name));
		hg_text_add_json_member(out, "version", hg_str(in->table->version));
		hg_text_add_json_member(out, "about", hg_str(in->table->about));
		hg_text_add_json_member(out, "file", hg_str(hg_plugin_path(in->table)));
		hg_text_printf(out, ",\"hook_calls\":%llu,\"hook_us\":%llu,\"hook_slow\":%llu",
			(unsigned long long)atomic_load(&in->hook_calls),
			(unsigned long long)atomic_load(&in->hook_us),
			(unsigned long long)atomic_load(&in->hook_slow));
		hg_text_printf(out, ",\"failures\":%llu,\"optional\":%s,\"state\":\"%s\"",
			(unsigned long long)atomic_load(&in->quarantine.n_failures),
			in->is_optional ? "true" : "false",
			hg_instance_takes_part(in, hg_now().mono_us) ? "in" : "taken out");
		hg_text_add(out, HG_STR(",\"commands\":["));
		const struct hg_command *c = in->table->commands;
		for (uint32_t k = 0; c && c[k].name; k++) {
			hg_text_add(out, k ? HG_STR(",") : HG_STR(""));
			hg_text_add_json(out, hg_str(c[k].name));
		}
		hg_text_add(out, HG_STR("]}"));
	}
}

static void show_config(struct hg_host *h, struct hg_text *out)
{
	struct hg_config_lines lines;

	hg_config_print(h->setup->config, out);
	out->p[--out->n] = 0; /* its last brace: plugins go before it */
	hg_text_add(out, HG_STR(",\"plugins\":{"));
	for (uint32_t i = 0; i < h->setup->n; i++) {
		const struct hg_instance *in = h->setup->instances[i];
		hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
		hg_text_add_json(out, hg_str(in->name));
		hg_text_add(out, HG_STR(":{"));
		if (in->table->options)
			hg_options_print(in->table->options, in->conf,
				h->setup->config->plugins[i].node, out);
		hg_text_add_char(out, '}');
	}
	hg_text_printf(out, "},\"generation\":%llu,\"options\":",
		(unsigned long long)h->setup->snapshot.generation);
	hg_config_lines_init(&lines, h->setup);
	hg_config_lines_print(&lines, out);
	hg_config_lines_fini(&lines);
	hg_text_add_char(out, '}');
}

static void show_keys(struct hg_host *h, struct hg_text *out)
{
	hg_clients_print(&h->setup->config->clients, out);
}

static void show_mailboxes(struct hg_host *h, struct hg_text *out)
{
	for (uint32_t i = 0; i < h->n_fronts + 2; i++) {
		struct hg_loop *l = hg_host_loop(h, i);
		struct hg_mailbox_state m;
		hg_mailbox_look(hg_loop_mailbox(l), &m);
		hg_text_printf(out,
			"%s{\"loop\":\"%s\",\"waiting\":%zu,\"room\":%zu,\"most\":%zu,"
			"\"posted\":%llu,\"refused\":%llu}",
			i ? "," : "", hg_loop_name(l), m.n, m.room, m.most,
			(unsigned long long)m.posted, (unsigned long long)m.refused);
	}
}

static void add_routes(const char *listener, const char *instance, const struct hg_route *routes,
	bool named, bool *first, struct hg_text *out)
{
	for (const struct hg_route *r = routes; r && r->methods; r++) {
		if (!named && (r->flags & HG_ROUTE_NAMED_ONLY))
			continue;
		hg_text_add(out, *first ? HG_STR("{\"listener\":") : HG_STR(",{\"listener\":"));
		*first = false;
		hg_text_add_json(out, hg_str(listener));
		hg_text_add_json_member(out, "methods", hg_str(r->methods));
		hg_text_add_json_member(out, "path", hg_str(r->path));
		hg_text_add_json_member(out, "plugin", hg_str(instance));
		hg_text_add_json_member(out, "about", hg_str(r->about ? r->about : ""));
		hg_text_add_char(out, '}');
	}
}

static void show_routes(struct hg_host *h, struct hg_text *out)
{
	const struct hg_config *c = h->setup->config;
	const struct hg_snapshot *snap = &h->setup->snapshot;
	bool first = true;

	for (uint32_t i = 0; i < snap->n_listeners; i++) {
		const struct hg_listener_conf *l = &snap->listeners[i];
		if (l->faces & HG_FACE_GITHUB)
			add_routes(l->name, "hubgate", hg_batch_routes, true, &first, out);
		if (l->faces & HG_FACE_GITHUB)
			add_routes(l->name, "hubgate", hg_strategy_routes, true, &first, out);
		if (l->faces & HG_FACE_GITHUB)
			add_routes(l->name, "hubgate", hg_explain_routes, true, &first, out);
		if (l->faces & HG_FACE_HEALTH)
			add_routes(l->name, "hubgate", hg_health_routes, true, &first, out);
		if (l->faces & HG_FACE_ADMIN)
			add_routes(l->name, "hubgate", hg_admin_routes, true, &first, out);
		for (uint32_t k = 0; i < c->n_listeners && k < h->setup->n; k++) {
			const struct hg_instance *in = h->setup->instances[k];
			bool named = hg_listener_names(&c->listeners[i], in->name);
			if (named || c->listeners[i].serves_all)
				add_routes(
					l->name, in->name, in->table->routes, named, &first, out);
		}
	}
}

static void show_listeners(struct hg_host *h, struct hg_text *out)
{
	for (uint32_t i = 0; i < h->n_bound; i++) {
		char url[160];
		hg_address_print(&h->bound[i].address, url, sizeof(url));
		hg_text_add(out, i ? HG_STR(",{\"bind\":") : HG_STR("{\"bind\":"));
		hg_text_add_json(out, hg_str(h->bound[i].name));
		hg_text_add_json_member(out, "url", hg_str(url));
		hg_text_printf(out, ",\"port\":%u}", hg_address_port(&h->bound[i].address));
	}
}

static void add_text(void *arg, struct hg_str text)
{
	hg_text_add(arg, text);
}

static void show_metrics(struct hg_text *out)
{
	struct hg_text text;

	hg_text_init(&text);
	hg_metrics_render(NULL, 0, add_text, &text);
	const char *p = text.n ? text.p : "";
	for (bool first = true; *p;) {
		size_t n = strcspn(p, "\n");
		const char *blank = n ? memrchr(p, ' ', n) : NULL;
		if (n && p[0] != '#' && blank) {
			hg_text_add(out, first ? HG_STR("") : HG_STR(","));
			first = false;
			hg_text_add_json(out, (struct hg_str){ p, (size_t)(blank - p) });
			hg_text_add_char(out, ':');
			hg_text_add_json(
				out, (struct hg_str){ blank + 1, (size_t)(p + n - blank - 1) });
		}
		p += n + (p[n] == '\n');
	}
	hg_text_fini(&text);
}

static void show_events(struct hg_host *h, struct hg_text *out)
{
	struct hg_bus_state s;

	hg_bus_look(h->bus, &s);
	hg_text_printf(out, "{\"waiting\":%u,\"room\":%u,\"delivered\":%llu,\"dropped\":%llu}", s.n,
		s.room, (unsigned long long)s.delivered, (unsigned long long)s.dropped);
}

static void show_quiet(struct hg_host *h, struct hg_text *out)
{
	uint32_t in_flight = hg_dispatch_in_flight(h->dispatch);
	bool pool = hg_workers_is_quiet();

	hg_text_printf(out, "{\"quiet\":%s,\"offload_quiet\":%s,\"upstream_in_flight\":%u}",
		pool && !in_flight ? "true" : "false", pool ? "true" : "false", in_flight);
}

static void show_clock(struct hg_host *h, struct hg_text *out)
{
	struct hg_now now = hg_now();

	hg_text_printf(out, "{\"mono_us\":%lld,\"wall_us\":%lld,\"held\":%s,\"speed\":%g}",
		(long long)now.mono_us, (long long)now.wall_us,
		hg_clock_is_held(h->clock) ? "true" : "false", hg_clock_speed(h->clock));
}

/* -- the words --------------------------------------------------------------------------------- */

static void show_all_metrics(struct hg_host *h, struct hg_text *out)
{
	(void)h;
	hg_text_add_char(out, '{');
	show_metrics(out);
	hg_text_add_char(out, '}');
}

static void show_generations(struct hg_host *h, struct hg_text *out)
{
	hg_host_show_generations(h, out);
}

static void show_reload(struct hg_host *h, struct hg_text *out)
{
	hg_text_add(out, h->last_receipt.n ? hg_text_str(&h->last_receipt) : HG_STR("{}"));
}

static void add_component(
	struct hg_text *out, const char *name, int level, const char *about, bool is_first)
{
	hg_text_add(out, is_first ? HG_STR("{\"component\":") : HG_STR(",{\"component\":"));
	hg_text_add_json(out, hg_str(name));
	hg_text_printf(out, ",\"level\":\"%s\",\"about\":", hg_log_level_word(level));
	hg_text_add_json(out, hg_str(about));
	hg_text_add_char(out, '}');
}

static void show_log(struct hg_host *h, struct hg_text *out)
{
	static const struct {
		const char *name, *about;
	} parts[HG_LOG_COMPONENTS] = {
#define X(id, word, help) [HG_LOG_##id] = { word, help },
		HG_COMPONENTS(X)
#undef X
	};

	for (int i = 0; i < HG_LOG_COMPONENTS; i++)
		add_component(out, parts[i].name, hg_log_level_of((enum hg_component)i),
			parts[i].about, i == 0);
	for (uint32_t i = 0; i < h->setup->n; i++) {
		const struct hg_instance *in = h->setup->instances[i];
		add_component(out, in->name, atomic_load(&in->log_level), in->table->about, false);
	}
}

const struct hg_show_word hg_show_words[] = {
	{ .word = "status",
		.ask = HG_ASK_ALL,
		.show = hg_show_status,
		.of_dispatcher = hg_status_of_dispatcher },
	{ .word = "requests", .ask = HG_ASK_FRONTS },
	{ .word = "conns", .ask = HG_ASK_FRONTS },
	{ .word = "tickets", .ask = HG_ASK_DISPATCHER },
	{ .word = "queues", .ask = HG_ASK_DISPATCHER },
	{ .word = "budgets", .ask = HG_ASK_DISPATCHER },
	{ .word = "identities", .ask = HG_ASK_DISPATCHER },
	{ .word = "credentials", .ask = HG_ASK_DISPATCHER },
	{ .word = "upstreams", .ask = HG_ASK_DISPATCHER },
	{ .word = "plugins", .show = show_plugins, .is_list = true },
	{ .word = "config", .show = show_config },
	{ .word = "keys", .show = show_keys },
	{ .word = "mailboxes", .show = show_mailboxes, .is_list = true },
	{ .word = "metrics", .show = show_all_metrics },
	{ .word = "routes", .show = show_routes, .is_list = true },
	{ .word = "listeners", .show = show_listeners, .is_list = true },
	{ .word = "log", .show = show_log, .is_list = true },
	{ .word = "events", .show = show_events },
	{ .word = "quiet", .show = show_quiet },
	{ .word = "clock", .show = show_clock },
	{ .word = "generations", .show = show_generations },
	{ .word = "reload", .show = show_reload },
	{ 0 },
};

const struct hg_show_word *hg_show_find(struct hg_str word)
{
	const struct hg_show_word *w = hg_show_words;

	while (w->word && !hg_str_is(word, hg_str(w->word)))
		w++;
	return w->word ? w : NULL;
}

void hg_show_print(struct hg_host *h, const struct hg_show_word *w, struct hg_text *out)
{
	if (w->is_list)
		hg_text_add_char(out, '[');
	w->show(h, out);
	if (w->is_list)
		hg_text_add_char(out, ']');
}
