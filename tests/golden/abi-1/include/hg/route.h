/*
 * route - a path that a plugin answers itself.
 *
 *     static const struct hg_route routes[] = {
 *             { .methods = "GET", .path = "/metrics", .on_request = on_metrics },
 *             { .methods = "POST", .path = "/api/things/{id}", .on_request = on_post,
 *               .on_body = on_post_body, .max_body_bytes = 1 << 20 },
 *             { 0 },
 *     };
 *
 * Patterns: "{name}" is one segment (hg_request_param), a last "{name*}" is the rest. The most
 * literal pattern wins; two equal patterns on one listener are a start error. A listener serves
 * a plugin's routes when its `serve:` names the instance (or says nothing and the route is not
 * HG_ROUTE_NAMED_ONLY).
 *
 * on_request runs when the head is complete. Answer there (reply.h) and return HG_ANSWERED, or
 * return HG_NEXT to take the body first: on_body for each piece and once with end = 1, where the
 * answer is due. HG_WAIT from either stops reading until the waiter resumes. A reply may go on
 * after the hook returned (streams), or only begin then: HG_ANSWERED before hg_reply_begin means
 * that the answer is this route's and will come. Keep `r` until on_gone.
 *
 * Thread: the request's front; the admin listener's routes run on the host loop.
 */
#pragma once
#include "reply.h"

enum {                                 /* hg_route.flags */
	HG_ROUTE_NAMED_ONLY = 1u << 0, /* only on listeners that name the instance */
	/* Needs no key (signed webhooks, health). hubgate does not look at what the client sent as
	 * its credential: hg_request_header gives this route Authorization and Cookie as well. */
	HG_ROUTE_OPEN = 1u << 1,
	HG_ROUTE_RAW = 1u << 2, /* no error bodies, headers or rewriting by hubgate: the plugin
	                           speaks for itself */
};

struct hg_route {
	const char *methods; /* "GET" (HEAD follows), "GET POST", "*" */
	const char *path;
	uint32_t flags;
	uint32_t reserved;
	uint64_t max_body_bytes; /* over it: 413. 0 = no body allowed */
	enum hg_verdict (*on_request)(void *self, struct hg_request *r);
	enum hg_verdict (*on_body)(void *self, struct hg_request *r, struct hg_str piece, int end);
	void (*on_drain)(void *self, struct hg_request *r); /* after HG_EAGAIN: send on */
	void (*on_gone)(
		void *self, struct hg_request *r); /* exactly once: `r` is gone after this */
	const char *about;                         /* one line for docs and `show routes` */
};
