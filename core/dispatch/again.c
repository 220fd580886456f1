/*
 * What becomes of a request that GitHub did not simply answer: the matrix says what is right
 * (outcome.h), here it is done as far as it is possible. Tickets that can wait for it go on in an
 * heir; those that can not stay with the flight, and get what there is.
 */
#include "base/bug.h"
#include "base/hash.h"
#include "base/log.h"
#include "dispatch/dispatcher_state.h"
#include "dispatch/outcome.h"
#include "ticket/upstreams.h"
#include <hg/strategy.h>
#include <stdio.h>

#define SEC_US 1000000ll

/* -- who goes on ------------------------------------------------------------------------------- */

static bool may_repeat(struct hg_dispatcher *d, const struct hg_flight *f, bool is_charged)
{
	if (f->ask.upload && hg_upload_is_touched(f->ask.upload))
		return false; /* what was sent is gone */
	return (int64_t)f->tries <= f->snapshot->dispatch.retries &&
	       f->tries <= f->ask.retries_most && (!is_charged || hg_retry_purse_pay(&d->purse));
}

/* The tickets that live past `at_us` go on in a new flight; those that do not stay with this one,
 * whose reply is theirs. NULL: none went. */
static struct hg_flight *bequeath(
	struct hg_dispatcher *d, struct hg_flight *f, int64_t at_us, int64_t now_us)
{
	struct hg_flight *heir = NULL;
	struct hg_ticket *t;

	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->ask.deadline_us <= at_us)
			continue;
		if (!heir) {
			heir = hg_flight_heir(f);
			heir->keeps = f->keeps;
			hg_list_add(&d->flights, &heir->link);
		}
		hg_list_move(&t->link, &heir->tickets);
		t->flight = heir;
		hg_ticket_enter(d, t, HG_TICKET_QUEUED, now_us);
	}
	if (!heir)
		return NULL;
	memcpy(heir->key, f->key, sizeof(heir->key));
	hg_coalesce_take(&d->coalesce, f);
	hg_coalesce_put(&d->coalesce, heir);
	return heir;
}

void hg_dispatcher_rest(
	struct hg_dispatcher *d, struct hg_flight *f, int64_t until_us, int64_t now_us)
{
	struct hg_ticket *t;

	f->state = HG_FLIGHT_RESTING;
	hg_heap_move(&d->dues, &f->due, until_us);
	HG_LIST_EACH(&f->tickets, t, link)
	{
		hg_ticket_enter(d, t, HG_TICKET_PARKED, now_us);
	}
}

static void queue_heir(struct hg_dispatcher *d, struct hg_flight *heir, const struct hg_now *now)
{
	hg_dispatcher_queue(d, heir, now);
	(void)hg_dispatcher_park(d, heir, now);
}

/* -- limits ------------------------------------------------------------------------------------ */

/* A limit that we kept, and GitHub sees otherwise: there is a lower one. */
static void learn(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_identity *id = f->ledger->identity;

	if (!f->is_spending)
		return;
	struct hg_lesson lesson;
	enum hg_secondary_why why = hg_secondary_object(id->secondary, &d->snapshot->secondary,
		&f->spend, f->sent_us, now->mono_us, &lesson);
	if (lesson.was == lesson.is)
		return;
	HG_LOG(HG_LOG_DISPATCH, HG_LOG_INFO,
		"secondary limit learned identity=%s of=%s route=%.*s was=%lld is=%lld", id->name,
		hg_secondary_why_name(why), (int)f->spend.route.n, f->spend.route.p,
		(long long)lesson.was, (long long)lesson.is);
	if (f->credential->kind == HG_CREDENTIAL_OWN)
		hg_news_learned(&d->news, id->name, hg_secondary_why_name(why), f->spend.route,
			lesson.was, lesson.is);
}

/* Books GitHub's no. Returns when there may be a yes. */
static int64_t book_refusal(struct hg_dispatcher *d, struct hg_flight *f, enum hg_finding finding,
	int64_t wait_us, const struct hg_rate *rate, const struct hg_now *now)
{
	struct hg_ledger *l = f->ledger;
	bool is_primary = finding == HG_FINDING_PRIMARY;
	const char *kind = is_primary ? "primary" : "secondary";
	int64_t until_us;

	if (is_primary) {
		hg_ledger_close(l, rate, now, &d->dice);
	} else {
		hg_identity_block(l->identity, wait_us, now->mono_us, &d->dice);
		learn(d, f, now);
	}
	hg_dispatcher_end_spending(d, f, false, now->mono_us);
	l->was_refused = true;
	hg_series_add(
		hg_core_series(HG_METRIC_LIMIT_HITS, f->credential->label, l->resource, kind), 1);
	hg_ledger_stop(l, f->cost, now, &until_us);
	HG_LOG(HG_LOG_DISPATCH, HG_LOG_WARN,
		"limit credential=%s resource=%s kind=%s status=%d wait_s=%lld",
		f->credential->alias, l->resource, kind, f->head->status,
		(long long)((until_us - now->mono_us) / SEC_US));
	if (f->credential->kind == HG_CREDENTIAL_OWN)
		hg_news_exceeded(&d->news, &l->told, l->identity->name, l->resource, kind,
			f->head->status, now->wall_us + until_us - now->mono_us);
	return until_us;
}

/* -- another credential ------------------------------------------------------------------------ */

static uint64_t bit_of(const struct hg_flight *f)
{
	const struct hg_pool *pool = f->line->pool;

	for (uint32_t i = 0; i < pool->n_payers; i++)
		if (pool->payers[i].credential == f->credential)
			return UINT64_C(1) << i;
	return 0;
}

/* False: there is none, and this one will not do either. */
static bool ask_another(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_outcome *o,
	const struct hg_now *now)
{
	uint64_t others = f->line->fit & ~bit_of(f);
	/* Alone it waits for the verdict, or for an App's next token: what is out is told 503, and
	 * a 401 would have the client doubt itself. */
	if (f->ask.upload && hg_upload_is_touched(f->ask.upload))
		return false; /* what was sent is gone */
	/* Each of the others at most once: that is no retry, and neither is the wait for a verdict.
	 */
	if (!others && !(o->row->probes && (f->tries == 1 || may_repeat(d, f, o->row->is_charged))))
		return false;
	struct hg_flight *heir = bequeath(d, f, now->mono_us, now->mono_us);
	if (!heir)
		return false;
	if (others)
		hg_flight_move(
			heir, hg_pool_line(f->line->pool, hg_str(f->line->resource), others));
	queue_heir(d, heir, now);
	return true;
}

static void note_permission(struct hg_dispatcher *d, struct hg_flight *f, enum hg_finding finding,
	const struct hg_now *now)
{
	struct hg_credential *cred = f->credential;
	struct hg_text lack;

	hg_credential_note_lack(cred, f->ask.route, now->mono_us);
	hg_text_init(&lack);
	(void)hg_permit_print_lack(hg_credential_permit(cred), f->head, &lack);
	struct hg_str needs = hg_text_str(&lack);
	if (hg_str_starts(needs, HG_STR("needs "))) /* it is the value of a member of that name */
		needs = (struct hg_str){ needs.p + 6, needs.n - 6 };
	hg_news_permission(&d->news, &cred->lack_told, cred->alias, f->ask.route, needs,
		finding == HG_FINDING_SSO, now->wall_us);
	hg_text_fini(&lack);
}

/* -- breakers ---------------------------------------------------------------------------------- */

static void move(struct hg_dispatcher *d, struct hg_breaker *b, enum hg_breaker_move move,
	const struct hg_flight *f, const char *identity, const struct hg_now *now)
{
	const struct hg_site *site = f->line->pool->site;
	char answered[32];
	const char *why = site->why;

	switch (move) {
	case HG_BREAKER_STAYED:
		return;
	case HG_BREAKER_OPENED:
		if (f->head) {
			(void)snprintf(answered, sizeof(answered), "answered %d", f->head->status);
			why = answered;
		}
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_WARN, "upstream down name=%s identity=%s why=%s",
			site->name, identity, why);
		hg_news_down(&d->news, site->name, identity, why,
			hg_breaker_opens_us(b, now->mono_us) - now->mono_us);
		return;
	case HG_BREAKER_REOPENED:
		return;
	case HG_BREAKER_RECOVERED:
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_INFO, "upstream up name=%s identity=%s down_s=%lld",
			site->name, identity, (long long)(b->was_down_us / SEC_US));
		hg_news_up(&d->news, site->name, identity, b->was_down_us);
		return;
	}
}

/* How one went, as far as this breaker is concerned. */
static void settle_breaker(struct hg_dispatcher *d, struct hg_breaker *b,
	struct hg_breaker_doubt *doubt, const struct hg_flight *f, bool is_good,
	const char *identity, const struct hg_now *now)
{
	struct hg_str route = f->ask.route;
	bool is_sent = f->head || f->connected;

	if (is_good)
		hg_breaker_clear(doubt);
	if (!is_good && is_sent && b->state == HG_BREAKER_CLOSED &&
		hg_breaker_doubts(doubt, hg_hash(route.p, route.n), f->tries > 1))
		hg_breaker_untake(b, f->sent_us);
	else
		move(d, b,
			hg_breaker_settle(b, &d->snapshot->dispatch, is_good, f->sent_us,
				now->mono_us, &d->dice),
			f, identity, now);
}

static void settle_breakers(
	struct hg_dispatcher *d, struct hg_flight *f, enum hg_blame blame, const struct hg_now *now)
{
	struct hg_identity *id = f->ledger->identity;
	struct hg_site *site = id->site;
	enum hg_breaker_state was = site->breaker.state;

	if (!f->on_breakers)
		return;
	f->on_breakers = false;
	settle_breaker(d, &site->breaker, &site->doubt, f, blame != HG_BLAME_HOST, "", now);
	if (blame == HG_BLAME_HOST)
		hg_breaker_untake(&id->breaker, f->sent_us); /* it says nothing of who asked */
	else
		settle_breaker(
			d, &id->breaker, &id->doubt, f, blame != HG_BLAME_IDENTITY, id->name, now);
	hg_dispatcher_look_at_all_of(d, id);
	if (site->breaker.state != was) /* others wait for the same host */
		hg_dispatcher_look_at_site(d, site);
}

void hg_dispatcher_leave_breakers(struct hg_dispatcher *d, struct hg_flight *f)
{
	struct hg_identity *id;
	enum hg_breaker_state was;

	if (!f->on_breakers)
		return;
	f->on_breakers = false;
	id = f->ledger->identity;
	was = id->site->breaker.state;
	hg_breaker_untake(&id->site->breaker, f->sent_us);
	hg_breaker_untake(&id->breaker, f->sent_us);
	if (id->site->breaker.state != was) /* it was the probe: another may be one */
		hg_dispatcher_look_at_site(d, id->site);
}

/* -- the matrix is done ------------------------------------------------------------------------ */

static struct hg_case case_of(const struct hg_flight *f, enum hg_retry_phase phase,
	enum hg_finding finding, const struct hg_now *now)
{
	const struct hg_credential *cred = f->credential;
	bool is_options = hg_str_is(f->ask.method, HG_STR("OPTIONS"));
	bool has_own = cred->kind == HG_CREDENTIAL_OWN && (cred->token || cred->app);

	return (struct hg_case){
		.method = f->ask.graphql.is_query        ? HG_METHOD_QUERY
		          : f->ask.is_safe || is_options ? HG_METHOD_READ
		                                         : HG_METHOD_WRITE,
		.phase = phase,
		.whose = has_own                                   ? HG_WHOSE_POOL
		         : cred->kind == HG_CREDENTIAL_PASSTHROUGH ? HG_WHOSE_CLIENT
		                                                   : HG_WHOSE_NOBODY,
		.finding = finding,
		.status = f->head ? f->head->status : 0,
		.tries = f->tries,
		.traits =
			(cred->app && hg_app_token_is_young(cred->app, now) ? HG_TRAIT_YOUNG : 0u) |
			(f->ask.upload && hg_upload_is_touched(f->ask.upload) ? HG_TRAIT_BODY_GONE
									      : 0u),
	};
}

void hg_dispatcher_judge(struct hg_dispatcher *d, struct hg_flight *f, enum hg_finding finding,
	int64_t asked_us, const struct hg_rate *rate, const struct hg_now *now)
{
	bool is_refusal = finding == HG_FINDING_PRIMARY || finding == HG_FINDING_SECONDARY;
	struct hg_case c = case_of(f, is_refusal ? HG_PHASE_REFUSED : HG_PHASE_HEAD, finding, now);
	struct hg_outcome o = hg_outcome_of(&c);
	int64_t until_us = now->mono_us;
	struct hg_flight *heir;

	settle_breakers(d, f, o.row->blame, now);
	if (is_refusal)
		until_us = book_refusal(d, f, finding, asked_us, rate, now);
	if (o.row->topic == HG_TOPIC_CREDENTIAL_PERMISSION)
		note_permission(d, f, finding, now);
	if (o.row->probes)
		hg_care_doubt(d, f->credential, f->token, now);
	switch (o.act) {
	case HG_ACT_PASS:
		return;
	case HG_ACT_OTHER:
		(void)ask_another(d, f, &o, now);
		return;
	case HG_ACT_RESET:
	case HG_ACT_LATER:
		if (!is_refusal)
			break;
		heir = may_repeat(d, f, o.row->is_charged) ? bequeath(d, f, until_us, now->mono_us)
		                                           : NULL;
		if (heir)
			queue_heir(d, heir, now);
		return;
	case HG_ACT_REPEAT:
	case HG_ACT_GRACE:
	case HG_ACTS:
		break;
	}
	if (!may_repeat(d, f, o.row->is_charged))
		return;
	until_us = now->mono_us + hg_outcome_wait_us(&o, &c, asked_us, &d->dice);
	heir = bequeath(d, f, until_us, now->mono_us);
	if (heir)
		hg_dispatcher_rest(d, heir, until_us, now->mono_us);
}

int64_t hg_dispatcher_judge_failure(struct hg_dispatcher *d, struct hg_flight *f,
	enum hg_retry_phase phase, const struct hg_now *now)
{
	struct hg_case c = case_of(f, phase, HG_FINDING_NONE, now);
	struct hg_outcome o = hg_outcome_of(&c);

	settle_breakers(d, f, o.row->blame, now);
	if (o.act != HG_ACT_REPEAT || !may_repeat(d, f, o.row->is_charged))
		return -1;
	return now->mono_us + hg_outcome_wait_us(&o, &c, -1, &d->dice);
}
