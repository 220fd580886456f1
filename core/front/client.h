/*
 * client - who asks, and whose eyes the request has.
 *
 * A client's own GitHub token is forwarded as itself (`passthrough`): its scope is the token's
 * hash, it never uses the gateway's budget. Without a token the request belongs to the pool.
 *
 * With no keys configured only the machine itself is served, and that is held against four ways
 * in from outside: a local reverse proxy (forwarded fields are refused), DNS rebinding (the Host
 * must be a loopback name, or one that the configuration gives to an upstream), a page in a browser
 * (cross-site requests are refused), and a listener that is not loopback (refused by `check`, and
 * here again).
 *
 * With keys whoever asks names itself, and those rules end:
 *
 *     Authorization: Bearer hgk_…      a key, as any client of GitHub can carry it; also `token`,
 *                                      and Basic with the key as password
 *     Authorization: Bearer ghp_…      the client's own token: GitHub's paths only, and on a
 *                                      listener that is not loopback only where it says so
 *     (none)                           401
 *
 * Without keys a certificate (tls.h) names a client as well, `cert:NAME`: it may come from
 * elsewhere, by any Host and through a proxy of its own. With keys it opens the connection and no
 * more: what a client may do stands with its key.
 *
 * A browser sends Basic by itself to whoever has it remembered, so a page of another site is
 * refused with Basic as it is without keys; so it is with a certificate. Open routes (signed
 * webhooks, health) and the admin socket (guarded by its mode) need no key.
 *
 * All keys share the pool's scope, so what one read another finds in the cache and shares the
 * fetch of. That shows nobody more than its key allows: ADMIT (admit.h) holds the request's own
 * path against the key's rules before LOOKUP is asked and before there is a ticket to share, and
 * a kept reply is found under that same path only.
 *
 * A client's token stays where it was read until it has to go to GitHub (proxy.c): a secret has
 * pages of its own, and an answer from memory needs none.
 *
 * Thread: any.   Clock: `wall_us` comes in.   Allocates nothing.
 */
#pragma once
#include "front/keys.h"
#include "ticket/snapshot.h"
#include <hg/request.h>

struct hg_client_in {
	const struct hg_snapshot *snapshot;
	const struct hg_upstream_conf *upstream; /* of it: which GitHub is asked */
	const struct hg_listener_conf *listener;
	struct hg_key_memos *key_memos; /* NULL: none */
	struct hg_str host;             /* the Host field; {0} on HTTP/1.0 */
	struct hg_str authorization;    /* the field's value; {0} when absent */
	struct hg_str cert;             /* whom its certificate names; {0}: it has none */
	bool is_foreign;                /* a proxy says that it comes from another machine */
	struct hg_str origin;
	struct hg_str sec_fetch_site;
	bool is_safe;      /* GET, HEAD */
	bool is_forwarded; /* Forwarded, X-Forwarded-*, X-Real-IP or Via was there */
	bool is_open;      /* an HG_ROUTE_OPEN route: needs no key, whoever asks */
	bool is_route;     /* a path that hubgate answers itself: a GitHub token proves nothing */
	int64_t wall_us;
};

struct hg_client {
	char name[64]; /* "local", a key's, "cert:ci", "passthrough:1a2b3c4d5e6f" */
	struct hg_scope scope;
	struct hg_str token; /* of `authorization`; p NULL: the pool */
	bool token_is_basic;
	struct hg_grant *grant; /* what its key may do, the snapshot's; NULL: it has none */
	bool is_admitted;       /* its rules were asked, and let this request in (admit.h) */
	bool is_counted;        /* in grant->in_flight */
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
