/*
 * config_lines - a configuration as lines, one an option: its value, and where that comes from.
 *
 *     http.max_batch            hub.yaml:7                  50
 *     http.head_timeout         default                     "10s"
 *     clients[ci].methods       hub.yaml:12                 ["GET"]
 *     plugins[cache].max_bytes  environment CACHE_MAX_SIZE  "64MiB"
 *
 *     credential.token          hub.yaml:9 env:TOKEN        "***"
 *
 * What came from outside by ${…} is masked too, where any text may stand.
 * Entries of a list are called by their names, so that two configurations can be compared whose
 * lists have another order. Where the order has a meaning there is a line for it: `plugins`.
 *
 * Thread: host.   Ownership: lines borrow from the setup and are freed before it.
 */
#pragma once
#include "host/setup.h"

struct hg_config_line {
	const char *path;            /* "http.max_batch" */
	const char *value;           /* JSON; secrets masked, a client's keys only counted */
	const char *origin;          /* "default", "hub.yaml:7", "hub.yaml:7 env:NAME",
	                              * "environment NAME", "--plugin-path" */
	bool needs_restart;          /* to change it */
	const struct hg_option *row; /* NULL: `exact` says what it is compared by */
	const void *conf;            /* of the row */
	struct hg_str exact;
};

struct hg_config_lines {
	struct hg_arena arena;
	struct hg_config_line *items; /* in the order of the sections and tables */
	uint32_t n, room;
};

/* `s` has its options; it need not have been started. */
void hg_config_lines_init(struct hg_config_lines *l, const struct hg_setup *s);
void hg_config_lines_fini(struct hg_config_lines *l);

/* Does it say more than a default? So does what names an entry, also a built-in one. */
bool hg_config_line_is_written(const struct hg_config_line *line);
/* Do both say the same? Also sees what is masked. */
bool hg_config_line_is_same(const struct hg_config_line *a, const struct hg_config_line *b);

/* [{"option":"http.max_batch","origin":"hub.yaml:7","value":50},…] */
void hg_config_lines_print(const struct hg_config_lines *l, struct hg_text *out);
