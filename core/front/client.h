/*
 * client - who asks, and whose eyes the request has.
 *
 * A client's own GitHub token is forwarded as itself (`passthrough`): its scope is the token's
 * hash, it never uses the gateway's budget. Without a token the request belongs to the pool.
 *
 * With no keys configured only the machine itself is served, and that is held against four ways
 * in from outside: a local reverse proxy (forwarded fields are refused), DNS rebinding (the Host
 * must be a loopback name), a page in a browser (cross-site requests are refused), and a listener
 * that is not loopback (refused by `check`, and here again).
 *
 * Thread: any.   Allocates only the secret.
 */
#pragma once
#include "ticket/snapshot.h"
#include "ticket/view.h"
#include <hg/request.h>

struct hg_client_in {
	const struct hg_snapshot *snapshot;
	const struct hg_listener_conf *listener;
	struct hg_str host;          /* the Host field; {0} on HTTP/1.0 */
	struct hg_str authorization; /* the field's value; {0} when absent */
	struct hg_str origin;
	struct hg_str sec_fetch_site;
	bool is_safe;      /* GET, HEAD */
	bool is_forwarded; /* Forwarded, X-Forwarded-*, X-Real-IP or Via was there */
	bool is_open;      /* an HG_ROUTE_OPEN route: needs no key, whoever asks */
};

struct hg_client {
	char name[32]; /* "local", "passthrough:1a2b3c4d5e6f" */
	struct hg_scope scope;
	struct hg_secret *token; /* a reference for the caller; NULL = the pool */
	bool token_is_basic;
};

struct hg_client_refusal {
	int status;
	const char *code;   /* stable word */
	const char *detail; /* one sentence */
};

/* 0, or HG_EDENIED and *ret_no. */
int hg_client_identify(const struct hg_client_in *in, struct hg_client *ret_client,
	struct hg_client_refusal *ret_no);

/* "localhost", "*.localhost", 127.0.0.0/8, [::1], with or without a port. */
bool hg_host_is_loopback(struct hg_str host);
/* A Forwarded, X-Forwarded-*, X-Real-IP, or Via field. */
bool hg_field_is_forwarding(struct hg_str name);
struct hg_scope hg_scope_of_token(struct hg_str token);
