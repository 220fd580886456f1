/*
 * Why one who waits may not go, asked of everything that has a say: the token, the breakers of site
 * and identity, the ledger with its reserves, the strategy, GitHub's secondary limits. Nothing is
 * changed by it: the choice asks for it, and so does who explains the choice.
 */
#include "dispatch/dispatcher_state.h"

static void later_of(
	enum hg_stop *why, int64_t *until_us, enum hg_stop other, int64_t other_us, int64_t now_us)
{
	if (other_us <= now_us || (*why != HG_STOP_NONE && other_us <= *until_us))
		return;
	*why = other;
	*until_us = other_us;
}

enum hg_stop hg_ledger_stop(
	struct hg_ledger *l, uint32_t cost, const struct hg_now *now, int64_t *ret_until_us)
{
	const struct hg_identity *id = l->identity;
	int64_t opens_us = hg_ledger_opens_us(l, cost, now);
	enum hg_stop why = HG_STOP_NONE;

	*ret_until_us = now->mono_us;
	later_of(&why, ret_until_us, HG_STOP_BLOCKED, id->blocked_us, now->mono_us);
	later_of(&why, ret_until_us, HG_STOP_CAP, hg_identity_cap_us(id, now->mono_us),
		now->mono_us);
	if (opens_us == INT64_MAX && why != HG_STOP_NONE)
		return why; /* a known moment; what is under way will have settled by then */
	later_of(&why, ret_until_us, opens_us == l->closed_us ? HG_STOP_REFUSED : HG_STOP_EMPTY,
		opens_us, now->mono_us);
	return why;
}

/* Is its token there and good? */
static enum hg_stop token_stop(
	const struct hg_credential *cred, const struct hg_now *now, int64_t *ret_until_us)
{
	bool is_due = hg_heap_has(&cred->chore) && cred->chore.key > now->mono_us;

	if (cred->health == HG_HEALTH_GOOD && !hg_credential_is_bare(cred, now))
		return HG_STOP_NONE;
	/* Being asked about, or due in this turn: until that has settled. */
	*ret_until_us = is_due && !cred->errand && cred->health != HG_HEALTH_DOUBTED
	                        ? cred->chore.key
	                        : INT64_MAX;
	return HG_STOP_TOKEN;
}

static enum hg_stop breaker_stop(
	const struct hg_breaker *b, const struct hg_now *now, int64_t *ret_until_us)
{
	if (hg_breaker_may(b, now->mono_us))
		return HG_STOP_NONE;
	*ret_until_us =
		b->state == HG_BREAKER_PROBING ? INT64_MAX : hg_breaker_opens_us(b, now->mono_us);
	return HG_STOP_DOWN;
}

/* What keeps this payer from paying for anything of the line. */
static enum hg_stop payer_stop(const struct hg_payer *p, const struct hg_line *line, uint32_t cost,
	const struct hg_now *now, int64_t *ret_until_us)
{
	struct hg_credential *cred = p->credential;
	bool is_github = cred->kind != HG_CREDENTIAL_ELSEWHERE;
	enum hg_stop why = token_stop(cred, now, ret_until_us);

	if (why == HG_STOP_NONE && is_github)
		why = breaker_stop(&line->pool->site->breaker, now, ret_until_us);
	if (why == HG_STOP_NONE && is_github)
		why = breaker_stop(&cred->identity->breaker, now, ret_until_us);
	if (why == HG_STOP_NONE)
		why = hg_ledger_stop(hg_payer_ledger(p, line), cost, now, ret_until_us);
	return why;
}

enum hg_stop hg_line_stop(const struct hg_line *line, uint32_t cost, const struct hg_now *now,
	int64_t *ret_until_us, bool *ret_may_settle)
{
	enum hg_stop why = HG_STOP_NONE;

	*ret_until_us = INT64_MAX;
	*ret_may_settle = false;
	for (struct hg_payer *p = hg_line_payer(line, NULL); p; p = hg_line_payer(line, p)) {
		int64_t at_us;
		enum hg_stop stop = payer_stop(p, line, cost, now, &at_us);
		if (stop == HG_STOP_NONE)
			return HG_STOP_NONE;
		*ret_may_settle |= at_us == INT64_MAX;
		if (why == HG_STOP_NONE || at_us < *ret_until_us) {
			why = stop;
			*ret_until_us = at_us;
		}
	}
	return why;
}

enum hg_stop hg_payer_why_not(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer *p, const struct hg_now *now, int64_t *ret_until_us)
{
	struct hg_ledger *l = hg_payer_ledger(p, f->line);
	enum hg_stop why = payer_stop(p, f->line, f->cost, now, ret_until_us);

	if (why != HG_STOP_NONE)
		return why;
	int64_t opens_us = hg_ledger_spares_us(l, f->cost, hg_pace_kept(d, l, f->klass), now);
	if (opens_us > now->mono_us) {
		*ret_until_us = opens_us;
		return HG_STOP_RESERVE;
	}
	int64_t wait_us = hg_pace_us(d, f, l, now);
	if (wait_us > 0) {
		*ret_until_us = now->mono_us + wait_us;
		return HG_STOP_PACE;
	}
	int64_t limit_us = hg_secondary_opens_us(
		l->identity->secondary, &d->snapshot->secondary, &f->spend, now->mono_us, NULL);
	bool has_limits = !l->heard || hg_ledger_is_known(l); /* a GHES may have none at all */
	if (limit_us > now->mono_us && has_limits && !f->ask.url.n) {
		*ret_until_us = limit_us;
		return HG_STOP_LIMIT;
	}
	if (hg_identity_is_busy(l->identity)) {
		*ret_until_us = INT64_MAX;
		return HG_STOP_BUSY;
	}
	return HG_STOP_NONE;
}
