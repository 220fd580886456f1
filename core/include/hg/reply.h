/*
 * reply - what goes back to a client: from upstream, from a plugin's route, or kept.
 *
 * An upstream reply is seen in HEAD and KEEP. A route makes its own: begin, headers, send as
 * often as it likes, end. A kept reply (hg_stored) is immutable and counted, its head rendered
 * when it is made, and shared by all fronts.
 *
 * Thread: the request's front, but hg_stored_*: any.
 */
#pragma once
#include "request.h"

/* -- an upstream reply, in HEAD and KEEP ----------------------------------------------------- */

HG_API int hg_reply_status(const struct hg_reply *reply);
HG_API struct hg_str hg_reply_header(const struct hg_reply *reply, const char *name);
HG_API const struct hg_field *hg_reply_headers(const struct hg_reply *reply, uint32_t *ret_n);
HG_API void hg_reply_set_header(
	struct hg_reply *reply, const char *name, struct hg_str value); /* HEAD only; {0} removes */
/* Whose credential was used, for what the reply proves. */
HG_API struct hg_scope hg_reply_credential(const struct hg_reply *reply);
HG_API uint64_t hg_reply_token(const struct hg_reply *reply); /* and which token: hg_send_token */

/* HEAD: asks for the whole body in KEEP. Bodies over the limit are streamed on and not kept. */
HG_API void hg_reply_keep(struct hg_reply *reply, uint64_t max_bytes);
/* KEEP: the body. Borrowed, contiguous. */
HG_API struct hg_str hg_reply_body(const struct hg_reply *reply);

/* -- kept replies ------------------------------------------------------------------------------ */

struct hg_stored;

/* A kept form of an upstream reply: its head without what belongs to one exchange (rate limit
 * fields, Date, Server's request id, hop-by-hop), its body copied. Returns with one reference. */
HG_API struct hg_stored *hg_stored_new(const struct hg_reply *reply, struct hg_str body);
/* One from parts: for tests, second-level caches and synthesized answers. */
HG_API struct hg_stored *hg_stored_make(
	int status, const struct hg_field *fields, uint32_t n, struct hg_str body);
/* The same body under newer headers (after a 304: upstream's win, missing ones stay). */
HG_API struct hg_stored *hg_stored_renew(const struct hg_stored *old, const struct hg_reply *reply);
HG_API struct hg_stored *hg_stored_ref(const struct hg_stored *kept);
HG_API void hg_stored_unref(struct hg_stored *kept); /* NULL is fine; the last one frees */
HG_API int hg_stored_status(const struct hg_stored *kept);
HG_API struct hg_str hg_stored_header(const struct hg_stored *kept, const char *name);
HG_API struct hg_str hg_stored_body(const struct hg_stored *kept);
/* Memory it holds, overhead included. Grows while it is used, by what clients of some base are sent
 * of it: who counts remembers what it has counted. */
HG_API uint64_t hg_stored_bytes(const struct hg_stored *kept);

/* -- a reply of a route ------------------------------------------------------------------------ */

/* Begins it. length_bytes >= 0 sends Content-Length, -1 streams (chunked, or until close for
 * HTTP/1.0). Headers set before go out with it. One of these answers a route: */
HG_API void hg_reply_set(
	struct hg_request *r, const char *name, struct hg_str value); /* a header, copied */
HG_API void hg_reply_text(struct hg_request *r, int status, const char *content_type,
	struct hg_str body); /* whole, copied */
HG_API void hg_reply_begin(struct hg_request *r, int status, int64_t length_bytes);

/* Sends a piece (copied). Returns 0, or HG_EAGAIN when over the connection's high-water mark:
 * the piece is taken, but stop until on_drain; HG_ECANCELLED when the client has left. */
HG_API int hg_reply_send(struct hg_request *r, struct hg_str piece);
HG_API void hg_reply_end(struct hg_request *r);
/* Ends it in the middle: what was sent before leaves as far as the socket takes it at once, then
 * the connection is closed so that no client takes the reply for whole. */
HG_API void hg_reply_abort(struct hg_request *r);
