#include "dispatch/payer/pool.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/text.h"
#include "ticket/scope.h"
#include <hg/mem.h>
#include <stdio.h>

static struct hg_str scope_str(const struct hg_scope *s)
{
	return (struct hg_str){ (const char *)s->bytes, sizeof(s->bytes) };
}

/* -- identities and credentials ---------------------------------------------------------------- */

static struct hg_identity *identity_of(
	struct hg_pools *p, struct hg_site *site, struct hg_scope scope)
{
	struct hg_identity *id = hg_map_find(p->identities, scope_str(&scope));

	if (id)
		return id;
	id = hg_identity_new(site, scope);
	hg_list_add(&p->all_identities, &id->link);
	hg_map_put(p->identities, scope_str(&id->scope), id);
	return id;
}

static struct hg_credential *credential_of(struct hg_pools *p, enum hg_credential_kind kind,
	struct hg_site *site, struct hg_scope scope, struct hg_scope identity,
	struct hg_secret *token)
{
	struct hg_credential *cred = hg_map_find(p->credentials, scope_str(&scope));

	if (cred)
		return cred;
	cred = hg_credential_new(kind, identity_of(p, site, identity), scope, token);
	hg_list_add(&p->all_credentials, &cred->link);
	hg_map_put(p->credentials, scope_str(&cred->scope), cred);
	return cred;
}

/* Nobody spends it, but what was sent for it is under way yet. */
static bool is_orphan(const struct hg_identity *id)
{
	return id->n_credentials == 0 && id->n_flights;
}

static void drop_identity(struct hg_pools *p, struct hg_identity *id)
{
	struct hg_identity *other;

	if (id->n_credentials || id->n_flights)
		return;
	if (p->has_joined) {
		HG_LIST_EACH(&p->all_identities, other, link)
		{
			if (other->joined == id)
				other->joined = NULL;
		}
	}
	hg_map_take(p->identities, scope_str(&id->scope));
	hg_identity_free(id);
}

/* Counts them anew: one may have got a credential again meanwhile, or gone with its last flight. */
static void drop_orphans(struct hg_pools *p)
{
	struct hg_identity *id;

	p->n_orphans = 0;
	HG_LIST_EACH(&p->all_identities, id, link)
	{
		p->n_orphans += is_orphan(id);
		drop_identity(p, id);
	}
}

static void drop_credential(struct hg_pools *p, struct hg_credential *cred)
{
	struct hg_identity *id = cred->identity;

	if (cred->n_payers || cred->n_flights)
		return;
	hg_map_take(p->credentials, scope_str(&cred->scope));
	hg_credential_free(cred);
	p->n_orphans += is_orphan(id); /* of one that was said to be another's */
	drop_identity(p, id);
}

/* -- pools ------------------------------------------------------------------------------------- */

static struct hg_pool *pool_new(struct hg_pools *p, enum hg_credential_kind kind,
	struct hg_scope scope, struct hg_site *site, uint32_t n_payers)
{
	struct hg_pool *pool = hg_alloc0(sizeof(*pool));

	pool->kind = kind;
	pool->scope = scope;
	pool->site = site;
	hg_arena_init(&pool->owners);
	pool->payers = hg_alloc0(n_payers * sizeof(*pool->payers));
	hg_list_init(&pool->lines);
	hg_list_init(&pool->dirty);
	hg_list_init(&pool->slotless);
	hg_list_init(&pool->link);
	hg_list_add_first(&p->all, &pool->link);
	HG_BUG_ON(hg_map_put(p->by_scope, scope_str(&pool->scope), pool));
	return pool;
}

static struct hg_payer *add_payer(struct hg_pool *pool, struct hg_credential *cred)
{
	struct hg_payer *payer = &pool->payers[pool->n_payers++];

	payer->pool = pool;
	payer->credential = cred;
	cred->n_payers++;
	hg_list_init(&payer->of_identity);
	hg_list_add(&cred->identity->payers, &payer->of_identity);
	return payer;
}

static void line_free(struct hg_line *line)
{
	hg_list_remove(&line->link);
	hg_queue_fini(&line->queue);
	hg_queue_fini(&line->uploads);
	line->pool->n_lines--;
	hg_free(line);
}

static void pool_free(struct hg_pools *p, struct hg_pool *pool)
{
	struct hg_line *line;

	HG_BUG_ON(pool->n_flights || hg_heap_has(&pool->wake));
	HG_LIST_EACH(&pool->lines, line, link)
	{
		line_free(line);
	}
	for (uint32_t i = 0; i < pool->n_payers; i++) {
		struct hg_credential *cred = pool->payers[i].credential;
		hg_list_remove(&pool->payers[i].of_identity);
		cred->n_payers--;
		drop_credential(p, cred);
	}
	hg_map_take(p->by_scope, scope_str(&pool->scope));
	hg_list_remove(&pool->link);
	hg_list_remove(&pool->dirty);
	hg_list_remove(&pool->slotless);
	p->n_replaced -= pool->kind == HG_CREDENTIAL_OWN && !pool->is_in_force;
	p->n_passthrough -= pool->kind == HG_CREDENTIAL_PASSTHROUGH;
	hg_arena_fini(&pool->owners);
	hg_free(pool->payers);
	hg_free(pool);
}

void hg_pools_init(struct hg_pools *p)
{
	static const struct hg_scope nobody = { "elsewhere" };

	*p = (struct hg_pools){
		.by_scope = hg_map_new(), .credentials = hg_map_new(), .identities = hg_map_new()
	};
	hg_list_init(&p->all);
	hg_list_init(&p->all_identities);
	hg_list_init(&p->all_credentials);
	hg_sites_init(&p->sites);

	struct hg_site *site = p->sites.elsewhere;
	p->elsewhere = pool_new(p, HG_CREDENTIAL_ELSEWHERE, nobody, site, 1);
	struct hg_credential *cred =
		credential_of(p, HG_CREDENTIAL_ELSEWHERE, site, nobody, nobody, NULL);
	add_payer(p->elsewhere, cred);
	(void)snprintf(cred->alias, sizeof(cred->alias), "none");
	hg_identity_rename(cred->identity, "none");
}

void hg_pools_fini(struct hg_pools *p)
{
	struct hg_pool *pool;

	HG_LIST_EACH(&p->all, pool, link)
	{
		pool_free(p, pool);
	}
	drop_orphans(p);
	HG_BUG_ON(hg_map_n(p->credentials) || hg_map_n(p->identities));
	hg_map_free(p->by_scope);
	hg_map_free(p->credentials);
	hg_map_free(p->identities);
	hg_sites_fini(&p->sites);
}

/* -- the gateway's own ------------------------------------------------------------------------- */

static struct hg_scope identity_scope(
	const struct hg_upstream_conf *conf, const struct hg_credential_conf *c)
{
	return c->identity ? hg_scope_of(HG_SCOPE_IDENTITY, conf->place, hg_str(c->identity))
	                   : c->own;
}

/* As the newest configuration has it: a renamed credential keeps its ledgers. */
static void name_payer(struct hg_payer *payer, const struct hg_credential_conf *c)
{
	struct hg_credential *cred = payer->credential;
	const char *alias = c->alias ? c->alias : "main";

	const struct hg_payer *first =
		HG_LIST_FIRST(&cred->identity->payers, struct hg_payer, of_identity);

	(void)snprintf(cred->alias, sizeof(cred->alias), "%s", alias);
	if (c->identity)
		hg_identity_rename(cred->identity, c->identity);
	else if (!first || first->credential == cred)
		hg_identity_rename(cred->identity, alias); /* of several the first names it */
}

static bool has_owners(const struct hg_payer *payer, const struct hg_option_list *owners)
{
	bool same = payer->n_owners == owners->n;

	for (uint32_t i = 0; i < owners->n && same; i++)
		same = hg_str_is(payer->owners[i], hg_str(owners->items[i]));
	return same;
}

/* Those of all payers, so that what they were before is given back. */
static void set_owners(struct hg_pool *pool, const struct hg_upstream_conf *conf)
{
	struct hg_arena *arena = &pool->owners;
	bool same = true;

	for (uint32_t i = 0; i < pool->n_payers && same; i++)
		same = has_owners(&pool->payers[i], &conf->credentials[i].owners);
	if (same)
		return;
	hg_arena_clear(arena);
	for (uint32_t i = 0; i < pool->n_payers; i++) {
		const struct hg_option_list *owners = &conf->credentials[i].owners;
		struct hg_payer *payer = &pool->payers[i];
		payer->n_owners = owners->n;
		payer->owners = hg_arena_alloc(arena, (owners->n + 1) * sizeof(*payer->owners));
		for (uint32_t k = 0; k < owners->n; k++)
			payer->owners[k] = hg_arena_copy(arena, hg_str(owners->items[k]));
	}
}

/* The pool of this upstream; made when it is not there. */
static struct hg_pool *own_of(struct hg_pools *p, const struct hg_upstream_conf *conf)
{
	struct hg_pool *pool = hg_map_find(p->by_scope, scope_str(&conf->pool));

	if (pool)
		return pool;
	struct hg_site *site = hg_sites_of(&p->sites, conf->place);
	pool = pool_new(p, HG_CREDENTIAL_OWN, conf->pool, site, conf->n_credentials);
	(void)snprintf(pool->name, sizeof(pool->name), "%s", conf->name ? conf->name : "main");
	for (uint32_t i = 0; i < conf->n_credentials; i++) {
		const struct hg_credential_conf *c = &conf->credentials[i];
		struct hg_credential *cred = credential_of(
			p, HG_CREDENTIAL_OWN, site, c->own, identity_scope(conf, c), c->token);
		struct hg_payer *payer = add_payer(pool, cred);
		if (!cred->alias[0]) {
			name_payer(payer, c);
			cred->app = c->app.id ? hg_app_token_new(&c->app, NULL) : NULL;
			cred->wants_name = conf->n_credentials > 1 && !c->identity && c->token;
		}
	}
	set_owners(pool, conf);
	p->n_replaced++; /* until it is one in force */
	return pool;
}

/* A reload may say whose a credential is that is known already. One that was said to be another's
 * stays with it until a restart: one budget too few refuses nobody at GitHub. */
static void regroup(struct hg_pools *p, struct hg_credential *cred,
	const struct hg_upstream_conf *conf, const struct hg_credential_conf *c)
{
	struct hg_scope whose = identity_scope(conf, c);
	bool is_there = hg_map_find(p->identities, scope_str(&whose)) != NULL;

	if (c->identity && (is_there || cred->identity->n_credentials == 1))
		(void)hg_pools_join(p, cred, whose);
}

static void adopt_own(
	struct hg_pools *p, const struct hg_snapshot *snap, const struct hg_upstream_conf *conf)
{
	struct hg_pool *pool = own_of(p, conf);

	if (pool->is_in_force)
		return; /* two entries with one base URL and secret are one: the first names it */
	pool->is_in_force = true;
	p->n_replaced--;
	set_owners(pool, conf);
	for (uint32_t i = 0; i < pool->n_payers; i++) {
		regroup(p, pool->payers[i].credential, conf, &conf->credentials[i]);
		name_payer(&pool->payers[i], &conf->credentials[i]);
		pool->payers[i].credential->identity->max_per_hour =
			conf->max_requests_per_hour ? conf->max_requests_per_hour
						    : snap->dispatch.max_requests_per_hour;
	}
}

/* What is out goes, and another comes by its name: it is the other's to be found good. */
static void inherit_outage(struct hg_pools *p, struct hg_credential *heir)
{
	struct hg_credential *cred;

	if (heir->out_us)
		return;
	HG_LIST_EACH(&p->all_credentials, cred, link)
	{
		if (!cred->out_us || hg_credential_payer(cred) ||
			strcmp(cred->alias, heir->alias) != 0)
			continue;
		heir->out_us = cred->out_us;
		cred->out_us = 0;
		return;
	}
}

void hg_pools_adopt(struct hg_pools *p, const struct hg_snapshot *snap)
{
	struct hg_credential *cred;
	struct hg_pool *pool;

	hg_sites_adopt(&p->sites, snap);
	HG_LIST_EACH(&p->all, pool, link)
	{
		p->n_replaced += pool->is_in_force;
		pool->is_in_force = false;
	}
	for (uint32_t i = 0; i < snap->n_upstreams; i++)
		adopt_own(p, snap, &snap->upstreams[i]);
	HG_LIST_EACH(&p->all_credentials, cred, link)
	{
		if (cred->kind == HG_CREDENTIAL_OWN && hg_credential_payer(cred))
			inherit_outage(p, cred);
	}
}

/* -- who pays ---------------------------------------------------------------------------------- */

static struct hg_pool *passthrough_of(
	struct hg_pools *p, const struct hg_ask *ask, const struct hg_upstream_conf *conf)
{
	struct hg_site *site = hg_sites_of(&p->sites, conf->place);
	struct hg_pool *pool = pool_new(p, HG_CREDENTIAL_PASSTHROUGH, ask->scope, site, 1);
	struct hg_credential *cred = credential_of(
		p, HG_CREDENTIAL_PASSTHROUGH, site, ask->scope, ask->scope, ask->token);
	char hex[2 * 4 + 1];
	uint8_t hash[16];

	add_payer(pool, cred);
	p->n_passthrough++;
	hg_hash128(ask->scope.bytes, sizeof(ask->scope.bytes), hash);
	hg_format_hex(hash, 4, hex);
	(void)snprintf(cred->alias, sizeof(cred->alias), "passthrough:%s", hex);
	(void)snprintf(pool->name, sizeof(pool->name), "%s", cred->alias);
	hg_identity_rename(cred->identity, cred->alias);
	cred->label = cred->identity->label = "passthrough";
	return pool;
}

struct hg_pool *hg_pools_find(
	struct hg_pools *p, const struct hg_ask *ask, const struct hg_snapshot *snap)
{
	const struct hg_upstream_conf *conf = &snap->upstreams[ask->upstream];

	if (ask->url.n)
		return p->elsewhere;
	if (!ask->token)
		return own_of(p, conf);

	struct hg_pool *pool = hg_map_find(p->by_scope, scope_str(&ask->scope));

	if (!pool)
		return passthrough_of(p, ask, conf);
	hg_list_remove(&pool->link);
	hg_list_add_first(&p->all, &pool->link);
	return pool;
}

bool hg_pools_join(struct hg_pools *p, struct hg_credential *cred, struct hg_scope whose)
{
	struct hg_identity *was = cred->identity;
	struct hg_identity *is = hg_map_find(p->identities, scope_str(&whose));
	struct hg_payer *payer;

	if (is == was)
		return false;
	if (!is) { /* by that name from now on */
		hg_map_take(p->identities, scope_str(&was->scope));
		was->scope = whose;
		hg_map_put(p->identities, scope_str(&was->scope), was);
		return false;
	}
	HG_LIST_EACH(&was->payers, payer, of_identity)
	{
		if (payer->credential == cred)
			hg_list_move(&payer->of_identity, &is->payers);
	}
	was->n_credentials--;
	is->n_credentials++;
	cred->identity = is;
	is->joined = NULL; /* it lives on: no circles */
	if (was->n_credentials == 0) {
		was->joined = is;
		p->n_orphans++;
	}
	p->has_joined = true;
	return true;
}

void hg_pools_trim(struct hg_pools *p, void (*forget)(void *arg, struct hg_pool *pool), void *arg)
{
	struct hg_list *at = p->all.prev;

	if (p->n_orphans)
		drop_orphans(p);
	if (p->n_passthrough <= HG_PASSTHROUGH_MOST && p->n_replaced == 0)
		return;
	while (at != &p->all) {
		struct hg_pool *pool = HG_CONTAINER(at, struct hg_pool, link);
		at = at->prev;
		bool is_surplus = pool->kind == HG_CREDENTIAL_OWN ? !pool->is_in_force
		                  : pool->kind == HG_CREDENTIAL_PASSTHROUGH
		                          ? p->n_passthrough > HG_PASSTHROUGH_MOST
		                          : false;
		if (!is_surplus || pool->n_flights)
			continue;
		forget(arg, pool);
		pool_free(p, pool);
	}
	hg_sites_trim(&p->sites);
}

/* -- lines ------------------------------------------------------------------------------------- */

/* "/repos/OWNER/…", "/orgs/OWNER/…", "/users/OWNER/…": {0} for all others. */
static struct hg_str owner_in(struct hg_str path)
{
	static const struct hg_str roots[] = { { "/repos/", 7 }, { "/orgs/", 6 },
		{ "/users/", 7 } };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (!hg_str_starts(path, roots[i]))
			continue;
		const char *p = path.p + roots[i].n;
		size_t n = path.n - roots[i].n;
		const char *slash = memchr(p, '/', n);
		return (struct hg_str){ p, slash ? (size_t)(slash - p) : n };
	}
	return (struct hg_str){ 0 };
}

static bool may_see(const struct hg_payer *payer, struct hg_str owner)
{
	bool sees = payer->n_owners == 0 || owner.n == 0;

	for (uint32_t i = 0; i < payer->n_owners && !sees; i++)
		sees = hg_str_is_nocase(payer->owners[i], owner);
	return sees;
}

static uint64_t all_of(const struct hg_pool *pool)
{
	return pool->n_payers < 64 ? (UINT64_C(1) << pool->n_payers) - 1 : UINT64_MAX;
}

uint64_t hg_pool_fit(const struct hg_pool *pool, const struct hg_ask *ask, int64_t now_us)
{
	uint64_t fit = 0, lack = 0;

	if (pool->n_payers == 1)
		return 1;
	struct hg_str owner = owner_in(ask->path);
	for (uint32_t i = 0; i < pool->n_payers; i++)
		fit |= (uint64_t)may_see(&pool->payers[i], owner) << i;
	if (!fit)
		fit = all_of(pool);
	for (uint32_t i = 0; i < pool->n_payers; i++)
		lack |= (uint64_t)hg_credential_lacks(
				pool->payers[i].credential, ask->route, now_us)
		        << i;
	return fit & ~lack ? fit & ~lack : fit;
}

/* The oldest in which nothing waits, and in which nothing did that is under way. */
static bool forget_line(struct hg_pool *pool)
{
	struct hg_line *line;

	HG_LIST_EACH(&pool->lines, line, link)
	{
		if (line->n_flights)
			continue;
		line_free(line);
		return true;
	}
	return false;
}

/* All are in use: of another bucket, but nobody pays for what is not to be seen by it. */
static struct hg_line *line_instead(struct hg_pool *pool, uint64_t fit)
{
	struct hg_line *line;

	HG_LIST_EACH(&pool->lines, line, link)
	{
		if (!(line->fit & ~fit))
			return line;
	}
	return HG_LIST_FIRST(&pool->lines, struct hg_line, link);
}

struct hg_line *hg_pool_line(struct hg_pool *pool, struct hg_str resource, uint64_t fit)
{
	struct hg_line *line;

	if (!hg_resource_is_sane(resource))
		resource = HG_STR("core");
	HG_LIST_EACH(&pool->lines, line, link)
	{
		if (line->fit == fit && hg_str_is(hg_str(line->resource), resource))
			return line;
	}
	if (pool->n_lines >= HG_LINES_MOST && !forget_line(pool))
		return line_instead(pool, fit);
	line = hg_alloc0(sizeof(*line));
	line->pool = pool;
	line->fit = fit;
	memcpy(line->resource, resource.p, resource.n);
	hg_queue_init(&line->queue);
	hg_queue_init(&line->uploads);
	hg_list_init(&line->link);
	hg_list_add(&pool->lines, &line->link);
	pool->n_lines++;
	return line;
}

struct hg_queue *hg_line_queue(struct hg_line *line, bool is_upload)
{
	return is_upload ? &line->uploads : &line->queue;
}

uint32_t hg_line_waiting(const struct hg_line *line)
{
	return line->queue.n_all + line->uploads.n_all;
}

const char *hg_line_payers(const struct hg_line *line, char buf[64])
{
	const struct hg_payer *first = hg_line_payer(line, NULL);
	unsigned n = (unsigned)__builtin_popcountll(line->fit);

	if (n == 1)
		(void)snprintf(buf, 64, "credential %s", first->credential->alias);
	else
		(void)snprintf(buf, 64, "%u credentials", n);
	return buf;
}

struct hg_payer *hg_line_payer(const struct hg_line *line, const struct hg_payer *after)
{
	struct hg_pool *pool = line->pool;
	uint32_t i = after ? (uint32_t)(after - pool->payers) + 1 : 0;

	while (i < pool->n_payers && !(line->fit >> i & 1))
		i++;
	return i < pool->n_payers ? &pool->payers[i] : NULL;
}

struct hg_payer *hg_credential_payer(const struct hg_credential *cred)
{
	struct hg_payer *p;

	HG_LIST_EACH(&cred->identity->payers, p, of_identity)
	{
		if (p->credential == cred &&
			(p->pool->kind != HG_CREDENTIAL_OWN || p->pool->is_in_force))
			return p;
	}
	return NULL;
}

enum hg_credential_state hg_credential_state(
	const struct hg_credential *cred, const struct hg_now *now)
{
	if (!hg_credential_payer(cred))
		return HG_CREDENTIAL_REPLACED;
	if (cred->health == HG_HEALTH_OUT)
		return HG_CREDENTIAL_OUT;
	if (hg_credential_is_bare(cred, now))
		return HG_CREDENTIAL_MINTING;
	if (cred->identity->blocked_us > now->mono_us)
		return HG_CREDENTIAL_BLOCKED;
	return cred->health == HG_HEALTH_DOUBTED ? HG_CREDENTIAL_DOUBTED : HG_CREDENTIAL_GOOD;
}

struct hg_ledger *hg_payer_ledger(const struct hg_payer *payer, const struct hg_line *line)
{
	return hg_identity_ledger(payer->credential->identity, hg_str(line->resource));
}
