#include "../rig.h"

#define FLIGHTS 2000

static struct hg_queue queue;
static struct hg_shares shares;
static struct hg_flight flights[FLIGHTS];

/* The i-th one, as it would be when it was made: cost 1, client "a" of weight 1. */
static struct hg_flight *make(unsigned i, const char *client, enum hg_class klass)
{
	struct hg_flight *f = &flights[i];

	*f = (struct hg_flight){ .klass = klass, .cost = 1 };
	hg_list_init(&f->queued);
	hg_list_init(&f->in_track);
	f->share = hg_shares_find(&shares, hg_str(client), 1, 0);
	return f;
}

static struct hg_flight *put_of(unsigned i, const char *client, enum hg_class klass, int64_t at_us)
{
	struct hg_flight *f = make(i, client, klass);

	hg_queue_put(&queue, f, at_us);
	hg_queue_check(&queue);
	return f;
}

static struct hg_flight *put(unsigned i, enum hg_class klass, int64_t at_us)
{
	return put_of(i, "a", klass, at_us);
}

static int setup(void **state)
{
	(void)state;
	memset(flights, 0, sizeof(flights));
	hg_queue_init(&queue);
	hg_shares_init(&shares);
	return 0;
}

static void leave(struct hg_flight *f)
{
	if (f->track)
		hg_queue_take(&queue, f);
	hg_share_unref(f->share);
	f->share = NULL;
	hg_queue_check(&queue);
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLIGHTS; i++)
		if (flights[i].share)
			leave(&flights[i]);
	hg_queue_fini(&queue);
	hg_shares_fini(&shares);
	return 0;
}

static struct hg_flight *first(int64_t now_us)
{
	struct hg_flight *firsts[HG_BANDS_MOST];

	return hg_queue_order(&queue, now_us, firsts) ? firsts[0] : NULL;
}

/* It goes out, and is over. */
static const char *serve(int64_t now_us)
{
	struct hg_flight *f = first(now_us);
	static char name[16];

	assert_non_null(f);
	snprintf(name, sizeof(name), "%s", f->share->name);
	hg_queue_serve(&queue, f);
	leave(f);
	return name;
}

static void an_empty_queue_has_nobody_first(void **state)
{
	(void)state;
	assert_null(first(0));
}

static void the_better_class_is_first_however_late_it_came(void **state)
{
	(void)state;
	struct hg_flight *low = put(0, HG_CLASS_LOW, 0), *high = put(1, HG_CLASS_HIGH, 10 * SEC);

	assert_ptr_equal(first(10 * SEC), high);
	hg_queue_take(&queue, high);
	hg_queue_check(&queue);
	assert_ptr_equal(first(10 * SEC), low);
}

static void within_a_class_the_earlier_one_is_first(void **state)
{
	(void)state;
	struct hg_flight *a = put(0, HG_CLASS_NORMAL, 1), *b = put(1, HG_CLASS_NORMAL, 2);

	assert_ptr_equal(first(3), a);
	hg_queue_take(&queue, a);
	assert_ptr_equal(first(3), b);
}

static void a_class_is_counted_one_better_for_each_time_of_ageing(void **state)
{
	(void)state;
	static const struct {
		enum hg_class is;
		int64_t waited_s;
		enum hg_class counts_as;
	} rows[] = {
		{ HG_CLASS_LOW, 0, HG_CLASS_LOW },
		{ HG_CLASS_LOW, 29, HG_CLASS_LOW },
		{ HG_CLASS_LOW, 30, HG_CLASS_NORMAL },
		{ HG_CLASS_LOW, 60, HG_CLASS_HIGH },
		{ HG_CLASS_LOW, 86400, HG_CLASS_HIGH },
		{ HG_CLASS_NORMAL, 30, HG_CLASS_HIGH },
		{ HG_CLASS_NORMAL, 900, HG_CLASS_HIGH },
		{ HG_CLASS_HIGH, 900, HG_CLASS_HIGH },
		{ HG_CLASS_CRITICAL, 900, HG_CLASS_CRITICAL },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_flight f = { .klass = rows[i].is };
		assert_int_equal(hg_queue_counts_as(&f, rows[i].waited_s * SEC), rows[i].counts_as);
	}
}

static void an_aged_low_passes_a_younger_normal_but_never_a_critical(void **state)
{
	(void)state;
	struct hg_flight *low = put(0, HG_CLASS_LOW, 0);
	struct hg_flight *normal = put(1, HG_CLASS_NORMAL, 20 * SEC);

	assert_ptr_equal(first(29 * SEC), normal);
	assert_ptr_equal(first(30 * SEC), low);
	struct hg_flight *critical = put(2, HG_CLASS_CRITICAL, 500 * SEC);
	assert_ptr_equal(first(500 * SEC), critical);
}

static void low_does_not_starve_under_a_stream_of_high(void **state)
{
	(void)state;
	struct hg_flight *low = put(0, HG_CLASS_LOW, 0);
	int64_t now_us = 0;

	while (!hg_list_is_empty(&low->queued)) {
		now_us += SEC;
		assert_true(now_us <= 61 * SEC);
		put(1, HG_CLASS_HIGH, now_us);
		leave(first(now_us));
		if (flights[1].share)
			leave(&flights[1]);
	}
}

/* -- between clients --------------------------------------------------------------------------- */

static unsigned served_of(const char *client, unsigned n, int64_t now_us)
{
	unsigned of_it = 0;

	for (unsigned i = 0; i < n; i++)
		of_it += !strcmp(serve(now_us), client);
	return of_it;
}

static void a_client_that_asks_for_much_does_not_hold_up_one_that_asks_for_little(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		put_of(i, "greedy", HG_CLASS_NORMAL, 0);
	served_of("greedy", 100, 1);
	put_of(1000, "modest", HG_CLASS_NORMAL, 2);
	assert_true(served_of("modest", 2, 3) == 1);
}

static void clients_get_points_by_weight(void **state)
{
	(void)state;
	hg_share_unref(make(1999, "heavy", HG_CLASS_LOW)->share); /* a name is what it was last */
	flights[1999].share = NULL;
	for (unsigned i = 0; i < 400; i++) {
		put_of(i, "light", HG_CLASS_LOW, 0);
		struct hg_flight *f = put_of(400 + i, "heavy", HG_CLASS_LOW, 0);
		f->share->weight = 3;
	}
	assert_in_range(served_of("heavy", 400, 1), 299, 301);
}

static void what_costs_more_counts_more(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		put_of(i, "cheap", HG_CLASS_LOW, 0);
		put_of(100 + i, "dear", HG_CLASS_LOW, 0)->cost = 10;
	}
	assert_in_range(served_of("dear", 55, 1), 5, 6);
}

static void asking_one_by_one_gets_no_more_than_asking_for_all_at_once(void **state)
{
	(void)state;
	unsigned of_it = 0;

	for (unsigned c = 0; c < 3; c++)
		for (unsigned i = 0; i < 200; i++)
			put_of(10 + c * 200 + i,
				c == 0   ? "b"
				: c == 1 ? "c"
					 : "d",
				HG_CLASS_LOW, 0);
	put_of(0, "one by one", HG_CLASS_LOW, 0);
	for (unsigned i = 0; i < 200; i++) {
		if (strcmp(serve(1), "one by one") != 0)
			continue;
		of_it++;
		put_of(0, "one by one", HG_CLASS_LOW, 1);
	}
	assert_in_range(of_it, 49, 51);
}

static void who_had_nothing_to_ask_saved_nothing_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 300; i++)
		put_of(i, "there", HG_CLASS_LOW, 0);
	served_of("there", 100, 1);
	for (unsigned i = 0; i < 100; i++)
		put_of(300 + i, "late", HG_CLASS_LOW, 1);
	assert_in_range(served_of("late", 100, 2), 49, 51);
}

static void a_client_with_all_it_may_have_under_way_lets_others_pass(void **state)
{
	(void)state;
	struct hg_flight *full = put_of(0, "full", HG_CLASS_HIGH, 0);
	struct hg_flight *other = put_of(1, "other", HG_CLASS_HIGH, 5);

	full->share->max_upstream = 2;
	full->share->in_flight = 2;
	assert_ptr_equal(first(6), other);
	hg_queue_check(&queue);
	full->share->in_flight = 1;
	hg_queue_let_pass(full->share);
	hg_queue_check(&queue);
	assert_ptr_equal(first(6), other); /* as long before it in turns, and in place by now */
	leave(other);
	assert_ptr_equal(first(6), full);
	full->share->in_flight = 2;
	assert_null(first(6));
	full->share->in_flight = 0;
	leave(full); /* while it stands */
	assert_null(first(6));
}

/* -- tracks ------------------------------------------------------------------------------------ */

static struct hg_flight *put_at(unsigned i, uint64_t gate, int64_t at_us)
{
	struct hg_flight *f = make(i, "a", HG_CLASS_LOW);

	f->gate = gate;
	hg_queue_put(&queue, f, at_us);
	hg_queue_check(&queue);
	return f;
}

static void one_client_is_served_as_it_asked_across_gates(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 50; i++)
		put_at(i, i % 3, i);
	for (unsigned i = 0; i < 50; i++) {
		assert_ptr_equal(first(100), &flights[i]);
		hg_queue_serve(&queue, &flights[i]);
		leave(&flights[i]);
	}
}

static void what_is_held_lets_others_pass_until_its_moment(void **state)
{
	(void)state;
	struct hg_flight *a = put_at(0, 1, 0), *b = put_at(1, 1, 1), *c = put_at(2, 2, 2);
	int64_t until_us;

	hg_queue_hold(&queue, a, 50);
	hg_queue_check(&queue);
	assert_ptr_equal(first(10), c);
	assert_true(hg_queue_is_held(b, &until_us) && until_us == 50);
	struct hg_flight *d = put_at(3, 1, 10); /* joins those that stand */
	assert_int_equal(hg_queue_release(&queue, 49), 50);
	leave(c);
	assert_null(first(49));
	assert_int_equal(hg_queue_release(&queue, 50), INT64_MAX);
	hg_queue_check(&queue);
	assert_ptr_equal(first(50), a);
	leave(a);
	assert_ptr_equal(first(50), b);
	leave(b);
	assert_ptr_equal(first(50), d);
	assert_false(hg_queue_is_held(d, &until_us));
}

static void all_that_is_held_may_leave(void **state)
{
	(void)state;
	struct hg_flight *a = put_at(0, 1, 0), *b = put_at(1, 1, 1);

	hg_queue_hold(&queue, a, 50);
	leave(a);
	leave(b);
	assert_int_equal(hg_queue_release(&queue, 0), INT64_MAX);
	assert_int_equal(queue.n_all, 0);
}

static void each_strategy_has_a_turn_of_its_own(void **state)
{
	(void)state;
	struct hg_flight *firsts[HG_BANDS_MOST];
	struct hg_flight *a = put(0, HG_CLASS_LOW, 0), *b = make(1, "a", HG_CLASS_LOW);

	memcpy(b->strategy, "aggressive", 11);
	hg_queue_put(&queue, b, 1);
	hg_queue_check(&queue);
	assert_int_equal(hg_queue_order(&queue, 2, firsts), 2);
	assert_ptr_equal(firsts[0], a);
	assert_ptr_equal(firsts[1], b);
}

static void how_many_are_ahead_is_by_turns(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		put_of(i, "greedy", HG_CLASS_LOW, 0);
	assert_int_equal(hg_queue_ahead(&queue, &flights[99]), 99);
	struct hg_flight *modest = put_of(100, "modest", HG_CLASS_LOW, 1);
	assert_int_equal(hg_queue_ahead(&queue, modest), 1);
	assert_int_equal(hg_queue_ahead(&queue, put_of(101, "modest", HG_CLASS_LOW, 1)), 3);
	put_of(102, "other", HG_CLASS_HIGH, 1);
	assert_int_equal(hg_queue_ahead(&queue, &flights[101]), 4);
}

/* Any order of all that can be done keeps the invariants, and nobody is lost. */
static void no_order_of_doing_things_breaks_it(void **state)
{
	(void)state;
	struct hg_dice dice = { 11 };
	const char *const names[] = { "a", "b", "c", "d" };
	unsigned put_n = 0, left_n = 0;

	for (int64_t now_us = 1; now_us < 20000; now_us++) {
		unsigned i = (unsigned)hg_dice_below(&dice, 60);
		struct hg_flight *f = &flights[i];
		switch (hg_dice_below(&dice, 6)) {
		case 0:
		case 1:
			if (f->share)
				break;
			make(i, names[hg_dice_below(&dice, 4)],
				(enum hg_class)hg_dice_below(&dice, HG_CLASSES));
			f->gate = (uint64_t)hg_dice_below(&dice, 3);
			f->cost = 1 + (uint32_t)hg_dice_below(&dice, 5);
			f->share->max_upstream = hg_dice_below(&dice, 2) ? 0 : 1;
			hg_queue_put(&queue, f, now_us);
			put_n++;
			break;
		case 2:
			if (f->share) {
				leave(f);
				left_n++;
			}
			break;
		case 3:
			hg_queue_release(&queue, now_us);
			if ((f = first(now_us)))
				hg_queue_hold(&queue, f, now_us + hg_dice_below(&dice, 200) + 1);
			break;
		case 4:
			if ((f = first(now_us))) {
				hg_queue_serve(&queue, f);
				leave(f);
				left_n++;
			}
			break;
		case 5:
			if (f->share) {
				f->share->in_flight = (uint32_t)hg_dice_below(&dice, 2);
				hg_queue_let_pass(f->share);
				f->share->in_flight = 0;
			}
		}
		hg_queue_check(&queue);
	}
	assert_int_equal(put_n - left_n, queue.n_all);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_empty_queue_has_nobody_first),
		T(the_better_class_is_first_however_late_it_came),
		T(within_a_class_the_earlier_one_is_first),
		T(a_class_is_counted_one_better_for_each_time_of_ageing),
		T(an_aged_low_passes_a_younger_normal_but_never_a_critical),
		T(low_does_not_starve_under_a_stream_of_high),
		T(a_client_that_asks_for_much_does_not_hold_up_one_that_asks_for_little),
		T(clients_get_points_by_weight),
		T(what_costs_more_counts_more),
		T(asking_one_by_one_gets_no_more_than_asking_for_all_at_once),
		T(who_had_nothing_to_ask_saved_nothing_up),
		T(a_client_with_all_it_may_have_under_way_lets_others_pass),
		T(one_client_is_served_as_it_asked_across_gates),
		T(what_is_held_lets_others_pass_until_its_moment),
		T(all_that_is_held_may_leave),
		T(each_strategy_has_a_turn_of_its_own),
		T(how_many_are_ahead_is_by_turns),
		T(no_order_of_doing_things_breaks_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
