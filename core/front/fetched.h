/*
 * fetched - an upstream reply as HEAD and KEEP see it: the functions of hg/reply.h up to
 * hg_reply_body.
 *
 * The head is shared by all who wait for the same fetch and never changes; what HEAD sets or
 * removes happens to `fields`, this request's own copy.
 *
 * Thread: the request's front.   Memory: the arena given; head and chunks are referenced.
 */
#pragma once
#include "base/arena.h"
#include "base/instance.h"
#include "ticket/chunk.h"
#include "ticket/ticket.h"
#include <hg/reply.h>

/* An instance's hg_reply_keep. */
struct hg_keep_wish {
	struct hg_keep_wish *next;
	const struct hg_instance *in;
	uint64_t max_bytes;
};

struct hg_reply {
	struct hg_arena *arena;  /* borrowed, set with the head */
	struct hg_head *head;    /* referenced; NULL: none yet */
	struct hg_field *fields; /* arena: the head's, with what HEAD changed */
	uint32_t n_fields, room;
	struct hg_head_note note;
	bool in_head;  /* HEAD runs: headers may be set */
	bool is_apart; /* the client was answered otherwise: the body is only for KEEP */
	const struct hg_instance *hook_in; /* whose hook runs */
	struct hg_keep_wish *wishes;
	uint64_t keep_max_bytes; /* 0: nobody keeps, or it grew too big */
	struct hg_chunks kept;
	struct hg_str body; /* KEEP */
};

/* The reference to `head` becomes the reply's. */
void hg_reply_take_head(struct hg_reply *reply, struct hg_arena *arena, struct hg_head *head);
