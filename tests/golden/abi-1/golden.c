/*
 * golden - a plugin of ABI 1, built against the headers of ABI 1 (../README.md). Frozen.
 *
 *     GET  /golden/options         every option as it was read
 *     POST /golden/echo/{name}     "NAME: BODY"
 *     show …/state                 how often each hook and the timer ran
 *
 * ADMIT refuses with X-Golden-Refuse, WEIGH makes X-Golden-Low low, LOOKUP answers X-Golden-Kept
 * from a kept reply, SEND sends its path in User-Agent, HEAD sets X-Golden and asks for KEEP, DONE
 * publishes "golden.done", which on_event hears. The timer ticks once a second.
 *
 * Thread: the request's front, SEND on the dispatcher, the rest on the host loop.
 */
#include <hg/plugin.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#define SECOND INT64_C(1000000)

enum { START, ADOPT, THREADS, EVENT, ADMIT, WEIGH, LOOKUP, SEND, HEAD, KEEP, DONE, TICK, HOOKS };

static const char *const hook_names[HOOKS] = { "start", "adopt", "threads", "event", "admit",
	"weigh", "lookup", "send", "head", "keep", "done", "tick" };

struct golden_conf {
	bool on;
	int64_t count;
	uint64_t room;
	int64_t wait_us;
	const char *word;
	int64_t mode;
	double part;
	struct hg_option_list names;
	struct hg_secret *token;
	const char *other;
	struct hg_option_map labels;
};

struct golden {
	const struct golden_conf *conf;
	struct hg_timer *timer;
	struct hg_stored *kept;
	struct hg_series *ran[HOOKS];
	_Atomic uint64_t n[HOOKS], n_kept_bytes;
};

static const struct hg_option options[] = {
	HG_BOOL(struct golden_conf, on, "false", HG_OPT_LIVE, "A switch."),
	HG_INT(struct golden_conf, count, "1", "0", "9", HG_OPT_LIVE, "A number."),
	HG_BYTES(struct golden_conf, room, "1MiB", "1KiB", "1GiB", HG_OPT_LIVE, "A size."),
	HG_USEC(struct golden_conf, wait_us, "10min", "0", "1d", HG_OPT_LIVE, "A duration."),
	HG_STRING(struct golden_conf, word, "plain", HG_OPT_LIVE, "A word."),
	HG_ENUM(struct golden_conf, mode, "slow", "slow|fast", HG_OPT_LIVE, "One of two."),
	HG_SHARE(struct golden_conf, part, "50%", "0", "1", HG_OPT_LIVE, "A share."),
	HG_LIST(struct golden_conf, names, NULL, HG_OPT_LIVE, "Some names."),
	HG_SECRET(struct golden_conf, token, HG_OPT_LIVE, "A secret."),
	HG_REF(struct golden_conf, other, HG_OPT_LIVE, "Another instance."),
	HG_MAP(struct golden_conf, labels, NULL, HG_OPT_LIVE, "Names and what they mean."),
	{ 0 },
};

static const struct hg_metric metrics[] = {
	{ .name = "golden_hooks_total",
		.type = HG_COUNTER,
		.labels = "hook",
		.help = "Hooks that ran." },
	{ 0 },
};

static const char *const events[] = { "golden.*", NULL };

static void count(struct golden *g, int hook)
{
	atomic_fetch_add(&g->n[hook], 1);
	hg_series_add(g->ran[hook], 1);
}

/* -- life ------------------------------------------------------------------------------------- */

static int check(const void *conf, struct hg_err *err)
{
	const struct golden_conf *c = conf;

	if (c->word && hg_str_is(hg_str(c->word), HG_STR("wrong")))
		return hg_err_set(err, HG_EINVAL, "the word is wrong");
	return 0;
}

static void on_time(void *self, void *arg)
{
	struct golden *g = self;

	(void)arg;
	count(g, TICK);
	hg_timer_set(g->timer, SECOND);
}

static int start(void *self, const void *conf, struct hg_err *err)
{
	struct hg_field fields[] = { { HG_STR("Content-Type"), HG_STR("text/plain") } };
	struct golden *g = self;

	(void)err;
	g->conf = conf;
	for (int i = 0; i < HOOKS; i++)
		g->ran[i] = hg_series_find(
			self, "golden_hooks_total", (const char *[]){ hook_names[i] });
	g->kept = hg_stored_make(200, fields, 1, HG_STR("kept gold"));
	g->timer = hg_timer_new(self, on_time, NULL);
	hg_timer_set(g->timer, SECOND);
	count(g, START);
	hg_log(self, HG_LOG_INFO, "started abi=%u", HG_ABI);
	return 0;
}

static int adopt(void *self, void *old_self, struct hg_err *err)
{
	struct golden *g = self, *old = old_self;

	(void)err;
	atomic_store(&g->n[TICK], atomic_load(&old->n[TICK]));
	count(g, ADOPT);
	return 0;
}

static int thread_start(void *self, struct hg_thread *t, struct hg_err *err)
{
	(void)t;
	(void)err;
	*hg_thread_slot(self) = self;
	count(self, THREADS);
	return 0;
}

static void thread_stop(void *self, struct hg_thread *t)
{
	(void)t;
	*hg_thread_slot(self) = NULL;
}

static void on_event(void *self, const struct hg_event *ev)
{
	if (hg_str_is(ev->topic, HG_STR("golden.done")) &&
		hg_str_is(ev->source, hg_str(hg_instance_name(self))))
		count(self, EVENT);
}

static void stop(void *self)
{
	struct golden *g = self;

	hg_timer_free(g->timer);
	hg_stored_unref(g->kept);
}

/* -- phases ----------------------------------------------------------------------------------- */

static enum hg_verdict on_admit(void *self, struct hg_request *r)
{
	count(self, ADMIT);
	*hg_request_slot(r, self) = hg_alloc0(1); /* freed in DONE */
	if (!hg_request_header(r, "X-Golden-Refuse").n)
		return HG_NEXT;
	hg_request_refuse(r, 403, "golden", -1, "%s says no.", hg_instance_name(self));
	return HG_REFUSED;
}

static enum hg_verdict on_weigh(void *self, struct hg_request *r)
{
	count(self, WEIGH);
	if (hg_request_header(r, "X-Golden-Low").n)
		hg_request_set_class(r, HG_CLASS_LOW);
	return HG_NEXT;
}

static enum hg_verdict on_lookup(void *self, struct hg_request *r)
{
	struct golden *g = self;

	count(g, LOOKUP);
	if (!hg_request_header(r, "X-Golden-Kept").n)
		return HG_NEXT;
	hg_request_answer_with(r, g->kept, "hit; detail=golden", 3);
	return HG_ANSWERED;
}

static void on_send(void *self, struct hg_send *s)
{
	count(self, SEND);
	hg_send_set_header(s, "User-Agent", hg_send_path(s));
}

static enum hg_verdict on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	count(self, HEAD);
	hg_reply_set_header(reply, "X-Golden",
		hg_request_class(r) == HG_CLASS_LOW ? HG_STR("low") : HG_STR("other"));
	hg_reply_keep(reply, 1 << 20);
	return HG_NEXT;
}

static void on_keep(void *self, struct hg_request *r, const struct hg_reply *reply)
{
	struct golden *g = self;

	(void)r;
	count(g, KEEP);
	atomic_fetch_add(&g->n_kept_bytes, hg_reply_body(reply).n);
}

static void on_done(void *self, struct hg_request *r)
{
	struct hg_done done = { .size = sizeof(done) };
	void **slot = hg_request_slot(r, self);

	if (!*slot)
		return;
	hg_free(*slot);
	*slot = NULL;
	hg_request_done(r, &done);
	if (done.status == 0 || done.aborted)
		return;
	count(self, DONE);
	(void)hg_event_publish(self, "golden.done", HG_STR("{\"ok\":true}"));
}

/* -- routes and commands ---------------------------------------------------------------------- */

static enum hg_verdict on_options(void *self, struct hg_request *r)
{
	const struct golden_conf *c = ((struct golden *)self)->conf;
	const char *token;
	size_t n_token = 0;
	char text[1024];

	token = c->token ? hg_secret_bytes(c->token, &n_token) : NULL;
	int n = snprintf(text, sizeof(text),
		"{\"on\":%s,\"count\":%" PRId64 ",\"room\":%" PRIu64 ",\"wait_us\":%" PRId64
		",\"word\":\"%s\",\"mode\":%" PRId64 ",\"percent\":%.0f,\"names\":%u,"
		"\"last\":\"%s\",\"token_bytes\":%zu,\"other\":\"%s\",\"labels\":%u,"
		"\"label\":\"%s=%s\"}",
		c->on ? "true" : "false", c->count, c->room, c->wait_us, c->word, c->mode,
		c->part * 100, c->names.n, c->names.n ? c->names.items[c->names.n - 1] : "",
		token ? n_token : 0, c->other ? c->other : "", c->labels.n,
		c->labels.n ? c->labels.keys[0] : "", c->labels.n ? c->labels.values[0] : "");
	hg_reply_text(r, 200, "application/json", (struct hg_str){ text, (size_t)n });
	return HG_ANSWERED;
}

static enum hg_verdict on_echo(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_set(r, "Content-Type", HG_STR("text/plain"));
	return HG_NEXT; /* the body first */
}

static enum hg_verdict on_echo_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	void **slot = hg_request_slot(r, self);

	/* the slot is ADMIT's byte until the reply has begun, and one of the request's memory from
	 * there on: it says that it has */
	if (*slot && *(char *)*slot == 0) {
		*(char *)*slot = 1;
		hg_reply_begin(r, 200, -1);
		(void)hg_reply_send(r, hg_request_param(r, "name"));
		(void)hg_reply_send(r, HG_STR(": "));
	}
	(void)hg_reply_send(r, piece);
	if (!end)
		return HG_NEXT;
	hg_reply_end(r);
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET",
		.path = "/golden/options",
		.on_request = on_options,
		.about = "Every option." },
	{ .methods = "POST",
		.path = "/golden/echo/{name}",
		.max_body_bytes = 1 << 20,
		.on_request = on_echo,
		.on_body = on_echo_body,
		.about = "A name and the body." },
	{ 0 },
};

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct golden *g = self;

	(void)err;
	hg_answer_printf(out, "{\"kept_bytes\":%" PRIu64, atomic_load(&g->n_kept_bytes));
	for (int i = 0; i < HOOKS; i++)
		hg_answer_printf(out, ",\"%s\":%" PRIu64, hook_names[i], atomic_load(&g->n[i]));
	hg_answer_add(out, HG_STR(",\"word\":"));
	hg_answer_add_string(out, hg_admin_arg(args, "word"));
	hg_answer_add(out, HG_STR("}"));
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "state", .run = show_state, .about = "How often each hook ran." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "golden",
	.about = "Shows that ABI 1 still means what it meant.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct golden),
	.conf_size = sizeof(struct golden_conf),
	.options = options,
	.routes = routes,
	.metrics = metrics,
	.commands = commands,
	.events = events,
	.check = check,
	.start = start,
	.adopt = adopt,
	.stop = stop,
	.thread_start = thread_start,
	.thread_stop = thread_stop,
	.on_event = on_event,
	.on_admit = on_admit,
	.on_weigh = on_weigh,
	.on_lookup = on_lookup,
	.on_send = on_send,
	.on_head = on_head,
	.on_keep = on_keep,
	.on_done = on_done,
};
HG_PLUGIN_EXPORT(table)
