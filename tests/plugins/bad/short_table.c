/* short_table - ends before it says how large an instance is. */
#include <hg/plugin.h>

static const struct hg_plugin table = {
	.size = 16,
	.abi = HG_ABI,
	.name = "short_table",
	HG_PLUGIN_ROWS,
};
HG_PLUGIN_EXPORT(table)
