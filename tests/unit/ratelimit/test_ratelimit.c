/*
 * The strategies through their service, as the dispatcher calls them; and what comes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>
#include <stdio.h>

#define SEC HG_FAKE_SEC
#define HOUR (3600 * SEC)

const struct hg_plugin *hg_plugin_table(void);

static struct hg_fake *fake;
static struct hg_provider provider;
static struct hg_strategy_view view;

/* A GitHub that has given most of its 5000 points away. */
static void github(void *arg, const struct hg_fake_call *call, struct hg_fake_answer *a)
{
	static char headers[200];
	uint32_t *used = arg;

	(void)call;
	++*used;
	(void)snprintf(headers, sizeof(headers),
		"X-RateLimit-Limit: 5000\nX-RateLimit-Remaining: %u\nX-RateLimit-Used: %u\n"
		"X-RateLimit-Reset: 1700003600\nX-RateLimit-Resource: core",
		5000 - *used, *used);
	a->status = 200;
	a->headers = headers;
}

static uint32_t used_at_github;

static int start(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	used_at_github = 4000;
	fake = hg_fake_new(&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table() },
				   .config = "dispatch: { strategy: conservative }\n",
				   .github = github,
				   .github_arg = &used_at_github },
		&err);
	view = (struct hg_strategy_view){ .size = sizeof(view),
		.klass = HG_CLASS_NORMAL,
		.limit = 5000,
		.window_us = HOUR,
		.resets_in_us = HOUR,
		.last_paced_at_us = INT64_MIN };
	if (!fake)
		print_error("%s\n", err.text);
	return fake ? 0 : -1;
}

static int stop(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	return hg_fake_free(fake, &err);
}

static const struct hg_strategy *strategy(const char *label)
{
	assert_true(hg_fake_service(fake, HG_STRATEGY, label, &provider));
	return provider.vtable;
}

static int64_t wait_us(const char *label)
{
	const struct hg_strategy *s = strategy(label);

	return s->wait_us(provider.self, &view);
}

static void nobody_is_paced_past_the_reset(void **state)
{
	(void)state;
	view.limit = 60; /* one a minute, without a token */
	view.used = 58;
	view.now_us = view.last_paced_at_us = 7 * HOUR;
	view.resets_in_us = 5 * SEC;
	assert_int_equal(wait_us("aggressive"), 5 * SEC);
	assert_int_equal(wait_us("adaptive"), 5 * SEC);
	assert_int_equal(wait_us("conservative"), 5 * SEC);
	view.resets_in_us = 0; /* unknown */
	assert_true(wait_us("aggressive") > 60 * SEC);
}

static void the_intervals_are_the_seeds_at_five_thousand(void **state)
{
	static const struct {
		const char *label;
		int64_t used, interval_us;
	} rows[] = { { "conservative", 3000, 1200000 }, { "aggressive", 4800, 750000 },
		{ "adaptive", 3900, 900000 }, { "adaptive", 4500, 1200000 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		view.used = rows[i].used;
		view.last_paced_at_us = view.now_us = 100 * SEC;
		assert_int_equal(wait_us(rows[i].label), rows[i].interval_us);
		view.now_us += rows[i].interval_us - 1;
		assert_int_equal(wait_us(rows[i].label), 1);
		view.now_us += 1;
		assert_int_equal(wait_us(rows[i].label), 0);
	}
}

static void nothing_waits_below_the_curve(void **state)
{
	(void)state;
	view.last_paced_at_us = view.now_us;
	view.used = 9;
	assert_int_equal(wait_us("conservative"), 0); /* within the burst of 10 */
	view.used = 10;
	assert_true(wait_us("conservative") > 0);
	view.resets_in_us = HOUR / 2; /* half of 3000 and the burst */
	view.used = 1509;
	assert_int_equal(wait_us("conservative"), 0);
	view.used = 1510;
	assert_true(wait_us("conservative") > 0);
}

static void critical_and_high_are_never_paced(void **state)
{
	(void)state;
	view.used = 4999;
	view.last_paced_at_us = view.now_us;
	view.klass = HG_CLASS_HIGH;
	assert_int_equal(wait_us("conservative"), 0);
	view.klass = HG_CLASS_CRITICAL;
	assert_int_equal(wait_us("adaptive"), 0);
	view.klass = HG_CLASS_LOW;
	assert_true(wait_us("adaptive") > 0);
}

static void an_unknown_limit_paces_nothing(void **state)
{
	(void)state;
	view.limit = -1;
	view.used = 10000;
	view.last_paced_at_us = view.now_us;
	assert_int_equal(wait_us("conservative"), 0);
	const struct hg_strategy *s = strategy("adaptive");
	assert_true(s->allowance(provider.self, &view) == 1.0);
}

static void after_a_limit_hit_all_are_conservative(void **state)
{
	(void)state;
	view.used = 20; /* inside aggressive's burst of 50 */
	view.last_paced_at_us = view.now_us;
	assert_int_equal(wait_us("aggressive"), 0);
	view.after_limit_hit = 1;
	assert_int_equal(wait_us("aggressive"), 1200000);
	assert_int_equal(wait_us("adaptive"), 1200000);
}

static void the_numbers_scale_with_the_limit(void **state)
{
	(void)state;
	view.limit = 60; /* unauthenticated: 36 an hour, one per 100 s, burst 1 */
	view.last_paced_at_us = view.now_us;
	view.used = 1;
	assert_int_equal(wait_us("conservative"), 100 * SEC);
	view.used = 0;
	assert_int_equal(wait_us("conservative"), 0);
}

static void adaptive_starts_as_fast_as_aggressive(void **state)
{
	(void)state;
	view.used = 49;
	view.last_paced_at_us = view.now_us;
	assert_int_equal(wait_us("adaptive"), 0);
	view.used = 50;
	assert_int_equal(wait_us("adaptive"), 750000);
}

static int64_t interval_us(const char *label)
{
	const struct hg_strategy *s = strategy(label);

	return s->interval_us(provider.self, &view);
}

static struct hg_outlook outlook(const char *label)
{
	struct hg_outlook o = { .size = sizeof(o) };
	const struct hg_strategy *s = strategy(label);

	s->outlook(provider.self, &view, &o);
	return o;
}

/* Four hours at so many a minute, the last of them until half past: `used` of 5000 are. */
static void learn(uint32_t per_minute, int64_t used)
{
	const struct hg_strategy *s = strategy("adaptive");

	view.ledger = 7;
	view.wall_us = 1700438400 * SEC + HOUR / 2;
	view.now_us = HOUR;
	view.resets_in_us = 0;
	for (int i = 0; i < 240; i++) {
		s->spent(provider.self, &view, per_minute);
		view.wall_us += 60 * SEC;
		view.now_us += 60 * SEC;
	}
	view.resets_in_us = HOUR / 2;
	view.used = used;
	view.last_paced_at_us = view.now_us;
}

static void adaptive_paces_nobody_when_all_fits(void **state)
{
	(void)state;
	learn(30, 3800);
	assert_int_equal(wait_us("adaptive"), 0);
	assert_int_equal(interval_us("adaptive"), 0);
	assert_true(wait_us("aggressive") > 0);
	view.queued = 101;
	assert_int_equal(wait_us("adaptive"), 1800000);
}

static void adaptive_aims_at_the_reset_when_not(void **state)
{
	(void)state;
	learn(60, 3800);
	assert_int_equal(wait_us("adaptive"), 1800000);
	assert_int_equal(interval_us("adaptive"), 1800000);
	view.now_us += 500000;
	assert_int_equal(wait_us("adaptive"), 1300000);
	view.klass = HG_CLASS_HIGH;
	assert_int_equal(interval_us("adaptive"), 0);
	assert_int_equal(wait_us("adaptive"), 0);
}

static void below_the_curve_nothing_waits_whatever_is_expected(void **state)
{
	(void)state;
	learn(200, 2400);
	assert_true(interval_us("adaptive") > 0);
	assert_int_equal(wait_us("adaptive"), 0);
	view.used = 2425; /* half of 4800, and half of the burst */
	assert_true(wait_us("adaptive") > 0);
}

static void a_forecast_changes_nothing_after_a_limit_hit(void **state)
{
	(void)state;
	learn(1, 3800);
	assert_int_equal(wait_us("adaptive"), 0);
	view.after_limit_hit = 1;
	assert_int_equal(wait_us("adaptive"), 1200000);
	assert_int_equal(interval_us("adaptive"), 1200000);
}

static void without_trust_it_is_as_ever(void **state)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_strategy_view asked;

	(void)state;
	learn(1, 3900);
	assert_int_equal(wait_us("adaptive"), 0);
	asked = view;
	view.size = offsetof(struct hg_strategy_view, ledger); /* of an older dispatcher */
	assert_int_equal(wait_us("adaptive"), 900000);
	view = asked;
	view.ledger = 0;
	assert_int_equal(wait_us("adaptive"), 900000);
	view = asked;
	view.ledger = 8; /* another one */
	assert_int_equal(wait_us("adaptive"), 900000);
	view = asked;
	view.resets_in_us = 0; /* who knows when */
	view.used = 4100;
	assert_int_equal(wait_us("adaptive"), 1200000);
	view = asked;
	assert_int_equal(hg_fake_reload(fake, "forecast_after: 1d\n", &err), 0);
	assert_int_equal(wait_us("adaptive"), 900000);
	assert_int_equal(hg_fake_reload(fake, "forecast: false\n", &err), 0);
	assert_int_equal(wait_us("adaptive"), 900000);
	assert_int_equal(hg_fake_reload(fake, "", &err), 0);
	assert_int_equal(wait_us("adaptive"), 0);
}

static void intervals_are_told_beforehand(void **state)
{
	(void)state;
	view.used = 10;
	assert_int_equal(interval_us("conservative"), 1200000);
	assert_int_equal(interval_us("aggressive"), 750000);
	assert_int_equal(interval_us("adaptive"), 750000);
	view.used = 3900;
	assert_int_equal(interval_us("adaptive"), 900000);
	view.after_limit_hit = 1;
	assert_int_equal(interval_us("aggressive"), 1200000);
	view.limit = 0;
	assert_int_equal(interval_us("conservative"), 0);
	assert_int_equal(interval_us("adaptive"), 0);
}

static void the_outlook_tells_when_it_will_be_spent(void **state)
{
	struct hg_outlook o;

	(void)state;
	learn(60, 3800); /* 1200 left, and 1800 asked for */
	o = outlook("adaptive");
	assert_int_equal(o.ideal_remaining, 5000 - 2400);
	assert_int_equal(o.predicted_exhaustion_us, 1200 * SEC);
	assert_true(o.expected > 1799 && o.expected < 1801);
	assert_true(o.confidence >= 0.5 && o.confidence <= 1);
	assert_int_equal(outlook("conservative").ideal_remaining, 5000 - 1500);
	assert_int_equal(outlook("aggressive").predicted_exhaustion_us, 1200 * SEC);
	view.used = 3100;
	assert_true(outlook("adaptive").predicted_exhaustion_us == INT64_MAX);
	view.used = 5000;
	assert_int_equal(outlook("adaptive").predicted_exhaustion_us, 0);
}

static void an_outlook_on_nothing_known_is_empty(void **state)
{
	struct hg_outlook o;

	(void)state;
	view.ledger = 7; /* nothing was spent yet */
	view.wall_us = 1700438400 * SEC;
	o = outlook("adaptive");
	assert_int_equal(o.ideal_remaining, 5000);
	assert_true(o.predicted_exhaustion_us == INT64_MAX && o.expected == 0 && o.confidence == 0);
	view.limit = -1;
	o = outlook("adaptive");
	assert_true(o.ideal_remaining == 0 && o.predicted_exhaustion_us == INT64_MAX);
	assert_true(o.expected == 0 && o.confidence == 0);
}

static void an_outlook_is_not_written_behind_its_end(void **state)
{
	struct hg_outlook o = { .size = offsetof(struct hg_outlook, expected), .expected = 42 };
	const struct hg_strategy *s = strategy("adaptive");

	(void)state;
	learn(60, 3800);
	s->outlook(provider.self, &view, &o);
	assert_int_equal(o.predicted_exhaustion_us, 1200 * SEC);
	assert_true(o.expected == 42);
	assert_int_equal(o.size, offsetof(struct hg_outlook, expected));
}

static void requests_over_the_curve_leave_one_by_one(void **state)
{
	struct hg_fake_reply *r[3];
	char line[32];

	(void)state;
	assert_int_equal(hg_fake_ask(fake, "GET /repos/o/first", NULL, NULL)->status, 200);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(line, sizeof(line), "GET /repos/o/r%d", i);
		r[i] = hg_fake_ask(fake, line, NULL, NULL);
	}
	for (int i = 0; i < 3; i++) { /* the first of them at once */
		assert_int_equal(r[i]->status, 200);
		hg_fake_advance(fake, 1200 * HG_FAKE_MS - 1);
		assert_int_equal(i < 2 ? r[i + 1]->status : 0, 0);
		hg_fake_advance(fake, 1);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(the_intervals_are_the_seeds_at_five_thousand),
		T(nobody_is_paced_past_the_reset),
		T(nothing_waits_below_the_curve),
		T(critical_and_high_are_never_paced),
		T(an_unknown_limit_paces_nothing),
		T(after_a_limit_hit_all_are_conservative),
		T(the_numbers_scale_with_the_limit),
		T(adaptive_starts_as_fast_as_aggressive),
		T(adaptive_paces_nobody_when_all_fits),
		T(adaptive_aims_at_the_reset_when_not),
		T(below_the_curve_nothing_waits_whatever_is_expected),
		T(a_forecast_changes_nothing_after_a_limit_hit),
		T(without_trust_it_is_as_ever),
		T(intervals_are_told_beforehand),
		T(the_outlook_tells_when_it_will_be_spent),
		T(an_outlook_on_nothing_known_is_empty),
		T(an_outlook_is_not_written_behind_its_end),
		T(requests_over_the_curve_leave_one_by_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
