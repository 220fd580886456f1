/*
 * strict - a check that refuses, and a start that fails: both are one line that names the cause.
 *
 *     low: 5, high: 3   its check says that low is above high
 *     broken: true      its check is content, its start is not
 *
 * Thread: host loop.
 */
#include <hg/plugin.h>
#include <inttypes.h>

struct strict_conf {
	int64_t low, high;
	bool broken;
};

static const struct hg_option options[] = {
	HG_INT(struct strict_conf, low, "1", "0", "100", HG_OPT_LIVE, "The lower bound."),
	HG_INT(struct strict_conf, high, "10", "0", "100", HG_OPT_LIVE, "The upper bound."),
	HG_BOOL(struct strict_conf, broken, "false", 0, "Fail in start."),
	{ 0 },
};

static int check(const void *conf, struct hg_err *err)
{
	const struct strict_conf *c = conf;

	if (c->low > c->high)
		return hg_err_set(err, HG_EINVAL, "low (%" PRId64 ") is above high (%" PRId64 ")",
			c->low, c->high);
	return 0;
}

static int start(void *self, const void *conf, struct hg_err *err)
{
	const struct strict_conf *c = conf;

	(void)self;
	if (c->broken)
		return hg_err_set(err, HG_EIO, "the disk that does not exist is not there");
	return 0;
}

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "strict",
	.about = "Refuses what makes no sense.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.conf_size = sizeof(struct strict_conf),
	.options = options,
	.check = check,
	.start = start,
};
HG_PLUGIN_EXPORT(table)
