/*
 * dispatcher - who goes to GitHub next: a pure state machine, no socket and no clock in it.
 *
 *     NEW ─submit─► QUEUED ─take─► SENT ─head─► STREAMING ─► ENDED
 *                     ▲  └─► PARKED (no budget before a known moment)
 *                     └────────── a retry of a safe request
 *
 * A ticket belongs to a flight from submit to end, and a flight waits in a line of a pool (pool.h):
 * a resource and who may pay. Whose turn it is there is the queue's (queue.h); who pays is chosen
 * when it goes. A line whose budgets are all empty parks, others go on. Equal safe requests of one
 * pool share one flight (coalesce.h); if the one that leads leaves, another leads; when all have
 * left, the flight is aborted.
 *
 * What ends a ticket without a reply of GitHub's, as (status, word):
 *     429 no_budget             the budget comes back after the deadline: said at once; or the
 *                               deadline came while the strategy held it back
 *     429 upstream_limited      GitHub refused (secondary limit), or would, and the wait is too
 *                               long
 *     503 no_credential         GitHub takes none of those that could pay, till after the deadline
 *     503 upstream_down         a breaker is open till after the deadline (breaker.h)
 *     503 overloaded            over dispatch.max_tickets: it, or the newest that waits of a worse
 *                               class than its
 *     502 upstream_unreachable  no connection, or it broke before the head
 *     504 upstream_timeout      connect, first byte or total; or the deadline came while sent
 *     504 queue_timeout         the deadline came while all slots of its credential, or all
 *                               connections (upstream.max_connections), were taken
 *     (0) cancelled             the owner left, or the dispatcher stops (503 then)
 * After the head only code is set: HG_EIO or HG_ETIMEOUT, the reply is cut.
 *
 * Everything it wants done outside goes through `struct hg_transport`; everything that happens
 * outside comes in by a function with `now`. So a unit test, and a discrete-event simulation of a
 * day, need no thread.
 *
 * Thread: dispatcher only.   Clock: given.
 */
#pragma once
#include "ticket/snapshot.h"
#include "ticket/ticket.h"
#include "ticket/view.h"

struct hg_dispatcher;
struct hg_flight; /* one upstream transfer and the tickets that share it */

struct hg_transport {
	void *arg;
	/* Sends; the transport calls hg_dispatcher_on_* for `f` until on_end, never inside this
	 * call. Called in hg_dispatcher_turn only. */
	void (*send)(void *arg, struct hg_flight *f);
	void (*abort)(void *arg, struct hg_flight *f); /* no more calls for f after this */
	void (*pause)(void *arg, struct hg_flight *f, bool paused);
	void (*feed)(void *arg, struct hg_flight *f); /* its upload has more */
};

struct hg_dispatcher *hg_dispatcher_new(
	struct hg_snapshot *s, const struct hg_transport *transport, struct hg_view *view);
void hg_dispatcher_free(struct hg_dispatcher *d);
/* Ledgers, credentials with the same token and flights survive. */
void hg_dispatcher_adopt(struct hg_dispatcher *d, struct hg_snapshot *s);
/* The one in force from now on, until the next adopt. False: the snapshot has none of that label.
 */
bool hg_dispatcher_set_strategy(struct hg_dispatcher *d, struct hg_str label);
/* Whom it tells (news.h). Not called: nobody. */
struct hg_news;
void hg_dispatcher_set_news(struct hg_dispatcher *d, const struct hg_news *news);
/* Of the jitter. Not called: differs per process (base/hash.h). */
void hg_dispatcher_seed(struct hg_dispatcher *d, uint64_t seed);

void hg_dispatcher_submit(struct hg_dispatcher *d, struct hg_ticket *t,
	const struct hg_now *now); /* takes the reference */
void hg_dispatcher_cancel(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now);
void hg_dispatcher_resume(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_now *now);
void hg_dispatcher_feed(struct hg_dispatcher *d, struct hg_ticket *t);

/* From the transport. */
void hg_dispatcher_on_connected(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now);
/* Asked for bytes of the flight's upload; what hg_upload_take returned, and whether its owner has
 * room now. */
void hg_dispatcher_on_upload(struct hg_dispatcher *d, struct hg_flight *f, ssize_t taken,
	bool has_room, const struct hg_now *now);
void hg_dispatcher_on_head(struct hg_dispatcher *d, struct hg_flight *f, struct hg_head *head,
	const struct hg_now *now); /* refs */
void hg_dispatcher_on_chunk(struct hg_dispatcher *d, struct hg_flight *f, struct hg_chunk *c,
	const struct hg_now *now); /* refs */
/* code 0: whole. `sent`: had bytes of the request left this machine (a POST then is not repeated)?
 */
void hg_dispatcher_on_end(struct hg_dispatcher *d, struct hg_flight *f, int code, bool sent,
	const char *why, const struct hg_now *now);

/* Runs what is due: resets, deadlines, timeouts, retries. Returns the next moment (mono) at which
 * to call again, INT64_MAX for never. Call after every batch of the functions above. */
int64_t hg_dispatcher_turn(struct hg_dispatcher *d, const struct hg_now *now);

/* -- for people, and for tests --------------------------------------------------------------- */

uint32_t hg_dispatcher_in_flight(const struct hg_dispatcher *d); /* transfers; any thread */

/* Appends a JSON array: "tickets", "queues", "budgets", "credentials" or
 * "upstreams". False: no such word. */
struct hg_text;
bool hg_dispatcher_show(const struct hg_dispatcher *d, const char *what, const struct hg_now *now,
	struct hg_text *out);

void hg_dispatcher_check(const struct hg_dispatcher *d); /* HG_BUG_ON a broken invariant */
