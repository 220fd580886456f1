#include "dispatch/credential.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"
#include <hg/mem.h>
#include <stdio.h>

#define SEC_US 1000000ll
#define HOUR_US (3600 * SEC_US)
#define BLOCK_US (60 * SEC_US)
#define BLOCK_MOST_US (900 * SEC_US)
#define JITTER_US SEC_US

static struct hg_str scope_str(const struct hg_scope *s)
{
	return (struct hg_str){ (const char *)s->bytes, sizeof(s->bytes) };
}

static struct hg_credential *credential_new(struct hg_credentials *c, enum hg_credential_kind kind,
	struct hg_site *site, struct hg_scope scope, struct hg_secret *token)
{
	struct hg_credential *cred = hg_alloc0(sizeof(*cred));

	cred->kind = kind;
	cred->site = site;
	site->n_credentials++;
	cred->scope = scope;
	cred->token = token ? hg_secret_ref(token) : NULL;
	cred->blocked_us = cred->hour_began_us = INT64_MIN;
	hg_list_init(&cred->ledgers);
	hg_list_init(&cred->dirty);
	hg_list_init(&cred->slotless);
	hg_list_init(&cred->link);
	hg_list_add_first(&c->all, &cred->link);
	HG_BUG_ON(hg_map_put(c->by_scope, scope_str(&cred->scope), cred));
	return cred;
}

static void credential_free(struct hg_credentials *c, struct hg_credential *cred)
{
	struct hg_ledger *l;

	HG_BUG_ON(cred->n_flights || cred->on_wire || hg_heap_has(&cred->wake));
	HG_LIST_EACH(&cred->ledgers, l, link)
	{
		hg_list_remove(&l->link);
		hg_free(l);
	}
	hg_map_take(c->by_scope, scope_str(&cred->scope));
	hg_list_remove(&cred->link);
	hg_list_remove(&cred->dirty);
	hg_list_remove(&cred->slotless);
	c->n_replaced -= cred->kind == HG_CREDENTIAL_OWN && !cred->is_in_force;
	c->n_passthrough -= cred->kind == HG_CREDENTIAL_PASSTHROUGH;
	cred->site->n_credentials--;
	hg_secret_unref(cred->token);
	hg_free(cred);
}

void hg_credentials_init(struct hg_credentials *c)
{
	static const struct hg_scope nobody = { "elsewhere" };

	*c = (struct hg_credentials){ .by_scope = hg_map_new() };
	hg_list_init(&c->all);
	hg_sites_init(&c->sites);
	c->elsewhere = credential_new(c, HG_CREDENTIAL_ELSEWHERE, c->sites.elsewhere, nobody, NULL);
	c->elsewhere->label = c->elsewhere->alias;
	snprintf(c->elsewhere->alias, sizeof(c->elsewhere->alias), "none");
}

void hg_credentials_fini(struct hg_credentials *c)
{
	struct hg_credential *cred;

	HG_LIST_EACH(&c->all, cred, link)
	{
		credential_free(c, cred);
	}
	hg_map_free(c->by_scope);
	hg_sites_fini(&c->sites);
}

/* Its ledgers' gauges bear the name. */
static void set_alias(struct hg_credential *cred, const char *alias)
{
	struct hg_ledger *l;

	snprintf(cred->alias, sizeof(cred->alias), "%s", alias ? alias : "main");
	HG_LIST_EACH(&cred->ledgers, l, link)
	{
		l->gauges.limit = l->gauges.remaining = l->gauges.reset = NULL;
	}
}

/* The one of this upstream; made when it is not there. */
static struct hg_credential *own_of(struct hg_credentials *c, const struct hg_upstream_conf *conf)
{
	struct hg_credential *cred = hg_map_find(c->by_scope, scope_str(&conf->credentials[0].own));

	if (cred)
		return cred;
	cred = credential_new(c, HG_CREDENTIAL_OWN, hg_sites_of(&c->sites, conf->place),
		conf->credentials[0].own, conf->credentials[0].token);
	cred->label = cred->alias;
	cred->pool = conf->pool;
	set_alias(cred, conf->credentials[0].alias);
	c->n_replaced++; /* until it is one in force */
	return cred;
}

static void adopt_own(struct hg_credentials *c, const struct hg_snapshot *snap,
	const struct hg_upstream_conf *conf)
{
	struct hg_credential *cred = own_of(c, conf);

	if (cred->is_in_force)
		return; /* two entries with one base URL and token are one: the first names it */
	cred->is_in_force = true;
	c->n_replaced--;
	set_alias(cred, conf->credentials[0].alias);
	cred->max_per_hour = conf->max_requests_per_hour ? conf->max_requests_per_hour
	                                                 : snap->dispatch.max_requests_per_hour;
}

void hg_credentials_adopt(struct hg_credentials *c, const struct hg_snapshot *snap)
{
	struct hg_credential *cred;

	hg_sites_adopt(&c->sites, snap);
	HG_LIST_EACH(&c->all, cred, link)
	{
		c->n_replaced += cred->is_in_force;
		cred->is_in_force = false;
	}
	for (uint32_t i = 0; i < snap->n_upstreams; i++)
		adopt_own(c, snap, &snap->upstreams[i]);
}

struct hg_credential *hg_credentials_find(
	struct hg_credentials *c, const struct hg_ask *ask, const struct hg_snapshot *snap)
{
	const struct hg_upstream_conf *conf = &snap->upstreams[ask->upstream];

	if (ask->url.n)
		return c->elsewhere;
	if (!ask->token)
		return own_of(c, conf);

	struct hg_credential *cred = hg_map_find(c->by_scope, scope_str(&ask->scope));

	if (cred) {
		hg_list_remove(&cred->link);
		hg_list_add_first(&c->all, &cred->link);
		return cred;
	}
	cred = credential_new(c, HG_CREDENTIAL_PASSTHROUGH, hg_sites_of(&c->sites, conf->place),
		ask->scope, ask->token);
	cred->label = "passthrough";
	c->n_passthrough++;

	char hex[2 * 4 + 1];
	uint8_t hash[16];
	hg_hash128(ask->scope.bytes, sizeof(ask->scope.bytes), hash);
	hg_format_hex(hash, 4, hex);
	snprintf(cred->alias, sizeof(cred->alias), "passthrough:%s", hex);
	return cred;
}

void hg_credentials_trim(
	struct hg_credentials *c, void (*forget)(void *arg, struct hg_credential *cred), void *arg)
{
	struct hg_list *at = c->all.prev;

	if (c->n_passthrough <= HG_PASSTHROUGH_MOST && c->n_replaced == 0)
		return;
	while (at != &c->all) {
		struct hg_credential *cred = HG_CONTAINER(at, struct hg_credential, link);
		at = at->prev;
		bool is_surplus = cred->kind == HG_CREDENTIAL_OWN ? !cred->is_in_force
		                  : cred->kind == HG_CREDENTIAL_PASSTHROUGH
		                          ? c->n_passthrough > HG_PASSTHROUGH_MOST
		                          : false;
		if (!is_surplus || cred->n_flights)
			continue;
		forget(arg, cred);
		credential_free(c, cred);
	}
	hg_sites_trim(&c->sites);
}

struct hg_ledger *hg_credential_ledger(struct hg_credential *cred, struct hg_str resource)
{
	struct hg_ledger *l;

	if (!hg_resource_is_sane(resource))
		resource = HG_STR("core");
	HG_LIST_EACH(&cred->ledgers, l, link)
	{
		if (hg_str_is(hg_str(l->resource), resource))
			return l;
	}
	if (cred->n_ledgers >= HG_LEDGERS_MOST)
		return HG_LIST_FIRST(&cred->ledgers, struct hg_ledger, link);
	l = hg_alloc(sizeof(*l));
	hg_ledger_init(l, resource);
	l->credential = cred;
	hg_list_add(&cred->ledgers, &l->link);
	cred->n_ledgers++;
	return l;
}

void hg_credential_block(
	struct hg_credential *cred, int64_t wait_us, int64_t now_us, struct hg_dice *dice)
{
	if (wait_us < 0) {
		wait_us = BLOCK_US;
		for (uint32_t n = cred->n_blocks; n > 0 && wait_us < BLOCK_MOST_US; n--)
			wait_us *= 2;
		if (wait_us > BLOCK_MOST_US)
			wait_us = BLOCK_MOST_US;
	}
	/* Of many refusals that come together only the first one counts. */
	if (cred->blocked_us <= now_us)
		cred->n_blocks++;
	int64_t until_us = now_us + wait_us + hg_dice_below(dice, JITTER_US);
	if (until_us > cred->blocked_us)
		cred->blocked_us = until_us;
}

void hg_credential_forgive(struct hg_credential *cred, int64_t sent_us)
{
	if (sent_us >= cred->blocked_us)
		cred->n_blocks = 0;
}

int64_t hg_credential_cap_us(const struct hg_credential *cred, int64_t now_us)
{
	bool is_this_hour =
		cred->hour_began_us != INT64_MIN && now_us - cred->hour_began_us < HOUR_US;

	if (cred->max_per_hour <= 0 || !is_this_hour || cred->hour_sent < cred->max_per_hour)
		return now_us;
	return cred->hour_began_us + HOUR_US;
}

bool hg_credential_is_busy(const struct hg_credential *cred)
{
	return cred->on_wire >= cred->site->max_concurrent;
}

void hg_credential_count(struct hg_credential *cred, int64_t now_us)
{
	if (cred->hour_began_us == INT64_MIN || now_us - cred->hour_began_us >= HOUR_US) {
		cred->hour_began_us = now_us;
		cred->hour_sent = 0;
	}
	cred->hour_sent++;
}

/* "2027-01-31 12:00:00 UTC" (also "+0000"): other zones are not understood, and said nowhere. */
void hg_credential_note_expiry(struct hg_credential *cred, const struct hg_head *head)
{
	struct hg_str said = hg_head_find(head, "github-authentication-token-expiration");
	char moment[21];
	int64_t us;

	if (said.n < 20 || !cred->token)
		return;
	struct hg_str zone = { said.p + 20, said.n - 20 };
	if (!hg_str_is(zone, HG_STR("UTC")) && !hg_str_is(zone, HG_STR("+0000")))
		return;
	(void)snprintf(moment, sizeof(moment), "%.10sT%.8sZ", said.p, said.p + 11);
	if (hg_parse_time(hg_str(moment), &us))
		cred->expires_us = us;
}
