#include "ticket/snapshot.h"

#include "base/text.h"
#include "base/hash.h"
#include "base/secret.h"
#include "ticket/scope.h"

static uint64_t hash_of(const char *url)
{
	struct hg_str s = hg_str(url);

	return hg_hash(s.p, s.n);
}

static void set_origin(struct hg_upstream_conf *u)
{
	struct hg_str token = { 0 };

	if (u->credential.token)
		token.p = hg_secret_bytes(u->credential.token, &token.n);
	u->place = hash_of(u->base_url);
	u->origin = hg_hash_mix(hg_hash_mix(u->place, hg_hash(token.p, token.n)),
		hg_hash_mix(hash_of(u->graphql_url), hash_of(u->uploads_url)));
	u->pool = hg_scope_of(HG_SCOPE_POOL, u->place, token);
	u->own = hg_scope_of(HG_SCOPE_OWN, u->place, token);
}

void hg_snapshot_set_origins(struct hg_snapshot *s)
{
	for (uint32_t i = 0; i < s->n_upstreams; i++)
		set_origin(&s->upstreams[i]);
}

uint32_t hg_snapshot_strategy(const struct hg_snapshot *s, struct hg_str label)
{
	uint32_t i = 0;

	while (i < s->n_strategies && !hg_str_is(label, hg_str(s->strategies[i].label)))
		i++;
	return i;
}

void hg_snapshot_strategy_names(const struct hg_snapshot *s, struct hg_text *out)
{
	for (uint32_t i = 0; i < s->n_strategies; i++)
		hg_text_printf(out, "%s%s", i ? ", " : "", s->strategies[i].label);
	if (!s->n_strategies)
		hg_text_add(out, HG_STR("none"));
}

uint32_t hg_snapshot_upstream(const struct hg_snapshot *s, struct hg_str name)
{
	uint32_t i = 0;

	while (i < s->n_upstreams && !hg_str_is(hg_str(s->upstreams[i].name), name))
		i++;
	return i;
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
