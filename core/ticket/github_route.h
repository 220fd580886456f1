/*
 * github_route - what a method and a path of GitHub's API mean: the template that names them in
 * metrics and caches, the bucket they are counted in, the family whose freshness they have.
 *
 * Pure tables (GitHub document "Rate limits for the REST API" for the buckets; hubgate's own table
 * for the families). The number of templates is bounded, whatever clients send.
 *
 * Thread: any.
 */
#pragma once
#include <hg/str.h>
#include <stdint.h>

struct hg_github_route {
	struct hg_str tmpl;   /* "/repos/{owner}/{repo}/issues"; static */
	const char *resource; /* "core", "search", "graphql", …; static. A reply's header may
	                         correct it */
	const char
		*family; /* "repositories", "workflows", "runners", "jobs", "rate_limit", or NULL */
	uint32_t cost;   /* points of the primary limit; 1 */
	bool is_content; /* creates content: GitHub's 80 a minute */
};

void hg_github_route_find(
	struct hg_str method, struct hg_str path, struct hg_github_route *ret_route);

/* All templates, those by name: 0, 1, … ; {0} behind the last. */
struct hg_str hg_github_route_template(uint32_t i);

/* Do some of GitHub's paths begin with this segment ("repos", "search")? */
bool hg_github_has_root(struct hg_str segment);
/* How long a window of that bucket is: an hour for "core", a minute for "search". */
int64_t hg_github_window_us(struct hg_str resource);

/* Which of GitHub's entrances a client's path uses, and the path as api.github.com knows it. */
enum hg_github_entrance { HG_GITHUB_REST, HG_GITHUB_GRAPHQL, HG_GITHUB_UPLOADS };

struct hg_face {
	struct hg_str prefix; /* "/api/v3", "/api/uploads", "/api" (graphql), or "" */
	struct hg_str path;   /* "/repos/o/r", "/graphql" */
	enum hg_github_entrance entrance;
};

/* Always succeeds for a path that starts with '/': what has no prefix is api.github.com's. */
void hg_github_face(struct hg_str path, struct hg_face *ret_face);
