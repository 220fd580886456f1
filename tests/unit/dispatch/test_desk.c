/*
 * The dispatcher on a loop: what comes in by the port, and turns at the moments it asked for.
 */
#include "dispatch/desk.h"
#include "rig.h"

struct office { /* a rig whose dispatcher the desk turns */
	struct rig rig;
	struct hg_loop *owner;
	struct hg_desk desk;
	uint32_t n_turns;
};

static void after_turn(struct hg_desk *d)
{
	HG_CONTAINER(d, struct office, desk)->n_turns++;
}

static void open_office(struct office *o)
{
	const struct hg_transport transport = { &o->rig, rig_send, rig_abort, rig_pause, rig_feed };

	memset(o, 0, sizeof(*o));
	rig_init(&o->rig);
	hg_dispatcher_free(o->rig.d);
	o->owner = hg_loop_new(o->rig.clock, HG_THREAD_FRONT, "owner", 16);
	hg_desk_init(&o->desk, o->rig.loop, &o->rig.snapshot, &transport, o->rig.view, after_turn);
	o->rig.d = o->desk.dispatcher;
}

static void settle(struct office *o)
{
	while (hg_loop_turn(o->owner) | hg_loop_turn(o->rig.loop))
		;
}

static void close_office(struct office *o)
{
	hg_desk_fini(&o->desk);
	settle(o);
	o->rig.d = NULL;
	hg_loop_free(o->owner);
	hg_view_free(o->rig.view);
	hg_loop_free(o->rig.loop);
	hg_clock_free(o->rig.clock);
	hg_secret_unref(o->rig.snapshot.upstreams[0].credentials[0].token);
}

static struct hg_ticket *submit(struct office *o)
{
	struct hg_ticket *t = rig_ticket(&o->rig, "GET", "/a", HG_CLASS_HIGH);

	t->owner = o->owner;
	assert_true(hg_ticket_submit(t, &o->desk.port));
	settle(o);
	return t;
}

static void a_ticket_that_comes_in_is_sent_in_the_same_turn(void **state)
{
	struct office o;

	(void)state;
	open_office(&o);
	struct hg_ticket *t = submit(&o);
	assert_int_equal(o.rig.n_sent, 1);
	assert_true(o.n_turns >= 1);
	hg_ticket_cancel(t);
	settle(&o);
	assert_int_equal(o.rig.n_aborted, 1);
	hg_ticket_unref(t);
	close_office(&o);
}

static void its_next_moment_is_an_alarm_of_the_loop(void **state)
{
	struct office o;
	struct hg_ticket_end end;

	(void)state;
	open_office(&o);
	struct hg_ticket *t = submit(&o);
	int64_t at_us = hg_loop_next_alarm_us(o.rig.loop);
	assert_int_equal(at_us, o.rig.now.mono_us + 5 * SEC);          /* connect_timeout */
	for (int i = 0; i < 20 && !hg_ticket_take_end(t, &end); i++) { /* its retries too */
		at_us = hg_loop_next_alarm_us(o.rig.loop);
		assert_int_not_equal(at_us, INT64_MAX);
		hg_clock_set(o.rig.clock, (struct hg_now){ at_us, WALL + at_us });
		settle(&o);
	}
	assert_int_equal(end.status, 504);
	for (int i = 0; i < 10; i++) { /* gauges fall for a minute */
		at_us = hg_loop_next_alarm_us(o.rig.loop);
		if (at_us == INT64_MAX)
			break;
		hg_clock_set(o.rig.clock, (struct hg_now){ at_us, WALL + at_us });
		settle(&o);
	}
	assert_int_equal(hg_loop_next_alarm_us(o.rig.loop), INT64_MAX);
	hg_ticket_unref(t);
	close_office(&o);
}

static void what_is_under_way_ends_with_the_desk(void **state)
{
	struct office o;
	struct hg_ticket_end end;

	(void)state;
	open_office(&o);
	struct hg_ticket *t = submit(&o);
	hg_desk_turn_later(&o.desk);
	hg_desk_fini(&o.desk);
	settle(&o);
	assert_true(hg_ticket_take_end(t, &end));
	assert_int_equal(end.code, HG_ECANCELLED);
	hg_ticket_unref(t);
	o.desk.dispatcher = NULL;
	close_office(&o);
}

static void hear(void *arg, const char *topic, struct hg_str json)
{
	hg_text_printf(arg, "%s %.*s", topic, (int)json.n, json.p);
}

static void what_the_dispatcher_tells_goes_to_whom_it_was_given(void **state)
{
	struct hg_text heard;
	struct office o;

	(void)state;
	hg_text_init(&heard);
	open_office(&o);
	hg_news_invalid(&o.desk.dispatcher->news, "main", "expired"); /* nobody yet */
	hg_desk_set_news(&o.desk, &(struct hg_news){ hear, &heard });
	hg_news_invalid(&o.desk.dispatcher->news, "main", "expired");
	assert_string_equal(
		heard.p, "credential.invalid {\"credential\":\"main\",\"why\":\"expired\"}");
	close_office(&o);
	hg_text_fini(&heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ticket_that_comes_in_is_sent_in_the_same_turn),
		cmocka_unit_test(its_next_moment_is_an_alarm_of_the_loop),
		cmocka_unit_test(what_is_under_way_ends_with_the_desk),
		cmocka_unit_test(what_the_dispatcher_tells_goes_to_whom_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
