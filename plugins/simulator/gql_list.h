/*
 * gql_list - GraphQL's connections: first, after, last, before in; nodes, edges, pageInfo,
 * totalCount out.
 *
 *     static json_t *repo_issues(…) { … return sim_gql_list(g, &connection, a, &list); }
 *
 * The list is filled by the caller with all items in their order; one page of them is answered.
 * Who asks for nodes must say how many (first or last, 1 to 100), as GitHub demands.
 */
#pragma once
#include "gql_run.h"

struct sim_gql_list {
	const struct sim_gql_type *type; /* of an item; its own "possible" are not looked at */
	struct sim_gql_object *items;    /* owned by who fills it */
	uint32_t n, cap;

	/* the page, set by sim_gql_list */
	uint32_t begin, end;
	bool is_bounded;
	struct hg_str name; /* of the field */
};

void sim_gql_list_put(struct sim_gql_list *list, struct sim_gql_object o);
/* The members of the connection that were picked. Frees the items. */
json_t *sim_gql_list(struct sim_gql *g, const struct sim_gql_type *connection,
	const struct sim_gql_ask *a, struct sim_gql_list *list);

/* An edge by itself: the item that stands at `index` of a connection. */
json_t *sim_gql_edge(struct sim_gql *g, const struct sim_gql_ask *a,
	const struct sim_gql_type *type, struct sim_gql_object item, uint32_t index);

#define SIM_GQL_LIST_ARGS "first after last before"

/* The fields of a connection and of its edge. */
#define SIM_GQL_CONNECTION(node, edge)                                       \
	{ "nodes", &(node), sim_gql_list_nodes, NULL },                      \
		{ "edges", &(edge), sim_gql_list_edges, NULL },              \
		{ "pageInfo", &sim_gql_page_info, sim_gql_list_page, NULL }, \
		{ "totalCount", NULL, sim_gql_list_total, NULL },            \
	{                                                                    \
		NULL, NULL, NULL, NULL                                       \
	}
#define SIM_GQL_EDGE(node)                                    \
	{ "cursor", NULL, sim_gql_edge_cursor, NULL },        \
		{ "node", &(node), sim_gql_edge_node, NULL }, \
	{                                                     \
		NULL, NULL, NULL, NULL                        \
	}

extern const struct sim_gql_type sim_gql_page_info;
json_t *sim_gql_list_nodes(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_list_edges(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_list_page(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_list_total(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_edge_cursor(
	struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_edge_node(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
