/*
 * look - a reply of which only the body tells whether it is a limit's refusal: it is given to
 * nobody until that is known.
 *
 *     200 to a GraphQL query    {"errors":[{"type":"RATE_LIMITED", …
 *                               until its JSON has told (ticket/graphql_verdict.h), which is soon
 *     403 application/json      {"message":"You have exceeded a secondary rate limit. …
 *                               until the words are there, 4 KiB of it, or its end
 *
 *     l = hg_look_begin(…)          NULL: it is what its head says
 *     hg_look_read(l, piece)        of each piece; and as long as hg_look_is_on(l):
 *     hg_look_hold(l, piece, …)     true: it is known what it is. At the body's end: hg_look_end
 *     hg_look_take(l)               what it held, to be given in order
 *
 * In none of them but hg_look_hold, _end and _take does a NULL harm: nothing is looked at then.
 *
 * Thread: dispatcher.   Clock: none.
 */
#pragma once
#include "base/arena.h"
#include "dispatch/outcome.h"
#include "ticket/ticket.h"

/* Of a 403, in which a limit would be named; GitHub's have 300. */
#define HG_LOOK_REFUSAL_BYTES 4096u

struct hg_look;

/* From this head on; lies in the arena. nothing_left: the head said that nothing remains. */
struct hg_look *hg_look_begin(struct hg_arena *arena, const struct hg_ask *ask,
	const struct hg_head *head, bool nothing_left);
/* Is it not known yet? */
bool hg_look_is_on(const struct hg_look *l);
/* Each piece once, before it is held or given; also when the look is over. */
void hg_look_read(struct hg_look *l, const struct hg_chunk *c);
/* References the piece. True: what it is stands in ret_finding; NONE: no refusal. */
bool hg_look_hold(struct hg_look *l, struct hg_chunk *c, enum hg_finding *ret_finding);
/* There is no more of it: what it is. */
enum hg_finding hg_look_end(const struct hg_look *l);
/* The look is over. What it held is the caller's. */
struct hg_chunks hg_look_take(struct hg_look *l);
/* Drops what it holds; before the arena goes. */
void hg_look_drop(struct hg_look *l);
/* The points that a GraphQL answer says the query took; -1: it does not (yet). */
int64_t hg_look_cost(const struct hg_look *l);
