/*
 * rewrite - links of GitHub that lead back through hubgate.
 *
 * The base a client used (scheme, Host, face prefix) replaces the upstream's at sending time, in
 * Link and Location and in JSON bodies (rewrite_json.h), when that base is a loopback name or
 * configured in `public_urls`. Kept replies stay as GitHub wrote them.
 *
 *     upstream https://api.github.com, client at http://localhost:3001/api/v3 (or /api/graphql):
 *     https://api.github.com/zen          -> http://localhost:3001/api/v3/zen
 *     https://uploads.github.com/repos/…  -> http://localhost:3001/api/uploads/repos/…
 *
 * Uploads have a place of their own only beside /api/v3: else their URLs stay. What tells several
 * upstreams apart (upstreams.h) is part of the base: http://localhost:3001/ghes/api/v3/zen.
 *
 * Who comes over a Unix socket as api.github.com (gh's `http_unix_socket`) believes to speak TLS
 * with it. So its base is https://api.github.com: nothing is rewritten where that is the upstream,
 * and the links of another (a GHES, the simulator) become GitHub's, those of uploads too.
 *
 * Thread: any.
 */
#pragma once
#include "base/text.h"
#include "ticket/snapshot.h"

enum {
	HG_REWRITE_BASE_BYTES = 320, /* with its NUL; a client's longer base is not rewritten */
	HG_REWRITE_UPLOADS_BYTES = 160,
};

struct hg_rewrite {
	struct hg_str from;             /* the upstream's base without a trailing slash */
	char to[HG_REWRITE_BASE_BYTES]; /* "http://localhost:3001/api/v3"; "" = nothing is rewritten
	                                 */
	bool is_githubs; /* `to` is GitHub's own base: uploads have a host of their own */
	size_t root_n; /* of `to`, what stands before the face's prefix: /api/uploads follows it */
	char uploads_from[HG_REWRITE_UPLOADS_BYTES]; /* "" = uploads stay */
	uint64_t mark; /* of both bases, the same in each process: part of our entity tags */
};

/* `host` as the client sent it, checked to be a valid authority; `prefix` is the face's, with that
 * of the upstream before it. */
void hg_rewrite_init(struct hg_rewrite *w, const struct hg_snapshot *s, uint32_t upstream,
	bool is_tls, bool is_unix, struct hg_str host, struct hg_str prefix);
/* The base that was asked for last, of one snapshot: most clients of a front use the same. */
struct hg_rewrite_memo { /* zeroed: empty */
	char host[256], prefix[96];
	size_t host_n, prefix_n;
	uint32_t upstream;
	bool is_set, is_tls, is_unix;
	struct hg_rewrite rewrite;
};

/* As hg_rewrite_init; valid until the next call. */
const struct hg_rewrite *hg_rewrite_recall(struct hg_rewrite_memo *m, const struct hg_snapshot *s,
	uint32_t upstream, bool is_tls, bool is_unix, struct hg_str host, struct hg_str prefix);

static inline bool hg_rewrite_is_on(const struct hg_rewrite *w)
{
	return w->to[0] != '\0';
}
/* Appends `value` with every upstream URL in it replaced. */
void hg_rewrite_add(const struct hg_rewrite *w, struct hg_text *out, struct hg_str value);
/* "link", "location". */
bool hg_field_has_links(struct hg_str name);
