/*
 * news - what the dispatcher has to tell the rest of the world: the topics, and their JSON.
 *
 *     hg_news_budget(&d->news, &ledger->told, &facts, share, now)  ->  ratelimit.low, once a window
 *         {"credential":"ci-1","resource":"core","limit":5000,"remaining":499,
 *          "reset_at":"2026-11-29T13:00:00Z"}
 *
 * A dispatcher is pure: it publishes nothing, it tells, and whoever owns it says what happens then
 * (the daemon puts it on the event bus as source "dispatch", a test writes it down). One function
 * an event, called as often as the dispatcher comes by; what was told already is remembered in
 * small structs that the caller keeps beside the thing itself, zeroed at first:
 *
 *     struct hg_budget_told   in a ledger        low, exhaustion, exceeded: each once
 *     struct hg_expiry_told   in a credential    30, 7, 1 days before its end: each once
 *     struct hg_lack_told     in a credential    permission: once an hour and route
 *
 * JSON members are names, numbers and moments (RFC 3339, UTC); never a token, nor what a client
 * asked for beyond the route's template. The table of topics is also docs/API.md's.
 *
 * Thread: dispatcher.   Clock: given.   Ownership: all strings are borrowed for the call.
 */
#pragma once
#include <hg/clock.h>
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>

enum hg_topic {
	HG_TOPIC_NONE,
	HG_TOPIC_RATELIMIT_LOW,
	HG_TOPIC_RATELIMIT_EXCEEDED,
	HG_TOPIC_RATELIMIT_EXHAUSTION,
	HG_TOPIC_SECONDARY_LEARNED,
	HG_TOPIC_CREDENTIAL_INVALID,
	HG_TOPIC_CREDENTIAL_EXPIRING,
	HG_TOPIC_CREDENTIAL_RECOVERED,
	HG_TOPIC_CREDENTIAL_PERMISSION,
	HG_TOPIC_UPSTREAM_DOWN,
	HG_TOPIC_UPSTREAM_UP,
	HG_TOPICS
};

struct hg_topic_row {
	const char *name;
	const char *help;    /* when it is told: one sentence */
	const char *members; /* of its JSON, with blanks between them; "?" behind those that may be
	                        absent */
};
const struct hg_topic_row *hg_topic_row(enum hg_topic topic); /* of HG_TOPIC_NONE: name "" */

/* Whom to tell. Zeroed: nobody. */
struct hg_news {
	void (*tell)(void *arg, const char *topic, struct hg_str json);
	void *arg;
};

/* -- budgets ----------------------------------------------------------------------------------- */

struct hg_budget_told {
	int64_t low_s, exhaustion_s; /* Unix: the reset of the window in which it was told */
	int64_t until_us;            /* wall: of the last refusal that was told */
};

struct hg_budget_facts {
	const char *credential; /* alias */
	const char *resource;   /* "core" */
	int64_t limit;          /* 0: not known, nothing is told */
	int64_t remaining;
	int64_t reset_s; /* Unix */
};

/* After each answer: ratelimit.low when less than `share` of the limit remains. */
void hg_news_budget(const struct hg_news *n, struct hg_budget_told *told,
	const struct hg_budget_facts *facts, double share);

/* After each forecast: ratelimit.exhaustion when it ends `at_us` (wall), before the reset. */
void hg_news_exhaustion(const struct hg_news *n, struct hg_budget_told *told,
	const struct hg_budget_facts *facts, int64_t at_us);

/* GitHub said no: ratelimit.exceeded. kind: "primary" or "secondary"; until_us: wall. Refusals of
 * what was under way together have about the same end: they are one. */
void hg_news_exceeded(const struct hg_news *n, struct hg_budget_told *told, const char *credential,
	const char *resource, const char *kind, int status, int64_t until_us);

/* A hidden limit of GitHub's was met: secondary.learned. what: "route", "cpu" …; route: a template,
 * or "" when it is not about one. The limits are points or seconds of a window. */
void hg_news_learned(const struct hg_news *n, const char *credential, const char *what,
	struct hg_str route, int64_t was, int64_t is);

/* -- credentials ------------------------------------------------------------------------------- */

/* It left the pool: credential.invalid. why: "expired", "revoked", "wrong" or a sentence. */
void hg_news_invalid(const struct hg_news *n, const char *credential, const char *why);
/* It is back: credential.recovered. */
void hg_news_recovered(const struct hg_news *n, const char *credential, int64_t out_for_us);

struct hg_expiry_told {
	int64_t expires_us; /* of the token that it was told of: another one begins anew */
	uint32_t days;      /* 30, 7 or 1; 0: nothing was told yet */
};

/* Tells credential.expiring when 30, 7 or 1 days or less are left, each once; the closest one when
 * several passed. Returns when to look again (wall), INT64_MAX: never. expires_us: wall; 0: it
 * never ends. */
int64_t hg_news_expiry(const struct hg_news *n, struct hg_expiry_told *told, const char *credential,
	int64_t expires_us, int64_t wall_us);

#define HG_LACKS 8

struct hg_lack_told {
	struct {
		uint64_t route; /* its hash */
		int64_t at_us;  /* wall; 0: none */
	} last[HG_LACKS];       /* the oldest is overwritten */
	uint32_t next;
};

/* GitHub refused it what another could do: credential.permission, once an hour and route, so that
 * a client that polls what is forbidden does not fill the bus. needs: what GitHub named, "" =
 * nothing; sso: an organization wants its single sign-on for this token. */
void hg_news_permission(const struct hg_news *n, struct hg_lack_told *told, const char *credential,
	struct hg_str route, struct hg_str needs, bool sso, int64_t wall_us);

/* -- upstreams --------------------------------------------------------------------------------- */

/* A breaker opened or closed (breaker.h). identity "": the host's own breaker. */
void hg_news_down(const struct hg_news *n, const char *upstream, const char *identity,
	const char *why, int64_t for_us);
void hg_news_up(
	const struct hg_news *n, const char *upstream, const char *identity, int64_t was_down_us);
