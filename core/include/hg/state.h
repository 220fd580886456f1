/*
 * state - a directory of the plugin's own that survives restarts.
 *
 * <state_dir>/<instance name>, mode 0700, made at start when the plugin's table says
 * `wants_state`: 1, nothing goes without it (the start fails); 2, it is a comfort. Thread: any.
 */
#pragma once
#include "abi.h"

/* Absolute path without a trailing slash; NULL when the table did not ask for one, or can do
 * without and has to. */
HG_API const char *hg_state_dir(void *self);
