#include "demand.h"
#include <stdlib.h>

#define SEC_US INT64_C(1000000)
#define MINUTE_US (60 * SEC_US)
#define HOUR_US (60 * MINUTE_US)
#define PARTS_AHEAD DEMAND_HOURS  /* no window is longer */
#define STEP_US (2 * MINUTE_US)   /* wall against mono: it was set */
#define GAP_MINUTES (7 * 24 * 60) /* unheard of for longer: as if it were new */
#define HOUR_MINUTES_MIN 30       /* less of an hour says nothing about it */
#define FAST_PARTS 6
#define HEAD_START 3 /* minutes that what is normal counts in the averages, at first */
#define RESET_JITTER_US (60 * SEC_US)

void demand_init(struct demand *d, uint64_t ledger)
{
	*d = (struct demand){ .ledger = ledger };
	for (int i = 0; i < DEMAND_HOURS; i++)
		d->week[i] = -1;
}

static unsigned hour_of_week(int64_t wall_us)
{
	return (unsigned)(wall_us / HOUR_US % DEMAND_HOURS);
}

/* Points per minute that are normal in that hour, < 0: nobody knows. */
static double normal_in(const struct demand *d, unsigned hour)
{
	double sum = 0;
	unsigned n = 0;

	if (d->week[hour] >= 0)
		return (double)d->week[hour];
	for (unsigned day = 0; day < 7; day++) {
		float same = d->week[day * 24 + hour % 24];
		if (same >= 0) {
			sum += (double)same;
			n++;
		}
	}
	return n ? sum / n : -1;
}

/* -- counting ---------------------------------------------------------------------------------- */

static void close_hour(struct demand *d, const struct demand_conf *conf, unsigned hour)
{
	if (d->hour_minutes >= HOUR_MINUTES_MIN) {
		double mean = d->hour_points / d->hour_minutes, was = (double)d->week[hour];
		d->week[hour] = (float)(was < 0 ? mean : was + conf->week_weight * (mean - was));
	}
	d->hour_points = 0;
	d->hour_minutes = 0;
}

/* One minute more, that had so many. */
static void level_add(struct demand_level *l, const struct demand_level *minute, int64_t over_us)
{
	double weight = 1.0 / ++l->n; /* a plain mean until there are enough */

	if (over_us <= l->n * MINUTE_US) {
		weight = over_us > MINUTE_US ? (double)MINUTE_US / (double)over_us : 1;
		l->n--;
	}
	l->came += weight * (minute->came - l->came);
	l->normal += weight * (minute->normal - l->normal);
	l->urgent += weight * (minute->urgent - l->urgent);
}

static void close_minute(struct demand *d, const struct demand_conf *conf)
{
	unsigned hour = hour_of_week(d->minute * MINUTE_US);
	double points = d->points > 0 ? d->points : 0; /* more was given back than sent */
	double normal = normal_in(d, hour);
	struct demand_level minute = { points, normal < 0 ? points : normal, d->urgent_points, 1 };

	d->fast_us = conf->level_us / FAST_PARTS;
	level_add(&d->fast, &minute, d->fast_us);
	level_add(&d->slow, &minute, conf->level_us);
	d->points = d->urgent_points = 0;
	d->hour_points += points;
	d->hour_minutes++;
	if (d->minutes < DEMAND_MINUTES_MAX)
		d->minutes++;
	if (++d->minute % 60 == 0)
		close_hour(d, conf, hour);
}

/* Counts from that moment on, with what is normal then as what is now. */
static void begin_at(struct demand *d, int64_t minute)
{
	double normal = normal_in(d, hour_of_week(minute * MINUTE_US));

	d->minute = minute;
	d->points = d->urgent_points = 0;
	d->fast = normal < 0 ? (struct demand_level){ 0 }
	                     : (struct demand_level){ normal, normal, 0, HEAD_START };
	d->slow = d->fast;
	d->hour_points = 0;
	d->hour_minutes = 0;
	d->reset_us = 0;
}

void demand_roll(struct demand *d, const struct demand_conf *conf, const struct hg_strategy_view *v)
{
	int64_t minute = v->wall_us / MINUTE_US;
	int64_t stepped_us = (v->wall_us - d->seen_wall_us) - (v->now_us - d->seen_us);

	if (d->minute == 0 || llabs(stepped_us) > STEP_US || minute - d->minute > GAP_MINUTES)
		begin_at(d, minute);
	while (d->minute < minute)
		close_minute(d, conf);
	d->seen_us = v->now_us;
	d->seen_wall_us = v->wall_us;
}

/* Is this the window that was seen last? GitHub's resets of one window differ by seconds. */
static bool is_same_window(const struct demand *d, const struct hg_strategy_view *v)
{
	int64_t most_us = v->window_us / 2 < RESET_JITTER_US ? v->window_us / 2 : RESET_JITTER_US;

	return d->reset_us && llabs(v->wall_us + v->resets_in_us - d->reset_us) < most_us;
}

void demand_spent(struct demand *d, const struct hg_strategy_view *v, uint32_t points)
{
	bool is_known = v->limit > 0 && v->resets_in_us > 0;

	d->points += is_known && is_same_window(d, v) ? (double)(v->used - d->used) : points;
	if (v->klass <= HG_CLASS_HIGH)
		d->urgent_points += points;
	d->reset_us = is_known ? v->wall_us + v->resets_in_us : 0;
	d->used = v->used;
}

/* -- what comes -------------------------------------------------------------------------------- */

/* Points per minute in that hour, when so much more comes than is normal. */
static double expected_in(const struct demand *d, unsigned hour, const struct demand_level *now)
{
	double normal = normal_in(d, hour);
	double rate = normal < 0 ? now->came : normal + now->came - now->normal;

	return rate > 0 ? rate : 0;
}

/* How long what is expected stays the same from at_us on. */
static int64_t part_us(int64_t wall_us, int64_t at_us, int64_t fast_us)
{
	int64_t part_us = HOUR_US - (wall_us + at_us) % HOUR_US;

	return at_us < fast_us && part_us > fast_us - at_us ? fast_us - at_us : part_us;
}

/* Goes from hour to hour until for_us has passed or `enough` points came. Returns the points;
 * *ret_us: how far it went. */
static double walk(
	const struct demand *d, int64_t wall_us, int64_t for_us, double enough, int64_t *ret_us)
{
	double sum = 0;
	int64_t at_us = 0;

	for (int i = 0; i < PARTS_AHEAD && at_us < for_us; i++) {
		const struct demand_level *now = at_us < d->fast_us ? &d->fast : &d->slow;
		double rate = expected_in(d, hour_of_week(wall_us + at_us), now) / MINUTE_US;
		int64_t us = part_us(wall_us, at_us, d->fast_us);
		if (us > for_us - at_us)
			us = for_us - at_us;
		if (sum + rate * (double)us >= enough) {
			*ret_us = at_us + (rate > 0 ? (int64_t)((enough - sum) / rate) : 0);
			return enough;
		}
		sum += rate * (double)us;
		at_us += us;
	}
	*ret_us = at_us;
	return sum;
}

double demand_expected(const struct demand *d, int64_t wall_us, int64_t for_us)
{
	int64_t at_us;

	return walk(d, wall_us, for_us, 1e300, &at_us);
}

int64_t demand_reaches_us(const struct demand *d, int64_t wall_us, int64_t for_us, double points)
{
	int64_t at_us;

	if (points <= 0)
		return 0;
	return walk(d, wall_us, for_us, points, &at_us) >= points ? at_us : INT64_MAX;
}

double demand_urgent_share(const struct demand *d)
{
	const struct demand_level *l = &d->slow;

	if (l->urgent <= 0)
		return 0;
	return l->urgent < l->came ? l->urgent / l->came : 1;
}

double demand_confidence(
	const struct demand *d, const struct demand_conf *conf, int64_t wall_us, int64_t for_us)
{
	double watched = (double)d->minutes * (double)MINUTE_US;
	double trust = watched >= (double)conf->trust_us ? 1 : watched / (double)conf->trust_us;
	unsigned n = 0, n_known = 0;

	for (int64_t at_us = 0; n < PARTS_AHEAD && at_us < for_us;
		at_us += HOUR_US - (wall_us + at_us) % HOUR_US) {
		n++;
		n_known += d->week[hour_of_week(wall_us + at_us)] >= 0;
	}
	return trust * (0.5 + (n ? 0.5 * n_known / n : 0));
}
