/*
 * desk - a dispatcher on its loop: where tickets come in, and when it gets its turn.
 *
 * The dispatcher is pure (dispatcher.h): somebody has to hand it the time, what was submitted, and
 * a turn when its next moment is there. That is here, whatever the transport: libcurl's
 * (dispatch.c), or a test's.
 *
 * Thread: the loop's own, but the port (ticket.h).   Clock: the loop's.
 */
#pragma once
#include "base/loop.h"
#include "dispatch/dispatcher.h"

struct hg_desk {
	struct hg_port port;
	struct hg_loop *loop;
	struct hg_dispatcher *dispatcher; /* owned */
	void (*after_turn)(struct hg_desk *d);
	struct hg_alarm alarm; /* the dispatcher's next moment */
	struct hg_later later; /* one dispatcher turn per loop turn in which anything happened */
};

/* after_turn runs behind each turn of the dispatcher, which may have sent; NULL: not wanted. */
void hg_desk_init(struct hg_desk *d, struct hg_loop *loop, struct hg_snapshot *s,
	const struct hg_transport *transport, struct hg_view *view,
	void (*after_turn)(struct hg_desk *d));
/* Whom the dispatcher tells what happened (news.h), from its own turns; not called: nobody. */
struct hg_news;
void hg_desk_set_news(struct hg_desk *d, const struct hg_news *news);
/* What is under way has ended when this returns; the transport is not called any more. */
void hg_desk_fini(struct hg_desk *d);
/* Something happened: the dispatcher gets a turn at the end of the loop's. */
void hg_desk_turn_later(struct hg_desk *d);
