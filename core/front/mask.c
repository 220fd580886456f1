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

/* As GitHub would read it: "access%5Ftoken" is access_token. Of one longer than `size` its end,
 * where it matters. */
static struct hg_str decoded(struct hg_str s, char *into, size_t size)
{
	size_t n = 0, from = s.n > size ? s.n - size : 0;

	for (size_t i = from; i < s.n; i++) {
		int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
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
static bool is_secret_word(struct hg_str name)
{
	static const char *const ends[] = { "token", "secret", "sig", "signature", "password",
		"passwd", "pwd", "credential", "credentials", "authorization", "apikey", "api_key",
		"access_key", "private_key", "jwt", "assertion", "session" };
	static const char *const whole[] = { "code", "key", "auth", "pass", "code_verifier" };

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

/* Of a list or a map, "token[]" and "auth[token]", either part. */
static bool is_secret(struct hg_str name)
{
	char bytes[64];
	struct hg_str plain = decoded(name, bytes, sizeof(bytes));
	const char *bracket = plain.n ? memchr(plain.p, '[', plain.n) : NULL;

	if (bracket && is_secret_word((struct hg_str){ plain.p, (size_t)(bracket - plain.p) }))
		return true;
	if (bracket && plain.p[plain.n - 1] == ']')
		plain.n--;
	return is_secret_word(plain);
}

static bool is_separator(char c)
{
	return c == '&' || c == ';' || c == '#';
}

void hg_mask_query(struct hg_text *out, struct hg_str query)
{
	for (size_t i = 0; i < query.n;) {
		size_t from = i;
		while (i < query.n && !is_separator(query.p[i]))
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

/* Where its host begins, behind a name and password that begin at *ret_from; 0: it has none. */
static size_t after_user(struct hg_str url, size_t *ret_from)
{
	const char *slashes = url.n ? memmem(url.p, url.n, "//", 2) : NULL;
	size_t at = 0;

	if (!slashes)
		return 0;
	*ret_from = (size_t)(slashes - url.p) + 2;
	for (size_t i = *ret_from;
		i < url.n && url.p[i] != '/' && url.p[i] != '?' && url.p[i] != '#'; i++)
		if (url.p[i] == '@')
			at = i + 1;
	return at;
}

void hg_mask_url(struct hg_text *out, struct hg_str url)
{
	size_t from = 0, n = 0, at = after_user(url, &from);

	if (at) {
		hg_mask_control(out, (struct hg_str){ url.p, from });
		hg_text_add(out, HG_STR("***@"));
		url = (struct hg_str){ url.p + at, url.n - at };
	}
	while (n < url.n && url.p[n] != '?' && url.p[n] != '#')
		n++;
	n += n < url.n;
	hg_mask_control(out, (struct hg_str){ url.p, n });
	hg_mask_query(out, (struct hg_str){ url.p + n, url.n - n });
}
