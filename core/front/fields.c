#include "front/fields.h"
#include <stddef.h>

#define WORD(text)                        \
	{                                 \
		"" text, sizeof(text) - 1 \
	}

/* Asked for each field of each reply: lengths are compared first. */
static bool is_one_of(struct hg_str name, const struct hg_str *words)
{
	for (; words->n; words++)
		if (hg_str_is_nocase(name, *words))
			return true;
	return false;
}

static bool starts_nocase(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

bool hg_field_is_validator(struct hg_str name)
{
	static const struct hg_str words[] = { WORD("if-none-match"), WORD("if-modified-since"),
		{ 0 } };

	return is_one_of(name, words);
}

bool hg_field_goes_up(struct hg_str name)
{
	static const struct hg_str words[] = { WORD("accept"), WORD("accept-language"),
		WORD("content-type"), WORD("content-encoding"), WORD("content-language"),
		WORD("if-match"), WORD("if-unmodified-since"), WORD("range"), WORD("if-range"),
		WORD("graphql-features"), WORD("time-zone"), WORD("prefer"), { 0 } };

	return is_one_of(name, words) || hg_field_is_validator(name) ||
	       starts_nocase(name, HG_STR("x-github-"));
}

bool hg_field_stays_here(struct hg_str name)
{
	static const struct hg_str words[] = { WORD("connection"), WORD("keep-alive"),
		WORD("proxy-authenticate"), WORD("proxy-authorization"), WORD("proxy-connection"),
		WORD("te"), WORD("trailer"), WORD("transfer-encoding"), WORD("upgrade"),
		WORD("content-length"), WORD("set-cookie"), WORD("alt-svc"), { 0 } };

	return is_one_of(name, words);
}

bool hg_field_is_fleeting(struct hg_str name)
{
	static const struct hg_str words[] = { WORD("date"), WORD("age"),
		WORD("x-github-request-id"), WORD("retry-after"), WORD("cache-status"),
		WORD("x-request-id"), WORD("ratelimit"), WORD("ratelimit-policy"), { 0 } };

	return is_one_of(name, words) || starts_nocase(name, HG_STR("x-ratelimit-")) ||
	       starts_nocase(name, HG_STR("x-hubgate-"));
}
