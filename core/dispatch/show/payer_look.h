/*
 * payer_look - could this payer pay for that flight now, and if not, why and until when: told in
 * JSON or in words.
 *
 *     main: budget spent; core 0 of 5000 left, resets 12:00:00Z; opens 12:00:00Z, in 590.0 s
 *     ci-2: max_concurrent under way (50); core 900 of 5000 left, …; opens when something under
 *           way ends
 *
 * It asks what the choice asks (hg_payer_why_not, hg_site_has_slot), so it can not say anything
 * else than what is done.
 *
 * Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "dispatch/stop.h"

struct hg_dispatcher;
struct hg_flight;
struct hg_ledger;
struct hg_now;
struct hg_payer;
struct hg_text;

struct hg_payer_look {
	const struct hg_payer *payer;
	struct hg_ledger *ledger; /* of its identity, for the flight's line */
	enum hg_stop why;         /* NONE: as soon as it is the flight's turn */
	int64_t until_us;         /* mono; INT64_MAX: when something settles */
	int64_t kept;             /* points that its class must leave */
};

void hg_payer_look_at(const struct hg_dispatcher *d, const struct hg_flight *f, struct hg_payer *p,
	const struct hg_now *now, struct hg_payer_look *ret);

/* Both of a look of the same moment. Appends a JSON object: who, why, and the figures behind it. */
void hg_payer_look_add(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer_look *p, const struct hg_now *now, struct hg_text *out);
/* Appends one sentence without an end. */
void hg_payer_look_say(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer_look *p, const struct hg_now *now, struct hg_text *out);
