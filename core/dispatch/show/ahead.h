/*
 * ahead - who goes before one that waits: counted, and told in JSON or in words.
 *
 *     normal, of "ci":      critical, of "boss"        1   a better class goes first
 *     the second of its     normal, of "ci"            1   a client's own go as they came
 *     client                normal, six of "many"      2   a turn each, until it is ours
 *                                                      4   go before it
 *
 * Between classes it asks what the queue asks (hg_queue_is_before), within one it counts turns by
 * the weights of the shares. That is how things stand; who comes later is not in it.
 *
 * Costs a look at each that waits in the same queue.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include <hg/phases.h>
#include <stdint.h>

struct hg_flight;
struct hg_share;
struct hg_text;

#define HG_AHEAD_CLIENTS 8 /* are told apart; the others are one sum */

struct hg_rival {
	const struct hg_share
		*share; /* borrowed of the flights; NULL: all that are not told apart */
	uint32_t n;     /* of its flights that go first, in our class */
};

struct hg_ahead {
	uint32_t classes[HG_CLASSES], n;
	uint32_t own; /* in our class, of our client, before us */
	struct hg_rival rivals[HG_AHEAD_CLIENTS + 1];
	unsigned n_rivals;
};

/* Of one that is queued. */
void hg_ahead_count(const struct hg_flight *f, int64_t now_us, struct hg_ahead *ret);
/* One client is not told of another: all rivals become one sum. */
void hg_ahead_hide(struct hg_ahead *a);

/* Appends a JSON object. */
void hg_ahead_add(const struct hg_ahead *a, struct hg_text *out);
/* Appends "14 go before it: 2 high, 12 low (of ci 9, web 3)". */
void hg_ahead_say(const struct hg_ahead *a, struct hg_text *out);
