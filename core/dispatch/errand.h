/*
 * errand - a request of hubgate's own: a token is minted, a credential is asked about.
 *
 * It is a flight without tickets: sent in the turn in which it is due, past the queue, because what
 * it brings is what others wait for; its answer is kept whole and given to care.c. It counts on the
 * wire and among the secondary limits as any other, costs no points of a budget, and is not
 * tried again by itself.
 *
 *     MINT    POST /app/installations/ID/access_tokens    signed by the App
 *     ASK     GET /rate_limit                             free: is the token good (again)?
 *     NAME    GET /user                                   one point, once: whose token is it?
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "base/text.h"
#include "dispatch/flight.h"
#include "dispatch/payer/pool.h"

struct hg_dispatcher;

#define HG_ERRAND_BODY_MOST (256u << 10) /* of an answer; what is longer counts as none */

enum hg_errand_kind { HG_ERRAND_MINT, HG_ERRAND_ASK, HG_ERRAND_NAME, HG_ERRANDS };

struct hg_errand {
	enum hg_errand_kind kind;
	struct hg_credential *credential; /* borrowed: it lives while it has a flight */
	struct hg_flight *flight;
	struct hg_text body;
	bool is_too_long;
};

/* May something be asked for this pool? Of the gateway's own: those of the newest configuration,
 * and those that a reload replaced as long as somebody waits in them. */
bool hg_errand_may(const struct hg_dispatcher *d, const struct hg_pool *pool);
/* Sends one for this payer, whose pool may and which has none under way. body: JSON or n 0. token:
 * what it goes with; NULL: nothing. The site must have a place free (hg_site_has_slot, critical).
 */
void hg_errand_send(struct hg_dispatcher *d, enum hg_errand_kind kind, struct hg_payer *payer,
	struct hg_str path, struct hg_str body, struct hg_secret *token, const struct hg_now *now);

/* What the transport says of its flight: a piece of the answer. */
void hg_errand_add(struct hg_errand *e, struct hg_chunk *c);
/* Its flight is off the wire; the answer is overwritten: it may be a token. */
void hg_errand_free(struct hg_errand *e);
const char *hg_errand_name(enum hg_errand_kind kind);
