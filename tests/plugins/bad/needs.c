/* needs - wants a service that nobody provides. */
#include <hg/plugin.h>

static const struct hg_need needs[] = {
	{ .name = "nothing/1" },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "needs",
	HG_PLUGIN_ROWS,
	.needs = needs,
};
HG_PLUGIN_EXPORT(table)
