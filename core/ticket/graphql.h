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
 * What readers are known to read differently (graphql_token.h) is not readable: whoever asks this
 * wants to know what GitHub will read, for certain. That a document is good GraphQL is not said:
 * GitHub refuses one that is not.
 *
 * Thread: any, pure.   Ownership: what is returned are slices of what was given, or in the arena.
 */
#pragma once
#include "base/arena.h"
#include "ticket/graphql_token.h"
#include <stdint.h>

enum hg_graphql_does {
	HG_GRAPHQL_UNREADABLE, /* or something else than operations and fragments */
	HG_GRAPHQL_QUERY,      /* queries only, one at least */
	HG_GRAPHQL_MUTATION,   /* a mutation among them */
	HG_GRAPHQL_SUBSCRIPTION,
};

enum hg_graphql_does hg_graphql_document(struct hg_str document);

/* The worse of two, for what all of a document does: mutation, subscription, query, nothing. */
enum hg_graphql_does hg_graphql_worse(enum hg_graphql_does a, enum hg_graphql_does b);

/* Of a request's body: one JSON object with `query`, and at most `variables` and `operationName`
 * beside it. A list of them, a document kept at GitHub (an id or hash in its place) and a name that
 * comes twice are not readable. */
enum hg_graphql_does hg_graphql_body(struct hg_str body);

/* -- in parts: for graphql_weight.h ------------------------------------------------------------ */

struct hg_graphql_ask {
	struct hg_str document;
	struct hg_str variables; /* a JSON value; n 0: not there */
	struct hg_str operation; /* its name; n 0: not there, or null */
};

/* False: not readable. Decoded strings are in the arena. */
bool hg_graphql_open(struct hg_arena *arena, struct hg_str body, struct hg_graphql_ask *ret_ask);

struct hg_graphql_definition {
	enum hg_graphql_does does; /* HG_GRAPHQL_UNREADABLE: it is a fragment */
	struct hg_str name;        /* n 0: none */
	struct hg_str text;        /* all of it */
	struct hg_str variables;   /* what stands between the brackets behind the name; n 0: none */
	struct hg_str selection;   /* behind its first brace, to the brace that closes it */
};

/* The next definition. False: there is none (*ret_bad false), or it is not readable. */
bool hg_graphql_define(
	struct hg_graphql_reader *r, struct hg_graphql_definition *ret_definition, bool *ret_bad);
