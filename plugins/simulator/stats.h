/*
 * stats - what a bench or a story reads: who spent how much, who provoked which limit, and how many
 * different answers it bought.
 *
 * Totals begin with the world (or with POST /_sim/stats) and never shrink with a window.
 */
#pragma once
#include <jansson.h>

#include <hg/abi.h>
#include <hg/str.h>

#define SIM_DISTINCT 1048576u

/* Hashes of what was answered: an open table, the load at most a half. */
struct sim_distinct {
	uint64_t *hashes; /* 0: free; owned */
	uint32_t n, cap;  /* cap: a power of two; n stops at SIM_DISTINCT */
};

struct sim_world;
struct sim_call;

/* An answer with a body is on its way: has anybody had the same of the same target? */
void sim_distinct_put(
	struct sim_distinct *d, struct hg_str path, struct hg_str query, struct hg_str body);
void sim_distinct_fini(struct sim_distinct *d);

/* {"identities":[…],"distinct_answers":…,…}; README.md has the members. */
json_t *sim_stats_show(struct sim_world *w);
/* Totals begin again; windows and blocks go on. */
void sim_stats_clear(struct sim_world *w);
