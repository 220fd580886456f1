/*
 * upstream - the transport: libcurl on the dispatcher's loop (upstream_multi.h).
 *
 * Turns a flight into a transfer and what curl reports into calls of the dispatcher. It keeps no
 * timeouts of its own (the dispatcher does, on the loop's clock), follows no redirects, decodes
 * nothing. Connections are shared, HTTP/2 where offered, and never reused after `idle_timeout`.
 *
 * libcurl repeats a request by itself when a reused connection turns out dead. For POST and PATCH,
 * which may have been executed, that is made impossible: a body cannot be rewound, and a request
 * without one gets a fresh connection.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "base/loop.h"
#include "dispatch/dispatcher.h"

struct hg_upstream;

/* `after` runs when dispatcher functions were called from a descriptor or curl timer. NULL and
 * err: the base URL or CA file is unusable. */
struct hg_upstream *hg_upstream_new(struct hg_loop *loop, const struct hg_snapshot *s,
	void (*after)(void *arg), void *arg, struct hg_err *err);
void hg_upstream_free(struct hg_upstream *u); /* cuts what is under way; the dispatcher is gone */
/* Where reports go; before the first send. */
void hg_upstream_bind(struct hg_upstream *u, struct hg_dispatcher *d);
struct hg_transport hg_upstream_transport(struct hg_upstream *u);
/* Lets what was sent leave now, not with the loop's next turn. Never inside a call of `after`. */
void hg_upstream_start(struct hg_upstream *u);
void hg_upstream_adopt(struct hg_upstream *u, const struct hg_snapshot *s);
/* Is this configuration usable? For `hubgate check` and new. */
int hg_upstream_check(const struct hg_upstream_conf *conf, struct hg_err *err);
