/*
 * Bursts of queries that keep GitHub long, at a GitHub that counts its time exactly: they are under
 * way at once, so what they will take has to be known, or seen, before the first of them ends.
 */
#include "../exact_window.h"
#include "secondary_rig.h"
#include "base/dice.h"
#include "dispatch/budget/shape_cost.h"

#define STEP (SEC / 100)
#define AT_ONCE 90
#define SHAPE 7

struct flying {
	struct hg_spend spend;
	int64_t sent_us, takes_us;
};

static struct world {
	struct secondary_rig rig;
	struct hg_shape_costs *shapes;
	struct hg_dice dice;
	int64_t now_us, most_us; /* of GraphQL's time in a minute */
	struct exact_window time;
	struct flying flying[AT_ONCE];
	unsigned n_flying, n_sent;
} w;

static int setup(void **state)
{
	(void)state;
	w = (struct world){ .shapes = hg_shape_costs_new(8), .time.span_us = MINUTE };
	w.dice.state = 1;
	secondary_rig_begin(&w.rig);
	return 0;
}

static void pass(void)
{
	w.now_us += STEP;
	for (unsigned i = 0; i < w.n_flying;) {
		struct flying *f = &w.flying[i];
		if (f->sent_us + f->takes_us > w.now_us) {
			i++;
			continue;
		}
		hg_secondary_settle(w.rig.s, &f->spend, f->sent_us, f->takes_us, w.now_us);
		hg_shape_costs_note_time(w.shapes, SHAPE, 1, f->takes_us);
		exact_window_add(&w.time, f->takes_us, w.now_us);
		if (w.time.sum > w.most_us)
			w.most_us = w.time.sum;
		*f = w.flying[--w.n_flying];
	}
	hg_secondary_check(w.rig.s);
}

static int teardown(void **state)
{
	(void)state;
	while (w.n_flying)
		pass();
	secondary_rig_end(&w.rig);
	hg_shape_costs_free(w.shapes);
	exact_window_fini(&w.time);
	return 0;
}

/* False: it may not now. */
static bool send_one(int64_t takes_us, bool is_known)
{
	struct hg_spend spend = graphql_of(1);

	spend.expected_us = is_known ? hg_shape_costs_time_us(w.shapes, SHAPE) : 0;
	if (w.n_flying == AT_ONCE || opens_in(&w.rig, spend, w.now_us) > 0)
		return false;
	hg_secondary_take(w.rig.s, &spend, w.now_us);
	w.flying[w.n_flying++] = (struct flying){ spend, w.now_us, takes_us };
	w.n_sent++;
	return true;
}

/* One that takes so long, and another when it has ended; then time for it to be forgotten. */
static void ask_in_turn(unsigned n, int64_t takes_us)
{
	while (n || w.n_flying) {
		if (!w.n_flying && n && send_one(takes_us, true))
			n--;
		pass();
	}
	w.now_us += 2 * MINUTE;
	exact_window_sum(&w.time, w.now_us);
	w.most_us = w.n_sent = 0;
}

/* GraphQL as a whole is quick, other shapes are asked for. */
static void be_quick(void)
{
	for (int i = 0; i < 100; i++)
		work(&w.rig, graphql_of(1), SEC / 20, w.now_us);
	w.now_us += 2 * MINUTE;
}

static void a_burst_of_a_slow_shape_stays_within_its_minute(void **state)
{
	(void)state;
	ask_in_turn(8, 4 * SEC);
	be_quick();
	for (unsigned n = 200; n; pass())
		while (n && send_one(2 * SEC + hg_dice_below(&w.dice, 4 * SEC), true))
			n--;
	while (w.n_flying)
		pass();
	assert_in_range(w.most_us, 40 * SEC, 60 * SEC);
}

/* Nobody knows better: as many as may be under way at once. */
static void a_burst_of_a_new_shape_is_taken_for_the_average(void **state)
{
	(void)state;
	be_quick();
	while (send_one(4 * SEC, true))
		;
	assert_int_equal(w.n_sent, AT_ONCE);
}

static void of_a_quick_shape_a_slow_average_holds_nobody(void **state)
{
	(void)state;
	ask_in_turn(8, SEC / 20);
	for (int i = 0; i < 4; i++)
		work(&w.rig, graphql_of(1), 10 * SEC, w.now_us);
	while (send_one(SEC / 20, true))
		;
	assert_int_equal(w.n_sent, AT_ONCE);
}

/* GitHub ends each after 10 s. Before the first of them has ended all would have gone. */
static unsigned hang(int64_t apart_us)
{
	ask_in_turn(8, SEC / 20);
	be_quick();
	for (int64_t began_us = w.now_us; w.now_us < began_us + 10 * SEC; pass())
		if ((w.now_us - began_us) % apart_us == 0)
			(void)send_one(10 * SEC, true);
	return w.n_sent;
}

static void those_that_hang_stay_within_their_minute(void **state)
{
	(void)state;
	assert_int_equal(hang(SEC), 6);
	while (w.n_flying)
		pass();
	assert_int_equal(w.most_us, 60 * SEC);
}

static void those_that_hang_are_seen_after_a_second(void **state)
{
	(void)state;
	assert_in_range(hang(SEC / 5), 9, 10); /* of 50 */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_burst_of_a_slow_shape_stays_within_its_minute),
		TEST(a_burst_of_a_new_shape_is_taken_for_the_average),
		TEST(of_a_quick_shape_a_slow_average_holds_nobody),
		TEST(those_that_hang_stay_within_their_minute),
		TEST(those_that_hang_are_seen_after_a_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
