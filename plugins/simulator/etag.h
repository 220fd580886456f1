/*
 * etag - GitHub's validators.
 *
 * GitHub hashes what it would send, with the request headers that the answer varies on:
 *
 *     SHA-256( for Accept, Authorization, Cookie in this order, when Vary names it:
 *                  each value as sent, then ':'
 *              then the body, compact and before any content coding )
 *
 * so that two tokens see two ETags of one body, and whoever knows body and headers can compute
 * them. Some routes of GitHub have ETags that do not follow it; the simulator's `opaque` mode
 * makes one of those.
 *
 * Thread: any, pure.
 */
#pragma once
#include "answer.h"

struct sim_etag {
	char hex[65];
};

/* vary: the answer's Vary value; NULL or "*" means all three. */
struct sim_etag sim_etag_github(
	const struct sim_request *rq, const char *vary, const char *body, size_t n);

/* Follows body and path only, by a rule of its own. */
struct sim_etag sim_etag_opaque(struct hg_str path, const char *body, size_t n);

/* Does a value of If-None-Match name it? Weak comparison, lists, "*". */
bool sim_etag_matches(struct hg_str if_none_match, const struct sim_etag *etag);
