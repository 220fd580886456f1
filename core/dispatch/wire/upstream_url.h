/*
 * upstream_url - where a request goes: the upstream's base for its entrance, path and query.
 *
 *     base https://api.github.com       graphql …/graphql        uploads https://uploads.github.com
 *     base https://ghe.example/api/v3   graphql …/api/graphql    uploads …/api/uploads
 *
 * Thread: any.
 */
#pragma once
#include "base/text.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"

void hg_upstream_url(
	struct hg_text *out, const struct hg_upstream_conf *conf, const struct hg_ask *ask);
/* http://127.0.0.1:8080/…, http://localhost, http://[::1] */
bool hg_url_is_loopback(struct hg_str url);
