#include "dispatch/show/ahead.h"
#include "waiting_rig.h"

#define MOST 16

static struct hg_ticket *others[MOST];
static unsigned n_others;

/* Nothing may be sent. */
static int setup_spent(void **state)
{
	(void)setup(state);
	rig_learn(&rig, 5000, 0, 600);
	return 0;
}

static int teardown_all(void **state)
{
	while (n_others)
		leave(others[--n_others]);
	return teardown(state);
}

static void come(const char *client, enum hg_class klass, unsigned n)
{
	while (n-- > 0) {
		char id[16];
		assert_true(n_others < MOST);
		(void)snprintf(id, sizeof(id), "other-%u", n_others);
		others[n_others++] = ask_as(id, client, klass);
	}
}

/* What is ahead of one more of "ci" that comes now. */
static struct hg_ahead ahead_of_next(void)
{
	struct hg_ahead a;

	come("ci", HG_CLASS_NORMAL, 1);
	hg_ahead_count(others[n_others - 1]->flight, rig.now.mono_us, &a);
	return a;
}

typedef void (*render_fn)(const struct hg_ahead *a, struct hg_text *out);

static void assert_rendered(render_fn by, const struct hg_ahead *a, const char *wanted)
{
	struct hg_text out;

	hg_text_init(&out);
	by(a, &out);
	if (!hg_str_is(hg_text_str(&out), hg_str(wanted)))
		fail_msg("%.*s, wanted %s", (int)out.n, out.p, wanted);
	hg_text_fini(&out);
}

static void assert_said(const struct hg_ahead *a, const char *wanted)
{
	assert_rendered(hg_ahead_say, a, wanted);
}

static void assert_added(const struct hg_ahead *a, const char *wanted)
{
	assert_rendered(hg_ahead_add, a, wanted);
}

static void the_first_has_nobody_ahead(void **state)
{
	(void)state;
	struct hg_ahead a = ahead_of_next();
	assert_int_equal(a.n, 0);
	assert_said(&a, "nobody goes before it");
	assert_added(&a, "{\"all\":0,\"critical\":0,\"high\":0,\"normal\":0,\"low\":0,"
			 "\"same_client\":0,\"other_clients\":[]}");
}

static void a_better_class_goes_first_and_a_worse_one_does_not(void **state)
{
	(void)state;
	come("boss", HG_CLASS_CRITICAL, 1);
	come("night", HG_CLASS_LOW, 5);
	struct hg_ahead a = ahead_of_next();
	assert_said(&a, "1 goes before it: 1 critical");
}

/* A low one that has waited long enough counts as normal, and is older. */
static void age_is_counted(void **state)
{
	(void)state;
	come("night", HG_CLASS_LOW, 2);
	rig_advance(&rig, HG_AGEING_US + SEC);
	struct hg_ahead a = ahead_of_next();
	assert_said(&a, "2 go before it: 2 low");
}

/* "many" and "few" have a turn each with every one of ours, however many they have. */
static void other_clients_have_as_many_turns_as_we(void **state)
{
	(void)state;
	come("many", HG_CLASS_NORMAL, 6);
	come("few", HG_CLASS_NORMAL, 1);
	come("ci", HG_CLASS_NORMAL, 1);
	struct hg_ahead a = ahead_of_next();
	assert_said(&a, "4 go before it: 4 normal (of its own client 1, many 2, few 1)");
	assert_added(&a, "{\"all\":4,\"critical\":0,\"high\":0,\"normal\":4,\"low\":0,"
			 "\"same_client\":1,\"other_clients\":[{\"client\":\"many\",\"ahead\":2},"
			 "{\"client\":\"few\",\"ahead\":1}]}");
}

static void a_heavier_client_has_more_turns(void **state)
{
	(void)state;
	come("many", HG_CLASS_NORMAL, 6);
	const struct hg_flight *f = others[0]->flight;
	f->share->weight = 3;
	struct hg_ahead a = ahead_of_next();
	assert_said(&a, "3 go before it: 3 normal (of many 3)");
}

static void beyond_eight_clients_the_rest_is_one_sum(void **state)
{
	(void)state;
	for (char client[] = "a"; *client <= 'j'; ++*client)
		come(client, HG_CLASS_NORMAL, 1);
	struct hg_ahead a = ahead_of_next();
	assert_int_equal(a.n_rivals, HG_AHEAD_CLIENTS + 1);
	assert_said(&a, "10 go before it: 10 normal "
			"(of a 1, b 1, c 1, d 1, e 1, f 1, g 1, h 1, others 2)");
}

static void who_is_hidden_has_no_name_and_still_counts(void **state)
{
	(void)state;
	come("many", HG_CLASS_NORMAL, 2);
	come("few", HG_CLASS_NORMAL, 1);
	come("ci", HG_CLASS_NORMAL, 1);
	struct hg_ahead a = ahead_of_next();
	hg_ahead_hide(&a);
	assert_said(&a, "4 go before it: 4 normal (of its own client 1, others 3)");
	assert_added(&a, "{\"all\":4,\"critical\":0,\"high\":0,\"normal\":4,\"low\":0,"
			 "\"same_client\":1,\"other_clients\":[{\"client\":\"others\","
			 "\"ahead\":3}]}");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_spent, teardown_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_first_has_nobody_ahead),
		T(a_better_class_goes_first_and_a_worse_one_does_not),
		T(age_is_counted),
		T(other_clients_have_as_many_turns_as_we),
		T(a_heavier_client_has_more_turns),
		T(beyond_eight_clients_the_rest_is_one_sum),
		T(who_is_hidden_has_no_name_and_still_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
