/*
 * Any bytes as Link or Location. The first byte chooses the bases and the way the client came, the
 * rest is the Host, a newline, and the value.
 *
 * Must hold: a base is taken only for a loopback name or a configured one, or by a Unix socket for
 * GitHub's own where another is the upstream, and then has nothing in it that could end a field;
 * what is written is the value with some bases exchanged: taking the client's base out of it and
 * GitHub's back in gives the value; each exchange stands where a URL begins and is followed by what
 * ends a base.
 */
#include <stdlib.h>

#include "front/client.h"
#include "front/http1.h"
#include "front/rewrite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool has_prefix_nocase(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

static bool starts_url(struct hg_str value, size_t at)
{
	return at == 0 || value.p[at - 1] == '<' || value.p[at - 1] == ' ';
}

static bool ends_base(struct hg_str value, size_t at)
{
	return at == value.n || (value.p[at] && strchr("/?#>\"", value.p[at]));
}

/* Walks over both at once: wherever they differ, there must have been an exchange. */
static void check_exchanges(const struct hg_rewrite *w, struct hg_str in, struct hg_str out)
{
	struct hg_str to = hg_str(w->to);
	size_t i = 0, o = 0;

	while (i < in.n) {
		struct hg_str rest = { in.p + i, in.n - i };
		if (to.n && hg_str_starts(rest, w->from) && starts_url(in, i) &&
			ends_base(in, i + w->from.n)) {
			check(out.n - o >= to.n && memcmp(out.p + o, to.p, to.n) == 0);
			i += w->from.n;
			o += to.n;
			continue;
		}
		check(o < out.n && out.p[o] == in.p[i]);
		i++;
		o++;
	}
	check(o == out.n);
}

static void check_base(const struct hg_rewrite *w, struct hg_str host, bool is_unix)
{
	struct hg_str to = hg_str(w->to);

	if (!to.n)
		return;
	check((!is_unix && hg_host_is_loopback(host)) ||
		(is_unix && w->is_githubs &&
			!hg_str_is(w->from, HG_STR("https://api.github.com")) &&
			hg_str_starts(to, HG_STR("https://api.github.com"))) ||
		has_prefix_nocase(to, HG_STR("https://hub.example")) ||
		has_prefix_nocase(to, HG_STR("http://gw:1/x")));
	check(w->root_n <= to.n && to.n < sizeof(w->to));
	check(strlen(w->uploads_from) < sizeof(w->uploads_from));
	check(hg_http1_is_field_value(to));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const public_urls[] = { "https://hub.example", "http://gw:1/x/" };
	static const char *const bases[] = { "https://api.github.com", "https://g/api/v3/", "h",
		"http://localhost" };
	static const char *const prefixes[] = { "", "/api/v3", "/api", "/x" };

	if (size < 1)
		return 0;
	struct hg_snapshot s = { .n_upstreams = 1,
		.upstreams[0].base_url = bases[data[0] & 3],
		.http.public_urls = { public_urls, 2 } };
	struct hg_str in = { (const char *)data + 1, size - 1 }, host = in;
	const char *newline = in.n ? memchr(in.p, '\n', in.n) : NULL;
	bool is_unix = data[0] & 16;
	struct hg_rewrite w;
	struct hg_text out;

	host.n = newline ? (size_t)(newline - in.p) : 0;
	in.p += newline ? host.n + 1 : 0;
	in.n -= newline ? host.n + 1 : 0;
	(void)hg_field_has_links(host);
	if (!hg_http1_is_field_value(host)) /* the head parser refuses it */
		return 0;
	hg_rewrite_init(&w, &s, 0, data[0] & 32, is_unix, host, hg_str(prefixes[data[0] >> 2 & 3]));
	check_base(&w, host, is_unix);
	hg_text_init(&out);
	hg_rewrite_add(&w, &out, in);
	check_exchanges(&w, in, hg_text_str(&out));
	if (hg_http1_is_field_value(in))
		check(hg_http1_is_field_value(hg_text_str(&out)));
	hg_text_fini(&out);
	return 0;
}
