#include "dispatch/payer/identity.h"
#include "base/bug.h"
#include <hg/mem.h>
#include <stdio.h>

#define SEC_US 1000000ll
#define HOUR_US (3600 * SEC_US)
#define BLOCK_US (60 * SEC_US)
#define BLOCK_MOST_US (900 * SEC_US)
#define JITTER_US SEC_US

struct hg_identity *hg_identity_new(struct hg_site *site, struct hg_scope scope)
{
	struct hg_identity *id = hg_alloc0(sizeof(*id));

	id->scope = scope;
	id->label = id->name;
	id->site = site;
	site->n_identities++;
	id->blocked_us = id->hour_began_us = INT64_MIN;
	hg_list_init(&id->link);
	hg_list_init(&id->ledgers);
	hg_list_init(&id->payers);
	id->secondary = hg_secondary_new();
	return id;
}

void hg_identity_free(struct hg_identity *id)
{
	struct hg_ledger *l;

	HG_BUG_ON(id->n_credentials || id->n_flights || id->on_wire);
	HG_BUG_ON(!hg_list_is_empty(&id->payers));
	HG_LIST_EACH(&id->ledgers, l, link)
	{
		hg_list_remove(&l->link);
		hg_free(l);
	}
	hg_list_remove(&id->link);
	hg_secondary_free(id->secondary);
	id->site->n_identities--;
	hg_free(id);
}

void hg_identity_rename(struct hg_identity *id, const char *name)
{
	struct hg_ledger *l;

	(void)snprintf(id->name, sizeof(id->name), "%s", name);
	HG_LIST_EACH(&id->ledgers, l, link)
	{
		l->gauges.limit = l->gauges.remaining = l->gauges.reset = NULL;
	}
}

static struct hg_ledger *find_ledger(const struct hg_identity *id, struct hg_str resource)
{
	struct hg_ledger *l;

	HG_LIST_EACH(&id->ledgers, l, link)
	{
		if (resource.n < sizeof(l->resource) && l->resource[resource.n] == '\0' &&
			memcmp(l->resource, resource.p, resource.n) == 0)
			return l;
	}
	return NULL;
}

struct hg_ledger *hg_identity_ledger(struct hg_identity *id, struct hg_str resource)
{
	struct hg_ledger *l = find_ledger(id, resource);

	if (!l && !hg_resource_is_sane(resource)) {
		resource = HG_STR("core");
		l = find_ledger(id, resource);
	}
	if (l)
		return l;
	if (id->n_ledgers >= HG_LEDGERS_MOST)
		return HG_LIST_FIRST(&id->ledgers, struct hg_ledger, link);
	l = hg_alloc(sizeof(*l));
	hg_ledger_init(l, resource);
	l->identity = id;
	hg_list_add(&id->ledgers, &l->link);
	id->n_ledgers++;
	return l;
}

static void join_hour(struct hg_identity *id, const struct hg_identity *other, int64_t now_us)
{
	if (other->hour_began_us == INT64_MIN || now_us - other->hour_began_us >= HOUR_US)
		return;
	if (id->hour_began_us == INT64_MIN || now_us - id->hour_began_us >= HOUR_US)
		id->hour_sent = 0;
	id->hour_sent += other->hour_sent;
	if (other->hour_began_us > id->hour_began_us)
		id->hour_began_us = other->hour_began_us;
}

void hg_identity_join(struct hg_identity *id, struct hg_identity *other, const struct hg_now *now)
{
	struct hg_ledger *l;

	HG_LIST_EACH(&other->ledgers, l, link)
	{
		struct hg_ledger *into = hg_identity_ledger(id, hg_str(l->resource));
		if (hg_str_is(hg_str(into->resource), hg_str(l->resource)))
			hg_ledger_join(into, l, now); /* else there are too many */
	}
	if (other->blocked_us > id->blocked_us) {
		id->blocked_us = other->blocked_us;
		id->n_blocks = other->n_blocks;
	}
	join_hour(id, other, now->mono_us);
}

void hg_identity_block(
	struct hg_identity *id, int64_t wait_us, int64_t now_us, struct hg_dice *dice)
{
	if (wait_us < 0) {
		wait_us = BLOCK_US;
		for (uint32_t n = id->n_blocks; n > 0 && wait_us < BLOCK_MOST_US; n--)
			wait_us *= 2;
		if (wait_us > BLOCK_MOST_US)
			wait_us = BLOCK_MOST_US;
	}
	/* Of many refusals that come together only the first one counts. */
	if (id->blocked_us <= now_us)
		id->n_blocks++;
	int64_t until_us = now_us + wait_us + hg_dice_below(dice, JITTER_US);
	if (until_us > id->blocked_us)
		id->blocked_us = until_us;
}

void hg_identity_forgive(struct hg_identity *id, int64_t sent_us)
{
	if (sent_us >= id->blocked_us)
		id->n_blocks = 0;
}

int64_t hg_identity_cap_us(const struct hg_identity *id, int64_t now_us)
{
	bool is_this_hour = id->hour_began_us != INT64_MIN && now_us - id->hour_began_us < HOUR_US;

	if (id->max_per_hour <= 0 || !is_this_hour || id->hour_sent < id->max_per_hour)
		return now_us;
	return id->hour_began_us + HOUR_US;
}

bool hg_identity_is_busy(const struct hg_identity *id)
{
	return id->on_wire >= id->site->max_concurrent;
}

void hg_identity_count(struct hg_identity *id, int64_t now_us)
{
	if (id->hour_began_us == INT64_MIN || now_us - id->hour_began_us >= HOUR_US) {
		id->hour_began_us = now_us;
		id->hour_sent = 0;
	}
	id->hour_sent++;
}
