/* fine - nothing is wrong with it: what the others are measured against. */
#include <hg/plugin.h>

struct conf {
	int64_t count;
};

static const struct hg_option options[] = {
	HG_INT(struct conf, count, "1", "0", "9", 0, "A number."),
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "fine",
	.about = "Does nothing.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.conf_size = sizeof(struct conf),
	.options = options,
};
HG_PLUGIN_EXPORT(table)
