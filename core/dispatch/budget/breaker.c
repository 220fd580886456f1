#include "dispatch/budget/breaker.h"
#include "base/bug.h"
#include "ticket/snapshot.h"
#include <string.h>

#define MANY_OF_A_ROUTE 20
#define SEC_US INT64_C(1000000)
#define AFTER(x) (1u << HG_BREAKER_##x)

static const unsigned may_follow[HG_BREAKER_STATES] = {
	[HG_BREAKER_CLOSED] = AFTER(PROBING),
	[HG_BREAKER_OPEN] = AFTER(CLOSED) | AFTER(PROBING), /* PROBING: it failed, or left */
	[HG_BREAKER_PROBING] = AFTER(OPEN),
};

/* The only place that changes b->state. What was counted is of the state before. */
static void enter(struct hg_breaker *b, enum hg_breaker_state to)
{
	HG_BUG_ON(!(may_follow[to] & (1u << b->state)));
	b->state = to;
	b->n_failed = 0;
	memset(b->buckets, 0, sizeof(b->buckets));
}

/* -- who may go -------------------------------------------------------------------------------- */

int64_t hg_breaker_opens_us(const struct hg_breaker *b, int64_t now_us)
{
	switch (b->state) {
	case HG_BREAKER_OPEN:
		return b->until_us;
	case HG_BREAKER_PROBING:
		return now_us + SEC_US;
	case HG_BREAKER_CLOSED:
	case HG_BREAKER_STATES:
		break;
	}
	return now_us;
}

bool hg_breaker_may(const struct hg_breaker *b, int64_t now_us)
{
	return hg_breaker_opens_us(b, now_us) <= now_us;
}

bool hg_breaker_take(struct hg_breaker *b, int64_t now_us)
{
	HG_BUG_ON(!hg_breaker_may(b, now_us));
	if (b->state == HG_BREAKER_CLOSED)
		return false;
	enter(b, HG_BREAKER_PROBING);
	return true;
}

/* All others that are under way were sent before it opened. */
static bool is_probe(const struct hg_breaker *b, int64_t sent_us)
{
	return b->state == HG_BREAKER_PROBING && sent_us >= b->until_us;
}

void hg_breaker_untake(struct hg_breaker *b, int64_t sent_us)
{
	if (is_probe(b, sent_us))
		enter(b, HG_BREAKER_OPEN);
}

/* -- how it went ------------------------------------------------------------------------------- */

static void count(struct hg_breaker *b, int64_t width_us, bool is_good, int64_t now_us)
{
	int64_t round = now_us / width_us;
	unsigned i = (unsigned)((uint64_t)round % HG_BREAKER_BUCKETS);

	if (b->buckets[i].round != round) {
		b->buckets[i].round = round;
		b->buckets[i].n = b->buckets[i].n_bad = 0;
	}
	b->buckets[i].n++;
	b->buckets[i].n_bad += !is_good;
	b->n_failed = is_good ? 0 : b->n_failed + 1;
}

/* In a row, or too large a share of the window, when that has enough to speak of a share. */
static bool is_too_much(const struct hg_breaker *b, const struct hg_dispatch_conf *conf,
	int64_t width_us, int64_t now_us)
{
	int64_t round = now_us / width_us;
	uint64_t n = 0, n_bad = 0;

	if (conf->breaker_failures <= 0)
		return false;
	if ((int64_t)b->n_failed >= conf->breaker_failures)
		return true;
	for (unsigned i = 0; i < HG_BREAKER_BUCKETS; i++) {
		if (b->buckets[i].round <= round - HG_BREAKER_BUCKETS)
			continue;
		n += b->buckets[i].n;
		n_bad += b->buckets[i].n_bad;
	}
	return conf->breaker_share > 0 && (int64_t)n >= conf->breaker_least &&
	       (double)n_bad >= conf->breaker_share * (double)n;
}

/* The rest doubles each time, and never shrinks below the first one's. */
static int64_t rest_us(
	const struct hg_breaker *b, const struct hg_dispatch_conf *conf, struct hg_dice *dice)
{
	int64_t rest = conf->breaker_open_us;

	for (uint32_t i = 1; i < b->n_opened && rest < conf->breaker_open_most_us; i++)
		rest *= 2;
	if (rest > conf->breaker_open_most_us && conf->breaker_open_most_us > conf->breaker_open_us)
		rest = conf->breaker_open_most_us;
	return rest + hg_dice_below(dice, rest / 10);
}

static void open_it(struct hg_breaker *b, const struct hg_dispatch_conf *conf, int64_t now_us,
	struct hg_dice *dice)
{
	if (b->n_opened++ == 0)
		b->opened_us = now_us;
	enter(b, HG_BREAKER_OPEN);
	b->until_us = now_us + rest_us(b, conf, dice);
}

static enum hg_breaker_move settle_probe(struct hg_breaker *b, const struct hg_dispatch_conf *conf,
	bool is_good, int64_t now_us, struct hg_dice *dice)
{
	if (!is_good) {
		open_it(b, conf, now_us, dice);
		return HG_BREAKER_REOPENED;
	}
	enter(b, HG_BREAKER_CLOSED);
	b->n_opened = 0;
	b->closed_us = now_us;
	b->was_down_us = now_us - b->opened_us;
	return HG_BREAKER_RECOVERED;
}

enum hg_breaker_move hg_breaker_settle(struct hg_breaker *b, const struct hg_dispatch_conf *conf,
	bool is_good, int64_t sent_us, int64_t now_us, struct hg_dice *dice)
{
	int64_t width_us = conf->breaker_window_us / HG_BREAKER_BUCKETS;

	if (width_us < 1)
		width_us = 1;
	if (is_probe(b, sent_us))
		return settle_probe(b, conf, is_good, now_us, dice);
	if (b->state != HG_BREAKER_CLOSED || sent_us < b->closed_us)
		return HG_BREAKER_STAYED;
	count(b, width_us, is_good, now_us);
	if (is_good || !is_too_much(b, conf, width_us, now_us))
		return HG_BREAKER_STAYED;
	open_it(b, conf, now_us, dice);
	return HG_BREAKER_OPENED;
}

bool hg_breaker_doubts(struct hg_breaker_doubt *d, uint64_t route, bool is_repeated)
{
	bool is_same = d->n && d->route == route;

	if (is_repeated)
		return true;
	d->n = is_same ? d->n + 1 : 1;
	d->route = route;
	return is_same && d->n < MANY_OF_A_ROUTE;
}

void hg_breaker_clear(struct hg_breaker_doubt *d)
{
	d->n = 0;
}

const char *hg_breaker_state_name(enum hg_breaker_state state)
{
	static const char *const names[HG_BREAKER_STATES] = { "closed", "open", "probing" };

	return names[state];
}
