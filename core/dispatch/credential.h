/*
 * credential - whose budget is spent: the gateway's own tokens, one an upstream, and clients' own.
 *
 * Each has its own ledgers (one a resource), its own concurrency and its own block after a
 * secondary limit. An own one is found by site and token, so a reload that changes the token starts
 * a new one, and the old one lives until its last flight. A client's token (passthrough) is
 * found by the visibility scope of its ticket, which is the token's hash; at most
 * HG_PASSTHROUGH_MOST of them are remembered, and the one that was not used for longest and has
 * nothing under way is forgotten first: all that is lost is what GitHub will say again.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "base/heap.h"
#include "base/map.h"
#include "dispatch/budget.h"
#include "dispatch/site.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"

#define HG_PASSTHROUGH_MOST 1024
#define HG_LEDGERS_MOST 32 /* a credential's; GitHub has 15 resources */

enum hg_credential_kind {
	HG_CREDENTIAL_OWN,
	HG_CREDENTIAL_PASSTHROUGH,
	HG_CREDENTIAL_ELSEWHERE, /* a fetch that was redirected to another host: none, no budget */
};

struct hg_credential {
	struct hg_scope scope;
	char alias[32]; /* "main", "passthrough:1f2e…", "none": for X-Hubgate-Credential */
	const char
		*label; /* for metrics, bounded: the alias of the own one, "passthrough", "none" */
	struct hg_secret *token; /* owned; NULL = unauthenticated */
	enum hg_credential_kind kind;
	struct hg_site *site;
	struct hg_scope pool; /* of an own one: who reads through it without a token */
	bool is_in_force;     /* an own one: the newest configuration has it */
	int64_t max_per_hour; /* an own one's cap; 0 = none */

	struct hg_list ledgers; /* hg_ledger.link */
	uint32_t n_ledgers;
	uint32_t on_wire;   /* transfers: at most site->max_concurrent */
	uint32_t n_flights; /* all that refer to it: it may not be freed */

	int64_t blocked_us;    /* mono: secondary limit, nothing before this */
	uint32_t n_blocks;     /* in a row */
	int64_t hour_began_us; /* of max_requests_per_hour: a fixed hour from its first request */
	int64_t hour_sent;
	int64_t expires_us; /* wall: what GitHub said of the token; 0 = nothing */

	/* the dispatcher's */
	struct hg_list link;      /* most recently used first */
	struct hg_list dirty;     /* something changed: look who may go */
	struct hg_list slotless;  /* somebody could go, but for a free connection */
	struct hg_heap_node wake; /* next moment at which something may go */
};

struct hg_credentials {
	struct hg_map *by_scope;
	struct hg_list all; /* hg_credential.link */
	struct hg_sites sites;
	struct hg_credential *elsewhere;
	uint32_t n_passthrough;
	uint32_t n_replaced; /* own ones that a reload replaced and whose flights still run */
};

void hg_credentials_init(struct hg_credentials *c);
void hg_credentials_fini(struct hg_credentials *c); /* none has flights any more */
/* The gateway's own ones from now on; same site and token: the same ledgers. */
void hg_credentials_adopt(struct hg_credentials *c, const struct hg_snapshot *snap);
/* Who pays for this ask of `snap`: a token goes only to the upstream it was configured with, also
 * when a reload has replaced both meanwhile. Never NULL. */
struct hg_credential *hg_credentials_find(
	struct hg_credentials *c, const struct hg_ask *ask, const struct hg_snapshot *snap);
/* Forgets passthrough tokens over the bound, and own ones that were replaced. Not while one of
 * them is being looked at. `forget` runs before each is freed. */
void hg_credentials_trim(
	struct hg_credentials *c, void (*forget)(void *arg, struct hg_credential *cred), void *arg);

/* Made when it is not there; the first when there are too many. Never NULL. */
struct hg_ledger *hg_credential_ledger(struct hg_credential *cred, struct hg_str resource);

/* A secondary limit: nothing for wait_us; -1 = a minute, twice as long each time up to 15. */
void hg_credential_block(
	struct hg_credential *cred, int64_t wait_us, int64_t now_us, struct hg_dice *dice);
/* An answer that was no refusal, to what was sent after the block: the doubling begins anew. */
void hg_credential_forgive(struct hg_credential *cred, int64_t sent_us);
/* max_per_hour: the moment at which one may go; now_us or earlier = now. */
int64_t hg_credential_cap_us(const struct hg_credential *cred, int64_t now_us);
/* GitHub says with each answer when a token ends, if it does. */
void hg_credential_note_expiry(struct hg_credential *cred, const struct hg_head *head);
/* As many of it are on the wire as may be at once. */
bool hg_credential_is_busy(const struct hg_credential *cred);
void hg_credential_count(struct hg_credential *cred, int64_t now_us); /* one was sent */
