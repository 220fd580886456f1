/*
 * sample - answers GET /sample/{name} with a greeting, and counts how often.
 *
 * Thread: the request's front.   How it fails: it does not; an empty greeting is refused at start.
 */
#include <hg/plugin.h>

/* -- options ----------------------------------------------------------------------------------- */

struct sample_conf {
	const char *greeting;
};

static const struct hg_option sample_options[] = {
	HG_STRING(struct sample_conf, greeting, "Hello", HG_OPT_LIVE,
		"What is said before the name."),
	{ 0 },
};

static const struct hg_metric sample_metrics[] = {
	{ .name = "sample_greetings_total", .type = HG_COUNTER, .help = "Greetings given." },
	{ 0 },
};

/* -- state, start ------------------------------------------------------------------------------ */

struct sample {
	const struct sample_conf *conf; /* lives as long as the instance */
	struct hg_series *greetings;
};

static int sample_check(const void *conf, struct hg_err *err)
{
	const struct sample_conf *c = conf;

	return c->greeting[0] ? 0 : hg_err_set(err, HG_EINVAL, "greeting is empty");
}

static int sample_start(void *self, const void *conf, struct hg_err *err)
{
	struct sample *s = self;

	(void)err;
	s->conf = conf;
	s->greetings = hg_series_find(self, "sample_greetings_total", NULL);
	return 0;
}

/* -- routes ------------------------------------------------------------------------------------ */

static enum hg_verdict sample_on_request(void *self, struct hg_request *r)
{
	struct sample *s = self;

	hg_series_add(s->greetings, 1);
	hg_reply_set(r, "Content-Type", HG_STR("text/plain; charset=utf-8"));
	hg_reply_begin(r, 200, -1);
	(void)hg_reply_send(r, hg_str(s->conf->greeting));
	(void)hg_reply_send(r, HG_STR(", "));
	(void)hg_reply_send(r, hg_request_param(r, "name"));
	(void)hg_reply_send(r, HG_STR("!\n"));
	hg_reply_end(r);
	return HG_ANSWERED;
}

static const struct hg_route sample_routes[] = {
	{ .methods = "GET",
		.path = "/sample/{name}",
		.on_request = sample_on_request,
		.about = "A greeting." },
	{ 0 },
};

/* -- the table --------------------------------------------------------------------------------- */

static const struct hg_plugin sample_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "sample",
	.about = "Greets, and counts how often.",
	.version = "0.1",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct sample),
	.conf_size = sizeof(struct sample_conf),
	.options = sample_options,
	.metrics = sample_metrics,
	.routes = sample_routes,
	.check = sample_check,
	.start = sample_start,
};
HG_PLUGIN_EXPORT(sample_plugin)
