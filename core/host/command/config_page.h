/*
 * config_page - the options as tables in Markdown: docs/OPTIONS.md, and the part of a plugin's
 * README.md.
 *
 *     | `max_fields` | whole number | 100 | 1 to 100 | live | Header fields of a request; over it
 * 431. |
 *
 * Thread: main, before there is any other.
 */
#pragma once
#include <hg/option.h>
#include <stdbool.h>

struct hg_faults;
struct hg_text;

/* Appends the whole page: the core, each plugin that is found, the environment. A plugin that can
 * not be loaded is a warning. */
void hg_config_page(
	const struct hg_option_list *plugin_path, struct hg_faults *faults, struct hg_text *out);

/* Appends the table of one plugin. False, and a fault: it can not be loaded. */
bool hg_config_page_plugin(const char *use, const struct hg_option_list *plugin_path,
	struct hg_faults *faults, struct hg_text *out);
