/* no_symbol - a library, but no plugin. */
#include <hg/abi.h>

HG_API int hg_something_else(void);

int hg_something_else(void)
{
	return 1;
}
