#include "host/config/outside.h"

#include "host/config/options.h"
#include <string.h>

/* The first ${env:NAME} or ${file:PATH} in it, without a default; n 0: none. */
static struct hg_str reference_in(const struct hg_node *node)
{
	struct hg_str none = { NULL, 0 };

	if (node->kind != HG_NODE_SCALAR || node->is_verbatim)
		return none;
	for (size_t i = 0; i + 1 < node->text.n; i++) {
		struct hg_str rest = { node->text.p + i, node->text.n - i };
		if (hg_str_starts(rest, HG_STR("$${"))) {
			i += 2;
			continue;
		}
		if (!hg_str_starts(rest, HG_STR("${")))
			continue;
		const char *end = memchr(rest.p, '}', rest.n);
		const char *deflt = memmem(rest.p, rest.n, ":-", 2);
		if (deflt && (!end || deflt < end))
			end = deflt;
		return (struct hg_str){ rest.p + 2, end ? (size_t)(end - rest.p) - 2 : 0 };
	}
	return none;
}

struct hg_str hg_outside_reference(const struct hg_node *node)
{
	struct hg_str found = reference_in(node);

	for (uint32_t i = 0; !found.n && node->kind != HG_NODE_SCALAR && i < node->n; i++)
		found = reference_in(node->items[i]);
	return found;
}

static bool can_hold_a_secret(const struct hg_option *row)
{
	return row->type == HG_OPT_STRING || row->type == HG_OPT_LIST || row->type == HG_OPT_MAP;
}

bool hg_outside_is_hidden(const struct hg_option *row, const struct hg_node *node)
{
	return node && can_hold_a_secret(row) && hg_outside_reference(node).n;
}
