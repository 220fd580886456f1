/*
 * credentials - what an upstream is asked with: `credential:` for one, `credentials:` for a pool.
 *
 *     credential: {token: "${env:GITHUB_TOKEN}"}
 *
 *     credentials:
 *     - alias: ci-1
 *       token: ${file:/etc/hubgate/ci-1.token}
 *       identity: alice                        her tokens count together at GitHub
 *       owners: [octo-org]
 *     - alias: ci-app
 *       app_id: Iv23liAbC                      or the App's number
 *       app_installation: 4711
 *       app_private_key: ${file:/etc/hubgate/ci-app.pem}
 *       app_permissions: {issues: read}        less than the installation has
 *
 * At the top for `upstream:`, and in each entry of `upstreams:`. A token or an App; neither of both
 * is asked unauthenticated, and stands alone. An alias is one credential's in the whole file.
 *
 * Thread: host.   Ownership: everything dies with the config's hg_keep.
 */
#pragma once
#include "host/config/options.h"
#include "ticket/snapshot.h"

/* Keys of a mapping that has credentials. */
#define HG_CREDENTIAL_KEY "credential"
#define HG_CREDENTIALS_KEY "credentials"

/* What stands in `map` (the top, or an entry of `upstreams:`; NULL: nothing) for `conf`. path:
 * "upstreams[0]"; "" of the top. `first` to `conf`: the upstreams so far, whose aliases are taken.
 */
void hg_credentials_read(struct hg_upstream_conf *conf, const struct hg_upstream_conf *first,
	const struct hg_node *map, const char *path, struct hg_keep *keep,
	struct hg_faults *faults);

/* The node of the i-th of them; NULL: nothing is written. *ret_is_list: `credentials:` has it. */
const struct hg_node *hg_credentials_node(const struct hg_node *map, uint32_t i, bool *ret_is_list);

/* "credential":{…}, or "credentials":[…] when that is written; secrets masked. */
void hg_credentials_print(
	const struct hg_upstream_conf *conf, const struct hg_node *map, struct hg_text *out);
