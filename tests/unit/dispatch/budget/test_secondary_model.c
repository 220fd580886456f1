/*
 * A GitHub that counts exactly, beside our model: random steps, over a million in all, in which
 * everything that may go goes. Windows there slide to the microsecond, and a request arrives up to
 * a second after it left. What it publishes it must never have to say; what it hides it may say
 * once per route and hour.
 */
#include "../exact_window.h"
#include "secondary_rig.h"
#include "base/dice.h"
#include <hg/mem.h>

#define STEPS (16 * HABIT)
#define HABIT 30000 /* steps until they are of another kind */
#define FLYING_MOST 80
#define ROUTES 8 /* that GitHub counts exactly; the last two are those without a name */
#define GRAPHQL 7
#define STRANGERS 3000 /* more routes than are remembered */

struct flying {
	struct hg_spend spend;
	int route; /* ROUTES: a stranger's */
	int64_t sent_us, arrives_us, answered_us, cpu_us;
	bool is_there, is_refused;
};

struct world {
	struct secondary_rig rig;
	struct hg_dice dice;
	int64_t now_us;
	struct flying flying[FLYING_MOST];
	unsigned n_flying;
	/* GitHub's */
	int64_t limits[ROUTES];
	struct exact_window routes[ROUTES], cpu, cpu_graphql, content_minute, content_hour, mints;
	int64_t mean_us[ROUTES + 1], last_write_us;
	int favourite;          /* route */
	int late_of_a_thousand; /* arrive up to a second after they left, others within 10 ms */
	bool has_no_time;       /* its working time is not limited */
	/* what happened */
	int64_t heard_us, objected_us[ROUTES];
	unsigned n_refused, n_objections, n_sent, n_waits[HG_SECONDARY_WHYS];
	char strangers[STRANGERS][16];
};

static struct world *world_new(uint64_t seed)
{
	struct world *w = hg_alloc0(sizeof(*w));

	secondary_rig_begin(&w->rig);
	w->dice.state = seed;
	w->last_write_us = w->heard_us = -HOUR;
	for (int i = 0; i < ROUTES; i++) {
		w->limits[i] = i == GRAPHQL ? 2000 : 900;
		w->routes[i].span_us = MINUTE;
		w->objected_us[i] = -HOUR;
	}
	w->cpu.span_us = w->cpu_graphql.span_us = w->content_minute.span_us = MINUTE;
	w->content_hour.span_us = w->mints.span_us = HOUR;
	for (int i = 0; i < STRANGERS; i++)
		snprintf(w->strangers[i], sizeof(w->strangers[i]), "/strangers/%d", i);
	return w;
}

static void world_free(struct world *w)
{
	struct exact_window *rest[] = { &w->cpu, &w->cpu_graphql, &w->content_minute,
		&w->content_hour, &w->mints };

	for (int i = 0; i < ROUTES; i++)
		exact_window_fini(&w->routes[i]);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		exact_window_fini(rest[i]);
	secondary_rig_end(&w->rig);
	hg_free(w);
}

static bool chance(struct world *w, int of_a_thousand)
{
	return hg_dice_below(&w->dice, 1000) < of_a_thousand;
}

/* Does GitHub take it? */
static bool arrives(struct world *w, const struct flying *f)
{
	int64_t now_us = f->arrives_us;
	bool is_fine = w->has_no_time || exact_window_sum(&w->cpu, now_us) <= 90 * SEC;

	if (f->route < ROUTES)
		is_fine &= exact_window_sum(&w->routes[f->route], now_us) + f->spend.points <=
		           w->limits[f->route];
	if (f->spend.is_graphql && !w->has_no_time)
		is_fine &= exact_window_sum(&w->cpu_graphql, now_us) <= 60 * SEC;
	if (f->spend.is_content)
		is_fine &= exact_window_sum(&w->content_minute, now_us) < 80 &&
		           exact_window_sum(&w->content_hour, now_us) < 500;
	if (f->spend.is_mint)
		is_fine &= exact_window_sum(&w->mints, now_us) < 2000;
	if (!is_fine)
		return false;
	if (f->route < ROUTES)
		exact_window_add(&w->routes[f->route], f->spend.points, now_us);
	if (f->spend.is_content) {
		exact_window_add(&w->content_minute, 1, now_us);
		exact_window_add(&w->content_hour, 1, now_us);
	}
	if (f->spend.is_mint)
		exact_window_add(&w->mints, 1, now_us);
	return true;
}

static void refused(struct world *w, const struct flying *f)
{
	struct secondary_rig *r = &w->rig;

	w->n_refused++;
	if (f->sent_us > w->heard_us) {
		assert_true(f->route < ROUTES);
		assert_true(f->answered_us - w->objected_us[f->route] >= HOUR);
		w->objected_us[f->route] = w->heard_us = f->answered_us;
		w->n_objections++;
	}
	enum hg_secondary_why why =
		hg_secondary_object(r->s, &r->conf, &f->spend, f->sent_us, f->answered_us, NULL);
	assert_true(why != HG_SECONDARY_NONE && why != HG_SECONDARY_GAP);
	hg_secondary_untake(r->s, &f->spend, f->sent_us);
}

static void answered(struct world *w, const struct flying *f)
{
	exact_window_add(&w->cpu, f->cpu_us, f->answered_us);
	if (f->spend.is_graphql)
		exact_window_add(&w->cpu_graphql, f->cpu_us, f->answered_us);
	hg_secondary_settle(
		w->rig.s, &f->spend, f->sent_us, f->answered_us - f->sent_us, f->answered_us);
}

/* All that happens up to a moment, in its order. */
static void pass_to(struct world *w, int64_t until_us)
{
	for (;;) {
		struct flying *next = NULL;
		int64_t next_us = until_us + 1;
		for (unsigned i = 0; i < w->n_flying; i++) {
			struct flying *f = &w->flying[i];
			int64_t at_us = f->is_there ? f->answered_us : f->arrives_us;
			if (at_us < next_us) {
				next_us = at_us;
				next = f;
			}
		}
		if (!next)
			break;
		if (!next->is_there) {
			next->is_there = true;
			next->is_refused = !arrives(w, next);
			if (next->is_refused)
				next->answered_us = next->arrives_us + 20000;
			continue;
		}
		if (next->is_refused)
			refused(w, next);
		else
			answered(w, next);
		*next = w->flying[--w->n_flying];
	}
	w->now_us = until_us;
}

static struct flying choose(struct world *w)
{
	static const char *const names[] = { "/repos/{owner}/{repo}", "/issues", "/comments",
		"/tokens", "/users/{id}", "/events", "" };
	int route = (int)hg_dice_below(&w->dice, ROUTES);
	struct flying f = { .route = route };

	if (chance(w, 500))
		route = f.route = w->favourite;
	f.spend = route == GRAPHQL ? graphql_of(chance(w, 200) ? 5 : 1) : read_of(names[route]);
	if (route == 2 || route == 3 || (route == 4 && chance(w, 300))) {
		f.spend.points = 5;
		f.spend.is_write = true;
	}
	f.spend.is_content = route == 2;
	f.spend.is_mint = route == 3;
	if (chance(w, 50)) {
		f.route = ROUTES;
		f.spend = read_of(w->strangers[hg_dice_below(&w->dice, STRANGERS)]);
	}
	return f;
}

static void send_it(struct world *w, struct flying *f)
{
	struct secondary_rig *r = &w->rig;
	int64_t mean_us = w->mean_us[f->route];

	if (f->spend.is_write) {
		assert_true(w->now_us - w->last_write_us >= r->conf.write_gap_us);
		w->last_write_us = w->now_us;
	}
	hg_secondary_take(r->s, &f->spend, w->now_us);
	if (chance(w, 30)) {
		hg_secondary_untake(r->s, &f->spend, w->now_us); /* it never left */
		return;
	}
	f->sent_us = w->now_us;
	f->arrives_us = w->now_us +
	                hg_dice_below(&w->dice, chance(w, w->late_of_a_thousand) ? SEC : SEC / 100);
	f->cpu_us = mean_us / 2 + hg_dice_below(&w->dice, mean_us);
	f->answered_us = f->arrives_us + f->cpu_us;
	w->flying[w->n_flying++] = *f;
	w->n_sent++;
}

/* Another hour, another way of working. */
static void change_habits(struct world *w, bool is_slow)
{
	for (int i = 0; i <= ROUTES; i++)
		w->mean_us[i] = 1000 + hg_dice_below(&w->dice, is_slow ? 2 * SEC : SEC / 200);
	w->favourite = (w->favourite + 1) % ROUTES;
	w->rig.conf.write_gap_us = chance(w, 500) ? SEC : 0;
	hg_secondary_check(w->rig.s);
}

/* Each route is the favourite once while answers are quick, and then while they may be slow. */
static void run(struct world *w, bool is_slow)
{
	int64_t most_apart_us = SEC / 40;

	for (int i = 0; i < STEPS; i++) {
		if (i % HABIT == 0)
			change_habits(w, is_slow && i >= ROUTES * HABIT);
		if (chance(w, 600))
			pass_to(w, w->now_us + hg_dice_below(&w->dice, most_apart_us));
		if (chance(w, 1))
			pass_to(w, w->now_us + hg_dice_below(&w->dice, 90 * SEC));
		if (w->n_flying == FLYING_MOST)
			continue;
		struct flying f = choose(w);
		enum hg_secondary_why why;
		int64_t opens_us =
			hg_secondary_opens_us(w->rig.s, &w->rig.conf, &f.spend, w->now_us, &why);
		if (opens_us <= w->now_us) {
			assert_int_equal(why, HG_SECONDARY_NONE);
			send_it(w, &f);
			continue;
		}
		assert_true(opens_us <= w->now_us + HOUR + 61 * SEC);
		w->n_waits[why]++;
		if (chance(w, 2)) /* a wave at the first moment at which it may */
			pass_to(w, opens_us);
	}
}

static void what_github_publishes_it_never_has_to_say(void **state)
{
	(void)state;
	struct world *w = world_new(1);

	w->late_of_a_thousand = 10;
	run(w, true);
	assert_int_equal(w->n_refused, 0);
	for (int why = HG_SECONDARY_ROUTE; why < HG_SECONDARY_WHYS; why++)
		assert_true(w->n_waits[why] > 100); /* each limit was met */
	world_free(w);
}

/* GitHub's time would stand before all else when the way is a part of it. */
static void not_even_when_all_arrive_up_to_a_second_late(void **state)
{
	(void)state;
	struct world *w = world_new(2);

	w->rig.conf.cpu_us = w->rig.conf.cpu_graphql_us = 0;
	w->has_no_time = true;
	w->late_of_a_thousand = 1000;
	run(w, false);
	assert_int_equal(w->n_refused, 0);
	assert_true(w->n_waits[HG_SECONDARY_ROUTE] > 100);
	world_free(w);
}

static void what_it_hides_it_says_once_per_route_and_hour(void **state)
{
	(void)state;
	struct world *w = world_new(3);

	w->rig.conf.cpu_us = w->rig.conf.cpu_graphql_us = 0;
	w->has_no_time = true;
	w->late_of_a_thousand = 500;
	for (int i = 0; i < ROUTES; i++)
		w->limits[i] = 10 + hg_dice_below(&w->dice, 500);
	run(w, false);
	assert_true(w->n_objections > ROUTES);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_github_publishes_it_never_has_to_say),
		cmocka_unit_test(not_even_when_all_arrive_up_to_a_second_late),
		cmocka_unit_test(what_it_hides_it_says_once_per_route_and_hour),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
