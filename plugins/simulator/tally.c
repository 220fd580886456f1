#include "tally.h"

#include <hg/mem.h>

struct sim_spent {
	int64_t at_us;
	int64_t amount;
};

int64_t sim_tally_sum(struct sim_tally *t, int64_t window_us, int64_t now_us)
{
	while (t->n && now_us - t->spent[t->first].at_us >= window_us) {
		t->sum -= t->spent[t->first].amount;
		t->first = (t->first + 1) % t->cap;
		t->n--;
	}
	return t->sum;
}

static void grow(struct sim_tally *t)
{
	uint32_t cap = t->cap ? 2 * t->cap : 8;
	struct sim_spent *spent = hg_alloc(cap * sizeof(*spent));

	for (uint32_t i = 0; i < t->n; i++)
		spent[i] = t->spent[(t->first + i) % t->cap];
	hg_free(t->spent);
	t->spent = spent;
	t->first = 0;
	t->cap = cap;
}

void sim_tally_add(struct sim_tally *t, int64_t amount, int64_t now_us)
{
	if (amount == 0)
		return;
	t->sum += amount;
	if (t->n) {
		struct sim_spent *last = &t->spent[(t->first + t->n - 1) % t->cap];
		if (last->at_us == now_us) {
			last->amount += amount;
			return;
		}
	}
	if (t->n == t->cap)
		grow(t);
	t->spent[(t->first + t->n++) % t->cap] = (struct sim_spent){ now_us, amount };
}

void sim_tally_fini(struct sim_tally *t)
{
	hg_free(t->spent);
	*t = (struct sim_tally){ 0 };
}
