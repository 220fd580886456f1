#include "dispatch/show/ahead.h"
#include "base/text.h"
#include "dispatch/flight.h"
#include "dispatch/queue/share.h"

static void count_rival(struct hg_ahead *a, const struct hg_share *share)
{
	unsigned i = 0;

	while (i < a->n_rivals && a->rivals[i].share && a->rivals[i].share != share)
		i++;
	if (i == a->n_rivals) {
		a->rivals[i] = (struct hg_rival){ i < HG_AHEAD_CLIENTS ? share : NULL, 0 };
		a->n_rivals++;
	}
	a->rivals[i].n++;
}

/* Other clients of our class have as many turns as we have until it is ours, by their weights. */
static void bound_rivals(struct hg_ahead *a, const struct hg_flight *f)
{
	uint64_t rounds = ((uint64_t)a->own + f->share->weight) / f->share->weight;

	for (unsigned i = 0; i < a->n_rivals; i++) {
		struct hg_rival *r = &a->rivals[i];
		uint64_t most = r->share ? rounds * r->share->weight : r->n;
		if (r->n > most)
			r->n = (uint32_t)most;
		a->classes[f->klass] += r->n;
	}
	a->classes[f->klass] += a->own;
}

void hg_ahead_count(const struct hg_flight *f, int64_t now_us, struct hg_ahead *ret)
{
	const struct hg_queue *q = hg_flight_queue(f);
	const struct hg_flight *g;
	bool is_past = false; /* a client's own go as they came */

	*ret = (struct hg_ahead){ 0 };
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

void hg_ahead_hide(struct hg_ahead *a)
{
	struct hg_rival all = { 0 };

	for (unsigned i = 0; i < a->n_rivals; i++)
		all.n += a->rivals[i].n;
	a->rivals[0] = all;
	a->n_rivals = all.n > 0;
}

void hg_ahead_add(const struct hg_ahead *a, struct hg_text *out)
{
	hg_text_printf(out, "{\"all\":%u", a->n);
	for (unsigned c = 0; c < HG_CLASSES; c++)
		hg_text_printf(out, ",\"%s\":%u", hg_class_name((enum hg_class)c), a->classes[c]);
	hg_text_printf(out, ",\"same_client\":%u,\"other_clients\":[", a->own);
	for (unsigned i = 0; i < a->n_rivals; i++) {
		const struct hg_rival *r = &a->rivals[i];
		hg_text_printf(out, "%s{\"client\":", i ? "," : "");
		hg_text_add_json(out, hg_str(r->share ? r->share->name : "others"));
		hg_text_printf(out, ",\"ahead\":%u}", r->n);
	}
	hg_text_add(out, HG_STR("]}"));
}

void hg_ahead_say(const struct hg_ahead *a, struct hg_text *out)
{
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
