#include "dispatch/look.h"
#include "base/text.h"
#include "ticket/graphql_verdict.h"

struct hg_look {
	bool is_on, is_graphql; /* not: a 403 */
	struct hg_chunks held;
	struct hg_graphql_sight sight;
};

static struct hg_look *look_new(struct hg_arena *arena, bool is_graphql)
{
	struct hg_look *l = hg_arena_alloc(arena, sizeof(*l));

	*l = (struct hg_look){ .is_on = true, .is_graphql = is_graphql };
	return l;
}

struct hg_look *hg_look_begin(struct hg_arena *arena, const struct hg_ask *ask,
	const struct hg_head *head, bool nothing_left)
{
	struct hg_str type = hg_head_find(head, "content-type");

	if (head->status == 200 && ask->graphql.is_read) {
		struct hg_look *l = look_new(arena, true);
		hg_graphql_verdict_begin(&l->sight, nothing_left);
		return l;
	}
	if (head->status == 403 && hg_str_starts(type, HG_STR("application/json")))
		return look_new(arena, false);
	return NULL;
}

bool hg_look_is_on(const struct hg_look *l)
{
	return l && l->is_on;
}

void hg_look_read(struct hg_look *l, const struct hg_chunk *c)
{
	if (l && l->is_graphql)
		hg_graphql_verdict_feed(&l->sight, (struct hg_str){ c->bytes, c->n });
}

/* In a 403 that no header tells from one of permission. */
static enum hg_finding read_held(const struct hg_chunks *body)
{
	struct hg_text text;

	hg_text_init(&text);
	for (uint32_t i = 0; i < body->n; i++)
		hg_text_add(&text, (struct hg_str){ body->items[i]->bytes, body->items[i]->n });
	enum hg_finding finding = hg_outcome_read_body(hg_text_str(&text));
	hg_text_fini(&text);
	return finding;
}

enum hg_finding hg_look_end(const struct hg_look *l)
{
	if (!l->is_graphql)
		return read_held(&l->held);
	if (l->sight.look != HG_GRAPHQL_REFUSED)
		return HG_FINDING_NONE;
	return hg_graphql_verdict_end(&l->sight) == HG_GRAPHQL_PRIMARY ? HG_FINDING_PRIMARY
	                                                               : HG_FINDING_SECONDARY;
}

bool hg_look_hold(struct hg_look *l, struct hg_chunk *c, enum hg_finding *ret_finding)
{
	hg_chunks_add(&l->held, hg_chunk_ref(c));
	enum hg_finding finding = hg_look_end(l);
	bool is_enough = l->is_graphql ? l->sight.look != HG_GRAPHQL_HOLD
	                               : l->held.bytes >= HG_LOOK_REFUSAL_BYTES;

	if (finding == HG_FINDING_NONE && !is_enough)
		return false;
	*ret_finding = finding;
	return true;
}

struct hg_chunks hg_look_take(struct hg_look *l)
{
	struct hg_chunks held = l->held;

	l->held = (struct hg_chunks){ 0 };
	l->is_on = false;
	return held;
}

void hg_look_drop(struct hg_look *l)
{
	if (l)
		hg_chunks_clear(&l->held);
}

int64_t hg_look_cost(const struct hg_look *l)
{
	return l && l->is_graphql ? l->sight.cost : -1;
}
