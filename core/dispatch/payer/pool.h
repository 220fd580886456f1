/*
 * pool - the credentials that may pay for the same requests, and those requests.
 *
 *     an upstream's own credentials     one pool: clients without a token read through it
 *     a client's own token              a pool of one (passthrough)
 *     other hosts                       a pool of one that has no budget
 *
 * What waits, waits in a line: a resource, and the set of payers that fit (by `owners:`). Who pays
 * is decided when it is sent, so a line stands only when all of its payers do.
 *
 * Own pools are found by upstream and secrets: a reload that changes them begins a new one, and the
 * old one lives until its last flight. Credentials that both have are the same, with the same
 * ledgers. At most HG_PASSTHROUGH_MOST clients' tokens are remembered; the one that was not used
 * for longest and has nothing under way is forgotten first: all that is lost is what GitHub will
 * say again.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "base/arena.h"
#include "base/map.h"
#include "dispatch/payer/credential.h"
#include "dispatch/queue/queue.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"

#define HG_PASSTHROUGH_MOST 1024
#define HG_LINES_MOST 256 /* a pool's: resources x sets of payers */

struct hg_pool;

struct hg_payer {
	struct hg_pool *pool;
	struct hg_credential *credential;
	struct hg_list of_identity;
	struct hg_str *owners; /* whose resources it may see; n_owners 0: anybody's */
	uint32_t n_owners;
};

/* Why a class of a line stands, until when. */
struct hg_park {
	int why;          /* enum hg_stop; 0: not parked */
	int64_t until_us; /* mono */
};

struct hg_line {
	struct hg_pool *pool;
	struct hg_list link; /* hg_pool.lines */
	char resource[HG_RESOURCE_BYTES];
	uint64_t fit;                     /* bits by payer */
	uint32_t n_flights;               /* that wait in it, or did and are under way */
	struct hg_queue queue, uploads;   /* which take a connection for long: hg_site.n_uploads */
	struct hg_park parks[HG_CLASSES]; /* those of a class stand together */
};

struct hg_pool {
	struct hg_scope scope; /* whose eyes: of all that it pays for */
	char name[32];
	enum hg_credential_kind kind;
	struct hg_site *site;
	bool is_in_force; /* an own one: the newest configuration has it */
	uint32_t n_flights;
	struct hg_payer *payers;
	uint32_t n_payers;
	struct hg_list lines;
	uint32_t n_lines;
	struct hg_arena owners; /* of all payers */

	/* the dispatcher's */
	struct hg_list link;      /* most recently used first */
	struct hg_list dirty;     /* something changed: look who may go */
	struct hg_list slotless;  /* somebody could go, but for a free connection */
	struct hg_heap_node wake; /* next moment at which something may go */
};

struct hg_pools {
	struct hg_map *by_scope, *credentials, *identities;
	struct hg_list all;            /* hg_pool.link */
	struct hg_list all_identities; /* hg_identity.link */
	struct hg_list all_credentials;
	struct hg_sites sites;
	struct hg_pool *elsewhere;
	uint32_t n_passthrough;
	bool has_joined;     /* a credential is of another identity than what it has under way */
	uint32_t n_orphans;  /* identities without a credential, so many at most: look for them */
	uint32_t n_replaced; /* own ones that a reload replaced and whose flights still run */
};

void hg_pools_init(struct hg_pools *p);
void hg_pools_fini(struct hg_pools *p); /* none has flights any more */
/* The gateway's own ones from now on. */
void hg_pools_adopt(struct hg_pools *p, const struct hg_snapshot *snap);
/* Who pays for this ask of `snap`: a token goes only to the upstream it was configured with, also
 * when a reload has replaced both meanwhile. Never NULL. */
struct hg_pool *hg_pools_find(
	struct hg_pools *p, const struct hg_ask *ask, const struct hg_snapshot *snap);
/* Forgets clients' tokens over the bound, and own pools that were replaced. Not while one of
 * them is being looked at. `forget` runs before each is freed. */
void hg_pools_trim(struct hg_pools *p, void (*forget)(void *arg, struct hg_pool *pool), void *arg);

/* GitHub, or the configuration, says whose this credential is: from now on it spends what that one
 * may, and what is under way follows in the next turn (hg_dispatcher_regroup). False: it is the
 * first of them, or was one already. */
bool hg_pools_join(struct hg_pools *p, struct hg_credential *cred, struct hg_scope whose);

/* Bits of the payers that may pay for it. Never 0: when nobody's `owners:` fits, all may try; who
 * lacks a permission for the route may not, if others are there. */
uint64_t hg_pool_fit(const struct hg_pool *pool, const struct hg_ask *ask, int64_t now_us);
/* Made when it is not there. When there are too many, one that no flight is in is forgotten for it;
 * without any, one of the same payers, else the first. Never NULL. */
struct hg_line *hg_pool_line(struct hg_pool *pool, struct hg_str resource, uint64_t fit);
struct hg_queue *hg_line_queue(struct hg_line *line, bool is_upload);
uint32_t hg_line_waiting(const struct hg_line *line);
/* "credential main", "3 credentials": who could pay. `buf` for the text. */
const char *hg_line_payers(const struct hg_line *line, char buf[64]);

/* Payer after payer of the line: `for (p = hg_line_payer(l, NULL); p; p = hg_line_payer(l, p))`. */
struct hg_payer *hg_line_payer(const struct hg_line *line, const struct hg_payer *after);
/* Where it pays by the newest configuration, or for a client; NULL: nowhere, so nothing is done for
 * it but what is under way. */
struct hg_payer *hg_credential_payer(const struct hg_credential *cred);
/* As it is for whoever looks; the worst of what holds. */
enum hg_credential_state hg_credential_state(
	const struct hg_credential *cred, const struct hg_now *now);
struct hg_ledger *hg_payer_ledger(const struct hg_payer *payer, const struct hg_line *line);
