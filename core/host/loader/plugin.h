/*
 * plugin - finds a plugin's file, loads it, and refuses what does not fit, before its code runs.
 *
 *     use: cache   ->   <plugin_path>/cache.so, symbol hg_plugin_table, ABI, sizes, rows
 *
 * Files are loaded RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE and stay until exit. The table is copied
 * into one of this hubgate's size, and its arrays into rows of this hubgate's size: what an older
 * plugin does not know reads as 0, and nobody else looks at sizes.
 *
 * Every refusal is one line that names the file, what is wrong and what to do.
 *
 * Thread: host.   Ownership: a loaded table lives until exit.
 */
#pragma once
#include <hg/plugin.h>
#include <stdbool.h>

/* Tables shorter than this can not even say how large their instance is. */
#define HG_PLUGIN_MIN_SIZE offsetof(struct hg_plugin, options)

#define HG_PLUGIN_NAMES_MAX 64u

/* What `use:` may say: the .so files of `dirs`, in the order of the alphabet, each once. Returns
 * how many; each name is hg_free'd by the caller. */
uint32_t hg_plugin_list(
	const struct hg_option_list *dirs, const char *ret_names[HG_PLUGIN_NAMES_MAX]);

/* `use`: a name that is looked for in `dirs`, an absolute path, or the `where` of a table that was
 * accepted without a file. NULL and err. */
const struct hg_plugin *hg_plugin_load(
	const char *use, const struct hg_option_list *dirs, struct hg_err *err);

/* The same; a file that is not loaded yet is opened only when `trial` has let it pass (0, or an
 * HG_E… and the reason). */
const struct hg_plugin *hg_plugin_load_tried(const char *use, const struct hg_option_list *dirs,
	int (*trial)(const char *path, struct hg_err *err), struct hg_err *err);

/* The file a loaded table came from. */
const char *hg_plugin_path(const struct hg_plugin *table);
/* Is there another file at that path by now? It is used after a restart. */
bool hg_plugin_is_replaced(const struct hg_plugin *table);

/* Copies and checks a table without a file (tests). Same rules; `where` is for messages and, as
 * `use`, its name. */
const struct hg_plugin *hg_plugin_accept(
	const struct hg_plugin *foreign, const char *where, struct hg_err *err);
