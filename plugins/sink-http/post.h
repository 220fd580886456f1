/*
 * post - sends one POST at a time, on a thread of its own, and says how it ended.
 *
 *     loop                       the thread
 *     post_send(p, &ask)   ──►   libcurl, verified TLS, no redirects
 *     post_fd readable     ◄──   over
 *     post_take(p, &end)
 *
 * A thread of its own, not one of the pool's, because a receiver that does not answer keeps it for
 * as long as `timeout`, again and again. post_free does not wait for it: the transfer is broken
 * off.
 *
 * Thread: all functions on the loop that made it.   Clock: curl's own, real time.
 */
#pragma once
#include <hg/err.h>
#include <stdbool.h>
#include <stdint.h>

struct post;

struct post_wish {
	const char *url;
	const char *ca_file; /* NULL: the system's */
	const char *token;   /* for Authorization: Bearer; NULL: none */
	size_t token_n;
	const char *secret; /* key of X-Hub-Signature-256; NULL: none */
	size_t secret_n;
	int64_t timeout_us; /* of all of it */
};

/* Copies what it needs. NULL and err: the machine has no thread or descriptor left. */
struct post *post_new(const struct post_wish *wish, struct hg_err *err);
void post_free(struct post *p); /* NULL is fine */

struct post_ask {
	char *body; /* taken: hg_free */
	size_t n;
	char id[64];     /* X-Hubgate-Delivery: the same for the same events */
	char topic[128]; /* X-Hubgate-Event; "": none */
};
/* The one before has been taken. */
void post_send(struct post *p, const struct post_ask *ask);

const char *post_place(const struct post *p); /* scheme, host and port of its URL, for people */
int post_fd(const struct post *p);            /* readable: something ended */

struct post_end {
	int status;             /* 0: there was no answer */
	int64_t retry_after_us; /* what it asked for; 0: nothing */
	char why[256];          /* for people, when status is 0 */
};
bool post_take(struct post *p, struct post_end *ret_end); /* false: not yet */

/* Is the URL one that may be posted to: https, or http on this machine; no user in it. */
int post_check_url(const char *url, struct hg_err *err);
