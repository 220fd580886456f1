#include "dispatch/errand.h"
#include "base/bug.h"
#include "base/secret.h"
#include "dispatch/dispatcher_state.h"
#include <hg/mem.h>
#include <string.h>

static const char *const names[HG_ERRANDS] = {
	[HG_ERRAND_MINT] = "mint",
	[HG_ERRAND_ASK] = "ask",
	[HG_ERRAND_NAME] = "name",
};

const char *hg_errand_name(enum hg_errand_kind kind)
{
	return names[kind];
}

/* The configuration that says where this pool's GitHub is: the newest, or the one that somebody who
 * waits in it came with. NULL: none, it was replaced and nobody waits. */
static struct hg_snapshot *snapshot_of(
	const struct hg_dispatcher *d, const struct hg_pool *pool, uint32_t *ret_upstream)
{
	struct hg_snapshot *s = d->snapshot;
	const struct hg_flight *f;

	*ret_upstream = 0;
	if (pool->is_in_force) {
		while (memcmp(&s->upstreams[*ret_upstream].pool, &pool->scope,
			       sizeof(pool->scope)) != 0) {
			++*ret_upstream;
			HG_BUG_ON(*ret_upstream >= s->n_upstreams); /* or a token went elsewhere */
		}
		return s;
	}
	if (pool->n_flights == 0)
		return NULL;
	HG_LIST_EACH(&d->flights, f, link)
	{
		if (f->line->pool != pool || f->errand)
			continue;
		*ret_upstream = f->ask.upstream;
		return f->snapshot;
	}
	return NULL;
}

bool hg_errand_may(const struct hg_dispatcher *d, const struct hg_pool *pool)
{
	uint32_t upstream;

	return pool->kind == HG_CREDENTIAL_OWN && snapshot_of(d, pool, &upstream);
}

static void fill(struct hg_ask *ask, enum hg_errand_kind kind, struct hg_str path,
	struct hg_str body, uint32_t upstream)
{
	static const struct hg_field fields[] = {
		{ { "Accept", 6 }, { "application/vnd.github+json", 27 } },
		{ { "X-GitHub-Api-Version", 20 }, { "2022-11-28", 10 } },
		{ { "Content-Type", 12 }, { "application/json", 16 } },
	};
	bool is_mint = kind == HG_ERRAND_MINT;

	*ask = (struct hg_ask){ .id = hg_str(names[kind]),
		.client = HG_STR("(hubgate)"),
		.upstream = upstream,
		.method = is_mint ? HG_STR("POST") : HG_STR("GET"),
		.path = path,
		.fields = fields,
		.n_fields = body.n ? 3 : 2,
		.klass = HG_CLASS_CRITICAL,
		.is_safe = !is_mint,
		.retries_most = 0 };
	if (body.n)
		hg_chunks_add(&ask->body, hg_chunk_new(body));
}

void hg_errand_send(struct hg_dispatcher *d, enum hg_errand_kind kind, struct hg_payer *payer,
	struct hg_str path, struct hg_str body, struct hg_secret *token, const struct hg_now *now)
{
	struct hg_errand *e = hg_alloc0(sizeof(*e));
	struct hg_line *line = hg_pool_line(
		payer->pool, HG_STR("core"), UINT64_C(1) << (payer - payer->pool->payers));
	struct hg_ask ask;
	uint32_t upstream;
	struct hg_snapshot *s = snapshot_of(d, payer->pool, &upstream);

	fill(&ask, kind, path, body, upstream);
	struct hg_flight *f =
		hg_flight_of(&ask, s, line, hg_shares_find(&d->shares, ask.client, 1, 0));
	hg_chunks_clear(&ask.body);
	*e = (struct hg_errand){ .kind = kind, .credential = payer->credential, .flight = f };
	hg_text_init(&e->body);
	payer->credential->errand = e;
	f->errand = e;
	f->cost = kind == HG_ERRAND_NAME;
	f->spend.is_mint = kind == HG_ERRAND_MINT;
	f->spend.is_write = false; /* the gap is between what others write */
	hg_list_add(&d->flights, &f->link);
	hg_dispatcher_take_off(d, f, payer, now);
	hg_flight_clothe(f, token);
	hg_dispatcher_set_due(d, f);
	d->transport.send(d->transport.arg, f);
}

void hg_errand_add(struct hg_errand *e, struct hg_chunk *c)
{
	if (e->body.n + c->n > HG_ERRAND_BODY_MOST)
		e->is_too_long = true;
	else
		hg_text_add(&e->body, (struct hg_str){ c->bytes, c->n });
}

void hg_errand_free(struct hg_errand *e)
{
	e->credential->errand = NULL;
	if (e->body.n)
		explicit_bzero(e->body.p, e->body.n);
	hg_text_fini(&e->body);
	hg_free(e);
}
