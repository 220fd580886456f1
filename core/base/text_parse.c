#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

/* Numbers and units: hg_parse_… and the hg_text_add_… that write what they read. */

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit durations[] = { /* largest first */
	{ "d", 86400000000ull }, { "h", 3600000000ull }, { "min", 60000000ull }, { "s", 1000000 },
	{ "ms", 1000 }, { "us", 1 }, { 0 }
};

static const struct unit sizes[] = { { "GiB", 1ull << 30 }, { "MiB", 1ull << 20 },
	{ "KiB", 1ull << 10 }, { "GB", 1000000000 }, { "MB", 1000000 }, { "kB", 1000 }, { "B", 1 },
	{ 0 } };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Number of digits at the beginning. */
static size_t count_digits(struct hg_str s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

static struct hg_str without(struct hg_str s, size_t n_first)
{
	return (struct hg_str){ n_first ? s.p + n_first : s.p, s.n - n_first };
}

/* Digits and one of the units; 0 needs none. */
static bool parse_with_unit(struct hg_str s, const struct unit *units, uint64_t *ret_v)
{
	size_t n = count_digits(s);
	struct hg_str name = without(s, n);
	uint64_t v;

	if (!hg_parse_u64((struct hg_str){ s.p, n }, &v))
		return false;
	if (v == 0 && name.n == 0) {
		*ret_v = 0;
		return true;
	}
	for (const struct unit *u = units; u->name; u++) {
		if (hg_str_is(name, hg_str(u->name)))
			return !__builtin_mul_overflow(v, u->factor, ret_v);
	}
	return false;
}

bool hg_parse_u64(struct hg_str s, uint64_t *ret_v)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, 10u, &v) ||
			__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*ret_v = v;
	return true;
}

bool hg_parse_i64(struct hg_str s, int64_t *ret_v)
{
	bool is_negative = s.n > 0 && s.p[0] == '-';
	uint64_t most = (uint64_t)INT64_MAX + is_negative;
	uint64_t v;

	if (!hg_parse_u64(without(s, is_negative), &v) || v > most)
		return false;
	*ret_v = is_negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* 12  12.5  12e3  12.5e-3: digits, maybe a point and digits, maybe an exponent. */
static bool is_decimal(struct hg_str s)
{
	size_t n = count_digits(s);

	if (n == 0)
		return false;
	s = without(s, n);
	if (s.n && s.p[0] == '.') {
		n = count_digits(without(s, 1));
		if (n == 0)
			return false;
		s = without(s, 1 + n);
	}
	if (s.n && (s.p[0] == 'e' || s.p[0] == 'E')) {
		s = without(s, 1);
		if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
			s = without(s, 1);
		n = count_digits(s);
		return n > 0 && n == s.n;
	}
	return s.n == 0;
}

bool hg_parse_double(struct hg_str s, double *ret_v)
{
	char text[128];

	if (s.n >= sizeof(text) || !is_decimal(s))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';

	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* glibc's own: no allocation */

	if (!c)
		return false;
	double v = strtod_l(text, NULL, c);

	freelocale(c);
	if (!isfinite(v))
		return false;
	*ret_v = v;
	return true;
}

bool hg_parse_usec(struct hg_str s, int64_t *ret_us)
{
	uint64_t v;

	if (!parse_with_unit(s, durations, &v) || v > INT64_MAX)
		return false;
	*ret_us = (int64_t)v;
	return true;
}

bool hg_parse_bytes(struct hg_str s, uint64_t *ret_bytes)
{
	uint64_t v;

	if (!parse_with_unit(s, sizes, &v))
		return false;
	*ret_bytes = v;
	return true;
}

bool hg_parse_share(struct hg_str s, double *ret_share)
{
	bool is_percent = s.n > 0 && s.p[s.n - 1] == '%';
	double v;

	if (!hg_parse_double((struct hg_str){ s.p, s.n - is_percent }, &v))
		return false;
	if (is_percent)
		v /= 100;
	if (v > 1)
		return false;
	*ret_share = v;
	return true;
}

/* In the largest unit that leaves a whole number. */
static void add_with_unit(struct hg_text *t, uint64_t v, const struct unit *units)
{
	const struct unit *best = NULL;

	if (v == 0) {
		hg_text_add_char(t, '0');
		return;
	}
	for (const struct unit *u = units; u->name; u++) {
		if (v % u->factor == 0 && (!best || u->factor > best->factor))
			best = u;
	}
	hg_text_printf(t, "%llu%s", (unsigned long long)(v / best->factor), best->name);
}

void hg_text_add_usec(struct hg_text *t, int64_t us)
{
	if (us < 0)
		hg_text_add_char(t, '-');
	add_with_unit(t, us < 0 ? 0 - (uint64_t)us : (uint64_t)us, durations);
}

void hg_text_add_bytes(struct hg_text *t, uint64_t bytes)
{
	add_with_unit(t, bytes, sizes);
}
