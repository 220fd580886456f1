/*
 * sample - refuses writes below the paths that its option lists, and counts them.
 *
 *     ADMIT   a request that may change something, below one of the paths: 403 with the reason
 *     HEAD    other replies say "X-Sample: open"
 *
 * Thread: the request's front.   How it fails: it does not; what is no path is refused at start.
 */
#include <hg/plugin.h>

/* -- options ----------------------------------------------------------------------------------- */

struct sample_conf {
	struct hg_option_list frozen;
};

static const struct hg_option sample_options[] = {
	HG_LIST(struct sample_conf, frozen, NULL, HG_OPT_LIVE,
		"Paths below which nothing may be written: /repos/octo."),
	{ 0 },
};

static const struct hg_metric sample_metrics[] = {
	{ .name = "sample_refused_total",
		.type = HG_COUNTER,
		.labels = "method",
		.help = "Writes that were refused." },
	{ 0 },
};

/* -- state, start ------------------------------------------------------------------------------ */

struct sample {
	const struct sample_conf *conf; /* lives as long as the instance */
};

static int sample_check(const void *conf, struct hg_err *err)
{
	const struct sample_conf *c = conf;

	for (uint32_t i = 0; i < c->frozen.n; i++) {
		const char *path = c->frozen.items[i];
		size_t n = strlen(path);
		if (path[0] != '/' || path[n - 1] == '/')
			return hg_err_set(err, HG_EINVAL,
				"frozen: \"%s\" is no path such as /repos/octo", path);
	}
	return 0;
}

static int sample_start(void *self, const void *conf, struct hg_err *err)
{
	struct sample *s = self;

	(void)err;
	s->conf = conf;
	return 0;
}

/* -- phases ------------------------------------------------------------------------------------ */

/* Is it one of the paths, or below it? */
static bool is_frozen(const struct sample *s, struct hg_str path)
{
	for (uint32_t i = 0; i < s->conf->frozen.n; i++) {
		struct hg_str top = hg_str(s->conf->frozen.items[i]);
		if (hg_str_starts(path, top) && (path.n == top.n || path.p[top.n] == '/'))
			return true;
	}
	return false;
}

static void count(void *self, struct hg_str method)
{
	char word[16];
	size_t n = method.n < sizeof(word) ? method.n : sizeof(word) - 1;

	memcpy(word, method.p, n);
	word[n] = '\0';
	hg_series_add(hg_series_find(self, "sample_refused_total", (const char *[]){ word }), 1);
}

static enum hg_verdict sample_on_admit(void *self, struct hg_request *r)
{
	struct sample *s = self;
	struct hg_str path = hg_request_path(r);

	if (hg_request_is_safe(r) || !is_frozen(s, path))
		return HG_NEXT;
	count(self, hg_request_method(r));
	hg_request_refuse(r, 403, "frozen", -1, "Nothing may be written below %.*s now.",
		(int)path.n, path.p);
	return HG_REFUSED;
}

static enum hg_verdict sample_on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	(void)self;
	(void)r;
	hg_reply_set_header(reply, "X-Sample", HG_STR("open"));
	return HG_NEXT;
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct hg_plugin sample_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "sample",
	.about = "Refuses writes below given paths.",
	.version = "0.1",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct sample),
	.conf_size = sizeof(struct sample_conf),
	.options = sample_options,
	.metrics = sample_metrics,
	.check = sample_check,
	.start = sample_start,
	.on_admit = sample_on_admit,
	.on_head = sample_on_head,
};
HG_PLUGIN_EXPORT(sample_plugin)
