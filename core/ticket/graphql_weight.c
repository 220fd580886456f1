#include "ticket/graphql_weight.h"
#include "base/hash.h"
#include "base/text.h"
#include "ticket/graphql_count.h"

/* What is read of a document: its definitions, in their order. */
struct reading {
	struct hg_graphql_part *first, **end;
	struct hg_graphql_part *operation; /* which GitHub will take; NULL: it is not clear which */
	enum hg_graphql_does does;         /* all of it */
};

/* False: it is not readable, or there is too much of it. */
static bool read_parts(struct hg_arena *arena, const struct hg_graphql_ask *ask, struct reading *rd)
{
	struct hg_graphql_reader r = hg_graphql_reader(ask->document);
	struct hg_graphql_definition d;
	uint32_t n = 0, n_fit = 0;
	bool is_bad;

	for (rd->end = &rd->first; hg_graphql_define(&r, &d, &is_bad); n++) {
		if (n == HG_GRAPHQL_MOST_DEFINITIONS)
			return false;
		struct hg_graphql_part *part = hg_arena_alloc0(arena, sizeof(*part));
		part->is = d;
		*rd->end = part;
		rd->end = &part->next;
		rd->does = hg_graphql_worse(rd->does, d.does);
		if (d.does == HG_GRAPHQL_UNREADABLE ||
			(ask->operation.n && !hg_str_is(d.name, ask->operation)))
			continue;
		n_fit++;
		rd->operation = n_fit == 1 ? part : NULL;
	}
	return !is_bad && rd->does != HG_GRAPHQL_UNREADABLE;
}

/* Numbers and strings are their kind only: `0`, `"`. */
static void add_tokens(struct hg_text *out, struct hg_str text)
{
	struct hg_graphql_reader r = { text.p, text.p + text.n };

	for (;;) {
		struct hg_graphql_token t = hg_graphql_next(&r);
		if (t.kind == HG_GRAPHQL_END || t.kind == HG_GRAPHQL_BAD)
			return;
		char first = t.text.p[0];
		if (t.kind == HG_GRAPHQL_OTHER && (first == '-' || (first >= '0' && first <= '9')))
			hg_text_add_char(out, '0');
		else if (first == '"')
			hg_text_add_char(out, '"');
		else
			hg_text_add(out, t.text);
		hg_text_add_char(out, ' ');
	}
}

static uint64_t shape_of(const struct reading *rd, uint32_t points)
{
	struct hg_text text;

	hg_text_init(&text);
	add_tokens(&text, rd->operation->is.text);
	for (const struct hg_graphql_part *part = rd->first; part; part = part->next)
		if (part->is.does == HG_GRAPHQL_UNREADABLE)
			add_tokens(&text, part->is.text);
	uint64_t shape = hg_hash_mix(hg_hash(text.p, text.n), points);
	hg_text_fini(&text);
	return shape ? shape : 1;
}

/* Of the names at the top of a mutation. A fragment there hides what it does: it may create. */
static bool names_content(struct hg_str selection)
{
	struct hg_graphql_reader r = { selection.p, selection.p + selection.n };
	struct hg_str name = { 0 };

	for (;;) {
		struct hg_graphql_token t = hg_graphql_next(&r);
		bool is_alias = hg_graphql_is(t, ':');
		if (!is_alias && (hg_str_starts(name, HG_STR("create")) ||
					 hg_str_starts(name, HG_STR("add"))))
			return true;
		name = t.kind == HG_GRAPHQL_NAME ? t.text : (struct hg_str){ 0 };
		if (t.kind == HG_GRAPHQL_CLOSE)
			return false;
		if (t.kind == HG_GRAPHQL_END || t.kind == HG_GRAPHQL_BAD ||
			hg_str_is(t.text, HG_STR("...")) ||
			(t.kind == HG_GRAPHQL_OPEN && !hg_graphql_skip_brackets(&r, t.text.p[0])))
			return true;
	}
}

static uint32_t points_of(int64_t requests, int64_t nodes)
{
	int64_t points = nodes > HG_GRAPHQL_MOST_NODES ? 1 : (requests + 50) / 100;

	if (points < 1)
		return 1;
	return points > HG_GRAPHQL_MOST_POINTS ? HG_GRAPHQL_MOST_POINTS : (uint32_t)points;
}

static void weigh(
	struct hg_arena *arena, const struct hg_graphql_ask *ask, struct hg_graphql_weight *w)
{
	struct reading rd = { 0 };
	int64_t requests;

	if (!read_parts(arena, ask, &rd))
		return;
	w->does = w->document = rd.does;
	w->is_content = w->does == HG_GRAPHQL_MUTATION;
	if (!rd.operation)
		return;
	w->does = rd.operation->is.does;
	w->is_content = w->does == HG_GRAPHQL_MUTATION && names_content(rd.operation->is.selection);
	w->is_counted = hg_graphql_count(
		arena, rd.first, rd.operation, ask->variables, &requests, &w->nodes);
	if (w->is_counted)
		w->points = points_of(requests, w->nodes);
	w->shape = shape_of(&rd, w->points);
}

struct hg_graphql_weight hg_graphql_weigh(struct hg_str body)
{
	struct hg_graphql_weight w = { .points = HG_GRAPHQL_UNCOUNTED_POINTS };
	struct hg_graphql_ask ask;
	struct hg_arena arena;

	if (body.n > HG_GRAPHQL_MOST_BYTES) {
		w.is_content = true;
		return w;
	}
	hg_arena_init(&arena);
	if (hg_graphql_open(&arena, body, &ask))
		weigh(&arena, &ask, &w);
	hg_arena_fini(&arena);
	return w;
}
