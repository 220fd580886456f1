/*
 * identity - whom GitHub counts: a user, an App's installation, an address without a token; however
 * many tokens it has. What may be spent hangs on it.
 *
 * It has a ledger for each resource, a model of the secondary limits, what is on the wire, the
 * block after a secondary limit and the cap of max_requests_per_hour. Tokens of one user are known
 * to be one by the configuration (`identity:`), or when GitHub names the user (GET /user).
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "dispatch/budget/breaker.h"
#include "dispatch/budget/budget.h"
#include "dispatch/budget/secondary.h"
#include "dispatch/payer/site.h"
#include <hg/request.h>

#define HG_LEDGERS_MOST 32 /* GitHub has 15 resources */

struct hg_identity {
	struct hg_scope scope; /* its name among all, by a hash */
	char name[32];     /* for people and metrics: as configured, or its credential's alias */
	const char *label; /* for metrics, bounded in number: `name`, "passthrough", "none" */
	struct hg_site *site;
	struct hg_list link;
	uint32_t n_credentials, n_flights; /* that refer to it: it may not be freed */

	struct hg_list ledgers; /* hg_ledger.link */
	uint32_t n_ledgers;
	uint32_t on_wire;      /* transfers: at most site->max_concurrent */
	int64_t max_per_hour;  /* 0 = none */
	int64_t blocked_us;    /* mono: secondary limit, nothing before this */
	uint32_t n_blocks;     /* in a row */
	int64_t hour_began_us; /* of max_per_hour: a fixed hour from its first request */
	int64_t hour_sent;
	struct hg_secondary *secondary;
	struct hg_breaker breaker;
	struct hg_breaker_doubt doubt;
	struct hg_identity *joined; /* whom its last credential was found to be of: until the
	                               dispatcher has brought there what it has */
	struct hg_list payers;      /* hg_payer.of_identity: in whose pools something may go when it
	                               changes */
};

struct hg_identity *hg_identity_new(struct hg_site *site, struct hg_scope scope);
void hg_identity_free(struct hg_identity *id); /* nothing refers to it; not in a list */
/* Gauges bear the name. */
void hg_identity_rename(struct hg_identity *id, const char *name);

/* Made when it is not there; the first when there are too many. Never NULL. */
struct hg_ledger *hg_identity_ledger(struct hg_identity *id, struct hg_str resource);

/* The other turned out to be this one: what is known of its budgets, its block and its hour hold
 * here. What is under way goes with its flights (hg_dispatcher_regroup). What it was answered in
 * the last minute does not count here for the secondary limits: it happens once, and is soon over.
 */
void hg_identity_join(struct hg_identity *id, struct hg_identity *other, const struct hg_now *now);

/* A secondary limit: nothing for wait_us; -1 = a minute, twice as long each time up to 15. */
void hg_identity_block(
	struct hg_identity *id, int64_t wait_us, int64_t now_us, struct hg_dice *dice);
/* An answer that was no refusal, to what was sent after the block: the doubling begins anew. */
void hg_identity_forgive(struct hg_identity *id, int64_t sent_us);
/* max_per_hour: the moment at which one may go; now_us or earlier = now. */
int64_t hg_identity_cap_us(const struct hg_identity *id, int64_t now_us);
/* As many of it are on the wire as may be at once. */
bool hg_identity_is_busy(const struct hg_identity *id);
void hg_identity_count(struct hg_identity *id, int64_t now_us); /* one was sent */
