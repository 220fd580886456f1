#include "host/banner.h"

#include "base/text.h"
#include "ticket/snapshot.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The first listener that serves GitHub over TCP, or at a Unix socket. Not over TLS: which name and
 * authority its clients need is not known here. */
static bool find_github(const struct hg_host *h, bool is_unix, char *ret_url, size_t size)
{
	const struct hg_snapshot *snap = &h->setup->snapshot;

	for (uint32_t i = 0; i < snap->n_listeners; i++) {
		const struct hg_listener_conf *l = &snap->listeners[i];
		const struct hg_bound *b = hg_host_bound(h, l->name);
		if (!(l->faces & HG_FACE_GITHUB) || l->is_unix != is_unix || l->tls || !b)
			continue;
		hg_address_print(&b->address, ret_url, size);
		return true;
	}
	return false;
}

static void print_listeners(const struct hg_host *h, struct hg_text *out)
{
	const struct hg_snapshot *snap = &h->setup->snapshot;

	for (uint32_t i = 0; i < snap->n_listeners; i++) {
		const struct hg_listener_conf *l = &snap->listeners[i];
		const struct hg_bound *b = hg_host_bound(h, l->name);
		char url[160];
		if (!b)
			continue;
		hg_address_print(&b->address, url, sizeof(url));
		if ((int)i == h->setup->admin_listener)
			hg_text_printf(out, "  admin      %s\n", url);
		else if (l->faces & HG_FACE_GITHUB)
			hg_text_printf(out, "  GitHub     %s\n", url);
		else if ((int)i == h->setup->config->simulator_listener ||
			 h->wish.config.mode == HG_CONFIG_SIMULATOR)
			hg_text_printf(out, "  simulator  %s\n", url);
		else
			hg_text_printf(out, "  listener   %s\n", url);
	}
}

/* What brings clients along is in the project, and not in what is installed. */
static bool has_clients(void)
{
	return access("scripts/dev/clients", X_OK) == 0;
}

/* Lines that work as they stand; gh asks nothing without a token. */
static void print_try(const char *url, const char *gh_token, struct hg_text *out)
{
	hg_text_printf(out, "\nTry it (the second time the answer comes from memory):\n\n");
	hg_text_printf(out, "  curl -i %s/repos/octocat/Hello-World\n\n", url);
	if (!has_clients())
		return;
	if (gh_token)
		hg_text_printf(out,
			"  GH_TOKEN=%s ./scripts/dev/clients gh api %s/repos/octocat/Hello-World "
			"--jq .full_name\n\n",
			gh_token, url);
	hg_text_printf(out,
		"  ./scripts/dev/clients node -e \"import('@octokit/rest').then(({ Octokit }) => "
		"new Octokit({ baseUrl: '%s' }).rest.repos.get({ owner: 'octocat', "
		"repo: 'Hello-World' })).then(r => console.log(r.data.full_name))\"\n\n",
		url);
}

/* What a client needs here, and which paths its key may ask for, only its owner knows. */
static void print_try_with_key(const char *url, struct hg_text *out)
{
	hg_text_printf(out,
		"\nClients show their keys, or GitHub tokens where those are taken:\n\n"
		"  curl -i -H \"Authorization: Bearer $KEY\" %s/repos/OWNER/REPO\n\n",
		url);
}

/* gh as it is, with a folder of its own for what it is told: beside the socket. */
static void print_try_socket(const char *url, struct hg_text *out)
{
	const char *path = strchr(url, ':') + 1;
	const char *slash = strrchr(path, '/');

	hg_text_printf(out,
		"  GH_TOKEN=ghp_demo GH_CONFIG_DIR=%.*s/gh ./scripts/dev/clients sh -c "
		"'gh config set http_unix_socket %s; gh repo view octocat/Hello-World'\n\n",
		(int)(slash - path), path, path);
}

/* " (with a token)", " (as an App)", " (with 3 credentials)"; "": unauthenticated. */
static const char *with_what(const struct hg_upstream_conf *u, char buf[48])
{
	const struct hg_credential_conf *c = &u->credentials[0];

	if (u->n_credentials > 1)
		snprintf(buf, 48, " (with %u credentials)", u->n_credentials);
	else
		snprintf(buf, 48, "%s",
			c->app.id  ? " (as an App)"
			: c->token ? " (with a token)"
				   : "");
	return buf;
}

static void print_further_upstreams(const struct hg_config *c, struct hg_text *out)
{
	for (uint32_t i = 1; i < c->n_upstreams; i++) {
		const struct hg_upstream_conf *u = &c->upstreams[i];
		char with[48];
		hg_text_printf(out, "  upstream   %s%s for", u->base_url, with_what(u, with));
		if (u->prefix)
			hg_text_printf(out, " %s/…", u->prefix);
		for (uint32_t k = 0; k < u->hosts.n; k++)
			hg_text_printf(out, " %s", u->hosts.items[k]);
		hg_text_add_char(out, '\n');
	}
}

void hg_banner_print(const struct hg_host *h, struct hg_text *out)
{
	const struct hg_config *c = h->setup->config;
	bool is_demo = c->simulator_listener >= 0;
	bool has_token = c->upstreams[0].credentials[0].token != NULL;
	char url[160], with[48];

	hg_text_printf(out, "hubgate %s is ready.\n\n", HG_VERSION);
	print_listeners(h, out);
	if (h->wish.config.mode == HG_CONFIG_SIMULATOR)
		return;
	hg_text_printf(out, "  upstream   %s%s\n", c->upstreams[0].base_url,
		is_demo ? " (the simulated GitHub)"
		: with_what(&c->upstreams[0], with)[0]
			? with
			: " (without a token: 60 requests an hour; set GITHUB_TOKEN)");
	print_further_upstreams(c, out);
	if (find_github(h, false, url, sizeof(url))) {
		if (h->setup->snapshot.keys)
			print_try_with_key(url, out);
		else
			print_try(url, is_demo ? "demo" : has_token ? "$GITHUB_TOKEN" : NULL, out);
	}
	if (is_demo && has_clients() && find_github(h, true, url, sizeof(url)))
		print_try_socket(url, out);
}
