#include "front/admit.h"
#include "base/bug.h"
#include "front/graphql.h"
#include "front/keys.h"
#include "front/resource.h"
#include <hg/fetch.h>
#include <hg/mem.h>

#define MAX_REPLY_BYTES (256u << 10) /* of a repository: about 7 kB */

/* -- what the rules say ------------------------------------------------------------------------ */

static enum hg_verdict admitted(struct hg_request *r)
{
	r->client.is_admitted = true;
	return HG_NEXT;
}

static enum hg_verdict refuse_path(struct hg_request *r)
{
	hg_request_refuse(r, 403, "path_not_allowed", -1, "This key may not use this path.");
	return HG_REFUSED;
}

static enum hg_verdict decide(struct hg_request *r, struct hg_str canonical)
{
	const struct hg_grant *g = r->client.grant;

	for (uint32_t i = 0; i < g->n_paths; i++)
		if (hg_rule_allows(g->paths[i], canonical))
			return admitted(r);
	return refuse_path(r);
}

/* -- asking what an ID means ------------------------------------------------------------------- */

struct asking {
	struct hg_waiter *waiter;
	struct hg_resources *resources;
	struct hg_resource resource; /* strings: `bytes` */
	char *bytes;
	uint32_t upstream;
	struct hg_str name; /* owned; p NULL: none */
	bool failed;
};

static void asking_free(struct asking *a)
{
	hg_free((char *)a->name.p);
	hg_free(a->bytes);
	hg_free(a);
}

static enum hg_verdict on_learned(void *self, struct hg_request *r, void *arg)
{
	struct asking *a = arg;
	enum hg_verdict v = HG_REFUSED;

	(void)self;
	if (!r) {
		asking_free(a);
		return HG_NEXT;
	}
	if (a->failed)
		hg_request_refuse(r, 503, "resource_unknown", 5,
			"GitHub could not be asked which repository or account this ID is.");
	else if (!a->name.p)
		v = refuse_path(r);
	else
		v = decide(r, hg_resource_named(&r->arena, &a->resource, a->name));
	asking_free(a);
	return v;
}

static void on_fetched(void *self, void *arg, const struct hg_fetched *got)
{
	struct asking *a = arg;
	struct hg_arena arena;
	struct hg_str name = { 0 };

	(void)self;
	hg_arena_init(&arena);
	if (got->status == 200)
		name = hg_resource_name_in(&arena, a->resource.id, got->body);
	bool is_known = name.p || got->status == 404 || got->status == 410 || got->status == 451;
	a->failed = !is_known;
	if (is_known)
		hg_resources_put(a->resources, a->upstream, a->resource.id, name, hg_now().mono_us);
	if (name.p)
		a->name = (struct hg_str){ hg_strndup(name.p, name.n), name.n };
	hg_arena_fini(&arena);
	hg_waiter_resume(a->waiter, on_learned, a);
}

/* Requests for the same ID at the same time share one fetch: the dispatcher sees to it. */
static enum hg_verdict ask(struct hg_request *r, const struct hg_resource *resource)
{
	const struct hg_keys *keys = r->snapshot->keys;
	struct asking *a = hg_alloc0(sizeof(*a));
	size_t n = resource->id.n + resource->rest.n;

	a->resources = hg_keys_resources(keys);
	a->upstream = r->upstream;
	a->bytes = hg_strndup(resource->id.p, n); /* the rest stands behind the ID */
	a->resource.id = (struct hg_str){ a->bytes, resource->id.n };
	a->resource.rest = (struct hg_str){ a->bytes + resource->id.n, resource->rest.n };
	r->hook_in = NULL;
	r->hook_self = NULL;
	a->waiter = hg_request_wait(r);

	char *target = hg_strndup(resource->id.p, resource->id.n);
	struct hg_fetch *f = hg_fetch_new(hg_keys_self(keys), "GET", target);
	int64_t left_us = r->deadline_us - hg_now().mono_us;
	hg_fetch_set_upstream(f, hg_request_upstream(r));
	hg_fetch_set_class(f, HG_CLASS_HIGH);
	hg_fetch_set_deadline(f, left_us > 0 ? left_us : 1);
	hg_fetch_set_max_body(f, MAX_REPLY_BYTES);
	hg_fetch_send(f, on_fetched, a);
	hg_free(target);
	return HG_WAIT;
}

static enum hg_verdict admit_path(struct hg_request *r)
{
	struct hg_resource resource;
	struct hg_str name;

	hg_resource_of(&r->arena, r->path, &resource);
	if (r->routed.route) /* our own: nothing of GitHub's naming holds */
		return decide(r, resource.path);
	switch (resource.kind) {
	case HG_RESOURCE_ODD:
		return refuse_path(r);
	case HG_RESOURCE_NAMED:
		return decide(r, resource.path);
	case HG_RESOURCE_BY_ID:
		break;
	}
	switch (hg_resources_find(hg_keys_resources(r->snapshot->keys), r->upstream, resource.id,
		hg_now().mono_us, &r->arena, &name)) {
	case HG_LEARNED_NAME:
		return decide(r, hg_resource_named(&r->arena, &resource, name));
	case HG_LEARNED_NONE:
		return refuse_path(r);
	case HG_LEARNED_NOT:
		break;
	}
	return ask(r, &resource);
}

/* -- the rest ---------------------------------------------------------------------------------- */

/* By whatever spelling: the entrance knows two, GitHub's own decoder more. */
static bool is_graphql(struct hg_request *r)
{
	struct hg_resource resource;
	struct hg_str word = HG_STR("/graphql");

	if (r->routed.route)
		return false;
	if (r->face.entrance == HG_GITHUB_GRAPHQL)
		return true;
	if (!memchr(r->path.p, '%', r->path.n) && (r->path.p[1] | 0x20) != 'g')
		return false;
	hg_resource_of(&r->arena, r->path, &resource);
	return resource.path.n >= word.n && strncasecmp(resource.path.p, word.p, word.n) == 0 &&
	       (resource.path.n == word.n || resource.path.p[word.n] == '/');
}

static bool enter(struct hg_request *r)
{
	struct hg_grant *g = r->client.grant;

	if (r->client.is_counted)
		return true;
	int64_t before = atomic_fetch_add_explicit(&g->in_flight, 1, memory_order_relaxed);
	r->client.is_counted = true;
	return !g->max_in_flight || before < g->max_in_flight;
}

void hg_admit_leave(struct hg_request *r)
{
	if (!r->client.is_counted)
		return;
	r->client.is_counted = false;
	atomic_fetch_sub_explicit(&r->client.grant->in_flight, 1, memory_order_relaxed);
}

bool hg_admit_url(struct hg_request *r)
{
	if (!r->snapshot->keys || !hg_key_is_within(r->head.target))
		return true;
	r->path = HG_STR("/(removed)"); /* logs and `show` print it */
	return false;
}

enum hg_verdict hg_admit(struct hg_request *r)
{
	const struct hg_grant *g = r->client.grant;

	if (r->client.is_admitted)
		return HG_NEXT;
	if (!g)
		return HG_NEXT;
	if (hg_routed_is_parts(&r->routed))
		return admitted(r);
	if (!enter(r)) {
		hg_request_refuse(r, 429, "too_many_in_flight", 1,
			"This key has as many requests under way as it may.");
		return HG_REFUSED;
	}
	if (!r->routed.route && !(g->upstreams & 1u << r->upstream)) {
		hg_request_refuse(r, 403, "upstream_not_allowed", -1,
			"This key may not ask the upstream %s (see `upstreams` of its client).",
			hg_request_upstream_conf(r)->name);
		return HG_REFUSED;
	}
	if (!(g->methods & 1u << r->head.method_id)) {
		hg_request_refuse(r, 403, "method_not_allowed_by_key", -1,
			"This key may not use this method.");
		return HG_REFUSED;
	}
	if (is_graphql(r)) {
		if (g->graphql)
			return admitted(r);
		hg_request_refuse(
			r, 403, "graphql_not_allowed", -1, "This key may not use GraphQL.");
		return HG_REFUSED;
	}
	return g->n_paths ? admit_path(r) : admitted(r);
}

/* -- read-only --------------------------------------------------------------------------------- */

static enum hg_verdict refuse_write(struct hg_request *r, const char *why)
{
	hg_request_refuse(r, 403, "read_only", -1, "%s", why);
	return HG_REFUSED;
}

/* GitHub reads a body as what its Content-Type says: as a form, or in another charset, it might be
 * another query. */
static bool is_plain_json(struct hg_str type)
{
	static const char *const plain[] = { "application/json", "application/json;charset=utf-8",
		"application/json;charset=\"utf-8\"", NULL };
	char word[48];
	size_t n = 0;

	for (size_t i = 0; i < type.n; i++) {
		if (type.p[i] == ' ' || type.p[i] == '\t')
			continue;
		if (n == sizeof(word))
			return false;
		word[n++] = type.p[i];
	}
	for (const char *const *p = plain; *p; p++)
		if (hg_str_is_nocase((struct hg_str){ word, n }, hg_str(*p)))
			return true;
	return false;
}

static bool has_plain_json(const struct hg_request *r)
{
	return is_plain_json(hg_http1_value(&r->head, HG_HTTP1_CONTENT_TYPE)) &&
	       !hg_http1_value(&r->head, HG_HTTP1_CONTENT_ENCODING).p;
}

enum hg_verdict hg_admit_read_only(struct hg_request *r)
{
	if (!r->snapshot->http.read_only || r->routed.route)
		return HG_NEXT;
	bool reads = hg_request_is_safe(r) || r->head.method_id == HG_HTTP1_OPTIONS;
	if (!is_graphql(r))
		return reads ? HG_NEXT : refuse_write(r, "Only reading is allowed here.");
	if (r->head.has_query || (reads && hg_request_has_body(r)))
		return refuse_write(r, "GraphQL that is not in the body of a POST is not read.");
	if (reads)
		return HG_NEXT;
	if (r->head.method_id == HG_HTTP1_POST && hg_str_is(r->path, HG_STR("/graphql")) &&
		has_plain_json(r))
		return HG_NEXT; /* its body will say */
	return refuse_write(r,
		"Only GraphQL queries are allowed here, sent as Content-Type: application/json.");
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

enum hg_verdict hg_admit_body(struct hg_request *r)
{
	if (!r->snapshot->http.read_only || r->head.method_id != HG_HTTP1_POST)
		return HG_NEXT;
	switch (hg_graphql_body(whole_body(r))) {
	case HG_GRAPHQL_QUERY:
		return HG_NEXT;
	case HG_GRAPHQL_MUTATION:
		return refuse_write(r, "Mutations are not allowed here.");
	case HG_GRAPHQL_SUBSCRIPTION:
		return refuse_write(r, "Subscriptions are not allowed here.");
	case HG_GRAPHQL_UNREADABLE:
		break;
	}
	return refuse_write(r, "This is not GraphQL that can be read, so it may be a mutation.");
}
