/*
 * request - one HTTP request from its first byte to DONE, as the files of a front see it.
 *
 *     HEAD ─► ADMIT ─► BODY ─► WEIGH ─► LOOKUP ─► TICKET ─► ENDED         GitHub's face
 *                 └──► ROUTE (on_request) ─► BODY (on_body …) ─► ENDED    a plugin's route
 *
 * A request is over when three things are: its reply was ended (`replied`), its own body was read
 * or will never be, and the ticket has nothing more to say that a plugin asked to keep. Then
 * hg_request_retire runs DONE and on_gone, exactly once, and the struct serves another request.
 *
 * The head is parsed into `head`, and its bytes are copied into the arena once it is complete: a
 * request may outlive the buffer it was read from.
 *
 * Thread: the front's loop.   Memory: `arena` ends with the request.
 */
#pragma once
#include "base/arena.h"
#include "front/client.h"
#include "front/conn.h"
#include "front/rewrite.h"
#include "front/router.h"
#include "front/stored.h"
#include "ticket/github_route.h"

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

/* An instance's hg_reply_keep. */
struct hg_keep_wish {
	struct hg_keep_wish *next;
	const struct hg_instance *in;
	uint64_t max_bytes;
};

/* An upstream reply as HEAD and KEEP see it. */
struct hg_reply {
	struct hg_request *request;
	struct hg_head *head;    /* referenced; NULL: none yet */
	struct hg_field *fields; /* arena: the head's, with what HEAD changed */
	uint32_t n_fields, room;
	struct hg_head_note note;
	bool in_head;  /* HEAD runs: headers may be set */
	bool is_apart; /* the client was answered otherwise: the body is only for KEEP */
	struct hg_keep_wish *wishes;
	uint64_t keep_max_bytes; /* 0: nobody keeps, or it grew too big */
	struct hg_chunks kept;
	struct hg_str body; /* KEEP */
};

struct hg_refusal {
	int status;
	const char *code; /* arena or static */
	struct hg_str detail;
	int64_t retry_after_s;
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
	int64_t length_left; /* of Content-Length; -1: unknown */
	uint64_t sent_bytes; /* taken by the socket */
	struct hg_text set;  /* lines of hg_reply_set */

	/* who and what */
	struct hg_str id;
	struct hg_client client;
	struct hg_routed routed; /* route NULL: GitHub's */
	struct hg_face face;
	struct hg_github_route github;
	struct hg_str path, route;
	struct hg_rewrite rewrite; /* made when first needed */
	bool has_rewrite;
	enum hg_class klass;
	uint32_t cost;
	int64_t began_us, deadline_us;
	bool owns_validators;
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

	/* upstream */
	struct hg_ticket *ticket; /* the owner's reference */
	bool ticket_ended;
	struct hg_reply reply;
	struct hg_chunks body_chunks; /* of a proxied request's own body */
	uint32_t body_room;           /* left in the last of them */
	struct hg_chunk *held;        /* last piece of a reply that is kept: sent after KEEP */
	int64_t waited_us, upstream_us;
	int upstream_status;

	struct hg_http1_body body;
	struct hg_http1_head head; /* the large one: last */
};

/* -- life (request.c, flow.c) ------------------------------------------------------------------ */

/* Ready for the first byte of a head. */
struct hg_request *hg_request_new(struct hg_conn *c);
/* DONE and on_gone when owed; then it is a spare. Lets go of ticket and waiter. */
void hg_request_retire(struct hg_request *r);
void hg_request_drop(struct hg_request *r); /* what it held goes; no plugin is told */
void hg_request_spares_free(struct hg_front *f);

/* The head is complete: `bytes` is all of it, where the parser's strings point to. */
void hg_request_begin(struct hg_request *r, struct hg_str bytes);
/* A piece of its body. */
void hg_request_take_piece(struct hg_request *r, struct hg_str piece);
void hg_request_body_ended(struct hg_request *r);
/* Head or body are malformed, too large or too slow: answers, and nothing is read on. */
void hg_request_bad(struct hg_request *r, int status, const char *reason);
bool hg_request_wants_body(const struct hg_request *r);
bool hg_request_is_over(const struct hg_request *r);

/* Goes on with what a hook said. */
void hg_request_go(struct hg_request *r);
void hg_request_go_after(struct hg_request *r, enum hg_verdict verdict);
const char *hg_request_face_name(const struct hg_request *r);
const char *hg_request_step_name(const struct hg_request *r);

/* -- phases (phase.c) -------------------------------------------------------------------------- */

/* Runs the phase's hooks from r->hook_at on; NEXT when all said so. */
enum hg_verdict hg_phase_admit(struct hg_request *r);
enum hg_verdict hg_phase_weigh(struct hg_request *r);
enum hg_verdict hg_phase_lookup(struct hg_request *r);
enum hg_verdict hg_phase_head(struct hg_request *r);
void hg_phase_keep(struct hg_request *r);
void hg_phase_done(struct hg_request *r);
enum hg_verdict hg_phase_on_request(struct hg_request *r);
enum hg_verdict hg_phase_on_body(struct hg_request *r, struct hg_str piece, bool end);
void hg_phase_on_drain(struct hg_request *r);
void hg_phase_on_gone(struct hg_request *r);

/* The client left: whoever resumes it is told NULL. */
void hg_waiter_forget(struct hg_request *r);
void hg_waiters_cut(struct hg_front *f); /* the front goes */

/* -- replies (reply.c; answer.c) ----------------------------------------------------------------
 */

/* Renders into front->head: status line and what every reply has … */
void hg_reply_head_begin(struct hg_request *r, int status);
void hg_reply_head_field(struct hg_request *r, struct hg_str name, struct hg_str value);
void hg_reply_head_number(struct hg_request *r, struct hg_str name, uint64_t value);
/* … and framing, for a body of `length_bytes` (-1: unknown; -2: none, and nothing is said). */
void hg_reply_head_end(struct hg_request *r, int64_t length_bytes);
/* The last byte is written or queued: what happens to the body, to the conn. */
void hg_reply_ended(struct hg_request *r);
/* Nobody wants the rest of the request's body. */
void hg_request_leave_body(struct hg_request *r);

/* hubgate's own refusal. `more` are whole lines ("Allow: GET\r\n"), or {0}. */
void hg_reply_refuse(struct hg_request *r, const struct hg_refusal *no, struct hg_str more);
void hg_reply_refuse_as(struct hg_request *r, int status, const char *code, const char *detail);
/* From memory: r->answer. */
void hg_reply_stored(struct hg_request *r);
/* r->reply.head, a piece of its body, its end; queued, not written. */
void hg_reply_upstream_head(struct hg_request *r);
void hg_reply_upstream_piece(struct hg_request *r, struct hg_chunk *c);
void hg_reply_upstream_end(struct hg_request *r);

/* -- the proxy (proxy.c) ---------------------------------------------------------------------- */

void hg_proxy_ask(struct hg_request *r);  /* makes and submits the ticket */
void hg_proxy_pull(struct hg_request *r); /* takes what is there, as far as the conn has room */
void hg_proxy_leave(struct hg_request *r);
/* Answered, but the rest of the fetch is still wanted: for KEEP, or because it ends anyway. */
bool hg_proxy_holds(const struct hg_request *r);
