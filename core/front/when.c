#include "front/when.h"
#include "base/instance.h"
#include "front/keys.h"
#include "front/resolve.h"
#include "front/resource.h"

_Static_assert(HG_INSTANCES_MAX <= 64, "an instance has a bit in hg_request.when_met");

static bool has_routes(const struct hg_when *w)
{
	return w->n_rules || w->n_templates;
}

static bool fits_client(const struct hg_when *w, const struct hg_request *r)
{
	const struct hg_grant *g = r->client.grant;

	if (!w->clients)
		return true;
	return g && w->clients[g->index / 64] & UINT64_C(1) << g->index % 64;
}

static bool fits_template(const struct hg_when *w, struct hg_request *r)
{
	struct hg_github_route route;
	struct hg_str tmpl = HG_STR("/graphql");

	if (!w->n_templates || r->routed.route)
		return false;
	if (!hg_is_graphql(r)) {
		hg_github_route_find(r->head.method, r->subject, &route);
		tmpl = route.tmpl;
	}
	for (uint32_t i = 0; i < w->n_templates; i++)
		if (hg_str_is(w->templates[i], tmpl))
			return true;
	return false;
}

/* A slash at its end, and one that stayed encoded (resource.h): to some it is another path. */
static bool is_for_sure(struct hg_str path)
{
	return path.p && !memchr(path.p, '%', path.n) && (path.n <= 1 || path.p[path.n - 1] != '/');
}

static bool fits_route(const struct hg_when *w, struct hg_request *r)
{
	if (!has_routes(w))
		return true;
	if (!hg_resolve_now(r) || !is_for_sure(r->subject))
		return true;
	for (uint32_t i = 0; i < w->n_rules; i++)
		if (hg_rule_allows(w->rules[i], r->subject))
			return true;
	return fits_template(w, r);
}

enum hg_verdict hg_when_prepare(struct hg_request *r)
{
	const struct hg_snapshot *s = r->snapshot;

	if (!s->guarded || r->is_resolved)
		return HG_NEXT;
	for (uint32_t i = 0; i < s->n_instances; i++) {
		const struct hg_when *w = s->when[i];
		if (w && has_routes(w) && w->methods & 1u << r->head.method_id && fits_client(w, r))
			return hg_resolve(r);
	}
	return HG_NEXT;
}

static bool fits(const struct hg_when *w, struct hg_request *r)
{
	return w->methods & 1u << r->head.method_id && fits_client(w, r) && fits_route(w, r);
}

bool hg_when_decide(struct hg_request *r, const struct hg_instance *in)
{
	uint64_t bit = UINT64_C(1) << in->index;
	bool is_guarded = r->snapshot->guarded & bit;

	if (hg_instance_takes_part(in, r->began_us) &&
		(!is_guarded || fits(r->snapshot->when[in->index], r)))
		r->when_met |= bit;
	r->when_known |= bit;
	return r->when_met & bit;
}

uint64_t hg_when_left_out(struct hg_request *r)
{
	const struct hg_snapshot *s = r->snapshot;
	const struct hg_hooks *const lists[] = { &s->send, &s->head, &s->keep };
	uint64_t out = 0;

	for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++)
		for (uint32_t i = 0; i < lists[k]->n; i++)
			if (!hg_when_is_met(r, lists[k]->in[i]))
				out |= UINT64_C(1) << lists[k]->in[i]->index;
	return out;
}
