/*
 * marks - which paths were written to, so that a read after a write is never answered from memory.
 *
 * A successful write marks its path and two ancestors; a kept reply is fresh only if neither its
 * path nor its parent was marked since GitHub confirmed it:
 *
 *     POST /repos/o/r/actions/runs/5/cancel   marks  …/runs/5/cancel, …/runs/5, …/runs
 *     GET  /repos/o/r/actions/runs/5/jobs     looks at  …/runs/5/jobs and …/runs/5
 *
 * A fixed table of moments by hash of the path: a collision costs a revalidation, which is free.
 *
 * Thread: any, no locks.   Clock: given.
 */
#pragma once
#include <hg/str.h>
#include <stdatomic.h>
#include <stdint.h>

#define MARKS_SLOTS 4096u

struct marks {
	_Atomic int64_t at_us[MARKS_SLOTS]; /* 0 = never */
};

void marks_set(struct marks *m, struct hg_str path, int64_t now_us);
int64_t marks_latest_us(const struct marks *m, struct hg_str path);
