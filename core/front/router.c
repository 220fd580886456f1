/*
 * A tree of segments: a node has literal children, one child for "{name}" and one end for
 * "{name*}". A lookup tries them in that order and goes back when a branch ends nowhere.
 */
#include "front/router.h"
#include "base/text.h"
#include <hg/mem.h>

#define MAX_DEPTH 32

struct leaf { /* a route at the end of a pattern */
	const struct hg_route *route;
	struct hg_instance *in;
	void *self;
	struct leaf *next;
};

struct node {
	struct hg_str word;           /* of the pattern's string */
	struct node *children, *next; /* literal ones */
	struct node *any;             /* "{name}" */
	struct leaf *here;            /* patterns that end at this node */
	struct leaf *rest;            /* patterns that end in "{name*}" below it */
};

struct hg_router {
	struct node *root;
};

struct hg_router *hg_router_new(void)
{
	struct hg_router *router = hg_alloc0(sizeof(*router));

	router->root = hg_alloc0(sizeof(struct node));
	return router;
}

static void free_leaves(struct leaf *l)
{
	while (l) {
		struct leaf *next = l->next;
		hg_free(l);
		l = next;
	}
}

static void free_node(struct node *n)
{
	while (n) {
		struct node *next = n->next;
		free_node(n->children);
		free_node(n->any);
		free_leaves(n->here);
		free_leaves(n->rest);
		hg_free(n);
		n = next;
	}
}

void hg_router_free(struct hg_router *router)
{
	if (!router)
		return;
	free_node(router->root);
	hg_free(router);
}

/* Takes the first segment off; false at the end. */
static bool cut_segment(struct hg_str *rest, struct hg_str *ret_segment)
{
	if (!rest->n)
		return false;
	rest->p++; /* the slash */
	rest->n--;
	const char *slash = rest->n ? memchr(rest->p, '/', rest->n) : NULL;
	size_t n = slash ? (size_t)(slash - rest->p) : rest->n;
	*ret_segment = (struct hg_str){ rest->p, n };
	rest->p += n;
	rest->n -= n;
	return true;
}

static bool has_method(const char *methods, struct hg_str method)
{
	if (methods[0] == '*')
		return true;
	while (*methods) {
		size_t n = strcspn(methods, " ");
		if (hg_str_is((struct hg_str){ methods, n }, method))
			return true;
		if (n == 3 && memcmp(methods, "GET", 3) == 0 && hg_str_is(method, HG_STR("HEAD")))
			return true;
		methods += n + (methods[n] == ' ');
	}
	return false;
}

static bool share_method(const char *a, const char *b)
{
	if (a[0] == '*' || b[0] == '*')
		return true;
	while (*a) {
		size_t n = strcspn(a, " ");
		if (has_method(b, (struct hg_str){ a, n }))
			return true;
		a += n + (a[n] == ' ');
	}
	return false;
}

static const char *name_of(const struct hg_instance *in)
{
	return in ? in->name : "hubgate itself";
}

static struct node *literal_child(struct node *n, struct hg_str word, bool make)
{
	for (struct node *c = n->children; c; c = c->next)
		if (hg_str_is(c->word, word))
			return c;
	if (!make)
		return NULL;
	struct node *c = hg_alloc0(sizeof(*c));
	c->word = word;
	c->next = n->children;
	n->children = c;
	return c;
}

enum kind { LITERAL, ANY, REST, BAD };

/* "{name}" and "{name*}" name a parameter; a brace elsewhere is a mistake. */
static enum kind kind_of(struct hg_str segment)
{
	if (!memchr(segment.p, '{', segment.n) && !memchr(segment.p, '}', segment.n))
		return LITERAL;
	if (segment.n < 3 || segment.p[0] != '{' || segment.p[segment.n - 1] != '}')
		return BAD;

	size_t is_rest = segment.p[segment.n - 2] == '*';
	struct hg_str name = { segment.p + 1, segment.n - 2 - is_rest };
	if (!name.n || memchr(name.p, '{', name.n) || memchr(name.p, '}', name.n))
		return BAD;
	return is_rest ? REST : ANY;
}

/* The list in which a route of this pattern stands, its nodes made. NULL: a bad pattern. */
static struct leaf **leaves_of(struct hg_router *router, const char *pattern)
{
	struct hg_str rest = hg_str(pattern), segment;
	struct node *n = router->root;
	unsigned depth = 0, params = 0;

	if (pattern[0] != '/')
		return NULL;
	while (cut_segment(&rest, &segment)) {
		enum kind kind = segment.n ? kind_of(segment) : LITERAL;
		if (kind == BAD || ++depth > MAX_DEPTH ||
			(params += kind != LITERAL) > HG_ROUTE_PARAMS)
			return NULL;
		if (kind == REST)
			return rest.n ? NULL : &n->rest;
		if (kind == LITERAL) {
			n = literal_child(n, segment, true);
			continue;
		}
		if (!n->any)
			n->any = hg_alloc0(sizeof(*n->any));
		n = n->any;
	}
	return &n->here;
}

int hg_router_add(struct hg_router *router, struct hg_instance *in, void *self,
	const struct hg_route *route, struct hg_err *err)
{
	struct leaf **at = route->path && route->methods ? leaves_of(router, route->path) : NULL;

	if (!at)
		return hg_err_set(err, HG_EINVAL, "plugin %s: bad route pattern \"%s\"",
			name_of(in), route->path ? route->path : "");
	for (struct leaf *l = *at; l; l = l->next)
		if (share_method(l->route->methods, route->methods) ||
			share_method(route->methods, l->route->methods))
			return hg_err_set(err, HG_EEXIST, "%s and %s both serve %s %s",
				name_of(l->in), name_of(in), route->methods, route->path);

	struct leaf *l = hg_alloc0(sizeof(*l));
	*l = (struct leaf){ route, in, self, *at };
	*at = l;
	return 0;
}

static const struct leaf *pick(const struct leaf *l, struct hg_str method, struct hg_routed *routed)
{
	for (; l; l = l->next) {
		if (has_method(l->route->methods, method))
			return l;
		routed->path_known = true;
		routed->allow = l->route->methods;
	}
	return NULL;
}

/* Depth first, literal before any before rest: the first leaf found is the most literal one. */
static const struct leaf *walk(
	const struct node *n, struct hg_str rest, struct hg_str method, struct hg_routed *routed)
{
	struct hg_str left = rest, segment;
	const struct leaf *found = NULL;

	if (!cut_segment(&left, &segment))
		return pick(n->here, method, routed);

	const struct node *child = literal_child((struct node *)n, segment, false);
	if (child)
		found = walk(child, left, method, routed);
	if (!found && n->any && segment.n)
		found = walk(n->any, left, method, routed);
	if (!found)
		found = pick(n->rest, method, routed);
	return found;
}

/* Reads the parameters off the pattern that won. */
static void name_params(struct hg_routed *routed, struct hg_str path)
{
	struct hg_str pattern = hg_str(routed->route->path), word, segment;

	while (cut_segment(&pattern, &word)) {
		const char *from = path.p + 1;
		size_t left = path.n - 1;
		(void)cut_segment(&path, &segment);
		enum kind kind = word.n ? kind_of(word) : LITERAL;
		if (kind == LITERAL)
			continue;
		size_t stars = kind == REST;
		struct hg_str name = { word.p + 1, word.n - 2 - stars };
		struct hg_str value = kind == REST ? (struct hg_str){ from, left } : segment;
		routed->params[routed->n_params].name = name;
		routed->params[routed->n_params++].value = value;
	}
}

void hg_router_find(const struct hg_router *router, struct hg_str method, struct hg_str path,
	struct hg_routed *ret_routed)
{
	memset(ret_routed, 0, sizeof(*ret_routed));
	if (!path.n || path.p[0] != '/')
		return;
	const struct leaf *l = walk(router->root, path, method, ret_routed);
	if (!l)
		return;
	ret_routed->route = l->route;
	ret_routed->in = l->in;
	ret_routed->self = l->self;
	ret_routed->path_known = true;
	name_params(ret_routed, path);
}
