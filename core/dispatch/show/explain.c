#include "dispatch/show/explain.h"
#include "base/text.h"
#include "base/trace.h"
#include "dispatch/dispatcher_state.h"

#define SEC_US 1000000ll
#define CLIENTS_TOLD 8  /* who are ahead; the others are one sum */
#define TICKETS_TOLD 16 /* of one id */

/* -- who is ahead ------------------------------------------------------------------------------ */

struct rival {
	const struct hg_share *share; /* NULL: all that are not told apart */
	uint32_t n;                   /* of its flights that wait in our class */
};

struct ahead {
	uint32_t classes[HG_CLASSES], n;
	uint32_t own; /* in our class, of our client, before us */
	struct rival rivals[CLIENTS_TOLD + 1];
	unsigned n_rivals;
};

static void count_rival(struct ahead *a, const struct hg_share *share)
{
	unsigned i = 0;

	while (i < a->n_rivals && a->rivals[i].share && a->rivals[i].share != share)
		i++;
	if (i == a->n_rivals) {
		a->rivals[i] = (struct rival){ i < CLIENTS_TOLD ? share : NULL, 0 };
		a->n_rivals++;
	}
	a->rivals[i].n++;
}

/* Other clients of our class have as many turns as we have until it is ours, by their weights. */
static void bound_rivals(struct ahead *a, const struct hg_flight *f)
{
	uint64_t rounds = ((uint64_t)a->own + f->share->weight) / f->share->weight;

	for (unsigned i = 0; i < a->n_rivals; i++) {
		struct rival *r = &a->rivals[i];
		uint64_t most = r->share ? rounds * r->share->weight : r->n;
		if (r->n > most)
			r->n = (uint32_t)most;
		a->classes[f->klass] += r->n;
	}
	a->classes[f->klass] += a->own;
}

static void count_ahead(const struct hg_flight *f, int64_t now_us, struct ahead *ret)
{
	const struct hg_queue *q = hg_flight_queue(f);
	const struct hg_flight *g;
	bool is_past = false; /* a client's own go as they came */

	*ret = (struct ahead){ 0 };
	for (unsigned c = 0; c < HG_CLASSES; c++)
		HG_LIST_EACH(&q->classes[c], g, queued)
		{
			is_past |= g == f;
			if (g == f)
				continue;
			if (g->klass != f->klass)
				ret->classes[c] += hg_queue_is_before(g, f, now_us);
			else if (g->share != f->share)
				count_rival(ret, g->share);
			else
				ret->own += !is_past;
		}
	bound_rivals(ret, f);
	for (unsigned c = 0; c < HG_CLASSES; c++)
		ret->n += ret->classes[c];
}

/* One client is not told of another. */
static void hide_rivals(struct ahead *a)
{
	struct rival all = { 0 };

	for (unsigned i = 0; i < a->n_rivals; i++)
		all.n += a->rivals[i].n;
	a->rivals[0] = all;
	a->n_rivals = all.n > 0;
}

static void add_ahead(const struct ahead *a, struct hg_text *out)
{
	hg_text_printf(out, ",\"ahead\":{\"all\":%u", a->n);
	for (unsigned c = 0; c < HG_CLASSES; c++)
		hg_text_printf(out, ",\"%s\":%u", hg_class_name((enum hg_class)c), a->classes[c]);
	hg_text_printf(out, ",\"same_client\":%u,\"other_clients\":[", a->own);
	for (unsigned i = 0; i < a->n_rivals; i++) {
		const struct rival *r = &a->rivals[i];
		hg_text_printf(out, "%s{\"client\":", i ? "," : "");
		hg_text_add_json(out, hg_str(r->share ? r->share->name : "others"));
		hg_text_printf(out, ",\"ahead\":%u}", r->n);
	}
	hg_text_add(out, HG_STR("]}"));
}

/* -- who could pay, and why not now ------------------------------------------------------------ */

struct payer_look {
	const struct hg_payer *payer;
	struct hg_ledger *ledger;
	enum hg_stop why;
	int64_t until_us; /* INT64_MAX: when something settles */
	int64_t kept;     /* points that its class must leave */
};

static void look_at_payer(const struct hg_dispatcher *d, const struct hg_flight *f,
	struct hg_payer *p, const struct hg_now *now, struct payer_look *ret)
{
	*ret = (struct payer_look){ .payer = p, .ledger = hg_payer_ledger(p, f->line) };
	ret->why = hg_payer_why_not(d, f, p, now, &ret->until_us);
	ret->kept = hg_pace_kept(d, ret->ledger, f->klass);
	if (ret->why == HG_STOP_NONE && !hg_site_has_slot(f->line->pool->site, f->klass)) {
		ret->why = HG_STOP_SLOT;
		ret->until_us = INT64_MAX;
	}
}

/* The wall's moment of a monotonic one. */
static void format_mono(int64_t at_us, const struct hg_now *now, char ret[21])
{
	hg_format_time(now->wall_us + (at_us - now->mono_us), ret);
}

static void add_reading(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_identity *id, const struct hg_now *now, struct hg_text *out)
{
	struct hg_secondary_reading r;

	hg_secondary_read(id->secondary, &d->snapshot->secondary, &f->spend, now->mono_us, &r);
	if (!r.limit)
		return;
	hg_text_printf(out, ",\"secondary\":{\"limit_of\":\"%s\",\"used\":%u,\"limit\":%u",
		hg_secondary_why_name(r.why), r.used, r.limit);
	if (r.span_s)
		hg_text_printf(out, ",\"window_s\":%u", r.span_s);
	hg_text_add_char(out, '}');
}

static void add_budget(const struct hg_ledger *l, int64_t kept, struct hg_text *out)
{
	char reset[21];

	if (!hg_ledger_is_known(l))
		return;
	hg_format_time(l->reset_s * SEC_US, reset);
	hg_text_printf(out,
		",\"limit\":%lld,\"remaining\":%lld,\"in_flight\":%lld,\"kept\":%lld,"
		"\"reset\":\"%s\"",
		(long long)l->limit, (long long)hg_ledger_remaining(l), (long long)l->in_flight,
		(long long)kept, reset);
}

static void add_payer(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct payer_look *p, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_identity *id = p->ledger->identity;
	char opens[21];

	hg_text_add(out, HG_STR("{\"credential\":"));
	hg_text_add_json(out, hg_str(p->payer->credential->alias));
	hg_text_add(out, HG_STR(",\"identity\":"));
	hg_text_add_json(out, hg_str(id->name));
	hg_text_printf(out, ",\"why\":\"%s\"", hg_stop_name(p->why));
	if (p->why != HG_STOP_NONE && p->until_us != INT64_MAX) {
		format_mono(p->until_us, now, opens);
		hg_text_printf(out, ",\"opens_in_ms\":%lld,\"opens\":\"%s\"",
			(long long)(p->until_us - now->mono_us + 999) / 1000, opens);
	}
	add_budget(p->ledger, p->kept, out);
	hg_text_printf(out, ",\"on_wire\":%u,\"max_concurrent\":%lld", id->on_wire,
		(long long)id->site->max_concurrent);
	if (id->max_per_hour > 0)
		hg_text_printf(out, ",\"sent_this_hour\":%lld,\"max_requests_per_hour\":%lld",
			(long long)id->hour_sent, (long long)id->max_per_hour);
	if (p->why == HG_STOP_PACE) {
		hg_text_add(out, HG_STR(",\"strategy\":"));
		hg_text_add_json(out, hg_str(hg_pace_name(d, f)));
		hg_text_printf(out, ",\"interval_ms\":%lld",
			(long long)hg_pace_interval_us(d, f, p->ledger, now) / 1000);
	}
	add_reading(d, f, id, now, out);
	hg_text_add_char(out, '}');
}

/* In words: what stands behind `why`. */
static void say_payer(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct payer_look *p, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_ledger *l = p->ledger;
	struct hg_secondary_reading r;
	char at[21];

	hg_text_printf(out, "%s: %s", p->payer->credential->alias,
		p->why == HG_STOP_NONE ? "may pay as soon as it is its turn"
				       : hg_stop_about(p->why));
	if (p->why == HG_STOP_RESERVE)
		hg_text_printf(out, " (class %s stops at %lld)", hg_class_name(f->klass),
			(long long)p->kept);
	else if (p->why == HG_STOP_PACE)
		hg_text_printf(out, " (%s, one each %.1f s)", hg_pace_name(d, f),
			(double)hg_pace_interval_us(d, f, p->ledger, now) / 1e6);
	else if (p->why == HG_STOP_BUSY)
		hg_text_printf(out, " (%u)", l->identity->on_wire);
	else if (p->why == HG_STOP_SLOT)
		hg_text_printf(out, " (%u are under way)", l->identity->site->on_wire);
	else if (p->why == HG_STOP_LIMIT) {
		hg_secondary_read(l->identity->secondary, &d->snapshot->secondary, &f->spend,
			now->mono_us, &r);
		hg_text_printf(
			out, " (%s: %u of %u)", hg_secondary_why_name(r.why), r.used, r.limit);
	}
	if (hg_ledger_is_known(l)) {
		hg_format_time(l->reset_s * SEC_US, at);
		hg_text_printf(out, "; %s %lld of %lld left, resets %s", l->resource,
			(long long)hg_ledger_remaining(l), (long long)l->limit, at);
	}
	if (p->why != HG_STOP_NONE && p->until_us != INT64_MAX) {
		format_mono(p->until_us, now, at);
		hg_text_printf(out, "; opens %s, in %.1f s", at,
			(double)(p->until_us - now->mono_us) / 1e6);
	} else if (p->why != HG_STOP_NONE) {
		hg_text_add(out, HG_STR("; opens when something under way ends"));
	}
}

/* -- one that waits ---------------------------------------------------------------------------- */

struct waiting {
	const struct hg_ticket *ticket;
	const struct hg_flight *flight;
	struct ahead ahead;
	enum hg_stop why;
	int64_t until_us; /* mono: when somebody could pay; INT64_MAX: nobody knows */
	int64_t sent_us;  /* mono: about when it goes, with all that are ahead; INT64_MAX */
};

static void look(const struct hg_dispatcher *d, const struct hg_ticket *t, const struct hg_now *now,
	struct waiting *ret)
{
	const struct hg_flight *f = t->flight;
	struct payer_look p;
	bool one_may = false;

	*ret = (struct waiting){ .ticket = t, .flight = f, .until_us = INT64_MAX };
	if (f->state == HG_FLIGHT_RESTING) {
		ret->why = HG_STOP_RETRY;
		ret->until_us = ret->sent_us = f->due.key;
		return;
	}
	count_ahead(f, now->mono_us, &ret->ahead);
	for (struct hg_payer *at = hg_line_payer(f->line, NULL); at;
		at = hg_line_payer(f->line, at)) {
		look_at_payer(d, f, at, now, &p);
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
		hg_class_name(f->track ? hg_queue_counts_as(f, now->mono_us) : f->klass),
		hg_stop_name(w->why));
	if (w->sent_us != INT64_MAX)
		hg_text_printf(out, ",\"expected_in_ms\":%lld,\"in_time\":%s",
			(long long)(w->sent_us - now->mono_us + 999) / 1000,
			w->sent_us < deadline_us ? "true" : "false");
	if (f->state == HG_FLIGHT_RESTING)
		return;
	add_ahead(&w->ahead, out);
	if (hg_share_is_full(f->share))
		hg_text_printf(out, ",\"client_under_way\":%u,\"client_max_upstream\":%u",
			f->share->in_flight, f->share->max_upstream);
	hg_text_add(out, HG_STR(",\"payers\":["));
	for (struct hg_payer *p = hg_line_payer(f->line, NULL); p;
		p = hg_line_payer(f->line, p), is_first = false) {
		struct payer_look look;
		look_at_payer(d, f, p, now, &look);
		hg_text_add(out, is_first ? HG_STR("") : HG_STR(","));
		add_payer(d, f, &look, now, out);
	}
	hg_text_add_char(out, ']');
}

/* "14 go before it: 2 high, 12 low (ci 9, web 3)" */
static void say_ahead(const struct waiting *w, struct hg_text *out)
{
	const struct ahead *a = &w->ahead;
	const char *comma = ": ";

	if (!a->n) {
		hg_text_add(out, HG_STR("nobody goes before it"));
		return;
	}
	hg_text_printf(out, "%u go%s before it", a->n, a->n == 1 ? "es" : "");
	for (unsigned c = 0; c < HG_CLASSES; c++) {
		if (!a->classes[c])
			continue;
		hg_text_printf(
			out, "%s%u %s", comma, a->classes[c], hg_class_name((enum hg_class)c));
		comma = ", ";
	}
	comma = " (of ";
	if (a->own) {
		hg_text_printf(out, "%sits own client %u", comma, a->own);
		comma = ", ";
	}
	for (unsigned i = 0; i < a->n_rivals; i++) {
		const struct hg_share *share = a->rivals[i].share;
		hg_text_printf(
			out, "%s%s %u", comma, share ? share->name : "others", a->rivals[i].n);
		comma = ", ";
	}
	if (*comma == ',')
		hg_text_add_char(out, ')');
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
	enum hg_class as = f->track ? hg_queue_counts_as(f, now->mono_us) : f->klass;
	struct hg_text line;

	hg_text_init(&line);
	hg_text_printf(&line, "class %s%s%s waits %.1f s for %s: %s", hg_class_name(t->ask.klass),
		as != t->ask.klass ? ", counts as " : "",
		as != t->ask.klass ? hg_class_name(as) : "",
		(double)(now->mono_us - t->ask.arrived_us) / 1e6, f->line->resource,
		hg_stop_about(w->why));
	add_line(out, &line);
	if (f->state != HG_FLIGHT_RESTING) {
		say_ahead(w, &line);
		add_line(out, &line);
		for (struct hg_payer *p = hg_line_payer(f->line, NULL); p;
			p = hg_line_payer(f->line, p)) {
			struct payer_look look;
			look_at_payer(d, f, p, now, &look);
			say_payer(d, f, &look, now, &line);
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

	hg_text_add(out, HG_STR(",\"credential\":"));
	hg_text_add_json(out, hg_str(f->credential->alias));
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
			hide_rivals(&w.ahead);
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
