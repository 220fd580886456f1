#include "dispatch/budget/rate.h"
#include "base/text.h"

#define SEC_US 1000000ll
#define DAY_S 86400ll
#define SKEW_S 5ll
#define LIMIT_MOST 1000000000ll /* more than any plan of GitHub's; keeps sums far from overflow */
#define MILLIS_FROM 100000000000ll /* as seconds the year 5138: these are milliseconds */
#define RETRY_AFTER_MOST_US (3600 * SEC_US)

/* -1 = absent or unreadable. */
static int64_t number_of(const struct hg_head *h, const char *name)
{
	uint64_t v;

	if (!hg_parse_u64(hg_head_find(h, name), &v) || v > INT64_MAX)
		return -1;
	return (int64_t)v;
}

static int64_t sift_reset(int64_t reset, const struct hg_now *now)
{
	if (reset >= MILLIS_FROM)
		reset /= 1000;
	if (reset <= 0 || reset > now->wall_us / SEC_US + DAY_S)
		return 0;
	return reset;
}

bool hg_resource_is_sane(struct hg_str name)
{
	if (name.n == 0 || name.n >= HG_RESOURCE_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

void hg_rate_sift(struct hg_rate *r, int64_t used, const struct hg_now *now)
{
	r->reset_s = sift_reset(r->reset_s, now);
	if (r->limit > LIMIT_MOST)
		r->limit = LIMIT_MOST;
	r->is_known = r->limit > 0 && r->remaining >= 0;
	if (r->is_known && used > r->limit - r->remaining)
		r->remaining =
			used > r->limit ? 0 : r->limit - used; /* the worse of their two words */
	if (r->is_known && r->remaining > r->limit)
		r->remaining = r->limit;
}

/* How far GitHub's clock is ahead of ours; what is within the time of an answer is nothing. */
static int64_t skew_s(const struct hg_head *h, const struct hg_now *now)
{
	int64_t at_us;

	if (!hg_parse_http_date(hg_head_find(h, "date"), &at_us))
		return 0;
	int64_t s = (at_us - now->wall_us) / SEC_US;
	return s > SKEW_S || s < -SKEW_S ? s : 0;
}

void hg_rate_read(const struct hg_head *h, const struct hg_now *now, struct hg_rate *ret_rate)
{
	struct hg_rate r = { .limit = number_of(h, "x-ratelimit-limit"),
		.remaining = number_of(h, "x-ratelimit-remaining"),
		.reset_s = number_of(h, "x-ratelimit-reset") };
	struct hg_str resource = hg_head_find(h, "x-ratelimit-resource");

	if (r.reset_s > 0 && r.reset_s < MILLIS_FROM)
		r.reset_s -= skew_s(h, now);
	if (hg_resource_is_sane(resource))
		memcpy(r.resource, resource.p, resource.n);
	hg_rate_sift(&r, number_of(h, "x-ratelimit-used"), now);
	*ret_rate = r;
}

int64_t hg_rate_retry_after_us(const struct hg_head *h, const struct hg_now *now)
{
	struct hg_str text = hg_head_find(h, "retry-after");
	int64_t wait_us, at_us;
	uint64_t s;

	if (text.n == 0)
		return -1;
	if (hg_parse_u64(text, &s))
		wait_us = s > RETRY_AFTER_MOST_US / SEC_US ? RETRY_AFTER_MOST_US
		                                           : (int64_t)s * SEC_US;
	else if (hg_parse_http_date(text, &at_us))
		wait_us = at_us - now->wall_us;
	else
		return -1;
	if (wait_us < SEC_US)
		return SEC_US; /* 0, or a date in the past: at least not in a tight circle */
	return wait_us > RETRY_AFTER_MOST_US ? RETRY_AFTER_MOST_US : wait_us;
}

enum hg_refusal hg_rate_refusal(const struct hg_head *h, const struct hg_rate *r,
	const struct hg_now *now, int64_t *ret_wait_us)
{
	if (h->status != 403 && h->status != 429)
		return HG_REFUSAL_NONE;

	int64_t wait_us = hg_rate_retry_after_us(h, now);

	*ret_wait_us = wait_us;
	if (wait_us >= 0)
		return HG_REFUSAL_SECONDARY;
	if (r->remaining == 0)
		return HG_REFUSAL_PRIMARY;
	/* gh-limited-by is not documented, but only limits send it */
	if (h->status == 429 || hg_head_find(h, "gh-limited-by").n)
		return HG_REFUSAL_SECONDARY;
	return HG_REFUSAL_NONE;
}
