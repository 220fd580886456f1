/*
 * upstreams - the GitHubs of a configuration: `upstream:` and `credential:`, and the further ones.
 *
 *     upstream: {base_url: https://api.github.com}
 *     credential: {token: "${env:GITHUB_TOKEN}"}
 *     upstreams:
 *     - name: ghes
 *       base_url: https://ghe.example.com/api/v3
 *       prefix: /ghes                                  http://localhost:3001/ghes/api/v3/…
 *       hosts: [ghe.example.com]                       Host: ghe.example.com, also on a Unix socket
 *       credential: {token: "${file:/etc/hubgate/ghes.token}"}
 *       max_requests_per_hour: 3000                    and all options of `upstream:`
 *
 * A further one says by prefix or host which requests are for it; all others are for the first.
 *
 * Thread: host.   Ownership: everything dies with the config's hg_keep.
 */
#pragma once
#include "host/config/options.h"
#include "ticket/snapshot.h"

/* `upstreams[0]` has been read from its section of `root`; it is checked here, its credentials
 * (credentials.h) and the further ones are read. Returns how many there are. */
uint32_t hg_upstreams_read(struct hg_upstream_conf upstreams[HG_UPSTREAMS_MAX],
	const struct hg_node *root, struct hg_keep *keep, struct hg_faults *faults);
/* A JSON array of the further ones; secrets masked. */
void hg_upstreams_print(const struct hg_upstream_conf *upstreams, uint32_t n,
	const struct hg_node *list, struct hg_text *out);
