#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/fields.h"

#define EACH(list, what, wanted)                                    \
	for (size_t i = 0; i < sizeof(list) / sizeof(*(list)); i++) \
		if (what(hg_str((list)[i])) != (wanted))            \
	fail_msg("%s", (list)[i])

static void only_what_github_reads_goes_up(void **state)
{
	static const char *const up[] = { "Accept", "accept", "Content-Type", "If-None-Match",
		"If-Modified-Since", "If-Match", "Range", "X-GitHub-Api-Version",
		"x-github-anything", "GraphQL-Features", "Time-Zone", "Prefer" };
	static const char *const not_up[] = { "Authorization", "Cookie", "Host", "User-Agent",
		"Connection", "Content-Length", "Transfer-Encoding", "Expect", "Accept-Encoding",
		"X-Forwarded-For", "Forwarded", "Via", "Proxy-Authorization", "TE", "Upgrade",
		"X-Hubgate-Priority", "X-Http-Method-Override", "X-Github", "Origin", "Referer",
		"" };

	(void)state;
	EACH(up, hg_field_goes_up, true);
	EACH(not_up, hg_field_goes_up, false);
}

static void what_belongs_to_one_connection_stays_here(void **state)
{
	static const char *const here[] = { "Connection", "keep-alive", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade", "Content-Length", "Set-Cookie",
		"Proxy-Authenticate", "Alt-Svc" };
	static const char *const crosses[] = { "ETag", "Link", "Location", "Content-Type",
		"Cache-Control", "X-RateLimit-Remaining", "Retry-After", "Vary", "Date" };

	(void)state;
	EACH(here, hg_field_stays_here, true);
	EACH(crosses, hg_field_stays_here, false);
}

static void what_belongs_to_one_exchange_is_not_kept(void **state)
{
	static const char *const fleeting[] = { "Date", "Age", "X-GitHub-Request-Id", "Retry-After",
		"X-RateLimit-Limit", "x-ratelimit-used", "X-Hubgate-Wait-Ms", "Cache-Status",
		"X-Request-Id" };
	static const char *const kept[] = { "ETag", "Link", "Last-Modified", "Cache-Control",
		"X-GitHub-Media-Type", "X-OAuth-Scopes", "Content-Type" };

	(void)state;
	EACH(fleeting, hg_field_is_fleeting, true);
	EACH(kept, hg_field_is_fleeting, false);
}

static void validators_are_the_two_of_reads(void **state)
{
	static const char *const yes[] = { "If-None-Match", "if-modified-since" };
	static const char *const no[] = { "If-Match", "If-Unmodified-Since", "If-Range", "ETag" };

	(void)state;
	EACH(yes, hg_field_is_validator, true);
	EACH(no, hg_field_is_validator, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_github_reads_goes_up),
		cmocka_unit_test(what_belongs_to_one_connection_stays_here),
		cmocka_unit_test(what_belongs_to_one_exchange_is_not_kept),
		cmocka_unit_test(validators_are_the_two_of_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
