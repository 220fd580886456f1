/*
 * request - one HTTP request and its reply's way out, as the files of a front see them; what
 * plugins may ask of it (hg/request.h). Which way it takes is flow.h's.
 *
 * The head is parsed into `head`, and its bytes are copied into the arena once it is complete: a
 * request may outlive the buffer it was read from.
 *
 * Thread: the front's loop.   Memory: `arena` ends with the request.
 */
#pragma once
#include "base/arena.h"
#include "front/client.h"
#include "front/fetched.h"
#include "front/http1.h"
#include "front/rewrite.h"
#include "front/router.h"
#include "front/state.h"
#include "front/trace_context.h"
#include "ticket/github_route.h"
#include "ticket/graphql_post.h"

enum hg_request_step {
	HG_STEP_HEAD, /* being read; no plugin knows of it */
	HG_STEP_ADMIT,
	HG_STEP_ROUTE, /* in on_request, or between it and the body's end */
	HG_STEP_BODY,
	HG_STEP_WEIGH,
	HG_STEP_LOOKUP,
	HG_STEP_TICKET,
	HG_STEP_REPLY, /* being answered; what is left is its reply */
	HG_STEP_ENDED,
	HG_STEPS
};

struct hg_refusal {
	int status;
	const char *code; /* arena or static */
	struct hg_str detail;
	int64_t retry_after_s;
	const char *waits_for; /* a word of dispatch/stop.h; NULL: it did not wait */
	int64_t waited_us;
};

struct hg_request {
	struct hg_list link; /* front's requests, or spares */
	struct hg_front *front;
	struct hg_conn *conn;
	struct hg_edition *edition;   /* counted: keeps the snapshot while it is under way */
	struct hg_snapshot *snapshot; /* the edition's */
	struct hg_arena arena;
	enum hg_request_step step;
	bool began;         /* counted, seen by plugins: DONE is owed */
	bool owes_gone;     /* on_request ran: on_gone is owed */
	bool body_done;     /* nothing of the body is left to read, or it is given up */
	bool body_paused;   /* on_body waits: do not read on */
	bool body_at_end;   /* … and it waits with the end of the body */
	bool body_dropped;  /* nobody wants it: read only to keep the conn */
	bool owes_continue; /* "100 Continue" before the first byte of the body */

	/* the reply's way out */
	bool reply_began; /* its head is written or queued */
	bool replied;     /* all of it is */
	bool cut;         /* ended in the middle */
	bool keep_alive;  /* decided when its head was rendered */
	bool chunked;
	bool no_body;     /* HEAD, 204, 304 */
	bool wants_drain; /* HG_EAGAIN was said */
	bool is_raw;      /* HG_ROUTE_RAW */
	int status;
	int64_t length_left; /* of the length announced, to us or by us; -1: unknown */
	uint64_t sent_from;  /* the wire's sent_bytes when it began */
	uint64_t reply_from; /* where its upstream head stands in the wire */
	struct hg_text set;  /* lines of hg_reply_set */

	/* who and what */
	struct hg_str id;
	uint64_t trace_key; /* of id (base/trace.h) */
	struct hg_trace_context trace_context;
	struct hg_client client;
	struct hg_routed routed; /* route NULL: GitHub's */
	uint32_t upstream;       /* which of the snapshot's */
	struct hg_face face;
	struct hg_github_route github;
	struct hg_str path, route;
	bool is_resolved;      /* `subject` is set (resolve.h) */
	struct hg_str subject; /* its path in one spelling; p NULL: names nothing for sure */
	uint64_t when_known, when_met;      /* bits by instance index (when.h) */
	struct hg_rewrite *rewrite;         /* arena; made when first needed */
	struct hg_rewrite_json *body_links; /* arena; a body of JSON on its way; NULL: no such */
	enum hg_class klass;
	uint32_t cost;
	struct hg_graphql_post graphql; /* from WEIGH on, when it is a POST of GraphQL */
	int64_t began_us, deadline_us;
	bool owns_validators;
	bool lost_copy;  /* a 304 confirmed a copy that nobody has any more: asked without it */
	bool asks_again; /* … when this reply is over */
	struct hg_str peer_text;
	const struct hg_field *seen_fields; /* without credentials; made when first asked for */
	uint32_t n_seen_fields;
	void **slots; /* by instance index; arena */

	/* phases */
	uint32_t hook_at;            /* next hook of the phase that is running */
	void *hook_self;             /* of the hook that is running or waits */
	struct hg_instance *hook_in; /* NULL: a route of the core */
	struct hg_waiter *waiter;
	struct hg_refusal refusal;
	struct hg_stored *answer; /* referenced */
	int64_t answer_age_s;
	struct hg_str cache_status; /* parameters; p NULL: none */
	struct hg_batch *batch;     /* what asks for many (batch.h); NULL: it does not */
	void *core_slot;            /* of the route of the core that answers */

	/* upstream */
	struct hg_ticket *ticket; /* the owner's reference */
	bool ticket_ended;
	struct hg_reply reply;
	struct hg_upload *upload;     /* referenced: its body goes up as it comes; NULL */
	struct hg_chunks body_chunks; /* or is collected here */
	uint32_t body_room;           /* left in the last of them */
	uint64_t body_held;           /* of the front's body_bytes */
	int64_t body_began_us;        /* its first byte was asked for */
	struct hg_chunk *held;        /* last piece of a reply that is kept: sent after KEEP */
	int64_t waited_us, upstream_us;
	int upstream_status;

	struct hg_http1_body body;
	struct hg_http1_head head; /* the large one: last */
};

/* Ready for the first byte of a head. */
struct hg_request *hg_request_new(struct hg_conn *c);
void hg_request_drop(struct hg_request *r); /* what it held goes; no plugin is told */
void hg_request_spares_free(struct hg_front *f);

/* "github", "route", "none" */
const char *hg_request_face_name(const struct hg_request *r);
const char *hg_request_step_name(const struct hg_request *r);
const char *hg_request_step_name_of(enum hg_request_step step);
uint64_t hg_request_sent_bytes(const struct hg_request *r);

/* The TLS that its client speaks, also when it came in a batch; NULL: none. */
const struct hg_seal *hg_request_seal(const struct hg_request *r);

static inline const struct hg_upstream_conf *hg_request_upstream_conf(const struct hg_request *r)
{
	return &r->snapshot->upstreams[r->upstream];
}
/* Of this client's base to GitHub's. */
const struct hg_rewrite *hg_request_rewrite(struct hg_request *r);

/* Nobody wants the rest of its body. */
void hg_request_leave_body(struct hg_request *r);
