#include "dispatch/upstream_url.h"

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

/* The path of an entrance is given without its prefix: "/graphql", "/repos/…". */
static void add_base(
	struct hg_text *out, const struct hg_upstream_conf *conf, enum hg_github_entrance entrance)
{
	struct hg_str base = without_slash(conf->base_url);
	bool is_ghes = ends_with(base, GHES_BASE);
	struct hg_str root = { base.p, base.n - (is_ghes ? GHES_BASE.n : 0) };

	switch (entrance) {
	case HG_GITHUB_GRAPHQL:
		hg_text_add(out, root);
		if (is_ghes)
			hg_text_add(out, HG_STR("/api"));
		return;
	case HG_GITHUB_UPLOADS:
		if (conf->uploads_url) {
			hg_text_add(out, without_slash(conf->uploads_url));
		} else if (is_ghes) {
			hg_text_add(out, root);
			hg_text_add(out, HG_STR("/api/uploads"));
		} else {
			hg_text_add(
				out, hg_str_is_nocase(base, PUBLIC_HOST) ? PUBLIC_UPLOADS : base);
		}
		return;
	case HG_GITHUB_REST:
		hg_text_add(out, base);
		return;
	}
}

void hg_upstream_url(
	struct hg_text *out, const struct hg_upstream_conf *conf, const struct hg_ask *ask)
{
	if (ask->url.n) {
		hg_text_add(out, ask->url);
		return;
	}
	if (ask->entrance == HG_GITHUB_GRAPHQL && conf->graphql_url) {
		hg_text_add(out, without_slash(conf->graphql_url));
	} else {
		add_base(out, conf, ask->entrance);
		hg_text_add(out, ask->path);
	}
	if (ask->query.n) {
		hg_text_add_char(out, '?');
		hg_text_add(out, ask->query);
	}
}

bool hg_url_is_loopback(struct hg_str url)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "[::1]" };
	const char *mark = url.n ? memmem(url.p, url.n, "://", 3) : NULL;

	if (!mark)
		return false;
	size_t at = (size_t)(mark - url.p) + 3;
	struct hg_str rest = { url.p + at, url.n - at };
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		size_t n = strlen(hosts[i]);
		if (rest.n >= n && strncasecmp(rest.p, hosts[i], n) == 0 &&
			(rest.n == n || strchr(":/?#", rest.p[n])))
			return true;
	}
	return false;
}
