#include "front/batch.h"
#include "front/batch_ask.h"
#include "front/batch_result.h"
#include "front/conn.h"
#include "front/request.h"
#include "front/router.h"
#include <hg/mem.h>
#include <sys/uio.h>

enum {
	MAX_BODY_BYTES = 32 << 20, /* and no more than http.max_body_bytes */
	SEND_AT_ONCE = 64 << 10,
	KEPT_ROOM = 256 << 10, /* of the text that results are rendered into */
};

struct item {
	struct hg_wire_sink sink;
	struct hg_batch *batch;
	struct hg_conn *conn; /* NULL: not begun, or over */
	struct hg_str id;
	struct hg_text got; /* its reply */
	bool is_over, is_whole, is_too_large;
};

/* In the request's arena, as its items are. */
struct hg_batch {
	struct hg_request *request;
	struct hg_text body;
	uint64_t body_held; /* of the front's body_bytes */
	struct item *items;
	uint32_t n, n_written;
	uint64_t held_bytes; /* of all `got`, and of the front's batch_bytes */
	struct hg_text out;  /* rendered, and sent up to out_at */
	size_t out_at;
	size_t out_held; /* what it takes of batch_bytes */
	bool is_lines;   /* NDJSON */
	bool is_gone;
};

/* -- what replies take ------------------------------------------------------------------------- */

/* Is there room for more, in this batch and in all of its front? */
static bool has_room(const struct hg_batch *b, size_t n)
{
	const struct hg_http_conf *conf = &b->request->snapshot->http;

	return b->held_bytes + n <= conf->max_batch_bytes &&
	       b->request->front->batch_bytes + n <= conf->max_unsent_bytes;
}

static void hold(struct item *item, struct hg_str piece)
{
	hg_text_add(&item->got, piece);
	item->batch->held_bytes += piece.n;
	item->batch->request->front->batch_bytes += piece.n;
}

static void let_go(struct item *item)
{
	item->batch->held_bytes -= item->got.n;
	item->batch->request->front->batch_bytes -= item->got.n;
	hg_text_fini(&item->got);
	hg_text_init(&item->got);
}

static void hold_out(struct hg_batch *b, size_t n)
{
	b->request->front->batch_bytes += n;
	b->request->front->batch_bytes -= b->out_held;
	b->out_held = n;
}

/* -- out --------------------------------------------------------------------------------------- */

static void render_next(struct hg_batch *b)
{
	struct item *item = &b->items[b->n_written];
	struct hg_batch_result result = { .index = b->n_written,
		.id = item->id,
		.reply = hg_text_str(&item->got),
		.is_whole = item->is_whole,
		.is_too_large = item->is_too_large };

	if (b->out.room > KEPT_ROOM) {
		hg_text_fini(&b->out);
		hg_text_init(&b->out);
	}
	hg_text_clear(&b->out);
	b->out_at = 0;
	if (!b->is_lines)
		hg_text_add(&b->out, b->n_written ? HG_STR(",\n") : HG_STR("{\"results\":[\n"));
	hg_batch_result_add(&b->out, &result);
	let_go(item);
	b->n_written++;
	if (b->is_lines)
		hg_text_add_char(&b->out, '\n');
	else if (b->n_written == b->n)
		hg_text_add(&b->out, HG_STR("\n]}\n"));
	hold_out(b, b->out.n);
}

/* What is done and next in order goes out, as far as the client takes it. */
static void write_results(struct hg_batch *b)
{
	struct hg_request *r = b->request;

	while (!b->is_gone && !r->replied && !r->wants_drain) {
		if (b->out_at == b->out.n) {
			hold_out(b, 0);
			if (b->n_written == b->n) {
				hg_reply_end(r);
				return;
			}
			if (!b->items[b->n_written].is_over)
				return;
			render_next(b);
		}
		size_t n = b->out.n - b->out_at;
		struct hg_str piece = { b->out.p + b->out_at, n < SEND_AT_ONCE ? n : SEND_AT_ONCE };
		b->out_at += piece.n;
		if (hg_reply_send(r, piece) == HG_ECANCELLED)
			return;
	}
}

/* -- an item's reply --------------------------------------------------------------------------- */

static void on_take(struct hg_wire_sink *sink, const struct iovec *iov, size_t n)
{
	struct item *item = HG_CONTAINER(sink, struct item, sink);

	for (size_t i = 0; i < n && !item->is_too_large; i++) {
		if (!has_room(item->batch, iov[i].iov_len)) {
			let_go(item);
			item->is_too_large = true;
			hg_wire_break(&item->conn->wire, false);
			return;
		}
		hold(item, (struct hg_str){ iov[i].iov_base, iov[i].iov_len });
	}
}

static void on_closed(struct hg_wire_sink *sink, bool politely)
{
	struct item *item = HG_CONTAINER(sink, struct item, sink);

	item->conn = NULL;
	item->is_over = true;
	item->is_whole = politely;
	write_results(item->batch);
}

/* -- asking ------------------------------------------------------------------------------------ */

static struct hg_str base_of(struct hg_request *r)
{
	const char *scheme = hg_request_seal(r) ? "https" : "http";

	if (!r->head.host.n)
		return (struct hg_str){ 0 };
	return hg_arena_printf(&r->arena, "%s://%.*s", scheme, (int)r->head.host.n, r->head.host.p);
}

static void begin(struct item *item, const struct hg_batch_ask *ask, const struct hg_batch_who *who)
{
	struct hg_batch *b = item->batch;
	struct hg_text bytes;

	hg_text_init(&bytes);
	hg_batch_render(&bytes, ask, (uint32_t)(item - b->items), who);
	item->conn = hg_conn_new_inner(b->request, &item->sink, bytes.p, (uint32_t)bytes.n);
	hg_conn_settle(item->conn);
}

static void let_go_of_body(struct hg_batch *b)
{
	b->request->front->body_bytes -= b->body_held;
	b->body_held = 0;
	hg_text_fini(&b->body);
	hg_text_init(&b->body);
}

static bool accepts_lines(const struct hg_request *r)
{
	static const char type[] = "application/x-ndjson";
	struct hg_str accept = hg_http1_value(&r->head, HG_HTTP1_ACCEPT);

	return accept.n && memmem(accept.p, accept.n, type, sizeof(type) - 1);
}

static void ask_for(struct hg_batch *b, const struct hg_batch_ask *asks)
{
	struct hg_request *r = b->request;
	const struct hg_batch_who who = { .host = r->head.host,
		.authorization = hg_http1_value(&r->head, HG_HTTP1_AUTHORIZATION),
		.deadline = hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_DEADLINE),
		.strategy = hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_STRATEGY),
		.id = r->id,
		.klass = r->klass };

	for (uint32_t i = 0; i < b->n && !r->conn->wire.broken; i++)
		begin(&b->items[i], &asks[i], &who);
}

static enum hg_verdict on_whole_body(struct hg_batch *b)
{
	struct hg_request *r = b->request;
	const struct hg_batch_ask *asks;
	struct hg_batch_no no;

	if (hg_batch_read(&r->arena, hg_text_str(&b->body), r->snapshot->http.max_batch, base_of(r),
		    &asks, &b->n, &no) < 0) {
		hg_request_refuse(r, no.status, no.code, -1, "%s", no.detail);
		return HG_REFUSED;
	}
	b->items = hg_arena_alloc0(&r->arena, b->n * sizeof(*b->items));
	for (uint32_t i = 0; i < b->n; i++) {
		b->items[i].sink = (struct hg_wire_sink){ on_take, on_closed };
		b->items[i].batch = b;
		hg_text_init(&b->items[i].got);
		if (asks[i].id.p)
			b->items[i].id = hg_arena_copy(&r->arena, asks[i].id);
	}
	b->is_lines = accepts_lines(r);
	hg_reply_set(r, "Content-Type",
		b->is_lines ? HG_STR("application/x-ndjson")
			    : HG_STR("application/json; charset=utf-8"));
	hg_reply_begin(r, 200, -1);
	ask_for(b, asks);
	let_go_of_body(b);
	return HG_ANSWERED;
}

/* -- the route --------------------------------------------------------------------------------- */

static enum hg_verdict on_request(void *self, struct hg_request *r)
{
	struct hg_batch *b = hg_arena_alloc0(&r->arena, sizeof(*b));

	(void)self;
	b->request = r;
	hg_text_init(&b->body);
	hg_text_init(&b->out);
	r->batch = b;
	if (!hg_http1_value(&r->head, HG_HTTP1_CONTENT_ENCODING).p)
		return HG_NEXT;
	hg_request_refuse(
		r, 415, "encoded_body", -1, "A batch is sent without a Content-Encoding.");
	return HG_REFUSED;
}

static enum hg_verdict on_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	struct hg_batch *b = r->batch;
	const struct hg_http_conf *conf = &r->snapshot->http;

	(void)self;
	if (b->body.n + piece.n > conf->max_body_bytes) {
		hg_request_refuse(r, 413, "body_too_large", -1, "The body is larger than allowed.");
		return HG_REFUSED;
	}
	if (r->front->body_bytes + piece.n > conf->max_buffered_bytes) {
		hg_request_refuse(
			r, 503, "overloaded", 1, "Too many bodies of requests are held already.");
		return HG_REFUSED;
	}
	r->front->body_bytes += piece.n;
	b->body_held += piece.n;
	hg_text_add(&b->body, piece);
	return end ? on_whole_body(b) : HG_NEXT;
}

static void on_drain(void *self, struct hg_request *r)
{
	(void)self;
	write_results(r->batch);
}

static void on_gone(void *self, struct hg_request *r)
{
	struct hg_batch *b = r->batch;

	(void)self;
	b->is_gone = true;
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->items[i].conn)
			hg_conn_end(b->items[i].conn);
		let_go(&b->items[i]);
	}
	let_go_of_body(b);
	hold_out(b, 0);
	hg_text_fini(&b->body);
	hg_text_fini(&b->out);
}

const struct hg_route hg_batch_routes[] = {
	{ .methods = "POST",
		.path = "/api/github/batch",
		.flags = HG_ROUTE_PARTS,
		.max_body_bytes = MAX_BODY_BYTES,
		.on_request = on_request,
		.on_body = on_body,
		.on_drain = on_drain,
		.on_gone = on_gone,
		.about = "Many requests in one, answered in their order." },
	{ 0 },
};
