#include "gql_cost.h"

#define MOST 1000000000000ll /* as good as infinite */

struct sum {
	const struct sim_gql *g;
	int64_t requests, nodes;
	uint32_t n_steps; /* fragments may multiply */
	int depth;
};

static int64_t times(int64_t a, int64_t b)
{
	return b && a > MOST / b ? MOST : a * b;
}

static int64_t plus(int64_t a, int64_t b)
{
	return a + b > MOST ? MOST : a + b;
}

/* How long the list may be: first or last; -1: the field is no list, or names neither. */
static int64_t length_of(const struct sim_gql *g, const struct sim_gql_pick *pick)
{
	int64_t n = -1;

	for (const struct sim_gql_arg *arg = pick->args; arg; arg = arg->next) {
		if (!hg_str_is(arg->name, HG_STR("first")) && !hg_str_is(arg->name, HG_STR("last")))
			continue;
		json_t *value = sim_gql_value(g, &arg->value);
		if (json_is_integer(value) && json_integer_value(value) >= 0)
			n = json_integer_value(value);
		json_decref(value);
	}
	return n > MOST ? MOST : n;
}

static void add_picks(struct sum *s, const struct sim_gql_pick *picks, int64_t above)
{
	if (s->depth >= 2 * SIM_GQL_DEPTH)
		return;
	s->depth++;
	for (const struct sim_gql_pick *pick = picks; pick; pick = pick->next) {
		const struct sim_gql_pick *below = pick->picks;
		int64_t n = -1;
		if (s->n_steps++ >= SIM_GQL_NODES)
			break;
		if (!sim_gql_is_wanted(s->g, pick))
			continue;
		if (pick->kind == SIM_GQL_SPREAD) {
			const struct sim_gql_fragment *f =
				sim_gql_fragment_find(s->g->document, pick->name);
			below = f ? f->picks : NULL;
		} else if (pick->kind == SIM_GQL_FIELD) {
			n = length_of(s->g, pick);
		}
		if (n >= 0) {
			s->requests = plus(s->requests, above);
			s->nodes = plus(s->nodes, times(above, n));
		}
		add_picks(s, below, n >= 0 ? times(above, n) : above);
	}
	s->depth--;
}

struct sim_gql_cost sim_gql_cost_of(const struct sim_gql *g)
{
	struct sum s = { .g = g };

	add_picks(&s, g->operation->picks, 1);
	int64_t points = (s.requests + 50) / 100;
	return (struct sim_gql_cost){ points > 0 ? points : 1, s.nodes };
}
