/*
 * graphql_token - a GraphQL document, word by word.
 *
 * Blanks, commas, comments and a byte order mark at the begin are passed over. Strings are whole
 * tokens, so that what stands in them is never taken for code:
 *
 *     { a(s: "}") # x          OPEN `{`  NAME `a`  OPEN `(`  NAME `s`  OTHER `:`  OTHER `"}"`  …
 *
 * It reads as the specification of October 2021 has it. Where readers are known to differ (quotes
 * right behind a string, a backslash before a quote in a block string, a carriage return alone in a
 * comment, control bytes) the token is BAD.
 *
 * Thread: any, pure.   Ownership: texts are slices of the document.
 */
#pragma once
#include <hg/str.h>

enum { HG_GRAPHQL_DEPTH = 200 }; /* brackets in each other; deeper is not readable */

enum hg_graphql_token_kind {
	HG_GRAPHQL_END,
	HG_GRAPHQL_BAD,
	HG_GRAPHQL_NAME,
	HG_GRAPHQL_OPEN,  /* ( [ { */
	HG_GRAPHQL_CLOSE, /* ) ] } */
	HG_GRAPHQL_OTHER, /* numbers, strings, $ & ! = : @ | and … */
};

struct hg_graphql_token {
	enum hg_graphql_token_kind kind;
	struct hg_str text;
};

struct hg_graphql_reader {
	const char *p, *end;
};

struct hg_graphql_reader hg_graphql_reader(struct hg_str document);
struct hg_graphql_token hg_graphql_next(struct hg_graphql_reader *r);
/* To behind the bracket that closes `open`, which was read. False: there is none, or it is no
 * match, or too deep. */
bool hg_graphql_skip_brackets(struct hg_graphql_reader *r, char open);

/* Is it this bracket, this mark? */
static inline bool hg_graphql_is(struct hg_graphql_token t, char mark)
{
	return t.kind != HG_GRAPHQL_END && t.text.n == 1 && t.text.p[0] == mark;
}
