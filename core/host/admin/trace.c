#include "host/admin/trace.h"

#include "base/text.h"
#include <hg/mem.h>
#include <hg/reply.h>
#include <stdio.h>

/* The ways of one request id, put together from the rings of fronts and dispatcher. */

#define RECORDS_MOST 200 /* of one loop */

struct part {
	struct hg_message message;
	struct gather *gather;
	struct hg_loop *loop;
	const struct hg_trace_ring *ring;
	uint32_t n, at;
	struct hg_trace_record records[RECORDS_MOST];
};

struct gather {
	struct hg_host *host;
	struct hg_waiter *waiter;
	uint64_t key;
	char id[132];
	uint32_t n, n_left;
	struct part parts[]; /* fronts, then the dispatcher */
};

/* -- printing ---------------------------------------------------------------------------------- */

/* The part with the earliest record left. What happened in the same moment is told in the order of
 * the events' table, which is that of causes: began, sent, streaming, head, ended. */
static struct part *earliest(struct gather *g)
{
	struct part *first = NULL;

	for (uint32_t i = 0; i < g->n; i++) {
		struct part *p = &g->parts[i];
		if (p->at == p->n)
			continue;
		const struct hg_trace_record *a = &p->records[p->at];
		const struct hg_trace_record *b = first ? &first->records[first->at] : NULL;
		if (!b || a->at_us < b->at_us || (a->at_us == b->at_us && a->event < b->event))
			first = p;
	}
	return first;
}

static void add_event(struct hg_text *out, const struct part *p, int64_t since_us)
{
	const struct hg_trace_record *r = &p->records[p->at];
	const char *number = hg_trace_number_name(r->event);
	struct hg_str word = { r->word, r->n_word };

	hg_text_printf(out, "{\"after_ms\":%lld.%03d,\"where\":\"%s\",\"event\":\"%s\"",
		(long long)(r->at_us - since_us) / 1000, (int)((r->at_us - since_us) % 1000),
		hg_loop_name(p->loop), hg_trace_event_name(r->event));
	if (*number)
		hg_text_printf(out, ",\"%s\":%u", number, r->number);
	if (word.n) {
		hg_text_add(out, HG_STR(",\"word\":"));
		hg_text_add_json(out, word);
	}
	hg_text_add_char(out, '}');
}

static void add_events(struct hg_text *out, struct gather *g)
{
	struct part *p = earliest(g);
	int64_t since_us = p ? p->records[p->at].at_us : 0;

	hg_text_add_char(out, '[');
	for (bool first = true; p; p = earliest(g), first = false) {
		if (p->records[p->at].event == HG_TRACE_BEGAN)
			since_us = p->records[p->at].at_us; /* the next of this id */
		hg_text_add(out, first ? HG_STR("") : HG_STR(","));
		add_event(out, p, since_us);
		p->at++;
	}
	hg_text_add_char(out, ']');
}

static enum hg_verdict answer(void *self, struct hg_request *r, void *arg)
{
	struct gather *g = arg;
	struct hg_text out;
	bool found = false;

	(void)self;
	hg_text_init(&out);
	for (uint32_t i = 0; i < g->n; i++)
		found |= g->parts[i].n > 0;
	hg_text_add(&out, found ? HG_STR("{\"id\":") : HG_STR("{\"message\":"));
	if (found) {
		hg_text_add_json(&out, hg_str(g->id));
		hg_text_add(&out, HG_STR(",\"events\":"));
		add_events(&out, g);
	} else {
		hg_text_add(&out, HG_STR("\"no request with this id was seen lately (trace_records "
					 "bounds how many are remembered)\""));
	}
	hg_text_add_char(&out, '}');
	if (r)
		hg_reply_text(r, found ? 200 : 404, "application/json", hg_text_str(&out));
	hg_text_fini(&out);
	hg_free(g);
	return HG_ANSWERED;
}

/* -- gathering --------------------------------------------------------------------------------- */

static void part_is_back(struct hg_message *m)
{
	struct gather *g = HG_CONTAINER(m, struct part, message)->gather;

	if (--g->n_left == 0)
		hg_waiter_resume(g->waiter, answer, g);
}

static void look(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);

	p->n = hg_trace_find(p->ring, p->gather->key, p->records, RECORDS_MOST);
	p->message.run = part_is_back;
	hg_loop_post_reserved(p->gather->host->loop, &p->message);
}

enum hg_verdict hg_admin_on_trace(void *self, struct hg_request *r)
{
	struct hg_host *h = self;
	struct hg_str id = hg_request_param(r, "id");
	struct gather *g = hg_alloc0(sizeof(*g) + (h->n_fronts + 1) * sizeof(g->parts[0]));

	g->host = h;
	g->key = hg_trace_key(id);
	g->waiter = hg_request_wait(r);
	(void)snprintf(g->id, sizeof(g->id), "%.*s", (int)(id.n < 131 ? id.n : 131), id.p);
	g->n = g->n_left = h->n_fronts + 1;
	for (uint32_t i = 0; i < g->n; i++) {
		struct part *p = &g->parts[i];
		p->gather = g;
		p->loop = i < h->n_fronts ? h->fronts[i].loop : h->dispatcher.loop;
		p->ring = h->traces[i];
		p->message.run = look;
	}
	for (uint32_t i = 0; i < h->n_fronts + 1; i++)
		hg_loop_post_reserved(g->parts[i].loop, &g->parts[i].message);
	return HG_WAIT;
}
