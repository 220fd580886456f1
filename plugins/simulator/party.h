/*
 * party - what the simulated GitHub remembers of one identity beside its budgets: what is under
 * way, what counts against each secondary limit, and totals that a bench or a story reads.
 *
 * Identities are GitHub's (who.h): a user with three tokens is one party. The latest SIM_PARTIES
 * are remembered; whoever comes after takes the place of the first.
 *
 * Thread: whoever holds the world's lock.   Clock: given, monotonic.
 */
#pragma once
#include "limit.h"
#include "tally.h"

#define SIM_PARTIES 2048

/* What GitHub refuses with. Names: party.c; windows and scopes: secondary.c. */
enum sim_secondary {
	SIM_CONCURRENT,
	SIM_ROUTE_POINTS,
	SIM_HIDDEN_POINTS,
	SIM_GRAPHQL_POINTS,
	SIM_CPU,
	SIM_GRAPHQL_CPU,
	SIM_CONTENT_MINUTE,
	SIM_CONTENT_HOUR,
	SIM_MINTS,
	SIM_SECONDARIES,
	SIM_PRIMARY = SIM_SECONDARIES, /* the budget itself: counted beside them */
	SIM_LIMIT_KINDS,
};

const char *sim_secondary_name(int kind);
/* SIM_LIMIT_KINDS when there is none of that name. */
int sim_secondary_find(const char *name);

/* One count against one limit: of a route or a hidden rule where the kind has several. */
struct sim_count {
	enum sim_secondary kind;
	uint32_t key; /* number of the route or rule; 0 for the others */
	struct sim_tally tally;
	int64_t blocked_until_us; /* 0: never was */
};

struct sim_provoked {
	int kind;
	uint32_t route;
	uint64_t n;
};

struct sim_party {
	enum sim_who_kind kind;
	uint64_t id;
	char address[48];

	int64_t *flights; /* when each ends; those that are over are dropped when looked at */
	uint32_t n_flights, cap_flights, max_flights;
	struct sim_count *counts;
	uint32_t n_counts, cap_counts;

	bool has_written;
	int64_t wrote_us;
	uint64_t n_writes, n_close_writes; /* those less than a second after another */
	uint64_t points[SIM_RESOURCES];
	struct sim_provoked *provoked;
	uint32_t n_provoked, cap_provoked;
};

struct sim_parties {
	struct sim_party *rows;
	uint32_t n, cap, next_reused;
};

void sim_parties_fini(struct sim_parties *p);
/* Forgets everybody's counts of that kind. */
void sim_parties_drop(struct sim_parties *p, enum sim_secondary kind);

/* Never NULL. Borrowed until the next call. */
struct sim_party *sim_party_find(struct sim_parties *p, const struct sim_who *who);

/* How many of its requests are under way; and one more, that ends then. */
uint32_t sim_party_flights(struct sim_party *p, int64_t now_us);
void sim_party_fly(struct sim_party *p, int64_t until_us, int64_t now_us);

/* Borrowed until the next call. */
struct sim_count *sim_party_count(struct sim_party *p, enum sim_secondary kind, uint32_t key);

/* A write: counted, and whether it came less than a second after the one before. */
void sim_party_write(struct sim_party *p, int64_t now_us);
/* Totals begin again; windows, blocks and what is under way stay. */
void sim_party_clear_totals(struct sim_party *p);
/* It was refused with that kind of limit. */
void sim_party_provoke(struct sim_party *p, int kind, uint32_t route);
