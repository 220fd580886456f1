/*
 * config_schema - the configuration as a JSON Schema (draft 2020-12), for editors.
 *
 * Made from the option tables, so that it knows what this hubgate knows: the core's, and those of
 * each plugin that is found. It refuses unknown keys as hubgate does. It is as lenient as hubgate
 * where YAML and tables see a value differently (`max_batch: "100"`, `min: 1.2`), and a value with
 * ${…} in it may be anything. The ranges of durations and sizes are said in words only.
 *
 *     # yaml-language-server: $schema=hubgate.schema.json
 *
 * Thread: main, before there is any other.
 */
#pragma once
#include <hg/option.h>

struct hg_faults;
struct hg_text;

/* Appends the schema. A plugin that can not be loaded is a warning, and its options may then be
 * anything. */
void hg_config_schema(
	const struct hg_option_list *plugin_path, struct hg_faults *faults, struct hg_text *out);
