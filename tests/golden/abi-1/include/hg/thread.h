/*
 * thread - the loops on which a plugin's code runs, and how to reach another one.
 *
 * thread_start of the table is called on each loop before the instance sees its first request
 * there, thread_stop after its last. A plugin's per-loop state hangs on hg_thread_slot.
 */
#pragma once
#include "err.h"

enum { /* hg_thread_kind */
	HG_THREAD_HOST = 1,
	HG_THREAD_FRONT = 2,
	HG_THREAD_DISPATCHER = 3,
};

struct hg_thread;

HG_API struct hg_thread *hg_thread_self(void); /* NULL outside hubgate's loops */
HG_API uint32_t hg_thread_kind(const struct hg_thread *t);
HG_API uint32_t hg_thread_index(
	const struct hg_thread *t); /* 0…hg_thread_count()-1 over all loops */
HG_API uint32_t hg_thread_count(void);
HG_API struct hg_thread *hg_thread_at(uint32_t index);

/* The instance's word on the calling loop; NULL at first. */
HG_API void **hg_thread_slot(void *self);

/* Runs fn(self, arg) on that loop in one of its next turns. Thread: any. Returns 0 or HG_EFULL. */
HG_API int hg_thread_post(
	struct hg_thread *t, void *self, void (*fn)(void *self, void *arg), void *arg);
