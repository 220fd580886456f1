#include "one_rig.h"

static struct hg_ticket *first, *waiting;

/* One is under way, and as many may be; the other one waits. */
static int setup_waiting(void **state)
{
	setup(state);
	rig.snapshot.dispatch.max_concurrent = 1;
	rig_reconfigure(&rig);
	first = rig_ask(&rig, "GET", "/repos/o/r");
	waiting = rig_ask(&rig, "GET", "/repos/o/other");
	assert_int_equal(rig.n_sent, 1);
	return 0;
}

static int teardown_waiting(void **state)
{
	teardown(state);
	hg_ticket_unref(first);
	hg_ticket_unref(waiting);
	return 0;
}

/* Asked twice: to ask changes nothing. */
static void assert_why(enum hg_stop wanted, int64_t until_us)
{
	for (int i = 0; i < 2; i++) {
		const struct hg_flight *f = waiting->flight;
		int64_t at_us = -1;
		enum hg_stop why =
			hg_payer_why_not(rig.d, f, hg_line_payer(f->line, NULL), &rig.now, &at_us);
		assert_int_equal(why, wanted);
		if (why != HG_STOP_NONE)
			assert_int_equal(at_us, until_us);
	}
}

static void each_that_has_a_say_is_asked_in_turn(void **state)
{
	(void)state;
	struct hg_credential *own = rig_own(&rig);
	struct hg_ledger *core = rig_core(&rig);
	int64_t in_7_s = rig.now.mono_us + 7 * SEC, in_9_s = in_7_s + 2 * SEC;

	assert_why(HG_STOP_BUSY, INT64_MAX);
	own->identity->on_wire--;
	assert_why(HG_STOP_NONE, 0);
	core->closed_us = in_7_s; /* GitHub refused */
	assert_why(HG_STOP_REFUSED, in_7_s);
	own->identity->blocked_us = in_9_s; /* the later one of what the ledger says */
	assert_why(HG_STOP_BLOCKED, in_9_s);
	own->health = HG_HEALTH_DOUBTED; /* first of all it must have a token */
	assert_why(HG_STOP_TOKEN, INT64_MAX);

	own->health = HG_HEALTH_GOOD;
	own->identity->blocked_us = core->closed_us = 0;
	own->identity->on_wire++;
}

static void a_line_is_stopped_when_none_of_its_payers_may_pay(void **state)
{
	(void)state;
	struct hg_ledger *core = rig_core(&rig);
	const struct hg_flight *f = waiting->flight;
	const struct hg_line *line = f->line;
	int64_t until_us;
	bool may_settle;

	assert_int_equal(hg_line_stop(line, 1, &rig.now, &until_us, &may_settle), HG_STOP_NONE);
	core->closed_us = rig.now.mono_us + SEC;
	assert_int_equal(hg_line_stop(line, 1, &rig.now, &until_us, &may_settle), HG_STOP_REFUSED);
	assert_int_equal(until_us, core->closed_us);
	assert_false(may_settle);
	rig_own(&rig)->health = HG_HEALTH_DOUBTED;
	assert_int_equal(hg_line_stop(line, 1, &rig.now, &until_us, &may_settle), HG_STOP_TOKEN);
	assert_true(may_settle);

	rig_own(&rig)->health = HG_HEALTH_GOOD;
	core->closed_us = 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_waiting, teardown_waiting)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_that_has_a_say_is_asked_in_turn),
		T(a_line_is_stopped_when_none_of_its_payers_may_pay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
