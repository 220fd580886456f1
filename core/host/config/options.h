/*
 * options - from nodes to a conf struct, by a table of rows (hg/option.h).
 *
 * One table drives parsing, defaults, ranges and what `show config` prints. The engine knows no
 * option by name. All mistakes are collected; a value that is wrong leaves the default, so that
 * reading goes on.
 *
 *     http:
 *       head_timeout: 10s        HG_USEC(struct hg_http_conf, head_timeout_us, "10s", …)
 *
 * Ownership: strings, lists and secrets of a conf belong to the `hg_keep` it was read with.
 * Thread: the owner's.
 */
#pragma once
#include "base/arena.h"
#include "host/config/yaml.h"
#include <hg/option.h>

struct hg_text;
struct hg_err;

#define HG_OPTIONS_MAX 256u

struct hg_keep {
	struct hg_arena arena;
	struct hg_secret **secrets;
	uint32_t n_secrets;
};

void hg_keep_init(struct hg_keep *k);
void hg_keep_fini(struct hg_keep *k);

/* What stands in the file: the key without "_us" of a duration. */
struct hg_str hg_option_key(const struct hg_option *row);

/* The row that replaces a deprecated one; NULL: none of these does. */
const struct hg_option *hg_option_heir(const struct hg_option *rows, const struct hg_option *row);
/* What sets it in `map`: its own key, or else the old one; NULL: neither is there. */
const struct hg_node *hg_option_node(
	const struct hg_option *rows, const struct hg_option *row, const struct hg_node *map);

/* Bytes of the member behind a type; 0 = no such type. */
size_t hg_option_width(uint32_t type);

/* For people: "a duration (250ms, 10min, 1d)". */
const char *hg_option_type_name(uint32_t type);

/* Are the rows themselves sound: known types, inside conf_size, defaults that parse and lie in
 * their range? For tables of plugins. */
int hg_options_check(const struct hg_option *rows, uint64_t conf_size, struct hg_err *err);

/* Reads `map` (NULL = nothing is set) into `conf`, which is zeroed memory. `others` are keys of
 * the map that are not options (NULL-ended; NULL = none). Returns how many mistakes it added. */
uint32_t hg_options_read(const struct hg_option *rows, const char *path, const struct hg_node *map,
	const char *const *others, void *conf, struct hg_keep *keep, struct hg_faults *faults);

/* The value as JSON; a secret as "***" (or null), a URL without name and password. */
void hg_option_print(const struct hg_option *row, const void *conf, struct hg_text *out);
/* All rows as members of an object, without its braces; what came from outside is hidden
 * (outside.h). map: where they were read from; NULL: nothing was set. */
void hg_options_print(const struct hg_option *rows, const void *conf, const struct hg_node *map,
	struct hg_text *out);
/* Do both confs say the same in this row? */
bool hg_option_is_same(const struct hg_option *row, const void *a, const void *b);

/* One scalar, interpolated, by the rules of a string option: for what has no table. NULL when it
 * is wrong. */
const char *hg_node_word(const struct hg_node *node, const char *path, struct hg_keep *keep,
	struct hg_faults *faults);
