/*
 * behind - looks behind a full last page before GitHub is asked whether it still holds (pages.h).
 *
 * The request waits in LOOKUP while the page behind is asked for, with the tag that an empty list
 * would have for who pays: a 304 says that there is nothing, and costs nothing. What comes instead
 * leads to Link. It is the pool's token that asks, so it is done for copies of the pool's only.
 *
 *     LOOKUP  full, no next     GET …&page=2, If-None-Match: the tag of []
 *                               304: go on        200 [c]: go on, and Link gets a next
 *
 * A fetch can not ask for a computed tag itself: it carries a mark that SEND turns into one.
 *
 * Thread: the request's front; behind_set_tag the dispatcher's.   Clock: given.
 */
#pragma once
#include "ask.h"

enum behind_what {
	BEHIND_NOTHING,  /* an empty list */
	BEHIND_PAGE,     /* one with items: `link` is that of the page before it */
	BEHIND_UNKNOWN,  /* no answer, in time or at all, or one that does not lead back */
	BEHIND_UNTAGGED, /* an empty list, but whole: its tag is not the computed one */
	BEHIND_WHATS,
};

/* r == NULL: the client left, only free `arg`. The verdict is LOOKUP's. */
typedef enum hg_verdict (*behind_fn)(
	void *self, struct hg_request *r, void *arg, enum behind_what what, struct hg_str link);

/* Asks; on_known comes once, with `arg`, on the request's front. `own`: the page's Link so far.
 * False: there is nothing to ask for, and on_known does not come. True: return HG_WAIT. */
bool behind_look(void *self, struct hg_request *r, struct hg_str own, int64_t wait_us,
	behind_fn on_known, void *arg);
/* In SEND: is it a look? Then it has its tag now. */
bool behind_set_tag(struct hg_send *s);
