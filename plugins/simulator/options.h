/*
 * options - what the configuration says of the simulated GitHub, and the world's conf from it.
 *
 * Each secondary limit, each look of a refusal is an option of its own; a story changes them as it
 * runs by /_sim/ (README.md).
 */
#pragma once
#include <hg/option.h>
#include <hg/plugin.h>

#include "world.h"

struct sim_options {
	int64_t seed;
	int64_t limit;
	int64_t window_us;
	int64_t reset_phase_us;
	int64_t users;
	int64_t repos;
	int64_t issues;
	struct hg_option_list tokens;
	int64_t delay_us;
	int64_t response_min_us;
	int64_t response_max_us;
	int64_t app_id;
	const char *app_key;
	const char *base_url;
	int64_t etags; /* index into "github|opaque" */
	bool enterprise;

	int64_t secondary; /* index into "on|off" */
	int64_t concurrent;
	int64_t route_points;
	int64_t graphql_points;
	int64_t cpu_us;
	int64_t graphql_cpu_us;
	int64_t content_per_minute;
	int64_t content_per_hour;
	int64_t mints_per_hour;
	struct hg_option_list hidden;
	int64_t block_us;
	int64_t refusal_status;    /* index into "403|429" */
	int64_t refusal_graphql;   /* index into "200|403" */
	int64_t refusal_retry;     /* index into "seconds|date|none" */
	int64_t refusal_remaining; /* index into "kept|zero" */

	int64_t graphql_nodes;
	struct hg_option_list odd; /* names of odd.h */
	int64_t skew_s;
	int64_t lag_us;
};

extern const struct hg_option sim_options[];

/* Borrows the texts and lists of `o`. */
struct sim_conf sim_options_conf(const struct sim_options *o);
/* What no range can say: of rows, of two numbers together. */
int sim_options_check(const void *raw, struct hg_err *err);
