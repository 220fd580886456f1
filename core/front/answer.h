/*
 * answer - GitHub's replies on their way to a client: kept ones, and those that come in.
 *
 * Both are written with the client's base in their links and in the URLs of JSON bodies (so these
 * are sent chunked while they come in: their new length is not known), with 304 where the client
 * has it already, and with what hubgate says of its own (Cache-Status, budget, wait).
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* From memory: r->answer. */
void hg_reply_stored(struct hg_request *r);
/* r->reply.head, a piece of its body, its end; queued, not written. */
void hg_reply_upstream_head(struct hg_request *r);
void hg_reply_upstream_piece(struct hg_request *r, struct hg_chunk *c);
void hg_reply_upstream_end(struct hg_request *r);
/* The budget as it is now, as lines of a head: what GitHub did not answer has no limits of its own.
 * Nothing when nothing is known. */
void hg_reply_add_budget(struct hg_request *r, struct hg_text *out);
/* The fetch failed and nothing of the reply has left: forgets it, another may begin. Else false. */
bool hg_reply_take_back(struct hg_request *r);
