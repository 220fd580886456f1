/*
 * rate - what the head of GitHub's reply says about limits: x-ratelimit-*, Retry-After.
 *
 *     x-ratelimit-limit: 5000          403, x-ratelimit-remaining: 0   -> primary: this resource
 *     x-ratelimit-remaining: 4987      403 or 429, Retry-After: 30     -> secondary: everything
 *     x-ratelimit-reset: 1795489200    429 and nothing else            -> secondary, no time said
 *     x-ratelimit-resource: core       403 and nothing else            -> no limit: a permission
 *
 * Decided by the head alone. A secondary limit that says so only in its body (403, remaining
 * above 0, no Retry-After) is passed to the client like any other 403.
 *
 * Values that can not be true are taken as not said: negative, unreadable, a reset over a day
 * ahead. A reset in milliseconds is understood. What lies in the past is for the ledger to judge,
 * which knows whether it is late or wrong.
 *
 * Thread: any.   Clock: given.
 */
#pragma once
#include "ticket/head.h"
#include <hg/clock.h>

#define HG_RESOURCE_BYTES 32 /* longest bucket name and its NUL */

/* By our clock: GitHub's own Date beside it says how far that is from theirs. */
struct hg_rate {
	bool is_known; /* limit and remaining were said */
	int64_t limit;
	int64_t remaining;                /* 0 … limit; -1 = not said */
	int64_t reset_s;                  /* Unix seconds; 0 = not said */
	char resource[HG_RESOURCE_BYTES]; /* "" = not said */
};

enum hg_refusal {
	HG_REFUSAL_NONE,
	HG_REFUSAL_PRIMARY,   /* this budget is spent: wait for its reset */
	HG_REFUSAL_SECONDARY, /* too fast, whatever is left: the whole credential waits */
};

/* Takes what can not be true out of limit, remaining and reset_s (-1: not said), and sets is_known;
 * `used` is their other word for the same. */
void hg_rate_sift(struct hg_rate *r, int64_t used, const struct hg_now *now);
void hg_rate_read(const struct hg_head *h, const struct hg_now *now, struct hg_rate *ret_rate);

/* *ret_wait_us: what Retry-After says, -1 when it says nothing (sensible). */
enum hg_refusal hg_rate_refusal(const struct hg_head *h, const struct hg_rate *r,
	const struct hg_now *now, int64_t *ret_wait_us);

/* Retry-After in seconds or as a date, 1 s … 1 h; -1 when absent or unreadable. */
int64_t hg_rate_retry_after_us(const struct hg_head *h, const struct hg_now *now);

/* A bucket name of GitHub's form: [a-z0-9_], 1 … 31 bytes. */
bool hg_resource_is_sane(struct hg_str name);
