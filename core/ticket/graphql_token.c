#include "ticket/graphql_token.h"

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
static bool is_disputed_end(const struct hg_graphql_reader *r)
{
	return *r->p == '\r' && r->end - r->p > 1 && r->p[1] != '\n';
}

/* Blanks, commas, line ends, comments. Other control bytes stay, and are HG_GRAPHQL_BAD. */
static void skip_ignored(struct hg_graphql_reader *r)
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

static size_t count_quotes(const struct hg_graphql_reader *r)
{
	size_t n = 0;

	while (r->p + n < r->end && r->p[n] == '"')
		n++;
	return n;
}

/* Behind its first quote. */
static bool skip_string(struct hg_graphql_reader *r)
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
static bool skip_block(struct hg_graphql_reader *r)
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

static bool skip_quoted(struct hg_graphql_reader *r)
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

static bool skip_other(struct hg_graphql_reader *r)
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

struct hg_graphql_reader hg_graphql_reader(struct hg_str document)
{
	struct hg_str mark = HG_STR("\xef\xbb\xbf"); /* of byte order */
	struct hg_graphql_reader r = { document.p, document.p + document.n };

	if (hg_str_starts(document, mark))
		r.p += mark.n;
	return r;
}

struct hg_graphql_token hg_graphql_next(struct hg_graphql_reader *r)
{
	skip_ignored(r);
	struct hg_graphql_token t = { HG_GRAPHQL_END, { r->p, 0 } };
	if (r->p == r->end)
		return t;
	if (is_name_start(*r->p)) {
		t.kind = HG_GRAPHQL_NAME;
		while (r->p < r->end && (is_name_start(*r->p) || is_digit(*r->p)))
			r->p++;
	} else if (*r->p == '{' || *r->p == '(' || *r->p == '[') {
		t.kind = HG_GRAPHQL_OPEN;
		r->p++;
	} else if (*r->p == '}' || *r->p == ')' || *r->p == ']') {
		t.kind = HG_GRAPHQL_CLOSE;
		r->p++;
	} else {
		t.kind = skip_other(r) ? HG_GRAPHQL_OTHER : HG_GRAPHQL_BAD;
	}
	t.text.n = (size_t)(r->p - t.text.p);
	return t;
}

static char closing(char open)
{
	return open == '(' ? ')' : open == '[' ? ']' : '}';
}

bool hg_graphql_skip_brackets(struct hg_graphql_reader *r, char open)
{
	char wanted[HG_GRAPHQL_DEPTH];
	size_t n = 0;

	wanted[n++] = closing(open);
	while (n) {
		struct hg_graphql_token t = hg_graphql_next(r);
		if (t.kind == HG_GRAPHQL_END || t.kind == HG_GRAPHQL_BAD)
			return false;
		if (t.kind == HG_GRAPHQL_OPEN) {
			if (n == HG_GRAPHQL_DEPTH)
				return false;
			wanted[n++] = closing(t.text.p[0]);
		}
		if (t.kind == HG_GRAPHQL_CLOSE && t.text.p[0] != wanted[--n])
			return false;
	}
	return true;
}
