#include "ticket/graphql.h"
#include "base/json.h"

/* -- definitions ------------------------------------------------------------------------------- */

static struct hg_str between(const char *from, const char *to)
{
	return (struct hg_str){ from, (size_t)(to - from) };
}

/* What stands between a definition's first word and its selection, and that. */
static bool read_definition(struct hg_graphql_reader *r, struct hg_graphql_definition *d)
{
	struct hg_graphql_token t = hg_graphql_next(r);
	bool is_behind_name = true; /* brackets here are of variables */

	if (t.kind == HG_GRAPHQL_NAME) {
		d->name = t.text;
		t = hg_graphql_next(r);
	}
	for (;; t = hg_graphql_next(r)) {
		if (t.kind == HG_GRAPHQL_END || t.kind == HG_GRAPHQL_BAD ||
			t.kind == HG_GRAPHQL_CLOSE)
			return false;
		if (t.kind == HG_GRAPHQL_OPEN) {
			const char *from = r->p;
			if (!hg_graphql_skip_brackets(r, t.text.p[0]))
				return false;
			if (t.text.p[0] == '{') {
				d->selection = between(from, r->p);
				return true;
			}
			if (t.text.p[0] == '(' && is_behind_name)
				d->variables = between(from, r->p - 1);
		}
		is_behind_name = false;
	}
}

static bool word_of(struct hg_str word, enum hg_graphql_does *ret_does)
{
	static const struct {
		const char *word;
		enum hg_graphql_does does;
	} rows[] = {
		{ "query", HG_GRAPHQL_QUERY },
		{ "mutation", HG_GRAPHQL_MUTATION },
		{ "subscription", HG_GRAPHQL_SUBSCRIPTION },
		{ "fragment", HG_GRAPHQL_UNREADABLE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (hg_str_is(word, hg_str(rows[i].word))) {
			*ret_does = rows[i].does;
			return true;
		}
	return false;
}

bool hg_graphql_define(
	struct hg_graphql_reader *r, struct hg_graphql_definition *ret_definition, bool *ret_bad)
{
	struct hg_graphql_token t = hg_graphql_next(r);
	struct hg_graphql_definition d = { .does = HG_GRAPHQL_QUERY };

	*ret_bad = t.kind != HG_GRAPHQL_END;
	if (hg_graphql_is(t, '{')) {
		const char *from = r->p;
		if (!hg_graphql_skip_brackets(r, '{'))
			return false;
		d.selection = between(from, r->p);
	} else if (t.kind != HG_GRAPHQL_NAME || !word_of(t.text, &d.does) ||
		   !read_definition(r, &d)) {
		return false;
	}
	d.text = between(t.text.p, r->p);
	*ret_definition = d;
	*ret_bad = false;
	return true;
}

enum hg_graphql_does hg_graphql_worse(enum hg_graphql_does a, enum hg_graphql_does b)
{
	static const int rank[] = { [HG_GRAPHQL_UNREADABLE] = 0,
		[HG_GRAPHQL_QUERY] = 1,
		[HG_GRAPHQL_SUBSCRIPTION] = 2,
		[HG_GRAPHQL_MUTATION] = 3 };

	return rank[a] > rank[b] ? a : b;
}

enum hg_graphql_does hg_graphql_document(struct hg_str document)
{
	struct hg_graphql_reader r = hg_graphql_reader(document);
	enum hg_graphql_does does = HG_GRAPHQL_UNREADABLE;
	struct hg_graphql_definition d;
	bool is_bad;

	while (hg_graphql_define(&r, &d, &is_bad))
		does = hg_graphql_worse(does, d.does);
	return is_bad ? HG_GRAPHQL_UNREADABLE : does;
}

/* -- a request's body -------------------------------------------------------------------------- */

bool hg_graphql_open(struct hg_arena *arena, struct hg_str body, struct hg_graphql_ask *ret_ask)
{
	struct hg_json at;
	struct hg_str name, value, query = { 0 }, operation = { 0 }, variables = { 0 };
	uint32_t n_query = 0, n_variables = 0, n_names = 0;

	if (!hg_json_is_valid(body) || !hg_json_open(&at, body) || !at.is_object)
		return false;
	while (hg_json_next(&at, &name, &value)) {
		if (hg_json_name_is(name, HG_STR("query"))) {
			query = value;
			n_query++;
		} else if (hg_json_name_is(name, HG_STR("variables"))) {
			variables = value;
			n_variables++;
		} else if (hg_json_name_is(name, HG_STR("operationName"))) {
			operation = value;
			n_names++;
		} else {
			return false;
		}
	}
	if (n_query != 1 || n_variables > 1 || n_names > 1 || hg_json_kind(query) != HG_JSON_STRING)
		return false;
	*ret_ask = (struct hg_graphql_ask){ .document = hg_json_text(arena, query),
		.variables = variables };
	if (n_names && hg_json_kind(operation) == HG_JSON_STRING)
		ret_ask->operation = hg_json_text(arena, operation);
	return true;
}

enum hg_graphql_does hg_graphql_body(struct hg_str body)
{
	enum hg_graphql_does does = HG_GRAPHQL_UNREADABLE;
	struct hg_graphql_ask ask;
	struct hg_arena arena;

	hg_arena_init(&arena);
	if (hg_graphql_open(&arena, body, &ask))
		does = hg_graphql_document(ask.document);
	hg_arena_fini(&arena);
	return does;
}
