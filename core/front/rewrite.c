#include "front/rewrite.h"
#include "front/client.h"
#include "ticket/upstreams.h"

/* It asks GitHub itself, and its connections end here all the same. */
static bool asks_github(bool is_unix, struct hg_str host)
{
	return is_unix && (hg_str_is_nocase(host, HG_STR(HG_GITHUB_PUBLIC_HOST)) ||
				  hg_str_is_nocase(host, HG_STR(HG_GITHUB_PUBLIC_UPLOADS_HOST)));
}

/* Is `base` one of the configured ones, or a path below it? */
static bool is_public(const struct hg_http_conf *conf, struct hg_str base)
{
	for (uint32_t i = 0; i < conf->public_urls.n; i++) {
		struct hg_str allowed = hg_url_base(conf->public_urls.items[i]);
		if (base.n >= allowed.n && strncasecmp(base.p, allowed.p, allowed.n) == 0 &&
			(base.n == allowed.n || base.p[allowed.n] == '/'))
			return true;
	}
	return false;
}

/* The prefixes of an Enterprise host belong together; another one stands for itself. */
static bool is_enterprise(struct hg_str prefix, size_t *ret_root_n)
{
	static const struct hg_str ends[] = { { "/api/v3", 7 }, { "/api/uploads", 12 },
		{ "/api", 4 } };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (prefix.n >= ends[i].n &&
			memcmp(prefix.p + prefix.n - ends[i].n, ends[i].p, ends[i].n) == 0) {
			*ret_root_n = prefix.n - ends[i].n;
			return true;
		}
	*ret_root_n = prefix.n;
	return false;
}

/* Appends to a text of `room` bytes and its NUL; false when it does not fit. */
static bool append(char *text, size_t room, size_t *n, struct hg_str s)
{
	if (s.n >= room - *n)
		return false;
	if (s.n)
		memcpy(text + *n, s.p, s.n);
	*n += s.n;
	text[*n] = '\0';
	return true;
}

static bool write_base(struct hg_rewrite *w, bool is_tls, struct hg_str host, struct hg_str prefix,
	bool *ret_enterprise)
{
	size_t root_n, n = 0;
	bool enterprise = is_enterprise(prefix, &root_n);

	if (!append(w->to, sizeof(w->to), &n, is_tls ? HG_STR("https://") : HG_STR("http://")) ||
		!append(w->to, sizeof(w->to), &n, host) ||
		!append(w->to, sizeof(w->to), &n, (struct hg_str){ prefix.p, root_n }))
		return false;
	w->root_n = n;
	*ret_enterprise = enterprise;
	return !enterprise || append(w->to, sizeof(w->to), &n, HG_STR("/api/v3"));
}

static void write_uploads(struct hg_rewrite *w, const struct hg_upstream_conf *conf)
{
	struct hg_upstream_base base = hg_upstream_base(conf, HG_GITHUB_UPLOADS);
	size_t n = 0;

	if (!append(w->uploads_from, sizeof(w->uploads_from), &n, base.root) ||
		!append(w->uploads_from, sizeof(w->uploads_from), &n, base.path) ||
		hg_str_is(hg_str(w->uploads_from), w->from))
		w->uploads_from[0] = '\0';
}

/* FNV-1a: a client's tag must mean the same after a restart, so no key of this process. */
static uint64_t mark_of(uint64_t mark, struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		mark = (mark ^ (unsigned char)s.p[i]) * 0x100000001b3ull;
	return (mark ^ 0xff) * 0x100000001b3ull; /* no byte of a base: its end */
}

void hg_rewrite_init(struct hg_rewrite *w, const struct hg_snapshot *s, uint32_t upstream,
	bool is_tls, bool is_unix, struct hg_str host, struct hg_str prefix)
{
	const struct hg_upstream_conf *conf = &s->upstreams[upstream];
	bool enterprise;

	w->is_githubs = asks_github(is_unix, host);
	w->from = hg_upstream_base(conf, HG_GITHUB_REST).root;
	w->to[0] = w->uploads_from[0] = '\0';
	w->root_n = 0;
	w->mark = 0;
	if (!host.n || !w->from.n)
		return;
	bool fits = w->is_githubs ? write_base(w, true, HG_STR(HG_GITHUB_PUBLIC_HOST), prefix,
					    &enterprise)
	                          : write_base(w, is_tls, host, prefix, &enterprise);
	bool allowed =
		fits &&
		((!is_unix && hg_host_is_loopback(host)) ||
			(w->is_githubs && !hg_str_is_nocase(w->from, HG_GITHUB_PUBLIC_BASE)) ||
			is_public(&s->http, hg_str(w->to)));
	if (!allowed) {
		w->to[0] = '\0';
		return;
	}
	if (enterprise || w->is_githubs)
		write_uploads(w, conf);
	w->mark = mark_of(mark_of(0xcbf29ce484222325ull, w->from), hg_str(w->to));
}

static bool is_of(const struct hg_rewrite_memo *m, bool is_tls, bool is_unix, struct hg_str host,
	struct hg_str prefix)
{
	return m->is_set && m->is_tls == is_tls && m->is_unix == is_unix &&
	       hg_str_is(host, (struct hg_str){ m->host, m->host_n }) &&
	       hg_str_is(prefix, (struct hg_str){ m->prefix, m->prefix_n });
}

const struct hg_rewrite *hg_rewrite_recall(struct hg_rewrite_memo *m, const struct hg_snapshot *s,
	uint32_t upstream, bool is_tls, bool is_unix, struct hg_str host, struct hg_str prefix)
{
	if (m->upstream == upstream && is_of(m, is_tls, is_unix, host, prefix))
		return &m->rewrite;
	hg_rewrite_init(&m->rewrite, s, upstream, is_tls, is_unix, host, prefix);
	m->is_set = host.n <= sizeof(m->host) && prefix.n <= sizeof(m->prefix);
	if (!m->is_set)
		return &m->rewrite;
	m->upstream = upstream;
	m->is_tls = is_tls;
	m->is_unix = is_unix;
	m->host_n = host.n;
	m->prefix_n = prefix.n;
	if (host.n)
		memcpy(m->host, host.p, host.n);
	if (prefix.n)
		memcpy(m->prefix, prefix.p, prefix.n);
	return &m->rewrite;
}

static bool ends_base(const struct hg_str value, size_t at)
{
	return at == value.n || (value.p[at] && strchr("/?#>\"", value.p[at]));
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
