#include "front/answer.h"
#include "front/budget_lines.h"
#include "front/explained.h"
#include "front/fields.h"
#include "front/reply.h"
#include "front/rewrite_json.h"
#include "front/stored.h"
#include "front/tag.h"
#include "ticket/head.h"
#include "ticket/view.h"
#include <string.h>

/* -- validators -------------------------------------------------------------------------------- */

/* Would the client's validators make this 200 a 304? Of an answer that has a tag only the tag
 * counts: GitHub leaves Last-Modified as it is when other parts of it change. */
static bool is_unchanged(const struct hg_request *r, struct hg_str etag, struct hg_str modified)
{
	struct hg_str tags = hg_http1_value(&r->head, HG_HTTP1_IF_NONE_MATCH);
	struct hg_str since = hg_http1_value(&r->head, HG_HTTP1_IF_MODIFIED_SINCE);
	int64_t modified_us, since_us;

	if (!hg_request_is_safe(r))
		return false;
	if (tags.p)
		return etag.n && hg_tag_list_has(tags, etag);
	return !etag.n && since.n && modified.n && hg_parse_http_date(since, &since_us) &&
	       hg_parse_http_date(modified, &modified_us) && modified_us <= since_us;
}

static bool asks_whether_changed(const struct hg_request *r)
{
	return r->head.known[HG_HTTP1_IF_NONE_MATCH] || r->head.known[HG_HTTP1_IF_MODIFIED_SINCE];
}

/* What a 304 does not say, because it has no body. */
static bool describes_body(struct hg_str name)
{
	return name.n > 8 && strncasecmp(name.p, "content-", 8) == 0 &&
	       !hg_str_is_nocase(name, HG_STR("content-location"));
}

/* -- fields of ours ---------------------------------------------------------------------------- */

static void add_links(struct hg_request *r, struct hg_str name, struct hg_str value)
{
	struct hg_text *head = &r->front->head;

	hg_text_add(head, name);
	hg_text_add(head, HG_STR(": "));
	hg_rewrite_add(hg_request_rewrite(r), head, value);
	hg_text_add(head, HG_STR("\r\n"));
}

static void add_cache_status(struct hg_request *r)
{
	struct hg_text *head = &r->front->head;

	if (!r->cache_status.p)
		return;
	hg_text_add(head, HG_STR("Cache-Status: hubgate"));
	if (r->cache_status.n) {
		hg_text_add(head, HG_STR("; "));
		hg_text_add(head, r->cache_status);
	}
	hg_text_add(head, HG_STR("\r\n"));
}

/* GitHub tells of core beside an answer of /rate_limit, which costs nothing. */
static const char *bucket_of(const struct hg_request *r)
{
	return strcmp(r->github.resource, "rate_limit") == 0 ? "core" : r->github.resource;
}

void hg_reply_add_budget(struct hg_request *r, struct hg_text *out)
{
	struct hg_front *f = r->front;

	if (f->view && r->github.resource)
		hg_budget_add_lines(&f->budgets, out, f->view, r->client.scope, bucket_of(r),
			hg_loop_now(f->loop).wall_us / 1000000);
}

static int64_t number_of(const struct hg_reply *reply, const char *name)
{
	uint64_t v;

	return hg_parse_u64(hg_reply_header(reply, name), &v) && v <= INT64_MAX ? (int64_t)v : -1;
}

/* What GitHub says with this reply, in the words of the IETF as well. */
static bool add_policy(struct hg_request *r)
{
	const struct hg_reply *reply = &r->reply;
	struct hg_view_row row = { .limit = number_of(reply, "x-ratelimit-limit"),
		.remaining = number_of(reply, "x-ratelimit-remaining"),
		.reset_s = number_of(reply, "x-ratelimit-reset") };

	return hg_budget_add_policy(&r->front->head, hg_reply_header(reply, "x-ratelimit-resource"),
		&row, hg_loop_now(r->front->loop).wall_us / 1000000);
}

/* -- from memory ------------------------------------------------------------------------------- */

void hg_reply_stored(struct hg_request *r)
{
	struct hg_front *f = r->front;
	struct hg_stored *kept = r->answer = hg_stored_take_for(r->answer, hg_request_rewrite(r));
	bool unchanged = kept->status == 200 && asks_whether_changed(r) &&
	                 is_unchanged(r, kept->etag, hg_stored_header(kept, "last-modified"));
	struct hg_piece pieces[2];

	hg_reply_head_begin(r, unchanged ? 304 : kept->status);
	hg_reply_head_field(r, HG_STR("Date"), hg_front_date(f));
	if (!unchanged) {
		hg_text_add(&f->head, kept->lines);
		if (kept->link.p)
			hg_reply_head_field(r, HG_STR("Link"), kept->link);
		if (kept->location.p)
			hg_reply_head_field(r, HG_STR("Location"), kept->location);
	} else {
		for (uint32_t i = 0; i < kept->n_fields; i++)
			if (!describes_body(kept->fields[i].name))
				hg_reply_head_field(r, kept->fields[i].name, kept->fields[i].value);
	}
	if (r->answer_age_s >= 0)
		hg_reply_head_number(r, HG_STR("Age"), (uint64_t)r->answer_age_s);
	hg_reply_add_budget(r, &f->head);
	add_cache_status(r);
	if (hg_explained_may_be_asked(r))
		hg_explained_add(r, &f->head);
	hg_reply_head_end(r, unchanged || kept->status == 304 ? -2 : (int64_t)kept->body.n);
	pieces[0] = (struct hg_piece){ hg_text_str(&f->head), HG_PIECE_BYTES, NULL };
	pieces[1] = (struct hg_piece){ kept->body, HG_PIECE_STORED, kept };
	hg_wire_write(&r->conn->wire, pieces, r->no_body || !kept->body.n ? 1 : 2);
	hg_reply_ended(r);
}

/* -- from upstream ----------------------------------------------------------------------------- */

/* Ours, and said once. */
static bool is_ours(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("x-request-id")) ||
	       hg_str_is_nocase(name, HG_STR("cache-status")) ||
	       (name.n > 10 && strncasecmp(name.p, "x-hubgate-", 10) == 0);
}

static bool is_policy(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("ratelimit")) ||
	       hg_str_is_nocase(name, HG_STR("ratelimit-policy"));
}

static void add_upstream_fields(struct hg_request *r, struct hg_str etag, bool unchanged)
{
	bool has_date = false, has_policy = add_policy(r);

	for (uint32_t i = 0; i < r->reply.n_fields; i++) {
		const struct hg_field *field = &r->reply.fields[i];
		if (hg_field_stays_here(field->name) || is_ours(field->name) ||
			(has_policy && is_policy(field->name)) ||
			(unchanged && describes_body(field->name)))
			continue;
		has_date |= hg_str_is_nocase(field->name, HG_STR("date"));
		if (hg_field_has_links(field->name))
			add_links(r, field->name, field->value);
		else if (hg_str_is_nocase(field->name, HG_STR("etag")))
			hg_reply_head_field(r, field->name, etag);
		else
			hg_reply_head_field(r, field->name, field->value);
	}
	if (!has_date)
		hg_reply_head_field(r, HG_STR("Date"), hg_front_date(r->front));
}

/* GitHub's tag as this client knows it (docs/decisions/003-entity-tags.md). */
static struct hg_str tag_for(struct hg_request *r, bool is_rewritten)
{
	struct hg_str tag = hg_reply_header(&r->reply, "etag");
	struct hg_text *text = &r->front->scratch;

	hg_text_clear(text);
	if (is_rewritten)
		hg_rewrite_add_tag(hg_request_rewrite(r), text, tag);
	else if (r->reply.head->status == 304)
		hg_rewrite_add_tag_held(hg_request_rewrite(r), text,
			hg_http1_value(&r->head, HG_HTTP1_IF_NONE_MATCH), tag);
	else
		return tag;
	return hg_arena_copy(&r->arena, hg_text_str(text));
}

static bool is_to_be_rewritten(struct hg_request *r)
{
	return hg_rewrite_json_is_for(r->reply.head->status,
		       hg_reply_header(&r->reply, "content-type"),
		       hg_reply_header(&r->reply, "content-encoding")) &&
	       hg_rewrite_is_on(hg_request_rewrite(r));
}

/* The length is told to nobody; what was announced is still to come. */
static void begin_rewriting(struct hg_request *r)
{
	r->body_links = hg_arena_alloc(&r->arena, sizeof(*r->body_links));
	hg_rewrite_json_init(r->body_links, hg_request_rewrite(r));
	hg_reply_head_end(r, -1);
	r->length_left = r->reply.head->length_bytes;
}

void hg_reply_upstream_head(struct hg_request *r)
{
	const struct hg_reply *reply = &r->reply;
	int status = reply->head->status;
	bool is_rewritten = is_to_be_rewritten(r);
	struct hg_str etag = tag_for(r, is_rewritten);
	bool unchanged = r->owns_validators && status == 200 &&
	                 is_unchanged(r, etag, hg_reply_header(reply, "last-modified"));

	hg_reply_head_begin(r, unchanged ? 304 : status);
	add_upstream_fields(r, etag, unchanged);
	hg_reply_head_number(
		r, HG_STR("X-Hubgate-Wait-Ms"), (uint64_t)(reply->note.waited_us / 1000));
	if (reply->note.alias[0])
		hg_reply_head_field(r, HG_STR("X-Hubgate-Credential"), hg_str(reply->note.alias));
	add_cache_status(r);
	hg_explained_add(r, &r->front->head);
	if (unchanged || status == 304 || status == 204)
		hg_reply_head_end(r, -2);
	else if (is_rewritten)
		begin_rewriting(r);
	else
		hg_reply_head_end(r, reply->head->length_bytes);
	r->reply_from = hg_wire_end(&r->conn->wire);
	hg_wire_append(&r->conn->wire, hg_text_str(&r->front->head));
	if (unchanged) {
		r->reply.is_apart = true;
		hg_reply_ended(r);
	}
}

static void queue_piece(struct hg_request *r, const struct hg_piece *piece)
{
	struct hg_wire *w = &r->conn->wire;
	char line[HG_HTTP1_CHUNK_HEAD_BYTES];

	if (!piece->bytes.n)
		return;
	if (r->chunked)
		hg_wire_append(
			w, (struct hg_str){ line, hg_http1_chunk_head(line, piece->bytes.n) });
	if (piece->kind == HG_PIECE_BYTES)
		hg_wire_append(w, piece->bytes);
	else
		hg_wire_queue(w, piece);
	if (r->chunked)
		hg_wire_append(w, HG_STR("\r\n"));
}

void hg_reply_upstream_piece(struct hg_request *r, struct hg_chunk *c)
{
	struct hg_piece piece = { { c->bytes, c->n }, HG_PIECE_CHUNK, c };
	struct hg_text *text = &r->front->scratch;

	if (r->no_body || !c->n || r->cut)
		return;
	if (r->length_left >= 0) {
		if (c->n > (uint64_t)r->length_left) { /* longer than announced */
			hg_reply_abort(r);
			return;
		}
		r->length_left -= c->n;
	}
	hg_text_clear(text);
	if (r->body_links && hg_rewrite_json_next(r->body_links, piece.bytes, text))
		piece = (struct hg_piece){ hg_text_str(text), HG_PIECE_BYTES, NULL };
	queue_piece(r, &piece);
}

void hg_reply_upstream_end(struct hg_request *r)
{
	if (r->cut)
		return;
	if (!r->no_body && r->length_left > 0) { /* shorter than announced */
		hg_reply_abort(r);
		return;
	}
	if (r->body_links && !r->no_body) {
		struct hg_text *text = &r->front->scratch;
		hg_text_clear(text);
		hg_rewrite_json_end(r->body_links, text);
		queue_piece(r, &(struct hg_piece){ hg_text_str(text), HG_PIECE_BYTES, NULL });
	}
	if (r->chunked)
		hg_wire_append(&r->conn->wire, HG_STR("0\r\n\r\n"));
	hg_reply_ended(r);
}

bool hg_reply_take_back(struct hg_request *r)
{
	if (!hg_wire_take_back(&r->conn->wire, r->reply_from))
		return false;
	r->reply_began = false;
	r->chunked = false;
	r->body_links = NULL;
	r->no_body = false;
	r->length_left = -1;
	return true;
}
