/*
 * graphql_post - a POST of GraphQL: is it a read, what will it cost, which others are equal to it.
 *
 *     Content-Type: application/json    {"query":"{viewer{login}}"}       a query, 1 point
 *     Content-Type: application/json    {"query":"mutation{…}"}           no query
 *     Content-Type: text/plain          {"query":"{viewer{login}}"}       not for certain: no query
 *
 * A query counts as a read: equal ones share a fetch, an answer may be kept, and it is tried again
 * as a GET is. So it is one only when GitHub can not read anything else in it. What it costs is
 * counted from whatever is there.
 *
 * Thread: any, pure.
 */
#pragma once
#include "ticket/graphql_weight.h"

struct hg_graphql_post {
	bool is_read;                  /* else all is zero: it is no such request */
	bool is_query;                 /* the operation asked for only reads, for certain */
	enum hg_graphql_does document; /* what all of it does: the worst of its operations */
	uint32_t points;               /* predicted; hg_ask.cost begins with it */
	bool is_content;               /* a mutation that creates or adds something, or may */
	uint64_t shape;                /* dispatch/shape_cost.h; 0: none */
	uint8_t body[16];              /* equal for equal bodies (hg/hash.h) */
};

/* GitHub reads a body as what its Content-Type says: as a form, in another charset or coding, it
 * might be another query. n 0: the field is not there. */
bool hg_graphql_is_plain(struct hg_str content_type, struct hg_str content_encoding);

/* `is_plain`: of the above, and there is no query in the URL. */
void hg_graphql_post_read(struct hg_graphql_post *ret_post, bool is_plain, struct hg_str body);
