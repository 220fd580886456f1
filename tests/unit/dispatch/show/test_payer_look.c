#include "dispatch/show/payer_look.h"
#include "../pool_rig.h"

/* -- rig --------------------------------------------------------------------------------------- */

typedef void (*render_fn)(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer_look *p, const struct hg_now *now, struct hg_text *out);

static const char *rendered(render_fn by, const struct hg_ticket *t, unsigned i)
{
	static char text[600];
	const struct hg_flight *f = t->flight;
	struct hg_payer_look look;
	struct hg_text out;

	hg_text_init(&out);
	hg_payer_look_at(rig.d, f, &f->line->pool->payers[i], &rig.now, &look);
	by(rig.d, f, &look, &rig.now, &out);
	(void)snprintf(text, sizeof(text), "%.*s", (int)out.n, out.p);
	hg_text_fini(&out);
	return text;
}

static const char *said(const struct hg_ticket *t, unsigned i)
{
	return rendered(hg_payer_look_say, t, i);
}

static const char *added(const struct hg_ticket *t, unsigned i)
{
	return rendered(hg_payer_look_add, t, i);
}

/* One that can wait for two hours. */
static struct hg_ticket *ask(const char *path)
{
	return ask_until(path, 7200 * SEC);
}

static int begin_with_one(void **state)
{
	(void)setup(state);
	add_token("a"), begin();
	return 0;
}

/* -- reasons ----------------------------------------------------------------------------------- */

static void who_is_stopped_by_nothing_waits_for_its_turn(void **state)
{
	struct hg_ticket *t[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) { /* its client may have one under way */
		t[i] = rig_ticket(&rig, "GET", i ? "/b" : "/a", HG_CLASS_HIGH);
		t[i]->ask.max_upstream = 1;
		rig_submit(&rig, t[i]);
	}
	assert_string_equal(said(t[1], 0), "a: may pay as soon as it is its turn");
	assert_string_equal(added(t[1], 0),
		"{\"credential\":\"a\",\"identity\":\"a\",\"why\":\"none\",\"on_wire\":1,"
		"\"max_concurrent\":90}");
	hg_ticket_unref(t[0]);
	hg_ticket_unref(t[1]);
}

static void a_missing_connection_is_told_with_those_under_way(void **state)
{
	(void)state;
	upstream()->max_connections = 1;
	begin();
	struct hg_ticket *a = ask("/a"), *b = ask("/b");
	assert_string_equal(said(b, 0), "a: no connection free (1 are under way); opens when "
					"something under way ends");
	assert_non_null(strstr(added(b, 0), "\"why\":\"connection\",\"on_wire\":1,"));
	hg_ticket_unref(a);
	hg_ticket_unref(b);
}

static void a_cap_is_told_with_what_was_sent(void **state)
{
	(void)state;
	credential(0)->identity->max_per_hour = 1;
	struct hg_ticket *a = ask("/a"), *b = ask("/b");
	assert_non_null(strstr(said(b, 0), "a: max_requests_per_hour reached; opens 2027-"));
	assert_non_null(strstr(added(b, 0), "\"sent_this_hour\":1,\"max_requests_per_hour\":1"));
	assert_non_null(strstr(added(b, 0), "\"why\":\"cap\",\"opens_in_ms\":"));
	hg_ticket_unref(a);
	hg_ticket_unref(b);
}

static void a_secondary_limit_is_told_with_its_count(void **state)
{
	(void)state;
	rig.snapshot.secondary.route_points = 1;
	begin();
	struct hg_ticket *a = ask("/a"), *b = rig_ticket(&rig, "GET", "/b", HG_CLASS_HIGH);
	b->ask.route = HG_STR("/a"); /* the same template */
	b->ask.deadline_us += 3600 * SEC;
	rig_submit(&rig, b);
	assert_non_null(strstr(said(b, 0), "a: secondary limit (route: 1 of 1)"));
	assert_non_null(strstr(added(b, 0),
		",\"secondary\":{\"limit_of\":\"route\",\"used\":1,\"limit\":1,\"window_s\":60}}"));
	hg_ticket_unref(a);
	hg_ticket_unref(b);
}

static int64_t a_while(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return 3 * SEC;
}

static void a_pace_is_told_with_its_strategy_and_interval(void **state)
{
	static const struct hg_strategy slow = {
		.size = sizeof(struct hg_strategy), .wait_us = a_while, .interval_us = a_while
	};

	(void)state;
	rig_pace(&rig, &slow);
	set_budget(0, 5000, 4000, 600);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", HG_CLASS_LOW);
	rig_submit(&rig, t);
	assert_non_null(strstr(said(t, 0), "a: paced (paced, one each 3.0 s); core 4000 of 5000 "
					   "left, resets 2027-01-15T08:10:00Z; opens 2027-"));
	assert_non_null(strstr(added(t, 0), ",\"strategy\":\"paced\",\"interval_ms\":3000"));
	hg_ticket_unref(t);
}

/* Each of a line is another look. */
static void two_payers_have_reasons_of_their_own(void **state)
{
	(void)state;
	add_token("b");
	rig.snapshot.dispatch.max_concurrent = 1;
	begin();
	set_budget(0, 5000, 0, 600);
	struct hg_ticket *x = ask("/x"), *y = ask("/y");
	assert_non_null(strstr(said(y, 0), "a: budget spent; core 0 of 5000 left, resets "
					   "2027-01-15T08:10:00Z; opens 2027-01-15T08:10:01Z, in "
					   "601."));
	assert_non_null(strstr(added(y, 0), "\"limit\":5000,\"remaining\":0,\"in_flight\":0,"
					    "\"kept\":0,\"reset\":\"2027-01-15T08:10:00Z\""));
	assert_string_equal(said(y, 1), "b: max_concurrent under way (1); opens when something "
					"under way ends");
	hg_ticket_unref(x);
	hg_ticket_unref(y);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin_with_one, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_is_stopped_by_nothing_waits_for_its_turn),
		T(a_missing_connection_is_told_with_those_under_way),
		T(a_cap_is_told_with_what_was_sent),
		T(a_secondary_limit_is_told_with_its_count),
		T(a_pace_is_told_with_its_strategy_and_interval),
		T(two_payers_have_reasons_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
