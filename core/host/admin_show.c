#include "host/host_inside.h"

#include "base/metric.h"
#include "base/pool.h"
#include "base/text.h"
#include "front/batch.h"
#include "host/config_lines.h"
#include "host/plugin.h"
#include <hg/mem.h>
#include <hg/reply.h>
#include <stdio.h>

/* What `show` answers, as JSON. What the host owns is printed at once (hg_host_show); what fronts
 * and dispatcher own is gathered: one message to each, one back, the last one answers. */

const char *const hg_show_words[] = { "requests", "conns", "tickets", "queues", "budgets",
	"credentials", "upstreams", "plugins", "config", "mailboxes", "metrics", "routes",
	"listeners", "events", "quiet", "clock", "generations", "reload", NULL };

/* -- the host's own ---------------------------------------------------------------------------- */

static void show_plugins(struct hg_host *h, struct hg_text *out)
{
	for (uint32_t i = 0; i < h->setup->n; i++) {
		struct hg_instance *in = h->setup->instances[i];
		hg_text_add(out, i ? HG_STR(",{\"name\":") : HG_STR("{\"name\":"));
		hg_text_add_json(out, hg_str(in->name));
		hg_text_add(out, HG_STR(",\"plugin\":"));
		hg_text_add_json(out, hg_str(in->table->name));
		hg_text_add(out, HG_STR(",\"version\":"));
		hg_text_add_json(out, hg_str(in->table->version));
		hg_text_add(out, HG_STR(",\"about\":"));
		hg_text_add_json(out, hg_str(in->table->about));
		hg_text_add(out, HG_STR(",\"file\":"));
		hg_text_add_json(out, hg_str(hg_plugin_path(in->table)));
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

static void print_values(const struct hg_instance *in, struct hg_text *out)
{
	const struct hg_option *row = in->table->options;

	for (bool first = true; row && row->key; row++, first = false) {
		hg_text_add(out, first ? HG_STR("") : HG_STR(","));
		hg_text_add_json(out, hg_option_key(row));
		hg_text_add_char(out, ':');
		hg_option_print(row, in->conf, out);
	}
}

static void show_config(struct hg_host *h, struct hg_text *out)
{
	struct hg_config_lines lines;

	hg_config_print(h->setup->config, out);
	out->p[--out->n] = 0; /* its last brace: plugins go before it */
	hg_text_add(out, HG_STR(",\"plugins\":{"));
	for (uint32_t i = 0; i < h->setup->n; i++) {
		hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
		hg_text_add_json(out, hg_str(h->setup->instances[i]->name));
		hg_text_add(out, HG_STR(":{"));
		print_values(h->setup->instances[i], out);
		hg_text_add_char(out, '}');
	}
	hg_text_printf(out, "},\"generation\":%llu,\"options\":",
		(unsigned long long)h->setup->snapshot.generation);
	hg_config_lines_init(&lines, h->setup);
	hg_config_lines_print(&lines, out);
	hg_config_lines_fini(&lines);
	hg_text_add_char(out, '}');
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
		hg_text_add(out, HG_STR(",\"methods\":"));
		hg_text_add_json(out, hg_str(r->methods));
		hg_text_add(out, HG_STR(",\"path\":"));
		hg_text_add_json(out, hg_str(r->path));
		hg_text_add(out, HG_STR(",\"plugin\":"));
		hg_text_add_json(out, hg_str(instance));
		hg_text_add(out, HG_STR(",\"about\":"));
		hg_text_add_json(out, hg_str(r->about ? r->about : ""));
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
		hg_text_add(out, HG_STR(",\"url\":"));
		hg_text_add_json(out, hg_str(url));
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
	bool pool = hg_pool_is_quiet();

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

void hg_host_show(struct hg_host *h, const char *what, struct hg_text *out, bool *ret_known)
{
	bool is_list = strcmp(what, "plugins") == 0 || strcmp(what, "mailboxes") == 0 ||
	               strcmp(what, "routes") == 0 || strcmp(what, "listeners") == 0;

	*ret_known = true;
	if (is_list)
		hg_text_add_char(out, '[');
	if (strcmp(what, "plugins") == 0) {
		show_plugins(h, out);
	} else if (strcmp(what, "config") == 0) {
		show_config(h, out);
	} else if (strcmp(what, "mailboxes") == 0) {
		show_mailboxes(h, out);
	} else if (strcmp(what, "routes") == 0) {
		show_routes(h, out);
	} else if (strcmp(what, "listeners") == 0) {
		show_listeners(h, out);
	} else if (strcmp(what, "metrics") == 0) {
		hg_text_add_char(out, '{');
		show_metrics(out);
		hg_text_add_char(out, '}');
	} else if (strcmp(what, "events") == 0) {
		show_events(h, out);
	} else if (strcmp(what, "quiet") == 0) {
		show_quiet(h, out);
	} else if (strcmp(what, "clock") == 0) {
		show_clock(h, out);
	} else if (strcmp(what, "generations") == 0) {
		hg_host_show_generations(h, out);
	} else if (strcmp(what, "reload") == 0) {
		hg_text_add(out, h->last_receipt.n ? hg_text_str(&h->last_receipt) : HG_STR("{}"));
	} else {
		*ret_known = false;
	}
	if (is_list)
		hg_text_add_char(out, ']');
}

/* -- gathered from other loops ----------------------------------------------------------------- */

struct part {
	struct hg_message message;
	struct gather *gather;
	struct hg_loop *loop;
	struct hg_front *front;
	const char *name;
	struct hg_text text;
};

struct gather {
	struct hg_host *host;
	struct hg_waiter *waiter;
	char what[32];
	bool is_list; /* parts are members of one array */
	uint32_t n, n_left;
	struct part parts[HG_FRONTS_MAX + 1];
};

static void free_gather(struct gather *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		hg_text_fini(&g->parts[i].text);
	hg_free(g);
}

static enum hg_verdict answer_gathered(void *self, struct hg_request *r, void *arg)
{
	struct gather *g = arg;
	struct hg_text all;
	bool first = true;

	(void)self;
	hg_text_init(&all);
	hg_text_add(&all, g->is_list ? HG_STR("[") : HG_STR(""));
	for (uint32_t i = 0; r && i < g->n; i++) {
		if (!g->parts[i].text.n)
			continue;
		hg_text_add(&all, first ? HG_STR("") : HG_STR(","));
		hg_text_add(&all, hg_text_str(&g->parts[i].text));
		first = false;
	}
	hg_text_add(&all, g->is_list ? HG_STR("]") : HG_STR(""));
	if (r)
		hg_reply_text(r, 200, "application/json", hg_text_str(&all));
	hg_text_fini(&all);
	free_gather(g);
	return HG_ANSWERED;
}

static void part_is_back(struct hg_message *m)
{
	struct gather *g = HG_CONTAINER(m, struct part, message)->gather;

	if (--g->n_left == 0)
		hg_waiter_resume(g->waiter, answer_gathered, g);
}

static void send_back(struct part *p)
{
	p->message.run = part_is_back;
	hg_loop_post_reserved(p->gather->host->loop, &p->message);
}

static void add_request(void *arg, const struct hg_request_look *look)
{
	struct part *p = arg;

	hg_text_add(&p->text, p->text.n ? HG_STR(",{\"id\":") : HG_STR("{\"id\":"));
	hg_text_add_json(&p->text, look->id);
	hg_text_printf(&p->text, ",\"front\":\"%s\",\"method\":", p->name);
	hg_text_add_json(&p->text, look->method);
	hg_text_add(&p->text, HG_STR(",\"path\":"));
	hg_text_add_json(&p->text, look->path);
	hg_text_add(&p->text, HG_STR(",\"client\":"));
	hg_text_add_json(&p->text, look->client);
	hg_text_add(&p->text, HG_STR(",\"phase\":"));
	hg_text_add_json(&p->text, look->phase);
	hg_text_printf(&p->text, ",\"age_ms\":%lld}", (long long)(look->age_us / 1000));
}

static void look_at_requests(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);

	hg_front_each_request(p->front, add_request, p);
	send_back(p);
}

static void look_at_conns(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);
	struct hg_front_state s;

	hg_front_look(p->front, &s);
	hg_text_printf(&p->text,
		"{\"front\":\"%s\",\"connections\":%llu,\"requests\":%llu,\"accepted\":%llu,"
		"\"answered\":%llu,\"bad\":%llu,\"unsent_bytes\":%llu,\"batch_bytes\":%llu,"
		"\"cut_for_room\":%llu}",
		p->name, (unsigned long long)s.conns, (unsigned long long)s.requests,
		(unsigned long long)s.accepted, (unsigned long long)s.answered,
		(unsigned long long)s.bad, (unsigned long long)s.unsent_bytes,
		(unsigned long long)s.batch_bytes, (unsigned long long)s.pressed);
	send_back(p);
}

static void look_at_dispatch(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);

	hg_dispatch_show(p->gather->host->dispatch, p->gather->what, &p->text);
	send_back(p);
}

static void ask(struct gather *g, struct hg_loop *loop, struct hg_front *front,
	void (*look)(struct hg_message *m))
{
	struct part *p = &g->parts[g->n++];

	*p = (struct part){ .gather = g, .loop = loop, .front = front, .message.run = look };
	p->name = hg_loop_name(loop);
	hg_text_init(&p->text);
}

enum hg_verdict hg_host_gather(struct hg_host *h, struct hg_request *r, const char *what)
{
	struct gather *g = hg_alloc0(sizeof(*g));
	bool requests = strcmp(what, "requests") == 0;

	g->host = h;
	g->waiter = hg_request_wait(r);
	snprintf(g->what, sizeof(g->what), "%s", what);
	if (requests || strcmp(what, "conns") == 0) {
		g->is_list = true;
		for (uint32_t i = 0; i < h->n_fronts; i++)
			ask(g, h->fronts[i].loop, h->fronts[i].front,
				requests ? look_at_requests : look_at_conns);
	} else {
		ask(g, h->dispatcher.loop, NULL, look_at_dispatch);
	}
	g->n_left = g->n;
	for (uint32_t i = 0; i < g->n; i++)
		hg_loop_post_reserved(g->parts[i].loop, &g->parts[i].message);
	return HG_WAIT;
}
