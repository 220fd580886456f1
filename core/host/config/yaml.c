#include "host/config/yaml.h"

#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#define ANCHORS_MAX 200u

struct reader {
	struct hg_arena *arena;
	struct hg_faults *faults;
	const char *file;
	yaml_parser_t parser;
	uint32_t weight; /* of all so far */
	bool failed;
	uint32_t n_anchors;
	struct {
		const char *name;
		struct hg_node *node;
	} anchors[ANCHORS_MAX];
};

static struct hg_place place_of(const struct reader *rd, yaml_mark_t mark)
{
	return (struct hg_place){ rd->file, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1 };
}

__attribute__((format(printf, 3, 4))) static void *fail(
	struct reader *rd, yaml_mark_t mark, const char *fmt, ...)
{
	struct hg_place place = place_of(rd, mark);
	char message[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (!rd->failed)
		hg_faults_add(rd->faults, &place, NULL, "%s", message);
	rd->failed = true;
	return NULL;
}

static bool next(struct reader *rd, yaml_event_t *ev)
{
	if (yaml_parser_parse(&rd->parser, ev))
		return true;

	yaml_mark_t mark = rd->parser.problem_mark;
	if (rd->parser.error == YAML_READER_ERROR) {
		struct hg_place place = { rd->file, 0, 0 };
		hg_faults_add(rd->faults, &place, NULL, "byte %zu: %s", rd->parser.problem_offset,
			rd->parser.problem);
		rd->failed = true;
		return false;
	}
	fail(rd, mark, "%s%s%s", rd->parser.problem ? rd->parser.problem : "not readable",
		rd->parser.context ? " " : "", rd->parser.context ? rd->parser.context : "");
	return false;
}

static struct hg_node *new_node(struct reader *rd, yaml_mark_t mark, enum hg_node_kind kind)
{
	struct hg_place place = place_of(rd, mark);
	struct hg_node *node = hg_node_empty(rd->arena, &place, kind);

	node->weight = 1;
	return node;
}

static void remember(
	struct reader *rd, const yaml_char_t *anchor, struct hg_node *node, yaml_mark_t mark)
{
	if (!anchor)
		return;
	if (rd->n_anchors == ANCHORS_MAX) {
		fail(rd, mark, "more than %u anchors", ANCHORS_MAX);
		return;
	}
	rd->anchors[rd->n_anchors].name = hg_arena_copy(rd->arena, hg_str((const char *)anchor)).p;
	rd->anchors[rd->n_anchors++].node = node;
}

static struct hg_node *read_alias(struct reader *rd, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;

	for (uint32_t i = rd->n_anchors; i > 0; i--) {
		if (strcmp(rd->anchors[i - 1].name, name) == 0)
			return rd->anchors[i - 1].node;
	}
	return fail(rd, ev->start_mark, "no anchor \"&%s\" stands before this alias", name);
}

static bool has_tag(struct reader *rd, const yaml_event_t *ev)
{
	const yaml_char_t *tag = NULL;

	if (ev->type == YAML_SCALAR_EVENT)
		tag = ev->data.scalar.tag;
	else if (ev->type == YAML_SEQUENCE_START_EVENT)
		tag = ev->data.sequence_start.tag;
	else if (ev->type == YAML_MAPPING_START_EVENT)
		tag = ev->data.mapping_start.tag;
	if (tag)
		fail(rd, ev->start_mark, "tags (%s) are not read: the option decides the type",
			(const char *)tag);
	return tag != NULL;
}

static bool count(struct reader *rd, const struct hg_node *node, yaml_mark_t mark)
{
	rd->weight += node->weight;
	if (rd->weight <= HG_YAML_NODES)
		return true;
	fail(rd, mark, "more than %u values, aliases counted as what they stand for",
		HG_YAML_NODES);
	return false;
}

static struct hg_node *read_node(struct reader *rd, yaml_event_t *ev, unsigned depth);

static struct hg_node *read_sequence(struct reader *rd, const yaml_event_t *start, unsigned depth)
{
	struct hg_node *node = new_node(rd, start->start_mark, HG_NODE_SEQUENCE);
	yaml_event_t ev;

	while (next(rd, &ev)) {
		if (ev.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&ev);
			return node;
		}
		struct hg_node *item = read_node(rd, &ev, depth + 1);
		yaml_event_delete(&ev);
		if (!item)
			return NULL;
		hg_node_add(rd->arena, node, item);
		node->weight += item->weight;
	}
	return NULL;
}

/* True: the key may stand here. What may not is said, and reading goes on, so that the file's
 * other mistakes are found as well. */
static bool key_is_fine(struct reader *rd, const struct hg_node *map, const struct hg_node *key)
{
	if (hg_str_is(key->text, HG_STR("<<")) && !key->is_quoted) {
		hg_faults_add(rd->faults, &key->place, NULL,
			"merge keys (<<) are not read: write the values out");
		return false;
	}
	for (uint32_t i = 0; i < map->n; i++) {
		if (!hg_str_is(map->keys[i]->text, key->text))
			continue;
		hg_faults_add(rd->faults, &key->place, NULL,
			"\"%.*s\" is written twice, first on line %u", (int)key->text.n,
			key->text.p, map->keys[i]->place.line);
		return false;
	}
	return true;
}

static struct hg_node *read_map(struct reader *rd, const yaml_event_t *start, unsigned depth)
{
	struct hg_node *node = new_node(rd, start->start_mark, HG_NODE_MAP);
	yaml_event_t ev;

	while (next(rd, &ev)) {
		if (ev.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&ev);
			return node;
		}
		yaml_mark_t mark = ev.start_mark;
		struct hg_node *key = read_node(rd, &ev, depth + 1);
		yaml_event_delete(&ev);
		if (!key)
			return NULL;
		if (key->kind != HG_NODE_SCALAR)
			return fail(rd, mark, "a key must be a word");
		if (!next(rd, &ev))
			return NULL;
		struct hg_node *value = read_node(rd, &ev, depth + 1);
		yaml_event_delete(&ev);
		if (!value)
			return NULL;
		if (key_is_fine(rd, node, key)) {
			hg_node_put(rd->arena, node, key->text.p, value);
			node->keys[node->n - 1] = key;
		}
		node->weight += 1 + value->weight;
	}
	return NULL;
}

static struct hg_node *read_scalar(struct reader *rd, const yaml_event_t *ev)
{
	struct hg_node *node = new_node(rd, ev->start_mark, HG_NODE_SCALAR);
	const char *text = (const char *)ev->data.scalar.value;
	size_t n = ev->data.scalar.length;

	if (memchr(text, 0, n))
		return fail(rd, ev->start_mark, "a value with a zero byte");
	node->text = hg_arena_copy(rd->arena, (struct hg_str){ text, n });
	node->is_quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node;
}

static struct hg_node *read_node(struct reader *rd, yaml_event_t *ev, unsigned depth)
{
	struct hg_node *node = NULL;
	const yaml_char_t *anchor = NULL;

	if (depth > HG_YAML_DEPTH)
		return fail(rd, ev->start_mark, "nested deeper than %d levels", HG_YAML_DEPTH);
	if (has_tag(rd, ev))
		return NULL;
	if (ev->type == YAML_ALIAS_EVENT) {
		node = read_alias(rd, ev);
		return node && count(rd, node, ev->start_mark) ? node : NULL;
	}
	if (ev->type == YAML_SCALAR_EVENT) {
		anchor = ev->data.scalar.anchor;
		node = read_scalar(rd, ev);
	} else if (ev->type == YAML_SEQUENCE_START_EVENT) {
		anchor = ev->data.sequence_start.anchor;
		node = read_sequence(rd, ev, depth);
	} else if (ev->type == YAML_MAPPING_START_EVENT) {
		anchor = ev->data.mapping_start.anchor;
		node = read_map(rd, ev, depth);
	}
	if (!node || rd->failed)
		return NULL;
	remember(rd, anchor, node, ev->start_mark);
	if (node->kind == HG_NODE_SCALAR && !count(rd, node, ev->start_mark))
		return NULL;
	return rd->failed ? NULL : node;
}

/* stream start, document start, node, document end, stream end */
static struct hg_node *read_stream(struct reader *rd)
{
	struct hg_node *root = NULL;
	yaml_event_t ev;

	while (next(rd, &ev)) {
		yaml_event_type_t type = ev.type;
		yaml_mark_t mark = ev.start_mark;
		if (type == YAML_DOCUMENT_START_EVENT && root) {
			yaml_event_delete(&ev);
			return fail(rd, mark, "a second document: one file is one configuration");
		}
		bool is_node = type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT ||
		               type == YAML_SEQUENCE_START_EVENT ||
		               type == YAML_MAPPING_START_EVENT;
		if (is_node)
			root = read_node(rd, &ev, 1);
		yaml_event_delete(&ev);
		if (is_node && !root)
			return NULL;
		if (type == YAML_STREAM_END_EVENT)
			break;
	}
	if (rd->failed)
		return NULL;
	return root ? root : new_node(rd, (yaml_mark_t){ 0 }, HG_NODE_MAP);
}

struct hg_node *hg_yaml_parse(
	struct hg_arena *arena, const char *file, struct hg_str text, struct hg_faults *faults)
{
	struct hg_place whole = { file, 0, 0 };
	struct reader rd = { .arena = arena, .faults = faults, .file = file };

	if (text.n > HG_YAML_BYTES) {
		hg_faults_add(faults, &whole, NULL, "larger than %u KiB", HG_YAML_BYTES / 1024);
		return NULL;
	}
	if (!yaml_parser_initialize(&rd.parser)) {
		hg_faults_add(faults, &whole, NULL, "no memory to read it");
		return NULL;
	}
	rd.file = hg_arena_copy(arena, hg_str(file)).p;
	yaml_parser_set_input_string(
		&rd.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
	struct hg_node *root = read_stream(&rd);
	yaml_parser_delete(&rd.parser);
	if (!root)
		return NULL;
	if (hg_node_is_null(root))
		return hg_node_empty(arena, &root->place, HG_NODE_MAP);
	if (root->kind != HG_NODE_MAP) {
		hg_faults_add(faults, &root->place, NULL, "expected a mapping of options, got %s",
			hg_node_kind_name(root));
		return NULL;
	}
	return root;
}

bool hg_yaml_read(const char *file, struct hg_text *out, struct hg_faults *faults)
{
	struct hg_place whole = { file, 0, 0 };
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0) {
		hg_faults_add(faults, &whole, NULL, "can not be read: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		hg_faults_add(faults, &whole, NULL,
			S_ISDIR(st.st_mode) ? "is a directory" : "is no regular file");
		close(fd);
		return false;
	}
	char *bytes = hg_alloc(HG_YAML_BYTES + 1);
	size_t n = 0;
	ssize_t got;
	while (n <= HG_YAML_BYTES && (got = read(fd, bytes + n, HG_YAML_BYTES + 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (n == 0)
		hg_faults_add(faults, &whole, NULL, "is empty");
	hg_text_add(out, (struct hg_str){ bytes, n });
	explicit_bzero(bytes, n);
	hg_free(bytes);
	return n > 0;
}

static struct hg_node **find_item(const struct hg_node *map, const char *key, bool want_key)
{
	for (uint32_t i = 0; map && map->kind == HG_NODE_MAP && i < map->n; i++) {
		if (hg_str_is(map->keys[i]->text, hg_str(key)))
			return want_key ? &map->keys[i] : &map->items[i];
	}
	return NULL;
}

struct hg_node *hg_node_find(const struct hg_node *map, const char *key)
{
	struct hg_node **item = find_item(map, key, false);

	return item ? *item : NULL;
}

const struct hg_node *hg_node_member(const struct hg_node *map, const char *key)
{
	return map && map->kind == HG_NODE_MAP ? hg_node_find(map, key) : NULL;
}

const struct hg_node *hg_node_item(const struct hg_node *list, uint32_t i)
{
	return list && list->kind == HG_NODE_SEQUENCE && i < list->n ? list->items[i] : NULL;
}

struct hg_node *hg_node_key(const struct hg_node *map, const char *key)
{
	struct hg_node **item = find_item(map, key, true);

	return item ? *item : NULL;
}

bool hg_node_is_null(const struct hg_node *node)
{
	return node->kind == HG_NODE_SCALAR && !node->is_quoted && !node->is_verbatim &&
	       (node->text.n == 0 || hg_str_is(node->text, HG_STR("~")) ||
		       hg_str_is(node->text, HG_STR("null")));
}

struct hg_node *hg_node_empty(
	struct hg_arena *arena, const struct hg_place *place, enum hg_node_kind kind)
{
	struct hg_node *node = hg_arena_alloc0(arena, sizeof(*node));

	node->kind = kind;
	node->place = *place;
	node->weight = 1;
	return node;
}

struct hg_node *hg_node_scalar(
	struct hg_arena *arena, const struct hg_place *place, struct hg_str text)
{
	struct hg_node *node = hg_node_empty(arena, place, HG_NODE_SCALAR);

	node->text = hg_arena_copy(arena, text);
	return node;
}

/* Arrays double at 0, 4, 8, 16 … members. */
static struct hg_node **grow(struct hg_arena *arena, struct hg_node **old, uint32_t n)
{
	if (n && (n < 4 || (n & (n - 1))))
		return old;

	struct hg_node **bigger = hg_arena_alloc0(arena, (n ? n * 2 : 4) * sizeof(*bigger));
	if (n)
		memcpy(bigger, old, n * sizeof(*bigger));
	return bigger;
}

void hg_node_add(struct hg_arena *arena, struct hg_node *sequence, struct hg_node *item)
{
	sequence->items = grow(arena, sequence->items, sequence->n);
	sequence->items[sequence->n++] = item;
}

void hg_node_put(
	struct hg_arena *arena, struct hg_node *map, const char *key, struct hg_node *value)
{
	struct hg_node **there = find_item(map, key, false);

	if (there) {
		*there = value;
		return;
	}
	map->keys = grow(arena, map->keys, map->n);
	map->items = grow(arena, map->items, map->n);
	map->keys[map->n] = hg_node_scalar(arena, &value->place, hg_str(key));
	map->items[map->n++] = value;
}

struct hg_node *hg_node_copy(struct hg_arena *arena, const struct hg_node *node)
{
	struct hg_node *copy = hg_node_empty(arena, &node->place, node->kind);

	*copy = *node;
	copy->keys = copy->items = NULL;
	copy->n = 0;
	for (uint32_t i = 0; i < node->n; i++) {
		if (node->kind == HG_NODE_SEQUENCE) {
			hg_node_add(arena, copy, node->items[i]);
			continue;
		}
		hg_node_put(arena, copy, node->keys[i]->text.p, node->items[i]);
		copy->keys[i] = node->keys[i];
	}
	return copy;
}

const char *hg_node_kind_name(const struct hg_node *node)
{
	switch (node->kind) {
	case HG_NODE_SCALAR:
		return "a single value";
	case HG_NODE_SEQUENCE:
		return "a sequence";
	case HG_NODE_MAP:
		return "a mapping";
	}
	return "";
}
