/*
 * What upstream says: heads, pieces, ends; refusals and failures, and what is tried once more.
 */
#include "base/bug.h"
#include "base/log.h"
#include "base/text.h"
#include "dispatch/dispatcher_state.h"
#include "dispatch/errand.h"
#include "dispatch/look.h"
#include "dispatch/outcome.h"
#include "dispatch/budget/overview.h"
#include <hg/strategy.h>
#include <hg/mem.h>
#include <stdio.h>

#define SEC_US 1000000ll
#define SURE 0.5 /* of a forecast, to warn by it */

/* -- booking ----------------------------------------------------------------------------------- */

/* GitHub counted it in another bucket than we thought: remember that for the route. */
static void correct_resource(struct hg_flight *f, const char *resource)
{
	struct hg_ledger *was = f->ledger;
	struct hg_ledger *is = hg_identity_ledger(was->identity, hg_str(resource));

	if (is == was)
		return;
	hg_ledger_move(is, was, f->cost);
	hg_flight_charge(f, f->credential, is);
	if (f->cost == 0)
		return; /* GET /rate_limit tells of core, and waits for no budget */
	hg_flight_move(f, hg_pool_line(f->line->pool, hg_str(resource), f->line->fit));
	hg_site_learn(is->identity->site, f->ask.route, resource);
}

/* What a query took of its budget, -1 when that can not be told. */
static int64_t query_took(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_rate *rate)
{
	int64_t took = hg_used_answered(&f->ledger->used, &f->used, rate, f->cost);

	if (took >= 0)
		(void)hg_shape_costs_note(
			d->shapes, f->ask.graphql.shape, f->ask.graphql.points, (uint32_t)took);
	return took;
}

/* Of a secondary limit `remaining` may be 0 whatever is left; a 401 tells of the budget of who is
 * nobody, a mint of none. What failed before it was counted does not say that there is no limit. */
static bool tells_of_budget(
	const struct hg_flight *f, const struct hg_rate *rate, enum hg_refusal refusal)
{
	bool is_mint = f->errand && f->errand->kind == HG_ERRAND_MINT;
	bool has_failed = f->head->status >= 500 && !rate->is_known;

	return refusal != HG_REFUSAL_SECONDARY && f->head->status != 401 && !is_mint && !has_failed;
}

/* The head tells what it cost. */
static void settle(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_rate *rate,
	enum hg_refusal refusal, const struct hg_now *now)
{
	/* 304: but unauthenticated ones are counted. A refusal was not executed. */
	bool is_free = (f->head->status == 304 && f->token) || refusal != HG_REFUSAL_NONE ||
	               f->head->status == 401;
	uint32_t spent = is_free ? 0 : f->cost;

	if (f->ask.graphql.is_read) {
		int64_t took = query_took(d, f, rate);
		if (rate->is_known)
			spent = took >= 0 ? (uint32_t)took : 1; /* surely that */
	}
	if (rate->resource[0])
		correct_resource(f, rate->resource);
	f->taken = false;
	if (!tells_of_budget(f, rate, refusal))
		rate = NULL;
	hg_ledger_settle(f->ledger, f->cost, spent, rate, f->sent_us, now, &d->dice);
	hg_dispatcher_look_at_all_of(d, f->ledger->identity);
}

/* -- heads ------------------------------------------------------------------------------------- */

static void note_head(struct hg_flight *f, const struct hg_now *now)
{
	const struct hg_ledger *l = f->ledger;
	struct hg_head_note *n = &f->note;

	*n = (struct hg_head_note){ .credential = f->credential->scope,
		.token = hg_flight_token_mark(f),
		.limit = -1,
		.sent_at_us = f->sent_us,
		.revalidated = f->revalidates };
	snprintf(n->alias, sizeof(n->alias), "%s", f->credential->alias);
	snprintf(n->resource, sizeof(n->resource), "%s", l->resource);
	if (hg_ledger_is_known(l)) {
		n->limit = l->limit;
		n->remaining = hg_ledger_remaining(l);
		n->reset_s = l->reset_s;
	}
	f->head_us = f->moved_us = now->mono_us;
}

static void give_head(const struct hg_flight *f, struct hg_ticket *t)
{
	struct hg_head_note note = f->note;

	note.shared = hg_flight_lead(f) != t;
	note.waited_us = f->sent_us > t->ask.arrived_us ? f->sent_us - t->ask.arrived_us : 0;
	hg_ticket_give_head(t, f->head, &note);
}

void hg_dispatcher_give_late(struct hg_flight *f, struct hg_ticket *t)
{
	give_head(f, t);
	for (uint32_t i = 0; i < f->kept.n; i++)
		hg_ticket_give_chunk(t, f->kept.items[i], f->snapshot->dispatch.window_bytes);
}

static void count_upstream(const struct hg_flight *f)
{
	char status[8];

	snprintf(status, sizeof(status), "%d", f->head->status);
	hg_series_add(hg_core_series(HG_METRIC_UPSTREAM, f->credential->label, f->ledger->resource,
			      status),
		1);
}

/* Who is still in this flight gets its reply. */
static void stream(struct hg_dispatcher *d, struct hg_flight *f, int64_t now_us)
{
	struct hg_ticket *t;

	if (hg_list_is_empty(&f->tickets)) {
		f->state = HG_FLIGHT_DRAINING;
		f->keeps = false;
		return;
	}
	f->state = HG_FLIGHT_STREAMING;
	HG_LIST_EACH(&f->tickets, t, link)
	{
		hg_heap_remove(
			&d->deadlines, &t->due); /* from here on the transfer's limits hold */
		hg_ticket_enter(d, t, HG_TICKET_STREAMING, now_us);
		give_head(f, t);
	}
}

/* It is known what it is: who can wait for something better goes on, the others get it. */
static void pass(struct hg_dispatcher *d, struct hg_flight *f, enum hg_finding finding,
	int64_t wait_us, const struct hg_rate *rate, const struct hg_now *now)
{
	if (wait_us < 0 && f->head->status == 503)
		wait_us = hg_rate_retry_after_us(f->head, now);
	if (finding != HG_FINDING_PRIMARY && finding != HG_FINDING_SECONDARY) {
		hg_dispatcher_end_spending(d, f, true, now->mono_us);
		hg_ledger_forgive(f->ledger, f->sent_us);
		hg_identity_forgive(f->ledger->identity, f->sent_us);
	}
	hg_dispatcher_judge(d, f, finding, wait_us, rate, now);
	stream(d, f, now->mono_us);
}

void hg_dispatcher_on_connected(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	(void)now;
	f->connected = true;
	if (f->state == HG_FLIGHT_SENT)
		hg_dispatcher_set_due(d, f);
}

void hg_dispatcher_on_upload(struct hg_dispatcher *d, struct hg_flight *f, ssize_t taken,
	bool has_room, const struct hg_now *now)
{
	struct hg_ticket *t = hg_flight_lead(f);

	if (taken >= 0)
		f->moved_us = now->mono_us;
	f->is_starved = taken < 0;
	if (f->is_uploading && hg_upload_is_whole(f->ask.upload)) {
		f->is_uploading = false;
		f->asked_us = now->mono_us;
	}
	if (f->state == HG_FLIGHT_SENT)
		hg_dispatcher_set_due(d, f);
	if (!t)
		return;
	/* As long as it goes up the deadline waits: the transfer's limits hold, and the client's.
	 */
	if (taken > 0)
		hg_heap_remove(&d->deadlines, &t->due);
	if (has_room)
		hg_ticket_give_room(t);
}

/* What another host says of limits is not GitHub's word, and what GitHub says to an App that signs
 * is not about its installation. */
static void rate_of(const struct hg_flight *f, const struct hg_head *head, const struct hg_now *now,
	struct hg_rate *ret_rate)
{
	if (f->ask.url.n || (f->errand && f->errand->kind == HG_ERRAND_MINT))
		*ret_rate = (struct hg_rate){ .limit = -1, .remaining = -1 };
	else
		hg_rate_read(head, now, ret_rate);
}

static bool is_one_tag(struct hg_str s)
{
	size_t weak = hg_str_starts(s, HG_STR("W/")) ? 2 : 0;

	return s.n >= weak + 2 && s.p[weak] == '"' &&
	       memchr(s.p + weak + 1, '"', s.n - weak - 1) == s.p + s.n - 1;
}

/* The reply's head as it is told on; a reference. A 304 must name the copy that it confirms (RFC
 * 9110, 15.4.5). To one that does not, the flight adds the tag that it asked with: whoever keeps
 * copies may have another one by now. */
static struct hg_head *head_told(const struct hg_flight *f, struct hg_head *head)
{
	struct hg_str tag = hg_flight_field(f, "If-None-Match");

	if (head->status != 304 || !f->revalidates || hg_head_find(head, "etag").n ||
		!is_one_tag(tag))
		return hg_head_ref(head);
	uint32_t n = head->n_fields;
	struct hg_field *fields = hg_alloc((n + 1) * sizeof(*fields));
	if (n)
		memcpy(fields, head->fields, n * sizeof(*fields));
	fields[n] = (struct hg_field){ HG_STR("ETag"), tag };
	struct hg_head *told = hg_head_new(304, fields, n + 1);
	hg_free(fields);
	return told;
}

static void publish(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_ledger *l = f->ledger;
	const struct hg_budget_facts facts = { l->identity->name, l->resource, l->limit,
		hg_ledger_remaining(l), l->reset_s };
	struct hg_outlook outlook;

	count_upstream(f);
	hg_dispatcher_publish(d, l);
	if (f->credential->kind != HG_CREDENTIAL_OWN || !hg_ledger_is_known(l))
		return;
	hg_news_budget(&d->news, &l->told, &facts, d->snapshot->dispatch.low_at);
	if (hg_pace_outlook(d, l, now, &outlook) && outlook.confidence >= SURE &&
		outlook.predicted_exhaustion_us < hg_ledger_resets_in_us(l, now))
		hg_news_exhaustion(
			&d->news, &l->told, &facts, now->wall_us + outlook.predicted_exhaustion_us);
}

void hg_dispatcher_on_head(struct hg_dispatcher *d, struct hg_flight *f, struct hg_head *head,
	const struct hg_now *now)
{
	struct hg_rate rate;
	int64_t wait_us = -1;

	if (HG_ODD(f->state != HG_FLIGHT_SENT || f->head))
		return;
	f->connected = true;
	f->head = head_told(f, head);
	rate_of(f, head, now, &rate);
	if (!f->ask.url.n && f->snapshot == d->snapshot)
		f->line->pool->site->is_multiplexed = f->is_multiplexed;
	hg_site_answered(f->line->pool->site);
	enum hg_refusal kind =
		f->ask.url.n ? HG_REFUSAL_NONE : hg_rate_refusal(head, &rate, now, &wait_us);
	settle(d, f, &rate, kind, now);
	note_head(f, now);
	hg_care_note_head(d, f->credential, head, now);
	publish(d, f, now);
	if (f->errand) {
		hg_dispatcher_set_due(d, f);
		return;
	}
	enum hg_finding finding = hg_outcome_read(head, kind);
	if (!f->ask.url.n && finding == HG_FINDING_NONE)
		f->look = hg_look_begin(&f->arena, &f->ask, head, rate.remaining == 0);
	if (!hg_look_is_on(f->look))
		pass(d, f, finding, wait_us, &rate, now);
	hg_dispatcher_set_due(d, f);
}

/* -- pieces ------------------------------------------------------------------------------------ */

/* Late followers could not have all of it any more. */
static void stop_keeping(struct hg_dispatcher *d, struct hg_flight *f)
{
	f->keeps = false;
	hg_chunks_clear(&f->kept);
	hg_coalesce_take(&d->coalesce, f);
}

static void deliver(
	struct hg_dispatcher *d, struct hg_flight *f, struct hg_chunk *c, const struct hg_now *now)
{
	const struct hg_dispatch_conf *conf = &f->snapshot->dispatch;
	struct hg_ticket *t;
	bool full = false;

	f->n_bytes += c->n;
	f->moved_us = now->mono_us; /* the heap of dues looks again when it would have ended */
	if (f->keeps && f->n_bytes <= conf->share_bytes)
		hg_chunks_add(&f->kept, hg_chunk_ref(c));
	else if (f->keeps)
		stop_keeping(d, f);
	HG_LIST_EACH(&f->tickets, t, link)
	{
		full |= hg_ticket_give_chunk(t, c, conf->window_bytes);
	}
	/* What may be shared is read at full speed. Beyond that the slowest client sets the pace,
	 * also of a few that came early enough to share it, so that memory stays bounded. */
	if (full && !f->paused && f->n_bytes > conf->share_bytes) {
		f->paused = true;
		hg_dispatcher_set_due(d, f);
		d->transport.pause(d->transport.arg, f, true);
	}
}

/* It was looked at: what was held goes its way, in order. */
static void let_go(struct hg_dispatcher *d, struct hg_flight *f, enum hg_finding finding,
	const struct hg_now *now)
{
	struct hg_chunks held = hg_look_take(f->look);
	struct hg_rate rate;

	rate_of(f, f->head, now, &rate);
	pass(d, f, finding, hg_rate_retry_after_us(f->head, now), &rate, now);
	for (uint32_t i = 0; i < held.n; i++)
		deliver(d, f, held.items[i], now);
	hg_chunks_clear(&held);
	hg_dispatcher_set_due(d, f);
}

static void look_at_piece(
	struct hg_dispatcher *d, struct hg_flight *f, struct hg_chunk *c, const struct hg_now *now)
{
	enum hg_finding finding;

	f->moved_us = now->mono_us;
	if (hg_look_hold(f->look, c, &finding))
		let_go(d, f, finding, now);
}

void hg_dispatcher_on_chunk(
	struct hg_dispatcher *d, struct hg_flight *f, struct hg_chunk *c, const struct hg_now *now)
{
	hg_look_read(f->look, c);
	if (f->errand)
		hg_errand_add(f->errand, c);
	else if (hg_look_is_on(f->look))
		look_at_piece(d, f, c, now);
	else
		deliver(d, f, c, now);
}

/* -- ends -------------------------------------------------------------------------------------- */

static void end_all_tickets(struct hg_dispatcher *d, struct hg_flight *f,
	const struct hg_ticket_end *how, int64_t now_us)
{
	struct hg_ticket *t;
	const struct hg_ticket *lead = hg_flight_lead(f); /* asked once: those who end leave */

	HG_LIST_EACH(&f->tickets, t, link)
	{
		struct hg_ticket_end end = *how;
		end.lead = t == lead;
		hg_dispatcher_end_ticket(d, t, &end, now_us);
	}
}

/* Nothing came, or not all of it: rest and try again with those who can wait, tell the others.
 * The flight is off the wire. */
static void fail(struct hg_dispatcher *d, struct hg_flight *f, enum hg_retry_phase phase,
	const struct hg_ticket_end *how, const struct hg_now *now)
{
	struct hg_ticket *t;

	if (phase != HG_PHASE_BODY)
		hg_site_failed(f->line->pool->site, how->text, now->mono_us);
	int64_t until_us = hg_dispatcher_judge_failure(d, f, phase, now);
	if (until_us >= 0) {
		HG_LIST_EACH(&f->tickets, t, link)
		{
			struct hg_ticket_end end = *how;
			if (t->ask.deadline_us <= until_us)
				hg_dispatcher_end_ticket(d, t, &end, now->mono_us);
			else
				hg_ticket_enter(d, t, HG_TICKET_QUEUED, now->mono_us);
		}
		if (!hg_list_is_empty(&f->tickets)) {
			hg_dispatcher_rest(d, f, until_us, now->mono_us);
			return;
		}
	}
	end_all_tickets(d, f, how, now->mono_us);
	hg_coalesce_take(&d->coalesce, f);
	hg_flight_free(f);
}

/* Nobody has been given it. */
static void forget_head(struct hg_flight *f)
{
	if (!hg_look_is_on(f->look))
		return;
	hg_head_unref(HG_TAKE(f->head));
	hg_look_drop(HG_TAKE(f->look));
}

/* No tickets: what it brought, or that it brought nothing, is for care.c. */
static void end_errand(struct hg_dispatcher *d, struct hg_flight *f, bool sent, bool is_whole,
	const struct hg_now *now)
{
	struct hg_errand *e = HG_TAKE(f->errand);

	hg_dispatcher_land(d, f, sent, now);
	hg_care_take(d, e, is_whole ? f->head : NULL, now);
	hg_flight_free(f);
}

/* The points that GitHub says a query took. */
static void note_cost(struct hg_dispatcher *d, const struct hg_flight *f)
{
	int64_t cost = hg_look_cost(f->look);

	if (cost >= 0)
		(void)hg_shape_costs_note(
			d->shapes, f->ask.graphql.shape, f->ask.graphql.points, (uint32_t)cost);
}

struct overview {
	struct hg_dispatcher *d;
	const struct hg_flight *flight;
	const struct hg_now *now;
};

static void take_budget(void *arg, const struct hg_rate *rate)
{
	struct overview *o = arg;
	struct hg_ledger *l =
		hg_identity_ledger(o->flight->ledger->identity, hg_str(rate->resource));

	hg_ledger_settle(l, 0, 0, rate, o->flight->sent_us, o->now, &o->d->dice);
	hg_dispatcher_publish(o->d, l);
}

/* An answer to /rate_limit says all budgets of its credential. */
static void take_overview(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	int64_t for_us = d->snapshot->dispatch.overview_for_us;
	struct overview o = { d, f, now };
	struct hg_text body;

	if (f->head->status != 200 || !f->keeps || f->ask.url.n || for_us <= 0 ||
		!hg_str_is(f->ask.path, HG_STR("/rate_limit")) ||
		!hg_str_is(f->ask.method, HG_STR("GET")))
		return;
	hg_text_init(&body);
	for (uint32_t i = 0; i < f->kept.n; i++)
		hg_text_add(&body, (struct hg_str){ f->kept.items[i]->bytes, f->kept.items[i]->n });
	uint32_t n = hg_overview_read(hg_text_str(&body), now, take_budget, &o);
	if (n)
		hg_dispatcher_publish_overview(
			d, f->ledger->identity, n, (now->wall_us + for_us) / SEC_US);
	hg_text_fini(&body);
}

static void finish(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	static const struct hg_ticket_end whole = {
		.code = HG_OK, .word = "", .retry_after_s = -1
	};

	if (hg_look_is_on(f->look))
		let_go(d, f, hg_look_end(f->look), now);
	note_cost(d, f);

	hg_series_observe(
		hg_core_series(HG_METRIC_UPSTREAM_SECONDS, f->ledger->resource, NULL, NULL),
		(double)(now->mono_us - f->sent_us) / 1e6);
	hg_dispatcher_land(d, f, true, now);
	take_overview(d, f, now);
	end_all_tickets(d, f, &whole, now->mono_us);
	hg_coalesce_take(&d->coalesce, f);
	hg_flight_free(f);
}

void hg_dispatcher_on_end(struct hg_dispatcher *d, struct hg_flight *f, int code, bool sent,
	const char *why, const struct hg_now *now)
{
	if (f->errand) {
		end_errand(d, f, sent, code == 0 && f->head, now);
		return;
	}
	if (code == 0 && f->head) {
		finish(d, f, now);
		return;
	}
	forget_head(f); /* it may be tried again */

	enum hg_retry_phase phase = f->head ? HG_PHASE_BODY
	                            : sent  ? HG_PHASE_SENT
	                                    : HG_PHASE_UNSENT;
	struct hg_ticket_end end = { .code = code ? code : HG_EIO,
		.status = 502,
		.word = "upstream_unreachable",
		.retry_after_s = -1 };
	const char *reason = f->head ? "cut" : sent ? "closed" : "connect";

	snprintf(end.text, sizeof(end.text), "GitHub could not be reached: %s.",
		why && *why ? why : "the connection was closed before an answer");
	hg_series_add(hg_core_series(HG_METRIC_UPSTREAM_ERRORS, reason, NULL, NULL), 1);
	HG_LOG_ABOUT(HG_LOG_DISPATCH, HG_LOG_DEBUG, f->ask.id,
		"upstream failed tries=%u reason=%s why=%s", f->tries, reason, why ? why : "");
	hg_dispatcher_land(d, f, sent, now);
	fail(d, f, phase, &end, now);
}

void hg_dispatcher_time_out(
	struct hg_dispatcher *d, struct hg_flight *f, const char *what, const struct hg_now *now)
{
	forget_head(f); /* nobody has it: as good as none */

	enum hg_retry_phase phase = f->head        ? HG_PHASE_BODY
	                            : f->connected ? HG_PHASE_SENT
	                                           : HG_PHASE_UNSENT;
	struct hg_ticket_end end = {
		.code = HG_ETIMEOUT, .status = 504, .word = "upstream_timeout", .retry_after_s = -1
	};

	snprintf(end.text, sizeof(end.text), "GitHub took too long (%s): %.1f s since sending.",
		what, (double)(now->mono_us - f->sent_us) / 1e6);
	hg_series_add(hg_core_series(HG_METRIC_UPSTREAM_ERRORS, what, NULL, NULL), 1);
	HG_LOG_ABOUT(HG_LOG_DISPATCH, HG_LOG_DEBUG, f->ask.id,
		"upstream timed out tries=%u what=%s", f->tries, what);
	d->transport.abort(d->transport.arg, f);
	if (f->errand) {
		end_errand(d, f, f->connected, false, now);
		return;
	}
	hg_dispatcher_land(d, f, f->connected, now);
	fail(d, f, phase, &end, now);
}
