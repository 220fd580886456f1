/*
 * Care of the gateway's own credentials: an App's tokens are minted in time, one that GitHub
 * refused is asked about and leaves until it is good again, tokens of one user are found to be one.
 *
 *     GOOD ──401──► DOUBTED ──GET /rate_limit: 401──► OUT ──asked each 1 … 15 min: answered──► GOOD
 *                      └──── anything else ────► GOOD
 *
 * What is due next for each stands in the heap of chores, one errand at a time a credential; that a
 * token ends, in the heap of ends.
 */
#include "base/bug.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "dispatch/dispatcher_state.h"
#include "dispatch/errand.h"
#include "dispatch/outcome.h"
#include "ticket/scope.h"
#include <stdio.h>

#define SEC_US INT64_C(1000000)
#define ASK_AGAIN_US (60 * SEC_US)
#define ASK_AGAIN_MOST_US (900 * SEC_US)
#define LOOK_AT_END_US (86400 * SEC_US) /* the date may be set meanwhile */
#define UNHEARD_US (5 * SEC_US)         /* no answer at all: whether it is good is not known */

/* -- what is due ------------------------------------------------------------------------------- */

/* Where it pays; NULL: nowhere any more, so nothing is done for it. */
static struct hg_payer *payer_of(const struct hg_dispatcher *d, const struct hg_credential *cred)
{
	struct hg_payer *p;

	HG_LIST_EACH(&cred->identity->payers, p, of_identity)
	{
		if (p->credential == cred && hg_errand_may(d, p->pool))
			return p;
	}
	return NULL;
}

/* One is 1: how it is. What time alone changes is not among them: a block ends by itself. */
static void set_gauges(const struct hg_credential *cred, const struct hg_now *now)
{
	enum hg_credential_state is = hg_credential_state(cred, now);

	if (is == HG_CREDENTIAL_BLOCKED)
		is = cred->health == HG_HEALTH_DOUBTED ? HG_CREDENTIAL_DOUBTED : HG_CREDENTIAL_GOOD;
	for (unsigned s = 0; s < HG_CREDENTIAL_REPLACED; s++) {
		if (s == HG_CREDENTIAL_BLOCKED)
			continue;
		hg_series_set(hg_core_series(HG_METRIC_CREDENTIAL_STATE, cred->label,
				      hg_credential_state_name(s), NULL),
			s == is ? 1 : 0);
	}
	if (cred->expires_us)
		hg_series_set(hg_core_series(HG_METRIC_CREDENTIAL_EXPIRES, cred->label, NULL, NULL),
			(double)(cred->expires_us / SEC_US));
}

void hg_care_for(struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now)
{
	int64_t at_us = cred->ask_us;
	bool is_used = payer_of(d, cred) != NULL;

	if (is_used)
		set_gauges(cred, now);
	if (!is_used || cred->errand) {
		hg_heap_remove(&d->chores, &cred->chore);
		return;
	}
	if (cred->app && hg_app_token_due_us(cred->app) < at_us)
		at_us = hg_app_token_due_us(cred->app);
	if (cred->wants_name && cred->health == HG_HEALTH_GOOD && at_us > now->mono_us)
		at_us = now->mono_us;
	if (at_us == INT64_MAX)
		hg_heap_remove(&d->chores, &cred->chore);
	else
		hg_heap_move(&d->chores, &cred->chore, at_us);
}

/* Nobody knows whether it is good, and somebody should be told. */
static bool wants_trial(const struct hg_dispatcher *d, const struct hg_credential *cred)
{
	bool is_heir = cred->out_us && cred->health == HG_HEALTH_GOOD && !cred->errand;

	return is_heir || (d->snapshot->dispatch.ask_at_start && !cred->was_asked);
}

void hg_care_for_all(struct hg_dispatcher *d, const struct hg_now *now)
{
	struct hg_credential *cred;

	HG_LIST_EACH(&d->pools.all_credentials, cred, link)
	{
		if (cred->kind == HG_CREDENTIAL_OWN && !hg_credential_payer(cred))
			set_gauges(cred, now); /* first: another may have its name now */
	}
	HG_LIST_EACH(&d->pools.all_credentials, cred, link)
	{
		if (cred->kind != HG_CREDENTIAL_OWN)
			continue;
		if (cred->token && wants_trial(d, cred) && payer_of(d, cred))
			cred->ask_us = now->mono_us;
		hg_care_for(d, cred, now);
		hg_care_watch_end(d, cred, now);
	}
}

static void mint(struct hg_dispatcher *d, struct hg_payer *p, const struct hg_now *now)
{
	struct hg_app_ask ask;

	if (hg_app_token_ask(p->credential->app, now, &d->dice, &ask))
		hg_errand_send(d, HG_ERRAND_MINT, p, ask.path, ask.body, ask.jwt, now);
}

void hg_care_run(struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now)
{
	struct hg_payer *p = payer_of(d, cred);

	hg_heap_remove(&d->chores, &cred->chore);
	if (!p || cred->errand)
		return;
	if (!hg_site_has_slot(p->pool->site, HG_CLASS_CRITICAL)) {
		hg_heap_move(&d->chores, &cred->chore, now->mono_us + SEC_US);
		hg_dispatcher_look_at_all_of(d, cred->identity); /* who can not wait so long */
		return;
	}
	if (cred->app && hg_app_token_due_us(cred->app) <= now->mono_us) {
		mint(d, p, now);
	} else if (cred->ask_us <= now->mono_us) {
		cred->ask_us = INT64_MAX;
		cred->was_asked = true;
		hg_errand_send(d, HG_ERRAND_ASK, p, HG_STR("/rate_limit"), (struct hg_str){ 0 },
			hg_credential_token(cred, now), now);
	} else if (cred->wants_name) {
		cred->wants_name = false; /* once: it is no harm when it stays unknown */
		hg_errand_send(d, HG_ERRAND_NAME, p, HG_STR("/user"), (struct hg_str){ 0 },
			cred->token, now);
	}
	if (!cred->errand)
		hg_care_for(d, cred, now);
}

/* -- good or not ------------------------------------------------------------------------------- */

static void leave(struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now)
{
	int64_t wait_us = ASK_AGAIN_US;
	bool was_out = cred->health == HG_HEALTH_OUT;

	cred->health = HG_HEALTH_OUT;
	if (!was_out)
		cred->n_asked = 0;
	/* Of one that was replaced nobody wants to hear, unless a reload brings it back. */
	if ((!was_out || !cred->out_us) && hg_credential_payer(cred)) {
		if (!cred->out_us)
			cred->out_us = now->mono_us;
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_ERROR, "credential invalid alias=%s why=%s",
			cred->alias, hg_credential_said(cred));
		hg_news_invalid(&d->news, cred->alias, hg_credential_said(cred));
	}
	for (uint32_t n = cred->n_asked++; n > 0 && wait_us < ASK_AGAIN_MOST_US; n--)
		wait_us *= 2;
	if (wait_us > ASK_AGAIN_MOST_US)
		wait_us = ASK_AGAIN_MOST_US;
	cred->ask_us = cred->app ? INT64_MAX /* a mint will tell */ : now->mono_us + wait_us;
}

static void come_back(struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now)
{
	cred->health = HG_HEALTH_GOOD;
	cred->ask_us = INT64_MAX;
	if (!cred->out_us)
		return;
	HG_LOG(HG_LOG_DISPATCH, HG_LOG_INFO, "credential recovered alias=%s", cred->alias);
	hg_news_recovered(&d->news, cred->alias, now->mono_us - cred->out_us);
	cred->out_us = 0;
}

void hg_care_doubt(struct hg_dispatcher *d, struct hg_credential *cred,
	const struct hg_secret *refused, const struct hg_now *now)
{
	if (cred->app) {
		hg_app_token_drop(cred->app, refused, now, &d->dice);
	} else if (cred->health == HG_HEALTH_GOOD && cred->token) {
		cred->health = HG_HEALTH_DOUBTED;
		cred->ask_us = now->mono_us;
	}
	hg_care_for(d, cred, now);
	hg_dispatcher_look_at_all_of(d, cred->identity);
}

/* -- permissions ------------------------------------------------------------------------------- */

/* What hubgate's clients can not do with it, once for each token. */
static void tell_permit(struct hg_credential *cred)
{
	const struct hg_permit *permit = hg_credential_permit(cred);
	struct hg_text off;

	if (cred->permit_told || permit->kind == HG_PERMIT_UNKNOWN)
		return;
	cred->permit_told = true;
	hg_text_init(&off);
	uint32_t n = hg_permit_print_off(permit, &off);
	if (n)
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_WARN, "credential alias=%s can not do: %s",
			cred->alias, off.p);
	hg_text_fini(&off);
}

/* As it comes near, whether anything is asked or not. */
void hg_care_watch_end(
	struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now)
{
	const struct hg_expiry_told was = cred->expiry_told;
	struct hg_expiry_told *told = &cred->expiry_told;

	hg_heap_remove(&d->ends, &cred->end);
	if (!cred->expires_us || !hg_credential_payer(cred))
		return;
	int64_t next_us =
		hg_news_expiry(&d->news, told, cred->alias, cred->expires_us, now->wall_us);
	if (told->days && (told->days != was.days || told->expires_us != was.expires_us))
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_WARN, "credential expiring alias=%s within_days=%u",
			cred->alias, told->days);
	if (next_us == INT64_MAX)
		return;
	int64_t wait_us = next_us - now->wall_us;
	hg_heap_move(&d->ends, &cred->end,
		now->mono_us + (wait_us < LOOK_AT_END_US ? wait_us : LOOK_AT_END_US));
}

void hg_care_note_head(struct hg_dispatcher *d, struct hg_credential *cred,
	const struct hg_head *head, const struct hg_now *now)
{
	int64_t ended_us = cred->expires_us;
	size_t n = 0;

	hg_credential_note_expiry(cred, head);
	if (cred->kind != HG_CREDENTIAL_OWN || !cred->token)
		return;
	const char *token = hg_secret_bytes(cred->token, &n);
	if (hg_permit_is_scoped(hg_token_kind((struct hg_str){ token, n })) &&
		hg_permit_note(&cred->permit, head)) {
		cred->permit_told = false;
		tell_permit(cred);
	}
	if (cred->expires_us == ended_us)
		return;
	set_gauges(cred, now);
	hg_care_watch_end(d, cred, now);
}

/* -- what errands bring ------------------------------------------------------------------------ */

static void take_mint(struct hg_dispatcher *d, struct hg_errand *e, const struct hg_head *head,
	const struct hg_now *now)
{
	struct hg_credential *cred = e->credential;

	switch (hg_app_token_take(cred->app, head, hg_text_str(&e->body), now, &d->dice)) {
	case HG_APP_MINTED:
		come_back(d, cred, now);
		tell_permit(cred);
		break;
	case HG_APP_REFUSED:
		if (hg_credential_is_bare(cred, now))
			leave(d, cred, now);
		break;
	case HG_APP_AGAIN:
	case HG_APP_LATER:
		break;
	}
}

static void take_ask(struct hg_dispatcher *d, struct hg_errand *e, const struct hg_head *head,
	const struct hg_now *now)
{
	struct hg_credential *cred = e->credential;
	bool is_suspended = head && head->status == 403 &&
	                    hg_outcome_read_body(hg_text_str(&e->body)) == HG_FINDING_SUSPENDED;

	if (!head) {
		cred->ask_us = now->mono_us + UNHEARD_US;
		if (cred->health == HG_HEALTH_DOUBTED)
			cred->health = HG_HEALTH_GOOD; /* the breaker's business, then */
	} else if (head->status == 401 || is_suspended) {
		cred->is_suspended = is_suspended;
		leave(d, cred, now);
	} else {
		come_back(d, cred, now);
	}
}

/* {"id":583231, …} */
static void take_name(struct hg_dispatcher *d, struct hg_errand *e, const struct hg_head *head)
{
	struct hg_credential *cred = e->credential;
	struct hg_site *site = cred->identity->site;
	struct hg_str value;
	char name[40];
	uint64_t id;

	if (!head || head->status != 200 || e->is_too_long ||
		!hg_json_is_valid(hg_text_str(&e->body)) ||
		hg_json_find(hg_text_str(&e->body), HG_STR("id"), &value) != 1 ||
		!hg_parse_u64(value, &id))
		return;
	int n = snprintf(name, sizeof(name), "user %llu", (unsigned long long)id);
	struct hg_scope scope =
		hg_scope_of(HG_SCOPE_IDENTITY, site->place, (struct hg_str){ name, (size_t)n });
	if (hg_pools_join(&d->pools, cred, scope))
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_INFO,
			"credential alias=%s is of the same user as others: one budget identity=%s",
			cred->alias, cred->identity->name);
}

void hg_care_take(struct hg_dispatcher *d, struct hg_errand *e, const struct hg_head *head,
	const struct hg_now *now)
{
	struct hg_credential *cred = e->credential;

	switch (e->kind) {
	case HG_ERRAND_MINT:
		take_mint(d, e, e->is_too_long ? NULL : head, now);
		break;
	case HG_ERRAND_ASK:
		take_ask(d, e, head, now);
		break;
	case HG_ERRAND_NAME:
		take_name(d, e, head);
		break;
	case HG_ERRANDS:
		HG_BUG_ON("no such errand");
	}
	hg_errand_free(e);
	hg_care_for(d, cred, now);
	hg_dispatcher_look_at_all_of(d, cred->identity);
}
