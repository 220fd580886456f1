/*
 * reply - what hubgate writes itself: heads, refusals, and the replies of routes (hg/reply.h from
 * hg_reply_set on).
 *
 * A head is rendered into a buffer of the front's and leaves with the first bytes of its body:
 *
 *     hg_reply_head_begin(r, 200);            status line, request id
 *     hg_reply_head_field(r, …);              as many as there are
 *     hg_reply_head_end(r, length);           framing, Connection
 *     hg_wire_write(…);                       the caller's
 *     hg_reply_ended(r);
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* Renders into front->head: status line and what every reply has … */
void hg_reply_head_begin(struct hg_request *r, int status);
void hg_reply_head_field(struct hg_request *r, struct hg_str name, struct hg_str value);
void hg_reply_head_number(struct hg_request *r, struct hg_str name, uint64_t value);
/* … and framing, for a body of `length_bytes` (-1: unknown; -2: none, and nothing is said). */
void hg_reply_head_end(struct hg_request *r, int64_t length_bytes);
/* The last byte is written or queued: what happens to the body, to the conn. */
void hg_reply_ended(struct hg_request *r);

/* "100 Continue", once, when the client waits for it. */
void hg_reply_continue(struct hg_request *r);
/* hubgate's own refusal. `more` are whole lines ("Allow: GET\r\n"), or {0}. */
void hg_reply_refuse(struct hg_request *r, const struct hg_refusal *no, struct hg_str more);
void hg_reply_refuse_as(struct hg_request *r, int status, const char *code, const char *detail);
