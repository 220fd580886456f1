/*
 * under_way - how much of GitHub's time what is under way will have taken.
 *
 * Each counts for what it is expected to take or, from then on, for the time it has been under way
 * already. When that is twice what was expected, and over a second, it hangs: it counts for all
 * that GitHub gives it, 10 s, so that a few are seen long before they end:
 *
 *     expected 0.5 s, sent 0.2 s ago  ->  0.5 s        expected 6 s, sent 3 s ago   ->   6 s
 *     expected 0.5 s, sent 0.9 s ago  ->  0.9 s        expected 6 s, sent 7 s ago   ->   7 s
 *     expected 0.5 s, sent 1.1 s ago  ->   10 s        expected 4 s, sent 8.1 s ago ->  10 s
 *
 * An upload's time is its client's until all of it has left: it counts for what is expected.
 *
 * Expected is what is known of one itself, else an average that the owner keeps and may change
 * meanwhile. A sum is made once for each moment, however often it is asked for then: a few ns for
 * each of those under way, which max_concurrent bounds.
 *
 * Thread: the owner's.   Clock: given, monotonic.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define HG_UNDER_WAY_MOST_US 10000000ll /* of one */

struct hg_under_way_one {
	int64_t sent_us;
	const uint32_t *average_us; /* borrowed as long as it is under way */
	uint32_t expected_us;       /* 0: the average */
	bool is_graphql, is_upload;
};

/* All zero is an empty one. */
struct hg_under_way {
	struct hg_under_way_one *all;
	uint32_t n, room;
	int64_t looked_us; /* when the sums were made */
	bool has_looked;   /* false: they are not those of `looked_us` any more */
	int64_t us, graphql_us;
};

void hg_under_way_fini(struct hg_under_way *w);
void hg_under_way_put(struct hg_under_way *w, const struct hg_under_way_one *one);
/* One like this has ended. False: there is none. Averages may change with it, before the next look.
 */
bool hg_under_way_take(struct hg_under_way *w, const struct hg_under_way_one *one);
/* `us` and `graphql_us`, a part of it, are those of that moment. */
void hg_under_way_look(struct hg_under_way *w, int64_t now_us);
/* The same, and nothing changes. */
int64_t hg_under_way_sum(const struct hg_under_way *w, bool is_graphql, int64_t now_us);
