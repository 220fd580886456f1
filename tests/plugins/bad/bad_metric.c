/* bad_metric - a metric whose name no exporter can show. */
#include <hg/plugin.h>

static const struct hg_metric metrics[] = {
	{ .name = "Hits-Total", .type = HG_COUNTER, .help = "Hits." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "bad_metric",
	HG_PLUGIN_ROWS,
	.metrics = metrics,
};
HG_PLUGIN_EXPORT(table)
