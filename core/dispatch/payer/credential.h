/*
 * credential - one token or installation: what may be seen hangs on it; its identity pays.
 *
 * An own one is found by site and secret, so a reload that changes the token starts a new one, and
 * the old one lives until its last flight. A client's token (passthrough) is its own identity.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "dispatch/payer/app_token.h"
#include "base/heap.h"
#include "dispatch/payer/identity.h"
#include "dispatch/news/news.h"
#include "dispatch/payer/permit.h"
#include "ticket/head.h"

enum hg_credential_kind {
	HG_CREDENTIAL_OWN,
	HG_CREDENTIAL_PASSTHROUGH,
	HG_CREDENTIAL_ELSEWHERE, /* a fetch that was redirected to another host: none, no budget */
};

enum hg_credential_health {
	HG_HEALTH_GOOD,
	HG_HEALTH_DOUBTED, /* GitHub refused it once: it is asked whether it means that */
	HG_HEALTH_OUT,     /* it does: nothing is sent with it, it is asked again and again */
};

enum hg_credential_state { /* health, and what else a person wants to know */
	HG_CREDENTIAL_GOOD,
	HG_CREDENTIAL_DOUBTED,
	HG_CREDENTIAL_BLOCKED, /* its identity, by a secondary limit: hg_identity.blocked_us */
	HG_CREDENTIAL_MINTING, /* an App's, that has no token yet */
	HG_CREDENTIAL_OUT,
	HG_CREDENTIAL_REPLACED, /* by a reload; what it began goes on */
	HG_CREDENTIAL_STATES
};

#define HG_CREDENTIAL_LACKS 16

struct hg_errand; /* errand.h */

struct hg_credential {
	struct hg_scope scope;
	char alias[32]; /* "main", "passthrough:1f2e…", "none": for X-Hubgate-Credential */
	const char
		*label; /* for metrics, bounded: the alias of the own one, "passthrough", "none" */
	struct hg_secret *token; /* owned; NULL = unauthenticated */
	enum hg_credential_kind kind;
	struct hg_identity *identity;
	struct hg_list link;
	uint32_t n_payers, n_flights; /* that refer to it: it may not be freed */
	int64_t expires_us;           /* wall: what GitHub said of the token; 0 = nothing */
	struct hg_app_token *app;     /* of an installation: owned; `token` is NULL then */
	struct hg_permit permit; /* of a token: what it may do. Of an App: hg_app_token_permit */
	bool permit_told;        /* its missing permissions stand in the log */

	enum hg_credential_health health;
	bool is_suspended; /* why it is out: GitHub said so of its user; else a 401 */
	int64_t out_us;    /* mono: since when its alias is told to be out; 0: it is not. Of one
	                      that replaced what was out: until it is found good */
	uint32_t n_asked;  /* in a row, whether it is good again */
	struct {           /* routes that GitHub refused it for want of a permission, for an hour */
		uint64_t route;
		int64_t until_us; /* mono */
	} lacks[HG_CREDENTIAL_LACKS];
	uint32_t next_lack;
	struct hg_expiry_told expiry_told;
	struct hg_lack_told lack_told;

	/* care.c's */
	struct hg_heap_node chore; /* when it needs something next; mono */
	struct hg_heap_node end;   /* when it is told next that it ends; mono */
	int64_t ask_us;            /* mono: when it is asked about; INT64_MAX: not */
	bool was_asked;            /* once at least, whether it is good */
	bool wants_name;           /* whose token it is is not known, and matters */
	struct hg_errand *errand;  /* under way; one at a time */
};

struct hg_credential *hg_credential_new(enum hg_credential_kind kind, struct hg_identity *identity,
	struct hg_scope scope, struct hg_secret *token);
void hg_credential_free(struct hg_credential *cred); /* nothing refers to it; not in a list */

/* What it is sent with now: NULL for none, which may be for want of one (hg_credential_is_bare). */
struct hg_secret *hg_credential_token(const struct hg_credential *cred, const struct hg_now *now);
/* An App without a token: one has to be minted first. */
bool hg_credential_is_bare(const struct hg_credential *cred, const struct hg_now *now);
/* What is wrong with it, a sentence; "" = nothing that is known. */
const char *hg_credential_said(const struct hg_credential *cred);
const char *hg_credential_state_name(enum hg_credential_state state); /* "good" */
const struct hg_permit *hg_credential_permit(const struct hg_credential *cred);
/* GitHub refused it this route for want of a permission: others are asked first, for an hour. */
void hg_credential_note_lack(struct hg_credential *cred, struct hg_str route, int64_t now_us);
bool hg_credential_lacks(const struct hg_credential *cred, struct hg_str route, int64_t now_us);

/* GitHub says with each answer when a token ends, if it does. */
void hg_credential_note_expiry(struct hg_credential *cred, const struct hg_head *head);
