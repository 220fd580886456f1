/*
 * breaker - a circuit breaker: who keeps failing is given a rest, and then tried with one request.
 *
 *     CLOSED ──5 failures in a row, or half of 20 within 30 s──► OPEN ──10 s──► one may go: PROBING
 *        ▲                                                        ▲                          │
 *        └────────────────────── it was answered ─────────────────┼──────────────────────────┤
 *                                                                 └── it failed: 20 s, 40 s … 5 min
 *
 * One for each host (a site: its connections, its 502s) and one for each identity (401s, 500s that
 * only it gets); hg_outcome_of says whose fault something was. A request may go when both let it;
 * one that may not is answered at once, 503 `upstream_down`, and Retry-After is
 * hg_breaker_opens_us: a dead upstream costs nobody a timeout, and one that comes back is not met
 * by all that waited. Rests have up to a tenth of jitter, so that several gateways do not probe in
 * the same instant.
 *
 * Answers to what was sent before the breaker last opened or closed say nothing new: late timeouts
 * of an outage do not open it again. While probing only the probe's answer counts.
 *
 *     if (hg_breaker_may(b, now_us))  hg_breaker_take(b, now_us);              it is sent
 *     move = hg_breaker_settle(b, conf, is_good, sent_us, now_us, dice);       news.h, when it
 * moved
 *
 * Zeroed it is closed and has seen nothing. Thread: dispatcher.   Clock: given.
 */
#pragma once
#include "base/dice.h"
#include <stdbool.h>
#include <stdint.h>

struct hg_dispatch_conf; /* ticket/snapshot.h: breaker_… */

enum hg_breaker_state {
	HG_BREAKER_CLOSED,  /* all may go */
	HG_BREAKER_OPEN,    /* none may go before until_us; then one */
	HG_BREAKER_PROBING, /* that one is under way */
	HG_BREAKER_STATES
};

enum hg_breaker_move {
	HG_BREAKER_STAYED,
	HG_BREAKER_OPENED,    /* tell upstream.down */
	HG_BREAKER_REOPENED,  /* the probe failed: a longer rest; nobody has to be told again */
	HG_BREAKER_RECOVERED, /* it closed: tell upstream.up, after was_down_us */
};

#define HG_BREAKER_BUCKETS 10 /* of the rolling window */

struct hg_breaker {
	enum hg_breaker_state state;
	uint32_t n_failed;   /* in a row, while closed */
	uint32_t n_opened;   /* in a row: the rest doubles */
	int64_t until_us;    /* mono: nobody before this, while open; the probe is sent later */
	int64_t opened_us;   /* mono: when it opened first, of this or the last outage */
	int64_t closed_us;   /* mono: when it closed last; what was sent before that is late */
	int64_t was_down_us; /* the last outage, from opening to closing */
	struct {
		int64_t round; /* which bucket of all time this one is: now_us / its width */
		uint32_t n, n_bad;
	} buckets[HG_BREAKER_BUCKETS];
};

bool hg_breaker_may(const struct hg_breaker *b, int64_t now_us);
/* When one may go: now_us or earlier = now. While it is probing: a second from now, a guess. */
int64_t hg_breaker_opens_us(const struct hg_breaker *b, int64_t now_us);

/* One is sent, that hg_breaker_may allowed. True: it is the probe. */
bool hg_breaker_take(struct hg_breaker *b, int64_t now_us);
/* It will say nothing (cancelled, the client left): when it was the probe, another may be one. */
void hg_breaker_untake(struct hg_breaker *b, int64_t sent_us);
/* How it went. sent_us: the now_us of its take. */
enum hg_breaker_move hg_breaker_settle(struct hg_breaker *b, const struct hg_dispatch_conf *conf,
	bool is_good, int64_t sent_us, int64_t now_us, struct hg_dice *dice);

/* Failures of one route say little of all others: a report that GitHub can not make is asked for
 * again and again. Those of the same route as the one before are not counted, until there are
 * many; repeated sendings of one request are not either. Zeroed it has seen none. */
struct hg_breaker_doubt {
	uint64_t route; /* of the last failure, hashed */
	uint32_t n;     /* of it in a row */
};
bool hg_breaker_doubts(struct hg_breaker_doubt *d, uint64_t route, bool is_repeated);
void hg_breaker_clear(struct hg_breaker_doubt *d); /* something was answered */

const char *hg_breaker_state_name(enum hg_breaker_state state); /* "closed", "open", "probing" */
