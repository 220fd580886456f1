#include "host/worker.h"

#include "base/bug.h"
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>

#define MAILBOX_ROOM 20000u

static void *run(void *arg)
{
	hg_loop_run(arg);
	return NULL;
}

void hg_worker_init(struct hg_worker *w, struct hg_clock *clock, int kind, const char *name)
{
	*w = (struct hg_worker){ .loop = hg_loop_new(clock, kind, name, MAILBOX_ROOM) };
}

void hg_worker_start(struct hg_worker *w)
{
	char name[16]; /* of a thread: 15 bytes */

	HG_BUG_ON(pthread_create(&w->thread, NULL, run, w->loop) != 0);
	snprintf(name, sizeof(name), "hg-%s", hg_loop_name(w->loop));
	(void)pthread_setname_np(w->thread, name);
	w->runs = true;
}

void hg_worker_stop(struct hg_worker *w)
{
	if (!w->runs)
		return;
	hg_loop_stop(w->loop);
	pthread_join(w->thread, NULL);
	w->runs = false;
}

void hg_worker_fini(struct hg_worker *w)
{
	hg_loop_free(w->loop);
	w->loop = NULL;
}

struct call {
	struct hg_message message;
	void (*fn)(void *arg);
	void *arg;
	sem_t done;
};

static void run_call(struct hg_message *m)
{
	struct call *c = HG_CONTAINER(m, struct call, message);

	c->fn(c->arg);
	sem_post(&c->done); /* c is the caller's again */
}

void hg_loop_call(struct hg_loop *l, void (*fn)(void *arg), void *arg)
{
	struct call c = { .message.run = run_call, .fn = fn, .arg = arg };

	if (l == hg_loop_self()) {
		fn(arg);
		return;
	}
	HG_BUG_ON(sem_init(&c.done, 0, 0) != 0);
	hg_loop_post_reserved(l, &c.message);
	while (sem_wait(&c.done) < 0 && errno == EINTR)
		;
	sem_destroy(&c.done);
}
