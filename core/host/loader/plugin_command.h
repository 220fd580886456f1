/*
 * plugin_command - `hubgate plugin info FILE.so`, `plugin check FILE.so` and `plugin list`.
 *
 * A file is loaded in a child process, by the rules of plugin.h, and the child says through a pipe
 * what it found. Code that runs at load (constructors) may crash, end the process or never come
 * back: then the child is what is lost, and one line says how.
 *
 *     hubgate: plugin /x/bad.so: crashed when it was loaded: SIGSEGV
 *
 * Thread: main, before there is any other.   Clock: real, for `patience_ms` alone.
 */
#pragma once
#include <hg/err.h>
#include <hg/option.h>
#include <stdio.h>

#define HG_PLUGIN_PATIENCE_MS 10000 /* for one file, from fork to its last word */

/* Exit status 0, or 1 and one line that says why the file is refused. `file` may be NULL. */
int hg_plugin_command_describe(const char *file, int patience_ms, FILE *out, FILE *complaints);
int hg_plugin_command_check(const char *file, int patience_ms, FILE *out, FILE *complaints);

/* The same without a word when all is well: 0, or an HG_E… and the reason. By fork: for a process
 * without other threads (trial.h is for all). */
int hg_plugin_command_try(const char *path, int patience_ms, struct hg_err *err);

/* One line for each .so of the folders, in their order and by name. Exit status 1 when one of
 * them is refused, or when there is none. */
int hg_plugin_command_list(
	const struct hg_option_list *dirs, int patience_ms, FILE *out, FILE *complaints);
