#include "host/config/words.h"

#include "base/text.h"
#include "front/http1.h"

const char *hg_entry_path(const struct hg_entry *e, const char *key)
{
	return hg_arena_printf(&e->keep->arena, "%s.%s", e->path, key).p;
}

const struct hg_place *hg_entry_place(const struct hg_entry *e, const char *key)
{
	const struct hg_node *node = hg_node_find(e->node, key);

	return node ? &node->place : &e->node->place;
}

const struct hg_place *hg_entry_item_place(const struct hg_entry *e, const char *key, uint32_t i)
{
	const struct hg_node *node = hg_node_find(e->node, key);

	if (node && node->kind == HG_NODE_SEQUENCE && i < node->n)
		return &node->items[i]->place;
	return hg_entry_place(e, key);
}

int hg_word_find(const struct hg_entry *e, const char *key, uint32_t i, const char *word,
	const char *const *words, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		if (strcmp(word, words[k]) == 0)
			return (int)k;
	const char *meant = hg_meant(hg_str(word), words, n);
	struct hg_text known;
	hg_text_init(&known);
	for (uint32_t k = 0; k < n && !meant; k++)
		hg_text_printf(&known, "%s%s", k ? ", " : "", words[k]);
	hg_faults_add(e->faults, hg_entry_item_place(e, key, i), hg_entry_path(e, key),
		meant ? "there is no \"%.60s\" (did you mean \"%s\"?)"
		: n   ? "there is no \"%.60s\", only: %.400s"
		      : "there is no \"%.60s\", nor any other%s",
		word,
		meant ? meant
		: n   ? known.p
		      : "");
	hg_text_fini(&known);
	return -1;
}

void hg_entry_refuse_null(const struct hg_entry *e, const char *key)
{
	const struct hg_node *node = hg_node_find(e->node, key);

	if (node && hg_node_is_null(node))
		hg_faults_add(e->faults, &node->place, hg_entry_path(e, key),
			"has no value; leave it out if there is no such bound");
}

void hg_entry_refuse_empty(
	const struct hg_entry *e, const char *key, const struct hg_option_list *list)
{
	const struct hg_node *node = hg_node_find(e->node, key);

	if (node && node->kind != HG_NODE_MAP && !list->n) /* a mapping was refused already */
		hg_faults_add(e->faults, hg_entry_place(e, key), hg_entry_path(e, key),
			"an empty list allows nothing; leave it out to allow all");
}

uint32_t hg_methods_read(const struct hg_entry *e, const struct hg_option_list *list)
{
	static const char *const words[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
		"OPTIONS" };
	static const uint32_t bits[] = { 1u << HG_HTTP1_GET | 1u << HG_HTTP1_HEAD,
		1u << HG_HTTP1_HEAD, 1u << HG_HTTP1_POST, 1u << HG_HTTP1_PUT, 1u << HG_HTTP1_PATCH,
		1u << HG_HTTP1_DELETE, 1u << HG_HTTP1_OPTIONS };
	uint32_t methods = 0;

	if (!hg_node_find(e->node, "methods"))
		return UINT32_MAX;
	for (uint32_t i = 0; i < list->n; i++) {
		int k = hg_word_find(e, "methods", i, list->items[i], words, 7);
		methods |= k < 0 ? 0 : bits[k];
	}
	hg_entry_refuse_empty(e, "methods", list);
	return methods;
}
