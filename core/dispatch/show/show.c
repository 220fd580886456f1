/*
 * For people: tickets, queues, budgets, identities, credentials and upstreams as JSON (`show …` on
 * the admin socket). Never a token: a credential is its alias.
 */
#include "base/text.h"
#include "dispatch/dispatcher_state.h"

#define TICKETS_SHOWN 1000 /* the oldest */

/* Who could pay for it: one, or the pool of several. */
static struct hg_str line_payer(const struct hg_line *line)
{
	bool is_one = (line->fit & (line->fit - 1)) == 0;

	return hg_str(is_one ? hg_line_payer(line, NULL)->credential->alias : line->pool->name);
}

static struct hg_str payer_of(const struct hg_flight *f)
{
	bool waits = f->state == HG_FLIGHT_QUEUED || !f->credential;

	return waits ? line_payer(f->line) : hg_str(f->credential->alias);
}

/* {"ticket":…, … */
static void show_ticket(const struct hg_ticket *t, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_flight *f = t->flight;

	hg_text_printf(out, "{\"id\":");
	hg_text_add_json(out, t->ask.id);
	hg_text_add_json_member(out, "client", t->ask.client);
	hg_text_add_json_member(out, "method", t->ask.method);
	hg_text_add_json_member(out, "path", t->ask.path);
	hg_text_add_json_member(out, "route", t->ask.route);
	hg_text_printf(out, ",\"class\":\"%s\",\"state\":\"%s\"", hg_class_name(t->ask.klass),
		hg_ticket_state_name(t->state));
	hg_text_printf(out, ",\"age_ms\":%lld,\"in_state_ms\":%lld,\"deadline_in_ms\":%lld",
		(long long)(now->mono_us - t->ask.arrived_us) / 1000,
		(long long)(now->mono_us - t->since_us) / 1000,
		(long long)(t->ask.deadline_us - now->mono_us) / 1000);
	hg_text_printf(out, ",\"tries\":%u,\"shared\":%s", t->tries,
		f && hg_flight_lead(f) != t ? "true" : "false");
	if (f) {
		hg_text_add_json_member(out, "credential", payer_of(f));
		hg_text_add_json_member(out, "resource", hg_str(f->line->resource));
		if (t->state == HG_TICKET_PARKED) {
			bool rests = f->state == HG_FLIGHT_RESTING;
			int64_t until_us = rests ? f->due.key : hg_flight_park(f)->until_us;
			hg_text_printf(out, ",\"waits_for\":\"%s\",\"opens_in_ms\":%lld",
				hg_stop_name(rests ? HG_STOP_RETRY
						   : (enum hg_stop)hg_flight_park(f)->why),
				(long long)(until_us - now->mono_us) / 1000);
		} else if (t->state == HG_TICKET_QUEUED && f->waits.why != HG_STOPS) {
			hg_text_add_json_member(
				out, "waits_for", hg_str(hg_wait_name(f->waits.why)));
		}
	}
	hg_text_add_char(out, '}');
}

static const struct hg_flight *oldest_of(const struct hg_line *l, enum hg_class klass)
{
	const struct hg_flight *a = hg_queue_oldest(&l->queue, klass),
			       *b = hg_queue_oldest(&l->uploads, klass);

	return !a || (b && b->queued_us < a->queued_us) ? b : a;
}

/* What the best of its classes that stand stands for: that is what stops all behind it. */
static void show_stop(const struct hg_line *l, const struct hg_now *now, struct hg_text *out)
{
	unsigned c = 0;

	while (c + 1 < HG_CLASSES && !l->parks[c].why)
		c++;
	hg_text_printf(out, ",\"stop\":\"%s\"", hg_stop_name(l->parks[c].why));
	if (l->parks[c].why)
		hg_text_printf(out, ",\"opens_in_ms\":%lld",
			(long long)(l->parks[c].until_us - now->mono_us) / 1000);
}

static void show_queue(const struct hg_line *l, const struct hg_now *now, struct hg_text *out)
{
	hg_text_printf(out, "{\"credential\":");
	hg_text_add_json(out, line_payer(l));
	hg_text_add_json_member(out, "resource", hg_str(l->resource));
	uint32_t n = 0;
	int64_t oldest_us = now->mono_us;
	for (unsigned c = 0; c < HG_CLASSES; c++) {
		const struct hg_flight *first = oldest_of(l, (enum hg_class)c);
		hg_text_printf(out, ",\"%s\":{\"waiting\":%u,\"oldest_ms\":%lld,\"stop\":\"%s\"}",
			hg_class_name((enum hg_class)c), l->queue.n[c] + l->uploads.n[c],
			first ? (long long)(now->mono_us - first->queued_us) / 1000 : 0ll,
			hg_stop_name(l->parks[c].why));
		n += l->queue.n[c] + l->uploads.n[c];
		if (first && first->queued_us < oldest_us)
			oldest_us = first->queued_us;
	}
	hg_text_printf(out, ",\"waiting\":%u,\"oldest_ms\":%lld", n,
		(long long)(now->mono_us - oldest_us) / 1000);
	show_stop(l, now, out);
	hg_text_add_char(out, '}');
}

static void show_site(const struct hg_site *site, const struct hg_now *now, struct hg_text *out)
{
	hg_text_printf(out, "{\"name\":");
	hg_text_add_json(out, hg_str(site->name));
	hg_text_add_json_member(out, "state", hg_str(hg_site_state(site)));
	if (site->n_failed) {
		hg_text_printf(out, ",\"failed_in_a_row\":%u,\"failing_ms\":%lld", site->n_failed,
			(long long)(now->mono_us - site->failed_us) / 1000);
		hg_text_add_json_member(out, "why", hg_str(site->why));
	}
	hg_text_printf(out,
		",\"in_use\":%s,\"on_wire\":%u,\"http2\":%s,\"max_connections\":%lld,"
		"\"max_concurrent\":%lld,\"identities\":%u}",
		site->is_configured ? "true" : "false", site->on_wire,
		site->is_multiplexed ? "true" : "false", (long long)site->max_connections,
		(long long)site->max_concurrent, site->n_identities);
}

static void comma(struct hg_text *out, uint32_t i)
{
	if (i)
		hg_text_add_char(out, ',');
}

static void show_queues(
	const struct hg_dispatcher *d, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_pool *pool;
	const struct hg_line *line;
	uint32_t i = 0;

	HG_LIST_EACH(&d->pools.all, pool, link)
	{
		HG_LIST_EACH(&pool->lines, line, link)
		{
			comma(out, i++);
			show_queue(line, now, out);
		}
	}
}

static void show_budgets(
	const struct hg_dispatcher *d, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_identity *id;
	struct hg_ledger *l;
	uint32_t i = 0;

	HG_LIST_EACH(&d->pools.all_identities, id, link)
	{
		HG_LIST_EACH(&id->ledgers, l, link)
		{
			comma(out, i++);
			hg_show_budget(d, l, now, out);
		}
	}
}

static void show_identities(
	const struct hg_dispatcher *d, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_identity *id;
	uint32_t i = 0;

	HG_LIST_EACH(&d->pools.all_identities, id, link)
	{
		if (id->site->is_elsewhere)
			continue; /* GitHub's limits are not theirs */
		comma(out, i++);
		hg_show_identity(d, id, now, out);
	}
}

static void show_credentials(
	const struct hg_dispatcher *d, const struct hg_now *now, struct hg_text *out)
{
	const struct hg_credential *cred;
	uint32_t i = 0;

	HG_LIST_EACH(&d->pools.all_credentials, cred, link)
	{
		if (cred->kind == HG_CREDENTIAL_ELSEWHERE && cred->identity->n_ledgers == 0)
			continue; /* never used */
		comma(out, i++);
		hg_show_credential(cred, now, out);
	}
}

/* How much there is to do, in one line. */
static void show_load(const struct hg_dispatcher *d, struct hg_text *out)
{
	hg_text_printf(
		out, "{\"tickets\":%u,\"on_wire\":%u", d->n_tickets, atomic_load(&d->on_wire));
	for (int s = HG_TICKET_QUEUED; s < HG_TICKET_ENDED; s++)
		hg_text_printf(out, ",\"%s\":%u", hg_ticket_state_name((enum hg_ticket_state)s),
			d->n_in_state[s]);
	hg_text_add_char(out, '}');
}

bool hg_dispatcher_show(const struct hg_dispatcher *d, const char *what, const struct hg_now *now,
	struct hg_text *out)
{
	const struct hg_ticket *t;
	uint32_t i = 0;
	size_t begin = out->n;

	if (!strcmp(what, "load")) {
		show_load(d, out);
		return true;
	}
	hg_text_add_char(out, '[');
	if (!strcmp(what, "tickets")) {
		HG_LIST_EACH(&d->tickets, t, all)
		{
			if (i == TICKETS_SHOWN)
				break;
			comma(out, i++);
			show_ticket(t, now, out);
		}
	} else if (!strcmp(what, "queues")) {
		show_queues(d, now, out);
	} else if (!strcmp(what, "budgets")) {
		show_budgets(d, now, out);
	} else if (!strcmp(what, "identities")) {
		show_identities(d, now, out);
	} else if (!strcmp(what, "credentials")) {
		show_credentials(d, now, out);
	} else if (!strcmp(what, "upstreams")) {
		const struct hg_site *site;
		HG_LIST_EACH(&d->pools.sites.all, site, link)
		{
			if (site->is_elsewhere)
				continue;
			comma(out, i++);
			show_site(site, now, out);
		}
	} else {
		out->n = begin;
		out->p[begin] = '\0';
		return false;
	}
	hg_text_add_char(out, ']');
	return true;
}
