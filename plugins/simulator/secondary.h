/*
 * secondary - the limits beside the budget, which no header tells of.
 *
 * Per identity, in windows that slide (tally.h), at the numbers that GitHub publishes:
 *
 *     100 requests at once (REST and GraphQL together)        concurrent
 *     900 points a minute on one REST route                   route_points
 *         GET, HEAD, OPTIONS cost 1, other methods 5
 *     2,000 points a minute on GraphQL                        graphql_points
 *         a query costs 1, a mutation 5
 *     90 s of processor in 60 s, 60 s of them GraphQL         cpu, graphql_cpu
 *         a request's is its response time, 10 s at most
 *     80 contents a minute, 500 an hour                       content_per_minute, content_per_hour
 *     2,000 tokens minted an hour                             mints_per_hour
 *
 * Beside them stand rules that nobody publishes: fewer points a minute for what fits a glob.
 *
 * What would exceed one is refused, costs nothing, and everything that counts against the same
 * limit is refused for the block's time from then on. How a refusal looks is set: GitHub has many.
 *
 * Thread: whoever holds the world's lock.   Clock: c->now.
 */
#pragma once
#include "party.h"

struct sim_call;

/* How a refusal looks. */
struct sim_refusal {
	bool is_429;          /* else 403 */
	bool is_graphql_403;  /* else 200 with errors */
	bool says_none_left;  /* x-ratelimit-remaining: 0; else what is left of the budget */
	bool says_limited_by; /* the undocumented gh-limited-by */
	enum { SIM_RETRY_SECONDS, SIM_RETRY_DATE, SIM_RETRY_NONE } retry_after;
};

struct sim_secondary_conf {
	bool is_on;
	int64_t limits[SIM_SECONDARIES]; /* µs for the two of processor time; [hidden] is not used
	                                  */
	int64_t block_us;
	struct sim_refusal refusal;
};

/* A limit that nobody is told of. */
struct sim_hidden {
	char *method; /* glob; owned */
	char *path;   /* glob; owned */
	int64_t points;
};

struct sim_hiddens {
	struct sim_hidden *rows;
	uint32_t n, cap;
};

#define SIM_HIDDENS 256

/* "[METHOD ]GLOB=POINTS". False: it is not, or there are too many. */
bool sim_hidden_put(struct sim_hiddens *h, const char *row);
void sim_hiddens_fini(struct sim_hiddens *h);

/* What a request counts for. */
struct sim_toll {
	int64_t points;
	bool is_graphql;
	bool is_write;
	bool is_content;
	bool is_mint;
};

struct sim_toll sim_toll_of_rest(const struct sim_call *c);

/* 0 when no limit objects, and then it is counted; else the status that was said. */
int sim_secondary_admit(struct sim_call *c, struct sim_toll toll);

/* Books an admitted request's time: it is under way for `response_us`, and costs `cpu_us`. */
void sim_secondary_settle(struct sim_call *c, int64_t response_us, int64_t cpu_us);
