#include "dispatch/payer/site.h"
#include "base/bug.h"
#include "ticket/snapshot.h"
#include <hg/mem.h>
#include <stdio.h>
#include <string.h>

#define HTTP2_STREAMS 100 /* in one connection: what GitHub and libcurl allow */

#define ROUTES_MOST 8192 /* templates are bounded in number by the router; this is the belt */

static struct hg_site *site_new(struct hg_sites *s, uint64_t place)
{
	struct hg_site *site = hg_alloc0(sizeof(*site));

	site->place = place;
	site->learned = hg_map_new();
	hg_list_init(&site->link);
	hg_list_add(&s->all, &site->link);
	return site;
}

static bool free_name(void *arg, struct hg_str key, void *value)
{
	(void)arg, (void)key;
	hg_free(value);
	return true;
}

static void site_free(struct hg_site *site)
{
	HG_BUG_ON(site->n_identities || site->on_wire);
	hg_list_remove(&site->link);
	hg_map_each(site->learned, free_name, NULL);
	hg_map_free(site->learned);
	hg_free(site);
}

void hg_sites_init(struct hg_sites *s)
{
	hg_list_init(&s->all);
	s->elsewhere = site_new(s, 0);
	s->elsewhere->is_elsewhere = s->elsewhere->is_configured = true;
	(void)snprintf(s->elsewhere->name, sizeof(s->elsewhere->name), "(elsewhere)");
}

void hg_sites_fini(struct hg_sites *s)
{
	struct hg_site *site;

	HG_LIST_EACH(&s->all, site, link)
	{
		site_free(site);
	}
}

struct hg_site *hg_sites_find(const struct hg_sites *s, uint64_t place)
{
	struct hg_site *site;

	HG_LIST_EACH(&s->all, site, link)
	{
		if (site->place == place && !site->is_elsewhere)
			return site;
	}
	return NULL;
}

/* 0 is no limit. */
static int64_t larger(int64_t a, int64_t b)
{
	return a <= 0 || b <= 0 ? 0 : a > b ? a : b;
}

/* Until the configuration is known, those of the first upstream. */
struct hg_site *hg_sites_of(struct hg_sites *s, uint64_t place)
{
	struct hg_site *site = hg_sites_find(s, place);

	if (site)
		return site;
	site = site_new(s, place);
	site->max_connections = s->elsewhere->max_connections;
	site->max_concurrent = s->elsewhere->max_concurrent;
	return site;
}

static void adopt_one(
	struct hg_site *site, const struct hg_snapshot *snap, const struct hg_upstream_conf *conf)
{
	int64_t concurrent =
		conf->max_concurrent ? conf->max_concurrent : snap->dispatch.max_concurrent;

	if (!site->is_configured) {
		site->max_connections = conf->max_connections;
		site->max_concurrent = concurrent;
		(void)snprintf(
			site->name, sizeof(site->name), "%s", conf->name ? conf->name : "main");
	} else {
		site->max_connections = larger(site->max_connections, conf->max_connections);
		if (concurrent > site->max_concurrent)
			site->max_concurrent = concurrent;
	}
	site->is_configured = true;
	if (!conf->http2)
		site->is_multiplexed = false; /* until it has shown it */
}

void hg_sites_adopt(struct hg_sites *s, const struct hg_snapshot *snap)
{
	struct hg_site *site;

	HG_LIST_EACH(&s->all, site, link)
	{
		site->is_configured = site->is_elsewhere;
	}
	s->elsewhere->max_connections = snap->upstreams[0].max_connections;
	s->elsewhere->max_concurrent = snap->dispatch.max_concurrent;
	for (uint32_t i = 0; i < snap->n_upstreams; i++)
		adopt_one(hg_sites_of(s, snap->upstreams[i].place), snap, &snap->upstreams[i]);
}

void hg_sites_trim(struct hg_sites *s)
{
	struct hg_site *site;

	HG_LIST_EACH(&s->all, site, link)
	{
		if (!site->is_configured && !site->n_identities)
			site_free(site);
	}
}

/* All that may be under way at a site; 0: no limit. */
static int64_t places_of(const struct hg_site *site)
{
	if (site->max_connections <= 0)
		return 0;
	return site->max_connections * (site->is_multiplexed ? HTTP2_STREAMS : 1);
}

/* Clients that send slowly must not have all connections: half of them are for other requests. */
bool hg_site_has_upload_place(const struct hg_site *site)
{
	int64_t most = places_of(site);

	return !most || site->n_uploads < (most > 1 ? most / 2 : 1);
}

bool hg_site_has_slot(const struct hg_site *site, enum hg_class klass)
{
	int64_t most = places_of(site);

	if (!most)
		return true;
	if (klass != HG_CLASS_CRITICAL && most > 2 && !site->is_elsewhere)
		most--;
	return site->on_wire < most;
}

const char *hg_site_learned(const struct hg_site *site, struct hg_str route)
{
	return route.n ? hg_map_find(site->learned, route) : NULL;
}

void hg_site_learn(struct hg_site *site, struct hg_str route, const char *resource)
{
	if (!route.n || hg_map_n(site->learned) >= ROUTES_MOST)
		return;
	hg_free(hg_map_put(site->learned, route, hg_strndup(resource, strlen(resource))));
}

void hg_site_answered(struct hg_site *site)
{
	site->has_answered = true;
	site->n_failed = 0;
}

void hg_site_failed(struct hg_site *site, const char *why, int64_t now_us)
{
	if (site->n_failed++ == 0)
		site->failed_us = now_us;
	(void)snprintf(site->why, sizeof(site->why), "%s", why);
}

const char *hg_site_state(const struct hg_site *site)
{
	if (site->n_failed >= HG_SITE_DOWN)
		return "down";
	if (site->n_failed)
		return "failing";
	return site->has_answered ? "up" : "untried";
}
