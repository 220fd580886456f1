#include "../one_rig.h"
#include <jansson.h>

static json_t *first_of(const char *what)
{
	struct hg_text out;

	hg_text_init(&out);
	assert_true(hg_dispatcher_show(rig.d, what, &rig.now, &out));
	json_t *all = json_loadb(out.p, out.n, 0, NULL);
	hg_text_fini(&out);
	json_t *first = json_incref(json_array_get(all, 0));
	json_decref(all);
	assert_non_null(first);
	return first;
}

static long long number(const json_t *from, const char *name)
{
	json_t *v = json_object_get(from, name);

	assert_true(json_is_integer(v));
	return json_integer_value(v);
}

static const char *word(const json_t *from, const char *name)
{
	const char *s = json_string_value(json_object_get(from, name));

	assert_non_null(s);
	return s;
}

static void each_class_has_what_it_leaves_and_what_stops_it(void **state)
{
	(void)state;
	rig.snapshot.dispatch.reserve_low = 0.3;
	rig.snapshot.dispatch.reserve_normal = 0.1;
	rig_learn(&rig, 5000, 1500, 600);
	json_t *b = first_of("budgets");

	assert_int_equal(number(b, "used"), 3500);
	assert_int_equal(number(json_object_get(b, "low"), "kept"), 1500);
	assert_string_equal(word(json_object_get(b, "low"), "stop"), "reserve");
	assert_true(number(json_object_get(b, "low"), "opens_in_ms") >= 600000);
	assert_string_equal(word(json_object_get(b, "normal"), "stop"), "none");
	assert_string_equal(word(b, "stopped_from"), "low");
	assert_null(json_object_get(b, "strategy")); /* nothing paces */
	json_decref(b);
}

static void what_nobody_answered_is_lost_until_somebody_does(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 4000, 600);
	struct hg_ticket *t = rig_ask(&rig, "POST", "/broken");
	json_t *b = first_of("budgets");
	assert_int_equal(number(b, "in_flight"), 1);
	assert_int_equal(number(b, "lost"), 0);
	json_decref(b);

	rig_end(&rig, rig.n_sent - 1, HG_EIO, true);
	b = first_of("budgets");
	assert_int_equal(number(b, "in_flight"), 0);
	assert_int_equal(number(b, "lost"), 1);
	assert_int_equal(number(b, "remaining"), 3999);
	json_decref(b);
	hg_ticket_unref(t);
}

static void an_identity_has_its_credentials_and_its_closest_limit(void **state)
{
	(void)state;
	rig.snapshot.secondary.route_points = 4;
	rig_learn(&rig, 5000, 4000, 600);
	json_t *id = first_of("identities");

	assert_string_equal(word(id, "identity"), "main");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(id, "credentials"), 0)), "main");
	assert_int_equal(number(id, "on_wire"), 0);
	assert_int_equal(number(id, "max_concurrent"), 90);
	assert_int_equal(number(id, "sent_this_hour"), 1);
	assert_string_equal(word(id, "closest"), "route");
	assert_true(json_real_value(json_object_get(id, "closest_share")) == 0.25);
	assert_string_equal(word(json_object_get(id, "secondary"), "objected_to"), "none");
	json_decref(id);
}

static void gauges_of_the_model_fall_although_nothing_happens(void **state)
{
	const char *const route[] = { "main", "route", NULL };

	(void)state;
	rig.snapshot.secondary.route_points = 4;
	rig_learn(&rig, 5000, 4000, 600);
	rig.now.mono_us += 15 * SEC;
	rig.now.wall_us += 15 * SEC;
	assert_int_equal(hg_dispatcher_measure(rig.d, &rig.now), rig.now.mono_us + 15 * SEC);
	assert_true(hg_metric_read("secondary_used_ratio", route) == 0.25);
	rig_advance(&rig, 120 * SEC);
	assert_true(hg_metric_read("secondary_used_ratio", route) == 0);
	assert_true(rig.next_us == INT64_MAX); /* and then nothing wakes any more */
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_class_has_what_it_leaves_and_what_stops_it),
		T(what_nobody_answered_is_lost_until_somebody_does),
		T(an_identity_has_its_credentials_and_its_closest_limit),
		T(gauges_of_the_model_fall_although_nothing_happens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
