/*
 * credential - one token or installation: what may be seen hangs on it; its identity pays.
 *
 * An own one is found by site and secret, so a reload that changes the token starts a new one, and
 * the old one lives until its last flight. A client's token (passthrough) is its own identity.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "dispatch/identity.h"
#include "ticket/head.h"

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
	struct hg_identity *identity;
	struct hg_list link;
	uint32_t n_payers, n_flights; /* that refer to it: it may not be freed */
	int64_t expires_us;           /* wall: what GitHub said of the token; 0 = nothing */
};

struct hg_credential *hg_credential_new(enum hg_credential_kind kind, struct hg_identity *identity,
	struct hg_scope scope, struct hg_secret *token);
void hg_credential_free(struct hg_credential *cred); /* nothing refers to it; not in a list */

/* GitHub says with each answer when a token ends, if it does. */
void hg_credential_note_expiry(struct hg_credential *cred, const struct hg_head *head);
