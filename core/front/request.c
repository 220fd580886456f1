#include "front/request.h"
#include "base/bug.h"
#include "base/instance.h"
#include "front/stored.h"
#include "ticket/head.h"
#include "ticket/upstreams.h"
#include <arpa/inet.h>
#include <hg/mem.h>
#include <stdarg.h>
#include <stdio.h>

/* -- life -------------------------------------------------------------------------------------- */

struct hg_request *hg_request_new(struct hg_conn *c)
{
	struct hg_front *f = c->front;
	struct hg_request *r = HG_LIST_FIRST(&f->spares, struct hg_request, link);

	if (r) {
		hg_list_remove(&r->link);
		f->n_spares--;
	} else {
		r = hg_alloc0(sizeof(*r));
		hg_arena_init(&r->arena);
		hg_text_init(&r->set);
		hg_list_init(&r->link);
	}
	r->front = f;
	r->conn = c;
	const struct hg_request *outer = hg_conn_outer(c);
	r->edition = outer ? outer->edition : f->edition;
	r->edition->refs++;
	r->snapshot = r->edition->snapshot;
	r->sent_from = c->wire.sent_bytes;
	r->refusal.retry_after_s = -1;
	r->answer_age_s = -1;
	r->length_left = -1;
	hg_http1_head_clear(&r->head);
	return r;
}

static void free_whole(struct hg_request *r)
{
	hg_arena_fini(&r->arena);
	hg_text_fini(&r->set);
	hg_free(r);
}

/* Empty again, but for the memory that the next one can use. */
static void clear(struct hg_request *r)
{
	struct hg_arena arena = r->arena;
	struct hg_text set = r->set;

	hg_arena_clear(&arena);
	hg_text_clear(&set);
	memset(r, 0, offsetof(struct hg_request, head));
	r->arena = arena;
	r->set = set;
	hg_list_init(&r->link);
}

void hg_request_spares_free(struct hg_front *f)
{
	struct hg_request *r;

	while ((r = HG_LIST_FIRST(&f->spares, struct hg_request, link))) {
		hg_list_remove(&r->link);
		free_whole(r);
	}
	f->n_spares = 0;
}

void hg_request_drop(struct hg_request *r)
{
	struct hg_front *f = r->front;
	struct hg_edition *edition = r->edition;

	hg_stored_unref(r->answer);
	hg_head_unref(r->reply.head);
	hg_chunks_clear(&r->reply.kept);
	hg_chunks_clear(&r->body_chunks);
	hg_upload_unref(r->upload);
	hg_chunk_unref(r->held);
	hg_list_remove(&r->link);
	clear(r);
	if (f->n_spares < HG_FRONT_SPARES) {
		hg_list_add_first(&f->spares, &r->link);
		f->n_spares++;
	} else {
		free_whole(r);
	}
	hg_edition_unref(edition);
}

static const char *const step_names[HG_STEPS] = {
	[HG_STEP_HEAD] = "head",
	[HG_STEP_ADMIT] = "admit",
	[HG_STEP_ROUTE] = "route",
	[HG_STEP_BODY] = "body",
	[HG_STEP_WEIGH] = "weigh",
	[HG_STEP_LOOKUP] = "lookup",
	[HG_STEP_TICKET] = "upstream",
	[HG_STEP_REPLY] = "reply",
	[HG_STEP_ENDED] = "ended",
};

const char *hg_request_step_name(const struct hg_request *r)
{
	return step_names[r->step];
}

const char *hg_request_step_name_of(enum hg_request_step step)
{
	return step_names[step];
}

uint64_t hg_request_sent_bytes(const struct hg_request *r)
{
	return r->conn->wire.sent_bytes - r->sent_from;
}

const char *hg_request_face_name(const struct hg_request *r)
{
	if (r->routed.route)
		return "route";
	return r->github.tmpl.p ? "github" : "none";
}

const struct hg_seal *hg_request_seal(const struct hg_request *r)
{
	const struct hg_request *outer = hg_conn_outer(r->conn);

	return (outer ? outer : r)->conn->wire.seal;
}

const struct hg_rewrite *hg_request_rewrite(struct hg_request *r)
{
	if (!r->rewrite) {
		const struct hg_listener_conf *listener = hg_gate_conf(r->conn->gate, r->snapshot);
		r->rewrite = hg_arena_alloc(&r->arena, sizeof(*r->rewrite));
		*r->rewrite = *hg_rewrite_recall(&r->edition->rewrite_memo, r->snapshot,
			r->upstream, hg_request_seal(r), listener && listener->is_unix,
			r->head.host, r->face.prefix);
	}
	return r->rewrite;
}

void hg_request_leave_body(struct hg_request *r)
{
	struct hg_conn *c = r->conn;

	r->body_paused = false;
	if (r->head.framing == HG_HTTP1_LENGTH && r->body.left <= HG_CONN_DISCARD_BYTES &&
		!r->owes_continue && !r->body.bad.status) {
		r->body_dropped = true;
		return;
	}
	r->body_done = true;
	r->keep_alive = false;
	c->closing = true;
	c->must_linger = true;
}

/* -- what was asked ---------------------------------------------------------------------------- */

struct hg_str hg_request_id(const struct hg_request *r)
{
	return r->id;
}

struct hg_str hg_request_method(const struct hg_request *r)
{
	return r->head.method;
}

struct hg_str hg_request_path(const struct hg_request *r)
{
	return r->path;
}

struct hg_str hg_request_query(const struct hg_request *r)
{
	return r->head.query;
}

struct hg_str hg_request_route(const struct hg_request *r)
{
	return r->route;
}

struct hg_str hg_request_family(const struct hg_request *r)
{
	return hg_str(r->github.family);
}

struct hg_str hg_request_param(const struct hg_request *r, const char *name)
{
	for (uint32_t i = 0; i < r->routed.n_params; i++)
		if (hg_str_is(r->routed.params[i].name, hg_str(name)))
			return r->routed.params[i].value;
	return (struct hg_str){ 0 };
}

static bool is_credential(struct hg_str name)
{
	enum hg_http1_known k = hg_http1_known_find(name);

	return k == HG_HTTP1_AUTHORIZATION || k == HG_HTTP1_COOKIE ||
	       k == HG_HTTP1_PROXY_AUTHORIZATION;
}

/* hubgate does not look at an open route's credentials: what the client sent is the plugin's. */
static bool is_open(const struct hg_request *r)
{
	return r->routed.route && (r->routed.route->flags & HG_ROUTE_OPEN);
}

struct hg_str hg_request_header(const struct hg_request *r, const char *name)
{
	struct hg_str wanted = hg_str(name);

	if (is_credential(wanted) && !is_open(r))
		return (struct hg_str){ 0 };
	enum hg_http1_known k = hg_http1_known_find(wanted);
	if (k != HG_HTTP1_UNKNOWN)
		return hg_http1_value(&r->head, k);
	for (uint32_t i = 0; i < r->head.n_fields; i++)
		if (hg_str_is_nocase(r->head.fields[i].name, wanted))
			return r->head.fields[i].value;
	return (struct hg_str){ 0 };
}

/* The field at `i`, by what the parser noted of the first of each kind. */
static bool is_credential_at(const struct hg_http1_head *h, uint32_t i)
{
	static const uint64_t kinds = UINT64_C(1) << HG_HTTP1_AUTHORIZATION |
	                              UINT64_C(1) << HG_HTTP1_COOKIE |
	                              UINT64_C(1) << HG_HTTP1_PROXY_AUTHORIZATION;

	return h->known[HG_HTTP1_AUTHORIZATION] == i + 1 || h->known[HG_HTTP1_COOKIE] == i + 1 ||
	       h->known[HG_HTTP1_PROXY_AUTHORIZATION] == i + 1 ||
	       ((h->repeated & kinds) && is_credential(h->fields[i].name));
}

const struct hg_field *hg_request_headers(const struct hg_request *r, uint32_t *ret_n)
{
	if (!r->seen_fields) {
		struct hg_request *own = (struct hg_request *)r; /* made when first asked for */
		uint32_t n = 0;
		struct hg_field *seen = hg_arena_alloc(
			&own->arena, (r->head.n_fields + 1) * sizeof(struct hg_field));
		for (uint32_t i = 0; i < r->head.n_fields; i++)
			if (!is_credential_at(&r->head, i))
				seen[n++] = r->head.fields[i];
		own->seen_fields = seen;
		own->n_seen_fields = n;
	}
	*ret_n = r->n_seen_fields;
	return r->seen_fields;
}

bool hg_request_is_safe(const struct hg_request *r)
{
	return r->head.method_id == HG_HTTP1_GET || r->head.method_id == HG_HTTP1_HEAD;
}

bool hg_request_is_head(const struct hg_request *r)
{
	return r->head.method_id == HG_HTTP1_HEAD;
}

bool hg_request_has_body(const struct hg_request *r)
{
	return r->head.framing == HG_HTTP1_CHUNKED ||
	       (r->head.framing == HG_HTTP1_LENGTH && r->head.content_length > 0);
}

bool hg_request_is_graphql_query(const struct hg_request *r, uint8_t ret_body[16])
{
	memcpy(ret_body, r->graphql.body, sizeof(r->graphql.body));
	return r->graphql.is_query;
}

/* -- who asked --------------------------------------------------------------------------------- */

struct hg_str hg_request_client(const struct hg_request *r)
{
	return hg_str(r->client.name);
}

struct hg_str hg_request_peer(const struct hg_request *r)
{
	struct hg_request *own = (struct hg_request *)r;
	const union hg_peer *peer = &r->conn->peer;
	char host[INET6_ADDRSTRLEN] = "";

	if (r->peer_text.p)
		return r->peer_text;
	if (peer->any.sa_family == AF_INET) {
		(void)inet_ntop(AF_INET, &peer->in4.sin_addr, host, sizeof(host));
		own->peer_text = hg_arena_printf(
			&own->arena, "%s:%u", host, (unsigned)ntohs(peer->in4.sin_port));
	} else if (peer->any.sa_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &peer->in6.sin6_addr, host, sizeof(host));
		own->peer_text = hg_arena_printf(
			&own->arena, "[%s]:%u", host, (unsigned)ntohs(peer->in6.sin6_port));
	} else if (peer->any.sa_family == AF_UNSPEC) {
		own->peer_text = HG_STR("unknown");
	} else {
		own->peer_text = HG_STR("unix");
	}
	return r->peer_text;
}

struct hg_scope hg_request_scope(const struct hg_request *r)
{
	return r->client.scope;
}

struct hg_str hg_request_upstream(const struct hg_request *r)
{
	return hg_str(hg_request_upstream_conf(r)->name);
}

uint64_t hg_request_origin(const struct hg_request *r)
{
	return hg_upstream_origin(hg_request_upstream_conf(r), r->face.entrance);
}

uint64_t hg_request_place(const struct hg_request *r)
{
	return hg_upstream_address(hg_request_upstream_conf(r), r->face.entrance);
}

/* -- what happens to it ------------------------------------------------------------------------ */

void hg_request_set_class(struct hg_request *r, enum hg_class c)
{
	if (HG_ODD((unsigned)c >= HG_CLASSES))
		return;
	r->klass = c;
}

enum hg_class hg_request_class(const struct hg_request *r)
{
	return r->klass;
}

void hg_request_set_deadline(struct hg_request *r, int64_t mono_us)
{
	r->deadline_us = mono_us;
}

int64_t hg_request_deadline_us(const struct hg_request *r)
{
	return r->deadline_us;
}

void hg_request_set_cost(struct hg_request *r, uint32_t points)
{
	r->cost = points;
}

static void set_cache_status(struct hg_request *r, const char *params)
{
	struct hg_str s = hg_str(params);

	if (!params || HG_ODD(!hg_http1_is_field_value(s)))
		r->cache_status = (struct hg_str){ 0 };
	else
		r->cache_status = hg_arena_copy(&r->arena, s);
}

void hg_request_set_cache_status(struct hg_request *r, const char *params)
{
	set_cache_status(r, params);
}

void hg_request_answer_with(
	struct hg_request *r, const struct hg_stored *kept, const char *cache_status, int64_t age_s)
{
	struct hg_stored *own = hg_stored_ref(kept);

	hg_stored_unref(r->answer);
	r->answer = own;
	r->answer_age_s = age_s;
	set_cache_status(r, cache_status);
}

void hg_request_refuse(struct hg_request *r, int status, const char *code, int64_t retry_after_s,
	const char *detail_fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, detail_fmt);
	(void)vsnprintf(text, sizeof(text), detail_fmt, args);
	va_end(args);
	r->refusal.status = status >= 400 && status <= 599 ? status : 500;
	r->refusal.code = hg_arena_copy(&r->arena, hg_str(code)).p;
	r->refusal.detail = hg_arena_copy(&r->arena, hg_str(text));
	r->refusal.retry_after_s = retry_after_s;
}

void hg_request_own_validators(struct hg_request *r)
{
	r->owns_validators = true;
}

/* -- a word per request and plugin ------------------------------------------------------------- */

void **hg_request_slot(struct hg_request *r, void *self)
{
	struct hg_instance *in = hg_instance_of(self);

	HG_BUG_ON(in->index >= HG_INSTANCES_MAX);
	if (!r->slots)
		r->slots = hg_arena_alloc0(&r->arena, HG_INSTANCES_MAX * sizeof(void *));
	return &r->slots[in->index];
}

void *hg_request_alloc(struct hg_request *r, size_t size)
{
	return hg_arena_alloc(&r->arena, size);
}

void hg_request_done(const struct hg_request *r, struct hg_done *ret_done)
{
	uint32_t size = ret_done->size;
	struct hg_done done = {
		.size = size,
		.status = r->reply_began ? r->status : 0,
		.began_us = r->began_us,
		.waited_us = r->waited_us,
		.upstream_us = r->upstream_us,
		.sent_bytes = hg_request_sent_bytes(r),
		.upstream_status = r->upstream_status,
		.aborted = r->cut,
	};
	const char *end =
		r->cache_status.n ? memchr(r->cache_status.p, ';', r->cache_status.n) : NULL;

	done.cache = r->cache_status;
	if (end)
		done.cache.n = (size_t)(end - done.cache.p);
	memcpy(ret_done, &done, size < sizeof(done) ? size : sizeof(done));
}
