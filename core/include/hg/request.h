/*
 * request - one HTTP request of a client, as hooks and routes see it.
 *
 * Everything returned is borrowed and lives until DONE. A request never leaves its front: its
 * functions may be called on that front's loop only, inside a hook or a callback of it.
 *
 * Thread: the request's front.   Clock: hg_now().
 */
#pragma once
#include "phases.h"
#include "str.h"
#include "clock.h"

/* -- what was asked -------------------------------------------------------------------- */

HG_API struct hg_str hg_request_id(
	const struct hg_request *r); /* X-Request-Id, ours or the client's */
HG_API struct hg_str hg_request_method(const struct hg_request *r); /* "GET" */
HG_API struct hg_str hg_request_path(const struct hg_request
		*r); /* the upstream's path: "/repos/o/r", face prefix removed, bytes as sent */
HG_API struct hg_str hg_request_query(
	const struct hg_request *r); /* bytes behind '?', verbatim; empty when none */
HG_API struct hg_str hg_request_route(
	const struct hg_request *r); /* template: "GET /repos/{owner}/{repo}", bounded in number */
/* How fast what it asks for changes: "repositories", "workflows", "runners", "jobs", "rate_limit";
 * {0}: no such class, to be revalidated each time. */
HG_API struct hg_str hg_request_family(const struct hg_request *r);
HG_API struct hg_str hg_request_param(
	const struct hg_request *r, const char *name); /* of the route's pattern: "owner" */
HG_API struct hg_str hg_request_header(
	const struct hg_request *r, const char *name); /* first of that name; {0} when absent */

struct hg_field {
	struct hg_str name, value;
};
/* All header fields in their order. Credentials (Authorization, Cookie) are left out. */
HG_API const struct hg_field *hg_request_headers(const struct hg_request *r, uint32_t *ret_n);

HG_API bool hg_request_is_safe(const struct hg_request *r); /* GET or HEAD */
HG_API bool hg_request_is_head(const struct hg_request *r);
/* Content comes with it. That of a GET has no meaning in HTTP, but GitHub may give it one: what is
 * answered then is not an answer to the same request without it. */
HG_API bool hg_request_has_body(const struct hg_request *r);
/* A POST that only reads: GraphQL whose operation is a query, for certain. True from WEIGH on. In
 * ret_body what is equal for equal bodies (hash.h). Its reply comes to KEEP only when there are no
 * errors in it. */
HG_API bool hg_request_is_graphql_query(const struct hg_request *r, uint8_t ret_body[16]);

/* -- who asked -------------------------------------------------------------------------- */

HG_API struct hg_str hg_request_client(
	const struct hg_request *r); /* key's name, "passthrough:<hash>", or "local" */
HG_API struct hg_str hg_request_peer(const struct hg_request *r); /* "127.0.0.1:50112", "unix" */

/* The visibility scope: whose eyes this request has (a passthrough token's, or the pool's under
 * this key). What one scope was shown may be shown to the same scope only, unless GitHub
 * answered for the other as well. Never contains a secret. */
struct hg_scope {
	uint8_t bytes[16];
};
HG_API struct hg_scope hg_request_scope(const struct hg_request *r);
/* Which GitHub the request is for: the name of an upstream of the configuration, "main" for the
 * first. For logs, metrics and hg_fetch_set_upstream. */
HG_API struct hg_str hg_request_upstream(const struct hg_request *r);
/* Which GitHub the request is for, by which of its entrances (API, GraphQL, uploads), and by which
 * token of the gateway's own: a hash that changes when a reload changes one of them. What is kept
 * under one origin is not for another. */
HG_API uint64_t hg_request_origin(const struct hg_request *r);
/* The same whatever the gateway's own tokens are: which GitHub, by which of its entrances. Nothing
 * may be shown to somebody for it alone. */
HG_API uint64_t hg_request_place(const struct hg_request *r);

/* -- ADMIT and WEIGH: what happens to it -------------------------------------------------- */

HG_API void hg_request_set_class(struct hg_request *r, enum hg_class c);
HG_API enum hg_class hg_request_class(const struct hg_request *r);
HG_API void hg_request_set_deadline(struct hg_request *r, int64_t mono_us);
HG_API int64_t hg_request_deadline_us(const struct hg_request *r);
HG_API void hg_request_set_cost(struct hg_request *r, uint32_t points);

/* -- answering (ADMIT, WEIGH, LOOKUP, HEAD) ------------------------------------------------ */

struct hg_stored;

/* Answers with a kept reply; then return HG_ANSWERED. Takes its own reference. The client's
 * validators and HEAD are looked after. `cache_status` (RFC 9211 parameters: "hit; ttl=240")
 * is copied; NULL sends no Cache-Status; `age_s` < 0 sends no Age. */
HG_API void hg_request_answer_with(struct hg_request *r, const struct hg_stored *kept,
	const char *cache_status, int64_t age_s);

/* Says no; then return HG_REFUSED. The body is GitHub's and RFC 9457's members in one JSON
 * object; `code` is a stable word ("no_budget"), `detail` one sentence. retry_after_s < 0: none. */
HG_API void hg_request_refuse(struct hg_request *r, int status, const char *code,
	int64_t retry_after_s, const char *detail_fmt, ...) HG_PRINTF(5, 6);

/* The plugin keeps a complete copy and answers the client's validators itself: If-None-Match
 * and If-Modified-Since are not sent on, so that the reply comes whole and can be kept. Who set
 * validators in SEND answers the 304 in HEAD; to others it is NEXT. When nobody has the copy it is
 * asked for once more, without validators, and HEAD runs again. */
HG_API void hg_request_own_validators(struct hg_request *r);

/* What goes into the reply's Cache-Status when the answer came from upstream
 * ("fwd=stale; fwd-status=304; stored"). Copied. */
HG_API void hg_request_set_cache_status(struct hg_request *r, const char *params);

/* -- waiting, and coming back from another thread -------------------------------------------- */

struct hg_waiter;

/* Call, keep it, return HG_WAIT. Exactly one hg_waiter_resume must follow, from any thread. */
HG_API struct hg_waiter *hg_request_wait(struct hg_request *r);

/* Runs on the request's front. r == NULL: the client left, only free `arg`. The verdict goes on
 * where HG_WAIT stopped (HG_WAIT again is fine with a new waiter). */
typedef enum hg_verdict (*hg_resume_fn)(void *self, struct hg_request *r, void *arg);

/* Thread: any. `on_front` NULL means HG_NEXT. */
HG_API void hg_waiter_resume(struct hg_waiter *w, hg_resume_fn on_front, void *arg);

/* -- a word per request and plugin ------------------------------------------------------------ */

/* The slot of this plugin instance; NULL at first. Free what it points to in DONE, or, for a route
 * that has one, in on_gone, which comes after DONE. DONE runs also for requests that this plugin's
 * earlier hooks never saw. */
HG_API void **hg_request_slot(struct hg_request *r, void *self);

/* Memory that is freed after DONE. Not zeroed, aligned for any type. */
HG_API void *hg_request_alloc(struct hg_request *r, size_t size);

/* How it ended (in DONE). */
struct hg_done {
	uint32_t size;
	int32_t status;          /* sent to the client; 0 when nothing was */
	int64_t began_us;        /* mono */
	int64_t waited_us;       /* in the queue */
	int64_t upstream_us;     /* from sending to the last byte; 0 when not sent */
	uint64_t sent_bytes;     /* head and body */
	int32_t upstream_status; /* 0 when not sent */
	uint32_t aborted;        /* 1: the client left, or the reply was cut */
	struct hg_str cache; /* "hit", "miss", "revalidated", "" … first word of Cache-Status */
};
HG_API void hg_request_done(
	const struct hg_request *r, struct hg_done *ret_done); /* set ret_done->size */

/* -- SEND: the dispatcher's view of what is about to go out ------------------------------------ */

/* Thread: dispatcher. Only what a ticket carries; the request itself is on its front. */
HG_API struct hg_str hg_send_method(const struct hg_send *s);
HG_API struct hg_str hg_send_path(const struct hg_send *s);
HG_API struct hg_str hg_send_query(const struct hg_send *s);
HG_API struct hg_str hg_send_header(const struct hg_send *s, const char *name);
HG_API struct hg_scope hg_send_scope(const struct hg_send *s);
HG_API uint64_t hg_send_origin(const struct hg_send *s);
/* Who pays and whose eyes it has: differs from the scope once a pool has several credentials. */
HG_API struct hg_scope hg_send_credential(const struct hg_send *s);
/* Sets or (value {0}) removes a header of the upstream request. Copied. */
HG_API void hg_send_set_header(struct hg_send *s, const char *name, struct hg_str value);
/* Did the front's plugins own the validators (hg_request_own_validators)? Then a 304 without ETag
 * gets the one tag that If-None-Match was set to here. */
HG_API bool hg_send_owns_validators(const struct hg_send *s);
/* As hg_request_is_graphql_query: the same ret_body. */
HG_API bool hg_send_is_graphql_query(const struct hg_send *s, uint8_t ret_body[16]);
HG_API uint64_t hg_send_place(const struct hg_send *s);      /* as hg_request_place */
HG_API struct hg_str hg_send_route(const struct hg_send *s); /* as hg_request_route */
/* Which token pays, and how it is spelled: a hash under a secret of this process, equal in
 * hg_reply_token of what comes back. An App's changes with each of its tokens, unlike
 * hg_send_credential. 0: none. */
HG_API uint64_t hg_send_token(const struct hg_send *s);
/* The tag that GitHub would give `body` when it is asked as it is about to be: by this token, with
 * these fields. In hexadecimal, without its quotes; `vary`: that field of the answer that had the
 * body. A 304 to it says that this token sees these very bytes. One pass over the body. False: the
 * hash could not be made. */
HG_API bool hg_send_model_tag(
	const struct hg_send *s, struct hg_str vary, struct hg_str body, char ret_hex[65]);
