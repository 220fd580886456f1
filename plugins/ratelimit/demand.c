#include "demand.h"
#include <stdlib.h>

#define SEC_US INT64_C(1000000)
#define MINUTE_US (60 * SEC_US)
#define HOUR_US (60 * MINUTE_US)
#define HOURS_AHEAD DEMAND_HOURS  /* no window is longer */
#define STEP_US (2 * MINUTE_US)   /* wall against mono: it was set */
#define GAP_MINUTES (7 * 24 * 60) /* unheard of for longer: as if it were new */
#define HOUR_MINUTES_MIN 30       /* less of an hour says nothing about it */
#define LEVEL_MAX 4.0
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

static void close_minute(struct demand *d, const struct demand_conf *conf)
{
	unsigned hour = hour_of_week(d->minute * MINUTE_US);
	double points = d->points > 0 ? d->points : 0; /* more was given back than sent */
	double normal = normal_in(d, hour);
	double weight = 1.0 / ++d->n_now; /* a plain mean until there are enough */

	if (weight < conf->level_weight) {
		weight = conf->level_weight;
		d->n_now--;
	}
	d->now += weight * (points - d->now);
	d->normal += weight * ((normal < 0 ? points : normal) - d->normal);
	d->urgent += weight * (d->urgent_points - d->urgent);
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
	d->points = d->urgent_points = d->urgent = 0;
	d->now = d->normal = normal > 0 ? normal : 0;
	d->n_now = normal < 0 ? 0 : HEAD_START;
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

static double expected_in(const struct demand *d, unsigned hour)
{
	double normal = normal_in(d, hour), level = 1;

	if (normal < 0)
		return d->now;
	if (d->normal > 0)
		level = d->now / d->normal < LEVEL_MAX ? d->now / d->normal : LEVEL_MAX;
	double rest = d->now - level * d->normal;
	return level * normal + (rest > 0 ? rest : 0);
}

/* Goes from hour to hour until for_us has passed or `enough` points came. Returns the points;
 * *ret_us: how far it went. */
static double walk(
	const struct demand *d, int64_t wall_us, int64_t for_us, double enough, int64_t *ret_us)
{
	double sum = 0;
	int64_t at_us = 0;

	for (int i = 0; i < HOURS_AHEAD && at_us < for_us; i++) {
		int64_t part_us = HOUR_US - (wall_us + at_us) % HOUR_US;
		if (part_us > for_us - at_us)
			part_us = for_us - at_us;
		double rate = expected_in(d, hour_of_week(wall_us + at_us)) / MINUTE_US;
		if (sum + rate * (double)part_us >= enough) {
			*ret_us = at_us + (rate > 0 ? (int64_t)((enough - sum) / rate) : 0);
			return enough;
		}
		sum += rate * (double)part_us;
		at_us += part_us;
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
	if (d->urgent <= 0)
		return 0;
	return d->urgent < d->now ? d->urgent / d->now : 1;
}

double demand_confidence(
	const struct demand *d, const struct demand_conf *conf, int64_t wall_us, int64_t for_us)
{
	double watched = (double)d->minutes * (double)MINUTE_US;
	double trust = watched >= (double)conf->trust_us ? 1 : watched / (double)conf->trust_us;
	unsigned n = 0, n_known = 0;

	for (int64_t at_us = 0; n < HOURS_AHEAD && at_us < for_us;
		at_us += HOUR_US - (wall_us + at_us) % HOUR_US) {
		n++;
		n_known += d->week[hour_of_week(wall_us + at_us)] >= 0;
	}
	return trust * (0.5 + (n ? 0.5 * n_known / n : 0));
}
