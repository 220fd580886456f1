/*
 * Weeks in a second: callers with a daily pattern, a ledger of 5,000 an hour, and the strategy
 * between them as the dispatcher asks it. The figures of the README are printed here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>
#include <stdio.h>

#define SEC INT64_C(1000000)
#define HOUR (3600 * SEC)
#define LIMIT 5000
#define HOURS (14 * 24)
#define QUEUE_MAX 500 /* who comes then leaves */
#define MONDAY (INT64_C(1700438400) * SEC)

const struct hg_plugin *hg_plugin_table(void);

/* Arrivals in the second that begins then. */
typedef uint32_t (*demand_fn)(int64_t wall_us, uint32_t n_queued);

struct world {
	const char *label;
	demand_fn demand;
	uint32_t klass;
	int64_t kept; /* the ledger stops the class there */

	struct hg_provider provider;
	struct hg_strategy_view v;
	uint32_t queue_n, queue_head;
	int64_t arrived_us[QUEUE_MAX];
	struct hour {
		int64_t used, used_half, n_waited, longest_us;
	} hours[HOURS];
};

static struct hg_fake *fake;
static struct world w; /* large */

static int start(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	w = (struct world){ .klass = HG_CLASS_NORMAL };
	fake = hg_fake_new(
		&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table() } }, &err);
	if (!fake)
		print_error("%s\n", err.text);
	return fake ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	return hg_fake_free(fake, NULL);
}

/* -- the ledger and its queue ------------------------------------------------------------------ */

static void arrive(int64_t wall_us)
{
	if (w.queue_n == QUEUE_MAX)
		return;
	w.arrived_us[(w.queue_head + w.queue_n++) % QUEUE_MAX] = wall_us;
}

static void send_first(const struct hg_strategy *s, struct hour *h)
{
	int64_t waited_us = w.v.wall_us - w.arrived_us[w.queue_head];

	if ((double)w.v.used >= s->allowance(w.provider.self, &w.v) * LIMIT)
		w.v.last_paced_at_us = w.v.now_us;
	w.queue_head = (w.queue_head + 1) % QUEUE_MAX;
	w.v.queued = --w.queue_n;
	w.v.used++;
	s->spent(w.provider.self, &w.v, 1);
	h->used = w.v.used;
	if (w.v.resets_in_us >= HOUR / 2)
		h->used_half = w.v.used;
	h->n_waited += waited_us > 0;
	if (waited_us > h->longest_us)
		h->longest_us = waited_us;
}

static void live_second(const struct hg_strategy *s, struct hour *h, int64_t wall_us)
{
	int64_t end_us = wall_us + SEC;

	for (uint32_t n = w.demand(wall_us, w.queue_n); n; n--)
		arrive(wall_us);
	while (w.queue_n && w.v.used < LIMIT - w.kept) {
		w.v.queued = w.queue_n;
		int64_t wait_us = s->wait_us(w.provider.self, &w.v);
		if (wait_us == 0) {
			send_first(s, h);
			continue;
		}
		if (w.v.wall_us + wait_us >= end_us)
			break;
		w.v.wall_us += wait_us;
		w.v.now_us += wait_us;
		w.v.resets_in_us -= wait_us;
	}
	int64_t rest_us = end_us - w.v.wall_us;
	w.v.wall_us += rest_us;
	w.v.now_us += rest_us;
	w.v.resets_in_us -= rest_us;
}

static void live_weeks(const char *label, demand_fn demand)
{
	w.label = label;
	w.demand = demand;
	assert_true(hg_fake_service(fake, HG_STRATEGY, label, &w.provider));
	w.v = (struct hg_strategy_view){ .size = sizeof(w.v),
		.klass = w.klass,
		.limit = LIMIT,
		.window_us = HOUR,
		.last_paced_at_us = INT64_MIN,
		.ledger = 1,
		.wall_us = MONDAY,
		.kept = w.kept,
		.cost = 1 };
	for (int hour = 0; hour < HOURS; hour++) {
		w.v.used = 0;
		w.v.resets_in_us = HOUR;
		for (int i = 0; i < 3600; i++)
			live_second(
				w.provider.vtable, &w.hours[hour], MONDAY + hour * HOUR + i * SEC);
	}
}

/* Of the second week. */
struct figures {
	int64_t n_waited, longest_us, least_used, most_used;
};

static struct figures figures_of(int64_t busy_used)
{
	struct figures f = { .least_used = LIMIT };
	int64_t sum = 0, n = 0;

	for (int hour = HOURS / 2; hour < HOURS; hour++) {
		const struct hour *h = &w.hours[hour];
		f.n_waited += h->n_waited;
		if (h->longest_us > f.longest_us)
			f.longest_us = h->longest_us;
		if (h->used > f.most_used)
			f.most_used = h->used;
		if (h->used < busy_used)
			continue;
		sum += h->used;
		n++;
		if (h->used < f.least_used)
			f.least_used = h->used;
	}
	print_message("%-12s  used at the reset %lld to %lld, mean %lld (%lld hours)  "
		      "waited %lld, longest %.1f s\n",
		w.label, (long long)f.least_used, (long long)f.most_used,
		(long long)(n ? sum / n : 0), (long long)n, (long long)f.n_waited,
		(double)f.longest_us / SEC);
	return f;
}

/* -- who asks ---------------------------------------------------------------------------------- */

static bool is_office(int64_t wall_us)
{
	int64_t hour = (wall_us - MONDAY) / HOUR, day = hour / 24 % 7;

	return day < 5 && hour % 24 >= 8 && hour % 24 < 18;
}

static uint32_t spread(uint32_t per_hour, int64_t wall_us)
{
	int64_t second = wall_us / SEC;

	return (uint32_t)((second + 1) * per_hour / 3600 - second * per_hour / 3600);
}

/* 3,600 an hour in the office, 600 at night: it fits. Each hour begins with 120 at once, and on
 * the second Wednesday at five past ten a job asks for 800 within a minute. */
static uint32_t office(int64_t wall_us, uint32_t n_queued)
{
	int64_t second = wall_us / SEC % 3600, hour = (wall_us - MONDAY) / HOUR;
	bool is_burst = hour == 9 * 24 + 10 && second >= 300 && second < 360;

	(void)n_queued;
	return spread(is_office(wall_us) ? 3600 : 600, wall_us) + (second == 0 ? 120 : 0) +
	       (is_burst ? spread(48000, wall_us) : 0);
}

/* The same, with the job on every Wednesday. */
static uint32_t weekly(int64_t wall_us, uint32_t n_queued)
{
	return office(wall_us < MONDAY + 168 * HOUR ? wall_us + 168 * HOUR : wall_us, n_queued);
}

/* 9,000 an hour in the office: more than there is. */
static uint32_t crowd(int64_t wall_us, uint32_t n_queued)
{
	(void)n_queued;
	return spread(is_office(wall_us) ? 9000 : 600, wall_us);
}

/* Ten callers, each of which asks again when it is answered. */
static uint32_t ten_callers(int64_t wall_us, uint32_t n_queued)
{
	(void)wall_us;
	return n_queued < 10 ? 10 - n_queued : 0;
}

/* As in the office, and on the second Sunday from three o'clock on ten callers that never sleep. */
static uint32_t crawl(int64_t wall_us, uint32_t n_queued)
{
	int64_t hour = (wall_us - MONDAY) / HOUR;

	return hour == 13 * 24 + 3 ? ten_callers(wall_us, n_queued) : office(wall_us, n_queued);
}

/* -- what comes of it -------------------------------------------------------------------------- */

static void what_fits_does_not_wait(void **state)
{
	(void)state;
	live_weeks("adaptive", office);
	struct figures f = figures_of(3000);
	assert_int_equal(f.n_waited, 0);
	assert_int_equal(f.most_used, 4520);
}

/* What hours can not tell: it is expected once more when it has been. */
static void a_burst_of_each_week_makes_its_hour_wait(void **state)
{
	(void)state;
	live_weeks("adaptive", weekly);
	struct figures f = figures_of(3000);
	assert_true(f.n_waited > 0 && f.n_waited < 3000);
}

static void what_does_not_fit_is_spent_to_the_end(void **state)
{
	(void)state;
	live_weeks("adaptive", crowd);
	struct figures f = figures_of(3000);
	assert_true(f.least_used >= 4752); /* 99 % of 4800 */
	assert_true(f.most_used <= 4801);
}

static void callers_that_wait_for_their_answers_hide_no_demand(void **state)
{
	(void)state;
	live_weeks("adaptive", ten_callers);
	struct figures f = figures_of(0);
	assert_true(f.least_used >= 4752);
	assert_true(f.most_used <= 4802);
}

static void a_class_with_a_reserve_ends_at_it(void **state)
{
	(void)state;
	w.klass = HG_CLASS_LOW;
	w.kept = 1500;
	live_weeks("adaptive", crowd);
	struct figures f = figures_of(3000);
	assert_true(f.least_used >= 3465); /* 99 % of 3500 */
	assert_int_equal(f.most_used, 3500);
}

static void what_nobody_expected_does_not_take_all_at_once(void **state)
{
	const struct hour *h = &w.hours[13 * 24 + 3];

	(void)state;
	live_weeks("adaptive", crawl);
	print_message("%-12s  used after half an hour %lld, at the reset %lld, longest %.1f s\n",
		w.label, (long long)h->used_half, (long long)h->used, (double)h->longest_us / SEC);
	assert_true(h->used_half <= 3600);
	assert_true(h->used >= 4752);
	assert_true(h->longest_us < 60 * SEC);
}

static void without_a_forecast_more_is_left(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	assert_int_equal(hg_fake_reload(fake, "forecast: false\n", &err), 0);
	live_weeks("adaptive", crowd);
	struct figures f = figures_of(3000);
	assert_true(f.most_used < 4500);
	w = (struct world){ .klass = HG_CLASS_NORMAL };
	live_weeks("adaptive", office);
	assert_true(figures_of(3000).n_waited > 0);
}

static void the_others_do_as_ever(void **state)
{
	(void)state;
	live_weeks("conservative", crowd);
	struct figures f = figures_of(2000);
	assert_true(f.least_used >= 3000 && f.most_used <= 3012);
	w = (struct world){ .klass = HG_CLASS_NORMAL };
	live_weeks("aggressive", crowd);
	f = figures_of(2000);
	assert_true(f.least_used >= 4800 && f.most_used <= 4851);
}

static void the_others_pace_what_would_have_fitted(void **state)
{
	(void)state;
	live_weeks("conservative", office);
	assert_true(figures_of(2000).n_waited > 0);
	w = (struct world){ .klass = HG_CLASS_NORMAL };
	live_weeks("aggressive", office);
	assert_true(figures_of(2000).n_waited > 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(what_fits_does_not_wait),
		T(a_burst_of_each_week_makes_its_hour_wait),
		T(what_does_not_fit_is_spent_to_the_end),
		T(callers_that_wait_for_their_answers_hide_no_demand),
		T(a_class_with_a_reserve_ends_at_it),
		T(what_nobody_expected_does_not_take_all_at_once),
		T(without_a_forecast_more_is_left),
		T(the_others_do_as_ever),
		T(the_others_pace_what_would_have_fitted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
