/* gives - provides a service that there may be one of. */
#include <hg/plugin.h>

static const int nothing;

static const struct hg_service provides[] = {
	{ .name = "something/1", .vtable = &nothing },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "gives",
	HG_PLUGIN_ROWS,
	.provides = provides,
};
HG_PLUGIN_EXPORT(table)
