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

/* What it proves itself with: {0} for none. In `buf`, where it is made of parts. */
static struct hg_str proof_of(const struct hg_credential_conf *c, struct hg_text *buf)
{
	struct hg_str s = { 0 };

	if (c->token)
		s.p = hg_secret_bytes(c->token, &s.n);
	if (!c->app.id)
		return s;
	hg_text_printf(buf, "%s %lld ", c->app.id, (long long)c->app.installation);
	for (uint32_t i = 0; i < c->app.repositories.n; i++)
		hg_text_printf(buf, "%s ", c->app.repositories.items[i]);
	for (uint32_t i = 0; i < c->app.permissions.n; i++)
		hg_text_printf(
			buf, "%s=%s ", c->app.permissions.keys[i], c->app.permissions.values[i]);
	if (c->app.key)
		s.p = hg_secret_bytes(c->app.key, &s.n);
	hg_text_add(buf, s);
	return hg_text_str(buf);
}

static void set_origin(struct hg_upstream_conf *u)
{
	uint64_t proofs = 0;
	struct hg_text buf;

	hg_text_init(&buf);
	u->place = hash_of(u->base_url);
	if (u->n_credentials == 0)
		u->n_credentials = 1; /* with nothing in it: unauthenticated */
	for (uint32_t i = 0; i < u->n_credentials; i++) {
		hg_text_clear(&buf);
		struct hg_str proof = proof_of(&u->credentials[i], &buf);
		uint64_t h = hg_hash(proof.p, proof.n);
		u->credentials[i].own = hg_scope_of(HG_SCOPE_OWN, u->place, proof);
		proofs = i ? hg_hash_mix(proofs, h) : h;
	}
	hg_text_fini(&buf);
	u->address = hg_hash_mix(
		u->place, hg_hash_mix(hash_of(u->graphql_url), hash_of(u->uploads_url)));
	u->origin = hg_hash_mix(u->address, proofs);
	u->pool = hg_scope_of(
		HG_SCOPE_POOL, u->place, (struct hg_str){ (const char *)&proofs, sizeof(proofs) });
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
