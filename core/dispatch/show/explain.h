/*
 * explain - why a request waits, and for how long: for people, from the state as it is now.
 *
 *     low, waits 12.0 s for core: kept for better classes
 *     14 go before it: 2 high, 12 low (of ci 9, of web 3)
 *     main: reserve: low stops at 1500 of 5000, 1498 are left; opens 12:00:00Z, at the reset
 *     deadline in 48.0 s: it will not be sent in time
 *
 * It asks what the choice asks (hg_payer_why_not), so it can not say anything else than what is
 * done. How many go first is as the classes, ages and fair shares are now; who comes later with a
 * better claim is not known to anybody.
 *
 * Costs a look at each ticket, and at each that waits in the same line: at most
 * dispatch.max_tickets twice.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include <hg/str.h>
#include <stdbool.h>

struct hg_dispatcher;
struct hg_now;
struct hg_text;

/* Appends JSON objects with commas between them: what is there of the tickets with this request id,
 * the oldest first, and of this client only, to which others are not named (p NULL: of all). False:
 * none, nothing is added. */
bool hg_dispatcher_explain(struct hg_dispatcher *d, struct hg_str id, struct hg_str client,
	const struct hg_now *now, struct hg_text *out);
