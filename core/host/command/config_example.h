/*
 * config_example - a file with every option of the core and of each plugin that is found: help,
 * type, range, and the default, commented out. As it stands it says what no file says.
 *
 *     http:
 *       # Header fields of a request; over it 431. (whole number, 1 to 100)
 *       #max_fields: 100
 *
 * Blocks that are not there by default have "# " before each line. etc/hubgate.yaml is one, and
 * `scripts/dev/options --check` finds it out when it is not current.
 *
 * Thread: main, before there is any other.
 */
#pragma once
#include <hg/option.h>

struct hg_faults;
struct hg_text;

/* Appends it. A plugin that can not be loaded is a warning. */
void hg_config_example(
	const struct hg_option_list *plugin_path, struct hg_faults *faults, struct hg_text *out);
