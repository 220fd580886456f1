#include "gql.h"

#include <stdio.h>

#include <hg/mem.h>

enum token { END, NAME, NUMBER, STRING, BLOCK_STRING, MARK, SPREAD, BAD };

struct reader {
	struct sim_gql_document *d;
	const char *p, *end;
	const char *line_start;
	uint32_t line;
	int depth;

	/* the token that comes next */
	enum token token;
	struct hg_str text; /* of a string: with its quotes */
	struct sim_gql_place place;

	struct sim_gql_mistake *mistake; /* message[0]: reading is over */
};

/* -- memory: the tree is freed at once --------------------------------------------------------- */

struct sim_gql_block {
	struct sim_gql_block *next;
	size_t used;
	_Alignas(16) char bytes[4096];
};

static void *make(struct reader *r, size_t size)
{
	struct sim_gql_block *block = r->d->blocks;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->used + size > sizeof(block->bytes)) {
		block = hg_alloc0(sizeof(*block));
		block->next = r->d->blocks;
		r->d->blocks = block;
	}
	void *p = block->bytes + block->used;
	block->used += size;
	return p;
}

/* -- words --------------------------------------------------------------------------------------
 */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_blanks(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '\n') {
			r->line++;
			r->line_start = r->p + 1;
		} else if (*r->p == '#') {
			while (r->p + 1 < r->end && r->p[1] != '\n')
				r->p++;
		} else if (!memchr(" \t\r,", *r->p, 4)) {
			return;
		}
	}
}

/* Behind the closing quote; NULL when there is none. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '\n'; p++) {
		if (*p == '"')
			return p + 1;
		if (*p == '\\')
			p++;
	}
	return NULL;
}

static const char *block_string_end(struct reader *r)
{
	for (const char *p = r->p + 3; r->end - p >= 3; p++) {
		if (*p == '\n') {
			r->line++;
			r->line_start = p + 1;
		} else if (*p == '\\' && r->end - p >= 4 && memcmp(p, "\\\"\"\"", 4) == 0) {
			p += 3;
		} else if (memcmp(p, "\"\"\"", 3) == 0) {
			return p + 3;
		}
	}
	return NULL;
}

static const char *token_end(struct reader *r)
{
	const char *p = r->p, *end;

	if (is_letter(*p)) {
		r->token = NAME;
		while (p < r->end && (is_letter(*p) || is_digit(*p)))
			p++;
		return p;
	}
	if (is_digit(*p) || (*p == '-' && r->end - p > 1 && is_digit(p[1]))) {
		r->token = NUMBER;
		for (p++; p < r->end && (is_digit(*p) || memchr(".eE+-", *p, 5)); p++)
			;
		return p;
	}
	if (*p == '"') {
		bool is_block = r->end - p >= 3 && memcmp(p, "\"\"\"", 3) == 0;
		r->token = is_block ? BLOCK_STRING : STRING;
		end = is_block ? block_string_end(r) : string_end(p, r->end);
		if (!end)
			r->token = BAD;
		return end ? end : p + 1;
	}
	if (r->end - p >= 3 && memcmp(p, "...", 3) == 0) {
		r->token = SPREAD;
		return p + 3;
	}
	r->token = memchr("{}()[]:=!@$|&", *p, 13) ? MARK : BAD;
	return p + 1;
}

static void next(struct reader *r)
{
	skip_blanks(r);
	r->place = (struct sim_gql_place){ r->line, (uint32_t)(r->p - r->line_start) + 1 };
	r->text = (struct hg_str){ r->p, 0 };
	r->token = END;
	if (r->p == r->end)
		return;
	const char *end = token_end(r);
	r->text.n = (size_t)(end - r->p);
	r->p = end;
}

/* -- mistakes -----------------------------------------------------------------------------------
 */

static bool failed(const struct reader *r)
{
	return r->mistake->message[0] != '\0';
}

static void fail(struct reader *r, const char *message)
{
	if (failed(r))
		return;
	r->mistake->place = r->place;
	snprintf(r->mistake->message, sizeof(r->mistake->message), "%s", message);
	r->token = END;
	r->p = r->end;
}

static const char *kind_of(const struct reader *r)
{
	static const struct {
		char mark;
		const char *word;
	} marks[] = { { '{', "LCURLY" }, { '}', "RCURLY" }, { '(', "LPAREN" }, { ')', "RPAREN" },
		{ '[', "LBRACKET" }, { ']', "RBRACKET" }, { ':', "COLON" }, { '=', "EQUALS" },
		{ '!', "BANG" }, { '@', "DIR_SIGN" }, { '$', "VAR_SIGN" }, { '|', "PIPE" },
		{ '&', "AMP" } };

	for (size_t i = 0; r->token == MARK && i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].mark == *r->text.p)
			return marks[i].word;
	return r->token == NAME     ? "IDENTIFIER"
	       : r->token == NUMBER ? "INT"
	       : r->token == STRING ? "STRING"
	       : r->token == SPREAD ? "ELLIPSIS"
	       : r->token == BAD    ? "UNKNOWN_CHAR"
	                            : "BLOCK_STRING";
}

/* GitHub's words for a token that can not stand where it stands. */
static void unexpected(struct reader *r)
{
	char message[160];

	if (r->token == END) {
		fail(r, "Unexpected end of document");
		return;
	}
	snprintf(message, sizeof(message), "Parse error on \"%.*s\" (%s) at [%u, %u]",
		r->text.n > 60 ? 60 : (int)r->text.n, r->text.p, kind_of(r), r->place.line,
		r->place.column);
	for (char *p = message; *p; p++) /* a letter may have been cut in two */
		if ((unsigned char)*p >= 0x80 || (unsigned char)*p < ' ')
			*p = '?';
	fail(r, message);
}

/* -- grammar ------------------------------------------------------------------------------------
 */

static bool is_mark(const struct reader *r, char mark)
{
	return r->token == MARK && *r->text.p == mark;
}

static bool take_mark(struct reader *r, char mark)
{
	if (!is_mark(r, mark))
		return false;
	next(r);
	return true;
}

static void want_mark(struct reader *r, char mark)
{
	if (!take_mark(r, mark))
		unexpected(r);
}

static struct hg_str want_name(struct reader *r)
{
	struct hg_str name = r->text;

	if (r->token != NAME) {
		unexpected(r);
		return (struct hg_str){ 0 };
	}
	next(r);
	return name;
}

static bool is_word(const struct reader *r, const char *word)
{
	return r->token == NAME && hg_str_is(r->text, hg_str(word));
}

static bool enter(struct reader *r)
{
	if (++r->depth > SIM_GQL_DEPTH)
		fail(r, "The document is nested too deep");
	return !failed(r);
}

/* GraphQL's strings and numbers are JSON's, but for block strings. */
static json_t *scalar_of(const struct reader *r)
{
	struct hg_str t = r->text;

	if (r->token == BLOCK_STRING)
		return json_stringn(t.p + 3, t.n - 6);
	if (r->token != NAME)
		return json_loadb(t.p, t.n, JSON_DECODE_ANY, NULL);
	if (is_word(r, "true") || is_word(r, "false"))
		return json_boolean(*t.p == 't');
	return is_word(r, "null") ? json_null() : json_stringn(t.p, t.n);
}

static struct sim_gql_arg *read_args(struct reader *r, char close, bool has_names);

static struct sim_gql_value read_value(struct reader *r)
{
	struct sim_gql_value v = { .kind = SIM_GQL_SCALAR };

	if (!enter(r))
		return v;
	if (take_mark(r, '$')) {
		v.kind = SIM_GQL_VARIABLE;
		v.text = want_name(r);
	} else if (take_mark(r, '[')) {
		v.kind = SIM_GQL_LIST;
		v.items = read_args(r, ']', false);
	} else if (take_mark(r, '{')) {
		v.kind = SIM_GQL_OBJECT;
		v.items = read_args(r, '}', true);
	} else if (r->token == MARK || r->token == SPREAD || r->token == BAD || r->token == END) {
		unexpected(r);
	} else if ((v.json = scalar_of(r)) != NULL) {
		json_array_append_new(r->d->owned, v.json);
		next(r);
	} else {
		unexpected(r); /* not UTF-8, not a number */
	}
	r->depth--;
	return v;
}

/* Up to and with `close`, which may come at once. */
static struct sim_gql_arg *read_args(struct reader *r, char close, bool has_names)
{
	struct sim_gql_arg *first = NULL, **last = &first;

	while (!failed(r) && !take_mark(r, close)) {
		struct sim_gql_arg *arg = make(r, sizeof(*arg));
		arg->place = r->place;
		if (has_names) {
			arg->name = want_name(r);
			want_mark(r, ':');
		}
		arg->value = read_value(r);
		*last = arg;
		last = &arg->next;
	}
	return first;
}

static struct sim_gql_directive *read_directives(struct reader *r)
{
	struct sim_gql_directive *first = NULL, **last = &first;

	while (!failed(r) && is_mark(r, '@')) {
		struct sim_gql_directive *one = make(r, sizeof(*one));
		one->place = r->place;
		next(r);
		one->name = want_name(r);
		if (take_mark(r, '('))
			one->args = read_args(r, ')', true);
		*last = one;
		last = &one->next;
	}
	return first;
}

static struct sim_gql_pick *read_picks(struct reader *r);

static void read_field(struct reader *r, struct sim_gql_pick *pick)
{
	pick->kind = SIM_GQL_FIELD;
	pick->key = pick->name = want_name(r);
	if (take_mark(r, ':'))
		pick->name = want_name(r);
	if (take_mark(r, '('))
		pick->args = read_args(r, ')', true);
	pick->directives = read_directives(r);
	if (is_mark(r, '{'))
		pick->picks = read_picks(r);
}

/* Behind "...": a fragment's name, or "on TYPE {", or "{". */
static void read_spread(struct reader *r, struct sim_gql_pick *pick)
{
	next(r);
	if (r->token == NAME && !is_word(r, "on")) {
		pick->kind = SIM_GQL_SPREAD;
		pick->name = want_name(r);
		pick->directives = read_directives(r);
		return;
	}
	pick->kind = SIM_GQL_INLINE;
	if (is_word(r, "on")) {
		next(r);
		pick->type = want_name(r);
	}
	pick->directives = read_directives(r);
	pick->picks = read_picks(r);
}

/* "{ … }", with something in it. */
static struct sim_gql_pick *read_picks(struct reader *r)
{
	struct sim_gql_pick *first = NULL, **last = &first;

	want_mark(r, '{');
	if (!enter(r))
		return NULL;
	do {
		struct sim_gql_pick *pick = make(r, sizeof(*pick));
		pick->place = r->place;
		if (r->token == SPREAD)
			read_spread(r, pick);
		else
			read_field(r, pick);
		*last = pick;
		last = &pick->next;
	} while (!failed(r) && !take_mark(r, '}'));
	r->depth--;
	return first;
}

/* "[IssueState!]!" */
static void read_type(struct reader *r)
{
	if (!enter(r))
		return;
	if (take_mark(r, '[')) {
		read_type(r);
		want_mark(r, ']');
	} else {
		(void)want_name(r);
	}
	(void)take_mark(r, '!');
	r->depth--;
}

static struct sim_gql_variable *read_variables(struct reader *r)
{
	struct sim_gql_variable *first = NULL, **last = &first;

	while (!failed(r) && !take_mark(r, ')')) {
		struct sim_gql_variable *v = make(r, sizeof(*v));
		v->place = r->place;
		want_mark(r, '$');
		v->name = want_name(r);
		want_mark(r, ':');
		v->type.p = r->text.p;
		read_type(r);
		if (failed(r))
			break;
		v->type.n = (size_t)(r->text.p - v->type.p);
		while (v->type.n && memchr(" \t\r\n,", v->type.p[v->type.n - 1], 5))
			v->type.n--;
		v->is_required = v->type.n && v->type.p[v->type.n - 1] == '!';
		if (take_mark(r, '=')) {
			v->has_default = true;
			v->deflt = read_value(r);
		}
		(void)read_directives(r);
		*last = v;
		last = &v->next;
	}
	return first;
}

static void read_fragment(struct reader *r)
{
	struct sim_gql_fragment *f = make(r, sizeof(*f));

	f->place = r->place;
	next(r);
	f->name = want_name(r);
	if (!is_word(r, "on"))
		unexpected(r);
	next(r);
	f->type = want_name(r);
	(void)read_directives(r);
	f->picks = read_picks(r);
	f->next = r->d->fragments;
	r->d->fragments = f;
}

static void read_operation(struct reader *r)
{
	struct sim_gql_operation *o = make(r, sizeof(*o));

	o->place = r->place;
	o->word = HG_STR("query");
	if (!is_mark(r, '{')) {
		o->word = r->text;
		next(r);
		if (r->token == NAME)
			o->name = want_name(r);
		if (take_mark(r, '('))
			o->variables = read_variables(r);
		(void)read_directives(r);
	}
	o->picks = read_picks(r);
	o->next = r->d->operations;
	r->d->operations = o;
}

bool sim_gql_read(
	struct sim_gql_document *d, struct hg_str source, struct sim_gql_mistake *ret_mistake)
{
	struct reader r = { .d = d,
		.p = source.p,
		.end = source.p + source.n,
		.line_start = source.p,
		.line = 1,
		.mistake = ret_mistake };

	*d = (struct sim_gql_document){ .owned = json_array() };
	*ret_mistake = (struct sim_gql_mistake){ 0 };
	next(&r);
	do {
		if (is_word(&r, "fragment"))
			read_fragment(&r);
		else if (is_mark(&r, '{') || is_word(&r, "query") || is_word(&r, "mutation") ||
			 is_word(&r, "subscription"))
			read_operation(&r);
		else
			unexpected(&r);
	} while (!failed(&r) && r.token != END);
	if (!failed(&r))
		return true;
	d->operations = NULL;
	d->fragments = NULL;
	return false;
}

void sim_gql_fini(struct sim_gql_document *d)
{
	while (d->blocks) {
		struct sim_gql_block *block = d->blocks;
		d->blocks = block->next;
		hg_free(block);
	}
	json_decref(d->owned);
	*d = (struct sim_gql_document){ 0 };
}

const struct sim_gql_operation *sim_gql_operation_find(
	const struct sim_gql_document *d, struct hg_str name)
{
	const struct sim_gql_operation *o = d->operations;

	if (name.n == 0)
		return o && !o->next ? o : NULL;
	while (o && !hg_str_is(o->name, name))
		o = o->next;
	return o;
}

struct sim_gql_fragment *sim_gql_fragment_find(const struct sim_gql_document *d, struct hg_str name)
{
	struct sim_gql_fragment *f = d->fragments;

	while (f && !hg_str_is(f->name, name))
		f = f->next;
	return f;
}
