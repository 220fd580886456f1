#include "dispatch/budget/learned.h"

#define HOUR_US 3600000000ll
#define GROWS_BY 10         /* a step is a tenth */
#define GROWS_LEAST 10      /* but two writes at least, or a small limit would stay for days */
#define FEW 4               /* requests, that exceed nothing */
#define MOST_LEARNED 60000u /* what is not limited grows to this, then it is forgotten */

static uint32_t more_of(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Three quarters of what went well, and one request may always go. */
static uint32_t lower_than(uint32_t had, uint32_t cost)
{
	return more_of(had - had / 4, more_of(cost, 1));
}

/* Steps that are due; above what is configured it is forgotten. */
static void grow(struct hg_learned *l, uint32_t most, int64_t now_us)
{
	while (l->limit && now_us - l->stepped_us >= HOUR_US) {
		l->limit += more_of(l->limit / GROWS_BY, GROWS_LEAST);
		l->stepped_us += HOUR_US;
		if (l->limit >= (most ? most : MOST_LEARNED))
			*l = (struct hg_learned){ 0 };
	}
}

uint32_t hg_learned_limit(struct hg_learned *l, uint32_t most, int64_t now_us)
{
	if (!l->limit)
		return most;
	grow(l, most, now_us);
	if (!l->limit || (most && l->limit > most))
		return most;
	return l->limit;
}

uint32_t hg_learned_show(const struct hg_learned *l, uint32_t most, int64_t now_us)
{
	struct hg_learned copy = *l;

	return hg_learned_limit(&copy, most, now_us);
}

void hg_learned_object(struct hg_learned *l, uint32_t had, uint32_t cost, int64_t now_us)
{
	uint32_t limit = lower_than(had, cost);
	bool is_few = !l->limit && had < FEW * more_of(cost, 1);

	if (is_few && (!l->doubted_us || now_us - l->doubted_us >= HOUR_US)) {
		l->doubted_us = now_us;
		return;
	}
	/* Within the hour a limit that we kept was refused: one of the two refusals was about
	 * something else. */
	uint32_t least = hg_learned_is_fresh(l, now_us) ? more_of(l->limit / 2, 1) : 0;

	if (limit < least)
		limit = least;
	if (!l->limit || limit < l->limit)
		l->limit = limit;
	l->least = least;
	l->objected_us = l->stepped_us = now_us;
}

void hg_learned_refine(struct hg_learned *l, uint32_t had, uint32_t cost)
{
	uint32_t limit = more_of(lower_than(had, cost), l->least);

	if (limit < l->limit)
		l->limit = limit;
}

bool hg_learned_is_fresh(const struct hg_learned *l, int64_t now_us)
{
	return l->limit && now_us - l->objected_us < HOUR_US;
}
