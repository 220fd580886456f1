/*
 * explain - GET /explain/REQUEST-ID of the admin socket, and GET /api/github/explain/REQUEST-ID:
 * why a request waits, waited, and what it cost.
 *
 *     {"id":"nightly-1",
 *      "now":[{…,"waits_for":"pace",…,"text":["…"]}]   what the dispatcher has of it
 *                                                      (dispatch/show/explain.h)
 *      "past":{"request":"GET /x","client":"ci","state":"done","status":200,"took_ms":2100.000,
 *              "waited_ms":1900.000,"waits":[{"for":"turn","ms":1000.000},…],
 *              "tries":[{"credential":"main","answer":"200","ms":100.000}],"cache":"fwd=miss"},
 *      "text":["…"]}                               the same in a few lines, without `now`
 *
 * `past` is read from the trace rings, and only the latest request of that id; so it reaches back
 * as far as `trace_records`. Over the API a client is told of its own requests only, and others are
 * not named to it; of theirs it hears what it hears of those that never were.
 *
 * Thread: the host's loop, or the request's front.
 */
#pragma once
#include "host/host_inside.h"
#include <hg/route.h>

extern const struct hg_route hg_explain_routes[]; /* of the API */
enum hg_verdict hg_admin_on_explain(void *self, struct hg_request *r);
