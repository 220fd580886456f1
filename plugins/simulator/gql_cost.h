/*
 * gql_cost - what GitHub takes for a GraphQL operation, before it is carried out.
 *
 * Each connection is one request for each node above it, as if every list were full:
 *
 *     viewer { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) …
 *     1 + 100 + 100 x 50 = 5,101 requests  ->  / 100, to the nearest: 51 points, at least 1
 *     100 + 100 x 50 + 100 x 50 x 60 = 305,100 nodes; 500,000 are the most
 *
 * A list without `first` and `last` costs nothing here: it is refused when it is answered.
 */
#pragma once
#include "gql_run.h"

#define SIM_GQL_MOST_NODES 500000

/* Of g->operation; g->variables are set and the document was checked. */
struct sim_gql_cost sim_gql_cost_of(const struct sim_gql *g);
