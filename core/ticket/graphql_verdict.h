/*
 * graphql_verdict - what a GraphQL answer with status 200 says in its body.
 *
 * GitHub tells of limits and failures in a 200. What a refusal looks like, and what only part of
 * an answer:
 *
 *     {"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for …"}]}     a limit's
 *     {"data":{"a":{"b":null}},"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED", …}]}        partial
 *     {"data":{"rateLimit":{"cost":51}, …}}                                         fine; cost 51
 *
 * Pieces are fed as they come, each byte is looked at once, and nothing is kept but a word. A
 * refusal is known when it has come whole, which is less than HG_GRAPHQL_LOOK_BYTES; until then the
 * answer should be held, for nobody has seen that it was refused. As soon as there is data it may
 * pass: something was carried out, and whoever asked gets it.
 *
 *     hg_graphql_verdict_begin(&v, remaining == 0);
 *     while (piece)      hg_graphql_verdict_feed(&v, piece)  HOLD … PASS … PASS
 *     all is there:      hg_graphql_verdict_end(&v)          PARTIAL
 *
 * Of an answer that goes on for megabytes the errors stand at the end, so all of it is to be fed by
 * whoever wants to know whether it may be kept.
 *
 * Thread: any, pure.
 */
#pragma once
#include <hg/str.h>
#include <stdint.h>

enum {
	HG_GRAPHQL_LOOK_BYTES = 64
	                        << 10, /* held for a verdict at most; refusals are a tenth of it */
	HG_GRAPHQL_WORD_BYTES = 160,   /* of a string: enough for a type or a message's begin */
};

enum hg_graphql_verdict {
	HG_GRAPHQL_FINE,      /* data, and no errors */
	HG_GRAPHQL_PRIMARY,   /* this budget is spent */
	HG_GRAPHQL_SECONDARY, /* too fast, whatever is left */
	HG_GRAPHQL_PARTIAL,   /* cut short by GitHub: neither to be kept nor to be repeated */
	HG_GRAPHQL_ERRORS,    /* others: not to be kept */
	HG_GRAPHQL_ODD,       /* no such answer, or not all of it: not to be kept */
};

enum hg_graphql_look {
	HG_GRAPHQL_HOLD,    /* it may be a refusal yet */
	HG_GRAPHQL_PASS,    /* it is none */
	HG_GRAPHQL_REFUSED, /* a limit's, and nothing was carried out: may be asked again later */
};

struct hg_graphql_sight {
	enum hg_graphql_look look;
	int64_t cost; /* of data.rateLimit.cost, so the query asked for it; -1: not there (yet) */

	/* graphql_verdict.c's */
	uint64_t n_bytes;
	uint32_t depth, n_word;
	bool nothing_left, is_over, is_odd, has_data, has_errors, is_limit, is_secondary,
		is_partial;
	bool in_string, is_escaped, is_string, is_escaped_word;
	uint8_t keys[4]; /* by depth, from 1: whose value comes */
	char word[HG_GRAPHQL_WORD_BYTES];
};

/* `nothing_left`: the head said x-ratelimit-remaining: 0. */
void hg_graphql_verdict_begin(struct hg_graphql_sight *v, bool nothing_left);
/* Returns v->look. Once it is not HOLD it does not change. */
enum hg_graphql_look hg_graphql_verdict_feed(struct hg_graphql_sight *v, struct hg_str piece);
enum hg_graphql_verdict hg_graphql_verdict_end(const struct hg_graphql_sight *v);
