/*
 * waiting - the events that the receiver does not have yet: a bounded queue of JSON texts.
 *
 *     {"seq":7,"at":"2026-11-29T12:00:00Z","topic":"ratelimit.low","source":"dispatch","event":{…}}
 *
 * Over the bound the oldest are dropped, for the newest says how things are now; but not what is
 * held, because a POST with it is under way.
 *
 * Thread: the owner's.   Clock: none.
 */
#pragma once
#include <hg/event.h>
#include <stdbool.h>

struct waiting_item;

struct waiting {
	struct waiting_item *first, *last;
	uint32_t n, n_held; /* held: the first ones */
	uint64_t bytes;
};

/* Returns how many were dropped for it; it is one of them when nothing else can go. */
uint32_t waiting_add(struct waiting *w, const struct hg_event *ev, uint64_t max_bytes);

struct waiting_body {
	char *p; /* owned by the caller, hg_free; one object, or an array of them */
	size_t n;
	uint64_t first_seq;
	char topic[128]; /* of the first */
	uint32_t n_events;
};
/* Holds the first events, at most `most` and about max_bytes (one at least), and writes them down.
 * Something waits, and nothing is held. is_array: also when it is one. */
void waiting_hold(struct waiting *w, uint32_t most, uint64_t max_bytes, bool is_array,
	struct waiting_body *ret_body);
void waiting_release(struct waiting *w);  /* they wait again */
uint32_t waiting_drop(struct waiting *w); /* what is held is done with; returns how many */
void waiting_clear(struct waiting *w);
