/*
 * upstream_base - where an entrance of GitHub begins, as configured or derived from base_url.
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

struct hg_upstream_base {
	struct hg_str root, path;
};

struct hg_upstream_base hg_upstream_base(
	const struct hg_upstream_conf *conf, enum hg_github_entrance entrance);
