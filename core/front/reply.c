#include "front/reply.h"
#include "base/bug.h"
#include "front/error.h"

#include <stdio.h>

enum {
	DEAF_WINDOWS = 16, /* more than this many wait although the plugin was told: it is cut */
};

/* -- heads ------------------------------------------------------------------------------------- */

void hg_reply_head_field(struct hg_request *r, struct hg_str name, struct hg_str value)
{
	struct hg_text *t = &r->front->head;

	hg_text_add(t, name);
	hg_text_add(t, HG_STR(": "));
	hg_text_add(t, value);
	hg_text_add(t, HG_STR("\r\n"));
}

void hg_reply_head_number(struct hg_request *r, struct hg_str name, uint64_t value)
{
	struct hg_text *t = &r->front->head;

	hg_text_add(t, name);
	hg_text_add(t, HG_STR(": "));
	hg_text_add_u64(t, value);
	hg_text_add(t, HG_STR("\r\n"));
}

void hg_reply_head_begin(struct hg_request *r, int status)
{
	struct hg_text *t = &r->front->head;

	r->status = status;
	hg_text_clear(t);
	hg_text_add(t, HG_STR("HTTP/1.1 "));
	hg_text_add_u64(t, (uint64_t)status);
	hg_text_add_char(t, ' ');
	hg_text_add(t, hg_str(hg_http1_reason(status)));
	hg_text_add(t, HG_STR("\r\n"));
	if (!r->is_raw)
		hg_reply_head_field(r, HG_STR("X-Request-Id"), r->id);
}

/* Can the next request come on this conn, as far as is known now? */
static bool decide_keep_alive(const struct hg_request *r)
{
	const struct hg_conn *c = r->conn;

	if (!r->began || !r->head.keep_alive || hg_conn_is_last(c))
		return false;
	if (r->body_done || r->step == HG_STEP_BODY || r->body_dropped)
		return true;
	return r->head.framing == HG_HTTP1_LENGTH && !r->owes_continue &&
	       r->body.left <= HG_CONN_DISCARD_BYTES;
}

void hg_reply_head_end(struct hg_request *r, int64_t length_bytes)
{
	struct hg_text *t = &r->front->head;

	r->keep_alive = decide_keep_alive(r);
	r->no_body = r->status == 204 || r->status == 304 ||
	             (r->began && r->head.method_id == HG_HTTP1_HEAD);
	r->length_left = length_bytes;
	if (length_bytes >= 0 && r->status != 204) {
		hg_reply_head_number(r, HG_STR("Content-Length"), (uint64_t)length_bytes);
	} else if (!r->no_body && length_bytes == -1) {
		if (r->head.minor > 0) {
			hg_text_add(t, HG_STR("Transfer-Encoding: chunked\r\n"));
			r->chunked = true;
		} else {
			r->keep_alive = false; /* HTTP/1.0: the end of the conn ends it */
		}
	}
	if (!r->keep_alive)
		hg_text_add(t, HG_STR("Connection: close\r\n"));
	else if (r->head.minor == 0)
		hg_text_add(t, HG_STR("Connection: keep-alive\r\n"));
	hg_text_add(t, HG_STR("\r\n"));
	r->reply_began = true;
}

void hg_reply_ended(struct hg_request *r)
{
	r->replied = true;
	r->step = HG_STEP_REPLY;
	if (!r->body_done)
		hg_request_leave_body(r);
	if (!r->keep_alive)
		r->conn->closing = true;
}

static void add_date(struct hg_request *r)
{
	if (!r->is_raw)
		hg_reply_head_field(r, HG_STR("Date"), hg_front_date(r->front));
}

static struct hg_piece bytes_piece(struct hg_str s)
{
	return (struct hg_piece){ s, HG_PIECE_BYTES, NULL };
}

/* -- hubgate's own ----------------------------------------------------------------------------- */

void hg_reply_continue(struct hg_request *r)
{
	static const struct hg_str go_on = { "HTTP/1.1 100 Continue\r\n\r\n", 25 };
	struct hg_piece piece = { go_on, HG_PIECE_STATIC, NULL };

	if (!r->owes_continue)
		return;
	r->owes_continue = false;
	hg_wire_write(&r->conn->wire, &piece, 1);
}

void hg_reply_refuse(struct hg_request *r, const struct hg_refusal *no, struct hg_str more)
{
	struct hg_front *f = r->front;
	char detail[512];

	(void)snprintf(detail, sizeof(detail), "%.*s", (int)no->detail.n,
		no->detail.p ? no->detail.p : "");
	struct hg_error_in in = { .status = no->status,
		.code = no->code,
		.detail = detail,
		.retry_after_s = no->retry_after_s,
		.waits_for = no->waits_for,
		.waited_us = no->waited_us,
		.request_id = r->id };
	hg_text_clear(&f->scratch);
	hg_error_body(&f->scratch, &in);

	hg_reply_head_begin(r, no->status);
	add_date(r);
	struct hg_str accept =
		r->began ? hg_http1_value(&r->head, HG_HTTP1_ACCEPT) : (struct hg_str){ 0 };
	hg_reply_head_field(r, HG_STR("Content-Type"), hg_str(hg_error_type(accept)));
	if (no->retry_after_s >= 0)
		hg_reply_head_number(r, HG_STR("Retry-After"), (uint64_t)no->retry_after_s);
	hg_text_add(&f->head, more);
	hg_reply_head_end(r, (int64_t)f->scratch.n);
	struct hg_piece pieces[2] = { bytes_piece(hg_text_str(&f->head)),
		bytes_piece(hg_text_str(&f->scratch)) };
	hg_wire_write(&r->conn->wire, pieces, r->no_body ? 1 : 2);
	hg_reply_ended(r);
}

void hg_reply_refuse_as(struct hg_request *r, int status, const char *code, const char *detail)
{
	struct hg_refusal no = {
		.status = status, .code = code, .detail = hg_str(detail), .retry_after_s = -1
	};

	hg_reply_refuse(r, &no, (struct hg_str){ 0 });
}

/* -- a route's --------------------------------------------------------------------------------- */

/* What hubgate alone may say: framing, and what would contradict it. */
static bool is_framing(struct hg_str name)
{
	static const char *const words[] = { "content-length", "transfer-encoding", "connection",
		"keep-alive", "upgrade", "trailer", NULL };

	for (const char *const *w = words; *w; w++)
		if (hg_str_is_nocase(name, hg_str(*w)))
			return true;
	return false;
}

void hg_reply_set(struct hg_request *r, const char *name, struct hg_str value)
{
	struct hg_str n = hg_str(name);

	if (HG_ODD(r->reply_began) || HG_ODD(!hg_http1_is_field_name(n) || is_framing(n)) ||
		HG_ODD(!hg_http1_is_field_value(value)))
		return;
	hg_text_add(&r->set, n);
	hg_text_add(&r->set, HG_STR(": "));
	hg_text_add(&r->set, value);
	hg_text_add(&r->set, HG_STR("\r\n"));
}

static bool may_begin(const struct hg_request *r)
{
	return !r->conn->wire.broken && r->step != HG_STEP_ENDED && !HG_ODD(r->reply_began);
}

static void render_head(struct hg_request *r, int status, int64_t length_bytes)
{
	if (HG_ODD(status < 200 || status > 599))
		status = 500;
	hg_reply_head_begin(r, status);
	add_date(r);
	hg_text_add(&r->front->head, hg_text_str(&r->set));
	hg_reply_head_end(r, length_bytes);
}

void hg_reply_text(struct hg_request *r, int status, const char *content_type, struct hg_str body)
{
	if (!may_begin(r))
		return;
	if (content_type)
		hg_reply_set(r, "Content-Type", hg_str(content_type));
	render_head(r, status, (int64_t)body.n);
	struct hg_piece pieces[2] = { bytes_piece(hg_text_str(&r->front->head)),
		bytes_piece(body) };
	hg_wire_write(&r->conn->wire, pieces, r->no_body ? 1 : 2);
	hg_reply_ended(r);
	hg_wire_settle_later(&r->conn->wire);
}

void hg_reply_begin(struct hg_request *r, int status, int64_t length_bytes)
{
	if (!may_begin(r))
		return;
	render_head(r, status, length_bytes < 0 ? -1 : length_bytes);
	hg_wire_append(&r->conn->wire, hg_text_str(&r->front->head));
	hg_wire_settle_later(&r->conn->wire);
}

int hg_reply_send(struct hg_request *r, struct hg_str piece)
{
	struct hg_conn *c = r->conn;
	char line[HG_HTTP1_CHUNK_HEAD_BYTES];
	uint64_t window = r->front->snapshot->http.write_window_bytes;

	if (r->step == HG_STEP_ENDED || c->wire.broken)
		return HG_ECANCELLED;
	if (HG_ODD(!r->reply_began || r->replied))
		return HG_ECANCELLED;
	if (HG_ODD(r->wants_drain && c->wire.unsent_bytes > DEAF_WINDOWS * window)) {
		hg_reply_abort(r); /* it was told to stop, and goes on and on */
		return HG_ECANCELLED;
	}
	if (r->length_left >= 0) {
		if (HG_ODD(piece.n > (uint64_t)r->length_left)) {
			hg_reply_abort(r);
			return HG_ECANCELLED;
		}
		r->length_left -= (int64_t)piece.n;
	}
	if (!piece.n || r->no_body)
		return 0;
	if (r->chunked)
		hg_wire_append(
			&c->wire, (struct hg_str){ line, hg_http1_chunk_head(line, piece.n) });
	hg_wire_append(&c->wire, piece);
	if (r->chunked)
		hg_wire_append(&c->wire, HG_STR("\r\n"));
	hg_wire_settle_later(&c->wire);
	if (hg_conn_has_room(c))
		return 0;
	hg_wire_flush(&c->wire);
	if (c->wire.broken)
		return HG_ECANCELLED;
	if (hg_conn_has_room(c))
		return 0;
	r->wants_drain = true;
	return HG_EAGAIN;
}

void hg_reply_end(struct hg_request *r)
{
	if (r->step == HG_STEP_ENDED || r->conn->wire.broken ||
		HG_ODD(!r->reply_began || r->replied))
		return;
	if (!r->no_body && HG_ODD(r->length_left > 0)) {
		hg_reply_abort(r);
		return;
	}
	if (r->chunked)
		hg_wire_append(&r->conn->wire, HG_STR("0\r\n\r\n"));
	r->wants_drain = false;
	hg_reply_ended(r);
	hg_wire_settle_later(&r->conn->wire);
}

void hg_reply_abort(struct hg_request *r)
{
	if (r->step == HG_STEP_ENDED || r->conn->wire.broken || r->replied)
		return;
	r->cut = true;
	hg_wire_flush(&r->conn->wire); /* the client may see how far it came */
	/* Without a length or chunks only a reset tells the client that it is not whole. */
	hg_wire_break(&r->conn->wire, !r->chunked && (r->length_left < 0 || r->body_links));
}
