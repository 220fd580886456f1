#include "dispatch/show/explain.h"
#include "waiting_rig.h"
#include <jansson.h>

/* -- rig --------------------------------------------------------------------------------------- */

static json_t *explained_to(const char *id, struct hg_str client)
{
	struct hg_text out;

	hg_text_init(&out);
	hg_text_add_char(&out, '[');
	bool found = hg_dispatcher_explain(rig.d, hg_str(id), client, &rig.now, &out);
	hg_text_add_char(&out, ']');
	json_t *all = json_loadb(out.p, out.n, 0, NULL);
	assert_non_null(all);
	hg_text_fini(&out);
	json_t *first = json_incref(json_array_get(all, 0));
	assert_true(found == (first != NULL));
	json_decref(all);
	return first;
}

static json_t *explained(const char *id)
{
	return explained_to(id, (struct hg_str){ 0 });
}

static const char *word(const json_t *from, const char *name)
{
	const char *s = json_string_value(json_object_get(from, name));

	assert_non_null(s);
	return s;
}

static long long number(const json_t *from, const char *name)
{
	json_t *v = json_object_get(from, name);

	assert_true(json_is_integer(v));
	return json_integer_value(v);
}

static json_t *payer(const json_t *from, size_t i)
{
	return json_array_get(json_object_get(from, "payers"), i);
}

static bool says(const json_t *from, const char *text)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(from, "text"), i,
		line) if (strstr(json_string_value(line), text)) return true;
	return false;
}

/* -- waiting ----------------------------------------------------------------------------------- */

static void a_spent_budget_is_told_with_its_reset(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 600);
	struct hg_ticket *t = ask_as("parked", "ci", HG_CLASS_CRITICAL);
	rig_advance(&rig, 10 * SEC);

	json_t *e = explained("parked");
	assert_string_equal(word(e, "state"), "parked");
	assert_string_equal(word(e, "waits_for"), "empty");
	assert_int_equal(number(json_object_get(e, "waited_for_ms"), "empty"), 10000);
	assert_int_equal(number(payer(e, 0), "limit"), 5000);
	assert_int_equal(number(payer(e, 0), "remaining"), 0);
	assert_true(number(payer(e, 0), "opens_in_ms") >= 590000);
	assert_true(
		says(e, "main: budget spent; core 0 of 5000 left, resets 2027-01-15T08:10:00Z"));
	assert_true(says(e, "in time"));
	json_decref(e);
	leave(t);
}

static void a_reserve_is_told_with_what_the_class_must_leave(void **state)
{
	(void)state;
	rig.snapshot.dispatch.reserve_low = 0.3;
	rig_learn(&rig, 5000, 1500, 600);
	struct hg_ticket *t = ask_as("low", "ci", HG_CLASS_LOW);

	json_t *e = explained("low");
	assert_string_equal(word(e, "waits_for"), "reserve");
	assert_int_equal(number(payer(e, 0), "kept"), 1500);
	assert_true(says(e, "class low stops at 1500"));
	json_decref(e);

	/* ageing lifts what it counts as, never past what is kept */
	rig_advance(&rig, 31 * SEC);
	e = explained("low");
	assert_string_equal(word(e, "counts_as"), "normal");
	assert_string_equal(word(e, "waits_for"), "reserve");
	assert_true(says(e, "class low, counts as normal waits 31.0 s"));
	json_decref(e);
	leave(t);
}

static void who_is_ahead_is_counted_by_class_and_by_fair_share(void **state)
{
	struct hg_ticket *all[16];
	unsigned n = 0;
	char id[16];

	(void)state;
	rig_learn(&rig, 5000, 0, 600);
	for (int i = 0; i < 6; i++) { /* they came first, but have a turn each with us */
		snprintf(id, sizeof(id), "many-%d", i);
		all[n++] = ask_as(id, "many", HG_CLASS_NORMAL);
	}
	all[n++] = ask_as("urgent", "boss", HG_CLASS_CRITICAL);
	all[n++] = ask_as("worse", "ci", HG_CLASS_LOW);
	all[n++] = ask_as("mine-1", "ci", HG_CLASS_NORMAL);
	all[n++] = ask_as("mine-2", "ci", HG_CLASS_NORMAL);

	json_t *e = explained("mine-2"), *ahead = json_object_get(e, "ahead");
	assert_int_equal(number(ahead, "critical"), 1);
	assert_int_equal(number(ahead, "low"), 0);
	assert_int_equal(number(ahead, "same_client"), 1);
	assert_int_equal(number(ahead, "normal"), 1 + 2);
	assert_int_equal(number(ahead, "all"), 4);
	assert_true(says(e, "4 go before it: 1 critical, 3 normal (of its own client 1, many 2)"));
	json_decref(e);

	/* its own client hears how many, and not who */
	e = explained_to("mine-2", HG_STR("ci"));
	assert_true(says(e, "(of its own client 1, others 2)"));
	json_decref(e);
	assert_null(explained_to("mine-2", HG_STR("many")));
	assert_null(explained("nobodys"));
	while (n)
		leave(all[--n]);
}

static void too_late_is_said(void **state)
{
	(void)state;
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/late", HG_CLASS_HIGH);

	rig.snapshot.dispatch.max_concurrent = 1;
	hg_dispatcher_adopt(rig.d, &rig.snapshot);
	rig_learn(&rig, 5000, 4000, 600);
	struct hg_ticket *under_way = ask_as("first", "ci", HG_CLASS_HIGH);
	t->trace_key = hg_trace_key(t->ask.id);
	rig_submit(&rig, t);

	json_t *e = explained("/late");
	assert_string_equal(word(e, "waits_for"), "busy");
	assert_int_equal(number(payer(e, 0), "on_wire"), 1);
	assert_null(json_object_get(e, "expected_in_ms"));
	assert_true(says(e, "opens when something under way ends"));
	json_decref(e);
	e = explained("first");
	assert_string_equal(word(e, "state"), "sent");
	assert_string_equal(word(e, "credential"), "main");
	assert_true(says(e, "try 1, paid by main: GitHub has not answered yet"));
	json_decref(e);
	leave(t);
	leave(under_way);
}

static void a_rest_before_another_try_has_its_moment(void **state)
{
	(void)state;
	struct hg_ticket *t = ask_as("again", "ci", HG_CLASS_HIGH);

	rig_answer(&rig, 0, rig_head(502, NULL));
	json_t *e = explained("again");
	assert_string_equal(word(e, "waits_for"), "retry");
	assert_non_null(json_object_get(e, "expected_in_ms"));
	assert_null(json_object_get(e, "payers"));
	json_decref(e);
	leave(t);
}

/* -- what the owner is told -------------------------------------------------------------------- */

static void who_waited_hears_the_reason_with_the_head(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 30);
	struct hg_ticket *t = ask_as("parked", "ci", HG_CLASS_HIGH);
	unsigned i = rig.n_sent;

	rig_advance(&rig, 33 * SEC);
	rig_answer(&rig, i, rig_limits(200, 5000, 4999, WALL / SEC + 3630));
	assert_string_equal(t->waited.word, "empty");
	assert_true(t->waited.us >= 30 * SEC && t->waited.us <= 33 * SEC);
	assert_int_equal(t->waited.tries, 1);
	leave(t);
}

static void who_is_refused_hears_what_for(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 0, 600);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/short"); /* its deadline is before the reset */

	assert_string_equal(t->waited.word, "empty");
	assert_string_equal(t->waited.about, "budget spent");
	hg_ticket_unref(t);
}

static void the_gauge_of_a_reason_falls_when_they_leave(void **state)
{
	const char *const empty[] = { "empty", NULL }, *const turn[] = { "turn", NULL };

	(void)state;
	rig_learn(&rig, 5000, 0, 600);
	struct hg_ticket *a = ask_as("a", "ci", HG_CLASS_HIGH),
			 *b = ask_as("b", "ci", HG_CLASS_HIGH);
	assert_true(hg_metric_read("waiting", empty) == 2);
	assert_true(hg_metric_read("waiting", turn) == 0);
	leave(a);
	assert_true(hg_metric_read("waiting", empty) == 1);
	leave(b);
	assert_true(hg_metric_read("waiting", empty) == 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_spent_budget_is_told_with_its_reset),
		T(a_reserve_is_told_with_what_the_class_must_leave),
		T(who_is_ahead_is_counted_by_class_and_by_fair_share),
		T(too_late_is_said),
		T(a_rest_before_another_try_has_its_moment),
		T(who_waited_hears_the_reason_with_the_head),
		T(who_is_refused_hears_what_for),
		T(the_gauge_of_a_reason_falls_when_they_leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
