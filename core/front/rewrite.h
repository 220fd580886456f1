/*
 * rewrite - links of GitHub that lead back through hubgate.
 *
 * The base a client used (scheme, Host, face prefix) replaces the upstream's at sending time, in
 * Link and Location, when that base is a loopback name or configured in `public_urls`. A client
 * that came as api.github.com (a Unix socket) is never rewritten. Kept replies stay as GitHub
 * wrote them.
 *
 * Thread: any.
 */
#pragma once
#include "base/text.h"
#include "ticket/snapshot.h"

struct hg_rewrite {
	struct hg_str from; /* the upstream's base without a trailing slash */
	char to[320];       /* "http://localhost:3001/api/v3"; "" = nothing is rewritten */
};

/* `host` as the client sent it, checked to be a valid authority. */
void hg_rewrite_init(struct hg_rewrite *w, const struct hg_snapshot *s, bool is_tls, bool is_unix,
	struct hg_str host, struct hg_str prefix);
/* Appends `value` with every upstream URL in it replaced. */
void hg_rewrite_add(const struct hg_rewrite *w, struct hg_text *out, struct hg_str value);
/* "link", "location". */
bool hg_field_has_links(struct hg_str name);
