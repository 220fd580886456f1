/*
 * site - one GitHub as the dispatcher knows it: its connections and what its routes turned out to
 * cost.
 *
 * Found by the place of its base URL (hg_upstream_conf.place), so a reload that keeps the URL keeps
 * the count of what is on the wire, and entries of `upstreams:` with one base URL and several
 * tokens share the connections. A site that no configuration names any more lives until its last
 * identity. One more stands for all other hosts, where a fetch was redirected to.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "base/list.h"
#include "base/map.h"
#include "dispatch/budget/breaker.h"
#include <hg/phases.h>
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>

struct hg_snapshot;

struct hg_site {
	struct hg_list link;
	uint64_t place;
	char name[32];           /* of the first upstream that has it, for people */
	bool is_elsewhere;       /* all other hosts: no one's budget */
	bool is_configured;      /* the newest configuration names it */
	bool is_multiplexed;     /* its last head came over HTTP/2 */
	int64_t max_connections; /* of that configuration: the most that one of its upstreams allows
	                          */
	int64_t max_concurrent;  /* per identity */
	uint32_t on_wire;        /* transfers */
	uint32_t n_uploads;      /* of these, what is streamed up: half of the places at most */
	uint32_t n_identities;   /* that refer to it */
	bool has_answered;       /* GitHub sent a head, at least once */
	uint32_t n_failed;       /* in a row: transfers that ended without one */
	int64_t failed_us;       /* mono: the first of these */
	char why[100];           /* the latest of these */
	struct hg_breaker breaker;
	struct hg_breaker_doubt doubt;
	struct hg_map *learned; /* route template -> resource that GitHub named, hg_strndup'd */
};

struct hg_sites {
	struct hg_list all; /* hg_site.link */
	struct hg_site *elsewhere;
};

void hg_sites_init(struct hg_sites *s);
void hg_sites_fini(struct hg_sites *s); /* no identity refers to one any more */
/* Limits and names are those of `snap` from now on. */
void hg_sites_adopt(struct hg_sites *s, const struct hg_snapshot *snap);
struct hg_site *hg_sites_find(const struct hg_sites *s, uint64_t place); /* or NULL */
/* The same, made when it is not there: a ticket of a configuration before the newest. */
struct hg_site *hg_sites_of(struct hg_sites *s, uint64_t place);
void hg_sites_trim(struct hg_sites *s); /* forgets what nobody refers to */

/* A head came; a transfer ended without one. After HG_SITE_DOWN in a row it is called down, which
 * is for people: it is asked all the same. */
enum { HG_SITE_DOWN = 3 };
void hg_site_answered(struct hg_site *site);
void hg_site_failed(struct hg_site *site, const char *why, int64_t now_us);
/* "untried", "up", "failing", "down" */
const char *hg_site_state(const struct hg_site *site);

/* Is a connection free for this class? Waiting is done in the class queues, not in the transport,
 * where nobody passes and timeouts run: over HTTP/1.1 (assumed until a head says otherwise)
 * upstream.max_connections may be under way at a site, the last of them for critical only and half
 * of them uploads at most; over HTTP/2 a hundred times as many. */
bool hg_site_has_slot(const struct hg_site *site, enum hg_class klass);
bool hg_site_has_upload_place(const struct hg_site *site);

/* Which bucket GitHub named for the route before; NULL: it has not. */
const char *hg_site_learned(const struct hg_site *site, struct hg_str route);
void hg_site_learn(struct hg_site *site, struct hg_str route, const char *resource);
