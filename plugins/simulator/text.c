#include "text.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/evp.h>

#include <hg/mem.h>

#define DAY_S 86400

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct civil {
	int year, month, day, weekday, hour, minute, second;
};

/* Days to year, month, day in the Gregorian calendar, counted in eras of 400 years from a first
 * of March, so that the leap day comes last. */
static struct civil civil_of(int64_t wall_s)
{
	int64_t days = floor_div(wall_s, DAY_S);
	int64_t rest = wall_s - days * DAY_S;
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t in_era = shifted - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t march = (5 * in_year + 2) / 153;

	struct civil c;
	c.day = (int)(in_year - (153 * march + 2) / 5 + 1);
	c.month = (int)(march < 10 ? march + 3 : march - 9);
	c.year = (int)(year + era * 400 + (c.month <= 2));
	c.weekday = (int)((days % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	return c;
}

struct sim_date sim_text_iso(int64_t wall_s)
{
	struct civil c = civil_of(wall_s);
	struct sim_date d;

	snprintf(d.text, sizeof(d.text), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day,
		c.hour, c.minute, c.second);
	return d;
}

struct sim_date sim_text_http(int64_t wall_s)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	struct civil c = civil_of(wall_s);
	struct sim_date d;

	snprintf(d.text, sizeof(d.text), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[c.weekday],
		c.day, months[c.month - 1], c.year, c.hour, c.minute, c.second);
	return d;
}

int64_t sim_text_number(struct hg_str s, int64_t deflt)
{
	int64_t value = 0;
	size_t i = 0;

	for (; i < s.n && i < 18 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		value = value * 10 + (s.p[i] - '0');
	return i ? value : deflt;
}

int64_t sim_text_id(struct hg_str s)
{
	if (s.n == 0 || s.n > 18)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
	return sim_text_number(s, -1);
}

void sim_text_hex(const uint8_t *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

char *sim_text_base64(const void *bytes, size_t n)
{
	char *out = hg_alloc((n + 2) / 3 * 4 + 1);
	int len = EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);

	out[len] = '\0';
	return out;
}

char *sim_text_unbase64(struct hg_str s, size_t *ret_n)
{
	if (s.n == 0 || s.n % 4 || s.n > 65536)
		return NULL;

	char *out = hg_alloc(s.n / 4 * 3 + 1);
	int len = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)s.p, (int)s.n);
	if (len < 0) {
		hg_free(out);
		return NULL;
	}
	/* EVP_DecodeBlock counts the padding as bytes */
	len -= (s.p[s.n - 1] == '=') + (s.p[s.n - 2] == '=');
	out[len] = '\0';
	*ret_n = (size_t)len;
	return out;
}

bool sim_text_glob(const char *pattern, struct hg_str s)
{
	const char *star = NULL;
	size_t i = 0, back = 0;

	while (i < s.n) {
		if (*pattern == '*') {
			star = ++pattern;
			back = i;
		} else if (*pattern == s.p[i] && *pattern) {
			pattern++;
			i++;
		} else if (star) {
			pattern = star;
			i = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static void decode(struct hg_str s, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 1 < size; i++) {
		int hi = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? hex_digit(s.p[i + 2]) : -1;
		if (lo >= 0) {
			out[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			out[n++] = s.p[i] == '+' ? ' ' : s.p[i];
		}
	}
	out[n] = '\0';
}

bool sim_text_query(struct hg_str query, const char *name, char *out, size_t size)
{
	size_t len = strlen(name), at = 0;

	while (at < query.n) {
		const char *p = query.p + at;
		const char *amp = memchr(p, '&', query.n - at);
		size_t n = amp ? (size_t)(amp - p) : query.n - at;

		if (n > len && p[len] == '=' && memcmp(p, name, len) == 0) {
			decode((struct hg_str){ p + len + 1, n - len - 1 }, out, size);
			return true;
		}
		at += n + 1;
	}
	return false;
}

void sim_text_add(struct sim_text *t, const char *p, size_t n)
{
	if (t->n + n + 1 > t->cap) {
		t->cap = (t->n + n + 1) * 2;
		t->p = hg_realloc(t->p, t->cap);
	}
	if (n)
		memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void sim_text_printf(struct sim_text *t, const char *fmt, ...)
{
	char small[512];
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(small)) {
		char *large = hg_alloc((size_t)n + 1);
		vsnprintf(large, (size_t)n + 1, fmt, again);
		sim_text_add(t, large, (size_t)n);
		hg_free(large);
	} else if (n >= 0) {
		sim_text_add(t, small, (size_t)n);
	}
	va_end(again);
}

void sim_text_fini(struct sim_text *t)
{
	hg_free(t->p);
	*t = (struct sim_text){ 0 };
}

void *sim_grow(void *items, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 8;
	return hg_realloc(items, *cap * size);
}
