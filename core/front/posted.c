#include "front/posted.h"
#include "ticket/graphql_verdict.h"

bool hg_posted_is_graphql(const struct hg_request *r)
{
	return !r->routed.route && r->head.method_id == HG_HTTP1_POST &&
	       hg_str_is(r->path, HG_STR("/graphql"));
}

bool hg_posted_is_plain(const struct hg_request *r)
{
	return !r->head.has_query &&
	       hg_graphql_is_plain(hg_http1_value(&r->head, HG_HTTP1_CONTENT_TYPE),
		       hg_http1_value(&r->head, HG_HTTP1_CONTENT_ENCODING));
}

static struct hg_str whole_body(struct hg_request *r)
{
	const struct hg_chunks *l = &r->body_chunks;

	if (!l->n)
		return (struct hg_str){ 0 };
	if (l->n == 1)
		return (struct hg_str){ l->items[0]->bytes, l->items[0]->n };
	char *body = hg_arena_alloc(&r->arena, l->bytes);
	size_t at = 0;
	for (uint32_t i = 0; i < l->n; at += l->items[i++]->n)
		memcpy(body + at, l->items[i]->bytes, l->items[i]->n);
	return (struct hg_str){ body, at };
}

void hg_posted_read(struct hg_request *r)
{
	if (!hg_posted_is_graphql(r) || r->upload)
		return;
	hg_graphql_post_read(&r->graphql, hg_posted_is_plain(r), whole_body(r));
	r->cost = r->graphql.points;
}

bool hg_posted_may_keep(const struct hg_request *r, struct hg_str body)
{
	struct hg_graphql_sight sight;

	if (!r->graphql.is_read)
		return true;
	hg_graphql_verdict_begin(&sight, false);
	hg_graphql_verdict_feed(&sight, body);
	return hg_graphql_verdict_end(&sight) == HG_GRAPHQL_FINE;
}
