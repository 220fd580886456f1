/*
 * worker - a loop with a thread of its own, and how the host has something done there.
 *
 * Thread: host.
 */
#pragma once
#include "base/loop.h"
#include <pthread.h>

struct hg_front;

struct hg_worker {
	struct hg_loop *loop;
	pthread_t thread;
	bool runs;
	struct hg_front *front; /* of a front's worker; touched on its loop only */
};

void hg_worker_init(struct hg_worker *w, struct hg_clock *clock, int kind, const char *name);
void hg_worker_start(struct hg_worker *w);
void hg_worker_stop(struct hg_worker *w); /* ends the loop, joins the thread; harmless again */
void hg_worker_fini(struct hg_worker *w);

/* Runs fn(arg) on that loop and returns when it has run. Only for start, stop and reload: hooks do
 * not block, so this is a matter of microseconds. On the calling loop it is a plain call. */
void hg_loop_call(struct hg_loop *l, void (*fn)(void *arg), void *arg);
