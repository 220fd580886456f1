/*
 * share - what one client may have of a pool: its weight in the fair queue, and how many of its
 * requests may be under way at once.
 *
 *     weight 3 beside weight 1   ->  three points for it, one for the other, while both wait
 *     max_upstream 2            ->  the third waits until one of the two has ended
 *
 * Found by the client's name (hg_ask.client). It is there while something of it waits or is under
 * way, and forgotten after that.
 *
 * Thread: dispatcher only.   Clock: none.
 */
#pragma once
#include "base/list.h"
#include "base/map.h"
#include <hg/str.h>
#include <stdint.h>

struct hg_shares;

struct hg_share {
	struct hg_shares *among;
	char *name;
	uint32_t weight;       /* 1 or more */
	uint32_t max_upstream; /* 0: no limit */
	uint32_t in_flight;
	uint32_t refs;        /* lanes, and flights under way */
	struct hg_list lanes; /* hg_lane.of_share */
	struct hg_list full;  /* hg_lane.stands: they wait until one of it has ended */
};

struct hg_shares {
	struct hg_map *by_name;
};

void hg_shares_init(struct hg_shares *s);
void hg_shares_fini(struct hg_shares *s); /* nobody refers to one any more */
/* A reference; made when it is not there. What it may have is as said last. */
struct hg_share *hg_shares_find(
	struct hg_shares *s, struct hg_str name, uint32_t weight, uint32_t max_upstream);
struct hg_share *hg_share_ref(struct hg_share *share);
void hg_share_unref(struct hg_share *share); /* NULL is fine */
bool hg_share_is_full(const struct hg_share *share);
