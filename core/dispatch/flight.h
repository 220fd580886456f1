/*
 * flight - one upstream transfer, and the tickets that share its reply.
 *
 * The dispatcher makes and frees it; the transport reads what to send and hangs its own transfer
 * on it. The first ticket of the list leads: KEEP runs for it, and when it leaves, for the next.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "base/arena.h"
#include "base/list.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"

struct hg_ledger; /* budget.h */

struct hg_flight {
	/* what to send: fixed before hg_transport.send */
	struct hg_snapshot *snapshot; /* referenced */
	struct hg_ask ask;       /* of the leading ticket when it was sent; strings in `arena` */
	struct hg_field *fields; /* upstream request's, after SEND; no Authorization */
	uint32_t n_fields;
	struct hg_secret *token; /* who pays; NULL = unauthenticated. Referenced */
	bool token_is_basic;
	bool revalidates; /* SEND added validators */

	/* the dispatcher's */
	struct hg_list tickets; /* hg_ticket.link, leader first */
	struct hg_list link;    /* among all flights */
	struct hg_ledger *ledger;
	struct hg_scope credential;
	uint8_t key[16];      /* coalescing key; all zero = not shared */
	struct hg_head *head; /* NULL before it arrived */
	struct hg_head_note note;
	struct hg_chunks
		kept; /* all pieces so far, while within share_bytes: late followers get them */
	bool keeps;   /* `kept` is complete */
	bool paused;
	uint64_t n_bytes;
	int64_t queued_us, sent_us, head_us,
		moved_us;        /* mono; moved: last byte, for the stall limit */
	struct hg_heap_node due; /* next timeout: connect, first byte, total, stall */
	struct hg_arena arena;

	void *transfer; /* the transport's */
};
