/*
 * queue - flights that wait for their turn: by class, within a class fairly between clients, and of
 * one client as they came.
 *
 *     band    a class and the strategy that a request asked for; few
 *     lane    a client's in a band; whose turn it is goes by points sent over weight (start-time
 *             fair queueing: Goyal, Vin, Cheng, 1996)
 *     track   what in a lane waits for the same gate (hg_flight.gate): stands and goes together
 *
 * Order is by class. So that low never starves, a flight counts one class higher for each
 * HG_AGEING_US that it has waited, but never as critical, which is for people; between equal
 * classes the one that waits longer goes first:
 *
 *     low 31 s, normal 3 s            -> low counts as normal and is older: low
 *     low 61 s, high 1 s              -> low counts as high and is older: low
 *     normal 300 s, critical 0 s      -> critical
 *
 * Only the one whose turn it is in its band is compared. A client that has been served keeps what
 * it owes as long as others of its band wait, so one that asks one by one gets no more than one
 * that asks for all at once.
 *
 * Whom something stops that does not stop all (a secondary limit of its route, or that it asks for
 * more than is left) is held: its track lets others pass until a moment. A client with max_upstream
 * under way lets others pass until one of its own has ended.
 *
 * Putting, choosing and taking cost the logarithm of lanes and tracks, however many wait; putting
 * looks through the lanes of its client as well, one for each band that it waits in.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "base/heap.h"
#include "base/list.h"
#include <hg/phases.h>
#include <stdint.h>

struct hg_flight;
struct hg_map;
struct hg_share;

#define HG_AGEING_US (30 * 1000000ll)
#define HG_STRATEGY_BYTES 32u
#define HG_BANDS_MOST (HG_CLASSES * 17u) /* each with the strategy in force and 16 by name */

struct hg_queue {
	struct hg_list classes[HG_CLASSES]; /* hg_flight.queued; queued_us never falls along it */
	struct hg_list bands;               /* hg_band.link: those in which somebody waits */
	struct hg_heap held;                /* hg_track.held: those that stand until a moment */
	struct hg_map *tracks;              /* by lane and gate; NULL: nobody has ever waited */
	uint32_t n[HG_CLASSES];
	uint32_t n_all;
};

void hg_queue_init(struct hg_queue *q);
void hg_queue_fini(struct hg_queue *q); /* nobody waits any more */
/* Behind those of its class, strategy, client and gate. f->share is referenced by the caller. */
void hg_queue_put(struct hg_queue *q, struct hg_flight *f, int64_t now_us);
void hg_queue_take(struct hg_queue *q, struct hg_flight *f);
/* The same, because it goes out: its client has had its cost. */
void hg_queue_serve(struct hg_queue *q, struct hg_flight *f);
/* Those in its track stand until then, others pass; until_us > now. */
void hg_queue_hold(struct hg_queue *q, struct hg_flight *f, int64_t until_us);
/* Lets go those whose moment has come. Returns the next such moment, INT64_MAX: none. */
int64_t hg_queue_release(struct hg_queue *q, int64_t now_us);
/* One of this client's has ended: those of its lanes that waited for that have their turns again.
 */
void hg_queue_let_pass(struct hg_share *share);

struct hg_flight *hg_queue_oldest(const struct hg_queue *q, enum hg_class klass); /* or NULL */
/* As what `f` counts now. */
enum hg_class hg_queue_counts_as(const struct hg_flight *f, int64_t now_us);
/* Does `a` go before `b`? */
bool hg_queue_is_before(const struct hg_flight *a, const struct hg_flight *b, int64_t now_us);
/* Whose turn it is in each band, in the order in which they should go. Returns how many. */
unsigned hg_queue_order(
	struct hg_queue *q, int64_t now_us, struct hg_flight *ret_firsts[HG_BANDS_MOST]);
/* About how many of its class and better ones go before it, as things are. */
uint32_t hg_queue_ahead(const struct hg_queue *q, const struct hg_flight *f);
bool hg_queue_is_held(const struct hg_flight *f, int64_t *ret_until_us);

void hg_queue_check(const struct hg_queue *q); /* HG_BUG_ON a broken invariant */
