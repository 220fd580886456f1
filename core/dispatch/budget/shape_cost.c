#include "dispatch/budget/shape_cost.h"
#include "base/bug.h"
#include "base/list.h"
#include "base/map.h"
#include "dispatch/budget/rate.h"
#include "dispatch/budget/secondary.h"
#include <hg/mem.h>

struct entry {
	struct hg_list link; /* those asked for last are at the end */
	uint64_t shape;
	uint32_t cost;
	uint32_t time_us; /* 0: never answered */
};

struct hg_shape_costs {
	struct hg_map *by_shape; /* of entries; as many as are in the list */
	struct hg_list entries;
	uint32_t most;
};

static struct hg_str key_of(const uint64_t *shape)
{
	return (struct hg_str){ (const char *)shape, sizeof(*shape) };
}

struct hg_shape_costs *hg_shape_costs_new(uint32_t most)
{
	struct hg_shape_costs *c = hg_alloc0(sizeof(*c));

	c->by_shape = hg_map_new();
	hg_list_init(&c->entries);
	c->most = most ? most : 1;
	return c;
}

static void forget(struct hg_shape_costs *c, struct entry *e)
{
	HG_BUG_ON(hg_map_take(c->by_shape, key_of(&e->shape)) != e);
	hg_list_remove(&e->link);
	hg_free(e);
}

void hg_shape_costs_free(struct hg_shape_costs *c)
{
	struct entry *e;

	if (!c)
		return;
	while ((e = HG_LIST_FIRST(&c->entries, struct entry, link)))
		forget(c, e);
	hg_map_free(c->by_shape);
	hg_free(c);
}

static struct entry *find(struct hg_shape_costs *c, uint64_t shape)
{
	struct entry *e = hg_map_find(c->by_shape, key_of(&shape));

	if (e)
		hg_list_move(&e->link, &c->entries);
	return e;
}

uint32_t hg_shape_costs_predict(struct hg_shape_costs *c, uint64_t shape, uint32_t counted)
{
	const struct entry *e = shape ? find(c, shape) : NULL;

	return e ? e->cost : counted;
}

static struct entry *find_or_put(struct hg_shape_costs *c, uint64_t shape, uint32_t cost)
{
	struct entry *e = find(c, shape);

	if (e)
		return e;
	e = hg_alloc0(sizeof(*e));
	if (hg_map_n(c->by_shape) == c->most)
		forget(c, HG_LIST_FIRST(&c->entries, struct entry, link));
	e->shape = shape;
	e->cost = cost;
	hg_list_init(&e->link);
	hg_list_add(&c->entries, &e->link);
	HG_BUG_ON(hg_map_put(c->by_shape, key_of(&e->shape), e));
	return e;
}

uint32_t hg_shape_costs_note(
	struct hg_shape_costs *c, uint64_t shape, uint32_t counted, uint32_t actual)
{
	if (!shape)
		return counted;
	struct entry *e = find_or_put(c, shape, counted);
	if (actual == 0)
		actual = 1; /* what is sent may cost */
	if (actual >= e->cost)
		e->cost = actual;
	else
		e->cost -= (e->cost - actual + 7) / 8;
	return e->cost;
}

uint32_t hg_shape_costs_time_us(struct hg_shape_costs *c, uint64_t shape)
{
	const struct entry *e = shape ? find(c, shape) : NULL;

	return e ? e->time_us : 0;
}

void hg_shape_costs_note_time(
	struct hg_shape_costs *c, uint64_t shape, uint32_t counted, int64_t took_us)
{
	if (!shape)
		return;
	struct entry *e = find_or_put(c, shape, counted);
	if (!e->time_us)
		e->time_us = (uint32_t)took_us;
	else
		e->time_us = hg_secondary_average(e->time_us, took_us);
	if (!e->time_us)
		e->time_us = 1; /* it is known, and nothing */
}

uint32_t hg_shape_costs_n(const struct hg_shape_costs *c)
{
	return (uint32_t)hg_map_n(c->by_shape);
}

/* -- by what is used --------------------------------------------------------------------------- */

void hg_used_sent(struct hg_used *u, struct hg_used_mark *ret_mark)
{
	*ret_mark = (struct hg_used_mark){ .n_sent = ++u->n_sent,
		.was_alone = u->n_under_way == 0 && u->is_known,
		.points = u->points,
		.reset_s = u->reset_s };
	u->n_under_way++;
}

static void leave(struct hg_used *u)
{
	if (!HG_ODD(u->n_under_way == 0))
		u->n_under_way--;
}

/* What heads say of one window may come in another order than GitHub counted: the most is true. */
static void look(struct hg_used *u, const struct hg_rate *rate)
{
	int64_t points = rate->limit - rate->remaining;

	if (u->is_known && u->reset_s == rate->reset_s && u->points > points)
		return;
	u->is_known = true;
	u->points = points;
	u->reset_s = rate->reset_s;
}

int64_t hg_used_answered(struct hg_used *u, const struct hg_used_mark *mark,
	const struct hg_rate *rate, uint32_t predicted)
{
	leave(u);
	if (!rate->is_known || !rate->reset_s) {
		u->is_known = false;
		return -1;
	}
	look(u, rate);
	if (!mark->was_alone || mark->n_sent != u->n_sent || mark->reset_s != rate->reset_s)
		return -1;
	int64_t took = rate->limit - rate->remaining - mark->points;
	return took < 0 || took > 4 * (int64_t)predicted + 10 ? -1 : took;
}

void hg_used_lost(struct hg_used *u)
{
	leave(u);
	u->is_known = false;
}
