/*
 * etag_model - the tag that GitHub would give a body that is sent to somebody.
 *
 * GitHub hashes what it sends together with those fields of the request on which the answer varies
 * (observed since 2025, documented nowhere). So who knows body and request can compute it, and ask
 * whether a body that another token was given still holds for this one:
 *
 *     SHA-256( for Accept, Authorization, Cookie in this order, when Vary names it:
 *                  each value as sent, then ':'
 *              then the body as it is without content coding )
 *
 *     Accept: application/json, Authorization: Bearer hunter1, body hello world
 *         ->  SHA-256("application/json:Bearer hunter1:hello world")  =  8ba5e4f8…
 *
 * A 304 to such a tag is GitHub's word that this token sees these very bytes. Some routes have tags
 * that do not follow it: there a computed tag is one that GitHub does not know.
 *
 * Costs one pass over the body: about a millisecond for a megabyte.   Thread: any, pure.
 */
#pragma once
#include <hg/request.h>

struct hg_etag_asker {
	const struct hg_field *fields; /* of the request; Authorization is not among them */
	uint32_t n_fields;
	struct hg_str scheme, token; /* "Bearer", and behind a blank the token; no token: {0} */
	struct hg_str vary;          /* of the answer; {0} or "*" means all three */
};

/* The tag without its quotes, in lower-case hexadecimal. False: the hash could not be made. */
bool hg_etag_model(const struct hg_etag_asker *asker, struct hg_str body, char ret_hex[65]);
