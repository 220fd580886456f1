#include "base/workers.h"

#include <pthread.h>
#include <stdint.h>
#include <hg/mem.h>
#include <hg/offload.h>
#include "base/bug.h"
#include "base/callback.h"
#include "base/loop.h"

enum { THREADS_MAX = 64 };

struct job {
	struct hg_message message; /* `next` links the queue first, then carries it home */
	struct hg_loop *loop;      /* who asked */
	void (*work)(void *arg);
	struct hg_callback done; /* with the same arg */
};

/* The lock is a leaf; it guards all. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	pthread_t threads[THREADS_MAX];
	unsigned n_threads;
	struct hg_message *first, **last;
	size_t n, room;   /* waiting */
	size_t n_working; /* until the done message is in its mailbox */
	bool is_ending;
} pool = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.has_work = PTHREAD_COND_INITIALIZER,
	.last = &pool.first,
};

static void on_done(struct hg_message *m)
{
	struct job *job = HG_CONTAINER(m, struct job, message);
	struct hg_callback done = job->done;

	hg_free(job);
	hg_callback_run(done, "offload done");
}

/* Waits. NULL: the pool ends and everything is taken. */
static struct job *take_job(void)
{
	pthread_mutex_lock(&pool.lock);
	while (!pool.first && !pool.is_ending)
		pthread_cond_wait(&pool.has_work, &pool.lock);
	struct hg_message *m = pool.first;
	if (m) {
		pool.first = m->next;
		if (!pool.first)
			pool.last = &pool.first;
		pool.n--;
		pool.n_working++;
	}
	pthread_mutex_unlock(&pool.lock);
	return m ? HG_CONTAINER(m, struct job, message) : NULL;
}

static void *work_until_end(void *unused)
{
	struct job *job;
	while ((job = take_job())) {
		job->work(job->done.arg);
		job->message.run = on_done;
		hg_loop_post_reserved(job->loop, &job->message);
		pthread_mutex_lock(&pool.lock);
		pool.n_working--;
		pthread_mutex_unlock(&pool.lock);
	}
	return unused;
}

void hg_workers_start(unsigned n_threads, size_t room)
{
	HG_BUG_ON(pool.n_threads != 0 || n_threads == 0 || n_threads > THREADS_MAX);
	pthread_mutex_lock(&pool.lock);
	pool.room = room;
	pool.is_ending = false;
	pthread_mutex_unlock(&pool.lock);
	for (unsigned i = 0; i < n_threads; i++)
		HG_BUG_ON(pthread_create(&pool.threads[i], NULL, work_until_end, NULL) != 0);
	pool.n_threads = n_threads;
}

void hg_workers_stop(void)
{
	pthread_mutex_lock(&pool.lock);
	pool.is_ending = true;
	pool.room = 0; /* from here on jobs are refused */
	pthread_cond_broadcast(&pool.has_work);
	pthread_mutex_unlock(&pool.lock);
	for (unsigned i = 0; i < pool.n_threads; i++)
		pthread_join(pool.threads[i], NULL);
	pool.n_threads = 0;
}

bool hg_workers_is_quiet(void)
{
	pthread_mutex_lock(&pool.lock);
	bool is_quiet = pool.n == 0 && pool.n_working == 0;
	pthread_mutex_unlock(&pool.lock);
	return is_quiet;
}

int hg_offload(void *self, void (*work)(void *arg), void (*done)(void *self, void *arg), void *arg)
{
	HG_BUG_ON(!hg_loop_self());
	struct job *job = hg_alloc0(sizeof(*job));
	job->loop = hg_loop_self();
	job->work = work;
	job->done = (struct hg_callback){ self, done, arg };
	hg_callback_owe(&job->done);

	pthread_mutex_lock(&pool.lock);
	bool has_room = pool.n < pool.room;
	if (has_room) {
		*pool.last = &job->message;
		pool.last = &job->message.next;
		pool.n++;
		pthread_cond_signal(&pool.has_work);
	}
	pthread_mutex_unlock(&pool.lock);
	if (has_room)
		return HG_OK;
	hg_callback_forgo(&job->done);
	hg_free(job);
	return HG_EFULL;
}
