/*
 * For people, and for tests: a struct hg_secondary as JSON, and its invariants.
 */
#include "base/bug.h"
#include "base/map.h"
#include "dispatch/budget/secondary_state.h"

/* "used":12,"limit":850,"learned":false; `unit`: thousandths of what is shown in one of the meter's
 */
static void show_meter(const struct hg_meter *m, enum hg_window_span span, uint32_t most,
	uint32_t unit, int64_t now_us, struct hg_text *out)
{
	uint32_t limit = hg_learned_show(&m->learned, most, now_us);
	const char *suffix = unit == 1 ? "" : "_ms";

	hg_text_printf(out, "\"used%s\":%llu,\"limit%s\":", suffix,
		(unsigned long long)hg_window_used(&m->window, span, now_us) * unit, suffix);
	if (limit)
		hg_text_add_u64(out, (uint64_t)limit * unit);
	else
		hg_text_add(out, HG_STR("null"));
	hg_text_printf(out, ",\"learned\":%s", limit != most ? "true" : "false");
}

static void show_routes(const struct hg_secondary *s, const struct hg_secondary_conf *conf,
	int64_t now_us, struct hg_text *out)
{
	bool is_first = true;

	for (const struct hg_list *at = s->used.next; at != &s->used; at = at->next) {
		const struct hg_secondary_route *r =
			HG_CONTAINER(at, const struct hg_secondary_route, link);
		const struct hg_meter *m = &r->pot.points;
		uint32_t most = hg_secondary_points(conf, false);
		uint32_t limit = hg_learned_show(&m->learned, most, now_us);
		uint32_t used = hg_window_used(&m->window, HG_WINDOW_MINUTE, now_us);
		if (limit == most && (!limit || used <= limit / 2))
			continue;
		hg_text_printf(out, "%s{\"route\":", is_first ? "" : ",");
		hg_text_add_json(out, (struct hg_str){ r->name, r->n });
		hg_text_add_char(out, ',');
		show_meter(m, HG_WINDOW_MINUTE, most, 1, now_us, out);
		hg_text_add_char(out, '}');
		is_first = false;
	}
}

struct row {
	const char *name;
	const struct hg_meter *meter;
	enum hg_window_span span;
	uint32_t most, unit;
};

#define ROWS 7

/* All that is not counted by route. */
static void list_rows(
	const struct hg_secondary *s, const struct hg_secondary_conf *conf, struct row ret[ROWS])
{
	const uint32_t tick_ms = HG_SECONDARY_TICK_US / 1000;
	const struct row rows[ROWS] = {
		{ "graphql", &s->graphql.points, HG_WINDOW_MINUTE, hg_secondary_points(conf, true),
			1 },
		{ "no_route", &s->nameless.points, HG_WINDOW_MINUTE,
			hg_secondary_points(conf, false), 1 },
		{ "cpu", &s->cpu, HG_WINDOW_MINUTE, hg_secondary_ticks(conf->cpu_us), tick_ms },
		{ "cpu_graphql", &s->cpu_graphql, HG_WINDOW_MINUTE,
			hg_secondary_ticks(conf->cpu_graphql_us), tick_ms },
		{ "content_minute", &s->content_minute, HG_WINDOW_MINUTE,
			(uint32_t)conf->content_a_minute, 1 },
		{ "content_hour", &s->content_hour, HG_WINDOW_HOUR, (uint32_t)conf->content_an_hour,
			1 },
		{ "mints", &s->mints, HG_WINDOW_HOUR, (uint32_t)conf->mints_an_hour, 1 },
	};

	memcpy(ret, rows, sizeof(rows));
}

static struct hg_secondary_count count_of(const struct row *row, int64_t now_us)
{
	return (struct hg_secondary_count){ row->name,
		hg_window_used(&row->meter->window, row->span, now_us) * row->unit,
		hg_learned_show(&row->meter->learned, row->most, now_us) * row->unit };
}

double hg_secondary_count_share(const struct hg_secondary_count *c)
{
	return c->limit ? (double)c->used / c->limit : 0;
}

void hg_secondary_counts(const struct hg_secondary *s, const struct hg_secondary_conf *conf,
	int64_t now_us, struct hg_secondary_count ret[HG_SECONDARY_COUNTS])
{
	struct row rows[ROWS];

	_Static_assert(HG_SECONDARY_COUNTS == ROWS + 1, "and that of the routes");
	list_rows(s, conf, rows);
	for (unsigned i = 0; i < ROWS; i++)
		ret[i] = count_of(&rows[i], now_us);
	struct hg_secondary_count *closest = &ret[ROWS];
	*closest = (struct hg_secondary_count){ "route", 0, hg_secondary_points(conf, false) };
	for (const struct hg_list *at = s->used.next; at != &s->used; at = at->next) {
		const struct row row = { "route",
			&HG_CONTAINER(at, const struct hg_secondary_route, link)->pot.points,
			HG_WINDOW_MINUTE, hg_secondary_points(conf, false), 1 };
		struct hg_secondary_count c = count_of(&row, now_us);
		if (hg_secondary_count_share(&c) > hg_secondary_count_share(closest))
			*closest = c;
	}
}

void hg_secondary_show(const struct hg_secondary *s, const struct hg_secondary_conf *conf,
	int64_t now_us, struct hg_text *out)
{
	struct row rows[ROWS];
	int64_t gap_us = s->last_write_us == HG_SECONDARY_NO_WRITE
	                         ? 0
	                         : s->last_write_us + conf->write_gap_us - now_us;

	list_rows(s, conf, rows);
	hg_text_add_char(out, '{');
	for (unsigned i = 0; i < ROWS; i++) {
		hg_text_printf(out, "\"%s\":{", rows[i].name);
		show_meter(rows[i].meter, rows[i].span, rows[i].most, rows[i].unit, now_us, out);
		hg_text_add(out, HG_STR("},"));
	}
	hg_text_printf(out,
		"\"expected_ms\":%lld,\"expected_graphql_ms\":%lld,\"next_write_in_ms\":%lld",
		(long long)hg_under_way_sum(&s->under_way, false, now_us) / 1000,
		(long long)hg_under_way_sum(&s->under_way, true, now_us) / 1000,
		gap_us > 0 ? (long long)(gap_us + 999) / 1000 : 0ll);
	hg_text_printf(out, ",\"objected_to\":\"%s\"", hg_secondary_why_name(s->last_why));
	if (s->last_why != HG_SECONDARY_NONE)
		hg_text_printf(out, ",\"objected_ago_ms\":%lld",
			(long long)(now_us - s->last_objected_us) / 1000);
	hg_text_printf(out, ",\"routes_known\":%zu,\"routes\":[", hg_map_n(s->by_name));
	show_routes(s, conf, now_us, out);
	hg_text_add(out, HG_STR("]}"));
}

void hg_secondary_check(const struct hg_secondary *s)
{
	const struct hg_meter *const meters[] = { &s->graphql.points, &s->nameless.points, &s->cpu,
		&s->cpu_graphql, &s->content_minute, &s->content_hour, &s->mints };
	uint32_t in_flight = s->graphql.in_flight + s->nameless.in_flight;
	size_t n = 0;

	for (unsigned i = 0; i < sizeof(meters) / sizeof(meters[0]); i++)
		hg_window_check(&meters[i]->window);
	for (struct hg_list *at = s->used.next; at != &s->used; at = at->next, n++) {
		struct hg_secondary_route *r = HG_CONTAINER(at, struct hg_secondary_route, link);
		HG_BUG_ON(hg_map_find(s->by_name, (struct hg_str){ r->name, r->n }) != r);
		hg_window_check(&r->pot.points.window);
		in_flight += r->pot.in_flight;
	}
	HG_BUG_ON(n != hg_map_n(s->by_name));
	HG_BUG_ON(s->under_way.n != in_flight);
	HG_BUG_ON(s->under_way.has_looked &&
		  (s->under_way.us !=
				  hg_under_way_sum(&s->under_way, false, s->under_way.looked_us) ||
			  s->under_way.graphql_us !=
				  hg_under_way_sum(&s->under_way, true, s->under_way.looked_us)));
	hg_map_check(s->by_name);
}
