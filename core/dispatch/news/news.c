#include "dispatch/news/news.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/text.h"

#define SEC_US INT64_C(1000000)
#define DAY_US (86400 * SEC_US)
#define SAME_WINDOW_S 5 /* GitHub's resets jitter by a second or two */
#define LACK_FOR_US (3600 * SEC_US)
#define SAME_END_US (5 * SEC_US) /* of refusals that came together */

static const struct hg_topic_row topics[HG_TOPICS] = {
	[HG_TOPIC_NONE] = { "", "", "" },
	[HG_TOPIC_RATELIMIT_LOW] = { "ratelimit.low",
		"Less than `dispatch.low_at` of a budget remains; once a window.",
		"credential resource limit remaining reset_at" },
	[HG_TOPIC_RATELIMIT_EXCEEDED] = { "ratelimit.exceeded",
		"GitHub refused for a limit, `primary` or `secondary`; nothing more is sent on "
		"this "
		"budget until then.",
		"credential resource kind status until" },
	[HG_TOPIC_RATELIMIT_EXHAUSTION] = { "ratelimit.exhaustion",
		"At the present rate the budget ends before its reset; once a window.",
		"credential resource limit remaining reset_at exhausted_at" },
	[HG_TOPIC_SECONDARY_LEARNED] = { "secondary.learned",
		"GitHub objected below its published limits: the limit held from now on is lower.",
		"credential what route? was is" },
	[HG_TOPIC_CREDENTIAL_INVALID] = { "credential.invalid",
		"GitHub does not know the token any more: it left the pool, the others go on.",
		"credential why" },
	[HG_TOPIC_CREDENTIAL_EXPIRING] = { "credential.expiring",
		"A token ends in 30, 7 or 1 days or less; once each.",
		"credential expires_at days_left" },
	[HG_TOPIC_CREDENTIAL_RECOVERED] = { "credential.recovered",
		"A token that had left the pool works again, or another in its place does.",
		"credential out_for_s" },
	[HG_TOPIC_CREDENTIAL_PERMISSION] = { "credential.permission",
		"GitHub refused a request because of what the token may do; once an hour and "
		"route.",
		"credential route? needs? sso" },
	[HG_TOPIC_UPSTREAM_DOWN] = { "upstream.down",
		"A circuit breaker opened: the upstream, or one identity there, is given a rest.",
		"upstream identity? why for_s" },
	[HG_TOPIC_UPSTREAM_UP] = { "upstream.up", "It answers again, and the breaker closed.",
		"upstream identity? was_down_s" },
};

const struct hg_topic_row *hg_topic_row(enum hg_topic topic)
{
	HG_BUG_ON((unsigned)topic >= HG_TOPICS);
	return &topics[topic];
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void add_key(struct hg_text *t, const char *key)
{
	hg_text_printf(t, "%s\"%s\":", t->n ? "," : "{", key);
}

static void add_str(struct hg_text *t, const char *key, struct hg_str value)
{
	add_key(t, key);
	hg_text_add_json(t, value);
}

static void add_word(struct hg_text *t, const char *key, const char *value)
{
	add_str(t, key, hg_str(value));
}

static void add_number(struct hg_text *t, const char *key, int64_t value)
{
	add_key(t, key);
	hg_text_printf(t, "%lld", (long long)value);
}

static void add_moment(struct hg_text *t, const char *key, int64_t wall_us)
{
	char time[21];

	hg_format_time(wall_us, time);
	add_word(t, key, time);
}

static void add_facts(struct hg_text *t, const struct hg_budget_facts *facts)
{
	add_word(t, "credential", facts->credential);
	add_word(t, "resource", facts->resource);
	add_number(t, "limit", facts->limit);
	add_number(t, "remaining", facts->remaining);
	add_moment(t, "reset_at", facts->reset_s * SEC_US);
}

static void send(const struct hg_news *n, enum hg_topic topic, struct hg_text *t)
{
	hg_text_add_char(t, '}');
	if (n->tell)
		n->tell(n->arg, topics[topic].name, hg_text_str(t));
	hg_text_fini(t);
}

/* Rounded up: what is left of a second is not over yet. */
static int64_t seconds(int64_t us)
{
	return us <= 0 ? 0 : us / SEC_US + (us % SEC_US != 0);
}

/* -- budgets ----------------------------------------------------------------------------------- */

/* True once a window, which is known by its reset. */
static bool is_first(int64_t *told_s, int64_t reset_s)
{
	if (reset_s <= *told_s + SAME_WINDOW_S)
		return false;
	*told_s = reset_s;
	return true;
}

void hg_news_budget(const struct hg_news *n, struct hg_budget_told *told,
	const struct hg_budget_facts *facts, double share)
{
	struct hg_text t;

	if (facts->limit <= 0 || (double)facts->remaining >= share * (double)facts->limit ||
		!is_first(&told->low_s, facts->reset_s))
		return;
	hg_text_init(&t);
	add_facts(&t, facts);
	send(n, HG_TOPIC_RATELIMIT_LOW, &t);
}

void hg_news_exhaustion(const struct hg_news *n, struct hg_budget_told *told,
	const struct hg_budget_facts *facts, int64_t at_us)
{
	struct hg_text t;

	if (facts->limit <= 0 || seconds(at_us) >= facts->reset_s ||
		!is_first(&told->exhaustion_s, facts->reset_s))
		return;
	hg_text_init(&t);
	add_facts(&t, facts);
	add_moment(&t, "exhausted_at", at_us);
	send(n, HG_TOPIC_RATELIMIT_EXHAUSTION, &t);
}

void hg_news_exceeded(const struct hg_news *n, struct hg_budget_told *told, const char *credential,
	const char *resource, const char *kind, int status, int64_t until_us)
{
	struct hg_text t;

	if (until_us <= told->until_us + SAME_END_US)
		return;
	told->until_us = until_us;
	hg_text_init(&t);
	add_word(&t, "credential", credential);
	add_word(&t, "resource", resource);
	add_word(&t, "kind", kind);
	add_number(&t, "status", status);
	add_moment(&t, "until", until_us);
	send(n, HG_TOPIC_RATELIMIT_EXCEEDED, &t);
}

void hg_news_learned(const struct hg_news *n, const char *credential, const char *what,
	struct hg_str route, int64_t was, int64_t is)
{
	struct hg_text t;

	hg_text_init(&t);
	add_word(&t, "credential", credential);
	add_word(&t, "what", what);
	if (route.n)
		add_str(&t, "route", route);
	add_number(&t, "was", was);
	add_number(&t, "is", is);
	send(n, HG_TOPIC_SECONDARY_LEARNED, &t);
}

/* -- credentials ------------------------------------------------------------------------------- */

void hg_news_invalid(const struct hg_news *n, const char *credential, const char *why)
{
	struct hg_text t;

	hg_text_init(&t);
	add_word(&t, "credential", credential);
	add_word(&t, "why", why);
	send(n, HG_TOPIC_CREDENTIAL_INVALID, &t);
}

void hg_news_recovered(const struct hg_news *n, const char *credential, int64_t out_for_us)
{
	struct hg_text t;

	hg_text_init(&t);
	add_word(&t, "credential", credential);
	add_number(&t, "out_for_s", seconds(out_for_us));
	send(n, HG_TOPIC_CREDENTIAL_RECOVERED, &t);
}

int64_t hg_news_expiry(const struct hg_news *n, struct hg_expiry_told *told, const char *credential,
	int64_t expires_us, int64_t wall_us)
{
	static const uint32_t days[] = { 1, 7, 30 };
	int64_t left_us = expires_us - wall_us, next_us = INT64_MAX;
	uint32_t passed = 0;
	struct hg_text t;

	if (expires_us <= 0)
		return INT64_MAX;
	if (told->expires_us != expires_us)
		*told = (struct hg_expiry_told){ .expires_us = expires_us };
	for (unsigned i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		if (left_us > days[i] * DAY_US)
			next_us = expires_us - days[i] * DAY_US;
		else if (!passed)
			passed = days[i];
	}
	if (!passed || (told->days && told->days <= passed))
		return next_us;
	told->days = passed;
	hg_text_init(&t);
	add_word(&t, "credential", credential);
	add_moment(&t, "expires_at", expires_us);
	add_number(&t, "days_left", left_us <= 0 ? 0 : left_us / DAY_US);
	send(n, HG_TOPIC_CREDENTIAL_EXPIRING, &t);
	return next_us;
}

/* Notes it, if it is not there from less than an hour ago. */
static bool is_new_lack(struct hg_lack_told *told, struct hg_str route, int64_t wall_us)
{
	uint64_t hash = hg_hash(route.p, route.n);

	for (unsigned i = 0; i < HG_LACKS; i++) {
		if (told->last[i].at_us && told->last[i].route == hash &&
			wall_us - told->last[i].at_us < LACK_FOR_US)
			return false;
	}
	told->last[told->next].route = hash;
	told->last[told->next].at_us = wall_us;
	told->next = (told->next + 1) % HG_LACKS;
	return true;
}

void hg_news_permission(const struct hg_news *n, struct hg_lack_told *told, const char *credential,
	struct hg_str route, struct hg_str needs, bool sso, int64_t wall_us)
{
	struct hg_text t;

	if (!is_new_lack(told, route, wall_us))
		return;
	hg_text_init(&t);
	add_word(&t, "credential", credential);
	if (route.n)
		add_str(&t, "route", route);
	if (needs.n)
		add_str(&t, "needs", needs);
	add_key(&t, "sso");
	hg_text_add(&t, sso ? HG_STR("true") : HG_STR("false"));
	send(n, HG_TOPIC_CREDENTIAL_PERMISSION, &t);
}

/* -- upstreams --------------------------------------------------------------------------------- */

static void add_place(struct hg_text *t, const char *upstream, const char *identity)
{
	add_word(t, "upstream", upstream);
	if (identity && *identity)
		add_word(t, "identity", identity);
}

void hg_news_down(const struct hg_news *n, const char *upstream, const char *identity,
	const char *why, int64_t for_us)
{
	struct hg_text t;

	hg_text_init(&t);
	add_place(&t, upstream, identity);
	add_word(&t, "why", why);
	add_number(&t, "for_s", seconds(for_us));
	send(n, HG_TOPIC_UPSTREAM_DOWN, &t);
}

void hg_news_up(
	const struct hg_news *n, const char *upstream, const char *identity, int64_t was_down_us)
{
	struct hg_text t;

	hg_text_init(&t);
	add_place(&t, upstream, identity);
	add_number(&t, "was_down_s", seconds(was_down_us));
	send(n, HG_TOPIC_UPSTREAM_UP, &t);
}
