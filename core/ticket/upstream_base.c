#include "ticket/upstream_base.h"

#define GHES_BASE HG_STR("/api/v3")
#define PUBLIC_HOST HG_STR("https://api.github.com")
#define PUBLIC_UPLOADS HG_STR("https://uploads.github.com")

static struct hg_str without_slash(const char *url)
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
	struct hg_str base = without_slash(conf->base_url);
	bool is_ghes = ends_with(base, GHES_BASE);
	struct hg_upstream_base at = { { base.p, base.n - (is_ghes ? GHES_BASE.n : 0) }, { 0 } };

	switch (entrance) {
	case HG_GITHUB_GRAPHQL:
		if (is_ghes)
			at.path = HG_STR("/api");
		break;
	case HG_GITHUB_UPLOADS:
		if (conf->uploads_url)
			at.root = without_slash(conf->uploads_url);
		else if (is_ghes)
			at.path = HG_STR("/api/uploads");
		else if (hg_str_is_nocase(base, PUBLIC_HOST))
			at.root = PUBLIC_UPLOADS;
		break;
	case HG_GITHUB_REST:
		at.root = base;
		break;
	}
	return at;
}
