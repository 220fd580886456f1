#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include "base/bug.h"
#include "base/loop.h"

enum { LOOPS = 3, HOPS = 50, SEEN_MAX = 64 };

static struct hg_clock *held;
static struct hg_loop *host, *fronts[LOOPS];
static pthread_t threads[LOOPS];

/* What rang, in order; from any thread. */
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;
static struct seen {
	char name;
	int64_t at_us;
} seen[SEEN_MAX];
static int n_seen;

static _Atomic int n_hops_left;

static void note(char name)
{
	pthread_mutex_lock(&seen_lock);
	HG_BUG_ON(n_seen == SEEN_MAX);
	seen[n_seen++] = (struct seen){ name, hg_now().mono_us };
	pthread_mutex_unlock(&seen_lock);
}

/* A message that goes from loop to loop until it has made its hops. */
struct runner {
	struct hg_message message;
	int next;
	char at_end;
};

static void on_hop(struct hg_message *m)
{
	struct runner *r = HG_CONTAINER(m, struct runner, message);
	if (atomic_fetch_sub(&n_hops_left, 1) == 1) {
		note(r->at_end);
		return;
	}
	r->next = (r->next + 1) % LOOPS;
	hg_loop_post_reserved(fronts[r->next], m);
}

struct bell {
	struct hg_alarm alarm;
	char name;
	struct runner *runner; /* set off when it rings; NULL = none */
	int64_t every_us;      /* 0 = once */
	int n;
};

static void on_ring(struct hg_alarm *a)
{
	struct bell *b = HG_CONTAINER(a, struct bell, alarm);
	b->n++;
	note(b->name);
	if (b->runner)
		on_hop(&b->runner->message);
	if (b->every_us)
		hg_alarm_set(a, hg_now().mono_us + b->every_us);
}

static void bell_init(struct bell *b, int front, char name, int64_t at_us)
{
	memset(b, 0, sizeof(*b));
	b->name = name;
	hg_alarm_init(&b->alarm, fronts[front], on_ring);
	hg_alarm_set(&b->alarm, at_us);
}

static void *run_loop(void *arg)
{
	hg_loop_run(arg);
	return NULL;
}

static sem_t up;

static void on_up(struct hg_message *m)
{
	(void)m;
	sem_post(&up);
}

/* Returns when all three turn: a loop that does not yet is not waited for by an advance. */
static void start_threads(void)
{
	struct hg_message hello[LOOPS];
	sem_init(&up, 0, 0);
	for (int i = 0; i < LOOPS; i++) {
		hello[i] = (struct hg_message){ .run = on_up };
		hg_loop_post_reserved(fronts[i], &hello[i]);
		assert_int_equal(pthread_create(&threads[i], NULL, run_loop, fronts[i]), 0);
	}
	for (int i = 0; i < LOOPS; i++)
		while (sem_wait(&up) != 0)
			;
	sem_destroy(&up);
}

static void stop_threads(void)
{
	for (int i = 0; i < LOOPS; i++) {
		hg_loop_stop(fronts[i]);
		pthread_join(threads[i], NULL);
	}
}

static void on_arrived(void *arg)
{
	*(int64_t *)arg = hg_now().mono_us;
	hg_loop_stop(host);
}

struct order {
	struct hg_message message;
	int64_t by_us;
	bool (*is_quiet)(void);
	int64_t arrived_us;
	bool was_taken, second_was_taken;
};

static void on_order(struct hg_message *m)
{
	struct order *o = HG_CONTAINER(m, struct order, message);
	o->was_taken = hg_loops_advance(host, o->by_us, o->is_quiet, on_arrived, &o->arrived_us);
	o->second_was_taken =
		hg_loops_advance(host, o->by_us, o->is_quiet, on_arrived, &o->arrived_us);
}

/* Runs the host on this thread until the advance has arrived; returns the moment. */
static int64_t advance_by(int64_t by_us, bool (*is_quiet)(void))
{
	struct order o = { .message.run = on_order, .by_us = by_us, .is_quiet = is_quiet };
	hg_loop_post_reserved(host, &o.message);
	hg_loop_run(host);
	assert_true(o.was_taken);
	assert_false(o.second_was_taken);
	return o.arrived_us;
}

static int setup(void **state)
{
	(void)state;
	n_seen = 0;
	held = hg_clock_new_held((struct hg_now){ 1000, 50000 });
	host = hg_loop_new(held, HG_THREAD_HOST, "host", 8);
	for (int i = 0; i < LOOPS; i++)
		fronts[i] = hg_loop_new(held, HG_THREAD_FRONT, "front", 8);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < LOOPS; i++)
		hg_loop_free(fronts[i]);
	hg_loop_free(host);
	hg_clock_free(held);
	return 0;
}

static void alarms_of_all_loops_ring_in_due_order_each_at_its_moment(void **state)
{
	(void)state;
	struct bell bells[6];
	bell_init(&bells[0], 0, 'd', 1400);
	bell_init(&bells[1], 1, 'a', 1100);
	bell_init(&bells[2], 2, 'c', 1300);
	bell_init(&bells[3], 0, 'b', 1200);
	bell_init(&bells[4], 1, 'e', 1500);
	bell_init(&bells[5], 2, 'f', 2001);
	start_threads();
	assert_int_equal(advance_by(1000, NULL), 2000);
	stop_threads();
	assert_int_equal(n_seen, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(seen[i].name, 'a' + i);
		assert_int_equal(seen[i].at_us, 1100 + 100 * i);
	}
	assert_int_equal(hg_clock_read(held).mono_us, 2000);
	assert_int_equal(hg_clock_read(held).wall_us, 51000); /* the date moves along */
	assert_true(hg_alarm_is_set(&bells[5].alarm));
	hg_alarm_clear(&bells[5].alarm);
}

static void all_come_to_rest_before_the_next_step(void **state)
{
	(void)state;
	struct runner runner = { .message.run = on_hop, .at_end = '!' };
	struct bell first, second;
	atomic_store(&n_hops_left, HOPS);
	bell_init(&first, 0, '1', 1100);
	bell_init(&second, 2, '2', 1101);
	first.runner = &runner;
	start_threads();
	assert_int_equal(advance_by(101, NULL), 1101);
	stop_threads();
	assert_int_equal(n_seen, 3);
	assert_int_equal(seen[0].name, '1');
	assert_int_equal(seen[1].name, '!'); /* 50 hops over three threads later */
	assert_int_equal(seen[1].at_us, 1100);
	assert_int_equal(seen[2].name, '2');
	assert_int_equal(seen[2].at_us, 1101);
}

static void an_alarm_set_on_the_way_rings_on_the_way(void **state)
{
	(void)state;
	struct bell tick, other;
	bell_init(&tick, 1, 't', 1010);
	bell_init(&other, 2, 'o', 1025);
	tick.every_us = 10;
	start_threads();
	assert_int_equal(advance_by(50, NULL), 1050);
	stop_threads();
	assert_int_equal(tick.n, 5); /* 1010 … 1050 */
	assert_int_equal(n_seen, 6);
	assert_int_equal(seen[2].name, 'o');
	assert_int_equal(seen[5].at_us, 1050);
	hg_alarm_clear(&tick.alarm);
}

static _Atomic int n_noisy;

static bool is_quiet_at_last(void)
{
	return atomic_fetch_sub(&n_noisy, 1) <= 0;
}

static void time_stands_still_while_something_else_is_busy(void **state)
{
	(void)state;
	struct bell bell;
	bell_init(&bell, 0, 'a', 1001);
	atomic_store(&n_noisy, 5);
	start_threads();
	assert_int_equal(advance_by(1, is_quiet_at_last), 1001);
	stop_threads();
	assert_int_equal(bell.n, 1);
	assert_true(atomic_load(&n_noisy) < 0);
}

static void advancing_by_nothing_only_waits_for_rest(void **state)
{
	(void)state;
	struct runner runner = { .message.run = on_hop, .at_end = '!' };
	atomic_store(&n_hops_left, HOPS);
	hg_loop_post_reserved(fronts[0], &runner.message);
	start_threads();
	assert_int_equal(advance_by(0, NULL), 1000);
	assert_int_equal(atomic_load(&n_hops_left), 0);
	stop_threads();
}

static void a_loop_that_nobody_runs_is_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(advance_by(10, NULL), 1010); /* no thread was started */
}

static void a_clock_that_is_not_held_cannot_be_advanced(void **state)
{
	(void)state;
	struct hg_clock *real = hg_clock_new_real();
	struct hg_loop *l = hg_loop_new(real, HG_THREAD_HOST, "host", 8);
	assert_false(hg_loops_advance(l, 10, NULL, on_arrived, NULL));
	assert_false(hg_loops_advance(host, -1, NULL, on_arrived, NULL));
	hg_loop_free(l);
	hg_clock_free(real);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(alarms_of_all_loops_ring_in_due_order_each_at_its_moment),
		ONE(all_come_to_rest_before_the_next_step),
		ONE(an_alarm_set_on_the_way_rings_on_the_way),
		ONE(time_stands_still_while_something_else_is_busy),
		ONE(advancing_by_nothing_only_waits_for_rest),
		ONE(a_loop_that_nobody_runs_is_not_waited_for),
		ONE(a_clock_that_is_not_held_cannot_be_advanced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
