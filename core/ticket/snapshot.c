#include "ticket/snapshot.h"
#include "base/hash.h"
#include "base/secret.h"

void hg_snapshot_set_origin(struct hg_snapshot *s)
{
	struct hg_str base = hg_str(s->upstream.base_url);
	size_t n = 0;
	const char *token = s->credential.token ? hg_secret_bytes(s->credential.token, &n) : NULL;

	s->origin = hg_hash_mix(hg_hash(base.p, base.n), hg_hash(token, n));
}

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
