#include "base/text.h"

/*
 * Dates of the Gregorian calendar by plain arithmetic: no time zone, no locale, no state.
 *
 * The count of days is Howard Hinnant's ("chrono-compatible low-level date algorithms"): years
 * begin in March, so a leap day is the last day of its year, and 400 years have 146097 days.
 */
#define SECOND_US 1000000ll
#define DAY_S 86400ll
#define FIRST_S (-62167219200ll) /* 0000-01-01T00:00:00Z */
#define LAST_S 253402300799ll    /* 9999-12-31T23:59:59Z: four digits are all a date has */

static const char *const day_names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
	"Friday", "Saturday" };
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct date {
	int64_t year;
	int64_t month, day; /* from 1 */
	int64_t hour, minute, second;
	int64_t weekday; /* 0 = Sunday */
};

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468; /* 0 = 1970-01-01 */
}

static struct date date_of(int64_t wall_us)
{
	int64_t s = wall_us / SECOND_US - (wall_us % SECOND_US < 0);

	s = s < FIRST_S ? FIRST_S : s > LAST_S ? LAST_S : s;
	int64_t days = s / DAY_S - (s % DAY_S < 0);
	int64_t of_day = s - days * DAY_S;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	struct date d = {
		.month = march_month < 10 ? march_month + 3 : march_month - 9,
		.day = day_of_year - (153 * march_month + 2) / 5 + 1,
		.hour = of_day / 3600,
		.minute = of_day / 60 % 60,
		.second = of_day % 60,
		.weekday = ((days + 4) % 7 + 7) % 7, /* 1970-01-01 was a Thursday */
	};

	d.year = year_of_era + era * 400 + (d.month <= 2);
	return d;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && is_leap ? 29 : days[month - 1];
}

/* `width` digits, zeros in front; returns where it ended. */
static char *write_digits(char *to, int64_t v, int width)
{
	for (int i = width - 1; i >= 0; i--, v /= 10)
		to[i] = (char)('0' + v % 10);
	return to + width;
}

static char *write_bytes(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

static char *write_clock(char *to, const struct date *d)
{
	to = write_digits(to, d->hour, 2);
	*to++ = ':';
	to = write_digits(to, d->minute, 2);
	*to++ = ':';
	return write_digits(to, d->second, 2);
}

void hg_format_http_date(int64_t wall_us, char ret_date[30])
{
	struct date d = date_of(wall_us);
	char *to = write_bytes(ret_date, day_names[d.weekday], 3);

	to = write_bytes(to, ", ", 2);
	to = write_digits(to, d.day, 2);
	*to++ = ' ';
	to = write_bytes(to, month_names + 3 * (d.month - 1), 3);
	*to++ = ' ';
	to = write_digits(to, d.year, 4);
	*to++ = ' ';
	to = write_clock(to, &d);
	(void)write_bytes(to, " GMT", 5);
}

void hg_format_time(int64_t wall_us, char ret_time[21])
{
	struct date d = date_of(wall_us);
	char *to = write_digits(ret_time, d.year, 4);

	*to++ = '-';
	to = write_digits(to, d.month, 2);
	*to++ = '-';
	to = write_digits(to, d.day, 2);
	*to++ = 'T';
	to = write_clock(to, &d);
	(void)write_bytes(to, "Z", 2);
}

static bool read_digits(struct hg_str s, int64_t *ret_v)
{
	uint64_t v;

	if (!hg_parse_u64(s, &v))
		return false;
	*ret_v = (int64_t)v; /* never more than four of them */
	return true;
}

/* 0 = Sunday, 7 = none; all of the name or its first three letters. */
static int64_t weekday_of(struct hg_str name, bool is_whole)
{
	int64_t i = 0;

	while (i < 7 && !hg_str_is(name, is_whole ? hg_str(day_names[i])
						  : (struct hg_str){ day_names[i], 3 }))
		i++;
	return i;
}

/*
 * Reads `s` by a form in which each letter stands for one byte of a field: W weekday, D day (a
 * blank may be its first byte where the form says d), b month's name, N its number, Y year, h m s
 * clock; any other byte for itself.
 */
static bool read_form(struct hg_str s, const char *form, struct date *d)
{
	size_t i = 0;

	if (s.n != strlen(form))
		return false;
	while (i < s.n) {
		char field = form[i];
		size_t n = strspn(form + i, (char[]){ field, '\0' });
		struct hg_str text = { s.p + i, n };
		bool is_good = true;

		switch (field) {
		case 'W':
			is_good = weekday_of(text, false) < 7;
			break;
		case 'b':
			for (d->month = 1; d->month <= 12; d->month++) {
				if (memcmp(text.p, month_names + 3 * (d->month - 1), 3) == 0)
					break;
			}
			is_good = d->month <= 12;
			break;
		case 'd':
			if (text.p[0] == ' ')
				text = (struct hg_str){ text.p + 1, n - 1 };
			is_good = read_digits(text, &d->day);
			break;
		case 'D':
			is_good = read_digits(text, &d->day);
			break;
		case 'N':
			is_good = read_digits(text, &d->month);
			break;
		case 'Y':
			is_good = read_digits(text, &d->year);
			break;
		case 'h':
			is_good = read_digits(text, &d->hour);
			break;
		case 'm':
			is_good = read_digits(text, &d->minute);
			break;
		case 's':
			is_good = read_digits(text, &d->second);
			break;
		default:
			is_good = memcmp(text.p, form + i, n) == 0;
		}
		if (!is_good)
			return false;
		i += n;
	}
	return true;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT": the weekday has any length, the year two digits. */
static bool read_rfc850(struct hg_str s, struct date *d)
{
	const char *comma = s.n ? memchr(s.p, ',', s.n) : NULL;

	if (!comma)
		return false;
	size_t n = (size_t)(comma - s.p);

	if (weekday_of((struct hg_str){ s.p, n }, true) == 7 ||
		!read_form((struct hg_str){ comma, s.n - n }, ", DD-bbb-YY hh:mm:ss GMT", d))
		return false;
	d->year += d->year < 69 ? 2000 : 1900; /* POSIX's rule: it asks for no clock */
	return true;
}

/* Is there such a day and time? Then its moment. */
static bool moment_of(const struct date *d, int64_t *ret_wall_us)
{
	if (d->month < 1 || d->month > 12 || d->day < 1 ||
		d->day > days_in_month(d->year, d->month) || d->hour > 23 || d->minute > 59 ||
		d->second > 60) /* 60: a leap second, the same moment as the next minute's 0 */
		return false;
	int64_t days = days_from_civil(d->year, d->month, d->day);

	*ret_wall_us = (days * DAY_S + d->hour * 3600 + d->minute * 60 + d->second) * SECOND_US;
	return true;
}

bool hg_parse_http_date(struct hg_str s, int64_t *ret_wall_us)
{
	struct date d = { 0 };

	if (!read_form(s, "WWW, DD bbb YYYY hh:mm:ss GMT", &d) && !read_rfc850(s, &d) &&
		!read_form(s, "WWW bbb dd hh:mm:ss YYYY", &d))
		return false;
	return moment_of(&d, ret_wall_us);
}

bool hg_parse_time(struct hg_str s, int64_t *ret_wall_us)
{
	struct date d = { 0 };

	if (!read_form(s, "YYYY-NN-DDThh:mm:ssZ", &d) && !read_form(s, "YYYY-NN-DD", &d))
		return false;
	return moment_of(&d, ret_wall_us);
}
