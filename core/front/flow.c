#include "front/flow.h"
#include "base/bug.h"
#include "base/log.h"
#include "base/metric.h"
#include "front/access_log.h"
#include "front/admit.h"
#include "front/answer.h"
#include "front/audit.h"
#include "front/phase.h"
#include "front/posted.h"
#include "front/proxy.h"
#include "front/rate_limit.h"
#include "front/reply.h"
#include "front/traced.h"
#include "front/when.h"
#include "ticket/upstreams.h"
#include <hg/mem.h>
#include <stdio.h>

#define MAX_DEADLINE_US (INT64_C(3600) * 1000000) /* a client may ask for this much patience */

enum {
	BODY_BLOCK_BYTES = 64 << 10,
	MAX_ID_BYTES = 128,
};

/* -- what was read ----------------------------------------------------------------------------- */

static void rebase(struct hg_str *s, struct hg_str from, const char *to)
{
	if (s->p >= from.p && s->p <= from.p + from.n)
		s->p = to + (s->p - from.p);
}

/* The buffer will be used again: the head moves into the arena, and all that points into it. */
static void own_head(struct hg_request *r, struct hg_str bytes)
{
	struct hg_http1_head *h = &r->head;
	const char *own = hg_arena_copy(&r->arena, bytes).p;

	rebase(&h->method, bytes, own);
	rebase(&h->target, bytes, own);
	rebase(&h->path, bytes, own);
	rebase(&h->query, bytes, own);
	rebase(&h->scheme, bytes, own);
	rebase(&h->authority, bytes, own);
	rebase(&h->host, bytes, own);
	for (uint32_t i = 0; i < h->n_fields; i++) {
		rebase(&h->fields[i].name, bytes, own);
		rebase(&h->fields[i].value, bytes, own);
	}
}

static bool is_id(struct hg_str s)
{
	if (!s.n || s.n > MAX_ID_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static void set_id(struct hg_request *r, struct hg_str wanted)
{
	struct hg_front *f = r->front;

	if (is_id(wanted)) {
		r->id = wanted;
		return;
	}
	uint64_t id = f->id_seed + f->id_next++;
	uint8_t bytes[8];
	char *hex = hg_arena_alloc(&r->arena, 2 * sizeof(bytes) + 1);
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(id >> (56 - 8 * i));
	hg_format_hex(bytes, sizeof(bytes), hex);
	r->id = (struct hg_str){ hex, 2 * sizeof(bytes) };
}

static void set_patience(struct hg_request *r)
{
	struct hg_str class_name = hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_PRIORITY);
	struct hg_str deadline = hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_DEADLINE);
	uint64_t s;
	int64_t us = 0;

	r->klass = HG_CLASS_NORMAL;
	(void)hg_class_parse(class_name, &r->klass);
	if (hg_parse_u64(deadline, &s))
		us = s < (uint64_t)(MAX_DEADLINE_US / 1000000) ? (int64_t)s * 1000000
		                                               : MAX_DEADLINE_US;
	else if (!hg_parse_usec(deadline, &us))
		us = 0;
	if (us <= 0)
		us = r->snapshot->dispatch.deadline_us;
	r->deadline_us = r->began_us + (us < MAX_DEADLINE_US ? us : MAX_DEADLINE_US);
}

static bool is_forwarded(const struct hg_http1_head *h)
{
	for (uint32_t i = 0; i < h->n_fields; i++) {
		struct hg_str name = h->fields[i].name;
		char c = name.n ? (char)(name.p[0] | 0x20) : 0;
		if ((c == 'x' || c == 'f' || c == 'v' || c == 'c' || c == 't') &&
			hg_field_is_forwarding(name))
			return true;
	}
	return false;
}

static bool identify(struct hg_request *r, const struct hg_listener_conf *listener)
{
	const struct hg_http1_head *h = &r->head;
	const struct hg_seal *seal = hg_request_seal(r);
	struct hg_client_in in = {
		.snapshot = r->snapshot,
		.upstream = hg_request_upstream_conf(r),
		.listener = listener,
		.key_memos = &r->edition->key_memos,
		.host = h->host,
		.authorization = hg_http1_value(h, HG_HTTP1_AUTHORIZATION),
		.cert = hg_str(seal ? seal->client : NULL),
		.is_foreign = r->conn->is_foreign,
		.origin = hg_http1_value(h, HG_HTTP1_ORIGIN),
		.sec_fetch_site = hg_http1_value(h, HG_HTTP1_SEC_FETCH_SITE),
		.is_safe = hg_request_is_safe(r),
		.is_forwarded = is_forwarded(h),
		.is_open = r->routed.route && (r->routed.route->flags & HG_ROUTE_OPEN),
		.is_route = r->routed.route && !hg_routed_is_parts(&r->routed),
		.wall_us = hg_loop_now(r->front->loop).wall_us,
	};
	struct hg_client_refusal why;

	if (hg_client_identify(&in, &r->client, &why) == 0) {
		if (r->client.grant)
			r->klass = hg_grant_class(r->client.grant, r->klass);
		return true;
	}
	struct hg_refusal no = { .status = why.status,
		.code = why.code,
		.detail = hg_str(why.detail),
		.retry_after_s = -1 };
	hg_reply_refuse(r, &no,
		why.status == 401 ? HG_STR("WWW-Authenticate: Bearer realm=\"hubgate\", "
					   "Basic realm=\"hubgate\"\r\n")
				  : (struct hg_str){ 0 });
	return false;
}

/* -- where it goes ----------------------------------------------------------------------------- */

/* "GET POST" of a route -> "GET, HEAD, POST". */
static void add_methods(struct hg_text *out, struct hg_str methods)
{
	for (size_t i = 0; i < methods.n; i++) {
		size_t from = i;
		while (i < methods.n && methods.p[i] != ' ')
			i++;
		struct hg_str word = { methods.p + from, i - from };
		if (!word.n)
			continue;
		if (from)
			hg_text_add(out, HG_STR(", "));
		hg_text_add(out, word);
		if (hg_str_is(word, HG_STR("GET")))
			hg_text_add(out, HG_STR(", HEAD"));
	}
}

static void refuse_method(struct hg_request *r)
{
	struct hg_refusal no = { .status = 405,
		.code = "method_not_allowed",
		.detail = HG_STR("This path is not served for this method."),
		.retry_after_s = -1 };
	struct hg_text *allow = &r->front->scratch;

	hg_text_clear(allow);
	hg_text_add(allow, HG_STR("Allow: "));
	add_methods(allow, hg_str(r->routed.allow));
	hg_text_add(allow, HG_STR("\r\n"));
	hg_reply_refuse(r, &no, hg_arena_copy(&r->arena, hg_text_str(allow)));
}

/* Which GitHub, by which of its faces. */
static void find_upstream(struct hg_request *r, const struct hg_listener_conf *listener)
{
	struct hg_str path = r->head.path, prefix;

	r->upstream = hg_upstream_for(r->snapshot, r->head.host, path, &prefix);
	path.p += prefix.n;
	path.n -= prefix.n;
	hg_github_face(path.n ? path : HG_STR("/"), &r->face);
	/* gh over its socket: GitHub's uploads have a host, where those of a GHES have a path */
	if (listener->is_unix && r->face.entrance == HG_GITHUB_REST && !r->face.prefix.n &&
		hg_str_is_nocase(r->head.host, HG_STR(HG_GITHUB_PUBLIC_UPLOADS_HOST)))
		r->face.entrance = HG_GITHUB_UPLOADS;
	if (prefix.n)
		r->face.prefix = (struct hg_str){ prefix.p, prefix.n + r->face.prefix.n };
}

/* False: it was refused. */
static bool find_route(struct hg_request *r, const struct hg_listener_conf *listener)
{
	r->path = r->head.path;
	if (listener->router)
		hg_router_find(listener->router, r->head.method, r->head.path, &r->routed);
	if (hg_conn_is_inner(r->conn) && r->routed.path_known) {
		memset(&r->routed, 0, sizeof(r->routed));
		hg_reply_refuse_as(r, 400, "not_in_batch", "A batch asks for GitHub's paths only.");
		return false;
	}
	if (r->routed.route) {
		r->is_raw = r->routed.route->flags & HG_ROUTE_RAW;
		r->route = hg_str(r->routed.route->path);
		return true;
	}
	if (r->routed.path_known) {
		refuse_method(r);
		return false;
	}
	if (!(listener->faces & HG_FACE_GITHUB) || !r->front->port) {
		hg_reply_refuse_as(r, 404, "no_route", "Nothing is served at this path.");
		return false;
	}
	if (r->head.method_id == HG_HTTP1_OTHER) {
		hg_reply_refuse_as(r, 501, "unknown_method", "This method is not known.");
		return false;
	}
	find_upstream(r, listener);
	hg_github_route_find(r->head.method, r->face.path, &r->github);
	r->path = r->face.path;
	r->route = r->github.tmpl;
	r->cost = r->github.cost;
	return true;
}

/* -- going on ---------------------------------------------------------------------------------- */

static void enter_step(struct hg_request *r, enum hg_request_step step)
{
	hg_traced_step(r, step);
	r->step = step;
	r->hook_at = 0;
}

static void answer(struct hg_request *r)
{
	enter_step(r, HG_STEP_REPLY);
	if (r->answer)
		hg_reply_stored(r);
	else if (HG_ODD(!r->reply_began))
		hg_reply_refuse_as(
			r, 500, "plugin_failed", "A plugin said that it answered, and did not.");
}

static void refuse(struct hg_request *r)
{
	enter_step(r, HG_STEP_REPLY);
	if (r->reply_began) { /* too late to say why */
		hg_reply_abort(r);
		return;
	}
	if (HG_ODD(!r->refusal.status))
		hg_request_refuse(r, 403, "refused", -1, "A plugin refused this request.");
	hg_reply_refuse(r, &r->refusal, (struct hg_str){ 0 });
}

/* A route said ANSWERED: its reply may still be to come, what is left of the body is not wanted. */
static void route_answered(struct hg_request *r)
{
	enter_step(r, HG_STEP_REPLY);
	if (!r->body_done)
		hg_request_leave_body(r);
}

static void start_body(struct hg_request *r)
{
	enter_step(r, HG_STEP_BODY);
	r->body_began_us = hg_front_now_us(r->front);
	hg_reply_continue(r);
}

static void take_verdict_of_body(struct hg_request *r, enum hg_verdict v, bool end)
{
	switch (v) {
	case HG_WAIT:
		r->body_paused = true;
		r->body_at_end = end;
		return;
	case HG_ANSWERED:
		route_answered(r);
		return;
	case HG_REFUSED:
		refuse(r);
		return;
	case HG_NEXT:
		break;
	}
	if (!end)
		return; /* the next piece */
	enter_step(r, HG_STEP_REPLY);
	if (HG_ODD(!r->reply_began))
		hg_reply_refuse_as(
			r, 500, "plugin_failed", "A plugin took the body, and did not answer.");
}

static void give_body_end(struct hg_request *r)
{
	take_verdict_of_body(r, hg_phase_on_body(r, (struct hg_str){ 0 }, true), true);
}

static void begin_body_of_route(struct hg_request *r)
{
	if (HG_ODD(!r->routed.route->on_body)) {
		hg_reply_refuse_as(r, 500, "plugin_failed", "A plugin did not answer.");
		return;
	}
	start_body(r);
	if (r->body_done)
		give_body_end(r);
}

/* It is for GitHub's uploads, or too large to be kept. GraphQL is looked into, and what a GET has
 * for a body is no upload. */
static bool goes_up_as_it_comes(const struct hg_request *r)
{
	const struct hg_http_conf *conf = &r->snapshot->http;
	bool is_large =
		r->head.framing == HG_HTTP1_LENGTH && r->head.content_length > conf->max_body_bytes;

	return !r->body_done && !r->routed.route && conf->max_upload_bytes &&
	       r->face.entrance != HG_GITHUB_GRAPHQL && !hg_request_is_safe(r) &&
	       (is_large || r->face.entrance == HG_GITHUB_UPLOADS);
}

static void open_upload(struct hg_request *r)
{
	bool has_length = r->head.framing == HG_HTTP1_LENGTH;

	r->upload = hg_upload_new(has_length ? (int64_t)r->head.content_length : -1,
		r->snapshot->dispatch.window_bytes);
}

/* After a hook of this step said NEXT; true: run the hooks of the step that follows. */
static bool next_step(struct hg_request *r)
{
	switch (r->step) {
	case HG_STEP_ADMIT:
		if (r->routed.route) {
			enter_step(r, HG_STEP_ROUTE);
			return true;
		}
		if (goes_up_as_it_comes(r)) {
			open_upload(r);
		} else if (!r->body_done) {
			start_body(r);
			return false;
		}
		if (hg_rate_limit_answer(r)) {
			answer(r);
			return false;
		}
		enter_step(r, HG_STEP_WEIGH);
		return true;
	case HG_STEP_ROUTE:
		begin_body_of_route(r);
		return false;
	case HG_STEP_WEIGH:
		enter_step(r, HG_STEP_LOOKUP);
		return true;
	case HG_STEP_LOOKUP:
		enter_step(r, HG_STEP_TICKET);
		hg_proxy_ask(r);
		return false;
	case HG_STEP_HEAD:
	case HG_STEP_BODY:
	case HG_STEP_TICKET:
	case HG_STEP_REPLY:
	case HG_STEP_ENDED:
	case HG_STEPS:
		break;
	}
	return false;
}

static enum hg_verdict admit(struct hg_request *r)
{
	bool open = r->routed.route && (r->routed.route->flags & HG_ROUTE_OPEN);

	if (open || !r->front->port)
		return HG_NEXT;
	enum hg_verdict v = hg_admit_read_only(r);
	if (v == HG_NEXT)
		v = hg_admit(r);
	if (v == HG_NEXT)
		v = hg_when_prepare(r);
	return v == HG_NEXT ? hg_phase_admit(r) : v;
}

static enum hg_verdict weigh(struct hg_request *r)
{
	enum hg_verdict v = HG_NEXT;

	if (!r->hook_at) {
		hg_posted_read(r);
		v = hg_admit_body(r);
	}
	return v == HG_NEXT ? hg_phase_weigh(r) : v;
}

static enum hg_verdict run_step(struct hg_request *r)
{
	switch (r->step) {
	case HG_STEP_ADMIT:
		return admit(r);
	case HG_STEP_ROUTE:
		return hg_phase_on_request(r);
	case HG_STEP_WEIGH:
		return weigh(r);
	case HG_STEP_LOOKUP:
		return hg_phase_lookup(r);
	case HG_STEP_HEAD:
	case HG_STEP_BODY:
	case HG_STEP_TICKET:
	case HG_STEP_REPLY:
	case HG_STEP_ENDED:
	case HG_STEPS:
		break;
	}
	return HG_WAIT;
}

/* True: go on with the next step. */
static bool take_verdict(struct hg_request *r, enum hg_verdict v)
{
	if (v != HG_NEXT)
		hg_traced_verdict(r, v);
	switch (v) {
	case HG_WAIT:
		return false;
	case HG_REFUSED:
		refuse(r);
		return false;
	case HG_ANSWERED:
		if (r->step == HG_STEP_ROUTE)
			route_answered(r);
		else
			answer(r);
		return false;
	case HG_NEXT:
		return next_step(r);
	}
	return false;
}

static void go(struct hg_request *r)
{
	while (take_verdict(r, run_step(r)))
		continue;
}

void hg_request_go_after(struct hg_request *r, enum hg_verdict v)
{
	if (r->step == HG_STEP_BODY) {
		r->body_paused = false;
		take_verdict_of_body(r, v, r->body_at_end);
		return;
	}
	if (v == HG_NEXT && r->step != HG_STEP_ROUTE)
		go(r); /* the phase's other hooks */
	else if (take_verdict(r, v))
		go(r);
}

static void init_body(struct hg_request *r, uint64_t max)
{
	struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;

	r->body_done = r->head.framing == HG_HTTP1_NO_BODY ||
	               (r->head.framing == HG_HTTP1_LENGTH && !r->head.content_length);
	r->owes_continue = r->head.expects_continue && !r->body_done && r->head.minor > 0;
	if (!r->body_done)
		hg_http1_body_init(&r->body, &r->head, &limits, max);
}

void hg_request_begin(struct hg_request *r, struct hg_str bytes)
{
	struct hg_front *f = r->front;
	const struct hg_listener_conf *listener = hg_gate_conf(r->conn->gate, r->snapshot);

	own_head(r, bytes);
	r->began = true;
	r->step = HG_STEP_ADMIT;
	r->began_us = hg_front_now_us(f);
	hg_list_add(&f->requests, &r->link);
	f->n_requests++;
	set_id(r, hg_http1_value(&r->head, HG_HTTP1_X_REQUEST_ID));
	hg_traced_began(r);
	hg_trace_context_read(r->head.fields, r->head.n_fields, &r->arena, &r->trace_context);
	set_patience(r);
	init_body(r, r->snapshot->http.max_body_bytes);
	if (!listener) { /* a reload took it while the head was on its way */
		hg_reply_refuse_as(r, 503, "listener_gone", "This listener was closed.");
		return;
	}
	if (!hg_admit_url(r)) {
		hg_reply_refuse_as(r, 400, "key_in_url",
			"A key does not belong into the URL; take it out of use.");
		return;
	}
	if (!find_route(r, listener))
		return;
	if (r->routed.route)
		init_body(r, r->routed.route->max_body_bytes);
	else if (goes_up_as_it_comes(r))
		init_body(r, r->snapshot->http.max_upload_bytes);
	if (!identify(r, listener))
		return;
	if (r->body.bad.status) {
		hg_request_bad(r, r->body.bad.status, r->body.bad.reason);
		return;
	}
	go(r);
}

/* -- its body ---------------------------------------------------------------------------------- */

bool hg_request_wants_body(const struct hg_request *r)
{
	if (r->body_done || r->body_paused)
		return false;
	if (r->upload && r->step == HG_STEP_TICKET)
		return hg_upload_has_room(r->upload);
	return r->step == HG_STEP_BODY || r->body_dropped;
}

static void let_go_of_body(struct hg_request *r)
{
	hg_chunks_clear(&r->body_chunks);
	r->front->body_bytes -= r->body_held;
	r->body_held = 0;
	r->body_room = 0;
}

/* Pieces may be as small as a byte each, so they share blocks. False: all bodies of this front
 * take as much as they may. */
static bool collect(struct hg_request *r, struct hg_str piece)
{
	struct hg_chunks *l = &r->body_chunks;
	struct hg_front *f = r->front;

	while (piece.n) {
		if (!r->body_room) {
			uint64_t expected = r->head.framing == HG_HTTP1_LENGTH
			                            ? r->head.content_length - l->bytes
			                            : BODY_BLOCK_BYTES;
			r->body_room =
				expected < BODY_BLOCK_BYTES ? (uint32_t)expected : BODY_BLOCK_BYTES;
			if (f->body_bytes + r->body_room > r->snapshot->http.max_buffered_bytes)
				return false;
			f->body_bytes += r->body_room;
			r->body_held += r->body_room;
			struct hg_chunk *c = hg_alloc(sizeof(*c) + r->body_room);
			atomic_init(&c->refs, 1);
			c->n = 0;
			hg_chunks_add(l, c);
		}
		struct hg_chunk *c = l->items[l->n - 1];
		size_t n = piece.n < r->body_room ? piece.n : r->body_room;
		memcpy(c->bytes + c->n, piece.p, n);
		c->n += (uint32_t)n;
		l->bytes += n;
		r->body_room -= (uint32_t)n;
		piece.p += n;
		piece.n -= n;
	}
	return true;
}

static void refuse_body(struct hg_request *r)
{
	static const struct hg_refusal no = { .status = 503,
		.code = "overloaded",
		.detail = { "Too many bodies of requests are held already.", 45 },
		.retry_after_s = 1 };

	let_go_of_body(r);
	enter_step(r, HG_STEP_REPLY);
	r->body_done = true;
	r->keep_alive = false;
	r->conn->closing = true;
	r->conn->must_linger = true;
	hg_reply_refuse(r, &no, (struct hg_str){ 0 });
}

/* However often a piece comes: a body as a whole must end as well. */
static bool is_late(const struct hg_request *r)
{
	int64_t began_us = r->body_began_us ? r->body_began_us : r->began_us;

	return hg_front_now_us(r->front) - began_us >
	       (r->upload ? r->snapshot->http.upload_total_timeout_us
			  : r->snapshot->http.body_total_timeout_us);
}

void hg_request_take_piece(struct hg_request *r, struct hg_str piece)
{
	if (is_late(r)) {
		hg_request_bad(r, 408, "body_timeout");
		return;
	}
	if (r->body_dropped)
		return;
	if (r->upload)
		hg_proxy_feed(r, piece);
	else if (r->routed.route)
		take_verdict_of_body(r, hg_phase_on_body(r, piece, false), false);
	else if (!collect(r, piece))
		refuse_body(r);
}

void hg_request_body_ended(struct hg_request *r)
{
	r->body_done = true;
	if (r->body_dropped)
		return;
	if (r->upload) {
		hg_proxy_feed_end(r);
		return;
	}
	if (r->routed.route) {
		give_body_end(r);
		return;
	}
	enter_step(r, HG_STEP_WEIGH);
	go(r);
}

void hg_request_bad(struct hg_request *r, int status, const char *reason)
{
	struct hg_conn *c = r->conn;
	char code[8], detail[96];

	r->front->n_bad++;
	(void)snprintf(code, sizeof(code), "%d", status);
	hg_series_add(hg_core_series(HG_METRIC_BAD_REQUESTS, code, reason, NULL), 1);
	HG_LOG_ABOUT(HG_LOG_FRONT, HG_LOG_DEBUG, r->id, "bad request status=%d reason=%s", status,
		reason);
	r->body_done = true;
	c->closing = true;
	c->must_linger = true;
	if (r->replied)
		return;
	if (r->upload) /* GitHub gets no end of it, and so nothing whole */
		hg_proxy_leave(r);
	if (r->reply_began) {
		hg_reply_abort(r);
		return;
	}
	if (!r->began) {
		r->began_us = hg_front_now_us(r->front);
		set_id(r, (struct hg_str){ 0 });
		r->step = HG_STEP_REPLY;
	}
	(void)snprintf(detail, sizeof(detail), "The request was not understood or not in time: %s.",
		reason);
	hg_reply_refuse_as(r, status, reason, detail);
}

/* -- the end ----------------------------------------------------------------------------------- */

bool hg_request_is_over(const struct hg_request *r)
{
	return r->replied && r->body_done && !hg_proxy_holds(r);
}

static struct hg_series *series_of(struct hg_request *r, uint32_t face, bool seconds)
{
	struct hg_front *f = r->front;
	uint32_t key = (face << 20 | (uint32_t)r->head.method_id << 12 | (uint32_t)r->status) + 1;
	char status[8];

	if (seconds)
		key = face << 20 | 0xfffff;
	struct hg_front_counter *slot =
		&f->counters[(key * UINT32_C(2654435761)) >> 26]; /* top 6 bits */
	if (slot->key == key)
		return slot->series;
	(void)snprintf(status, sizeof(status), "%d", r->status);
	static const char *const methods[] = { "other", "GET", "HEAD", "POST", "PUT", "PATCH",
		"DELETE", "OPTIONS" };
	const char *face_name = hg_request_face_name(r);
	slot->key = key;
	slot->series = seconds ? hg_core_series(HG_METRIC_REQUEST_SECONDS, face_name, NULL, NULL)
	                       : hg_core_series(HG_METRIC_REQUESTS, face_name,
					 methods[r->head.method_id], status);
	return slot->series;
}

static void count(struct hg_request *r)
{
	uint32_t face = r->routed.route ? 1 : r->github.tmpl.p ? 2 : 3;

	if (!r->reply_began)
		return; /* nobody saw a status */
	r->front->n_answered++;
	hg_pulse_add(&r->front->pulse, hg_front_now_us(r->front));
	hg_series_add(series_of(r, face, false), 1);
	hg_series_observe(
		series_of(r, face, true), (double)(hg_front_now_us(r->front) - r->began_us) / 1e6);
}

void hg_request_retire(struct hg_request *r)
{
	r->step = HG_STEP_ENDED;
	hg_waiter_forget(r);
	hg_audit(r);
	hg_admit_leave(r);
	if ((r->began || r->reply_began) && r->snapshot->access_log &&
		r->front->port) /* not of the admin socket */
		hg_access_log_add(r->snapshot->access_log, r);
	hg_proxy_leave(r);
	if (r->began) {
		hg_traced_ended(r);
		struct hg_str trace = hg_trace_context_id(&r->trace_context);
		HG_LOG_ABOUT(HG_LOG_REQUEST, HG_LOG_DEBUG, r->id,
			"method=%.*s path=%.*s client=%s status=%d us=%lld bytes=%llu "
			"cut=%d%s%.*s",
			(int)r->head.method.n, r->head.method.p, (int)r->path.n, r->path.p,
			r->client.name, r->reply_began ? r->status : 0,
			(long long)(hg_front_now_us(r->front) - r->began_us),
			(unsigned long long)hg_request_sent_bytes(r), r->cut,
			trace.n ? " trace=" : "", (int)trace.n, trace.n ? trace.p : "");
		count(r);
		if (r->front->port || r->routed.in)
			hg_phase_done(r);
	}
	if (r->owes_gone)
		hg_phase_on_gone(r);
	let_go_of_body(r);
	hg_request_drop(r);
}
