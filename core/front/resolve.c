#include "front/resolve.h"
#include "base/instance.h"
#include "front/resource.h"
#include <hg/fetch.h>
#include <hg/mem.h>

#define MAX_REPLY_BYTES (256u << 10) /* of a repository: about 7 kB */
#define LEARNED_MAX 10000u

struct hg_resolver {
	struct hg_resources *resources;
	struct hg_instance *instance; /* hg_fetch wants one: it is nobody's plugin */
};

static const struct hg_plugin nobody = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "resolve",
	.about = "Asks GitHub what an ID means.",
	HG_PLUGIN_ROWS,
};

struct hg_resolver *hg_resolver_new(void)
{
	struct hg_resolver *s = hg_alloc0(sizeof(*s));

	s->resources = hg_resources_new(LEARNED_MAX);
	s->instance = hg_instance_new(nobody.name, &nobody, 0);
	return s;
}

void hg_resolver_free(struct hg_resolver *s)
{
	if (!s)
		return;
	hg_resources_free(s->resources);
	hg_instance_free(s->instance);
	hg_free(s);
}

struct hg_resources *hg_resolver_resources(const struct hg_resolver *s)
{
	return s->resources;
}

/* path {0}: it names nothing for sure. */
static void set_subject(struct hg_request *r, struct hg_str path)
{
	r->subject = path;
	r->is_resolved = true;
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
	enum hg_verdict v = HG_NEXT;

	(void)self;
	if (r && a->failed) {
		hg_request_refuse(r, 503, "resource_unknown", 5,
			"GitHub could not be asked which repository or account this ID is.");
		v = HG_REFUSED;
	} else if (r) {
		set_subject(r, a->name.p ? hg_resource_named(&r->arena, &a->resource, a->name)
					 : (struct hg_str){ 0 });
	}
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
	const struct hg_resolver *s = r->snapshot->resolver;
	struct asking *a = hg_alloc0(sizeof(*a));
	size_t n = resource->id.n + resource->rest.n;

	a->resources = s->resources;
	a->upstream = r->upstream;
	a->bytes = hg_strndup(resource->id.p, n); /* the rest stands behind the ID */
	a->resource.id = (struct hg_str){ a->bytes, resource->id.n };
	a->resource.rest = (struct hg_str){ a->bytes + resource->id.n, resource->rest.n };
	r->hook_in = NULL;
	r->hook_self = NULL;
	a->waiter = hg_request_wait(r);

	char *target = hg_strndup(resource->id.p, resource->id.n);
	struct hg_fetch *f = hg_fetch_new(s->instance->self, "GET", target);
	int64_t left_us = r->deadline_us - hg_now().mono_us;
	hg_fetch_set_upstream(f, hg_request_upstream(r));
	hg_fetch_set_class(f, HG_CLASS_HIGH);
	hg_fetch_set_deadline(f, left_us > 0 ? left_us : 1);
	hg_fetch_set_max_body(f, MAX_REPLY_BYTES);
	hg_fetch_send(f, on_fetched, a);
	hg_free(target);
	return HG_WAIT;
}

/* False: *ret_resource is an ID that nobody has asked for lately. */
static bool resolve(struct hg_request *r, struct hg_resource *ret_resource)
{
	struct hg_str name = { 0 };

	if (r->is_resolved)
		return true;
	hg_resource_of(&r->arena, r->path, ret_resource);
	if (r->routed.route || ret_resource->kind == HG_RESOURCE_NAMED) {
		set_subject(r, ret_resource->path); /* of a route of our own all names are fine */
		return true;
	}
	if (ret_resource->kind == HG_RESOURCE_ODD) {
		set_subject(r, name);
		return true;
	}
	switch (hg_resources_find(r->snapshot->resolver->resources, r->upstream, ret_resource->id,
		hg_now().mono_us, &r->arena, &name)) {
	case HG_LEARNED_NAME:
		set_subject(r, hg_resource_named(&r->arena, ret_resource, name));
		return true;
	case HG_LEARNED_NONE:
		set_subject(r, (struct hg_str){ 0 });
		return true;
	case HG_LEARNED_NOT:
		break;
	}
	return false;
}

enum hg_verdict hg_resolve(struct hg_request *r)
{
	struct hg_resource resource;

	return resolve(r, &resource) ? HG_NEXT : ask(r, &resource);
}

bool hg_resolve_now(struct hg_request *r)
{
	struct hg_resource resource;

	return resolve(r, &resource);
}

bool hg_is_graphql(struct hg_request *r)
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
