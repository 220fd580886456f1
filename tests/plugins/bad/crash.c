/* crash - its constructor runs before anyone can ask for a table, and crashes. */
#include <hg/plugin.h>
#include <signal.h>

__attribute__((constructor)) static void crash(void)
{
	(void)raise(SIGSEGV);
}

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "crash",
	HG_PLUGIN_ROWS,
};
HG_PLUGIN_EXPORT(table)
