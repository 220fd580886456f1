/* wrong_abi - built for an interface that does not exist yet. */
#include <hg/plugin.h>

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI + 41,
	.name = "wrong_abi",
	HG_PLUGIN_ROWS,
};
HG_PLUGIN_EXPORT(table)
