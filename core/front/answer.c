#include "front/answer.h"
#include "front/fields.h"
#include "front/reply.h"
#include "front/rewrite.h"
#include "front/stored.h"
#include "ticket/head.h"
#include "ticket/view.h"
#include <string.h>

/* -- validators -------------------------------------------------------------------------------- */

static struct hg_str without_weak(struct hg_str tag)
{
	if (hg_str_starts(tag, HG_STR("W/"))) {
		tag.p += 2;
		tag.n -= 2;
	}
	return tag;
}

/* RFC 9110 13.1.2: weak comparison with each tag of the list. Commas may stand within a tag. */
static bool list_has_tag(struct hg_str list, struct hg_str etag)
{
	size_t at = 0;

	etag = without_weak(etag);
	while (at < list.n) {
		if (strchr(" \t,", list.p[at])) {
			at++;
			continue;
		}
		size_t from = at;
		if (list.p[at] == '*')
			return true;
		if (list.n - at >= 2 && list.p[at] == 'W' && list.p[at + 1] == '/')
			at += 2;
		if (at >= list.n || list.p[at] != '"')
			return false; /* not a list of tags: it matches nothing */
		const char *end = memchr(list.p + at + 1, '"', list.n - at - 1);
		if (!end)
			return false;
		at = (size_t)(end - list.p) + 1;
		if (hg_str_is(without_weak((struct hg_str){ list.p + from, at - from }), etag))
			return true;
	}
	return false;
}

/* Would the client's validators make this 200 a 304? */
static bool is_unchanged(const struct hg_request *r, struct hg_str etag, struct hg_str modified)
{
	struct hg_str tags = hg_http1_value(&r->head, HG_HTTP1_IF_NONE_MATCH);
	struct hg_str since = hg_http1_value(&r->head, HG_HTTP1_IF_MODIFIED_SINCE);
	int64_t modified_us, since_us;

	if (!hg_request_is_safe(r))
		return false;
	if (tags.p)
		return etag.n && list_has_tag(tags, etag);
	return since.n && modified.n && hg_parse_http_date(since, &since_us) &&
	       hg_parse_http_date(modified, &modified_us) && modified_us <= since_us;
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

	if (!r->has_rewrite) {
		const struct hg_listener_conf *listener = hg_gate_conf(r->conn->gate, r->snapshot);
		hg_rewrite_init(&r->rewrite, r->snapshot, r->conn->wire.seal,
			listener && listener->is_unix, r->head.host, r->face.prefix);
		r->has_rewrite = true;
	}
	hg_text_add(head, name);
	hg_text_add(head, HG_STR(": "));
	hg_rewrite_add(&r->rewrite, head, value);
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

/* A kept reply has no rate limit of its own: the budget as it is now. */
static void add_budget(struct hg_request *r)
{
	struct hg_view_row row;
	struct hg_str resource = hg_str(r->github.resource);

	if (!r->front->view || !resource.n ||
		!hg_view_find(r->front->view, r->client.scope, resource, &row) || row.limit < 0)
		return;
	hg_reply_head_number(r, HG_STR("X-RateLimit-Limit"), (uint64_t)row.limit);
	if (row.remaining >= 0)
		hg_reply_head_number(r, HG_STR("X-RateLimit-Remaining"), (uint64_t)row.remaining);
	if (row.used >= 0)
		hg_reply_head_number(r, HG_STR("X-RateLimit-Used"), (uint64_t)row.used);
	if (row.reset_s >= 0)
		hg_reply_head_number(r, HG_STR("X-RateLimit-Reset"), (uint64_t)row.reset_s);
	hg_reply_head_field(r, HG_STR("X-RateLimit-Resource"), resource);
}

/* -- from memory ------------------------------------------------------------------------------- */

void hg_reply_stored(struct hg_request *r)
{
	struct hg_front *f = r->front;
	struct hg_stored *kept = r->answer;
	bool unchanged = kept->status == 200 &&
	                 is_unchanged(r, kept->etag, hg_stored_header(kept, "last-modified"));
	struct hg_piece pieces[2];

	hg_reply_head_begin(r, unchanged ? 304 : kept->status);
	hg_reply_head_field(r, HG_STR("Date"), hg_front_date(f));
	if (!unchanged)
		hg_text_add(&f->head, kept->lines);
	else
		for (uint32_t i = 0; i < kept->n_fields; i++)
			if (!describes_body(kept->fields[i].name) &&
				!hg_field_has_links(kept->fields[i].name))
				hg_reply_head_field(r, kept->fields[i].name, kept->fields[i].value);
	if (kept->link.p)
		add_links(r, HG_STR("Link"), kept->link);
	if (kept->location.p)
		add_links(r, HG_STR("Location"), kept->location);
	if (r->answer_age_s >= 0)
		hg_reply_head_number(r, HG_STR("Age"), (uint64_t)r->answer_age_s);
	add_budget(r);
	add_cache_status(r);
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

static void add_upstream_fields(struct hg_request *r, bool unchanged)
{
	bool has_date = false;

	for (uint32_t i = 0; i < r->reply.n_fields; i++) {
		const struct hg_field *field = &r->reply.fields[i];
		if (hg_field_stays_here(field->name) || is_ours(field->name) ||
			(unchanged && describes_body(field->name)))
			continue;
		has_date |= hg_str_is_nocase(field->name, HG_STR("date"));
		if (hg_field_has_links(field->name))
			add_links(r, field->name, field->value);
		else
			hg_reply_head_field(r, field->name, field->value);
	}
	if (!has_date)
		hg_reply_head_field(r, HG_STR("Date"), hg_front_date(r->front));
}

void hg_reply_upstream_head(struct hg_request *r)
{
	const struct hg_reply *reply = &r->reply;
	int status = reply->head->status;
	bool unchanged = r->owns_validators && status == 200 &&
	                 is_unchanged(r, hg_reply_header(reply, "etag"),
				 hg_reply_header(reply, "last-modified"));

	hg_reply_head_begin(r, unchanged ? 304 : status);
	add_upstream_fields(r, unchanged);
	hg_reply_head_number(
		r, HG_STR("X-Hubgate-Wait-Ms"), (uint64_t)(reply->note.waited_us / 1000));
	if (reply->note.alias[0])
		hg_reply_head_field(r, HG_STR("X-Hubgate-Credential"), hg_str(reply->note.alias));
	add_cache_status(r);
	if (unchanged || status == 304 || status == 204)
		hg_reply_head_end(r, -2);
	else
		hg_reply_head_end(r, reply->head->length_bytes);
	r->reply_from = hg_wire_end(&r->conn->wire);
	hg_wire_append(&r->conn->wire, hg_text_str(&r->front->head));
	if (unchanged) {
		r->reply.is_apart = true;
		hg_reply_ended(r);
	}
}

void hg_reply_upstream_piece(struct hg_request *r, struct hg_chunk *c)
{
	char line[HG_HTTP1_CHUNK_HEAD_BYTES];

	if (r->no_body || !c->n || r->cut)
		return;
	if (r->length_left >= 0) {
		if (c->n > (uint64_t)r->length_left) { /* longer than announced */
			hg_reply_abort(r);
			return;
		}
		r->length_left -= c->n;
	}
	if (r->chunked)
		hg_wire_append(
			&r->conn->wire, (struct hg_str){ line, hg_http1_chunk_head(line, c->n) });
	struct hg_piece piece = { { c->bytes, c->n }, HG_PIECE_CHUNK, c };
	hg_wire_queue(&r->conn->wire, &piece);
	if (r->chunked)
		hg_wire_append(&r->conn->wire, HG_STR("\r\n"));
}

void hg_reply_upstream_end(struct hg_request *r)
{
	if (r->cut)
		return;
	if (!r->no_body && r->length_left > 0) { /* shorter than announced */
		hg_reply_abort(r);
		return;
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
	r->no_body = false;
	r->length_left = -1;
	return true;
}
