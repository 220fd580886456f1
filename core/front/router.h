/*
 * router - which plugin's route a path means on one listener.
 *
 * Built by the host once per snapshot and listener; immutable. Lookup walks segments, the most
 * literal pattern wins, so cost does not grow with the number of routes of other prefixes.
 *
 * Thread: any.
 */
#pragma once
#include "ticket/snapshot.h"
#include <hg/route.h>

struct hg_router;

struct hg_router *hg_router_new(void);
void hg_router_free(struct hg_router *router); /* NULL is fine */
/* Returns 0, or HG_EEXIST naming both instances, HG_EINVAL for a bad pattern. `in` NULL: the core's
 * own route (admin, health), hooks get `self`. */
int hg_router_add(struct hg_router *router, struct hg_instance *in, void *self,
	const struct hg_route *route, struct hg_err *err);

#define HG_ROUTE_PARAMS 8
struct hg_routed {
	const struct hg_route *route; /* NULL: none */
	struct hg_instance *in;
	void *self;
	uint32_t n_params;
	struct {
		struct hg_str name, value;
	} params[HG_ROUTE_PARAMS];
	bool path_known;   /* the path has routes, but not for this method: 405 */
	const char *allow; /* their methods */
};
/* Its parts are requests of their own, each held against what its client may do: for itself it
 * needs no more than a client that is known. The core's own only; in hg_route.flags. */
#define HG_ROUTE_PARTS (1u << 31)
static inline bool hg_routed_is_parts(const struct hg_routed *routed)
{
	return routed->route && !routed->in && (routed->route->flags & HG_ROUTE_PARTS);
}
void hg_router_find(const struct hg_router *router, struct hg_str method, struct hg_str path,
	struct hg_routed *ret_routed);
