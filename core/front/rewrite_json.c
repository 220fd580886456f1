/*
 * A parser of JSON that only looks: it knows where it stands, and copies. Output is copied late, in
 * runs as long as possible: `copied` is how far a piece is in `out` already.
 */
#include "front/rewrite_json.h"
#include "ticket/upstreams.h"
#include <endian.h>

enum state {
	VALUE,
	VALUE_OR_END, /* after '[' */
	KEY,
	KEY_OR_END, /* after '{' */
	COLON,
	AFTER,   /* a value: ',' or the end of what it is in */
	COMPARE, /* in a string that may begin with a base */
	STRING,
	ESCAPE, /* after a backslash */
	HEX,
	WORD,
	MINUS,
	ZERO,
	DIGITS,
	POINT,
	FRACTION,
	EXPONENT,
	EXPONENT_SIGN,
	EXPONENT_DIGITS,
	DONE, /* white space may follow */
	PASS, /* no JSON from here on */
};

/* One piece on its way through. */
struct run {
	const char *p, *end;
	const char *copied; /* what lies before it is in `out`, or is not wanted there */
	const char *from;   /* where the string under comparison begins in this piece */
	size_t carried;     /* bytes of it that came with earlier pieces */
	struct hg_text *out;
	bool differs; /* out is not the piece */
};

/* -- where we are ------------------------------------------------------------------------------ */

static bool is_in_object(const struct hg_rewrite_json *j)
{
	uint32_t level = j->depth - 1;

	return j->depth && (j->objects[level / 64] >> level % 64 & 1);
}

static void enter(struct hg_rewrite_json *j, bool object)
{
	if (j->depth == HG_REWRITE_JSON_DEPTH) {
		j->state = PASS;
		return;
	}
	uint64_t bit = 1ull << j->depth % 64, *word = &j->objects[j->depth / 64];
	*word = object ? *word | bit : *word & ~bit;
	j->depth++;
	j->state = object ? KEY_OR_END : VALUE_OR_END;
}

static void end_value(struct hg_rewrite_json *j)
{
	j->is_wanted = false;
	j->state = j->depth ? AFTER : DONE;
}

static void leave(struct hg_rewrite_json *j, bool object)
{
	if (!j->depth || is_in_object(j) != object) {
		j->state = PASS;
		return;
	}
	j->depth--;
	end_value(j);
}

/* -- strings ----------------------------------------------------------------------------------- */

static uint32_t tail_of(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static void add_to_key(struct hg_rewrite_json *j, const char *p, size_t n)
{
	j->key_n += n;
	if (n >= 4)
		j->key_tail = tail_of(p + n - 4);
	else
		for (size_t i = 0; i < n; i++)
			j->key_tail = j->key_tail << 8 | (unsigned char)p[i];
}

static void end_key(struct hg_rewrite_json *j)
{
	bool is_url = j->key_n == 3 && j->key_tail == tail_of("\0url");
	bool ends_in_url = j->key_n >= 4 && j->key_tail == tail_of("_url");

	j->is_wanted = !j->key_has_escape && (is_url || ends_in_url);
	j->state = COLON;
}

static void begin_key(struct hg_rewrite_json *j)
{
	j->in_key = true;
	j->key_has_escape = false;
	j->key_tail = 0;
	j->key_n = 0;
	j->state = STRING;
}

static void begin_string(struct hg_rewrite_json *j, struct run *r)
{
	j->in_key = false;
	j->state = STRING;
	if (!j->is_wanted || !j->n_pairs)
		return;
	j->state = COMPARE;
	j->alive = (1u << j->n_pairs) - 1;
	j->hit = -1;
	j->held = 0;
	r->from = r->p + 1;
	r->carried = 0;
}

#define EACH 0x0101010101010101ull

/* Which of eight bytes are a quote, a backslash or a control character: the top bit of each. The
 * lowest that is set is right; above it a borrow may set more. */
static uint64_t special_of(const char *p)
{
	uint64_t x, quote, slash;

	memcpy(&x, p, sizeof(x));
	x = le64toh(x);
	quote = x ^ EACH * '"';
	slash = x ^ EACH * '\\';
	return (((quote - EACH) & ~quote) | ((slash - EACH) & ~slash) | ((x - EACH * 0x20) & ~x)) &
	       EACH * 0x80;
}

static const char *skip_plain(const char *p, const char *end)
{
	for (; end - p >= 8; p += 8) {
		uint64_t special = special_of(p);
		if (special)
			return p + __builtin_ctzll(special) / 8;
	}
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

static void in_string(struct hg_rewrite_json *j, struct run *r)
{
	const char *from = r->p;

	r->p = skip_plain(r->p, r->end);
	if (j->in_key)
		add_to_key(j, from, (size_t)(r->p - from));
	if (r->p == r->end)
		return;
	char c = *r->p++;
	if (c == '\\') {
		j->key_has_escape = true;
		j->state = ESCAPE;
	} else if (c != '"') {
		j->state = PASS;
	} else if (j->in_key) {
		end_key(j);
	} else {
		end_value(j);
	}
}

static void in_escape(struct hg_rewrite_json *j, char c)
{
	if (c == 'u') {
		j->hex_left = 4;
		j->state = HEX;
	} else {
		j->state = c && strchr("\"\\/bfnrt", c) ? STRING : PASS;
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void in_hex(struct hg_rewrite_json *j, char c)
{
	if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
		j->state = PASS;
	else if (--j->hex_left == 0)
		j->state = STRING;
}

/* -- comparing --------------------------------------------------------------------------------- */

static void copy_to(struct run *r, const char *end)
{
	hg_text_add(r->out, (struct hg_str){ r->copied, (size_t)(end - r->copied) });
	r->copied = end;
}

/* Bytes `from` to `held` of the string: as far as they came with earlier pieces, from the base. */
static void give_back(struct hg_rewrite_json *j, struct run *r, size_t from)
{
	if (r->carried > from)
		hg_text_add(r->out,
			(struct hg_str){ j->pairs[j->like].from.p + from, r->carried - from });
}

/* The comparison is over, at r->p. */
static void decide(struct hg_rewrite_json *j, struct run *r)
{
	j->state = STRING;
	if (j->hit < 0) {
		give_back(j, r, 0);
		return;
	}
	const struct hg_rewrite_pair *pair = &j->pairs[j->hit];
	copy_to(r, r->from);
	hg_text_add(r->out, pair->to[0]);
	hg_text_add(r->out, pair->to[1]);
	give_back(j, r, pair->from.n);
	if (pair->from.n > r->carried)
		r->copied = r->from + (pair->from.n - r->carried);
	r->differs = true;
	j->n_replaced++;
}

static bool ends_base(char c)
{
	return c == '/' || c == '"' || c == '{' || c == '?' || c == '#';
}

/* All that decides lies in this piece: no byte after the other. False: it may not. The longest base
 * is the one, as where bytes come one by one. */
static bool compare_at_once(struct hg_rewrite_json *j, struct run *r)
{
	size_t left = (size_t)(r->end - r->p), hit_n = 0;
	const char *p = r->p;

	for (uint32_t i = 0; i < j->n_pairs; i++) {
		struct hg_str from = j->pairs[i].from;
		if (left <= from.n)
			return false;
		if (from.n > hit_n && ends_base(p[from.n]) && memcmp(p, from.p, from.n) == 0) {
			j->hit = (int32_t)i;
			hit_n = from.n;
		}
	}
	r->p += hit_n;
	decide(j, r);
	return true;
}

static void compare(struct hg_rewrite_json *j, struct run *r)
{
	if (j->held == 0 && compare_at_once(j, r))
		return;
	for (; r->p < r->end; r->p++) {
		for (uint32_t i = 0; i < j->n_pairs; i++) {
			const struct hg_str *from = &j->pairs[i].from;
			if (!(j->alive & 1u << i))
				continue;
			if (j->held < from->n && from->p[j->held] == *r->p)
				continue;
			j->alive &= ~(1u << i);
			if (j->held == from->n && ends_base(*r->p))
				j->hit = (int32_t)i;
		}
		if (!j->alive) {
			decide(j, r);
			return;
		}
		j->like = (uint32_t)__builtin_ctz(j->alive);
		j->held++;
	}
}

/* -- everything else --------------------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void begin_word(struct hg_rewrite_json *j, const char *rest)
{
	j->word = rest;
	j->state = WORD;
}

static void begin_value(struct hg_rewrite_json *j, struct run *r, char c)
{
	switch (c) {
	case '"':
		begin_string(j, r);
		return;
	case '{':
	case '[':
		j->is_wanted = false;
		enter(j, c == '{');
		return;
	case 't':
		begin_word(j, "rue");
		return;
	case 'f':
		begin_word(j, "alse");
		return;
	case 'n':
		begin_word(j, "ull");
		return;
	case '-':
		j->state = MINUS;
		return;
	case '0':
		j->state = ZERO;
		return;
	default:
		j->state = is_digit(c) ? DIGITS : PASS;
	}
}

static void in_word(struct hg_rewrite_json *j, char c)
{
	if (*j->word != c)
		j->state = PASS;
	else if (*++j->word == '\0')
		end_value(j);
}

/* False: the number ended before `c`. */
static bool in_number(struct hg_rewrite_json *j, char c)
{
	bool digit = is_digit(c), exponent = c == 'e' || c == 'E';

	switch (j->state) {
	case MINUS:
		j->state = c == '0' ? ZERO : digit ? DIGITS : PASS;
		return true;
	case POINT:
		j->state = digit ? FRACTION : PASS;
		return true;
	case EXPONENT:
	case EXPONENT_SIGN:
		if (j->state == EXPONENT && (c == '+' || c == '-'))
			j->state = EXPONENT_SIGN;
		else
			j->state = digit ? EXPONENT_DIGITS : PASS;
		return true;
	default:
		break;
	}
	if (digit && j->state != ZERO)
		return true;
	if (c == '.' && (j->state == ZERO || j->state == DIGITS))
		j->state = POINT;
	else if (exponent && j->state != EXPONENT_DIGITS)
		j->state = EXPONENT;
	else
		return false;
	return true;
}

/* A byte that is no white space, where white space may stand. */
static void between(struct hg_rewrite_json *j, struct run *r, char c)
{
	switch ((enum state)j->state) {
	case VALUE_OR_END:
		if (c == ']')
			leave(j, false);
		else
			begin_value(j, r, c);
		return;
	case VALUE:
		begin_value(j, r, c);
		return;
	case KEY_OR_END:
		if (c == '}') {
			leave(j, true);
			return;
		}
		__attribute__((fallthrough));
	case KEY:
		if (c == '"')
			begin_key(j);
		else
			j->state = PASS;
		return;
	case COLON:
		j->state = c == ':' ? VALUE : PASS;
		return;
	case AFTER:
		if (c == ',')
			j->state = is_in_object(j) ? KEY : VALUE;
		else if (c == '}' || c == ']')
			leave(j, c == '}');
		else
			j->state = PASS;
		return;
	default:
		j->state = PASS;
	}
}

static void step(struct hg_rewrite_json *j, struct run *r)
{
	switch ((enum state)j->state) {
	case VALUE:
	case VALUE_OR_END:
	case KEY:
	case KEY_OR_END:
	case COLON:
	case AFTER:
	case DONE:
		if (!is_space(*r->p))
			between(j, r, *r->p);
		r->p++;
		return;
	case COMPARE:
		compare(j, r);
		return;
	case STRING:
		in_string(j, r);
		return;
	case ESCAPE:
		in_escape(j, *r->p++);
		return;
	case HEX:
		in_hex(j, *r->p++);
		return;
	case WORD:
		in_word(j, *r->p++);
		return;
	case MINUS:
	case ZERO:
	case DIGITS:
	case POINT:
	case FRACTION:
	case EXPONENT:
	case EXPONENT_SIGN:
	case EXPONENT_DIGITS:
		if (in_number(j, *r->p))
			r->p++;
		else
			end_value(j);
		return;
	case PASS:
		r->p = r->end;
		return;
	}
}

/* -- for others -------------------------------------------------------------------------------- */

/* "application/json; charset=utf-8", "application/scim+json": by its essence. */
static bool is_json(struct hg_str type)
{
	const char *semicolon = type.n ? memchr(type.p, ';', type.n) : NULL;

	if (semicolon)
		type.n = (size_t)(semicolon - type.p);
	while (type.n && (type.p[type.n - 1] == ' ' || type.p[type.n - 1] == '\t'))
		type.n--;
	while (type.n && (type.p[0] == ' ' || type.p[0] == '\t')) {
		type.p++;
		type.n--;
	}
	if (hg_str_is_nocase(type, HG_STR("application/json")))
		return true;
	const char *slash = type.n > 5 ? memchr(type.p, '/', type.n - 5) : NULL;
	return slash && slash > type.p && slash + 1 < type.p + type.n - 5 &&
	       strncasecmp(type.p + type.n - 5, "+json", 5) == 0;
}

bool hg_rewrite_json_is_for(int status, struct hg_str content_type, struct hg_str content_encoding)
{
	if (status == 204 || status == 206 || status == 304)
		return false;
	if (content_encoding.n && !hg_str_is_nocase(content_encoding, HG_STR("identity")))
		return false;
	return is_json(content_type);
}

static void add_pair(
	struct hg_rewrite_json *j, struct hg_str from, struct hg_str a, struct hg_str b)
{
	if (from.n)
		j->pairs[j->n_pairs++] = (struct hg_rewrite_pair){ from, { a, b } };
}

void hg_rewrite_json_init(struct hg_rewrite_json *j, const struct hg_rewrite *w)
{
	*j = (struct hg_rewrite_json){ .state = VALUE, .hit = -1 };
	if (!hg_rewrite_is_on(w))
		return;
	add_pair(j, w->from, hg_str(w->to), (struct hg_str){ 0 });
	if (w->is_githubs)
		add_pair(
			j, hg_str(w->uploads_from), HG_GITHUB_PUBLIC_UPLOADS, (struct hg_str){ 0 });
	else
		add_pair(j, hg_str(w->uploads_from), (struct hg_str){ w->to, w->root_n },
			HG_STR("/api/uploads"));
}

bool hg_rewrite_json_next(struct hg_rewrite_json *j, struct hg_str piece, struct hg_text *out)
{
	struct run r = { .p = piece.p, .copied = piece.p, .from = piece.p, .out = out };

	if (!piece.n || !j->n_pairs)
		return false;
	r.end = piece.p + piece.n;
	r.carried = j->state == COMPARE ? j->held : 0;
	r.differs = r.carried > 0;
	while (r.p < r.end)
		step(j, &r);
	if (j->state == COMPARE && r.from < r.end) {
		copy_to(&r, r.from);
		return true;
	}
	if (r.differs)
		copy_to(&r, r.end);
	return r.differs;
}

void hg_rewrite_json_end(struct hg_rewrite_json *j, struct hg_text *out)
{
	if (j->state == COMPARE && j->held)
		hg_text_add(out, (struct hg_str){ j->pairs[j->like].from.p, j->held });
	j->state = PASS;
}

static bool has(struct hg_str body, struct hg_str from)
{
	return from.n && body.n && memmem(body.p, body.n, from.p, from.n);
}

bool hg_rewrite_json_whole(const struct hg_rewrite *w, struct hg_str body, struct hg_text *out)
{
	struct hg_rewrite_json j;
	size_t n_before = out->n;

	if (!hg_rewrite_is_on(w) || (!has(body, w->from) && !has(body, hg_str(w->uploads_from))))
		return false;
	hg_rewrite_json_init(&j, w);
	bool differs = hg_rewrite_json_next(&j, body, out);
	hg_rewrite_json_end(&j, out);
	if (differs && !j.n_replaced) { /* a body cut within a base */
		out->n = n_before;
		out->p[n_before] = '\0';
		return false;
	}
	return differs;
}
