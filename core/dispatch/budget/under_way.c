#include "dispatch/budget/under_way.h"
#include <hg/mem.h>

#define HANGS_US 1000000ll /* before that it may be the network's */

void hg_under_way_fini(struct hg_under_way *w)
{
	hg_free(w->all);
	*w = (struct hg_under_way){ 0 };
}

static int64_t time_of(const struct hg_under_way_one *one, int64_t now_us)
{
	int64_t us = one->expected_us ? one->expected_us : *one->average_us;
	int64_t age_us = one->is_upload ? 0 : now_us - one->sent_us;

	if (age_us > HANGS_US && age_us > 2 * us)
		return HG_UNDER_WAY_MOST_US;
	if (us < age_us)
		us = age_us;
	return us < HG_UNDER_WAY_MOST_US ? us : HG_UNDER_WAY_MOST_US;
}

void hg_under_way_put(struct hg_under_way *w, const struct hg_under_way_one *one)
{
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 8;
		w->all = hg_realloc(w->all, w->room * sizeof(*w->all));
	}
	w->all[w->n++] = *one;
	if (!w->has_looked)
		return;
	int64_t us = time_of(one, w->looked_us);
	w->us += us;
	w->graphql_us += one->is_graphql ? us : 0;
}

static bool is_like(const struct hg_under_way_one *a, const struct hg_under_way_one *b)
{
	return a->sent_us == b->sent_us && a->average_us == b->average_us &&
	       a->expected_us == b->expected_us && a->is_upload == b->is_upload;
}

bool hg_under_way_take(struct hg_under_way *w, const struct hg_under_way_one *one)
{
	for (uint32_t i = 0; i < w->n; i++) {
		if (!is_like(&w->all[i], one))
			continue;
		w->all[i] = w->all[--w->n];
		w->has_looked = false;
		return true;
	}
	return false;
}

int64_t hg_under_way_sum(const struct hg_under_way *w, bool is_graphql, int64_t now_us)
{
	int64_t us = 0;

	for (uint32_t i = 0; i < w->n; i++)
		if (!is_graphql || w->all[i].is_graphql)
			us += time_of(&w->all[i], now_us);
	return us;
}

void hg_under_way_look(struct hg_under_way *w, int64_t now_us)
{
	if (w->has_looked && w->looked_us == now_us)
		return;
	w->us = hg_under_way_sum(w, false, now_us);
	w->graphql_us = hg_under_way_sum(w, true, now_us);
	w->looked_us = now_us;
	w->has_looked = true;
}
