/*
 * Who can not go before a known moment: a class of a line stands, its tickets are parked, and those
 * that could not make it are told at once, honestly.
 */
#include "base/bug.h"
#include "base/text.h"
#include "dispatch/dispatcher_state.h"

#define SEC_US 1000000ll

/* Whole seconds from now, rounded up: whoever comes back then finds it open. */
static int64_t seconds_to(int64_t until_us, int64_t now_us)
{
	int64_t s = (until_us - now_us + SEC_US - 1) / SEC_US;

	return s > 0 ? s : 1;
}

/* The budget that will be first to have something again: the one to tell of. */
static const struct hg_ledger *ledger_to_tell(const struct hg_line *line)
{
	const struct hg_ledger *best = NULL;

	for (struct hg_payer *p = hg_line_payer(line, NULL); p; p = hg_line_payer(line, p)) {
		const struct hg_ledger *l = hg_payer_ledger(p, line);
		if (!best || (hg_ledger_is_known(l) && l->reset_s < best->reset_s))
			best = l;
	}
	return best;
}

/* Why, in a sentence that ends in "<when> <at>, after the deadline.". */
static const char *say(
	struct hg_dispatcher *d, const struct hg_flight *f, enum hg_stop why, struct hg_text *out)
{
	const struct hg_ledger *l = ledger_to_tell(f->line);
	char buf[64];
	const char *who = hg_line_payers(f->line, buf);

	switch (why) {
	case HG_STOP_NONE:
	case HG_STOP_BUSY:
	case HG_STOP_SLOT:
	case HG_STOP_RETRY:
	case HG_STOPS:
		HG_BUG_ON("not parked");
		break;
	case HG_STOP_EMPTY:
		hg_text_printf(out, "The %s budget of %s (%lld) is spent", l->resource, who,
			(long long)l->limit);
		return "there is more at";
	case HG_STOP_REFUSED:
		hg_text_printf(
			out, "GitHub says that the %s budget of %s is spent", l->resource, who);
		return "next try at";
	case HG_STOP_BLOCKED:
		hg_text_printf(out, "GitHub asked %s to slow down (secondary rate limit)", who);
		return "next try at";
	case HG_STOP_CAP:
		hg_text_printf(out, "max_requests_per_hour (%lld) of %s is reached",
			(long long)l->identity->max_per_hour, who);
		return "next at";
	case HG_STOP_TOKEN:
		hg_text_printf(out,
			"GitHub does not take %s: it is expired, revoked or wrong, or could not be "
			"minted",
			who);
		return "it is asked again at";
	case HG_STOP_DOWN:
		hg_text_printf(out, "Upstream %s failed several times in a row",
			f->line->pool->site->name);
		return "next try at";
	case HG_STOP_RESERVE:
		hg_text_printf(out,
			"Class %s stops at %.0f %% of the %s budget of %s, and %lld of %lld are "
			"left",
			hg_class_name(f->klass),
			100 * hg_dispatch_reserve(&d->snapshot->dispatch, f->klass), l->resource,
			who, (long long)hg_ledger_remaining(l), (long long)l->limit);
		return "there is more at";
	case HG_STOP_PACE:
		hg_text_printf(out,
			"Class %s is paced: %lld of %lld of the %s budget of %s are left until its "
			"reset, and %u are ahead",
			hg_class_name(f->klass), (long long)hg_ledger_remaining(l),
			(long long)l->limit, l->resource, who,
			hg_queue_ahead(hg_flight_queue((struct hg_flight *)f), f));
		return "next at";
	case HG_STOP_LIMIT:
		hg_text_printf(out,
			"One more now would exceed what GitHub allows %s (secondary rate limit)",
			who);
		return "next at";
	}
	return "";
}

/* Says which budget, and when there is some again. */
static void refuse(struct hg_dispatcher *d, struct hg_ticket *t, const struct hg_flight *f,
	enum hg_stop why, int64_t until_us, const struct hg_now *now)
{
	struct hg_ticket_end end = { .code = HG_EAGAIN,
		.status = 429,
		.word = "no_budget",
		.retry_after_s = seconds_to(until_us, now->mono_us) };
	struct hg_text text;
	char at[21];

	if (why == HG_STOP_BLOCKED || why == HG_STOP_LIMIT)
		end.word = "upstream_limited";
	if (why == HG_STOP_TOKEN || why == HG_STOP_DOWN)
		end.status = 503;
	if (why == HG_STOP_TOKEN)
		end.word = "no_credential";
	if (why == HG_STOP_DOWN)
		end.word = "upstream_down";
	t->waited.word = hg_stop_name(why);
	t->waited.about = hg_stop_about(why);
	hg_text_init(&text);
	const char *when = say(d, f, why, &text);
	hg_format_time(now->wall_us + end.retry_after_s * SEC_US, at);
	hg_dispatcher_refuse(
		d, t, &end, now->mono_us, "%s; %s %s, after the deadline.", text.p, when, at);
	hg_text_fini(&text);
}

bool hg_dispatcher_refuse_late(struct hg_dispatcher *d, struct hg_flight *f, enum hg_stop why,
	int64_t wait_us, const struct hg_now *now)
{
	struct hg_ticket *t;

	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->ask.deadline_us - now->mono_us <= wait_us)
			refuse(d, t, f, why, now->mono_us + wait_us, now);
	}
	if (!hg_list_is_empty(&f->tickets))
		return false;
	hg_dispatcher_drop_flight(d, f, now);
	return true;
}

bool hg_dispatcher_refuse_hopeless(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	uint32_t ahead = hg_queue_ahead(hg_flight_queue(f), f);
	bool is_open = ahead && !hg_flight_park(f)->why;
	int64_t wait_us = is_open ? hg_pace_turn_in_us(d, f, ahead, now) : -1;

	return wait_us >= 0 && hg_dispatcher_refuse_late(d, f, HG_STOP_PACE, wait_us, now);
}

static void unpark(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	struct hg_ticket *t;

	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->state == HG_TICKET_PARKED)
			hg_ticket_enter(d, t, HG_TICKET_QUEUED, now->mono_us);
	}
}

bool hg_dispatcher_park(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now)
{
	const struct hg_park *park = hg_flight_park(f);
	struct hg_ticket *t;

	if (!park->why) {
		unpark(d, f, now);
		return true;
	}
	HG_LIST_EACH(&f->tickets, t, link)
	{
		if (t->ask.deadline_us <= park->until_us)
			refuse(d, t, f, (enum hg_stop)park->why, park->until_us, now);
		else if (t->state == HG_TICKET_QUEUED)
			hg_ticket_enter(d, t, HG_TICKET_PARKED, now->mono_us);
	}
	if (!hg_list_is_empty(&f->tickets))
		return true;
	hg_dispatcher_drop_flight(d, f, now);
	return false;
}

static void park_list(struct hg_dispatcher *d, struct hg_list *flights, const struct hg_now *now)
{
	struct hg_flight *f;

	HG_LIST_EACH(flights, f, queued)
	{
		(void)hg_dispatcher_park(d, f, now);
	}
}

void hg_dispatcher_park_class(struct hg_dispatcher *d, struct hg_line *line, unsigned c,
	enum hg_stop why, int64_t until_us, const struct hg_now *now)
{
	struct hg_park *park = &line->parks[c];
	bool is_news = park->why != (int)why || until_us > park->until_us;

	*park = (struct hg_park){ (int)why, until_us };
	if (!is_news)
		return;
	park_list(d, &line->queue.classes[c], now);
	park_list(d, &line->uploads.classes[c], now);
}

void hg_dispatcher_park_line(struct hg_dispatcher *d, struct hg_line *line, enum hg_stop why,
	int64_t until_us, const struct hg_now *now)
{
	for (unsigned c = 0; c < HG_CLASSES; c++)
		hg_dispatcher_park_class(d, line, c, why, until_us, now);
}

void hg_dispatcher_unpark_line(
	struct hg_dispatcher *d, struct hg_line *line, const struct hg_now *now)
{
	for (unsigned c = 0; c < HG_CLASSES; c++)
		if (line->parks[c].why != HG_STOP_NONE && line->parks[c].why != HG_STOP_RESERVE)
			hg_dispatcher_park_class(d, line, c, HG_STOP_NONE, 0, now);
}
