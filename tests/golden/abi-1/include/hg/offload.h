/*
 * offload - what blocks runs on a thread of its own.
 *
 *     hg_offload(self, read_file, on_file_read, job);
 *
 * `work` runs on a pool thread (option `offload_threads`), then `done` runs on the loop that
 * called, in the order of completion. The queue is bounded.
 */
#pragma once
#include "err.h"

/* Thread: a loop's. Returns 0, or HG_EFULL (nothing will be called). */
HG_API int hg_offload(
	void *self, void (*work)(void *arg), void (*done)(void *self, void *arg), void *arg);
