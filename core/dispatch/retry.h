/*
 * retry - may this be sent again, and when: a matrix of method, phase and status.
 *
 *                    nothing left   bytes left,     limit     500 502    reply begun
 *                    this machine   no head came    (403,429) 503 504
 *     GET HEAD         again          again           again     again      never
 *     all others       again          NEVER           again     never      never
 *
 * The matrix itself, with all that a reply's head may say, is outcome.h's.
 * A write of which bytes left may have been executed, and would be executed twice. A limit's
 * refusal was not executed. The wait grows: a random moment within 500 ms, 1 s, 2 s … 10 s ("full
 * jitter", so that what failed together does not come back together). Retries of one flight are
 * bounded by the option `retries`, all of them together by a purse: 10 % of what is sent.
 *
 * Thread: dispatcher.   Clock: none.
 */
#pragma once
#include "base/dice.h"
#include <hg/str.h>

enum hg_retry_phase {
	HG_PHASE_UNSENT,  /* nothing of the request left this machine */
	HG_PHASE_SENT,    /* something did, and no head came */
	HG_PHASE_REFUSED, /* the head is a limit's refusal */
	HG_PHASE_HEAD,    /* a head came, and nobody has been given it */
	HG_PHASE_BODY,    /* the head was given on */
};

/* By the phase alone, whoever pays and whatever the head says besides (hg_outcome_of knows more).
 * status: of the head in HG_PHASE_HEAD, else 0. */
bool hg_retry_may(bool is_safe, enum hg_retry_phase phase, int status);

/* tries: how often it was sent, 1 or more. */
int64_t hg_retry_wait_us(uint32_t tries, struct hg_dice *dice);

struct hg_retry_purse {
	int64_t tenths; /* ten buy one retry */
};
void hg_retry_purse_init(struct hg_retry_purse *p);
void hg_retry_purse_earn(struct hg_retry_purse *p); /* for each first send */
bool hg_retry_purse_pay(struct hg_retry_purse *p);  /* false: too many retries lately */
