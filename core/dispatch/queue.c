#include "dispatch/queue.h"
#include "base/bug.h"
#include "dispatch/flight.h"

void hg_queue_init(struct hg_queue *q)
{
	*q = (struct hg_queue){ 0 };
	for (unsigned c = 0; c < HG_CLASSES; c++)
		hg_list_init(&q->classes[c]);
}

void hg_queue_put(struct hg_queue *q, struct hg_flight *f, int64_t now_us)
{
	HG_BUG_ON(!hg_list_is_empty(&f->queued));
	f->queued_us = now_us;
	hg_list_add(&q->classes[f->klass], &f->queued);
	q->n[f->klass]++;
	q->n_all++;
}

void hg_queue_take(struct hg_queue *q, struct hg_flight *f)
{
	HG_BUG_ON(hg_list_is_empty(&f->queued) || q->n[f->klass] == 0);
	hg_list_remove(&f->queued);
	q->n[f->klass]--;
	q->n_all--;
}

struct hg_flight *hg_queue_first(const struct hg_queue *q, enum hg_class klass)
{
	return HG_LIST_FIRST(&q->classes[klass], struct hg_flight, queued);
}

enum hg_class hg_queue_counts_as(const struct hg_flight *f, int64_t now_us)
{
	if (f->klass <= HG_CLASS_HIGH)
		return f->klass;

	int64_t steps = (now_us - f->queued_us) / HG_AGEING_US;
	int64_t most = f->klass - HG_CLASS_HIGH;

	return (enum hg_class)(f->klass - (steps < most ? steps : most));
}

bool hg_queue_is_before(const struct hg_flight *a, const struct hg_flight *b, int64_t now_us)
{
	enum hg_class ca = hg_queue_counts_as(a, now_us), cb = hg_queue_counts_as(b, now_us);

	if (ca != cb)
		return ca < cb;
	if (a->queued_us != b->queued_us)
		return a->queued_us < b->queued_us;
	return a->klass < b->klass;
}

unsigned hg_queue_order(
	const struct hg_queue *q, int64_t now_us, struct hg_flight *ret_firsts[HG_CLASSES])
{
	unsigned n = 0;

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		struct hg_flight *f = hg_queue_first(q, (enum hg_class)c);
		if (!f)
			continue;
		unsigned at = n++;
		for (; at > 0 && hg_queue_is_before(f, ret_firsts[at - 1], now_us); at--)
			ret_firsts[at] = ret_firsts[at - 1];
		ret_firsts[at] = f;
	}
	return n;
}

void hg_queue_check(const struct hg_queue *q)
{
	uint32_t all = 0;

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		int64_t since_us = INT64_MIN;
		uint32_t n = 0;
		struct hg_flight *f;
		HG_LIST_EACH(&q->classes[c], f, queued)
		{
			HG_BUG_ON(f->klass != (enum hg_class)c);
			HG_BUG_ON(f->state != HG_FLIGHT_QUEUED);
			HG_BUG_ON(f->queued_us < since_us);
			since_us = f->queued_us;
			n++;
		}
		HG_BUG_ON(n != q->n[c]);
		all += n;
	}
	HG_BUG_ON(all != q->n_all);
}
