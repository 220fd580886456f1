#include "front/proxy.h"
#include "base/bug.h"
#include "base/secret.h"
#include "front/fields.h"
#include "front/answer.h"
#include "front/explained.h"
#include "front/phase.h"
#include "front/posted.h"
#include "front/reply.h"
#include "front/tag.h"
#include "front/traced.h"
#include "front/when.h"
#include "ticket/head.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"
#include <hg/mem.h>
#include <stdio.h>

/* -- asking ------------------------------------------------------------------------------------ */

/* Our entity tags become GitHub's again. */
static struct hg_str value_for_github(struct hg_request *r, const struct hg_field *f)
{
	struct hg_text *text = &r->front->scratch;

	hg_text_clear(text);
	if ((hg_str_is_nocase(f->name, HG_STR("if-none-match")) ||
		    hg_str_is_nocase(f->name, HG_STR("if-match"))) &&
		hg_rewrite_tags_back(hg_request_rewrite(r), text, f->value))
		return hg_text_str(text);
	return f->value;
}

/* A read that others share, or that memory answers, was not asked because of one delivery. */
static bool goes_up(const struct hg_request *r, struct hg_str name)
{
	if (r->owns_validators && hg_field_is_validator(name))
		return false;
	if ((hg_request_is_safe(r) || r->graphql.is_query) &&
		hg_str_is_nocase(name, HG_STR("x-github-delivery")))
		return false;
	return hg_field_goes_up(name);
}

static void copy_fields(struct hg_request *r, struct hg_ticket *t)
{
	const struct hg_http1_head *h = &r->head;
	struct hg_field *own =
		hg_arena_alloc(&t->arena, (h->n_fields + 1) * sizeof(struct hg_field));
	uint32_t n = 0;

	for (uint32_t i = 0; i < h->n_fields; i++) {
		const struct hg_field *f = &h->fields[i];
		if (!goes_up(r, f->name))
			continue;
		own[n++] = (struct hg_field){ hg_arena_copy(&t->arena, f->name),
			hg_arena_copy(&t->arena, value_for_github(r, f)) };
	}
	t->ask.fields = own;
	t->ask.n_fields = n;
}

/* UINT32_MAX: as many as the configuration allows. */
static uint32_t retries_most(const struct hg_request *r)
{
	uint64_t n;

	if (!hg_parse_u64(hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_MAX_RETRIES), &n))
		return UINT32_MAX;
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void fill_ask(struct hg_request *r, struct hg_ticket *t)
{
	struct hg_ask *a = &t->ask;

	a->id = hg_arena_copy(&t->arena, r->id);
	a->client = hg_arena_copy(&t->arena, hg_str(r->client.name));
	a->method = hg_arena_copy(&t->arena, r->head.method);
	a->path = hg_arena_copy(&t->arena, r->path);
	a->query = hg_arena_copy(&t->arena, r->head.query);
	a->route = r->route; /* static */
	a->resource = hg_str(r->github.resource);
	a->upstream = r->upstream;
	a->entrance = r->face.entrance;
	copy_fields(r, t);
	a->traceparent = hg_arena_copy(&t->arena, r->trace_context.parent);
	a->tracestate = hg_arena_copy(&t->arena, r->trace_context.state);
	a->upload = r->upload ? hg_upload_ref(r->upload) : NULL;
	a->body = r->body_chunks;
	r->body_chunks = (struct hg_chunks){ 0 };
	a->klass = r->klass;
	a->cost = r->cost;
	a->strategy =
		hg_arena_copy(&t->arena, hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_STRATEGY));
	a->retries_most = retries_most(r);
	if (r->client.grant) {
		a->share = (uint32_t)r->client.grant->share;
		a->max_upstream = (uint32_t)r->client.grant->max_upstream;
	}
	t->trace_key = r->trace_key;
	a->arrived_us = r->began_us;
	a->deadline_us = r->deadline_us;
	a->scope = r->client.scope;
	a->token = r->client.token.p ? hg_secret_new(r->client.token) : NULL;
	a->token_is_basic = r->client.token_is_basic;
	a->graphql = r->graphql;
	a->is_safe = hg_request_is_safe(r) || r->graphql.is_query;
	a->is_content = r->github.is_content || r->graphql.is_content;
	a->owns_validators = r->owns_validators && !r->lost_copy;
	a->left_out = hg_when_left_out(r);
}

/* The transport asked for the first byte: now the client may send. */
static void begin_upload(struct hg_request *r)
{
	if (!r->upload || r->body_began_us || r->body_done || !hg_upload_has_room(r->upload))
		return;
	r->body_began_us = hg_front_now_us(r->front);
	hg_reply_continue(r);
}

static void on_news(struct hg_ticket *t)
{
	struct hg_request *r = t->arg;
	struct hg_conn *c = r->conn;

	c->wire.entered++;
	begin_upload(r);
	hg_proxy_pull(r);
	c->wire.entered--;
	hg_wire_settle_later(&c->wire);
}

void hg_proxy_ask(struct hg_request *r)
{
	struct hg_ticket *t = hg_ticket_new(r->front->loop, r->snapshot, on_news, r);

	fill_ask(r, t);
	if (hg_ticket_submit(t, r->front->port)) {
		r->ticket = t;
		return;
	}
	hg_ticket_unref(t);
	struct hg_refusal no = { .status = 503,
		.code = "overloaded",
		.detail = HG_STR("Too many requests are waiting already."),
		.retry_after_s = 1 };
	hg_reply_refuse(r, &no, (struct hg_str){ 0 });
}

void hg_proxy_feed(struct hg_request *r, struct hg_str piece)
{
	if (!r->ticket || r->ticket_ended)
		return;
	hg_upload_put(r->upload, piece);
	hg_ticket_feed(r->ticket);
}

void hg_proxy_feed_end(struct hg_request *r)
{
	hg_upload_end(r->upload);
	if (r->ticket && !r->ticket_ended)
		hg_ticket_feed(r->ticket);
}

void hg_proxy_leave(struct hg_request *r)
{
	if (!r->ticket)
		return;
	if (!r->ticket_ended)
		hg_ticket_cancel(r->ticket);
	hg_ticket_unref(r->ticket);
	r->ticket = NULL;
}

bool hg_proxy_holds(const struct hg_request *r)
{
	const struct hg_reply *reply = &r->reply;

	if (!r->ticket || r->ticket_ended || !reply->head)
		return false;
	/* A head without a body ends at once: to cancel would only cost a connection. */
	return reply->keep_max_bytes || reply->head->status == 304 || reply->head->status == 204 ||
	       hg_request_is_head(r);
}

/* -- what comes -------------------------------------------------------------------------------- */

/* A 304 that a plugin asked for, and now none has the copy, or another one. The client asked for no
 * such thing: what GitHub has is asked for once more, whole. */
static enum hg_verdict look_for_lost(struct hg_request *r)
{
	if (r->reply.head->status != 304 || !r->owns_validators)
		return HG_NEXT;
	if (r->lost_copy) {
		hg_request_refuse(r, 502, "upstream_failed", 0,
			"GitHub confirmed what it was not asked about.");
		return HG_REFUSED;
	}
	r->lost_copy = r->asks_again = true;
	return HG_WAIT;
}

static void ask_again(struct hg_request *r)
{
	r->asks_again = r->ticket_ended = false;
	hg_ticket_unref(r->ticket);
	r->ticket = NULL;
	hg_head_unref(r->reply.head);
	r->reply = (struct hg_reply){ 0 };
	hg_proxy_ask(r);
}

static void take_head(struct hg_request *r, struct hg_head *head)
{
	struct hg_reply *reply = &r->reply;

	hg_reply_take_head(reply, &r->arena, head);
	r->upstream_status = head->status;
	r->waited_us = reply->note.waited_us;
	hg_traced_head(r);

	enum hg_verdict v = hg_phase_head(r);
	if (v == HG_NEXT)
		v = look_for_lost(r);
	if (v != HG_NEXT)
		hg_traced_verdict(r, v);
	if (head->length_bytes > 0 && (uint64_t)head->length_bytes > reply->keep_max_bytes &&
		!hg_request_is_head(r))
		reply->keep_max_bytes = 0;
	switch (v) {
	case HG_NEXT:
		hg_reply_upstream_head(r);
		return;
	case HG_WAIT:
		reply->is_apart = true;
		return;
	case HG_ANSWERED:
		reply->is_apart = true;
		if (r->answer)
			hg_reply_stored(r);
		else if (HG_ODD(!r->reply_began))
			hg_reply_refuse_as(r, 500, "plugin_failed",
				"A plugin said that it answered, and did not.");
		return;
	case HG_REFUSED:
		reply->is_apart = true;
		if (HG_ODD(!r->refusal.status))
			hg_request_refuse(r, 502, "refused", -1, "A plugin refused the reply.");
		hg_reply_refuse(r, &r->refusal, (struct hg_str){ 0 });
		return;
	}
}

static void keep_piece(struct hg_request *r, struct hg_chunk *c)
{
	struct hg_reply *reply = &r->reply;

	if (!reply->keep_max_bytes)
		return;
	if (reply->kept.bytes + c->n > reply->keep_max_bytes) {
		reply->keep_max_bytes = 0;
		hg_chunks_clear(&reply->kept);
		return;
	}
	hg_chunks_add(&reply->kept, hg_chunk_ref(c));
}

static void send_held(struct hg_request *r)
{
	struct hg_chunk *c = HG_TAKE(r->held);

	if (c && !r->reply.is_apart)
		hg_reply_upstream_piece(r, c);
	hg_chunk_unref(c);
}

/* False: the conn has no room for more, or broke. */
static bool take_chunks(struct hg_request *r)
{
	struct hg_conn *c = r->conn;

	for (;;) {
		if (!r->reply.is_apart && !hg_conn_has_room(c)) {
			hg_wire_flush(&c->wire);
			if (!hg_conn_has_room(c)) {
				r->wants_drain = true;
				return false;
			}
		}
		if (c->wire.broken)
			return false;
		struct hg_chunk *piece = hg_ticket_take_chunk(r->ticket);
		if (!piece)
			return true;
		keep_piece(r, piece);
		/* The last piece of what is kept leaves after KEEP, so that a client that asks
		 * again at once finds it. */
		send_held(r);
		r->held = piece;
		if (!r->reply.keep_max_bytes)
			send_held(r);
	}
}

static void keep(struct hg_request *r)
{
	struct hg_reply *reply = &r->reply;
	const struct hg_chunks *l = &reply->kept;

	if (l->n == 1) {
		reply->body = (struct hg_str){ l->items[0]->bytes, l->items[0]->n };
	} else if (l->n) {
		char *body = hg_arena_alloc(&r->arena, l->bytes);
		size_t at = 0;
		for (uint32_t i = 0; i < l->n; at += l->items[i++]->n)
			memcpy(body + at, l->items[i]->bytes, l->items[i]->n);
		reply->body = (struct hg_str){ body, at };
	}
	if (hg_posted_may_keep(r, reply->body))
		hg_phase_keep(r);
	reply->body = (struct hg_str){ 0 };
}

static void refuse_with_end(struct hg_request *r, const struct hg_ticket_end *end)
{
	struct hg_refusal no = { .status = end->status >= 400 ? end->status : 502,
		.code = end->word ? end->word : "upstream_failed",
		.detail = hg_str(end->text),
		.retry_after_s = end->retry_after_s,
		.waits_for = r->ticket->waited.word,
		.waited_us = end->waited_us };
	struct hg_text more;

	hg_text_init(&more);
	hg_text_printf(&more, "X-Hubgate-Wait-Ms: %lld\r\n", (long long)(end->waited_us / 1000));
	if (no.status == 429) /* clients of GitHub know by the budget which limit they met */
		hg_reply_add_budget(r, &more);
	hg_explained_add(r, &more);
	hg_reply_refuse(r, &no, hg_text_str(&more));
	hg_text_fini(&more);
}

static void take_end(struct hg_request *r, const struct hg_ticket_end *end)
{
	struct hg_reply *reply = &r->reply;
	bool keeps = reply->keep_max_bytes && end->lead && !end->code;

	r->ticket_ended = true;
	r->waited_us = end->waited_us;
	r->upstream_us = end->upstream_us;
	if (!reply->head) {
		refuse_with_end(r, end);
		return;
	}
	if (keeps)
		keep(r);
	hg_chunks_clear(&reply->kept);
	reply->keep_max_bytes = 0;
	send_held(r);
	if (r->asks_again) {
		ask_again(r);
		return;
	}
	if (reply->is_apart)
		return;
	if (!end->code)
		hg_reply_upstream_end(r);
	else if (hg_reply_take_back(r))
		refuse_with_end(r, end);
	else
		hg_reply_abort(r); /* cut: never a clean end */
}

void hg_proxy_pull(struct hg_request *r)
{
	struct hg_ticket *t = r->ticket;
	struct hg_ticket_end end;

	if (!t || r->ticket_ended || r->conn->wire.broken)
		return;
	if (!r->reply.head) {
		struct hg_head *head = hg_ticket_take_head(t, &r->reply.note);
		if (head)
			take_head(r, head);
	}
	if (!take_chunks(r))
		return;
	if (hg_ticket_take_end(t, &end))
		take_end(r, &end);
}
