#include "host/admin/show.h"

#include "base/bug.h"
#include "base/stopwatch.h"
#include "base/text.h"
#include "host/admin/admin.h"
#include <jansson.h>
#include <unistd.h>

/* What somebody wants to know first, at night: the host's part of `show status`. */

const char *const hg_status_of_dispatcher[] = { "load", "upstreams", "budgets", "queues", NULL };

static const char *const state_words[] = {
	[HG_HOST_STARTING] = "starting",
	[HG_HOST_READY] = "ready",
	[HG_HOST_DRAINING] = "stopping: answering what is under way",
	[HG_HOST_ENDING] = "stopping",
};

static void add_member(struct hg_text *out, const char *name, const char *value)
{
	hg_text_printf(out, "\"%s\":", name);
	hg_text_add_json(out, hg_str(value ? value : ""));
	hg_text_add_char(out, ',');
}

static void add_moment(struct hg_text *out, const char *name, int64_t wall_us)
{
	char moment[21];

	hg_format_time(wall_us, moment);
	add_member(out, name, moment);
}

/* -- the plugins' own words -------------------------------------------------------------------- */

const struct hg_command *hg_show_state_of(const struct hg_instance *in)
{
	const struct hg_command *c = in->table->commands;

	while (c && c->name && (c->changes || strcmp(c->name, HG_STATE_COMMAND) != 0))
		c++;
	return c && c->name ? c : NULL;
}

/* What a plugin says stands within what we say, so it must be JSON. */
static bool is_object(struct hg_str text)
{
	json_t *json = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL;
	bool is_so = json_is_object(json);

	json_decref(json);
	return is_so;
}

static void add_states(struct hg_host *h, struct hg_text *out)
{
	bool first = true;

	hg_text_add(out, HG_STR("\"states\":{"));
	for (uint32_t i = 0; i < h->setup->n; i++) {
		struct hg_instance *in = h->setup->instances[i];
		const struct hg_command *c = hg_show_state_of(in);
		struct hg_err err = HG_ERR_INIT;
		struct hg_admin_args args;
		struct hg_answer answer;
		if (!c)
			continue;
		hg_admin_args_init(&args, HG_STR(""));
		hg_text_init(&answer.text);
		struct hg_stopwatch w = hg_stopwatch_begin(in, "command");
		int rc = c->run(in->self, &args, &answer, &err);
		hg_stopwatch_end(&w);
		if (rc >= 0 && is_object(hg_text_str(&answer.text))) {
			hg_text_add(out, first ? HG_STR("") : HG_STR(","));
			hg_text_add_json(out, hg_str(in->name));
			hg_text_add_char(out, ':');
			hg_text_add(out, hg_text_str(&answer.text));
			first = false;
		}
		hg_text_fini(&answer.text);
		hg_admin_args_fini(&args);
	}
	hg_text_add(out, HG_STR("},"));
}

/* -- what ought to be zero --------------------------------------------------------------------- */

static void warn(struct hg_text *out, bool *first, uint64_t n, const char *what, const char *loop)
{
	if (!n)
		return;
	hg_text_printf(out, "%s{\"n\":%llu,\"what\":\"%s%s\"}", *first ? "" : ",",
		(unsigned long long)n, what, loop);
	*first = false;
}

static void add_warnings(struct hg_host *h, struct hg_text *out)
{
	struct hg_bus_state bus;
	bool first = true;

	hg_text_add(out, HG_STR("\"warnings\":["));
	warn(out, &first, hg_odd_n(), "odd states (bugs that one request was given up for)", "");
	hg_bus_look(h->bus, &bus);
	warn(out, &first, bus.dropped, "events dropped by the bus", "");
	warn(out, &first, hg_host_access_log_dropped(), "lines of the access log dropped", "");
	for (uint32_t i = 0; i < h->n_fronts + 2; i++) {
		struct hg_loop *l = hg_host_loop(h, i);
		struct hg_mailbox_state box;
		hg_mailbox_look(hg_loop_mailbox(l), &box);
		warn(out, &first, box.refused, "messages refused by the mailbox of ",
			hg_loop_name(l));
	}
	hg_text_add_char(out, ']');
}

static void add_reload(const struct hg_reload_note *note, struct hg_text *out)
{
	if (!note->wall_us)
		return;
	hg_text_add(out, HG_STR("\"reload\":{"));
	add_moment(out, "at", note->wall_us);
	add_member(out, "why", note->why);
	hg_text_printf(out, "\"ok\":%s},", note->is_ok ? "true" : "false");
}

void hg_show_status(struct hg_host *h, struct hg_text *out)
{
	const struct hg_config *c = h->setup->config;
	struct hg_now now = hg_now();

	add_member(out, "version", HG_VERSION);
	hg_text_printf(out, "\"pid\":%d,\"uptime_s\":%lld,", (int)getpid(),
		(long long)(now.mono_us - h->began.mono_us) / 1000000);
	add_moment(out, "started", h->began.wall_us);
	add_member(out, "state", state_words[atomic_load(&h->state)]);
	hg_text_printf(
		out, "\"generation\":%llu,", (unsigned long long)h->setup->snapshot.generation);
	add_moment(out, "loaded", h->loaded_wall_us);
	add_member(out, "file", c->file ? c->file : HG_BUILT_IN);
	add_member(out, "strategy", hg_host_strategy(h));
	add_reload(&h->reload_note, out);
	hg_text_add(out, HG_STR("\"listeners\":"));
	hg_show_print(h, hg_show_find(HG_STR("listeners")), out);
	hg_text_add(out, HG_STR(",\"plugins\":"));
	hg_show_print(h, hg_show_find(HG_STR("plugins")), out);
	hg_text_add_char(out, ',');
	add_states(h, out);
	add_warnings(h, out);
}
