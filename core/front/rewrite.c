#include "front/rewrite.h"
#include "front/client.h"
#include <stdio.h>

static struct hg_str without_slash(const char *url)
{
	struct hg_str s = hg_str(url);

	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* Is `base` one of the configured ones, or a path below it? */
static bool is_public(const struct hg_http_conf *conf, struct hg_str base)
{
	for (uint32_t i = 0; i < conf->public_urls.n; i++) {
		struct hg_str allowed = without_slash(conf->public_urls.items[i]);
		if (base.n >= allowed.n && strncasecmp(base.p, allowed.p, allowed.n) == 0 &&
			(base.n == allowed.n || base.p[allowed.n] == '/'))
			return true;
	}
	return false;
}

void hg_rewrite_init(struct hg_rewrite *w, const struct hg_snapshot *s, bool is_tls, bool is_unix,
	struct hg_str host, struct hg_str prefix)
{
	w->from = without_slash(s->upstream.base_url);
	w->to[0] = '\0';
	if (!host.n)
		return;
	int n = snprintf(w->to, sizeof(w->to), "%s://%.*s%.*s", is_tls ? "https" : "http",
		(int)host.n, host.p, (int)prefix.n, prefix.p);
	bool fits = n > 0 && (size_t)n < sizeof(w->to);
	bool allowed = fits && ((!is_unix && hg_host_is_loopback(host)) ||
				       is_public(&s->http, hg_str(w->to)));
	if (!allowed)
		w->to[0] = '\0';
}

static bool ends_base(const struct hg_str value, size_t at)
{
	return at == value.n || strchr("/?#>\"", value.p[at]) != NULL;
}

void hg_rewrite_add(const struct hg_rewrite *w, struct hg_text *out, struct hg_str value)
{
	size_t at = 0;

	while (w->to[0] && w->from.n && at < value.n) {
		const char *hit = memmem(value.p + at, value.n - at, w->from.p, w->from.n);
		if (!hit)
			break;
		size_t start = (size_t)(hit - value.p), end = start + w->from.n;
		bool starts_url =
			start == 0 || value.p[start - 1] == '<' || value.p[start - 1] == ' ';
		hg_text_add(out, (struct hg_str){ value.p + at, start - at });
		if (starts_url && ends_base(value, end))
			hg_text_add(out, hg_str(w->to));
		else
			hg_text_add(out, (struct hg_str){ hit, w->from.n });
		at = end;
	}
	hg_text_add(out, (struct hg_str){ value.p + at, value.n - at });
}

bool hg_field_has_links(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("link")) || hg_str_is_nocase(name, HG_STR("location"));
}
