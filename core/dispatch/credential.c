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
	struct hg_scope scope, struct hg_secret *token)
{
	struct hg_credential *cred = hg_alloc0(sizeof(*cred));

	cred->kind = kind;
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
	c->n_replaced -= cred->kind == HG_CREDENTIAL_OWN && cred != c->own;
	c->n_passthrough -= cred->kind == HG_CREDENTIAL_PASSTHROUGH;
	hg_secret_unref(cred->token);
	hg_free(cred);
}

void hg_credentials_init(struct hg_credentials *c)
{
	static const struct hg_scope nobody = { "elsewhere" };

	*c = (struct hg_credentials){ .by_scope = hg_map_new() };
	hg_list_init(&c->all);
	c->elsewhere = credential_new(c, HG_CREDENTIAL_ELSEWHERE, nobody, NULL);
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
}

/* A keyed hash (of this process), so that a scope says nothing about its token. */
static struct hg_scope own_scope(const struct hg_secret *token)
{
	struct hg_scope scope;
	struct hg_text t;
	size_t n = 0;
	const char *p = token ? hg_secret_bytes(token, &n) : NULL;

	hg_text_init(&t);
	hg_text_add(&t, HG_STR("own credential:"));
	hg_text_add(&t, (struct hg_str){ p, n });
	hg_hash128(t.p, t.n, scope.bytes);
	explicit_bzero(t.p, t.n);
	hg_text_fini(&t);
	return scope;
}

/* The one of this token; made when it is not there. */
static struct hg_credential *own_of(struct hg_credentials *c, struct hg_secret *token)
{
	struct hg_scope scope = own_scope(token);
	struct hg_credential *cred = hg_map_find(c->by_scope, scope_str(&scope));

	if (cred)
		return cred;
	cred = credential_new(c, HG_CREDENTIAL_OWN, scope, token);
	cred->label = cred->alias;
	c->n_replaced++; /* until it is the one in force */
	return cred;
}

static void set_alias(struct hg_credential *cred, const char *alias)
{
	snprintf(cred->alias, sizeof(cred->alias), "%s", alias ? alias : "main");
}

void hg_credentials_adopt(struct hg_credentials *c, const char *alias, struct hg_secret *token)
{
	struct hg_credential *cred = own_of(c, token);

	set_alias(cred, alias);
	if (cred == c->own)
		return;
	c->n_replaced += c->own ? 1 : 0;
	c->n_replaced--;
	c->own = cred;
}

struct hg_credential *hg_credentials_find(
	struct hg_credentials *c, const struct hg_ask *ask, const struct hg_credential_conf *conf)
{
	if (ask->url.n)
		return c->elsewhere;
	if (!ask->token && conf->token == c->own->token)
		return c->own;
	if (!ask->token) { /* of before a reload; perhaps with the same bytes */
		struct hg_credential *own = own_of(c, conf->token);
		if (!own->alias[0])
			set_alias(own, conf->alias);
		return own;
	}

	struct hg_credential *cred = hg_map_find(c->by_scope, scope_str(&ask->scope));

	if (cred) {
		hg_list_remove(&cred->link);
		hg_list_add_first(&c->all, &cred->link);
		return cred;
	}
	cred = credential_new(c, HG_CREDENTIAL_PASSTHROUGH, ask->scope, ask->token);
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
		bool is_surplus = cred->kind == HG_CREDENTIAL_OWN ? cred != c->own
		                  : cred->kind == HG_CREDENTIAL_PASSTHROUGH
		                          ? c->n_passthrough > HG_PASSTHROUGH_MOST
		                          : false;
		if (!is_surplus || cred->n_flights)
			continue;
		forget(arg, cred);
		credential_free(c, cred);
	}
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

int64_t hg_credential_cap_us(const struct hg_credential *cred, int64_t cap, int64_t now_us)
{
	bool is_this_hour =
		cred->hour_began_us != INT64_MIN && now_us - cred->hour_began_us < HOUR_US;

	if (cap <= 0 || !is_this_hour || cred->hour_sent < cap)
		return now_us;
	return cred->hour_began_us + HOUR_US;
}

void hg_credential_count(struct hg_credential *cred, int64_t now_us)
{
	if (cred->hour_began_us == INT64_MIN || now_us - cred->hour_began_us >= HOUR_US) {
		cred->hour_began_us = now_us;
		cred->hour_sent = 0;
	}
	cred->hour_sent++;
}
