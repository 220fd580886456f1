#include "base/text.h"

#include "base/bug.h"
#include <hg/mem.h>
#include <stdarg.h>
#include <stdio.h>

static void grow(struct hg_text *t, size_t wanted)
{
	size_t room = t->room ? t->room : 64;

	while (room < wanted)
		room *= 2;
	t->p = hg_realloc(t->p, room);
	t->room = room;
}

/* Room for `more` bytes and the NUL behind them. */
static inline void make_room(struct hg_text *t, size_t more)
{
	HG_BUG_ON(more > SIZE_MAX / 2 - 1 - t->n);
	if (t->n + more + 1 > t->room)
		grow(t, t->n + more + 1);
}

void hg_text_init(struct hg_text *t)
{
	*t = (struct hg_text){ 0 };
}

void hg_text_fini(struct hg_text *t)
{
	hg_free(t->p);
	*t = (struct hg_text){ 0 };
}

void hg_text_clear(struct hg_text *t)
{
	t->n = 0;
	if (t->p)
		t->p[0] = '\0';
}

void hg_text_add(struct hg_text *t, struct hg_str s)
{
	make_room(t, s.n);
	if (s.n)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
	t->p[t->n] = '\0';
}

void hg_text_add_char(struct hg_text *t, char c)
{
	hg_text_add(t, (struct hg_str){ &c, 1 });
}

void hg_text_add_u64(struct hg_text *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	hg_text_add(t, (struct hg_str){ digits + at, sizeof(digits) - at });
}

void hg_text_printf(struct hg_text *t, const char *fmt, ...)
{
	va_list args;

	make_room(t, 0);
	va_start(args, fmt);
	int n = vsnprintf(t->p + t->n, t->room - t->n, fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n >= t->room - t->n) {
		make_room(t, (size_t)n);
		va_start(args, fmt);
		n = vsnprintf(t->p + t->n, t->room - t->n, fmt, args);
		va_end(args);
	}
	if (n > 0)
		t->n += (size_t)n;
	t->p[t->n] = '\0';
}

/*
 * Length of the UTF-8 character at p[0 … n-1], 0 when there is none (RFC 3629: the shortest form
 * only, no surrogates, nothing above U+10FFFF).
 */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	unsigned char least = 0x80, most = 0xbf; /* of the second byte */
	size_t length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		length = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		length = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		least = 0xa0;
	else if (p[0] == 0xed)
		most = 0x9f;
	else if (p[0] == 0xf0)
		least = 0x90;
	else if (p[0] == 0xf4)
		most = 0x8f;
	if (n < length || p[1] < least || p[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

static void add_json_escape(struct hg_text *t, unsigned char c)
{
	static const char letters[] = { ['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
		['"'] = '"',
		['\\'] = '\\' };

	if (c < sizeof(letters) && letters[c]) {
		hg_text_add_char(t, '\\');
		hg_text_add_char(t, letters[c]);
	} else {
		hg_text_printf(t, "\\u%04x", c);
	}
}

void hg_text_add_json(struct hg_text *t, struct hg_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t from = 0; /* s.p[from … i-1] goes out as it is, in one piece */
	size_t i = 0;

	hg_text_add_char(t, '"');
	while (i < s.n) {
		size_t length = utf8_length(p + i, s.n - i);

		if (length > 1 || (length == 1 && p[i] >= 0x20 && p[i] != '"' && p[i] != '\\')) {
			i += length;
			continue;
		}
		hg_text_add(t, (struct hg_str){ s.p + from, i - from });
		if (length)
			add_json_escape(t, p[i]);
		else
			hg_text_add(t, HG_STR("\xef\xbf\xbd"));
		from = ++i;
	}
	if (from < i)
		hg_text_add(t, (struct hg_str){ s.p + from, i - from });
	hg_text_add_char(t, '"');
}

void hg_text_add_json_member(struct hg_text *t, const char *name, struct hg_str value)
{
	hg_text_printf(t, ",\"%s\":", name);
	hg_text_add_json(t, value);
}

void hg_format_hex(const uint8_t *p, size_t n, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		ret_hex[2 * i] = digits[p[i] >> 4];
		ret_hex[2 * i + 1] = digits[p[i] & 15];
	}
	ret_hex[2 * n] = '\0';
}

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t hg_edit_distance(struct hg_str a, struct hg_str b)
{
	/* Three rows of the table of distances between beginnings: this one and the two before. */
	size_t width = b.n + 1;
	size_t *rows = hg_alloc(3 * width * sizeof(rows[0]));
	size_t *before2 = rows, *before = rows + width, *now = rows + 2 * width;

	for (size_t j = 0; j <= b.n; j++)
		now[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *oldest = before2;

		before2 = before;
		before = now;
		now = oldest;
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t least = before[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			least = least_of(least, least_of(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				least = least_of(least, before2[j - 2] + 1);
			now[j] = least;
		}
	}
	size_t distance = now[b.n];

	hg_free(rows);
	return distance;
}
