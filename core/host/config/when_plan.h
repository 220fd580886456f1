/*
 * when_plan - `when:` of an entry of `plugins:`, as it is written, and as fronts use it (when.h).
 *
 *     when:
 *       methods: [GET]
 *       routes: [/repos/octo-org/hello-world, "/repos/{owner}/{repo}/actions/runs"]
 *       clients: [ci]
 *
 * A route with a brace in it, and /graphql, is a template of GitHub's routes as metrics show it;
 * all else is a path as in `clients:`.
 *
 * Thread: host.   Ownership: everything dies with the config's hg_keep.
 */
#pragma once
#include "front/when.h"
#include "host/config/clients.h"

struct hg_when_entry {
	struct hg_option_list methods, routes, clients;
};

extern const struct hg_option hg_when_options[];

/* NULL: `entry` has no `when:`, or an empty one. */
const struct hg_when *hg_when_read(struct hg_when_entry *ret_entry, const struct hg_node *entry,
	const char *path, const struct hg_clients *clients, struct hg_keep *keep,
	struct hg_faults *faults);
