#include "ticket/snapshot.h"

struct hg_snapshot *hg_snapshot_ref(struct hg_snapshot *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void hg_snapshot_unref(struct hg_snapshot *s)
{
	if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
		s->on_unused(s);
}
