/*
 * waiting_rig - one rig for each test, and requests that wait in it under ids of their own:
 *
 *     struct hg_ticket *t = ask_as("nightly-1", "ci", HG_CLASS_LOW);
 *     leave(t);
 */
#pragma once
#include "../one_rig.h"
#include "base/trace.h"

/* As a front submits it: its id is known to the rings. */
static inline struct hg_ticket *ask_as(const char *id, const char *client, enum hg_class klass)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", klass);
	char path[64];

	snprintf(path, sizeof(path), "/%s", id);
	t->ask.path = t->ask.route = hg_arena_copy(&t->arena, hg_str(path));
	t->ask.id = hg_arena_copy(&t->arena, hg_str(id));
	t->ask.client = hg_arena_copy(&t->arena, hg_str(client));
	t->ask.deadline_us = rig.now.mono_us + 7200 * SEC;
	t->trace_key = hg_trace_key(t->ask.id);
	rig_submit(&rig, t);
	return t;
}

static inline void leave(struct hg_ticket *t)
{
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	hg_ticket_unref(t);
}
