/*
 * upstreams - which GitHub a request is for, and where the entrances of one begin.
 *
 *     Host: ghe.example.com              -> the upstream whose `hosts` has that name
 *     /ghes/api/v3/repos/o/r             -> the one whose `prefix` is /ghes: /api/v3/repos/o/r
 * there anything else                      -> the first, `upstream:`
 *
 *     base_url https://api.github.com       rest the same     uploads https://uploads.github.com
 *     base_url https://ghe.example/api/v3   graphql …/api     uploads …/api/uploads
 *
 * A base is `root` and then `path`, without a trailing slash: borrowed from the conf or static.
 *
 * Thread: any.
 */
#pragma once
#include "ticket/github_route.h"
#include "ticket/snapshot.h"

/* GitHub's own, as its clients know them. */
#define HG_GITHUB_PUBLIC_HOST "api.github.com"
#define HG_GITHUB_PUBLIC_UPLOADS_HOST "uploads.github.com"
#define HG_GITHUB_PUBLIC_BASE HG_STR("https://" HG_GITHUB_PUBLIC_HOST)
#define HG_GITHUB_PUBLIC_UPLOADS HG_STR("https://" HG_GITHUB_PUBLIC_UPLOADS_HOST)

/* The index of the upstream for a Host field ({0}: none) and a path. *ret_prefix: what of the path
 * only says that ("/ghes"), or empty. A prefix goes before a host, and whole segments only. */
uint32_t hg_upstream_for(const struct hg_snapshot *s, struct hg_str host, struct hg_str path,
	struct hg_str *ret_prefix);
/* Does the upstream list this Host? */
bool hg_upstream_has_host(const struct hg_upstream_conf *conf, struct hg_str host);

/* A configured URL without slashes at its end: a path can be put behind it. */
struct hg_str hg_url_base(const char *url);

struct hg_upstream_base {
	struct hg_str root, path;
};

struct hg_upstream_base hg_upstream_base(
	const struct hg_upstream_conf *conf, enum hg_github_entrance entrance);

/* Under which answers are kept: each entrance may be another host, where the same path is another
 * thing. */
static inline uint64_t hg_upstream_origin(
	const struct hg_upstream_conf *conf, enum hg_github_entrance entrance)
{
	return conf->origin + (uint64_t)entrance;
}

/* The same, whatever the gateway's own credentials are. */
static inline uint64_t hg_upstream_address(
	const struct hg_upstream_conf *conf, enum hg_github_entrance entrance)
{
	return conf->address + (uint64_t)entrance;
}
