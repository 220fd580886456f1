/*
 * fixture - what the host would give the cache's files: kept replies, requests, what is sent.
 *
 * Kept replies count how many of them live. A request is a list of fields.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <hg/mem.h>
#include <hg/reply.h>

struct hg_stored {
	_Atomic int refs;
	uint64_t bytes;
	int number;
	struct hg_str etag;
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
	(void)name;
	return kept->etag;
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
};

struct hg_str hg_send_path(const struct hg_send *s)
{
	return hg_request_path(&s->r);
}

struct hg_str hg_send_query(const struct hg_send *s)
{
	return hg_request_query(&s->r);
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
