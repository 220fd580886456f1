/*
 * Any bytes as what a reply says of limits. The first byte chooses the status, each line is a
 * value: limit, remaining, reset, used, resource, Retry-After, gh-limited-by.
 *
 * Must hold: what is known lies in its range; a bucket's name is a name; a wait lies between a
 * second and an hour; only 403 and 429 are refusals; the same head says the same again.
 */
#include <stdlib.h>

#include "dispatch/budget/rate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 7 };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_rate(const struct hg_rate *r, const struct hg_now *now)
{
	check(r->limit >= -1 && r->limit <= 1000000000);
	check(r->remaining >= -1);
	if (r->is_known)
		check(r->limit > 0 && r->remaining >= 0 && r->remaining <= r->limit);
	check(r->reset_s >= 0 && r->reset_s <= now->wall_us / 1000000 + 86400);
	check(memchr(r->resource, 0, sizeof(r->resource)) != NULL);
	struct hg_str name = hg_str(r->resource);
	check(name.n == 0 || hg_resource_is_sane(name));
	for (size_t i = 0; i < name.n; i++)
		check(strchr("abcdefghijklmnopqrstuvwxyz0123456789_", name.p[i]) != NULL);
}

static uint32_t split(struct hg_str in, struct hg_field fields[FIELDS])
{
	static const char *const names[FIELDS] = { "X-RateLimit-Limit", "x-ratelimit-remaining",
		"x-ratelimit-reset", "x-ratelimit-used", "x-ratelimit-resource", "Retry-After",
		"gh-limited-by" };
	uint32_t n = 0;

	for (uint32_t i = 0; i < FIELDS && in.n; i++) {
		const char *end = memchr(in.p, '\n', in.n);
		size_t line = end ? (size_t)(end - in.p) : in.n;
		if (line)
			fields[n++] = (struct hg_field){ hg_str(names[i]), { in.p, line } };
		line += end ? 1 : 0;
		in.p += line;
		in.n -= line;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 403, 429, 200, 304, 404, 500 };
	const struct hg_now now = { .mono_us = 1000000000, .wall_us = 1795489200000000 };
	struct hg_field fields[FIELDS];
	struct hg_rate rate, again;
	int64_t wait_us = -2;

	if (size < 1)
		return 0;
	struct hg_str in = { (const char *)data + 1, size - 1 };
	uint32_t n = split(in, fields);
	struct hg_head *h = hg_head_new(statuses[data[0] % 6], fields, n);

	hg_rate_read(h, &now, &rate);
	check_rate(&rate, &now);
	enum hg_refusal refusal = hg_rate_refusal(h, &rate, &now, &wait_us);
	int64_t retry_us = hg_rate_retry_after_us(h, &now);
	check(retry_us == -1 || (retry_us >= 1000000 && retry_us <= 3600000000));
	if (h->status != 403 && h->status != 429)
		check(refusal == HG_REFUSAL_NONE);
	else
		check(wait_us == retry_us && (retry_us < 0 || refusal == HG_REFUSAL_SECONDARY));
	if (h->status == 429)
		check(refusal != HG_REFUSAL_NONE);
	if (refusal == HG_REFUSAL_PRIMARY)
		check(rate.remaining == 0 && wait_us == -1);
	memset(&again, 0xff, sizeof(again));
	hg_rate_read(h, &now, &again);
	check(again.limit == rate.limit && again.remaining == rate.remaining &&
		again.reset_s == rate.reset_s && strcmp(again.resource, rate.resource) == 0);
	hg_head_unref(h);
	return 0;
}
