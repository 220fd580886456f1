/* no_rows - forgot HG_PLUGIN_ROWS, so nobody knows how large its rows are. */
#include <hg/plugin.h>

struct conf {
	int64_t count;
};

static const struct hg_option options[] = {
	HG_INT(struct conf, count, "1", NULL, NULL, 0, "A number."),
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "no_rows",
	.conf_size = sizeof(struct conf),
	.options = options,
};
HG_PLUGIN_EXPORT(table)
