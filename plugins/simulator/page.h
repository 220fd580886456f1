/*
 * page - GitHub's pagination: page and per_page in, a window and a Link header out.
 *
 *     95 items, page=2            items 30…59, and
 *     Link: <B/repositories/7/issues?page=1>; rel="prev", <…?page=3>; rel="next",
 *           <…?page=4>; rel="last", <…?page=1>; rel="first"
 *
 * Links name the owner by number (`canonical`), keep the query's other members in their order
 * and put `page` last.
 */
#pragma once
#include "call.h"

struct sim_page {
	int64_t page;     /* from 1 */
	int64_t per_page; /* 1…100, 30 when not asked for */
	int64_t first;    /* index of the first item */
};

struct sim_page sim_page_of(struct sim_call *c);

/* Is item `index` (counted over all that match) on this page? */
bool sim_page_has(const struct sim_page *p, int64_t index);

/* Sets Link, when there is more than one page. canonical: "/repositories/7/issues". */
void sim_page_link(
	struct sim_call *c, const struct sim_page *p, const char *canonical, int64_t total);
