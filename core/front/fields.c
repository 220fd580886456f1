#include "front/fields.h"
#include <stddef.h>

static bool is_one_of(struct hg_str name, const char *const *words)
{
	for (; *words; words++)
		if (hg_str_is_nocase(name, hg_str(*words)))
			return true;
	return false;
}

static bool starts_nocase(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

bool hg_field_is_validator(struct hg_str name)
{
	static const char *const words[] = { "if-none-match", "if-modified-since", NULL };

	return is_one_of(name, words);
}

bool hg_field_goes_up(struct hg_str name)
{
	static const char *const words[] = { "accept", "accept-language", "content-type",
		"content-encoding", "content-language", "if-match", "if-unmodified-since", "range",
		"if-range", "graphql-features", "time-zone", "prefer", NULL };

	return is_one_of(name, words) || hg_field_is_validator(name) ||
	       starts_nocase(name, HG_STR("x-github-"));
}

bool hg_field_stays_here(struct hg_str name)
{
	static const char *const words[] = { "connection", "keep-alive", "proxy-authenticate",
		"proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
		"upgrade", "content-length", "set-cookie", "alt-svc", NULL };

	return is_one_of(name, words);
}

bool hg_field_is_fleeting(struct hg_str name)
{
	static const char *const words[] = { "date", "age", "x-github-request-id", "retry-after",
		"cache-status", "x-request-id", "ratelimit", "ratelimit-policy", NULL };

	return is_one_of(name, words) || starts_nocase(name, HG_STR("x-ratelimit-")) ||
	       starts_nocase(name, HG_STR("x-hubgate-"));
}
