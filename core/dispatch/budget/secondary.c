#include "dispatch/budget/secondary_state.h"

#include "base/bug.h"
#include "base/hash.h"
#include "base/map.h"
#include <hg/mem.h>

#define FIRST_GUESS_US 500000u /* of a route when nothing has been answered yet */
#define LOOK_AGAIN_US 250000ll /* when what is under way holds GitHub's time */
#define CHECKS_MOST 6
#define CLOSE 0.8 /* to a limit: from this share of it on it may be to blame */

/* What a request needs of one meter, in its unit. */
struct check {
	struct hg_meter *meter;
	enum hg_window_span span;
	enum hg_secondary_why why;
	uint32_t limit; /* configured */
	uint32_t cost, expected;
};

const char *hg_secondary_why_name(enum hg_secondary_why why)
{
	static const char *const names[] = { [HG_SECONDARY_NONE] = "none",
		[HG_SECONDARY_ROUTE] = "route",
		[HG_SECONDARY_GRAPHQL] = "graphql",
		[HG_SECONDARY_CPU] = "cpu",
		[HG_SECONDARY_CONTENT] = "content",
		[HG_SECONDARY_GAP] = "gap",
		[HG_SECONDARY_MINTS] = "mints" };
	_Static_assert(sizeof(names) / sizeof(names[0]) == HG_SECONDARY_WHYS, "one each");

	return names[why];
}

struct hg_secondary *hg_secondary_new(void)
{
	struct hg_secondary *s = hg_alloc0(sizeof(*s));

	s->by_name = hg_map_new();
	hg_list_init(&s->used);
	s->average_us = s->graphql.average_us = s->nameless.average_us = FIRST_GUESS_US;
	s->last_write_us = HG_SECONDARY_NO_WRITE;
	return s;
}

void hg_secondary_free(struct hg_secondary *s)
{
	struct hg_secondary_route *r;

	if (!s)
		return;
	HG_LIST_EACH(&s->used, r, link)
	hg_free(r);
	hg_under_way_fini(&s->under_way);
	hg_map_free(s->by_name);
	hg_free(s);
}

/* -- routes ------------------------------------------------------------------------------------ */

/* NULL: the route is not known. */
static struct hg_pot *find_pot(struct hg_secondary *s, const struct hg_spend *spend)
{
	if (spend->is_graphql)
		return &s->graphql;
	if (spend->route.n == 0)
		return &s->nameless;
	struct hg_secondary_route *r = hg_map_find(s->by_name, spend->route);
	return r ? &r->pot : NULL;
}

static void forget(struct hg_secondary *s, struct hg_secondary_route *r)
{
	hg_map_take(s->by_name, (struct hg_str){ r->name, r->n });
	hg_list_remove(&r->link);
	hg_free(r);
}

/* The next to be forgotten: of those with nothing under way the one that was not used for longest,
 * those with something learned last. NULL: none. */
static struct hg_secondary_route *next_to_forget(const struct hg_secondary *s)
{
	struct hg_secondary_route *last = NULL;

	for (struct hg_list *at = s->used.prev; at != &s->used; at = at->prev) {
		struct hg_secondary_route *r = HG_CONTAINER(at, struct hg_secondary_route, link);
		if (r->pot.in_flight)
			continue;
		if (!r->pot.points.learned.limit)
			return r;
		if (!last)
			last = r;
	}
	return last;
}

/* Makes room for one. */
static void trim(struct hg_secondary *s)
{
	while (hg_map_n(s->by_name) >= HG_SECONDARY_ROUTES) {
		struct hg_secondary_route *r = next_to_forget(s);
		if (!r)
			return; /* all have something under way */
		forget(s, r);
	}
}

static struct hg_pot *make_pot(struct hg_secondary *s, struct hg_str name)
{
	trim(s);
	struct hg_secondary_route *r = hg_alloc0(sizeof(*r) + name.n + 1);
	r->pot.average_us = s->average_us;
	r->n = (uint32_t)name.n;
	memcpy(r->name, name.p, name.n);
	hg_map_put(s->by_name, name, r);
	hg_list_add_first(&s->used, &r->link);
	return &r->pot;
}

/* Made when it is not there; it was used now. */
static struct hg_pot *use_pot(struct hg_secondary *s, const struct hg_spend *spend)
{
	struct hg_pot *pot = find_pot(s, spend);

	if (!pot)
		return make_pot(s, spend->route);
	if (pot != &s->graphql && pot != &s->nameless) {
		struct hg_secondary_route *r = HG_CONTAINER(pot, struct hg_secondary_route, pot);
		hg_list_remove(&r->link);
		hg_list_add_first(&s->used, &r->link);
	}
	return pot;
}

/* -- GitHub's time ----------------------------------------------------------------------------- */

/* A request of this pot, as one that is under way. */
static struct hg_under_way_one one_of(
	const struct hg_pot *pot, const struct hg_spend *spend, int64_t sent_us)
{
	return (struct hg_under_way_one){ .sent_us = sent_us,
		.average_us = &pot->average_us,
		.expected_us = spend->expected_us,
		.is_graphql = spend->is_graphql,
		.is_upload = spend->is_upload };
}

uint32_t hg_secondary_average(uint32_t before_us, int64_t cpu_us)
{
	int64_t by_us = cpu_us - (int64_t)before_us;

	return (uint32_t)(before_us + (by_us > 0 ? by_us / 2 : by_us / 8));
}

static void learn_time(struct hg_secondary *s, struct hg_pot *pot, int64_t cpu_us)
{
	pot->average_us = hg_secondary_average(pot->average_us, cpu_us);
	if (pot != &s->graphql)
		s->average_us = hg_secondary_average(s->average_us, cpu_us);
}

static void count_time(struct hg_meter *cpu, int64_t *rest_us, int64_t cpu_us, int64_t now_us)
{
	*rest_us += cpu_us;
	hg_window_add(&cpu->window, HG_WINDOW_MINUTE, (uint32_t)(*rest_us / HG_SECONDARY_TICK_US),
		now_us);
	*rest_us %= HG_SECONDARY_TICK_US;
}

/* -- what a request needs ---------------------------------------------------------------------- */

/* All the counts that it would be in; pot: NULL = of a route without any yet. */
static unsigned list_checks(struct hg_secondary *s, const struct hg_secondary_conf *conf,
	const struct hg_spend *spend, struct hg_pot *pot, int64_t now_us,
	struct check checks[CHECKS_MOST])
{
	uint32_t average_us = pot ? pot->average_us : s->average_us;
	uint32_t cpu = hg_secondary_ticks(spend->expected_us ? spend->expected_us : average_us);
	unsigned n = 0;

	hg_under_way_look(&s->under_way, now_us);
	if (pot)
		checks[n++] = (struct check){ &pot->points, HG_WINDOW_MINUTE,
			spend->is_graphql ? HG_SECONDARY_GRAPHQL : HG_SECONDARY_ROUTE,
			hg_secondary_points(conf, spend->is_graphql), spend->points, 0 };
	checks[n++] = (struct check){ &s->cpu, HG_WINDOW_MINUTE, HG_SECONDARY_CPU,
		hg_secondary_ticks(conf->cpu_us), cpu, hg_secondary_ticks(s->under_way.us) };
	if (spend->is_graphql)
		checks[n++] = (struct check){ &s->cpu_graphql, HG_WINDOW_MINUTE, HG_SECONDARY_CPU,
			hg_secondary_ticks(conf->cpu_graphql_us), cpu,
			hg_secondary_ticks(s->under_way.graphql_us) };
	if (spend->is_content) {
		checks[n++] = (struct check){ &s->content_minute, HG_WINDOW_MINUTE,
			HG_SECONDARY_CONTENT, (uint32_t)conf->content_a_minute, 1, 0 };
		checks[n++] = (struct check){ &s->content_hour, HG_WINDOW_HOUR,
			HG_SECONDARY_CONTENT, (uint32_t)conf->content_an_hour, 1, 0 };
	}
	if (spend->is_mint)
		checks[n++] = (struct check){ &s->mints, HG_WINDOW_HOUR, HG_SECONDARY_MINTS,
			(uint32_t)conf->mints_an_hour, 1, 0 };
	return n;
}

static int64_t check_opens_us(const struct check *c, int64_t now_us)
{
	uint32_t limit = hg_learned_limit(&c->meter->learned, c->limit, now_us);
	uint32_t cost = c->cost < limit ? c->cost : limit; /* or it could never go */
	uint32_t used = hg_window_used(&c->meter->window, c->span, now_us);

	if (!limit || used + c->expected + cost <= limit)
		return now_us;
	if (used + cost <= limit)
		return now_us + LOOK_AGAIN_US; /* only what is under way, and that may be less */
	return hg_window_frees_us(&c->meter->window, c->span, used + cost - limit, now_us);
}

int64_t hg_secondary_opens_us(struct hg_secondary *s, const struct hg_secondary_conf *conf,
	const struct hg_spend *spend, int64_t now_us, enum hg_secondary_why *ret_why)
{
	struct check checks[CHECKS_MOST];
	unsigned n =
		conf->keep ? list_checks(s, conf, spend, find_pot(s, spend), now_us, checks) : 0;
	enum hg_secondary_why why = HG_SECONDARY_NONE;
	int64_t opens_us = now_us;

	for (unsigned i = 0; i < n; i++) {
		int64_t us = check_opens_us(&checks[i], now_us);
		if (us > opens_us) {
			opens_us = us;
			why = checks[i].why;
		}
	}
	if (conf->keep && spend->is_write && s->last_write_us != HG_SECONDARY_NO_WRITE &&
		s->last_write_us + conf->write_gap_us > opens_us) {
		opens_us = s->last_write_us + conf->write_gap_us;
		why = HG_SECONDARY_GAP;
	}
	if (ret_why)
		*ret_why = why;
	return opens_us;
}

static void read_check(
	const struct check *c, int64_t now_us, struct hg_secondary_reading *ret, double *closest)
{
	uint32_t limit = hg_learned_limit(&c->meter->learned, c->limit, now_us);
	uint32_t used = hg_window_used(&c->meter->window, c->span, now_us) + c->expected;
	uint32_t unit = c->why == HG_SECONDARY_CPU ? HG_SECONDARY_TICK_US / 1000 : 1;

	if (!limit || (double)used / limit <= *closest)
		return;
	*closest = (double)used / limit;
	ret->why = c->why;
	ret->used = used * unit;
	ret->limit = limit * unit;
	ret->span_s = c->span == HG_WINDOW_HOUR ? 3600 : 60;
}

void hg_secondary_read(struct hg_secondary *s, const struct hg_secondary_conf *conf,
	const struct hg_spend *spend, int64_t now_us, struct hg_secondary_reading *ret)
{
	struct check checks[CHECKS_MOST];
	enum hg_secondary_why why;
	double closest = -1;

	*ret = (struct hg_secondary_reading){ 0 };
	ret->opens_us = hg_secondary_opens_us(s, conf, spend, now_us, &why);
	if (why == HG_SECONDARY_GAP) {
		ret->why = why;
		ret->used = (uint32_t)((ret->opens_us - now_us + 999) / 1000);
		ret->limit = (uint32_t)(conf->write_gap_us / 1000);
		return;
	}
	unsigned n = list_checks(s, conf, spend, find_pot(s, spend), now_us, checks);
	for (unsigned i = 0; i < n; i++)
		if (why == HG_SECONDARY_NONE || checks[i].why == why)
			read_check(&checks[i], now_us, ret, &closest);
}

/* -- what was used ----------------------------------------------------------------------------- */

void hg_secondary_take(struct hg_secondary *s, const struct hg_spend *spend, int64_t now_us)
{
	struct hg_pot *pot = use_pot(s, spend);
	struct hg_under_way_one one = one_of(pot, spend, now_us);

	pot->in_flight++;
	hg_under_way_put(&s->under_way, &one);
	hg_window_add(&pot->points.window, HG_WINDOW_MINUTE, spend->points, now_us);
	if (spend->is_content) {
		hg_window_add(&s->content_minute.window, HG_WINDOW_MINUTE, 1, now_us);
		hg_window_add(&s->content_hour.window, HG_WINDOW_HOUR, 1, now_us);
	}
	if (spend->is_mint)
		hg_window_add(&s->mints.window, HG_WINDOW_HOUR, 1, now_us);
	if (spend->is_write && now_us > s->last_write_us)
		s->last_write_us = now_us;
}

/* It is not under way any more. NULL: it never was. */
static struct hg_pot *leave(struct hg_secondary *s, const struct hg_spend *spend, int64_t sent_us)
{
	struct hg_pot *pot = find_pot(s, spend);

	if (HG_ODD(!pot || !pot->in_flight))
		return NULL;
	struct hg_under_way_one one = one_of(pot, spend, sent_us);
	if (HG_ODD(!hg_under_way_take(&s->under_way, &one)))
		return NULL;
	pot->in_flight--;
	return pot;
}

void hg_secondary_untake(struct hg_secondary *s, const struct hg_spend *spend, int64_t taken_us)
{
	struct hg_pot *pot = leave(s, spend, taken_us);

	if (!pot)
		return;
	hg_window_sub(&pot->points.window, HG_WINDOW_MINUTE, spend->points, taken_us);
	if (spend->is_content) {
		hg_window_sub(&s->content_minute.window, HG_WINDOW_MINUTE, 1, taken_us);
		hg_window_sub(&s->content_hour.window, HG_WINDOW_HOUR, 1, taken_us);
	}
	if (spend->is_mint)
		hg_window_sub(&s->mints.window, HG_WINDOW_HOUR, 1, taken_us);
}

void hg_secondary_settle(struct hg_secondary *s, const struct hg_spend *spend, int64_t sent_us,
	int64_t took_us, int64_t now_us)
{
	struct hg_pot *pot = leave(s, spend, sent_us);

	if (!pot)
		return;
	if (took_us < 0)
		took_us = 0;
	if (took_us > HG_UNDER_WAY_MOST_US)
		took_us = HG_UNDER_WAY_MOST_US;
	learn_time(s, pot, took_us);
	count_time(&s->cpu, &s->rest_us, took_us, now_us);
	if (spend->is_graphql)
		count_time(&s->cpu_graphql, &s->rest_graphql_us, took_us, now_us);
}

/* -- GitHub objects ---------------------------------------------------------------------------- */

/* What GitHub surely counted when it refused. */
static uint32_t had(const struct check *c, int64_t sent_us)
{
	return hg_window_sure(&c->meter->window, c->span, sent_us);
}

/* As a share of its limit. What was only expected proves nothing, and is not in it. */
static double fullness(const struct check *c, int64_t sent_us, int64_t now_us)
{
	uint32_t limit = hg_learned_limit(&c->meter->learned, c->limit, now_us);

	return limit ? (double)had(c, sent_us) / limit : 0;
}

/* The route, which is the first; or what was close to its limit, and closer. */
static const struct check *blame(
	const struct check *checks, unsigned n, int64_t sent_us, int64_t now_us)
{
	const struct check *blamed = &checks[0];
	double most = fullness(blamed, sent_us, now_us);

	if (most < CLOSE)
		most = CLOSE;
	else if (blamed->meter->learned.limit)
		return blamed; /* known to hide one, and close to where it was met */
	for (unsigned i = 1; i < n; i++) {
		double full = fullness(&checks[i], sent_us, now_us);
		if (full <= most || hg_learned_is_fresh(&checks[i].meter->learned, now_us))
			continue;
		most = full;
		blamed = &checks[i];
	}
	return blamed;
}

/* It left before an objection was heard: to what was blamed then, it says more. */
static void refine(const struct check *checks, unsigned n, int64_t sent_us)
{
	for (unsigned i = 0; i < n; i++) {
		struct hg_learned *l = &checks[i].meter->learned;
		if (l->limit && sent_us <= l->objected_us)
			hg_learned_refine(l, had(&checks[i], sent_us), checks[i].cost);
	}
}

static int64_t in_force(const struct check *c, int64_t now_us)
{
	int64_t limit = hg_learned_limit(&c->meter->learned, c->limit, now_us);

	return c->why == HG_SECONDARY_CPU ? limit * HG_SECONDARY_TICK_US / 1000000 : limit;
}

enum hg_secondary_why hg_secondary_object(struct hg_secondary *s,
	const struct hg_secondary_conf *conf, const struct hg_spend *spend, int64_t sent_us,
	int64_t now_us, struct hg_lesson *ret_lesson)
{
	struct check checks[CHECKS_MOST];
	unsigned n = list_checks(s, conf, spend, use_pot(s, spend), now_us, checks);

	if (ret_lesson)
		*ret_lesson = (struct hg_lesson){ 0 };
	if (!conf->keep)
		return HG_SECONDARY_NONE;
	if (s->last_why != HG_SECONDARY_NONE && sent_us <= s->last_objected_us) {
		refine(checks, n, sent_us);
		return s->last_why;
	}
	const struct check *c = blame(checks, n, sent_us, now_us);
	int64_t was = in_force(c, now_us);
	hg_learned_object(&c->meter->learned, had(c, sent_us), c->cost, now_us);
	/* Few routes make what is content or a token: should it have been this one, it is not
	 * refused a second time. */
	if (c->why == HG_SECONDARY_CONTENT || c->why == HG_SECONDARY_MINTS)
		hg_learned_object(&checks[0].meter->learned, had(&checks[0], sent_us),
			checks[0].cost, now_us);
	s->last_why = c->why;
	s->last_objected_us = now_us;
	if (ret_lesson)
		*ret_lesson = (struct hg_lesson){ was, in_force(c, now_us) };
	return c->why;
}

uint64_t hg_secondary_gate(const struct hg_spend *spend)
{
	struct hg_str route = spend->is_graphql ? HG_STR("") : spend->route;
	uint64_t rest = (uint64_t)spend->points << 4 | (unsigned)spend->is_graphql << 3 |
	                (unsigned)spend->is_write << 2 | (unsigned)spend->is_content << 1 |
	                (unsigned)spend->is_mint;

	return hg_hash_mix(hg_hash(route.p, route.n), rest);
}
