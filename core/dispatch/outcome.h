/*
 * outcome - the error matrix: what becomes of a request that GitHub did not simply answer.
 *
 *     GET, a 502 came, nobody has its head     -> repeat   after a random wait, from the purse
 *     POST, bytes left, no head came           -> pass     it may have been executed
 *     POST, 403 with x-ratelimit-remaining: 0  -> reset    it was not executed
 *     GET, 401, one of the pool's tokens       -> other    and that token is validated
 *     the same, the client's own token         -> pass     it is the client's business
 *
 * One const table, read from the top: the first row that fits all of a case decides, and the last
 * one fits everything. docs/ERRORS.md is written from it (scripts/dev/tables). A row says what is
 * right; whether it is possible (is there another credential, are tries left) is the dispatcher's,
 * and where it is not, the reply is passed.
 *
 * Thread: any, it is pure.   Clock: none.
 */
#pragma once
#include "base/dice.h"
#include "dispatch/news/news.h"
#include "dispatch/budget/rate.h"

enum hg_method_kind {
	HG_METHOD_READ,  /* GET, HEAD, OPTIONS */
	HG_METHOD_QUERY, /* a GraphQL query: read, but one that was too long costs points again */
	HG_METHOD_WRITE, /* all others, GraphQL mutations too */
	HG_METHOD_KINDS
};

enum hg_retry_phase {
	HG_PHASE_UNSENT,  /* nothing of the request left this machine */
	HG_PHASE_SENT,    /* something did, and no head came: a write may have been executed */
	HG_PHASE_REFUSED, /* the head is a limit's refusal: it was not executed */
	HG_PHASE_HEAD,    /* a head came, and nobody has been given it */
	HG_PHASE_BODY,    /* the head was given on */
};

enum hg_whose {          /* token it went with */
	HG_WHOSE_POOL,   /* one of the gateway's own tokens */
	HG_WHOSE_CLIENT, /* the client's own token */
	HG_WHOSE_NOBODY, /* no token, or another host (a fetch that was redirected) */
	HG_WHOSES
};

/* What head and GraphQL errors say beyond the status. */
enum hg_finding {
	HG_FINDING_NONE,
	HG_FINDING_PRIMARY,    /* a refusal: this budget is spent */
	HG_FINDING_SECONDARY,  /* a refusal: too fast */
	HG_FINDING_SSO,        /* 403 with X-GitHub-SSO */
	HG_FINDING_PERMISSION, /* 403 with X-Accepted-GitHub-Permissions, or scopes that are not met
	                        */
	HG_FINDING_SUSPENDED,  /* 403: the installation, or the token's user, says its body */
	HG_FINDING_LATER,      /* 503 with Retry-After */
	HG_FINDING_EDGE,       /* 5xx without X-GitHub-Request-Id: it did not reach GitHub's code */
	HG_FINDING_PARTIAL,    /* GraphQL: RESOURCE_LIMITS_EXCEEDED beside part of the answer */
	HG_FINDING_ERRORS,     /* GraphQL: other errors in a 200 */
	HG_FINDINGS
};

enum {                                /* hg_case.traits */
	HG_TRAIT_WEBHOOK = 1u << 0,   /* born of an event: GitHub's copies may not have it yet */
	HG_TRAIT_YOUNG = 1u << 1,     /* its token was minted less than 5 s ago */
	HG_TRAIT_BODY_GONE = 1u << 2, /* an upload that was streamed: it can not be sent again */
};

struct hg_case {
	enum hg_method_kind method;
	enum hg_retry_phase phase;
	enum hg_whose whose;
	enum hg_finding finding;
	int status;     /* 0 when no head came */
	uint32_t tries; /* how often it was sent, 1 or more */
	uint32_t traits;
};

enum hg_act {
	HG_ACT_PASS,   /* the client gets what there is: the reply, or that there is none */
	HG_ACT_REPEAT, /* once more after a backoff */
	HG_ACT_RESET,  /* it waits in its class for the budget's reset */
	HG_ACT_LATER,  /* once more after Retry-After, or what the secondary model says */
	HG_ACT_OTHER,  /* once more with another credential of the pool that fits; none: PASS */
	HG_ACT_GRACE,  /* once more after a short fixed wait: GitHub's copies lag */
	HG_ACTS
};

enum hg_blame { /* whose breaker counts it as a failure (breaker.h) */
	HG_BLAME_NOBODY,
	HG_BLAME_IDENTITY,
	HG_BLAME_HOST,
	HG_BLAMES
};

struct hg_outcome_row {
	const char *name;
	/* what it fits; masks of 1 << enum, 0 = any */
	uint32_t methods, phases, whose, findings;
	int status, status_to; /* 0: any; status_to 0: only `status` */
	uint32_t traits;       /* all of these */
	uint32_t tries;        /* this many at most; 0: any number */
	/* what follows */
	enum hg_act act;
	int64_t grace_us; /* HG_ACT_GRACE: times `tries` */
	bool is_charged;  /* a retry that is paid from the purse (retry.h) */
	bool probes;      /* the credential is to be validated: news follow from that */
	enum hg_blame blame;
	enum hg_topic topic; /* told now */
	const char *why;     /* one sentence, for people */
};

struct hg_outcome {
	const struct hg_outcome_row *row;
	enum hg_act act; /* the row's, or HG_ACT_PASS where the request can not be sent again */
};

struct hg_outcome hg_outcome_of(const struct hg_case *c);

/* What the head of a reply says. refusal: hg_rate_refusal's word, HG_REFUSAL_NONE of other hosts.
 * GraphQL's findings stand in the body, and are set by whoever reads it. */
enum hg_finding hg_outcome_read(const struct hg_head *head, enum hg_refusal refusal);
/* What only the body of a 403 tells, or as much of it as there is: SECONDARY or SUSPENDED. */
enum hg_finding hg_outcome_read_body(struct hg_str body);

/* How long to wait before it goes again; 0 for PASS, OTHER and RESET (the ledger knows that).
 * asked_us: Retry-After, or what the model says; -1: nothing. */
int64_t hg_outcome_wait_us(const struct hg_outcome *o, const struct hg_case *c, int64_t asked_us,
	struct hg_dice *dice);

/* -- for the page, and for tests --------------------------------------------------------------- */

const struct hg_outcome_row *hg_outcome_rows(size_t *ret_n);
const char *hg_act_help(enum hg_act act);
const char *hg_act_name(enum hg_act act);
const char *hg_blame_name(enum hg_blame blame);
struct hg_text;
/* When a row fits, in words: "GET HEAD OPTIONS; 502 to 504; no head came". */
void hg_outcome_when(const struct hg_outcome_row *row, struct hg_text *out);
