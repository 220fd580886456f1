#include "dispatch/show/explain.h"
#include "base/text.h"
#include "base/trace.h"
#include "dispatch/dispatcher_state.h"
#include "dispatch/show/ahead.h"
#include "dispatch/show/payer_look.h"

#define TICKETS_TOLD 16 /* of one id */

/* -- one that waits ---------------------------------------------------------------------------- */

struct waiting {
	const struct hg_ticket *ticket;
	const struct hg_flight *flight;
	enum hg_class counts_as; /* by its age, too */
	struct hg_ahead ahead;
	enum hg_stop why;
	int64_t until_us; /* mono: when somebody could pay; INT64_MAX: nobody knows */
	int64_t sent_us;  /* mono: about when it goes, with all that are ahead; INT64_MAX */
};

static void look(const struct hg_dispatcher *d, const struct hg_ticket *t, const struct hg_now *now,
	struct waiting *ret)
{
	const struct hg_flight *f = t->flight;
	struct hg_payer_look p;
	bool one_may = false;

	*ret = (struct waiting){ .ticket = t,
		.flight = f,
		.counts_as = f->track ? hg_queue_counts_as(f, now->mono_us) : f->klass,
		.until_us = INT64_MAX };
	if (f->state == HG_FLIGHT_RESTING) {
		ret->why = HG_STOP_RETRY;
		ret->until_us = ret->sent_us = f->due.key;
		return;
	}
	hg_ahead_count(f, now->mono_us, &ret->ahead);
	for (struct hg_payer *at = hg_line_payer(f->line, NULL); at;
		at = hg_line_payer(f->line, at)) {
		hg_payer_look_at(d, f, at, now, &p);
		one_may |= p.why == HG_STOP_NONE;
		if (ret->why == HG_STOP_NONE || p.until_us < ret->until_us) {
			ret->why = p.why;
			ret->until_us = p.until_us;
		}
	}
	if (one_may) {
		ret->why = HG_STOP_NONE;
		ret->until_us = now->mono_us;
	}
	int64_t turn_us = hg_pace_turn_in_us(d, f, ret->ahead.n, now);
	ret->sent_us =
		turn_us >= 0 && ret->until_us != INT64_MAX && now->mono_us + turn_us > ret->until_us
			? now->mono_us + turn_us
			: ret->until_us;
}

static void add_waiting(const struct hg_dispatcher *d, const struct waiting *w,
	const struct hg_now *now, struct hg_text *out)
{
	const struct hg_flight *f = w->flight;
	int64_t deadline_us = w->ticket->ask.deadline_us;
	bool is_first = true;

	hg_text_printf(out, ",\"counts_as\":\"%s\",\"waits_for\":\"%s\"",
		hg_class_name(w->counts_as), hg_stop_name(w->why));
	if (w->sent_us != INT64_MAX)
		hg_text_printf(out, ",\"expected_in_ms\":%lld,\"in_time\":%s",
			(long long)(w->sent_us - now->mono_us + 999) / 1000,
			w->sent_us < deadline_us ? "true" : "false");
	if (f->state == HG_FLIGHT_RESTING)
		return;
	hg_text_add(out, HG_STR(",\"ahead\":"));
	hg_ahead_add(&w->ahead, out);
	if (hg_share_is_full(f->share))
		hg_text_printf(out, ",\"client_under_way\":%u,\"client_max_upstream\":%u",
			f->share->in_flight, f->share->max_upstream);
	hg_text_add(out, HG_STR(",\"payers\":["));
	for (struct hg_payer *p = hg_line_payer(f->line, NULL); p;
		p = hg_line_payer(f->line, p), is_first = false) {
		struct hg_payer_look look;
		hg_payer_look_at(d, f, p, now, &look);
		hg_text_add(out, is_first ? HG_STR("") : HG_STR(","));
		hg_payer_look_add(d, f, &look, now, out);
	}
	hg_text_add_char(out, ']');
}

static void say_deadline(const struct waiting *w, const struct hg_now *now, struct hg_text *out)
{
	int64_t left_us = w->ticket->ask.deadline_us - now->mono_us;

	hg_text_printf(out, "deadline in %.1f s", (double)left_us / 1e6);
	if (w->sent_us == INT64_MAX)
		hg_text_add(out, HG_STR("; when it goes depends on what is under way"));
	else
		hg_text_printf(out, "; it should go in %.1f s%s",
			(double)(w->sent_us - now->mono_us) / 1e6,
			w->sent_us < w->ticket->ask.deadline_us ? ", in time" : ": too late");
}

static void add_line(struct hg_text *out, struct hg_text *line)
{
	hg_text_add(out, out->n && out->p[out->n - 1] == '[' ? HG_STR("") : HG_STR(","));
	hg_text_add_json(out, hg_text_str(line));
	hg_text_clear(line);
}

static void say_waiting(const struct hg_dispatcher *d, const struct waiting *w,
	const struct hg_now *now, struct hg_text *out)
{
	const struct hg_ticket *t = w->ticket;
	const struct hg_flight *f = w->flight;
	bool is_lifted = w->counts_as != t->ask.klass;
	struct hg_text line;

	hg_text_init(&line);
	hg_text_printf(&line, "class %s%s%s waits %.1f s for %s: %s", hg_class_name(t->ask.klass),
		is_lifted ? ", counts as " : "", is_lifted ? hg_class_name(w->counts_as) : "",
		(double)(now->mono_us - t->ask.arrived_us) / 1e6, f->line->resource,
		hg_stop_about(w->why));
	add_line(out, &line);
	if (f->state != HG_FLIGHT_RESTING) {
		hg_ahead_say(&w->ahead, &line);
		add_line(out, &line);
		for (struct hg_payer *p = hg_line_payer(f->line, NULL); p;
			p = hg_line_payer(f->line, p)) {
			struct hg_payer_look look;
			hg_payer_look_at(d, f, p, now, &look);
			hg_payer_look_say(d, f, &look, now, &line);
			add_line(out, &line);
		}
	}
	if (hg_share_is_full(f->share)) {
		hg_text_printf(&line,
			"its client has %u under way, as many as it may (max_upstream)",
			f->share->in_flight);
		add_line(out, &line);
	}
	say_deadline(w, now, &line);
	add_line(out, &line);
	hg_text_fini(&line);
}

/* -- one that is under way --------------------------------------------------------------------- */

static void add_under_way(const struct hg_flight *f, const struct hg_now *now, struct hg_text *out)
{
	const char *what;
	int64_t due_us = hg_flight_due_us(f, &what);

	hg_text_add_json_member(out, "credential", hg_str(f->credential->alias));
	hg_text_printf(out, ",\"sent_ago_ms\":%lld,\"tries\":%u",
		(long long)(now->mono_us - f->sent_us) / 1000, f->tries);
	if (due_us != INT64_MAX)
		hg_text_printf(out, ",\"awaits\":\"%s\",\"times_out_in_ms\":%lld", what,
			(long long)(due_us - now->mono_us) / 1000);
}

static void say_under_way(const struct hg_flight *f, const struct hg_now *now, struct hg_text *out)
{
	struct hg_text line;

	hg_text_init(&line);
	hg_text_printf(&line, "sent %.1f s ago, try %u, paid by %s: %s",
		(double)(now->mono_us - f->sent_us) / 1e6, f->tries, f->credential->alias,
		f->state == HG_FLIGHT_SENT ? "GitHub has not answered yet" : "the answer comes");
	add_line(out, &line);
	hg_text_fini(&line);
}

/* -- all --------------------------------------------------------------------------------------- */

/* What it has waited for so far. */
static void add_waits(const struct hg_waits *w, int64_t now_us, struct hg_text *out)
{
	bool is_first = true;

	hg_text_add(out, HG_STR(",\"waited_for_ms\":{"));
	for (unsigned s = 0; s < HG_STOPS; s++) {
		int64_t us = w->us[s] + (w->why == s ? now_us - w->since_us : 0);
		if (us < 1000)
			continue;
		hg_text_printf(out, "%s\"%s\":%lld", is_first ? "" : ",",
			hg_wait_name((enum hg_stop)s), (long long)us / 1000);
		is_first = false;
	}
	hg_text_add_char(out, '}');
}

static void explain(struct hg_dispatcher *d, const struct hg_ticket *t, bool names_others,
	const struct hg_now *now, struct hg_text *out)
{
	const struct hg_flight *f = t->flight;
	bool waits = f->state == HG_FLIGHT_QUEUED || f->state == HG_FLIGHT_RESTING;
	struct waiting w;

	hg_text_printf(out, "{\"state\":\"%s\",\"client\":", hg_ticket_state_name(t->state));
	hg_text_add_json(out, t->ask.client);
	hg_text_printf(out, ",\"class\":\"%s\",\"resource\":", hg_class_name(t->ask.klass));
	hg_text_add_json(out, hg_str(f->line->resource));
	hg_text_printf(out, ",\"shared\":%s,\"age_ms\":%lld,\"deadline_in_ms\":%lld",
		hg_flight_is_shared(f) ? "true" : "false",
		(long long)(now->mono_us - t->ask.arrived_us) / 1000,
		(long long)(t->ask.deadline_us - now->mono_us) / 1000);
	add_waits(&f->waits, now->mono_us, out);
	if (waits) {
		look(d, t, now, &w);
		if (!names_others)
			hg_ahead_hide(&w.ahead);
		add_waiting(d, &w, now, out);
	} else {
		add_under_way(f, now, out);
	}
	hg_text_add(out, HG_STR(",\"text\":["));
	if (waits)
		say_waiting(d, &w, now, out);
	else
		say_under_way(f, now, out);
	hg_text_add(out, HG_STR("]}"));
}

bool hg_dispatcher_explain(struct hg_dispatcher *d, struct hg_str id, struct hg_str client,
	const struct hg_now *now, struct hg_text *out)
{
	uint64_t key = hg_trace_key(id);
	const struct hg_ticket *t;
	unsigned n = 0;

	HG_LIST_EACH(&d->tickets, t, all)
	{
		if (t->trace_key != key || !hg_str_is(t->ask.id, id) || !t->flight ||
			(client.p && !hg_str_is(t->ask.client, client)))
			continue;
		if (n++)
			hg_text_add_char(out, ',');
		explain(d, t, !client.p, now, out);
		if (n == TICKETS_TOLD)
			break;
	}
	return n > 0;
}
