/* taken_word - has an option of a name that every entry of `plugins:` has already. */
#include <hg/plugin.h>

struct conf {
	const char *when;
};

static const struct hg_option options[] = {
	HG_STRING(struct conf, when, NULL, 0, "A moment."),
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "taken_word",
	HG_PLUGIN_ROWS,
	.conf_size = sizeof(struct conf),
	.options = options,
};
HG_PLUGIN_EXPORT(table)
