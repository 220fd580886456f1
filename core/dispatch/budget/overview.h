/*
 * overview - GitHub's answer to GET /rate_limit: all budgets of a credential at once, for free.
 *
 *     {"resources":{"core":{"limit":5000,"used":1,"remaining":4999,"reset":1795496733},"search":…}}
 *
 * Who reads it into the ledgers can answer the next such question from them: hubgate sees each
 * request that is counted (GitHub document "Rate limits for the REST API").
 *
 * Pure.   Thread: any.
 */
#pragma once
#include "dispatch/budget/rate.h"

/* `each` for every resource that says something that can be true. Returns how many; 0 also when it
 * is no such answer. */
uint32_t hg_overview_read(struct hg_str body, const struct hg_now *now,
	void (*each)(void *arg, const struct hg_rate *rate), void *arg);
