/*
 * phases - a request's way through the plugins, and what a hook may answer.
 *
 *     front       ADMIT   may this client do this, on the resolved resource (plugins' routes too,
 *                         but those that are HG_ROUTE_OPEN)
 *                 WEIGH   class, cost, deadline, cache rule
 *                 LOOKUP  answer without GitHub
 *     dispatcher  SEND    the paying credential is known: validators and headers
 *     front       HEAD    the reply's head arrived                    (hooks in reverse order)
 *                         twice when GitHub confirmed (304) a copy that has gone meanwhile: then
 *                         SEND has run again, for what is asked whole
 *                 KEEP    the whole reply, once per fetch, for the leader      (in reverse)
 *                 DONE    exactly once per request, also when it was aborted
 *
 * Hooks of a phase run in the order in which `plugins:` lists the instances. Each runs on the
 * loop named above, must not block (offload.h), and is timed: over 20 ms is logged by name.
 *
 * The hooks of an instance whose entry has `when:` run only for the requests that fit; the answer
 * is the same in all phases of a request. What was asked by hg_fetch fits none (its SEND).
 *
 * A request keeps the configuration (and so the plugin instances) with which it began.
 */
#pragma once
#include "abi.h"

enum hg_verdict {
	HG_NEXT = 0,     /* not mine, or mine and done: ask the next plugin */
	HG_ANSWERED = 1, /* I answered; later hooks of the phases before HEAD are skipped */
	HG_WAIT = 2,     /* I took a waiter (hg_request_wait) and resume it once */
	HG_REFUSED = 3,  /* no, and hg_request_refuse said why */
};

/* Classes, from first to last served. */
enum hg_class {
	HG_CLASS_CRITICAL = 0, /* a person waits */
	HG_CLASS_HIGH = 1,
	HG_CLASS_NORMAL = 2,
	HG_CLASS_LOW = 3, /* bulk, sync */
	HG_CLASSES = 4,
};

struct hg_request; /* request.h */
struct hg_reply;   /* reply.h */
struct hg_send;    /* request.h: the dispatcher's view */
