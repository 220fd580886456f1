#include <hg/thread.h>

#include <hg/mem.h>
#include "base/bug.h"
#include "base/stopwatch.h"
#include "base/loop.h"
#include "base/loop_inside.h"

/* A plugin's hg_thread is a loop under another name: only pointers to it cross. */

struct post {
	struct hg_message message;
	void *self;
	void (*fn)(void *self, void *arg);
	void *arg;
};

static struct hg_loop *loop_of(const struct hg_thread *t)
{
	return (struct hg_loop *)t;
}

static void on_post(struct hg_message *m)
{
	struct post p = *HG_CONTAINER(m, struct post, message);
	hg_free(HG_CONTAINER(m, struct post, message));
	struct hg_instance *in = p.self ? hg_instance_of(p.self) : NULL;
	struct hg_stopwatch w = hg_stopwatch_begin(in, "post");
	p.fn(p.self, p.arg);
	hg_stopwatch_end(&w);
	if (in)
		atomic_fetch_sub(&in->n_pending, 1);
}

struct hg_thread *hg_thread_self(void)
{
	return (struct hg_thread *)hg_loop_self();
}

uint32_t hg_thread_kind(const struct hg_thread *t)
{
	return (uint32_t)hg_loop_kind(loop_of(t));
}

uint32_t hg_thread_index(const struct hg_thread *t)
{
	return hg_loop_index(loop_of(t));
}

uint32_t hg_thread_count(void)
{
	return hg_loop_count();
}

struct hg_thread *hg_thread_at(uint32_t index)
{
	return (struct hg_thread *)hg_loop_at(index);
}

void **hg_thread_slot(void *self)
{
	struct hg_loop *l = hg_loop_self();
	HG_BUG_ON(!l);
	return &hg_instance_of(self)->thread_slots[hg_loop_index(l)];
}

int hg_thread_post(struct hg_thread *t, void *self, void (*fn)(void *self, void *arg), void *arg)
{
	struct post *p = hg_alloc0(sizeof(*p));
	p->message.run = on_post;
	p->self = self;
	p->fn = fn;
	p->arg = arg;
	/* Counted before posting: it may have run when hg_loop_post returns. */
	struct hg_instance *in = self ? hg_instance_of(self) : NULL;
	if (in)
		atomic_fetch_add(&in->n_pending, 1);
	if (hg_loop_post(loop_of(t), &p->message))
		return HG_OK;
	if (in)
		atomic_fetch_sub(&in->n_pending, 1);
	hg_free(p);
	return HG_EFULL;
}
