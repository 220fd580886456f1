#include "ticket/upstreams.h"

#define GHES_BASE HG_STR("/api/v3")

struct hg_str hg_url_base(const char *url)
{
	struct hg_str s = hg_str(url);

	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

static bool ends_with(struct hg_str s, struct hg_str end)
{
	return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

struct hg_upstream_base hg_upstream_base(
	const struct hg_upstream_conf *conf, enum hg_github_entrance entrance)
{
	struct hg_str base = hg_url_base(conf->base_url);
	bool is_ghes = ends_with(base, GHES_BASE);
	struct hg_upstream_base at = { { base.p, base.n - (is_ghes ? GHES_BASE.n : 0) }, { 0 } };

	switch (entrance) {
	case HG_GITHUB_GRAPHQL:
		if (is_ghes)
			at.path = HG_STR("/api");
		break;
	case HG_GITHUB_UPLOADS:
		if (conf->uploads_url)
			at.root = hg_url_base(conf->uploads_url);
		else if (is_ghes)
			at.path = HG_STR("/api/uploads");
		else if (hg_str_is_nocase(base, HG_GITHUB_PUBLIC_BASE))
			at.root = HG_GITHUB_PUBLIC_UPLOADS;
		break;
	case HG_GITHUB_REST:
		at.root = base;
		break;
	}
	return at;
}

bool hg_upstream_has_host(const struct hg_upstream_conf *conf, struct hg_str host)
{
	const char *colon = host.n ? memrchr(host.p, ':', host.n) : NULL;

	if (colon && !memchr(colon, ']', host.n - (size_t)(colon - host.p)))
		host.n = (size_t)(colon - host.p);
	for (uint32_t i = 0; host.n && i < conf->hosts.n; i++)
		if (hg_str_is_nocase(host, hg_str(conf->hosts.items[i])))
			return true;
	return false;
}

uint32_t hg_upstream_for(const struct hg_snapshot *s, struct hg_str host, struct hg_str path,
	struct hg_str *ret_prefix)
{
	*ret_prefix = (struct hg_str){ path.p, 0 };
	if (s->n_upstreams <= 1 && !s->upstreams[0].prefix)
		return 0;
	for (uint32_t i = 0; i < s->n_upstreams; i++) {
		struct hg_str prefix = hg_str(s->upstreams[i].prefix);
		if (!prefix.n || !hg_str_starts(path, prefix) ||
			(path.n > prefix.n && path.p[prefix.n] != '/'))
			continue;
		ret_prefix->n = prefix.n;
		return i;
	}
	for (uint32_t i = 0; i < s->n_upstreams; i++)
		if (hg_upstream_has_host(&s->upstreams[i], host))
			return i;
	return 0;
}
