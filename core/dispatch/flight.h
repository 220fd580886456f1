/*
 * flight - one upstream transfer, and the tickets that share its reply.
 *
 * The dispatcher makes and frees it; the transport reads what to send and hangs its own transfer
 * on it. The first ticket of the list leads: KEEP runs for it, and when it leaves, for the next.
 *
 *     QUEUED ──► SENT ──► STREAMING ──► (freed)
 *       ▲ ▲       │ └───► DRAINING: nobody wants this reply any more, but its connection is
 *       │ └───────┤                 worth keeping: the tickets went on to an heir
 *     RESTING ◄───┘ a retry, until again_us
 *
 * A ticket is in a flight from submit to end. QUEUED and RESTING flights have tickets, always.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "base/arena.h"
#include "base/list.h"
#include "dispatch/queue/queue.h"
#include "dispatch/budget/secondary.h"
#include "dispatch/budget/shape_cost.h"
#include "dispatch/stop.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"

struct hg_credential;
struct hg_ledger; /* budget.h */
struct hg_line;   /* pool.h */
struct hg_look;
struct hg_errand;
struct hg_share;

enum hg_flight_state {
	HG_FLIGHT_QUEUED,  /* in its line's queue */
	HG_FLIGHT_RESTING, /* before a retry; in the heap of dues */
	HG_FLIGHT_SENT,
	HG_FLIGHT_STREAMING, /* its tickets have the head */
	HG_FLIGHT_DRAINING,  /* no tickets; ends with its reply */
};

struct hg_flight {
	/* the queue's (queue.h), in one line of the processor's cache: of a million that wait,
	 * those beside the one that goes are touched as well */
	struct hg_list queued; /* among all of its class */
	struct hg_list in_track;
	int64_t queued_us;      /* mono */
	void *track;            /* NULL: not queued */
	struct hg_share *share; /* whose turn: referenced */
	enum hg_class klass;    /* the best of those who ever joined while it waited */
	uint32_t cost;          /* points; of GraphQL predicted */
	uint64_t gate;          /* what it waits for besides its budget */

	/* what to send: fixed before hg_transport.send */
	struct hg_snapshot *snapshot; /* referenced */
	struct hg_ask ask;       /* of the leading ticket when it was sent; strings in `arena` */
	struct hg_field *fields; /* upstream request's, after SEND; no Authorization */
	uint32_t n_fields;
	struct hg_secret *token; /* who pays; NULL = unauthenticated. Referenced */
	bool token_is_basic;
	bool revalidates; /* SEND added validators */

	/* the dispatcher's */
	enum hg_flight_state state;
	struct hg_list tickets;           /* hg_ticket.link, leader first */
	struct hg_list link;              /* among all flights */
	struct hg_line *line;             /* where it waits, or waited */
	struct hg_credential *credential; /* who pays, from the moment it is sent; NULL before */
	struct hg_ledger *ledger;         /* of its identity; NULL before it is sent */

	char strategy[HG_STRATEGY_BYTES]; /* that it asked for; "" = the one in force */
	uint8_t key[16];                  /* coalescing key; all zero = not shared (any more) */
	struct hg_head *head;             /* NULL before it arrived */
	struct hg_head_note note;
	struct hg_chunks
		kept; /* all pieces so far, while within share_bytes: late followers get them */
	bool keeps;   /* `kept` is complete */
	struct hg_look *look; /* in `arena`, or NULL; while it is on, nobody has `head` */
	bool paused;
	bool is_multiplexed; /* the transport said so before the head: HTTP/2 */
	bool connected;      /* the transport said so: from now on the first byte is awaited */
	bool is_uploading;   /* bytes of ask.upload are still to go: neither first byte nor total */
	bool is_starved;     /* … and its client is slow; the front knows how long it may be */
	bool has_place;      /* it counts in hg_site.n_uploads */
	bool taken;          /* `cost` is reserved in the ledger */
	bool is_spending;    /* `spend` is taken of its identity's secondary limits */
	bool on_breakers;    /* it is counted by them */
	struct hg_used_mark used;
	struct hg_spend spend;
	uint32_t tries;        /* how often it was sent */
	int was_told;          /* the status of the try before this one; 0: none, or no answer */
	struct hg_waits waits; /* in all its queues, of all its tries */
	uint32_t room_fields;
	uint64_t n_bytes;
	int64_t sent_us, head_us,
		moved_us;        /* mono; moved: last byte, up or down, for the stall limit */
	int64_t asked_us;        /* mono: all of the request had left, or was about to */
	struct hg_heap_node due; /* next timeout: connect, first byte, total, stall; or the retry */
	struct hg_arena arena;

	struct hg_errand *errand; /* hubgate's own (errand.h): it has no tickets then */

	void *transfer; /* the transport's */
};

/* With a copy of what `t` asks; no tickets yet, not in any list or queue. Takes the share. */
struct hg_flight *hg_flight_of(const struct hg_ask *ask, struct hg_snapshot *snapshot,
	struct hg_line *line, struct hg_share *share);
struct hg_flight *hg_flight_new(
	const struct hg_ticket *t, struct hg_line *line, struct hg_share *share);
/* The same request once more: a new flight without tickets, and with as many tries behind it. */
struct hg_flight *hg_flight_heir(const struct hg_flight *f);
void hg_flight_free(struct hg_flight *f); /* off every list, queue and heap */
/* Who pays for this sending. */
void hg_flight_charge(
	struct hg_flight *f, struct hg_credential *credential, struct hg_ledger *ledger);
/* What GitHub's time it will take, as is known of its shape by now; it is not under way. */
void hg_flight_expect(struct hg_flight *f, struct hg_shape_costs *shapes);
/* To another line of its pool; it does not wait. */
void hg_flight_move(struct hg_flight *f, struct hg_line *line);
/* Makes `fields` and `token` anew from what was asked. */
void hg_flight_clothe(struct hg_flight *f, struct hg_secret *token);
/* The same, with the client's own token if it has one and none for another host, then runs the SEND
 * hooks. */
void hg_flight_dress(struct hg_flight *f, struct hg_secret *token);
/* Value {0} removes. Copied. */
void hg_flight_set_field(struct hg_flight *f, struct hg_str name, struct hg_str value);
struct hg_str hg_flight_field(const struct hg_flight *f, const char *name); /* first; {0} */
/* How Authorization begins: "Bearer" or "Basic". */
struct hg_str hg_flight_scheme(const struct hg_flight *f);
uint64_t hg_flight_token_mark(const struct hg_flight *f); /* hg_send_token */
const struct hg_upstream_conf *hg_flight_upstream(const struct hg_flight *f);
struct hg_ticket *hg_flight_lead(const struct hg_flight *f); /* NULL: nobody */
struct hg_queue *hg_flight_queue(const struct hg_flight *f); /* where it waits, if it does */
bool hg_flight_is_shared(const struct hg_flight *f);         /* more than one ticket */
/* When the transport has had long enough (mono), for its state now; INT64_MAX: never. */
int64_t hg_flight_due_us(const struct hg_flight *f, const char **ret_what);
