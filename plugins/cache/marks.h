/*
 * marks - which paths were written to, so that a read after a write is never answered from memory.
 *
 * A write marks its path and two ancestors; a kept reply is fresh only if neither its path nor its
 * parent was marked since it was asked for:
 *
 *     POST /repos/o/r/actions/runs/5/cancel   marks  …/runs/5/cancel, …/runs/5, …/runs
 *     GET  /repos/o/r/actions/runs/5/jobs     looks at  …/runs/5/jobs and …/runs/5
 *
 * A mark is a number, one more than the mark before it: no clock tells apart what happens in one
 * instant on two fronts. Who asks notes the number before it asks (`marks_now`), and keeps it with
 * what it got.
 *
 * A fixed table by hash of the path: a collision costs a revalidation, which is free.
 *
 * Thread: any, no locks. Counted: a reload hands it over while writes are under way.
 */
#pragma once
#include <hg/str.h>
#include <stdatomic.h>
#include <stdint.h>

#define MARKS_SLOTS 4096u

struct marks {
	_Atomic uint32_t refs;
	_Atomic uint64_t last;
	_Atomic uint64_t at[MARKS_SLOTS];   /* 0 = never */
	_Atomic uint64_t sent[MARKS_SLOTS]; /* by key: the number when it was last asked for */
};

struct marks *marks_new(void);
struct marks *marks_ref(struct marks *m);
void marks_unref(struct marks *m); /* NULL is fine */

void marks_set(struct marks *m, struct hg_str path);
uint64_t marks_now(const struct marks *m);
uint64_t marks_latest(const struct marks *m, struct hg_str path);
/* Was it, or its parent, marked after `mark`? Quick when nothing at all was. */
static inline bool marks_has_since(const struct marks *m, struct hg_str path, uint64_t mark)
{
	return atomic_load(&m->last) > mark && marks_latest(m, path) > mark;
}

/* A reader may join a question that went out before it came: `word` is the question's key. */
void marks_note_sent(struct marks *m, uint64_t word);
uint64_t marks_sent(const struct marks *m, uint64_t word);
