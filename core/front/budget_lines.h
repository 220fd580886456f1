/*
 * budget_lines - a budget as fields of a reply's head.
 *
 *     X-RateLimit-Limit: 5000 … -Remaining: 4990 … -Used: 10 … -Reset: 1700000000 … -Resource: core
 *     RateLimit-Policy: "core";q=5000;w=3600        both of draft-ietf-httpapi-ratelimit-headers:
 *     RateLimit: "core";r=4990;t=1234               quota, window; remaining, seconds to the reset
 *
 * What GitHub just said goes on as it is and gets the second pair; a kept reply gets all of them,
 * of the budget as it is now. Thousands of replies in a second say the same, so the lines are kept
 * in a memo: as long as row and second stay, they are copied. A memo forgets without harm.
 *
 * Thread: the memo's owner.   Clock: callers pass the second (wall).
 */
#pragma once
#include "base/text.h"
#include "ticket/view.h"

enum {
	HG_BUDGET_MEMOS = 16,
	HG_BUDGET_RESOURCE_BYTES = 64, /* longer names are not told */
};

struct hg_budget_memo {
	struct hg_scope scope;
	const char *resource; /* static, as routes have it; NULL: empty */
	struct hg_view_place place;
	struct hg_view_row row; /* what the lines say */
	int64_t now_s;
	struct hg_text lines; /* owned */
};

struct hg_budget_memos {
	struct hg_budget_memo at[HG_BUDGET_MEMOS];
};

void hg_budget_memos_fini(struct hg_budget_memos *m); /* zeroed ones are ready for use */

/* Appends RateLimit-Policy and RateLimit. False: nothing, the row says too little. */
bool hg_budget_add_policy(
	struct hg_text *out, struct hg_str resource, const struct hg_view_row *row, int64_t now_s);
/* Appends all lines of what `view` knows; nothing when it knows nothing. */
void hg_budget_add_lines(struct hg_budget_memos *m, struct hg_text *out, const struct hg_view *view,
	struct hg_scope who, const char *resource, int64_t now_s);
