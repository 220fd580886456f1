/*
 * bus - events out and in, and a metric of each kind that counts them.
 *
 *     POST /bus/say?topic=test.a&n=3   publishes {"n":3}
 *     GET  /say/{topic}                publishes from a front
 *     show bus/heard {"heard":…,"in_order":true,"topic":"…","source":"…","json":{…}}
 *
 * It listens to "test.*" only. Metrics: test_heard_total{topic}, test_last_n, test_age_seconds.
 *
 * Thread: on_event and commands run on the host loop, the route on a front.
 */
#include <hg/plugin.h>
#include <stdio.h>

struct bus {
	unsigned heard;
	bool in_order;
	uint64_t last_seq;
	char topic[64], source[64], json[128];
	struct hg_series *last, *age;
};

static const struct hg_metric metrics[] = {
	{ .name = "test_heard_total",
		.type = HG_COUNTER,
		.labels = "topic",
		.help = "Events heard." },
	{ .name = "test_last_n", .type = HG_GAUGE, .help = "Length of the last event's JSON." },
	{ .name = "test_age_seconds",
		.type = HG_HISTOGRAM,
		.buckets = "0.01,1,60",
		.help = "From publishing to hearing." },
	{ 0 },
};

static const char *const patterns[] = { "test.*", NULL };

static int start(void *self, const void *conf, struct hg_err *err)
{
	struct bus *b = self;

	(void)conf;
	(void)err;
	b->in_order = true;
	b->last = hg_series_find(self, "test_last_n", NULL);
	b->age = hg_series_find(self, "test_age_seconds", NULL);
	return 0;
}

static void copy(char *to, size_t room, struct hg_str s)
{
	(void)snprintf(to, room, "%.*s", (int)s.n, s.p);
}

static void on_event(void *self, const struct hg_event *ev)
{
	struct bus *b = self;

	b->heard++;
	b->in_order = b->in_order && ev->seq > b->last_seq;
	b->last_seq = ev->seq;
	copy(b->topic, sizeof(b->topic), ev->topic);
	copy(b->source, sizeof(b->source), ev->source);
	copy(b->json, sizeof(b->json), ev->json);
	hg_series_add(hg_series_find(self, "test_heard_total", (const char *[]){ b->topic }), 1);
	hg_series_set(b->last, (double)ev->json.n);
	hg_series_observe(b->age, (double)(hg_now().mono_us - ev->at.mono_us) / 1e6);
}

static enum hg_verdict on_say(void *self, struct hg_request *r)
{
	struct hg_str topic = hg_request_param(r, "topic");
	char name[64];

	copy(name, sizeof(name), topic);
	int rc = hg_event_publish(self, name, HG_STR("{\"from\":\"a front\"}"));
	hg_reply_text(r, rc == 0 ? 202 : 503, "text/plain", HG_STR("said"));
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/say/{topic}", .on_request = on_say, .about = "Publishes." },
	{ 0 },
};

static int say(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct hg_str topic = hg_admin_arg(args, "topic"), n = hg_admin_arg(args, "n");
	char name[64], json[64];

	if (!topic.n || topic.n >= sizeof(name) || !n.n || n.n > 9)
		return hg_err_set(err, HG_EINVAL, "say: topic and n are needed");
	copy(name, sizeof(name), topic);
	int len = snprintf(json, sizeof(json), "{\"n\":%.*s}", (int)n.n, n.p);
	if (hg_event_publish(self, name, (struct hg_str){ json, (size_t)len }) < 0)
		return hg_err_set(err, HG_EFULL, "say: the bus is full");
	hg_answer_add(out, HG_STR("{\"ok\":true}"));
	return 0;
}

static int show_heard(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct bus *b = self;

	(void)args;
	(void)err;
	hg_answer_printf(out, "{\"heard\":%u,\"in_order\":%s,\"topic\":", b->heard,
		b->in_order ? "true" : "false");
	hg_answer_add_string(out, hg_str(b->topic));
	hg_answer_add(out, HG_STR(",\"source\":"));
	hg_answer_add_string(out, hg_str(b->source));
	hg_answer_printf(out, ",\"json\":%s}", b->json[0] ? b->json : "null");
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "heard", .run = show_heard, .about = "The last event." },
	{ .name = "say", .changes = 1, .run = say, .about = "Publishes an event." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "bus",
	.about = "Says and hears events.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct bus),
	.metrics = metrics,
	.routes = routes,
	.commands = commands,
	.events = patterns,
	.start = start,
	.on_event = on_event,
};
HG_PLUGIN_EXPORT(table)
