/*
 * trace - what happened to requests lately: a ring of small records per loop, for `hubgate trace`.
 *
 *     front-0   BEGAN "GET /repos/o/r"  PHASE weigh  PHASE lookup  TICKET
 *     dispatch  QUEUED "behind 3"  PARKED "empty" until …  QUEUED  HELD "pace"  SENT 1 "main"
 *     front-0   HEAD 200 "main"  GITHUB_ID "AB12:…"  REPLY  ENDED 200 "ci"
 *
 * A record is one cache line (64 bytes): when, whose, what, a number, a word. It is written where
 * a request moves on, whether anybody ever asks or not, so it must cost next to nothing: no lock,
 * no allocation, no call of the clock. The oldest record is overwritten; a request that needs more
 * than the ring has is traced by its latest part.
 *
 * Whose: a hash of the request id (hg_trace_key), so that ids of any length fit. A client that
 * uses one id for several requests gets them all, in their order.
 *
 * Never a secret: a word is a method and path without its query, a name of ours, or a cache
 * status.
 *
 * Thread: a ring belongs to one loop's thread, which binds it and is asked for a copy by message.
 * Clock: given.
 */
#pragma once
#include <hg/str.h>
#include <stdint.h>

/* id, name, what its number is ("" = nothing), how it is told to people */
#define HG_TRACE_EVENTS(X)                                                              \
	X(BEGAN, "began", "", "its head was read: method and path")                     \
	X(PHASE, "phase", "", "hooks of a phase begin")                                 \
	X(HOOK, "hook", "", "a hook, or the core, gave a verdict that ends a phase")    \
	X(JOINED, "joined", "", "shares the fetch of an equal request")                 \
	X(QUEUED, "queued", "", "waits its turn; behind how many, or after what")       \
	X(HELD, "held", "", "its turn, but something holds it: what (dispatch/stop.h)") \
	X(PARKED, "parked", "for_ms", "nothing may go before a known moment")           \
	X(SENT, "sent", "attempt", "sent to GitHub with this credential")               \
	X(STREAMING, "streaming", "status", "GitHub's head came")                       \
	X(OVER, "over", "", "its ticket ended: whole, or why not")                      \
	X(HEAD, "head", "status", "the front has the head, paid by this credential")    \
	X(GITHUB, "github", "", "GitHub's request id")                                  \
	X(CACHE, "cache", "", "what the cache said")                                    \
	X(REPLY, "reply", "", "is being answered")                                      \
	X(CUT, "cut", "", "not all of its reply could be sent")                         \
	X(ENDED, "ended", "status", "its reply is sent, or cut; whose it was")

enum hg_trace_event {
#define X(id, name, number, about) HG_TRACE_##id,
	HG_TRACE_EVENTS(X)
#undef X
		HG_TRACE_EVENT_N
};

struct hg_trace_record {
	int64_t at_us; /* mono, of the loop's turn */
	uint64_t key;  /* 0: nothing was written here yet */
	uint16_t event;
	uint16_t n_word;
	uint32_t number; /* HG_TRACE_EVENTS says of what */
	char word[40];   /* cut; no NUL */
};
_Static_assert(sizeof(struct hg_trace_record) == 64, "a cache line");

struct hg_trace_ring;

/* n 0: NULL, and nothing is traced. Rounded up to a power of two. */
struct hg_trace_ring *hg_trace_ring_new(uint32_t n);
void hg_trace_ring_free(struct hg_trace_ring *ring); /* NULL is fine; bound nowhere any more */
/* The calling thread writes into it from now on; NULL: into none. */
void hg_trace_bind(struct hg_trace_ring *ring);

uint64_t hg_trace_key(struct hg_str request_id); /* never 0 */

/* By the calling thread into its ring; without one nothing happens. */
void hg_trace(uint64_t key, enum hg_trace_event event, int64_t at_us, uint32_t number,
	struct hg_str word);

/* The records of `key`, oldest first, into ret_records (room for `most`; the latest ones). Returns
 * how many. The ring's own thread. */
uint32_t hg_trace_find(const struct hg_trace_ring *ring, uint64_t key,
	struct hg_trace_record *ret_records, uint32_t most);

const char *hg_trace_event_name(enum hg_trace_event e);
const char *hg_trace_number_name(enum hg_trace_event e); /* "": it has none */
