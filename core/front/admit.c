#include "front/admit.h"
#include "base/bug.h"
#include "front/keys.h"
#include "front/posted.h"
#include "front/resolve.h"
#include "front/resource.h"

/* -- what the rules say ------------------------------------------------------------------------ */

static enum hg_verdict admitted(struct hg_request *r)
{
	r->client.is_admitted = true;
	return HG_NEXT;
}

static enum hg_verdict refuse_path(struct hg_request *r)
{
	hg_request_refuse(r, 403, "path_not_allowed", -1, "This key may not use this path.");
	return HG_REFUSED;
}

static enum hg_verdict decide(struct hg_request *r, struct hg_str canonical)
{
	const struct hg_grant *g = r->client.grant;

	for (uint32_t i = 0; i < g->n_paths; i++)
		if (hg_rule_allows(g->paths[i], canonical))
			return admitted(r);
	return refuse_path(r);
}

static enum hg_verdict admit_path(struct hg_request *r)
{
	enum hg_verdict v = hg_resolve(r);

	if (v != HG_NEXT)
		return v;
	return r->subject.p ? decide(r, r->subject) : refuse_path(r);
}

/* -- the rest ---------------------------------------------------------------------------------- */

static bool enter(struct hg_request *r)
{
	struct hg_grant *g = r->client.grant;

	if (r->client.is_counted)
		return true;
	int64_t before = atomic_fetch_add_explicit(&g->in_flight, 1, memory_order_relaxed);
	r->client.is_counted = true;
	return !g->max_in_flight || before < g->max_in_flight;
}

void hg_admit_leave(struct hg_request *r)
{
	if (!r->client.is_counted)
		return;
	r->client.is_counted = false;
	atomic_fetch_sub_explicit(&r->client.grant->in_flight, 1, memory_order_relaxed);
}

bool hg_admit_url(struct hg_request *r)
{
	if (!r->snapshot->keys || !hg_key_is_within(r->head.target))
		return true;
	r->path = HG_STR("/(removed)"); /* logs and `show` print it */
	return false;
}

enum hg_verdict hg_admit(struct hg_request *r)
{
	const struct hg_grant *g = r->client.grant;

	if (r->client.is_admitted)
		return HG_NEXT;
	if (!g)
		return HG_NEXT;
	if (hg_routed_is_parts(&r->routed))
		return admitted(r);
	if (!enter(r)) {
		hg_request_refuse(r, 429, "too_many_in_flight", 1,
			"This key has as many requests under way as it may.");
		return HG_REFUSED;
	}
	if (!r->routed.route && !(g->upstreams & 1u << r->upstream)) {
		hg_request_refuse(r, 403, "upstream_not_allowed", -1,
			"This key may not ask the upstream %s (see `upstreams` of its client).",
			hg_request_upstream_conf(r)->name);
		return HG_REFUSED;
	}
	if (!(g->methods & 1u << r->head.method_id)) {
		hg_request_refuse(r, 403, "method_not_allowed_by_key", -1,
			"This key may not use this method.");
		return HG_REFUSED;
	}
	if (hg_is_graphql(r)) {
		if (g->graphql)
			return admitted(r);
		hg_request_refuse(
			r, 403, "graphql_not_allowed", -1, "This key may not use GraphQL.");
		return HG_REFUSED;
	}
	return g->n_paths ? admit_path(r) : admitted(r);
}

/* -- read-only --------------------------------------------------------------------------------- */

static enum hg_verdict refuse_write(struct hg_request *r, const char *why)
{
	hg_request_refuse(r, 403, "read_only", -1, "%s", why);
	return HG_REFUSED;
}

enum hg_verdict hg_admit_read_only(struct hg_request *r)
{
	if (!r->snapshot->http.read_only || r->routed.route)
		return HG_NEXT;
	bool reads = hg_request_is_safe(r) || r->head.method_id == HG_HTTP1_OPTIONS;
	if (!hg_is_graphql(r))
		return reads ? HG_NEXT : refuse_write(r, "Only reading is allowed here.");
	if (r->head.has_query || (reads && hg_request_has_body(r)))
		return refuse_write(r, "GraphQL that is not in the body of a POST is not read.");
	if (reads)
		return HG_NEXT;
	if (hg_posted_is_graphql(r) && hg_posted_is_plain(r))
		return HG_NEXT; /* its body will say */
	return refuse_write(r,
		"Only GraphQL queries are allowed here, sent as Content-Type: application/json.");
}

enum hg_verdict hg_admit_body(struct hg_request *r)
{
	if (!r->snapshot->http.read_only || r->head.method_id != HG_HTTP1_POST)
		return HG_NEXT;
	switch (r->graphql.document) {
	case HG_GRAPHQL_QUERY:
		return HG_NEXT;
	case HG_GRAPHQL_MUTATION:
		return refuse_write(r, "Mutations are not allowed here.");
	case HG_GRAPHQL_SUBSCRIPTION:
		return refuse_write(r, "Subscriptions are not allowed here.");
	case HG_GRAPHQL_UNREADABLE:
		break;
	}
	return refuse_write(r, "This is not GraphQL that can be read, so it may be a mutation.");
}
