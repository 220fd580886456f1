/*
 * retry - how long is waited before something is sent again, and what all of that may cost.
 *
 * Whether it may be sent again is the matrix's word (outcome.h). The wait grows: a random moment
 * within 500 ms, 1 s, 2 s … 10 s ("full jitter", so that what failed together does not come back
 * together). Retries of one flight are bounded by the option `retries`, all of them together by a
 * purse: 10 % of what is sent.
 *
 * Thread: dispatcher.   Clock: none.
 */
#pragma once
#include "base/dice.h"
#include <stdbool.h>

/* tries: how often it was sent, 1 or more. */
int64_t hg_retry_wait_us(uint32_t tries, struct hg_dice *dice);

struct hg_retry_purse {
	int64_t tenths; /* ten buy one retry */
};
void hg_retry_purse_init(struct hg_retry_purse *p);
void hg_retry_purse_earn(struct hg_retry_purse *p); /* for each first send */
bool hg_retry_purse_pay(struct hg_retry_purse *p);  /* false: too many retries lately */
