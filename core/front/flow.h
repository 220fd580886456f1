/*
 * flow - a request's way, from its complete head to DONE.
 *
 *     HEAD ─► ADMIT ─► BODY ─► WEIGH ─► LOOKUP ─► TICKET ─► ENDED         GitHub's face
 *                 └──► ROUTE (on_request) ─► BODY (on_body …) ─► ENDED    a plugin's route
 *
 * A request is over when three things are: its reply was ended (`replied`), its own body was read
 * or will never be, and the ticket has nothing more to say that a plugin asked to keep. Then
 * hg_request_retire runs DONE and on_gone, exactly once, and the struct serves another request.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* The head is complete: `bytes` is all of it, where the parser's strings point to. */
void hg_request_begin(struct hg_request *r, struct hg_str bytes);
bool hg_request_wants_body(const struct hg_request *r);
/* A piece of its body. */
void hg_request_take_piece(struct hg_request *r, struct hg_str piece);
void hg_request_body_ended(struct hg_request *r);
/* Head or body are malformed, too large or too slow: answers, and nothing is read on. */
void hg_request_bad(struct hg_request *r, int status, const char *reason);
/* Goes on with what a hook said that had waited. */
void hg_request_go_after(struct hg_request *r, enum hg_verdict v);

bool hg_request_is_over(const struct hg_request *r);
/* DONE and on_gone when owed; then it is a spare. Lets go of ticket and waiter. */
void hg_request_retire(struct hg_request *r);
