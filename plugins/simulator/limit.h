/*
 * limit - how many points an identity has left in each of GitHub's resource buckets.
 *
 * A window opens with an identity's first request and hands everything back at its reset:
 *
 *     core 5000/h, 3 used  ->  x-ratelimit-limit: 5000, -remaining: 4997, -used: 3
 *
 * Tokens of one user share a budget, installations have their own, and who comes without a token
 * is counted by address (core 60/h). Budgets are kept for the latest SIM_BUDGETS identities.
 *
 * Thread: whoever holds the world's lock.   Clock: given; GitHub dates resets in wall seconds.
 */
#pragma once
#include <hg/abi.h>
#include <hg/clock.h>
#include <hg/str.h>

#include "who.h"

enum sim_resource {
	SIM_CORE,
	SIM_SEARCH,
	SIM_CODE_SEARCH,
	SIM_GRAPHQL,
	SIM_INTEGRATION_MANIFEST,
	SIM_SOURCE_IMPORT,
	SIM_CODE_SCANNING_UPLOAD,
	SIM_CODE_SCANNING_AUTOFIX,
	SIM_RUNNER_REGISTRATION,
	SIM_SCIM,
	SIM_DEPENDENCY_SNAPSHOTS,
	SIM_DEPENDENCY_SBOM,
	SIM_AUDIT_LOG,
	SIM_AUDIT_LOG_STREAMING,
	SIM_RESOURCES,
};

#define SIM_BUDGETS 2048

struct sim_budget {
	enum sim_who_kind kind;
	enum sim_resource resource;
	uint64_t id;
	char address[48];
	int64_t limit;
	int64_t used;
	int64_t reset_s; /* wall; the window is over from then on */
};

/* A limit set by hand. -1: as GitHub has it. */
struct sim_override {
	int64_t limit;
	int64_t remaining; /* of a budget's window, until reset_s */
	int64_t reset_s;
};

struct sim_limits {
	int64_t core_limit; /* per window for who has a token */
	int64_t window_s;   /* what GitHub's hour lasts */
	int64_t phase_s;    /* > 0: windows end this long after multiples of window_s */
	struct sim_override overrides[SIM_RESOURCES];
	struct sim_budget *budgets;
	uint32_t n_budgets, cap_budgets;
	uint32_t next_reused;
};

void sim_limits_init(struct sim_limits *l, int64_t core_limit, int64_t window_us, int64_t phase_us);
void sim_limits_fini(struct sim_limits *l);

/* "core" … ; SIM_RESOURCES when there is none of that name. */
const char *sim_resource_name(enum sim_resource r);
enum sim_resource sim_resource_find(const char *name);
/* Which bucket a method and path fall into. */
enum sim_resource sim_resource_of(struct hg_str method, struct hg_str path);

/* The budget in its present window; a new window opens when the old one is over. Borrowed until
 * the next call. */
struct sim_budget *sim_budget_find(
	struct sim_limits *l, const struct sim_who *who, enum sim_resource r, struct hg_now now);

int64_t sim_budget_remaining(const struct sim_budget *b);

/* By hand: for one budget (b != NULL), or for everybody's of that resource. Values < 0 stay. */
void sim_limits_set(struct sim_limits *l, struct sim_budget *b, enum sim_resource r, int64_t limit,
	int64_t remaining, int64_t reset_s);
