#include "dispatch/wire/upstream_url.h"
#include "ticket/upstreams.h"

void hg_upstream_url(
	struct hg_text *out, const struct hg_upstream_conf *conf, const struct hg_ask *ask)
{
	if (ask->url.n) {
		hg_text_add(out, ask->url);
		return;
	}
	if (ask->entrance == HG_GITHUB_GRAPHQL && conf->graphql_url) {
		hg_text_add(out, hg_url_base(conf->graphql_url));
	} else {
		struct hg_upstream_base base = hg_upstream_base(conf, ask->entrance);
		hg_text_add(out, base.root);
		hg_text_add(out, base.path);
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
