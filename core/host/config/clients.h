/*
 * clients - `clients:` of a configuration: who may ask with which keys, and what.
 *
 *     clients:
 *     - name: ci
 *       key_hash: "sha256:9f86…"                     what `hubgate key new` printed
 *       methods: [GET, POST]
 *       paths: [/rate_limit, /user]
 *       upstreams: [main, ghes]
 *     - name: bot
 *       key_hashes:                                  two at a time while a key is rotated
 *       - "sha256:60303…"
 *       - {hash: "sha256:fd61…", until: 2027-01-31}
 *       expires: 2027-06-30T12:00:00Z
 *
 * What has expired is a warning: the holder is refused, the file is fine.
 *
 * Thread: host.   Ownership: everything dies with the config's hg_keep.
 */
#pragma once
#include "front/keys.h"
#include "host/config/options.h"
#include "ticket/snapshot.h"

#define HG_CLIENTS_MAX 10000u

struct hg_client_entry { /* one of `clients:` as it is written */
	const char *name;
	const char *expires;
	struct hg_option_list methods, paths, classes, upstreams;
	int64_t share, max_in_flight, max_upstream;
	bool graphql;
};

struct hg_client_plan {
	struct hg_client_entry entry;
	uint32_t methods, classes, upstreams; /* bits, as in struct hg_grant */
	struct hg_str *rules;
	uint32_t n_rules; /* 0: every path */
	int64_t expires_us;
};

struct hg_key_plan {
	uint8_t digest[HG_KEY_DIGEST_BYTES];
	int64_t until_us;
	uint32_t client;
};

struct hg_clients {
	uint32_t n, n_keys;
	struct hg_client_plan *items;
	struct hg_key_plan *keys;
};

/* `list` NULL: there is none. wall_us 0: nothing is said about what has expired. */
void hg_clients_read(struct hg_clients *c, const struct hg_node *list,
	const struct hg_upstream_conf *upstreams, uint32_t n_upstreams, int64_t wall_us,
	struct hg_keep *keep, struct hg_faults *faults);
/* NULL when there are no clients. Borrows from `c`. */
struct hg_keys *hg_clients_make(const struct hg_clients *c);
/* A JSON array; without the hashes. */
void hg_clients_print(const struct hg_clients *c, struct hg_text *out);

extern const struct hg_option hg_client_options[];
extern const struct hg_option hg_key_options[];
