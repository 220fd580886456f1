#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>
#include <event2/event.h>
#include "base/loop.h"

static struct hg_clock *held;
static struct hg_loop *loop;

static int setup(void **state)
{
	(void)state;
	held = hg_clock_new_held((struct hg_now){ 1000, 2000 });
	loop = hg_loop_new(held, HG_THREAD_HOST, "host", 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_loop_free(loop);
	hg_clock_free(held);
	return 0;
}

struct note {
	struct hg_message message;
	int n;
	struct hg_now at;
	const struct hg_loop *on;
};

/* Time goes on while a turn runs; the turn must not see it. */
static void let_time_go_on(void)
{
	struct hg_now now = hg_clock_read(held);
	hg_clock_set(held, (struct hg_now){ now.mono_us + 1, now.wall_us + 1 });
}

static void on_note(struct hg_message *m)
{
	struct note *note = HG_CONTAINER(m, struct note, message);
	note->n++;
	note->at = hg_now();
	note->on = hg_loop_self();
	let_time_go_on();
}

static void a_turn_says_whether_anything_happened(void **state)
{
	(void)state;
	assert_false(hg_loop_turn(loop));
	struct note note = { .message.run = on_note };
	assert_true(hg_loop_post(loop, &note.message));
	assert_true(hg_loop_turn(loop));
	assert_int_equal(note.n, 1);
	assert_ptr_equal(note.on, loop);
	assert_false(hg_loop_turn(loop));
}

static void a_full_mailbox_refuses_new_messages(void **state)
{
	(void)state;
	struct note notes[6];
	for (int i = 0; i < 6; i++) {
		notes[i] = (struct note){ .message.run = on_note };
		if (i < 5)
			assert_int_equal(hg_loop_post(loop, &notes[i].message), i < 4);
	}
	hg_loop_post_reserved(loop, &notes[5].message);
	(void)hg_loop_turn(loop);
	assert_int_equal(notes[3].n, 1);
	assert_int_equal(notes[4].n, 0);
	assert_int_equal(notes[5].n, 1);
}

struct on_fd {
	struct hg_now at;
	int n;
};

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct on_fd *seen = arg;
	char byte;
	seen->n += (int)read((int)fd, &byte, 1);
	seen->at = hg_now();
	let_time_go_on();
	hg_loop_busy(loop);
}

struct bell {
	struct hg_alarm alarm;
	struct hg_now at;
	int n;
};

static void on_bell(struct hg_alarm *a)
{
	struct bell *bell = HG_CONTAINER(a, struct bell, alarm);
	bell->n++;
	bell->at = hg_now();
	let_time_go_on();
}

static void descriptors_messages_and_alarms_of_a_turn_see_one_moment(void **state)
{
	(void)state;
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	struct on_fd seen = { 0 };
	struct event *ev =
		event_new(hg_loop_base(loop), fds[0], EV_READ | EV_PERSIST, on_readable, &seen);
	event_add(ev, NULL);
	assert_int_equal(write(fds[1], "x", 1), 1);
	struct note note = { .message.run = on_note };
	hg_loop_post_reserved(loop, &note.message);
	struct bell bell;
	bell.n = 0;
	hg_alarm_init(&bell.alarm, loop, on_bell);
	hg_alarm_set(&bell.alarm, 1000);

	assert_true(hg_loop_turn(loop));
	assert_int_equal(seen.n, 1);
	assert_int_equal(note.n, 1);
	assert_int_equal(bell.n, 1);
	assert_int_equal(seen.at.mono_us, 1000);
	assert_int_equal(note.at.mono_us, 1000);
	assert_int_equal(bell.at.mono_us, 1000);
	assert_int_equal(bell.at.wall_us, 2000);
	assert_int_equal(hg_loop_now(loop).mono_us, 1003); /* outside of turns: the clock */
	event_free(ev);
	close(fds[0]);
	close(fds[1]);
}

struct later {
	struct hg_later later;
	int n, n_notes_seen;
	struct note *note; /* NULL = none */
	bool again;
};

static void on_later(struct hg_later *l)
{
	struct later *later = HG_CONTAINER(l, struct later, later);
	later->n++;
	if (later->note)
		later->n_notes_seen = later->note->n;
	if (later->again)
		hg_loop_later(loop, l);
}

static struct later *waking;

static void on_ask_for_later(struct hg_message *m)
{
	(void)m;
	hg_loop_later(loop, &waking->later);
	hg_loop_later(loop, &waking->later);
}

static void the_later_list_runs_once_and_last(void **state)
{
	(void)state;
	struct note note = { .message.run = on_note };
	struct later later = { .later.run = on_later, .note = &note };
	hg_list_init(&later.later.link);
	waking = &later;
	struct hg_message ask = { .run = on_ask_for_later };
	hg_loop_post_reserved(loop, &ask);
	hg_loop_post_reserved(loop, &note.message);
	(void)hg_loop_turn(loop);
	assert_int_equal(later.n, 1);
	assert_int_equal(later.n_notes_seen, 1);
	(void)hg_loop_turn(loop);
	assert_int_equal(later.n, 1);
}

static void what_asks_for_later_again_runs_at_the_next_turn_s_end(void **state)
{
	(void)state;
	struct later later = { .later.run = on_later, .again = true };
	hg_list_init(&later.later.link);
	hg_loop_later(loop, &later.later);
	(void)hg_loop_turn(loop);
	assert_int_equal(later.n, 1);
	later.again = false;
	(void)hg_loop_turn(loop);
	assert_int_equal(later.n, 2);
}

static void freeing_a_loop_runs_what_was_left_for_later(void **state)
{
	(void)state;
	struct hg_loop *l = hg_loop_new(held, HG_THREAD_FRONT, "front-0", 1);
	struct later later = { .later.run = on_later };
	hg_list_init(&later.later.link);
	hg_loop_later(l, &later.later);
	hg_loop_free(l);
	assert_int_equal(later.n, 1);
}

static void *run_loop(void *arg)
{
	hg_loop_run(arg);
	return NULL;
}

static void a_loop_stops_when_another_thread_says_so_even_twice(void **state)
{
	(void)state;
	pthread_t thread;
	struct note note = { .message.run = on_note };
	assert_int_equal(pthread_create(&thread, NULL, run_loop, loop), 0);
	hg_loop_post_reserved(loop, &note.message);
	hg_loop_stop(loop);
	hg_loop_stop(loop);
	pthread_join(thread, NULL);
	assert_int_equal(note.n, 1);
}

static void a_stop_before_the_run_is_not_lost(void **state)
{
	(void)state;
	hg_loop_stop(loop);
	hg_loop_run(loop); /* hangs if it was */
	assert_ptr_equal(hg_loop_self(), loop);
}

static void on_stop_bell(struct hg_alarm *a)
{
	HG_CONTAINER(a, struct bell, alarm)->at = hg_now();
	hg_loop_stop(a->loop);
}

static void a_running_loop_wakes_for_its_alarm(struct hg_clock *clock, int64_t in_us)
{
	struct hg_loop *l = hg_loop_new(clock, HG_THREAD_FRONT, "front", 1);
	struct bell bell;
	hg_alarm_init(&bell.alarm, l, on_stop_bell);
	int64_t at_us = hg_loop_now(l).mono_us + in_us;
	hg_alarm_set(&bell.alarm, at_us);
	hg_loop_run(l);
	assert_true(bell.at.mono_us >= at_us);
	hg_loop_free(l);
	hg_clock_free(clock);
}

static void a_real_clock_rings_alarms_by_the_machine_s_time(void **state)
{
	(void)state;
	a_running_loop_wakes_for_its_alarm(hg_clock_new_real(), 3000);
}

static void a_scaled_clock_rings_an_hour_s_alarm_at_once(void **state)
{
	(void)state;
	a_running_loop_wakes_for_its_alarm(hg_clock_new_scaled(1e6), 3600 * 1000000ll);
}

static void an_earlier_alarm_replaces_a_later_one_in_the_wait(void **state)
{
	(void)state;
	struct hg_clock *real = hg_clock_new_real();
	struct hg_loop *l = hg_loop_new(real, HG_THREAD_FRONT, "front", 1);
	struct bell day, soon;
	hg_alarm_init(&day.alarm, l, on_bell);
	hg_alarm_init(&soon.alarm, l, on_stop_bell);
	int64_t now_us = hg_loop_now(l).mono_us;
	hg_alarm_set(&day.alarm, now_us + 86400 * 1000000ll);
	(void)hg_loop_turn(l);
	hg_alarm_set(&soon.alarm, now_us + 1000);
	hg_loop_run(l); /* a day, if the wait still stood for the first */
	assert_true(hg_alarm_is_set(&day.alarm));
	hg_alarm_clear(&day.alarm);
	hg_loop_free(l);
	hg_clock_free(real);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(a_turn_says_whether_anything_happened),
		ONE(a_full_mailbox_refuses_new_messages),
		ONE(descriptors_messages_and_alarms_of_a_turn_see_one_moment),
		ONE(the_later_list_runs_once_and_last),
		ONE(what_asks_for_later_again_runs_at_the_next_turn_s_end),
		ONE(freeing_a_loop_runs_what_was_left_for_later),
		ONE(a_loop_stops_when_another_thread_says_so_even_twice),
		ONE(a_stop_before_the_run_is_not_lost),
		ONE(a_real_clock_rings_alarms_by_the_machine_s_time),
		ONE(a_scaled_clock_rings_an_hour_s_alarm_at_once),
		ONE(an_earlier_alarm_replaces_a_later_one_in_the_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
