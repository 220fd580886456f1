#include "front/mask.h"

#include <string.h>
#include <strings.h>

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void hg_mask_control(struct hg_text *out, struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t from = i;
		while (i < s.n && is_plain(s.p[i]))
			i++;
		hg_text_add(out, (struct hg_str){ s.p + from, i - from });
		if (i < s.n)
			hg_text_printf(out, "\\x%02x", (unsigned char)s.p[i]);
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As GitHub would read it: "access%5Ftoken" is access_token. Longer than `size`: it is none of our
 * words. */
static struct hg_str decoded(struct hg_str s, char *into, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
		if (n == size)
			return (struct hg_str){ into, 0 };
		into[n++] = low >= 0 ? (char)(high * 16 + low) : s.p[i];
		i += low >= 0 ? 2 : 0;
	}
	return (struct hg_str){ into, n };
}

static bool ends_nocase(struct hg_str s, const char *end)
{
	size_t n = strlen(end);

	return s.n >= n && strncasecmp(s.p + s.n - n, end, n) == 0;
}

/* Names that hold a secret somewhere: OAuth, signed links of storage, keys. By their ends, so that
 * refresh_token and X-Amz-Signature are found. */
static bool is_secret(struct hg_str name)
{
	static const char *const ends[] = { "token", "secret", "sig", "signature", "password",
		"passwd", "pwd", "credential", "credentials", "authorization", "apikey", "api_key",
		"access_key", "private_key", "jwt", "assertion", "session" };
	static const char *const whole[] = { "code", "key", "auth", "pass", "code_verifier" };
	char plain[64];

	name = decoded(name, plain, sizeof(plain));
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_nocase(name, ends[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (hg_str_is_nocase(name, hg_str(whole[i])))
			return true;
	}
	return false;
}

void hg_mask_query(struct hg_text *out, struct hg_str query)
{
	for (size_t i = 0; i < query.n;) {
		size_t from = i;
		while (i < query.n && query.p[i] != '&' && query.p[i] != ';')
			i++;
		struct hg_str pair = { query.p + from, i - from };
		const char *equals = memchr(pair.p, '=', pair.n);
		size_t n_name = equals ? (size_t)(equals - pair.p) : pair.n;
		if (equals && is_secret((struct hg_str){ pair.p, n_name })) {
			hg_mask_control(out, (struct hg_str){ pair.p, n_name + 1 });
			hg_text_add(out, HG_STR("***"));
		} else {
			hg_mask_control(out, pair);
		}
		if (i < query.n)
			hg_text_add_char(out, query.p[i++]);
	}
}

void hg_mask_url(struct hg_text *out, struct hg_str url)
{
	const char *mark = url.n ? memchr(url.p, '?', url.n) : NULL;
	size_t n = mark ? (size_t)(mark - url.p) + 1 : url.n;

	hg_mask_control(out, (struct hg_str){ url.p, n });
	if (mark)
		hg_mask_query(out, (struct hg_str){ url.p + n, url.n - n });
}
