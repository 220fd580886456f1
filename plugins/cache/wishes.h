/*
 * wishes - what a client's Cache-Control asks of a cache (RFC 9111, section 5.2.1).
 *
 *     Cache-Control: No-Cache, max-age="60"      ->  wants_fresh, max_age_s 60
 *     Cache-Control: only-if-cached              ->  only_kept: 504 rather than a question
 *
 * Names in any case, values as tokens or quoted, several fields as one list. What is not known or
 * not readable is passed over, but a max-age or min-fresh without a number is read with care: as 0,
 * and as longer than anything is fresh. max-stale is not granted: GitHub answers a 304 for free.
 *
 * Thread: any.
 */
#pragma once
#include <hg/request.h>

struct wishes {
	bool wants_fresh; /* no-cache: ask GitHub, whatever is kept */
	bool no_store;    /* keep nothing of this exchange */
	bool only_kept;
	int64_t max_age_s;   /* INT64_MAX = not said */
	int64_t min_fresh_s; /* 0 = not said */
};

void wishes_read(const struct hg_field *fields, uint32_t n, struct wishes *ret_wishes);
