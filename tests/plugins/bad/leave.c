/* leave - its constructor ends the process, politely. */
#include <hg/plugin.h>
#include <unistd.h>

__attribute__((constructor)) static void leave(void)
{
	_exit(0);
}

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "leave",
	HG_PLUGIN_ROWS,
};
HG_PLUGIN_EXPORT(table)
