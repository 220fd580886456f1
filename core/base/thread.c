#include <hg/thread.h>

#include <hg/mem.h>
#include "base/bug.h"
#include "base/callback.h"
#include "base/instance.h"
#include "base/loop.h"
#include "base/loop_inside.h"

/* A plugin's hg_thread is a loop under another name: only pointers to it cross. */

struct post {
	struct hg_message message;
	struct hg_callback callback;
};

static struct hg_loop *loop_of(const struct hg_thread *t)
{
	return (struct hg_loop *)t;
}

static void on_post(struct hg_message *m)
{
	struct post *p = HG_CONTAINER(m, struct post, message);
	struct hg_callback c = p->callback;

	hg_free(p);
	hg_callback_run(c, "post");
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
	p->callback = (struct hg_callback){ self, fn, arg };
	hg_callback_owe(&p->callback);
	if (hg_loop_post(loop_of(t), &p->message))
		return HG_OK;
	hg_callback_forgo(&p->callback);
	hg_free(p);
	return HG_EFULL;
}
