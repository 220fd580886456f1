#include "host/config/upstreams.h"

#include "base/text.h"
#include "host/config/core_options.h"
#include "host/config/credentials.h"
#include "host/config/listen.h"
#include "ticket/github_route.h"
#include <stdio.h>
#include <string.h>

#define MAIN "main"
#define NAME_MAX_CHARS 31 /* as much as an alias may have */

struct reading {
	struct hg_upstream_conf *conf;
	const struct hg_node *map; /* of the options of `upstream:` */
	const char *path;          /* "upstream", "upstreams[0]" */
	struct hg_keep *keep;
	struct hg_faults *faults;
};

static struct hg_place place_in(const struct reading *rd, const char *key)
{
	static const struct hg_place nowhere = { "built-in defaults", 0, 0 };
	const struct hg_node *node = rd->map ? hg_node_find(rd->map, key) : NULL;

	if (node)
		return node->place;
	return rd->map ? rd->map->place : nowhere;
}

static const char *path_of(const struct reading *rd, const char *key)
{
	return hg_arena_printf(&rd->keep->arena, "%s.%s", rd->path, key).p;
}

/* -- what both kinds are held against -----------------------------------------------------------
 */

/* Host and port of a URL behind its scheme. */
static bool is_loopback_host(const char *rest)
{
	struct hg_str host = { rest, strcspn(rest, "/") };
	const char *end = memrchr(rest, ':', host.n);
	struct hg_address address;
	char bind[128];

	if (end && !memchr(end, ']', (size_t)(rest + host.n - end)))
		host.n = (size_t)(end - rest);
	if (hg_str_is_nocase(host, HG_STR("localhost")))
		return true;
	snprintf(bind, sizeof(bind), "%.*s:1", (int)(host.n > 100 ? 100 : host.n), host.p);
	return hg_address_parse(hg_str(bind), &address, NULL) == 0 && address.is_loopback;
}

static void check_url(const struct reading *rd, const char *key, const char *url)
{
	struct hg_place place = place_in(rd, key);

	if (!url)
		return;
	const char *path = path_of(rd, key);
	size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : 7;
	if ((scheme == 7 && strncmp(url, "http://", 7) != 0) || !url[scheme] || url[scheme] == '/')
		hg_faults_add(rd->faults, &place, path,
			"expected an https:// URL (http:// for a loopback address only)");
	else if (strchr(url + scheme, '@'))
		hg_faults_add(rd->faults, &place, path,
			"a URL with a name or password: tokens go into credential.token");
	else if (strpbrk(url, "?# \t"))
		hg_faults_add(rd->faults, &place, path, "a base has no query, fragment or blank");
	else if (scheme == 7 && !is_loopback_host(url + scheme))
		hg_faults_add(rd->faults, &place, path,
			"http:// would send tokens in the clear: write https:// (http:// is for "
			"loopback)");
}

/* https://api.TENANT.ghe.com has its uploads at https://uploads.TENANT.ghe.com (GitHub document
 * "About storage of your data with data residency"). */
static void derive_uploads(const struct reading *rd)
{
	static const struct hg_str begin = { "https://api.", 12 }, end = { ".ghe.com", 8 };
	struct hg_str base = hg_str(rd->conf->base_url);

	while (base.n && base.p[base.n - 1] == '/')
		base.n--;
	if (rd->conf->uploads_url || base.n <= begin.n + end.n || !hg_str_starts(base, begin) ||
		memcmp(base.p + base.n - end.n, end.p, end.n) != 0 ||
		memchr(base.p + begin.n, '/', base.n - begin.n))
		return;
	rd->conf->uploads_url = hg_arena_printf(
		&rd->keep->arena, "https://uploads.%.*s", (int)(base.n - begin.n), base.p + begin.n)
	                                .p;
}

static void check_common(const struct reading *rd)
{
	check_url(rd, "base_url", rd->conf->base_url);
	check_url(rd, "graphql_url", rd->conf->graphql_url);
	check_url(rd, "uploads_url", rd->conf->uploads_url);
	derive_uploads(rd);
}

/* -- a further one ------------------------------------------------------------------------------
 */

static bool is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");

	return n > 0 && n <= NAME_MAX_CHARS && !name[n];
}

static void check_name(const struct reading *rd, const struct hg_upstream_conf *first)
{
	const char *name = rd->conf->name;
	struct hg_place place = place_in(rd, "name");

	if (!is_name(name))
		hg_faults_add(rd->faults, &place, path_of(rd, "name"),
			"is no name: lower-case letters, digits, - _ and ., %d at most",
			NAME_MAX_CHARS);
	for (const struct hg_upstream_conf *u = first; u < rd->conf; u++)
		if (u->name && strcmp(u->name, name) == 0)
			hg_faults_add(rd->faults, &place, path_of(rd, "name"),
				"\"%s\" is the name of another upstream", name);
}

/* Segments that no parser reads in two ways. */
static bool is_prefix(struct hg_str s)
{
	if (s.n < 2 || s.n > 64 || s.p[0] != '/' || s.p[s.n - 1] == '/')
		return false;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];
		bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		               (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!is_word && (c != '/' || s.p[i - 1] == '/'))
			return false;
	}
	return true;
}

/* /repos, /api …: it would hide paths of the first upstream or of hubgate's own. */
static bool is_taken(struct hg_str prefix)
{
	static const char *const own[] = { "api", "webhooks", "dashboard", "metrics", "livez",
		"readyz", "graphql" };
	struct hg_str first = { prefix.p + 1, prefix.n - 1 };
	const char *slash = memchr(first.p, '/', first.n);

	if (slash)
		first.n = (size_t)(slash - first.p);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (hg_str_is_nocase(first, hg_str(own[i])))
			return true;
	return hg_github_has_root(first);
}

static void check_prefix(const struct reading *rd, const struct hg_upstream_conf *first)
{
	struct hg_str prefix = hg_str(rd->conf->prefix);
	struct hg_place place = place_in(rd, "prefix");
	const char *path = path_of(rd, "prefix");

	if (!is_prefix(prefix)) {
		hg_faults_add(rd->faults, &place, path,
			"expected /name, of letters, digits, - and _, without a slash at its end");
		return;
	}
	if (is_taken(prefix))
		hg_faults_add(rd->faults, &place, path,
			"%s begins like paths of GitHub's or of hubgate's own: choose another word",
			rd->conf->prefix);
	for (const struct hg_upstream_conf *u = first; u < rd->conf; u++) {
		struct hg_str other = hg_str(u->prefix);
		struct hg_str *shorter = other.n < prefix.n ? &other : &prefix;
		struct hg_str *longer = other.n < prefix.n ? &prefix : &other;
		if (other.n && hg_str_starts(*longer, *shorter) &&
			(longer->n == shorter->n || longer->p[shorter->n] == '/'))
			hg_faults_add(rd->faults, &place, path,
				"%s and %s of the upstream %s: one is within the other",
				rd->conf->prefix, u->prefix, u->name);
	}
}

static void check_hosts(const struct reading *rd, const struct hg_upstream_conf *first)
{
	const struct hg_option_list *hosts = &rd->conf->hosts;
	struct hg_place place = place_in(rd, "hosts");
	const char *path = path_of(rd, "hosts");

	for (uint32_t i = 0; i < hosts->n; i++) {
		const char *host = hosts->items[i];
		size_t n = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789.-_");
		if (!n || host[n] || n > 253)
			hg_faults_add(rd->faults, &place, path,
				"\"%.80s\" is no host name (without a scheme and a port)", host);
		for (const struct hg_upstream_conf *u = first; u < rd->conf; u++)
			for (uint32_t k = 0; k < u->hosts.n; k++)
				if (strcasecmp(u->hosts.items[k], host) == 0)
					hg_faults_add(rd->faults, &place, path,
						"%s means the upstream %s already", host, u->name);
	}
}

static void read_further(struct reading *rd, struct hg_upstream_conf *first)
{
	static const char *const own[] = { "name", "prefix", "hosts", HG_CREDENTIAL_KEY,
		HG_CREDENTIALS_KEY, NULL };
	struct hg_upstream_entry entry = { 0 };
	struct hg_arena *arena = &rd->keep->arena;

	if (rd->map->kind != HG_NODE_MAP) {
		hg_faults_add(rd->faults, &rd->map->place, rd->path, "expected a mapping, got %s",
			hg_node_kind_name(rd->map));
		return;
	}
	struct hg_node *words = hg_node_empty(arena, &rd->map->place, HG_NODE_MAP);
	for (int i = 0; i < 3; i++) {
		struct hg_node *value = hg_node_find(rd->map, own[i]);
		if (value)
			hg_node_put(arena, words, own[i], value);
	}
	hg_options_read(
		hg_upstream_entry_options, rd->path, words, NULL, &entry, rd->keep, rd->faults);
	hg_options_read(
		hg_upstream_options, rd->path, rd->map, own, rd->conf, rd->keep, rd->faults);
	rd->conf->name = entry.name;
	rd->conf->prefix = entry.prefix;
	rd->conf->hosts = entry.hosts;
	hg_credentials_read(rd->conf, first, rd->map, rd->path, rd->keep, rd->faults);
	if (!entry.name)
		return; /* said: it is required */
	check_name(rd, first);
	const struct hg_node *base_url = hg_node_find(rd->map, "base_url");
	if (!base_url || hg_node_is_null(base_url)) /* its token is not for api.github.com */
		hg_faults_add(rd->faults, &rd->map->place, path_of(rd, "base_url"),
			"is required: https://ghe.example.com/api/v3, https://api.TENANT.ghe.com");
	if (entry.prefix)
		check_prefix(rd, first);
	check_hosts(rd, first);
	if (!entry.prefix && !entry.hosts.n)
		hg_faults_add(rd->faults, &rd->map->place, rd->path,
			"needs `prefix` or `hosts`: nothing says which requests are for it");
	check_common(rd);
}

uint32_t hg_upstreams_read(struct hg_upstream_conf upstreams[HG_UPSTREAMS_MAX],
	const struct hg_node *root, struct hg_keep *keep, struct hg_faults *faults)
{
	const struct hg_node *list = hg_node_find(root, "upstreams");
	struct reading rd = { .conf = &upstreams[0],
		.map = hg_node_find(root, "upstream"),
		.path = "upstream",
		.keep = keep,
		.faults = faults };
	uint32_t n = 1;

	upstreams[0].name = MAIN;
	hg_credentials_read(&upstreams[0], upstreams, root, "", keep, faults);
	check_common(&rd);
	if (!list || hg_node_is_null(list))
		return n;
	if (list->kind != HG_NODE_SEQUENCE || list->n > HG_UPSTREAMS_MAX - 1) {
		hg_faults_add(faults, &list->place, "upstreams",
			list->kind == HG_NODE_SEQUENCE ? "more than %u" : "expected a sequence",
			HG_UPSTREAMS_MAX - 1);
		return n;
	}
	for (uint32_t i = 0; i < list->n; i++) {
		rd.conf = &upstreams[n];
		rd.map = list->items[i];
		rd.path = hg_arena_printf(&keep->arena, "upstreams[%u]", i).p;
		read_further(&rd, upstreams);
		n++;
	}
	return n;
}

/* -- for people ---------------------------------------------------------------------------------
 */

void hg_upstreams_print(const struct hg_upstream_conf *upstreams, uint32_t n,
	const struct hg_node *list, struct hg_text *out)
{
	hg_text_add_char(out, '[');
	for (uint32_t i = 1; i < n; i++) {
		const struct hg_upstream_conf *u = &upstreams[i];
		const struct hg_upstream_entry entry = { u->name, u->prefix, u->hosts };
		const struct hg_node *map = hg_node_item(list, i - 1);
		hg_text_add(out, i > 1 ? HG_STR(",{") : HG_STR("{"));
		hg_options_print(hg_upstream_entry_options, &entry, map, out);
		hg_text_add_char(out, ',');
		hg_options_print(hg_upstream_options, u, map, out);
		hg_text_add_char(out, ',');
		hg_credentials_print(u, map, out);
		hg_text_add_char(out, '}');
	}
	hg_text_add_char(out, ']');
}
