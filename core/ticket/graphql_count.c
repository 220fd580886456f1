#include "ticket/graphql_count.h"
#include "base/json.h"
#include "base/map.h"

#define MOST 1000000000000ll /* as good as infinite */

struct value {
	enum { OTHER, NUMBER, TRUE } kind;
	int64_t n;
};

struct spread {
	struct spread *next; /* of the same part */
	struct hg_str name;
	int64_t times;
	struct hg_graphql_part *part; /* NULL: there is no such fragment */
};

struct count {
	struct hg_arena *arena;
	uint32_t n_parts;
	struct hg_map *fragments; /* name -> part */
	struct hg_map *variables; /* name -> value */
	struct hg_graphql_reader r;
	struct hg_graphql_token at; /* the next token */
};

static int64_t times(int64_t a, int64_t b)
{
	return b && a > MOST / b ? MOST : a * b;
}

static int64_t plus(int64_t a, int64_t b)
{
	return a + b > MOST ? MOST : a + b;
}

/* -- values ------------------------------------------------------------------------------------ */

/* A whole number, of JSON or of GraphQL; what has a point or an exponent is something else. */
static struct value value_of_word(struct hg_str word)
{
	struct value v = { .kind = OTHER };
	bool is_negative = word.n && word.p[0] == '-';

	if (hg_str_is(word, HG_STR("true")))
		v.kind = TRUE;
	if (word.n == (is_negative ? 1 : 0))
		return v;
	for (size_t i = is_negative; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return v;
		v.n = v.n >= MOST ? MOST : v.n * 10 + (word.p[i] - '0');
	}
	v.kind = NUMBER;
	if (is_negative)
		v.n = -v.n;
	return v;
}

static void step(struct count *c)
{
	c->at = hg_graphql_next(&c->r);
}

static bool is_at(const struct count *c, char mark)
{
	return hg_graphql_is(c->at, mark);
}

/* True, and behind it, when it is there. */
static bool pass(struct count *c, char mark)
{
	if (!is_at(c, mark))
		return false;
	step(c);
	return true;
}

static bool pass_name(struct count *c, struct hg_str *ret_name)
{
	if (c->at.kind != HG_GRAPHQL_NAME)
		return false;
	*ret_name = c->at.text;
	step(c);
	return true;
}

static bool pass_value(struct count *c, struct value *ret_value)
{
	struct hg_str name;

	*ret_value = (struct value){ .kind = OTHER };
	if (pass(c, '$')) {
		if (!pass_name(c, &name))
			return false;
		const struct value *v = hg_map_find(c->variables, name);
		if (v)
			*ret_value = *v;
		return true;
	}
	if (c->at.kind == HG_GRAPHQL_OPEN) {
		if (!hg_graphql_skip_brackets(&c->r, c->at.text.p[0]))
			return false;
	} else if (c->at.kind == HG_GRAPHQL_NAME || c->at.kind == HG_GRAPHQL_OTHER) {
		*ret_value = value_of_word(c->at.text);
	} else {
		return false;
	}
	step(c);
	return true;
}

/* -- variables --------------------------------------------------------------------------------- */

static bool put_variable(struct count *c, struct hg_str name, struct value value)
{
	struct value *own = hg_arena_alloc(c->arena, sizeof(*own));

	if (c->n_parts++ == HG_GRAPHQL_MOST_PARTS)
		return false;
	*own = value;
	(void)hg_map_put(c->variables, name, own);
	return true;
}

/* `$n: [Int!]! = 3 @d, $m: …`: each with its default, OTHER when it has none. */
static bool declare_variables(struct count *c, struct hg_str text)
{
	struct hg_str name;

	c->r = (struct hg_graphql_reader){ text.p, text.p + text.n };
	step(c);
	while (text.n && c->at.kind != HG_GRAPHQL_END) {
		struct value value = { .kind = OTHER };
		if (!pass(c, '$') || !pass_name(c, &name) || !pass(c, ':'))
			return false;
		while (c->at.kind != HG_GRAPHQL_END && !is_at(c, '$')) {
			bool is_default = pass(c, '=');
			struct value v;
			if (is_at(c, '@')) /* of a directive's arguments nothing is wanted */
				step(c);
			else if (!is_default && c->at.kind == HG_GRAPHQL_OTHER)
				step(c);
			else if (!pass_value(c, &v))
				return false;
			else if (is_default)
				value = v;
		}
		if (!put_variable(c, name, value))
			return false;
	}
	return true;
}

/* Those of the request win, null as well. What was not declared is no variable. */
static bool read_variables(struct count *c, struct hg_str object)
{
	struct hg_json at;
	struct hg_str name, value;

	if (!object.n || hg_json_kind(object) == HG_JSON_NULL)
		return true;
	if (!hg_json_open(&at, object) || !at.is_object)
		return false;
	while (hg_json_next(&at, &name, &value)) {
		struct hg_str plain = { name.p + 1, name.n - 2 };
		if (memchr(plain.p, '\\', plain.n))
			plain = hg_json_text(c->arena, name);
		struct value *own = hg_map_find(c->variables, plain);
		if (own)
			*own = value_of_word(value);
	}
	return true;
}

/* -- selections -------------------------------------------------------------------------------- */

struct item {
	int64_t length; /* of the list, when it is one that says it; else -1 */
	bool is_out;    /* by @skip or @include */
	struct hg_str spread;
};

/* Behind the bracket. `is_true`: of the argument `if`. */
static bool read_arguments(struct count *c, struct item *item, bool *ret_is_true)
{
	struct hg_str name;
	struct value value;

	while (!pass(c, ')')) {
		if (!pass_name(c, &name) || !pass(c, ':') || !pass_value(c, &value))
			return false;
		bool is_length =
			hg_str_is(name, HG_STR("first")) || hg_str_is(name, HG_STR("last"));
		if (item && is_length && value.kind == NUMBER && value.n >= 0)
			item->length = value.n;
		if (ret_is_true && hg_str_is(name, HG_STR("if")))
			*ret_is_true = value.kind == TRUE;
	}
	return true;
}

static bool read_directives(struct count *c, struct item *item)
{
	struct hg_str name;

	while (pass(c, '@')) {
		if (!pass_name(c, &name))
			return false;
		bool is_include = hg_str_is(name, HG_STR("include")), is_true = is_include;
		if (pass(c, '(') && !read_arguments(c, NULL, &is_true))
			return false;
		if (is_include || hg_str_is(name, HG_STR("skip")))
			item->is_out |= is_true != is_include;
	}
	return true;
}

/* Up to the brace of its own selection, or to what follows. */
static bool read_item(struct count *c, struct item *ret_item)
{
	struct hg_str name;

	*ret_item = (struct item){ .length = -1 };
	if (c->at.kind == HG_GRAPHQL_OTHER && hg_str_is(c->at.text, HG_STR("..."))) {
		step(c);
		if (pass_name(c, &name)) {
			if (!hg_str_is(name, HG_STR("on")))
				ret_item->spread = name;
			else if (!pass_name(c, &name))
				return false;
		}
		return read_directives(c, ret_item);
	}
	if (!pass_name(c, &name) || (pass(c, ':') && !pass_name(c, &name)))
		return false;
	if (pass(c, '(') && !read_arguments(c, ret_item, NULL))
		return false;
	return read_directives(c, ret_item);
}

static bool add_spread(
	struct count *c, struct hg_graphql_part *part, struct hg_str name, int64_t above)
{
	struct spread *s = hg_arena_alloc(c->arena, sizeof(*s));

	if (c->n_parts++ == HG_GRAPHQL_MOST_PARTS)
		return false;
	*s = (struct spread){ .next = part->spreads, .name = name, .times = above };
	part->spreads = s;
	return true;
}

/* Its own lists, as if it were asked for once; what it spreads is noted. */
static bool count_part(struct count *c, struct hg_graphql_part *part)
{
	int64_t above[HG_GRAPHQL_DEPTH + 1] = { 1 };
	uint32_t depth = 0;
	struct item item;

	c->r = (struct hg_graphql_reader){ part->is.selection.p,
		part->is.selection.p + part->is.selection.n };
	for (step(c);;) {
		if (is_at(c, '}')) {
			if (!depth--)
				return true;
			step(c);
			continue;
		}
		if (!read_item(c, &item))
			return false;
		int64_t here = above[depth], below = here;
		if (item.is_out) {
			if (is_at(c, '{') && !hg_graphql_skip_brackets(&c->r, '{'))
				return false;
			if (is_at(c, '{'))
				step(c);
			continue;
		}
		if (item.length >= 0) {
			below = times(here, item.length);
			part->requests = plus(part->requests, here);
			part->nodes = plus(part->nodes, below);
		}
		if (item.spread.n && !add_spread(c, part, item.spread, here))
			return false;
		if (is_at(c, '{')) {
			if (depth == HG_GRAPHQL_DEPTH)
				return false;
			above[++depth] = below;
			step(c);
		}
	}
}

/* -- all of it --------------------------------------------------------------------------------- */

/* What the parts that are reached spread, and by how many spreads each is; their number. */
static uint32_t find_reached(
	struct count *c, struct hg_graphql_part *operation, struct hg_graphql_part **ret_reached)
{
	uint32_t n = 0;

	ret_reached[n++] = operation;
	operation->is_seen = true;
	for (uint32_t i = 0; i < n; i++)
		for (struct spread *s = ret_reached[i]->spreads; s; s = s->next) {
			s->part = hg_map_find(c->fragments, s->name);
			if (!s->part)
				continue;
			s->part->n_above++;
			if (!s->part->is_seen)
				ret_reached[n++] = s->part;
			s->part->is_seen = true;
		}
	return n;
}

/* Each part after all that spread it. False: some spread each other in a circle. */
static bool add_up(struct count *c, struct hg_graphql_part *operation, uint32_t n_fragments,
	int64_t *ret_requests, int64_t *ret_nodes)
{
	struct hg_graphql_part **ready =
		hg_arena_alloc(c->arena, sizeof(struct hg_graphql_part *) * (n_fragments + 1));
	uint32_t n = 1, n_reached = find_reached(c, operation, ready);
	int64_t requests = 0, nodes = 0;

	operation->times = 1;
	for (uint32_t i = 0; i < n; i++) {
		const struct hg_graphql_part *part = ready[i];
		requests = plus(requests, times(part->times, part->requests));
		nodes = plus(nodes, times(part->times, part->nodes));
		for (const struct spread *s = part->spreads; s; s = s->next) {
			if (!s->part)
				continue;
			s->part->times = plus(s->part->times, times(part->times, s->times));
			if (--s->part->n_above == 0)
				ready[n++] = s->part;
		}
	}
	*ret_requests = requests;
	*ret_nodes = nodes;
	return n == n_reached;
}

static bool count_all(struct count *c, struct hg_graphql_part *parts,
	struct hg_graphql_part *operation, struct hg_str variables, int64_t *ret_requests,
	int64_t *ret_nodes)
{
	uint32_t n_fragments = 0;

	if (!declare_variables(c, operation->is.variables) || !read_variables(c, variables) ||
		!count_part(c, operation))
		return false;
	for (struct hg_graphql_part *part = parts; part; part = part->next) {
		if (part->is.does != HG_GRAPHQL_UNREADABLE)
			continue;
		if (!count_part(c, part))
			return false;
		if (!hg_map_find(c->fragments, part->is.name)) /* GitHub refuses a second one */
			(void)hg_map_put(c->fragments, part->is.name, part);
		n_fragments++;
	}
	return add_up(c, operation, n_fragments, ret_requests, ret_nodes);
}

bool hg_graphql_count(struct hg_arena *arena, struct hg_graphql_part *parts,
	struct hg_graphql_part *operation, struct hg_str variables, int64_t *ret_requests,
	int64_t *ret_nodes)
{
	struct count c = { .arena = arena, .fragments = hg_map_new(), .variables = hg_map_new() };
	bool is_counted = count_all(&c, parts, operation, variables, ret_requests, ret_nodes);

	hg_map_free(c.fragments);
	hg_map_free(c.variables);
	return is_counted;
}
