/* unresolved - calls a function that this hubgate does not have. */
#include <hg/plugin.h>

int hg_function_of_a_later_hubgate(void);

static int start(void *self, const void *conf, struct hg_err *err)
{
	(void)self;
	(void)conf;
	(void)err;
	return hg_function_of_a_later_hubgate();
}

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "unresolved",
	HG_PLUGIN_ROWS,
	.start = start,
};
HG_PLUGIN_EXPORT(table)
