/*
 * fixture - what the host would give the cache's files: kept replies, requests, what is sent.
 *
 * Kept replies count how many of them live. A request is a list of fields. Tags are readable: what
 * `token` would be given for a body that begins with `b` is 64 digits that begin with both, and
 * then the length of Accept.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <hg/clock.h>
#include <hg/log.h>
#include <hg/mem.h>
#include <hg/metric.h>
#include <hg/reply.h>

struct hg_stored {
	_Atomic int refs;
	uint64_t bytes;
	int number;
	struct hg_str etag, body, link, encoding;
	const struct hg_field *made; /* by hg_stored_make: its fields, for as long as they live */
	uint32_t n_made;
};

static _Atomic int n_stored;

static inline struct hg_stored *stored_of(int number, uint64_t bytes)
{
	struct hg_stored *kept = hg_alloc0(sizeof(*kept));

	atomic_init(&kept->refs, 1);
	kept->bytes = bytes;
	kept->number = number;
	atomic_fetch_add(&n_stored, 1);
	return kept;
}

struct hg_stored *hg_stored_ref(const struct hg_stored *kept)
{
	atomic_fetch_add(&((struct hg_stored *)kept)->refs, 1);
	return (struct hg_stored *)kept;
}

void hg_stored_unref(struct hg_stored *kept)
{
	if (!kept || atomic_fetch_sub(&kept->refs, 1) != 1)
		return;
	atomic_fetch_sub(&n_stored, 1);
	hg_free(kept);
}

uint64_t hg_stored_bytes(const struct hg_stored *kept)
{
	return kept->bytes;
}

struct hg_str hg_stored_header(const struct hg_stored *kept, const char *name)
{
	struct hg_str field = hg_str(name);

	if (hg_str_is_nocase(field, HG_STR("etag")))
		return kept->etag;
	if (hg_str_is_nocase(field, HG_STR("link")))
		return kept->link;
	if (hg_str_is_nocase(field, HG_STR("content-encoding")))
		return kept->encoding;
	if (hg_str_is_nocase(field, HG_STR("content-type")))
		return HG_STR("application/json");
	return (struct hg_str){ 0 };
}

struct hg_str hg_stored_body(const struct hg_stored *kept)
{
	return kept->body;
}

int hg_stored_status(const struct hg_stored *kept)
{
	(void)kept;
	return 200;
}

static struct hg_field made[64]; /* of the latest hg_stored_make */

struct hg_stored *hg_stored_make(
	int status, const struct hg_field *fields, uint32_t n, struct hg_str body)
{
	struct hg_stored *kept = stored_of(status, 10);

	assert_true(n <= 64);
	memcpy(made, fields, n * sizeof(*fields));
	kept->made = made;
	kept->n_made = n;
	kept->body = body;
	return kept;
}

struct hg_request {
	const char *path, *query;
	struct hg_scope scope;
	struct hg_field fields[8];
	uint32_t n_fields;
};

struct hg_str hg_request_path(const struct hg_request *r)
{
	return hg_str(r->path);
}

struct hg_str hg_request_query(const struct hg_request *r)
{
	return hg_str(r->query);
}

struct hg_scope hg_request_scope(const struct hg_request *r)
{
	return r->scope;
}

const struct hg_field *hg_request_headers(const struct hg_request *r, uint32_t *ret_n)
{
	*ret_n = r->n_fields;
	return r->fields;
}

struct hg_str hg_request_header(const struct hg_request *r, const char *name)
{
	for (uint32_t i = 0; i < r->n_fields; i++)
		if (hg_str_is_nocase(r->fields[i].name, hg_str(name)))
			return r->fields[i].value;
	return (struct hg_str){ 0 };
}

bool hg_request_has_body(const struct hg_request *r)
{
	return hg_request_header(r, "content-length").n > 0;
}

static char query_body; /* of all requests, one letter; NUL: they are no GraphQL queries */

bool hg_request_is_graphql_query(const struct hg_request *r, uint8_t ret_body[16])
{
	(void)r;
	memset(ret_body, query_body, 16);
	return query_body != '\0';
}

/* What is sent is the same request, seen by the dispatcher. */
struct hg_send {
	struct hg_request r;
	uint64_t token;
	char asked[80]; /* If-None-Match; "": none */
	unsigned n_computed;
};

struct hg_str hg_send_path(const struct hg_send *s)
{
	return hg_request_path(&s->r);
}

struct hg_str hg_send_query(const struct hg_send *s)
{
	return hg_request_query(&s->r);
}

static uint64_t place; /* of all requests, as one configuration gives it */

uint64_t hg_request_place(const struct hg_request *r)
{
	(void)r;
	return place;
}

uint64_t hg_send_place(const struct hg_send *s)
{
	(void)s;
	return place;
}

struct hg_str hg_request_route(const struct hg_request *r)
{
	return hg_str(r->path);
}

struct hg_str hg_send_route(const struct hg_send *s)
{
	return hg_str(s->r.path);
}

uint64_t hg_send_token(const struct hg_send *s)
{
	return s->token;
}

void hg_send_set_header(struct hg_send *s, const char *name, struct hg_str value)
{
	assert_string_equal(name, "If-None-Match");
	(void)snprintf(s->asked, sizeof(s->asked), "%.*s", (int)value.n, value.p);
}

static inline void tag_of(uint64_t token, struct hg_str body, char ret_hex[65])
{
	(void)snprintf(ret_hex, 65, "%064d", 0);
	ret_hex[0] = (char)('0' + token);
	ret_hex[1] = body.n ? body.p[0] : '-';
}

bool hg_send_model_tag(
	const struct hg_send *s, struct hg_str vary, struct hg_str body, char ret_hex[65])
{
	(void)vary;
	((struct hg_send *)s)->n_computed++;
	tag_of(s->token, body, ret_hex);
	ret_hex[2] = (char)('0' + hg_request_header(&s->r, "accept").n % 10);
	return true;
}

struct hg_reply {
	uint64_t token;
	struct hg_str body;
	struct hg_field fields[8];
	uint32_t n_fields;
};

uint64_t hg_reply_token(const struct hg_reply *reply)
{
	return reply->token;
}

struct hg_str hg_reply_body(const struct hg_reply *reply)
{
	return reply->body;
}

const struct hg_field *hg_reply_headers(const struct hg_reply *reply, uint32_t *ret_n)
{
	*ret_n = reply->n_fields;
	return reply->fields;
}

struct hg_str hg_reply_header(const struct hg_reply *reply, const char *name)
{
	for (uint32_t i = 0; i < reply->n_fields; i++)
		if (hg_str_is_nocase(reply->fields[i].name, hg_str(name)))
			return reply->fields[i].value;
	return (struct hg_str){ 0 };
}

static unsigned n_logged, n_mismatches;

void hg_log(void *self, int level, const char *fmt, ...)
{
	(void)self;
	(void)level;
	(void)fmt;
	n_logged++;
}

void hg_series_add(struct hg_series *s, double amount)
{
	(void)s;
	n_mismatches += (unsigned)amount;
}

static int64_t clock_us;

struct hg_now hg_now(void)
{
	return (struct hg_now){ .mono_us = clock_us };
}

static uint64_t origin; /* of all requests, as one configuration gives it */

uint64_t hg_request_origin(const struct hg_request *r)
{
	(void)r;
	return origin;
}

uint64_t hg_send_origin(const struct hg_send *s)
{
	(void)s;
	return origin;
}

struct hg_scope hg_send_scope(const struct hg_send *s)
{
	return s->r.scope;
}

struct hg_str hg_send_header(const struct hg_send *s, const char *name)
{
	return hg_request_header(&s->r, name);
}

bool hg_send_is_graphql_query(const struct hg_send *s, uint8_t ret_body[16])
{
	return hg_request_is_graphql_query(&s->r, ret_body);
}
