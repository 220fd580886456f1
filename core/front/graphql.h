/*
 * graphql - what a GraphQL document would do, told by its tokens.
 *
 * A document is definitions one behind the other: operations and fragments. What an operation does
 * stands in its first word, so comments, strings and braces are all that must be understood:
 *
 *     query A { x(s: "mutation {") }   fragment F on T { y }      query
 *     { x }  mutation B { z }                                     mutation: one is enough
 *     # mutation                                                  nothing: not readable
 *
 * It is read as the specification of October 2021 has it, and where readers are known to differ
 * (quotes right behind a string, a backslash before a quote in a block string, a carriage return
 * alone in a comment, control bytes) it is not readable: whoever asks this wants to know what
 * GitHub will read, for certain. That a document is good GraphQL is not said: GitHub refuses one
 * that is not.
 *
 * Thread: any.
 */
#pragma once
#include <hg/str.h>
#include <stdint.h>

enum hg_graphql_does {
	HG_GRAPHQL_UNREADABLE, /* or something else than operations and fragments */
	HG_GRAPHQL_QUERY,      /* queries only, one at least */
	HG_GRAPHQL_MUTATION,   /* a mutation among them */
	HG_GRAPHQL_SUBSCRIPTION,
};

enum { HG_GRAPHQL_DEPTH = 200 }; /* brackets in each other; deeper is not readable */

enum hg_graphql_does hg_graphql_document(struct hg_str document);

/* Of a request's body: one JSON object with `query`, and at most `variables` and `operationName`
 * beside it. A list of them, a document kept at GitHub (an id or hash in its place) and a name that
 * comes twice are not readable. */
enum hg_graphql_does hg_graphql_body(struct hg_str body);
