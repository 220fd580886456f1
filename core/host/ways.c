#include "host/ways.h"

#include <hg/mem.h>

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
	struct hg_message message;
	struct hg_host *host;
	struct hg_waiter *waiter;
	struct hg_ways_question q;
	uint64_t key;
	struct hg_text id, client, explained;
	uint32_t n, n_left;
	struct part parts[]; /* fronts, then the dispatcher */
};

/* -- back on the request's loop ---------------------------------------------------------------- */

/* The part with the earliest record left. */
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

static struct hg_way_record *merge(struct gather *g, uint32_t *ret_n)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->n; i++)
		n += g->parts[i].n;
	struct hg_way_record *all = hg_alloc0((n ? n : 1) * sizeof(*all));
	*ret_n = n;
	n = 0;
	for (struct part *p = earliest(g); p; p = earliest(g))
		all[n++] = (struct hg_way_record){ hg_loop_name(p->loop), p->records[p->at++] };
	return all;
}

/* p NULL: of all. */
static struct hg_str asker(const struct gather *g)
{
	return g->q.client.p ? hg_text_str(&g->client) : (struct hg_str){ 0 };
}

static enum hg_verdict answer(void *self, struct hg_request *r, void *arg)
{
	struct gather *g = arg;
	enum hg_verdict v = HG_ANSWERED;

	(void)self;
	if (r) {
		struct hg_ways w = { .id = hg_text_str(&g->id),
			.client = asker(g),
			.explained = g->explained,
			.now = hg_now() };
		struct hg_way_record *records = merge(g, &w.n);
		w.records = records;
		v = g->q.answer(r, &w);
		hg_free(records);
	}
	hg_text_fini(&g->id);
	hg_text_fini(&g->client);
	hg_text_fini(&g->explained);
	hg_free(g);
	return v;
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
	struct gather *g = p->gather;

	p->n = hg_trace_find(p->ring, g->key, p->records, RECORDS_MOST);
	if (g->q.explains && p == &g->parts[g->n - 1])
		(void)hg_dispatch_explain(
			g->host->dispatch, hg_text_str(&g->id), asker(g), &g->explained);
	p->message.run = part_is_back;
	hg_loop_post_reserved(g->host->loop, &p->message);
}

static void spread(struct hg_message *m)
{
	struct gather *g = HG_CONTAINER(m, struct gather, message);

	for (uint32_t i = 0; i < g->n; i++)
		hg_loop_post_reserved(g->parts[i].loop, &g->parts[i].message);
}

enum hg_verdict hg_ways_ask(
	struct hg_host *h, struct hg_request *r, const struct hg_ways_question *q)
{
	struct gather *g = hg_alloc0(sizeof(*g) + (h->n_fronts + 1) * sizeof(g->parts[0]));

	g->host = h;
	g->q = *q;
	g->key = hg_trace_key(q->id);
	hg_text_init(&g->id);
	hg_text_init(&g->client);
	hg_text_init(&g->explained);
	hg_text_add(&g->id, q->id);
	hg_text_add(&g->client, q->client);
	g->n = g->n_left = h->n_fronts + 1;
	for (uint32_t i = 0; i < g->n; i++) {
		struct part *p = &g->parts[i];
		p->gather = g;
		p->loop = i < h->n_fronts ? h->fronts[i].loop : h->dispatcher.loop;
		p->ring = h->traces[i];
		p->message.run = look;
	}
	g->message.run = spread;
	g->waiter = hg_request_wait(r);
	hg_loop_post_reserved(h->loop, &g->message);
	return HG_WAIT;
}

enum hg_verdict hg_ways_refuse(struct hg_request *r)
{
	hg_request_refuse(r, 404, "unknown_request", -1,
		"No request with this id was seen lately (trace_records bounds how many are "
		"remembered).");
	return HG_REFUSED;
}
