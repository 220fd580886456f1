#include "front/graphql.h"
#include "front/json.h"
#include <stdbool.h>

/* -- tokens ------------------------------------------------------------------------------------ */

enum token_kind {
	END,
	BAD,
	NAME,
	OPEN,  /* ( [ { */
	CLOSE, /* ) ] } */
	OTHER, /* numbers, strings, $ & ! = : @ | and … */
};

struct token {
	enum token_kind kind;
	struct hg_str text;
};

struct reader {
	const char *p, *end;
};

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A carriage return alone ends a comment by the specification, and not for every reader: what
 * stands behind it would be a mutation to one and nothing to the other. */
static bool is_disputed_end(const struct reader *r)
{
	return *r->p == '\r' && r->end - r->p > 1 && r->p[1] != '\n';
}

/* Blanks, commas, line ends, comments. Other control bytes stay, and are BAD. */
static void skip_ignored(struct reader *r)
{
	while (r->p < r->end) {
		char c = *r->p;
		if (c == '#') {
			while (r->p < r->end && *r->p != '\n' && *r->p != '\r') {
				unsigned char b = (unsigned char)*r->p;
				if ((b < 0x20 && b != '\t') || b == 0x7f)
					return; /* it is where the comment was */
				r->p++;
			}
			if (r->p < r->end && is_disputed_end(r))
				return;
		} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',') {
			r->p++;
		} else {
			return;
		}
	}
}

static size_t count_quotes(const struct reader *r)
{
	size_t n = 0;

	while (r->p + n < r->end && r->p[n] == '"')
		n++;
	return n;
}

/* Behind its first quote. */
static bool skip_string(struct reader *r)
{
	while (r->p < r->end) {
		unsigned char c = (unsigned char)*r->p++;
		if (c == '"')
			return r->p == r->end || *r->p != '"';
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
		if (c != '\\')
			continue;
		if (r->p == r->end || !*r->p || !strchr("\"\\/bfnrtu", *r->p))
			return false;
		r->p++;
	}
	return false;
}

/* Behind its first three quotes. Exactly three end it. */
static bool skip_block(struct reader *r)
{
	while (r->p < r->end) {
		unsigned char c = (unsigned char)*r->p;
		size_t n = c == '"' ? count_quotes(r) : 1;
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f || n > 3)
			return false;
		if (c == '\\' && r->end - r->p > 1 && r->p[1] == '"')
			return false;
		r->p += n;
		if (n == 3)
			return true;
	}
	return false;
}

static bool skip_quoted(struct reader *r)
{
	size_t n = count_quotes(r);

	r->p += n;
	switch (n) {
	case 1:
		return skip_string(r);
	case 2: /* empty */
	case 6: /* an empty block */
		return true;
	case 3:
		return skip_block(r);
	default:
		return false;
	}
}

static bool skip_other(struct reader *r)
{
	char c = *r->p;

	if (c == '"')
		return skip_quoted(r);
	if (c == '.') {
		if (r->end - r->p < 3 || r->p[1] != '.' || r->p[2] != '.')
			return false;
		r->p += 3;
		return true;
	}
	if (is_digit(c) || c == '-') { /* 12, -1.5e+3: no bracket or quote is in them */
		r->p++;
		while (r->p < r->end && (is_digit(*r->p) || *r->p == '.' || *r->p == '+' ||
						*r->p == '-' || *r->p == 'e' || *r->p == 'E'))
			r->p++;
		return r->p == r->end || !is_name_start(*r->p);
	}
	r->p++;
	return c && strchr("!$&:=@|", c);
}

static struct token next(struct reader *r)
{
	skip_ignored(r);
	struct token t = { END, { r->p, 0 } };
	if (r->p == r->end)
		return t;
	if (is_name_start(*r->p)) {
		t.kind = NAME;
		while (r->p < r->end && (is_name_start(*r->p) || is_digit(*r->p)))
			r->p++;
	} else if (strchr("([{", *r->p) && *r->p) {
		t.kind = OPEN;
		r->p++;
	} else if (strchr(")]}", *r->p) && *r->p) {
		t.kind = CLOSE;
		r->p++;
	} else {
		t.kind = skip_other(r) ? OTHER : BAD;
	}
	t.text.n = (size_t)(r->p - t.text.p);
	return t;
}

/* -- definitions ------------------------------------------------------------------------------- */

static char closing(char open)
{
	return open == '(' ? ')' : open == '[' ? ']' : '}';
}

/* To the bracket that closes `open`. */
static bool skip_brackets(struct reader *r, char open)
{
	char wanted[HG_GRAPHQL_DEPTH];
	size_t n = 0;

	wanted[n++] = closing(open);
	while (n) {
		struct token t = next(r);
		if (t.kind == END || t.kind == BAD)
			return false;
		if (t.kind == OPEN) {
			if (n == HG_GRAPHQL_DEPTH)
				return false;
			wanted[n++] = closing(t.text.p[0]);
		}
		if (t.kind == CLOSE && t.text.p[0] != wanted[--n])
			return false;
	}
	return true;
}

/* What stands between a definition's first word and its selection, and that. */
static bool skip_definition(struct reader *r)
{
	for (;;) {
		struct token t = next(r);
		if (t.kind == END || t.kind == BAD || t.kind == CLOSE)
			return false;
		if (t.kind != OPEN)
			continue;
		if (!skip_brackets(r, t.text.p[0]))
			return false;
		if (t.text.p[0] == '{')
			return true;
	}
}

enum hg_graphql_does hg_graphql_document(struct hg_str document)
{
	struct reader r = { document.p, document.p + document.n };
	struct hg_str mark = HG_STR("\xef\xbb\xbf"); /* of byte order */
	uint32_t n_queries = 0, n_mutations = 0, n_subscriptions = 0;

	if (hg_str_starts(document, mark))
		r.p += mark.n;
	for (;;) {
		struct token t = next(&r);
		bool is_whole;
		if (t.kind == END)
			break;
		if (t.kind == OPEN && t.text.p[0] == '{') {
			n_queries++;
			is_whole = skip_brackets(&r, '{');
		} else if (t.kind == NAME) {
			bool is_query = hg_str_is(t.text, HG_STR("query"));
			bool is_mutation = hg_str_is(t.text, HG_STR("mutation"));
			bool is_subscription = hg_str_is(t.text, HG_STR("subscription"));
			if (!is_query && !is_mutation && !is_subscription &&
				!hg_str_is(t.text, HG_STR("fragment")))
				return HG_GRAPHQL_UNREADABLE;
			n_queries += is_query;
			n_mutations += is_mutation;
			n_subscriptions += is_subscription;
			is_whole = skip_definition(&r);
		} else {
			return HG_GRAPHQL_UNREADABLE;
		}
		if (!is_whole)
			return HG_GRAPHQL_UNREADABLE;
	}
	if (n_mutations)
		return HG_GRAPHQL_MUTATION;
	if (n_subscriptions)
		return HG_GRAPHQL_SUBSCRIPTION;
	return n_queries ? HG_GRAPHQL_QUERY : HG_GRAPHQL_UNREADABLE;
}

/* -- a request's body -------------------------------------------------------------------------- */

enum hg_graphql_does hg_graphql_body(struct hg_str body)
{
	struct hg_json at;
	struct hg_str name, value, query = { 0 };
	uint32_t n_query = 0, n_variables = 0, n_names = 0;

	if (!hg_json_is_valid(body) || !hg_json_open(&at, body) || !at.is_object)
		return HG_GRAPHQL_UNREADABLE;
	while (hg_json_next(&at, &name, &value)) {
		if (hg_json_name_is(name, HG_STR("query"))) {
			query = value;
			n_query++;
		} else if (hg_json_name_is(name, HG_STR("variables"))) {
			n_variables++;
		} else if (hg_json_name_is(name, HG_STR("operationName"))) {
			n_names++;
		} else {
			return HG_GRAPHQL_UNREADABLE;
		}
	}
	if (n_query != 1 || n_variables > 1 || n_names > 1 || hg_json_kind(query) != HG_JSON_STRING)
		return HG_GRAPHQL_UNREADABLE;

	struct hg_arena arena;
	hg_arena_init(&arena);
	enum hg_graphql_does does = hg_graphql_document(hg_json_text(&arena, query));
	hg_arena_fini(&arena);
	return does;
}
