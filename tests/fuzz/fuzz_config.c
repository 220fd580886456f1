/*
 * Any bytes as a configuration file.
 *
 * Must hold: a tree that was made is within the limits of depth and size and has no key twice; a
 * conf that was read, with mistakes or without, lies in the range of its rows; each mistake has a
 * message without a newline and stands inside the file.
 */
#include <stdlib.h>

#include "base/text.h"
#include "host/config/core_options.h"
#include "host/config/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Aliases share nodes: the count is of what they stand for. */
static uint32_t check_tree(const struct hg_node *node, unsigned depth)
{
	uint32_t n = 1;

	check(depth <= 1000);
	for (uint32_t i = 0; i < node->n; i++) {
		for (uint32_t k = 0; node->kind == HG_NODE_MAP && i < 50 && k < i; k++)
			check(!hg_str_is(node->keys[i]->text, node->keys[k]->text));
		n += check_tree(node->items[i], depth + 1);
	}
	check(n <= 3 * HG_YAML_NODES);
	return n;
}

static void check_faults(const struct hg_faults *faults, size_t size)
{
	check(faults->n <= HG_FAULTS_MAX);
	for (uint32_t i = 0; i < faults->n; i++) {
		check(faults->items[i].message[0] != 0);
		check(faults->items[i].place.line <= size + 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hg_dispatch_conf dispatch = { 0 };
	struct hg_http_conf http = { 0 };
	struct hg_log_conf log = { 0 };
	struct hg_arena arena;
	struct hg_faults faults;
	struct hg_keep keep;

	hg_arena_init(&arena);
	hg_faults_init(&faults);
	hg_keep_init(&keep);
	struct hg_node *root =
		hg_yaml_parse(&arena, "f", (struct hg_str){ (const char *)data, size }, &faults);
	check(root || faults.n_errors);
	if (root) {
		check(root->kind == HG_NODE_MAP);
		(void)check_tree(root, 0);
		hg_options_read(hg_http_options, "http", hg_node_find(root, "http"), NULL, &http,
			&keep, &faults);
		hg_options_read(hg_dispatch_options, "dispatch", hg_node_find(root, "dispatch"),
			NULL, &dispatch, &keep, &faults);
		hg_options_read(hg_log_options, "log", hg_node_find(root, "log"), NULL, &log, &keep,
			&faults);
		check(http.max_fields >= 1 && http.max_fields <= 100);
		check(http.max_head_bytes >= 1024 && http.max_head_bytes <= 1 << 20);
		check(http.head_timeout_us >= 10000 && http.head_timeout_us <= 600000000);
		check(dispatch.retries >= 0 && dispatch.retries <= 10);
		check(log.level >= 0 && log.level <= 3);
	}
	check_faults(&faults, size);
	hg_keep_fini(&keep);
	hg_faults_fini(&faults);
	hg_arena_fini(&arena);
	return 0;
}
