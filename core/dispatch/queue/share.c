#include "dispatch/queue/share.h"
#include "base/bug.h"
#include <hg/mem.h>

void hg_shares_init(struct hg_shares *s)
{
	s->by_name = hg_map_new();
}

void hg_shares_fini(struct hg_shares *s)
{
	HG_BUG_ON(hg_map_n(s->by_name));
	hg_map_free(s->by_name);
}

struct hg_share *hg_shares_find(
	struct hg_shares *s, struct hg_str name, uint32_t weight, uint32_t max_upstream)
{
	struct hg_share *share = hg_map_find(s->by_name, name);

	if (!share) {
		share = hg_alloc0(sizeof(*share));
		share->among = s;
		share->name = hg_strndup(name.n ? name.p : "", name.n);
		hg_list_init(&share->lanes);
		hg_list_init(&share->full);
		HG_BUG_ON(hg_map_put(s->by_name, hg_str(share->name), share));
	}
	share->weight = weight ? weight : 1;
	share->max_upstream = max_upstream;
	share->refs++;
	return share;
}

struct hg_share *hg_share_ref(struct hg_share *share)
{
	share->refs++;
	return share;
}

void hg_share_unref(struct hg_share *share)
{
	if (!share)
		return;
	HG_BUG_ON(share->refs == 0);
	if (--share->refs)
		return;
	HG_BUG_ON(share->in_flight || !hg_list_is_empty(&share->lanes));
	hg_map_take(share->among->by_name, hg_str(share->name));
	hg_free(share->name);
	hg_free(share);
}

bool hg_share_is_full(const struct hg_share *share)
{
	return share->max_upstream && share->in_flight >= share->max_upstream;
}
