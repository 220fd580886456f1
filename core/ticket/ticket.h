/*
 * ticket - a request's claim on the upstream budget, and all that crosses between its owner (a
 * front, or the loop of an hg_fetch) and the dispatcher.
 *
 *     owner                                   dispatcher
 *     hg_ticket_submit ── refusable ───────►  on_submit
 *     hg_ticket_cancel, _resume, _feed ────►  on_wish
 *     on_news ◄─────────── news ────────────  hg_ticket_give_head, _give_chunk, _give_end,
 * _give_room
 *
 * Only submit may be refused (a full mailbox: 503). News and wish are slots inside the ticket:
 * one message each, posted when it is not under way already, that says "look at me"; what is
 * new lies in the ticket under a leaf lock. So nothing is allocated on the way, nothing can be
 * refused half-way, and a ticket that is given up leaks nothing.
 *
 * Back-pressure: hg_ticket_give_chunk says when more than `window` bytes wait for the owner; the
 * dispatcher then pauses an unshared transfer until the owner has drained half of it.
 *
 * Counted: one reference for the owner, one for the dispatcher (from submit to end), one for
 * each message under way. `ask` is immutable from submit on.
 *
 * Thread: as said per function.   Clock: none here.
 */
#pragma once
#include "base/arena.h"
#include "base/list.h"
#include "base/loop.h"
#include "ticket/chunk.h"
#include "ticket/github_route.h"
#include "ticket/graphql_post.h"
#include "ticket/head.h"
#include "ticket/upload.h"
#include <hg/phases.h>
#include <hg/request.h>
#include <pthread.h>

struct hg_ticket;
struct hg_secret;
struct hg_snapshot;

/* The dispatcher as its clients see it; made by core/dispatch, handed to fronts by the host. */
struct hg_port {
	struct hg_loop *loop;
	void (*on_submit)(struct hg_port *port, struct hg_ticket *t); /* gains one reference */
	void (*on_wish)(struct hg_port *port, struct hg_ticket *t);
};

/* What is asked of GitHub. Strings live in the ticket's arena. */
struct hg_ask {
	struct hg_str id;     /* request id, for logs */
	struct hg_str client; /* who, for fairness and logs; never a secret */
	struct hg_str method;
	uint32_t upstream; /* which of the snapshot's */
	enum hg_github_entrance entrance;
	struct hg_str path;     /* upstream path, bytes as sent: "/repos/o/r" */
	struct hg_str query;    /* without '?' */
	struct hg_str url;      /* hg_fetch after a redirect to another host: absolute, sent without
	                           any credential or budget; path and query are empty then */
	struct hg_str route;    /* template, bounded in number */
	struct hg_str resource; /* GitHub's bucket by path: "core", "search", … */
	const struct hg_field *fields; /* allow-listed; no Authorization, no hop-by-hop */
	uint32_t n_fields;
	/* W3C Trace Context, sent as they are; n 0: none. They are no part of what makes two asks
	 * equal: of those that share a fetch, the first one's are sent. */
	struct hg_str traceparent, tracestate;
	struct hg_chunks body;    /* whole */
	struct hg_upload *upload; /* or in pieces as they come; NULL. Owned */
	enum hg_class klass;
	uint32_t cost;
	uint32_t share;         /* the client's weight in the fair queue; 0 is 1 */
	uint32_t max_upstream;  /* of the client's at GitHub at once; 0: no limit */
	uint32_t retries_most;  /* of this one, if fewer than dispatch.retries */
	struct hg_str strategy; /* label; n 0, or one that is not there: the one in force */
	int64_t arrived_us, deadline_us; /* mono */
	struct hg_scope scope;           /* whose eyes: part of the coalescing key */
	struct hg_secret *token;         /* a client's own GitHub token; NULL = the gateway's */
	bool token_is_basic;             /* the client spelled it `Basic …`: sent on as it came */
	bool is_safe;                    /* GET, HEAD, a query: may be repeated and shared */
	bool is_content;                 /* creates what GitHub counts as content */
	struct hg_graphql_post graphql;  /* of a POST of GraphQL; zeros: it is none */
	uint64_t left_out; /* bits by instance index: their SEND, HEAD and KEEP do not run for it */
	bool owns_validators; /* a plugin keeps copies: SEND may add If-None-Match */
};

/* What the dispatcher knows when the head arrives. */
struct hg_head_note {
	struct hg_scope credential; /* whose answer this is */
	uint64_t token;             /* and which token asked (hg_send_token) */
	char alias[32];             /* its name: X-Hubgate-Credential */
	char resource[32];
	int64_t limit, remaining, reset_s; /* of the budget after this reply; limit < 0 unknown */
	int64_t waited_us, sent_at_us;
	bool shared;      /* this ticket shares another's fetch */
	bool revalidated; /* SEND added validators to this fetch */
};

/* Why it waited: what it waited for longest. The dispatcher's until it has given the head, or the
 * end without one; the owner's after that. */
struct hg_waited {
	const char *word, *about; /* static (dispatch/stop.h); NULL: it never waited */
	char strategy[32];        /* that paced it; "" when nothing did */
	int64_t us;               /* for that reason alone */
	uint32_t tries;
};

/* How it ended. code 0: the reply is whole. */
struct hg_ticket_end {
	int code;   /* HG_E… : HG_ETIMEOUT, HG_EIO, HG_EFULL, HG_ECANCELLED, HG_EDENIED … */
	int status; /* to answer the client with when no head was given: 429 502 503 504 */
	const char *word;      /* stable: "no_budget", "upstream_timeout", … static */
	char text[200];        /* one sentence for people */
	int64_t retry_after_s; /* < 0: none */
	int64_t waited_us, upstream_us;
	bool lead; /* this ticket is the one for which KEEP runs */
};

enum hg_ticket_state {
	HG_TICKET_NEW,       /* made, not submitted */
	HG_TICKET_QUEUED,    /* waits its turn */
	HG_TICKET_PARKED,    /* no budget before a known moment */
	HG_TICKET_SENT,      /* attached to a transfer */
	HG_TICKET_STREAMING, /* has its head */
	HG_TICKET_ENDED,
	HG_TICKET_STATES
};

struct hg_ticket {
	/* the owner's */
	struct hg_loop *owner;
	void (*on_news)(struct hg_ticket *t); /* owner's loop */
	void *arg;

	struct hg_ask ask;
	struct hg_snapshot *snapshot; /* referenced: hooks and options with which it began */
	struct hg_arena arena;

	/* the dispatcher's alone, after submit */
	enum hg_ticket_state state;
	struct hg_list link;     /* in its queue, or among its flight's tickets */
	struct hg_list all;      /* in the dispatcher's list of all */
	struct hg_heap_node due; /* its deadline */
	void *flight;
	int64_t since_us;
	uint64_t trace_key; /* hg_trace_key(ask.id); set by submit */
	uint32_t tries;

	struct hg_waited waited; /* handed over with head or end */

	/* crossing: under `lock` */
	pthread_mutex_t lock;
	struct hg_head *head;
	struct hg_head_note note;
	struct hg_chunks chunks; /* given; `bytes` counts what is not yet taken */
	uint32_t n_taken;        /* of chunks.items, from the front */
	uint64_t window_bytes;   /* of the last give_chunk */
	struct hg_ticket_end end;
	bool has_end, end_taken, wants_cancel, wants_resume, wants_feed, is_full;

	/* the slots */
	struct hg_message submit, news, wish;
	struct hg_later tell;          /* posts `news` when the turn ends that has some */
	bool news_posted, wish_posted; /* under `lock` */
	struct hg_port *port;
	_Atomic uint32_t refs;
};

/* -- owner's side ------------------------------------------------------------------------------ */

/* One reference, the owner's. Fill t->ask (strings from t->arena) before submit. */
struct hg_ticket *hg_ticket_new(struct hg_loop *owner, struct hg_snapshot *snapshot,
	void (*on_news)(struct hg_ticket *t), void *arg);
struct hg_ticket *hg_ticket_ref(struct hg_ticket *t);
void hg_ticket_unref(struct hg_ticket *t); /* any thread; NULL is fine */

/* False: the dispatcher's mailbox is full; the ticket is the owner's alone as before. */
bool hg_ticket_submit(struct hg_ticket *t, struct hg_port *port);
/* The owner is not interested any more: on_news will not run again (on this loop, from now on).
 * The owner still unrefs. Harmless after the end. */
void hg_ticket_cancel(struct hg_ticket *t);
/* Drained: go on. Called by hg_ticket_take_chunk by itself. */
void hg_ticket_resume(struct hg_ticket *t);
/* There is more of ask.upload, or its end. */
void hg_ticket_feed(struct hg_ticket *t);

/* In on_news, or whenever there is room again: take what is there, in this order. Nothing
 * overtakes: no chunk before the head was taken, no end before the last chunk was. After the end
 * on_news does not run again. */
struct hg_head *hg_ticket_take_head(struct hg_ticket *t,
	struct hg_head_note *ret_note); /* NULL: none new; reference goes to the caller */
struct hg_chunk *hg_ticket_take_chunk(
	struct hg_ticket *t); /* NULL: none; reference goes to the caller */
bool hg_ticket_take_end(struct hg_ticket *t, struct hg_ticket_end *ret_end); /* true once */

/* -- dispatcher's side ------------------------------------------------------------------------- */

void hg_ticket_give_head(
	struct hg_ticket *t, struct hg_head *head, const struct hg_head_note *note); /* refs head */
/* Returns true when over `window_bytes` wait: pause until on_wish says resume. Refs the chunk. */
bool hg_ticket_give_chunk(struct hg_ticket *t, struct hg_chunk *c, uint64_t window_bytes);
void hg_ticket_give_end(struct hg_ticket *t, const struct hg_ticket_end *end);
/* ask.upload has room again. */
void hg_ticket_give_room(struct hg_ticket *t);

/* What the owner wants now. `cancel` stays, the others are cleared. In on_wish. */
struct hg_wish {
	bool cancel, resume, feed;
};
struct hg_wish hg_ticket_take_wish(struct hg_ticket *t);

const char *hg_ticket_state_name(enum hg_ticket_state s);
const char *hg_class_name(enum hg_class c);
bool hg_class_parse(struct hg_str word, enum hg_class *ret_class);
