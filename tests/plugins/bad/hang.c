/* hang - its constructor never comes back. */
#include <hg/plugin.h>
#include <unistd.h>

__attribute__((constructor)) static void hang(void)
{
	for (;;)
		(void)pause();
}

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "hang",
	HG_PLUGIN_ROWS,
};
HG_PLUGIN_EXPORT(table)
