/* no_table - has the symbol, but no table behind it. */
#include <hg/plugin.h>

HG_API const struct hg_plugin *hg_plugin_table(void);

const struct hg_plugin *hg_plugin_table(void)
{
	return NULL;
}
