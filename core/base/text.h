/*
 * text - a growing run of bytes, and the numbers, units and dates that stand in text.
 *
 * Parsers take all of the text or fail; none accepts signs, blanks or prefixes it does not
 * name. Thread: the owner's.
 */
#pragma once
#include <hg/str.h>
#include <hg/err.h>
#include <stdbool.h>
#include <stdint.h>

struct hg_text {
	char *p; /* always ended by NUL once anything was added */
	size_t n, room;
};

void hg_text_init(struct hg_text *t);
void hg_text_fini(struct hg_text *t);
void hg_text_clear(struct hg_text *t); /* keeps the room */
void hg_text_add(struct hg_text *t, struct hg_str s);
void hg_text_add_char(struct hg_text *t, char c);
void hg_text_add_u64(struct hg_text *t, uint64_t v);
void hg_text_printf(struct hg_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void hg_text_add_json(struct hg_text *t, struct hg_str s);
/* ,"NAME":"VALUE": a member that is not an object's first. The name is written as it is. */
void hg_text_add_json_member(struct hg_text *t, const char *name, struct hg_str value);
static inline struct hg_str hg_text_str(const struct hg_text *t)
{
	return (struct hg_str){ t->p, t->n };
}

bool hg_parse_u64(struct hg_str s, uint64_t *ret_v);  /* digits only */
bool hg_parse_i64(struct hg_str s, int64_t *ret_v);   /* an optional leading '-' */
bool hg_parse_double(struct hg_str s, double *ret_v); /* 12 0.5 1e-3; < 128 bytes; no locale */
bool hg_parse_usec(
	struct hg_str s, int64_t *ret_us); /* 250ms 10min 1d; 0 needs no unit; us ms s min h d */
bool hg_parse_bytes(struct hg_str s, uint64_t *ret_bytes); /* 1MiB 64kB 0; B KiB MiB GiB kB MB GB */
bool hg_parse_share(struct hg_str s, double *ret_share);   /* 30% or 0.3 -> 0.3 */
void hg_text_add_usec(struct hg_text *t, int64_t us); /* in the largest exact unit: 10min, 1500ms */
void hg_text_add_bytes(struct hg_text *t, uint64_t bytes);

/* IMF-fixdate (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT" */
void hg_format_http_date(int64_t wall_us, char ret_date[30]);
/* Also the obsolete forms, RFC 850's (years 69 to 99 are 19xx) and asctime's. The weekday must be
 * one, not the right one. */
bool hg_parse_http_date(struct hg_str s, int64_t *ret_wall_us);
/* RFC 3339 in UTC: "1994-11-06T08:49:37Z". In both forms a moment outside the years 0 to 9999 is
 * written as their first or last second. */
void hg_format_time(int64_t wall_us, char ret_time[21]);
/* "2027-01-31T00:00:00Z", or "2027-01-31" for that moment. No other zone. */
bool hg_parse_time(struct hg_str s, int64_t *ret_wall_us);

void hg_format_hex(const uint8_t *p, size_t n, char *ret_hex); /* 2n + 1 bytes */
/* Number of edits between two words (a letter more, less, other, two neighbours swapped); for "did
 * you mean". Costs a.n * b.n steps: bound what comes from outside. */
size_t hg_edit_distance(struct hg_str a, struct hg_str b);
