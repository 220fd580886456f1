/*
 * config_diff - what two configurations say differently, option by option.
 *
 *     http.max_batch: 50 -> 60
 *     credential.token: "***" -> "***" (another one)
 *     workers: "2" -> "4" (needs a restart)
 *
 * Of an entry of a list that only one of them has, the options that are written out.
 *
 * Thread: host.   Ownership: borrows from the lines, which live as long.
 */
#pragma once
#include "host/config_lines.h"

struct hg_difference {
	const char *path;
	const char *now, *wanted; /* JSON, secrets masked; NULL: it is not there */
	bool is_masked;           /* both look the same and are not */
	bool needs_restart;
};

struct hg_config_diff {
	struct hg_difference *items;
	uint32_t n, n_restarts;
};

void hg_config_diff_init(struct hg_config_diff *d, const struct hg_config_lines *now,
	const struct hg_config_lines *wanted);
void hg_config_diff_fini(struct hg_config_diff *d);

/* As above, without a newline. */
void hg_difference_print(const struct hg_difference *d, struct hg_text *out);
/* [{"option":"http.max_batch","old":50,"new":60,"needs_restart":false},…] */
void hg_config_diff_print(const struct hg_config_diff *d, struct hg_text *out);
