/* bad_offset - an option that would be written behind the struct. */
#include <hg/plugin.h>

struct conf {
	int64_t first, second;
};

static const struct hg_option options[] = {
	HG_INT(struct conf, second, "1", NULL, NULL, 0, "A number."),
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "bad_offset",
	HG_PLUGIN_ROWS,
	.conf_size = sizeof(int64_t), /* forgot the second */
	.options = options,
};
HG_PLUGIN_EXPORT(table)
