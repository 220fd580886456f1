/*
 * secondary - what GitHub allows one identity besides its hourly budgets, kept by us, so that
 * GitHub never has to say no.
 *
 *     850 points a minute and route template     GET, HEAD, OPTIONS 1, other methods 5
 *     1,900 points a minute at GraphQL           query 1, mutation 5
 *     80 s of GitHub's time a minute, 50 s of them GraphQL
 *     70 requests a minute and 450 an hour that create content
 *     1 s between two writes
 *     1,900 tokens asked for an hour
 *
 * (struct hg_secondary_conf; how many are under way at once is not counted here.) Points count in
 * rolling windows (window.h). GitHub's time is about the time of its answers: until one is there,
 * what its shape took (GraphQL, shape_cost.h), else its route's average is expected, or what it has
 * been under way already when that is more, all that GitHub gives it when it hangs (under_way.h).
 * Averages rise at once by half of the difference and fall by an eighth, so that they err on the
 * safe side. What nobody has seen yet may be slower than all that was: of a burst of that, as many
 * as are under way at once are too many.
 *
 * When GitHub objects all the same, it has a lower limit that it does not publish, and it does not
 * say which. Blamed is what stood closest to its limit, when that was over four fifths of it, else
 * the route; first of all a route that is known to hide one and was close to it. What is blamed has
 * a learned limit from then on (learned.h), and with content and tokens their route as well. What
 * routes share is blamed once an hour at most. Refusals of requests that had left before the first
 * one was heard are the same objection: they only make it more exact.
 *
 *     hg_secondary_opens_us(s, conf, &spend, now_us, &why) <= now_us  ->  send it:
 *     hg_secondary_take(s, &spend, now_us)                                 then exactly one of
 *         hg_secondary_settle(s, &spend, now_us, …)           answered, or nobody knows
 *         hg_secondary_untake(s, &spend, now_us)               never left
 *         hg_secondary_object(…); hg_secondary_untake(…)       GitHub refused: a secondary limit
 *
 * Memory: at most HG_SECONDARY_ROUTES routes of about 300 bytes, besides those with something under
 * way; the one that was not used for longest is forgotten first, those with a learned limit last.
 *
 * Thread: dispatcher.   Clock: given, monotonic.
 */
#pragma once
#include "base/text.h"
#include "ticket/snapshot.h"

#define HG_SECONDARY_ROUTES 1024

struct hg_secondary; /* of one identity */

struct hg_spend {             /* what one request would use */
	struct hg_str route;  /* template; "" = none: they count together. GraphQL: not read */
	uint32_t points;      /* 1 or 5 */
	uint32_t expected_us; /* of GitHub's time; 0: its route's average. From take on it stays */
	bool is_graphql, is_write, is_content, is_mint, is_upload;
};

enum hg_secondary_why { /* what a request waits for, or what was blamed */
	HG_SECONDARY_NONE,
	HG_SECONDARY_ROUTE,
	HG_SECONDARY_GRAPHQL,
	HG_SECONDARY_CPU,
	HG_SECONDARY_CONTENT,
	HG_SECONDARY_GAP,
	HG_SECONDARY_MINTS,
	HG_SECONDARY_WHYS
};

const char *hg_secondary_why_name(enum hg_secondary_why why); /* "route", "none" */

struct hg_secondary *hg_secondary_new(void);
void hg_secondary_free(struct hg_secondary *s); /* NULL is fine */

/* When it may go; now_us or earlier = now. Never INT64_MAX: windows slide, and when only what is
 * under way holds it, a moment to look again. `ret_why` (or NULL): what it waits for longest. */
int64_t hg_secondary_opens_us(struct hg_secondary *s, const struct hg_secondary_conf *conf,
	const struct hg_spend *spend, int64_t now_us, enum hg_secondary_why *ret_why);

/* The same, for people: the count that holds it longest, or, when none does, that is closest to its
 * limit; limit 0: it is in none that has one. */
struct hg_secondary_reading {
	enum hg_secondary_why why;
	uint32_t used, limit, span_s; /* points, requests, or, for CPU, ms; GAP: ms to go, of it */
	int64_t opens_us;
};
void hg_secondary_read(struct hg_secondary *s, const struct hg_secondary_conf *conf,
	const struct hg_spend *spend, int64_t now_us, struct hg_secondary_reading *ret);

void hg_secondary_take(struct hg_secondary *s, const struct hg_spend *spend, int64_t now_us);

/* It never left, or GitHub refused it: it did not count. (A write's gap stays.) The same spend and
 * moment as it was taken with, here and below. */
void hg_secondary_untake(struct hg_secondary *s, const struct hg_spend *spend, int64_t taken_us);

/* Its answer came, or never will; GitHub worked on it for took_us, of which 10 s count at most. */
void hg_secondary_settle(struct hg_secondary *s, const struct hg_spend *spend, int64_t sent_us,
	int64_t took_us, int64_t now_us);

struct hg_lesson { /* what an objection taught: points, requests, or seconds of GitHub's time */
	int64_t was, is; /* the limit in force; the same, when it was not believed */
};

/* GitHub refused it, before its untake. Returns what is to blame. ret_lesson may be NULL. */
enum hg_secondary_why hg_secondary_object(struct hg_secondary *s,
	const struct hg_secondary_conf *conf, const struct hg_spend *spend, int64_t sent_us,
	int64_t now_us, struct hg_lesson *ret_lesson);

/* What is expected after an answer that took so long. */
uint32_t hg_secondary_average(uint32_t before_us, int64_t took_us);

/* Equal for those that wait for the same things; differs from run to run. What is expected of them
 * is not in it: of one client's queries the quick do not pass the slow one for ever. */
uint64_t hg_secondary_gate(const struct hg_spend *spend);

/* A JSON object: each dimension with what is used and its limit (null: none), and the routes that
 * are over half of theirs or have a learned one. */
void hg_secondary_show(const struct hg_secondary *s, const struct hg_secondary_conf *conf,
	int64_t now_us, struct hg_text *out);

/* What all of it comes to: each count, and of all routes the one that is closest to its limit. */
#define HG_SECONDARY_COUNTS 8
struct hg_secondary_count {
	const char *name;     /* static: "graphql", "cpu", …, "route" last */
	uint32_t used, limit; /* ms for CPU; limit 0: none */
};
void hg_secondary_counts(const struct hg_secondary *s, const struct hg_secondary_conf *conf,
	int64_t now_us, struct hg_secondary_count ret[HG_SECONDARY_COUNTS]);
double hg_secondary_count_share(const struct hg_secondary_count *c); /* used over limit */

void hg_secondary_check(const struct hg_secondary *s); /* HG_BUG_ON a broken invariant */
