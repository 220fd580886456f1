/*
 * graphql_weight - what a GraphQL request will cost, before it is sent.
 *
 * GitHub takes one request for each connection (a field with `first` or `last`) and each node above
 * it, as if every list were full; a hundred of them are a point, to the nearest, at least one:
 *
 *     viewer { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) …
 *     1 + 100 + 100 x 50 = 5,101 requests                          ->  51 points
 *     100 + 100 x 50 + 100 x 50 x 60 = 305,100 nodes               ->  500,000 are the most
 *
 * Variables are looked up, what @skip and @include leave out is left out, and a fragment costs
 * where it is spread. Each definition is read once, whatever spreads it, so the work grows with the
 * length of the body and not with what it asks for.
 *
 * The shape says which requests are the same question: a hash of the operation and the fragments
 * without the values of numbers and strings, and of the predicted points. So pages of one query are
 * one shape, and the same query with another page size is another one if it costs otherwise. What
 * it really costs is learned by shape (dispatch/shape_cost.h).
 *
 * Thread: any, pure.   Shapes differ from run to run (base/hash.h).
 */
#pragma once
#include "ticket/graphql.h"

enum {
	HG_GRAPHQL_MOST_NODES = 500000,
	HG_GRAPHQL_MOST_POINTS = 1000000,   /* far above each budget of GitHub's */
	HG_GRAPHQL_MOST_DEFINITIONS = 4096, /* of a document; with more it is not read */
	/* Of a body; a larger one is not read: some 10 ms of a front. Queries have a hundredth of
	 * it. What is larger carries files to commit, so it counts as content that is created. */
	HG_GRAPHQL_MOST_BYTES = 512 << 10,
	/* Of what could not be counted. GitHub refuses most of it, for nothing or a point; what it
	 * takes all the same is seldom dearer than a page of a hundred lists, each of which has
	 * ten. */
	HG_GRAPHQL_UNCOUNTED_POINTS = 10,
};

struct hg_graphql_weight {
	/* Of the operation that `operationName` names. When it names none, or two have that name,
	 * the worst that the document does. */
	enum hg_graphql_does does;
	enum hg_graphql_does document; /* what all of it does */
	bool is_content;               /* a mutation that creates or adds something, or may */
	uint32_t points;               /* 1 … HG_GRAPHQL_MOST_POINTS */
	int64_t nodes;   /* over HG_GRAPHQL_MOST_NODES: GitHub refuses it, which is a point here */
	bool is_counted; /* else the points are HG_GRAPHQL_UNCOUNTED_POINTS */
	uint64_t shape;  /* 0: nothing that could be learned from */
};

struct hg_graphql_weight hg_graphql_weigh(struct hg_str body);
