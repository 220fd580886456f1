/*
 * day_github - the GitHub of test_day.c: it counts exactly, by its own clock, what each identity
 * does, and a request that it would have to refuse for a limit that it publishes fails the test.
 *
 *     primary       windows of core (1 h), search (1 min), graphql (1 h, points); they begin with
 *                   the first request, and nothing is counted for a 304
 *     secondary     100 at once; 900 points a minute and route, 2,000 at GraphQL; 90 s of its time
 *                   a minute, 60 s of them GraphQL; 80 a minute and 500 an hour that create content
 *
 * A request counts when it arrives, its time when it is done, wanted any more or not. What has not
 * arrived yet is known as well (`on_its_way`), so a test can ask when it is sent.
 *
 *     github_leaves(id, …)  sent         then exactly one of
 *     github_arrives(id, …)              and github_is_done(id, …) later
 *     github_misses(id, …)               it never came
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/dice.h"
#include "exact_window.h"

#define SECOND 1000000ll
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

enum bucket { CORE, SEARCH, GRAPHQL, BUCKETS };
static const char *const bucket_names[BUCKETS] = { "core", "search", "graphql" };

/* What can be asked, and how long GitHub works on it. */
struct kind {
	const char *method, *route;
	enum bucket bucket;
	int points, most_cost; /* of the secondary limit; of the budget */
	bool is_read, is_content;
	int64_t mean_us;
};

enum {
	REPO,
	ISSUES,
	SEARCHES,
	QUERIES,
	SLOW_QUERIES,
	MUTATIONS,
	PATCHES,
	COMMENTS,
	USERS,
	NAMES,
	KINDS
};
static const struct kind kinds[KINDS] = {
	[REPO] = { "GET", "/repos/{owner}/{repo}", CORE, 1, 1, true, false, 50000 },
	[ISSUES] = { "GET", "/repos/{owner}/{repo}/issues", CORE, 1, 1, true, false, 100000 },
	[SEARCHES] = { "GET", "/search/issues", SEARCH, 1, 1, true, false, 300000 },
	[QUERIES] = { "POST", "/graphql", GRAPHQL, 1, 20, true, false, 2000 },
	[SLOW_QUERIES] = { "POST", "/graphql", GRAPHQL, 1, 20, true, false, 1000000 },
	[MUTATIONS] = { "POST", "/graphql", GRAPHQL, 5, 1, false, false, 200000 },
	[PATCHES] = { "PATCH", "/repos/{owner}/{repo}/issues/{n}", CORE, 5, 1, false, false,
		100000 },
	[COMMENTS] = { "POST", "/repos/{owner}/{repo}/issues/{n}/comments", CORE, 5, 1, false, true,
		100000 },
	[NAMES] = { "GET", "", CORE, 1, 1, true, false, 20000 }, /* hubgate's own: GET /user */
	[USERS] = { "GET", "/users/{user}", CORE, 1, 1, true, false, 400000 },
};

struct budget {
	int64_t limit, length_us, used, ends_us; /* GitHub's wall */
	int64_t on_its_way;                      /* points */
	uint64_t n_full;                         /* windows that were used up, but for 5 % */
};

/* How near to a limit somebody came: that a day was one. */
struct peaks {
	int64_t at_once, route, graphql, cpu, cpu_graphql, content_minute, content_hour;
};

struct identity {
	unsigned number;
	struct budget budgets[BUCKETS];
	struct exact_window routes[KINDS]; /* GraphQL's are all in [QUERIES] */
	struct exact_window cpu, cpu_graphql, content_minute, content_hour;
	int64_t n_working;
};

static struct peaks peaks;

static inline void github_begin(struct identity *id, unsigned number, const int64_t limits[BUCKETS])
{
	*id = (struct identity){ .number = number };
	for (unsigned i = 0; i < BUCKETS; i++)
		id->budgets[i] = (struct budget){ .limit = limits[i],
			.length_us = i == SEARCH ? MINUTE : HOUR };
	for (unsigned i = 0; i < KINDS; i++)
		id->routes[i].span_us = MINUTE;
	id->cpu.span_us = id->cpu_graphql.span_us = id->content_minute.span_us = MINUTE;
	id->content_hour.span_us = HOUR;
}

static inline void github_end(struct identity *id)
{
	for (unsigned i = 0; i < KINDS; i++)
		exact_window_fini(&id->routes[i]);
	exact_window_fini(&id->cpu);
	exact_window_fini(&id->cpu_graphql);
	exact_window_fini(&id->content_minute);
	exact_window_fini(&id->content_hour);
}

/* -- primary ----------------------------------------------------------------------------------- */

/* What is left of the window in which a request would be counted now, were all on its way there. */
static inline int64_t github_left(const struct budget *b, int64_t wall_us)
{
	return b->limit - (wall_us < b->ends_us ? b->used : 0) - b->on_its_way;
}

static inline void github_leaves(struct identity *id, const struct kind *k, int64_t cost)
{
	id->budgets[k->bucket].on_its_way += cost;
}

static inline void github_misses(struct identity *id, const struct kind *k, int64_t cost)
{
	id->budgets[k->bucket].on_its_way -= cost;
}

static inline void count_primary(
	struct identity *id, const struct kind *k, int64_t cost, int64_t wall_us)
{
	struct budget *b = &id->budgets[k->bucket];

	if (wall_us >= b->ends_us) {
		b->n_full += b->used * 20 >= b->limit * 19;
		b->ends_us = (wall_us / SECOND + 1) * SECOND + b->length_us;
		b->used = 0;
	}
	if (b->used + cost > b->limit)
		fail_msg("identity %u: %lld of %lld %s points are used, and %lld came", id->number,
			(long long)b->used, (long long)b->limit, bucket_names[k->bucket],
			(long long)cost);
	b->used += cost;
}

/* -- secondary --------------------------------------------------------------------------------- */

static inline void most(int64_t *peak, int64_t now)
{
	if (now > *peak)
		*peak = now;
}

/* One more of it than GitHub allows? */
static inline void keep_under(
	const struct identity *id, const char *what, int64_t now, int64_t limit, int64_t *peak)
{
	most(peak, now);
	if (now > limit)
		fail_msg("identity %u: %lld %s, and GitHub allows %lld", id->number, (long long)now,
			what, (long long)limit);
}

static inline void count_secondary(struct identity *id, const struct kind *k, int64_t now_us)
{
	struct exact_window *route = &id->routes[k->bucket == GRAPHQL ? QUERIES : k - kinds];

	keep_under(id, "at once", ++id->n_working, 100, &peaks.at_once);
	exact_window_add(route, k->points, now_us);
	if (k->bucket == GRAPHQL)
		keep_under(id, "GraphQL points", route->sum, 2000, &peaks.graphql);
	else
		keep_under(id, "points of a route", route->sum, 900, &peaks.route);
	keep_under(
		id, "us of its time", exact_window_sum(&id->cpu, now_us), 90 * SECOND, &peaks.cpu);
	if (k->bucket == GRAPHQL)
		keep_under(id, "us of its time for GraphQL",
			exact_window_sum(&id->cpu_graphql, now_us), 60 * SECOND,
			&peaks.cpu_graphql);
	if (!k->is_content)
		return;
	exact_window_add(&id->content_minute, 1, now_us);
	exact_window_add(&id->content_hour, 1, now_us);
	keep_under(id, "new things a minute", id->content_minute.sum, 80, &peaks.content_minute);
	keep_under(id, "new things an hour", id->content_hour.sum, 500, &peaks.content_hour);
}

/* -- its requests ------------------------------------------------------------------------------ */

/* `sent`: what was said to be on its way; `cost`: what it really costs, 0 when nothing changed. */
static inline void github_arrives(struct identity *id, const struct kind *k, int64_t sent,
	int64_t cost, int64_t now_us, int64_t wall_us)
{
	github_misses(id, k, sent);
	count_primary(id, k, cost, wall_us);
	count_secondary(id, k, now_us);
}

static inline void github_is_done(
	struct identity *id, const struct kind *k, int64_t worked_us, int64_t now_us)
{
	id->n_working--;
	exact_window_add(&id->cpu, worked_us, now_us);
	if (k->bucket == GRAPHQL)
		exact_window_add(&id->cpu_graphql, worked_us, now_us);
}
