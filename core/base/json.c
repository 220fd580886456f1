#include "base/json.h"
#include "base/bug.h"

/* -- bytes ------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* How many bytes the character at `p` takes; 0: it is none. */
static size_t utf8_length(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if ((size_t)(end - p) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
	unsigned char second = n > 2 ? (unsigned char)p[1] : 0;
	if ((c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f) ||
		(c == 0xf0 && second < 0x90) || (c == 0xf4 && second > 0x8f))
		return 0;
	return n;
}

bool hg_json_is_utf8(struct hg_str s)
{
	for (const char *p = s.p, *end = s.p + s.n; p < end;) {
		size_t n = utf8_length(p, end);
		if (!n)
			return false;
		p += n;
	}
	return true;
}

/* -- checking: each returns what follows, or NULL ---------------------------------------------- */

static const char *check_escape(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	if (*p != 'u')
		return *p && strchr("\"\\/bfnrt", *p) ? p + 1 : NULL;
	if (end - p < 5)
		return NULL;
	for (int i = 1; i < 5; i++)
		if (hex_value(p[i]) < 0)
			return NULL;
	return p + 5;
}

static const char *check_string(const char *p, const char *end)
{
	if (p == end || *p != '"')
		return NULL;
	p++;
	while (p && p < end) {
		if (*p == '"')
			return p + 1;
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\') {
			p = check_escape(p + 1, end);
			continue;
		}
		size_t n = utf8_length(p, end);
		if (!n)
			return NULL;
		p += n;
	}
	return NULL;
}

static const char *check_digits(const char *p, const char *end)
{
	if (p == end || !is_digit(*p))
		return NULL;
	while (p < end && is_digit(*p))
		p++;
	return p;
}

static const char *check_number(const char *p, const char *end)
{
	if (p < end && *p == '-')
		p++;
	if (p < end && *p == '0')
		p++;
	else
		p = check_digits(p, end);
	if (p && p < end && *p == '.')
		p = check_digits(p + 1, end);
	if (p && p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = check_digits(p, end);
	}
	return p;
}

static const char *check_word(const char *p, const char *end)
{
	static const struct hg_str words[] = { { "null", 4 }, { "true", 4 }, { "false", 5 } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (hg_str_starts((struct hg_str){ p, (size_t)(end - p) }, words[i]))
			return p + words[i].n;
	return NULL;
}

static const char *check_scalar(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	if (*p == '"')
		return check_string(p, end);
	return *p == '-' || is_digit(*p) ? check_number(p, end) : check_word(p, end);
}

struct nest {
	uint32_t depth;
	uint8_t is_object[HG_JSON_DEPTH];
};

/* A name and its colon, when the innermost value is an object. */
static const char *check_name(const struct nest *in, const char *p, const char *end)
{
	if (!in->is_object[in->depth - 1])
		return p;
	p = check_string(p, end);
	if (!p)
		return NULL;
	p = skip_blanks(p, end);
	return p < end && *p == ':' ? skip_blanks(p + 1, end) : NULL;
}

/* Behind a value: closes what ends here, and stands at the next one, or at the end of it all. */
static const char *check_behind(struct nest *in, const char *p, const char *end)
{
	while (in->depth) {
		p = skip_blanks(p, end);
		if (p == end)
			return NULL;
		if (*p == ',')
			return check_name(in, skip_blanks(p + 1, end), end);
		if (*p != (in->is_object[in->depth - 1] ? '}' : ']'))
			return NULL;
		in->depth--;
		p++;
	}
	return p;
}

bool hg_json_is_valid(struct hg_str text)
{
	struct nest in = { .depth = 0 };
	const char *end = text.p + text.n, *p = skip_blanks(text.p, end);

	do {
		if (!p || p == end)
			return false;
		if (*p != '{' && *p != '[') {
			p = check_scalar(p, end);
			if (p)
				p = check_behind(&in, p, end);
			continue;
		}
		if (in.depth == HG_JSON_DEPTH)
			return false;
		char close = *p == '{' ? '}' : ']';
		in.is_object[in.depth++] = *p == '{';
		p = skip_blanks(p + 1, end);
		if (p < end && *p == close) {
			in.depth--;
			p = check_behind(&in, p + 1, end);
		} else {
			p = check_name(&in, p, end);
		}
	} while (in.depth);
	return p && skip_blanks(p, end) == end;
}

/* -- walking: what is valid -------------------------------------------------------------------- */

enum hg_json_kind hg_json_kind(struct hg_str value)
{
	const char *end = value.p + value.n, *p = skip_blanks(value.p, end);

	switch (p < end ? *p : 0) {
	case '{':
		return HG_JSON_OBJECT;
	case '[':
		return HG_JSON_ARRAY;
	case '"':
		return HG_JSON_STRING;
	case 't':
	case 'f':
		return HG_JSON_BOOL;
	case 'n':
		return HG_JSON_NULL;
	default:
		return HG_JSON_NUMBER;
	}
}

static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p < end ? p + 1 : end;
}

static const char *skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
			if (!depth)
				return p;
			continue;
		}
		if (*p == '{' || *p == '[') {
			depth++;
		} else if (*p == '}' || *p == ']') {
			if (!depth)
				return p; /* of what is around a number or a word */
			if (!--depth)
				return p + 1;
		} else if (!depth && (*p == ',' || is_blank(*p))) {
			return p;
		}
		p++;
	}
	return end;
}

bool hg_json_open(struct hg_json *at, struct hg_str value)
{
	const char *end = value.p + value.n, *p = skip_blanks(value.p, end);

	if (p == end || (*p != '{' && *p != '['))
		return false;
	*at = (struct hg_json){ .p = p + 1, .end = end, .is_object = *p == '{' };
	return true;
}

bool hg_json_next(struct hg_json *at, struct hg_str *ret_name, struct hg_str *ret_value)
{
	const char *p = skip_blanks(at->p, at->end);

	if (p < at->end && *p == ',')
		p = skip_blanks(p + 1, at->end);
	if (p == at->end || *p == '}' || *p == ']')
		return false;
	*ret_name = (struct hg_str){ 0 };
	if (at->is_object) {
		const char *name = p;
		p = skip_string(p, at->end);
		*ret_name = (struct hg_str){ name, (size_t)(p - name) };
		p = skip_blanks(p, at->end);
		p = skip_blanks(p < at->end ? p + 1 : p, at->end);
	}
	const char *value = p;
	at->p = skip_value(p, at->end);
	*ret_value = (struct hg_str){ value, (size_t)(at->p - value) };
	return true;
}

/* -- strings ----------------------------------------------------------------------------------- */

static uint32_t read_hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 4 | (uint32_t)hex_value(p[i]);
	return v;
}

static size_t write_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

/* `*p` stands at the four digits and is moved behind what was read: a pair is one character. */
static uint32_t read_unicode(const char **p, const char *end)
{
	uint32_t c = read_hex4(*p);

	*p += 4;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return 0xfffd;
	uint32_t low = read_hex4(*p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

static char plain_escape(char c)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *at = strchr(from, c);

	return at && *at ? to[at - from] : c;
}

struct hg_str hg_json_text(struct hg_arena *arena, struct hg_str value)
{
	if (HG_ODD(value.n < 2))
		return (struct hg_str){ "", 0 };
	const char *p = value.p + 1, *end = value.p + value.n - 1;
	char *text = hg_arena_alloc(arena, value.n); /* no escape is shorter than what it means */
	size_t n = 0;

	while (p < end) {
		if (*p != '\\') {
			text[n++] = *p++;
			continue;
		}
		p += 2;
		if (p[-1] == 'u')
			n += write_utf8(text + n, read_unicode(&p, end));
		else
			text[n++] = plain_escape(p[-1]);
	}
	return (struct hg_str){ text, n };
}

bool hg_json_name_is(struct hg_str name, struct hg_str word)
{
	struct hg_arena arena;

	if (name.n < 2)
		return false;
	struct hg_str plain = { name.p + 1, name.n - 2 };
	if (!memchr(plain.p, '\\', plain.n))
		return hg_str_is(plain, word);
	if (plain.n > 6 * word.n)
		return false;
	hg_arena_init(&arena);
	bool is = hg_str_is(hg_json_text(&arena, name), word);
	hg_arena_fini(&arena);
	return is;
}

uint32_t hg_json_find(struct hg_str object, struct hg_str name, struct hg_str *ret_value)
{
	struct hg_json at;
	struct hg_str this_name, value;
	uint32_t n = 0;

	if (!hg_json_open(&at, object) || !at.is_object)
		return 0;
	while (hg_json_next(&at, &this_name, &value))
		if (hg_json_name_is(this_name, name)) {
			*ret_value = value;
			n++;
		}
	return n;
}
