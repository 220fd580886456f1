/*
 * graphql_count - how many requests an operation is to GitHub, and how many nodes it may answer.
 *
 *     query ($n: Int = 3) { viewer { repositories(first: $n) { nodes { ...r } } } }
 *     fragment r on Repository { issues(first: 2) { totalCount } }
 *     1 for the repositories, 3 for their issues: 4 requests;  3 + 3 x 2 = 9 nodes
 *
 * Each definition is read once. What a fragment comes to is proportional to how often it is asked
 * for, so that is added up along the spreads, each fragment after all that spread it.
 *
 * Thread: any, pure.   Ownership: what is counted with is in the arena.
 */
#pragma once
#include "ticket/graphql.h"

enum { HG_GRAPHQL_MOST_PARTS = 4096 }; /* variables and spreads; more are not counted */

/* An operation or a fragment. What is behind `is` belongs to graphql_count.c: begin with zeros. */
struct hg_graphql_part {
	struct hg_graphql_part *next;
	struct hg_graphql_definition is;
	int64_t requests, nodes; /* where it is asked for once */
	int64_t times;           /* how often it is asked for, as far as is known */
	struct spread *spreads;
	uint32_t n_above; /* spreads of it that are not accounted for yet */
	bool is_seen;
};

/* `variables`: a JSON value, n 0: none. False: it could not be counted; fragments that spread each
 * other in a circle, variables that are no object, too many of either. Nothing is returned then. */
bool hg_graphql_count(struct hg_arena *arena, struct hg_graphql_part *parts,
	struct hg_graphql_part *operation, struct hg_str variables, int64_t *ret_requests,
	int64_t *ret_nodes);
