#include "gql_list.h"

#include <stdio.h>

#include <hg/mem.h>

#include "text.h"

#define MAX_PAGE 100

struct edge {
	const struct sim_gql_type *type; /* of the item */
	struct sim_gql_object item;
	uint32_t index;
};

void sim_gql_list_put(struct sim_gql_list *list, struct sim_gql_object o)
{
	list->items = sim_grow(list->items, list->n, &list->cap, sizeof(*list->items));
	list->items[list->n++] = o;
}

/* A cursor is the number of its item, from 1. */
static json_t *cursor(uint32_t index)
{
	char plain[32];

	snprintf(plain, sizeof(plain), "cursor:%u", index + 1);
	char *coded = sim_text_base64(plain, strlen(plain));
	json_t *text = json_string(coded);
	hg_free(coded);
	return text;
}

/* The number in a cursor; `deflt` without one, 0 when it is none of ours. */
static uint32_t number_of(const json_t *value, uint32_t deflt)
{
	const char *text = json_string_value(value);
	int64_t number = 0;
	size_t n;

	if (!text)
		return deflt;
	char *plain = sim_text_unbase64(hg_str(text), &n);
	if (plain && n > 7 && memcmp(plain, "cursor:", 7) == 0)
		number = sim_text_number((struct hg_str){ plain + 7, n - 7 }, 0);
	hg_free(plain);
	return number < SIM_MAX_ITEMS ? (uint32_t)number : SIM_MAX_ITEMS;
}

/* How many are asked for; -1: the argument was not given. False: an error was said. */
static bool count_of(
	struct sim_gql *g, const struct sim_gql_ask *a, const char *word, int64_t *ret_n)
{
	const json_t *value = json_object_get(a->args, word);
	char message[240];

	*ret_n = -1;
	if (!json_is_integer(value))
		return true;
	*ret_n = json_integer_value(value);
	if (*ret_n >= 0 && *ret_n <= MAX_PAGE)
		return true;
	snprintf(message, sizeof(message),
		"Requesting %lld records on the `%.*s` connection exceeds the `%s` limit of %d "
		"records.",
		(long long)*ret_n, a->pick->name.n > 80 ? 80 : (int)a->pick->name.n,
		a->pick->name.p, word, MAX_PAGE);
	(void)sim_gql_error(g, a, "EXCESSIVE_PAGINATION", message);
	return false;
}

static bool set_page(struct sim_gql *g, const struct sim_gql_ask *a, struct sim_gql_list *list)
{
	uint32_t after = number_of(json_object_get(a->args, "after"), 0);
	uint32_t before = number_of(json_object_get(a->args, "before"), list->n + 1);
	int64_t first, last;

	if (!count_of(g, a, "first", &first) || !count_of(g, a, "last", &last))
		return false;
	list->is_bounded = first >= 0 || last >= 0;
	list->name = a->pick->name;
	list->begin = after < list->n ? after : list->n;
	list->end = before > list->n ? list->n : before ? before - 1 : 0;
	if (list->end < list->begin)
		list->end = list->begin;
	if (first >= 0 && list->end - list->begin > first)
		list->end = list->begin + (uint32_t)first;
	if (last >= 0 && list->end - list->begin > last)
		list->begin = list->end - (uint32_t)last;
	return true;
}

json_t *sim_gql_list(struct sim_gql *g, const struct sim_gql_type *connection,
	const struct sim_gql_ask *a, struct sim_gql_list *list)
{
	json_t *out = set_page(g, a, list) ? sim_gql_select(g, connection,
						     (struct sim_gql_object){ .it = list }, a)
	                                   : json_null();

	hg_free(list->items);
	list->items = NULL;
	return out;
}

/* -- the fields of a connection -----------------------------------------------------------------
 */

static bool need_bounds(
	struct sim_gql *g, const struct sim_gql_list *list, const struct sim_gql_ask *a)
{
	char message[240];

	if (list->is_bounded)
		return true;
	snprintf(message, sizeof(message),
		"You must provide a `first` or `last` value to properly paginate the `%.*s` "
		"connection.",
		list->name.n > 80 ? 80 : (int)list->name.n, list->name.p);
	(void)sim_gql_error(g, a, "MISSING_PAGINATION_BOUNDARIES", message);
	return false;
}

json_t *sim_gql_list_nodes(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_list *list = o.it;

	if (!need_bounds(g, list, a))
		return json_null();
	json_t *rows = json_array();
	for (uint32_t i = list->begin; i < list->end; i++)
		json_array_append_new(
			rows, sim_gql_select_at(g, list->type, list->items[i], a, i - list->begin));
	return rows;
}

/* The edge type is the field's own: the row of the table names it. */
json_t *sim_gql_list_edges(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_list *list = o.it;

	if (!need_bounds(g, list, a))
		return json_null();
	json_t *rows = json_array();
	for (uint32_t i = list->begin; i < list->end; i++) {
		struct edge edge = { list->type, list->items[i], i };
		json_array_append_new(
			rows, sim_gql_select_at(g, a->type, (struct sim_gql_object){ .it = &edge },
				      a, i - list->begin));
	}
	return rows;
}

json_t *sim_gql_edge(struct sim_gql *g, const struct sim_gql_ask *a,
	const struct sim_gql_type *type, struct sim_gql_object item, uint32_t index)
{
	struct edge edge = { type, item, index };

	return sim_gql_select(g, a->type, (struct sim_gql_object){ .it = &edge }, a);
}

json_t *sim_gql_list_page(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	return sim_gql_select(g, &sim_gql_page_info, o, a);
}

json_t *sim_gql_list_total(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	(void)g, (void)a;
	return json_integer(((const struct sim_gql_list *)o.it)->n);
}

json_t *sim_gql_edge_cursor(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	(void)g, (void)a;
	return cursor(((const struct edge *)o.it)->index);
}

json_t *sim_gql_edge_node(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct edge *edge = o.it;

	return sim_gql_select(g, edge->type, edge->item, a);
}

/* -- PageInfo -----------------------------------------------------------------------------------
 */

static json_t *has_next(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_list *list = o.it;

	(void)g, (void)a;
	return json_boolean(list->end < list->n);
}

static json_t *has_previous(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_list *list = o.it;

	(void)g, (void)a;
	return json_boolean(list->begin > 0);
}

static json_t *start_cursor(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_list *list = o.it;

	(void)g, (void)a;
	return list->begin < list->end ? cursor(list->begin) : json_null();
}

static json_t *end_cursor(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	const struct sim_gql_list *list = o.it;

	(void)g, (void)a;
	return list->begin < list->end ? cursor(list->end - 1) : json_null();
}

static const struct sim_gql_field page_info_fields[] = {
	{ "hasNextPage", NULL, has_next, NULL },
	{ "hasPreviousPage", NULL, has_previous, NULL },
	{ "startCursor", NULL, start_cursor, NULL },
	{ "endCursor", NULL, end_cursor, NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct sim_gql_type sim_gql_page_info = { "PageInfo", page_info_fields, NULL };
