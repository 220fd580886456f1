/*
 * state - a directory of the plugin's own that survives restarts.
 *
 * <state_dir>/<instance name>, mode 0700, made at start when the plugin's table says
 * `wants_state`. Thread: any.
 */
#pragma once
#include "abi.h"

/* Absolute path without a trailing slash; NULL when the table did not ask for one. */
HG_API const char *hg_state_dir(void *self);
