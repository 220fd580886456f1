/*
 * The fields that are recognised while a head is read: one table, one row each.
 */
#include "front/http1.h"

enum {
	LIST = 1, /* may come more than once; of all others a second one is refused */
};

static const struct known {
	struct hg_str name;
	unsigned flags;
} known_fields[] = {
	[HG_HTTP1_ACCEPT] = { { "accept", 6 }, LIST },
	[HG_HTTP1_ACCEPT_ENCODING] = { { "accept-encoding", 15 }, LIST },
	[HG_HTTP1_ACCEPT_LANGUAGE] = { { "accept-language", 15 }, LIST },
	[HG_HTTP1_AUTHORIZATION] = { { "authorization", 13 }, 0 },
	[HG_HTTP1_CACHE_CONTROL] = { { "cache-control", 13 }, LIST },
	[HG_HTTP1_CONNECTION] = { { "connection", 10 }, LIST },
	[HG_HTTP1_CONTENT_ENCODING] = { { "content-encoding", 16 }, 0 },
	[HG_HTTP1_CONTENT_LENGTH] = { { "content-length", 14 }, 0 },
	[HG_HTTP1_CONTENT_TYPE] = { { "content-type", 12 }, 0 },
	[HG_HTTP1_COOKIE] = { { "cookie", 6 }, LIST },
	[HG_HTTP1_EXPECT] = { { "expect", 6 }, 0 },
	[HG_HTTP1_FORWARDED] = { { "forwarded", 9 }, LIST },
	[HG_HTTP1_HOST] = { { "host", 4 }, 0 },
	[HG_HTTP1_IF_MATCH] = { { "if-match", 8 }, 0 },
	[HG_HTTP1_IF_MODIFIED_SINCE] = { { "if-modified-since", 17 }, 0 },
	[HG_HTTP1_IF_NONE_MATCH] = { { "if-none-match", 13 }, 0 },
	[HG_HTTP1_IF_RANGE] = { { "if-range", 8 }, 0 },
	[HG_HTTP1_IF_UNMODIFIED_SINCE] = { { "if-unmodified-since", 19 }, 0 },
	[HG_HTTP1_LAST_EVENT_ID] = { { "last-event-id", 13 }, 0 },
	[HG_HTTP1_ORIGIN] = { { "origin", 6 }, 0 },
	[HG_HTTP1_PROXY_AUTHORIZATION] = { { "proxy-authorization", 19 }, 0 },
	[HG_HTTP1_RANGE] = { { "range", 5 }, 0 },
	[HG_HTTP1_REFERER] = { { "referer", 7 }, 0 },
	[HG_HTTP1_SEC_FETCH_SITE] = { { "sec-fetch-site", 14 }, 0 },
	[HG_HTTP1_TRAILER] = { { "trailer", 7 }, LIST },
	[HG_HTTP1_TRANSFER_ENCODING] = { { "transfer-encoding", 17 }, 0 },
	[HG_HTTP1_UPGRADE] = { { "upgrade", 7 }, 0 },
	[HG_HTTP1_USER_AGENT] = { { "user-agent", 10 }, 0 },
	[HG_HTTP1_VIA] = { { "via", 3 }, LIST },
	[HG_HTTP1_X_FORWARDED_FOR] = { { "x-forwarded-for", 15 }, LIST },
	[HG_HTTP1_X_FORWARDED_HOST] = { { "x-forwarded-host", 16 }, LIST },
	[HG_HTTP1_X_FORWARDED_PROTO] = { { "x-forwarded-proto", 17 }, LIST },
	[HG_HTTP1_X_GITHUB_API_VERSION] = { { "x-github-api-version", 20 }, 0 },
	[HG_HTTP1_X_GITHUB_DELIVERY] = { { "x-github-delivery", 17 }, 0 },
	[HG_HTTP1_X_GITHUB_EVENT] = { { "x-github-event", 14 }, 0 },
	[HG_HTTP1_X_HUB_SIGNATURE] = { { "x-hub-signature", 15 }, 0 },
	[HG_HTTP1_X_HUB_SIGNATURE_256] = { { "x-hub-signature-256", 19 }, 0 },
	[HG_HTTP1_X_HUBGATE_DEADLINE] = { { "x-hubgate-deadline", 18 }, 0 },
	[HG_HTTP1_X_HUBGATE_EXPLAIN] = { { "x-hubgate-explain", 17 }, 0 },
	[HG_HTTP1_X_HUBGATE_MAX_RETRIES] = { { "x-hubgate-max-retries", 21 }, 0 },
	[HG_HTTP1_X_HUBGATE_PRIORITY] = { { "x-hubgate-priority", 18 }, 0 },
	[HG_HTTP1_X_HUBGATE_STRATEGY] = { { "x-hubgate-strategy", 18 }, 0 },
	[HG_HTTP1_X_REAL_IP] = { { "x-real-ip", 9 }, 0 },
	[HG_HTTP1_X_REQUEST_ID] = { { "x-request-id", 12 }, 0 },
};
_Static_assert(sizeof(known_fields) / sizeof(known_fields[0]) == HG_HTTP1_N_KNOWN, "a row each");
_Static_assert(HG_HTTP1_N_KNOWN <= 64, "hg_http1_head.repeated has a bit for each");

/* Length, first and last but one byte tell all known names apart. The factors were searched for so
 * that no two share a slot: two that did would initialise it twice, which does not compile. Whether
 * each row is right, a test asks by finding every name of the table above. */
#define SLOT(n, first, last_but_one) (((n) + (first)*2 + (last_but_one)*10) & 0xff)

static const uint8_t slots[256] = {
	[SLOT(6, 'a', 'p')] = HG_HTTP1_ACCEPT,
	[SLOT(15, 'a', 'n')] = HG_HTTP1_ACCEPT_ENCODING,
	[SLOT(15, 'a', 'g')] = HG_HTTP1_ACCEPT_LANGUAGE,
	[SLOT(13, 'a', 'o')] = HG_HTTP1_AUTHORIZATION,
	[SLOT(13, 'c', 'o')] = HG_HTTP1_CACHE_CONTROL,
	[SLOT(10, 'c', 'o')] = HG_HTTP1_CONNECTION,
	[SLOT(16, 'c', 'n')] = HG_HTTP1_CONTENT_ENCODING,
	[SLOT(14, 'c', 't')] = HG_HTTP1_CONTENT_LENGTH,
	[SLOT(12, 'c', 'p')] = HG_HTTP1_CONTENT_TYPE,
	[SLOT(6, 'c', 'i')] = HG_HTTP1_COOKIE,
	[SLOT(6, 'e', 'c')] = HG_HTTP1_EXPECT,
	[SLOT(9, 'f', 'e')] = HG_HTTP1_FORWARDED,
	[SLOT(4, 'h', 's')] = HG_HTTP1_HOST,
	[SLOT(8, 'i', 'c')] = HG_HTTP1_IF_MATCH,
	[SLOT(17, 'i', 'c')] = HG_HTTP1_IF_MODIFIED_SINCE,
	[SLOT(13, 'i', 'c')] = HG_HTTP1_IF_NONE_MATCH,
	[SLOT(8, 'i', 'g')] = HG_HTTP1_IF_RANGE,
	[SLOT(19, 'i', 'c')] = HG_HTTP1_IF_UNMODIFIED_SINCE,
	[SLOT(13, 'l', 'i')] = HG_HTTP1_LAST_EVENT_ID,
	[SLOT(6, 'o', 'i')] = HG_HTTP1_ORIGIN,
	[SLOT(19, 'p', 'o')] = HG_HTTP1_PROXY_AUTHORIZATION,
	[SLOT(5, 'r', 'g')] = HG_HTTP1_RANGE,
	[SLOT(7, 'r', 'e')] = HG_HTTP1_REFERER,
	[SLOT(14, 's', 't')] = HG_HTTP1_SEC_FETCH_SITE,
	[SLOT(7, 't', 'e')] = HG_HTTP1_TRAILER,
	[SLOT(17, 't', 'n')] = HG_HTTP1_TRANSFER_ENCODING,
	[SLOT(7, 'u', 'd')] = HG_HTTP1_UPGRADE,
	[SLOT(10, 'u', 'n')] = HG_HTTP1_USER_AGENT,
	[SLOT(3, 'v', 'i')] = HG_HTTP1_VIA,
	[SLOT(15, 'x', 'o')] = HG_HTTP1_X_FORWARDED_FOR,
	[SLOT(16, 'x', 's')] = HG_HTTP1_X_FORWARDED_HOST,
	[SLOT(17, 'x', 't')] = HG_HTTP1_X_FORWARDED_PROTO,
	[SLOT(20, 'x', 'o')] = HG_HTTP1_X_GITHUB_API_VERSION,
	[SLOT(17, 'x', 'r')] = HG_HTTP1_X_GITHUB_DELIVERY,
	[SLOT(14, 'x', 'n')] = HG_HTTP1_X_GITHUB_EVENT,
	[SLOT(15, 'x', 'r')] = HG_HTTP1_X_HUB_SIGNATURE,
	[SLOT(19, 'x', '5')] = HG_HTTP1_X_HUB_SIGNATURE_256,
	[SLOT(18, 'x', 'n')] = HG_HTTP1_X_HUBGATE_DEADLINE,
	[SLOT(17, 'x', 'i')] = HG_HTTP1_X_HUBGATE_EXPLAIN,
	[SLOT(21, 'x', 'e')] = HG_HTTP1_X_HUBGATE_MAX_RETRIES,
	[SLOT(18, 'x', 't')] = HG_HTTP1_X_HUBGATE_PRIORITY,
	[SLOT(18, 'x', 'g')] = HG_HTTP1_X_HUBGATE_STRATEGY,
	[SLOT(9, 'x', 'i')] = HG_HTTP1_X_REAL_IP,
	[SLOT(12, 'x', 'i')] = HG_HTTP1_X_REQUEST_ID,
};

enum hg_http1_known hg_http1_known_find(struct hg_str name)
{
	if (name.n < 2)
		return HG_HTTP1_UNKNOWN;
	unsigned first = (unsigned char)name.p[0] | 0x20u;
	unsigned last_but_one = (unsigned char)name.p[name.n - 2] | 0x20u;
	enum hg_http1_known k = (enum hg_http1_known)slots[SLOT(name.n, first, last_but_one)];
	return hg_str_is_nocase(name, known_fields[k].name) ? k : HG_HTTP1_UNKNOWN;
}
#undef SLOT

struct hg_str hg_http1_known_name(enum hg_http1_known k)
{
	return known_fields[k].name;
}

bool hg_http1_known_is_list(enum hg_http1_known k)
{
	return known_fields[k].flags & LIST;
}
