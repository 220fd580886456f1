/*
 * trial - a plugin's file is loaded in another process before it is loaded in this one.
 *
 * Code of a file runs when it is loaded (constructors). If it crashes, ends the process or never
 * comes back, then not a daemon that serves others is lost, but a child; the file is refused like
 * any other that can not be used (docs/decisions/008-trial-of-a-plugin.md).
 *
 *     one thread (start, check)   a fork: under a millisecond
 *     more (a reload)             hubgate plugin check FILE, of this very program: some 10 ms
 *
 * A file that is loaded already is not tried again. What start() does is no part of it.
 *
 * Thread: host, which waits for it.   Clock: real.
 */
#pragma once
#include <hg/err.h>

/* 0, or an HG_E… and the reason. `path` is a real path. */
int hg_trial(const char *path, struct hg_err *err);
