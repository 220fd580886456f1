/*
 * log - one line, one event: component, request id, then key=value.
 *
 *     hg_log(self, HG_LOG_INFO, "loaded entries=%u bytes=%llu", n, bytes);
 *
 * A plugin's component is the name of its instance. Only edges log errors; an expected outcome
 * is a result. Never print a secret: tokens and keys have types without a print function.
 *
 * Thread: any. Cost when the level is off: one load and a compare.
 */
#pragma once
#include "abi.h"

enum hg_log_level {
	HG_LOG_ERROR = 0, /* someone must act */
	HG_LOG_WARN = 1,  /* we coped */
	HG_LOG_INFO = 2,  /* start, stop, reload */
	HG_LOG_DEBUG = 3, /* per component, at run time */
};

/* `self` is the plugin's own pointer, as every hook receives it. */
HG_API void hg_log(void *self, int level, const char *fmt, ...) HG_PRINTF(3, 4);
HG_API int hg_log_is_on(void *self, int level);
