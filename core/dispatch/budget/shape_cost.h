/*
 * shape_cost - what GraphQL requests of one shape have really cost: points, and GitHub's time.
 *
 * What is counted from a query (ticket/graphql_weight.h) is GitHub's published rule; what it takes
 * may differ. So the next of a shape is predicted from the last ones: up at once, down by an eighth
 * of the difference, at least a point.
 *
 *     counted 1     GitHub took 9  ->  the next is predicted 9
 *                   GitHub took 1  ->  8, then 7, 6, …
 *
 * How long GitHub takes for one is learned beside it, as for routes (hg_secondary_average): what is
 * under way, and what is to go, counts for that. A shape that was never answered has none.
 *
 * The map is bounded; the shape that was not asked for the longest is forgotten, and predicted by
 * counting again.
 *
 * GitHub tells what a request took in one of two ways; whoever learns of it calls note:
 *
 *     rateLimit { cost } in the answer      graphql_verdict.h: when the body has come
 *     the budget's `used`, if nothing else of this budget was under way between sending and head:
 *                                           hg_used_* below: at sending, at the head, at a failure
 *
 * Thread: dispatcher only, no locks.   Clock: none.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct hg_rate;
struct hg_shape_costs;

enum { HG_SHAPES_MOST = 4096 }; /* about 150 bytes each */

struct hg_shape_costs *hg_shape_costs_new(uint32_t most);
void hg_shape_costs_free(struct hg_shape_costs *c); /* NULL is fine */

/* What to take for a request of this shape that was counted so. Shape 0 is none: as counted. */
uint32_t hg_shape_costs_predict(struct hg_shape_costs *c, uint64_t shape, uint32_t counted);
/* It took `actual` points, 0 … HG_GRAPHQL_MOST_POINTS. Returns what the next one is predicted. */
uint32_t hg_shape_costs_note(
	struct hg_shape_costs *c, uint64_t shape, uint32_t counted, uint32_t actual);
/* What the next of this shape will take of GitHub's time, µs; 0: not known. */
uint32_t hg_shape_costs_time_us(struct hg_shape_costs *c, uint64_t shape);
/* One that was counted so took `took_us`, 0 … HG_UNDER_WAY_MOST_US. */
void hg_shape_costs_note_time(
	struct hg_shape_costs *c, uint64_t shape, uint32_t counted, int64_t took_us);
uint32_t hg_shape_costs_n(const struct hg_shape_costs *c);

/* -- what one request took, by the budget before and after it ---------------------------------- */

/* Of a ledger: zeros to begin with. */
struct hg_used {
	uint64_t n_sent;
	uint32_t n_under_way;
	bool is_known;
	int64_t points; /* used in this window, by the last head that said it */
	int64_t reset_s;
};

/* Of a flight, between sending and its head. */
struct hg_used_mark {
	uint64_t n_sent;
	bool was_alone;
	int64_t points, reset_s;
};

void hg_used_sent(struct hg_used *u, struct hg_used_mark *ret_mark);
/* Its head has come. Returns what it took, or -1 when that can not be told: others were under way
 * as well, the window is a new one, or so much is gone that somebody else must have spent it. That
 * is over 4 times what was predicted and 10 more; a shape that really is so dear is learned in some
 * steps. */
int64_t hg_used_answered(struct hg_used *u, const struct hg_used_mark *mark,
	const struct hg_rate *rate, uint32_t predicted);
/* It ended without a head: GitHub may have counted it or not. */
void hg_used_lost(struct hg_used *u);
