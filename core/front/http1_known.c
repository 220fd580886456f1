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
	[HG_HTTP1_X_HUBGATE_MAX_RETRIES] = { { "x-hubgate-max-retries", 21 }, 0 },
	[HG_HTTP1_X_HUBGATE_PRIORITY] = { { "x-hubgate-priority", 18 }, 0 },
	[HG_HTTP1_X_HUBGATE_STRATEGY] = { { "x-hubgate-strategy", 18 }, 0 },
	[HG_HTTP1_X_REAL_IP] = { { "x-real-ip", 9 }, 0 },
	[HG_HTTP1_X_REQUEST_ID] = { { "x-request-id", 12 }, 0 },
};
_Static_assert(sizeof(known_fields) / sizeof(known_fields[0]) == HG_HTTP1_N_KNOWN, "a row each");
_Static_assert(HG_HTTP1_N_KNOWN <= 64, "hg_http1_head.repeated has a bit for each");

/* Length, first and last but one byte tell all known names apart: two names with one key are two
 * equal case labels, which do not compile. A test finds every name of the table. */
#define KEY(n, first, last_but_one) ((uint32_t)(n) << 16 | (first) << 8 | (last_but_one))

static enum hg_http1_known guess_known(const char *p, size_t n)
{
	switch (KEY(n, (p[0] | 0x20) & 0xffu, (p[n - 2] | 0x20) & 0xffu)) {
	case KEY(3, 'v', 'i'):
		return HG_HTTP1_VIA;
	case KEY(4, 'h', 's'):
		return HG_HTTP1_HOST;
	case KEY(5, 'r', 'g'):
		return HG_HTTP1_RANGE;
	case KEY(6, 'a', 'p'):
		return HG_HTTP1_ACCEPT;
	case KEY(6, 'c', 'i'):
		return HG_HTTP1_COOKIE;
	case KEY(6, 'e', 'c'):
		return HG_HTTP1_EXPECT;
	case KEY(6, 'o', 'i'):
		return HG_HTTP1_ORIGIN;
	case KEY(7, 'r', 'e'):
		return HG_HTTP1_REFERER;
	case KEY(7, 't', 'e'):
		return HG_HTTP1_TRAILER;
	case KEY(7, 'u', 'd'):
		return HG_HTTP1_UPGRADE;
	case KEY(8, 'i', 'c'):
		return HG_HTTP1_IF_MATCH;
	case KEY(8, 'i', 'g'):
		return HG_HTTP1_IF_RANGE;
	case KEY(9, 'f', 'e'):
		return HG_HTTP1_FORWARDED;
	case KEY(9, 'x', 'i'):
		return HG_HTTP1_X_REAL_IP;
	case KEY(10, 'c', 'o'):
		return HG_HTTP1_CONNECTION;
	case KEY(10, 'u', 'n'):
		return HG_HTTP1_USER_AGENT;
	case KEY(12, 'c', 'p'):
		return HG_HTTP1_CONTENT_TYPE;
	case KEY(12, 'x', 'i'):
		return HG_HTTP1_X_REQUEST_ID;
	case KEY(13, 'a', 'o'):
		return HG_HTTP1_AUTHORIZATION;
	case KEY(13, 'c', 'o'):
		return HG_HTTP1_CACHE_CONTROL;
	case KEY(13, 'i', 'c'):
		return HG_HTTP1_IF_NONE_MATCH;
	case KEY(13, 'l', 'i'):
		return HG_HTTP1_LAST_EVENT_ID;
	case KEY(14, 'c', 't'):
		return HG_HTTP1_CONTENT_LENGTH;
	case KEY(14, 's', 't'):
		return HG_HTTP1_SEC_FETCH_SITE;
	case KEY(14, 'x', 'n'):
		return HG_HTTP1_X_GITHUB_EVENT;
	case KEY(15, 'a', 'n'):
		return HG_HTTP1_ACCEPT_ENCODING;
	case KEY(15, 'a', 'g'):
		return HG_HTTP1_ACCEPT_LANGUAGE;
	case KEY(15, 'x', 'o'):
		return HG_HTTP1_X_FORWARDED_FOR;
	case KEY(15, 'x', 'r'):
		return HG_HTTP1_X_HUB_SIGNATURE;
	case KEY(16, 'c', 'n'):
		return HG_HTTP1_CONTENT_ENCODING;
	case KEY(16, 'x', 's'):
		return HG_HTTP1_X_FORWARDED_HOST;
	case KEY(17, 'i', 'c'):
		return HG_HTTP1_IF_MODIFIED_SINCE;
	case KEY(17, 't', 'n'):
		return HG_HTTP1_TRANSFER_ENCODING;
	case KEY(17, 'x', 't'):
		return HG_HTTP1_X_FORWARDED_PROTO;
	case KEY(17, 'x', 'r'):
		return HG_HTTP1_X_GITHUB_DELIVERY;
	case KEY(18, 'x', 'n'):
		return HG_HTTP1_X_HUBGATE_DEADLINE;
	case KEY(18, 'x', 't'):
		return HG_HTTP1_X_HUBGATE_PRIORITY;
	case KEY(18, 'x', 'g'):
		return HG_HTTP1_X_HUBGATE_STRATEGY;
	case KEY(19, 'i', 'c'):
		return HG_HTTP1_IF_UNMODIFIED_SINCE;
	case KEY(19, 'p', 'o'):
		return HG_HTTP1_PROXY_AUTHORIZATION;
	case KEY(19, 'x', '5'):
		return HG_HTTP1_X_HUB_SIGNATURE_256;
	case KEY(20, 'x', 'o'):
		return HG_HTTP1_X_GITHUB_API_VERSION;
	case KEY(21, 'x', 'e'):
		return HG_HTTP1_X_HUBGATE_MAX_RETRIES;
	}
	return HG_HTTP1_UNKNOWN;
}
#undef KEY

enum hg_http1_known hg_http1_known_find(struct hg_str name)
{
	if (name.n < 2)
		return HG_HTTP1_UNKNOWN;
	enum hg_http1_known k = guess_known(name.p, name.n);
	const char *lower = known_fields[k].name.p;
	if (known_fields[k].name.n != name.n) /* HG_HTTP1_UNKNOWN too: its row is empty */
		return HG_HTTP1_UNKNOWN;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != lower[i])
			return HG_HTTP1_UNKNOWN;
	}
	return k;
}

struct hg_str hg_http1_known_name(enum hg_http1_known k)
{
	return known_fields[k].name;
}

bool hg_http1_known_is_list(enum hg_http1_known k)
{
	return known_fields[k].flags & LIST;
}
