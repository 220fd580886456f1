/*
 * yaml - a file as a tree of nodes that know where they stand.
 *
 * Read by libyaml's events, so every scalar keeps its text, line and column; what type it has is
 * the option's business, and `no` or `010` surprise nobody. Refused: tags, merge keys, keys that
 * are written twice, a second document, nesting over HG_YAML_DEPTH, files over HG_YAML_BYTES, and
 * aliases that stand for more than HG_YAML_NODES nodes in all. JSON is read as well.
 *
 * An alias shares the node it names; trees are not changed in place but by hg_node_put.
 *
 * Thread: the owner's.   Ownership: everything is in the arena.
 */
#pragma once
#include "base/arena.h"
#include "host/config/faults.h"

struct hg_text;

#define HG_YAML_DEPTH 16
#define HG_YAML_BYTES (1u << 20)
#define HG_YAML_NODES 20000u

enum hg_node_kind { HG_NODE_SCALAR, HG_NODE_SEQUENCE, HG_NODE_MAP };

struct hg_node {
	enum hg_node_kind kind;
	struct hg_place place;
	bool is_quoted;   /* "…" or '…': never a null */
	bool is_verbatim; /* from the environment: `${` means nothing in it */
	struct hg_str text;
	struct hg_node **keys;  /* of a map */
	struct hg_node **items; /* of a map or sequence */
	uint32_t n, weight;     /* weight: nodes in it, aliases counted as what they stand for */
};

/* NULL when the text can not be read; what is wrong is in `faults`. An empty text is an empty
 * map. `file` is for messages. */
struct hg_node *hg_yaml_parse(
	struct hg_arena *arena, const char *file, struct hg_str text, struct hg_faults *faults);
/* Appends what stands in the file. False: said in `faults`. */
bool hg_yaml_read(const char *file, struct hg_text *out, struct hg_faults *faults);

struct hg_node *hg_node_find(const struct hg_node *map, const char *key); /* NULL = not there */
/* The same of what may be NULL, or of another kind. */
const struct hg_node *hg_node_member(const struct hg_node *map, const char *key);
const struct hg_node *hg_node_item(const struct hg_node *list, uint32_t i);
struct hg_node *hg_node_key(const struct hg_node *map, const char *key); /* the key's own node */
bool hg_node_is_null(const struct hg_node *node); /* absent value, ~ or null */

/* For trees that are put together by hand. */
struct hg_node *hg_node_scalar(
	struct hg_arena *arena, const struct hg_place *place, struct hg_str text);
struct hg_node *hg_node_empty(
	struct hg_arena *arena, const struct hg_place *place, enum hg_node_kind kind);
void hg_node_put(
	struct hg_arena *arena, struct hg_node *map, const char *key, struct hg_node *value);
void hg_node_add(struct hg_arena *arena, struct hg_node *sequence, struct hg_node *item);
/* A copy whose children are shared: may be changed without the original noticing. */
struct hg_node *hg_node_copy(struct hg_arena *arena, const struct hg_node *node);

const char *hg_node_kind_name(const struct hg_node *node); /* "a mapping" */
