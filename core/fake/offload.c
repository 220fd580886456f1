/*
 * hg_offload without threads: base/workers.c is not linked into the fake.
 */
#include "base/bug.h"
#include "base/callback.h"
#include "fake/fake_inside.h"

#define ROOM 10000u /* as the daemon's */

struct job {
	struct hg_message message; /* carries it home */
	struct hg_list link;
	struct hg_loop *loop;
	void (*work)(void *arg);
	struct hg_callback done; /* with the same arg */
};

static struct {
	struct hg_list jobs; /* in their order */
	uint32_t n, room;
	bool is_held;
} pool = { .jobs = { &pool.jobs, &pool.jobs }, .room = ROOM };

static void on_done(struct hg_message *m)
{
	struct job *job = HG_CONTAINER(m, struct job, message);
	struct hg_callback done = job->done;

	hg_free(job);
	hg_callback_run(done, "offload done");
}

int hg_offload(void *self, void (*work)(void *arg), void (*done)(void *self, void *arg), void *arg)
{
	HG_BUG_ON(!hg_loop_self());
	if (pool.n >= pool.room)
		return HG_EFULL;
	struct job *job = hg_alloc0(sizeof(*job));
	*job = (struct job){ .message.run = on_done,
		.loop = hg_loop_self(),
		.work = work,
		.done = { self, done, arg } };
	hg_list_init(&job->link);
	hg_list_add(&pool.jobs, &job->link);
	pool.n++;
	hg_callback_owe(&job->done);
	return HG_OK;
}

/* As on a thread of the pool: no loop is the caller's. */
static void run(struct job *job)
{
	struct hg_loop *before = hg_loop_self();

	hg_list_remove(&job->link);
	pool.n--;
	hg_loop_enter(NULL);
	job->work(job->done.arg);
	hg_loop_enter(before);
	hg_loop_post_reserved(job->loop, &job->message);
}

uint32_t hg_fake_offload_run_all(void)
{
	uint32_t n = 0, there = pool.n; /* what is offloaded meanwhile waits for the next time */
	struct job *job;

	while (n < there && (job = HG_LIST_FIRST(&pool.jobs, struct job, link))) {
		run(job);
		n++;
	}
	return n;
}

bool hg_fake_offload_turn(void)
{
	return !pool.is_held && hg_fake_offload_run_all() > 0;
}

void hg_fake_offload_hold(bool held, uint32_t room)
{
	pool.is_held = held;
	pool.room = held ? room : ROOM;
}

void hg_fake_hold_offload(struct hg_fake *f, bool held, uint32_t room)
{
	hg_fake_offload_hold(held, room);
	hg_fake_settle(f);
}

uint32_t hg_fake_run_offload(struct hg_fake *f)
{
	uint32_t n = hg_fake_offload_run_all();

	hg_fake_settle(f);
	return n;
}
