/*
 * coalesce - equal safe requests share one flight: a table from what is asked to the flight that
 * fetches it.
 *
 * Equal means: the same credential, visibility scope, method, path, query, every forwarded field
 * (Accept and API version choose the representation), the same configuration (its plugins answer
 * for the validators), the same claim to validators, the same instances left out (front/when.h),
 * and for a GraphQL query the same body. All under one 128-bit keyed hash. A flight is in the table
 * while a new follower would get all of the reply: from queueing until its body outgrows what is
 * kept, or it ends.
 *
 * Thread: dispatcher.
 */
#pragma once
#include "base/map.h"
#include "dispatch/flight.h"

struct hg_coalesce {
	struct hg_map *flights;
};

void hg_coalesce_init(struct hg_coalesce *c);
void hg_coalesce_fini(struct hg_coalesce *c);
/* False: not to be shared (a write, or a body that is no GraphQL query); ret_key is zeroed. */
bool hg_coalesce_key(const struct hg_ask *ask, const struct hg_snapshot *snapshot,
	struct hg_scope credential, uint8_t ret_key[16]);
struct hg_flight *hg_coalesce_find(const struct hg_coalesce *c, const uint8_t key[16]);
void hg_coalesce_put(struct hg_coalesce *c, struct hg_flight *f);  /* unless its key is zero */
void hg_coalesce_take(struct hg_coalesce *c, struct hg_flight *f); /* harmless when not there */
