#include "host/admin/admin.h"

#include "base/stopwatch.h"
#include "base/log.h"
#include "base/workers.h"
#include "base/text.h"
#include "host/admin/show.h"
#include "host/admin/trace.h"
#include "host/explain.h"
#include <hg/mem.h>
#include <hg/reply.h>
#include <hg/route.h>
#include <stdio.h>

#define JSON "application/json"

/* -- small replies ----------------------------------------------------------------------------- */

static enum hg_verdict say(struct hg_request *r, int status, const struct hg_text *json)
{
	hg_reply_text(r, status, JSON, hg_text_str(json));
	return HG_ANSWERED;
}

static enum hg_verdict say_wrong(struct hg_request *r, int status, struct hg_str message)
{
	struct hg_text text;

	hg_text_init(&text);
	hg_text_add(&text, HG_STR("{\"message\":"));
	hg_text_add_json(&text, message);
	hg_text_add_char(&text, '}');
	(void)say(r, status, &text);
	hg_text_fini(&text);
	return HG_ANSWERED;
}

static enum hg_verdict say_ok(struct hg_request *r)
{
	hg_reply_text(r, 200, JSON, HG_STR("{\"ok\":true}"));
	return HG_ANSWERED;
}

static int status_of(int code)
{
	switch (code) {
	case HG_EINVAL:
	case HG_ETOOBIG:
		return 400;
	case HG_ENOTFOUND:
		return 404;
	case HG_EEXIST:
	case HG_EAGAIN:
		return 409;
	default:
		return 500;
	}
}

enum { SHOW_WORDS_MOST = 32 + HG_INSTANCES_MAX };

/* -- show -------------------------------------------------------------------------------------- */

/* `name` is no command of `in` that may be asked for in this way. */
static enum hg_verdict say_no_command(
	struct hg_request *r, const struct hg_instance *in, struct hg_str name)
{
	const struct hg_command *all = in->table->commands, *c = all;
	struct hg_text text;

	while (c && c->name && !hg_str_is(name, hg_str(c->name)))
		c++;
	hg_text_init(&text);
	if (c && c->name) {
		hg_text_printf(&text, "%s/%s %s: `hubgate %s%s/%s`", in->name, c->name,
			c->changes ? "changes something" : "only shows something",
			c->changes ? "send /" : "show ", in->name, c->name);
	} else {
		hg_text_printf(&text, "%s has no command %.*s; it has%s", in->name,
			(int)(name.n < 40 ? name.n : 40), name.p, all && all->name ? "" : " none");
		for (c = all; c && c->name; c++)
			hg_text_printf(&text, " %s", c->name);
	}
	(void)say_wrong(r, 404, hg_text_str(&text));
	hg_text_fini(&text);
	return HG_ANSWERED;
}

static enum hg_verdict run_command(
	struct hg_request *r, struct hg_instance *in, struct hg_str name, uint32_t changes)
{
	const struct hg_command *c = in ? in->table->commands : NULL;
	struct hg_err err = HG_ERR_INIT;
	struct hg_admin_args args;
	struct hg_answer out;

	while (c && c->name && !(hg_str_is(name, hg_str(c->name)) && !c->changes == !changes))
		c++;
	if (!in)
		return say_wrong(r, 404,
			HG_STR("there is no such instance: `hubgate show plugins` names them"));
	if (!c || !c->name)
		return say_no_command(r, in, name);
	hg_admin_args_init(&args, hg_request_query(r));
	hg_text_init(&out.text);
	struct hg_stopwatch w = hg_stopwatch_begin(in, "command");
	int rc = c->run(in->self, &args, &out, &err);
	hg_stopwatch_end(&w);
	if (rc < 0)
		(void)say_wrong(r, status_of(rc), hg_str(err.text));
	else if (out.text.n)
		(void)say(r, 200, &out.text);
	else
		(void)say_ok(r);
	hg_text_fini(&out.text);
	hg_admin_args_fini(&args);
	return HG_ANSWERED;
}

static enum hg_verdict say_unknown(struct hg_host *h, struct hg_request *r, struct hg_str word)
{
	const char *words[SHOW_WORDS_MOST];
	struct hg_text text;
	uint32_t n = 0;

	for (const struct hg_show_word *w = hg_show_words; w->word && n < SHOW_WORDS_MOST; w++)
		words[n++] = w->word;
	for (uint32_t i = 0; i < h->setup->n && n < SHOW_WORDS_MOST; i++) {
		if (hg_show_state_of(h->setup->instances[i]))
			words[n++] = h->setup->instances[i]->name;
	}
	const char *meant = hg_meant(word, words, n);
	int width = (int)(word.n < 40 ? word.n : 40);
	hg_text_init(&text);
	if (hg_setup_find(h->setup, word))
		hg_text_printf(&text, "%.*s says nothing of itself", width, word.p);
	else
		hg_text_printf(&text, "there is no show %.*s", width, word.p);
	if (meant)
		hg_text_printf(&text, " (did you mean \"%s\"?)", meant);
	hg_text_add(&text, HG_STR("; there is"));
	for (uint32_t i = 0; i < n; i++)
		hg_text_printf(&text, " %s", words[i]);
	(void)say_wrong(r, 404, hg_text_str(&text));
	hg_text_fini(&text);
	return HG_ANSWERED;
}

/* A word of hubgate's, or an instance that says how it is. */
static enum hg_verdict on_show(void *self, struct hg_request *r)
{
	struct hg_host *h = self;
	struct hg_str word = hg_request_param(r, "what");
	const struct hg_show_word *w = hg_show_find(word);
	struct hg_instance *in = w ? NULL : hg_setup_find(h->setup, word);
	struct hg_text text;

	if (in && hg_show_state_of(in))
		return run_command(r, in, HG_STR(HG_STATE_COMMAND), 0);
	if (!w)
		return say_unknown(h, r, word);
	if (w->ask != HG_ASK_HOST)
		return hg_show_gather(h, r, w);
	hg_text_init(&text);
	hg_show_print(h, w, &text);
	(void)say(r, 200, &text);
	hg_text_fini(&text);
	return HG_ANSWERED;
}

static enum hg_verdict run_named(struct hg_host *h, struct hg_request *r, uint32_t changes)
{
	struct hg_instance *in = hg_setup_find(h->setup, hg_request_param(r, "instance"));

	return run_command(r, in, hg_request_param(r, "name"), changes);
}

static enum hg_verdict on_plugin_show(void *self, struct hg_request *r)
{
	return run_named(self, r, 0);
}

static enum hg_verdict on_plugin_change(void *self, struct hg_request *r)
{
	return run_named(self, r, 1);
}

/* -- changes ----------------------------------------------------------------------------------- */

static enum hg_verdict say_unset(struct hg_request *r, const char *component, const char *level)
{
	struct hg_text text;
	int n;

	hg_text_init(&text);
	if (!hg_log_parse_level(level, &n)) {
		hg_text_printf(
			&text, "there is no level \"%s\"; there is error warn info debug", level);
	} else {
		hg_text_printf(&text, "there is no component \"%s\"; there is", component);
#define X(id, word, help) hg_text_printf(&text, " %s", word);
		HG_COMPONENTS(X)
#undef X
		hg_text_add(&text, HG_STR(" and each instance of `plugins:`; "
					  "`hubgate show log` names all"));
	}
	(void)say_wrong(r, 400, hg_text_str(&text));
	hg_text_fini(&text);
	return HG_ANSWERED;
}

static enum hg_verdict on_set_log(void *self, struct hg_request *r)
{
	char component[64], level[16];
	struct hg_admin_args args;

	(void)self;
	hg_admin_args_init(&args, hg_request_query(r));
	struct hg_str word = hg_admin_arg(&args, "component");
	snprintf(component, sizeof(component), "%.*s", (int)(word.n > 63 ? 63 : word.n),
		word.p ? word.p : "");
	word = hg_admin_arg(&args, "level");
	snprintf(level, sizeof(level), "%.*s", (int)(word.n > 15 ? 15 : word.n),
		word.p ? word.p : "");
	hg_admin_args_fini(&args);
	if (!hg_log_set_level(component[0] ? component : NULL, level))
		return say_unset(r, component, level);
	return say_ok(r);
}

static enum hg_verdict on_set_strategy(void *self, struct hg_request *r)
{
	struct hg_host *h = self;
	struct hg_admin_args args;
	struct hg_text text;

	hg_admin_args_init(&args, hg_request_query(r));
	hg_text_init(&text);
	bool is_set =
		hg_host_set_strategy(h, hg_admin_arg(&args, "name"), HG_STR("the admin socket"));
	hg_admin_args_fini(&args);
	if (is_set) {
		hg_host_show_strategy(h, &text);
		(void)say(r, 200, &text);
	} else {
		hg_text_add(&text, HG_STR("there is no such strategy; there is "));
		hg_snapshot_strategy_names(&h->setup->snapshot, &text);
		(void)say_wrong(r, 400, hg_text_str(&text));
	}
	hg_text_fini(&text);
	return HG_ANSWERED;
}

static enum hg_verdict on_reload(void *self, struct hg_request *r)
{
	struct hg_host *h = self;
	int rc = hg_host_reload(h, HG_RELOAD_ADMIN);

	if (rc == HG_EAGAIN)
		return say_wrong(r, 409, HG_STR("hubgate is starting or stopping"));
	return say(r, rc < 0 ? 409 : 200, &h->last_receipt);
}

static enum hg_verdict on_reopen(void *self, struct hg_request *r)
{
	hg_host_reopen_access_log(self);
	return say_ok(r);
}

static enum hg_verdict after_advance(void *self, struct hg_request *r, void *arg)
{
	struct hg_now now = hg_now();
	struct hg_text text;

	(void)self;
	(void)arg;
	if (!r)
		return HG_NEXT;
	hg_text_init(&text);
	hg_text_printf(&text, "{\"ok\":true,\"mono_us\":%lld,\"wall_us\":%lld}",
		(long long)now.mono_us, (long long)now.wall_us);
	(void)say(r, 200, &text);
	hg_text_fini(&text);
	return HG_ANSWERED;
}

static enum hg_verdict refuse_advance(void *self, struct hg_request *r, void *arg)
{
	(void)self;
	(void)arg;
	return r ? say_wrong(r, 409, HG_STR("the clock is being advanced already")) : HG_NEXT;
}

static void on_advanced(void *arg)
{
	hg_waiter_resume(arg, after_advance, NULL);
}

static enum hg_verdict on_advance(void *self, struct hg_request *r)
{
	struct hg_host *h = self;
	struct hg_admin_args args;
	int64_t by_us = -1;

	hg_admin_args_init(&args, hg_request_query(r));
	bool ok = hg_parse_usec(hg_admin_arg(&args, "by"), &by_us) && by_us >= 0;
	hg_admin_args_fini(&args);
	if (!ok)
		return say_wrong(r, 400, HG_STR("by= must be a duration: 250ms, 30s, 1h"));
	if (by_us > HG_ADVANCE_MAX_US)
		return say_wrong(r, 400, HG_STR("by= is more than ten years"));
	if (!hg_clock_is_held(h->clock))
		return say_wrong(r, 409, HG_STR("the clock runs: start with --clock held"));
	struct hg_waiter *w = hg_request_wait(r);
	if (!hg_loops_advance(h->loop, by_us, hg_workers_is_quiet, on_advanced, w))
		hg_waiter_resume(w, refuse_advance, NULL);
	return HG_WAIT;
}

/* The date alone jumps, as when somebody sets it: timers do not notice. */
static enum hg_verdict on_step(void *self, struct hg_request *r)
{
	struct hg_host *h = self;
	struct hg_admin_args args;
	int64_t by_us = -1;

	hg_admin_args_init(&args, hg_request_query(r));
	struct hg_str by = hg_admin_arg(&args, "by");
	bool is_back = hg_str_starts(by, HG_STR("-"));
	bool ok = hg_parse_usec(is_back ? (struct hg_str){ by.p + 1, by.n - 1 } : by, &by_us) &&
	          by_us >= 0 && by_us <= HG_ADVANCE_MAX_US;
	hg_admin_args_fini(&args);
	if (!ok)
		return say_wrong(
			r, 400, HG_STR("by= must be a duration up to ten years: 30s, -1h"));
	if (!hg_clock_is_held(h->clock))
		return say_wrong(r, 409, HG_STR("the clock runs: start with --clock held"));
	struct hg_now now = hg_clock_read(h->clock);
	now.wall_us += is_back ? -by_us : by_us;
	hg_clock_set(h->clock, now);
	return say_ok(r);
}

const struct hg_route hg_admin_routes[] = {
	{ .methods = "GET",
		.path = "/show/{what}",
		.on_request = on_show,
		.about = "What hubgate holds." },
	{ .methods = "GET",
		.path = "/show/{instance}/{name}",
		.on_request = on_plugin_show,
		.about = "A plugin's own answer." },
	{ .methods = "POST",
		.path = "/set/log",
		.on_request = on_set_log,
		.about = "Level of a component." },
	{ .methods = "POST",
		.path = "/set/strategy",
		.on_request = on_set_strategy,
		.about = "How budgets are spent, until the next start." },
	{ .methods = "POST",
		.path = "/reload",
		.on_request = on_reload,
		.about = "Reads the configuration anew." },
	{ .methods = "POST",
		.path = "/reopen",
		.on_request = on_reopen,
		.about = "A new file for the access log." },
	{ .methods = "GET",
		.path = "/trace/{id}",
		.on_request = hg_admin_on_trace,
		.about = "The way of a request." },
	{ .methods = "GET",
		.path = "/explain/{id}",
		.on_request = hg_admin_on_explain,
		.about = "Why a request waits, or waited." },
	{ .methods = "POST",
		.path = "/clock/advance",
		.on_request = on_advance,
		.about = "Moves a held clock." },
	{ .methods = "POST",
		.path = "/clock/step",
		.on_request = on_step,
		.about = "Sets the date of a held clock, and nothing else." },
	{ .methods = "POST",
		.path = "/{instance}/{name}",
		.on_request = on_plugin_change,
		.about = "A plugin's command." },
	{ 0 },
};
