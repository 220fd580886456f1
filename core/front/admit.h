/*
 * admit - may this client's key do this? The first of ADMIT, before any plugin.
 *
 *     requests at once ─► upstream ─► method ─► GraphQL ─► paths, on the resolved resource
 *                                                └─ /repositories/ID: ask GitHub, wait, go on
 *
 * Refusals: 403 upstream_not_allowed, method_not_allowed_by_key, graphql_not_allowed,
 * path_not_allowed (also for an ID that nobody can tell the name of, so that a key learns nothing
 * about what it may not see), 429 too_many_in_flight, 503 resource_unknown when GitHub could not be
 * asked.
 *
 * POST is also how GitHub lets clients without PATCH change a resource; X-HTTP-Method-Override and
 * its like are not among the fields that go up.
 *
 * What looks like a whole key in path or query is refused whoever asks (400 key_in_url), before
 * anything else is looked at: it would go to GitHub, and into logs on the way.
 *
 * With http.read_only nothing that writes to GitHub passes (403 read_only), whoever asks: GET, HEAD
 * and OPTIONS do, and a POST of GraphQL whose every operation is a query (graphql.h). Before its
 * body is read a request is judged by its head, then by its body (request.graphql). What cannot be
 * read is refused. hg_fetch is the gateway's own way and does not come by here: what plugins write
 * is theirs to bound.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* False: the URL has a key in it; `path` is cleaned of it, and the request must end. */
bool hg_admit_url(struct hg_request *r);
/* NEXT, REFUSED, or WAIT with a waiter of its own; then it is called again. */
enum hg_verdict hg_admit(struct hg_request *r);
/* NEXT or REFUSED: in read-only mode, by its head, before hg_admit; by its body, before WEIGH. */
enum hg_verdict hg_admit_read_only(struct hg_request *r);
enum hg_verdict hg_admit_body(struct hg_request *r);
/* The request is over. */
void hg_admit_leave(struct hg_request *r);
