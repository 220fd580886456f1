/*
 * queue - flights that wait for their turn: four lists, one a class, first in first out.
 *
 * Order is strictly by class, and within a class by the moment of queueing. So that low never
 * starves, a flight counts one class higher for each HG_AGEING_US that it has waited, but never
 * as critical, which is for people; between equal classes the one that waits longer goes first:
 *
 *     low 31 s, normal 3 s            -> low counts as normal and is older: low
 *     low 61 s, high 1 s              -> low counts as high and is older: low
 *     normal 300 s, critical 0 s      -> critical
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "base/list.h"
#include <hg/phases.h>
#include <stdint.h>

struct hg_flight;

#define HG_AGEING_US (30 * 1000000ll)

struct hg_queue {
	struct hg_list classes[HG_CLASSES]; /* hg_flight.queued; queued_us never falls along it */
	uint32_t n[HG_CLASSES];
	uint32_t n_all;
};

void hg_queue_init(struct hg_queue *q);
void hg_queue_put(struct hg_queue *q, struct hg_flight *f, int64_t now_us); /* behind f->klass */
void hg_queue_take(struct hg_queue *q, struct hg_flight *f);
struct hg_flight *hg_queue_first(const struct hg_queue *q, enum hg_class klass); /* or NULL */

/* As what `f` counts now. */
enum hg_class hg_queue_counts_as(const struct hg_flight *f, int64_t now_us);
/* Does `a` go before `b`? */
bool hg_queue_is_before(const struct hg_flight *a, const struct hg_flight *b, int64_t now_us);
/* The first of each class, in the order in which they should go. Returns how many. */
unsigned hg_queue_order(
	const struct hg_queue *q, int64_t now_us, struct hg_flight *ret_firsts[HG_CLASSES]);

void hg_queue_check(const struct hg_queue *q); /* HG_BUG_ON a broken invariant */
