#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <hg/offload.h>
#include "base/instance.h"
#include "base/loop.h"
#include "base/workers.h"

enum { LOOPS = 3, JOBS = 200 };

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "reader",
	.self_size = 16,
};

static struct hg_clock *held;
static struct hg_loop *loops[LOOPS];
static struct hg_instance *instance;

static int setup(void **state)
{
	(void)state;
	held = hg_clock_new_held((struct hg_now){ 1000, 0 });
	for (int i = 0; i < LOOPS; i++)
		loops[i] = hg_loop_new(held, HG_THREAD_FRONT, "front", 4);
	instance = hg_instance_new("reader", &plugin, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < LOOPS; i++)
		hg_loop_free(loops[i]);
	hg_instance_free(instance);
	hg_clock_free(held);
	return 0;
}

static _Thread_local bool is_loop_thread;

/* One loop's jobs: it offloads the next when one is done. */
struct chain {
	struct hg_message start;
	struct hg_loop *loop;
	pthread_t thread;
	int n_worked, n_done, n_on_wrong_loop, n_worked_on_a_loop;
};

static void work(void *arg)
{
	struct chain *c = arg;
	c->n_worked++; /* no lock: work and done of one chain never overlap */
	c->n_worked_on_a_loop += is_loop_thread || hg_loop_self() != NULL;
}

static void done(void *self, void *arg)
{
	struct chain *c = arg;
	c->n_on_wrong_loop += hg_loop_self() != c->loop || self != instance->self;
	if (++c->n_done == JOBS)
		hg_loop_stop(c->loop);
	else if (hg_offload(self, work, done, arg) != HG_OK)
		c->n_on_wrong_loop++;
}

static void on_start(struct hg_message *m)
{
	struct chain *c = HG_CONTAINER(m, struct chain, start);
	if (hg_offload(instance->self, work, done, c) != HG_OK)
		hg_loop_stop(c->loop);
}

static void *run_loop(void *arg)
{
	is_loop_thread = true;
	hg_loop_run(arg);
	return NULL;
}

static void done_runs_on_the_loop_that_asked_and_work_on_none(void **state)
{
	(void)state;
	struct chain chains[LOOPS];
	hg_workers_start(2, 16);
	for (int i = 0; i < LOOPS; i++) {
		chains[i] = (struct chain){ .start.run = on_start, .loop = loops[i] };
		hg_loop_post_reserved(loops[i], &chains[i].start);
		assert_int_equal(pthread_create(&chains[i].thread, NULL, run_loop, loops[i]), 0);
	}
	for (int i = 0; i < LOOPS; i++)
		pthread_join(chains[i].thread, NULL);
	hg_workers_stop();
	for (int i = 0; i < LOOPS; i++) {
		assert_int_equal(chains[i].n_done, JOBS);
		assert_int_equal(chains[i].n_worked, JOBS);
		assert_int_equal(chains[i].n_on_wrong_loop, 0);
		assert_int_equal(chains[i].n_worked_on_a_loop, 0);
	}
	assert_int_equal(atomic_load(&instance->n_pending), 0);
	assert_int_equal(atomic_load(&instance->hook_calls), LOOPS * JOBS);
}

static sem_t entered, may_leave;

static void work_until_let_go(void *arg)
{
	(void)arg;
	sem_post(&entered);
	while (sem_wait(&may_leave) != 0)
		;
}

static void count(void *self, void *arg)
{
	(void)self;
	++*(int *)arg;
}

static void a_full_queue_refuses_and_what_was_accepted_is_finished(void **state)
{
	(void)state;
	int n_done = 0;
	sem_init(&entered, 0, 0);
	sem_init(&may_leave, 0, 0);
	hg_workers_start(1, 2);
	hg_loop_enter(loops[0]);
	assert_int_equal(hg_offload(NULL, work_until_let_go, count, &n_done), HG_OK);
	while (sem_wait(&entered) != 0) /* the only thread is busy now, the queue is empty */
		;
	assert_int_equal(hg_offload(NULL, work_until_let_go, count, &n_done), HG_OK);
	assert_int_equal(hg_offload(NULL, work_until_let_go, count, &n_done), HG_OK);
	assert_int_equal(hg_offload(instance->self, work_until_let_go, count, &n_done), HG_EFULL);
	assert_int_equal(atomic_load(&instance->n_pending), 0);
	assert_false(hg_workers_is_quiet());
	for (int i = 0; i < 3; i++)
		sem_post(&may_leave);
	hg_workers_stop();
	assert_true(hg_workers_is_quiet());
	(void)hg_loop_turn(loops[0]);
	assert_int_equal(n_done, 3);
	assert_int_equal(hg_offload(NULL, work_until_let_go, count, &n_done), HG_EFULL);
	sem_destroy(&entered);
	sem_destroy(&may_leave);
}

static void when_the_pool_is_quiet_the_answers_are_in_their_mailboxes(void **state)
{
	(void)state;
	int n_done = 0;
	sem_init(&entered, 0, 0);
	sem_init(&may_leave, 0, 1);
	hg_workers_start(1, 2);
	hg_loop_enter(loops[0]);
	for (int i = 1; i <= 100; i++) {
		sem_post(&may_leave);
		assert_int_equal(hg_offload(NULL, work_until_let_go, count, &n_done), HG_OK);
		while (!hg_workers_is_quiet())
			;
		(void)hg_loop_turn(loops[0]);
		assert_int_equal(n_done, i);
	}
	hg_workers_stop();
	sem_destroy(&entered);
	sem_destroy(&may_leave);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(done_runs_on_the_loop_that_asked_and_work_on_none),
		ONE(a_full_queue_refuses_and_what_was_accepted_is_finished),
		ONE(when_the_pool_is_quiet_the_answers_are_in_their_mailboxes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
