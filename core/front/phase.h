/*
 * phase - runs the hooks of a request, and waits for those that said HG_WAIT.
 *
 * Every call into a plugin passes here: timed by a stopwatch, its verdict checked. Whoever comes
 * back (hg_waiter_resume) is called on the front's loop, and front->on_resumed goes on with what
 * it says.
 *
 * Thread: the request's front, but hg_waiter_resume.
 */
#pragma once
#include "front/request.h"

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
