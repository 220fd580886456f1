/*
 * app_token - the life of one installation's token: when to mint, what to ask, what the answer
 * means. Pure: the dispatcher sends.
 *
 *     none ──ask──► asking ──201──► fresh for 55 min ──ask──► asking, the old one in use ──201──► …
 *                     │ 401, clocks apart: once more at once, by GitHub's clock
 *                     │ 5xx, no answer: within 1 s, 2 s, 4 s … 5 min (full jitter)
 *                     └ 401, 403, 404, 422: it is refused; asked again after 5 min, to see whether
 *                       somebody has mended it
 *
 * Whatever is answered, a token that is there is used until it ends. Its end is counted from
 * GitHub's own Date, so a wrong clock of ours does not matter. It is replaced 300 s before, or
 * after half of its life when it has less than ten minutes. GitHub's servers learn of a new token
 * one after the other: for 5 s a 401 means nothing (hg_app_token_is_young).
 *
 *     int64_t at_us = hg_app_token_due_us(t);
 *     if (at_us <= now.mono_us && hg_app_token_ask(t, &now, &ask))
 *             POST ask.path, Authorization: Bearer ask.jwt, ask.body
 *     hg_app_token_take(t, head, body, &now, &dice);
 *
 * Thread: the owner's.   Clock: given.   Never prints a token or a JWT.
 * Source: GitHub document "Generating an installation access token for a GitHub App".
 */
#pragma once
#include "base/dice.h"
#include "dispatch/payer/permit.h"
#include "ticket/head.h"
#include "ticket/snapshot.h"
#include <hg/clock.h>
#include <hg/err.h>

#define HG_APP_TOKEN_EARLY_US INT64_C(300000000) /* before its end the next one is minted */
#define HG_APP_TOKEN_YOUNG_US INT64_C(5000000)
#define HG_APP_TOKEN_BODY_MOST (256u << 10) /* of an answer; larger is not read */

struct hg_app_token;

/* Everything in `conf` is copied or counted. NULL: the key can not be used, err says why (not after
 * the configuration has been checked). */
struct hg_app_token *hg_app_token_new(const struct hg_app_conf *conf, struct hg_err *err);
void hg_app_token_free(struct hg_app_token *t); /* NULL is fine; also while one is asked for */

/* To be used at this moment; borrowed until the next call that changes something. NULL: none. */
struct hg_secret *hg_app_token_get(const struct hg_app_token *t, const struct hg_now *now);
/* mono: when to ask for the next one; INT64_MAX while one is asked for. */
int64_t hg_app_token_due_us(const struct hg_app_token *t);
bool hg_app_token_is_young(const struct hg_app_token *t, const struct hg_now *now);

struct hg_app_ask {         /* borrowed until hg_app_token_take */
	struct hg_str path; /* below the API's base: "/app/installations/4711/access_tokens" */
	struct hg_str body; /* JSON; n 0: none */
	struct hg_secret *jwt;
};
/* From here on one is asked for, until hg_app_token_take. False: one is asked for already, or
 * nothing could be signed, which is a failure like another. */
bool hg_app_token_ask(struct hg_app_token *t, const struct hg_now *now, struct hg_dice *dice,
	struct hg_app_ask *ret_ask);

enum hg_app_outcome {
	HG_APP_MINTED,
	HG_APP_AGAIN,   /* due at once: the clocks were apart */
	HG_APP_LATER,   /* due after a while; nobody has to do anything */
	HG_APP_REFUSED, /* somebody has to: hg_app_token_said */
};
/* head NULL: there was no answer. The body holds the token: whoever gave it overwrites it. */
enum hg_app_outcome hg_app_token_take(struct hg_app_token *t, const struct hg_head *head,
	struct hg_str body, const struct hg_now *now, struct hg_dice *dice);
/* GitHub refuses the token `refused` with 401, and it is not young: it is thrown away if it is
 * still the one in use, and the next one is due (not at once, if it was minted a minute ago). */
void hg_app_token_drop(struct hg_app_token *t, const struct hg_secret *refused,
	const struct hg_now *now, struct hg_dice *dice);

/* Why there was none last time, a sentence; "" when it was minted. */
const char *hg_app_token_said(const struct hg_app_token *t);
/* mono; 0: there is none */
int64_t hg_app_token_ends_us(const struct hg_app_token *t);
/* What the token in use may do, as GitHub said when it was minted. */
const struct hg_permit *hg_app_token_permit(const struct hg_app_token *t);
/* "for 57min", "none: …; asked again in 4min" */
void hg_app_token_print(
	const struct hg_app_token *t, const struct hg_now *now, struct hg_text *out);
