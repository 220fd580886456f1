/*
 * explained - why an answer took as long as it did, in one field of its head, for who asked with
 * `X-Hubgate-Explain: 1`; nobody else pays for it.
 *
 *     X-Hubgate-Explain: waited 1.200 s: paced (adaptive); paid by main; core 3210 of 5000 left,
 *                        resets 12:00:00Z
 *     X-Hubgate-Explain: from memory: hit; ttl=240
 *     X-Hubgate-Explain: waited 0.000 s: budget spent; core 0 of 5000 left, resets 12:00:00Z
 *
 * The reason is the one it waited for longest (dispatch/stop.h); all of them: `hubgate explain`.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* Its head has the field: answers from memory pay for no more than this look. */
static inline bool hg_explained_may_be_asked(const struct hg_request *r)
{
	return r->head.known[HG_HTTP1_X_HUBGATE_EXPLAIN] != 0;
}

/* Appends the field, if it was asked for. Once head or end of its ticket are taken, or without. */
void hg_explained_add(struct hg_request *r, struct hg_text *out);
