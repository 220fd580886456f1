/*
 * batch - POST /api/github/batch: up to http.max_batch requests in one, answered in their order.
 *
 *     {"requests":[{"path":"/repos/o/r","priority":"high"}, …]}
 *     {"results":[{"index":0,"status":"fulfilled","value":{…}}, …]}
 *     Accept: application/x-ndjson     a line per result, as soon as it and all before it are done
 *
 * Each item is a request like any other: an inner conn (state.h) is fed with its bytes, under the
 * batch's own Host and Authorization, and its reply is collected. So keys, classes, the cache, the
 * budget, retries, audit and metrics hold for it without a word in this file.
 *
 *     body ─► batch_ask ─► 100 inner conns at once ─► flow … ─► sink ─► batch_result ─► reply
 *                          the dispatcher's one queue orders them by class
 *
 * What is held: the body until it is read (it counts as a body of a request does), the replies not
 * yet written (http.max_batch_bytes, of which one at a time is rendered besides), and a window of
 * the client's connection. A client that leaves ends all that is under way.
 *
 * Thread: the request's front.   Clock: none.
 */
#pragma once
#include <hg/route.h>

/* For every listener that serves GitHub's faces; hooks get no `self`. */
extern const struct hg_route hg_batch_routes[];
